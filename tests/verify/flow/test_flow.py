"""The flow against an independent integration, its conservation law, its symmetries, its limits and its own errors."""

from fractions import Fraction
from functools import lru_cache
from math import gamma as factorial_minus_1
from math import inf, nan

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from mpmath import hyp1f1, mpf, quad
from scipy.integrate import solve_ivp

from exponents.errors import FlowFailed, InputError, Unresolved
from verify.flow import curve as flow_module
from verify.flow import solver as march
from verify.flow.curve import WITH_ERRORS, flow_curve, limit_curve
from verify.flow.error_estimate import SLOPES
from verify.flow.solver import solve_flow
from verify.spectra import power_law as power_law_module
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.spectrum import spectrum_from_arrays

FINE = 1e-12
ROUNDING = 1e-11  # what the march leaves at its tightest tolerances: CONVERGED, over some hundred steps


@st.composite
def measures(draw):
    """A few modes over three decades, with weights over two; sometimes with a floor."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    modes = draw(st.integers(2, 12))
    floor = draw(st.sampled_from([0.0, 0.3]))
    return spectrum_from_arrays(10 ** -rng.uniform(0, 3, modes), 10 ** -rng.uniform(0, 2, modes), floor)


richness = st.floats(-3, 3).map(lambda x: 10**x)
horizons = st.floats(0, 3).map(lambda x: 10**x)


def independent(measure, gamma, times):
    """Loss and kernel by LSODA on the equations of phi, as they stand in the docstring of `flow`."""
    mu, p = measure.eigenvalues, measure.weights

    def kappa(phi):
        return (1 + np.sqrt(1 + 4 * gamma * (phi**2 @ (p / mu)))) / 2

    def rates(_, residual):
        phi = 1 - residual
        k = kappa(phi)
        c = gamma * (p @ (phi * residual)) / k
        return -k * mu * residual - c * phi

    solution = solve_ivp(
        rates, (0, times[-1]), np.ones(len(mu)), method="LSODA", t_eval=times, rtol=1e-12, atol=1e-15, max_step=inf
    )
    assert solution.status == 0
    residual = solution.y.T
    return residual**2 @ p + measure.floor, kappa(1 - residual), residual


@lru_cache(maxsize=64)
def late(alpha, beta, gamma, *times, tolerance=3e-8, spectrum="continuum"):
    return limit_curve(alpha, beta, gamma, times, spectrum, tolerance=tolerance)


def close(a, b, relative, absolute=0.0):
    return bool(np.all(np.abs(a - b) <= relative * np.abs(b) + absolute))


# Another way to solve it


@given(measures(), richness, horizons)
@settings(max_examples=15)
@example(spectrum_from_arrays([1, 0.9, 1e-3], [1e-2, 1, 1]), 1e3, 10.0)
@example(spectrum_from_arrays([1, 1, 0.1, 0.1], [1, 0.3, 0.2, 0.2]), 1.0, 10.0)  # modes given twice
@example(spectrum_from_arrays([1e3, 1e2, 1, 1e-2], [1, 1, 1, 1]), 1.0, 30.0)  # modes far apart
def test_the_flow_is_that_of_an_independent_integration(measure, gamma, horizon):
    times = np.geomspace(horizon / 1e3, horizon, 7)
    loss, kernel, _ = independent(measure, gamma, times)
    found = flow_curve(measure, gamma, times[loss > measure.floor + 1e-30], FINE)
    seen = len(found.time)
    # LSODA's local errors of 1e-12 add up over some thousand steps, and are absolute in the residuals
    assert close(found.loss, loss[:seen], 2e-9, 2e-9 * measure.variance)
    assert close(found.kernel, kernel[:seen], 2e-9)


def test_a_loss_of_twenty_decades_is_known_to_its_own_accuracy():
    measure = spectrum_from_arrays([1, 0.5, 0.1], [1, 0.3, 0.2])
    found = flow_curve(measure, 1.0, [10.0, 50.0, 100.0], FINE)
    # near the end 1 - phi obeys a linear equation, d(1 - phi)/dt = -kappa mu (1 - phi) - (gamma/kappa) p.(1 - phi)
    kappa = (1 + np.sqrt(1 + 4 * measure.norm)) / 2
    rates = np.linalg.eigvals(kappa * np.diag(measure.eigenvalues) + np.outer(np.ones(3), measure.weights) / kappa)
    assert found.loss[2] < 1e-25
    assert abs(np.log(found.loss[1] / found.loss[2]) / 100 / rates.min() - 1) < 1e-7  # what is not linear, e^-15


def test_control_without_the_rank_one_term_the_kernel_is_another():
    measure, times = spectrum_from_arrays([1, 0.3, 0.1], [1, 1, 1]), np.array([1.0, 10.0])
    found = flow_curve(measure, 10.0, times, FINE)
    mu, p = measure.eigenvalues, measure.weights

    def rates(_, residual):
        return -(1 + np.sqrt(1 + 40 * ((1 - residual) ** 2 @ (p / mu)))) / 2 * mu * residual

    wrong = solve_ivp(rates, (0, 10), np.ones(3), t_eval=times, rtol=1e-10, atol=1e-14).y.T ** 2 @ p
    assert np.all(np.abs(found.loss / wrong - 1) > 0.05)


# Exact statements


@given(measures(), richness, horizons)
@settings(max_examples=10)
def test_the_conservation_law_holds_at_every_output(measure, gamma, horizon):
    times = np.geomspace(horizon / 1e4, horizon, 25)
    for tolerance, slack in ((3e-8, 1e-5), (FINE, 1e-9)):  # what is conserved is not used; CONSERVED, and what is met
        try:
            found = flow_curve(measure, gamma, times, tolerance)
        except InputError:
            assume(False)  # the loss has left double precision
        k = found.kernel
        assert np.all(np.abs(k * (k - 1) - gamma * found.learned_norm) <= slack * k**2)
        assert close(found.readout, (k - 1) / gamma, 0.0, slack * k.max() / gamma)


@given(measures(), richness, horizons)
@settings(max_examples=15)
def test_the_loss_falls_and_the_kernel_grows_at_all_times(measure, gamma, horizon):
    times = np.concatenate([[0.0], np.geomspace(horizon / 1e4, horizon, 60)])
    try:
        found = flow_curve(measure, gamma, times)
    except InputError:
        assume(False)
    assert found.loss[0] == pytest.approx(measure.variance, rel=1e-14) and found.kernel[0] == 1
    # to rounding, where both have come to rest
    assert np.all(np.diff(found.loss) <= 1e-15 * measure.variance) and np.all(np.diff(found.kernel) >= -ROUNDING)
    assert np.all(np.diff(found.clock) > 0) and np.all(found.loss >= measure.floor)
    assert np.all(found.loss_slope <= 1e-9) and np.all(found.kernel_slope >= -1e-9)
    assert np.all(found.clock[1:] >= times[1:] * (1 - 1e-12))  # kappa >= 1


@given(measures(), richness, horizons, st.integers(-20, 20).map(lambda n: 2.0**n), st.integers(-20, 20))
@settings(max_examples=15)
def test_units_of_time_and_of_the_loss_do_not_matter(measure, gamma, horizon, scale, power):
    # mu -> s mu, t -> t/s: kappa is unchanged with gamma p -> s gamma p; and the loss is in units of p
    unit = 2.0**power
    mu, p = measure.eigenvalues * scale, measure.weights * unit
    scaled = spectrum_from_arrays(mu, p, measure.floor * unit)
    times = np.geomspace(horizon / 1e3, horizon, 9)
    try:
        one, other = flow_curve(measure, gamma, times), flow_curve(scaled, gamma * scale / unit, times / scale)
    except InputError:
        assume(False)
    for name, factor in (
        ("loss", unit),
        ("kernel", 1.0),
        ("clock", 1 / scale),
        ("loss_slope", 1.0),
        ("frontier", scale),
    ):
        a, b = getattr(one, name) * factor, getattr(other, name)
        here = np.isfinite(a)
        assert np.array_equal(here, np.isfinite(b)) and close(
            a[here], b[here], 1e-8, 1e-9 * factor
        )  # rounding, solved on
    assert close(one.error * unit, other.error, 1e-3, 1e-12 * unit)


def test_control_scaling_gamma_alone_changes_the_loss():
    measure = spectrum_from_arrays([1, 0.1], [1, 1])
    one, other = (flow_curve(measure, gamma, [3.0]).loss[0] for gamma in (1.0, 1.01))
    assert abs(one / other - 1) > 1e-4


def test_a_mode_split_in_two_is_the_same_mode():
    one, two = spectrum_from_arrays([1, 0.1], [1, 0.5]), spectrum_from_arrays([1, 1, 0.1], [0.25, 0.75, 0.5])
    a, b = (flow_curve(m, 5.0, [0.1, 1.0, 10.0], FINE) for m in (one, two))
    assert close(a.loss, b.loss, 1e-10) and close(a.kernel, b.kernel, 1e-10)  # tolerance, a hundred steps


# Limits in gamma


@given(measures(), horizons)
@settings(max_examples=25)
def test_the_lazy_limit_is_exact(measure, horizon):
    mu, p = measure.eigenvalues, measure.weights
    times = np.geomspace(1e-3, 1, 9) * min(horizon, 3 / mu[-1])
    found = flow_curve(measure, 0.0, times)
    decay = np.exp(-np.outer(times, mu))
    # rounding, and 1 - phi is known from phi: a factor e^3
    assert close(found.loss, decay**2 @ p + measure.floor, 1e-12)
    assert np.array_equal(found.kernel, np.ones(9)) and close(found.clock, times, 1e-15)
    assert close(found.loss_slope, -2 * times * (decay**2 @ (p * mu)) / (decay**2 @ p), 1e-12)
    assert close(found.readout, np.expm1(-np.outer(times, mu)) ** 2 @ (p / mu), 1e-12)
    assert close(found.correlation, decay @ p, 1e-12)


def test_the_lazy_limit_is_exact_however_small_the_loss():
    measure = spectrum_from_arrays([1, 0.5, 0.1], [1, 0.3, 0.2])
    found = flow_curve(measure, 0.0, [350.0])
    assert abs(found.loss[0] - 0.2 * np.exp(-70.0)) <= found.error[0] + 1e-12 * found.loss[0]


@pytest.mark.parametrize("spectrum", ["continuum", "modes"])
def test_a_small_gamma_is_nearly_lazy_to_first_order(spectrum):
    times = (0.3, 10.0, 1e3)
    lazy = late("3/2", "1/2", 0.0, *times, spectrum=spectrum)
    changes = [
        late("3/2", "1/2", g, *times, tolerance=FINE, spectrum=spectrum).loss / lazy.loss - 1
        for g in (1e-9, 1e-7, 1e-5)
    ]
    assert close(changes[0], 0.0 * times[0], 0.0, 1e-4) and np.all(changes[2] < 0)  # richness helps
    assert close(changes[1], changes[2] / 100, 0.02)  # second order is kappa - 1 = 4e-3 at t = 1e3


@pytest.mark.parametrize("gamma", [1e-9, 1e-3, 1e3, 1e6, 1e9])
def test_any_richness_has_the_same_exponent_in_the_end(gamma):
    found = late("3/2", "1/2", gamma, 1e60)
    assert close(found.loss_slope, -2 / 3, 1e-5)  # corrections fall as a power of t; errors are 1e-6
    # t appears as t gamma^(1/2) only, once the kernel is large: L ~ A (gamma t^2)^(-1/3)
    reference = late("3/2", "1/2", 1.0, 1e60)
    assert close(found.loss, reference.loss * gamma ** (-1 / 3), 1e-4)


# Asymptotics


@pytest.mark.slow
@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/4"), ("3/2", "1/2"), ("3", "3/4")])
@pytest.mark.parametrize("spectrum", ["continuum", "modes"])
def test_a_hard_task_has_the_law_of_its_scaling_function(alpha, beta, spectrum):
    a, b = float(Fraction(alpha)), float(Fraction(beta))
    c, gamma, t = (1 - b) / 4, 2.0, 1e60
    # x phi' = x (1 - phi) + c phi is solved by x/(1 - c) 1F1(1; 2 - c; -x)
    ends = [mpf(0), *(mpf(4) ** k for k in range(-30, 30))]

    def phi(x):
        return x / (1 - c) * hyp1f1(1, 2 - c, -x)

    residual = float(quad(lambda x: x ** (b - 1) * (1 - phi(x)) ** 2, ends))
    learned = float(quad(lambda x: x ** (b - 2) * phi(x) ** 2, ends)) + ends[-1] ** (b - 1) / (1 - b)
    speed = np.sqrt(gamma * float(learned) / a)
    clock = ((1 + b) / 2 * speed * t) ** (2 / (1 + b))
    found = late(alpha, beta, gamma, t, spectrum=spectrum)
    assert close(found.clock, clock, 1e-4) and close(found.kernel, speed * clock ** ((1 - b) / 2), 1e-4)
    assert close(found.loss, residual / a * clock**-b, 1e-4)  # a correction t^-(1 - beta)/(1 + beta) = 1e-8, and errors
    assert close(found.loss_slope, -2 * b / (1 + b), 1e-5)


@pytest.mark.parametrize("beta", ["3/2", "5/2"])
@pytest.mark.parametrize("gamma", [0.1, 10.0])
def test_an_easy_task_has_the_lazy_law_in_a_kernel_that_has_stopped_growing(beta, gamma):
    a, b = 2.0, float(Fraction(beta))
    norm = 1 / (a * (b - 1))  # int_1^oo k^(-alpha (beta - 1) - 1) dk
    kernel = (1 + np.sqrt(1 + 4 * gamma * norm)) / 2
    found = late("2", beta, gamma, 1e20, tolerance=1e-10)
    assert close(found.kernel, kernel, 1e-7)  # t^(1 - beta) = 1e-10 and less, and the error
    assert close(found.loss, factorial_minus_1(b) / a * (2 * kernel * 1e20) ** -b, 1e-6)
    assert close(found.loss_slope, -b, 1e-7)


def test_horizons_of_a_hundred_decades_take_few_steps():
    measure = power_law_spectrum("3/2", "1/2", 1e140)
    found = solve_flow(measure, 1.0, 1e100, 3e-8)
    assert found.horizon >= 1e100 and found.steps < 12 * 102  # "about eight steps for a factor ten in time"


# Errors


@pytest.mark.parametrize("seed", range(6))
def test_the_stated_error_bounds_the_true_one(seed):
    rng = np.random.default_rng(seed)
    measure = (
        spectrum_from_arrays(10 ** -rng.uniform(0, 3, 8), 10 ** -rng.uniform(0, 2, 8))
        if seed % 2
        else power_law_spectrum(Fraction(3, 2), Fraction(int(rng.integers(1, 20)), 10), 1e16)
    )
    gamma, horizon, tolerance = (
        10 ** rng.uniform(-3, 3),
        10 ** rng.uniform(0, 2 + 4 * (1 - seed % 2)),
        10 ** rng.uniform(-9, -6),
    )
    times = np.geomspace(horizon / 1e3, horizon, 30)
    found, truth = flow_curve(measure, gamma, times, tolerance), flow_curve(measure, gamma, times, 1e-13)
    for name in ("loss", *WITH_ERRORS):
        value, exact = getattr(found, name), getattr(truth, name)
        true = np.abs(value - exact)
        stated = getattr(found, f"{name}_error") + 1e-12 * (np.abs(exact) if not name.endswith("slope") else 1.0)
        assert np.mean(true <= stated) >= 0.97  # it is a measured difference, twice: not a proof
        assert np.all(true <= 10 * stated)
        of_rule = measure.error * (SLOPES if name.endswith("slope") else np.abs(value))
        own = (stated - of_rule).max()
        assert own <= 1000 * true.max() + 1e-10 * np.abs(exact).max()  # nor is it empty caution


def test_the_error_shrinks_with_the_tolerance():
    measure, times = power_law_spectrum("3/2", "1/2", 1e12), np.geomspace(1, 1e6, 20)
    truth = flow_curve(measure, 1.0, times, 1e-13).loss
    found = [flow_curve(measure, 1.0, times, tolerance) for tolerance in (1e-6, 1e-8, 1e-10)]
    true = [np.abs(c.loss / truth - 1).max() for c in found]
    stated = [(c.error / c.loss).max() for c in found]
    assert true[0] > 10 * true[1] > 100 * true[2]
    assert stated[0] > 5 * stated[1] > 25 * stated[2]
    assert all(t < 100 * tolerance for t, tolerance in zip(true, (1e-6, 1e-8, 1e-10), strict=True))  # "aimed at"


def test_the_error_falls_at_least_with_the_fourth_power_of_the_step():
    measure, times = power_law_spectrum("3/2", "1/2", 1e12), np.geomspace(10, 1e6, 40)
    truth = solve_flow(measure, 1.0, 1e6, 1e-14).at(times)
    exact = truth.residual**2 @ measure.weights
    steps, errors = [], []
    for tolerance in 10.0 ** -np.arange(6.0, 11.0):
        found = solve_flow(measure, 1.0, 1e6, tolerance)
        steps.append(found.steps)
        errors.append(np.abs((found.at(times).residual ** 2 @ measure.weights) / exact - 1).max())
    order = -np.polyfit(np.log(steps), np.log(errors), 1)[0]
    assert (
        order > 4
    )  # STAGES for the stiff modes, 2 STAGES - 1 for the others, and a step size that follows one of them
    assert np.all(np.diff(steps) > 0)


def test_the_stated_error_of_a_slope_includes_that_of_the_rule(monkeypatch):
    times, tolerance = np.geomspace(1, 1e6, 20), 1e-12
    found = flow_curve(power_law_spectrum("3/2", "1/10", 1e20), 1.0, times, tolerance)
    monkeypatch.setattr(power_law_module, "CONTINUUM_PANEL", 0.7)
    truth = flow_curve(power_law_spectrum("3/2", "1/10", 1e20), 1.0, times, tolerance)  # its rule is exact to rounding
    assert np.all(
        np.abs(found.loss_slope - truth.loss_slope) <= found.errors["loss_slope"] + truth.errors["loss_slope"]
    )


@pytest.mark.parametrize("gamma", [0.0, 0.3, 30.0])
def test_slopes_are_the_derivatives_of_what_is_observed(gamma):
    measure = spectrum_from_arrays(10 ** -np.linspace(0, 3, 8), np.linspace(1, 0.1, 8), 0.2)
    for t in (0.05, 1.0, 40.0):
        step = 1e-3
        times = t * np.exp(step * np.array([-2.0, -1.0, 0.0, 1.0, 2.0]))
        found = flow_curve(measure, gamma, times, FINE)
        for name, values in (
            ("loss_slope", found.loss - found.floor),
            ("kernel_slope", found.kernel),
            ("readout_slope", found.readout),
        ):
            a, b, _, d, e = np.log(values)
            difference = (a - 8 * b + 8 * d - e) / (12 * step)
            # the difference is off by step^4/30 times a fifth derivative, and by errors of 1e-12 over the step
            assert abs(getattr(found, name)[2] - difference) < 1e-8 * (1 + abs(difference))


# The frontier


@pytest.mark.parametrize("gamma", [0.0, 1.0, 1e3])
@pytest.mark.parametrize("spectrum", ["continuum", "modes"])
def test_half_is_learned_of_a_mode_at_the_frontier(gamma, spectrum):
    measure, times = power_law_spectrum("3/2", "1/2", 1e9, spectrum), np.geomspace(3, 1e4, 5)
    found = flow_curve(measure, gamma, times, 1e-10)
    for t, frontier in zip(times, found.frontier, strict=True):
        # a mode with no power to speak of feels the flow and does not disturb it
        probed = spectrum_from_arrays(np.append(measure.eigenvalues, frontier), np.append(measure.weights, 1e-100))
        states = solve_flow(probed, gamma, t, 1e-10).at(np.array([t]))
        place = int(np.argmin(np.abs(probed.eigenvalues - frontier) + (probed.weights > 1e-99)))
        # interpolation through eight nodes, which the first integers are too far apart for
        assert abs(states.learned[0, place] - 0.5) < (1e-5 if spectrum == "continuum" else 1e-3)
    if gamma == 0 and spectrum == "continuum":
        assert close(found.frontier, np.log(2) / times, 1e-5)


def test_the_frontier_is_nowhere_when_all_modes_are_on_one_side():
    measure = spectrum_from_arrays([1, 0.5], [1, 1])
    found = flow_curve(measure, 1.0, [1e-3, 20.0])
    assert np.isnan(found.frontier).all()


@pytest.mark.parametrize(
    "eigenvalues", [[1, 1, 0.1, 0.1], [1e6, 1e5, 1e4, 1, 1e-3], [1, 1, 1, 1], [1, 1 - 1e-15, 0.1, 0.1 - 1e-16]]
)
@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_the_frontier_of_modes_given_twice_or_far_apart_lies_between_its_neighbours(eigenvalues, gamma):
    measure = spectrum_from_arrays(eigenvalues, np.ones(len(eigenvalues)))
    found = flow_curve(measure, gamma, [0.3, 1.0, 4.0, 10.0])
    states = solve_flow(measure, gamma, 10.0, 3e-8).at(found.time)
    for frontier, phi in zip(found.frontier, states.learned, strict=True):
        if np.isfinite(frontier):
            ahead, behind = measure.eigenvalues[phi > 0.5], measure.eigenvalues[phi <= 0.5]
            assert behind.max() <= frontier <= ahead.min()


def test_more_than_all_of_a_mode_is_learned_for_a_while():
    measure = power_law_spectrum("3/2", "1/2", 1e12)
    phi = solve_flow(measure, 1.0, 1e6, 1e-10).at(np.array([1e6])).learned[0]
    assert 1.01 < phi.max() < 1.2 and phi[0] < 1.0001  # the scaling function overshoots and returns as 1 + c/x
    x, c = 5.0, 1 / 8
    assert x / (1 - c) * float(hyp1f1(1, 2 - c, -x)) > 1.01


# Times


@pytest.mark.parametrize(
    ("gamma", "times"),
    [
        (0.0, [0.0]),
        (0.0, [0.0, 1.0]),
        (1.0, [0.0, 1.0]),
        (1.0, [0.0]),
    ],
)
def test_at_time_zero_nothing_is_learned(gamma, times):
    found = flow_curve(spectrum_from_arrays([1, 0.5, 0.1], [1, 0.3, 0.2], 0.25), gamma, times)
    assert found.loss[0] == pytest.approx(1.75, rel=1e-15)
    assert found.kernel[0] == 1 and found.clock[0] == 0 and found.learned_norm[0] == 0 and found.readout[0] == 0


def test_the_first_law_of_motion_holds_at_very_early_times():
    # dL/dt(0) = -2 int p mu, whatever gamma
    measure = spectrum_from_arrays([1, 0.5, 0.1], [1, 0.3, 0.2])
    for gamma in (0.0, 1.0, 100.0):
        found = flow_curve(measure, gamma, [1e-9])
        assert (1.5 - found.loss[0]) / 1e-9 == pytest.approx(2 * (1 + 0.15 + 0.02), rel=1e-6)


def test_more_times_do_not_change_the_curve():
    measure = power_law_spectrum("3/2", "1/2", 1e9)
    many, few = np.geomspace(0.1, 1e4, 200), np.array([0.1, 1e4])
    a, b = flow_curve(measure, 1.0, many), flow_curve(measure, 1.0, few)
    assert close(a.loss[[0, -1]], b.loss, 1e-14) and close(a.kernel[[0, -1]], b.kernel, 1e-14)


@pytest.mark.parametrize("times", [[], [1, 1], [2, 1], [-1, 1], [nan], [1, nan], [1, inf], [[1, 2]], None])
def test_times_that_are_none_are_refused(times):
    measure = spectrum_from_arrays([1, 0.5], [1, 1])
    with pytest.raises(InputError, match="times"):
        flow_curve(measure, 1.0, times)
    with pytest.raises(InputError, match="times"):
        limit_curve("3/2", "1/2", 1.0, times)


@pytest.mark.parametrize("gamma", [-1.0, -1e-300, nan, inf, -inf])
def test_a_gamma_that_is_none_is_refused(gamma):
    with pytest.raises(InputError, match="gamma"):
        flow_curve(spectrum_from_arrays([1, 0.5], [1, 1]), gamma, [1.0])


@pytest.mark.parametrize("gamma", [nan, inf, -1.0, -inf])
def test_a_gamma_that_is_none_is_refused_for_a_power_law(gamma):
    with pytest.raises(InputError):
        limit_curve("3/2", "1/2", gamma, [1.0])


@pytest.mark.parametrize("tolerance", [0.0, -1.0, nan, inf, 1.0, 1e-20])
def test_a_tolerance_for_which_no_error_can_be_stated_is_refused(tolerance):
    with pytest.raises(InputError, match="tolerance"):
        flow_curve(spectrum_from_arrays([1, 0.5], [1, 1]), 1.0, [1.0], tolerance)


@pytest.mark.parametrize(
    ("alpha", "beta"),
    [
        *((1, 1), ("1/2", 1), (2, 0), (2, "-1/2"), (float("nan"), 1), (2, float("inf")), ("x", 1)),
        *((0, 1), (-1, 1), (2, -1), (2, -2)),
    ],
)
def test_exponents_that_are_none_are_refused(alpha, beta):
    with pytest.raises(InputError):
        limit_curve(alpha, beta, 1.0, [1.0])


# Ends and failures


@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_a_loss_beyond_double_precision_is_not_printed(gamma):
    measure = spectrum_from_arrays([1, 0.5, 0.1], [1, 0.3, 0.2])
    with pytest.raises(InputError, match="double precision"):
        flow_curve(measure, gamma, [1.0, 1e4, 1e8])
    with pytest.raises(InputError, match="double precision"):
        limit_curve("3/2", "1/2", gamma, [1.0, 1e6], "modes", 10)


@pytest.mark.parametrize("gamma", [0.0, 1.0])
def test_a_floor_is_all_that_is_left_in_the_end(gamma):
    measure = spectrum_from_arrays([1, 0.5, 0.1], [1, 0.3, 0.2], 0.5)
    found = flow_curve(measure, gamma, [1.0, 1e4, 1e8])
    assert found.loss[0] > 0.6 and np.all(found.loss[1:] == 0.5)
    norm = 1 + 0.6 + 2
    assert found.kernel[-1] == pytest.approx((1 + np.sqrt(1 + 4 * gamma * norm)) / 2, rel=1e-6)


@pytest.mark.parametrize("floor", [0.0, 0.5])
def test_a_slow_mode_of_little_weight_is_the_first_to_leave_double_precision(floor):
    measure = spectrum_from_arrays([1, 0.1], [1, 1e-100], floor)
    try:
        found = flow_curve(measure, 0.0, [500.0, 3000.0])
    except InputError:
        return
    assert np.isfinite(found.loss_slope).tolist() == [True, False] and found.loss[1] == floor > 0


def test_modes_that_differ_by_rounding_only_end_in_an_answer_or_in_evidence():
    measure = spectrum_from_arrays(1 - 1e-14 * np.arange(4), [1, 0.3, 0.2, 0.1])
    for gamma, time in ((1.0, 300.0), (1e4, 10.0)):
        with pytest.raises((InputError, FlowFailed)):
            flow_curve(measure, gamma, [time])


def test_the_clock_runs_on_when_only_the_floor_is_left():
    found = flow_curve(spectrum_from_arrays([1, 0.5, 0.1], [1, 0.3, 0.2], 0.5), 1.0, [1e4, 1e8])
    assert found.clock[1] == pytest.approx(found.clock[0] + found.kernel[0] * (1e8 - 1e4), rel=1e-6)


def test_a_clock_beyond_the_measure_is_not_extrapolated():
    measure = power_law_spectrum("3/2", "1/2", 1e3)
    for gamma, time in ((0.0, 2e3), (1.0, 1e3)):  # kappa > 1 runs ahead of time
        with pytest.raises(Unresolved, match="larger clock") as caught:
            solve_flow(measure, gamma, time, 1e-8)
        assert 0 < caught.value.time < time
    assert solve_flow(measure, 0.0, 1e3, 1e-8).horizon == 1e3


def test_a_limit_curve_deepens_its_measure_until_the_clock_is_resolved(monkeypatch):
    times = np.geomspace(10, 1e6, 5)
    expected = limit_curve("3/2", "1/2", 1.0, times)
    asked = []
    monkeypatch.setattr(flow_module, "estimate_clock", lambda *_: 10.0)
    monkeypatch.setattr(
        flow_module, "power_law_spectrum", lambda *args: asked.append(args[2]) or power_law_spectrum(*args)
    )
    found = limit_curve("3/2", "1/2", 1.0, times)
    assert len(asked) > 1 and np.all(np.diff(asked) > 0)
    assert np.all(np.abs(found.loss - expected.loss) <= found.error + expected.error)


@pytest.mark.parametrize(("name", "value"), [("NEWTON", 0), ("CONSERVED", 0.0), ("CONVERGED", 0.0), ("HALVINGS", -1)])
def test_a_solution_that_failed_is_raised_with_its_evidence_and_never_returned(monkeypatch, name, value):
    monkeypatch.setattr(march, name, value)
    if name == "HALVINGS":
        monkeypatch.setattr(march, "ROUGHNESS", 1e-30)
    with pytest.raises(FlowFailed) as caught:
        flow_curve(power_law_spectrum("3/2", "1/2", 1e12), 1.0, [1.0, 1e6])
    assert 0 <= caught.value.time < 1e6 and caught.value.residual >= 0
    assert "t = " in str(caught.value) and "\n" not in str(caught.value)


def test_a_flow_of_too_many_steps_is_given_up_with_evidence(monkeypatch):
    monkeypatch.setattr(march, "STEPS", 5)
    with pytest.raises(FlowFailed, match="took 5 steps") as caught:
        solve_flow(spectrum_from_arrays([1, 0.1], [1, 1]), 1.0, 1e3, 1e-8)
    assert 0 < caught.value.time < 1e3


def test_a_loss_that_is_its_floor_has_no_exponent_above_it():
    """Two lazy modes: the slower one leaves e^(-t/5), of exponent t/5, until it leaves double precision."""
    found = flow_curve(spectrum_from_arrays([1.0, 0.1], [1.0, 1.0], 0.3), 0.0, [100.0, 1000.0, 1e4, 1e100])
    assert found.loss_slope[:2] == pytest.approx([-20, -200], rel=1e-9, abs=0) and np.isnan(found.loss_slope[2:]).all()
    assert found.loss[2:].tolist() == [0.3, 0.3]
