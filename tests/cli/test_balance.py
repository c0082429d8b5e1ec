"""balance, plan and plot: what they print, what they refuse, and how they stop."""

import csv
import io
import json
import signal
import subprocess
import sys
import time
from itertools import groupby

import pytest
from sympy import sympify

from exponents import __version__
from exponents.certificate_checker import check
from exponents.cli import progress
from exponents.cli.app import main
from exponents.names import FORMATS

HALF = ["--term", "t**(-1/2)", "--term", "N**(-3/4)"]
SYMBOLIC = ["--term", "t**(-beta)", "--term", "N**(-alpha)", "--where", "alpha > 1", "--where", "beta > 0"]
TWO_PHASES = ["--term", "t**(-beta)", "--term", "N**-alpha", "--term", "(N*t)**(-1/2)", "--where", "alpha > 1"]


def run(capsys, *arguments):
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_balance_prints_the_object_others_rely_on(capsys):
    status, out, err = run(capsys, "balance", *HALF, "--cost", "N*t", "--format", "json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "phases": [
            {
                "where": "everywhere",
                "exponent": "3/10",
                "allocation": {"N": "2/5", "t": "3/5"},
                "binding": ["t**(-1/2)", "N**(-3/4)"],
            }
        ],
        "problem": {"term": ["t**(-1/2)", "N**(-3/4)"], "cost": ["N*t"]},
        "version": __version__,
    }


def test_the_problem_in_a_saved_result_is_a_problem_file(capsys, tmp_path):
    asked = ("--term", "t**-b + N**-a", "--cost", "N*t", "--where", "a > b", "--set", "b=1/3")
    out = run(capsys, "balance", *asked, "--format", "json")[1]
    file = tmp_path / "law.json"
    file.write_text(json.dumps(json.loads(out)["problem"]))
    assert run(capsys, "balance", "--problem", str(file), "--format", "json")[1] == out
    planned = json.loads(
        run(capsys, "plan", "--problem", str(file), "--set", "a=1", "--budget", "1e6", "--format", "json")[1]
    )
    assert planned["problem"]["set"] == ["b=1/3", "a=1"]


def test_balance_has_one_entry_for_each_phase(capsys):
    _, out, _ = run(capsys, "balance", *TWO_PHASES, "--format", "json")
    phases = json.loads(out)["phases"]
    assert [phase["exponent"] for phase in phases] == ["alpha*beta/(alpha + beta)", "1/2"]
    assert all(set(phase) >= {"where", "exponent", "allocation", "binding"} for phase in phases)
    assert "vertices" not in phases[0] and len(phases[1]["vertices"]) == 2


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_says_the_same(capsys, form):
    status, out, _ = run(capsys, "balance", *SYMBOLIC, "--cost", "N**2*t", "--format", form)
    assert status == 0
    digits = "".join(out.split())
    assert any(
        written in digits
        for written in ("αβ/(α+2β)", "alpha*beta/(alpha+2*beta)", r"\frac{\alpha\beta}{\alpha+2\beta}")
    )
    if form == "csv":
        assert next(csv.DictReader(io.StringIO(out)))["compute_exponent"] == "alpha*beta/(alpha + 2*beta)"


def test_the_cost_is_compute_unless_it_is_given(capsys):
    assert run(capsys, "balance", *HALF)[1] == run(capsys, "balance", *HALF, "--cost", "N*t")[1]


def test_parameters_may_have_names_of_their_own_and_numbers(capsys):
    _, out, _ = run(
        capsys, "balance", "--term", "t^-a", "--term", "N^-b", "--where", "a > 0, b > 0", "--format", "json"
    )
    assert json.loads(out)["phases"][0]["exponent"] == "a*b/(a + b)"
    _, out, _ = run(
        capsys,
        "balance",
        *SYMBOLIC,
        "--set",
        "alpha=3/2",
        "--set",
        "beta=0.5",
        "--format",
        "json",
    )
    assert json.loads(out)["phases"][0]["exponent"] == "3/8"  # (3/2)(1/2)/(3/2 + 1/2)


