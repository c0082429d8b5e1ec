"""How does the loss fall under gradient flow at B = infinity, on any spectrum and to any time?

The two-layer model of eq. 4 keeps B B^T - gamma w w^T = I, so that its state is one function phi of the eigenvalue, the
learned fraction of a mode, and two scalars (kappa, c).  They obey

    dphi/dt = kappa mu (1 - phi) + c phi,     kappa = (1 + sqrt(1 + 4 gamma U))/2,    c = gamma S/kappa,
    U = int (p/mu) phi^2,     S = int p phi (1 - phi),     L = floor + int p (1 - phi)^2.

Differentiating kappa (kappa - 1) = gamma U gives dkappa/dt = 2 c kappa, so c is no unknown of its own.  In the clock
tau = int kappa dt the modes relax under one common force, and `march` solves for it.  gamma = 0 is exact.

Errors are measured, not assumed: every curve is solved twice, the second time to a tolerance `COARSER` times larger,
and the stated error is `SAFETY` times the difference, and that of the measure's own rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import exp, expm1, log, sqrt
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exponents.errors import InputError, Unresolved
from exponents.names import SpectrumKind
from exponents.rationals import check_capacity, check_source, exact, to_double

from ..arrays import Reals
from ..inputs import check_richness, check_times
from ..spectra.power_law import power_law_spectrum
from ..spectra.spectrum import SMALLEST, Spectrum
from .solver import solve_flow
from .trajectory import States

Solved = TypeVar("Solved")

WITH_ERRORS = (
    "loss",
    "kernel",
    "clock",
    "readout",
    "correlation",
    "loss_slope",
    "kernel_slope",
    "readout_slope",
)
"""What a `Curve` states an error of."""

TOLERANCE = 3e-8
"""Aimed-at relative error of the loss.  The curve states what it came to."""

COARSER = 10.0
"""The second solution that the error is read off has a tolerance this much larger."""

TIGHTEST, LOOSEST = 1e-13, 1e-6
"""Tolerances between which the difference of two solutions is an estimate of the error."""

PROBES, FEW, NEARBY = (0.6, 0.8, 1.0), 64, 2
"""Fractions of each time at which errors are looked at, unless there are more times than a few, and how many
neighbours share the largest."""

SLOPES = 50.0
"""Error of a slope that the error of a rule makes, over the latter, as it oscillates in ln t."""

SAFETY = 2.0
"""Factor on the difference of the two solutions: without it, the true error exceeds it at one time in a hundred."""

BISECTIONS = 45
"""They find where phi passes 1/2 to rounding."""

GUESSES = 60
"""Iterations of the guess at the clock, which contract by |1 - beta|/2."""

UNDERRATED = 1e3
"""By what factor the measure is made deeper, should the clock have run beyond the guess."""


@dataclass(frozen=True)
class Curve:
    """What is observed along the flow, each an array of shape (times,).

    Attributes
    ----------
    time : array
        Units of 1/(learning rate).
    loss, kernel, clock : array
        L in units of the target's variance, kappa, and tau = int kappa dt.
    readout : array
        |w|^2/N = (kappa - 1)/gamma, by its sum over the modes.
    correlation : array
        B = sum_k y_k^2 (1 - phi), of eq. 66.
    learned_norm : array
        U = sum_j (y_j^2/mu_j) phi^2: the squared RKHS norm of what has been learned.
    frontier : array
        The eigenvalue mu of which half is learned, phi = 1/2; NaN where all modes are ahead or behind.
    loss_slope, kernel_slope, readout_slope : array
        d ln / d ln t of the loss above the floor and of the others, from the equations, not from differences.
    floor, variance : float
        Loss at infinite time and at time 0.
    errors : mapping of str to array
        Estimated error of each of `WITH_ERRORS`, by name.
    """

    time: Reals
    loss: Reals
    kernel: Reals
    clock: Reals
    readout: Reals
    correlation: Reals
    learned_norm: Reals
    frontier: Reals
    loss_slope: Reals
    kernel_slope: Reals
    readout_slope: Reals
    floor: float
    variance: float
    errors: Mapping[str, Reals]

    @property
    def loss_error(self) -> Reals:
        """Estimated error of the loss."""
        return self.errors["loss"]


def flow_curve(measure: Spectrum, gamma: float, times: ArrayLike, tolerance: float = TOLERANCE) -> Curve:
    """The curve of the flow at ``times``, with errors.

    Parameters
    ----------
    times : array of shape (n,)
        Rising, at least 0.

    Raises
    ------
    InputError
        For times that do not rise, are negative or not finite, or at which the loss is beyond double precision.
    FlowFailed
        If the flow could not be solved; see `solve`.
    """
    t = check_times(times)
    check_tolerance(tolerance)
    fine, coarse = (solve_flow(measure, gamma, float(t[-1]), tolerance * factor) for factor in (1.0, COARSER))
    horizon = min(fine.horizon, coarse.horizon)
    if horizon < t[-1] and measure.floor == 0:
        raise InputError(
            f"the loss falls out of double precision at t = {horizon:.3g}; got t = {t[-1]:.3g}; ask for less "
            "time or a spectrum with more modes"
        )
    seen = np.minimum(t, horizon)  # beyond, only the floor is left
    probes, places = add_probes(seen)
    states = fine.at(probes)
    found, other = observe(measure, states), observe(measure, coarse.at(probes))

    def error(name: str) -> Reals:
        value, apart = np.abs(found[name]), np.abs(found[name] - other[name])
        if name.endswith("slope"):
            return largest_nearby(apart, places) + SLOPES * measure.error
        return (largest_nearby(apart / (value + SMALLEST), places) + measure.error) * value[places]

    columns = {name: values[places] for name, values in found.items()}
    columns["clock"] = columns["clock"] + columns["kernel"] * (t - seen)
    return Curve(
        time=t,
        frontier=np.array([_half(measure.eigenvalues, row) for row in states.learned[places]]),
        floor=measure.floor,
        variance=measure.variance,
        errors={name: error(name) for name in WITH_ERRORS},
        **columns,
    )


def check_tolerance(tolerance: float) -> None:
    """Refuse a tolerance at which two solutions would not tell their error.

    Raises
    ------
    InputError
    """
    if not TIGHTEST <= tolerance <= LOOSEST:
        raise InputError(f"the tolerance must lie between {TIGHTEST:.0e} and {LOOSEST:.0e}; got {tolerance}; try 1e-8")


def add_probes(places: Reals) -> tuple[Reals, NDArray[np.intp]]:
    """Times, or clocks, at which two solutions are compared, and where the given ones are among them."""
    probes = places if len(places) > FEW else np.sort(np.concatenate([fraction * places for fraction in PROBES]))
    return probes, np.searchsorted(probes, places)


def largest_nearby(apart: Reals, places: NDArray[np.intp]) -> Reals:
    """The largest of ``apart`` among `NEARBY` neighbours of each place: a difference may vanish at one by chance."""
    window = np.clip(places + np.arange(-NEARBY, NEARBY + 1)[:, None], 0, len(apart) - 1)
    return np.asarray(SAFETY * apart[window].max(axis=0))


def limit_curve(
    alpha: object,
    beta: object,
    gamma: float,
    times: ArrayLike,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
    tolerance: float = TOLERANCE,
) -> Curve:
    """The curve of the limit N, B -> infinity for the spectrum of eq. 42, resolved as deep as its clock runs.

    Raises
    ------
    InputError
        See `curve` and `measure.power_law`.
    FlowFailed
        See `solve`.
    """
    t = check_times(times)
    check_richness(gamma)
    capacity, source = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
    clock = _clock_reached(to_double(capacity, "alpha"), to_double(source, "beta"), gamma, float(t[-1]))
    return solve_on_limit_spectrum(
        lambda measure: flow_curve(measure, gamma, t, tolerance), alpha, beta, clock, spectrum, modes
    )


def solve_on_limit_spectrum(
    solver: Callable[[Spectrum], Solved],
    alpha: object,
    beta: object,
    clock: float,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
) -> Solved:
    """What ``solver`` makes of the spectrum of the limit; it is deeper than ``clock`` if that was not enough."""
    return solve_deep_enough(lambda reached: solver(power_law_spectrum(alpha, beta, reached, spectrum, modes)), clock)


def solve_deep_enough(solver: Callable[[float], Solved], clock: float) -> Solved:
    """What ``solver`` makes of a spectrum resolved up to a clock: this one, or if that was not enough a later one."""
    while True:
        try:
            return solver(clock)
        except Unresolved:
            clock *= UNDERRATED


def _clock_reached(alpha: float, beta: float, gamma: float, time: float) -> float:
    """About the clock at ``time``, rather too much: time x kernel, where all modes with mu clock > 1 are learned.

    U is then int (1/alpha) e^{(1 - beta) u} min(1, clock e^{-u})^2 du.
    """
    clock = max(time, 1.0)
    for _ in range(GUESSES):
        rate = 1 - beta
        grown = min(rate * log(clock), -log(SMALLEST))
        learned = (expm1(grown) / rate if rate else log(clock)) + exp(grown) / (1 + beta)
        clock = max(time, 1.0) * (1 + sqrt(1 + 4 * gamma * learned / alpha))
    return clock


def observe(measure: Spectrum, states: States) -> dict[str, Reals]:
    """What is observed in ``states``, by name."""
    mu, p = measure.eigenvalues, measure.weights
    kernel, growth, residual, phi = states.kernel, states.growth, states.residual, states.learned
    speed = states.time * kernel  # d/d ln t = t kappa d/dtau
    pull = speed[:, None] * (growth[:, None] / 2 * phi + mu * residual)  # -d(1 - phi)/d ln t
    loss, norm = residual**2 @ p, phi**2 @ (p / mu)
    with np.errstate(divide="ignore", invalid="ignore"):  # nothing is learned at t = 0
        readout_slope = 2 * speed * ((phi * residual) @ p) / norm
    return {
        "loss": loss + measure.floor,
        "kernel": kernel,
        "clock": states.clock,
        "readout": norm / kernel,
        "correlation": residual @ p,
        "learned_norm": norm,
        "loss_slope": -2 * ((residual * pull) @ p) / loss,
        "kernel_slope": speed * growth,
        "readout_slope": readout_slope,
    }


def _half(mu: Reals, phi: Reals) -> float:
    """The eigenvalue at which phi passes 1/2: phi is interpolated in ln mu through the nearest nodes."""
    passed = int(np.searchsorted(-phi, -0.5)) if phi[0] > 0.5 else 0
    if not 0 < passed < len(mu) or mu[passed] == mu[passed - 1]:
        return np.nan
    near = slice(max(0, passed - 4), min(len(mu), passed + 4))
    x, first = np.unique(np.log(mu[near]), return_index=True)
    y = phi[near][first] - 0.5
    low, high = np.log(mu[passed]), np.log(mu[passed - 1])
    factors = np.prod(x[:, None] - x + np.eye(len(x)), axis=1)
    for _ in range(BISECTIONS):
        middle = (low + high) / 2
        value = (y / factors) @ np.prod(np.where(np.eye(len(x), dtype=bool), 1.0, middle - x), axis=1)
        low, high = (low, middle) if value > 0 else (middle, high)
    return float(np.exp((low + high) / 2))
