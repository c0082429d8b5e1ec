"""The linear network of infinite width: its own equations integrated, the lazy limit, slopes, exponents, errors."""

from math import inf, nan

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.special import zeta

from exponents.errors import InputError
from verify.flow import curve as flow
from verify.linear.infinite_width import linear_curve, linear_limit_curve, spike_at_finite_ratio
from verify.measurements.slopes import extrapolate, extrapolate_exponent
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.spectrum import spectrum_from_arrays

FINE = 1e-12
MODES = 40
TIMES = np.geomspace(0.1, 100, 7)


def equations(eigenvalues, target, gamma0, init, times):
    """Loss, q, D and v at infinite width, from v' = -m'/gamma0, m' = gamma0 (q + D) g, q' and D' as they come."""
    modes = len(eigenvalues)

    def rates(_, state):
        v, q, m = state[:modes], state[modes], state[modes + 1 : 2 * modes + 1]
        square = state[2 * modes + 1 :].reshape(modes, modes)
        g = eigenvalues * v
        pull = q * g + square @ g
        pair = np.outer(g, m)
        return np.concatenate([-pull, [2 * gamma0 * m @ g], gamma0 * pull, (gamma0 * (pair + pair.T)).ravel()])

    start = np.concatenate([target, [init**2], np.zeros(modes), np.eye(modes).ravel()])
    solution = solve_ivp(rates, (0, times[-1]), start, "DOP853", times, rtol=1e-12, atol=1e-14)
    assert solution.status == 0
    v, q, square = solution.y[:modes].T, solution.y[modes], solution.y[2 * modes + 1 :].T.reshape(-1, modes, modes)
    return v**2 @ eigenvalues, q, square, v


def spectrum(modes, alpha=1.5, beta=0.5):
    """lambda_k and w*_k."""
    k = np.arange(1.0, modes + 1)
    return k**-alpha, k ** ((alpha - alpha * beta - 1) / 2)


def off(found, wanted):
    return float(np.abs(found / wanted - 1).max())


# The equations themselves


@pytest.mark.parametrize("gamma0", [0.3, 1.0, 3.0])
@pytest.mark.parametrize("init", [0, 0.5, 1.0, 2.0])
def test_the_flow_of_eq_4_solves_the_equations_of_infinite_width(gamma0, init):
    loss, q, square, v = equations(*spectrum(MODES), gamma0, init, TIMES)
    found = linear_limit_curve("3/2", "1/2", gamma0, TIMES, init, "modes", MODES, FINE)
    values, vectors = np.linalg.eigh(square)
    learned = spectrum(MODES)[1] - v
    along = np.einsum("tk,tk->t", vectors[:, :, -1], learned) ** 2 / (learned**2).sum(axis=1)
    # 1e-9: both solutions to 1e-12 a step, over some hundred steps
    assert off(found.loss, loss) < 1e-9 and off(found.readout, q) < 1e-9
    assert off(found.spike, values[:, -1]) < 1e-9 and off(along, 1) < 1e-9
    assert np.abs(values[:, :-1] - 1).max() < 1e-9  # of rank one
    speed = 1 + init**2
    assert off(values[:, -2] + q, speed * found.kernel) < 1e-9
    assert off(values[:, -1] + q, speed * (2 * found.kernel - 1)) < 1e-9
    # controls: sigma ignored; gamma0^2 as it stands; the time as it stands
    if init:
        wrong = (
            linear_limit_curve("3/2", "1/2", gamma0, TIMES, 0, "modes", MODES, FINE),
            flow.limit_curve("3/2", "1/2", gamma0**2, speed * TIMES, "modes", MODES, FINE),
            flow.limit_curve("3/2", "1/2", found.settings["richness"], TIMES, "modes", MODES, FINE),
        )
        assert min(off(other.loss, loss) for other in wrong) > 1e-3
    assert off(found.kernel, (1 + q) / speed) < 1e-9 and off(found.kernel, 1 + q) > 0.1 * (init > 0)


