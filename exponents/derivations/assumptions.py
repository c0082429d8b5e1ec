r"""What does each derivation assume?  Every derivation prints these sentences first."""

from __future__ import annotations

from ..printing import phrase

POWER_LAWS = phrase(
    r"Spectrum and target are power laws: $\lambda_k = k^{-\alpha}$ and $y_k^2 = \lambda_k w_k^2 = "
    r"k^{-\alpha \beta - 1}$, with $\alpha > 1$ and $\beta > 0$."
)
FLOW = phrase(r"$\eta$ tends to 0 first: training is gradient flow.")
LIMIT = phrase(r"N and B tend to infinity at fixed t; then t tends to infinity, at fixed $\gamma$.")
NEW_SAMPLES = phrase("Training sees the population: B is infinite, and no sample is reused.")
GAUSSIAN_FEATURES = phrase("The entries of A(0) are independent Gaussian numbers of mean 0 and variance 1.")
GAUSSIAN_SAMPLES = phrase(r"$\psi$ is Gaussian, of mean 0 and covariance $\Lambda = diag(\lambda_k)$.")
LARGE_MODEL = phrase("N is much larger than 1, and the number of modes is much larger than N.")
FIRST_IN_MODEL = phrase(r"Only the first order in 1/N counts: $\tau^{1/\alpha}$ is much smaller than N.")
LARGE_SIZES = phrase("N, P and |N - P| are much larger than 1, except where a step says N = P.")
FIRST_IN_BATCH = phrase("N is infinite, and only the first order in $\\eta/B$ counts, at fixed $\\eta/B$.")
SUM_OF_TERMS = phrase("The loss is the sum of the terms named, each with a positive constant; C is large.")
SMALL_DEVIATIONS = phrase(
    "A step is stable if it shortens every deviation of v, with the kernel of the moment. Every step is stable: "
    "schedules in which single steps are unstable and their product is not (Chebyshev steps, momentum) are not "
    "covered, and may do better."
)

_LIMIT_DYNAMICS = (POWER_LAWS, FLOW, LIMIT)
BY_NAME = {
    "chi": _LIMIT_DYNAMICS,
    "levels": _LIMIT_DYNAMICS,
    "amplitude": _LIMIT_DYNAMICS,
    "bottleneck": (POWER_LAWS, FLOW, NEW_SAMPLES, GAUSSIAN_FEATURES, LARGE_MODEL),
    "transient": (POWER_LAWS, FLOW, NEW_SAMPLES, GAUSSIAN_FEATURES, FIRST_IN_MODEL),
    "sgd": (POWER_LAWS, GAUSSIAN_SAMPLES, FLOW, FIRST_IN_BATCH),
    "compute-optimal": (POWER_LAWS, SUM_OF_TERMS),
    "steps": (POWER_LAWS, LIMIT, SUM_OF_TERMS, SMALL_DEVIATIONS),
    "data": (POWER_LAWS, FLOW, GAUSSIAN_SAMPLES, GAUSSIAN_FEATURES, LARGE_SIZES),
}
"""The assumptions of each derivation of `names.DERIVATIONS`."""
