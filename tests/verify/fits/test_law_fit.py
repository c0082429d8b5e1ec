"""Laws fitted to public runs reach the optima that others published, and noise-free runs give back their constants."""

import numpy as np
import pytest

from exponents.errors import InputError
from verify import fit_law


def grid(alpha, beta, e, a, b, noise=0.0, seed=0, sizes=8):
    """Runs on a grid of sizes and data, with a known law and noise of ln L."""
    size = np.logspace(7, 10, sizes).repeat(sizes)
    data = np.tile(np.logspace(8.5, 11.5, sizes), sizes)
    loss = e + a * size**-alpha + b * data**-beta
    return {"N": size, "D": data, "loss": loss * np.exp(noise * np.random.default_rng(seed).normal(size=len(size)))}


def values(fit):
    return {name: one.value for name, one in fit.parameters.items()}


def test_digitised_chinchilla_reaches_the_least_huber_objective(public_runs):
    path = public_runs("chinchilla_digitised.csv")
    fit = fit_law(path, given=["C=6*N*D"], drop_highest=5, objective="huber:1e-3", intervals="none")
    assert abs(fit.value - 1.018274018e-3) < 1e-9
    # published to the last digit that is given here
    for name, value, digit in (
        ("alpha", 0.3473105, 1e-7),
        ("beta", 0.3671724, 1e-7),
        ("E", 1.817218, 1e-6),
        ("A", 477.826, 1e-3),
        ("B", 2143.417, 1e-3),
    ):
        assert abs(values(fit)[name] - value) < digit, name
    assert abs(fit.allocation["N"].value - 0.51390) < 1e-5
    (least,) = [rival for rival in fit.rivals if rival.objective.name == "ls"]
    expected = {"alpha": 0.360253, "beta": 0.405883, "E": 1.864550}
    assert all(abs(least.parameters[name] - value) < 1e-6 for name, value in expected.items())


@pytest.mark.parametrize(
    ("objective", "expected"),
    [
        ("ls", {"alpha": 0.306766, "beta": 0.310969, "E": 0.602090}),
        ("ls-raw", {"alpha": 0.310006, "beta": 0.313643}),
    ],
)
def test_llama_3_reaches_the_least_squares_optima(public_runs, objective, expected):
    path = public_runs("llama3_isoflops.csv")
    fit = fit_law(path, only=["condition=raw_loss"], objective=objective, intervals="none")
    assert len(fit.runs) == 133
    assert all(abs(values(fit)[name] - value) < 1e-6 for name, value in expected.items())
    if objective == "ls":
        assert abs(fit.allocation["N"].value - 0.503402) < 1e-6


def test_misfitting_runs_do_not_identify_alpha(public_runs):
    fit = fit_law(public_runs("misfitting_last_checkpoints.csv"), best=True, draws=60)
    (warning,) = [text for text in fit.warnings if text.startswith("not identified")]
    assert "alpha" in warning
    assert fit.parameters["alpha"].width > fit.parameters["alpha"].value / 2


@pytest.mark.parametrize("objective", ["huber", "huber:1e-3", "ls", "ls-raw"])
@pytest.mark.parametrize(
    "constants",
    [
        (0.34, 0.28, 1.69, 406.4, 410.7),
        (0.5, 0.5, 2.0, 3000.0, 1e5),
        (0.12, 0.7, 0.5, 8.0, 1e6),
        (0.3, 0.3, 0.0, 50.0, 90.0),
    ],
)
def test_runs_without_noise_give_back_every_constant(objective, constants):
    fit = fit_law(grid(*constants), objective=objective, intervals="none")
    for name, value in zip(("alpha", "beta", "E", "A", "B"), constants, strict=True):
        assert abs(values(fit)[name] - value) <= 1e-10 * max(value, 1), name


def test_control_another_law_does_not_give_them_back():
    fit = fit_law(grid(0.34, 0.28, 1.69, 406.4, 410.7), where=["E==1.7"], objective="ls", intervals="none")
    assert abs(values(fit)["alpha"] - 0.34) > 1e-4


def test_one_value_of_a_resource_is_refused():
    runs = grid(0.34, 0.28, 1.69, 406.4, 410.7)
    with pytest.raises(InputError, match="3 different values of each resource; N has 1"):
        fit_law({**runs, "N": np.full(64, 1e8)})


def test_data_on_a_line_are_refused():
    runs = grid(0.34, 0.28, 1.69, 406.4, 410.7)
    with pytest.raises(InputError, match="D = 20 N"):
        fit_law({**runs, "D": 20 * runs["N"]})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"budget": -1}, "the budget must be a positive number; got -1"),
        ({"budget": float("nan")}, "the budget must be a positive number; got nan"),
        ({"draws": 40.5}, "the number of bootstrap fits must be a whole number"),
        ({"seed": "a"}, "the seed must be a whole number"),
        ({"drop_highest": -1}, "the number of highest losses to leave out must be a whole number of at least 0"),
        ({"objective": 3}, "the objective must be one of huber, ls, ls-raw; got 3"),
        ({"resources": ["N"]}, "resources must be a Mapping"),
        ({"where": 3}, "where must be a text or a list of texts; got 3"),
        ({"form": 3}, "the form must be a text or a list of texts; got 3"),
        ({"cost": 6}, "the cost must be a text or a list of texts"),
        ({"intervals": "boot"}, "the kind of intervals must be one of bootstrap, formula, none"),
    ],
)
def test_arguments_of_another_kind_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        fit_law(grid(0.34, 0.28, 1.7, 400, 400), **options)


def test_one_condition_may_stand_alone():
    runs = grid(0.34, 0.34, 1.7, 400, 400)
    fit = fit_law(runs, where="alpha==beta", intervals="none")
    assert fit.law.exponents == ("beta",) and values(fit)["beta"] == pytest.approx(0.34)
