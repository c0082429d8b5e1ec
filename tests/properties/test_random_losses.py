"""Random losses with constraints against an SMT optimiser: problems of `tests/benchmarks/random_losses.py`."""

import sys
from dataclasses import replace
from fractions import Fraction
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

pytest.importorskip("z3")
SCRIPT = Path(__file__).parents[1] / "benchmarks/random_losses.py"
spec = spec_from_file_location("random_losses", SCRIPT)
script = module_from_spec(spec)
sys.modules["random_losses"] = script
spec.loader.exec_module(script)

SEEDS = range(25)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_loss_has_the_exponents_that_an_optimiser_finds(seed):
    _, faults = script.compare(script.make_problem(seed))
    assert not faults


@pytest.mark.parametrize("seed", [0, 3, 4, 5, 8, 11, 13])
def test_budgets_that_coincide_on_a_curve_have_the_exponents_that_an_optimiser_finds_on_it(seed, monkeypatch):
    """Rational points on conics and cubics, which are linear in no parameter."""
    problem = script.make_problem(seed, coinciding=True)
    outcome, faults = script.compare(problem)
    assert not faults and "undecided" not in outcome
    monkeypatch.setattr("exponents.optimum.exceptions._on_curve", lambda *_: None)  # control
    assert script.compare(problem)[1]


def test_the_problems_differ_and_have_what_they_should_hold():
    questions = [script.make_problem(seed).question for seed in SEEDS]
    written = [" ".join(question.terms) for question in questions]
    assert len(set(written)) == len(SEEDS)
    assert any("min(" in text for text in written) and any(")**(-" in text for text in written)
    assert any(question.constraints for question in questions) and any("+" in q.costs[0] for q in questions)


def test_control_another_loss_or_another_constraint_is_seen():
    """A loss that falls faster by a hundredth, and a budget that is larger by one."""
    problem = next(p for p in map(script.make_problem, SEEDS) if script.compare(p)[0] == "1 phases")
    tree = problem.loss[0]
    faster = script.Tree(tree.text, lambda *at: Fraction(101, 100) * tree.decay(*at) + Fraction(1, 1000))
    assert script.compare(replace(problem, loss=[faster, *problem.loss[1:]]))[1]
    (kind, row), *others = problem.rows
    larger = (kind, lambda point, shares: row(point, shares) - 1)
    assert script.compare(replace(problem, rows=[larger, *others]))[1]
