"""Mean spectra on the continuum: moments, resolvent and Laplace transform by other routes, limits, smoothness."""

from fractions import Fraction
from functools import cache
from math import log

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy.optimize import brentq

from exponents.errors import InputError
from verify.spectra.continuum_equivalent import EDGE, inverse_cutoff
from verify.spectra.floor import mean_floor
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.random_features import mean_spectra

POINTS = (
    ("3/2", "1/2", 1),
    ("3/2", "1/2", 1e40),
    ("11/10", "1/10", 1.5),
    ("11/10", "21/10", 1e40),
    ("6/5", "999999/1000000", 30.0),
    ("2", "1", 1e6),
    ("2", "2000001/1000000", 1e13),
    ("3", "3", 1e13),
    ("3/2", "8", 1e10),
    ("8", "2", 100.0),
    ("12", "1/2", 1e3),
)
"""alpha, beta, N: small and huge N, beta near and at whole numbers, alpha near 1 and large."""

LOCAL = (("3/2", "1/2", 100.0), ("3", "5/2", 1e6), ("11/10", "13/10", 1e13), ("3/2", "8", 1e10), ("2", "1", 2.0))
"""Where the spectrum is compared place by place."""


def floats(*texts):
    return tuple(float(Fraction(text)) for text in texts)


# --- sums over modes in closed form, by hypergeometric functions -----------------------------------------------------


def count(alpha, nu):
    """int_1^inf lambda/(lambda + nu) dk with lambda = k^-alpha, by its power series in -1/nu, continued."""
    z = 1 - 1 / mpf(alpha)
    return mpmath.hyp2f1(1, z, z + 1, -1 / nu) / (alpha * z * nu)


def power(alpha, beta, nu):
    """int_1^inf y^2/(lambda + nu) dk with y^2 = k^(-alpha beta-1)."""
    return mpmath.hyp2f1(1, beta, beta + 1, -1 / nu) / (mpf(alpha) * beta * nu)


def cutoff(alpha, size):
    """nu > 0 where the count is N."""
    found = brentq(lambda place: float(count(alpha, mpmath.exp(place)) / size - 1), -400, 40, xtol=1e-12)
    return mpmath.exp(mpmath.findroot(lambda place: count(alpha, mpmath.exp(place)) / size - 1, (found, found + 1e-9)))


def nu_at(alpha, size, distance):
    """nu with nu (1 - count/N) = distance > 0."""
    low, high = float(mpmath.log(cutoff(alpha, size))), log(distance + 1 / (alpha - 1) / size) + 1

    def surplus(place):
        nu = mpmath.exp(place)
        return nu * (1 - count(alpha, nu) / size) / distance - 1

    found = brentq(lambda place: float(surplus(place)), low, high, xtol=1e-12)
    return mpmath.exp(mpmath.findroot(surplus, (found, found + 1e-9)))


def resolvents(alpha, beta, size, distance, angle=0.0):
    """int p(dmu)/(mu - z), floor included, and int n(dmu)/(mu - z), at -z = distance e^{i angle}, followed from 0."""
    with mp.workdps(30):  # next to the spectrum 1 - count/N cancels three digits
        nu = nu_at(alpha, size, distance)
        for turn in np.linspace(0, float(angle), 13)[1:] if angle else ():
            there = distance * mpmath.expj(turn)
            nu = mpmath.findroot(lambda nu, z=there: nu * (1 - count(alpha, nu) / size) - z, nu)
        return power(alpha, beta, nu) / (1 - count(alpha, nu) / size), size / nu


def measured_resolvents(alpha, beta, size, distance, angle=0.0):
    target, trace = mean_spectra(alpha, beta, size)
    z = complex(distance * np.exp(1j * float(angle)))
    first = (target.weights / (target.eigenvalues + z)).sum() + target.floor / z
    return first, (trace.weights / trace.eigenvalues / (trace.eigenvalues + z)).sum()


