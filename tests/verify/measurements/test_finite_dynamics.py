"""Claims about finite models: what is measured, what the verdicts say, and what the formulas are on paper."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, Symbol, solve

from exponents import N, alpha, beta, loss, t
from exponents.claims.catalogue import families_of, select_claims
from exponents.claims.claim import FINITE, SECONDS
from exponents.errors import InputError
from verify import judgement as checks
from verify.judgement import claims_at, judge, measure_at, shift_value, verdicts
from verify.measurements import compute_budget, finite_dynamics
from verify.measurements.finite_dynamics import FiniteMeasurements
from verify.measurements.points import read_point
from verify.measurements.slopes import extrapolate_exponent
from verify.processes import start_processes
from verify.spectra import few_nodes

pytestmark = pytest.mark.slow  # dynamics of finite models take a minute

HARD, EASY, SUPER_EASY = read_point("5/2", "3/5", 2), read_point(3, "7/5", 1), read_point("5/2", 3, 1)
FAMILIES = families_of(FINITE)
VARIANCE = "sgd: variance, rich"
QUICK = ("bottleneck: resolution", "bottleneck: infinite time", "transient: lazy", "sgd: variance, lazy", VARIANCE)


def by_source(found):
    return {(v.claim.name, v.claim.source): v for part in found for v in part}


@pytest.fixture(scope="module")
def few():
    """Few sizes, times, nodes and steps: enough for verdicts, and quick.  Errors that are stated say what they cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(finite_dynamics, "SIZES", (1e3, 1e11, 9))
        patch.setattr(finite_dynamics, "ARRIVED", 1e27)
        patch.setattr(finite_dynamics, "TIMES", (1e3, 1e15, 10))
        patch.setattr(finite_dynamics, "FLOORS", (1e6, 1e30, 12))
        patch.setattr(finite_dynamics, "TOLERANCE", 1e-9)
        patch.setitem(finite_dynamics.CHANGED, "all", 8.0)
        patch.setattr(compute_budget, "TOLERANCE", 1e-7)
        patch.setattr(few_nodes, "PANEL", 3.0)
        yield


@pytest.fixture(scope="module")
def hard(few):
    return by_source(verdicts((HARD,), FAMILIES, thorough=True))


@pytest.fixture(scope="module")
def easy(few):
    names = (*QUICK, "bottleneck: arrival, lazy", "compute-optimal: lazy")
    return by_source(verdicts((EASY,), names, thorough=True))


def test_every_derived_value_is_confirmed(hard, easy):
    assert {v.derived_verdict for v in (*hard.values(), *easy.values())} == {"confirmed"}
    assert {v.claim.family for v in hard.values()} == set(FAMILIES)


def test_what_the_paper_prints_for_a_hard_task(hard):
    said = {name: v.published_verdict for name, v in hard.items() if v.published is not None}
    assert {name for name, verdict in said.items() if verdict == "refuted"} == {
        ("transient: lazy", "eq. 8"),  # first order in 1/N decays more slowly
        ("transient: rich", "eq. 9, 80"),
        (VARIANCE, "eq. 9"),  # lacks the growth of the kernel
        (VARIANCE, "eq. 83"),
        ("sgd: loss, rich", "eq. 9"),  # lacks the shift of the mean
    }
    assert said["compute-optimal: rich", "Table 1"] == said["compute-optimal: lazy", "Table 1"] == "confirmed"


def test_early_noise_does_not_leave_the_loss_as_it_leaves_the_variance(hard):
    """(3 + beta - 2/alpha)/(1 + beta) is the exponent of the variance; the loss has 1."""
    loss_after, variance = (hard[name, "eq. 9"] for name in ("sgd: loss, rich", VARIANCE))
    assert loss_after.derived == 1 and variance.derived == Fraction(7, 4)
    assert judge(variance.derived, loss_after.measured) == "refuted" == judge(loss_after.derived, variance.measured)


def test_what_the_paper_prints_for_an_easy_task(easy):
    said = {name: v.published_verdict for name, v in easy.items() if v.published is not None}
    assert {name for name, verdict in said.items() if verdict == "refuted"} == {
        ("bottleneck: infinite time", "eq. 12"),  # a square that should be a first power
        ("bottleneck: infinite time", "eq. 76"),
        ("bottleneck: arrival, lazy", "eq. 8"),
        (VARIANCE, "eq. 83"),
    }
    assert said["transient: lazy", "eq. 8"] == said[VARIANCE, "eq. 9"] == "confirmed"


