"""Which kernels do networks have at initialisation?

`kernels` has those of infinitely wide networks, layer by layer; `unit_kernels` is one layer, in closed form.
"""
