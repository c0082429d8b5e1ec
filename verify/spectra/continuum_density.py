"""What is the density of the mean-field spectrum on the continuum?

Along the band of a `ContinuumEquivalent` z is real, and nu = -x + i y.  Near the lower end x is solved for at given y,
further up y at given x.  The sums at each place then give mu and the parts of the masses of target and trace.

Consistency check (not used in the solution), as in `random_features`: these masses, and their first moments.

Layout: places x along the first axis, points of the contour along the last.  Cost: a tenth of a second.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import asinh, ceil, floor, log, log2, pi
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from .continuum_equivalent import EDGE, ContinuumEquivalent
from .contour import Complexes, Contour, Places
from .quadrature import legendre_rule, panel_rule
from .spectrum import SMALLEST

NEAR, FAR = 0.5, 2.0
"""Widths in sinh^{-1} of panels of places next to the lower end of the band, and further up, where densities are powers
of mu."""

NEARBY = 10.0
"""How far up, in the same variable, panels are narrow."""

PLACES = 16  # in a panel

NEAREST = 1e-4
"""Smallest distance of N and P, over the larger, with panels of its own.  If N = P the lowest eigenvalues fall to 0."""

CONVERGED = 1e-8
"""Relative change of y at which the search for it ends: steps double its digits."""

ROUNDS = 60
"""Largest number of steps; about six are needed, and thirty next to the lower end of large models."""

FURTHEST = 10.0
"""Largest factor, less 1, by which a step may enlarge y^2."""


@dataclass(frozen=True)
class ContinuumDensity:
    """The mean-field spectrum as a rule, largest eigenvalue first, with the functions of nu; arrays of shape (places,).

    Attributes
    ----------
    eigenvalues, width : array
        mu, and the rule's dmu.
    nu, count, target : array
        nu, V and Y - `ContinuumEquivalent.norm` there; Im nu > 0.
    slopes : array of shape (3, places)
        d/dmu of nu, V and Y.
    power, trace : array
        Parts of sum_j y_j^2 and sum_j mu_j at the place; the former is for the loss on the P samples.
    """

    eigenvalues: Reals
    width: Reals
    nu: Complexes
    count: Complexes
    target: Complexes
    slopes: Complexes
    power: Reals
    trace: Reals


def solve_density(model: ContinuumEquivalent) -> ContinuumDensity:
    """Return the spectrum; if the band ends within `EDGE` of 1, the last place, mu = 1, has the mass that is left.

    Examples
    --------
    >>> density = solve_density(ContinuumEquivalent.from_input("3/2", "1/2", 64, 128))
    >>> round(float((density.trace / density.eigenvalues).sum()), 8)  # the number of eigenvalues
    64.0
    """
    parts = [_sum_at_places(model, *part) for part in _solve_places(model)]
    found = [np.concatenate(column, axis=-1) for column in zip(*parts, strict=True)]
    order = np.argsort(-found[0])
    found = [column[..., order] for column in found]
    if model.upper_end > 0:
        return ContinuumDensity(*found)
    *rest, power, trace = found
    rest = [np.concatenate([0 * column[..., :1], column], axis=-1) for column in rest]
    rest[0][0] = 1.0
    due = model.target_moments()[0] - max(0.0, 1 - model.size / model.samples) * model.floor, model.trace_moments()[0]
    left = [max(total - part.sum(), SMALLEST) for total, part in zip(due, (power, trace), strict=True)]
    return ContinuumDensity(*rest, *(np.insert(part, 0, more) for part, more in zip((power, trace), left, strict=True)))


def _sum_at_places(
    model: ContinuumEquivalent, places: Places, weights: Reals, part: Callable[[Complexes], Reals]
) -> tuple[NDArray[Any], ...]:
    """Return the fields of `ContinuumDensity`, from places and the weights of a part of nu."""
    nu, inverse = places.nu, places.resolvent
    count, squares, slope = places.contour.counts(nu, inverse)
    mu = np.abs(nu * (1 - count / model.size) * (1 - count / model.samples))
    inclination = 1 / (model.steepness(count, squares) - 1)  # dnu/dz; z is real along the band
    width = weights / np.abs(part(inclination))
    target, change, rest = model.target_sums(places.contour, nu, inverse)
    power = np.abs((target / (1 - count / model.size)).imag) / pi * width
    slopes = np.array([inclination, slope * inclination, change * inclination])
    return mu, width, nu, count, rest, slopes, power, np.abs(count.imag) / pi * width


def _solve_places(model: ContinuumEquivalent) -> list[tuple[Places, Reals, Callable[[Complexes], Reals]]]:
    """Return all places, up to x = 1/2 and beyond, each with the weights of a part of nu, and that part."""
    # x = low sinh t up to 1/2, in narrow and then wide panels of t
    ends = -asinh(1.0), asinh(0.5 / model.lower_end)
    near = min(ends[0] + NEARBY, ends[1])
    count = ceil((near - ends[0]) / NEAR), ceil((ends[1] - near) / FAR)
    cuts = np.concatenate([np.linspace(ends[0], near, count[0] + 1), np.linspace(near, ends[1], count[1] + 1)[1:]])
    t, v = panel_rule(cuts[1:], PLACES)
    low, weights = model.lower_end * np.sinh(t), model.lower_end * np.cosh(t) * v
    # 1 - x = e^t above 1/2, and beyond 1 up to the upper end, where y is like the root of the distance
    top = model.upper_end
    close = max(EDGE, min(top, 0.25))
    t, v = panel_rule(np.linspace(log(close), log(0.5), ceil(log(0.5 / close)) + 1), PLACES)
    beyond, width = -np.exp(t), np.exp(t) * v
    if top:
        s, w = legendre_rule(0.0, 1.0, PLACES)
        t, v = panel_rule(np.array([-close, 0.0, top / 2]), PLACES)
        beyond = np.concatenate([beyond, t, top - top / 2 * s**2])
        width = np.concatenate([width, v, top * s * w])
    return [
        (*_solve_lowest(model, model.lower_end * np.sinh(cuts[1])), np.imag),
        (_place(model, model.low, low, low - 1), weights, np.real),
        (_place(model, model.high, 1 + beyond, beyond), width, np.real),
    ]


def _place(model: ContinuumEquivalent, contour: Contour, place: Reals, beyond: Reals) -> Places:
    """Return places further up, where x rises, from x and x - 1."""
    return Places(contour, place, beyond, _solve_heights(model, contour, place, beyond))


def _solve_lowest(model: ContinuumEquivalent, last: float) -> tuple[Places, Reals]:
    """Return places from the lower end to x = ``last``, and their weights dy.

    Along them y rises from 0, while x may turn back.  x is even in y, and a power of mu is a power of y.  If N is
    close to P there is a second end nearby, at a y proportional to their distance.
    """
    y_last = float(_solve_heights(model, model.low, np.array([last]), np.array([last - 1]))[0])
    apart = max(1 - model.rank / max(model.size, model.samples), NEAREST)
    s, w = panel_rule(np.concatenate([[0.0], 2.0 ** np.arange(floor(log2(apart)), 1)]), PLACES)
    # Newton for x at given y, where Im z = 0
    place, y = -model.lower_end + (last + model.lower_end) * s**2, y_last * s
    for _ in range(ROUNDS):
        nu = -place + 1j * y
        count, squares, _ = model.low.counts(nu, model.low.resolvent(place, place - 1, y))
        z = -nu * (1 - count / model.size) * (1 - count / model.samples)
        step = z.imag / (model.steepness(count, squares) - 1).imag
        place = place + step
        if (np.abs(step) <= CONVERGED**2 * model.lower_end).all():
            break
    return Places(model.low, place, place - 1, y), y_last * w


def _solve_heights(model: ContinuumEquivalent, contour: Contour, place: Reals, beyond: Reals) -> Reals:
    """Return y at each x, by Newton for y^2 in (y/Im nu (1 + z/nu))^2 = 1, which is nearly linear in y^2."""
    square = (pi / model.alpha * model.single) ** 2 * np.hypot(place, model.lower_end) ** (2 - 2 / model.alpha)
    for _ in range(ROUNDS):
        y = np.sqrt(square)
        nu = -place + 1j * y
        count, squares, _ = contour.counts(nu, contour.resolvent(place, beyond, y))
        pull = (nu * count * (model.single - count * model.double)).imag
        ratio = square / pull**2
        change = model.steepness(count, squares).real
        step = (1 - ratio) / (ratio * (1 / square - change / (pull * y)))
        step = np.clip(step, -0.9 * square, FURTHEST * square)
        square = square + step
        if (np.abs(step) <= CONVERGED * square).all():
            break
    return np.sqrt(square)
