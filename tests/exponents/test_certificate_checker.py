"""Certificates: true ones hold for the checker that shares nothing with the search, and forged ones do not."""

import copy
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Min, Rational, Symbol

from exponents import C, N, P, alpha, beta, certificate_checker, compute_optimum, loss, t
from exponents.certificate_checker import INVALID, Forged, check
from exponents.reports.certificate import make_certificate

q = Symbol("q", positive=True)


@cache
def written(name):
    diagrams = {
        "lazy": lambda: compute_optimum(loss("lazy"), where=alpha > 1),
        "rich": lambda: compute_optimum(loss("rich"), where=alpha > 1),
        "curved": lambda: compute_optimum(t**-beta + N**-alpha + (N * t) ** Rational(-1, 2), N * t, alpha > 1),
        "constraint": lambda: compute_optimum(N**-alpha + 1 / P, N * P + N * C**q, [q < 1]),
        "branches": lambda: compute_optimum(Min(t**-beta, 1 / (N * t)) + N**-alpha, N * t),
        "free": lambda: compute_optimum(1 / (t * P) + P / N, N * t, free=[P]),
        "numbers": lambda: compute_optimum(t ** Rational(-1, 2) + N ** Rational(-3, 4), N * t),
    }
    return json.dumps(make_certificate(diagrams[name]()))


@pytest.mark.parametrize("name", ["lazy", "curved", "constraint", "branches", "free", "numbers"])
def test_a_true_certificate_holds(name):
    assert check(json.loads(written(name))) >= 1


def test_the_file_runs_alone_and_says_what_it_found(tmp_path):
    checker = tmp_path / "checker.py"
    checker.write_text(Path(certificate_checker.__file__).read_text())
    (tmp_path / "law.json").write_text(written("rich"))
    (tmp_path / "bad.json").write_text("[1, 2")
    run = [sys.executable, "-I", "-S", str(checker)]
    good = subprocess.run([*run, str(tmp_path / "law.json")], capture_output=True, text=True, check=False)
    assert good.returncode == 0 and "proved, on" in good.stdout and good.stderr == ""
    bad = subprocess.run([*run, str(tmp_path / "bad.json")], capture_output=True, text=True, check=False)
    assert bad.returncode == 1 and bad.stdout == "" and bad.stderr.count("\n") == 1


def scaled(ratio, factor="101/100"):
    """Return a rational function times a number."""
    from fractions import Fraction

    top, bottom = ratio["/"]
    return {"/": [[[str(Fraction(a) * Fraction(factor)), power] for a, power in top], bottom]}


def phase_of(data, place=0):
    return data["parts"][0]["phases"][place]


def proof_of(data, place=0):
    return phase_of(data, place)["proofs"][0]


def forge_exponent(data):
    phase_of(data)["exponent"] = scaled(phase_of(data)["exponent"])


def forge_weight(data):
    proof_of(data)["weights"] = [scaled(w) for w in proof_of(data)["weights"]]


def forge_negative_weights(data):
    proof_of(data)["weights"] = [scaled(w, "-1") for w in proof_of(data)["weights"]]


def forge_weights_beyond_bounds(data):
    """All equations still hold; a weight is negative."""
    one = {"/": [[["1", [0, 0]]], [["1", [0, 0]]]]}
    proof_of(data)["weights"] = [scaled(one, number) for number in ("101", "-100", "0")]


def forge_exchanged_regions(data):
    """The regions still tile, and all equations hold; each phase is where another is optimal."""
    first, second = data["parts"][0]["phases"][:2]
    for one, other in ((first, second), (first["proofs"][0], second["proofs"][0])):
        one["where"], other["where"] = other["where"], one["where"]


def forge_price(data):
    proof_of(data)["prices"] = [scaled(p) for p in proof_of(data)["prices"]]


def forge_vertex(data):
    phase_of(data)["vertices"][0] = [scaled(x) for x in phase_of(data)["vertices"][0]]


