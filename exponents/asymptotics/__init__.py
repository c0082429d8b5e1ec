"""How does a sum over modes, or an integral of power laws, behave when its argument is large?

Read `kernels` first (the Mellin transform of a kernel and its strip), then `mode_sums` (the pole that wins),
`convolution` (integrals and convolutions of power laws) and `evaluation` (formulas as numbers of any precision).
"""
