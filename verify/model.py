"""What is trained?  One description, checked once: when it is made.

The command and all solvers share `Model`.  Its fields are exact or finite numbers after construction, so that a solver
that takes a model checks nothing again.  This module imports no NumPy: a mistake is answered at once.
"""
