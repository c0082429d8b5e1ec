"""Which spectrum does the model learn on?

At B = infinity the model sees its data through one measure on the eigenvalues mu of its kernel,

    p(dmu) = sum_j y_j^2 delta(mu - mu_j),         y_j^2 = mu_j w_j^2,

and a floor, the part of the loss that no training removes.  For N = infinity the modes are those of eq. 6 and 42,

    mu_k = k^{-alpha},    y_k^2 = k^{-alpha beta - 1},

summed over integers k, or the continuum y^2(k) dk on k >= 1.

Cutting such a sum at some largest k is the classic trap: from a time of order k^alpha on, the missing modes look like a
faster law.  Nothing is cut here.  Panels in ln mu hold Gauss rules (`quadrature`), down to where the largest clock
that will be asked for does not move the modes any more; all that lies below is one node with the mass and mean of the
rest.  The error of the rule is measured against one with twice as many panels, and stated.

Eigenvalues are in units of the largest, so that clocks are in units of its inverse; weights are in units of the
variance that the mode k = 1 contributes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import islice, pairwise
from math import ceil, exp, floor, inf, isinf, log
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError
from exponents.names import SPECTRA, SpectrumKind, require
from exponents.rationals import abbreviate, check_capacity, check_source, exact, to_double

from ..arrays import Reals
from ..inputs import check_whole
from .quadrature import integer_rule, legendre_rule, rule_of_points

Rule = Callable[[float, float, float, float], tuple[Reals, Reals]]
"""(alpha, beta, depth, scale) -> eigenvalues and weights, on panels whose width is scaled."""

CONTINUUM_PANEL = 2.0
"""Width in ln(1/mu) of a panel of the continuum: what is integrated is a function of mu tau, entire in ln mu."""

DISCRETE_PANEL = 1.0
"""Width in ln(1/mu) of a panel of discrete modes, whose rules are exact for polynomials in k, not in ln k."""

STEEP = 2.0
"""beta above which panels become narrower, as the weights fall by more within one."""

NODES = 9
"""Nodes in a panel.  Together with the widths they leave an error of 1e-11 for small beta, 1e-8 near beta = 2."""

BELOW = 36.0
"""How far below 1/clock, in (2 + beta) ln mu, the modes are still resolved: the rest is one node of the same mass and
mean, which is exact to the square of mu clock, and its weight falls as mu^beta."""

LATE = 100.0
"""Clock, in units of one over the smallest eigenvalue, up to which the error of a rule is looked at."""

GONE = 1000.0
"""mu clock at which a mode is gone, to the last of double precision."""

MAX_MODES = 1_000_000
"""Modes that are read from a file or an array.  A measured spectrum of more can be binned."""

LONGEST = 1000
"""Letters that a line of a file may have."""

SMALLEST = 1e-290
"""Weights and eigenvalues below it are at the end of double precision."""


@dataclass(frozen=True)
class Spectrum:
    """The measure p(dmu) that the dynamics runs on.

    Attributes
    ----------
    eigenvalues : array of shape (n,)
        mu_j > 0, falling.
    weights : array of shape (n,)
        y_j^2 = mu_j w_j^2 > 0: the target's power in each mode.
    floor : float
        Loss that remains at infinite time: power of the target outside the span of the modes.
    largest_clock : float
        The clock up to which the modes are resolved; infinite for modes given one by one.
    error : float
        Largest relative error of the rule in the lazy loss and in the lazy norm, over all clocks.
    """

    eigenvalues: Reals
    weights: Reals
    floor: float = 0.0
    largest_clock: float = inf
    error: float = 0.0

    def __len__(self) -> int:
        return len(self.eigenvalues)

    @property
    def variance(self) -> float:
        """The loss at time 0: all of the target's power."""
        return float(self.weights.sum()) + self.floor

    @property
    def norm(self) -> float:
        """|w|^2 = sum_j y_j^2/mu_j, the squared RKHS norm of what can be learned (eq. 7)."""
        return float((self.weights / self.eigenvalues).sum())

    def lazy_loss(self, clock: ArrayLike) -> Reals:
        """sum_j y_j^2 exp(-2 mu_j clock) + floor: the loss at gamma = 0, exact on these modes (eq. 8)."""
        decay = np.exp(-2 * np.multiply.outer(np.asarray(clock, float), self.eigenvalues))
        return np.asarray(decay @ self.weights + self.floor)

    def correlations(self, clock: ArrayLike, powers: Sequence[int] = (0,)) -> tuple[Reals, ...]:
        """sum_j y_j^2 x_j^power e^{-x_j} with x_j = mu_j clock, for each power; with 0, B of eq. 66 in its clock."""
        x = np.minimum(np.multiply.outer(np.asarray(clock, float), self.eigenvalues), GONE)
        decay = np.exp(-x)
        return tuple((decay if power == 0 else x**power * decay) @ self.weights for power in powers)

    def lazy_norm(self, clock: ArrayLike) -> Reals:
        """sum_j (y_j^2/mu_j) (1 - exp(-mu_j clock))^2: |w|^2 at gamma = 0 (eq. 47)."""
        learned = -np.expm1(-np.multiply.outer(np.asarray(clock, float), self.eigenvalues))
        return np.asarray(learned**2 @ (self.weights / self.eigenvalues))

    def compress(self) -> Spectrum:
        """The same measure on fewer nodes: in each panel of ln mu, the Gauss rule of its modes.

        Panels halve towards the slowest mode, which is all that is left in the end.
        """
        position = -np.log(self.eigenvalues)
        panel = np.floor((position - position[0]) / DISCRETE_PANEL)
        ahead = (position[-1] - position) / DISCRETE_PANEL
        last = ahead < 1
        panel[last] = panel[-1] + 1 - np.floor(np.log2(np.maximum(ahead[last], np.finfo(float).eps)))
        parts = [
            (u, w) if len(u) <= NODES else rule_of_points(u, w, NODES)
            for u, w in (_distinct(position[panel == i], self.weights[panel == i]) for i in np.unique(panel))
        ]
        u, w = (np.concatenate(column) for column in zip(*parts, strict=True))
        smaller = replace(self, eigenvalues=np.exp(-u), weights=w)
        return replace(smaller, error=max(self.error, _difference(smaller, self)))


