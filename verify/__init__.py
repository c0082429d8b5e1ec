"""Numerical evidence for what ``exponents`` derives: the same quantities by brute force, sharing none of its reasoning.

``mode_sums`` adds up the modes themselves; ``minimum`` minimises the loss itself at an astronomically large budget.
"""
