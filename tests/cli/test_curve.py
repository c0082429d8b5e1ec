"""The command that prints a loss curve: its three methods against one another, and what it refuses."""

import csv
import io
import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import gamma, gammainc, zeta

import verify.solvers
from exponents.cli.app import main
from exponents.cli.curve_text import describe_noise
from exponents.names import METHODS
from verify.curves import LossCurve, Status
from verify.flow.curve import limit_curve
from verify.spectra.floor import mean_floor
from verify.spectra.random_features import mean_spectra
from verify.training import ensemble as simulate
from verify.two_time.online import ROW
from verify.two_time.sizes import MEMORY

POINT = ["curve", "3/2", "1/2"]
TWO_TIME = [*POINT, "--method", "two-time"]
SIMULATE = [*POINT, "--method", "simulate", "--model-size", "8", "--seeds", "3", "--time", "1,2"]


def trained(*changes):
    """Return the arguments of a simulation with some options in place of its own; each may be given once."""
    own = zip(SIMULATE[3::2], SIMULATE[4::2], strict=True)
    kept = [word for option in own if option[0] not in changes[::2] for word in option]
    return [*POINT, *kept, *changes]


def run(capsys, *arguments):
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


ATTRIBUTES = ["parameters", "warnings", "version"]
"""What JSON says of a curve beside its columns."""

PARAMETERS = [
    *("alpha", "beta", "gamma", "method", "spectrum", "modes", "model_size", "batch_size", "samples"),
    *("learning_rate", "seeds", "seed"),
]


def curve(capsys, *arguments):
    """Time, loss and error as arrays."""
    status, out, _ = run(capsys, *arguments, "--format", "json")
    assert status == 0
    found = json.loads(out)
    assert list(found)[:3] == ["time", "loss", "error"] and list(found)[-3:] == ATTRIBUTES
    return tuple(np.array(found[key]) for key in list(found)[:3])


def rows(capsys, *arguments):
    """The columns of CSV that are measured, by name."""
    status, out, _ = run(capsys, *arguments, "--format", "csv")
    assert status == 0
    read = list(csv.DictReader(io.StringIO(out)))
    assert list(read[0])[: len(PARAMETERS)] == PARAMETERS and list(read[0])[-2:] == ATTRIBUTES[1:]
    measured = list(read[0])[len(PARAMETERS) : -2]
    return {
        key: np.array([row[key] == "true" if key == "valid" else float(row[key]) for row in read]) for key in measured
    }


def test_a_curve_has_the_keys_that_others_rely_on(capsys):
    status, out, err = run(capsys, *POINT, "--gamma", "1", "--time", "1e2,1e6", "--format", "json")
    found = json.loads(out)
    assert (status, err, list(found)[:3]) == (0, "", ["time", "loss", "error"])
    assert found["time"] == [100.0, 1e6]
    reference = limit_curve("3/2", "1/2", 1.0, [100.0, 1e6], tolerance=1e-11)
    assert np.all(np.abs(found["loss"] - reference.loss) <= found["error"])
    assert np.all(np.array(found["error"]) <= 1e-6 * np.array(found["loss"]))


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        (POINT, ["local_exponent", "kernel", "clock"]),
        ([*POINT, "--batch-size", "64"], ["model_error", "variance", "mean_shift", "kernel", "clock"]),
        ([*POINT, "--model-size", "16"], ["model_error", "local_exponent", "kernel", "clock"]),
        (
            [*POINT, "--model-size", "16", "--batch-size", "8", "--spectrum", "modes"],
            ["model_error", "variance", "mean_shift", "kernel", "clock"],
        ),
        (TWO_TIME, ["kernel"]),
        ([*TWO_TIME, "--model-size", "16"], ["model_error", "kernel"]),
        (SIMULATE[:-2], ["kernel"]),
    ],
    ids=["flow", "flow B", "flow N", "flow N, B", "two-time", "two-time N", "simulate"],
)
def test_every_method_has_the_same_keys_and_columns_of_its_own(arguments, columns, capsys):
    times, loss, error = curve(capsys, *arguments, "--time", "1,2")
    assert times.tolist() == [1, 2] and loss[1] < loss[0] and np.all((error > 0) & (error < 0.5 * loss))
    found = rows(capsys, *arguments, "--time", "1,2")
    assert list(found) == ["time", "loss", "error", *columns, "valid"]
    assert found["loss"].tolist() == loss.tolist()  # CSV has all digits
    assert np.all(found["kernel"] > 1)


@pytest.mark.parametrize("method", ["flow", "two-time"])
def test_rows_from_the_time_of_a_warning_on_are_marked_in_every_format(method, capsys):
    noise = ["--batch-size", "16"] if method == "flow" else []
    arguments = [*POINT, "--gamma", "10", *noise, "--method", method, "--time", "1,20,60"]
    status, out, err = run(capsys, *arguments)
    end = float(re.search(r"From t = (\S+) on eta kappa", err)[1])
    due = [time < end for time in (1, 20, 60)]
    assert status == 0 and True in due and False in due
    times = re.findall(r"^(\d+)( \*)?  ", out, re.MULTILINE)
    assert [mark == "" for _, mark in times] == due and "\n* Past the time from which a warning holds." in out
    assert json.loads(run(capsys, *arguments, "--format", "json")[1])["valid"] == due
    table = list(csv.DictReader(io.StringIO(run(capsys, *arguments, "--format", "csv")[1])))
    assert [row["valid"] for row in table] == [str(good) for good in due]


def test_control_a_curve_without_an_end_has_no_marks(capsys):
    out = run(capsys, *POINT, "--time", "1,100")[1]
    assert "*" not in out and json.loads(run(capsys, *POINT, "--time", "1", "--format", "json")[1])["valid"] == [True]


