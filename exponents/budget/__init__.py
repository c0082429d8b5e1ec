"""How is a budget split best when the terms of the loss have prefactors?

Read `leading_law` first (the law L ~ a C^{-r}), then `constants` (a in closed form, or certified between the bounds of
`certified`), `accuracy` (from which budget on the law holds) and `allocation` (the split of one budget).  They rest on
`system` (a programme in numbers), `geometric_programme` (its minimum) and `linear_systems` (rational linear algebra).
"""
