"""Spectra of N features on P samples on the continuum: sums, symmetry, and the equation solved by other means."""

from dataclasses import replace
from fractions import Fraction
from math import inf

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import mp, mpf
from scipy.integrate import quad

from exponents.errors import InputError
from verify.spectra.continuum_density import solve_density
from verify.spectra.continuum_equivalent import ContinuumEquivalent

RATIOS = (1.0, 1.01, 1 / 1.01, 1.1, 1 / 1.1, 2.0, 0.5, 10.0, 0.1, 1e3, 1e-3, inf, 0.0)
"""P over N; 0 is for infinitely many features."""

ALPHAS = st.fractions(Fraction(105, 100), 8, max_denominator=100)
BETAS = st.fractions(Fraction(1, 10), 4, max_denominator=100)


def sizes(first, ratio):
    """N and P, the smaller of which is ``first``."""
    if ratio == 0:
        return inf, first
    return (first, first * ratio) if ratio >= 1 else (first / ratio, first)


def apart(found, due):
    return abs(found / due - 1)


def deviations(alpha, beta, model, size, samples, found=None):
    """Of all that is known of a spectrum of N features on P samples, from integrals of powers done by hand."""
    a, b, found = float(alpha), float(beta), found or solve_density(model)
    mu, power, trace = found.eigenvalues, found.power, found.trace
    whole, variance = 1 / (a - 1), 1 / (a * b)  # int lambda dk, int y^2 dk
    unfit = max(0.0, 1 - size / samples) * model.floor
    return {
        "target": apart(power.sum() + unfit, variance),
        # E y^T K y, in which samples add the variance they take for a signal
        "first moment": apart(power @ mu, 1 / (a * (b + 1)) + variance * whole / samples),
        "trace": apart(trace.sum(), whole),
        "square": apart(trace @ mu, 1 / (2 * a - 1) + whole**2 * (1 / size + 1 / samples)),
        "number": apart((trace / mu).sum(), min(size, samples)),
    }


# --- sums ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@settings(max_examples=25)
@example(Fraction(105, 100), Fraction(4), 1.0, 1.0)
@example(Fraction(8), Fraction(1, 10), 1e6, 1e3)
@example(Fraction(109, 100), Fraction(1), 1e6, 1.01)
@given(ALPHAS, BETAS, st.floats(0, 6).map(lambda depth: 10**depth), st.sampled_from(RATIOS))
def test_masses_moments_and_the_number_of_eigenvalues(alpha, beta, first, ratio):
    size, samples = sizes(first, ratio)
    model = ContinuumEquivalent.from_input(alpha, beta, size, samples)
    found = solve_density(model)
    assert max(deviations(alpha, beta, model, size, samples).values()) < 1e-9
    assert (np.diff(found.eigenvalues) < 0).all() and found.eigenvalues[-1] > 0
    assert (found.power > 0).all() and (found.trace > 0).all() and (found.nu.imag >= 0).all()


@pytest.mark.parametrize(("size", "samples"), [(24.0, 48.0), (48.0, 24.0), (inf, 32.0), (32.0, inf), (32.0, 32.0)])
def test_control_sums_of_another_model_are_found_out(size, samples):
    alpha, beta = Fraction(3, 2), Fraction(6, 5)
    model = ContinuumEquivalent.from_input(alpha, beta, size, samples)
    for other in (size * 1.01, samples), (size, samples * 1.01):
        if other != (size, samples):
            found = deviations(alpha, beta, model, *other)
            assert found["square"] > 1e-4
            assert found["first moment"] > 1e-4 or other[1] == samples
            assert found["number"] > 5e-3 or min(other) == min(size, samples)
    wrong = deviations(alpha, beta * Fraction(101, 100), model, size, samples)
    assert wrong["target"] > 5e-3 and wrong["first moment"] > 1e-3
    assert (
        min(deviations(alpha * Fraction(101, 100), beta, model, size, samples)[n] for n in ("trace", "square")) > 5e-3
    )


