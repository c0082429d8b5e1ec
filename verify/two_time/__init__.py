"""What do correlations between any two times say?  The dynamical mean field equations, solved as printed.

`online_limit` is gradient descent in finite steps at N, B = infinity (eq. 44), `online` the same at finite N and B
(eq. 26-31).  In continuous time one solver, `block_solver`, serves new samples (`fresh_samples`, small steps at fixed
eta/B) and reused ones (`fixed_sample`, eq. 41); `intervals` places its intervals, `continuous_time` asks it for curves
with errors, and `small_steps` for those of a `Model`.  `sizes` checks input and memory.
`lazy_moments` needs no two times: at gamma = 0 it has the exact second moments of finite steps, and `lazy_model` runs
them for a `Model`.
"""
