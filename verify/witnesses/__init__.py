"""Which results have a second, independent route?  These; tests compare them, and nothing else uses them.

- `networks`: steps of eq. 4, of Appendix B and of Appendix G on given batches, as printed; for `training.descent` and
  `training.linear_descent`.
- `matrix_flow`: eq. 51 for the whole kernel matrix; for `flow`, which needs one function of the eigenvalue.
- `reuse_equations`: eq. 32 in w and all of A; for `reuse.draws`, which needs the eigenvalues of one matrix.
- `antithetic`: eq. 4 in pairs of runs with opposite noise; for `two_time.fresh_samples` and `flow.noise`.
- `drawn_features`: one draw of N random features, diagonalised; for their mean field in `spectra`.
- `mode_sums`: sums over modes, added up to any number of digits; for `exponents.asymptotics` and `spectra`.
- `minimum`: the compute optimum on finite budgets; for the linear programme of `exponents.optimum`.
"""