def test_a_lazy_curve_is_the_incomplete_gamma_function(capsys):
    t, loss, error = curve(capsys, "curve", "2", "1.3", "--gamma", "0", "--time", "1:1e9:4")
    exact = gamma(1.3) * gammainc(1.3, 2 * t) / 2 / (2 * t) ** 1.3
    assert np.abs(t / np.array([1, 1e3, 1e6, 1e9]) - 1).max() < 1e-12  # rounding of the range
    assert np.all(np.abs(loss - exact) <= 3 * error)  # the rule's error, read off one finer


def test_a_lazy_model_in_finite_steps_multiplies_every_mode_by_what_a_step_leaves(capsys):
    arguments = ["curve", "2", "1/2", "--gamma", "0", "--spectrum", "modes", "--modes", "50", "--learning-rate", "1/3"]
    _, loss, error = curve(capsys, *arguments, "--method", "two-time", "--time", "1,20")
    k = np.arange(1.0, 51)
    exact = [(k**-2 * (1 - k**-2 / 3) ** (2 * steps)).sum() for steps in (3, 60)]
    assert np.all(np.abs(loss - exact) <= error)
    late = (k**-2 * (1 - k**-2 / 3) ** (2 * 61)).sum()  # control: one step more
    assert abs(loss[1] - late) > 100 * error[1]


def test_a_cut_sum_and_the_whole_sum_differ_late_and_agree_early(capsys):
    arguments = ["curve", "2", "1/2", "--spectrum", "modes", "--time", "1,1e4"]
    _, whole, _ = curve(capsys, *arguments)
    _, cut, _ = curve(capsys, *arguments, "--modes", "50")
    assert abs(whole[0] - cut[0] - 1 / 50.5) < 1e-3  # what is cut, the sum beyond k = 50 of k^-2, has not moved yet
    assert cut[1] < 0.5 * whole[1]


@pytest.mark.parametrize("method", METHODS[:2])
def test_a_file_of_the_same_spectrum_gives_the_same_curve(method, capsys, tmp_path):
    k = np.arange(1, 301)
    path = tmp_path / "spectrum.csv"
    path.write_text(
        "eigenvalue,weight\n" + "".join(f"{a:.17g},{b:.17g}\n" for a, b in zip(k**-1.5, k**-1.75, strict=True))
    )
    arguments = ["--gamma", "2", "--time", "1,20", "--method", method]
    _, from_file, _ = curve(capsys, "curve", "--spectrum", str(path), *arguments)
    _, named, _ = curve(capsys, *POINT, "--spectrum", "modes", "--modes", "300", *arguments)
    assert np.allclose(from_file, named, rtol=1e-7)  # both solved to 3e-8


@pytest.mark.slow
def test_a_finite_model_tends_to_its_floor(capsys):
    arguments = [*POINT, "--model-size", "32", "--time", "1,1e9"]
    for spectrum, floor in (
        ("modes", mean_floor("3/2", "1/2", 32, "modes")),
        ("continuum", mean_floor("3/2", "1/2", 32)),
    ):
        _, loss, _ = curve(capsys, *arguments, "--spectrum", spectrum)
        assert loss[1] == pytest.approx(floor, rel=1e-9)  # the flow is over
        _, out, _ = run(capsys, *arguments, "--spectrum", spectrum)
        assert "N = 32" in out and "B to infinity" in out and f"Final loss: {floor:.6g}" in out


def test_small_steps_follow_the_flow_with_an_error_of_first_order(capsys):
    _, flow, _ = curve(capsys, *POINT, "--time", "1,2,4")
    coarse, fine = (
        np.abs(curve(capsys, *TWO_TIME, "--time", "1,2,4", "--learning-rate", rate)[1] / flow - 1)
        for rate in ("0.02", "0.01")
    )
    assert coarse.max() < 0.02  # eta
    assert coarse / fine == pytest.approx(2, rel=0.05)  # the second order is eta smaller
    _, lazy, _ = curve(capsys, *TWO_TIME, "--time", "1,2,4", "--learning-rate", "0.01", "--gamma", "0")  # control
    assert np.abs(lazy / flow - 1).max() > 10 * coarse.max()


def test_the_flow_on_the_mean_spectrum_agrees_with_small_steps_of_a_finite_model(capsys):
    finite = ["--model-size", "32", "--batch-size", "16", "--time", "1,2,4"]
    _, flow, _ = curve(capsys, *POINT, *finite, "--learning-rate", "0.02")
    _, steps, _ = curve(capsys, *TWO_TIME, *finite, "--learning-rate", "0.02")
    assert steps == pytest.approx(flow, rel=0.01)  # of order eta, and eta/B for the mean
    _, limit, _ = curve(capsys, *TWO_TIME, "--time", "1,2,4", "--learning-rate", "0.02")  # control
    assert np.abs(limit / flow - 1).max() > 0.1


@pytest.mark.parametrize(("rate", "batch"), [("0.02", "1"), ("0.01", "4")])
def test_batches_add_the_variance_of_the_flow_to_a_lazy_model(rate, batch, capsys):
    """Four-point part included, which is (eta/B) t int mu^2 e^{-2 mu t} p, p = mu^{beta - 1} dmu/alpha."""
    lazy = ["--gamma", "0", "--time", "1,2,4", "--learning-rate", rate]
    t, variance = np.array([1.0, 2, 4]), rows(capsys, *POINT, *lazy, "--batch-size", batch)["variance"]
    four_point = float(rate) / int(batch) * t * gamma(2.5) * gammainc(2.5, 2 * t) / 1.5 / (2 * t) ** 2.5
    noisy, quiet = (
        curve(capsys, *TWO_TIME, *lazy, *more)[1] for more in (("--batch-size", batch), ("--batch-size", "1000000000"))
    )
    assert noisy - quiet == pytest.approx(variance, rel=float(rate))  # of order eta
    assert np.all(np.abs((noisy - quiet) / (variance - four_point) - 1) > 2 * float(rate))  # control


