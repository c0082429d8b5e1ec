"""The proofs, and for each the false statement it must refute."""

from dataclasses import replace

import pytest
from sympy import Min, Poly, Rational, S, cancel, fraction, symbols

from exponents.algebra.parametric import evaluate
from exponents.errors import Refuted
from exponents.losses.terms import PowerLaw
from exponents.model.bottleneck import model_bottleneck
from exponents.model.online_loss import loss
from exponents.model.table1 import TRACE_CLASS, optimum, table_1
from exponents.optimum.phase_diagram import PhaseDiagram
from exponents.optimum.programme import COST, resolve_branches
from exponents.optimum.proof import prove, prove_equal, prove_nonnegative, prove_phase, prove_tiling, sides
from exponents.optimum.search import compute_optimum
from exponents.symbols import N, alpha, beta, t

PARAMETERS, DOMAIN = (alpha, beta), (alpha - 1, beta)
REGIMES = ("lazy", "rich")
VERSIONS = ("published", "derived")


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("regime", REGIMES)
def test_every_phase_of_table_1_is_proved_on_its_whole_region(regime, version):
    prove(optimum(regime, version))


@pytest.mark.parametrize("regime", REGIMES)
def test_both_bottlenecks_give_the_same_table_1(regime):
    published = loss(regime)
    swapped = published.replace("model_bottleneck", model_bottleneck("derived"))
    other = compute_optimum(swapped, COST, TRACE_CLASS, PARAMETERS)
    prove(other)
    prove_equal(optimum(regime).exponent, other.exponent, PARAMETERS, DOMAIN)
    for resource in (N, t):
        prove_equal(optimum(regime).allocation(resource), other.allocation(resource), PARAMETERS, DOMAIN)


def test_the_rich_exponent_is_never_below_the_lazy_one_and_equal_from_beta_one_on():
    gain = table_1().rich.exponent - table_1().lazy.exponent
    prove_nonnegative(gain, PARAMETERS, DOMAIN)
    prove_equal(gain, S.Zero, PARAMETERS, (*DOMAIN, beta - 1))
    with pytest.raises(Refuted):
        prove_equal(gain, S.Zero, PARAMETERS, DOMAIN)


@pytest.mark.parametrize("regime", REGIMES)
def test_neighbouring_phases_agree_on_their_boundary(regime):
    diagram = optimum(regime)
    for boundary in diagram.boundaries:
        left, right = (diagram.phases[i] for i in boundary.phases)
        on_curve = boundary.curve.lhs, boundary.curve.rhs
        assert (left.exponent - right.exponent).subs(*on_curve).equals(0)
        for resource in (N, t):
            shares = [dict(phase.allocation)[resource].subs(*on_curve) for phase in (left, right)]
            assert (shares[0] - shares[1]).equals(0)


def changed(diagram: PhaseDiagram, position: int, **parts: object) -> PhaseDiagram:
    phases = list(diagram.phases)
    phases[position] = replace(phases[position], **parts)
    if "where" in parts:  # the certificate claims the changed region too, so that the duality itself is tested
        (certificate,) = phases[position].certificates
        phases[position] = replace(phases[position], certificates=(replace(certificate, where=parts["where"]),))
    return replace(diagram, phases=tuple(phases))


@pytest.mark.parametrize("shift", [Rational(1, 100), Rational(-1, 100)])
@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("regime", REGIMES)
def test_control_an_exponent_off_by_a_percent_is_refuted(regime, position, shift):
    phase = optimum(regime).phases[position]
    with pytest.raises(Refuted):
        prove(changed(optimum(regime), position, exponent=phase.exponent * (1 + shift)))


@pytest.mark.parametrize("regime", REGIMES)
def test_control_a_boundary_moved_alone_leaves_a_gap_or_an_overlap(regime):
    for edge in (Rational(99, 100), Rational(101, 100)):
        with pytest.raises(Refuted, match="regions"):
            prove(changed(optimum(regime), 0, where=beta < edge))


@pytest.mark.parametrize("regime", REGIMES)
def test_control_a_boundary_moved_on_both_sides_is_refuted(regime):
    diagram = optimum(regime)
    edge = Rational(99, 100)
    moved = changed(diagram, 0, where=beta < edge)
    moved = changed(moved, 1, where=(beta > edge) & (beta < 2 - 1 / alpha))
    prove_tiling(moved.programme, [phase.where for phase in moved.phases])
    with pytest.raises(Refuted):
        prove(moved)


