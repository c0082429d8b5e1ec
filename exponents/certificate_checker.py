"""Is a phase diagram right?  This file checks a certificate without the package that made it, by Python alone.

    python -m exponents.certificate_checker law.json         or         python certificate_checker.py law.json

A certificate (`balance --certificate`) holds the loss, the budgets and, for each phase, region, exponent, vertices x,
weights y and prices p.  With exponents e_i of term i and c_j of budget j, a phase with the exponent z is optimal where

    primal   c_j.x = 1,   x >= 0,   e_i.x >= z               at each vertex x,
    dual     y >= 0,   sum y = 1,   sum_i y_i e_i <= sum_j p_j c_j,   sum p = z,

since then min_i e_i.x <= sum_i y_i e_i.x <= sum_j p_j = z.  It is infeasible where sum y = 0 and z < 0, and unbounded
where x >= 0 has c_j.x = 1, and d >= 0 has c_j.d = 0 and e_i.d >= s > 0.  Equations are checked as identities, and
inequalities at one point of each cell on which no polynomial that occurs changes its sign.  Cells are found here: roots
by Sturm's chains; for a second parameter, leading coefficients, discriminants and resultants.  At each point exactly
one region must hold, so they tile the domain; curves between cells, straight or not, follow by continuity.  A loss with
branches is the smallest: each is checked, and that no other falls faster.  Taken on trust: that the loss is the one
that was meant, and that no vertex of an optimal face is left out.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from functools import reduce
from itertools import pairwise, product
from math import ceil, prod
from pathlib import Path
from typing import Any, NamedTuple

INVALID = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, StopIteration)  # no certificate


class Forged(Exception):
    """The certificate does not prove what it says."""


class _Poly(dict[tuple[int, ...], Fraction]):  # a polynomial: from powers of the parameters to coefficients, none zero
    def plus(self, other: _Poly, factor: Fraction = Fraction(1)) -> _Poly:  # self + factor other
        found = dict(self)
        for power, a in other.items():
            found[power] = found.get(power, Fraction(0)) + factor * a
        return _Poly({power: a for power, a in found.items() if a})

    def times(self, other: _Poly) -> _Poly:
        found = _Poly()
        for (p, a), (q, b) in product(self.items(), other.items()):
            found = found.plus(_Poly({tuple(i + j for i, j in zip(p, q, strict=True)): a * b}))
        return found

    def divide(self, other: _Poly) -> tuple[_Poly, _Poly]:
        """Return a quotient and what is left once the leading power of that is no multiple of other's."""
        found, rest, lead = _Poly(), self, max(other)
        while rest:
            power = tuple(i - j for i, j in zip(max(rest), lead, strict=True))
            if min(power, default=0) < 0:
                break
            part = _Poly({power: rest[max(rest)] / other[lead]})
            found, rest = found.plus(part), rest.plus(part.times(other), Fraction(-1))
        return found, rest

    def at(self, point: tuple[Fraction, ...]) -> Fraction:
        return sum(
            (a * prod(x**i for i, x in zip(power, point, strict=True)) for power, a in self.items()), Fraction(0)
        )

    def slope(self) -> _Poly:  # the derivative in the last parameter
        return _Poly({(*power[:-1], power[-1] - 1): a * power[-1] for power, a in self.items() if power[-1]})

    def split(self) -> list[_Poly]:  # the coefficients of the powers of the last parameter, lowest first
        return [_Poly({q[:-1]: a for q, a in self.items() if q[-1] == k}) for k in range(1 + max(q[-1] for q in self))]

    def above(self, x: Fraction) -> _Poly:  # a polynomial in the last parameter, for a value of the first
        return _Poly({(k,): value for k, c in enumerate(self.split()) if (value := c.at((x,)))})


class _Ratio(NamedTuple):  # a rational function
    top: _Poly
    bottom: _Poly

    def plus(self, other: _Ratio, sign: int = 1) -> _Ratio:  # self + sign other
        left, right = self.top.times(other.bottom), other.top.times(self.bottom)
        return _Ratio(left.plus(right, Fraction(sign)), self.bottom.times(other.bottom))

    def times(self, other: _Ratio) -> _Ratio:
        return _Ratio(self.top.times(other.top), self.bottom.times(other.bottom))

    def at(self, point: tuple[Fraction, ...]) -> Fraction:
        return self.top.at(point) / self.bottom.at(point)


def _divide_on(f: _Poly, g: _Poly) -> list[_Poly]:
    """Return Euclid's remainders with the signs of Sturm's chain; the last is the greatest common divisor."""
    found = [f]
    while g:
        found.append(g)
        f, g = g, _Poly().plus(f.divide(g)[1], Fraction(-1))
    return found


