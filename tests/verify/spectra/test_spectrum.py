"""Spectra against sums and integrals known exactly; and files and arrays that are refused."""

from fractions import Fraction
from math import gamma, inf, nan

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mpmath import exp, expm1, mpf, quad, workdps
from scipy.special import gammainc, zeta

from exponents.errors import InputError
from verify.flow.curve import flow_curve
from verify.spectra import file_columns
from verify.spectra import spectrum as module
from verify.spectra.power_law import power_law_spectrum
from verify.spectra.spectrum import Spectrum, spectrum_from_arrays
from verify.spectra.spectrum_file import read_columns, read_spectrum
from verify.witnesses.mode_sums import mode_sum

ROUNDING = 5e-14  # what a sum of some hundred terms leaves
BOUND = 2  # the error is measured at a hundred clocks, and oscillates between them
POINTS = [("3/2", "1/10"), ("3/2", "1/2"), ("3", "7/10"), ("11/10", "1"), ("3/2", "5/4"), ("2", "3"), ("3/2", "6")]


def bounded(found, exact, spectrum):
    return np.abs(found / exact - 1).max() <= BOUND * spectrum.error + ROUNDING


def explicit(alpha, beta, modes):
    k = np.arange(1.0, modes + 1)
    return Spectrum(k**-alpha, k ** (-alpha * beta - 1))


def late_exponent(spectrum, clock):
    """-d ln L/d ln t over a factor of two about ``clock``."""
    early, late = spectrum.lazy_loss([clock / 2**0.5, clock * 2**0.5])
    return np.log2(early / late)


@pytest.mark.parametrize(("alpha", "beta"), POINTS)
def test_the_continuum_has_the_loss_of_the_incomplete_gamma_function_within_its_stated_error(alpha, beta):
    spectrum, a, b = power_law_spectrum(alpha, beta, 1e18), float(Fraction(alpha)), float(Fraction(beta))
    t = np.geomspace(1e-2, 1e18, 500)
    # int_1^oo k^(-ab - 1) exp(-2 t k^-a) dk, with x = 2 t k^-a
    exact = gamma(b) * gammainc(b, 2 * t) / (a * (2 * t) ** b)
    assert bounded(spectrum.lazy_loss(t), exact, spectrum)
    assert spectrum.error < 2e-8  # a panel's rule is some 1e-9; the losses themselves span up to 108 decades
    assert abs(spectrum.variance * a * b - 1) < ROUNDING


@pytest.mark.parametrize(("alpha", "beta"), [("3/2", "1/2"), ("2", "1/10"), ("3/2", "5/4")])
@pytest.mark.parametrize("clock", ["1/100", "3", "1e4", "1e10"])
def test_the_continuum_has_the_norm_of_a_direct_integral(alpha, beta, clock):
    spectrum, a, b = power_law_spectrum(alpha, beta, 1e12), Fraction(alpha), Fraction(beta)
    with workdps(25):
        t, rate = mpf(float(Fraction(clock))), mpf(b.numerator) / b.denominator - 1
        # (1/a) int mu^(b - 1) (1 - e^(-mu t))^2 d ln mu / mu over ln mu from -120 to 0
        exact = (
            quad(lambda v: exp(-rate * v) * expm1(-exp(-v) * t) ** 2, range(0, 121, 3)) * a.denominator / a.numerator
        )
        assert bounded(spectrum.lazy_norm(float(Fraction(clock))), float(exact), spectrum)


@pytest.mark.parametrize(
    ("alpha", "beta", "clock"), [("3/2", "1/2", 300), ("3/2", "1/2", 3e4), ("2", "1/10", 1e4), ("3", "5/4", 1e7)]
)
def test_all_integers_sum_as_they_do_to_thirty_digits(alpha, beta, clock):
    spectrum = power_law_spectrum(alpha, beta, 1e12, "modes")
    with workdps(45):
        a, b = (mpf(Fraction(x).numerator) / Fraction(x).denominator for x in (alpha, beta))
        loss = mode_sum(lambda x: exp(-2 * x), a * b + 1, a, clock)
        norm = mode_sum(lambda x: expm1(-x) ** 2, a * (b - 1) + 1, a, clock)
    assert bounded(spectrum.lazy_loss(clock), float(loss), spectrum)
    assert bounded(spectrum.lazy_norm(clock), float(norm), spectrum)


