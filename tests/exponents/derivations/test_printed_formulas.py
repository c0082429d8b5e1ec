"""The sums and equations that derivations print, read word by word and evaluated, against matrices, flows and draws."""

import re
from functools import cache

import numpy as np
import pytest
from mpmath import mpf
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.optimize import brentq
from sympy import lambdify

from exponents.derivations import derive
from exponents.model.scaling_function import scaling_function
from exponents.printing import Notation
from exponents.symbols import beta
from exponents.symbols import x as symbol_x
from verify.flow.noise import noisy_curve
from verify.spectra.random_features import mean_spectra
from verify.spectra.spectrum import Spectrum

MODES = np.arange(1.0, 7.0)
EIGENVALUES, WEIGHTS = MODES**-1.5, MODES**0.25
POWER = EIGENVALUES * WEIGHTS**2
NAMES = {"lambda_k": EIGENVALUES, "y_k": np.sqrt(POWER)}


@cache
def formulas(name):
    """Return the formulas that a derivation prints, those beside one another apart."""
    lines = (f.plain for one in derive(name).steps for f in one.formulas if isinstance(f, Notation))
    return [part for line in lines for part in line.split(",  ")]


def find(name, start):
    """Return the first of them that begins with ``start``."""
    return next(part for part in formulas(name) if part.startswith(start))


def right(name, left):
    """Return the right side of the printed equation that begins with ``left``."""
    return find(name, f"{left} = ").partition(" = ")[2]


def value(text, **names):
    """Return the number that a printed formula stands for: a space multiplies, and a sum goes on to the end."""
    before, sums, summand = text.partition("sum_k ")
    text = f"{before}total({summand})" if sums else text
    text = re.sub(r"(?<=[\w)\]])\s+(?=[\w(])", "*", text.replace("^", "**"))
    return eval(text, {"exp": np.exp, "total": lambda terms: terms.sum(), **NAMES, **names})  # noqa: S307


def flow(gamma, last):
    """Return u and M of eq. 51 by an ODE solver."""
    size = len(MODES)

    def rate(_, state):
        v, m = state[:size], state[size:].reshape(size, size)
        g, u = EIGENVALUES * v, WEIGHTS - v
        growth = gamma * (np.outer(u, g) + np.outer(g, u) + 2 * (u @ g) * np.eye(size))
        return np.concatenate([-m @ g, growth.ravel()])

    start = np.concatenate([WEIGHTS, np.eye(size).ravel()])
    found = solve_ivp(rate, (0, last), start, rtol=1e-11, atol=1e-13).y[:, -1]
    return WEIGHTS - found[:size], found[size:].reshape(size, size)


def test_a_formula_is_read_as_it_is_printed():
    assert value("sum_k lambda_k r/(1 + lambda_k r)", r=2.0) == pytest.approx((2 / (2 + MODES**1.5)).sum(), rel=1e-14)
    assert value("(1/N) sum_k y_k^2 exp(-2 lambda_k tau)", N=4.0, tau=0.0) == pytest.approx(POWER.sum() / 4, rel=1e-14)


def test_the_sums_of_the_lazy_flow():
    """v = e^(-Lambda tau) w by the exponential of a matrix: L = v Lambda v, and B = w Lambda v."""
    tau = 1.7
    v, covariance = expm(-np.diag(EIGENVALUES) * tau) @ WEIGHTS, np.diag(EIGENVALUES)
    assert value(right("chi", "L(t)"), tau=tau) == pytest.approx(v @ covariance @ v, rel=1e-12)
    assert value(right("chi", "B(t)"), tau=tau) == pytest.approx(WEIGHTS @ covariance @ v, rel=1e-12)


@pytest.mark.parametrize("name", ["chi", "amplitude"])
def test_the_sums_and_the_kernel_of_the_rich_flow(name):
    gamma, last = 2.0, 1.5
    u, matrix = flow(gamma, last)
    kappa = np.linalg.eigvalsh(matrix)[0]  # M is kappa on all that is orthogonal to u
    own = {"phi_k": u / WEIGHTS, "gamma": gamma, "kappa": kappa}
    assert value(right(name, "U"), **own) == pytest.approx(u @ u, rel=1e-12)
    assert value(right(name, "L"), **own) == pytest.approx(EIGENVALUES @ (WEIGHTS - u) ** 2, rel=1e-12)
    due = value(right(name, "kappa^2 - kappa").replace("|u|^2", "U"), **own, U=u @ u)
    assert kappa**2 - kappa == pytest.approx(due, rel=1e-8)