def _sample_line(lines: list[_Poly]) -> list[Fraction]:
    """Return a point of each interval between neighbouring roots of any polynomial, and beyond the outer ones."""
    chains: list[list[_Poly]] = []  # they begin with polynomials without multiple and common roots
    for line in filter(None, lines):
        for other in (line.slope(), *(chain[0] for chain in chains)):
            line = line.divide(_divide_on(line, other)[-1])[0]
        chains += [_divide_on(line, line.slope())] if line.slope() else []

    def count(chain: list[_Poly], x: Fraction) -> int:  # Sturm: of the roots, those beyond x and a constant
        signs = [value > 0 for value in (f.at((x,)) for f in chain) if value]
        return sum(a != b for a, b in pairwise(signs))

    bound = Fraction(1 + max((ceil(sum(map(abs, f.values())) / abs(f[max(f)])) for f, *_ in chains), default=0))
    samples, waiting = [-bound], [(-bound, bound, chains)]
    while waiting:
        low, high, tried = waiting.pop()
        inside = [(chain, roots) for chain in tried if (roots := count(chain, low) - count(chain, high))]
        if sum(roots for _, roots in inside) > 1:  # divide the interval where no polynomial vanishes
            kept = [chain for chain, _ in inside]
            steps = (low + (high - low) / k for k in range(2, 3 + sum(map(len, kept))))
            middle = next(x for x in steps if all(f.at((x,)) for f, *_ in kept))
            waiting += [(middle, high, kept), (low, middle, kept)]
        elif inside:
            samples.append(high)
    return samples


def _resultant(f: list[_Poly], g: list[_Poly]) -> _Poly:
    """Return the determinant of Sylvester's matrix, by fraction-free elimination."""
    zero, before = _Poly(), _Poly({(0,): Fraction(1)})
    rows = [[zero] * i + f[::-1] + [zero] * (len(g) - 2 - i) for i in range(len(g) - 1)]
    rows += [[zero] * i + g[::-1] + [zero] * (len(f) - 2 - i) for i in range(len(f) - 1)]
    for k in range(len(rows) - 1):
        rows[k:] = sorted(rows[k:], key=lambda row: not row[k])  # a pivot that is not zero
        if not rows[k][k]:
            return zero
        for i, j in product(range(k + 1, len(rows)), repeat=2):
            rows[i][j] = rows[i][j].times(rows[k][k]).plus(rows[i][k].times(rows[k][j]), Fraction(-1)).divide(before)[0]
        before = rows[k][k]
    return rows[-1][-1]


def _sample_cells(polynomials: list[_Poly], parameters: int) -> list[tuple[Fraction, ...]]:
    """Return a point of each cell on which no polynomial changes its sign; for at most two parameters."""
    if parameters < 2:
        return [(x,) for x in _sample_line(polynomials)] if parameters else [()]
    rising, projected = [f for f in polynomials if f.slope()], [f.split()[-1] for f in polynomials]
    for i, f in enumerate(rising):
        projected += [_resultant(f.split(), g.split()) for g in (*rising[:i], f.slope()) if g.slope()]
    if not all(projected):
        raise Forged("its polynomials have common factors that are not listed")
    return [(x, y) for x in _sample_line(projected) for y in _sample_line([f.above(x) for f in rising])]


def _read(data: Any, found: list[_Ratio]) -> Any:
    """Return data with its rational functions as _Ratio, which are also added to a list."""
    if isinstance(data, list):
        return [_read(part, found) for part in data]
    if not isinstance(data, dict) or "/" not in data:
        return {key: _read(part, found) for key, part in data.items()} if isinstance(data, dict) else data
    parts = [_Poly().plus(_Poly({tuple(power): Fraction(a) for a, power in terms})) for terms in data["/"]]
    if not parts[1] or any(type(i) is not int or i < 0 for f in parts for power in f for i in power):
        raise Forged("a denominator is zero, or a power is no whole number")
    found.append(_Ratio(*parts))
    return found[-1]


