"""Random losses in two parameters: the whole diagram against the programme point by point, and its own proof."""

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Max, Min, Rational, S, symbols

from exponents.compute_optimal import compute_optimum
from exponents.proof import prove
from exponents.symbols import N, t
from exponents.terms import Loss, PowerLaw

a, b = symbols("a b", positive=True)

EXPONENTS = (S.Zero, S.One, S(2), a, b, a * b, a + b, b / 2, 1 / (1 + a), a - 1, Min(a, b), Max(1, b))
exponents = st.sampled_from(EXPONENTS)
rows = st.tuples(exponents, exponents)
points = st.tuples(*[st.fractions(min_value=Fraction(1, 4), max_value=4, max_denominator=4)] * 2)


@settings(max_examples=25)
@given(st.lists(rows, min_size=2, max_size=3), st.lists(points, min_size=8, max_size=8))
def test_a_random_diagram_is_proved_and_agrees_with_the_programme_on_and_off_its_boundaries(terms, places):
    loss = Loss(tuple(PowerLaw(f"term {i}", ((N, e), (t, f))) for i, (e, f) in enumerate(terms)))
    diagram = compute_optimum(loss, N * t, parameters=(a, b), where=(a < 9, b < 9))
    prove(diagram)
    for place in [*places, (Fraction(1), Fraction(1)), (Fraction(2), Fraction(2))]:
        found = diagram.at(*place)
        here = {s: Rational(v.numerator, v.denominator) for s, v in zip((a, b), place, strict=True)}
        assert diagram.exponent.subs(here) == Rational(found.exponent.numerator, found.exponent.denominator)
        phase = diagram.phases[diagram.phase_at(dict(zip((a, b), place, strict=True)))]
        assert set(phase.binding) <= {loss.terms[i].name for i in found.binding} or len(found.vertices) > 1
