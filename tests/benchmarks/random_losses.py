"""Do random losses with constraints have the exponents that an SMT optimiser finds?

Run ``.venv/bin/python tests/benchmarks/random_losses.py --count 1000``; it needs z3-solver.  A problem is a tree of
sums, powers, min, max and products of monomials, with costs and constraints, written as a text that the package reads.
The other side never sees the text: it follows the tree to a piecewise-linear function of the shares of the budget, and
z3 maximises that exactly at single points, ten for each problem, on boundaries too.  Compared are the optimum at the
point, the value of the whole expression, and the allocation of the phase that the point lies in.  A refusal counts as
right if z3 finds no allocation, or no bound, at the point that it names.  The suite runs some of these problems.
"""

from __future__ import annotations

import argparse
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import reduce
from time import perf_counter
from typing import Any

import z3
from sympy import Expr, Rational, S, fraction, together

from exponents.algebra.parametric import Point, Pole, evaluate, holds
from exponents.errors import InputError, NoBalance, TooMuchWork
from exponents.optimum.phase_diagram import Exceptional, PhaseDiagram, Undecided
from exponents.optimum.proof import prove
from exponents.optimum.question import Question, read_question
from exponents.optimum.search import phase_diagram

POINTS, SIZE = 10, 3
"""Points of a problem; its parameters lie between 0 and SIZE."""

Values = dict[str, Fraction]
Number = tuple[str, Callable[[Values], Fraction]]
"""A text, and its value at a point."""


def fixed(text: str) -> Number:
    """Return a number that is no function of the parameters."""
    value = Fraction(text)
    return text, lambda _: value


NUMBERS = [fixed(text) for text in ("1", "2", "1/2", "1/3", "3/2")]
IN_ONE: list[Number] = [
    ("a", lambda p: p["a"]),
    ("a/2", lambda p: p["a"] / 2),
    ("(a + 1)", lambda p: p["a"] + 1),
    ("1/(1 + a)", lambda p: 1 / (1 + p["a"])),
    ("min(a, 1)", lambda p: min(p["a"], Fraction(1))),
    ("max(a, 1/2)", lambda p: max(p["a"], Fraction(1, 2))),
]
IN_TWO: list[Number] = [
    *IN_ONE,
    ("b", lambda p: p["b"]),
    ("b/3", lambda p: p["b"] / 3),
    ("(a + b)", lambda p: p["a"] + p["b"]),
    ("min(a, b)", lambda p: min(p["a"], p["b"])),
    ("a*b", lambda p: p["a"] * p["b"]),
]


@dataclass(frozen=True)
class Tree:
    """A loss: its text, and how it falls where resources are powers of the budget.

    ``decay(point, shares, smaller, larger)`` takes numbers, or z3's terms with its own min and max.
    """

    text: str
    decay: Callable[..., Any]


@dataclass
class Problem:
    """Texts of a problem, and the same in shares: rows (kind, side), where side == 0 or side <= 0."""

    seed: int
    question: Question
    loss: list[Tree]
    resources: Sequence[str]
    free: Sequence[str]
    parameters: Sequence[str]
    rows: list[tuple[str, Callable[..., Any]]] = field(default_factory=list)
    special: list[Values] = field(default_factory=list)