@pytest.mark.slow
@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.floats(-2, 0), st.floats(-2, 2)), min_size=2, max_size=5),
    st.floats(-2, 1).map(lambda x: 10**x),
    st.floats(0, 3),
)
@example([(0.0, 0.0), (-5.960464477539063e-08, 0.0)], 10.0, 0.0)  # rounding hid a finer solution
def test_on_any_spectrum(modes, gamma0, init):
    eigenvalues, target = 10 ** np.array(modes).T / [[1], [2]]
    eigenvalues /= eigenvalues.max()
    loss, q, square, _ = equations(eigenvalues, target, gamma0, init, TIMES[:5])
    floor = loss[0]  # the loss may fall out of double precision before the last time
    found = linear_curve(
        spectrum_from_arrays(eigenvalues, eigenvalues * target**2, floor), gamma0, TIMES[:5], init, FINE
    )
    assert np.abs(found.loss - floor - loss).max() < 1e-9 * loss.max()
    assert off(found.readout, q) < 1e-9 and off(found.spike, np.linalg.eigvalsh(square)[:, -1]) < 1e-9


def test_lazy_networks_have_a_kernel_that_stays():
    found = linear_limit_curve(2, 1, 0, TIMES, 0.5)
    assert found.loss == pytest.approx(power_law_spectrum(2, 1, 1e4).lazy_loss(1.25 * TIMES), rel=1e-10)
    assert (found.readout == 0.25).all() and (found.spike == 1).all() and (found.kernel == 1).all()
    assert (found.readout_slope == 0).all() and (found.spike_slope == 0).all()
    assert np.isnan(linear_limit_curve(2, 1, 0, TIMES, 0).readout_slope).all()  # of what is 0
    assert off(found.loss, power_law_spectrum(2, 1, 1e4).lazy_loss(TIMES)) > 1e-2  # control: sigma speeds it up


def test_at_the_start_nothing_is_learned():
    found = linear_limit_curve(2, 1, 1, [0, 1], 0.5)
    assert found.readout[0] == 0.25 and found.spike[0] == 1 and found.kernel[0] == 1
    assert found.readout_slope[0] == found.spike_slope[0] == found.loss_slope[0] == 0
    assert np.isnan(linear_limit_curve(2, 1, 1, [0, 1], 0).readout_slope[0])


@pytest.mark.parametrize("init", [0, 1])
def test_slopes_are_those_of_the_curves(init):
    step = 1e-3
    times = 5 * np.exp(step * np.arange(-2, 3))
    found = linear_limit_curve("3/2", "1/2", 2, times, init, tolerance=FINE)
    for name in ("loss", "kernel", "readout", "spike"):
        logs = np.log(getattr(found, name))
        difference = (logs[0] - 8 * logs[1] + 8 * logs[3] - logs[4]) / (12 * step)
        assert getattr(found, f"{name}_slope")[2] == pytest.approx(difference, rel=1e-7)  # rounding over the step
        assert abs(getattr(found, f"{name}_slope")[1] / difference - 1) > 1e-6  # control: the neighbour's


@pytest.mark.parametrize("init", [0, 0.7, pytest.param(2, marks=pytest.mark.slow)])
def test_errors_cover_what_a_finer_solution_changes(init):
    times = np.geomspace(1e-2, 1e12, 40)
    rough, fine = (
        linear_limit_curve("3/2", "1/2", 1, times, init, "modes", tolerance=tolerance) for tolerance in (1e-7, FINE)
    )
    for name in ("loss", *rough.errors):
        apart, error = np.abs(getattr(rough, name) - getattr(fine, name)), getattr(rough, f"{name}_error")
        size = 1.0 if name.endswith("slope") else np.abs(getattr(fine, name))
        assert (apart <= error).all()
        assert (error < 1e-3 * size).all()  # of some use: slopes lose three digits of the tolerance
    # control: errors of the coarser solution say more than those of the finer
    assert (np.abs(rough.readout - fine.readout) > fine.errors["readout"]).any()


# What it tends to


@pytest.mark.parametrize("init", [0, 1])
@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), pytest.param("2", "3/4", marks=pytest.mark.slow)])
def test_exponents_of_hard_targets(alpha, beta, init):
    source = float(np.divide(*map(float, beta.split("/"))))
    chi = 2 * source / (1 + source)
    times = np.geomspace(1e8, 1e60, 105)
    found = linear_limit_curve(alpha, beta, 1, times, init, tolerance=1e-9)
    slopes = {"loss": -chi, "readout": 1 - chi, "spike": 1 - chi, "kernel": 1 - chi}
    for name, wanted in slopes.items():
        limit = extrapolate(times, getattr(found, f"{name}_slope"), found.errors[f"{name}_slope"])
        assert limit.covers(wanted) and limit.error < 1e-5
        assert extrapolate_exponent(times, getattr(found, name)).covers(wanted)
        assert not limit.covers(-source if name == "loss" else 1 - source)  # control: a kernel that stays


