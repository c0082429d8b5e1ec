"""Do results show themselves: on one line, as the command's tables, as HTML and LaTeX, as frames?"""

import json
import sys
from html.parser import HTMLParser

import pytest
from sympy import Min, Rational

import exponents
from exponents import N, alpha, at, beta, boundary_ties, compute_optimum, convention, derive, levels, loss, t, table1
from exponents.cli.app import main
from exponents.display import LONGEST, Reported
from exponents.errors import InputError, Refuted
from exponents.optimum.phase_diagram import PhaseDiagram

PLAN = exponents.plan_budget(exponents.programme(3 / t + 2 / N), 10**6)
TWO = compute_optimum(t**-beta + N**-alpha + 1 / (N * t), N * t)
RESULTS = [
    *(table1, table1.rich, table1.rich.phases[0], loss("rich"), loss("rich").terms[0], at("3/2", "1/2"), derive("chi")),
    *(PLAN, PLAN.law, levels, convention("circle"), boundary_ties(table1.rich)[0], table1.rich.programme),
]


def output(capsys, *words):
    assert main(list(words)) == 0
    return capsys.readouterr().out


def ids(result):
    return type(result).__name__


@pytest.mark.parametrize("result", RESULTS, ids=ids)
def test_a_repr_is_one_short_line(result):
    assert "\n" not in repr(result)
    assert len(repr(result)) <= LONGEST + len(type(result).__name__) + len("<: >")
    assert repr(result).startswith(f"<{type(result).__name__}: ")


class _Balance(HTMLParser):
    """Holds the tags that are open."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], []

    def handle_starttag(self, tag, attrs):  # noqa: ARG002
        self.seen.append(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("result", [r for r in RESULTS if isinstance(r, Reported)], ids=ids)
def test_html_is_well_formed_and_latex_closes_what_it_opens(result):
    reader = _Balance()
    reader.feed(result._repr_html_())
    assert not reader.open
    assert {"table", "ol"} & set(reader.seen)
    for text in (result._repr_latex_(), result.to_latex()):
        assert text.count(r"\begin{") == text.count(r"\end{") > 0
        assert text.replace(r"\{", "").replace(r"\}", "").count("{") == text.replace(r"\{", "").replace(
            r"\}", ""
        ).count("}")


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (table1, "table compute-optimal"),
        (at("7/3", "1/3"), "at 7/3 1/3"),
        (derive("levels"), "derive levels"),
        (TWO, "balance --term N**(-alpha) --term t**(-beta) --term 1/(N*t)"),
    ],
    ids=["table", "at", "derive", "balance"],
)
def test_what_a_result_prints_is_what_the_command_prints(result, words, capsys):
    assert str(result) + "\n" == output(capsys, *words.split())
    assert result.to_latex() + "\n" == output(capsys, *words.split(), "--format", "latex")
    held = json.loads(output(capsys, *words.split(), "--format", "json"))
    for key in ("tables", "derivations"):
        held = held[key][0] if key in held else held
    own = json.loads(json.dumps(result.to_dict()))
    assert own.items() <= held.items() and held.keys() - own.keys() <= {"version", "problem"}


def test_a_frame_keeps_exact_values():
    pandas = pytest.importorskip("pandas")
    frame = table1.to_frame()
    assert isinstance(frame, pandas.DataFrame)
    assert frame.loc[0, "compute_exponent"] == alpha * beta / (alpha + 1)


def test_without_pandas_a_frame_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(InputError, match="pandas"):
        table1.to_frame()


def test_a_proof_names_weights_that_prove_the_exponent():
    """By hand, a < 1 + 1/b: the mean (t^-b)^w (N^-a)^(1-w) has equal powers of N and t where w = a/(a + b)."""
    found = TWO.explain()
    chain, *exponents_ = (formula.plain for formula in found.steps[1].formulas)
    assert "(t**(-beta))**(alpha/(alpha + beta))" in chain
    assert "(N**(-alpha))**(beta/(alpha + beta))" in chain
    product = "alpha*beta/(alpha + beta)"
    assert exponents_ == [f"{r}: {product} <= {product}" for r in ("N", "t")]


def test_a_proof_compares_every_branch():
    found = compute_optimum(Min(t**-beta, N**-alpha, t ** -Rational(1, 2)), N * t).explain()
    assert sum("other branch" in step.statement.template for step in found.steps) == sum(
        step.statement.template.startswith("Phase") for step in found.steps
    )


def test_control_a_diagram_that_is_wrong_is_not_explained():
    first, *rest = TWO.phases
    wrong = vars(first) | {"exponent": first.exponent * Rational(101, 100)}
    with pytest.raises(Refuted):
        PhaseDiagram(TWO.programme, (type(first)(**wrong), *rest), TWO.regions).explain()


@pytest.mark.parametrize("form", ["text", "markdown", "latex", "csv", "json"])
def test_the_command_prints_the_proof_in_every_format(form, capsys):
    printed = output(capsys, "balance", "--term", "1/N", "--term", "t**-beta", "--proof", "--format", form)
    assert "No allocation does better" in printed


def test_a_proof_says_why_nothing_meets_the_budgets(capsys):
    """By hand: N D = C and N = s C^m give D s = C^(1 - m), which is below 1 for m > 1."""
    words = ["--term", "1/N+1/D", "--cost", "N*D", "--subject-to", "N >= C**m", "--where", "0 < m < 2"]
    printed = output(capsys, "balance", *words, "--proof")
    assert "no allocation meets all costs and constraints" in printed
    assert "1/(1 - m) of N*D, 1/(m - 1) of N >= C**m" in " ".join(printed.split())