def power_law_spectrum(
    alpha: object,
    beta: object,
    largest_clock: float = 1e12,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
) -> Spectrum:
    """The spectrum of eq. 6 and 42, resolved for clocks up to ``largest_clock``.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    largest_clock : float
        Largest tau that the measure will be used with.
    spectrum : "continuum" or "modes"
        y^2(k) dk on k >= 1, or the sum over integers k.
    modes : int, optional
        With "modes": k <= modes.  Without it the sum is infinite.

    Raises
    ------
    InputError
        For alpha <= 1, beta <= 0, modes < 2, or a clock or weights beyond double precision.
    """
    a, b = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
    if not 0 < largest_clock < 1 / SMALLEST:
        raise InputError(
            f"the clock must lie between 0 and {1 / SMALLEST:.0e}; got {largest_clock}; "
            "ask for less time or a smaller gamma"
        )
    require(spectrum, SPECTRA, "the spectrum")
    if spectrum == "continuum":
        if modes is not None:
            raise InputError(f"a continuum has no number of modes; got {abbreviate(modes)}; take the spectrum of modes")
        return _checked(a, b, largest_clock, _continuum)
    if modes is None:
        return _checked(a, b, largest_clock, _integers)
    check_whole(modes, "the number of modes", 2, 10000)
    return _checked(a, b, largest_clock, partial(_integers, last=to_double(modes, "the number of modes")))


