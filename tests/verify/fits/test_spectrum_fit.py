"""alpha and beta of a spectrum: intervals that cover, what is refused, what is warned of, and what is kept."""

import json

import numpy as np
import pytest

from exponents.errors import InputError, NoSingleExponent
from verify import SpectrumFit, fit_kernel, fit_spectrum, flow_curve, one_hot
from verify.fits import sorted_noise
from verify.fits.spectrum_curves import default_times, predict_curves
from verify.spectra.spectrum import spectrum_from_arrays

ALPHA, BETA, K = 1.5, 0.5, np.arange(1.0, 1001)
S = ALPHA * BETA + 1


def draw(seed, noise=0.1):
    """A power law with noise and chi^2 coefficients, in no order."""
    generator = np.random.default_rng(seed)
    eigenvalues = 3 * K**-ALPHA * np.exp(noise * generator.standard_normal(1000))
    order = generator.permutation(1000)
    return eigenvalues[order], (0.2 * K**-S * generator.standard_normal(1000) ** 2)[order]


def test_intervals_cover_and_half_of_them_does_not(monkeypatch):
    monkeypatch.setattr(sorted_noise, "DRAWS", 100)
    covered, halved = np.zeros(2), np.zeros(2)
    for seed in range(60):
        found = fit_spectrum(*draw(seed))
        for place, (estimate, true) in enumerate(((found.s, S), (found.beta, BETA))):
            low, high = estimate.interval
            covered[place] += low <= true <= high
            halved[place] += abs(estimate.value - true) <= (high - low) / 4
    assert (covered >= 52).all()  # 95 % of 60 is 57, less 3 standard deviations
    assert (halved < 52).all()  # control


def test_units_and_order_do_not_matter():
    mu, p = draw(0)
    found, other = fit_spectrum(mu, p), fit_spectrum(1e-5 * mu[::-1], 1e7 * p[::-1])
    assert other.beta.value == pytest.approx(found.beta.value, rel=1e-9)
    assert other.prefactors == pytest.approx((1e-5 * found.prefactors[0], 1e7 * found.prefactors[1]), rel=1e-9)


def test_what_follows_is_that_of_the_exponents_and_odds_add_up():
    found = fit_spectrum(*draw(1))
    assert sum(found.regime.values()) == pytest.approx(1) and found.regime["hard"] > 0.99
    beta, alpha = found.beta.value, found.alpha.value
    assert found.time_exponent["rich"].value == pytest.approx(2 * beta / (1 + beta))  # eq. 10
    assert found.compute_exponent["lazy"].value == pytest.approx(alpha * beta / (alpha + 1))  # Table 1
    easy = fit_spectrum(K**-2.0, np.random.default_rng(4).standard_normal(1000) ** 2 * K**-3.05)  # beta = 1.025
    assert 0.1 < easy.regime["hard"] < 0.9 and any("not decided" in warning for warning in easy.warnings)


def test_what_windows_say_differently_is_part_of_the_error():
    mild = np.exp(-1.5 * np.log(K) + 0.02 * np.log(K) ** 2)  # the local exponent falls from 1.41 to 1.25
    found = fit_spectrum(mild, K**-S)
    values = [window.alpha for window in found.windows]
    low, high = found.alpha.interval
    assert np.ptp(values) > 0.02 and high - low > np.ptp(values)
    straight = fit_spectrum(K**-1.5, K**-S)  # control: nothing differs
    assert np.ptp(straight.alpha.interval) < 1e-6 * (high - low)


def test_a_spectrum_without_a_regime_says_so():
    found = fit_spectrum(K**-0.8, K**-1.4)
    assert found.regime["outside"] == 1 and not found.time_exponent
    assert any("outside of alpha > 1" in warning for warning in found.warnings)
    assert found.predict([1.0]).law is None


