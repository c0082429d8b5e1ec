"""Where does the search for the best fit begin?

For a sum of monomials only the exponents are searched: given these, the prefactors follow by non-negative least squares
of (prediction - L)/L, which is ln(prediction/L) to first order (variable projection).  A grid of exponents, and the
local minima on it, are the starts.

Exponents are searched where the law falls with each resource.

For other laws the starts are spread over exponents and scales: each scale is put where its term has the size of the
loss, times a spread factor.
"""

from __future__ import annotations

from itertools import chain, combinations, product

import numpy as np

from exponents.text.law_text import LawText, Monomial, Tree

from ..arrays import Places, Reals
from .log_model import LogModel, SumModel
from .tree_model import TreeModel

SMALLEST, LARGEST = 0.02, 3.0
"""Exponents on the grid."""

GRID = {1: 60, 2: 18, 3: 8}
"""Points of the grid in each exponent, by the number of exponents; beyond, `SPREAD` points are spread evenly."""

SPREAD = 1500
TREE_STARTS = 64
VANISHING = 1e-12
"""A prefactor that is 0 on the grid starts as this part of the loss."""


def grid_starts(law: LawText, model: LogModel, loss: Reals, most: int) -> Reals:
    """Return starts in centred unknowns, best first.

    Parameters
    ----------
    law : LawText
    model : LogModel
        The law on the runs.
    loss : (n,)
    most : int
        Most starts of a sum of monomials.

    Returns
    -------
    array, (b, p)

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> from .log_model import build_model
    >>> law, size = read_law(("E", "A*N**-alpha"), ("N",)), np.logspace(6, 9, 12)
    >>> model = build_model(law, {"N": np.log(size)})
    >>> bool(abs(grid_starts(law, model, 2 + 300 * size**-0.3, 1)[0, 0] - 0.3) < 0.03)
    True
    """
    linear = _linear_scales(law)
    if linear is None or law.monomials is None:
        return _spread_starts(law, model, loss)
    # The searched unknowns come first: exponents, then scales that are not linear.
    searched = [i for i, name in enumerate(law.unknowns) if name not in linear]
    signs = falling_signs(law)
    points, shape = _grid(len(law.exponents))
    others = _spread(len(points), len(searched) - len(law.exponents), -12.0, 12.0)
    v = np.zeros((len(points), len(law.unknowns)))
    v[:, searched] = np.hstack([points * signs, others])
    values = _project(law, model, loss, v, linear)
    order = _local_minima(values, shape)[:most]
    return v[order]


def _linear_scales(law: LawText) -> tuple[str, ...] | None:
    """Return scales that no term holds two of, each to the power 1; None if there are none."""
    if law.monomials is None:
        return None
    chosen: list[str] = []
    for name in law.scales:
        holders = [dict(monomial.scales) for monomial in law.monomials if name in dict(monomial.scales)]
        if all(scales[name] == 1 and not set(chosen) & set(scales) for scales in holders):
            chosen.append(name)
    return tuple(chosen) or None


def falling_signs(law: LawText) -> Reals:
    """Return the sign of each exponent for which the law falls with its resources.

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> falling_signs(read_law(("A*N**-alpha", "B*D**beta"), ("N", "D"))).tolist()
    [1.0, -1.0]
    """
    monomials: tuple[Monomial, ...] = law.monomials or ()
    slopes = [part for monomial in monomials for _, _, parts in monomial.powers for part in parts]
    totals = [sum(slope for name, slope in slopes if name == own) for own in law.exponents]
    return np.array([-1.0 if total > 0 else 1.0 for total in totals])


def _grid(count: int) -> tuple[Reals, tuple[int, ...]]:
    """Return points in the exponents, and the shape of their grid; points that are spread have no shape."""
    if count == 0:
        return np.zeros((1, 0)), (1,)
    if count in GRID:
        axis = np.geomspace(SMALLEST, LARGEST, GRID[count])
        return np.array(list(product(axis, repeat=count))), (GRID[count],) * count
    return np.exp(_spread(SPREAD, count, np.log(SMALLEST), np.log(LARGEST))), ()


def _spread(number: int, dimensions: int, low: float, high: float) -> Reals:
    """Return points that fill a cube evenly: multiples of powers of an irrational number, modulo 1."""
    if dimensions == 0:
        return np.zeros((number, 0))
    root = 2.0
    for _ in range(50):  # the root of x^(d+1) = x + 1
        root = (1 + root) ** (1 / (dimensions + 1))
    steps = root ** -np.arange(1, dimensions + 1)
    return low + (high - low) * ((0.5 + np.arange(1, number + 1)[:, None] * steps) % 1)


