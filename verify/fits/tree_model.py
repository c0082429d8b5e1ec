"""What does a law predict that is no sum of monomials, such as ((A/N)^(α/β) + B/D)^β?

Its tree is evaluated from the leaves up.  Each node carries its logarithm f, the gradient and the second derivatives in
the unknowns u (exponents, and logarithms of scales):

    product   f = sum f_k
    power     f = e f_0,         df = e df_0 + f_0 de,     d2f = e d2f_0 + df_0 de^T + de df_0^T + f_0 d2e
    sum       f = ln sum e^f_k,  df = sum P_k df_k,        d2f = sum P_k (d2f_k + df_k df_k^T) - df df^T
    min, max  those of the smaller or the larger

An exponent e is ordinary arithmetic in the unknown exponents, the same for all runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np

from exponents.text.law_text import LawText, Tree

from ..arrays import Reals

Jet: TypeAlias = "tuple[Reals, Reals, Reals]"
"""A value (b, n), its gradient (b, n, p) and its second derivatives (b, n, p, p); n is 1 for exponents."""


class TreeModel:
    """A law on given runs, by its tree; see the module.

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> model = TreeModel(read_law(("(A/N + 1/D)**beta",), ("N", "D")), {"N": np.zeros(1), "D": np.zeros(1)})
    >>> model.unknowns, np.exp(model.predict(np.array([[2.0, np.log(3.0)]]))).round(6).tolist()
    (('beta', 'A'), [[16.0]])
    """

    def __init__(self, law: LawText, logs: Mapping[str, Reals]) -> None:
        self.unknowns = law.unknowns
        self.irreducible = law.unknowns.index(law.irreducible) if law.irreducible else None
        self.transform = np.eye(len(law.unknowns))
        self.tree, self.exponents = law.tree, set(law.exponents)
        self._place = {name: i for i, name in enumerate(law.unknowns)}
        self.logs = {name: np.asarray(logs[name], float) for name in law.resources}
        self.runs = len(next(iter(logs.values())))

    def to_centred(self, u: Reals) -> Reals:
        """Return u: a tree has no centred unknowns."""
        return u

    def predict(self, v: Reals) -> Reals:
        """Return m."""
        return self.evaluate(v)[0]

    def evaluate(self, v: Reals) -> tuple[Reals, tuple[Reals, ...]]:
        """Return m, and dm and d2m."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            value, slope, second = self._log(self.tree, v)
        b, n, p = len(v), self.runs, v.shape[1]
        return (
            np.broadcast_to(value, (b, n)),
            (np.broadcast_to(slope, (b, n, p)), np.broadcast_to(second, (b, n, p, p))),
        )

    def slopes_at(self, state: tuple[Reals, ...]) -> Reals:
        """Return dm."""
        return state[0]

    def curvature(self, state: tuple[Reals, ...], slopes: Reals, second: Reals, first: Reals) -> Reals:
        """Return sum_i second_i dm_i dm_i^T + first_i d2m_i."""
        squares = slopes.transpose(0, 2, 1) @ (second[:, :, None] * slopes)
        own: Reals = np.einsum("bn,bnpq->bpq", first, state[1])
        return squares + own

    def logarithm(self, tree: Tree, v: Reals) -> Reals:
        """Return the logarithm of an expression in the first run, (b,)."""
        return np.broadcast_to(self._log(tree, v)[0][:, 0], len(v))

    def exponent(self, tree: Tree, v: Reals) -> Reals:
        """Return an exponent, (b,)."""
        return np.broadcast_to(self._exponent(tree, v)[0][:, 0], len(v))

    def _unit(self, name: str, v: Reals) -> Jet:
        """Return the jet of one unknown."""
        b, p = v.shape
        slope = np.zeros((b, 1, p))
        slope[:, :, self._place[name]] = 1
        return v[:, [self._place[name]]], slope, np.zeros((b, 1, p, p))

    def _constant(self, value: Reals, v: Reals) -> Jet:
        p = v.shape[1]
        return np.atleast_2d(value), np.zeros((1, 1, p)), np.zeros((1, 1, p, p))

    def _log(self, tree: Tree, v: Reals) -> Jet:
        """Return the jet of the logarithm of an expression."""
        head, *parts = tree
        if head == "number":
            return self._constant(np.log(np.array([parts[0]])), v)
        if head == "resource":
            return self._constant(self.logs[parts[0]], v)
        if head == "scale":
            return self._unit(parts[0], v)
        if head == "pow":
            return _multiply(self._exponent(parts[1], v), self._log(parts[0], v))
        jets = [self._log(part, v) for part in parts]
        if head == "mul":
            return _add(jets)
        return _log_add(jets) if head == "add" else _select(jets, np.minimum if head == "min" else np.maximum)

    def _exponent(self, tree: Tree, v: Reals) -> Jet:
        """Return the jet of an exponent, by ordinary arithmetic."""
        head, *parts = tree
        if head == "number":
            return self._constant(np.array([parts[0]]), v)
        if head == "exponent":
            return self._unit(parts[0], v)
        if head == "pow":
            return _power(self._exponent(parts[0], v), self._exponent(parts[1], v))
        jets = [self._exponent(part, v) for part in parts]
        if head == "mul":
            found = jets[0]
            for jet in jets[1:]:
                found = _multiply(found, jet)
            return found
        return _add(jets) if head == "add" else _select(jets, np.minimum if head == "min" else np.maximum)


def _outer(left: Reals, right: Reals) -> Reals:
    return left[..., :, None] * right[..., None, :]


def _add(jets: list[Jet]) -> Jet:
    values, slopes, seconds = zip(*jets, strict=True)
    return sum(values[1:], values[0]), sum(slopes[1:], slopes[0]), sum(seconds[1:], seconds[0])


def _multiply(left: Jet, right: Jet) -> Jet:
    (e, de, d2e), (f, df, d2f) = left, right
    value, slope = e * f, e[..., None] * df + f[..., None] * de
    cross = _outer(de, df)
    return value, slope, e[..., None, None] * d2f + f[..., None, None] * d2e + cross + cross.swapaxes(-1, -2)


def _power(base: Jet, power: Jet) -> Jet:
    """Return x^k for a constant k."""
    (x, dx, d2x), k = base, power[0]
    first, second = k * x ** (k - 1), k * (k - 1) * x ** (k - 2)
    return x**k, first[..., None] * dx, first[..., None, None] * d2x + second[..., None, None] * _outer(dx, dx)


def _log_add(jets: list[Jet]) -> Jet:
    values = np.broadcast_arrays(*(jet[0] for jet in jets))
    top = np.maximum.reduce(values)
    parts = [np.exp(value - top) for value in values]
    total = sum(parts[1:], parts[0])
    shares = [part / total for part in parts]
    slope = sum(share[..., None] * jet[1] for share, jet in zip(shares, jets, strict=True))
    second = sum(
        share[..., None, None] * (jet[2] + _outer(jet[1], jet[1])) for share, jet in zip(shares, jets, strict=True)
    )
    return top + np.log(total), slope, second - _outer(slope, slope)


def _select(jets: list[Jet], choose: np.ufunc) -> Jet:
    found = jets[0]
    for jet in jets[1:]:
        first = choose(found[0], jet[0]) == found[0]
        found = (
            np.where(first, found[0], jet[0]),
            np.where(first[..., None], found[1], jet[1]),
            np.where(first[..., None, None], found[2], jet[2]),
        )
    return found