@pytest.mark.parametrize("size", [[], ["--model-size", "32"]], ids=["N infinite", "N = 32"])
def test_a_lazy_flow_with_batches_says_how_far_it_is_from_the_exact_steps(size, capsys):
    lazy = ["--gamma", "0", "--batch-size", "2", "--learning-rate", "0.3", "--time", "3,300", *size]
    flow, exact = rows(capsys, *POINT, *lazy), rows(capsys, *TWO_TIME, *lazy)
    assert exact["loss"] - flow["loss"] == pytest.approx(flow["left_out"], rel=0.01)  # three digits are printed
    assert np.all(np.abs(flow["left_out"]) > 1e-4 * flow["loss"])
    own = exact["from_steps"] + exact["variance"]
    quiet = rows(capsys, *POINT, "--gamma", "0", "--time", "3,300", *size)["loss"]
    assert exact["loss"] - quiet == pytest.approx(own, rel=0.01)
    assert "left_out" not in rows(capsys, *POINT, "--batch-size", "32", "--time", "1")  # gamma = 1


def test_small_steps_at_a_fixed_temperature_have_times_between_steps_and_say_what_they_are(capsys):
    small = [*TWO_TIME, "--batch-size", "8", "--small-steps"]
    status, out, err = run(capsys, *small, "--learning-rate", "0.4", "--time", "0,1.05")
    said = " ".join(out.split())
    assert (status, err) == (0, "") and "two-time equations of small steps, N to infinity, B = 8" in said
    assert "all orders in η/B = 0.05" in said and "the intervals of time and the sums over modes" in said
    out = run(capsys, *small, "--learning-rate", "0.4", "--time", "0,1.05", "--format", "csv")[1]
    read = list(csv.DictReader(io.StringIO(out)))
    assert read[0]["small_steps"] == "True"
    names = ("time", "loss", "error", "model_error", "variance", "mean_shift")
    found = {name: np.array([float(row[name]) for row in read]) for name in names}
    assert found["time"].tolist() == [0, 1.05] and found["variance"][0] == found["mean_shift"][0] == 0
    assert (found["error"] < 1e-5 * found["loss"]).all() and found["model_error"][1] > found["error"][1]
    # steps of 0.05 at the same eta/B
    steps = rows(capsys, *TWO_TIME, "--batch-size", "1", "--learning-rate", "0.05", "--time", "1.05")
    assert found["loss"][1] == pytest.approx(steps["loss"][0], rel=0.02)
    _, out, err = run(capsys, *small, "--model-size", "16", "--time", "1", "--learning-rate", "1.9")
    assert "mean field of models of size N = 16" in " ".join(out.split()) and "exceeds 2" in err


def test_exact_second_moments_say_what_they_are_and_reach_any_number_of_steps(capsys):
    _, out, err = run(capsys, *TWO_TIME, "--gamma", "0", "--model-size", "64", "--batch-size", "1", "--time", "10,1e11")
    out = " ".join(out.split())
    for words in (
        "by exact second moments, mean-field spectrum of N = 64, B = 1",
        "four-point",
        "order in 1/N",
        "Final loss: ",
    ):
        assert words in out
    assert "mean field" not in out and "two-time" not in out and not err
    _, out, _ = run(capsys, *TWO_TIME, "--gamma", "0", "--time", "10")
    assert "four-point" not in out and "1/N" not in out
    flow = rows(capsys, *POINT, "--gamma", "0", "--model-size", "64", "--time", "1,10")
    steps = rows(capsys, *TWO_TIME, "--gamma", "0", "--model-size", "64", "--time", "1,10")
    share = [found["between_models"] / found["loss"] for found in (flow, steps)]
    assert share[0] == pytest.approx(share[1], rel=0.1) and np.all((share[0] > 1e-3) & (share[0] < 2 / 64))


def test_a_lazy_mean_that_grows_is_said_with_the_largest_stable_rate(capsys):
    grows = [*TWO_TIME, "--gamma", "0", "--batch-size", "1", "--learning-rate"]
    status, _, err = run(capsys, *grows, "1", "--time", "5")
    rate = re.search(r"^exponents: eta exceeds (\S+), up to which the mean loss is bounded", err)[1]
    assert status == 0 and 0.7 < float(rate) < 0.8
    status, out, err = run(capsys, *grows, "1", "--time", "1000")
    assert status != 0 and not out and err.count("\n") == 1 and f"bounded below {rate}; take a smaller one" in err
    assert run(capsys, *grows, str(0.99 * float(rate)), "--time", str(990 * float(rate)))[2] == ""  # control


def test_trained_models_agree_with_the_two_time_equations(capsys):
    finite = ["--model-size", "32", "--modes", "512", "--time", "2,5,10", "--learning-rate", "0.2"]
    _, trained, error = curve(capsys, *POINT, "--method", "simulate", *finite, "--batch-size", "4", "--seeds", "64")
    _, solved, _ = curve(capsys, *TWO_TIME, "--spectrum", "modes", *finite, "--batch-size", "4")
    assert np.all(np.abs(trained - solved) < 4 * error)
    assert np.all(error < 0.05 * trained)  # or the agreement would say little
    _, quiet, _ = curve(capsys, *TWO_TIME, "--spectrum", "modes", *finite)  # control: no batches
    assert np.abs((trained - quiet) / error).max() > 5


def test_the_same_seeds_are_the_same_bits(capsys):
    assert curve(capsys, *SIMULATE)[1].tolist() == curve(capsys, *SIMULATE)[1].tolist()
    assert curve(capsys, *SIMULATE)[1].tolist() != curve(capsys, *trained("--seeds", "4"))[1].tolist()