@pytest.mark.parametrize("declared", [("--cost", "N*t**beta"), ("--cost", "N*t**q", "--where", "q > 0")])
def test_a_parameter_may_occur_in_a_cost_alone(capsys, declared):
    # By hand: N and t grow alike, x, and x + q x = 1.
    _, out, _ = run(capsys, "balance", "--term", "t**-1", "--term", "N**-1", *declared, "--format", "json")
    name = "q" if "q > 0" in declared else "beta"
    (phase,) = json.loads(out)["phases"]
    assert phase["exponent"] == phase["allocation"]["t"] == f"1/({name} + 1)"


def test_an_optimum_without_end_is_printed_with_its_direction(capsys):
    asked = ("balance", "--term", "P**-1", "--term", "N**-2", "--cost", "P", "--cost", "N*t**b", "--where", "-2<b<1")
    first, second = json.loads(run(capsys, *asked, "--format", "json")[1])["phases"]
    assert first["rays"] == [{"N": "-b", "P": "0", "t": "1"}] and "vertices" not in first
    assert "rays" not in second and len(second["vertices"]) == 2
    assert "Phase 1: N times C^(-b·s), t times C^s is optimal too, for any s > 0." in run(capsys, *asked)[1]


def test_a_tie_inside_a_phase_is_a_row_of_the_boundaries(capsys):
    _, out, _ = run(capsys, "balance", "--term", "1/t", "--term", "t**-(1+(beta-2)**2)", "--cost", "t")
    assert any(line.split() == ["β", "=", "2", "inside", "1", "1/t"] for line in out.splitlines())


def test_a_curve_on_which_budgets_coincide_is_printed(capsys):
    asked = ("balance", "--term", "1/t", "--term", "1/N", "--cost", "N*t", "--cost", "N**beta*t")
    printed = json.loads(run(capsys, *asked, "--format", "json")[1])
    assert [phase["exponent"] for phase in printed["phases"]] == ["0"]
    assert [(own["on"], own["phases"][0]["exponent"]) for own in printed["exceptions"]] == [("beta = 1", "1/2")]
    assert "On β = 1 alone, where budgets change, r is 1/2." in run(capsys, *asked)[1]


def test_the_models_own_terms_and_one_more(capsys):
    status, out, _ = run(capsys, "balance", "--model", "lazy", "--where", "alpha > 0")
    assert status == 0 and "model_bottleneck was derived for α > 1" in out and "α < 1/2" in out
    _, out, _ = run(capsys, "balance", "--model", "rich", "--where", "alpha > 1", "--format", "json")
    assert [phase["exponent"] for phase in json.loads(out)["phases"]][1:] == [
        "alpha*beta/(alpha*beta + 1)",
        "(2*alpha - 1)/(2*alpha)",
    ]
    _, out, _ = run(
        capsys,
        "balance",
        "--model",
        "lazy",
        "--term",
        "P**(-alpha*beta)",
        "--cost",
        "N*t",
        "--cost",
        "P",
        "--where",
        "alpha > 1",
        "--format",
        "json",
    )
    assert all(phase["allocation"]["P"] == "1" for phase in json.loads(out)["phases"])


def test_two_equal_terms_are_told_apart(capsys):
    _, out, _ = run(capsys, "balance", "--term", "t**-1", "--term", "t**-1", "--term", "1/N", "--format", "json")
    assert json.loads(out)["phases"][0]["binding"] == ["t**-1", "t**-1 [2]", "1/N"]


def test_a_free_resource_may_shrink(capsys):
    _, out, _ = run(capsys, "balance", "--term", "1/(eta*t)", "--term", "eta/N", "--free", "eta", "--format", "json")
    corners = json.loads(out)["phases"][0]["vertices"]
    assert any(corner["eta"].startswith("-") for corner in corners)