def test_control_a_boundary_moved_up_overlaps_only_where_alpha_is_close_to_one_and_is_refuted():
    regions = (beta < Rational(101, 100), (beta > Rational(101, 100)) & (beta < 2 - 1 / alpha), beta > 2 - 1 / alpha)
    with pytest.raises(Refuted, match="2 regions") as refutation:
        prove_tiling(optimum("rich").programme, regions)
    assert refutation.value.counterexample[alpha] < Rational(100, 99)


def test_control_the_other_boundary_moved_is_refuted():
    diagram = optimum("rich")
    moved = changed(diagram, 1, where=(beta > 1) & (beta < 2 - Rational(9, 10) / alpha))
    moved = changed(moved, 2, where=beta > 2 - Rational(9, 10) / alpha)
    with pytest.raises(Refuted):
        prove(moved)


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("regime", REGIMES)
def test_control_a_term_too_many_is_refuted(regime, position):
    # A term slower than the optimum anywhere in the region: an extra exponent of 1/1000 in t.
    diagram = optimum(regime)
    slow = diagram.programme.loss.add(PowerLaw("extra", ((t, Rational(1, 1000)),)))
    programme = replace(diagram.programme, loss=slow)
    with pytest.raises(Refuted, match="extra"):
        prove_phase(programme, diagram.phases[position])


def test_control_wrong_weights_and_wrong_allocations_are_refuted():
    diagram = optimum("rich")
    phase = diagram.phases[0]
    (certificate,) = phase.certificates
    doubled = tuple((name, 2 * weight) for name, weight in certificate.weights)
    swapped = tuple(zip((N, t), (share for _, share in reversed(phase.allocation)), strict=True))
    for parts in (
        {"certificates": (replace(certificate, weights=doubled),)},
        {"certificates": (replace(certificate, prices=(2 * phase.exponent,)),)},
        {"certificates": (replace(certificate, where=beta < Rational(1, 2)),)},
        {"certificates": (certificate, certificate)},
        {"certificates": ()},
        {"allocation": swapped},
    ):
        with pytest.raises(Refuted):
            prove_phase(diagram.programme, replace(phase, **parts))


def test_a_refutation_carries_a_point_where_the_statement_fails():
    with pytest.raises(Refuted) as refutation:
        prove_nonnegative(beta - 1 / alpha, PARAMETERS, DOMAIN)
    assert evaluate(beta - 1 / alpha, refutation.value.counterexample) < 0


def test_a_statement_that_fails_only_in_a_sliver_is_refuted():
    # Negative only for 1 < beta < 1 + 1/10^6, where no sampling on a grid would look.
    sliver = (beta - 1) * (beta - 1 - Rational(1, 10**6))
    with pytest.raises(Refuted):
        prove_nonnegative(sliver, PARAMETERS, DOMAIN)
    prove_nonnegative(sliver + Rational(1, 10**12), PARAMETERS, DOMAIN)


def test_a_statement_that_fails_only_far_away_is_refuted():
    # Negative only inside a parabola that opens at alpha = 50: its discriminant has to be looked at.
    with pytest.raises(Refuted):
        prove_nonnegative((beta - 1) ** 2 + 50 - alpha, PARAMETERS, DOMAIN)
    prove_nonnegative((beta - 1) ** 2 + 50 - alpha, PARAMETERS, (*DOMAIN, 50 - alpha))


def test_a_statement_that_only_touches_zero_holds():
    prove_nonnegative((alpha * beta - 2) ** 2, PARAMETERS, DOMAIN)
    with pytest.raises(Refuted):
        prove_nonnegative(-((alpha * beta - 2) ** 2), PARAMETERS, DOMAIN)


def positive_coefficients(expression, region):
    """Whether a rational function is a quotient of polynomials with non-negative coefficients on a mapped orthant."""
    u, v = symbols("u v", positive=True)
    numerator, denominator = fraction(cancel(expression.subs(region(u, v), simultaneous=True)))
    signs = set()
    for part in (numerator, denominator):
        coefficients = Poly(part, u, v).coeffs()
        if all(c >= 0 for c in coefficients):
            signs.add(1)
        elif all(c <= 0 for c in coefficients):
            signs.add(-1)
        else:
            return False
        if part is numerator and all(c == 0 for c in coefficients):
            return True
    return len(signs) == 1


