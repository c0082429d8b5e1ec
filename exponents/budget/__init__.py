"""How is a budget split best when the terms of the loss have prefactors?

Read `leading_law` first (the law L ~ a C^{-r}), then `constants` (a in closed form, or between `certified_bounds`),
`accuracy` (from which budget on the law holds) and `allocation` (the split of one budget).  `trade_off` splits a budget
where costs are sums or the loss is any expression, and asks for the least budget that reaches a loss; `comparison` asks
what other splits cost.

They rest on `numeric_programme` (a programme in numbers), `geometric_programme` (its minimum), `linear_programme` (its
start, and whether it has a minimum) and `linear_equations` (rational linear algebra).  Expressions take another way:
`statement` and `lifting` make sums of monomials of them, with choices (`posynomials`); `branch_search` searches the
`pieces` into which choices cut the domain; each is solved by `interior_point`, its bound is proved by
`weight_certificate`, and `attainment` tells whether it has a minimum.
"""
