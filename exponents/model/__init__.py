"""Which losses do the paper's own systems have, and which exponents follow?

Read `timescale` first (chi and the clock), then `level_series` (perturbation theory), `online_loss` (each term of the
loss) and `reuse_loss` (reused samples).  `scaling_function` and `amplitudes` have the constants, `linear_network` the
network of appendix G, `table1` the compute optimum, and `conventions` all of it in the symbols of other papers.
"""
