"""What do N features learn from P samples that are used again and again, in the mean field of both?

The flow of `verify.flow` runs on the spectrum that the features see on the samples, with phi(mu, t) and the two scalars
that the training loss sets.  The residual is v = w* - phi(K) w*, with K = (A^T A/N)(Psi^T Psi/P).  In it the training
loss is one sum over the spectrum and the test loss a double one,

    (1)  L_train = floor_train + int p (1 - phi)^2,       (2)  L = int int m (1 - phi)(1 - phi'),

as the samples are not the population: their eigenvectors are not orthogonal in it.  Their mean fields are
deterministic equivalents, of K first and of A^T A/N within it (`continuum_equivalent`): with
z = -nu (1 - V/N)(1 - V/P),

    (3)  p: jump of Y/(1 - V/N),        m: jumps in z and z' of [n(z) T(z') - n(z') T(z)]/(z z' (z' - z)),
    (4)  n = nu (1 - V/N),              T = nu Y.

On the diagonal 1/(z' - z) leaves Im(T n*)/(pi mu^2) delta(mu - mu'); off it the numerator vanishes with the
denominator, and m is smooth.  Directions that no sample or no feature sees are an eigenvalue 0, at which phi = 0.  With
the row of m at 0, the loss at infinite time is

    (5)  N > P:    Q_P/(1 - d_P/P) + T_P/(N/P - 1),          N < P:    T_N/(1 - N/P),

where V(nu_n) = n, T_n = sum_k y_k^2 nu/(lambda_k + nu) is the loss of least squares with n features, Q_n has the square
of nu/(lambda_k + nu), and d_n = sum_k lambda_k^2/(lambda_k + nu)^2.  Both are the same for any gamma: the flow stays in
the span of the features and samples.  At N = P they diverge, and the loss grows without end.  There, and close to it, m
is used in

    (6)  L = sum_k y_k^2 - 2 int a phi + int int m phi phi',         a: jump of T/z.

The further the loss has fallen, the more digits (6) loses.  It holds up to a clock that the lowest eigenvalues set.

Consistency check (not used in the solution): at time 0 both losses are sum_k y_k^2, and the second moment of the
training loss is sum_k y_k^2 (lambda_k + sum_l lambda_l/P).

Layout: eigenvalues along both axes of m.  Cost: (some 700)^2 numbers for a spectrum, and as many for a time.

Map: `mean_reuse` makes the spectra, with `_Equivalent` for (3) and (4) and `_floors` for (5); `reuse_curve` and
`reuse_clock_curve` read (1), (2) and (6) along two flows, which state the error, in `_compare`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError, Unresolved

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.curve import TOLERANCE
from ..flow.error_estimate import add_probes, check_tolerance, largest_nearby, pair_tolerances, round_loss
from ..flow.solver import solve_flow
from ..flow.trajectory import Flow, States
from ..inputs import check_richness, check_times
from ..spectra.continuum_density import solve_density
from ..spectra.continuum_equivalent import ContinuumEquivalent
from ..spectra.spectrum import SMALLEST, Spectrum

CLOSE = 1e-3
"""If |N - P| is less than this share of the larger, the loss is counted from time 0, by (6)."""

LATEST = 1e10
"""The clock up to which that loss is known, in units of the lowest eigenvalue's inverse; later times are refused."""

ROUNDING = 4 * float(np.finfo(float).eps)
"""Rounding of a loss that is counted from time 0, in units of the loss there."""


@dataclass(frozen=True)
class MeanReuse:
    """The mean-field spectra that both losses are sums over; arrays along the same eigenvalues.

    Attributes
    ----------
    train : Spectrum
        p, and the training loss at infinite time as its floor.
    unseen : float
        The loss at infinite time; infinite for N = P.
    from_start : bool
        Whether the loss is counted from time 0, for N close to P, and not from infinite time.
    across : array of shape (n,)
        The row of m at the eigenvalue 0; a of (6) if the loss is counted from time 0.
    within : array of shape (n, n)
        m, times the weights of the rule.
    error : float
        Largest relative deviation in the consistency check.

    Examples
    --------
    >>> reuse = mean_reuse("3/2", "1/2", 20, 40)
    >>> reuse.lazy_loss([0.0, 10.0]).round(4), round(reuse.unseen, 4), reuse.error < 1e-9
    (array([1.3333, 0.5017]), 0.7255, True)
    """

    train: Spectrum
    unseen: float
    from_start: bool
    across: Reals
    within: Reals
    error: float

    def loss(self, residual: Reals, learned: Reals) -> Reals:
        """Return the test loss by (2) or (6), for 1 - phi and phi of shape (times, n)."""
        if not self.from_start:
            return self.unseen + 2 * (residual @ self.across) + ((residual @ self.within) * residual).sum(axis=1)
        return self.train.variance - 2 * (learned @ self.across) + ((learned @ self.within) * learned).sum(axis=1)

    @property
    def rounding(self) -> float:
        """Absolute error of the loss by rounding, beside its relative error."""
        return ROUNDING * self.train.variance if self.from_start else 0.0

    def train_loss(self, residual: Reals) -> Reals:
        """Return the training loss by (1)."""
        return np.asarray(residual**2 @ self.train.weights + self.train.floor)

    def lazy_loss(self, time: ArrayLike) -> Reals:
        """Return the test loss at gamma = 0."""
        decay = -np.multiply.outer(np.asarray(time, float), self.train.eigenvalues)
        return self.loss(np.exp(decay), -np.expm1(decay))


