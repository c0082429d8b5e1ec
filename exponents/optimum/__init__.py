"""Which allocation of resources makes a sum of power laws fall fastest, for all parameters at once?

Read `dominant_balance` first (one point: a linear programme, solved by `simplex`), then `programme` (what is optimised;
`question` reads it from the texts of a command), `search` (the phase diagram of all parameters, whose types are in
`phase_diagram`; `branches` joins those of a loss that is no sum, `contradictions` proves that budgets cannot be met,
`escapes` that a loss falls without bound,
`exceptions` finds single curves on which budgets coincide, `curve_reduction` the programme there), `boundary_ties`
(what ties on boundaries), `optimal_face` (are all optimal splits listed?), `proof` (the finished statements checked
again) and `inner_ties` (what ties on curves inside a phase).  `law_splits` serves laws that are fitted: the optimum at
many values of constants.
"""
