"""The command that measures: what it prints, and with which status."""

import csv
import io
import json
from fractions import Fraction

import pytest

import verify.judgement
from exponents.cli.app import main
from verify.measurements.slopes import Limit

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
    "rigour",
}
FAST = ["verify", "chi: lazy time exponent", "--quick", "--jobs", "1"]


def run(capsys, *arguments):
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


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
    monkeypatch.setattr(verify.judgement, "measure_at", lambda _at, names: [wide for _ in names])
    status, _, err = run(capsys, *FAST, "--control")
    assert status == 1 and "the check is weak" in err and err.count("\n") == 1


def test_a_refuted_derivation_exits_with_1(capsys, monkeypatch):
    wrong = Limit(17.0, 1e-3, (1e3, 1e9), 0.5, False)
    monkeypatch.setattr(verify.judgement, "measure_at", lambda _at, names: [wrong for _ in names])
    status, out, _ = run(capsys, *FAST)
    assert status == 1 and "refuted" in out


def test_a_failed_measurement_is_reported_and_the_others_kept(capsys, monkeypatch):
    good = Limit(0.3, 1e-6, (1e3, 1e9), 0.5, False)
    monkeypatch.setattr(
        verify.judgement, "measure_at", lambda at, names: [good if at.beta < 1 / 2 else "no luck" for _ in names]
    )
    status, out, err = run(capsys, *FAST, "--format", "json")
    verdicts = json.loads(out)["verdicts"]
    assert status == 0 and "was not measured: no luck" in err
    assert [verdict["derived_verdict"] for verdict in verdicts] == ["confirmed", *["undecided"] * 3]


def test_an_interrupt_keeps_what_was_finished(capsys, monkeypatch):
    good = Limit(0.3, 1e-6, (1e3, 1e9), 0.5, False)

    def interrupted(at, names):
        if at.beta > 1 / 2:
            raise KeyboardInterrupt
        return [good for _ in names]

    monkeypatch.setattr(verify.judgement, "measure_at", interrupted)
    status, out, err = run(capsys, *FAST, "--format", "json")
    assert status == 130 and "interrupted" in err and len(json.loads(out)["verdicts"]) == 1


def test_points_of_ones_own(capsys):
    status, out, _ = run(
        capsys, "verify", "chi: lazy time exponent", "--at", "2,1/5,1", "--spectrum", "modes", "--format", "json"
    )
    (verdict,) = json.loads(out)["verdicts"]
    assert status == 0 and verdict["at"] == {"alpha": "2", "beta": "1/5", "gamma": "1", "spectrum": "modes"}


def test_certify_says_proved_or_enclosed_and_shows_the_box_and_the_ball(capsys):
    words = ("verify", "chi: time exponent", "amplitude: lazy loss", "--at", "3/2,1/2,1", "--jobs", "1", "--certify")
    status, out, err = run(capsys, *words, "--evidence", "--format", "json")
    chi, lazy = json.loads(out)["verdicts"]
    assert (status, err) == (0, "") and (chi["rigour"], lazy["rigour"]) == ("proved", "enclosed")
    assert chi["evidence"]["certificate"] == "alpha in [5/4, 7/4] and beta in [1/4, 3/4]"
    assert lazy["evidence"]["certificate"].startswith("[0.8355427582") and "--certify" in lazy["evidence"]["command"]
    status, out, err = run(capsys, *words, "--control", "--format", "json")
    assert (status, err) == (0, "") and {v["rigour"] for v in json.loads(out)["verdicts"]} == {"measured"}


def test_a_certificate_against_a_value_is_named_and_one_for_a_shifted_value_is_weak(capsys, monkeypatch):
    from verify.enclosures import certificate

    words = ("verify", "chi: lazy time exponent", "--at", "3/2,1/2,1", "--jobs", "1", "--certify")
    against = certificate.Certificate("measured", contradiction="it is 7")
    monkeypatch.setattr(certificate, "certify", lambda *_: against)
    status, _, err = run(capsys, *words)
    assert (status, err) == (1, "exponents: it is 7\n")
    monkeypatch.setattr(certificate, "certify", lambda *_: certificate.Certificate("proved", "a box"))
    status, _, err = run(capsys, *words, "--control")
    assert status == 1 and "the certificate is weak: a shift of 1 % was proved" in err


BAD = [
    (["verify", "nonsense"], "a claim must be"),
    (["verify", "chi: time exponnt"], "did you mean chi: time exponent"),
    (["verify", "chi", "--at", "1,1"], "ALPHA,BETA,GAMMA"),
    (["verify", "chi", "--at", "1,1,1"], "alpha must exceed 1"),
    (["verify", "chi", "--at", "2,1,-1"], "gamma must be at least 0"),
    (["verify", "chi", "--at", "2,1,1", "--quick"], "--quick chooses"),
    (["verify", "chi", "--spectrum", "modes"], "points of your own"),
    (["verify", "chi", "--jobs", "0"], "--jobs"),
    (["verify", "levels: level 3", "--at", "2,3/2,1"], "no claim"),
    (["verify", "sgd", "linear", "--quick"], "--quick skips claims that take minutes"),
    (["verify", "--format", "yaml"], "the format"),
]


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=lambda value: " ".join(value)[:50] if value else "nothing")
def test_bad_input_is_answered_in_one_line(arguments, words, capsys):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 and err.startswith("exponents: ") and words in err and len(err) < 300


@pytest.mark.slow
def test_offline_is_another_name_of_data_and_linear_a_family(capsys):
    options = ("--at", "2,1/3,1", "--jobs", "1", "--format", "json")
    status, out, _ = run(capsys, "verify", "data: fixed point", "linear", *options)
    found = json.loads(out)["verdicts"]
    assert status == 0 and {verdict["derived_verdict"] for verdict in found} == {"confirmed"}
    assert not [verdict for verdict in found if verdict["published_verdict"] == "refuted"]
    status, out, _ = run(capsys, "verify", "offline", "--quick", *options[2:])
    names = {verdict["claim"] for verdict in json.loads(out)["verdicts"]}
    assert status == 0 and names == {"data: resolution", "data: fixed point", "data: features beside samples"}


def test_control_a_shift_of_reused_samples_and_linear_networks_is_refuted(capsys):
    arguments = ("verify", "data: fixed point", "data: peak", "linear", "--at", "2,1/3,1", "--control", "--jobs", "1")
    status, out, err = run(capsys, *arguments)
    assert (status, err) == (0, "") and "shifted" in out