def _floors(model: ContinuumEquivalent) -> tuple[float, float]:
    """Return the test loss (5) and the training loss at infinite time."""
    ratio = model.rank / max(model.size, model.samples)
    if ratio == 1:
        return inf, 0.0
    if model.size < model.samples:
        return model.floor / (1 - ratio), model.floor * (1 - ratio)
    squared, shared = model.squared_sums
    return squared / (1 - shared / model.samples) + model.floor * ratio / (1 - ratio), 0.0


def _close(model: ContinuumEquivalent) -> bool:
    """Return whether N and P are so close that the loss at infinite time is far above all others."""
    return model.rank > (1 - CLOSE) * max(model.size, model.samples)


class _Equivalent:
    """The deterministic equivalent of one model on one number of samples: the jumps of n T' - n' T in (3).

    In T = W nu + T', with W = sum_k y_k^2/lambda_k, the first part is the larger one.  It leaves (W/N) nu nu' (V' - V),
    which is computed in this form: in the other its digits would cancel.
    """

    def __init__(self, model: ContinuumEquivalent) -> None:
        self.model, self.found = model, solve_density(model)
        found = self.found
        slope, count_slope, target_slope = found.slopes
        n, n_slope = found.nu * (1 - found.count / model.size), slope * (1 - found.count / model.size)
        rest = found.nu * found.target, slope * found.target + found.nu * target_slope
        counted = found.nu * found.count, slope * found.count + found.nu * count_slope
        self.pairs = [((n, n_slope - found.nu * count_slope / model.size), rest, 1.0)]
        if model.norm and model.size < inf:
            self.pairs.append(((found.nu, slope), counted, model.norm / model.size))

    def across(self) -> Reals:
        """Return the row of m at the eigenvalue 0, or a of (6) if N and P are close."""
        model, mu = self.model, self.found.eigenvalues
        if _close(model):
            total = self.found.nu * (self.found.target + model.norm)
            return np.asarray(total.imag / np.pi / mu * self.found.width)
        nu = model.cutoff
        ends = [(nu * (1 - model.rank / model.size), model.floor - model.norm * nu), (nu, nu * model.rank)]
        row = np.zeros(len(mu))
        for ((left, _), (right, _), factor), (first, second) in zip(self.pairs, ends, strict=False):
            row += factor * (first * right.imag - second * left.imag)
        return np.asarray(row / np.pi / mu**2 * self.found.width)

    def within(self) -> Reals:
        """Return m; on the diagonal the smooth part is the slope of its numerator."""
        mu = self.found.eigenvalues
        apart = mu - mu[:, None]
        same = apart == 0
        smooth, diagonal = np.zeros(apart.shape), np.zeros(len(mu))
        for (left, left_slope), (right, right_slope), factor in self.pairs:
            a, b = left.imag / np.pi, right.imag / np.pi
            numerator = np.multiply.outer(a, b) - np.multiply.outer(b, a)
            slopes = (a * right_slope.imag - b * left_slope.imag) / np.pi
            smooth += factor * np.where(same, slopes, numerator / np.where(same, 1.0, apart))
            diagonal += factor * (right * left.conj()).imag
        weights = self.found.width / mu
        return np.asarray(
            smooth * np.multiply.outer(weights, weights) + np.diag(np.abs(diagonal) / np.pi * weights / mu)
        )


def mean_reuse(alpha: object, beta: object, model_size: float, samples: float) -> MeanReuse:
    """Return the spectra of both losses in the mean field of features and samples, on the continuum.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size, samples : float
        N and P, any numbers of at least 1: the mean field depends on them smoothly.  One may be infinite.

    Raises
    ------
    InputError
        If a number is outside its range, or the lowest eigenvalues leave double precision.

    Examples
    --------
    >>> reuse = mean_reuse("3/2", "1/2", 20, 40)
    >>> reuse_curve(reuse, 1.0, [1.0, 10.0]).loss.round(4)
    array([0.8042, 0.4918])
    """
    model = ContinuumEquivalent.from_input(alpha, beta, model_size, samples)
    found, total = _Equivalent(model), model.target_moments()[0]
    unseen, train_floor = _floors(model)
    from_start = _close(model)
    latest = LATEST / model.cutoff if from_start else inf
    train = Spectrum(found.found.eigenvalues, found.found.power, train_floor, latest)
    across, within = found.across(), found.within()
    missing = total - (unseen + 2 * across.sum() + within.sum()) if not from_start else 0.0
    if model.upper_end == 0:  # the last place is one node with the remaining mass, as in the training loss
        within[0, 0] = missing
    moment = model.target_moments()[1] + total * model.trace_moments()[0] / samples
    deviations = missing / total, train.variance / total - 1, train.weights @ train.eigenvalues / moment - 1
    error = max(*map(abs, deviations), float(np.finfo(float).eps))
    return MeanReuse(replace(train, error=error), unseen, from_start, across, within, error)


