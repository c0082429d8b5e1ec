"""A fit that should not be trusted says so, and one that can be trusted does not."""

import numpy as np
import pytest

from verify import fit_law
from verify.fits.classical import compare_approaches
from verify.fits.held_out import compare_laws

TRUTH = {"alpha": 0.34, "beta": 0.37, "E": 1.7, "A": 400.0, "B": 2000.0}


def runs(noise=0.01, seed=1, sizes=7, decades=3.0, e=1.7, a=400.0, b=2000.0):
    """Runs on a grid, from a known law with noise of ln L."""
    size = np.logspace(7, 7 + decades, sizes).repeat(sizes)
    data = np.tile(np.logspace(9, 9 + decades, sizes), sizes)
    loss = e + a * size**-0.34 + b * data**-0.37
    return {"N": size, "D": data, "loss": loss * np.exp(noise * np.random.default_rng(seed).normal(size=len(size)))}


def doubts(data, intervals="formula", **options):
    return fit_law(data, intervals=intervals, **options).warnings


def test_control_a_good_fit_has_no_doubts():
    assert doubts(runs(), objective="ls") == ()
    assert doubts(runs(noise=0.003), objective="huber") == ()


def some(warnings, text):
    return [warning for warning in warnings if text in warning]


def test_an_irreducible_loss_of_nothing_is_said():
    assert some(doubts(runs(e=0.0)), "E is 0 at the best fit") or some(doubts(runs(e=0.0)), "E cannot be told from 0")
    assert some(doubts(runs(e=0.0, noise=0.0)), "E is 0 at the best fit")


def test_a_short_range_does_not_identify_the_exponents():
    (warning,) = some(doubts(runs(noise=0.02, decades=0.7)), "not identified")
    assert "alpha" in warning and "beta" in warning


def test_resources_that_nearly_follow_each_other_are_said():
    data = runs()
    wobble = np.exp(0.05 * np.random.default_rng(0).normal(size=49))
    assert some(doubts({**data, "D": 20 * data["N"] * wobble}), "nearly a power of")


def test_rows_that_repeat_are_said():
    data = runs()
    assert some(doubts({name: np.append(v, v[:3]) for name, v in data.items()}), "3 rows repeat others exactly")


def test_failed_runs_that_carry_the_fit_are_said_and_best_is_offered():
    data = runs()
    failed = {name: np.append(values, values[-14:]) for name, values in data.items()}
    failed["loss"][-14:] *= 1.2
    warnings = doubts(failed, objective="ls")
    assert some(warnings, "outliers") and some(warnings, "--best keeps the best of each")
    assert not some(doubts(failed, objective="ls", best=True), "outliers")


