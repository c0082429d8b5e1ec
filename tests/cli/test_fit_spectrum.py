"""The command ``fit`` on spectra and kernels: what it prints, in which formats, and what it refuses."""

import json

import numpy as np
import pytest

from exponents.cli.app import main

K = np.arange(1.0, 1001)
POWER = np.random.default_rng(1).standard_normal(1000) ** 2 * K**-1.75


def run(capsys, *arguments):
    status = main([str(argument) for argument in arguments])
    shown = capsys.readouterr()
    return status, shown.out, shown.err


@pytest.fixture(scope="module")
def spectrum(tmp_path_factory):
    path = tmp_path_factory.mktemp("spectra") / "kernel.csv"
    rows = (f"{k:.0f},{k**-1.5:.17g},{p:.17g}" for k, p in zip(K, POWER, strict=True))
    path.write_text("\n".join(["k,eigenvalue,squared_coefficient", *rows]))
    return path


@pytest.fixture(scope="module")
def kernel(tmp_path_factory):
    """The kernel of Brownian motion, whose eigenvalues fall as k^-2, with three classes."""
    path = tmp_path_factory.mktemp("kernels") / "kernel.npz"
    x = np.random.default_rng(0).uniform(size=500)
    np.savez(
        path,
        kernel=np.minimum.outer(x, x),
        labels=(3 * x).astype(int),
        names=np.array(list("abc"))[(3 * x).astype(int)],
    )
    return path


def test_json_has_the_agreed_keys_and_both_curves(capsys, spectrum):
    status, out, err = run(capsys, "fit", spectrum, "--format", "json", "--gamma", "0", "--time", "1,100,1e5")
    found = json.loads(out)
    assert status == 0 and found["alpha"]["value"] == pytest.approx(1.5) and found["samples"] is None
    low, high = found["beta"]["interval"]
    assert low < 0.5 < high and found["regime"]["hard"] > 0.99
    assert [window["last"] for window in found["s"]["windows"]] == [500, 500, 250]
    curve = found["curve"]
    exact = (POWER * np.exp(-2 * np.outer([1, 100, 1e5], K**-1.5))).sum(axis=1)
    assert curve["measured"] == pytest.approx(exact, rel=1e-6)
    assert curve["learned_from"] == pytest.approx(np.log(2) * 1000**1.5, rel=1e-3)
    assert curve["valid"] == [True, True, False]
    assert curve["law"][2] > 100 * curve["measured"][2]  # the file ended
    assert "taken as exact" in err and "give --samples" in found["warnings"][0] and found["warnings"][0] in err


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv"])
def test_every_format_shows_the_exponents(form, capsys, spectrum):
    status, out, _ = run(capsys, "fit", spectrum, "--format", form, "--samples", "2000")
    assert status == 0 and "1.500" in out and ("windows" in out.lower()) == (form in ("text", "markdown", "latex"))
    if form == "text":
        assert "the last mode of the spectrum is learned" in " ".join(out.split())
        assert "kernel on n = 2000 samples" in out and "10 to 100" in out


def test_a_kernel_matrix_is_fitted_on_both_numbers_of_samples(capsys, kernel):
    status, out, err = run(capsys, "fit", kernel, "--format", "json", "--classes")
    found = json.loads(out)
    assert status == 0 and [window["samples"] for window in found["alpha"]["windows"]] == [500, 500, 500, 250, 250]
    assert found["alpha"]["interval"][0] < 2 < found["alpha"]["interval"][1] and "whole numbers" not in err
    _, _, doubted = run(capsys, "fit", kernel)
    assert "3 whole numbers" in doubted
    named = json.loads(run(capsys, "fit", kernel, "--labels", "names", "--classes", "--format", "json")[1])
    assert named["s"] == found["s"]


def test_the_window_the_level_and_a_saved_fit(capsys, spectrum, tmp_path):
    from verify import SpectrumFit

    wide, narrow = (
        json.loads(run(capsys, "fit", spectrum, "--window", "20:300", "--level", level, "--format", "json")[1])
        for level in ("0.95", "0.5")
    )
    assert wide["s"]["windows"][0]["first"] == 20 and narrow["level"] == 0.5
    assert np.ptp(narrow["s"]["interval"]) < 0.5 * np.ptp(wide["s"]["interval"])
    assert run(capsys, "fit", spectrum, "--save", tmp_path / "fit.json")[0] == 0
    assert SpectrumFit.load(tmp_path / "fit.json").window == (10, 500)


def test_standard_input_holds_a_spectrum(capsys, spectrum, monkeypatch):
    with spectrum.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        status, out, _ = run(capsys, "fit", "-", "--format", "csv")
    assert status == 0 and out.startswith("law,value,interval")


def write(path, text):
    path.write_text(text)
    return path


def test_what_cannot_be_fitted_is_refused_in_one_line(capsys, spectrum, kernel, tmp_path):
    table = "\n".join(["k,mu,p,q", *(f"{k:.0f},{k**-1.5},{k**-2},1" for k in K)])
    bent = "\n".join(f"{np.exp(-k / 30)} {k**-2}" for k in K)
    short = "\n".join(f"{k**-1.5} {k**-2}" for k in K[:25])
    holes = "eigenvalue power\n1 2\n0.5 210M\n"
    np.savez(tmp_path / "two.npz", kernel=np.eye(3), power=np.ones(3))
    cases = (
        (
            [write(tmp_path / "a.csv", table), "--kind", "spectrum"],
            r"4 columns (k, mu, p, q); name two of them with --eigen",
        ),
        ([write(tmp_path / "a.csv", table), "--eigenvalues", "mu"], r"4 columns (k, mu, p, q); name two"),
        ([write(tmp_path / "b.txt", bent)], "the eigenvalues follow no single power law"),
        ([write(tmp_path / "c.txt", short)], "got 25 modes in all"),
        ([write(tmp_path / "d.txt", holes)], "line 3 of d.txt, column power: must be a finite number; got 210M"),
        ([write(tmp_path / "e.npz", "junk")], "e.npz must be a NumPy file"),
        ([tmp_path / "two.npz"], "arrays kernel and labels"),
        ([spectrum, "--window", "10"], "--window must be FIRST:LAST"),
        ([spectrum, "--window", "10:2000"], "--window must be two modes"),
        ([spectrum, "--samples", "100"], "n = 100 samples"),
        ([spectrum, "--samples", "1.5"], "--samples must be a whole number"),
        ([spectrum, "--level", "2"], "--level must lie between 0 and 1"),
        ([spectrum, "--gamma", "-1"], "gamma must be"),
        ([spectrum, "--classes"], "--classes goes with a kernel matrix"),
        ([spectrum, "--kernel", "k"], "from an NPZ file"),
        ([kernel, "--samples", "500"], "--samples cannot be combined with a kernel matrix"),
        ([kernel, "--labels", "names"], "see one_hot"),
        ([tmp_path / "none.npz"], "No such file"),
    )
    for arguments, fault in cases:
        status, out, err = run(capsys, "fit", *arguments)
        assert status == 2 and out == "" and err.count("\n") == 1 and fault in err, (arguments, err)
