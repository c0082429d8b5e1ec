"""Which spectrum does a model of finite size N see?

A model of N random features learns on the kernel K = Lambda^{1/2} A^T A Lambda^{1/2}/N, where A is Gaussian, of shape
(N, M).  Its measure p(dmu) = sum_j (v_j . y)^2 delta(mu - mu_j) over the N non-zero eigenvalues drives the flow just as
that of the limit does; what no eigenvector reaches is the floor.  Two ways to it:

* `drawn_measure`: a draw of A, diagonalised.
* `mean_measure`: the deterministic equivalent (Marchenko and Pastur; Silverstein), without a draw.  The mean resolvent

      (K - z)^{-1} ~ (1 + delta) (Lambda + nu)^{-1},     1 + delta = 1/(1 - D) = -nu/z,
      z = -nu (1 - D),     D = (1/N) sum_k lambda_k/(lambda_k + nu),

  has z as an explicit function of nu.  The spectrum is where a real z has a complex nu = -x + i y, which is where

      (1/N) sum_k lambda_k^2 / ((lambda_k - x)^2 + y^2) = 1.

  For each x that has one solution y > 0 or none: bands are the intervals of x where the sum exceeds 1 at y = 0.  So
  nothing is smeared, and bands are resolved.  At the ends of a band y vanishes as a square root, which a substitution
  takes away; the lowest band is wide, and cut where modes still show in it, and evenly in sinh^{-1} x below.
  The floor is sum_k y_k^2 nu/(lambda_k + nu) where D = 1.

What was not used is the check: all mass must add up to sum_k y_k^2, and the first moment to sum_k y_k^2 lambda_k.  The
larger deviation is the stated error of the rule.  Of the mean itself: a curve of the mean measure differs from the mean
of drawn curves by terms that fall with N.

Layout: places x along the first axis, modes along the last.  Cost of a mean: some 100 sqrt(N) places times 3 N modes,
seconds for N = 1024.  Of a draw: N^2 M operations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import asinh, ceil, exp, floor, sqrt

import numpy as np

from exponents.errors import InputError
from exponents.rationals import check_capacity, check_source, exact, shown

from .inputs import check_whole
from .measure import SpectralMeasure
from .quadrature import Reals, integer_rule, legendre_rule

NODES = 16
"""Nodes in a band or a panel."""

EXPLICIT = 3
"""Modes up to this many times N are taken one by one: bands and ripples are theirs."""

VISIBLE = 4.0
"""Modes up to this times alpha sqrt(N) may have a band, or a ripple, of their own; beyond, ripples are rounding."""

PANEL = 0.5
"""Width in sinh^{-1} x of a panel where modes no longer show."""

RATIO = 1.3
"""Ratio of the ends of a block of modes beyond those that are explicit; a rule has `BLOCK` nodes."""

BLOCK = 8

DEPTH = 1e12
"""How far beyond N modes are resolved in a sum without end; what lies beyond acts through its sums alone."""

BISECTIONS, NEWTON = 100, 60
"""Steps that find an end of a band to rounding, and at most those that find y, which converge from one side."""

CONVERGED = 1e-11
"""Relative change of y^2 at which it is found: steps double its digits, so that it then has all of them."""

LARGEST = 4096
"""Model sizes that are taken: beyond, a mean takes minutes, and a draw too much memory."""


@dataclass(frozen=True)
class _Population:
    """Modes of the limit: eigenvalues, falling, how many modes each stands for, and the target's power of those."""

    eigenvalues: Reals
    counts: Reals
    powers: Reals

    @property
    def squares(self) -> Reals:
        return self.counts * self.eigenvalues**2


def drawn_measure(alpha: object, beta: object, model_size: int, modes: int, seed: int) -> SpectralMeasure:
    """The measure of one draw of A, for the sum over k <= modes of eq. 42.

    Parameters
    ----------
    model_size, modes : int
        N and M, N < M.
    seed : int
        Same seed, same bits.

    Raises
    ------
    InputError
        For alpha <= 1, beta <= 0, N < 1, N >= M, N above `LARGEST`, or a seed that is no whole number of at least 0.
    """
    a, b = _checked(alpha, beta, model_size, modes)
    check_whole(seed, "a seed", 0, 1)
    k = np.arange(1.0, modes + 1)
    target = k ** (-(a * b + 1) / 2)
    features = np.random.default_rng(seed).standard_normal((model_size, modes)) * k ** (-a / 2) / sqrt(model_size)
    eigenvalues, vectors = np.linalg.eigh(features @ features.T)
    powers = (vectors.T @ (features @ target)) ** 2 / eigenvalues
    left = max(0.0, float(target @ target - powers.sum()))
    return SpectralMeasure(eigenvalues[::-1], powers[::-1], left)


