"""Do programs that are not ours find the phase diagrams of random losses?

Run ``.venv/bin/python tests/benchmarks/oracles.py --problems 40``; it prints a table.  A problem is a sum of monomials
with exponents linear in two parameters, one cost, and bounds on single resources.  Its text goes to the package; the
others get the numbers it was drawn from, and no formula of ours:

* QEPCAD (the program ``qepcad``) decides sentences about all parameters of a phase; see ``quantifiers.py``.
* SymPy's simplex solves the linear programme at points, on boundaries too, in rationals; SciPy's in floats.
* PPOPT solves the programme in the parameters, where they stand in the bounds only: it cannot do the rest.

An oracle that is not installed is left out, with a line that says so.  Columns: problems asked; outside of what it can
do; failed, with the message; and checks by outcome.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from shutil import which
from typing import Any

import numpy as np
from quantifiers import eliminate
from scipy.optimize import linprog as scipy_linprog
from sympy import Expr, Matrix, Rational, S, Symbol, sympify
from sympy.solvers.simplex import InfeasibleLPError, linprog

from exponents.optimum.phase_diagram import PhaseDiagram
from exponents.optimum.question import Question, read_question
from exponents.optimum.search import phase_diagram

SIZE, POINTS = 3, 6
"""The parameters lie between 0 and SIZE; points of a problem."""

A, B = Symbol("a"), Symbol("b")
NUMBERS = ["1", "2", "1/2", "3/2", "1/3"]
LINEAR = ["a", "b", "a/2", "b/3", "a + 1", "a + b", "b + 1/2", "2*a + b"]
Point = dict[Symbol, Rational]
Checks = Iterator[tuple[str, str]]
"""For each check "right", "wrong" or "undecided", and which one it is."""


@dataclass(frozen=True)
class Problem:
    """Exponents of terms and cost in each resource, and bounds (resource, 1 for at most or -1 for at least, power)."""

    terms: list[list[Expr]]
    cost: list[Expr]
    bounds: list[tuple[int, int, Expr]]
    in_bounds: bool

    @property
    def question(self) -> Question:
        """The problem as a user would write it."""
        names = "NDt"[: len(self.cost)]

        def product(powers: Sequence[Expr], sign: str) -> str:
            return "*".join(f"{n}**({sign}({e}))" for n, e in zip(names, powers, strict=True) if e != 0)

        where = tuple(f"0 < {p} < {SIZE}" for p in "ab")
        sides = tuple(f"{names[i]} {'<=' if sign > 0 else '>='} C**({side})" for i, sign, side in self.bounds)
        terms = tuple(product(term, "-") for term in self.terms)
        return Question(terms, (product(self.cost, ""),), where, constraints=sides)


def make_problem(seed: int) -> Problem:
    """Draw a problem; two in five have parameters in the bounds, the others in the exponents."""
    draw = random.Random(seed)
    count, in_bounds = draw.choice([2, 2, 3]), draw.random() < 0.4

    def power(pool: Sequence[str]) -> Expr:
        return sympify(draw.choice(pool), {"a": A, "b": B})

    pool = NUMBERS if in_bounds else [*NUMBERS, *LINEAR, *LINEAR]
    terms = [[power(pool) if i == j or draw.random() < 0.3 else S.Zero for j in range(count)] for i in range(count)]
    if draw.random() < 0.4:
        terms.append([power(pool) for _ in range(count)])
    cost = [power(["1", "1", "2", "1/2"]) for _ in range(count)]
    chosen = draw.sample(range(count), draw.choice([1, 2]) if in_bounds else draw.choice([0, 0, 1]))
    sides = ["a/2", "b/3", "(a + b)/4", "a/3"] if in_bounds else ["1/2", "1/3", "a/4", "b/2"]
    return Problem(terms, cost, [(i, draw.choice([1, 1, -1]), power(sides)) for i in chosen], in_bounds)


def draw_points(diagram: PhaseDiagram, draw: random.Random) -> list[Point]:
    """Return exact points of the domain; where boundaries allow it, half of them lie on one."""
    found: list[Point] = []
    for boundary in draw.sample(list(diagram.boundaries), len(diagram.boundaries)):
        curve = boundary.curve.xreplace({p: Symbol(p.name) for p in diagram.programme.parameters})
        for other in {A, B} - {curve.lhs}:
            here = {other: Rational(draw.randint(1, 7 * SIZE - 1), 7)}
            value = curve.rhs.subs(here)
            if curve.lhs.is_Symbol and value.is_Rational and 0 < value < SIZE and len(found) < POINTS // 2:
                found.append({**here, curve.lhs: value})
    while len(found) < POINTS:
        found.append({p: Rational(draw.randint(1, 7 * SIZE - 1), 7) for p in (A, B)})
    return found


def matrices(problem: Problem, point: Point) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Return A, b, A_eq, b_eq of the linear programme in the shares and the exponent, which is the last variable."""
    count = len(problem.cost)
    rows = [[*(-e for e in term), S.One] for term in problem.terms]
    rows += [[*(S(sign * (i == j)) for j in range(count)), S.Zero] for i, sign, _ in problem.bounds]
    right = [S.Zero] * len(problem.terms) + [sign * side for _, sign, side in problem.bounds]
    return Matrix(rows).subs(point), Matrix(right).subs(point), Matrix([[*problem.cost, 0]]), Matrix([1])


