"""Is a phase diagram right?  This file checks a certificate without the package that made it, by Python alone.

    python -m exponents.certificate_checker law.json         or         python certificate_checker.py law.json

A certificate (`balance --certificate`) holds the loss, the budgets and, for each phase, its region, exponent,
vertices, weights and prices, as polynomials with rational coefficients.  With e_i for the exponents of term i and c_j
for those of budget j, a phase with the exponent z is optimal where

    primal   c_j.x = 1,   x >= 0,   e_i.x >= z               at each vertex x,
    dual     y >= 0,   sum y = 1,   sum_i y_i e_i <= sum_j p_j c_j,   sum p = z,

since then min_i e_i.x <= sum_i y_i e_i.x <= sum_j p_j = z for every allocation.  With sum y = 0 and z < 0 this says
that there is no allocation: the phase is infeasible.  Equations are checked as identities of
rational functions.  Inequalities are checked at one point of each cell on which no polynomial that occurs changes its
sign.  The cells are found here: roots by Sturm's chains and, for a second parameter, leading coefficients,
discriminants and resultants.  At each point exactly one region must hold, so the regions tile the domain; curves
between cells follow by continuity.  A loss with branches is the smallest of them: each is checked, and that no other
one falls faster.

Taken on trust: that the loss is the one that was meant, and that no vertex of an optimal face is left out.
"""

from __future__ import annotations

import contextlib
import json
import sys
from fractions import Fraction
from itertools import pairwise, product
from pathlib import Path
from typing import Any

SEPARATIONS = 300
"""Most halvings of the intervals of roots: beyond, two roots are one."""

INVALID = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, StopIteration)
"""Errors of data that is no certificate."""


class Forged(Exception):
    """The certificate does not prove what it says."""


class Poly(dict[tuple[int, ...], Fraction]):
    """A polynomial: a coefficient for the powers of the parameters; none is zero."""

    def plus(self, other: Poly, factor: Fraction = Fraction(1)) -> Poly:
        """Return self + factor other."""
        found = dict(self)
        for power, a in other.items():
            found[power] = found.get(power, Fraction(0)) + factor * a
        return Poly({power: a for power, a in found.items() if a})

    def times(self, other: Poly) -> Poly:
        """Return the product."""
        found = Poly()
        for (p, a), (q, b) in product(self.items(), other.items()):
            found = found.plus(Poly({tuple(i + j for i, j in zip(p, q, strict=True)): a * b}))
        return found

    def over(self, other: Poly) -> Poly | None:
        """Return self/other if that is a polynomial."""
        found, rest, lead = Poly(), self, max(other)
        while rest:
            power = tuple(i - j for i, j in zip(max(rest), lead, strict=True))
            if min(power, default=0) < 0:
                return None
            part = Poly({power: rest[max(rest)] / other[lead]})
            found, rest = found.plus(part), rest.plus(part.times(other), Fraction(-1))
        return found

    def at(self, point: tuple[Fraction, ...]) -> Fraction:
        """Return the value at a point."""
        total = Fraction(0)
        for power, a in self.items():
            for i, x in zip(power, point, strict=True):
                a *= x**i
            total += a
        return total

    def split(self) -> list[Poly]:
        """Return the coefficients in the last parameter, lowest first, as polynomials in the others."""
        found = [Poly() for _ in range(1 + max(power[-1] for power in self))]
        for power, a in self.items():
            found[power[-1]][power[:-1]] = a
        return found


class Ratio:
    """A rational function."""

    def __init__(self, top: Poly, bottom: Poly) -> None:
        self.top, self.bottom = top, bottom
        if not bottom:
            raise Forged("a denominator is zero")

    def plus(self, other: Ratio, sign: int = 1) -> Ratio:
        """Return self + sign other."""
        left, right = self.top.times(other.bottom), other.top.times(self.bottom)
        return Ratio(left.plus(right, Fraction(sign)), self.bottom.times(other.bottom))

    def times(self, other: Ratio) -> Ratio:
        """Return the product."""
        return Ratio(self.top.times(other.top), self.bottom.times(other.bottom))

    def at(self, point: tuple[Fraction, ...]) -> Fraction:
        """Return the value at a point."""
        return self.top.at(point) / self.bottom.at(point)


