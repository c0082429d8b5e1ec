"""The formulas that derivations print, each by a route that shares nothing with them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import brentq

from exponents.derivations import derive
from exponents.derivations.rank_one import exact_flow_steps
from exponents.names import DERIVATIONS
from exponents.reports.derivation_text import derivation_object, render_derivation
from verify.flow.solver import solve_flow
from verify.spectra.random_features import limit_spectra

RNG = np.random.default_rng(7)
EIGENVALUES, TARGET = np.arange(1.0, 6.0) ** -1.5, np.arange(1.0, 6.0) ** 0.25


@pytest.mark.parametrize("name", ["chi", "levels", "bottleneck"])
def test_the_assumptions_come_first_in_every_format(name):
    found = derive(name)
    assert derivation_object(found)["assumptions"]
    for form, style in (("text", "unicode"), ("markdown", "latex"), ("latex", "latex"), ("csv", "plain")):
        text = render_derivation(found, form).replace("\n    ", " ")
        first = found.steps[0].statement.write(style)[:20]
        for assumption in found.assumptions:
            assert 0 <= text.index(assumption.write(style)[:20]) < text.index(first)


def test_every_derivation_has_assumptions():
    from exponents.derivations.assumptions import BY_NAME

    assert list(BY_NAME) == list(DERIVATIONS) and all(BY_NAME.values())


def matrix_flow(gamma, last, bound=np.inf):
    """Return v and M of eq. 51 on a few modes, by an ODE solver that knows no reduction.

    A preconditioner divides each gradient by 1 + eigenvalue/bound.
    """
    eigenvalues, target, size = EIGENVALUES, TARGET, len(TARGET)

    def rate(_, state):
        v, m = state[:size], state[size:].reshape(size, size)
        g, u = eigenvalues * v / (1 + eigenvalues / bound), target - v
        growth = gamma * (np.outer(u, g) + np.outer(g, u) + 2 * (u @ g) * np.eye(size))
        return np.concatenate([-m @ g, growth.ravel()])

    start = np.concatenate([target, np.eye(size).ravel()])
    found = solve_ivp(rate, (0, last), start, rtol=1e-10, atol=1e-12).y[:, -1]
    return target - found[:size], found[size:].reshape(size, size)


@pytest.mark.parametrize("bound", [np.inf, 0.1])
def test_the_matrix_keeps_its_form_with_a_preconditioner_too(bound):
    gamma = 2.0
    u, matrix = matrix_flow(gamma, 3.0, bound)
    kappa = (1 + np.sqrt(1 + 4 * gamma * u @ u)) / 2

    def apart(scale):
        form = scale * kappa * np.eye(len(u)) + gamma / (scale * kappa) * np.outer(u, u)
        return np.abs(matrix - form).max()

    assert apart(1) < 1e-7  # a hundred steps of the solver's tolerance
    assert apart(1.01) > 1e-3  # control


def test_the_printed_rate_of_kappa_is_that_of_the_matrix():
    """The formula d kappa/dt = ... is a product of its words; the ODE solver gives kappa shortly before and after."""
    gamma, last, step = 2.0, 3.0, 1e-3

    def kappa(time):
        u, _ = matrix_flow(gamma, time)
        return (1 + np.sqrt(1 + 4 * gamma * u @ u)) / 2

    (printed,) = (f.plain for one in exact_flow_steps() for f in one.formulas if "d kappa/dt = " in f.plain)
    *factors, first, second = printed.partition("d kappa/dt = ")[2].split()
    assert (first, second) == ("u", "g")
    u, _ = matrix_flow(gamma, last)
    due = np.prod([gamma if word == "gamma" else float(word) for word in factors]) * (u @ (EIGENVALUES * (TARGET - u)))
    found = (kappa(last + step) - kappa(last - step)) / (2 * step)
    assert found == pytest.approx(due, rel=1e-5)  # the square of the step


def test_the_mean_projector_is_the_inverse_of_one_plus_r_lambda():
    size, modes, draws = 60, 1200, 240
    eigenvalues = np.arange(1.0, modes + 1) ** -1.5
    scale = brentq(lambda r: (eigenvalues * r / (1 + eigenvalues * r)).sum() - size, 1, 1e7)
    total = np.zeros(modes)
    for _ in range(draws):
        rows = RNG.standard_normal((size, modes)) * np.sqrt(eigenvalues)
        total += (rows * np.linalg.solve(rows @ rows.T, rows)).sum(axis=0) / draws
    expected = eigenvalues * scale / (1 + eigenvalues * scale)
    middle = slice(40, 120)  # its standard error is 1.2e-3 of itself
    found = total[middle].mean()
    assert total.sum() == pytest.approx(size, rel=1e-9)
    assert found == pytest.approx(expected[middle].mean(), rel=4e-3)  # three standard errors
    assert abs(found - 1.01 * expected[middle].mean()) > 4e-3 * found  # control


def test_the_loss_of_least_squares_with_noise():
    modes, samples, noise, draws = 800, 120, 0.3, 1600
    covariance = np.arange(1.0, modes + 1) ** -1.5
    target = np.arange(1.0, modes + 1) ** -0.25
    cutoff = brentq(lambda nu: (covariance / (covariance + nu)).sum() - samples, 1e-9, 10)
    shared = (covariance**2 / (covariance + cutoff) ** 2).sum()
    bias = cutoff**2 * (target**2 * covariance / (covariance + cutoff) ** 2).sum()
    losses = []
    for _ in range(draws):
        x = RNG.standard_normal((samples, modes)) * np.sqrt(covariance)
        seen = x @ target + np.sqrt(noise) * RNG.standard_normal(samples)
        missed = target - x.T @ np.linalg.solve(x @ x.T, seen)
        losses.append(noise + covariance @ missed**2)
    found, error = np.mean(losses), np.std(losses) / np.sqrt(draws)
    formula = (noise + bias) / (1 - shared / samples)
    assert abs(found - formula) < 3 * error and error < 0.0025 * found
    assert abs(found - 1.01 * formula) > 3 * error  # control


@pytest.mark.parametrize(("source", "due"), [("3/2", -0.5), ("5/2", -1.0)])
def test_above_one_the_rank_one_part_changes_a_mode_as_the_slower_of_two_powers(source, due):
    measure = limit_spectra(2, source, 1e14).target
    clock = np.array([1e6, 1e7])
    learned = solve_flow(measure, 1.0, 1e9, 1e-11).at_clock(clock).learned
    places = np.outer(clock, measure.eigenvalues)
    change = learned / -np.expm1(-places) - 1
    at_one = [np.interp(0, np.log(x[::-1]), row[::-1]) for x, row in zip(places, change, strict=True)]
    power = np.log10(at_one[1] / at_one[0])
    assert abs(power - due) < 3e-3  # the interpolation between nodes
    assert abs(power - 1.01 * due) > 3e-3  # control
