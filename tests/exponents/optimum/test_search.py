"""Phase diagrams of losses of one's own, against results worked out by hand."""

import pickle
from fractions import Fraction
from itertools import product

import pytest
import sympy
from sympy import And, Eq, Max, Min, Piecewise, Rational, S, Symbol, lambdify, latex, simplify, srepr, symbols
from sympy.functions.elementary.piecewise import ExprCondPair

from exponents.errors import InputError, NoBalance
from exponents.losses.terms import Loss, PowerLaw
from exponents.model.table1 import optimum
from exponents.optimum.proof import prove
from exponents.optimum.search import compute_optimum
from exponents.symbols import B, N, P, alpha, beta, gamma, t

a, b = symbols("a b", positive=True)


def test_two_terms_have_one_phase_that_balances_them():
    diagram = compute_optimum(t**-beta + N**-alpha, N * t)
    (phase,) = diagram.phases
    assert simplify(phase.exponent - alpha * beta / (alpha + beta)) == 0
    assert simplify(dict(phase.allocation)[N] - beta / (alpha + beta)) == 0
    prove(diagram)


def test_numbers_alone_give_a_diagram_of_one_phase():
    diagram = compute_optimum(t ** Rational(-1, 2) + N ** Rational(-3, 4), N * t)
    assert diagram.exponent == Rational(3, 10) and diagram.boundaries == ()
    assert diagram.allocation(N) == Rational(2, 5)


def test_a_crossover_between_two_slopes():
    # 1/t + t^{-b}/N on C = N t: for b < 1 put all into t? By hand: terms fall as x_t, b x_t + x_N with x_N = 1 - x_t.
    # For b < 1 the optimum ties them, x_t = 1/(2 - b); for b >= 1 everything goes into t.
    diagram = compute_optimum(1 / t + t**-b / N, N * t)
    assert [boundary.curve for boundary in diagram.boundaries] == [Eq(b, 1)]
    below, above = diagram.phases
    assert simplify(below.exponent - 1 / (2 - b)) == 0 and above.exponent == 1
    assert dict(above.allocation)[N] == 0
    prove(diagram)


def test_a_max_in_an_exponent_splits_the_plane():
    diagram = compute_optimum(t ** -Max(a, b) + 1 / N, N * t)
    assert simplify(diagram.exponent.subs({a: 2, b: 3}) - Rational(3, 4)) == 0
    assert simplify(diagram.exponent.subs({a: 3, b: 2}) - Rational(3, 4)) == 0
    assert len(diagram.phases) == 2
    prove(diagram)


def test_a_min_in_an_exponent_is_the_sum_of_both_terms():
    one = compute_optimum(t ** -Min(a, b) + 1 / N, N * t)
    two = compute_optimum(t**-a + t**-b + 1 / N, N * t)
    for point in ((2, 3), (3, 2), (Rational(1, 3), 5)):
        values = dict(zip((a, b), point, strict=True))
        assert one.exponent.subs(values) == two.exponent.subs(values)


def test_a_boundary_that_is_no_straight_line_is_found():
    # t^{-a^2} and t^{-b} and 1/N: whichever of a^2 and b is smaller balances with 1/N.
    diagram = compute_optimum(t ** -(a**2) + t**-b + 1 / N, N * t)
    assert [boundary.curve for boundary in diagram.boundaries] == [Eq(b, a**2)]
    prove(diagram)


def test_an_irrational_boundary_is_kept_as_a_polynomial():
    diagram = compute_optimum(t ** -(b**2) + t**-2 + 1 / N, N * t)
    (boundary,) = diagram.boundaries
    assert boundary.curve == Eq(b**2 - 2, 0)
    assert [phase.binding for phase in diagram.phases] == [("N**(-1)", "t**(-b**2)"), ("N**(-1)", "t**(-2)")] or all(
        "1/N" in phase.binding for phase in diagram.phases
    )
    prove(diagram)


def test_a_pole_in_an_exponent_is_stepped_around():
    diagram = compute_optimum(t ** (-1 / (b - 1) ** 2) + 1 / N, N * t, where=b < 3)
    assert simplify(diagram.phases[0].exponent - 1 / (1 + (b - 1) ** 2)) == 0