def mean_measure(alpha: object, beta: object, model_size: int, modes: int | None = None) -> SpectralMeasure:
    """The mean measure, for the sum over all integers k, or over k <= modes, of eq. 42.

    Raises
    ------
    InputError
        For alpha <= 1, beta <= 0, N < 1, N >= M, or N above `LARGEST`.
    """
    a, b = _checked(alpha, beta, model_size, modes)
    population = _population(a, b, model_size, modes)
    x, weights = _places(population, a, model_size)
    eigenvalues, powers = _resolved(population, model_size, x, weights)
    left = _floor(population, model_size)
    order = np.argsort(-eigenvalues)
    found = SpectralMeasure(eigenvalues[order], powers[order], left).compressed()
    total, moment = population.powers.sum(), population.powers @ population.eigenvalues
    apart = max(abs(found.variance / total - 1), abs(float(found.weights @ found.eigenvalues) / moment - 1))
    return replace(found, error=max(found.error, apart))


def _checked(alpha: object, beta: object, model_size: int, modes: int | None) -> tuple[float, float]:
    a, b = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
    check_whole(model_size, "the model size", 1, 64)
    if modes is not None:
        check_whole(modes, "the number of modes", 1, 1000)
    if model_size > LARGEST:
        raise InputError(f"the model size may be at most {LARGEST} here; got {shown(model_size)}; take a smaller one")
    if modes is not None and modes <= model_size:
        raise InputError(
            f"a model must be smaller than the number of modes; got N = {model_size}, M = {shown(modes)}; add modes"
        )
    return float(a), float(b)


def _population(alpha: float, beta: float, size: int, modes: int | None) -> _Population:
    """Modes one by one up to `EXPLICIT` N, and beyond in blocks; of a sum without end, the rest as one."""
    last = float(modes) if modes is not None else ceil(DEPTH * size)
    rules, first = [], 1.0
    while first <= last:
        after = first + 1 if first < EXPLICIT * size else max(first + 1, floor(first * RATIO))
        after = min(after, last + 1)
        rules.append(integer_rule(first, after - first, BLOCK))
        first = after
    k, counts = (np.concatenate(column) for column in zip(*rules, strict=True))
    found = _Population(k**-alpha, counts, counts * k ** (-alpha * beta - 1))
    if modes is not None:
        return found
    end = last + 0.5
    trace, square = end ** (1 - alpha) / (alpha - 1), end ** (1 - 2 * alpha) / (2 * alpha - 1)
    rest = (square / trace, trace**2 / square, end ** (-alpha * beta) / (alpha * beta))
    columns = (found.eigenvalues, found.counts, found.powers)
    return _Population(*(np.append(column, value) for column, value in zip(columns, rest, strict=True)))


def _excess(population: _Population, size: int, x: Reals) -> Reals:
    """(1/N) sum_k lambda_k^2/(lambda_k - x)^2 - 1: positive in bands."""
    with np.errstate(divide="ignore"):
        return np.asarray((1 / (population.eigenvalues - x[:, None]) ** 2) @ population.squares / size - 1)


def _places(population: _Population, alpha: float, size: int) -> tuple[Reals, Reals]:
    """Places x in all bands and their weights."""
    spread = sqrt(population.squares.sum() / size)
    top = float(population.eigenvalues[0])

    def excess(x: Reals) -> Reals:
        return _excess(population, size, x)

    highest = _changes(excess, np.array([top]), np.array([top + spread]))[0]
    lowest = -exp(float(_changes(lambda v: excess(-np.exp(v)), np.array([-690.0]), np.log([spread]))[0]))
    explicit = int(np.argmax(population.counts > 1)) if (population.counts > 1).any() else len(population.counts)
    count = min(explicit - 1, ceil(VISIBLE * alpha * sqrt(size)) + 1)
    upper, lower = population.eigenvalues[:count], population.eigenvalues[1 : count + 1]
    dips = _changes(lambda x: -_steepness(population, x), lower, upper)
    gaps = excess(dips) < 0
    ends = _changes(excess, lower[gaps], dips[gaps]), _changes(excess, upper[gaps], dips[gaps])
    rules = []
    for low, high in zip(np.append(ends[1], lowest), np.concatenate([[highest], ends[0]]), strict=True):
        ripples = dips[~gaps & (dips > low) & (dips < high)][::-1]
        rules.append(_band_rule(_pieces(low, high, ripples, wide=bool(low == lowest))))
    x, weights = (np.concatenate(column) for column in zip(*rules, strict=True))
    return x, weights