def test_the_equation_of_a_mode_in_the_rich_flow():
    gamma, last, step = 2.0, 1.5, 1e-3
    states = [flow(gamma, last + shift) for shift in (-step, 0, step)]
    kappa = np.array([np.linalg.eigvalsh(matrix)[0] for _, matrix in states])
    phi = np.array([u / WEIGHTS for u, _ in states])
    text = right("chi", "d phi_k/d tau").replace("(d log kappa/(d tau))", "growth")
    growth = (kappa[2] - kappa[0]) / (2 * step) / kappa[1] ** 2  # d ln kappa/d tau, with d tau = kappa dt
    found = (phi[2] - phi[0]) / (2 * step) / kappa[1]
    assert found == pytest.approx(value(text, phi_k=phi[1], growth=growth), rel=1e-5)  # the square of the step


@pytest.mark.parametrize("gamma", [0.0, 2.0])
def test_the_variance_that_the_noise_of_a_short_time_leaves(gamma):
    """Batches that are finite for a short time at the start, along the flow."""
    target, trace, short = Spectrum(EIGENVALUES, POWER), Spectrum(EIGENVALUES, EIGENVALUES), 1e-5
    found = noisy_curve(target, trace, gamma, 1.0 / 8, [3.0], until=short, include="variance")
    own = {"eta": 1.0, "B": 8.0, "kappa": found.kernel[0], "tau": found.clock[0]}
    due = value(find("sgd", "(eta/B) kappa(t)").replace("(t)", ""), **own)
    assert found.variance[0] == pytest.approx(due * target.variance * short, rel=1e-4)
    assert value(find("sgd", "(eta/B) sum_k"), **own) * found.kernel[0] == pytest.approx(due, rel=1e-12)


def test_the_first_correction_of_a_finite_model():
    """The convolution of the two printed sums at s = 2 t is N times what N features add to the lazy loss."""
    response, source = find("transient", "(1/N)"), find("transient", "sum_k")
    k = np.arange(1.0, 2001)
    own = {"lambda_k": k**-2.0, "y_k": k**-1.5, "N": 1.0}
    target, time = Spectrum(own["lambda_k"], own["y_k"] ** 2), 2.0
    due = quad(lambda u: value(source, **own, tau=u) * value(response, **own, tau=2 * time - u), 0, 2 * time)[0]
    first, second = (
        size * (mean_spectra(2, 1, size, "modes", 2000).target.lazy_loss([time])[0] - target.lazy_loss([time])[0])
        for size in (400, 800)
    )
    assert 2 * second - first == pytest.approx(due, rel=1e-3)  # without the next order in 1/N


def test_least_squares_on_features_and_samples():
    """The bottleneck of N features, and the losses of N features on P samples, in the mean over draws."""
    modes, rng = 300, np.random.default_rng(5)
    k = np.arange(1.0, modes + 1)
    own = {"lambda_k": k**-1.5, "y_k": k**-1.25}
    weights = own["y_k"] / np.sqrt(own["lambda_k"])

    def resolve(text):
        return brentq(lambda r: value(text, **own, r=r) - few, 1e-3, 1e7)

    def loss(size, samples):
        found = []
        for _ in range(100):
            features = rng.standard_normal((size, modes))
            psi = rng.standard_normal((samples, modes)) * np.sqrt(own["lambda_k"])
            fitted = features.T @ np.linalg.pinv(psi @ features.T) @ (psi @ weights)
            found.append(own["lambda_k"] @ (weights - fitted) ** 2)
        return np.mean(found)

    few, many = 40, 160
    floor = value(find("bottleneck", "sum_k y_k^2/"), **own, r=resolve(right("bottleneck", "N")))
    due = value(find("data", "T_N/"), T_N=floor, N=few, P=many)
    assert loss(few, many) == pytest.approx(due, rel=0.06)  # scatter of 2 %, and 1/(P - N) of a mean field
    x = own["lambda_k"] * resolve(right("data", "P"))
    sums = {"T_P": (own["y_k"] ** 2 / (1 + x)).sum(), "Q_P": (own["y_k"] ** 2 / (1 + x) ** 2).sum(), "P": few}
    found, shared = loss(many, few), (x**2 / (1 + x) ** 2).sum()
    assert found == pytest.approx(value(find("data", "Q_P/"), **sums, d_P=shared, N=many), rel=0.06)
    assert value(find("data", "Q_P/"), **sums, d_P=shared / 4, N=many) < 0.85 * found  # control: d/N for d/P


def test_what_flattened_modes_leave():
    """(1 - phi)^2 of the mode k_0 of a flow that learns, with mu_k0 = k_0^-alpha, k_0 = n^p, and n stable steps."""
    (text,) = (one.reason.write("plain") for one in derive("steps").steps if "what they leave falls with" in str(one))
    printed = float(text.partition("what they leave falls with ")[2].split(",")[0])
    x = np.array([1e3, 1e4])  # mu_k0 tau, which grows as n: the clock is 2 n/mu_k0 at the most
    fraction = lambdify((symbol_x, beta), scaling_function(), "mpmath")
    left = [float((1 - fraction(mpf(place), mpf("0.5"))) ** 2) for place in x]
    assert -np.log(left[1] / left[0]) / np.log(x[1] / x[0]) == pytest.approx(printed, rel=1e-2)  # the next power, 1/x
