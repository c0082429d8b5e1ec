"""How is a claim measured, and how well is the result known?

Read `points` (where), `slopes` (a limit with its error; `correction_fits` is its least squares), `experiment` (what all
measurements at one point share), and the systems: `limit_dynamics`, `finite_dynamics` (with `compute_budget`),
`reuse_dynamics`, `linear_dynamics` and `circle_networks`.  `systems` lists them.
"""