def _steepness(population: _Population, x: Reals) -> Reals:
    """Half of N times the derivative of the excess, which rises from one mode to the next."""
    inverse = 1 / (population.eigenvalues - x[:, None])
    return np.asarray((inverse * inverse * inverse) @ population.squares)


def _changes(f: Callable[[Reals], Reals], start: Reals, end: Reals) -> Reals:
    """Where f, positive from ``start`` on, turns negative towards ``end``, by bisection of each interval."""
    for _ in range(BISECTIONS):
        middle = (start + end) / 2
        positive = f(middle) > 0
        start, end = np.where(positive, middle, start), np.where(positive, end, middle)
    return np.asarray((start + end) / 2)


def _pieces(low: float, high: float, ripples: Reals, wide: bool) -> Reals:
    """Where a band is cut: between ripples, and if it is the wide one, evenly in sinh^{-1} x below them."""
    if not wide:
        return np.array([low, *ripples, high])
    above = np.array([*ripples, high])
    ends = asinh(-1.0), asinh(above[0] / -low)  # in units of the distance of the band's end from 0
    cuts = np.linspace(*ends, max(2, ceil((ends[1] - ends[0]) / PANEL)) + 1)
    return np.concatenate([[low], -low * np.sinh(cuts[1:-1]), above])


def _band_rule(pieces: Reals) -> tuple[Reals, Reals]:
    """Nodes and weights on a band; at its ends the place is a square, or a cosine if it is one piece."""
    s, w = legendre_rule(0.0, 1.0, NODES)
    if len(pieces) == 2:
        half = (pieces[1] - pieces[0]) / 2
        return pieces.mean() - half * np.cos(np.pi * s), half * np.pi * np.sin(np.pi * s) * w
    rules = []
    for number, (low, high) in enumerate(pairwise(pieces)):
        length = high - low
        if number == 0:
            rules.append((low + length * s**2, 2 * length * s * w))
        elif number == len(pieces) - 2:
            rules.append((high - length * s**2, 2 * length * s * w))
        else:
            rules.append((low + length * s, length * w))
    x, weights = (np.concatenate(column) for column in zip(*rules, strict=True))
    return x, weights


def _resolved(population: _Population, size: int, x: Reals, weights: Reals) -> tuple[Reals, Reals]:
    """Eigenvalues mu = z at each place, and their power: (1/pi) Im of the resolvent in the target, times dmu."""
    eigenvalues, squares = population.eigenvalues, population.squares
    distance = (eigenvalues - x[:, None]) ** 2
    height = np.maximum((eigenvalues**2 / size - distance).max(axis=1), 0.0)  # y^2 if the nearest mode were alone
    for _ in range(NEWTON):
        near = 1 / (distance + height[:, None])
        step = (near @ squares / size - 1) / ((near**2) @ squares / size)
        height += step
        if (np.abs(step) <= CONVERGED * height).all():
            break
    nu = -x + 1j * np.sqrt(height)
    resolvent = 1 / (eigenvalues + nu[:, None])
    dressed = 1 - (resolvent @ (population.counts * eigenvalues)) / size
    mu = (-nu * dressed).real
    slope = -1 + (resolvent**2) @ squares / size  # dz/dnu; z is real along the band, and nu = -x + i y
    density = np.abs(((resolvent @ population.powers) * nu / mu).imag) / np.pi
    return mu, density * np.abs(1 / (1 / slope).real) * weights


def _floor(population: _Population, size: int) -> float:
    """sum_k y_k^2 nu/(lambda_k + nu), where sum_k lambda_k/(lambda_k + nu) = N."""

    def surplus(v: Reals) -> Reals:
        weights = population.counts * population.eigenvalues
        return np.asarray((1 / (population.eigenvalues + np.exp(v)[:, None])) @ weights - size)

    top = np.log(population.counts @ population.eigenvalues / size)
    nu = np.exp(_changes(surplus, np.array([-690.0]), np.array([top])))[0]
    return float(population.powers @ (nu / (population.eigenvalues + nu)))
