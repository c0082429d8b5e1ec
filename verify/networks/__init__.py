"""Which kernels do networks have at initialisation?

`kernels` has those of infinitely wide networks, layer by layer; `unit_kernels` is one layer, in closed form.
`circle_spectrum` is their Fourier spectrum on the circle, from `complex_kernels`, the layers at complex angles.
"""
