"""What do N random features leave of the target at infinite time?

The flow then is at the best point in the span of its features, and what is left is the part of the target off the span.
Two ways to it, which share nothing:

* `bottleneck`, in the mean, from the deterministic equivalent:

      sum_k y_k^2/(1 + lambda_k r),     sum_k lambda_k r/(1 + lambda_k r) = N.

* `projected`, by least squares on features that are drawn.

r grows as N^alpha, and modes with lambda_k r > 1 leave y_k^2/(lambda_k r), so that the floor falls as
N^(-alpha min(1, beta)).  Eq. 76 keeps the square of the denominator, and so has min(2, beta).  That is the first of two
terms of the loss C0 of eq. 26-31 at infinite time, where G R3 -> r and H0_k -> 1/(1 + lambda_k r):

    C0 = sum_k y_k^2/(1 + lambda_k r)^2 + (1/N) G^2 C3 sum_k lambda_k/(1 + lambda_k r)^2.

The second, which eq. 76 drops, is the variance C3.  C2 = C3/R3^2 has the same two terms with one more lambda_k, so that

    G^2 C3 (1 - (1/N) sum_k (lambda_k r)^2/(1 + lambda_k r)^2) = r^2 sum_k y_k^2 lambda_k/(1 + lambda_k r)^2.

By the condition on r the bracket is (r/N) sum_k lambda_k/(1 + lambda_k r)^2.  The second term is then sum_k y_k^2
lambda_k r/(1 + lambda_k r)^2, and both together have the first power of the denominator.

Cost: of a mean, a few hundred nodes, whatever N; of a draw, N^2 M operations.
"""

from __future__ import annotations

from math import exp, inf, log

import numpy as np
from scipy.optimize import brentq

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..inputs import check_whole
from .population import Population, check_size, population

TINY = -690.0
"""Logarithm of where the search for 1/r starts."""

PRECISE = 1e-14
"""Absolute error of ln r."""

ENTRIES = 2**25
"""Random numbers of a draw: 256 MiB, of which a few copies are made."""


def bottleneck(alpha: object, beta: object, model_size: int, modes: int | None = None) -> float:
    """The mean floor of a model of size N, for the sum over all integers k, or over k <= modes, of eq. 42.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size, modes : int
        N and M, N < M.  N may be as large as double precision can take N^(-alpha).

    Returns
    -------
    float
        In units of the variance that the mode k = 1 contributes.

    Raises
    ------
    InputError
        For alpha <= 1, beta <= 0, N < 1, N >= M, or numbers beyond double precision.
    """
    a, b = check_size(alpha, beta, model_size, modes)
    return rest_state(population(a, b, model_size, modes, poles=False), model_size, modes)[0]


def rest_state(found: Population, model_size: int, modes: int | None) -> tuple[float, float]:
    """The mean floor of a model of size N on these modes, M in number, and the mean of |w|^2 at infinite time.

    With nu = 1/r the latter is sum_k y_k^2 lambda_k/(lambda_k + nu)^2 over (nu/N) sum_k lambda_k/(lambda_k + nu)^2, as
    the resolvent in the target, times -z, is floor - z |w|^2 for small z.
    """
    spare = modes - model_size if modes is not None else inf

    def surplus(logarithm: float) -> float:
        """Modes resolved less N; where M is close to N, M - N less modes that are not."""
        nu = exp(logarithm)
        if spare > model_size:
            return float((found.traces / (found.eigenvalues + nu)).sum() - model_size)
        return float(spare - (found.counts * nu / (found.eigenvalues + nu)).sum())

    top = log(found.traces.sum() / model_size)
    nu = exp(brentq(surplus, TINY, top, xtol=PRECISE))
    resolution = found.eigenvalues + nu
    # y_k^2 less y_k^2 lambda_k/(lambda_k + nu), as in a node of many modes these are two sums
    left = (found.powers * nu + (found.powers * found.eigenvalues - found.moments)) / resolution
    norm = (found.moments / resolution**2).sum() / (nu / model_size * (found.traces / resolution**2).sum())
    return float(left.sum()), float(norm)


def project_target(alpha: object, beta: object, model_size: int, modes: int, seed: int) -> float:
    """The floor of one draw of N features on M modes: the target's distance from their span, squared.

    Parameters
    ----------
    alpha, beta, model_size, modes
        As in `bottleneck`, with N M at most `ENTRIES`.
    seed : int
        Same seed, same bits.

    Raises
    ------
    InputError
        As in `bottleneck`; for a seed that is no whole number of at least 0; for features whose span double precision
        cannot tell.
    """
    a, b = check_size(alpha, beta, model_size, modes)
    check_drawn(model_size, modes, seed)
    k = np.arange(1.0, modes + 1)
    target = k ** (-(a * b + 1) / 2)
    features = k[:, None] ** (-a / 2) * np.random.default_rng(seed).standard_normal((modes, model_size))
    readout, _, rank, _ = np.linalg.lstsq(features, target, rcond=None)
    if rank < model_size:
        raise InputError(
            f"features must be independent to double precision; got {abbreviate(model_size)}, of which {rank} are; "
            "take a smaller alpha or N"
        )
    return float(((target - features @ readout) ** 2).sum())


def check_drawn(model_size: int, modes: int, seed: int) -> None:
    """Refuse a draw that has no seed, or is beyond memory.

    Raises
    ------
    InputError
    """
    check_whole(modes, "the number of modes", 1, 1000)
    check_whole(seed, "a seed", 0, 1)
    if model_size * modes > ENTRIES:
        raise InputError(
            f"a draw may have at most {ENTRIES} random numbers; got N M = {abbreviate(model_size * modes)}; take fewer modes"
        )
