"""To which phase does a point of the parameter plane belong, in floating point?

The regions of a diagram are inequalities between rational functions.  Each becomes a depth: a function of two arrays
that is positive inside and continuous across the edge.  For ``f > 0`` it is the numerator of f times the sign of its
denominator, for And the smallest of its parts, for Or the largest.  Its zero level is the exact edge of the region,
which is what curves and fills are drawn from.

A diagram in one parameter is drawn as a strip: 0 < y < 1 joins its domain, and everything else stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sympy import And, Dummy, Expr, Or, S, Symbol, factor_list, fraction, lambdify, together
from sympy.core.relational import Relational, StrictGreaterThan
from sympy.logic.boolalg import Boolean

from exponents.algebra.parametric import positive_side
from exponents.errors import InputError
from exponents.optimum.phase_diagram import PhaseDiagram

Reals: TypeAlias = NDArray[np.float64]
Labels: TypeAlias = NDArray[np.int64]

OUTSIDE = -1
"""Label of points outside the domain or on an edge."""


@dataclass(frozen=True)
class Plane:
    """A phase diagram as functions of two coordinates.

    Attributes
    ----------
    x, y : Symbol
        What the coordinates are; in a strip ``y`` is a dummy.
    regions : tuple of Boolean
        Each phase, inside the domain.
    domain : tuple of Boolean
        Inequalities that hold where the diagram is defined.
    curves : tuple of Expr
        The distinct polynomials on which phases meet.
    edges : tuple of Expr
        The distinct polynomials on which the domain ends.
    """

    x: Symbol
    y: Symbol
    regions: tuple[Boolean, ...]
    domain: tuple[Boolean, ...]
    curves: tuple[Expr, ...]
    edges: tuple[Expr, ...]

    def depths(self, x: Reals, y: Reals) -> Reals:
        """Return for each phase, along the first axis, how deep the points lie inside its part of the domain."""
        within = self._depths(self.domain, x, y).min(axis=0, initial=np.inf)
        return np.minimum(self._depths(self.regions, x, y), within)

    def labels(self, x: Reals, y: Reals) -> Labels:
        """Return the position of the phase that each point lies in, or `OUTSIDE`."""
        depths = self.depths(x, y)
        return np.where(depths.max(axis=0) > 0, depths.argmax(axis=0), OUTSIDE)

    def defined(self, x: Reals, y: Reals) -> NDArray[np.bool_]:
        """Return which points lie inside the domain."""
        return np.all(self._depths(self.domain, x, y) > 0, axis=0)

    def values(self, polynomials: Sequence[Expr], x: Reals, y: Reals) -> Reals:
        """Return the values of polynomials, along the first axis, at the points."""
        return _values(tuple(polynomials), (self.x, self.y), x, y)

    def _depths(self, conditions: tuple[Boolean, ...], x: Reals, y: Reals) -> Reals:
        """Return the depths of several conditions; common parts are computed once."""
        relations, parts = _parts(conditions)
        values = _values(parts, (self.x, self.y), x, y)
        known = dict(zip(relations, values[::2] * np.sign(values[1::2]), strict=True))
        shape = np.broadcast(x, y).shape
        return np.array([np.broadcast_to(_depth(c, known), shape) for c in conditions]).reshape(len(conditions), *shape)


def plane_of(diagram: PhaseDiagram, x: Symbol, y: Symbol | None) -> Plane:
    """Return the diagram with ``x`` to the right and ``y`` upwards; without ``y`` a strip.

    Raises
    ------
    InputError
        If the diagram has no parameter, or the axes are not its parameters.

    Examples
    --------
    >>> from exponents.model.table1 import optimum
    >>> from exponents.symbols import alpha, beta
    >>> plane = plane_of(optimum("lazy"), beta, alpha)
    >>> plane.labels(np.array([0.5, 1.2, -1.0]), np.array([2.0, 2.0, 2.0])).tolist()
    [0, 1, -1]
    """
    parameters, axes = diagram.programme.parameters, (x,) if y is None else (x, y)
    if not parameters:
        raise InputError("a phase diagram is drawn over one or two parameters; got none; put a symbol in an exponent")
    if set(axes) != set(parameters) or len(axes) != len(parameters):
        wanted, given = (", ".join(str(symbol) for symbol in symbols) for symbols in (parameters, axes))
        raise InputError(f"the axes must be the parameters {wanted}, each once; got {given}; name those as x and y")
    upwards = Dummy("strip") if y is None else y
    sides = [*diagram.programme.domain, *((upwards, 1 - upwards) if y is None else ())]
    return Plane(
        x,
        upwards,
        tuple(phase.where for phase in diagram.phases),
        tuple(StrictGreaterThan(side, 0, evaluate=False) for side in sides),
        tuple(dict.fromkeys(boundary.polynomial for boundary in diagram.boundaries)),
        tuple(dict.fromkeys(factor for side in sides for factor in _factors(side))),
    )


def _factors(side: Expr) -> list[Expr]:
    """Return the irreducible polynomials on which ``side`` vanishes or has a pole."""
    return [factor for part in fraction(together(side)) for factor, _ in factor_list(part)[1]]


def _depth(condition: Boolean, known: dict[Relational, Reals]) -> Any:
    if isinstance(condition, Relational):
        return known[condition]
    if isinstance(condition, And | Or):
        return reduce(
            np.minimum if isinstance(condition, And) else np.maximum, [_depth(c, known) for c in condition.args]
        )
    return np.inf if condition == S.true else -np.inf


@lru_cache(maxsize=256)
def _parts(conditions: tuple[Boolean, ...]) -> tuple[tuple[Relational, ...], tuple[Expr, ...]]:
    """Return the distinct inequalities in the conditions, and numerator and denominator of each one's positive side."""
    found = dict.fromkeys(r for c in conditions for r in sorted(c.atoms(Relational), key=str))
    return tuple(found), tuple(part for r in found for part in fraction(together(positive_side(r))))


def _values(expressions: tuple[Expr, ...], symbols: tuple[Symbol, Symbol], x: Reals, y: Reals) -> Reals:
    shape = np.broadcast(x, y).shape
    with np.errstate(all="ignore"):  # values may overflow far out, where their signs are still right
        found = _compile(expressions, symbols)(x, y)
    return np.array([np.broadcast_to(np.asarray(v, dtype=np.float64), shape) for v in found]).reshape(
        len(expressions), *shape
    )


@lru_cache(maxsize=1024)
def _compile(
    expressions: tuple[Expr, ...], symbols: tuple[Symbol, Symbol]
) -> Callable[[Reals, Reals], Sequence[Reals]]:
    function: Callable[[Reals, Reals], Sequence[Reals]] = lambdify(
        symbols, list(expressions), modules="numpy", cse=True
    )
    return function
