"""How does the loss fall under gradient flow?  This room solves it at B = infinity, and adds the noise of batches.

In reading order: `curve` (the equations, and what is asked of them), `solver` (step after step), `step` and
`collocation` (how modes move on one), `trajectory` (a solved flow, read at any time), `observables`, `error_estimate`,
`clock` (how deep a spectrum must be), `last_mode` (when a measured one ends), `noise`, `noise_moments` and `relaxation`
(what batches add), `levels` (perturbation theory, iterated).
"""