def sympy_optimum(problem: Problem, point: Point) -> Any:
    """Return the exponent at a point by the exact simplex of SymPy; NaN if no allocation meets the bounds."""
    count = len(problem.cost)
    try:
        return -linprog([0] * count + [-1], *matrices(problem, point), bounds={count: (None, None)})[0]
    except InfeasibleLPError:
        return S.NaN


def scipy_optimum(problem: Problem, point: Point) -> Any:
    """Return the same by SciPy, in floats."""
    count = len(problem.cost)
    parts = [_floats(part) for part in matrices(problem, point)]
    found = scipy_linprog([0.0] * count + [-1.0], *parts, bounds=[(0, None)] * count + [(None, None)])
    return S.NaN if found.status == 2 else -found.fun


def ppopt_optimum(problem: Problem) -> Callable[[Problem, Point], Any]:
    """Return the same by PPOPT, which solves for all parameters at once."""
    from ppopt.mp_solvers.solve_mpqp import mpqp_algorithm, solve_mpqp
    from ppopt.mplp_program import MPLP_Program

    left, right, equal, one = matrices(problem, {})
    count = len(problem.cost)
    signs = Matrix(count, count + 1, lambda i, j: -int(i == j))
    left, right = Matrix.vstack(equal, left, signs), Matrix.vstack(one, right, Matrix([0] * count))
    start, moved = right.subs({A: 0, B: 0}), right.jacobian([A, B])
    box = Matrix([[1, 0], [0, 1], [-1, 0], [0, -1]]), Matrix([SIZE, SIZE, 0, 0])
    none, aim = Matrix.zeros(count + 1, 2), Matrix([0] * count + [-1])
    parts = map(_floats, (left, start, aim, none, *box, moved))
    found = solve_mpqp(MPLP_Program(*parts, equality_indices=[0]), mpqp_algorithm.combinatorial)

    def optimum(_: Problem, point: Point) -> Any:
        least = found.evaluate_objective(_floats(Matrix([point[A], point[B]])))
        return S.NaN if least is None else -float(least)

    return optimum


def sentences(problem: Problem, diagram: PhaseDiagram) -> Checks:
    """Let QEPCAD decide sentences about the phases."""
    rename = {p: Symbol(p.name) for p in diagram.programme.parameters}
    phases = [(phase.where.xreplace(rename), phase.exponent.xreplace(rename)) for phase in diagram.phases]
    yield from eliminate(problem.terms, problem.cost, problem.bounds, phases, dict.fromkeys((A, B), SIZE))


def _floats(matrix: Matrix) -> Any:
    return np.array(matrix.tolist(), dtype=float)


def compare(problem: Problem, diagram: PhaseDiagram, solve: Callable[..., Any], tolerance: float = 0) -> Checks:
    """Compare the exponents at points."""
    for point in draw_points(diagram, random.Random(str(problem))):
        ours = diagram.exponent.subs({p: point[Symbol(p.name)] for p in diagram.programme.parameters})
        theirs = solve(problem, point)
        same = ours is theirs or (ours - theirs == 0 if tolerance == 0 else abs(float(ours - theirs)) < tolerance)
        yield "right" if same else "wrong", f"{point}: {ours}, but {theirs}"


# --- the table --------------------------------------------------------------------------------------------------------

ORACLES: dict[str, tuple[str, bool, Callable[[Problem, PhaseDiagram], Checks]]] = {
    "QEPCAD": ("regions and exponents, everywhere", bool(which("qepcad")), sentences),
    "SymPy's simplex": ("exponents at points, exactly", True, lambda p, d: compare(p, d, sympy_optimum)),
    "SciPy's linprog": ("exponents at points, to 1e-9", True, lambda p, d: compare(p, d, scipy_optimum, 1e-9)),
    "PPOPT": (
        "exponents at points, to 1e-7",
        bool(find_spec("ppopt")),
        lambda p, d: compare(p, d, ppopt_optimum(p), 1e-7),
    ),
}


def main() -> None:
    """Ask each oracle, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--problems", type=int, default=20, help="how many problems")
    parser.add_argument("--seed", type=int, default=0, help="seed of the first")
    options = parser.parse_args()
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for seed in range(options.seed, options.seed + options.problems):
        problem = make_problem(seed)
        diagram = phase_diagram(read_question(problem.question))
        for name, (_, installed, check) in ORACLES.items():
            possible = installed and (name != "PPOPT" or problem.in_bounds)
            counts[name]["problems" if possible else "outside"] += 1
            try:
                for outcome, what in check(problem, diagram) if possible else ():
                    counts[name][outcome] += 1
                    if outcome == "wrong":
                        print(f"{seed}: {name}: {what}; {problem.question}", flush=True)
            except Exception as error:  # of the other program, as a rule: show it, and go on
                counts[name]["failed"] += 1
                print(f"{seed}: {name}: {type(error).__name__}: {error}; {problem.question}", flush=True)
    columns = ["problems", "outside", "failed", "right", "undecided", "wrong"]
    print("| oracle | what |", " | ".join(columns), "|")
    print("|---|---" + "|---" * len(columns) + "|")
    for name, (what, installed, _) in ORACLES.items():
        if installed:
            print(f"| {name} | {what} |", " | ".join(str(counts[name][column]) for column in columns), "|")
        else:
            print(f"{name} is not installed: left out")


if __name__ == "__main__":
    main()