class Maker:
    """Draws a problem."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.parameters = self.draw.choice(["", "a", "a", "ab", "ab"])
        self.resources = self.draw.choice(["ND", "NDt", "NDt"])
        self.pool = [*NUMBERS, *{"": [], "a": IN_ONE, "ab": IN_TWO}[self.parameters]]

    def monomial(self) -> Tree:
        """A product of powers of some resources; now and then one that grows."""
        used = self.draw.sample(self.resources, self.draw.randint(1, min(2, len(self.resources))))
        powers = [(r, self.draw.choice(self.pool), self.draw.random() < 0.15) for r in used]
        number = self.draw.choice(["", "", "3*", "(1/7)*"])
        text = number + "*".join(f"{r}**({'' if grows else '-'}{e[0]})" for r, e, grows in powers)

        def decay(point: Values, shares: Any, smaller: Any, larger: Any) -> Any:
            return sum(((-1 if grows else 1) * e[1](point) * shares[r] for r, e, grows in powers), Fraction(0))

        return Tree(text, decay)

    def tree(self, leaves: int) -> Tree:
        """A loss with so many monomials."""
        if leaves == 1:
            return self.monomial()
        left = self.draw.randint(1, leaves - 1)
        parts = [self.tree(left), self.tree(leaves - left)]
        kind = self.draw.choice(["+", "+", "min", "max", "*", "power", "power"])
        if kind == "*":
            return Tree(f"({parts[0].text})*({parts[1].text})", lambda *at: parts[0].decay(*at) + parts[1].decay(*at))
        if kind == "power":
            return self.power(self.join(self.draw.choice(["+", "+", "min", "max"]), parts))
        return self.join(kind, parts)

    def join(self, kind: str, parts: list[Tree]) -> Tree:
        """A sum falls as its slowest part does, and so does max; min falls as its fastest."""
        text = " + ".join(p.text for p in parts) if kind == "+" else f"{kind}({', '.join(p.text for p in parts)})"

        def decay(point: Values, shares: Any, smaller: Any, larger: Any) -> Any:
            choose = larger if kind == "min" else smaller
            return reduce(choose, [part.decay(point, shares, smaller, larger) for part in parts])

        return Tree(text, decay)

    def power(self, base: Tree) -> Tree:
        """A power of either sign, which does not change."""
        text, value = self.draw.choice(self.pool)
        sign = self.draw.choice([1, 1, -1])
        whole = f"({base.text})**({'-' if sign < 0 else ''}{text})"
        return Tree(whole, lambda point, *at: sign * value(point) * base.decay(point, *at))

    def side(self) -> tuple[str, Callable[..., Any]]:
        """A power of the budget or of a resource, for one side of a constraint."""
        text, value = self.draw.choice(self.pool)
        name = self.draw.choice(["C", "C", *self.resources])
        return f"{name}**({text}/2)", lambda p, x: value(p) / 2 * (1 if name == "C" else x[name])

    def problem(self, seed: int) -> Problem:
        """Draw loss, costs and constraints."""
        draw, names = self.draw, self.resources
        loss = [self.tree(draw.choice([1, 2, 2, 3])) for _ in range(draw.choice([1, 2, 2]))]
        rows: list[tuple[str, Callable[..., Any]]] = []
        costs = ["*".join(names)]
        if draw.random() < 0.25:  # a sum of two monomials
            other = draw.choice(self.pool)
            costs = [f"{'*'.join(names)} + {names[0]}**({other[0]})"]
            rows.append(("<=", lambda _, x: sum((x[r] for r in names), Fraction(0)) - 1))
            rows.append(("<=", lambda p, x: other[1](p) * x[names[0]] - 1))
        else:
            rows.append(("==", lambda _, x: sum((x[r] for r in names), Fraction(0)) - 1))
        if draw.random() < 0.15:  # a second budget
            pair, power = draw.sample(names, 2), draw.choice(self.pool)
            costs.append(f"{pair[0]}*{pair[1]}**({power[0]})")
            rows.append(("==", lambda p, x: x[pair[0]] + power[1](p) * x[pair[1]] - 1))
        constraints = []
        for _ in range(draw.choice([0, 1, 1, 2])):
            name, (text, value) = draw.choice(names), self.side()
            larger = draw.random() < 0.5
            constraints.append(f"{name} {'>=' if larger else '<='} {text}")
            sign = 1 if larger else -1

            def row(p: Values, x: Any, name: str = name, value: Any = value, sign: int = sign) -> Any:
                return sign * (value(p, x) - x[name])

            rows.append(("<=", row))
        free = [names[-1]] if draw.random() < 0.1 else []
        where = [f"0 < {p} < {SIZE}" for p in self.parameters]
        question = Question(
            tuple(tree.text for tree in loss), tuple(costs), tuple(where), tuple(free), constraints=tuple(constraints)
        )
        return Problem(seed, question, loss, names, free, self.parameters, rows)

    def coinciding(self, seed: int) -> Problem:
        """Draw a problem whose budgets coincide, or lose a resource, on a curve that is linear in no parameter."""
        draw, self.parameters, self.resources = self.draw, "ab", draw_resources(self.draw)
        self.pool, names = [*NUMBERS, *IN_TWO], self.resources
        text, margin, points = draw.choice(CURVES)
        loss = [self.tree(draw.choice([1, 1, 2])) for _ in range(draw.choice([1, 2, 3]))]
        first = {r: draw.choice([*NUMBERS, IN_TWO[0], IN_TWO[-1]]) for r in names}
        changed = draw.sample(names, draw.randint(1, len(names) - 1))
        factors = {r: draw.choice([fixed("1"), fixed("-1"), IN_TWO[2]]) for r in changed}
        drops = draw.random() < 0.3
        costs = ["*".join(f"{r}**({e})" for r, (e, _) in first.items())]
        second = {r: f"({first[r][0]})" for r in names}
        for r in changed:
            second[r] = f"({factors[r][0]})*({text})" + ("" if drops else f" + {second[r]}")
        costs.append("*".join(f"{r}**({e})" for r, e in second.items()))

        def row(p: Values, x: Any) -> Any:
            kept = (r for r in names if not (drops and r in changed))
            moved = sum((factors[r][1](p) * margin(p) * x[r] for r in changed), Fraction(0))
            return sum((first[r][1](p) * x[r] for r in kept), Fraction(0)) + moved - 1

        rows = [("==", lambda p, x: sum((first[r][1](p) * x[r] for r in names), Fraction(0)) - 1), ("==", row)]
        where = tuple(f"0 < {p} < {SIZE}" for p in "ab")
        question = Question(tuple(tree.text for tree in loss), tuple(costs), where)
        special = [{"a": Fraction(x), "b": Fraction(y)} for x, y in points]
        return Problem(seed, question, loss, names, [], "ab", rows, special)


def draw_resources(draw: random.Random) -> str:
    """Return two or three resources."""
    return draw.choice(["ND", "NDt", "NDt"])


CURVES: list[tuple[str, Callable[[Values], Fraction], Sequence[tuple[str, str]]]] = [
    (
        "a**2 + b**2 - 1",
        lambda p: p["a"] ** 2 + p["b"] ** 2 - 1,
        [("3/5", "4/5"), ("12/13", "5/13"), ("8/17", "15/17")],
    ),
    ("a**2 - b**2 - 1", lambda p: p["a"] ** 2 - p["b"] ** 2 - 1, [("5/4", "3/4"), ("5/3", "4/3"), ("13/5", "12/5")]),
    ("b**2 - a**3", lambda p: p["b"] ** 2 - p["a"] ** 3, [("1", "1"), ("1/4", "1/8"), ("16/9", "64/27")]),
    ("a**3 + b**3 - 9", lambda p: p["a"] ** 3 + p["b"] ** 3 - 9, [("1", "2"), ("2", "1")]),
]
"""Curves, with rational points on them."""


def make_problem(seed: int, coinciding: bool = False) -> Problem:
    """Return the problem of a seed."""
    return Maker(seed).coinciding(seed) if coinciding else Maker(seed).problem(seed)


def follow(problem: Problem, point: Values, shares: Any, smaller: Any, larger: Any) -> Any:
    """Return how the whole loss falls."""
    return reduce(smaller, [tree.decay(point, shares, smaller, larger) for tree in problem.loss])


def optimise(problem: Problem, point: Values) -> Fraction | str:
    """Return the best exponent at a point by z3, or "infeasible" or "unbounded"."""
    solver = z3.Optimize()
    shares = {r: z3.Real(r) for r in problem.resources}
    solver.add(*(share >= 0 for r, share in shares.items() if r not in problem.free))
    for kind, row in problem.rows:
        value = _term(row(point, shares))
        solver.add(value == 0 if kind == "==" else value <= 0)
    decay = follow(
        problem,
        point,
        shares,
        lambda f, g: z3.If(_term(f) <= _term(g), _term(f), _term(g)),
        lambda f, g: z3.If(_term(f) >= _term(g), _term(f), _term(g)),
    )
    best = z3.Real("best")
    solver.add(best == _term(decay))
    found = solver.maximize(best)
    if solver.check() != z3.sat:
        return "infeasible"
    value = solver.upper(found)
    return "unbounded" if "oo" in str(value) else Fraction(str(value))


def _term(value: Any) -> Any:
    return value if z3.is_expr(value) else z3.RealVal(str(value))


# --- the comparison ---------------------------------------------------------------------------------------------------


def draw_points(problem: Problem, diagram: PhaseDiagram | None, draw: random.Random) -> list[Values]:
    """Return exact points in the domain: up to four on boundaries, the others with small denominators."""
    found: list[Values] = []
    symbols = {p.name: p for p in diagram.programme.parameters} if diagram else {}
    boundaries = list(diagram.boundaries) if diagram else []
    draw.shuffle(boundaries)
    for boundary in boundaries[: POINTS // 2]:
        other = [p for p in symbols.values() if p != boundary.curve.lhs]
        here = {p: Rational(draw.randint(1, 7 * SIZE - 1), 7) for p in other}
        value = boundary.curve.rhs.subs(here)
        if boundary.curve.lhs.is_Symbol and value.is_Rational and 0 < value < SIZE:
            place = {**here, boundary.curve.lhs: value}
            found.append({p.name: Fraction(int(v.p), int(v.q)) for p, v in place.items()})
    while len(found) < (POINTS if problem.parameters else 1):
        scale = draw.choice([1, 2, 3, 4, 7])
        found.append({p: Fraction(draw.randint(1, SIZE * scale - 1), scale) for p in problem.parameters})
    return [{p: point.get(p, Fraction(1)) for p in problem.parameters} for point in found]


def compare(problem: Problem) -> tuple[str, list[str]]:
    """Return what became of a problem, and what differs."""
    draw = random.Random(problem.seed)
    try:
        programme = read_question(problem.question)
        diagram = phase_diagram(programme.reducible()[0] if programme.reducible()[1] else programme)
    except TooMuchWork:
        return "too much work", []
    except NoBalance as error:
        return _check_refusal(problem, str(error))
    except InputError as error:
        known = ("may not hold a constant", "must depend on a resource", "keep its sign", "degree at most")
        return ("refused", []) if any(words in str(error) for words in known) else ("refused", [f"refused: {error}"])
    faults = []
    for values in (*problem.special, *draw_points(problem, diagram, draw)):
        faults += _check_point(problem, diagram, values)
    if problem.seed % 10 == 0:
        prove(diagram)
    if diagram.undecided:
        return "undecided on a curve", faults
    return f"{len(diagram.phases)} phases" if len(diagram.phases) < 3 else "3 phases or more", faults


def _check_refusal(problem: Problem, message: str) -> tuple[str, list[str]]:
    """Return the refusal, and a fault if z3 finds an optimum where it says there is none."""
    named = dict(re.findall(r"([ab]) = (-?[0-9/]+)", message.partition(",  ")[0]))
    point = {p: Fraction(named.get(p, 1)) for p in problem.parameters}
    expected = "unbounded" if "without bound" in message else "infeasible"
    answer = optimise(problem, point)
    return expected, [] if answer == expected else [f"refused as {expected}, but {answer} at {point}: {message}"]


def _check_point(problem: Problem, diagram: PhaseDiagram, values: Values) -> list[str]:
    symbols = diagram.programme.parameters
    point: Point = {p: values[p.name] for p in symbols}
    answer = optimise(problem, values)
    try:
        optimum = diagram.programme.at(point)
        reached: Fraction | str = optimum.exponent
    except NoBalance as error:
        reached = "unbounded" if "without bound" in str(error) else "infeasible"
    place = ", ".join(f"{name} = {value}" for name, value in values.items())
    if reached != answer:
        return [f"at {place}: {reached}, but z3 {answer}"]
    whole = diagram.exponent.subs({p: Rational(v.numerator, v.denominator) for p, v in point.items()})

    def lies_on(curves: Sequence[Exceptional | Undecided]) -> bool:
        return any(fraction(together(own.curve.lhs - own.curve.rhs))[0].subs(point) == 0 for own in curves)

    if lies_on(diagram.undecided):
        return [] if whole is S.NaN else [f"at {place}: undecided, but the expression gives {whole}, z3 {answer}"]
    if isinstance(answer, str):
        phase = diagram.phases[diagram.phase_at(point)]
        right = phase.fault == answer and whole is (S.NaN if phase.infeasible else S.Infinity)
        return [] if right else [f"at {place}: {answer}, but the phase has {phase.exponent}, the expression {whole}"]
    faults = [] if whole == Rational(answer) else [f"at {place}: the expression gives {whole}, z3 {answer}"]
    inside = [phase for phase in diagram.phases if holds(phase.where, point)]
    if lies_on(diagram.exceptions):
        inside = []  # two budgets coincide there; the diagram says so, and the expression above has the value
    if len(inside) > 1:
        faults.append(f"{place} lies in {len(inside)} phases")
    for phase in inside:
        try:
            faults += _check_phase(problem, phase.exponent, dict(phase.allocation), values, point, answer)
        except Pole as pole:
            faults.append(f"at {place}: {pole}")
    return faults


def _check_phase(
    problem: Problem, exponent: Expr, allocation: dict[Any, Expr], values: Values, point: Point, answer: Fraction
) -> list[str]:
    """Return what is wrong with the allocation of a phase at a point inside it."""
    shares = {r.name: evaluate(share, point) for r, share in allocation.items() if r.name in problem.resources}
    wrong = [row(values, shares) for kind, row in problem.rows if kind == "=="]
    over = [row(values, shares) for kind, row in problem.rows if kind == "<="]
    short = [r for r, x in shares.items() if x < 0 and r not in problem.free]
    met = not any(wrong) and all(value <= 0 for value in over) and not short
    falls = follow(problem, values, shares, min, max)
    if met and evaluate(exponent, point) == falls == answer:
        return []
    return [f"at {values}: phase with {exponent} falls as {falls}, met {met}, z3 {answer}"]


def main() -> None:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100, help="problems")
    parser.add_argument("--start", type=int, default=0, help="seed of the first")
    parser.add_argument("--coinciding", action="store_true", help="budgets that coincide on curves of degree 2 or 3")
    options = parser.parse_args()
    outcomes: Counter[str] = Counter()
    mismatches, start = 0, perf_counter()
    for seed in range(options.start, options.start + options.count):
        problem, begun = make_problem(seed, options.coinciding), perf_counter()
        try:
            outcome, faults = compare(problem)
        except Exception as error:  # a fault of the package: show it, and go on
            outcome, faults = "error", [f"{type(error).__name__}: {error}"]
        outcomes[outcome] += 1
        mismatches += bool(faults)
        if faults or perf_counter() - begun > 20:
            print(f"{seed}: {perf_counter() - begun:.1f} s, {problem.question}", *faults, sep="\n    ", flush=True)
    print(f"{options.count} problems, {mismatches} with a mismatch, {perf_counter() - start:.0f} s")
    print(", ".join(f"{outcome}: {number}" for outcome, number in sorted(outcomes.items())))


if __name__ == "__main__":
    main()