def forge_no_vertex(data):
    phase_of(data)["vertices"] = []


def forge_binding(data):
    terms = range(len(data["parts"][0]["terms"]))
    phase_of(data)["binding"] = [next(i for i in terms if i not in phase_of(data)["binding"])]


def forge_gap(data):
    data["parts"][0]["phases"].pop()


def forge_overlap(data):
    phase_of(data)["where"] = [[]]


def forge_double(data):
    data["parts"][0]["phases"].append(phase_of(data))


def forge_shifted_boundary(data):
    for side in phase_of(data)["where"][0]:
        side["/"][0] = [[a, power] for a, power in side["/"][0]] + [["1/1000", [0, 0]]]


def forge_missing_proof(data):
    phase_of(data)["proofs"] = []


def forge_other_loss(data):
    data["parts"][0]["terms"][0] = [scaled(e) for e in data["parts"][0]["terms"][0]]


def forge_other_cost(data):
    data["parts"][0]["budgets"][0] = [scaled(c) for c in data["parts"][0]["budgets"][0]]


def forge_empty_domain(data):
    data["domain"].append({"/": [[["-1", [0, 0]]], [["1", [0, 0]]]]})


def forge_zero_denominator(data):
    phase_of(data)["exponent"]["/"][1] = []


def forge_hidden_zero(data):
    """A denominator that is zero, written as a coefficient."""
    phase_of(data)["vertices"][0][0]["/"][1] = [["0", [0, 0]]]


def forge_negative_power(data):
    """What is no polynomial may change its sign where nothing vanishes."""
    phase_of(data)["where"][0].append({"/": [[["1", [-1, 0]]], [["1", [0, 0]]]]})


def forge_fractional_power(data):
    phase_of(data)["where"][0].append({"/": [[["1", [0.5, 0]]], [["1", [0, 0]]]]})


FORGERIES = [value for name, value in sorted(globals().items()) if name.startswith("forge_")]


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__[6:])
def test_a_forged_certificate_is_refused(forge):
    data = json.loads(written("curved"))
    check(copy.deepcopy(data))
    forge(data)
    with pytest.raises((Forged, *INVALID)):
        check(data)


def test_a_forged_choice_of_branches_is_refused():
    data = json.loads(written("branches"))
    first, last = data["joined"][0], data["joined"][-1]
    first["where"], last["where"] = last["where"], first["where"]
    with pytest.raises(Forged):
        check(data)


def test_branches_with_different_budgets_are_refused():
    data = json.loads(written("branches"))
    data["parts"][1]["budgets"][0] = [scaled(c) for c in data["parts"][1]["budgets"][0]]
    with pytest.raises(Forged, match="different budgets"):
        check(data)


def test_the_checker_stays_short_and_needs_nothing():
    source = Path(certificate_checker.__file__).read_text()
    assert len(source.splitlines()) < 300
    imported = {line.split()[1].split(".")[0] for line in source.splitlines() if line.startswith(("import ", "from "))}
    assert imported <= sys.stdlib_module_names


def test_factors_only_spare_work():
    data = json.loads(written("curved"))
    cells = check(data)
    data["factors"] = [[["1", [1, 0]], ["-7", [0, 0]]]]  # alpha = 7 is no boundary, and cuts cells
    assert check(data) > cells


EXPONENTS = st.sampled_from(
    [alpha, beta, alpha * beta, alpha + 1, 2 - beta, Rational(1, 2), Rational(3, 2), Rational(0)]
)


@settings(max_examples=8)
@given(st.lists(st.tuples(EXPONENTS, EXPONENTS), min_size=2, max_size=3, unique=True))
def test_diagrams_of_random_losses_hold(powers):
    terms = [N**-a * t**-b for a, b in powers]
    if all(a == b == 0 for a, b in powers):
        return
    found = compute_optimum(sum(terms), N * t, alpha < 3)
    if any(not term.exponents for term in found.programme.loss):
        return
    assert check(json.loads(json.dumps(make_certificate(found)))) >= 1
