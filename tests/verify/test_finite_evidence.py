"""Claims about finite models: what is measured, what the verdicts say, and what the formulas are on paper."""

from fractions import Fraction

import pytest
from sympy import Rational, Symbol, solve

from exponents import N, alpha, beta, loss, t
from exponents.claims import finite_claims
from exponents.errors import InputError
from exponents.names import FINITE
from verify import checks, finite_evidence
from verify.checks import CHEAP, claims_at, measure, verdicts
from verify.evidence import point
from verify.finite_evidence import FINITE_MEASUREMENTS, FiniteEvidence

HARD, EASY, SUPER_EASY = point("5/2", "3/5", 2), point(3, "7/5", 1), point("5/2", 3, 1)
QUICK = ("bottleneck: resolution", "bottleneck: infinite time", "transient: lazy", "sgd")


def by_source(found):
    return {(v.claim.name, v.claim.source): v for part in found for v in part}


@pytest.fixture(scope="module")
def few():
    """Few sizes and times: enough for verdicts, and quick."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finite_evidence, "SIZES", (1e3, 1e11, 10))
        patch.setattr(finite_evidence, "TIMES", (1e3, 1e15, 10))
        patch.setattr(finite_evidence, "FLOORS", (1e6, 1e30, 12))
        yield


@pytest.fixture(scope="module")
def hard(few):
    return by_source(verdicts((HARD,), FINITE, thorough=True))


@pytest.fixture(scope="module")
def easy(few):
    return by_source(
        verdicts((EASY,), ("bottleneck", "transient: lazy", "sgd", "compute-optimal: lazy"), thorough=True)
    )


def test_every_derived_value_is_confirmed(hard, easy):
    assert {v.derived_verdict for v in (*hard.values(), *easy.values())} == {"confirmed"}
    assert {v.claim.family for v in hard.values()} == set(FINITE)


def test_what_the_paper_prints_for_a_hard_task(hard):
    said = {name: v.published_verdict for name, v in hard.items() if v.published is not None}
    assert {name for name, verdict in said.items() if verdict == "refuted"} == {
        ("transient: lazy", "eq. 8"),  # first order in 1/N decays more slowly
        ("transient: rich", "eq. 9, 80"),
        ("sgd: rich", "eq. 9"),  # lacks the growth of the kernel
        ("sgd: rich", "eq. 83"),
    }
    assert said["compute-optimal: rich", "Table 1"] == said["compute-optimal: lazy", "Table 1"] == "confirmed"


def test_what_the_paper_prints_for_an_easy_task(easy):
    said = {name: v.published_verdict for name, v in easy.items() if v.published is not None}
    assert {name for name, verdict in said.items() if verdict == "refuted"} == {
        ("bottleneck: infinite time", "eq. 12"),  # a square that should be a first power
        ("bottleneck: infinite time", "eq. 76"),
        ("bottleneck: arrival, lazy", "eq. 8"),
        ("sgd: rich", "eq. 83"),
    }
    assert said["transient: lazy", "eq. 8"] == said["sgd: rich", "eq. 9"] == "confirmed"


def test_exponents_of_compute_are_known_to_four_digits_over_more_than_eight_decades(hard):
    for name in ("lazy", "rich", "model size, lazy", "model size, rich"):
        found = hard[f"compute-optimal: {name}", "Table 1"].measured
        assert found.error <= 1e-4 and found.window[1] / found.window[0] > 1e8  # the later half of all sizes


def test_control_a_shift_of_one_percent_is_refuted(few):
    shifts = [v for part in verdicts((HARD, EASY), QUICK, control=True, thorough=True) for v in part]
    assert len(shifts) > 10 and {v.derived_verdict for v in shifts} == {"refuted"}


def test_super_easy_needs_batches(few, monkeypatch):
    """The optimum balances the transients of the model and of batches; without batches it is another."""
    wanted = Fraction(4, 5)  # 1 - 1/(2 alpha)
    assert FiniteEvidence(SUPER_EASY).best_loss("lazy").covers(wanted)
    monkeypatch.setattr(finite_evidence, "TEMPERATURE", 0.0)
    assert not FiniteEvidence(SUPER_EASY).best_loss("lazy").covers(wanted)


def values(name, source=None, version="derived"):
    (claim,) = {c.name + c.source: c for c in finite_claims() if c.name == name and source in (None, c.source)}.values()
    return [getattr(claim, f"{version}_at")(at.alpha, at.beta, at.gamma) for at in (HARD, EASY, SUPER_EASY)]


def test_crossovers_by_hand():
    """Rich and hard, the clock goes as t^{2/(1+beta)}; the model has learned all when it has come to r ~ N^alpha."""
    assert values("bottleneck: arrival, lazy") == [Fraction(5, 2), 3, Fraction(5, 2)]
    assert values("bottleneck: arrival, rich") == [2, 3, Fraction(5, 2)]
    # t^-beta = (1/N) t^-(1-1/alpha) for beta > 1; for beta < 1 all terms meet at once
    assert values("transient: departure, rich") == [2, Fraction(15, 11), Fraction(5, 12)]
    assert values("transient: departure, lazy") == [Fraction(5, 2), Fraction(15, 11), Fraction(5, 12)]
    # kappa ~ t^{(1-beta)/(1+beta)} = 1/eta
    assert values("sgd: stability horizon") == [4, None, None]


@pytest.mark.parametrize("regime", ["lazy", "rich"])
@pytest.mark.parametrize("at", [HARD, EASY, SUPER_EASY], ids=["hard", "easy", "super-easy"])
def test_published_crossovers_are_those_of_the_published_terms(regime, at):
    numbers = {alpha: Rational(at.alpha), beta: Rational(at.beta)}
    terms, x = loss(regime, "published"), Symbol("x")

    def meets(first, second):
        """x in t = N^x at which two terms are equal."""
        sides = (terms[name].exponent(N) + x * terms[name].exponent(t) for name in (first, second))
        (found,) = solve(next(sides).subs(numbers) - next(sides).subs(numbers), x)
        return found

    floor = [meets(name, "model_bottleneck") for name in ("gradient_flow", "finite_model_transient")]
    claims = {claim.name: claim for claim in finite_claims()}
    arrival = claims[f"bottleneck: arrival, {regime}"].published_at(at.alpha, at.beta, at.gamma)
    assert Rational(arrival) == max(floor)
    departure = claims[f"transient: departure, {regime}"].published_at(at.alpha, at.beta, at.gamma)
    if at.beta > 1:
        assert Rational(departure) == meets("gradient_flow", "finite_model_transient")
    else:
        assert departure is None


def test_table_1_by_hand():
    assert values("compute-optimal: lazy", version="published") == [Fraction(3, 7), Fraction(21, 26), Fraction(4, 5)]
    assert values("compute-optimal: rich", version="published") == [Fraction(1, 2), Fraction(21, 26), Fraction(4, 5)]
    assert values("compute-optimal: lazy") == values("compute-optimal: lazy", version="published")
    assert values("compute-optimal: rich") == values("compute-optimal: rich", version="published")
    # N ~ C^{1/(alpha+1)}, C^{2/(alpha(1+beta)+2)}; t^-beta = (1/N) t^-(1-1/alpha); and N ~ t
    assert values("compute-optimal: model size, lazy") == [Fraction(2, 7), Fraction(11, 26), Fraction(1, 2)]
    assert values("compute-optimal: model size, rich") == [Fraction(1, 3), Fraction(11, 26), Fraction(1, 2)]


def test_which_claims_are_asked_where():
    assert not [c for c in claims_at(point(2, "1/2", 1, "modes")) if c.family in FINITE]
    usual = {c.name for c in claims_at(point(2, "1/2", 1), FINITE, thorough=False)}
    assert usual == set(CHEAP)
    asked = {c.name for c in claims_at(point(3, "1/2", 1), FINITE, thorough=False)}
    assert asked == set(FINITE_MEASUREMENTS)  # a point of the grid
    assert {c.name for c in claims_at(HARD, ("sgd: lazy",))} == {"sgd: lazy"}


def test_a_measurement_that_answers_two_claims_is_made_once(monkeypatch):
    made = []
    monkeypatch.setitem(FINITE_MEASUREMENTS, "sgd: rich", lambda evidence: made.append(evidence) or 0)
    assert measure(HARD, {}, ["sgd: rich", "sgd: rich"]) == [0, 0] and len(made) == 1


def test_what_cannot_be_measured_says_why():
    with pytest.raises(InputError, match="measured on the continuum"):
        FiniteEvidence(point(2, "1/2", 1, "modes"))
    with pytest.raises(InputError, match="no measurement for sgd: nonsense"):
        FiniteEvidence(HARD).measured("sgd: nonsense")
    (part,) = verdicts((point(40, 3, 1),), ("bottleneck",), thorough=True)
    assert {v.derived_verdict for v in part} == {"undecided"} and all("double precision" in v.failure for v in part)
    assert Fraction(1, 100) == checks.SHIFT
