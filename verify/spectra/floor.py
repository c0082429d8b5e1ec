"""What do N random features leave of the target at infinite time?

The flow then is at the best point in the span of its features.  The floor is the part of the target off that span.  Its
mean field over draws is the deterministic equivalent:

    sum_k y_k^2/(1 + lambda_k r),     sum_k lambda_k r/(1 + lambda_k r) = N.

r grows as N^alpha, and modes with lambda_k r > 1 leave y_k^2/(lambda_k r), so that the floor falls as
N^(-alpha min(1, beta)).  Eq. 76 keeps the square of the denominator, and so has min(2, beta).  That square is the first
of two terms of the loss C0 of eq. 26-31 at infinite time, where G R3 -> r and H0_k -> 1/(1 + lambda_k r):

    C0 = sum_k y_k^2/(1 + lambda_k r)^2 + (1/N) G^2 C3 sum_k lambda_k/(1 + lambda_k r)^2.

The second term, which eq. 76 drops, is the variance C3.  C2 = C3/R3^2 has the same two terms with one more lambda_k, so
that

    G^2 C3 (1 - (1/N) sum_k (lambda_k r)^2/(1 + lambda_k r)^2) = r^2 sum_k y_k^2 lambda_k/(1 + lambda_k r)^2.

By the condition on r the bracket is (r/N) sum_k lambda_k/(1 + lambda_k r)^2.  The second term is then sum_k y_k^2
lambda_k r/(1 + lambda_k r)^2, and both together have the first power of the denominator.

The mean over draws differs by a four-point part of order 1/N (`four_point_floor`).  With mode k left out, G_k is the
Gram matrix of the others, and the part of mode k off the span is 1/(1 + lambda_k g), g = a_k^T G_k^{-1} a_k.  At given
G_k the variance of g is 2 tr G_k^{-2} = 2 r^2/(N (1 - Q)).  Its mean exceeds r as G_k lacks mode k, and in all modes
alike for the parts in the span to add up to N.  To second order in g - r the three together are

    nu/(N (1 - Q)) [S_3 - (A_2 - A_3) B_2/(N (1 - Q))],     nu = 1/r,     Q = A_2/N,
    A_n = sum_k lambda_k^n/(lambda_k + nu)^n,    B_2 = sum_k y_k^2 lambda_k/(lambda_k + nu)^2,
    S_3 = sum_k y_k^2 lambda_k^2/(lambda_k + nu)^3.

Cost: a few hundred nodes, whatever N.
"""

from __future__ import annotations

from math import exp, inf, log

from scipy.optimize import brentq

from exponents.names import SpectrumKind
from exponents.rationals import exact

from .continuum_equivalent import ContinuumEquivalent
from .mode_nodes import ModeNodes, check_size, group_modes
from .power_law import is_continuum, power_law_spectrum

TINY = -690.0
"""Logarithm at which the search for 1/r starts."""

PRECISE = 1e-14
"""Absolute error of ln r."""

BEYOND, DEEPEST = 1e6, 1e250
"""Clock of the spectra for the four-point part, in units of the r of N features on a power law; and the largest, for
beta = 1."""


def mean_floor(
    alpha: object, beta: object, model_size: float, spectrum: SpectrumKind = "continuum", modes: int | None = None
) -> float:
    """Return the mean-field floor of a model of size N; the input is checked.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size : float
        N, as large as double precision can take N^(-alpha).  On the continuum any number >= 1; with "modes" an int.
    spectrum : "continuum" or "modes"
        The continuum y^2(k) dk on k >= 1, or the sum over integers k of eq. 42.
    modes : int, optional
        With "modes": M > N, for the sum over k <= M.  Without it the sum is infinite.

    Returns
    -------
    float
        In units of the variance that the mode k = 1 contributes.

    Raises
    ------
    InputError
        If alpha <= 1, beta <= 0, N < 1 or N >= M; if a continuum has a number of modes; if numbers leave double
        precision.

    Examples
    --------
    >>> floors = [mean_floor("3/2", "7/5", size, "modes") for size in (10**7, 10**8)]
    >>> round(log(floors[0] / floors[1], 10), 3)  # alpha min(1, beta), not alpha min(2, beta)
    1.5
    """
    if is_continuum(spectrum, modes):
        return ContinuumEquivalent.from_input(alpha, beta, model_size).floor
    a, b = check_size(alpha, beta, model_size, modes)
    size = int(model_size)
    return rest_state(group_modes(a, b, size, modes, poles=False), size, modes)[0]