def test_exponents_of_compute_are_known_to_four_digits_over_more_than_eight_decades(hard):
    for name in ("lazy", "rich", "model size, lazy", "model size, rich"):
        found = hard[f"compute-optimal: {name}", "Table 1"].measured
        assert found.error <= 1e-4 and found.window[1] / found.window[0] > 1e8  # the later half of all sizes


def test_control_a_shift_of_one_percent_is_refuted(few):
    shifts = [v for part in verdicts((HARD, EASY), QUICK, control=True, thorough=True) for v in part]
    assert len(shifts) > 10 and {v.derived_verdict for v in shifts} == {"refuted"}


def test_control_every_verdict_would_have_been_another_one_percent_away(hard, easy):
    for verdict in (*hard.values(), *easy.values()):
        assert judge(shift_value(verdict.derived), verdict.measured) == "refuted"


@pytest.mark.slow
def test_super_easy_needs_batches(few, monkeypatch):
    """The optimum balances the transients of the model and of batches; without batches it is another."""
    wanted = Fraction(4, 5)  # 1 - 1/(2 alpha)
    assert FiniteMeasurements(SUPER_EASY).best_loss("lazy").covers(wanted)
    monkeypatch.setattr(finite_dynamics, "TEMPERATURE", 0.0)
    assert not FiniteMeasurements(SUPER_EASY).best_loss("lazy").covers(wanted)


@pytest.mark.slow
def test_corrections_that_hardly_fall_are_not_taken_for_constants(few, monkeypatch):
    """N^-(alpha-1), and t^-|beta - 2 + 1/alpha| of the variance over the flow: a factor of 2 over ten decades."""
    with pytest.raises(InputError, match=r"N\^-\(alpha-1\) changes by 5 e-folds.*for alpha = 51/50; take a larger one"):
        FiniteMeasurements(read_point("51/50", "3/2", 1)).best_loss("lazy")
    near = FiniteMeasurements(read_point(3, "17/10", 1))
    with pytest.raises(InputError, match=r"noise over flow changes by 5 e-folds.*take a beta further from 5/3"):
        near.best_loss("lazy")
    assert near.arrival("lazy").covers(3)  # where batches do not enter
    monkeypatch.setattr(finite_dynamics, "UNSEEN", 0.0)  # control: the derived value would be refuted
    assert not near.best_loss("lazy").covers(Fraction(5, 6))


def test_sizes_begin_where_the_target_is_learned_and_end_where_models_have_arrived(monkeypatch):
    monkeypatch.setattr(finite_dynamics, "SIZES", (1e3, 1e13, 11))
    monkeypatch.setattr(finite_dynamics, "FLOORS", (1e3, 1e40, 38))
    monkeypatch.setattr(finite_dynamics, "ARRIVED", 1e40)
    usual, slow, steep = (
        FiniteMeasurements(read_point(*at, 1)).sizes for at in ((4, "1/2"), ("11/10", "1/10"), (8, 3))
    )
    assert usual[[0, -1]] == pytest.approx([1e3, 1e13])
    assert slow[0] ** 0.11 == pytest.approx(16) and slow[-1] > 1e39 and len(slow) == 11
    assert steep[0] == pytest.approx(1e3) and 1e6 < steep[-1] < 1e9  # the end of double precision


def values(name, source=None, version="derived"):
    (claim,) = {
        c.name + c.source: c for c in select_claims(FAMILIES) if c.name == name and source in (None, c.source)
    }.values()
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
    claims = {claim.name: claim for claim in select_claims(FAMILIES)}
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
    assert not [c for c in claims_at(read_point(2, "1/2", 1, "modes")) if c.system == FINITE]
    usual = {c.name for c in claims_at(read_point(2, "1/2", 1), FAMILIES, thorough=False)}
    assert usual == {c.name for c in select_claims(FAMILIES) if c.cost == SECONDS} != set()
    asked = {c.name for c in claims_at(read_point(3, "1/2", 1), FAMILIES, thorough=False)}
    assert asked == set(FiniteMeasurements.procedures)  # a point of the grid
    assert {c.name for c in claims_at(HARD, ("sgd: variance, lazy",))} == {"sgd: variance, lazy"}


def test_a_measurement_that_answers_two_claims_is_made_once(monkeypatch):
    made = []
    monkeypatch.setitem(
        FiniteMeasurements.procedures, "sgd: variance, rich", lambda evidence: made.append(evidence) or 0
    )
    assert measure_at(HARD, ["sgd: variance, rich", "sgd: variance, rich"]) == [0, 0] and len(made) == 1