def test_three_resources_and_two_budgets():
    diagram = compute_optimum(t**-a + N**-b + 1 / B, (N * t, t * B))
    assert set(diagram.programme.resources) == {B, N, t}
    prove(diagram)
    at_one = diagram.at(a=1, b=1)
    assert at_one.exponent == Fraction(1, 2)


def test_what_the_cost_does_not_mention_is_held_fixed():
    assert compute_optimum(t**-a + N**-b, t).exponent == 0  # N^-b stays as it is: a floor
    assert compute_optimum(t**-a + B / t**2, t, where=a < 2).exponent == a


def test_constants_in_front_change_nothing():
    plain = compute_optimum(t**-beta + N**-alpha, N * t)
    scaled = compute_optimum(7 * t**-beta + gamma * N**-alpha / 3, 5 * N * t)
    assert plain.exponent == scaled.exponent and plain.allocation(t) == scaled.allocation(t)


def test_units_of_compute_change_the_exponent_in_proportion():
    once, twice = (compute_optimum(t**-beta + N**-alpha, cost) for cost in (N * t, (N * t) ** 2))
    assert simplify(once.exponent - 2 * twice.exponent) == 0


def test_capacity_below_one_is_allowed_for_a_loss_of_ones_own():
    diagram = compute_optimum(t**-beta + N ** (-alpha * beta), N * t)
    assert diagram.at(alpha="1/2", beta="1/2").exponent == Fraction(1, 6)


def test_points_are_checked():
    diagram = optimum("rich")
    for arguments, named in (
        ((1, 1), {}),
        ((2,), {}),
        ((2, 1, 1), {}),
        ((), {"alpha": 2}),
        ((2, 0), {}),
    ):
        with pytest.raises(InputError):
            diagram.at(*arguments, **named)
    with pytest.raises(InputError):
        diagram.allocation(P)


def test_results_are_plain_sympy_that_survives_its_tools():
    diagram = optimum("rich")
    exponent = diagram.exponent
    assert isinstance(exponent, Piecewise)
    assert pickle.loads(pickle.dumps(diagram)) == diagram  # noqa: S301
    assert pickle.loads(pickle.dumps(exponent)) == exponent  # noqa: S301
    names = vars(sympy) | {"ExprCondPair": ExprCondPair}  # SymPy's own repr of a Piecewise names it
    assert eval(srepr(exponent), names) == exponent  # noqa: S307
    assert abs(lambdify((alpha, beta), exponent)(1.5, 0.5) - 6 / 17) < 1e-15
    assert exponent.subs({alpha: Rational(3, 2), beta: Rational(1, 2)}) == Rational(6, 17)
    assert "cases" in latex(exponent) and diagram._repr_latex_().startswith("$")


@pytest.mark.parametrize(
    ("loss", "cost", "where", "error"),
    [
        (t**-a + N**-b, Symbol("q") ** 0, (), InputError),
        (t**-a + N**-b, N - t, (), InputError),
        (t**-a + N**-b, N * t, And(a > 1, a < 1), InputError),
        (t**-a + N**-b, N * t, (a > 2, a < 1), InputError),
        (t**-a + N**-b, N * t, (Eq(a, 1),), InputError),
        (t ** -(2**a) + 1 / N, N * t, (), InputError),
        (t**-a - N**-b, N * t, (), InputError),
        ("t**-a", N * t, (), InputError),
        (t ** -Piecewise((7, Eq(a, 1)), (2, True)) + 1 / N, N * t, (), InputError),
    ],
)
def test_what_is_no_programme_is_refused(loss, cost, where, error):
    with pytest.raises(error) as refusal:
        compute_optimum(loss, cost, where)
    assert "\n" not in str(refusal.value)


def test_a_resource_that_only_helps_and_costs_nothing_is_refused():
    loss = Loss((PowerLaw("flow", ((t, a), (N, 1))),))
    with pytest.raises(NoBalance):
        compute_optimum(loss, (t, t**2))