@pytest.mark.parametrize(("alpha", "beta"), POINTS)
def test_all_integers_sum_to_their_one_pole_at_late_clocks(alpha, beta):
    spectrum, a, b = power_law_spectrum(alpha, beta, 1e18, "modes"), float(Fraction(alpha)), float(Fraction(beta))
    t = np.geomspace(1e7, 1e18, 200)
    # the transform of e^-x has no pole beyond that of zeta, so what is left out is smaller than any power
    assert bounded(spectrum.lazy_loss(t), gamma(b) / (a * (2 * t) ** b), spectrum)
    assert bounded(spectrum.variance, zeta(a * b + 1), spectrum)


@pytest.mark.parametrize("modes", [2, 3, 9, 10, 11, 100, 12345])
@pytest.mark.parametrize(("alpha", "beta"), [(Fraction(3, 2), Fraction(1, 2)), (Fraction(4), Fraction(5, 4))])
@pytest.mark.parametrize("largest_clock", [1.0, 1e12])
def test_finitely_many_modes_are_their_explicit_sum(modes, alpha, beta, largest_clock):
    spectrum = power_law_spectrum(alpha, beta, largest_clock, "modes", modes)
    one_by_one = explicit(float(alpha), float(beta), modes)
    t = np.geomspace(1e-2, largest_clock, 50)
    t = t[t <= modes ** float(alpha)]  # as long as the slowest mode is not learned
    assert bounded(spectrum.lazy_loss(t), one_by_one.lazy_loss(t), spectrum)
    assert bounded(spectrum.lazy_norm(t), one_by_one.lazy_norm(t), spectrum)
    assert abs(spectrum.variance / one_by_one.variance - 1) < ROUNDING
    assert len(spectrum) < 400  # however many modes


@pytest.mark.parametrize("modes", [100, 1000])
def test_the_stated_error_holds_when_only_the_slowest_modes_are_left(modes):
    one_by_one = explicit(1.5, 0.5, modes)
    for spectrum in (power_law_spectrum("3/2", "1/2", 1e6, "modes", modes), one_by_one.compress()):
        t = np.array([3.0, 10.0, 30.0, 100.0]) * modes**1.5
        assert bounded(spectrum.lazy_loss(t), one_by_one.lazy_loss(t), spectrum)


@pytest.mark.parametrize("kind", ["continuum", "modes"])
def test_the_late_law_is_that_of_the_source_with_nothing_cut(kind):
    spectrum = power_law_spectrum("3/2", "1/2", 1e20, kind)
    for clock in np.geomspace(1e6, 1e19, 14):
        assert abs(late_exponent(spectrum, clock) - 0.5) < 1e-8  # twice the rule's error over ln 2


def test_control_a_sum_cut_at_ten_thousand_fakes_a_faster_law():
    cut, whole = explicit(1.5, 0.5, 10**4), power_law_spectrum("3/2", "1/2", 1e12, "modes")
    assert abs(late_exponent(cut, 1e2) - 0.5) < 0.01  # long before 10^4^(3/2)
    fakes = [late_exponent(cut, clock) for clock in (1e5, 3e5, 1e6)]
    assert fakes[0] > 0.6 and fakes[1] > 1 and fakes[2] > 2  # far outside any error
    assert all(abs(late_exponent(whole, clock) - 0.5) < 1e-8 for clock in (1e5, 3e5, 1e6))


@given(st.fractions(Fraction(21, 20), 5, max_denominator=20), st.fractions(Fraction(1, 20), 4, max_denominator=20))
@settings(max_examples=25)
def test_any_power_law_is_a_positive_falling_measure_of_the_right_mass(alpha, beta):
    for kind in ("continuum", "modes"):
        spectrum = power_law_spectrum(alpha, beta, 1e9, kind)
        assert (spectrum.weights > 0).all() and (np.diff(spectrum.eigenvalues) < 0).all()
        assert spectrum.eigenvalues[0] <= 1 and spectrum.error < 1e-7  # seven digits before anything is solved
        mass = 1 / (alpha * beta) if kind == "continuum" else zeta(float(alpha * beta) + 1)
        assert bounded(spectrum.variance, float(mass), spectrum)


