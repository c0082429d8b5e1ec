"""What is the spectrum of a model of N random features, in the mean?

The kernel K = Lambda^{1/2} A^T A Lambda^{1/2}/N, with A Gaussian of shape (N, M), has a deterministic equivalent
(Marchenko and Pastur; Silverstein).  With nu(z) from

    z = -nu (1 - D),     D = (1/N) sum_k lambda_k/(lambda_k + nu),

the mean of (K - z)^{-1} tends to (1/(1 - D)) (Lambda + nu)^{-1}, and that of the trace of (Sigma - z)^{-1} to N/nu,
where Sigma = A Lambda A^T/N, of shape (N, N), has the non-zero eigenvalues of K.  z is an explicit function of nu.  The
spectrum is where a real z = mu has a complex nu = -x + i y, and Im z = 0 with y > 0 says that

    S(x, y) = (1/N) sum_k lambda_k^2 r_k = 1,     r_k = 1/((lambda_k - x)^2 + y^2).

For each x that has one solution y > 0 or none: bands are the intervals of x where S > 1 at y = 0.  So nothing is
smeared, and bands are resolved.  What is wanted are sums over r_k,

    mu          = (|nu|^2/N) sum_k lambda_k r_k,
    dmu         = (2/N) (y^2 Q + T^2/Q) dx,
    p(dmu)      = (y/(pi mu)) sum_k y_k^2 lambda_k r_k dmu,
    mu n(dmu)   = (y/pi) sum_k lambda_k r_k dmu,

    Q = sum_k lambda_k^2 r_k^2,     T = sum_k lambda_k^2 (lambda_k - x) r_k^2,

with p the power of the target, and n the number of eigenvalues.

The rule: between neighbouring modes S has one minimum, which parts bands if it is below 1, and is a ripple if not.
Close to it, at a distance d, y is as sqrt(d^2 - h^2) if the gap is 2 h wide, and as sqrt(d^2 + h^2) at a ripple.  With
d = h cosh v and d = h sinh v both are h sinh v and h cosh v, and smooth.  So each mode has two stretches, one towards
each neighbour, with Gauss rules in v.  Modes far down have no ripples; one stretch with d = h cosh v, cut into panels,
takes what lies below the last that has.

Layout: places x along the first axis, modes along the last.  Cost: some 50 alpha sqrt(N) places, times the 4 alpha
sqrt(N) nodes of the population, times ten steps that find y: O(alpha^2 N), ten seconds for alpha sqrt(N) = 1500.
Memory: places are taken `CHUNK` numbers at a time, so that only the rule itself grows with N.
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
"""Nodes in a panel: mass and moments are then right to 1e-11, and to 1e-8 for the few eigenvalues of N = 1."""

PANEL = 0.75
"""Largest width in v of a panel."""

VISIBLE = 1.1
"""Modes up to this times alpha sqrt(N) have stretches of their own.  A ripple is the difference between the sum and the
integral over k, exp(-2 pi d) for a pole at a distance d = pi k^2/(alpha^2 N): below 1e-10 beyond."""

FLAT = 1e-8
"""Smallest h, in units of the distance of two modes: what is narrower changes nothing, to the square of this."""

BISECTIONS = 64
"""Steps that find an end of a band to rounding."""

TINY = -690.0
"""Logarithm of where the search for the lowest end starts."""

CONVERGED = 1e-11
"""Relative change of y^2 at which it is found: steps double its digits, so that it then has all of them."""

STEPS = 60
"""At most so many steps find y."""

CHUNK = 2**17
"""Numbers in an array of places and modes: 1 MiB, so that the few that a step needs stay near the processor."""


@dataclass(frozen=True)
class DiscreteDensity:
    """The mean spectrum as a rule; arrays have shape (places,).

    Attributes
    ----------
    eigenvalues : array
        mu.
    target : array
        Power of the target: p(dmu), a part of sum_k y_k^2.
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
        Whether it is a gap.
    """

    middle: Reals
    half: Reals
    mode: Reals
    parted: NDArray[np.bool_]


def mean_density(modes: ModeNodes, alpha: float, model_size: int) -> DiscreteDensity:
    """The mean spectrum of a model of size N on these modes."""
    x, weights = _rule(_stretches(modes, alpha, model_size))
    columns = np.empty((3, len(x)))
    for part in _parts(modes, x):
        columns[:, part] = _resolved(modes, model_size, x[part], weights[part])
    return DiscreteDensity(*columns)


def _stretches(modes: ModeNodes, alpha: float, size: int) -> _Stretches:
    """Gaps and ripples between the first modes, what lies above them and what lies below."""

    def excess(x: Reals) -> Reals:
        return _moment(modes, x, 2) / size - 1

    own = modes.eigenvalues[: min(modes.alone, ceil(VISIBLE * alpha * sqrt(size)) + 1)]
    upper, lower = own[:-1], own[1:]
    middle = _changes(lambda x: _moment(modes, x, 3), upper, lower)
    least = excess(middle)
    half = np.sqrt(np.abs(least) * size / (3 * _moment(modes, middle, 4)))
    parted = least < 0
    above, below = (_changes(excess, side[parted], middle[parted]) for side in (upper, lower))
    middle[parted], half[parted] = (above + below) / 2, (above - below) / 2
    half = np.maximum(half, FLAT * (upper - lower))

    spread = np.array([sqrt(modes.squares.sum() / size)])
    top = _changes(excess, own[:1], own[:1] + spread)  # beyond it is no band: a gap of any width will do
    bottom = -np.exp(_changes(lambda v: excess(-np.exp(v)), np.array([TINY]), np.log(spread)))
    # |nu|^2 = x^2 + y^2, by which n is divided, vanishes at this distance below: a gap of that width takes it away too
    hard = np.minimum(-bottom, 1.5 * bottom**2 * _moment(modes, bottom, 4) / _moment(modes, bottom, 3))
    return _Stretches(
        np.concatenate([1.5 * top, middle, middle, bottom - hard / 2]),
        np.concatenate([0.5 * top, half, half, hard / 2]),
        np.concatenate([own[:1], lower, upper, own[-1:]]),
        np.concatenate([[True], parted, parted, [True]]),
    )


def _rule(stretches: _Stretches) -> tuple[Reals, Reals]:
    """Places and their weights, on panels in v."""
    distance, parted = stretches.mode - stretches.middle, stretches.parted
    reach = np.abs(distance) / stretches.half
    length = np.where(parted, np.arccosh(np.maximum(reach, 1.0)), np.arcsinh(reach))
    panels = np.ceil(length / PANEL).astype(int)
    of = np.repeat(np.arange(len(panels)), panels)
    number = np.arange(len(of)) - (np.cumsum(panels) - panels)[of]
    s, w = legendre_rule(0.0, 1.0, NODES)
    width = (length / panels)[of, None]
    v, scale = (number[:, None] + s) * width, stretches.half[of, None]
    sinh, cosh, gap = np.sinh(v), np.cosh(v), parted[of, None]
    x = stretches.middle[of, None] + np.sign(distance)[of, None] * scale * np.where(gap, cosh, sinh)
    return x.ravel(), (scale * np.where(gap, sinh, cosh) * width * w).ravel()


def _resolved(modes: ModeNodes, size: int, x: Reals, weights: Reals) -> tuple[Reals, Reals, Reals]:
    """mu, the target's power and the trace at each place."""
    offset = modes.eigenvalues - x[:, None]
    distance = offset * offset
    height = np.maximum((modes.squares / size - distance).max(axis=1), 0.0)  # y^2 if one mode were alone: too small
    for _ in range(STEPS):
        near = 1 / (distance + height[:, None])
        total, slope = near @ modes.squares / size, (near * near) @ modes.squares / size
        step = (total - 1) * total / slope  # Newton's for 1/S, which is concave in y^2, so that none goes too far
        height = np.maximum(height + step, 0.0)
        if (np.abs(step) <= CONVERGED * height).all():
            break
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
    """sum_k lambda_k^2/(lambda_k - x)^power: N S at y = 0, and its derivatives up to factors."""
    total = np.empty(len(x))
    for part in _parts(modes, x):
        with np.errstate(divide="ignore"):
            inverse = 1 / (modes.eigenvalues - x[part, None])
        product = inverse * inverse
        for _ in range(power - 2):
            product *= inverse
        total[part] = product @ modes.squares
    return total


def _changes(f: Callable[[Reals], Reals], start: Reals, end: Reals) -> Reals:
    """Where f, positive from ``start`` on, turns negative towards ``end``, by bisection of each interval."""
    for _ in range(BISECTIONS):
        middle = (start + end) / 2
        positive = f(middle) > 0
        start, end = np.where(positive, middle, start), np.where(positive, end, middle)
    return np.asarray((start + end) / 2)


def _parts(modes: ModeNodes, x: Reals) -> Iterator[slice]:
    """Places, so many at a time that places times modes make a chunk."""
    rows = max(1, CHUNK // len(modes.eigenvalues))
    return (slice(first, first + rows) for first in range(0, len(x), rows))
