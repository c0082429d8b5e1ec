"""The commands that measure: what they print, and with which status."""

import csv
import io
import json
from fractions import Fraction

import numpy as np
import pytest
from scipy.special import gamma, gammainc

import verify.checks
from exponents.cli import main
from verify.finite_model import mean_measure
from verify.flow import limit_curve
from verify.slopes import Limit

KEYS = {
    "claim",
    "source",
    "published",
    "derived",
    "at",
    "measured",
    "error",
    "published_verdict",
    "derived_verdict",
}
FAST = ["verify", "chi: lazy time exponent", "--quick", "--jobs", "1"]


def run(capsys, *arguments):
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_a_curve_has_the_keys_that_others_rely_on(capsys):
    status, out, err = run(capsys, "curve", "3/2", "1/2", "--gamma", "1", "--time", "1e2,1e6", "--format", "json")
    found = json.loads(out)
    assert (status, err, list(found)) == (0, "", ["time", "loss", "error"])
    assert found["time"] == [100.0, 1e6]
    reference = limit_curve("3/2", "1/2", 1.0, [100.0, 1e6], tolerance=1e-11)
    assert np.all(np.abs(found["loss"] - reference.loss) <= found["error"])
    assert np.all(np.array(found["error"]) <= 1e-6 * np.array(found["loss"]))


def test_a_lazy_curve_is_the_incomplete_gamma_function(capsys):
    _, out, _ = run(capsys, "curve", "2", "1.3", "--gamma", "0", "--time", "1:1e9:4", "--format", "json")
    found = json.loads(out)
    t = np.array(found["time"])
    exact = gamma(1.3) * gammainc(1.3, 2 * t) / 2 / (2 * t) ** 1.3
    assert np.abs(t / np.array([1, 1e3, 1e6, 1e9]) - 1).max() < 1e-12  # rounding of the range
    assert np.all(np.abs(found["loss"] - exact) <= 3 * np.array(found["error"]))  # the rule's error, read off one finer


def test_a_cut_sum_and_the_whole_sum_differ_late_and_agree_early(capsys):
    def losses(*more):
        _, out, _ = run(
            capsys, "curve", "2", "1/2", "--spectrum", "modes", "--time", "1,1e4", "--format", "json", *more
        )
        return json.loads(out)["loss"]

    whole, cut = losses(), losses("--modes", "50")
    assert abs(whole[0] - cut[0] - 1 / 50.5) < 1e-3  # what is cut, the sum beyond k = 50 of k^-2, has not moved yet
    assert cut[1] < 0.5 * whole[1]


def test_a_file_of_the_same_spectrum_gives_the_same_curve(capsys, tmp_path):
    k = np.arange(1, 301)
    path = tmp_path / "spectrum.csv"
    path.write_text(
        "eigenvalue,weight\n" + "".join(f"{a:.17g},{b:.17g}\n" for a, b in zip(k**-1.5, k**-1.75, strict=True))
    )
    arguments = ["--gamma", "2", "--time", "1,100", "--format", "json"]
    _, from_file, _ = run(capsys, "curve", "--spectrum", str(path), *arguments)
    _, named, _ = run(capsys, "curve", "3/2", "1/2", "--spectrum", "modes", "--modes", "300", *arguments)
    assert np.allclose(json.loads(from_file)["loss"], json.loads(named)["loss"], rtol=1e-7)  # both solved to 3e-8


def test_a_finite_model_tends_to_its_floor(capsys):
    arguments = ["curve", "3/2", "1/2", "--spectrum", "modes", "--model-size", "32", "--time", "1,1e9"]
    _, out, _ = run(capsys, *arguments, "--format", "json")
    assert json.loads(out)["loss"][1] == pytest.approx(mean_measure("3/2", "1/2", 32).floor, rel=1e-9)
    _, out, _ = run(capsys, *arguments)
    assert "N = 32" in out and "tends to" in out


