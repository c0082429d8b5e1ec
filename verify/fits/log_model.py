"""What does a law predict, and how does the logarithm of the prediction change with its unknowns?

The unknowns u are the exponents, and the logarithms of the positive scales.  For a sum of monomials

    m = ln sum_k exp(z_k),    z_k = c_k + M_k u,

with P_k = exp(z_k - m), the shares of the terms,

    dm = sum_k P_k M_k,       d2m = sum_k P_k M_k M_k^T - dm dm^T.

Arrays: u is (b, p), for b fits at once; m is (b, n) for n runs; dm is (b, n, p).  M is (k, n, p).  Other laws are
trees, in `tree_model`.

The search works in centred unknowns v with u = T v: each prefactor is that of a term in units of its mean over the
runs.  This takes away most of the correlation between a prefactor and its exponent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeAlias

import numpy as np

from exponents.text.law_text import LawText

from ..arrays import Reals
from .tree_model import TreeModel

State: TypeAlias = "tuple[Reals, ...]"


class LogModel(Protocol):
    """A law on given runs."""

    unknowns: tuple[str, ...]
    transform: Reals
    irreducible: int | None

    def to_centred(self, u: Reals) -> Reals:
        """Return v for u."""

    def evaluate(self, v: Reals) -> tuple[Reals, State]:
        """Return m (b, n), and what the derivatives need; its arrays begin with b."""

    def predict(self, v: Reals) -> Reals:
        """Return m (b, n)."""

    def slopes_at(self, state: State) -> Reals:
        """Return dm (b, n, p)."""

    def curvature(self, state: State, slopes: Reals, second: Reals, first: Reals) -> Reals:
        """Return sum_i second_i dm_i dm_i^T + first_i d2m_i, of shape (b, p, p)."""


class SumModel:
    """A sum of monomials on given runs; see the module.

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> model = build_model(read_law(("E", "A*N**-alpha"), ("N",)), {"N": np.log([1.0, 10.0])})
    >>> model.unknowns, np.exp(model.predict(model.to_centred(np.array([[1.0, 0.0, 0.0]])))).round(3).tolist()
    (('alpha', 'E', 'A'), [[2.0, 1.1]])
    """

    def __init__(self, law: LawText, logs: Mapping[str, Reals]) -> None:
        assert law.monomials is not None
        self.unknowns = law.unknowns
        self.irreducible = law.unknowns.index(law.irreducible) if law.irreducible else None
        place = {name: i for i, name in enumerate(law.unknowns)}
        n = len(next(iter(logs.values())))
        slopes = np.zeros((len(law.monomials), n, len(place)))
        constants = np.zeros((len(law.monomials), n))
        for k, monomial in enumerate(law.monomials):
            constants[k] = np.log(monomial.number)
            for name, power in monomial.scales:
                slopes[k, :, place[name]] = power
            for resource, constant, parts in monomial.powers:
                constants[k] += constant * logs[resource]
                for name, slope in parts:
                    slopes[k, :, place[name]] += slope * logs[resource]
        self.transform = _centre(law, slopes)
        self.slopes, self.constants = slopes @ self.transform, constants
        self._flat = np.ascontiguousarray(self.slopes.reshape(-1, len(place)).T)
        self._constants = constants.ravel()
        self._outer = (self.slopes[..., :, None] * self.slopes[..., None, :]).reshape(len(self._constants), -1)

    def to_centred(self, u: Reals) -> Reals:
        """Return v for u."""
        found: Reals = np.asarray(np.linalg.solve(self.transform, u.T).T, float)
        return found

    def evaluate(self, v: Reals) -> tuple[Reals, State]:
        """Return m, and the shares P (b, k, n)."""
        z = v @ self._flat
        z += self._constants
        parts = z.reshape(len(v), *self.constants.shape)
        top = parts.max(1)
        parts -= top[:, None]
        np.exp(parts, out=parts)
        total = parts.sum(1)
        parts /= total[:, None]
        return top + np.log(total), (parts,)

    def predict(self, v: Reals) -> Reals:
        """Return m."""
        return self.evaluate(v)[0]

    def slopes_at(self, state: State) -> Reals:
        """Return dm."""
        shares = state[0]
        found = shares[:, 0, :, None] * self.slopes[0]
        for k in range(1, len(self.slopes)):
            found += shares[:, k, :, None] * self.slopes[k]
        return found

    def curvature(self, state: State, slopes: Reals, second: Reals, first: Reals) -> Reals:
        """Return sum_i second_i dm_i dm_i^T + first_i d2m_i."""
        b, _, p = slopes.shape
        squares = slopes.transpose(0, 2, 1) @ ((second - first)[:, :, None] * slopes)
        own = (first[:, None] * state[0]).reshape(b, -1) @ self._outer
        return squares + own.reshape(b, p, p)


def _centre(law: LawText, slopes: Reals) -> Reals:
    """Return T: the logarithm of each prefactor is taken at the mean of its first term over the runs."""
    place = {name: i for i, name in enumerate(law.unknowns)}
    transform, done = np.eye(len(place)), set()
    assert law.monomials is not None
    for k, monomial in enumerate(law.monomials):
        own = next((name for name, power in monomial.scales if power == 1 and name not in done), None)
        if own is None:
            continue
        done.add(own)
        for name in law.exponents:
            transform[place[own], place[name]] = -slopes[k, :, place[name]].mean()
    return transform


def build_model(law: LawText, logs: Mapping[str, Reals]) -> LogModel:
    """Return a law on given runs.

    Parameters
    ----------
    law : LawText
    logs : mapping of str to array
        The logarithm of each resource, in each run.

    Returns
    -------
    LogModel

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> type(build_model(read_law(("A*min(N,D)**-alpha",), ("N", "D")), {"N": np.ones(3), "D": np.ones(3)})).__name__
    'TreeModel'
    """
    return TreeModel(law, logs) if law.monomials is None else SumModel(law, logs)