def test_plan_prints_a_budget_worked_by_hand(capsys):
    # 1.69 + 400/N^(1/2) + 400/D^(1/2) on N D = 10^12: N = D = 10^6, each adds 0.4.
    terms = ["--term", "1.69", "--term", "400*N**-0.5", "--term", "400*D**-0.5", "--cost", "N*D", "--budget", "1e12"]
    status, out, _ = run(capsys, "plan", *terms, "--format", "json")
    found = json.loads(out)
    assert status == 0 and found["loss"] == pytest.approx(2.49) and found["irreducible"] == 1.69
    assert found["allocation"] == pytest.approx({"D": 1e6, "N": 1e6})
    assert found["terms"] == pytest.approx({"1.69": 1.69, "400*N**-0.5": 0.4, "400*D**-0.5": 0.4})
    assert found["law"]["exponent"] == "1/4" and found["law"]["constant"] == pytest.approx(800)
    _, text, _ = run(capsys, "plan", *terms)
    assert "loss 2.49" in text and "a·C^-r + irreducible" in text and "800" in text
    for form in ("markdown", "latex", "csv"):
        assert run(capsys, "plan", *terms, "--format", form)[0] == 0


@pytest.mark.parametrize(("text", "budget"), [("110**2", "12100"), ("6*10**3", "6000"), ("10^6", "1000000")])
def test_a_budget_may_be_arithmetic_in_numbers(capsys, text, budget):
    _, out, _ = run(capsys, "plan", *HALF, "--budget", text, "--format", "json")
    assert json.loads(out)["budget"] == budget


def test_each_cost_takes_a_budget_of_its_own(capsys):
    costs = ["--cost", "6*N*D", "--budget", "1e21", "--cost", "D", "--budget", "1e10"]
    _, out, _ = run(capsys, "plan", "--term", "1/N", "--term", "1/D", *costs, "--format", "json")
    found = json.loads(out)
    assert found["allocation"] == pytest.approx({"D": 1e10, "N": 1e11 / 6})
    assert found["budgets"] == ["1" + "0" * 21, "1" + "0" * 10] and found["budget"] == found["budgets"][0]
    _, text, _ = run(capsys, "plan", "--term", "1/N", "--term", "1/D", *costs)
    assert "budgets of 1e21, 1e10" in text and "in proportion" in text


def test_a_plan_without_a_law_says_why(capsys):
    words = ["plan", "--term", "1/t", "--term", "1/N", "--cost", "N", "--cost", "N**2*t/1000", "--budget", "100"]
    _, out, _ = run(capsys, *words, "--format", "json")
    found = json.loads(out)
    assert found["law"] is None and "no allocation meets" in found["no_law"] and found["loss"] == pytest.approx(0.11)
    status, text, _ = run(capsys, *words)
    assert status == 0 and "none" in text and "no allocation meets" in text


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_plot_writes_the_file_it_is_told_to(capsys, tmp_path, suffix):
    target = tmp_path / f"mine.{suffix}"
    status, out, err = run(capsys, "plot", "phases", *SYMBOLIC, "--output", str(target))
    assert (status, out) == (0, "") and "wrote" in err and target.stat().st_size > 1000


@pytest.mark.slow
def test_plot_draws_the_paper_when_no_loss_is_given(capsys, tmp_path):
    assert run(capsys, "plot", "phases", "--output", str(tmp_path / "paper.svg"))[0] == 0
    drawn = (tmp_path / "paper.svg").read_text()
    assert all(name in drawn for name in ("lazy", "rich", "hard", "super-easy"))