Line = list[Fraction]  # a polynomial in one variable: its coefficients, lowest first, the last not zero


def _trim(f: Line) -> Line:
    while f and not f[-1]:
        f = f[:-1]
    return f


def _divide(f: Line, g: Line) -> tuple[Line, Line]:
    """Return quotient and remainder."""
    found = [Fraction(0)] * max(len(f) - len(g) + 1, 0)
    while len(f) >= len(g):
        factor, shift = f[-1] / g[-1], len(f) - len(g)
        found[shift] = factor
        f = _trim([a - factor * g[i - shift] if i >= shift else a for i, a in enumerate(f)][:-1])
    return found, f


def _value(f: Line, x: Fraction) -> Fraction:
    return sum((a * x**i for i, a in enumerate(f)), Fraction(0))


def _common(f: Line, g: Line) -> Line:
    """Return the greatest common divisor, up to a factor."""
    while g:
        f, g = g, _divide(f, g)[1]
    return f


def _slope(f: Line) -> Line:
    return [i * a for i, a in enumerate(f)][1:]


def _isolate(f: Line) -> list[tuple[Fraction, Fraction, Line]]:
    """Return an interval for each root of a polynomial without multiple ones, with the polynomial."""
    chain = [f, _slope(f)]
    while chain[-1]:
        chain.append([-a for a in _divide(chain[-2], chain[-1])[1]])

    def changes(x: Fraction) -> int:
        signs = [value > 0 for value in (_value(g, x) for g in chain) if value]
        return sum(a != b for a, b in pairwise(signs))

    bound = 1 + max(abs(a / f[-1]) for a in f[:-1])
    found, waiting = [], [(-bound, bound)]
    while waiting:
        low, high = waiting.pop()
        inside = changes(low) - changes(high)
        if inside > 1:
            middle = next(x for k in range(len(f) + 1) if _value(f, x := low + (high - low) * (k + 1) / (len(f) + 2)))
            waiting += [(low, middle), (middle, high)]
        elif inside:
            found.append((low, high, f))
    return found


def _sample_line(lines: list[Line]) -> list[Fraction]:
    """Return a point of each interval between neighbouring roots of any polynomial, and beyond the outer ones."""
    base: list[Line] = []  # without common roots
    for line in map(_trim, lines):
        line = _divide(line, _common(line, _slope(line)))[0] if line else line  # without multiple roots
        for other in base:
            line = _divide(line, _common(line, other))[0]
        base += [line] if len(line) > 1 else []
    roots = sorted(root for f in base for root in _isolate(f))
    for _ in range(SEPARATIONS):
        close = [i for i, (one, other) in enumerate(pairwise(roots)) if one[1] >= other[0]]
        if not close:
            break
        for i in {*close, *(i + 1 for i in close)}:
            low, high, f = roots[i]
            middle = (low + high) / 2
            value = _value(f, middle)
            if not value:
                roots[i] = (middle, middle, f)
            elif low < high:
                roots[i] = (low, middle, f) if (value > 0) != (_value(f, low) > 0) else (middle, high, f)
        roots.sort()
    else:
        raise Forged("two roots of its polynomials could not be told apart")
    if not roots:
        return [Fraction(0)]
    return [roots[0][0] - 1, *((one[1] + other[0]) / 2 for one, other in pairwise(roots)), roots[-1][1] + 1]


def _resultant(f: list[Poly], g: list[Poly]) -> Poly:
    """Return the determinant of Sylvester's matrix, by fraction-free elimination."""
    m, n, zero = len(f) - 1, len(g) - 1, Poly()
    rows = [[zero] * i + f[::-1] + [zero] * (n - 1 - i) for i in range(n)]
    rows += [[zero] * i + g[::-1] + [zero] * (m - 1 - i) for i in range(m)]
    before = Poly({(0,): Fraction(1)})
    for k in range(len(rows) - 1):
        pivot = next((i for i in range(k, len(rows)) if rows[i][k]), None)
        if pivot is None:
            return zero
        rows[k], rows[pivot] = rows[pivot], rows[k]
        for i, j in product(range(k + 1, len(rows)), repeat=2):
            crossed = rows[i][j].times(rows[k][k]).plus(rows[i][k].times(rows[k][j]), Fraction(-1))
            rows[i][j] = crossed.over(before) or zero
        before = rows[k][k]
    return rows[-1][-1]


