"""What the terms of the loss assume, and the logarithms that multiply them on curves: by hand."""

import pytest
from sympy import Rational, S

from exponents.model.amplitudes import LogLaw
from exponents.model.bottleneck import data_bottleneck
from exponents.model.linear_network import saturation
from exponents.model.model_transient import finite_model_transient
from exponents.model.online_loss import loss
from exponents.model.reuse_loss import reuse_loss
from exponents.model.table1 import optimum, task_names
from exponents.names import DERIVED, LAZY, PUBLISHED, REGIMES, RICH, VERSIONS
from exponents.optimum.search import compute_optimum
from exponents.symbols import N, P, alpha, beta, gamma, t


@pytest.mark.parametrize("regime", REGIMES)
@pytest.mark.parametrize("version", VERSIONS)
def test_each_term_assumes_that_its_sum_over_modes_converges(regime, version):
    """sum_k lambda_k^p converges for p alpha > 1: p is 1 in the terms of N and P, 2 in the noise of batches.

    The sum of the flow converges for every beta > 0, and needs nothing of alpha.
    """
    least = {"gradient_flow": 0, "model_bottleneck": 1, "finite_model_transient": 1, "sgd_transient": Rational(1, 2)}
    for term in (*loss(regime, version), data_bottleneck()):
        bound = least.get(term.name, 1)
        for capacity in (Rational(2, 5), Rational(3, 5), Rational(9, 10), Rational(11, 10)):
            point = {alpha: capacity, beta: Rational(1, 10)}
            assert all(margin.subs(point) > 0 for margin in term.assumes) == (capacity > bound), term


def test_logarithms_are_those_worked_out_by_hand():
    """At beta = 1 tau ~ t (ln t)^{1/2}, so tau^-e carries (ln t)^{-e/2}, and kappa (ln t)^{1/2}.

    The bottleneck has one where the pole of zeta, at beta, meets the end of the kernel's strip, 2 or 1.  The 1/N
    correction convolves tau^-beta with a kernel that falls more slowly than 1/tau: a logarithm at beta = 1.
    """
    flow, kernel = -S.Half, -(1 - 1 / alpha) / 2
    for version, end in ((PUBLISHED, 2), (DERIVED, 1)):
        whole = reuse_loss(RICH, version)
        assert laws(whole["gradient_flow"]) == {(t, flow, 1)}
        assert laws(whole["model_bottleneck"]) == {(N, S.One, end)}
        assert laws(whole["data_bottleneck"]) == {(P, S.One, 2)}
    assert laws(finite_model_transient(RICH, PUBLISHED)) == {(t, kernel.expand(), 1)}
    assert laws(finite_model_transient(RICH, DERIVED)) == {(t, kernel.expand(), 1), (t, S.One, 1)}
    assert laws(finite_model_transient(LAZY, DERIVED)) == {(t, S.One, 1)}
    assert laws(finite_model_transient(LAZY, PUBLISHED)) == set()
    assert laws(loss(LAZY)["gradient_flow"]) == set()


def laws(term):
    """The logarithms of a term: resource, power on the curve, and the value of beta that is the curve."""
    found = set()
    for logarithm in term.logarithms:
        (value,) = [k for k in (1, 2) if logarithm.where.subs(beta, k) == True]  # noqa: E712
        found.add((logarithm.resource, logarithm.power.subs(beta, value).expand(), value))
    return found


def test_the_norm_of_a_linear_network_s_readout_saturates():
    """2 kappa - 1 with kappa (kappa - 1) = gamma U/4, so its square is 1 + gamma U, and U = 1/(alpha (beta - 1))."""
    norm = 1 / (alpha * (beta - 1))
    for point in ({alpha: 2, beta: 2, gamma: 1}, {alpha: Rational(3, 2), beta: 5, gamma: Rational(1, 7)}):
        assert (saturation() ** 2 - 1 - gamma * norm).subs(point).equals(0) and saturation().subs(point) > 1


def test_phases_have_the_paper_s_names_only_where_there_are_as_many():
    assert task_names(optimum(RICH)) == ("hard", "easy", "super-easy")
    assert task_names(compute_optimum(1 / N + t**-beta, N * t)) == ("phase 1",)


def test_a_law_with_a_logarithm_is_the_product_of_its_powers():
    assert LogLaw(S(3), S(-2), S(2)).as_expr().subs(t, S.Exp1**2) == 12 * S.Exp1**-4
