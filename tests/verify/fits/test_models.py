"""What a law predicts and how it changes: exact derivatives against differences, and both ways to write a law."""

import numpy as np
import pytest

from exponents.errors import InputError
from exponents.text.law_text import DEFAULT_TERMS, read_budget_equation, read_law
from verify.fits.log_model import SumModel, build_model
from verify.fits.objectives import Objective
from verify.fits.prediction import log_loss
from verify.fits.tree_model import TreeModel

LOGS = {"N": np.log([1e6, 3e7, 2e9]), "D": np.log([1e9, 5e8, 7e10])}
LAWS = [
    (DEFAULT_TERMS, ()),
    (("E", "A*N**-alpha*D**-beta", "B/N + 3/D"), ()),
    (("E", "A*N**-(alpha + beta)", "B*D**(-2*beta)"), ()),
    (("((A/N)**(alpha/beta) + B/D)**beta",), ()),
    (("E", "A*min(N, k*D)**-alpha"), ()),
    (("A*(N**-alpha + B*max(D, N)**(-alpha*beta))**(1/2)",), ()),
    (DEFAULT_TERMS, ("alpha==beta", "E==1/2")),
]


def unknowns(law, seed=0):
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.uniform(0.2, 0.9, len(law.exponents)), rng.normal(size=len(law.scales))])


@pytest.mark.parametrize(("terms", "where"), LAWS, ids=str)
def test_first_and_second_derivatives_are_those_of_differences(terms, where):
    law = read_law(terms, ("N", "D"), where)
    for model in (build_model(law, LOGS), TreeModel(law, LOGS)):
        v = model.to_centred(unknowns(law)[None])[0]
        state = model.evaluate(v[None])[1]
        slopes = model.slopes_at(state)
        step = 1e-5
        first, second = np.array([[0.3, -1.2, 2.0]]), np.array([[0.5, 0.7, -0.2]])
        whole = model.curvature(state, slopes, second, first)[0]
        for i in range(len(v)):
            shift = step * np.eye(len(v))[i]
            high, low = model.evaluate((v + shift)[None]), model.evaluate((v - shift)[None])
            assert np.allclose((high[0] - low[0]) / (2 * step), slopes[0, :, i], atol=1e-7)
            d2m = (model.slopes_at(high[1]) - model.slopes_at(low[1]))[0] / (2 * step)
            own = (second[0] * slopes[0, :, i]) @ slopes[0] + first[0] @ d2m
            assert np.allclose(own, whole[i], rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize(("terms", "where"), LAWS, ids=str)
def test_a_law_predicts_the_same_as_a_sum_as_a_tree_and_as_plain_numbers(terms, where):
    law = read_law(terms, ("N", "D"), where)
    u = unknowns(law)
    model = build_model(law, LOGS)
    m = model.predict(model.to_centred(u[None]))[0]
    assert np.allclose(m, TreeModel(law, LOGS).predict(u[None])[0], atol=1e-12)
    assert np.allclose(m, log_loss(law, u, LOGS), atol=1e-12)
    values = {name: u[i] if name in law.exponents else np.exp(u[i]) for i, name in enumerate(law.unknowns)}
    values |= {"N": np.exp(LOGS["N"]), "D": np.exp(LOGS["D"]), "min": np.minimum, "max": np.maximum}
    values |= (
        dict.fromkeys(text.split("==")[0] for text in where) and {"alpha": values.get("beta"), "E": 0.5}
        if where
        else {}
    )
    plain = sum(eval(term, {}, values) for term in terms)  # noqa: S307 - Python reads the same arithmetic
    assert np.allclose(np.exp(m), plain, rtol=1e-12)


def test_a_sum_of_monomials_needs_no_tree():
    assert isinstance(build_model(read_law(DEFAULT_TERMS, ("N", "D")), LOGS), SumModel)
    assert isinstance(build_model(read_law(("A*(1/N + 1/D)**beta",), ("N", "D")), LOGS), TreeModel)


@pytest.mark.parametrize(
    ("terms", "where", "message"),
    [
        (("A*N**D",), (), "an exponent may hold no resource"),
        (("alpha*N**-alpha",), (), "alpha as both"),
        (("A - N**-alpha",), (), "a sum of positive terms"),
        (("2/N",), (), "a law must have unknowns"),
        (("A*N**-alpha",), ("B==1",), "must name an unknown of the law; got B"),
        (("A*N**-alpha",), ("N==1",), "must tie or fix an unknown"),
        (("A*N**-alpha",), ("alpha",), "must tie or fix an unknown"),
        ((), (), "a law needs at least one term"),
        ((" + ".join(f"a{i}*N**-b{i}" for i in range(7)),), (), "a law may have 12 unknowns; got 14"),
    ],
)
def test_a_law_that_cannot_be_fitted_is_refused(terms, where, message):
    with pytest.raises(InputError, match=message):
        read_law(terms, ("N", "D"), where)


@pytest.mark.parametrize("text", ["C", "C=6*N+D", "6*N*D=C", "C=-6*N*D", "C=6", "C=N*C"])
def test_an_equation_that_is_no_monomial_is_refused(text):
    with pytest.raises(InputError, match="--given must be a name and a product of powers"):
        read_budget_equation(text)


def test_the_objective_of_huber_by_hand():
    """r^2/2 within delta, and delta (|r| - delta/2) beyond: r = 0.1, -0.5 and 2 with delta 0.4 and weights 1, 2, 3."""
    objective, loss = Objective("huber", 0.4), np.array([1.0, 2.0, 5.0])
    m, weights = np.log(loss)[None] - [[0.1, -0.5, 2.0]], np.array([[1.0, 2.0, 3.0]])
    due = 0.005 + 2 * 0.4 * 0.3 + 3 * 0.4 * 1.8
    value, first, second = objective.derivatives(loss, m, weights)
    assert value == pytest.approx(due, rel=1e-12) and objective.value(loss, m, weights) == pytest.approx(due, rel=1e-12)
    assert first[0] == pytest.approx([-0.1, 0.8, -1.2], rel=1e-12) and list(second[0]) == [1, 0, 0]


@pytest.mark.parametrize("name", ["huber", "ls", "ls-raw"])
def test_the_derivatives_of_an_objective_are_those_of_differences(name):
    objective, loss = Objective(name, 0.4 if name == "huber" else None), np.array([1.0, 2.0, 5.0])
    m, weights, step = np.log(loss)[None] - [[0.1, -0.5, 1.5]], np.array([[1.0, 2.0, 3.0]]), 1e-5
    _, first, second = objective.derivatives(loss, m, weights)
    for i, shift in enumerate(step * np.eye(3)):
        high, low = (objective.derivatives(loss, m + sign * shift, weights)[:2] for sign in (1, -1))
        assert (high[0] - low[0]) / (2 * step) == pytest.approx(first[:, i], rel=1e-6)
        assert (high[1] - low[1])[:, i] / (2 * step) == pytest.approx(second[:, i], rel=1e-6)
