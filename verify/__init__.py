"""Numerical evidence for what ``exponents`` derives.

Spectra, on which everything runs: ``measure`` of the limit; of finite models ``random_features`` by modes (from
``mode_nodes`` and ``discrete_equivalent``), ``random_features`` for any size, ``bottleneck`` what they leave;
``continuum_equivalent`` of features on samples, with sums along a ``contour``.

The dynamics, from a spectrum to a curve: ``collocation``, ``step`` and ``march`` solve, ``trajectory`` is read,
``flow`` observes, ``noise`` adds what batches do.  Independent witnesses: ``markov`` (the matrix equations),
``two_time`` and ``two_time_sgd`` (correlations between two times, in finite steps; in the limit, and at finite N and
B), ``levels`` (perturbation theory, iterated), and ``simulate`` (the model itself, trained; its parts are in
``simulation``).  ``inputs`` and ``divergence`` say what all of them refuse; ``methods`` asks each for one loss curve.

Other systems: ``reuse`` of samples that are used in every step, ``linear`` networks of two layers.

From a curve to a verdict: ``slopes`` extrapolates with an error, ``compute_budget`` finds optima and crossovers,
``evidence`` and ``finite_evidence``, and those of ``reuse`` and ``linear``, measure each claim, ``checks`` judges.

By brute force, sharing none of the reasoning of ``exponents``: ``mode_sums`` adds up the modes themselves, ``minimum``
minimises the loss at an astronomically large budget.  ``plots`` draws.
"""