@pytest.mark.parametrize("beta", ["2", "5/2", "4"])
def test_the_norm_of_a_learnable_target_is_finite_and_exact(beta):
    # |w|^2 = sum k^(-alpha (beta - 1) - 1), a zeta value; for beta < 1 it diverges
    found = power_law_spectrum("2", beta, 1e12, "modes").norm
    assert abs(found / zeta(2 * (float(Fraction(beta)) - 1) + 1) - 1) < 1e-12  # the rest has 1e-12^(beta - 1) of it


# Few nodes for many modes


@st.composite
def spectra(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    modes, decades = draw(st.integers(2, 400)), draw(st.floats(0.01, 12))
    return spectrum_from_arrays(
        10 ** -rng.uniform(0, decades, modes), 10 ** -rng.uniform(0, 3, modes), draw(st.floats(0, 1))
    )


@given(spectra())
def test_a_compressed_measure_has_the_loss_and_norm_of_the_original(original):
    small = original.compress()
    t = np.geomspace(0.01 / original.eigenvalues[0], 1 / original.eigenvalues[-1], 200)
    for name in ("lazy_loss", "lazy_norm"):
        found, exact = getattr(small, name)(t), getattr(original, name)(t)
        assert np.abs(found / exact - 1).max() <= 2 * small.error + ROUNDING  # measured at a hundred clocks
    assert small.error < 1e-10  # nine nodes for a factor e in mu leave rounding
    assert small.floor == original.floor and abs(small.variance / original.variance - 1) < ROUNDING
    panels = np.log(original.eigenvalues[0] / original.eigenvalues[-1]) + 1
    halvings = np.log2(len(original)) + 53  # towards the slowest mode, down to rounding at the most
    assert len(small) <= min(len(original), 9 * np.ceil(panels + halvings))
    assert (small.weights > 0).all()


def test_a_compressed_measure_flows_as_the_original():
    original = explicit(1.5, 0.5, 1000)
    t = np.geomspace(0.1, 1e4, 8)
    small = original.compress()
    assert len(small) < 200
    one, other = (flow_curve(m, 3.0, t, 1e-10) for m in (original, small))
    for name in ("loss", "kernel", "clock", "loss_slope"):
        a, b = getattr(one, name), getattr(other, name)
        # the flow contracts what the spectrum changes; each solution adds its own error
        assert np.all(
            np.abs(a - b) <= 2 * (getattr(one, f"{name}_error") + getattr(other, f"{name}_error")) + 1e-11 * np.abs(a)
        )


def test_a_mode_given_twice_is_one_mode_of_twice_the_weight():
    mu = np.geomspace(1, 1e-3, 40)
    twice, once = spectrum_from_arrays(np.repeat(mu, 2), np.repeat(mu, 2)), spectrum_from_arrays(mu, 2 * mu)
    t = np.geomspace(0.1, 1e3, 20)
    assert np.allclose(twice.compress().lazy_loss(t), once.lazy_loss(t), rtol=1e-12)  # rounding
    assert len(twice.compress()) <= 40


# Measured spectra


def test_the_order_of_modes_is_irrelevant_and_modes_without_power_are_dropped():
    mu, p = np.array([0.5, 2.0, 1.0, 3.0]), np.array([0.1, 0.2, 0.3, 0.0])
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 3, 0, 1]):
        found = spectrum_from_arrays(mu[order], p[order], floor=0.25)
        assert found.eigenvalues.tolist() == [2.0, 1.0, 0.5] and found.weights.tolist() == [0.2, 0.3, 0.1]
        assert found.floor == 0.25 and found.error == 0 and found.largest_clock == inf
    # by hand: 0.2/2 + 0.3/1 + 0.1/0.5
    assert abs(found.norm - 0.6) < 1e-15 and abs(found.variance - 0.85) < 1e-15