def test_control_a_rule_that_lost_a_place_is_found_out():
    model = ContinuumEquivalent.from_input("3/2", "6/5", 24.0, 48.0)
    found = solve_density(model)
    cut = {name: getattr(found, name)[:-40] for name in ("eigenvalues", "power", "trace")}
    wrong = deviations(Fraction(3, 2), Fraction(6, 5), model, 24.0, 48.0, replace(found, **cut))
    assert wrong["number"] > 1e-3


# --- features and samples exchanged ----------------------------------------------------------------------------------


@settings(max_examples=12)
@example(Fraction(101, 66), Fraction(11, 16), 100.0, 1.1)  # the target differs by 0.7 % only
@given(ALPHAS, BETAS, st.floats(0, 6).map(lambda depth: 10**depth), st.sampled_from(RATIOS))
def test_features_and_samples_may_be_exchanged_in_the_eigenvalues(alpha, beta, first, ratio):
    size, samples = sizes(first, ratio)
    one, other = (
        solve_density(ContinuumEquivalent.from_input(alpha, beta, *pair)) for pair in ((size, samples), (samples, size))
    )
    assert one.eigenvalues == pytest.approx(other.eigenvalues, rel=1e-10, abs=0)
    assert one.trace == pytest.approx(other.trace, rel=1e-10, abs=0)
    if ratio not in (
        1.0,
        1.01,
        1 / 1.01,
    ):  # control: in the target they differ, ten million times what is allowed above
        assert np.abs(one.power / other.power - 1).max() > 1e-3


def test_no_bound_is_the_limit_of_many():
    def sums(*sizes):
        found = solve_density(ContinuumEquivalent.from_input("3/2", "6/5", *sizes))
        decay = np.exp(-np.multiply.outer([1e-1, 1e1, 1e3], found.eigenvalues))
        return np.concatenate([decay @ found.power, decay @ found.trace])

    for many, none, few in (((24, 1e13), (24, inf), (24, 2400)), ((1e13, 24), (inf, 24), (2400, 24))):
        assert sums(*many) == pytest.approx(sums(*none), rel=1e-9, abs=0)
        assert np.abs(sums(*few) / sums(*none) - 1).max() > 1e-3  # control


# --- the equation itself ---------------------------------------------------------------------------------------------


def count(alpha, nu):
    """sum_k lambda_k/(lambda_k + nu), by quadrature over k."""
    return mpmath.quad(lambda u: mpmath.exp(u) / (1 + nu * mpmath.exp(alpha * u)), pieces(alpha, nu))


def power(alpha, beta, nu):
    """sum_k y_k^2/(lambda_k + nu), by quadrature over k."""

    def term(u):
        return mpmath.exp(-alpha * beta * u) / (mpmath.exp(-alpha * u) + nu)

    return mpmath.quad(term, pieces(alpha, nu))


def pieces(alpha, nu):
    """ln k: where lambda passes nu, and to both sides."""
    bend = max(mpf(1), -mpmath.log(abs(nu)) / alpha)
    return [0, bend / 2, bend, bend + 4, bend + 12, bend + 40, mpmath.inf]


def solved(alpha, size, samples, z, start):
    """nu from which z = -nu (1 - V/N)(1 - V/P)."""

    def surplus(nu):
        v = count(alpha, nu)
        return -nu * (1 - v / size) * (1 - v / samples) / z - 1

    return mpmath.findroot(surplus, start, tol=1e-12)


@pytest.mark.parametrize(
    ("alpha", "beta", "size", "samples"),
    [("3/2", "1/2", 24.0, 48.0), ("3", "5/2", 48.0, 24.0), ("2", "1", inf, 32.0), ("3", "5/2", 32.0, 32.0)],
)
def test_resolvents_off_the_spectrum_solve_the_self_consistent_equation(alpha, beta, size, samples):
    """At negative z, where nu > 0 falls from above all modes on, and at an imaginary one from there."""
    a, b = (mpf(Fraction(x).numerator) / Fraction(x).denominator for x in (alpha, beta))
    model = ContinuumEquivalent.from_input(alpha, beta, size, samples)
    found, floor = solve_density(model), max(0.0, 1 - size / samples) * model.floor
    with mp.workdps(16):
        nu = mpf(8)  # z ~ -nu up there
        for z in (-8, -1, -0.1, 0.1 * np.exp(0.75j * np.pi), 0.1j):
            nu = solved(a, mpf(size), mpf(samples), mpmath.mpmathify(z), nu)
            v = complex(count(a, nu))
            target = complex(power(a, b, nu)) / (1 - v / size)
            first, second = ((w / (found.eigenvalues - z)).sum() for w in (found.power, found.trace))
            assert first - floor / z == pytest.approx(target, rel=1e-9, abs=0)
            assert second == pytest.approx(v, rel=1e-9, abs=0)
            wrong = (found.power / (found.eigenvalues - 1.01 * z)).sum() - floor / (1.01 * z)  # control
            assert abs(wrong / target - 1) > 1e-4


