"""The command, run in process: what it prints, where, and with which status."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from fractions import Fraction
from functools import cache

import pytest

from exponents import __version__, derivations
from exponents.cli.app import main
from exponents.names import CLOCK_TABLES, CONVENTION_TABLES, CONVENTIONS, DERIVATIONS, FORMATS, TABLES
from exponents.reports import tables

DERIVE, TABLE = cache(derivations.derive), cache(tables.table)


@pytest.fixture
def computed_once(monkeypatch):
    """Compute each derivation and each table once: a test with this fixture asks how they are printed."""
    monkeypatch.setattr(derivations, "derive", DERIVE)
    monkeypatch.setattr(tables, "table", TABLE)


def run(capsys, *arguments):
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_at_prints_the_object_others_rely_on(capsys):
    status, out, err = run(capsys, "at", "3/2", "1/2", "--format", "json")
    binding = ["gradient_flow", "model_bottleneck"]
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "alpha": "3/2",
        "beta": "1/2",
        "regime": "hard",
        "on_boundary": [],
        "loss": "published",
        "lazy": {
            "time_exponent": "1/2",
            "compute_exponent": "3/10",
            "model_size_exponent": "2/5",
            "time_allocation_exponent": "3/5",
            "binding": binding,
        },
        "rich": {
            "time_exponent": "2/3",
            "compute_exponent": "6/17",
            "model_size_exponent": "8/17",
            "time_allocation_exponent": "9/17",
            "binding": binding,
        },
        "version": __version__,
    }


@pytest.mark.parametrize(
    "command",
    [
        ("table", "time"),
        ("derive", "levels"),
        ("balance", "--model", "lazy", "--set", "alpha=2", "--set", "beta=1"),
        ("balance", "--term", "1/t", "--cost", "t", "--proof"),
        ("plan", "--term", "1/t", "--cost", "t", "--budget", "9"),
        ("curve", "3/2", "1/2", "--time", "1,2"),
        ("verify", "levels: readout speed", "--quick", "--jobs", "1"),
    ],
    ids=" ".join,
)
def test_saved_json_says_which_version_made_it(capsys, command):
    assert json.loads(run(capsys, *command, "--format", "json")[1])["version"] == __version__


@pytest.mark.parametrize(("alpha", "beta"), [("1.5", "0.5"), ("6/4", "1/2"), (" 3/2", "5e-1")])
def test_decimals_are_the_rationals_they_write(capsys, alpha, beta):
    assert run(capsys, "at", alpha, beta, "--format", "json") == run(capsys, "at", "3/2", "1/2", "--format", "json")


@pytest.mark.parametrize(
    ("alpha", "beta", "regime", "curves", "tied"),
    [
        ("2", "1", "hard", ["beta = 1"], {"gradient_flow", "model_bottleneck", "finite_model_transient"}),
        ("2", "3/2", "easy", ["beta = 2 - 1/alpha"], {"gradient_flow", "finite_model_transient", "sgd_transient"}),
        ("2", "5/4", "easy", [], {"gradient_flow", "finite_model_transient"}),
        ("2", "2", "super-easy", [], {"finite_model_transient", "sgd_transient"}),
        (
            "1000000001/1000000000",
            "1",
            "hard",
            ["beta = 1"],
            {"gradient_flow", "model_bottleneck", "finite_model_transient"},
        ),
    ],
)
def test_a_boundary_is_named_and_its_ties_listed(capsys, alpha, beta, regime, curves, tied):
    _, out, _ = run(capsys, "at", alpha, beta, "--format", "json")
    found = json.loads(out)
    assert (found["regime"], found["on_boundary"]) == (regime, curves)
    assert set(found["lazy"]["binding"]) == set(found["rich"]["binding"]) == tied


def test_text_says_what_ties_on_a_boundary(capsys):
    _, out, _ = run(capsys, "at", "2", "1")
    assert "boundary β = 1 of hard and easy: terms of both tie" in out


@pytest.mark.parametrize(
    ("convention", "point"),
    [
        ("bordelon2024", ("2", "1")),
        ("random-features", ("1", "1/2")),  # 2a = 2, (2a + 2b - 1)/(2a) = 1
        ("source-condition", ("2", "1/2")),
        ("circle", ("1", "1.5")),  # 2 q_phi = 2, (2q - 1)/(2 q_phi) = 1
    ],
)
def test_json_states_the_model_s_point_in_every_convention(capsys, convention, point):
    status, out, err = run(capsys, "at", *point, "--convention", convention, "--format", "json")
    assert (status, err) == (0, "")
    assert out == run(capsys, "at", "2", "1", "--format", "json")[1]


def test_a_point_in_a_convention_is_stated_in_both_symbols(capsys):
    _, out, _ = run(capsys, "at", "1", "3/2", "--convention", "circle")
    assert out.startswith("q_φ = 1, q = 3/2 (α = 2, β = 1): hard\n")
    assert "On the boundary q = q_φ + 1/2 of hard and easy" in out
    assert "α = 2q_φ, β = (2q - 1)/(2q_φ)." in out
    _, out, _ = run(capsys, "at", "3/4", "-1/8", "--convention", "random-features")
    assert out.startswith("a = 3/4, b = -1/8 (α = 3/2, β = 1/6): hard\n")
    _, out, _ = run(capsys, "at", "2", "1/2", "--convention", "source-condition", "--format", "latex")
    assert r"$\alpha = 2, r = \frac{1}{2}$" in out and "exponent s" in out


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", CONVENTION_TABLES)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_a_table_in_a_convention_prints_in_every_format(capsys, convention, name, form):
    status, out, err = run(capsys, "table", name, "--convention", convention, "--format", form)
    assert (status, err) == (0, "")
    if form in {"csv", "json"}:
        assert out.isascii()
    if form == "text":
        assert max(map(len, out.splitlines())) <= 80
        assert all(task in out for task in ("hard", "easy", "super-easy"))
    if form == "latex":
        words = re.sub(r"\$[^$]*\$|^%.*$", "", out, flags=re.MULTILINE)
        assert not re.search(r"(?<!\\)[_^<>#]", words)
    if convention == CONVENTIONS[0]:
        assert out == run(capsys, "table", name, "--format", form)[1]


def test_a_table_in_a_convention_has_the_entries_worked_out_by_hand(capsys):
    _, out, _ = run(capsys, "table", "--convention", "random-features", "--format", "json")
    (found,) = json.loads(out)["tables"]
    hard = found["rows"][0]
    assert (hard["where"], hard["compute_exponent"]) == ("b < 1/2", "(2*a + 2*b - 1)/(2*a + 1)")
    assert hard["model_size_exponent"] == "1/(2*a + 1)"
    assert "a > 1/2, b > 1/2 - a" in found["notes"][0]
    assert "alpha = 2*a, beta = (2*a + 2*b - 1)/(2*a)" in found["notes"][1]
    _, out, _ = run(capsys, "table", "phases", "--convention", "circle", "--format", "csv")
    assert [row["boundary"] for row in csv.DictReader(io.StringIO(out))] == ["q = q_phi + 1/2", "q = 2*q_phi"] * 2


def test_a_block_too_wide_for_a_terminal_is_continued_below(capsys):
    _, out, _ = run(capsys, "table", "--convention", "random-features")
    headings = [line.split() for line in out.splitlines() if line.split()[-1:] in (["easy"], ["super-easy"])]
    lazy, rich = [["hard", "easy", "super-easy"]], [["hard", "easy"], ["super-easy"]]
    assert headings == lazy + rich
    assert out.count("finite_model_transient") == 4  # nothing is lost or said twice


def test_writing_in_a_convention_writes_the_tables_it_has(capsys, tmp_path):
    assert run(capsys, "table", "--convention", "circle", "--write", str(tmp_path))[0] == 0
    assert {path.stem for path in tmp_path.iterdir()} == set(CONVENTION_TABLES)
    assert "q = 2*q_phi" in (tmp_path / "phases.csv").read_text()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", TABLES)
def test_every_table_prints_in_every_format(capsys, computed_once, name, form):
    status, out, err = run(capsys, "table", name, "--format", form)
    assert (status, err) == (0, "") and out.strip()
    if form == "json":
        (found,) = json.loads(out)["tables"]
        assert found["name"] == name and found["rows"]
    if form == "csv":
        rows = list(csv.DictReader(io.StringIO(out)))
        assert rows and None not in rows[0]
    if form == "latex":
        assert out.count(r"\begin{tabular}") == out.count(r"\end{tabular}") > 0
    if form in {"csv", "json"}:
        assert out.isascii()


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_derivation_prints_in_every_format(capsys, computed_once, name, form):
    status, out, err = run(capsys, "derive", name, "--format", form)
    assert (status, err) == (0, "") and out.strip()
    if form == "latex":
        assert out.count("$") % 2 == 0 and r"\begin{enumerate}" in out
    if form == "json":
        (found,) = json.loads(out)["derivations"]
        assert all(step["statement"] and step["reason"] and step["source"] for step in found["steps"])


def test_exact_values_in_json_are_read_back_exactly(capsys):
    from sympy import Rational, simplify, sympify

    from exponents.symbols import alpha, beta

    _, out, _ = run(capsys, "table", "--format", "json")
    row = json.loads(out)["tables"][0]["rows"][3]
    assert (row["regime"], row["task"]) == ("rich", "hard")
    read = sympify(row["compute_exponent"], locals={"alpha": alpha, "beta": beta})
    assert simplify(read - 2 * alpha * beta / (alpha * (1 + beta) + 2)) == 0
    _, out, _ = run(capsys, "at", "22/7", "3.14", "--format", "json")
    assert Rational(json.loads(out)["rich"]["compute_exponent"]) and Fraction(json.loads(out)["beta"]) == Fraction(
        "3.14"
    )


def test_tables_state_which_loss_they_used(capsys, computed_once):
    for version in ("published", "derived"):
        for form in ("text", "markdown", "latex"):
            _, out, _ = run(capsys, "table", "--loss", version, "--format", form)
            assert f"Loss as {version}" in out


def test_text_fits_a_terminal(capsys, computed_once):
    printed = [("table", name, "--loss", version) for name in TABLES for version in ("published", "derived")]
    points = [("at", "3/2", "1/2"), ("at", "7/3", "1"), ("at", "22/7", "2.3", "--loss", "derived")]
    for arguments in (*printed, *points, *(("derive", name) for name in DERIVATIONS)):
        _, out, _ = run(capsys, *arguments)
        assert max(map(len, out.splitlines())) <= 80, arguments


def test_writing_puts_every_table_in_every_file_format(capsys, computed_once, tmp_path):
    target = tmp_path / "new" / "folder"
    status, out, err = run(capsys, "table", "--write", str(target))
    assert (status, out) == (0, "") and "wrote" in err
    names = (*TABLES, *(f"{name}-steps" for name in CLOCK_TABLES))
    assert {path.name for path in target.iterdir()} == {f"{n}.{s}" for n in names for s in ("md", "tex", "csv")}
    run(capsys, "table", "time", "--write", str(tmp_path))
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {"time.md", "time.tex", "time.csv"}


@pytest.mark.slow
def test_at_says_where_a_learning_rate_shows_the_rich_exponents(capsys):
    arguments = ("at", "3/2", "1/2", "--learning-rate", "0.01")
    _, out, _ = run(capsys, *arguments, "--format", "json")
    found = json.loads(out)
    window = found.pop("window")
    assert found == json.loads(run(capsys, "at", "3/2", "1/2", "--format", "json")[1])
    assert (window["learning_rate"], window["gamma"], window["kernel_limit"]) == ("1/100", "1", None)
    start, end = window["from"], window["to"]
    assert list(start) == list(end) and all(Fraction(start[key]) < Fraction(end[key]) for key in start)
    assert float(end["steps"]) == pytest.approx(100 * float(end["time"]))
    other = json.loads(run(capsys, *arguments, "--gamma", "4", "--format", "json")[1])["window"]
    # kappa is in proportion to (gamma^2 t)^(1/3)
    assert float(end["time"]) / float(other["to"]["time"]) == pytest.approx(4**2)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("source", "rate", "says"),
    [("1/2", "0.1", "order one"), ("1", "1", "a power of ln"), ("3/2", "1", "tends to"), ("1/2", "1", "smaller η")],
)
def test_a_window_prints_in_every_format_or_says_why_there_is_none(capsys, form, source, rate, says):
    asked = ("at", "3/2", source, "--learning-rate", rate, "--gamma", "10", "--loss", "derived")
    status, out, err = run(capsys, *asked, "--format", form)
    assert (status, err) == (0, "")
    if form == "text":
        assert max(map(len, out.splitlines())) <= 80 and says in out
        assert ("Nowhere" in out) == (says != "order one")


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", CLOCK_TABLES)
def test_a_table_that_counts_steps_prints_in_every_format_and_says_so(capsys, computed_once, name, form):
    status, out, err = run(capsys, "table", name, "--clock", "steps", "--loss", "derived", "--format", form)
    assert (status, err) == (0, "")
    if form == "text":
        assert max(map(len, out.splitlines())) <= 80 and "n counts steps, each at a stable learning rate" in out
    if form == "json":
        (found,) = json.loads(out)["tables"]
        assert found["clock"] == "steps" and not any("time_allocation_exponent" in row for row in found["rows"])


def test_a_table_in_time_says_what_it_assumes_and_in_steps_has_the_lazy_entries(capsys, computed_once):
    found = {}
    for clock in ("time", "steps"):
        _, out, _ = run(capsys, "table", "--clock", clock, "--format", "json")
        (found[clock],) = json.loads(out)["tables"]
    assert found["time"]["clock"] == "time" and "rich needs eta much smaller than 1/kappa" in found["time"]["notes"][-1]
    lazy, rich = found["steps"]["rows"][0], found["steps"]["rows"][3]
    assert lazy.pop("regime") != rich.pop("regime") and lazy == rich
    assert rich["compute_exponent"] == "alpha*beta/(alpha + 1)" != found["time"]["rows"][3]["compute_exponent"]
    assert rich["steps_allocation_exponent"] == "alpha/(alpha + 1)"
    assert run(capsys, "table", "--format", "json")[1] == run(capsys, "table", "--clock", "time", "--format", "json")[1]


def test_with_as_many_samples_as_steps_the_phase_that_table_1_does_not_have_is_gone(capsys, computed_once):
    for clock, count in (("time", 4), ("steps", 3)):
        _, out, _ = run(capsys, "table", "data", "--clock", clock, "--format", "json")
        rows = json.loads(out)["tables"][0]["rows"]
        letter = {"time": "t", "steps": "n"}[clock]
        assert sum((row["setting"], row["regime"]) == (f"P = {letter}", "rich") for row in rows) == count


def test_help_keeps_its_examples_on_lines_of_their_own(capsys):
    for command in ("table", "at", "derive"):
        _, out, _ = run(capsys, command, "--help")
        assert "\\b" not in out and f"\n    exponents {command}" in out


def test_latex_has_no_bare_specials_outside_formulas(capsys, computed_once):
    for arguments in (*(("table", n) for n in TABLES), *(("derive", n) for n in DERIVATIONS)):
        _, out, _ = run(capsys, *arguments, "--format", "latex")
        words = re.sub(r"\$[^$]*\$|\\\[.*?\\\]|^%.*$", "", out, flags=re.MULTILINE | re.DOTALL)
        assert not re.search(r"(?<!\\)[_^<>#]", words.replace("\\_", "")), arguments


def test_help_and_version(capsys):
    status, out, _ = run(capsys, "--help")
    assert status == 0 and "exponents at 3/2 1/2" in out
    assert run(capsys, "--version")[:2] == (0, f"exponents {__version__}\n")
    assert run(capsys)[0] == 0
    for command in ("table", "at", "derive"):
        status, out, _ = run(capsys, command, "--help")
        assert status == 0 and "Examples:" in out


COMMAND = (sys.executable, "-m", "exponents")


@pytest.mark.parametrize("slow", [False, True])
def test_exit_handlers_run_where_they_are_asked_for(slow):
    """Coverage and profilers save their data at exit."""
    code = "import atexit, sys; atexit.register(print, 'saved'); sys.argv[1:] = ['-V']; "
    code += "from exponents.__main__ import start; start()"
    environment = {**os.environ, **({"EXPONENTS_SLOW_EXIT": "1"} if slow else {})}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout == f"exponents {__version__}\n" + ("saved\n" if slow else "")


def test_a_terminal_without_greek_gets_ascii():
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run([*COMMAND, "table"], capture_output=True, env=environment, check=False)
    assert done.returncode == 0 and done.stdout.isascii()
    assert b"2*alpha*beta/(alpha*beta + alpha + 2)" in done.stdout


def test_a_full_disk_is_an_error_not_a_traceback():
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run([*COMMAND, "table"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2 and "could not be written" in done.stderr and "Traceback" not in done.stderr


def test_a_derived_statement_that_fails_ends_with_status_one(capsys, monkeypatch):
    from exponents.derivations import optimal_split as optimum_steps
    from exponents.errors import Refuted
    from exponents.optimum import proof

    def refuse(diagram):
        raise Refuted("x >= 0 fails at alpha = 2")

    assert optimum_steps.prove is proof.prove
    monkeypatch.setattr(optimum_steps, "prove", refuse)
    status, out, err = run(capsys, "derive", "compute-optimal")
    assert (status, out) == (1, "") and err.count("\n") == 1 and "did not hold" in err


def test_a_point_on_a_boundary_says_whether_a_logarithm_multiplies_the_law(capsys):
    # Rich at beta = 1: q = -alpha/(2 (alpha + 1)), so -1/3 at alpha = 2; lazy as published has none.
    _, out, _ = run(capsys, "at", "2", "1")
    assert "There the optimal rich loss falls as C^-r (ln C)^(-1/3)." in out and "lazy loss" not in out
    # tau ~ t (ln t)^(1/2), so that a law tau^-e has (ln t)^(-e/2): e = 1, 1 - 1/alpha and 2 - 1/alpha at alpha = 2
    for power, name in (("-1/2", "gradient_flow"), ("-1/4", "finite_model_transient"), ("-3/4", "sgd_transient")):
        assert f"Here (ln t)^({power}) multiplies the rich law of {name}." in out
    _, out, _ = run(capsys, "at", "2", "1", "--loss", "derived")
    assert "lazy loss falls as C^-r (ln C)^(2/3)" in out
    _, out, _ = run(capsys, "at", "2", "1", "--loss", "derived", "--format", "json")
    assert json.loads(out)["loss"] == "derived" and json.loads(out)["logarithms"] == {"lazy": "2/3", "rich": "1/3"}
    _, out, _ = run(capsys, "at", "2", "1", "--format", "json")
    assert json.loads(out)["logarithms"] == {"rich": "-1/3"}
    assert "(ln C)" not in run(capsys, "at", "2", "3/2")[1] and "ln" not in run(capsys, "at", "2", "1/2")[1]


@pytest.mark.parametrize("words", [["help"], ["help", "table"], ["table", "help"], ["verify", "help"]], ids=str)
def test_the_word_help_prints_help(words, capsys):
    command = [word for word in words if word != "help"]
    assert run(capsys, *words) == run(capsys, *command, "--help")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["table", "le"], ["levels"]),
        (["at", "2", "1", "--format", "la"], ["latex"]),
        (["derive", "sg"], ["sgd"]),
        (["verify", "chi: k"], ["chi: kernel growth"]),
        (["fit", "runs.csv", "--loss", "pu"], []),
    ],
)
def test_a_shell_completes_values(words, values):
    from click.shell_completion import ShellComplete

    from exponents.cli.app import cli

    found = ShellComplete(cli, {}, "exponents", "_EXPONENTS_COMPLETE").get_completions(words[:-1], words[-1])
    assert [item.value for item in found] == values
