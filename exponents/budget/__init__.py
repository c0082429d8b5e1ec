"""How is a budget split best when the terms of the loss have prefactors?

Read `leading_law` first (the law L ~ a C^{-r}), then `constants` (a in closed form, or between `certified_bounds`),
`accuracy` (from which budget on the law holds) and `allocation` (the split of one budget).  `trade_off` asks for the
least budget that reaches a loss, and `comparison` what other splits cost.  They rest on
`numeric_programme` (a programme in numbers), `geometric_programme` (its minimum), `linear_programme` (its start, and
whether it has a minimum) and `linear_equations` (rational linear algebra).
"""