def test_the_cutoff_is_where_the_count_is_the_smaller_number():
    for size, samples in ((24.0, 48.0), (48.0, 24.0), (inf, 24.0)):
        model = ContinuumEquivalent.from_input("3/2", "6/5", size, samples)
        nu = mpf(model.cutoff)
        assert float(count(mpf(3) / 2, nu)) == pytest.approx(24, rel=1e-10)
        assert model.floor == pytest.approx(float(nu * power(mpf(3) / 2, mpf(6) / 5, nu)), rel=1e-10)
        assert abs(float(count(mpf(3) / 2, nu * 1.01)) / 24 - 1) > 1e-3  # control


# --- close to each other, and bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize("distance", [1e-3, 1e-4, 1e-5, 1e-6, 1e-9])
def test_numbers_next_to_each_other(distance):
    alpha, beta = Fraction(3, 2), Fraction(1, 2)
    for size, samples in ((100.0, 100.0 * (1 + distance)), (100.0 * (1 + distance), 100.0)):
        model = ContinuumEquivalent.from_input(alpha, beta, size, samples)
        assert max(deviations(alpha, beta, model, size, samples).values()) < 1e-7


@pytest.mark.parametrize(
    ("given_", "words"),
    [
        ((1, 1, 2.0, 3.0), "alpha must exceed 1"),
        (("x", 1, 2.0, 3.0), "alpha must be a finite rational"),
        ((2, 0, 2.0, 3.0), "beta must be positive"),
        ((2, "x", 2.0, 3.0), "beta must be a finite"),
        ((2, 1, 0.5, 3.0), "the model size must be .* at least 1; got 0.5; try 64"),
        ((2, 1, 3.0, 0.99), "the number of samples must be .* at least 1; got 0.99; try 64"),
        ((2, 1, inf, inf), "must be a finite number"),
        ((2, 1, "many", 3.0), "the model size must be .*got many"),
        ((2, 1, 3.0, None), "the number of samples must be .*got None"),
        ((2, 1, [3.0], 3.0), "the model size must be"),
        ((2, 1, 10**400, 3.0), "the model size must be"),
        ((2, 1, float("nan"), 3.0), "the model size must be .*got nan"),
        ((2, 1, -3.0, 3.0), "the model size must be"),
        (("100001/100000", 1, 3.0, 3.0), "alpha - 1 and beta must be at least 0.0001"),
        ((60, 1, 1e9, 1e9), "leave double precision for alpha = 60"),
    ],
)
def test_bad_input_is_refused(given_, words):
    with pytest.raises(InputError, match=words):
        ContinuumEquivalent.from_input(*given_)


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("2", "6/5"), ("3", "5/2")])
def test_the_squared_sums_are_integrals_over_modes(alpha, beta):
    """sum_k y_k^2/(1 + lambda_k r)^2 and sum_k (lambda_k r)^2/(1 + lambda_k r)^2 at the r of P samples."""
    model = ContinuumEquivalent.from_input(alpha, beta, inf, 50.0)
    a, b = float(Fraction(alpha)), float(Fraction(beta))
    r, ends = 1 / model.cutoff, np.arange(0.0, 61.0)

    def integrate(f):
        return sum(quad(lambda u: f(np.exp(-a * u)) * np.exp(u), low, low + 1)[0] for low in ends)

    target = integrate(lambda mu: mu ** (b + 1 / a) / (1 + mu * r) ** 2)
    shared = integrate(lambda mu: (mu * r) ** 2 / (1 + mu * r) ** 2)
    assert model.squared_sums == pytest.approx((target, shared), rel=1e-8)