def test_the_window_of_a_kernel_on_n_samples_ends_at_a_twentieth():
    mu, p = draw(2, noise=0.0)
    assert fit_spectrum(mu, p, samples=1000).window == (8, 50)
    assert fit_spectrum(mu, p).window == (10, 500)
    wide = fit_spectrum(mu, p, samples=1000, window=(10, 200))
    assert any("beyond n/20 = 50" in warning for warning in wide.warnings)
    assert any("taken as exact" in warning for warning in fit_spectrum(mu, p).warnings)


BAD = {
    "an exponential": ((np.exp(-K / 20), K**-2.0), {}, NoSingleExponent, "eigenvalues follow no single power law"),
    "two laws": (
        (K**-1.5, K**-2.0 * np.where(K > 70, (K / 70) ** -3.0, 1)),
        {},
        NoSingleExponent,
        "coefficients follow",
    ),
    "lengths": ((K, K[:-1]), {}, InputError, "got 1000 and 999"),
    "negative": ((-K, K), {}, InputError, "positive; entry 1 is -1"),
    "NaN": ((K, K * np.nan), {}, InputError, "entry 1 is nan"),
    "words": ((["a"] * 1000, K), {}, InputError, "real numbers"),
    "a table": ((np.ones((5, 5)), K), {}, InputError, "one column"),
    "too short": ((K[:30], K[:30]), {}, InputError, "got 30 modes in all"),
    "few samples": ((K, K), {"samples": 300}, InputError, "n = 300 samples"),
    "no samples": ((K, K), {"samples": 0}, InputError, "at least 1"),
    "a window that is none": ((K, K), {"window": (50, 10)}, InputError, "first < last"),
    "a short window": ((K, K), {"window": (50, 60)}, InputError, "at least 20 modes"),
    "equal eigenvalues": ((np.ones(200), K[:200]), {}, InputError, "must fall; got alpha = 0 in modes 10 to 100"),
    "nearly equal ones": ((1 + 1e-9 / K, K**-2), {}, InputError, "eigenvalues must fall"),
    "a level": ((K, K), {"level": 95}, InputError, "between 0 and 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_has_no_fit_is_refused_in_one_line(name):
    arguments, options, kind, fault = BAD[name]
    with pytest.raises(kind, match=fault) as caught:
        fit_spectrum(*arguments, **options)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400


def test_a_refusal_carries_the_local_exponents():
    with pytest.raises(NoSingleExponent) as caught:
        fit_spectrum(1.0 / (K + 40) ** 1.5, K**-2.0)
    assert len(caught.value.ranges) == 3 and caught.value.exponents[0] < 0.8 < 1.3 < caught.value.exponents[2]


def test_the_predicted_curves_are_those_of_the_flow():
    found = fit_spectrum(K**-ALPHA, K**-S)
    times = [1.0, 100.0]
    both = predict_curves(found, times, 2.0)
    due = flow_curve(spectrum_from_arrays(K**-ALPHA, K**-S), 2.0, times)
    assert both.measured.loss == pytest.approx(due.loss, rel=1e-6) and both.learned_from is None
    assert both.law.loss[0] == pytest.approx(due.loss[0] + (K[-1] + 0.5) ** (-0.75) / 0.75, rel=1e-4)  # what it lacks
    scaled = predict_curves(fit_spectrum(5 * K**-ALPHA, 0.1 * K**-S), np.array(times) / 5, 100.0)  # gamma B/A = 2
    assert scaled.law.loss == pytest.approx(0.1 * both.law.loss, rel=1e-5)
    late = default_times(found)
    assert predict_curves(found, late).learned_from < late[-1]


def test_a_fit_is_saved_and_read_back(tmp_path):
    found = fit_spectrum(*draw(3))
    found.save(tmp_path / "fit.json")
    again = SpectrumFit.load(tmp_path / "fit.json")
    assert again.to_dict() == found.to_dict() and (again.eigenvalues == found.eigenvalues).all()
    assert again.summary() == found.summary()
    for junk in ("", "{}", '{"kind": "spectrum fit"}', "[1]"):
        (tmp_path / "junk.json").write_text(junk)
        with pytest.raises(InputError, match=r"junk\.json must be a file that SpectrumFit\.save wrote"):
            SpectrumFit.load(tmp_path / "junk.json")
    with pytest.raises(InputError, match="readable file"):
        SpectrumFit.load(tmp_path / "none.json")


def test_json_has_the_agreed_keys():
    found = json.loads(json.dumps(fit_spectrum(*draw(5)).to_dict()))
    assert list(found)[:3] == ["alpha", "s", "beta"] and {"regime", "warnings"} <= set(found)
    assert list(found["alpha"]) == ["value", "interval", "windows"] and len(found["alpha"]["windows"]) == 3
    assert set(found["regime"]) == {"hard", "easy", "super-easy", "outside"}


def test_it_draws_its_law_in_its_window():
    from matplotlib.figure import Figure

    found = fit_spectrum(*draw(6))
    axes = Figure().subplots()
    assert found.plot(axes) is axes and axes.get_xscale() == axes.get_yscale() == "log"
    points, law, _, power = axes.lines
    assert points.get_ydata() == pytest.approx(found.eigenvalues)
    for line, exponent in ((law, found.alpha.value), (power, found.s.value)):
        x, y = line.get_data()
        assert x.tolist() == [10, 500]
        assert -np.diff(np.log(y))[0] / np.diff(np.log(x))[0] == pytest.approx(exponent)
    middle = np.exp(np.log(found.eigenvalues[9:500]).mean())
    assert law.get_ydata()[0] > middle > law.get_ydata()[1]


# kernels


def test_a_kernel_gives_the_spectrum_of_its_matrix_and_both_sizes():
    generator = np.random.default_rng(0)
    x = generator.uniform(size=500)
    found = fit_kernel(np.minimum.outer(x, x), np.sin(3 * x) - np.sin(3 * x).mean())  # eigenvalues of k^-2
    assert found.alpha.interval[0] < 2 < found.alpha.interval[1]
    assert [window.samples for window in found.windows] == [500, 500, 500, 250, 250]
    half = np.mean([window.alpha for window in found.windows[3:]])
    alone = fit_spectrum(found.eigenvalues, found.coefficients, samples=500)  # control: one number of samples
    grown = np.ptp(found.alpha.interval) - np.ptp(alone.alpha.interval)
    assert abs(half - found.alpha.value) > 0.01 and grown > 0.2 * abs(half - found.alpha.value)
    assert found.eigenvalues.sum() == pytest.approx(x.mean(), rel=1e-12)  # the trace over n


BAD_KERNELS = {
    "a table": (np.ones((3, 4)), np.ones(3), "square"),
    "not symmetric": (np.triu(np.ones((4, 4))), np.ones(4), "symmetric"),
    "not positive": (-np.eye(4), np.ones(4), "semi-definite"),
    "indefinite": (np.array([[0.0, 1.0], [1.0, 0.0]]), np.ones(2), "semi-definite"),
    "labels of another length": (np.eye(4), np.ones(3), "one row per sample"),
    "names of classes": (np.eye(4), np.array(["a", "b", "a", "b"]), "see one_hot"),
    "NaN": (np.eye(4) * np.nan, np.ones(4), "finite"),
    "few samples": (np.eye(40), np.ones(40), "n = 40 samples"),
}


@pytest.mark.parametrize("name", BAD_KERNELS)
def test_a_matrix_that_is_no_kernel_is_refused(name):
    kernel, labels, fault = BAD_KERNELS[name]
    with pytest.raises(InputError, match=fault):
        fit_kernel(kernel, labels)


def test_labels_that_may_be_meant_otherwise_are_questioned():
    x = np.random.default_rng(1).uniform(size=480)
    kernel, classes = np.minimum.outer(x, x), (10 * x).astype(int)
    warnings = " ".join(fit_kernel(kernel, classes).warnings)
    assert "10 whole numbers" in warnings and "not centred" in warnings
    quiet = " ".join(fit_kernel(kernel, one_hot(classes)).warnings)
    assert "whole numbers" not in quiet and "not centred" not in quiet
