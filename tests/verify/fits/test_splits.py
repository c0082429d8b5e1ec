"""The best split of a budget by a fitted law is that of the exact plan."""

from fractions import Fraction

import numpy as np
import pytest

from exponents.budget.allocation import plan_budget
from exponents.cli.loss_options import read_loss
from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
from verify import fit_law
from verify.fits.allocation import leading_splits, split_budget
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
    (
        ("E", "A*N**-alpha", "B*D**-beta", "K*S**-gamma"),
        {"E": 1.0, "A": 5.0, "B": 7.0, "K": 20.0, "alpha": 0.5, "beta": 0.75, "gamma": 0.25},
        "6*N*D*S**2",
    ),
    (
        ("A*N**-alpha", "B*D**-beta", "K*S**-gamma"),
        {"A": 5.0, "B": 7.0, "K": 1e-9, "alpha": 0.5, "beta": 0.75, "gamma": 0.25},  # S is left at 1
        "6*N*D*S**2",
    ),
]


@pytest.mark.parametrize(("terms", "values", "cost"), CASES, ids=str)
def test_the_split_is_that_of_the_exact_plan(terms, values, cost):
    resources = tuple(name for name in "NDS" if name in cost)
    law, equation = read_law(terms, resources), read_budget_equation(f"C={cost}")
    with np.errstate(divide="ignore"):
        u = np.array([[values[n] if n in law.exponents else np.log(values[n]) for n in law.unknowns]])
    plan = plan_budget(read_loss(numeric_terms(law, values), (cost,)), Fraction(10**21))
    found = split_budget(law, u, equation, 1e21)
    for resource, amount in plan.allocation:
        assert abs(np.exp(found[resource.name][0]) / float(amount) - 1) < 1e-11
    assert abs(np.exp(found["loss"][0]) / float(plan.loss) - 1) < 1e-12
    assert plan.law is not None
    leading = leading_splits(law, u, equation)
    shares = [vertex.allocation for vertex in plan.law.optimum.vertices]
    for (resource, _), own in zip(plan.allocation, zip(*shares, strict=True), strict=True):
        assert abs(leading.low[resource.name][0] - float(min(own))) < 1e-12
        assert abs(leading.high[resource.name][0] - float(max(own))) < 1e-12
    names = [numeric_terms(law, values).index(plan.law.programme.loss.terms[i].name) for i in plan.law.optimum.binding]
    kept = [term for term in law.terms if not (term == "E" and values.get("E") == 0)]
    assert set(leading.binding[0]) == {kept[i] for i in names}


FORMS = [
    (("E", "((A/N)**(alpha/beta) + B/D)**beta"), {"alpha": 0.25, "beta": 0.5}, "6*N*D"),
    (("E", "A*min(N, D/20)**-alpha"), {"alpha": 0.25}, "6*N*D"),
    (("A*(N + K*N**(1/3))**-alpha", "B*D**-beta"), {"alpha": 0.375, "beta": 0.25}, "6*N*D"),
    (("A*(N**a + D**b)**-c",), {"a": 0.5, "b": 0.25, "c": 0.5}, "6*N*D"),
    (("A*(N*S)**-alpha", "B*D**-beta"), {"alpha": 0.25, "beta": 0.5}, "6*N*D*S"),
    (("A*N**-alpha*S**-gamma", "B*D**-beta"), {"alpha": 0.25, "beta": 0.5, "gamma": 0.75}, "N*D*S**2"),
]


@pytest.mark.parametrize(("terms", "exponents", "cost"), FORMS, ids=str)
def test_the_leading_split_of_any_form_is_that_of_balance(terms, exponents, cost):
    resources = tuple(name for name in "NDS" if name in cost)
    law, equation = read_law(terms, resources), read_budget_equation(f"C={cost}")
    u = np.array([[exponents.get(name, 0.5) for name in law.unknowns]])
    values = {name: exponents.get(name, np.exp(0.5)) for name in law.unknowns}
    falling = [term for term in numeric_terms(law, values) if "*" in term or "/" in term]
    expected = read_loss(falling, (cost,)).at({})
    leading = leading_splits(law, np.repeat(u, 2, 0), equation)
    for name, shares in zip(
        sorted(resources), zip(*(v.allocation for v in expected.vertices), strict=True), strict=True
    ):
        assert float(min(shares)) == pytest.approx(leading.low[name][1], abs=1e-12)
        assert float(max(shares)) == pytest.approx(leading.high[name][1], abs=1e-12)


def test_of_two_branches_alike_both_are_best():
    law = read_law(("E", "A*max(N, D)**-alpha"), ("N", "D"))
    found = leading_splits(law, np.array([[0.25, 0.5, 0.5]]), read_budget_equation("C=6*N*D"))
    assert [*found.low["N"], *found.high["N"], *found.low["D"], *found.high["D"]] == [0, 1, 0, 1]


def test_fits_whose_signs_differ_are_derived_apart():
    """A*(N**a + D**b)**-c falls with N alone for a > b, and with D alone for a < b."""
    law, equation = read_law(("A*(N**a + D**b)**-c",), ("N", "D")), read_budget_equation("C=N*D")
    found = leading_splits(
        law, np.array([[0.5, 0.25, 1.0, 0.0], [0.25, 0.5, 1.0, 0.0], [0.5, 0.5, 1.0, 0.0]]), equation
    )
    assert found.low["N"].tolist() == [1, 0, 0] and found.high["N"].tolist() == [1, 0, 1]