# --- moments ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "beta", "size"), POINTS)
def test_masses_moments_and_the_number_of_eigenvalues(alpha, beta, size):
    target, trace = mean_spectra(alpha, beta, size)
    assert (np.diff(target.eigenvalues) < 0).all() and (target.weights > 0).all() and (trace.weights > 0).all()
    assert np.array_equal(target.eigenvalues, trace.eigenvalues) and trace.floor == 0
    assert target.error < 1e-12 and trace.error < 1e-12
    a, b = floats(alpha, beta)
    whole = 1 / (a - 1)  # int lambda dk
    mu, p, q = target.eigenvalues, target.weights, trace.weights
    # int y^2, int y^2 lambda, and E K^2 = Lambda^2 + Lambda tr Lambda/N; a sum of 2000 terms rounds to 1e-13
    assert p.sum() + target.floor == pytest.approx(1 / (a * b), rel=1e-12, abs=0)
    assert p @ mu == pytest.approx(1 / (a * (b + 1)), rel=1e-12, abs=0)
    assert p @ mu**2 == pytest.approx(1 / (a * (b + 2)) + whole / size / (a * (b + 1)), rel=1e-12, abs=0)
    assert (q / mu).sum() == pytest.approx(size, rel=1e-12, abs=0)
    assert q.sum() == pytest.approx(whole, rel=1e-12, abs=0)
    assert q @ mu == pytest.approx(1 / (2 * a - 1) + whole**2 / size, rel=1e-12, abs=0)


def test_control_moments_of_another_size_or_spectrum_are_found_out():
    target, trace = mean_spectra("3/2", "1/2", 20)
    assert abs((trace.weights / trace.eigenvalues).sum() / 21 - 1) > 1e-2
    assert abs(trace.weights @ trace.eigenvalues / (1 / 2 + 4 / 21) - 1) > 1e-3
    assert abs(target.weights @ target.eigenvalues / (2 / 3 / 1.51) - 1) > 1e-3


@pytest.mark.slow
# taking whole parts of beta out lost all digits above the modes: near alpha = 1, with few features and a large beta
@settings(max_examples=25)
@example(Fraction(1000237, 10**6), Fraction(1396, 100), 4.8587)
@example(Fraction(105, 100), Fraction(197, 10), 1.0)
@given(
    st.fractions(Fraction(10001, 10000), 12, max_denominator=10**4),
    st.fractions(Fraction(1, 50), 12, max_denominator=100),
    st.one_of(st.floats(1, 100), st.floats(0, 40).map(lambda depth: 10**depth)),
)
def test_the_error_is_small_everywhere(alpha, beta, size):
    try:
        target, trace = mean_spectra(alpha, beta, size)
    except InputError as error:
        assert "leave double precision" in str(error)
        return
    # 1e-7: at beta = 20 all but 1e-6 of the target lies in a mode that one feature has in part; 1e-8: see `CLOSEST`
    assert target.error < 1e-7 and trace.error < 1e-8
    assert (target.weights > 0).all() and (trace.weights > 0).all()


# --- place by place --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "beta", "size"), LOCAL)
@pytest.mark.parametrize("place", [1e-3, 10.0, None])
def test_the_resolvent_off_the_spectrum_is_that_of_the_self_consistent_equation(alpha, beta, size, place):
    """At negative z, in units of the lowest eigenvalue and of the highest."""
    a, b = floats(alpha, beta)
    distance = 0.3 if place is None else place * float(mean_spectra(alpha, beta, size)[0].eigenvalues[-1])
    due = [float(value) for value in resolvents(a, b, size, distance)]
    assert measured_resolvents(alpha, beta, size, distance) == pytest.approx(
        due, rel=1e-12, abs=0
    )  # sums of 2000 terms
    other = resolvents(a, b, 1.01 * size, distance)  # control
    assert abs(due[1] / float(other[1]) - 1) > 1e-3


@pytest.mark.parametrize(("alpha", "beta", "size"), LOCAL)
def test_close_to_the_spectrum_it_sees_the_densities(alpha, beta, size):
    """At z = mu e^{-0.3 i}, where the resolvent is the density smeared over a third of mu, next to both ends."""
    a, b = floats(alpha, beta)
    lowest = float(mean_spectra(alpha, beta, size)[0].eigenvalues[-1])
    for distance in (1.5 * lowest, 50 * lowest, 0.9):
        due = [complex(value) for value in resolvents(a, b, size, distance, mpmath.pi - mpf("0.3"))]
        found = measured_resolvents(alpha, beta, size, distance, mpmath.pi - mpf("0.3"))
        # a Gauss rule of 16 places on a panel of width 2 in ln mu, with a pole 0.3 from it: e^{-2 16 0.6}, of a third
        assert found == pytest.approx(due, rel=1e-8, abs=0)


