"""What is a loss?

`terms` has the power law and the sum of power laws.  `tropical` reads any other expression as the best of several sums,
and `constraints` turns inequalities between resources into budgets.  `vocabulary` says what the names in a text stand
for, and `arguments` lets texts stand beside expressions in a call.
"""