def test_a_fit_with_a_pole_has_the_whole_range():
    law = read_law(("((A/N)**(alpha/beta) + B/D)**beta",), ("N", "D"))
    found = leading_splits(law, np.array([[0.25, 0.0, 0, 0], [0.25, 0.5, 0, 0]]), read_budget_equation("C=N*D"))
    assert [found.low["N"][0], found.high["N"][0]] == [0, 1]
    assert found.low["N"][1] == found.high["N"][1] == 2 / 3


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


def grid_of_runs(count, power=0.01):
    """Runs on a grid of three resources, with noise of 1 %."""
    n, d, s = (a.ravel() for a in np.meshgrid(*(np.logspace(0, 3, count),) * 3, indexing="ij"))
    return {"N": n * 1e7, "D": d * 1e9, "S": s, "noise": np.exp(power * np.random.default_rng(2).normal(size=n.size))}


def test_a_law_in_powers_has_a_split_with_an_interval():
    whole = grid_of_runs(6)
    runs = {name: own[whole["S"] == 1] for name, own in whole.items()}
    loss = ((8.8e13 / runs["N"]) ** (0.8) + 5.4e13 / runs["D"]) ** 0.095 * runs["noise"]
    form = "((A/N)**(alpha/beta) + B/D)**beta"
    fit = fit_law({"N": runs["N"], "D": runs["D"], "loss": loss}, form, draws=40, budget=1e22)
    found, truth = fit.allocation["N"], 1 / 1.8  # beta/(alpha + beta)
    assert found.low < truth < found.high and 0.005 < found.width < 0.1
    assert fit.split["N"].low < fit.split["N"].value < fit.split["N"].high
    assert fit.to_dict()["allocation"]["N"]["exponent"] == pytest.approx(
        fit.parameters["beta"].value / (fit.parameters["alpha"].value + fit.parameters["beta"].value)
    )


def test_three_resources_are_split_with_intervals():
    runs = grid_of_runs(5)
    loss = (1.7 + 400 * runs["N"] ** -0.34 + 2000 * runs["D"] ** -0.37 + 0.5 * runs["S"] ** -0.5) * runs["noise"]
    terms = ("E", "A*N**-alpha", "B*D**-beta", "K*S**-gamma")
    columns = {name: runs[name] for name in "NDS"} | {"loss": loss}
    for intervals in ("formula", "bootstrap"):
        fit = fit_law(columns, terms, cost="6*N*D*S", budget=1e22, intervals=intervals, draws=40)
        inverse = {name: 1 / power for name, power in (("N", 0.34), ("D", 0.37), ("S", 0.5))}
        for name, own in inverse.items():
            assert fit.allocation[name].low < own / sum(inverse.values()) < fit.allocation[name].high
            assert fit.split[name].low < fit.split[name].value < fit.split[name].high


def test_a_split_that_is_not_unique_is_said():
    runs = grid_of_runs(5)
    loss = (1.7 + 40 * (runs["N"] * runs["S"]) ** -0.34 + 2000 * runs["D"] ** -0.37) * runs["noise"]
    columns = {name: runs[name] for name in "NDS"} | {"loss": loss}
    terms = ("E", "A*(N*S)**-alpha", "B*D**-beta")
    fit = fit_law(columns, terms, cost="6*N*D*S", intervals="formula", budget=1e21)
    assert fit.split["N"].low is None and fit.split["S"].low is None
    assert fit.split["D"].low < fit.split["D"].value < fit.split["D"].high
    assert any(text.endswith("the amounts at a budget are one choice of many") for text in fit.warnings)
    found = fit.to_dict()["allocation"]
    alpha, beta = (fit.parameters[name].value for name in ("alpha", "beta"))
    assert found["N"]["exponent"] is None and found["N"]["among"] == [0, pytest.approx(beta / (alpha + beta))]
    assert found["N"]["interval"][0] == 0 and found["N"]["interval"][1] > found["N"]["among"][1]
    assert found["D"]["exponent"] == pytest.approx(alpha / (alpha + beta)) and "among" not in found["D"]
    assert any(
        text.startswith("the best split at large C is not unique: N ~ C^n with n from 0") for text in fit.warnings
    )
    assert "0 to 0." in fit.summary()


@pytest.mark.parametrize(
    ("cost", "note"),
    [
        (None, "no best split: the cost C=6*N*D has no S, which the law has; name a cost of all, such as N*D*S"),
        ("N*D*S*P", "no best split: the cost C=N*D*S*P has P, which the law has not; name a cost"),
        ("N*D/S", "no best split: the cost C=N*D/S does not rise with S; name a cost"),
    ],
)
def test_a_cost_by_which_no_budget_can_be_split_is_said(cost, note):
    runs = grid_of_runs(4)
    columns = {name: runs[name] for name in "NDS"} | {"loss": (runs["N"] ** -0.3 + runs["S"] ** -0.2) * runs["noise"]}
    terms = ("A*N**-alpha", "B*D**-beta", "K*S**-gamma")
    fit = fit_law(columns, terms, cost=cost, intervals="none", where=["beta==0.2"])
    assert fit.allocation == {} and any(own.startswith(note) for own in fit.notes)


def test_a_form_without_a_derived_split_says_why():
    runs = grid_of_runs(5)
    loss = (0.2 + (runs["N"] / 1e7) ** -0.5) ** 0.5 * runs["noise"] + runs["D"] ** -0.3
    columns = {"N": runs["N"], "D": runs["D"], "loss": loss}
    fit = fit_law(columns, ("(E + A/N)**alpha", "B*D**-beta"), intervals="none", budget=1e20)
    assert fit.allocation == {} and fit.split["N"].value > 1
    assert any(own.startswith("no split at large C: a sum under a power may not hold a constant") for own in fit.notes)