BAD = {
    "no term": ["balance"],
    "unparsable": ["balance", "--term", "t**(", *HALF],
    "code": ["balance", "--term", "__import__('os').system('true')"],
    "attribute": ["balance", "--term", "t.real"],
    "unknown symbol": ["balance", "--term", "t**-foo"],
    "near miss": ["balance", "--term", "t**-alfa"],
    "unknown symbol in a cost": ["balance", *HALF, "--cost", "N*t**foo"],
    "constant in a sum under a power": ["balance", "--term", "(1 + 1/t)**(1/2)"],
    "power of a sum that changes its sign": ["balance", "--term", "(N + t)**(1-alpha)"],
    "constraint that is a choice": ["balance", *HALF, "--subject-to", "N + t >= C**2"],
    "constraint on a parameter": ["balance", *HALF, "--where", "a > 0", "--subject-to", "a >= 2"],
    "constraint without a comparison": ["balance", *HALF, "--subject-to", "N"],
    "constraints that contradict": ["balance", *HALF, "--subject-to", "N >= t*C", "--subject-to", "t >= N"],
    "given nothing": ["balance", *HALF, "--given", "N"],
    "given twice": ["balance", *HALF, "--given", "N=C**2", "--given", "N=C"],
    "resource in an exponent": ["balance", "--term", "t**-N", "--cost", "N*t"],
    "negative": ["balance", "--term", "-t**-1"],
    "zero": ["balance", "--term", "0"],
    "zero prefactor": ["balance", "--term", "0*t**-1"],
    "cost without a resource": ["balance", *HALF, "--cost", "5"],
    "cost of nothing in the loss": ["balance", *HALF, "--cost", "B"],
    "cost with a difference": ["balance", *HALF, "--cost", "N - t"],
    "impossible cost": ["balance", *HALF, "--cost", "1/(N*t)"],
    "contradictory costs": ["balance", *HALF, "--cost", "N*t", "--cost", "N**2*t**2"],
    "no problem file": ["balance", "--problem", "nothing.toml"],
    "a folder that is missing": ["balance", *HALF, "--save", "nowhere/at/all.toml"],
    "unbounded": ["balance", "--term", "1/(t*B)", "--cost", "t", "--free", "B"],
    "empty domain": ["balance", *SYMBOLIC, "--where", "alpha < 1/2"],
    "equality": ["balance", *SYMBOLIC, "--where", "alpha = 2"],
    "no inequality": ["balance", *SYMBOLIC, "--where", "alpha"],
    "many terms": ["balance", *(["--term", "t**-1"] * 70)],
    "long text": ["balance", "--term", "t**-1" + "+0" * 5000],
    "nested": ["balance", "--term", "(" * 400 + "t" + ")" * 400],
    "huge exponent": ["balance", "--term", "t**(-10**999999)"],
    "high degree": ["balance", "--term", "t**(-alpha**200)", "--term", "1/N"],
    "bad setting": ["balance", *SYMBOLIC, "--set", "alpha"],
    "setting that is no number": ["balance", *SYMBOLIC, "--set", "alpha=beta"],
    "setting outside the domain": ["balance", *SYMBOLIC, "--set", "alpha=1/2"],
    "bad model": ["balance", "--model", "ridge"],
    "bad format": ["balance", *HALF, "--format", "pdf"],
    "no budget": ["plan", *HALF],
    "bad budget": ["plan", *HALF, "--budget", "lots"],
    "negative budget": ["plan", *HALF, "--budget", "-5"],
    "small budget": ["plan", *HALF, "--cost", "6*N*t", "--budget", "5"],
    "two budgets for one cost": ["plan", *HALF, "--budget", "1e6", "--budget", "1e7"],
    "two formats": ["plan", *HALF, "--budget", "1e6", "--format", "json", "--format", "json"],
    "budgets that contradict": ["plan", *HALF, "--cost", "N*t", "--budget", "5", "--cost", "N", "--budget", "6"],
    "bad factor": ["plan", *HALF, "--budget", "1e6", "--factor", "1"],
    "plan with parameters": ["plan", *SYMBOLIC, "--budget", "1e6"],
    "plan with a symbolic prefactor": ["plan", "--term", "eta/t", "--term", "1/N", "--budget", "1e6"],
    "a budget and a target": ["plan", *HALF, "--budget", "1e6", "--target", "1/10"],
    "bad target": ["plan", *HALF, "--target", "low"],
    "target of nothing": ["plan", *HALF, "--target", "0"],
    "two targets": ["plan", *HALF, "--target", "1/10", "--target", "1/5"],
    "whole numbers of no resource": ["plan", *HALF, "--budget", "1e6", "--integer", "Q"],
    "fix without an amount": ["plan", *HALF, "--budget", "1e6", "--fix", "N"],
    "fix of no resource": ["plan", *HALF, "--budget", "1e6", "--fix", "Q=3"],
    "fix of one resource twice": ["plan", *HALF, "--budget", "1e6", "--fix", "N=3", "--fix", "N=4"],
    "fix beyond the budget": ["plan", *HALF, "--budget", "1e6", "--fix", "N=1e7"],
    "negative split": ["plan", *HALF, "--budget", "1e6", "--compare", "N=-1,t=5"],
    "split without a resource": ["plan", *HALF, "--budget", "1e6", "--compare", "N=1"],
    "plan of constants": ["plan", "--term", "2", "--budget", "1e6"],
    "bad picture": ["plot", "loss"],
    "bad suffix": ["plot", "phases", "--output", "phases.gif"],
    "no folder": ["plot", "phases", "--output", "/nowhere/at/all.png"],
    "plot without parameters": ["plot", "phases", *HALF],
    "plot of a cost alone": ["plot", "phases", "--cost", "N*t"],
}


