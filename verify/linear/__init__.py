"""What does a linear network of two layers do, when both are trained (Appendix G)?

`infinite_width` maps it to the flow of eq. 4.  Finite networks are trained in `verify.training.linear_ensemble`.
"""