u = Symbol("u", real=True)


def test_parameters_keep_their_own_signs():
    # For u < 0 the exponent 1 + max(u, 0) is 1, and r = 1/2; SymPy's forced simplifications would drop the max.
    diagram = compute_optimum(t ** -(1 + Max(u, 0)) + 1 / N, N * t)
    prove(diagram)
    assert diagram.exponent.subs(u, Rational(-1, 2)) == Rational(1, 2)
    assert diagram.exponent.subs(u, 1) == Rational(2, 3)


def test_a_resource_declared_without_a_sign_counts_as_positive():
    time, size, p = symbols("time size p")
    diagram = compute_optimum((size * time) ** -p + 1 / size**2, size * time, where=p > 0)
    assert simplify(diagram.exponent.subs(p, 3) - 2) == 0


def test_a_face_that_opens_inside_a_degenerate_phase_is_a_boundary():
    # 1 + N^{2-b}: for b < 2 the second term must not grow, so N stays at 1; for b > 2 any N will do.
    diagram = compute_optimum(1 + N ** (2 - b), N * t)
    assert [phase.binding for phase in diagram.phases] == [("1", "N**(2 - b)"), ("1",)]
    assert [len(phase.vertices) for phase in diagram.phases] == [1, 2]
    assert [boundary.curve for boundary in diagram.boundaries] == [Eq(b, 2)]
    prove(diagram)


def test_boundaries_in_the_first_parameter_are_found():
    diagram = compute_optimum(t ** -Min(a, 1) + N**-b, N * t)
    assert [(boundary.curve, boundary.phases) for boundary in diagram.boundaries] == [(Eq(a, 1), (0, 1))]
    assert diagram.phase_at(diagram.point(1, 5)) == 0
    irrational = compute_optimum(t ** -Min(a**2, 2) + N**-b, N * t)
    assert [boundary.curve for boundary in irrational.boundaries] == [Eq(a**2 - 2, 0)]


def test_the_lazy_loss_under_another_budget_has_upright_and_level_boundaries():
    from exponents.model.online_loss import loss

    diagram = compute_optimum(loss("lazy"), N**2 * t, alpha > 1, (alpha, beta))
    prove(diagram)
    curves = {boundary.curve for boundary in diagram.boundaries}
    assert curves == {Eq(beta, 1), Eq(beta, 2), Eq(alpha, 2), Eq(beta, 2 - 1 / alpha)}
    for point in ((Rational(3, 2), 3), (3, 3), (3, Rational(3, 2)), (Rational(5, 4), Rational(1, 2))):
        values = dict(zip((alpha, beta), point, strict=True))
        assert diagram.exponent.subs(values) == Rational(str(diagram.at(*point).exponent))


def test_an_inequality_is_not_solved_where_its_slope_vanishes():
    diagram = compute_optimum(t ** -Min((a - 1) ** 2 * b, 1) + N**-2, N * t)
    assert diagram.exponent.subs({a: 1, b: 1}) == 0
    prove(diagram)


def test_poles_behind_a_max_are_stepped_around():
    diagram = compute_optimum(t ** (-1 / Max(a - b, b - a)) + 1 / N, N * t)
    for x, y in ((3, 1), (1, 3), (Rational(1, 2), Rational(1, 3))):
        assert diagram.exponent.subs({a: x, b: y}) == 1 / (1 + abs(Rational(x) - Rational(y)))


def test_an_unbounded_face_names_only_what_binds_on_all_of_it():
    (phase,) = compute_optimum(1 / t + 1 + 1 / N, N / t).phases
    assert (phase.exponent, phase.binding) == (0, ("1",))


def test_budgets_that_follow_from_others_change_nothing():
    once = compute_optimum(t**-a + N**-b, N * t)
    assert compute_optimum(t**-a + N**-b, (N * t, N * t)).exponent == once.exponent
    thrice = compute_optimum(t**-a + N**-b, (N * t, N**3 / t, N**2))
    prove(thrice)
    assert thrice.exponent.subs({a: 2, b: 3}) == 1