def test_few_clusters_are_said():
    data = runs()
    warnings = doubts({**data, "budget": np.arange(49) // 7}, "bootstrap", cluster="budget", draws=20)
    assert some(warnings, "7 clusters are few")


def test_a_budget_beyond_the_runs_is_said():
    assert some(doubts(runs(), budget=6e24), "100 times that of the largest run")
    assert not some(doubts(runs(), budget=1e20), "largest run")


def test_residuals_with_structure_are_said_and_a_richer_form_fits_better():
    data = runs(noise=0.0)
    n, d = data["N"], data["D"]
    data["loss"] = 1.7 + (400 * n**-0.34 + 2000 * d**-0.37) ** 0.6
    data["loss"] *= np.exp(0.001 * np.random.default_rng(2).normal(size=49))
    fit = fit_law(data, intervals="formula", objective="ls")
    assert some(fit.warnings, "the residuals have structure")
    errors = {row["name"]: row["folds"] for row in compare_laws(fit.law, fit.runs, fit.objective)}
    assert min(errors, key=errors.get) == "interaction"


def test_the_true_law_predicts_runs_that_were_left_out_best():
    fit = fit_law(runs(noise=0.002), intervals="none", objective="ls")
    rows = {row["name"]: row for row in compare_laws(fit.law, fit.runs, fit.objective)}
    for name in ("E = 0", "product", "Kaplan"):
        assert rows[name]["folds"] > 2 * rows["this law"]["folds"]
        assert rows[name]["largest_budget"] > rows["this law"]["largest_budget"]
    # the noise itself, within its scatter over 49 runs
    assert 0.6 < rows["this law"]["folds"] / 0.002 < 1.5


def test_parabolas_reach_the_published_split_of_llama_3(public_runs):
    fit = fit_law(public_runs("llama3_isoflops.csv"), only=["condition=raw_loss"], intervals="none")
    found = compare_approaches(fit.runs, fit.cost)
    assert abs(found.isoflop["N"].value - 0.463221) < 1e-6 and abs(found.isoflop["D"].value - 0.536779) < 1e-6
    assert not any(parabola.refused for parabola in found.parabolas)


def test_a_parabola_has_its_minimum_at_its_vertex():
    """3 + (ln N - ln N0 - 0.1)^2 in five runs of one budget that are not centred on it."""
    shift, middle = np.array([-0.4, -0.2, 0.0, 0.2, 0.5]), np.sqrt(1e19 / 6)
    size, others = middle * np.exp(shift), runs(noise=0.0)
    data = {
        "N": np.append(others["N"], size),
        "D": np.append(others["D"], 1e19 / 6 / size),
        "loss": np.append(others["loss"], 3 + (shift - 0.1) ** 2),
        "C": np.append(np.full(49, 1e30), np.full(5, 1e19)),
    }
    fit = fit_law(data, intervals="none", given=["C=6*N*D"])
    found = compare_approaches(fit.runs, fit.cost).parabolas[0].minimum
    assert found["N"] == pytest.approx(middle * np.exp(0.1), rel=1e-9)
    assert found["D"] == pytest.approx(middle * np.exp(-0.1), rel=1e-9)


@pytest.mark.parametrize(
    ("shift", "bend", "reason"),
    [
        ([-0.2, 0.0, 0.2], 1, "fewer than 4 sizes"),
        ([-0.4, -0.2, 0.0, 0.2], -1, "opens downwards"),
        ([0.4, 0.6, 0.8, 1.0], 1, "outside the runs"),
    ],
)
def test_a_parabola_is_refused_for_a_named_reason(shift, bend, reason):
    shift = np.array(shift)
    size = np.sqrt(1e19 / 6) * np.exp(shift)
    others = runs(noise=0.0)
    data = {
        "N": np.append(others["N"], size),
        "D": np.append(others["D"], 1e19 / 6 / size),
        "loss": np.append(others["loss"], 3 + bend * shift**2),
        "C": np.append(np.full(49, 1e30), np.full(len(size), 1e19)),
    }
    fit = fit_law(data, intervals="none", given=["C=6*N*D"])
    assert reason in compare_approaches(fit.runs, fit.cost).parabolas[0].refused


def test_a_law_of_three_resources_has_rivals():
    n, d, s = (own.ravel() for own in np.meshgrid(*(np.logspace(0, 3, 4),) * 3, indexing="ij"))
    loss = (1.7 + n**-0.34 + 2 * d**-0.37 + s**-0.5) * np.exp(0.01 * np.random.default_rng(0).normal(size=64))
    runs = {"N": n, "D": d, "B": s, "loss": loss}  # a batch size B is no prefactor
    fit = fit_law(runs, ("E", "A*N**-a", "K*D**-b", "G*B**-c"), intervals="none")
    rows = {row["name"]: row for row in compare_laws(fit.law, fit.runs, fit.objective)}
    assert list(rows) == ["this law", "E = 0", "tied", "product", "interaction"]
    assert rows["tied"]["form"] == "E + A/N**power3 + B0/D**power3 + scale3/B**power3"
    assert 1.5 * rows["this law"]["folds"] < rows["product"]["folds"]
    assert rows["interaction"]["unknowns"] == 8 and rows["tied"]["unknowns"] == 5
