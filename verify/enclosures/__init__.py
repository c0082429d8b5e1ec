"""Is a derived number right, and does a derived formula hold on a whole box of parameters?

Constants are enclosed in balls (Arb): the integrals and sums that define them, by rigorous quadrature and with proved
tails, not by the closed forms of `exponents`.  Formulas are proved on boxes by exact signs of polynomials.

Read `learned_fraction` (integrals over the learned fraction), `series` (sums and integrals over modes), `constants`
(the ball of a claim), `box_signs` (signs on a box), `statements` (what is proved there) and `certificates` (what a
verdict says about its rigour).
"""