@pytest.mark.slow
def test_a_large_face_does_not_exhaust_the_stack():
    pairs = [symbols(f"p{i} q{i}", positive=True) for i in range(8)]
    cost = sympy.Mul(*(p * q for p, q in pairs))
    (phase,) = compute_optimum(sum(1 / (p * q) for p, q in pairs), cost).phases
    assert phase.exponent == Rational(1, 8) and len(phase.vertices) == 2**8


@pytest.mark.parametrize(
    "options",
    [
        {"cost": None},
        {"cost": 1},
        {"where": 3},
        {"parameters": (a, a, b)},
        {"parameters": (a,)},
    ],
    ids=str,
)
def test_bad_options_are_refused_in_one_line(options):
    with pytest.raises(InputError) as refusal:
        compute_optimum(t**-a + N**-b, **({"cost": N * t} | options))
    assert "\n" not in str(refusal.value)


def test_two_symbols_of_one_name_are_refused():
    loss = Loss((PowerLaw("flow", ((t, 1),)), PowerLaw("other", ((Symbol("t"), 1),))))
    with pytest.raises(InputError, match="named"):
        compute_optimum(loss, N * t)


def test_a_prefactor_that_may_change_sign_is_refused():
    with pytest.raises(InputError, match="prefactor"):
        compute_optimum((beta - 1) * t**-beta + 1 / N, N * t)


def test_a_parameter_may_stand_in_the_budget():
    diagram = compute_optimum(1 / t + 1 / N, N**b * t)
    assert simplify(diagram.exponent - 1 / (1 + b)) == 0


def test_regions_that_share_their_signs_are_told_apart():
    # 2 - (b-2)^2 has the same sign on both outer sides; a cubic's signs alternate, and two middles share theirs.
    diagram = compute_optimum(t ** -Max(1, 2 - (b - 2) ** 2) + 1 / N, N * t)
    assert [phase.where for phase in diagram.phases] == [(b < 1) | (b > 3), (b > 1) & (b < 3)]
    prove(diagram)
    terms = [(a - 1, a - 1), (b / 2, Min(a, b)), (1, a - 1)]
    loss = Loss(tuple(PowerLaw(f"term {i}", ((N, e), (t, f))) for i, (e, f) in enumerate(terms)))
    prove(compute_optimum(loss, N * t, (a < 9, b < 9), (a, b)))


def test_a_corner_where_one_formula_is_undefined_takes_that_of_its_neighbour():
    # N^-2 t^{-ab} + N^{-ab} t^{-a}: at a = 2, b = 1 both terms are (N t)^{-2}; one phase reads 0/0 there, r is 2.
    terms = [(2, a * b), (a * b, a)]
    loss = Loss(tuple(PowerLaw(f"term {i}", ((N, e), (t, f))) for i, (e, f) in enumerate(terms)))
    diagram = compute_optimum(loss, N * t, (a < 9, b < 9), (a, b))
    prove(diagram)
    assert diagram.exponent.subs({a: 2, b: 1}) == diagram.at(2, 1).exponent == 2


def test_two_budgets_over_three_parameters_have_the_optimum_and_the_gaps_worked_out_by_hand():
    """x_N + x_t = 1 = b x_N + c x_t: x_N = (1 - c)/(b - c), and none is negative if 1 lies between b and c."""
    p, q, r = symbols("p q r", positive=True)
    found = compute_optimum(1 / N + t**-p, (N * t, N**q * t**r), (p < 3, q < 3, r < 3))
    prove(found)
    assert found.phases[-1].infeasible and not any(phase.infeasible for phase in found.phases[:-1])
    values = (Rational(1, 2), Rational(4, 5), Rational(7, 5), Rational(5, 2))
    for point in product(values, repeat=3):
        a, b, c = point
        here = dict(zip((p, q, r), point, strict=True))
        if (b - 1) * (c - 1) > 0:
            assert found.exponent.subs(here) is S.NaN
        else:
            assert found.exponent.subs(here) == min((1 - c) / (b - c), a * (b - 1) / (b - c))
