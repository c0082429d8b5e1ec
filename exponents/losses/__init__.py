"""What is a loss?

`terms` has the power law and the sum of power laws.  `tropical` reads any other expression as the best of several sums,
and `constraints` turns inequalities between resources into budgets.
"""
