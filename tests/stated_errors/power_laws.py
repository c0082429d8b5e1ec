"""Power laws: spectra, mean fields of N features and P samples, against sums and inverse Laplace transforms."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import exp, fsum, inf

import mpmath as mp
import numpy as np
from flint import acb, arb, ctx
from problem import Compared, pair

from verify.flow.curve import flow_curve, limit_curve
from verify.reuse.mean_loss import mean_reuse, reuse_curve
from verify.spectra.random_features import mean_spectra


def draw_exponents(rng: np.random.Generator) -> tuple[Fraction, Fraction]:
    """Return alpha and beta with small denominators."""
    return Fraction(int(rng.integers(22, 80)), 20), Fraction(int(rng.integers(2, 60)), 20)


def lazy_continuum(alpha: float, beta: float, s: float) -> float:
    """int_1^inf k^{-alpha beta - 1} e^{-s k^{-alpha}} dk = (1/alpha) s^{-beta} gamma(beta, s)."""
    with mp.workdps(30):
        return float(mp.gammainc(beta, 0, s) / (alpha * mp.mpf(s) ** beta))


def lazy_modes(alpha: float, beta: float, s: float) -> float:
    """sum_k k^{-alpha beta - 1} e^{-s k^{-alpha}}: the first terms, then Euler and Maclaurin with the integral."""
    last = int(400 + 12 * (s * alpha) ** (1 / alpha))
    power = alpha * beta + 1
    head = fsum(k**-power * exp(-s * k**-alpha) for k in range(1, last))
    u = s * last**-alpha
    with mp.workdps(30):
        rest = float(mp.gammainc(beta, 0, u) / (alpha * mp.mpf(s) ** beta))
    value = last**-power * exp(-u)
    bend = (alpha * u - power) / last  # f'/f; the next term has f''' / 720, below 1e-12 of the sum here
    slope = value * bend
    w = alpha * u / last
    third = (
        bend**3
        + 3 * bend * (power / last**2 - w * (alpha + 1) / last)
        + (w * (alpha + 1) * (alpha + 2) - 2 * power / last) / last**2
    )
    return head + rest + value / 2 - slope / 12 + value * third / 720


def spectrum(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare lazy limit curves, whose error is that of the rule of the spectrum."""
    alpha, beta = draw_exponents(rng)
    kind = "continuum" if rng.random() < 0.5 else "modes"
    times = np.sort(10 ** rng.uniform(-1, 12 if kind == "continuum" else 3, 3))
    curve = limit_curve(alpha, beta, 0.0, times, kind)
    law = lazy_continuum if kind == "continuum" else lazy_modes
    due = [law(float(alpha), float(beta), 2 * float(t)) for t in times]
    yield from pair(kind, curve.loss, curve.loss_error, due, 2e-16 if kind == "continuum" else 1e-15)


PLACES, STEPS = 52, 2
"""Places of a contour, and steps of the cutoff from one to the next."""


# --- resolvents of mean fields, by hypergeometric functions ----------------------------------------------------------


def count(alpha: arb, nu: acb) -> acb:
    """int_1^inf lambda/(lambda + nu) dk."""
    z = 1 - 1 / alpha
    return (1 / (1 + nu)).hypgeom_2f1(1, 1, acb(z + 1)) / (alpha * z * (1 + nu))


def power(alpha: arb, beta: arb, nu: acb) -> acb:
    """int_1^inf y^2/(lambda + nu) dk."""
    return (1 / (1 + nu)).hypgeom_2f1(1, 1, acb(beta + 1)) / (alpha * beta * (1 + nu))


def solve_cutoff(alpha: arb, by_n: arb, by_p: arb, s: acb, nu: acb) -> acb:
    """nu with s = nu (1 - V/N) (1 - V/P), by Newton's method; V' = -(V + 1/(1 + nu))/(alpha nu), by parts."""
    for _ in range(60):
        seen = count(alpha, nu)
        slope = -(seen + 1 / (1 + nu)) / alpha  # nu V'
        first, second = 1 - seen * by_n, 1 - seen * by_p
        change = (nu * first * second - s) / (first * second - slope * (by_n * second + by_p * first))
        nu = (nu - change).mid()
        if abs(change).upper() < abs(nu).lower() * 2.0**-75:
            return nu
    raise ArithmeticError(f"no cutoff at {s}")


def lazy_loss(alpha: Fraction, beta: Fraction, size: float, samples: float, time: float) -> float:
    """int p(dmu) e^{-2 mu t} and the floor, from int p/(mu + s) = Y(nu) nu (1 - V/P)/s on Talbot's contour.

    Abate and Valko's fixed contour, s = r x (cot x + i): 52 places give some 30 digits.  nu is followed from place to
    place, in small steps from one to the next.
    """
    with ctx.workprec(256):
        a, b = (arb(v.numerator) / v.denominator for v in (alpha, beta))
        by_n, by_p = (arb(0) if v == inf else 1 / arb(v) for v in (size, samples))
        last = 2 * arb(time)
        r, total = arb(2 * PLACES) / (5 * last), arb(0)
        s, nu = acb(r), acb(r + 2 * (by_n + by_p) / (a - 1))
        for k in range(PLACES):
            goal, turned = acb(r), acb(0.5)
            if k:
                x = arb.pi() * k / PLACES
                cot = x.cot()
                goal, turned = r * x * acb(cot, 1), acb(1, x + (x * cot - 1) * cot)
            if last * goal.real < -70:  # what is left is below 1e-30
                break
            for step in range(1, STEPS + 1):  # along the contour nu must not jump to another solution
                nu = solve_cutoff(a, by_n, by_p, s + (goal - s) * step / STEPS, nu)
            s = goal
            found = power(a, b, nu) * nu * (1 - count(a, nu) * by_p) / s
            total += ((last * s).exp() * found * turned).real
        return float((total * r / PLACES).mid())


def finite_n(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare lazy curves of N features, in the mean field."""
    alpha, beta = draw_exponents(rng)
    size = float(int(10 ** rng.uniform(0.5, 4)))
    times = 10 ** rng.uniform(-1, 3, 1)
    target = mean_spectra(alpha, beta, size).target
    curve = flow_curve(target, 0.0, times)
    due = [lazy_loss(alpha, beta, size, inf, float(t)) for t in times]
    yield from pair("loss", curve.loss, curve.loss_error, due, 2e-16)


def reuse(rng: np.random.Generator) -> Iterator[Compared]:
    """Compare lazy training losses on P samples, in the mean field."""
    alpha, beta = draw_exponents(rng)
    size, samples = (float(int(10 ** rng.uniform(0.7, 3))) for _ in range(2))
    if size == samples:
        samples += 1
    times = 10 ** rng.uniform(-1, 2, 1)
    curve = reuse_curve(mean_reuse(alpha, beta, size, samples), 0.0, times)
    due = [lazy_loss(alpha, beta, size, samples, float(t)) for t in times]
    yield from pair("training loss", curve.train_loss, curve.train_loss_error, due, 2e-16)