def test_trained_models_have_sixteen_modes_a_feature_and_those_beyond_are_stated(capsys):
    assert curve(capsys, *SIMULATE)[1].tolist() == curve(capsys, *trained("--modes", "128"))[1].tolist()
    assert curve(capsys, *SIMULATE)[1].tolist() != curve(capsys, *trained("--modes", "127"))[1].tolist()
    _, out, _ = run(capsys, *SIMULATE)
    beyond = re.search(r"M = 128\s+modes; the\s+modes\s+left\s+out\s+would\s+add (\S+) ", out)
    assert float(beyond[1]) == pytest.approx(zeta(1.75, 129), rel=0.05)  # two digits, of the integral


def test_a_curve_in_every_format(capsys):
    for form in ("text", "markdown", "latex"):
        status, out, _ = run(capsys, *POINT, "--time", "1,10", "--format", form)
        assert status == 0 and "0.741175" in out and "loss" in out
    assert rows(capsys, *POINT, "--time", "1,10")["local_exponent"][0] > 0


@pytest.mark.parametrize("form", ["text", "markdown", "latex"])
def test_the_title_says_what_was_solved(form, capsys):
    eta = {"text": "η", "markdown": r"$\eta$", "latex": r"$\eta$"}[form]
    finite = ["--model-size", "8", "--batch-size", "4", "--learning-rate", "1/5", "--time", "1,2", "--format", form]
    for method, words in (
        ("flow", ("gradient flow", "mean field of models of size N = 8")),
        ("two-time", ("two-time equations", "not the mean field")),
        ("simulate", ("trained models, mean of 16 seeds", "standard error")),
    ):
        status, out, err = run(capsys, *POINT, "--method", method, *finite)
        out = " ".join(out.split())
        assert status == 0 and all(word in out for word in (*words, "N = 8", "B = 4", f"{eta} = 0.2"))
        assert ("model error exceeds a tenth of L" in err) == (method == "two-time") == bool(err)


def test_the_note_on_batches_says_what_is_in_and_what_is_not(capsys):
    _, out, _ = run(capsys, *POINT, "--batch-size", "32", "--time", "1,2")
    note = " ".join(out.split())
    assert "first order in η/B = 0.003125" in note and "the shift of the mean" in note
    _, lazy, _ = run(capsys, *POINT, "--gamma", "0", "--batch-size", "32", "--time", "1,2")
    assert "the variance that they add" in lazy and "shift of the mean" not in lazy
    _, out, _ = run(capsys, *POINT, "--time", "1,2")
    assert "batches" not in out


def test_rich_models_have_the_excess_of_trained_ones(capsys):
    """At t = 10, trained models have 0.0090, and the variance without the rest is 0.0057; a second order is left."""
    steps = ["--spectrum", "modes", "--modes", "60", "--batch-size", "1", "--learning-rate", "0.004", "--time", "10"]
    found = rows(capsys, "curve", "3/2", "3/10", "--gamma", "5", *steps)
    assert found["variance"] + found["mean_shift"] == pytest.approx(0.0090, rel=0.03)


def test_batches_add_nothing_at_time_0(capsys):
    variance = rows(capsys, *POINT, "--batch-size", "4", "--time", "0,1")["variance"]
    assert variance[0] == 0 < variance[1]
    assert rows(capsys, *POINT, "--batch-size", "4", "--time", "0")["variance"] == [0]


@pytest.mark.parametrize("size", [[], ["--model-size", "64"]], ids=["N infinite", "N = 64"])
def test_the_time_at_which_steps_leave_the_flow_is_where_the_kernel_says(size, capsys):
    finite = [*POINT, "--batch-size", "1000", "--learning-rate", "0.8", *size]
    status, out, err = run(capsys, *finite, "--time", "1,1000")
    assert status == 0 and "ηκμ₁ exceeds 2" in out and err.count("\n") == 1
    time = re.search(r"From t = (\S+) on eta kappa mu_1 exceeds 2", err)[1]
    kernel = rows(capsys, *finite, "--time", time)["kernel"]
    largest = 1.0 if not size else mean_spectra("3/2", "1/2", 64)[0].eigenvalues[0]
    assert 0.8 * kernel * largest == pytest.approx(2, rel=0.01)  # the time has three digits
    status, out, err = run(capsys, *finite, "--time", f"0.1,{float(time) / 2}")  # control: before it
    assert (status, err) == (0, "") and "exceeds" not in out


def test_steps_too_large_from_the_beginning_leave_the_flow_at_time_0(capsys):
    _, _, err = run(capsys, *POINT, "--batch-size", "1000", "--learning-rate", "2.1", "--gamma", "0", "--time", "1")
    assert "From t = 0 on" in err


def test_where_the_last_digits_decide_the_two_time_curve_says_so(capsys):
    small = [*TWO_TIME, "--spectrum", "modes", "--modes", "1000", "--learning-rate", "0.3", "--time", "30,90"]
    _, out, err = run(capsys, *small, "--model-size", "4", "--batch-size", "2")
    assert "last digits" in " ".join(out.split()) and re.search(
        r"From t = [67]\d[.\d]* on the solution alternates", err
    )
    assert "alternates" not in "".join(run(capsys, *small, "--model-size", "64", "--batch-size", "16")[1:])


def test_times_are_whole_numbers_of_steps_within_rounding(capsys):
    computed = [repr(0.1 + 0.2), repr(6 * 0.1)]  # 0.30000000000000004, 0.6000000000000001
    assert curve(capsys, *TWO_TIME, "--time", ",".join(computed))[0].tolist() == [0.3, 0.6]
    assert curve(capsys, *TWO_TIME, "--time", "1/3,2", "--learning-rate", "1/3")[0].tolist() == [1 / 3, 2]
    assert curve(capsys, *TWO_TIME, "--time", "0")[0].tolist() == [0]
    status, _, err = run(capsys, *TWO_TIME, "--time", "1,2.55")
    assert status == 2 and "got t = 2.55; try 2.5 or 2.6" in err
    status, _, err = run(capsys, *TWO_TIME, "--time", "0.05")
    assert status == 2 and "try 0.1, or" in err  # advice must not be 0


