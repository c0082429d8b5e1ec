"""Samples that are drawn once and used in every step: Appendix D.

``mean`` is the mean over features and samples, on the flow.  Independent witnesses: ``two_time`` (the mean field
equations of eq. 41; ``march`` solves them), ``drawn`` (features and samples that are drawn, and the flow on them;
``ensemble`` takes means over draws), and ``training`` (eq. 32 as it is written).  ``methods`` asks each for one loss
curve, ``evidence`` measures each claim.
"""