def test_what_cannot_be_measured_says_why():
    with pytest.raises(InputError, match="measured on the continuum"):
        FiniteMeasurements(read_point(2, "1/2", 1, "modes"))
    with pytest.raises(InputError, match="no measurement for sgd: nonsense"):
        FiniteMeasurements(HARD).measure("sgd: nonsense")
    (part,) = verdicts((read_point(40, 3, 1),), ("bottleneck",), thorough=True)
    assert {v.derived_verdict for v in part} == {"undecided"} and all("double precision" in v.failure for v in part)
    assert Fraction(1, 100) == checks.SHIFT


def test_eta_over_b_stays_where_noise_does_not_feed_on_itself(monkeypatch):
    """A fifth of what is stable at most, 1 = (eta/B) kappa tr(Lambda)/2 with kappa (kappa - 1) = gamma |w*|^2."""
    asked = []
    monkeypatch.setattr(finite_dynamics, "Budgets", lambda *given: asked.append(given[4:]))
    for at, regime in (((3, "3/2", 1), "rich"), (("3/2", "3/2", 10**6), "rich"), ((3, "1/2", 1), "rich")):
        FiniteMeasurements(read_point(*at)).budgets(regime)
    usual, strong, growing = asked
    assert usual == (0.01,) and growing == ()  # where the kernel grows no eta/B is stable for ever
    kappa = (1 + (1 + 4 * 10**6 / (1.5 * 0.5)) ** 0.5) / 2
    assert strong[0] * kappa * 2 / 2 == pytest.approx(0.2)


def test_reasons_travel_between_processes():
    at = read_point("21/20", 30, 1)
    with start_processes(2) as executor:
        (part,) = verdicts((at,), ("bottleneck: resolution", "sgd: variance, lazy"), thorough=True, executor=executor)
    assert all("double precision" in verdict.failure for verdict in part) and len(part) == 2
    with start_processes(2) as executor:
        alone, spread = (
            [v.to_dict() for v in next(verdicts((HARD,), ("bottleneck: infinite time",), thorough=True, executor=e))]
            for e in (None, executor)
        )
    assert alone == spread and {found["derived_verdict"] for found in alone} == {"confirmed"}


# --- exponents from differences --------------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [-2.0, 0.0, 0.375])
def test_a_power_law_has_its_exponent(power):
    place = np.geomspace(10, 1e9, 12)
    found = extrapolate_exponent(place, 3 * place**power)
    assert found.covers(power) and found.error < 1e-9  # differences of logarithms, over steps of 1.7


@given(st.floats(-2, 2), st.floats(0.4, 1), st.floats(-0.9, 3), st.floats(-0.5, 0.5))
def test_corrections_by_powers_are_covered(power, rate, size, next_size):
    place = np.geomspace(1e3, 1e13, 14)
    found = extrapolate_exponent(place, place**power * (1 + size * place**-rate + next_size * place ** (-2 * rate)))
    assert found.covers(power) and (-found).covers(-power)
    if rate * np.log(place[-1] / place[0]) > 9:  # a slower one is taken for a logarithm, whose error is large and said
        assert found.error < 0.03 and not found.covers(power + 0.1)


def test_a_logarithm_is_in_the_error():
    place = np.geomspace(1e3, 1e40, 38)
    found = extrapolate_exponent(place, place**-0.5 * np.log(place))
    assert found.covers(-0.5) and found.logarithm
    assert abs(np.diff(np.log(place**-0.5 * np.log(place)))[-1] / np.diff(np.log(place))[-1] + 0.5) > 0.01


@pytest.mark.parametrize(
    ("place", "values", "words"),
    [
        (np.arange(2.0, 10), np.ones(8), "more than 8 places"),
        (np.arange(2.0, 12), np.ones(9), "each with a value"),
        (np.arange(1.0, 11), np.ones(10), "rise from above 1"),
        (np.full(10, 2.0), np.ones(10), "rise from above 1"),
        (np.append(np.arange(2.0, 11), np.inf), np.ones(10), "are finite"),
        (np.arange(2.0, 12), np.zeros(10), "positive and finite"),
        (np.arange(2.0, 12), np.full(10, np.nan), "positive and finite"),
    ],
)
def test_what_has_no_exponent_is_refused(place, values, words):
    with pytest.raises(InputError, match=words):
        extrapolate_exponent(place, values)