def test_times_inside_a_range_are_rounded_to_steps(capsys):
    times, _, _ = curve(capsys, *TWO_TIME, "--time", "1:32:4", "--learning-rate", "1/2")
    assert times.tolist() == [1, 3, 10, 32]  # 1, 3.17, 10.08, 32
    times, _, _ = curve(capsys, *TWO_TIME, "--time", "1:3:50", "--learning-rate", "1/2")
    assert times.tolist() == [1, 1.5, 2, 2.5, 3]
    status, _, err = run(capsys, *TWO_TIME, "--time", "1:3.2:5", "--learning-rate", "1/2")
    assert status == 2 and "got t = 3.2; try 3 or 3.5" in err


def test_methods_of_steps_have_times_of_their_own(capsys):
    assert curve(capsys, *POINT)[0].tolist() == [10.0**power for power in range(7)]
    for rate in ("0.1", "0.05"):
        times, _, _ = curve(capsys, *TWO_TIME, "--learning-rate", rate)
        assert times == pytest.approx(float(rate) * np.array([10, 20, 50, 100, 200, 500]), rel=1e-15)
    assert curve(capsys, *TWO_TIME)[0].tolist() == [1, 2, 5, 10, 20, 50]  # eta is 0.1


def partly(finished):
    """An ensemble that an interrupt ends after so many seeds."""

    def ensemble(*, seeds, **told):
        found = simulate.train_ensemble(**told, seeds=range(finished))
        return replace(found, status=replace(found.status, interrupted=True))

    return ensemble


def test_an_interrupt_prints_what_was_finished(capsys, monkeypatch):
    _, two, _ = curve(capsys, *trained("--seeds", "2"))
    monkeypatch.setattr(verify.solvers, "train_ensemble", partly(2))
    status, out, err = run(capsys, *trained("--format", "json"))
    assert status == 130 and json.loads(out)["loss"] == two.tolist()
    assert err == "exponents: interrupted; the curve is the mean of 2 of 3 seeds\n"


def test_the_error_of_a_single_finished_seed_is_not_known(capsys, monkeypatch):
    monkeypatch.setattr(verify.solvers, "train_ensemble", partly(1))
    status, out, _ = run(capsys, *trained("--format", "json"))
    assert status == 130 and json.loads(out)["error"] == [None, None]
    _, out, _ = run(capsys, *SIMULATE)
    assert re.search(r"^1 .* - ", out, re.MULTILINE)


def test_an_interrupt_before_a_seed_was_finished_prints_nothing(capsys, monkeypatch):
    def interrupted(**_told):
        raise KeyboardInterrupt

    monkeypatch.setattr(verify.solvers, "train_ensemble", interrupted)
    assert run(capsys, *SIMULATE)[:2] == (130, "")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*TWO_TIME, "--learning-rate", "5"], "diverged at step"),
        ([*TWO_TIME, "--learning-rate", "5", "--batch-size", "2"], "diverged at step"),
        ([*TWO_TIME, "--gamma", "1e300"], "diverged at step"),
        (trained("--learning-rate", "2", "--time", "20", "--batch-size", "1"), "diverged for seed"),
        ([*POINT, "--batch-size", "1", "--learning-rate", "10"], "feeds on itself"),
        pytest.param([*POINT, "--batch-size", "4", "--time", "1e40"], "feeds on itself", marks=pytest.mark.slow),
    ],
    ids=lambda value: " ".join(value[3:]) if isinstance(value, list) else "",
)
def test_what_diverges_is_said_in_one_line(arguments, words, capsys):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (1, "")
    assert err.startswith("exponents: not solved: ") and words in err and err.count("\n") == 1


def test_what_takes_minutes_is_said_and_what_takes_seconds_is_not(capsys, monkeypatch):
    one = np.ones(1)
    found = LossCurve(one, one, one, 1.0, observed={"kernel": one}, status=Status((0, 1, 2)))
    monkeypatch.setattr(verify.solvers, "loss_curve", lambda *_: found)
    for arguments, words in (
        ([*TWO_TIME, "--batch-size", "4", "--time", "400"], "some 3 minutes"),
        ([*TWO_TIME, "--batch-size", "4", "--time", "100"], ""),
        ([*TWO_TIME, "--time", "400"], ""),  # quadratic in the steps
        (trained("--time", "3e6"), "minutes"),
        (trained("--time", "3e8"), "hours"),
    ):
        status, _, err = run(capsys, *arguments)
        assert status == 0 and words in err and bool(err) == bool(words)


def test_steps_that_do_not_fit_are_refused_and_nothing_is_said_of_time(capsys):
    assert ROW * 9000**2 < MEMORY < ROW * 10000**2
    for more in ([], ["--batch-size", "4"], ["--model-size", "4"]):
        status, _, err = run(capsys, *TWO_TIME, "--time", "1,2000", *more)
        assert status == 2 and "steps" in err and "more than 4 GiB" in err and err.count("\n") == 1


