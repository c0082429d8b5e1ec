"""What do correlations between any two times say?  The dynamical mean field equations, solved as printed.

`online_limit` is gradient descent in finite steps at N, B = infinity (eq. 44), `online` the same at finite N and B
(eq. 26-31), `online_flow` the limit of small steps at fixed eta/B, at any time; `online_flow_weights` has its weights,
`online_flow_solver` its march along the clock, `online_flow_intervals` places the intervals, and `small_steps` solves
for a `Model`.  `offline` is gradient
flow on P reused samples (eq. 41), `offline_solver` its march through time.  `sizes` checks input and memory.
`lazy_moments` needs no two times: at gamma = 0 it has the exact second moments of finite steps, and `lazy_model` runs
them for a `Model`.
"""