@pytest.mark.parametrize("init", [0, 0.5, pytest.param(2, marks=pytest.mark.slow)])
def test_easy_targets_end_with_what_they_need(init):
    times, richness = np.geomspace(1e4, 1e40, 60), 4 / (1 + init**2) ** 2
    for kind, norm in (("continuum", 1 / 0.75), ("modes", zeta(1.75))):  # |w*|^2 = sum_k k^{-alpha (beta - 1) - 1}
        found = linear_limit_curve("3/2", "3/2", 2, times, init, kind)
        last, unmapped = ((1 + np.sqrt(1 + 4 * gamma * norm)) / 2 for gamma in (richness, 4))
        assert found.readout[-1] == pytest.approx((1 + init**2) * last - 1, rel=1e-7)
        assert found.spike[-1] == pytest.approx(1 + (1 + init**2) * (last - 1), rel=1e-7)
        assert extrapolate(times, found.readout, found.errors["readout"]).covers((1 + init**2) * last - 1)
        assert extrapolate(times, -found.loss_slope, found.errors["loss_slope"]).covers(1.5)
        if init:
            assert off(found.readout[-1:], (1 + init**2) * unmapped - 1) > 1e-2  # control: gamma0^2 as it stands


def test_a_spike_is_seen_beyond_itself_among_as_many_modes_as_features():
    assert spike_at_finite_ratio([1, 1.5, 4], 0) == pytest.approx([1, 1.5, 4], rel=1e-14)
    assert spike_at_finite_ratio([1, 1.4, 1.5], 0.25) == pytest.approx(2.25, rel=1e-14)  # hidden: the end of the bulk
    rng, spike, size = np.random.default_rng(1), 4.0, 1000
    rows = rng.standard_normal((size, size // 2))
    rows[:, 0] *= np.sqrt(spike)
    top = np.linalg.eigvalsh(rows.T @ rows / size)[-1]
    # a largest eigenvalue scatters by spike sqrt(2/N) = 0.045 of itself
    assert top == pytest.approx(float(spike_at_finite_ratio(spike, 0.5)), rel=0.1) and top > 1.12 * spike


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"gamma0": -1}, "gamma0"),
        ({"gamma0": nan}, "gamma0"),
        ({"gamma0": inf}, "gamma0"),
        ({"gamma0": 10**400}, "gamma0"),
        ({"gamma0": "one"}, "gamma0"),
        ({"gamma0": True}, "gamma0"),
        ({"init": -0.1}, "readout"),
        ({"init": None}, "readout"),
        ({"init": 1e7}, "readout"),
        ({"times": [2, 1]}, "rise"),
        ({"times": []}, "times"),
        ({"times": [nan]}, "times"),
        ({"times": [1e308], "init": 2}, "times"),
        ({"alpha": 1}, "alpha"),
        ({"alpha": "x"}, "alpha"),
        ({"beta": 0}, "beta"),
        ({"modes": 5}, "continuum"),
        ({"spectrum": "modes", "modes": 1}, "modes"),
        ({"spectrum": "lines"}, "spectrum"),
        ({"tolerance": 1}, "tolerance"),
    ],
)
def test_bad_input_is_told_what_to_do(change, word):
    asked = {"alpha": "3/2", "beta": "1/2", "gamma0": 1, "times": [1, 2], "init": 1} | change
    with pytest.raises(InputError, match=word) as caught:
        linear_limit_curve(**asked)
    assert len(str(caught.value)) < 300
    if "gamma0" in change or "init" in change:
        if "times" in change:
            return
        with pytest.raises(InputError, match=word):
            linear_curve(spectrum_from_arrays([1, 0.5], [1, 1]), asked["gamma0"], [1, 2], asked["init"])


@pytest.mark.parametrize(("spike", "ratio"), [(0.9, 1), (nan, 1), (inf, 1), (2, -1), (2, nan), (2, inf)])
def test_no_spike_below_one_and_no_ratio_below_zero(spike, ratio):
    with pytest.raises(InputError, match="spike"):
        spike_at_finite_ratio(spike, ratio)