@pytest.mark.slow
def test_the_lazy_loss_is_the_laplace_transform_along_a_contour():
    """int p e^{-2 mu t} is the inverse Laplace transform of the resolvent at -z, by Talbot's contour in the plane."""
    alpha, beta, size = "3/2", "5/2", 1e6
    target, _ = mean_spectra(alpha, beta, size)
    time = float(target.eigenvalues[-1]) ** -0.5  # half way to the lowest eigenvalue
    with mp.workdps(30):
        due = mpmath.invertlaplace(
            lambda s: resolvents(1.5, 2.5, size, abs(s), mpmath.arg(s))[0], 2 * time, method="talbot", degree=26
        )
    assert float(target.lazy_loss(time)) == pytest.approx(
        float(due), rel=1e-10, abs=0
    )  # the method has 0.6 digits a degree
    assert float(target.lazy_loss(time)) > 10 * target.floor


# --- limits ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("2", "1"), ("3/2", "5/2")])
def test_the_limit_of_many_features_is_the_power_law(alpha, beta):
    times = np.array([1.0, 100.0, 1e4])
    limit = power_law_spectrum(alpha, beta, 1e8).lazy_loss(times)
    apart = np.array([mean_spectra(alpha, beta, size)[0].lazy_loss(times) / limit - 1 for size in (1e8, 1e9)])
    assert (apart > 0).all()
    # the next order is at most t^{1/alpha}/N, 1e-5 here; the rule of the limit errs by 1e-11, 1e-3 of the least change
    assert apart[0] / apart[1] == pytest.approx(10, rel=3e-3, abs=0)
    kernel = power_law_spectrum(alpha, 1 - 1 / Fraction(alpha), 1e8).lazy_loss(times)
    assert mean_spectra(alpha, beta, 1e20)[1].lazy_loss(times) == pytest.approx(
        kernel, rel=1e-8, abs=0
    )  # the rule of a limit


@pytest.mark.parametrize("beta", ["3/2", "21/10", "5/2"])
def test_the_last_of_a_target_keeps_its_digits(beta):
    """Modes at 1/t hold t^-beta of it, down to 10^-30, of which rounding of the whole would leave nothing."""
    found = mean_spectra("3/2", beta, 1e38)[0].lazy_loss(1e12)
    limit = power_law_spectrum("3/2", beta, 1e13)
    # what is first in 1/N, t^(-1/3)/N, is 1e-42
    assert found == pytest.approx(float(limit.lazy_loss(1e12)), rel=3 * limit.error, abs=0)
    assert found < 1e-18


@cache
def of_integers(alpha, beta, size):
    return mean_spectra(alpha, beta, size, "modes")


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("3/2", "5/2"), ("2", "7/5")])
def test_models_on_whole_modes_have_the_same_powers_of_the_size(alpha, beta):
    """Lowest eigenvalues agree, floors up to a constant: 1 for beta < 1, else sum over integral of y^2/lambda."""
    a, b = floats(alpha, beta)
    due = 1.0 if b < 1 else float(mpmath.zeta(a * (b - 1) + 1)) * a * (b - 1)
    apart, lowest = [], []
    for size in (64, 1024, 16384):
        whole, (target, trace) = of_integers(alpha, beta, size), mean_spectra(alpha, beta, size)
        apart.append(abs(whole.target.floor / target.floor / due - 1))
        lowest.append(abs(whole.trace.eigenvalues[-1] / trace.eigenvalues[-1] - 1))
    # each step is 16 times the size; corrections fall as N^-1/2 or faster
    assert apart[2] < apart[1] / 4 < apart[0] / 16 and apart[2] < 1e-2
    assert lowest[2] < lowest[1] / 8 < lowest[0] / 64 and lowest[2] < 1e-4