def spectrum_from_arrays(eigenvalues: ArrayLike, weights: ArrayLike, floor: float = 0.0) -> Spectrum:
    """A measured spectrum.

    Parameters
    ----------
    eigenvalues : array of shape (n,)
        mu_j > 0 in any order, n between 2 and `MAX_MODES`.
    weights : array of shape (n,)
        y_j^2 = mu_j w_j^2 >= 0; modes without power of the target are left out, as they do not move.
    floor : float
        Power of the target outside all modes.

    Raises
    ------
    InputError
        For shapes that differ, NaN or infinities, eigenvalues that are zero or negative, negative weights, fewer than
        two modes with power, or too many.
    """
    mu, p = (np.asarray(values) for values in (eigenvalues, weights))
    for values, role in ((mu, "eigenvalues"), (p, "weights")):
        if values.dtype.kind not in "iuf" or values.ndim != 1:
            raise InputError(f"{role} must be one column of real numbers; got {values.dtype} of shape {values.shape}")
        if not np.isfinite(values).all():
            raise InputError(f"{role} must be finite; entry {_first(~np.isfinite(values))} is not; leave that mode out")
    mu, p = mu.astype(float), p.astype(float)
    if len(mu) != len(p):
        raise InputError(f"each mode needs an eigenvalue and a weight; got {len(mu)} and {len(p)}")
    if not len(mu) <= MAX_MODES:
        raise InputError(f"a spectrum may have at most {MAX_MODES} modes; got {len(mu)}; bin neighbouring ones")
    if (mu <= 0).any():
        raise InputError(
            f"eigenvalues must be positive; entry {_first(mu <= 0)} is {mu[mu <= 0][0]:g}; "
            "what a zero mode holds of the target belongs into the floor"
        )
    if (p < 0).any():
        raise InputError(f"weights must not be negative; entry {_first(p < 0)} is {p[p < 0][0]:g}; give y^2 = mu w^2")
    if not 0 <= floor < inf:
        raise InputError(f"the floor must be a loss of at least 0; got {floor}")
    order = np.argsort(-mu, kind="stable")
    order = order[p[order] > 0]
    if len(order) < 2:
        raise InputError(
            f"a spectrum needs at least two modes in which the target has power; got {len(order)}; "
            "one mode has no exponent"
        )
    mu, p = mu[order], p[order]
    if mu[-1] < SMALLEST or mu[0] > 1 / SMALLEST or p.min() < SMALLEST or p.max() > 1 / SMALLEST:
        raise InputError(f"eigenvalues and weights must lie above {SMALLEST:.0e}; give them in larger units")
    return Spectrum(mu, p, float(floor))


def read_spectrum(path: Path) -> Spectrum:
    """A measured spectrum from a text file: a line a mode, its eigenvalue and the target's power in it.

    The two numbers are separated by blanks or a comma; lines that begin with # and a heading are passed over.

    Raises
    ------
    InputError
        If the file cannot be read, is empty, has a line without two numbers, more than `MAX_MODES` lines, or numbers
        that `from_arrays` refuses.
    """
    try:
        with path.open(encoding="utf-8") as stream:
            lines = iter(lambda: stream.readline(LONGEST), "")
            rows = list(islice(_rows(lines, path), MAX_MODES + 1))
    except UnicodeDecodeError as error:
        raise InputError(
            f"a spectrum must be a text file; {abbreviate(path.name)} is not; give a line a mode"
        ) from error
    except OSError as error:
        raise InputError(
            f"a spectrum must be a readable file; got {abbreviate(str(path))} ({error.strerror}); try another"
        ) from error
    if len(rows) > MAX_MODES:
        raise InputError(
            f"a spectrum may have at most {MAX_MODES} modes; {abbreviate(path.name)} has more; bin neighbouring ones"
        )
    if not rows:
        raise InputError(
            f"a spectrum needs a line 'eigenvalue weight' for each mode; {abbreviate(path.name)} has none; add them"
        )
    return spectrum_from_arrays(*np.array(rows).T)


def _rows(lines: Iterable[str], path: Path) -> Iterator[tuple[float, float]]:
    """Pairs of numbers, line by line; a first line in words is a heading."""
    started = False
    for number, line in enumerate(lines, 1):
        if len(line) == LONGEST:
            raise InputError(
                f"line {number} of {abbreviate(path.name)} is longer than {LONGEST} letters; give a line a mode"
            )
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            first, second = map(float, words)
        except ValueError as error:
            if started or any(word.lstrip("+-.")[:1].isdigit() for word in words):
                raise InputError(
                    f"line {number} of {abbreviate(path.name)} must have two numbers, an eigenvalue and a weight; "
                    f"got {abbreviate(line)}"
                ) from error
            started = True
            continue
        started = True
        yield first, second


def _checked(alpha: Fraction, beta: Fraction, clock: float, rule: Rule) -> Spectrum:
    """A power law by ``rule``, with the error that a rule on panels of half the width shows."""
    a, b = to_double(alpha, "alpha"), to_double(beta, "beta")
    if a * log(2) > -log(SMALLEST) or not 1 + a * b > 1:
        raise InputError(
            f"alpha = {abbreviate(alpha)}, beta = {abbreviate(beta)} are beyond double precision, in which the second eigenvalue "
            "must not vanish, nor alpha beta beside 1; take others"
        )
    depth = log(max(clock, 1.0)) + BELOW / (2 + b)
    if depth * max(b, 1) > -log(SMALLEST):
        limit = exp(-log(SMALLEST) / max(b, 1) - BELOW / (2 + b))
        raise InputError(
            f"for beta = {abbreviate(beta)} double precision reaches a clock of {limit:.0e}; got {clock:.1e}; "
            "ask for less time"
        )
    coarse, fine = (
        Spectrum(*rule(a, b, depth, scale), largest_clock=clock if scale == 1 else inf) for scale in (1.0, 0.5)
    )
    return replace(coarse, error=_difference(coarse, fine))