def test_integers_are_real_numbers():
    found = spectrum_from_arrays([1, 2], np.array([3, 4], dtype=np.uint8))
    assert found.eigenvalues.tolist() == [2.0, 1.0] and found.weights.dtype == float


GOOD = [1.0, 0.5, 0.25]
BAD_ARRAYS = {
    "a zero eigenvalue": ([1, 0, 0.5], GOOD, "entry 2"),
    "a negative eigenvalue": ([1, 0.5, -0.5], GOOD, "entry 3"),
    "a negative weight": (GOOD, [1, -1, 0], "entry 2"),
    "NaN among eigenvalues": ([nan, 1, 2], GOOD, "entry 1"),
    "NaN among weights": (GOOD, [1, 2, nan], "entry 3"),
    "an infinite eigenvalue": ([1, inf, 2], GOOD, "entry 2"),
    "an infinite weight": (GOOD, [inf, 1, 1], "entry 1"),
    "one mode": ([1], [1], "two modes"),
    "no mode": ([], [], "two modes"),
    "one mode with power": (GOOD, [0, 1, 0], "got 1"),
    "no power": (GOOD, [0, 0, 0], "got 0"),
    "different lengths": (GOOD, [1, 1], "3 and 2"),
    "a matrix": ([[1, 2], [3, 4]], [1, 2], "one column"),
    "a matrix of weights": ([1, 2], [[1], [2]], "one column"),
    "a number": (1.0, 1.0, "one column"),
    "words": (["a", "b"], [1, 2], "real numbers"),
    "numbers as words": (["1", "2"], [1, 2], "real numbers"),
    "complex numbers": ([1, 1j], [1, 2], "real numbers"),
    "truth values": ([True, True], [1, 2], "real numbers"),
    "objects": ([None, 1], [1, 2], "real numbers"),
    "an integer beyond any float": ([10**400, 1], [1, 2], "real numbers"),
    "an eigenvalue at the end of double precision": ([1, 1e-300], [1, 2], "larger units"),
    "a weight at the end of double precision": ([1, 2], [1, 1e-300], "larger units"),
}


@pytest.mark.parametrize("name", BAD_ARRAYS)
def test_arrays_that_are_no_spectrum_are_refused_with_their_fault(name):
    eigenvalues, weights, fault = BAD_ARRAYS[name]
    with pytest.raises(InputError, match=fault):
        spectrum_from_arrays(eigenvalues, weights)


@pytest.mark.parametrize("floor", [-1e-9, nan, inf])
def test_a_floor_that_is_no_loss_is_refused(floor):
    with pytest.raises(InputError, match="floor"):
        spectrum_from_arrays(GOOD, GOOD, floor)


def test_more_modes_than_the_limit_are_refused(monkeypatch):
    monkeypatch.setattr(module, "MAX_MODES", 3)
    assert len(spectrum_from_arrays(GOOD, GOOD)) == 3
    with pytest.raises(InputError, match="at most 3 modes; got 4"):
        spectrum_from_arrays([*GOOD, 0.1], [*GOOD, 0.1])


def written(folder, text):
    path = folder / "spectrum.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


GOOD_FILES = {
    "blanks": "1 0.5\n0.25 2\n",
    "commas": "1,0.5\n0.25,2",
    "comma and blank": "1, 0.5\n0.25 ,\t2\n",
    "a heading": "eigenvalue weight\n1 0.5\n0.25 2\n",
    "a heading with a comma": "mu,p\n1,0.5\n0.25,2\n",
    "comments": "# measured\n1 0.5 # first\n\n   \n# between\n0.25 2\n",
    "a comment, then a heading": "# measured\nmu p\n0.25 2\n1 0.5\n",
    "exponents": "1e0 5E-1\n+2.5e-1 2.\n",
    "lines ended as on other systems": "1 0.5\r\n0.25 2\r\n",
    "a mode without power": "1 0.5\n0.5 0\n0.25 2\n",
    "semicolons": "1;0.5\n0.25;2\n",
    "the columns in another order": "squared_coefficient,eigenvalue\n0.5,1\n2,0.25\n",
    "more columns, with known names": "k,name,eigenvalue,squared_coefficient\n1,a,1,0.5\n2,b,0.25,2\n",
    "names in a comment": "# k eigenvalue squared_coefficient\n1 1 0.5\n2 0.25 2\n",
    "quotes and a byte order mark": "\ufeff'mu','p'\n1,0.5\n0.25,2\n".replace("'", '"'),
}


