"""The self-consistent time exponent and the level series."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Eq, Max, Rational, S, cancel, diff, limit, log, oo

from exponents.errors import IncompleteProof, InputError, NoBalance
from exponents.model.timescale import (
    chi,
    clock,
    clock_growth,
    clock_logarithm,
    decay,
    fixed_point,
    solve_self_consistency,
)
from exponents.symbols import beta, t

sources = st.fractions(min_value=Rational(1, 50), max_value=4, max_denominator=50).map(
    lambda f: Rational(f.numerator, f.denominator)
)


@given(sources)
def test_the_exponent_is_a_fixed_point_of_its_map(value):
    solution = chi("rich").subs(beta, value)
    assert solution == value * Max(*clock(decay)).subs(decay, solution)


@given(sources)
def test_iterating_the_map_converges_to_it_from_the_lazy_clock(value):
    level = value
    for _ in range(400):
        level = float(value) * max(1.0, 2.0 - float(level))
    if value != 1:
        rate = min(float(value), 1.0) ** 400 if value < 1 else 0.0
        assert abs(level - float(chi("rich").subs(beta, value))) <= 2 * rate + 1e-12


@given(sources)
def test_feature_learning_never_slows_the_flow(value):
    rich, lazy = (chi(regime).subs(beta, value) for regime in ("rich", "lazy"))
    assert rich >= lazy and (rich > lazy) == (value < 1)


def test_the_pieces_meet_at_one_and_are_stable():
    fixed = solve_self_consistency()
    assert [boundary.curve for boundary in fixed.boundaries] == [Eq(beta, 1)]
    below, above = fixed.pieces
    assert (below.where, above.where) == (beta < 1, beta > 1)
    assert (below.slope, above.slope) == (-beta, 0)
    assert below.value.subs(beta, 1) == above.value.subs(beta, 1) == 1


def test_the_clock_grows_as_chi_over_beta():
    assert cancel(solve_self_consistency().pieces[0].growth - solve_self_consistency().pieces[0].value / beta) == 0
    assert clock_growth("lazy") == 1


def test_the_logarithm_of_the_clock_solves_its_equation_where_beta_is_one():
    """With B ~ 1/tau eq. 67 is tau'' = gamma/tau, so that tau tau'' must tend to a constant: tau ~ t (ln t)^(1/2)."""
    curve, power = clock_logarithm()
    assert curve == Eq(beta, 1)
    assert limit(t * log(t) ** power * diff(t * log(t) ** power, t, 2), t, oo) == Rational(1, 2)
    for wrong in (power / 2, 2 * power):
        assert limit(t * log(t) ** wrong * diff(t * log(t) ** wrong, t, 2), t, oo) in (0, oo)


def test_control_a_map_with_no_consistent_piece_is_refused():
    with pytest.raises(NoBalance):  # chi = beta + chi has no solution, and the other candidate never leads
        fixed_point(beta, lambda c: (c / beta + 1, c / beta - 1))


def test_control_an_unstable_fixed_point_is_refused():
    with pytest.raises(IncompleteProof, match="unstable"):
        fixed_point(beta, lambda c: (2 - c,))  # consistent everywhere, but of slope -beta beyond beta = 1
    with pytest.raises(IncompleteProof, match="unstable"):
        fixed_point(beta, lambda c: (1 + c,))  # of slope beta


def test_control_several_consistent_pieces_are_refused():
    # chi = beta max(1, 3 chi - 1).  By hand: chi = beta leads for beta < 2/3, and chi = beta/(3 beta - 1) leads where
    # it exceeds 2/3, for 1/3 < beta < 2/3.  Both are consistent between.
    with pytest.raises(IncompleteProof, match="several"):
        fixed_point(beta, lambda c: (S.One, 3 * c - 1))


def test_control_pieces_that_disagree_on_their_boundary_are_refused():
    from exponents.model import timescale

    fixed = solve_self_consistency()
    functions = timescale.Functions((beta,))
    trials = [timescale._make_trial(functions, beta, growth, clock(decay)) for growth in reversed(clock(decay))]
    timescale._check_agreement(functions, trials, fixed.boundaries)
    shifted = timescale._Trial(trials[0].value + functions.one, trials[0].growth, trials[0].slope, trials[0].margins)
    with pytest.raises(IncompleteProof, match="disagree"):
        timescale._check_agreement(functions, [shifted, trials[1]], fixed.boundaries)


def test_a_candidate_that_is_not_affine_is_refused():
    with pytest.raises(InputError):
        fixed_point(beta, lambda c: (c**2,))