def test_constraints_are_shown_and_which_are_tight(capsys):
    """Gadre 2024: with D >= N C^m over-training costs the exponent alpha (1 - m)/2."""
    asked = ["balance", "--term", "N**-alpha", "--term", "D**-alpha", "--cost", "N*D"]
    bounded = [*asked, "--subject-to", "D >= N*C**m", "--subject-to", "N <= C**2", "--where", "0 < m < 1"]
    status, out, err = run(capsys, *bounded, "--format", "json")
    (phase,) = json.loads(out)["phases"]
    assert (status, err) == (0, "") and set(phase["allocation"]) == {"N", "D"}
    assert sympify(phase["exponent"]).equals(sympify("alpha*(1 - m)/2")) and phase["tight"] == ["D >= N*C**m"]
    _, out, _ = run(capsys, *bounded)
    text = " ".join(out.split())
    assert "Subject to D >= N*C**m, N <= C**2." in text and "Never tight: N <= C**2." in text
    _, out, _ = run(capsys, *asked, "--format", "json")
    assert "tight" not in json.loads(out)["phases"][0]


def test_a_resource_whose_name_holds_a_c_is_not_the_budget(capsys):
    asked = ["balance", "--term", "1/t", "--term", "1/N", "--subject-to"]
    assert "C = N·t" in run(capsys, *asked, "Cap <= N")[1]
    assert "C = N·t" not in run(capsys, *asked, "N*t <= C")[1]  # control: the constraint is the budget


def test_given_resources_and_those_without_a_cost(capsys):
    asked = ["balance", "--term", "N**(-1/3)", "--term", "min(D, U)**(-1/3)", "--cost", "N*D", "--given", "U=C**u"]
    _, out, _ = run(capsys, *asked, "--where", "0 < u < 1/2", "--format", "json")
    assert [phase["exponent"] for phase in json.loads(out)["phases"]] == ["u/3"]
    loose = ["balance", "--term", "1/t", "--term", "1/(N*g)", "--cost", "N*t", "--resource", "g", "--subject-to"]
    _, out, _ = run(capsys, *loose, "g <= t", "--format", "json")
    assert json.loads(out)["phases"][0]["allocation"] == {"N": "0", "g": "1", "t": "1"}


def test_a_plan_keeps_constraints_and_refuses_what_its_constants_do_not_describe(capsys):
    hoffmann = ["plan", "--term", "406.4/N**0.34", "--term", "410.7/D**0.28", "--cost", "6*N*D", "--budget", "5.76e23"]
    _, out, _ = run(capsys, *hoffmann, "--subject-to", "D >= 200*N", "--format", "json")
    found = json.loads(out)
    assert found["allocation"]["D"] == pytest.approx(200 * found["allocation"]["N"], rel=1e-9)
    assert 6 * found["allocation"]["N"] * found["allocation"]["D"] == pytest.approx(5.76e23, rel=1e-9)
    assert found["tight"] == ["D >= 200*N"] and set(found["allocation"]) == {"N", "D"}
    status, _, err = run(capsys, "plan", "--term", "(N + 5*N**(1/3))**(-1/2)", "--term", "1/t", "--budget", "1e6")
    assert status == 0 and not err