@pytest.mark.parametrize("name", GOOD_FILES)
def test_a_file_is_a_line_a_mode(name, tmp_path):
    found = read_spectrum(written(tmp_path, GOOD_FILES[name]))
    assert found.eigenvalues.tolist() == [1.0, 0.25] and found.weights.tolist() == [0.5, 2.0]


BAD_FILES = {
    "empty": ("", "has none"),
    "only comments": ("# mu p\n#\n", "has none"),
    "only a heading": ("mu p\n", "has none"),
    "two headings": ("mu p\nin units\n1 1\n2 2\n", "line 2"),
    "one mode": ("1 1\n", "two modes"),
    "three columns": ("1 2 3\n4 5 6\n", r"3 columns \(1, 2, 3\)"),
    "one column": ("1\n2\n", r"1 column \(1\)"),
    "a column missing": ("1 2\n3\n", "line 2"),
    "words in the middle": ("1 2\nthree four\n", "line 2"),
    "decimal commas": ("1,5;2\n3;4\n", "line 1"),
    "thousands": ("2 1\n1,234 1\n", "line 2"),
    "a unit": ("2 1\n1k 1\n", "line 2 .*column 1: must be a finite number; got 1k"),
    "a fraction": ("1/2 1\n1 1\n", "line 1"),
    "complex numbers": ("1 2\n1j 2\n", "line 2"),
    "NaN": ("1 2\n2 nan\n", "finite"),
    "an infinity": ("1 2\ninf 2\n", "finite"),
    "a number beyond double precision": ("1 2\n1e999 2\n", "finite"),
    "a zero eigenvalue": ("1 2\n0 2\n", "floor"),
    "a negative weight": ("1 2\n2 -2\n", "negative"),
    "binary": (bytes(range(128, 256)), "text file"),
    "binary after a good line": (b"1 1\n2 1\n\xff\xfe\x00", "text file"),
    "zero bytes": (b"\0" * 100, "line 1 is binary"),
    "a long line": ("1 " * 60_000, "line 1"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_is_no_spectrum_is_refused_in_one_line(name, tmp_path):
    text, fault = BAD_FILES[name]
    with pytest.raises(InputError, match=fault) as caught:
        read_spectrum(written(tmp_path, text))
    assert len(str(caught.value)) < 300 and "\n" not in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "nothing.txt", tmp_path, tmp_path / ("x" * 1000)):
        with pytest.raises(InputError, match="readable file"):
            read_spectrum(path)


class Endless:
    """A path to a file of so many lines that it must not be read to its end."""

    name, suffix = "endless.txt", ".txt"

    def __init__(self, allowed):
        self.read, self.allowed = 0, allowed

    def open(self, **_):  # noqa: D102
        return self

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return False

    def readline(self, _):  # noqa: D102
        self.read += 1
        assert self.read <= self.allowed, "read on beyond the limit"
        return "1e-3 1e-3\n"


def test_a_file_of_endless_lines_is_answered_at_the_limit(monkeypatch):
    monkeypatch.setattr(file_columns, "MAX_MODES", 1000)
    with pytest.raises(InputError, match=r"at most 1000 modes; endless\.txt has more"):
        read_columns(Endless(1001))


@pytest.mark.slow
def test_the_largest_file_is_not_read_to_its_end():
    with pytest.raises(InputError, match="has more"):
        read_columns(Endless(module.MAX_MODES + 1))


def test_an_endless_line_is_refused_at_its_first_letters(tmp_path):
    path = tmp_path / "line.txt"
    path.write_text("1" * 10**6)
    with pytest.raises(InputError, match="longer than"):
        read_spectrum(path)
    path.write_text("-0.5 abc\n1 1\n")
    with pytest.raises(InputError, match=r"line 1.*must be a finite number"):  # a malformed number is not a heading
        read_spectrum(path)


# Power laws that cannot be


@pytest.mark.parametrize(
    ("alpha", "beta"), [(1, 1), (Fraction(1, 2), 1), (0, 1), (-2, 1), (2, 0), (2, Fraction(-1, 2))]
)
def test_a_power_law_without_trace_or_variance_is_refused(alpha, beta):
    for kind in ("continuum", "modes"):
        with pytest.raises(InputError, match=r"must exceed 1|must be positive"):
            power_law_spectrum(alpha, beta, 1e6, kind)


@pytest.mark.parametrize("value", [nan, "x", None, True, "1/0"])
def test_exponents_must_be_exact(value):
    for pair in ((value, 1), (2, value)):
        with pytest.raises(InputError):
            power_law_spectrum(*pair)


@pytest.mark.parametrize("modes", [1, 0, -5, 2.5, 3.0, True, "10", nan])
def test_a_number_of_modes_that_is_none_is_refused(modes):
    with pytest.raises(InputError, match="whole number"):
        power_law_spectrum(2, 1, 1e6, "modes", modes)


def test_a_continuum_has_no_number_of_modes():
    with pytest.raises(InputError, match="continuum"):
        power_law_spectrum(2, 1, 1e6, "continuum", 10)


@pytest.mark.parametrize("clock", [nan, -1.0, 0.0, inf, 1e290, 1e300])
def test_a_clock_beyond_double_precision_is_refused(clock):
    with pytest.raises(InputError, match="clock"):
        power_law_spectrum(2, 1, clock)


@pytest.mark.parametrize(
    ("beta", "kind"),
    [
        *((beta, "continuum") for beta in ("1/2", "3/2", "4", "10")),
        *((beta, "modes") for beta in ("4", "10")),
        *((beta, "modes") for beta in ("1/2", "3/2")),
    ],
)
def test_the_clock_that_a_refusal_names_is_accepted(beta, kind):
    with pytest.raises(InputError, match=r"a clock of (\S+);") as caught:
        power_law_spectrum("3/2", beta, 1e289)
    named = float(str(caught.value).split("a clock of ")[1].split(";")[0])
    assert np.isfinite(power_law_spectrum("3/2", beta, 0.5 * named, kind).error)  # it is printed with one digit


EXTREME = {
    "an alpha beyond any float": ("1e400", 1),
    "a beta beyond any float": (2, "1e400"),
    "a beta that vanishes beside 1": (2, "1e-20", 1e6, "modes"),
    "a second eigenvalue that underflows": (2000, 1, 1e6, "modes"),
    "modes beyond any float": (2, 1, 1e6, "modes", 10**400),
    "an unknown spectrum": (2, 1, 1e6, "nonsense"),
}


@pytest.mark.parametrize("name", EXTREME)
def test_an_extreme_power_law_is_refused(name):
    with pytest.raises(InputError):
        power_law_spectrum(*EXTREME[name])


@pytest.mark.parametrize(
    ("beta", "clock"),
    [
        ("1/2", 1.0),
        ("3", 1.0),
        ("6", 1.0),
        ("6", 0.02),
    ],
)
def test_the_stated_error_holds_for_small_clocks(beta, clock):
    spectrum, b, t = power_law_spectrum("2", beta, clock), float(Fraction(beta)), np.geomspace(clock / 100, clock, 30)
    assert bounded(spectrum.lazy_loss(t), gamma(b) * gammainc(b, 2 * t) / (2 * (2 * t) ** b), spectrum)


@example(10**18)
@example(14_635_701_180)  # 560 nodes
@example(2)
@given(st.integers(2, 10**30))
@settings(max_examples=15)
def test_any_number_of_modes_is_represented(modes):
    spectrum = power_law_spectrum("3/2", "1/2", 1e9, "modes", modes)
    assert abs(spectrum.variance / (zeta(7 / 4) - zeta(7 / 4, modes + 1.0)) - 1) < ROUNDING
    assert len(spectrum) <= 600  # however many modes