def final_loss(alpha: object, beta: object, model_size: float, samples: float) -> float:
    """Return the mean-field test loss at infinite time, infinite for N = P; parameters and errors as in `mean_reuse`.

    >>> round(final_loss("3/2", "1/2", 20, 40), 4)
    0.7255
    """
    return _floors(ContinuumEquivalent.from_input(alpha, beta, model_size, samples))[0]


def reuse_curve(reuse: MeanReuse, gamma: float, times: ArrayLike, tolerance: float = TOLERANCE) -> LossCurve:
    """Return both losses along the flow at times.

    Parameters
    ----------
    reuse : MeanReuse
    gamma : float
        Richness, at least 0.
    times : array of shape (times,)
        Rising, at least 0.
    tolerance : float
        Aimed-at relative error of the training loss above its floor.

    Returns
    -------
    LossCurve
        ``loss`` on the population; ``observed`` has ``train_loss``, ``kernel`` and ``clock``, and ``errors`` the error
        of ``train_loss``.

    Raises
    ------
    InputError
        If a number is outside its range, or a time is beyond those that are known next to N = P.
    FlowFailed
        If the flow cannot be solved.

    Examples
    --------
    >>> found = reuse_curve(mean_reuse("3/2", "1/2", 20, 40), 1.0, [0.0, 10.0])
    >>> found.loss.round(4), found.train_loss.round(4)
    (array([1.3333, 0.4918]), array([1.3333, 0.2462]))
    """
    return _compare(reuse, gamma, check_times(times), tolerance, _at_times, inf)


def reuse_clock_curve(reuse: MeanReuse, gamma: float, clocks: ArrayLike, tolerance: float = TOLERANCE) -> LossCurve:
    """Return the loss curve where the clock int kappa dt shows ``clocks``.

    Parameters
    ----------
    reuse, gamma, tolerance
        As for `reuse_curve`.
    clocks : array of shape (times,)
        Rising, at least 0.

    Returns
    -------
    LossCurve

    Raises
    ------
    InputError
        If a number is outside its range, or a time is beyond those that are known next to N = P.
    FlowFailed
        If the flow cannot be solved.

    Examples
    --------
    >>> reuse_clock_curve(mean_reuse("3/2", "1/2", 20, 40), 0.0, [1.0, 10.0]).time
    array([ 1., 10.])
    """
    places = check_times(clocks)
    return _compare(reuse, gamma, places, tolerance, _at_clocks, float(places[-1]))


def _at_times(flow: Flow, t: Reals) -> tuple[States, Reals, Reals]:
    """Return states, times and clocks; beyond the horizon the training loss is exhausted, and the kernel constant."""
    states = flow.at(np.minimum(t, flow.horizon))
    return states, t, states.clock + states.kernel * (t - states.time)


def _at_clocks(flow: Flow, clock: Reals) -> tuple[States, Reals, Reals]:
    states = flow.at_clock(np.minimum(clock, flow.clock[-1]) if flow.gamma else clock)
    return states, states.time + (clock - states.clock) / states.kernel, clock


def _compare(
    reuse: MeanReuse,
    gamma: float,
    places: Reals,
    tolerance: float,
    read: Callable[[Flow, Reals], tuple[States, Reals, Reals]],
    clock_end: float,
) -> LossCurve:
    """Return the curve, with errors from a second one of lower tolerance; ``read`` reads a flow at places."""
    check_tolerance(tolerance)
    check_richness(gamma)
    try:
        last = float(places[-1])
        flows = [solve_flow(reuse.train, gamma, last, own, clock_end) for own in pair_tolerances(tolerance)]
    except Unresolved as error:
        raise InputError(
            f"next to N = P losses are known up to a clock of {reuse.train.largest_clock:.3g}; got t = "
            f"{places[-1]:.3g}; ask for less time, or another N or P"
        ) from error
    probes, wanted = add_probes(places)
    (states, time, clock), (other, *_) = (read(flow, probes) for flow in flows)
    losses = [(reuse.loss(s.residual, s.learned), reuse.train_loss(s.residual)) for s in (states, other)]
    errors = []
    floors = 0.0 if reuse.from_start else reuse.unseen, reuse.train.floor
    for value, second, rounding, floor in zip(*losses, (reuse.rounding, 0.0), floors, strict=True):
        apart = largest_nearby(np.abs(value - second) / (np.abs(value) + SMALLEST), wanted)
        rounding = rounding + round_loss(value[wanted], reuse.train.variance, floor)
        errors.append((apart + reuse.error) * np.abs(value[wanted]) + rounding)
    loss, train_loss = losses[0]
    return LossCurve(
        time=time[wanted],
        loss=loss[wanted],
        error=errors[0],
        start=reuse.train.variance,
        floor=reuse.unseen,
        observed={"train_loss": train_loss[wanted], "kernel": states.kernel[wanted], "clock": clock[wanted]},
        errors={"train_loss": errors[1]},
        settings={"gamma": gamma, "tolerance": tolerance},
    )