def _continuum(alpha: float, beta: float, depth: float, scale: float) -> tuple[Reals, Reals]:
    """Eigenvalues and weights of (1/alpha) e^{-beta u} du on u = -ln mu > 0."""
    panels = ceil(depth / (CONTINUUM_PANEL * scale) * max(1.0, beta / STEEP))
    edges = np.linspace(0.0, depth, panels + 1)
    rules = [legendre_rule(low, high, NODES) for low, high in pairwise(edges)]
    u, w = (np.concatenate(column) for column in zip(*rules, strict=True))
    mean = exp(-edges[-1]) * beta / (1 + beta)
    return _with_rest(np.exp(-u), w * np.exp(-beta * u) / alpha, exp(-beta * edges[-1]) / (alpha * beta), mean)


def _integers(alpha: float, beta: float, depth: float, scale: float, last: float = inf) -> tuple[Reals, Reals]:
    """Eigenvalues and weights of the sum over integers k, block by block; beyond the depth, one node."""
    end = min(last, ceil(exp(depth / alpha)))
    ratio = exp(DISCRETE_PANEL * scale / alpha / max(1.0, beta / STEEP))
    rules, first = [], 1.0
    while first <= end:
        after = max(first + 1, floor(first * ratio))
        if after > end:  # the last modes of a finite sum are all that is left in the end: blocks halve towards them
            left = end + 1 - first
            after = first + (left if end < last or left <= NODES else floor(left / 2))
        rules.append(integer_rule(first, after - first, NODES))
        first = after
    k, count = (np.concatenate(column) for column in zip(*rules, strict=True))
    beyond = end + 1
    mass, moment = (
        _power_sum(alpha * (beta + j) + 1, beyond, beyond) - _power_sum(alpha * (beta + j) + 1, last + 1, beyond)
        for j in (0, 1)
    )
    mean = beyond**-alpha * moment / mass if mass > 0 else 0.0
    return _with_rest(k**-alpha, count / k * k ** (-alpha * beta), mass / beyond * beyond ** (-alpha * beta), mean)


def _power_sum(power: float, first: float, unit: float) -> float:
    """sum_{k >= first} (k/unit)^{-power}, by Euler and Maclaurin for a first term far out."""
    if isinf(first):
        return 0.0
    if first < 100:
        head = np.arange(first, 100.0) / unit
        return float((head**-power).sum()) + _power_sum(power, 100.0, unit)
    derivatives = power / (12 * first) - power * (power + 1) * (power + 2) / 720 / first / first / first
    return (first / unit) ** -power * first * (1 / (power - 1) + (0.5 + derivatives) / first)


def _with_rest(mu: Reals, p: Reals, mass: float, mean: float) -> tuple[Reals, Reals]:
    """One more node, for a rest with this mass and this mean of mu."""
    return (mu, p) if mass <= 0 else (np.append(mu, mean), np.append(p, mass))


def _difference(rule: Spectrum, other: Spectrum) -> float:
    """Largest relative difference of two measures in the lazy loss and the lazy norm, over clocks they resolve."""
    top = min(rule.largest_clock, LATE / max(rule.eigenvalues[-1], other.eigenvalues[-1]))
    clocks = np.geomspace(0.01 / rule.eigenvalues[0], max(top, 1 / rule.eigenvalues[0]), 100)
    pairs = ((rule.lazy_loss(clocks), other.lazy_loss(clocks)), (rule.lazy_norm(clocks), other.lazy_norm(clocks)))
    return max(float(np.max(np.abs(own / reference - 1))) for own, reference in pairs)


def _distinct(points: Reals, weights: Reals) -> tuple[Reals, Reals]:
    """Points that occur several times, once, with the sum of their weights."""
    values, place = np.unique(points, return_inverse=True)
    return values, np.bincount(place, weights).astype(float)


def _first(mask: np.typing.NDArray[np.bool_]) -> int:
    return int(np.argmax(mask)) + 1