def _sample_cells(polynomials: list[Poly], parameters: int) -> list[tuple[Fraction, ...]]:
    """Return a point of each cell on which no polynomial changes its sign; for at most two parameters."""
    if parameters == 0:
        return [()]
    split = [f.split() for f in polynomials if f]
    if parameters == 1:
        return [(x,) for x in _sample_line([[c.get((), Fraction(0)) for c in f] for f in split])]
    rising, projected = [f for f in split if len(f) > 1], [f[-1] for f in split]
    for i, f in enumerate(rising):
        slope = [Poly({power: k * a for power, a in c.items()}) for k, c in enumerate(f)][1:]
        projected += [_resultant(f, g) for g in (*rising[:i], slope) if len(g) > 1]
    if not all(projected):
        raise Forged("its polynomials have common factors that are not listed")
    return [
        (x, y) for (x,) in _sample_cells(projected, 1) for y in _sample_line([[c.at((x,)) for c in f] for f in rising])
    ]


def _read(data: Any) -> Any:
    """Return data with its rational functions as Ratio."""
    if isinstance(data, list):
        return [_read(part) for part in data]
    if isinstance(data, dict) and "/" in data:
        return Ratio(*(Poly({tuple(power): Fraction(a) for a, power in terms}) for terms in data["/"]))
    return {key: _read(part) for key, part in data.items()} if isinstance(data, dict) else data


def _ratios(data: Any) -> list[Ratio]:
    """Return all rational functions in data."""
    parts = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return [data] if isinstance(data, Ratio) else [found for part in parts for found in _ratios(part)]


class _Point:
    """A point at which a certificate is checked; all that decides there is kept in ``needed``."""

    def __init__(self, place: tuple[Fraction, ...], free: list[bool], one: Ratio) -> None:
        self.place, self.free, self.one, self.needed = place, free, one, list[Ratio]()

    def pick(self, e: Any) -> Ratio:
        """Return the rational function that an exponent is here: itself, or by min, max, +, * and cases."""
        if isinstance(e, Ratio):
            return e
        ((name, parts),) = e.items()
        if name == "cases":
            return self.pick(next(case["value"] for case in parts if self.holds(case["where"])))
        found, *others = map(self.pick, parts)
        for other in others:
            if name in ("min", "max"):
                self.needed.append(found.plus(other, -1))
                found = other if (found.at(self.place) > other.at(self.place)) == (name == "min") else found
            else:
                found = found.plus(other) if name == "+" else found.times(other)
        return found

    def holds(self, region: list[list[Ratio]]) -> bool:
        """Return whether one of the alternatives of a region holds here."""
        self.needed += [side for clause in region for side in clause]
        return any(all(side.at(self.place) > 0 for side in clause) for clause in region)

    def find(self, parts: list[Any], what: str) -> int:
        """Return which part's region holds; exactly one must."""
        inside = [self.holds(part["where"]) for part in parts]
        self.require(sum(inside) == 1, f"{sum(inside)} {what} hold, not one,")
        return inside.index(True)

    def require(self, holds: bool, what: str) -> None:
        """Raise Forged unless a statement holds."""
        if not holds:
            raise Forged(f"{what} at {', '.join(map(str, self.place)) or 'the only point'}")

    def dot(self, one: list[Ratio], other: list[Ratio]) -> Ratio:
        """Return a scalar product."""
        total = self.one.plus(self.one, -1)
        for a, b in zip(one, other, strict=True):
            total = total.plus(a.times(b)) if a.top and b.top else total
        return total

    def check_part(self, part: Any) -> tuple[int, Ratio | None]:
        """Check the phase of a branch that holds here; return its place and its exponent, None if infeasible."""
        place = self.find(part["phases"], "phases")
        phase = part["phases"][place]
        proof = phase["proofs"][self.find(phase["proofs"], "proofs")]
        terms, budgets = ([[self.pick(e) for e in row] for row in part[name]] for name in ("terms", "budgets"))
        z, weights, prices = phase["exponent"], proof["weights"], proof["prices"]
        feasible, total = bool(phase["vertices"]), self.dot(weights, [self.one] * len(weights))
        least, equal = list(weights), [total.plus(self.one, -1) if feasible else total]
        equal.append(self.dot(prices, [self.one] * len(prices)).plus(z, -1))
        for x in phase["vertices"]:
            least += [share for share, free in zip(x, self.free, strict=True) if not free]
            least += [self.dot(row, x).plus(z, -1) for row in terms]
            equal += [self.dot(row, x).plus(self.one, -1) for row in budgets]
            equal += [self.dot(terms[i], x).plus(z, -1) for i in phase["binding"]]
        for r, free in enumerate(self.free):
            price = self.dot(prices, [row[r] for row in budgets])
            gain = self.dot(weights, [row[r] for row in terms])
            least += [price.plus(gain, -1), gain.plus(price, -1)] if free else [price.plus(gain, -1)]
        self.needed += least
        self.require(not any(f.top for f in equal), f"an equation of phase {place + 1} fails")
        self.require(feasible or z.at(self.place) < 0, f"phase {place + 1} has no vertex")
        self.require(all(f.at(self.place) >= 0 for f in least), f"an inequality of phase {place + 1} fails")
        return place, z if feasible else None

    def check(self, parts: list[Any], joined: list[Any]) -> None:
        """Check all branches, and that the chosen one falls fastest."""
        found = [self.check_part(part) for part in parts]
        if len(parts) > 1:
            chosen = joined[self.find(joined, "joined phases")]
            place, own = found[chosen["part"]]
            ahead = [own.plus(z, -1) for _, z in found if own and z]
            self.needed += ahead
            right = place == chosen["phase"] and len(ahead) in (0, len(found))
            self.require(right and all(f.at(self.place) >= 0 for f in ahead), "another branch falls faster")


