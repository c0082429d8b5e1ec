"""The best split of a budget by a fitted law is that of the exact plan."""

from fractions import Fraction

import numpy as np
import pytest

from exponents.budget.allocation import plan_budget
from exponents.cli.loss_options import read_loss
from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
from verify.fits.allocation import binding_terms, split_budget, split_exponents
from verify.fits.quantities import estimates
from verify.fits.saved_fit import numeric_terms

CASES = [
    (DEFAULT_TERMS, {"E": 1.69, "A": 406.4, "B": 410.7, "alpha": 0.34, "beta": 0.28}, "6*N*D"),
    (DEFAULT_TERMS, {"E": 0.0, "A": 5.0, "B": 7.0, "alpha": 0.5, "beta": 0.25}, "2*N**2*D"),
    (
        ("A*N**-alpha", "B*D**-beta", "G*N**-gamma*D**-gamma"),
        {"A": 5.0, "B": 7.0, "G": 2.0, "alpha": 0.5, "beta": 0.75, "gamma": 0.2},
        "N*D",
    ),
]


@pytest.mark.parametrize(("terms", "values", "cost"), CASES, ids=str)
def test_the_split_is_that_of_the_exact_plan(terms, values, cost):
    law, equation = read_law(terms, ("N", "D")), read_budget_equation(f"C={cost}")
    with np.errstate(divide="ignore"):
        u = np.array([[values[n] if n in law.exponents else np.log(values[n]) for n in law.unknowns]])
    plan = plan_budget(read_loss(numeric_terms(law, values), (cost,)), Fraction(10**21))
    found = split_budget(law, u, equation, 1e21)
    for resource, amount in plan.allocation:
        assert abs(np.exp(found[resource.name][0]) / float(amount) - 1) < 1e-11
    assert abs(np.exp(found["loss"][0]) / float(plan.loss) - 1) < 1e-12
    assert plan.law is not None
    shares = split_exponents(law, u, equation)
    if len(plan.law.optimum.vertices) == 1:
        for (resource, _), share in zip(plan.allocation, plan.law.shares, strict=True):
            assert abs(shares[resource.name][0] - float(share[1].exponent)) < 1e-12
    assert abs(shares["loss"][0] - float(plan.law.exponent)) < 1e-12
    names = [numeric_terms(law, values).index(plan.law.programme.loss.terms[i].name) for i in plan.law.optimum.binding]
    kept = [i for i, term in enumerate(law.terms) if not (term == "E" and values.get("E") == 0)]
    assert set(binding_terms(law, u, equation)[0]) >= {kept[i] for i in names}


def test_the_interval_of_a_split_by_formula_is_that_of_the_closed_form():
    """A N^-a + B D^-b with C = N D gives ln N = (ln(a A) - ln(b B) + b ln C)/(a + b)."""
    law, equation = read_law(("E", "A*N**-alpha", "B*D**-beta"), ("N", "D")), read_budget_equation("C=N*D")
    values = {"E": np.log(1.7), "A": np.log(400.0), "B": np.log(410.0), "alpha": 0.34, "beta": 0.28}
    u = np.array([values[name] for name in law.unknowns])
    budget, both = np.log(1e24), 0.34 + 0.28
    log_n = (np.log(0.34) + values["A"] - np.log(0.28) - values["B"] + 0.28 * budget) / both
    slopes = {
        "E": 0.0,
        "A": 1 / both,
        "B": -1 / both,
        "alpha": (1 / 0.34 - log_n) / both,
        "beta": (-1 / 0.28 + budget - log_n) / both,
    }
    slope = np.array([slopes[name] for name in law.unknowns])
    root = np.random.default_rng(0).normal(size=(5, 5)) * 0.03
    found = estimates(law, u, equation, 1e24, 0.95, None, (root @ root.T, 2.0))["split"]["N"]
    assert found.value == pytest.approx(np.exp(log_n), rel=1e-11)
    error = 2 * np.linalg.norm(root.T @ slope)
    assert np.log(found.high / found.low) / 2 == pytest.approx(error, rel=1e-6)


def test_control_another_split_has_a_higher_loss():
    law, equation = read_law(DEFAULT_TERMS, ("N", "D")), read_budget_equation("C=6*N*D")
    u = np.array([[0.34, 0.28, np.log(1.69), np.log(406.4), np.log(410.7)]])
    best = split_budget(law, u, equation, 1e21)
    from verify.fits.prediction import log_loss

    for shift in (-0.1, 0.1):
        moved = {"N": best["N"] + shift, "D": best["D"] - shift}
        assert log_loss(law, u, moved) > best["loss"]
