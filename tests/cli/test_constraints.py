"""Constraints on the command line: bounds that are constants, and what cannot be a constraint or a cost."""

import json

import pytest

from exponents.cli.app import main

LAW = ["balance", "--term", "N**-a + D**-b", "--cost", "N*D", "--where", "a > 0", "--where", "b > 0"]
WIDTH = ["balance", "--term", "1/N + 1/D", "--cost", "N*D*P"]


def run(capsys, *arguments):
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def phases(capsys, *arguments):
    return json.loads(run(capsys, *arguments, "--format", "json")[1])["phases"]


def test_a_resource_below_a_constant_does_not_grow(capsys):
    """With N bounded the loss stays at N^-a: exponent 0, as C^0 (1e12)^-a."""
    (phase,) = phases(capsys, *LAW, "--subject-to", "N <= 1e12")
    assert (phase["exponent"], phase["allocation"]) == ("0", {"D": "1", "N": "0"})
    assert phase["tight"] == ["N <= 1e12"]
    text = run(capsys, *LAW, "--subject-to", "N <= 1e12")[1]
    assert "N <= 1e12 says that N does not grow with C, whatever the constant." in text


def test_a_bounded_resource_that_the_loss_does_not_need_costs_nothing(capsys):
    """P <= 64 and P >= 1: P ~ C^0, and 1/N + 1/D at N D = C has r = 1/2."""
    for bounds in (["--subject-to", "P <= 64"], ["--subject-to", "1 <= P <= 64"], ["--subject-to", "8 <= P"]):
        (phase,) = phases(capsys, *WIDTH, *bounds)
        assert phase["exponent"] == "1/2" and phase["allocation"]["P"] == "0"


def test_a_lower_bound_that_is_a_constant_says_nothing(capsys):
    text = run(capsys, *WIDTH, "--subject-to", "8 <= P")[1]
    assert "8 <= P says nothing as C grows" in text and "Never tight" not in text


def test_a_free_rate_below_a_constant(capsys):
    """g*N^-1 + 1/(g*t) with g <= 1 alone: g falls, and does not rise."""
    rate = ["balance", "--term", "g**(1/2)/N", "--term", "1/(g*t)", "--cost", "N*t", "--free", "g"]
    (bounded,) = phases(capsys, *rate, "--subject-to", "g <= 1")
    (unbounded,) = phases(capsys, *rate)
    assert bounded["tight"] == ["g <= 1"] or unbounded["exponent"] == bounded["exponent"]
    text = run(capsys, *rate, "--subject-to", "g <= 1")[1]
    assert "g <= 1 says that g does not grow with C" in text
    lower = run(capsys, *rate, "--subject-to", "g >= 1/100")[1]
    assert "says nothing as C grows" not in lower


def test_bounds_on_products_count_together(capsys):
    text = run(capsys, *LAW, "--subject-to", "N*D <= 1e30", "--subject-to", "D <= C**2")[2]
    assert "no allocation meets N*D = C and N*D <= 1e30" in text


def test_a_loss_that_grows_whatever_the_split_is_said_to_grow(capsys):
    status, text, _ = run(capsys, "balance", "--term", "N*t", "--term", "1/N", "--cost", "N*t")
    assert status == 0 and "the loss grows with the budget, however it is split, by N*t." in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--subject-to", "N >= -1"], "both sides of a constraint must be positive; got N >= -1"),
        (["--subject-to", "N >= 0"], "both sides of a constraint must be positive; got N >= 0"),
        (["--given", "U=0"], "both sides of a constraint must be positive; got U == 0"),
        (["--given", "U=1+C"], "side of a constraint must be a monomial; got C + 1"),
        (["--given", "C=N"], "--given must name a resource; got C, the budget"),
        (["--given", "U"], "--given must be a resource and a power of C; got U"),
        (["--cost", "N*t - 3*N"], "the parts of a cost must be positive; got -3*N"),
        (["--cost", "-N*t"], "the parts of a cost must be positive; got -N*t"),
        (["--cost", "min(N, t)"], "a cost must be a monomial, or a sum or max of monomials; got Min(N, t)"),
        (["--cost", "(N + t)**2"], "a cost must be a monomial, or a sum or max of monomials; got (N + t)**2"),
        (["--term", "0/N + 1/t"], "a constant must be positive; got 0 in 0/N + 1/t"),
        (["--term", "N**-a", "--where", "a = 1"], "a parameter gets its number by --set"),
        (["--term", "N**-a", "--where", "a > 1 or a < 0"], "ask once for each alternative"),
        (["--term", "log(N)"], "a logarithm is no power law"),
        (["--term", "exp(-N)"], "an exponential is no power law"),
        (["--resource", ""], "a cost, constraint or resource must be written out"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line_of_the_users_words(capsys, arguments, said):
    cost = [] if "--cost" in arguments else ["--cost", "N*t"]
    status, out, err = run(capsys, "balance", "--term", "1/N", *cost, *arguments)
    assert (status, out) == (2, "") and said in err and err.count("\n") == 1


def test_an_infeasible_part_is_a_phase_in_every_format(capsys):
    given = ["balance", "--term", "1/N + 1/t", "--cost", "N*t", "--given", "P=C**u", "--subject-to", "P <= N"]
    given += ["--where", "0 < u < 2"]
    last = phases(capsys, *given)[-1]
    assert last == {
        **{"where": "u > 1", "exponent": None, "allocation": {}, "binding": []},
        "infeasible": [["N*t = C", "P <= N", "P == C**u"]],
    }
    for form in ("text", "markdown", "latex", "csv"):
        assert "infeasible" in run(capsys, *given, "--format", form)[1]
    assert "Phase 3 is infeasible: no allocation meets N*t = C and P <= N and P == C**u." in run(capsys, *given)[1]