def test_a_curve_in_every_format(capsys):
    for form in ("text", "markdown", "latex"):
        status, out, _ = run(capsys, "curve", "3/2", "1/2", "--time", "1,10", "--format", form)
        assert status == 0 and "0.741175" in out and "loss" in out
    _, out, _ = run(capsys, "curve", "3/2", "1/2", "--time", "1,10", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [float(row["time"]) for row in rows] == [1, 10] and float(rows[0]["local_exponent"]) > 0


def test_verdicts_have_the_keys_that_others_rely_on(capsys):
    status, out, err = run(capsys, *FAST, "--format", "json")
    found = json.loads(out)["verdicts"]
    assert (status, err) == (0, "") and len(found) == 4
    for verdict in found:
        assert set(verdict) == KEYS
        assert Fraction(verdict["published"]) == Fraction(verdict["derived"]) == Fraction(verdict["at"]["beta"])
        assert abs(verdict["measured"] - float(Fraction(verdict["derived"]))) <= verdict["error"]
        assert verdict["derived_verdict"] == verdict["published_verdict"] == "confirmed"


def test_text_names_what_is_refuted_of_the_paper(capsys):
    status, out, _ = run(capsys, "verify", "levels: readout speed", "--quick", "--jobs", "1")
    assert status == 0  # only derived values decide
    assert "paper" in out and "refuted" in out and "13/10" in out


def test_csv_has_a_row_a_verdict(capsys):
    _, out, _ = run(capsys, *FAST, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 4 and {row["spectrum"] for row in rows} == {"continuum"}
    assert KEYS - {"at"} <= set(rows[0])


@pytest.mark.parametrize("form", ["markdown", "latex"])
def test_verdicts_in_other_formats(form, capsys):
    status, out, _ = run(capsys, *FAST, "--format", form)
    assert status == 0 and "confirmed" in out and "Verdicts" in out


def test_the_control_refutes_every_shift_and_exits_with_0(capsys):
    status, out, err = run(capsys, *FAST, "--control", "--format", "json")
    verdicts = json.loads(out)["verdicts"]
    assert (status, err) == (0, "") and {verdict["derived_verdict"] for verdict in verdicts} == {"refuted"}


def test_a_weak_check_says_so_of_itself(capsys, monkeypatch):
    wide = Limit(1.0, 10.0, (1e3, 1e9), 0.5, False)
    monkeypatch.setattr(verify.checks, "measure", lambda _at, _laws, names: [wide for _ in names])
    status, _, err = run(capsys, *FAST, "--control")
    assert status == 1 and "the check is weak" in err and err.count("\n") == 1


def test_a_refuted_derivation_exits_with_1(capsys, monkeypatch):
    wrong = Limit(17.0, 1e-3, (1e3, 1e9), 0.5, False)
    monkeypatch.setattr(verify.checks, "measure", lambda _at, _laws, names: [wrong for _ in names])
    status, out, _ = run(capsys, *FAST)
    assert status == 1 and "refuted" in out


def test_a_failed_measurement_is_reported_and_the_others_kept(capsys, monkeypatch):
    good = Limit(0.3, 1e-6, (1e3, 1e9), 0.5, False)
    monkeypatch.setattr(
        verify.checks, "measure", lambda at, _laws, names: [good if at.beta < 1 / 2 else "no luck" for _ in names]
    )
    status, out, err = run(capsys, *FAST, "--format", "json")
    verdicts = json.loads(out)["verdicts"]
    assert status == 0 and "was not measured: no luck" in err
    assert [verdict["derived_verdict"] for verdict in verdicts] == ["confirmed", *["undecided"] * 3]


def test_an_interrupt_keeps_what_was_finished(capsys, monkeypatch):
    good = Limit(0.3, 1e-6, (1e3, 1e9), 0.5, False)

    def interrupted(at, laws, names):
        if at.beta > 1 / 2:
            raise KeyboardInterrupt
        return [good for _ in names]

    monkeypatch.setattr(verify.checks, "measure", interrupted)
    status, out, err = run(capsys, *FAST, "--format", "json")
    assert status == 130 and "interrupted" in err and len(json.loads(out)["verdicts"]) == 1


def test_points_of_ones_own(capsys):
    status, out, _ = run(
        capsys, "verify", "chi: lazy time exponent", "--at", "2,1/5,1", "--spectrum", "modes", "--format", "json"
    )
    (verdict,) = json.loads(out)["verdicts"]
    assert status == 0 and verdict["at"] == {"alpha": "2", "beta": "1/5", "gamma": "1", "spectrum": "modes"}


BAD = [
    (["curve"], "needs alpha and beta"),
    (["curve", "3/2"], "got alpha alone"),
    (["curve", "1", "1/2"], "alpha must exceed 1"),
    (["curve", "3/2", "0"], "beta must be positive"),
    (["curve", "3/2", "1/2", "--gamma", "-1"], "gamma must be at least 0"),
    (["curve", "3/2", "1/2", "--gamma", "nan"], "finite rational"),
    (["curve", "3/2", "1/2", "--gamma", "1e400"], "double precision"),
    (["curve", "3/2", "1/2", "--gamma", "1e300"], "smaller gamma"),
    (["curve", "3/2", "1/2", "--time", ""], "finite rational"),
    (["curve", "3/2", "1/2", "--time", "3,2"], "times must rise"),
    (["curve", "3/2", "1/2", "--time", "2,2"], "times must rise"),
    (["curve", "3/2", "1/2", "--time", "-1"], "at least 0"),
    (["curve", "3/2", "1/2", "--time", "1e400"], "double precision"),
    (["curve", "3/2", "1/2", "--time", "1e280"], "less time"),
    (["curve", "3/2", "1/2", "--time", "1:1e3"], "FIRST:LAST:NUMBER"),
    (["curve", "3/2", "1/2", "--time", "1:1e3:1"], "2 or more"),
    (["curve", "3/2", "1/2", "--time", "0:1e3:5"], "above 0"),
    (["curve", "3/2", "1/2", "--time", "1:1e3:1000000000"], "at most"),
    (["curve", "3/2", "1/2", "--modes", "5"], "goes with --spectrum modes"),
    (["curve", "3/2", "1/2", "--spectrum", "modes", "--modes", "1"], "at least 2"),
    (["curve", "3/2", "1/2", "--spectrum", "modes", "--modes", "5/2"], "whole number"),
    (["curve", "3/2", "1/2", "--spectrum", "modes", "--modes", "9", "--time", "1e9"], "double precision"),
    (["curve", "3/2", "1/2", "--model-size", "9"], "goes with --spectrum modes"),
    (["curve", "3/2", "1/2", "--spectrum", "modes", "--model-size", "0"], "at least 1"),
    (["curve", "3/2", "1/2", "--spectrum", "modes", "--model-size", "1e6"], "at most"),
    (["curve", "3/2", "1/2", "--spectrum", "modes", "--model-size", "9", "--modes", "9"], "smaller than"),
    (["curve", "3/2", "1/2", "--spectrum", "contnuum"], "did you mean continuum"),
    (["curve", "3/2", "1/2", "--spectrum", "/nowhere/at/all"], "the spectrum must be"),
    (["curve", "--spectrum", "/dev"], "readable file"),
    (["curve", "--spectrum", "/dev/null"], "has none"),
    (["curve", "3/2", "1/2", "--spectrum", "/dev/null"], "no alpha and beta"),
    (["curve", "3/2", "1/2", "--format", "yaml"], "the format"),
    (["verify", "nonsense"], "a claim must be"),
    (["verify", "chi: time exponnt"], "did you mean chi: time exponent"),
    (["verify", "bottleneck"], "not measured yet"),
    (["verify", "chi", "--at", "1,1"], "ALPHA,BETA,GAMMA"),
    (["verify", "chi", "--at", "1,1,1"], "alpha must exceed 1"),
    (["verify", "chi", "--at", "2,1,0"], "gamma must be positive"),
    (["verify", "chi", "--at", "2,1,1", "--quick"], "--quick chooses"),
    (["verify", "chi", "--spectrum", "modes"], "points of your own"),
    (["verify", "chi", "--jobs", "0"], "--jobs"),
    (["verify", "levels: level 3", "--at", "2,3/2,1"], "no claim"),
    (["verify", "--format", "yaml"], "the format"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda value: " ".join(value)[:50] if value else "nothing")
def test_bad_input_is_answered_in_one_line(arguments, words, capsys):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 and err.startswith("exponents: ") and words in err and len(err) < 300