def four_point_floor(
    alpha: object, beta: object, model_size: int, spectrum: SpectrumKind = "continuum", modes: int | None = None
) -> tuple[float, float]:
    """Return the mean-field floor and the four-point part of the mean over draws, to first order in 1/N.

    Parameters
    ----------
    alpha, beta, model_size, spectrum, modes
        As in `mean_floor`, which checks them.

    Returns
    -------
    tuple of float
        In units of the variance that the mode k = 1 contributes.

    Raises
    ------
    InputError
        As `mean_floor`.

    Examples
    --------
    >>> floor, left_out = four_point_floor("2", "5/2", 4, "modes")
    >>> round(floor, 4), round(floor + left_out, 4)
    (0.1147, 0.143)
    """
    floor, size = mean_floor(alpha, beta, model_size, spectrum, modes), model_size
    capacity = exact(alpha, "alpha")
    steepest = max(1.0, float(exact(beta, "beta")))
    clock = min(BEYOND * (float(capacity) * size) ** float(capacity), DEEPEST ** (1 / steepest))
    target, trace = (
        power_law_spectrum(capacity, source, clock, spectrum, modes)
        for source in (exact(beta, "beta"), 1 - 1 / capacity)
    )

    def count(nu: float, power: int) -> float:
        """Return A_n."""
        seen = trace.eigenvalues / (trace.eigenvalues + nu)
        return float((trace.weights / trace.eigenvalues) @ seen**power)

    if count(exp(TINY), 1) <= size:  # as many features as modes, or more than the spectra resolve
        return floor, 0.0
    nu = exp(brentq(lambda place: count(exp(place), 1) - size, TINY, log(trace.variance / size), xtol=PRECISE))
    spare = size - count(nu, 2)  # N (1 - Q)
    seen, left = target.eigenvalues / (target.eigenvalues + nu), nu / (target.eigenvalues + nu)
    third, second = float(target.weights @ (seen**2 * left)), float(target.weights @ (seen * left))
    return floor, (third - (count(nu, 2) - count(nu, 3)) * second / spare) / spare


def rest_state(nodes: ModeNodes, model_size: int, modes: int | None) -> tuple[float, float]:
    """Return the mean-field floor of a model of size N on these nodes for M modes, and that of |w|^2 at infinite time.

    With nu = 1/r the latter is sum_k y_k^2 lambda_k/(lambda_k + nu)^2 over (nu/N) sum_k lambda_k/(lambda_k + nu)^2, as
    the resolvent in the target, times -z, is floor - z |w|^2 for small z.

    Examples
    --------
    >>> floor, norm = rest_state(group_modes(1.5, 0.5, 64, 1000, poles=False), 64, 1000)
    >>> round(floor, 6)
    0.14641
    """
    spare = modes - model_size if modes is not None else inf

    def surplus(logarithm: float) -> float:
        """Return the count at nu less N; where M is close to N, M - N less the modes that the count misses."""
        nu = exp(logarithm)
        if spare > model_size:
            return float((nodes.traces / (nodes.eigenvalues + nu)).sum() - model_size)
        return float(spare - (nodes.counts * nu / (nodes.eigenvalues + nu)).sum())

    # the condition on r = 1/nu
    top = log(nodes.traces.sum() / model_size)
    nu = exp(brentq(surplus, TINY, top, xtol=PRECISE))
    shifted = nodes.eigenvalues + nu
    # y_k^2 less y_k^2 lambda_k/(lambda_k + nu), as in a node of many modes these are two sums
    left = (nodes.powers * nu + (nodes.powers * nodes.eigenvalues - nodes.moments)) / shifted
    norm = (nodes.moments / shifted**2).sum() / (nu / model_size * (nodes.traces / shifted**2).sum())
    return float(left.sum()), float(norm)