BAD = [
    (["curve"], "needs alpha and beta"),
    (["curve", "3/2"], "got alpha alone"),
    (["curve", "1", "1/2"], "alpha must exceed 1"),
    (["curve", "3/2", "0"], "beta must be positive"),
    ([*POINT, "--gamma", "-1"], "gamma must be at least 0"),
    ([*POINT, "--gamma", "nan"], "finite rational"),
    ([*POINT, "--gamma", "1e400"], "double precision"),
    ([*POINT, "--gamma", "1e300"], "smaller gamma"),
    ([*POINT, "--time", ""], "finite rational"),
    ([*POINT, "--time", "3,2"], "times must rise"),
    ([*POINT, "--time", "2,2"], "times must rise"),
    ([*POINT, "--time", "-1"], "at least 0"),
    ([*POINT, "--time", "1e400"], "double precision"),
    ([*POINT, "--time", "1e280"], "less time"),
    ([*POINT, "--time", "1:1e3"], "FIRST:LAST:NUMBER"),
    ([*POINT, "--time", "1:1e3:1"], "2 or more"),
    ([*POINT, "--time", "0:1e3:5"], "above 0"),
    ([*POINT, "--time", "1:1e3:1000000000"], "at most"),
    ([*POINT, "--time", "1:1e3:1e400"], "double precision"),
    ([*POINT, "--modes", "5"], "goes with --spectrum modes"),
    ([*POINT, "--spectrum", "modes", "--modes", "1"], "at least 2"),
    ([*POINT, "--spectrum", "modes", "--modes", "5/2"], "whole number"),
    ([*POINT, "--spectrum", "modes", "--modes", "1e400"], "double precision"),
    ([*POINT, "--spectrum", "modes", "--modes", "9", "--time", "1e9"], "double precision"),
    ([*POINT, "--model-size", "0"], "at least 1"),
    ([*POINT, "--model-size", "5/2"], "whole number"),
    ([*POINT, "--model-size", "1e400"], "double precision"),
    ([*POINT, "--model-size", "1e300"], "double precision"),
    ([*POINT, "--model-size", "9", "--modes", "20"], "goes with --spectrum modes"),
    ([*POINT, "--spectrum", "modes", "--model-size", "0"], "at least 1"),
    ([*POINT, "--spectrum", "modes", "--model-size", "1e6"], "at most"),
    ([*POINT, "--spectrum", "modes", "--model-size", "9", "--modes", "9"], "smaller than"),
    ([*POINT, "--batch-size", "0"], "the batch size must be a whole number of at least 1"),
    ([*POINT, "--batch-size", "1/2"], "the batch size must be a whole number"),
    ([*POINT, "--batch-size", "many"], "finite rational"),
    ([*POINT, "--batch-size", "8", "--learning-rate", "0"], "the learning rate must be positive"),
    ([*POINT, "--batch-size", "8", "--learning-rate", "-1/10"], "the learning rate must be positive"),
    ([*POINT, "--batch-size", "8", "--learning-rate", ""], "finite rational"),
    ([*POINT, "--batch-size", "8", "--learning-rate", "1e-400"], "the learning rate must be positive"),
    ([*POINT, "--batch-size", "8", "--learning-rate", "1e400"], "double precision"),
    ([*POINT, "--learning-rate", "0.1"], "goes with --batch-size, or with --method two-time or simulate"),
    ([*POINT, "--model-size", "8", "--learning-rate", "0.1"], "goes with --batch-size"),
    ([*POINT, "--seeds", "4"], "--seeds goes with --method simulate; got flow"),
    ([*TWO_TIME, "--seeds", "4"], "--seeds goes with --method simulate; got two-time"),
    ([*POINT, "--method", "twotime"], "did you mean two-time"),
    ([*POINT, "--method", "simulate"], "needs a --model-size"),
    (trained("--seeds", "1"), "at least 2"),
    (trained("--seeds", "5/2"), "whole number"),
    (trained("--seeds", "1e7"), "at most 1000000"),
    (trained("--modes", "8"), "smaller than"),
    (trained("--spectrum", "continuum"), "goes with --spectrum modes; got continuum"),
    (trained("--spectrum", "/dev/null"), "goes with --spectrum modes; got /dev/null"),
    (trained("--model-size", "20000"), "4 GiB"),
    (trained("--model-size", "1e300"), "at most 1e+15"),
    (trained("--batch-size", "1e300"), "at most 1e+15"),
    (trained("--time", "1e12"), "days"),
    ((*TWO_TIME, "--batch-size", "1", "--small-steps", "--time", "1e300"), "more than 1e+09 days"),
    (trained("--time", "1,1.05"), "got t = 1.05; try 1 or 1.1"),
    ([*TWO_TIME, "--time", "1e300"], "more than 1e+15 steps"),
    ([*TWO_TIME, "--time", "1e12"], "more than 4 GiB"),
    ([*TWO_TIME, "--time", "1,1"], "times must rise"),
    ([*TWO_TIME, "--time", "1:2:3:4"], "FIRST:LAST:NUMBER"),
    ([*TWO_TIME, "--model-size", "9", "--modes", "9", "--spectrum", "modes"], "smaller than"),
    ([*TWO_TIME, "--model-size", "0"], "at least 1"),
    ([*TWO_TIME, "--modes", "9"], "goes with --spectrum modes"),
    ([*TWO_TIME, "--small-steps"], "--small-steps goes with --method two-time and a --batch-size; got no batch size"),
    ([*TWO_TIME, "--batch-size", "4", "--gamma", "0", "--small-steps"], "--small-steps needs gamma above 0"),
    (["curve", "3/2", "100", "--method", "two-time"], "double precision"),
    ([*POINT, "--spectrum", "contnuum"], "did you mean continuum"),
    ([*POINT, "--spectrum", ""], "the spectrum must be"),
    ([*POINT, "--spectrum", "a" * 5000], "the spectrum must be"),
    ([*POINT, "--spectrum", "/nowhere/at/all"], "the spectrum must be"),
    (["curve", "--spectrum", "/dev"], "readable file"),
    (["curve", "--spectrum", "/dev/null"], "has none"),
    (["curve", "--spectrum", "/dev/null", "--model-size", "8"], "--model-size cannot be combined with a spectrum file"),
    (["curve", "--spectrum", "/dev/null", "--batch-size", "8"], "--batch-size cannot be combined with a spectrum file"),
    (["curve", "--spectrum", "/dev/null", "--batch-size", "8", "--method", "two-time"], "cannot be combined with"),
    (["curve", "--spectrum", "/dev/null", "--modes", "8"], "goes with --spectrum modes"),
    ([*POINT, "--spectrum", "/dev/null"], "no alpha and beta"),
    ([*POINT, "--format", "yaml"], "the format"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda value: " ".join(value)[:50] if value else "nothing")
def test_bad_input_is_answered_in_one_line(arguments, words, capsys):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 and err.startswith("exponents: ") and words in err and len(err) < 300


PROBE = """
import sys
from exponents.cli.app import main
status = main(sys.argv[1:])
print(status, "numpy" in sys.modules or "sympy" in sys.modules)
"""


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["curve", "--help"], "0 False"),
        (trained("--modes", "8"), "2 False"),
        ([*TWO_TIME, "--time", "1.05"], "2 False"),
        ([*POINT, "--time", "1"], "0 True"),  # control
    ],
    ids=["help", "modes", "time", "curve"],
)
def test_words_and_numbers_are_checked_before_anything_heavy_is_imported(arguments, answer):
    done = subprocess.run([sys.executable, "-c", PROBE, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == answer


@pytest.mark.slow
def test_help_states_what_is_done_unless_said_otherwise(capsys):
    _, out, _ = run(capsys, "curve", "--help")
    said = " ".join(out.split())
    for words in ("[default: flow]", "[default: 0.1]", "[default: 16]", "simulate: 16 N]", *METHODS):
        assert words in said
    examples = re.findall(r"^ +exponents (curve .*)$", out, re.MULTILINE)
    assert len(examples) >= 5
    for example in examples:
        if "spectrum.txt" not in example:
            assert run(capsys, *example.split())[0] == 0


def curve_json(capsys, *arguments):
    assert main(["curve", "3/2", "1/2", *arguments, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    return {key: value for key, value in found.items() if key not in ATTRIBUTES}


def test_reused_samples_have_a_loss_on_them_too(capsys):
    found = curve_json(capsys, "--samples", "100", "--model-size", "64", "--time", "1,10,1000")
    assert set(found) == {"time", "loss", "error", "train_loss", "model_error", "kernel", "clock", "valid"}
    assert all(train < test for train, test in zip(found["train_loss"], found["loss"], strict=True))
    assert found["loss"][2] > found["loss"][1]  # near N = P it rises again
    assert found["train_loss"] == sorted(found["train_loss"], reverse=True)


@pytest.mark.slow
def test_flow_and_two_time_equations_agree_on_reused_samples(capsys):
    options = ("--samples", "30", "--time", "1,10,50")
    flow, equations = curve_json(capsys, *options), curve_json(capsys, *options, "--method", "two-time")
    other = curve_json(capsys, "--samples", "31", "--time", "1,10,50")
    for name in ("loss", "train_loss"):
        assert equations[name] == pytest.approx(flow[name], rel=1e-6, abs=0)
        assert other[name] != pytest.approx(flow[name], rel=1e-3, abs=0)  # control


def test_reused_samples_that_are_drawn(capsys):
    options = ("--samples", "20", "--method", "simulate", "--modes", "200", "--seeds", "4", "--time", "1,100")
    found = curve_json(capsys, *options)
    assert found == curve_json(capsys, *options)
    assert 0 < found["train_loss"][1] < found["loss"][1] < found["loss"][0]


def test_the_limit_of_many_samples_is_the_flow(capsys):
    found = curve_json(capsys, "--samples", "1e12", "--time", "1,100")
    limit = curve_json(capsys, "--time", "1,100")
    assert "train_loss" not in limit
    for name in ("loss", "train_loss"):
        assert found[name] == pytest.approx(limit["loss"], rel=1e-8, abs=0)


def test_one_pass_ends_with_its_samples(capsys):
    assert curve_json(capsys, "--samples", "1000", "--batch-size", "10")["time"][-1] == 10
    found = curve_json(capsys, "--samples", "1000", "--batch-size", "10", "--time", "1,10")
    assert found == curve_json(capsys, "--batch-size", "10", "--time", "1,10")  # new samples in every step
    steps = curve_json(capsys, "--samples", "40", "--batch-size", "2", "--method", "two-time")
    assert steps["time"] == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--samples", "0"), "the number of samples must be a whole number of at least 1"),
        (("--samples", "-3"), "the number of samples"),
        (("--samples", "x"), "the number of samples"),
        (("--samples", "100", "--batch-size", "10", "--time", "2"), "ends after 10 steps, at t = 1; got t = 2"),
        (("--samples", "100", "--batch-size", "10", "--method", "two-time", "--time", "2"), "ends after 10 steps"),
        (("--samples", "5", "--batch-size", "10"), "at least a batch of samples"),
        (("--samples", "9", "--learning-rate", "1"), "gradient flow on all of them"),
        (("--samples", "9", "--spectrum", "modes"), "take --method two-time or simulate"),
        (("--samples", "9", "--method", "simulate", "--model-size", "9", "--modes", "5"), "N"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_reused_samples_that_cannot_be_are_refused_in_a_line(capsys, arguments, words):
    assert main(["curve", "3/2", "1/2", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and words in captured.err and captured.err.count("\n") == 1


def test_a_loss_that_grows_for_ever_is_said_to(capsys):
    assert main(["curve", "3/2", "1/2", "--samples", "50", "--model-size", "50", "--time", "1,1e4"]) == 0
    assert "grows without end, since N = P" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("method", [(), ("--method", "two-time")])
def test_next_to_as_many_samples_as_features_the_mean_is_said_to_be_infinite(method, capsys):
    for samples, warned in (("15", True), ("16", True), ("17", True), ("18", False), ("14", False)):
        _, out, err = run(capsys, *POINT, "--samples", samples, "--model-size", "16", "--time", "1,4", *method)
        assert ("the mean over models is infinite" in f"{out} {err}".lower().replace("\n", " ")) == warned
        assert ("take N and P further apart" in err) == warned


def long_rows(capsys, *arguments):
    """The rows of CSV, as they stand."""
    status, out, _ = run(capsys, *arguments, "--format", "csv")
    assert status == 0
    return list(csv.DictReader(io.StringIO(out)))


def test_lists_give_a_curve_for_each_combination_and_each_is_what_it_is_alone(capsys):
    options = ["--gamma", "0,1/3", "--model-size", "16,inf", "--time", "1,10"]
    found = json.loads(run(capsys, *POINT, *options, "--format", "json")[1])
    settings = [(one["parameters"]["gamma"], one["parameters"]["model_size"]) for one in found["curves"]]
    assert settings == [("0", 16), ("0", None), ("1/3", 16), ("1/3", None)]
    alone = curve(capsys, *POINT, "--gamma", "1/3", "--model-size", "16", "--time", "1,10")
    assert found["curves"][2]["loss"] == alone[1].tolist() != found["curves"][3]["loss"]
    read = long_rows(capsys, *POINT, *options)
    assert [(row["gamma"], row["model_size"], row["time"]) for row in read[3:6]] == [
        ("0", "inf", "10.0"),
        ("1/3", "16", "1.0"),
        ("1/3", "16", "10.0"),
    ]
    assert float(read[4]["loss"]) == alone[1][0] and not read[2]["model_error"] and read[4]["model_error"]
    _, out, _ = run(capsys, *POINT, *options)
    assert out.count("The loss under gradient flow") == 4 and "N and B to infinity, γ = 1/3" in out


def test_lists_of_batches_and_samples_name_their_curves_in_warnings(capsys):
    words = [*POINT, "--batch-size", "8,inf", "--samples", "31,160", "--model-size", "32", "--time", "0.3"]
    status, out, err = run(capsys, *words)
    assert status == 0 and out.count("P = 31") >= 2 and "one pass over P = 160" in out
    assert re.search(r"^exponents: gamma = 1, N = 32, P = 31: The mean over models is infinite", err, re.MULTILINE)
    saved = json.loads(run(capsys, *words, "--format", "json")[1])["curves"]
    (warned,) = [one["parameters"] for one in saved if any("infinite" in text for text in one["warnings"])]
    assert warned["samples"] == 31 and warned["batch_size"] is None


def test_a_curve_of_a_list_that_fails_is_said_and_the_others_are_printed(capsys):
    status, out, err = run(capsys, *TWO_TIME, "--learning-rate", "1", "--batch-size", "2,inf", "--time", "20")
    assert status == 1 and out.count("The loss by") == 1 and "B to infinity" in out
    assert re.match(r"exponents: gamma = 1, B = 2: not solved: .* broke down at step 6", err)


def test_seeds_follow_the_first_and_two_halves_are_the_whole(capsys):
    whole = curve(capsys, *trained("--seeds", "4"))[1]
    first, last = (curve(capsys, *trained("--seeds", "2", "--seed", seed))[1] for seed in ("0", "2"))
    assert (first + last) / 2 == pytest.approx(whole, rel=1e-14) and first[0] != last[0]
    single = json.loads(run(capsys, *trained("--seeds", "1", "--seed", "2"), "--format", "json")[1])
    other = curve(capsys, *trained("--seeds", "2", "--seed", "3"))[1]  # seeds 3 and 4
    assert single["error"] == [None, None] and single["parameters"]["seed"] == 2
    assert single["loss"] != other.tolist()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*POINT, "--gamma", "0,,1"], "finite rational"),
        ([*POINT, "--model-size", "8,0"], "at least 1"),
        ([*POINT, "--model-size", "8,infinite"], "finite rational"),
        ([*POINT, "--gamma", ",".join(map(str, range(1001)))], "at most 1000 curves"),
        ([*POINT, "--seed", "1"], "--seed goes with --method simulate; got flow"),
        (trained("--seed", "-1"), "the seed must be a whole number of at least 0"),
        (trained("--seed", "1/2"), "the seed must be a whole number"),
    ],
    ids=lambda value: " ".join(value)[:50] if value else "nothing",
)
def test_bad_lists_and_seeds_are_answered_in_one_line(arguments, words, capsys):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "") and err.count("\n") == 1 and words in err and len(err) < 300


@pytest.mark.parametrize(
    ("growth", "said"),
    [
        (0.25, "add more than a tenth of L from t = 1e+04 on"),  # 0.01 t^(1/4) is 1/10 at 10^4
        (-0.5, "add at most 1 % of L at these times, at t = 1"),
        (1.5, "add more than a tenth of L from t = 4.64 on"),  # 10^(2/3)
    ],
)
def test_the_time_from_which_batches_matter(growth, said):
    time = np.array([1.0, 1e3, 1e6])
    loss = time**-0.5
    noise = 0.01 * time**growth * loss
    halves = {"variance": 1.5 * noise, "mean_shift": -0.5 * noise}
    (sentence,) = describe_noise(LossCurve(time, loss, 0 * time, 1.0, observed=halves))
    assert said in sentence
    assert describe_noise(LossCurve(time, loss, 0 * time, 1.0)) == []
    assert describe_noise(LossCurve(time, loss, 0 * time, 1.0, observed={"variance": 0 * time})) == []


def test_without_batches_nothing_is_said_of_their_noise(capsys):
    status, out, _ = run(capsys, *TWO_TIME, "--model-size", "16", "--time", "10")
    assert status == 0 and "Batches" not in out


def test_reused_samples_are_solved_on_intervals_and_the_error_says_so(capsys):
    status, out, _ = run(capsys, *TWO_TIME, "--samples", "20", "--time", "1")
    assert status == 0 and "The error covers the intervals of time" in out


def test_noise_that_is_forgotten_or_always_there():
    time = np.array([1.0, 100.0, 1e4])
    early = LossCurve(time, time**-0.5, 0 * time, 1.0, observed={"variance": time**-1.0})
    assert "up to t = 100" in describe_noise(early)[0]  # t^-1/2 is 1/10 there
    always = LossCurve(time, time**-0.5, 0 * time, 1.0, observed={"variance": 0.5 * time**-0.5})
    assert "at all of these times" in describe_noise(always)[0]
