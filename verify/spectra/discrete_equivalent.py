"""What is the mean-field spectrum of a model of N random features on modes k = 1, 2, ...?

The kernel K = Lambda^{1/2} A^T A Lambda^{1/2}/N, with A Gaussian of shape (N, M), has a deterministic equivalent
(Marchenko and Pastur; Silverstein).  With nu(z) from

    z = -nu (1 - D),     D = (1/N) sum_k lambda_k/(lambda_k + nu),

the mean of (K - z)^{-1} tends to (1/(1 - D)) (Lambda + nu)^{-1}, and the mean trace of (Sigma - z)^{-1} to N/nu,
where Sigma = A Lambda A^T/N, of shape (N, N), has the non-zero eigenvalues of K.  z is an explicit function of nu.  The
spectrum is where a real z = mu has a complex nu = -x + i y, and Im z = 0 with y > 0 says that

    S(x, y) = (1/N) sum_k lambda_k^2 r_k = 1,     r_k = 1/((lambda_k - x)^2 + y^2).

For each x this has one solution y > 0 or none.  Bands are the intervals of x where S > 1 at y = 0.  So no smearing is
needed, and each band has places of its own.  The results are sums over r_k,

    mu          = (|nu|^2/N) sum_k lambda_k r_k,
    dmu         = (2/N) (y^2 Q + T^2/Q) dx,
    p(dmu)      = (y/(pi mu)) sum_k y_k^2 lambda_k r_k dmu,
    mu n(dmu)   = (y/pi) sum_k lambda_k r_k dmu,

    Q = sum_k lambda_k^2 r_k^2,     T = sum_k lambda_k^2 (lambda_k - x) r_k^2,

with p the squared coefficients of the target, and n the number of eigenvalues.

The rule: between neighbouring modes S has one minimum.  It is a gap between bands if it is below 1, and a ripple
otherwise.  At a distance d from it, y is like sqrt(d^2 - h^2) if the gap is 2 h wide, and like sqrt(d^2 + h^2) at a
ripple.  With d = h cosh v and d = h sinh v both become h sinh v and h cosh v, which are smooth.  So each mode has two
stretches, one towards each neighbour, with Gauss rules in v.  Modes far down have no ripples.  One stretch with
d = h cosh v, cut into panels, covers everything below the last mode that has one.

Layout: places x along the first axis, modes along the last.  Cost: about 50 alpha sqrt(N) places, times the
4 alpha sqrt(N) nodes of `mode_nodes`, times ten steps that find y: O(alpha^2 N), ten seconds for alpha sqrt(N) = 1500.
Memory: places are taken `CHUNK` numbers at a time, so that only the rule itself grows with N.

Map: `mean_density` = `_find_stretches` (gaps and ripples), `_place_nodes` (places x), `_solve_places` (y and the sums);
`_moment`, `_bisect` and `_chunks` serve them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .mode_nodes import ModeNodes
from .quadrature import legendre_rule

NODES = 10
"""Nodes in a panel: mass and moments are then right to 1e-11, and to 1e-8 for N = 1."""

PANEL = 0.75
"""Largest width in v of a panel."""

VISIBLE = 1.1
"""Modes up to this times alpha sqrt(N) have stretches of their own.  A ripple is the difference between the sum and the
integral over k, exp(-2 pi d) for a pole at a distance d = pi k^2/(alpha^2 N): it is below 1e-10 beyond."""

FLAT = 1e-8
"""Smallest h, in units of the distance of two modes: a narrower gap or ripple changes sums by the square of this."""

BISECTIONS = 64
"""Steps of the bisection that finds an end of a band to rounding."""

TINY = -690.0
"""Logarithm at which the search for the lowest end starts."""

CONVERGED = 1e-11
"""Relative change of y^2 at which the search for y ends: steps double the digits, so y^2 then has all of them."""

STEPS = 60
"""Largest number of steps of the search for y."""

CHUNK = 2**17
"""Numbers in an array of places and modes: 1 MiB, so that the arrays of one step stay in the cache."""


@dataclass(frozen=True)
class DiscreteDensity:
    """The mean-field spectrum as a rule; arrays have shape (places,).

    Attributes
    ----------
    eigenvalues : array
        mu.
    target : array
        Squared coefficients p(dmu), a part of sum_k y_k^2.
    trace : array
        Sum of eigenvalues: mu n(dmu), a part of sum_k lambda_k.
    """

    eigenvalues: Reals
    target: Reals
    trace: Reals


@dataclass(frozen=True)
class _Stretches:
    """Places between a gap or a ripple and a mode; arrays have shape (stretches,).

    Attributes
    ----------
    middle, half : array
        x in the middle of the gap or at the ripple, and h.
    mode : array
        x at the other end.
    parted : array of bool
        Whether the stretch starts at a gap.
    """

    middle: Reals
    half: Reals
    mode: Reals
    parted: NDArray[np.bool_]


def mean_density(modes: ModeNodes, alpha: float, model_size: int) -> DiscreteDensity:
    """Return the mean-field spectrum of a model of size N on these nodes for its modes, of capacity alpha.

    Examples
    --------
    >>> from .mode_nodes import group_modes
    >>> nodes = group_modes(1.5, 0.5, 16, 400, poles=True)
    >>> density = mean_density(nodes, 1.5, 16)
    >>> round(float((density.trace / density.eigenvalues).sum()), 8)  # the number of eigenvalues
    16.0
    """
    x, weights = _place_nodes(_find_stretches(modes, alpha, model_size))
    columns = np.empty((3, len(x)))
    for part in _chunks(modes, x):
        columns[:, part] = _solve_places(modes, model_size, x[part], weights[part])
    return DiscreteDensity(*columns)


def _find_stretches(modes: ModeNodes, alpha: float, size: int) -> _Stretches:
    """Return the stretches from the gaps and ripples between the first modes, from above them and from below."""

    def excess(x: Reals) -> Reals:
        """Return S - 1 at y = 0."""
        return _moment(modes, x, 2) / size - 1

    own = modes.eigenvalues[: min(modes.alone, ceil(VISIBLE * alpha * sqrt(size)) + 1)]
    upper, lower = own[:-1], own[1:]
    # the minimum of S between two modes is where dS/dx = 0; S there, less 1, and its curvature give h
    middle = _bisect(lambda x: _moment(modes, x, 3), upper, lower)
    least = excess(middle)
    half = np.sqrt(np.abs(least) * size / (3 * _moment(modes, middle, 4)))
    parted = least < 0
    above, below = (_bisect(excess, side[parted], middle[parted]) for side in (upper, lower))
    middle[parted], half[parted] = (above + below) / 2, (above - below) / 2
    half = np.maximum(half, FLAT * (upper - lower))

    # above the first mode and below the last that has a stretch
    spread = np.array([sqrt(modes.squares.sum() / size)])
    top = _bisect(excess, own[:1], own[:1] + spread)  # there is no band beyond: a gap of any width will do
    bottom = -np.exp(_bisect(lambda v: excess(-np.exp(v)), np.array([TINY]), np.log(spread)))
    # |nu|^2 = x^2 + y^2, by which n is divided, is 0 at this distance below: a gap of that width removes it as well
    hard = np.minimum(-bottom, 1.5 * bottom**2 * _moment(modes, bottom, 4) / _moment(modes, bottom, 3))
    return _Stretches(
        np.concatenate([1.5 * top, middle, middle, bottom - hard / 2]),
        np.concatenate([0.5 * top, half, half, hard / 2]),
        np.concatenate([own[:1], lower, upper, own[-1:]]),
        np.concatenate([[True], parted, parted, [True]]),
    )


def _place_nodes(stretches: _Stretches) -> tuple[Reals, Reals]:
    """Return places and their weights, on panels in v."""
    distance, parted = stretches.mode - stretches.middle, stretches.parted
    reach = np.abs(distance) / stretches.half
    length = np.where(parted, np.arccosh(np.maximum(reach, 1.0)), np.arcsinh(reach))
    panels = np.ceil(length / PANEL).astype(int)
    # one row per panel: the stretch it belongs to, and its number within the stretch
    of = np.repeat(np.arange(len(panels)), panels)
    number = np.arange(len(of)) - (np.cumsum(panels) - panels)[of]
    s, w = legendre_rule(0.0, 1.0, NODES)
    width = (length / panels)[of, None]
    v, scale = (number[:, None] + s) * width, stretches.half[of, None]
    sinh, cosh, gap = np.sinh(v), np.cosh(v), parted[of, None]
    x = stretches.middle[of, None] + np.sign(distance)[of, None] * scale * np.where(gap, cosh, sinh)
    return x.ravel(), (scale * np.where(gap, sinh, cosh) * width * w).ravel()


def _solve_places(modes: ModeNodes, size: int, x: Reals, weights: Reals) -> tuple[Reals, Reals, Reals]:
    """Return mu, the squared coefficients p(dmu) and the trace mu n(dmu) at each place."""
    offset = modes.eigenvalues - x[:, None]
    distance = offset * offset
    height = np.maximum((modes.squares / size - distance).max(axis=1), 0.0)  # y^2 of the nearest mode alone: too small
    for _ in range(STEPS):
        near = 1 / (distance + height[:, None])
        total, slope = near @ modes.squares / size, (near * near) @ modes.squares / size
        step = (total - 1) * total / slope  # Newton for 1/S, which is concave in y^2: no step overshoots
        height = np.maximum(height + step, 0.0)
        if (np.abs(step) <= CONVERGED * height).all():
            break
    # the sums of the module's docstring, with r_k and then r_k^2
    near = 1 / (distance + height[:, None])
    trace, power = near @ modes.traces, near @ modes.moments
    near *= near
    q = near @ modes.squares
    near *= offset
    t = near @ modes.squares
    mu = (x * x + height) * trace / size
    breadth = 2 / size * (height * q + t * t / q) * weights * np.sqrt(height) / np.pi
    return mu, power / mu * breadth, trace * breadth


def _moment(modes: ModeNodes, x: Reals, power: int) -> Reals:
    """Return sum_k lambda_k^2/(lambda_k - x)^power: N S at y = 0, and its derivatives up to factors."""
    total = np.empty(len(x))
    for part in _chunks(modes, x):
        with np.errstate(divide="ignore"):
            inverse = 1 / (modes.eigenvalues - x[part, None])
        product = inverse * inverse
        for _ in range(power - 2):
            product *= inverse
        total[part] = product @ modes.squares
    return total


def _bisect(f: Callable[[Reals], Reals], start: Reals, end: Reals) -> Reals:
    """Return where f, positive at ``start``, turns negative towards ``end``, by bisection of each interval."""
    for _ in range(BISECTIONS):
        middle = (start + end) / 2
        positive = f(middle) > 0
        start, end = np.where(positive, middle, start), np.where(positive, end, middle)
    return np.asarray((start + end) / 2)


def _chunks(modes: ModeNodes, x: Reals) -> Iterator[slice]:
    """Return slices of the places, so many at a time that places times modes make a chunk."""
    rows = max(1, CHUNK // len(modes.eigenvalues))
    return (slice(first, first + rows) for first in range(0, len(x), rows))