ORTHANTS = (
    lambda u, v: {alpha: 1 + u, beta: v / (1 + v)},  # hard: 0 < beta < 1
    lambda u, v: {alpha: 1 + u, beta: (1 + v * (2 - 1 / (1 + u))) / (1 + v)},  # easy: between 1 and 2 - 1/alpha
    lambda u, v: {alpha: 1 + u, beta: 2 - 1 / (1 + u) + v},  # super-easy
)


@pytest.mark.parametrize("position", [0, 1, 2])
@pytest.mark.parametrize("regime", REGIMES)
def test_an_independent_proof_by_positive_coefficients(regime, position):
    """Each region mapped onto the positive orthant makes every slack and weight visibly positive: no cells needed."""
    diagram = optimum(regime)
    phase, shares = diagram.phases[position], dict(diagram.phases[position].allocation)
    region = (*DOMAIN, *sides(phase.where))
    for _, weight in phase.certificates[0].weights:
        assert positive_coefficients(weight, ORTHANTS[position])
    for term in loss(regime):
        exponents = resolve_branches(term, PARAMETERS, region).exponents
        # A Min here is that of the bottleneck, alpha min(2, beta): each of its branches must be no slower.
        for branch in (0, 1):
            chosen = [(r, e.replace(Min, lambda *branches, pick=branch: branches[pick])) for r, e in exponents]
            fall = sum((e * shares[r] for r, e in chosen), S.Zero)
            assert positive_coefficients(fall - phase.exponent, ORTHANTS[position])
    wrong = phase.exponent * Rational(101, 100)
    bound = next(term for term in loss(regime) if term.name == phase.binding[0])
    fall = sum((e * shares[r] for r, e in resolve_branches(bound, PARAMETERS, region).exponents), S.Zero)
    assert not positive_coefficients(fall - wrong, ORTHANTS[position])


a, b = symbols("a b", positive=True)


@pytest.mark.parametrize(
    ("terms", "cost"),
    [
        (N**-a * t**-b + 1 / N / t**b, N * t),
        (N**-a / t + N**-b / t, N * t),
        (N**-a * t**-b + 1 / N / t**b, N * t**2),
    ],
)
def test_a_phase_whose_multipliers_change_inside_it_is_proved_in_parts(terms, cost):
    diagram = compute_optimum(terms, cost)
    assert any(len(phase.certificates) > 1 for phase in diagram.phases)
    prove(diagram)


def test_control_made_up_terms_vertices_and_balances_are_refuted():
    diagram = compute_optimum(1 / t + 1 / N, N * t)
    (phase,) = diagram.phases
    (certificate,) = phase.certificates
    quarter, none = Rational(1, 4), S.Zero
    twice = (("1/N", none), ("1/t", S.One), ("1/t", none))
    forged = [
        {"exponent": quarter, "certificates": (replace(certificate, weights=(("bogus", S.One),), prices=(quarter,)),)},
        {
            "exponent": none,
            "vertices": ((S.One, none),),
            "allocation": ((N, S.One), (t, none)),
            "certificates": (replace(certificate, weights=twice, prices=(none,)),),
        },
        {"binding": ("nonsense",)},
        {"vertices": ((S(7), S(8)),)},
        {"vertices": (*phase.vertices, (S.One, none))},
    ]
    prove(diagram)
    for parts in forged:
        with pytest.raises(Refuted):
            prove(changed(diagram, 0, **parts))
    # Too small an exponent is met by every allocation; only the multipliers can tell that it is not the best.
    halves = tuple((name, Rational(1, 2)) for name, _ in certificate.weights)
    modest = {
        "exponent": quarter,
        "binding": (),
        "certificates": (replace(certificate, weights=halves, prices=(quarter,)),),
    }
    with pytest.raises(Refuted, match="no allocation"):
        prove(changed(diagram, 0, **modest))
    light = tuple((name, quarter) for name, _ in certificate.weights)
    unweighted = modest | {"certificates": (replace(certificate, weights=light, prices=(quarter,)),)}
    with pytest.raises(Refuted, match="sum to 1"):
        prove(changed(diagram, 0, **unweighted))
    idle = compute_optimum(1 / t + 1 / N + N**-5 * t**-5, N * t)
    with pytest.raises(Refuted, match="binds"):
        prove(changed(idle, 0, binding=(*idle.phases[0].binding, "1/(N**5*t**5)")))


def test_domains_may_be_given_as_inequalities():
    prove_nonnegative(beta - 1, PARAMETERS, [beta > 1, alpha > 1])
    with pytest.raises(Refuted):
        prove_nonnegative(beta - 2, PARAMETERS, [beta > 1, alpha > 1])
