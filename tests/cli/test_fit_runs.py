"""exponents fit on runs: what it prints, what it saves, and what it refuses."""

import csv
import io
import json

import numpy as np
import pytest

from exponents.cli.app import main
from exponents.names import FORMATS
from verify.fits.run_table import make_table


@pytest.fixture
def runs(tmp_path):
    """A file of runs that follow a known law, with noise of 1 %."""
    size, data = np.logspace(7, 10, 7).repeat(7), np.tile(np.logspace(8.5, 11.5, 7), 7)
    loss = (1.7 + 400 * size**-0.34 + 2000 * data**-0.37) * np.exp(0.01 * np.random.default_rng(3).normal(size=49))
    path = tmp_path / "runs.csv"
    rows = [f"{n!r},{6 * n * d!r},{y!r},a" for n, d, y in np.column_stack([size, data, loss]).tolist()]
    path.write_text("\n".join(["params,flops,val_loss,kind", *rows]))
    return path


GIVEN = ["--given", "C=6*N*D", "--fast"]


def test_json_has_the_keys_that_others_rely_on(runs, capsys):
    assert main(["fit", str(runs), *GIVEN, "--format", "json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found["form"] == "E + A*N**-alpha + B*D**-beta" and found["rows"] == 49
    assert set(found["objective"]) == {"name", "delta", "value"} and found["objective"]["name"] == "huber"
    assert list(found["parameters"]) == ["alpha", "beta", "E", "A", "B"]
    for one in found["parameters"].values():
        assert set(one) == {"value", "interval", "level"} and one["interval"][0] < one["value"] < one["interval"][1]
    assert set(found["allocation"]) == {"N", "D"} and set(found["allocation"]["N"]) == {"exponent", "interval", "level"}
    assert [rival["objective"] for rival in found["rivals"]] == ["ls", "huber"]
    assert found["held_out"] is None and isinstance(found["warnings"], list)
    assert "N is the column params" in err and "D follows from C=6*N*D" in err


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_is_printed(runs, form, capsys):
    assert main(["fit", str(runs), *GIVEN, "--format", form]) == 0
    out = capsys.readouterr().out
    assert "alpha" in out
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [row["constant"] for row in rows] == ["alpha", "beta", "E", "A", "B"]
        assert float(rows[0]["low"]) < float(rows[0]["value"]) < float(rows[0]["high"])


def test_a_saved_law_is_a_problem_for_plan_and_balance(runs, tmp_path, capsys):
    law = tmp_path / "law.toml"
    assert main(["fit", str(runs), *GIVEN, "--save", str(law), "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert main(["plan", "--problem", str(law), "--budget", "1e21", "--format", "json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    values = {name: one["value"] for name, one in found["parameters"].items()}
    n, d = plan["allocation"]["N"], plan["allocation"]["D"]
    loss = values["E"] + values["A"] * n ** -values["alpha"] + values["B"] * d ** -values["beta"]
    assert abs(plan["loss"] / loss - 1) < 1e-6  # the file keeps eight digits
    assert main(["balance", "--problem", str(law)]) == 0
    from verify import read_fit

    assert abs(read_fit(law).predict({"N": n, "D": d}) / loss - 1) < 1e-12


def test_a_plan_carries_intervals_and_says_whether_the_balance_changes(runs, capsys):
    words = ["fit", str(runs), "--given", "C=6*N*D", "--draws", "40", "--jobs", "1", "--plan", "--budget", "1e21"]
    assert main([*words, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["split"]["N"]["interval"][0] < found["plan"]["allocation"]["N"] < found["split"]["N"]["interval"][1]
    assert found["plan"]["balances"] == [{"binding": ["A*N**-alpha", "B*D**-beta"], "share": 1.0}]


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_picture_of_the_fit_is_written(runs, tmp_path, ending, capsys):
    path = tmp_path / f"fit.{ending}"
    assert main(["fit", str(runs), *GIVEN, "--plot", str(path)]) == 0
    assert f"wrote {path}" in capsys.readouterr().err
    starts = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}
    assert path.read_bytes().startswith(starts[ending])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--plot", "fit.gif"], "a plot's file must end in one of .png, .svg, .pdf; got fit.gif; try fit.pdf"),
        (["--plot", "no/fit.png"], "a plot needs a file that can be written; got no/fit.png"),
        (["--save", "no/law.toml"], "--save needs a file that can be written; got no/law.toml"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused_before_the_fit(runs, options, message, capsys, monkeypatch):
    monkeypatch.setattr("verify.fits.law_fit.fit_law", None)
    assert main(["fit", str(runs), *GIVEN, *options]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and message in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("N,D,loss\n1e6,210M,3\n", "bad.csv, line 2, column D: a number is needed; got 210M; write 210e6"),
        ('N,D,loss\n1e6,"1,048,576",3\n', "line 2, column D: a number is needed; got 1,048,576; write 1048576"),
        ("N;D;loss\n1e6;1000,5;3\n", "line 2, column D: a number is needed; got 1000,5; write 1000.5"),
        ("N,D,loss\n1e6,1_000,3\n", "line 2, column D: a number is needed; got 1_000; write 1000"),
        ("N,D,loss\n1e6,1e9,nan\n", "line 2, column loss: a positive number is needed; got nan"),
        ("N,D,loss\n1e6,1e9,3\n0,1e9,3\n", "line 3, column N: a positive number is needed; got 0"),
        ("N,D,loss\n1e6,-1e9,3\n", "line 2, column D: a positive number is needed; got -1e+09"),
        ("N,D,loss\n1e6,,3\n", "line 2, column D: a number is needed; got an empty cell"),
        ("N,D,loss\n1e6,1e9\n", "line 2: 3 cells are needed, as in line 1; got 2"),
        ("N,D,loss\n1e6,1e9,3\n", "a fit of 5 unknowns needs 6 runs; got 1"),
        ("N,D\n1e6,1e9\n", "must have a column of losses; it has N, D; name it with --loss"),
        ("N,loss\n1e6,3\n", "the law needs D; bad.csv has no usual column for it among N, loss"),
        ("N,N,loss\n1,1,1\n", "line 1: names of columns must differ; got N twice"),
        ("1e6,1e9,3\n1e6,1e9,3\n", "line 1: names of columns are needed; got numbers"),
        ("N,D,loss\n", "must have a run in each line"),
        ("", "line 1: names of columns are needed; got an empty file"),
    ],
)
def test_bad_runs_are_refused_in_one_line(tmp_path, text, message, capsys):
    path = tmp_path / "bad.csv"
    path.write_text(text)
    assert main(["fit", str(path), "--kind", "runs"]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1 and message in err


ROWS = [("1e6", "1e9", "3.0", "a"), ("2e6", "3e9", "2.8", "b"), ("4e6", "2e9", "2.7", "c")]


@pytest.mark.parametrize(
    "text",
    [
        "N,D,loss,note\n" + "\n".join(map(",".join, ROWS)),
        "\ufeffN;D;loss;note\r\n" + "\r\n".join(map(";".join, ROWS)) + "\r\n",
        "N\tD\tloss\tnote\n\n" + "\n".join(map("\t".join, ROWS)),
        "# three runs, of one model\nN D loss note\n" + "\n".join(map(" ".join, ROWS)),
        "# N D loss note\n" + "\n".join(map("   ".join, ROWS)),
        "N,D,loss,note,\n" + "\n".join(",".join(row) + "," for row in ROWS) + "\n,,,,\n",
        'N,D,"loss",note\n1e6,1e9,3.0,"a, b\nc"\n2e6, "3e9",2.8,a "b" c\n4e6,2e9,2.7,5" x\n',
        "N,D,loss,note\n" + "\n".join(",".join(row) + " # 2" for row in ROWS),
    ],
)
def test_a_table_of_runs_is_read_however_it_is_separated(text, tmp_path):
    path = tmp_path / "runs.txt"
    path.write_bytes(text.encode())
    table = make_table(path)
    for column, name in enumerate(("N", "D", "loss")):
        assert table.numbers(name).tolist() == [float(row[column]) for row in ROWS]
    assert len(table.cells("note")) == 3


@pytest.mark.parametrize("junk", [b"\x89PNG\r\n\x1a\n\x00\x00", bytes(range(256)) * 40, b"N,D,loss\n1,2,\x00\n"])
def test_binary_junk_is_refused(tmp_path, junk, capsys):
    path = tmp_path / "junk.csv"
    path.write_bytes(junk)
    assert main(["fit", str(path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--objective", "l2"], "the objective must be one of huber, ls, ls-raw; got l2"),
        (["--objective", "huber:-1"], "an objective must be huber:DELTA"),
        (["--level", "95"], "--level must lie between 0 and 1; got 95"),
        (["--draws", "3"], "--draws must be a whole number of at least 20; got 3"),
        (["--plan"], "--plan needs a budget"),
        (["--budget", "-1"], "the budget must be positive"),
        (["--resource", "N"], "--resource must be NAME=COLUMN"),
        (["--resource", "N=parms"], "did you mean params?"),
        (["--given", "C=6*N*D+N"], "--given must be a name and a product of powers"),
        (["--where", "gamma==1"], "--where must name an unknown of the law; got gamma"),
        (["--term", "A*N**alpha - B"], "a law must be a sum of positive terms"),
        (["--only", "kind=b"], "it keeps none; kind has a"),
        (["--fast", "--no-intervals"], "exclude each other"),
        (["--drop-highest", "49"], "must leave a run"),
    ],
)
def test_bad_options_are_refused_in_one_line(runs, options, message, capsys):
    words = [] if "--given" in options else ["--given", "C=6*N*D"]
    assert main(["fit", str(runs), *words, *options]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and message in err
