"""Phase diagrams against programs that are not ours: problems of `tests/benchmarks/oracles.py`, a few of them."""

import sys
from dataclasses import replace
from pathlib import Path
from shutil import which

import pytest
from sympy import Rational, S

sys.path.insert(0, str(Path(__file__).parents[1] / "benchmarks"))
import oracles

from exponents.optimum.question import read_question
from exponents.optimum.search import phase_diagram


def diagram_of(problem):
    return phase_diagram(read_question(problem.question))


@pytest.mark.parametrize("seed", [0, 2, 7, 9])
def test_the_exact_simplex_of_sympy_finds_the_exponents(seed):
    """Regions without any allocation too, and points on boundaries; then a term that falls faster, as a control."""
    problem = oracles.make_problem(seed)
    found = list(oracles.compare(problem, diagram_of(problem), oracles.sympy_optimum))
    assert len(found) == oracles.POINTS and {outcome for outcome, _ in found} == {"right"}
    faster = replace(problem, terms=[[e + Rational(1, 100) for e in term] for term in problem.terms])
    faults = list(oracles.compare(faster, diagram_of(problem), oracles.sympy_optimum))
    assert any(outcome == "wrong" for outcome, _ in faults)


def test_the_problems_hold_infeasible_phases_and_points_on_boundaries():
    diagrams = {seed: diagram_of(oracles.make_problem(seed)) for seed in (2, 7)}
    assert any(phase.infeasible for phase in diagrams[2].phases) and len(diagrams[7].phases) > 3
    points = oracles.draw_points(diagrams[7], oracles.random.Random(0))
    symbols = diagrams[7].programme.parameters
    curves = [b.polynomial for b in diagrams[7].boundaries]
    values = [{p: point[oracles.Symbol(p.name)] for p in symbols} for point in points]
    assert sum(any(S(curve).subs(value) == 0 for curve in curves) for value in values) >= oracles.POINTS // 2


@pytest.mark.skipif(which("qepcad") is None, reason="needs the program qepcad")
def test_quantifier_elimination_finds_no_better_allocation_and_no_gap():
    """Controls are among the sentences: a wrong exponent and a region left out."""
    problem = oracles.make_problem(0)
    diagram = diagram_of(problem)
    found = list(oracles.sentences(problem, diagram))
    assert {outcome for outcome, _ in found} == {"right"} and len(diagram.phases) == 2
    assert sum("control" in what for _, what in found) == 2 * len(diagram.phases) + 1