class _Check:
    """A check of all statements at a point; the functions whose signs decide there are kept in ``needed``."""

    def __init__(self, place: tuple[Fraction, ...], free: list[bool], one: _Ratio) -> None:
        self.place, self.free, self.one, self.needed = place, free, one, list[_Ratio]()

    def pick(self, e: Any) -> _Ratio:
        """Return the rational function that an exponent is here: itself, or by min, max, +, * and cases."""
        if isinstance(e, _Ratio):
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

    def holds(self, region: list[list[_Ratio]]) -> bool:  # whether one of its alternatives does
        self.needed += [side for clause in region for side in clause]
        return any(all(side.at(self.place) > 0 for side in clause) for clause in region)

    def find(self, parts: list[Any], what: str) -> int:  # whose region holds; exactly one must
        inside = [self.holds(part["where"]) for part in parts]
        if sum(inside) != 1:
            raise Forged(f"{sum(inside)} {what} hold, not one")
        return inside.index(True)

    def check_part(self, part: Any) -> tuple[int, _Ratio | None]:
        """Check the phase of a branch that holds here; return its place, and its exponent if there is an optimum."""
        place = self.find(part["phases"], "phases")
        phase = part["phases"][place]
        proof = phase["proofs"][self.find(phase["proofs"], "proofs")]
        terms, budgets = ([[self.pick(e) for e in row] for row in part[name]] for name in ("terms", "budgets"))
        z, one, zero = phase["exponent"], self.one, self.one.plus(self.one, -1)
        equal, least, positive = list[_Ratio](), list[_Ratio](), list[_Ratio]()  # that are 0, >= 0 and > 0

        def dot(row: list[_Ratio], x: list[_Ratio], less: _Ratio) -> _Ratio:
            products = (a.times(b) for a, b in zip(row, x, strict=True) if a.top and b.top)
            return reduce(_Ratio.plus, products, zero.plus(less, -1))

        def allocate(x: list[_Ratio], spent: _Ratio, fall: _Ratio | None = None) -> None:
            equal.extend(dot(row, x, spent) for row in budgets)
            least.extend(share for share, free in zip(x, self.free, strict=True) if not free)
            least.extend(dot(row, x, fall) for row in terms if fall)

        if z is None:  # unbounded
            allocate(proof["start"], one)
            allocate(proof["direction"], zero, proof["rate"])
            positive.append(proof["rate"])
        else:
            y, p, feasible = proof["weights"], proof["prices"], bool(phase["vertices"])
            equal += [dot(y, [one] * len(y), one if feasible else zero), dot(p, [one] * len(p), z)]
            for x in phase["vertices"]:
                allocate(x, one, z)
                equal += [dot(terms[i], x, z) for i in phase["binding"]]
            gains = (dot(y, list(column), zero) for column in zip(*terms, strict=True))
            prices = [dot(p, list(column), gain) for *column, gain in zip(*budgets, gains, strict=True)]
            least += [*y, *prices, *(zero.plus(e, -1) for e, free in zip(prices, self.free, strict=True) if free)]
            positive += [] if feasible else [zero.plus(z, -1)]
        self.needed += [*least, *positive]
        false = any(f.top for f in equal) or any(f.at(self.place) <= 0 for f in positive)
        if false or any(f.at(self.place) < 0 for f in least):
            raise Forged(f"the proof of phase {place + 1} fails")
        return place, z if phase["vertices"] else None

    def check(self, parts: list[Any], joined: list[Any]) -> None:
        """Check all branches, and that the chosen one falls fastest; without an optimum of it, it decides alone."""
        found = [self.check_part(part) for part in parts]
        if len(parts) > 1:
            chosen = joined[self.find(joined, "joined phases")]
            place, own = found[chosen["part"]]
            ahead = [own.plus(z, -1) for _, z in found if own and z]
            self.needed += ahead
            if (
                place != chosen["phase"]
                or (own and len(ahead) < len(found))
                or any(f.at(self.place) < 0 for f in ahead)
            ):
                raise Forged("another branch falls faster")


def check(data: Any) -> int:
    """Return on how many cells a certificate, as JSON is read, proves its diagram; raise Forged where it does not.

    >>> from exponents import compute_optimum
    >>> from exponents.reports.certificate import make_certificate
    >>> check(make_certificate(compute_optimum("1/t", "t")))
    1
    """
    count, free, ratios = len(data["parameters"]), [r in data["free"] for r in data["resources"]], list[_Ratio]()
    if count > 2:
        raise Forged("it has more than two parameters, for which no cells are found here")
    if any(part["budgets"] != data["parts"][0]["budgets"] for part in data["parts"]):
        raise Forged("its branches have different budgets")
    _read([{"/": [f, f]} for f in data["factors"]], ratios)  # they spare work, and prove nothing
    domain, parts, joined = (_read(data[name], ratios) for name in ("domain", "parts", "joined"))
    unit, pool, points = _Ratio(*[_Poly({(0,) * count: Fraction(1)})] * 2), list[_Poly](), list[_Check]()
    while True:  # until no polynomial that decides is new: then each has one sign on each cell
        known = len(pool)
        for f in (part for e in ratios for part in e):
            for g in pool:  # what is left of it after division by those in the pool
                while f and not (divided := f.divide(g))[1]:
                    f = divided[0]
            pool += [f] if any(map(any, f)) else []
        if points and len(pool) == known:
            break
        points = [_Check(x, free, unit) for x in _sample_cells(pool, count) if all(side.at(x) > 0 for side in domain)]
        if not points:
            raise Forged("the domain is empty")
        faults = []
        for point in points:
            try:
                point.check(parts, joined)
            except Forged as error:
                faults.append(f"{error} at {', '.join(map(str, point.place)) or 'the only point'}")
        ratios = [e for point in points for e in point.needed]
    if faults:
        raise Forged(faults[0])
    return len(points)


if __name__ == "__main__":
    try:
        text = Path(sys.argv[1]).read_text(encoding="utf-8")
        sys.stdout.write(f"{sys.argv[1]}: proved, on {check(json.loads(text))} cells\n")
    except (Forged, OSError, *INVALID) as error:
        sys.exit(f"no proof in {' '.join(sys.argv[1:])}: {type(error).__name__}: {error}")
