"""Numerical evidence for what ``exponents`` derives.

The dynamics, from a spectrum to a curve: ``quadrature``, ``measure`` and ``finite_model`` make the spectrum,
``collocation`` and ``march`` solve, ``flow`` observes; ``inputs`` says what all of them refuse.  Independent witnesses:
``markov`` (the matrix equations), ``two_time`` (correlations between two times, in finite steps) and ``levels``
(perturbation theory, iterated).  From a curve to a verdict: ``slopes`` extrapolates with an error, ``evidence``
measures each claim, ``checks`` judges.

By brute force, sharing none of the reasoning of ``exponents``: ``mode_sums`` adds up the modes themselves, ``minimum``
minimises the loss at an astronomically large budget.  ``plots`` draws.
"""
