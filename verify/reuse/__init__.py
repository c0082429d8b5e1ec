"""How do losses fall on samples that are drawn once and used in every step?  Appendix D, by two routes.

`mean_loss` is the mean field of features and samples, on the flow; `finite_sizes` has the exact factor of its loss at
infinite time; `draws` draws features and samples and solves the flow on them, `averaged_draws` takes means over draws.
The mean field equations of eq. 41: `verify.two_time.fixed_sample`; `model_curves` asks each route about a `Model`.
"""
