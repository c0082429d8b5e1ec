"""Which kernels do networks have at initialisation?

`kernels` has those of infinitely wide networks in closed form.
"""