def test_a_plan_that_is_searched_says_so_with_its_gap(capsys):
    words = ["plan", "--term", "(N + 5*N**(1/3))**(-1/2)", "--term", "1/t", "--budget", "1e6"]
    found = json.loads(run(capsys, *words, "--format", "json")[1])
    assert found["pieces"] > 0 and 0 < found["gap"] < 2e-9 and found["unique"] is None
    _, text, _ = run(capsys, *words)
    assert "all branches were searched" in text and "no split has a loss that is lower" in " ".join(text.split())
    convex = json.loads(run(capsys, "plan", "--term", "(1/N + 1/t)**(1/2)", "--budget", "1e6", "--format", "json")[1])
    assert convex["pieces"] == 0 and convex["gap"] < 1e-30 and convex["unique"] is True


def test_csv_of_a_plan_holds_all_its_tables(capsys):
    asked = ["plan", "--term", "1/t", "--term", "1/N", "--target", "1/5", "--fix", "N=8", "--compare", "N=5,t=20"]
    _, out, _ = run(capsys, *asked, "--format", "csv")
    rows = list(csv.DictReader(out.splitlines()))
    assert [name for name, _ in groupby(row["table"] for row in rows)] == [
        *("split", "terms", "law", "target", "held", "compared")
    ]
    assert [row["amount"] for row in rows if row["resource"]] == ["10", "10"]
    assert [(row["best"], row["split_1"]) for row in rows if row["quantity"] == "loss"][-1] == ("0.2", "0.25")


def test_whole_numbers_are_asked_for_by_name(capsys):
    words = ["plan", "--term", "1/N", "--term", "5/D", "--cost", "N**2+D", "--budget", "31", "--integer", "N"]
    found = json.loads(run(capsys, *words, "--format", "json")[1])
    assert found["whole"] == ["N"] and found["allocation"] == pytest.approx({"N": 3, "D": 22})


def test_a_plan_answers_questions_in_the_other_direction(capsys):
    asked = ["plan", "--term", "1/t", "--term", "1/N", "--target", "1/5", "--fix", "N=8", "--compare", "N=5,t=20"]
    _, out, _ = run(capsys, *asked, "--format", "json")
    found = json.loads(out)
    # 2/sqrt(C) = 1/5; 1/8 + 8/C is 0.205 at C = 100 and 1/5 at C = 320/3; 2/sqrt(C) is 1/4 at C = 64
    assert (found["budget"], found["target"], found["loss"]) == ("100", "1/5", pytest.approx(0.2, rel=1e-13))
    assert found["held"] == {
        "amounts": {"N": "8"},
        "allocation": {"N": 8.0, "t": pytest.approx(12.5, rel=1e-13)},
        "loss": pytest.approx(0.205, rel=1e-13),
        "budget_for_best_loss": pytest.approx(320 / 3, rel=1e-13),
        "best_budget_for_its_loss": pytest.approx((2 / 0.205) ** 2, rel=1e-13),
    }
    (split,) = found["compared"]
    assert split["costs"] == {"N*t": 100.0} and split["allocation"] == {"N": "5", "t": "20"}
    assert split["loss"] == pytest.approx(0.25) and split["best_budget_for_its_loss"] == pytest.approx(64, rel=1e-13)
    _, text, _ = run(capsys, *asked)
    assert "What it costs to hold N = 8" in text and "Splits to compare" in text and "106.667" in text
    _, out, _ = run(capsys, *asked[:5], "--budget", "100", "--format", "json")
    assert not {"target", "held", "compared"} & set(json.loads(out))


