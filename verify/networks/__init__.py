"""Which kernels do networks have at initialisation, and how does their loss fall?

`kernels` has those of infinitely wide networks, layer by layer; `unit_kernels` is one layer, in closed form.
`circle_spectrum` is their Fourier spectrum on the circle, from `complex_kernels`, the layers at complex angles.

`perceptron` is the network that is trained, with the unit of its time; `online_tasks` has what it learns.  `network`
says what else can be trained, and has the tangent kernel of any network; `convolutional` learns images, those of
`image_tasks` (digits, an endless stream) and of `image_folders` (data sets on your disk); `transformer` learns
`text_task`, the source of Python's standard library.
`online_descent` takes the steps of one seed; `network_ensemble` trains several, with a state that `checkpoint` keeps.
`network_prediction` has the exponents of the solvable model; `network_exponent` measures one and judges it.

Training needs JAX, which the extra ``networks`` installs.  It is imported when the first network is trained.
"""
