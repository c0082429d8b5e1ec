"""Which losses do the paper's own systems have, and which exponents follow?

Read `target` (the power laws of the modes) and `timescale` (chi and the clock) first, then `level_series` (perturbation
theory).  The terms of the loss are in `bottleneck` (eq. 74-78), `model_transient` (1/N, eq. 79-80) and `batch_noise`
(eq. 82-83); `online_loss` adds them up, and `reuse_loss` adds those of reused samples.  `scaling_function` and
`amplitudes` have the constants, and `numeric_functions` makes code of them.  `linear_network` has the network of
appendix G, `kernel_singularity` the capacity of kernels of networks, `table1` the compute optimum, and `conventions`
all of it in the symbols of other papers.
"""