@pytest.mark.parametrize("name", ["law.toml", "law.json"])
def test_a_problem_is_saved_and_asked_again(name, capsys, tmp_path):
    file, more = str(tmp_path / name), ["--model", "rich", "--term", "(1/N + 1/P)**(1/2)", "--where", "alpha > 2"]
    first = run(capsys, "balance", *more, "--cost", "N*t*P", "--subject-to", "P <= C**(1/4)", "--save", file)
    assert first[0] == 0 and run(capsys, "balance", "--problem", file) == first
    added = run(capsys, "balance", "--problem", file, "--set", "beta=1/2", "--term", "N**(-1/5)")
    assert added[0] == 0 and "With beta=1/2." in added[1] and "N**(-1/5)" in added[1]
    planned = run(capsys, "plan", "--problem", file, "--set", "alpha=3", "--budget", "1e9")
    assert planned[0] == 2 and planned[2].count("\n") == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("term = [", "a file of TOML"),
        ("terms = '1/t'", "the keys term, cost"),
        ("term = 3", "must hold text in quotes"),
        ("model = ['rich']", "must hold text in quotes"),
        ("", "got none"),
        ("term = '1/(t'", "close its parentheses"),
    ],
)
def test_a_file_that_is_no_problem_is_refused_in_one_line(text, words, capsys, tmp_path):
    file = tmp_path / "law.toml"
    file.write_text(text)
    status, out, err = run(capsys, "balance", "--problem", str(file))
    assert (status, out, err.count("\n")) == (2, "", 1) and words in err


@pytest.mark.parametrize("arguments", BAD.values(), ids=BAD)
def test_bad_input_is_answered_in_one_line(arguments, capsys, monkeypatch):
    monkeypatch.setattr(progress, "SOON", 600.0)  # a slow machine may import Matplotlib for longer than two seconds
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 and err.startswith("exponents: ") and len(err) < 300 and "Traceback" not in err


@pytest.mark.parametrize(
    ("case", "said"),
    [
        ("unknown symbol", "--where 'foo > 0'"),
        ("unknown symbol in a cost", "--where 'foo > 0'"),
        ("near miss", "alpha"),
        ("constant in a sum under a power", "put the constant outside"),
        ("power of a sum that changes its sign", "add a condition on it"),
        ("constraint on a parameter", "--where"),
        ("constraints that contradict", "N >= t*C and t >= N"),
        ("contradictory costs", "= C"),
        ("unbounded", "B"),
        ("empty domain", "empty"),
        ("small budget", "6*N*t = 6"),
        ("two budgets for one cost", "one for each cost"),
        ("two formats", "more than once"),
        ("budgets that contradict", "N*t = 5 and N = 6"),
        ("plan with parameters", "alpha"),
        ("bad suffix", "svg"),
    ],
)
def test_the_line_says_what_to_do(case, said, capsys):
    assert said in run(capsys, *BAD[case])[2]


def test_an_interrupt_during_a_long_computation_leaves_no_traceback():
    terms = ["(a-2)**2+(b-2)**2", "b**2-a", "a**3-b", "a*b", "1/(1+a)"]
    code = f"""
import sys
from exponents.__main__ import start
words = {terms!r}
sys.argv = ["exponents", "balance", "--cost", "N*t*B", "--where", "a > 0, b > 0"]
for i, e in enumerate(words):
    sys.argv += ["--term", f"t**(-({{e}}))*N**(-({{words[i-1]}}))*B**(-({{words[i-2]}}))"]
print("ready", file=sys.stderr, flush=True)
start()
"""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stderr.readline() == b"ready\n"
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130 and b"Traceback" not in error and b"interrupted" in error


def test_a_certificate_is_written_and_holds(capsys, tmp_path):
    file = tmp_path / "law.json"
    asked = ["balance", "--term", "min(t**-b, 1/(N*t)) + N**-2", "--where", "b > 0", "--cost", "N*t"]
    status, out, err = run(capsys, *asked, "--certificate", str(file))
    assert (status, err) == (0, "") and out == run(capsys, *asked)[1]
    assert check(json.loads(file.read_text())) >= 2
    status, _, err = run(capsys, *asked, "--certificate", str(tmp_path / "no" / "law.json"))
    assert status == 2 and "--certificate needs a file that can be written" in err and err.count("\n") == 1