@pytest.mark.parametrize(("alpha", "beta", "size"), [*LOCAL, ("3/2", "1/2", 1.0), ("3/2", "3/10", 1e40)])
def test_floor_and_cutoff_are_those_of_brute_integrals(alpha, beta, size):
    """By quadrature in ln lambda, and bisection for nu."""
    a, b = floats(alpha, beta)

    def over_modes(power, nu):
        """(1/alpha) int_0^1 v^(power-1)/(v + nu) dv in u = -ln v, cut where v = nu."""
        middle = max(-mpmath.log(nu), mpf(1))
        around = [middle + shift for shift in (-12, -3, 0, 3, 12) if middle + shift > 0]
        cuts = [0, *around, middle + 200 / min(power, 1)]
        return mpmath.quad(lambda u: mpmath.exp(-power * u) / (mpmath.exp(-u) + nu), cuts) / a

    nu = 1 / mpf(inverse_cutoff(alpha, beta, size))
    assert float(over_modes(1 - 1 / mpf(a), nu)) == pytest.approx(size, rel=1e-10, abs=0)
    assert mean_floor(alpha, beta, size) == pytest.approx(float(nu * over_modes(mpf(b), nu)), rel=1e-10, abs=0)
    assert mean_spectra(alpha, beta, size)[0].floor == mean_floor(alpha, beta, size)
    # control: 1e-3 off in nu is 1e-4 or more in both
    assert abs(float(over_modes(1 - 1 / mpf(a), mpf("1.001") * nu)) / size - 1) > 1e-4


# --- smoothness ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("11/10", "3")])
@pytest.mark.parametrize("place", ["upper end", "few"])
def test_nothing_jumps_with_the_size(alpha, beta, place):
    """Slopes in ln N, from differences over 1/100, fall or rise evenly, also where the end above 1 is left out."""
    a = float(Fraction(alpha))
    start = 1 / (a * EDGE) if place == "upper end" else 1.3
    sizes = start * np.exp(0.01 * np.arange(-4, 5))
    time = (start / 100) ** a if place == "upper end" else 1.0
    rows = []
    for size in sizes:
        target, trace = mean_spectra(alpha, beta, size)
        rows.append([target.lazy_loss(time), target.floor, trace.lazy_loss(time), inverse_cutoff(alpha, beta, size)])
    bends = np.diff(np.log(np.array(rows)), 2, axis=0)
    # second differences are 1e-4 times a smooth function that changes by 0.01 a step; rounding adds a few 1e-13
    assert (np.abs(np.diff(bends, axis=0)) < 0.05 * np.abs(bends[1:]) + 3e-12).all()


def test_where_the_upper_end_is_left_out_there_is_no_gap():
    """The end of the band was looked for beyond the place at which it is left out."""
    for alpha in ("3/2", "1001/1000"):
        border = 1 / (float(Fraction(alpha)) * EDGE)
        for off in (-1e-4, -1e-9, 1e-9, 1e-4):
            target, trace = mean_spectra(alpha, "1/2", border * (1 + off))
            assert target.error < 1e-12 and trace.error < 1e-10  # what lies within EDGE, of a trace of 1000


# --- input -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mean_spectra(1, 1, 10), "alpha must exceed 1"),
        (lambda: mean_spectra("9/10", 1, 10), "alpha must exceed 1"),
        (lambda: mean_spectra(2, 0, 10), "beta must be positive"),
        (lambda: mean_spectra("x", 1, 10), "alpha must be"),
        (lambda: mean_spectra(float("nan"), 1, 10), "alpha must be"),
        (lambda: mean_spectra(2, float("inf"), 10), "beta must be"),
        (lambda: mean_spectra(2, 1, 0.99), "the model size must be a finite number of at least 1; got 0.99; try 64"),
        (lambda: mean_spectra(2, 1, -3), "the model size"),
        (lambda: mean_spectra(2, 1, float("nan")), "the model size"),
        (lambda: mean_spectra(2, 1, float("inf")), "the model size"),
        (lambda: mean_spectra(2, 1, "many"), "the model size"),
        (lambda: mean_spectra(2, 1, None), "the model size"),
        (lambda: mean_spectra(2, 1, 10**400), "the model size"),
        (lambda: mean_spectra(2, 1, 1e140), "leave double precision"),
        (lambda: mean_spectra(300, 1, 10), "leave double precision"),
        (lambda: mean_spectra(2, 30, 10), "leave double precision"),
        (lambda: mean_spectra("1.00000000000000000001", 1, 10), "alpha - 1 and beta must be at least"),
        (lambda: mean_spectra("1.00009", 1, 10), "alpha - 1 and beta must be at least"),
        (lambda: mean_spectra(2, "1e-400", 10), "alpha - 1 and beta must be at least"),
        (lambda: mean_spectra(10**400, 1, 10), "double precision"),
        (lambda: mean_floor(2, 1, 0), "the model size"),
        (lambda: mean_floor(1, 1, 10), "alpha must exceed 1"),
        (lambda: inverse_cutoff(2, 1, float("nan")), "the model size"),
        (lambda: inverse_cutoff(2, 1, 1e140), "leave double precision"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