def _project(law: LawText, model: LogModel, loss: Reals, v: Reals, linear: tuple[str, ...]) -> Reals:
    """Put the best linear prefactors into v, and return the sum of squares of relative errors at each point."""
    assert law.monomials is not None
    places = [law.unknowns.index(name) for name in linear]
    column = [
        next((j for j, name in enumerate(linear) if name in dict(monomial.scales)), -1) for monomial in law.monomials
    ]
    assert isinstance(model, SumModel)
    z = (v @ model.slopes.transpose(0, 2, 1)) + (model.constants - np.log(loss))[:, None]
    parts = np.exp(np.clip(z, -200, 200, out=z), out=z)  # relative to the loss, (k, b, n)
    basis = np.stack(
        [
            sum((parts[k] for k in range(len(column)) if column[k] == j), np.zeros_like(parts[0]))
            for j in range(len(linear))
        ]
    )
    fixed = sum((parts[k] for k in range(len(column)) if column[k] < 0), np.zeros_like(parts[0]))
    factors, values = _non_negative(basis, 1 - fixed)
    size = np.sqrt((basis**2).mean(2)).T
    v[:, places] = np.log(np.maximum(factors, VANISHING / np.maximum(size, 1e-200)))
    return values


def _non_negative(basis: Reals, target: Reals) -> tuple[Reals, Reals]:
    """Return the non-negative least squares of each problem, by trying each set of positive factors.

    basis is (j, b, n), target (b, n); returns factors (b, j) and sums of squares (b,).
    """
    count, b, _ = basis.shape
    size = np.sqrt((basis**2).sum(2))
    unit = basis / size[:, :, None]
    rows = unit.transpose(1, 0, 2)
    gram = rows @ rows.swapaxes(1, 2)
    right = (rows @ target[:, :, None])[:, :, 0]
    whole = (target**2).sum(1)
    best, factors = whole.copy(), np.zeros((b, count))
    for held in chain.from_iterable(combinations(range(count), k) for k in range(1, count + 1)):
        own = np.ix_(range(b), held, held)
        found = np.linalg.solve(gram[own] + 1e-13 * np.eye(len(held)), right[:, list(held), None])[:, :, 0]
        value = whole - (found * right[:, list(held)]).sum(1)
        better = (found >= 0).all(1) & (value < best)
        best[better] = value[better]
        factors[better] = 0
        factors[np.ix_(better, list(held))] = found[better]
    return factors / size.T, best


def _local_minima(values: Reals, shape: tuple[int, ...]) -> Places:
    """Return the places of the local minima on a grid, and then the others, each by value."""
    order = np.argsort(values, kind="stable")
    if not shape:
        return order
    grid = values.reshape(shape)
    least = np.ones(shape, bool)
    for axis in range(len(shape)):
        padded = np.pad(grid, [(1, 1) if a == axis else (0, 0) for a in range(len(shape))], constant_values=np.inf)
        for shift in (slice(None, -2), slice(2, None)):
            least &= grid <= padded[tuple(shift if a == axis else slice(None) for a in range(len(shape)))]
    flat = least.ravel()
    return np.concatenate([order[flat[order]], order[~flat[order]]])


def _spread_starts(law: LawText, model: LogModel, loss: Reals) -> Reals:
    """Return starts of a law that is a tree: exponents spread, and scales that give each term the size of the loss."""
    count = len(law.exponents)
    u = np.zeros((TREE_STARTS, len(law.unknowns)))
    u[:, :count] = np.exp(_spread(TREE_STARTS, count, np.log(SMALLEST), np.log(LARGEST)))
    jitter = _spread(TREE_STARTS, len(law.scales), -2.5, 1.0)
    if isinstance(model, TreeModel):
        centre = TreeModel(law, {name: np.array([values.mean()]) for name, values in model.logs.items()})
        _place_scales(law.tree, np.full(TREE_STARTS, np.log(loss).mean()), centre, u, law)
    u[:, count:] += jitter
    return model.to_centred(u)


def _place_scales(tree: Tree, target: Reals, centre: TreeModel, u: Reals, law: LawText) -> None:
    """Choose scales so that each term has the logarithm ``target`` at the centre of the runs."""
    head, *parts = tree
    if head == "scale":
        u[:, law.unknowns.index(parts[0])] = target
    elif head in ("add", "min", "max"):
        for part in parts:
            _place_scales(part, target, centre, u, law)
    elif head == "pow":
        power = centre.exponent(parts[1], u)
        _place_scales(parts[0], target / np.where(np.abs(power) < 1e-9, 1.0, power), centre, u, law)
    elif head == "mul":
        plain = [part for part in parts if not _holds_scale(part)]
        rest = target - sum((centre.logarithm(part, u) for part in plain), np.zeros(len(u)))
        for part in parts:  # the first factor with a scale takes the size, the others are 1
            if _holds_scale(part):
                _place_scales(part, rest, centre, u, law)
                rest = np.zeros(len(u))


def _holds_scale(tree: Tree) -> bool:
    return tree[0] == "scale" or any(_holds_scale(part) for part in tree[1:] if isinstance(part, tuple))