def check(data: Any) -> int:
    """Return on how many cells a certificate, as JSON is read, proves its diagram; raise Forged if it does not.

    Parameters
    ----------
    data : dict
        As `exponents.reports.certificate.make_certificate` returns it.

    Returns
    -------
    int

    Raises
    ------
    Forged
        With the point at which the proof fails.

    Examples
    --------
    >>> unit, none = {"/": [[["1", []]], [["1", []]]]}, {"/": [[], [["1", []]]]}
    >>> phase = {"where": [[]], "exponent": unit, "vertices": [[unit]], "binding": [0]}
    >>> phase["proofs"] = [{"where": [[]], "weights": [unit], "prices": [unit]}]
    >>> part = {"terms": [[unit]], "budgets": [[unit]], "phases": [phase]}
    >>> loss = {"parameters": [], "resources": ["t"], "free": [], "domain": [], "parts": [part]}
    >>> check({**loss, "joined": [], "factors": []})  # 1/t at t = C
    1
    """
    count, free = len(data["parameters"]), [r in data["free"] for r in data["resources"]]
    unit = Poly({(0,) * count: Fraction(1)})
    if count > 2:
        raise Forged("it has more than two parameters, for which no cells are found here")
    domain, parts, joined = (_read(data[name]) for name in ("domain", "parts", "joined"))
    pool: list[Poly] = []

    def add(f: Poly) -> None:
        """Add to the pool what is left of a polynomial after division by those in it."""
        for g in pool:
            while f and (rest := f.over(g)) is not None:
                f = rest
        if any(any(power) for power in f):
            pool.append(f)

    listed = [_read({"/": [f, f]}) for f in data["factors"]]  # they spare work, and prove nothing
    for e in (*listed, *_ratios([domain, parts, joined])):
        add(e.top)
        add(e.bottom)
    while True:  # until no polynomial that decides is new: then each has one sign on each cell
        known, places = len(pool), _sample_cells(pool, count)
        points = [_Point(x, free, Ratio(unit, unit)) for x in places if all(side.at(x) > 0 for side in domain)]
        for point in points:
            with contextlib.suppress(Forged):
                point.check(parts, joined)
            for e in point.needed:
                add(e.top)
                add(e.bottom)
        if len(pool) == known:
            break
    for point in points:
        point.check(parts, joined)
    if not points:
        raise Forged("the domain is empty")
    return len(points)


if __name__ == "__main__":
    try:
        cells = check(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
        sys.stdout.write(f"{sys.argv[1]}: proved, on {cells} cells\n")
    except (Forged, OSError, *INVALID) as error:
        sys.exit(f"no proof in {' '.join(sys.argv[1:])}: {type(error).__name__}: {error}")
