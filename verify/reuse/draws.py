"""What does a model of N features do when its P samples are drawn once and used in every step?

Appendix D.  With Psi (P x M, rows Gaussian of covariance Lambda) and A(0) (N x M, standard normal) the flow is eq. 32,

    dw/dt = A (Psi^T Psi/P) v0,     dA/dt = gamma w v0^T (Psi^T Psi/P)(A(0)^T A(0)/N),     v0 = w* - A^T w/N,  w(0) = 0.

A stays Bm(t) A(0), and u = Bm^T w/sqrt N follows the flow of `verify.flow`, as on a fresh infinite batch, on the
eigenvalues mu_j = s_j^2 of Sigma = G^T G instead of the population's, with

    (1)  G = Psi A(0)^T/sqrt(N P) = sum_j s_j a_j e_j^T,     y = Psi w*/sqrt P,     c_j = a_j . y,
    (2)  u = sum_j (c_j/s_j) phi_j e_j,                      v0 = w* - A(0)^T u/sqrt N.

Its spectrum has the weights p_j = c_j^2, and its loss is the train loss, on the samples.  The test loss, on the
population, needs each mode; the spectrum does not determine it:

    (3)  train = |Psi v0|^2/P      = floor + sum_j c_j^2 (1 - phi_j)^2,    floor = |y|^2 - |c|^2, zero for P <= N,
    (4)  test  = v0^T Lambda v0    = |rest + sum_j (1 - phi_j) d_j|^2,
         d_j = (c_j/s_j) Lambda^{1/2} A(0)^T e_j/sqrt N,        rest = Lambda^{1/2} w* - sum_j d_j.

So the final test loss |rest|^2 is that of least squares with the smallest |u|, for any gamma.  It is above the span
floor, the least test loss over all u.  Near P = N it is far above: its mean over draws is infinite for P from N - 1 to
N + 1.

N = infinity, where A(0)^T A(0)/N = I, is A(0)/sqrt N = I on M features.

Rounding: s_j come from G itself, with the absolute error of the largest.  G^T G would lose mu_j below 1e-16 of the
largest, G loses them below 1e-32, and `DECADES` stays above.  Sums of squares lose no digits where the loss is small.
The stated errors include what rounding may change.

Layout: modes k along the last axis, samples or features or eigenvalues along the first.  Cost: N P M operations for G,
22 min(N, P)^3 for its singular values.  Memory: some three matrices of (N + P) M doubles; one of min(N, P) M stays.

Map: `draw_features_and_samples` draws, `diagonalise` computes (1) and the parts of (3) and (4), `DrawnReuse.curve`
solves the flow on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from numpy.linalg import norm
from numpy.typing import ArrayLike

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.curve import TOLERANCE
from ..flow.error_estimate import PROBES, check_tolerance, largest_nearby, pair_tolerances
from ..flow.solver import EXHAUSTED, solve_flow
from ..flow.trajectory import Flow
from ..inputs import check_richness, check_times, check_whole
from ..spectra.mode_nodes import check_size
from ..spectra.spectrum import SMALLEST, Spectrum

ENTRIES = 2**25
"""Most numbers in A(0), and in Psi: 256 MiB each, and a few copies."""

LARGEST = 4096
"""Most features or samples, whichever are fewer: the singular values then take half a minute."""

STEEPEST = 1e70
"""Largest lambda_1/lambda_M: its square must be far from the end of double precision."""

DECADES = 20
"""Most decades that the eigenvalues may span.  Singular values have the absolute error of the largest, so that the
smallest then has a relative error of some 1e-5."""

ROUNDING = 4e-15
"""Error of a singular value and of its vectors, in units of the largest singular value."""

READ = 2**21
"""Numbers that are read from the flow at once."""


@dataclass(frozen=True)
class Draw:
    """One draw of features and samples.

    Attributes
    ----------
    eigenvalues, target : array of shape (M,)
        lambda_k and w*_k.
    features : array of shape (N, M) or None
        A(0); None is N = infinity.
    samples : array of shape (P, M)
        Psi.
    """

    eigenvalues: Reals
    target: Reals
    features: Reals | None
    samples: Reals


@dataclass(frozen=True)
class DrawnReuse:
    """One draw, diagonalised; `draw_reuse` makes it.

    Attributes
    ----------
    spectrum : Spectrum
        The spectrum of the flow: mu_j falling, of shape (n,), and c_j^2; its floor is the final train loss.
    target, rest : array of shape (M,)
        Lambda^{1/2} v0 at the start, and at infinite time.
    steps : array of shape (n, M)
        d_j, the part of Lambda^{1/2} w* that is learned as phi_j goes from 0 to 1.
    span_floor : float
        The least test loss of any u; 0 for N = infinity.
    """

    spectrum: Spectrum
    target: Reals
    rest: Reals
    steps: Reals
    span_floor: float

    @property
    def final_loss(self) -> float:
        """The test loss at infinite time, for any gamma."""
        return float(self.rest @ self.rest)

    @property
    def final_loss_error(self) -> float:
        """The error of `final_loss` by rounding."""
        blur = float(norm(self._blurs)) if self.rest.any() else 0.0
        return (2 * sqrt(self.final_loss) + blur) * blur

    @property
    def _blurs(self) -> Reals:
        """The error of each d_j by rounding, of shape (n,)."""
        mu = self.spectrum.eigenvalues
        return np.asarray(ROUNDING * np.sqrt(mu[0] / mu) * np.sqrt((self.steps**2).sum(axis=1)))

    @property
    def _floor_error(self) -> float:
        """The error of the floor by rounding: y - G u has the error of y, and that of the largest s_j times u."""
        mu, floor = self.spectrum.eigenvalues, self.spectrum.floor
        blur = ROUNDING * (sqrt(self.spectrum.variance) + sqrt(self.spectrum.norm * mu[0]))
        return (2 * sqrt(floor) + blur) * blur if floor else 0.0

    def curve(self, gamma: float, times: ArrayLike, tolerance: float = TOLERANCE) -> LossCurve:
        """Return the losses at ``times``, with errors.

        As in `verify.flow`, the flow is solved to two tolerances.  An error is twice the largest difference at times
        nearby, plus that of rounding.

        Parameters
        ----------
        gamma : float
            Richness, at least 0.
        times : array of shape (n,)
            Rising, at least 0.
        tolerance : float
            Aimed-at relative error of the train loss above its floor.

        Returns
        -------
        LossCurve
            ``loss`` is that on the population and ``train_loss`` that on the samples; below `EXHAUSTED` both are 0.
            ``observed`` also has ``kernel`` and ``clock``, and ``errors`` an error of each.

        Raises
        ------
        InputError
            If a number is outside its range.
        FlowFailed
            If the flow cannot be solved.
        """
        gamma, t = check_richness(gamma), check_times(times)
        check_tolerance(tolerance)
        probes = np.unique(np.multiply.outer(PROBES, t))
        places = np.searchsorted(probes, t)
        flows = (solve_flow(self.spectrum, gamma, float(t[-1]), own) for own in pair_tolerances(tolerance))
        found, other = (self._observe(flow, probes) for flow in flows)
        errors = {}
        for name in ("loss", "train_loss", "kernel", "clock"):
            apart = np.abs(found[name] - other[name]) / (found[name] + SMALLEST)
            if name in ("kernel", "clock"):  # late they are constant, and a difference may stay near zero
                apart = np.maximum.accumulate(apart)
            errors[name] = largest_nearby(apart, places) * found[name][places]
            if name in ("loss", "train_loss"):
                errors[name] += found[f"{name}_rounding"][places] + EXHAUSTED
        observed = {name: found[name][places] for name in errors}
        return LossCurve(
            time=t,
            loss=observed.pop("loss"),
            error=errors.pop("loss"),
            start=float(self.target @ self.target),
            floor=self.final_loss,
            observed=observed,
            errors=errors,
            settings={"gamma": gamma, "tolerance": tolerance},
        )

    def _observe(self, flow: Flow, times: Reals) -> dict[str, Reals]:
        """Return losses, their errors by rounding, kernel and clock, by name."""
        pieces = max(1, len(times) * len(self.spectrum) // READ)
        parts = [self._read(flow, piece) for piece in np.array_split(times, pieces)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _read(self, flow: Flow, times: Reals) -> dict[str, Reals]:
        """Return the same for so few times that all modes fit into memory at once."""
        seen = np.minimum(times, flow.horizon)  # beyond, only the final values are left
        states = flow.at(seen)
        residual = np.where((times > seen)[:, None], 0.0, states.residual)
        learned = np.where((times > seen)[:, None], 1.0, states.learned)
        mu, p, blurs = self.spectrum.eigenvalues, self.spectrum.weights, self._blurs
        # a relative error x of a mode's rate makes one of x |ln(1 - phi)| in 1 - phi
        moved = residual * (1 - np.log(np.maximum(residual, SMALLEST)))
        # (4): v0 is the target less the learned part, or the rest plus the unlearned: whichever loses fewer digits
        gone = np.sqrt(learned**2 @ blurs**2) + ROUNDING * norm(self.target)
        ahead = np.sqrt(moved**2 @ blurs**2) + (norm(blurs) if self.rest.any() else 0.0)
        late = (ahead < gone)[:, None]
        left = np.where(late, self.rest, self.target) + np.where(late, residual, -learned) @ self.steps
        test, blur = (left**2).sum(axis=1), np.minimum(ahead, gone)
        above = residual**2 @ p  # (3)
        # s_j has the rounding of the largest, and c_j that of y
        off = (residual * moved) @ (p * np.sqrt(mu[0] / mu)) + residual**2 @ np.sqrt(p * self.spectrum.variance)
        return {
            "loss": test,
            "loss_rounding": (2 * np.sqrt(test) + blur) * blur,
            "train_loss": above + self.spectrum.floor,
            "train_loss_rounding": 2 * ROUNDING * off + self._floor_error,
            "kernel": states.kernel,
            "clock": states.clock + states.kernel * (times - seen),
        }


def draw_features_and_samples(
    alpha: object, beta: object, model_size: int | None, samples: int, modes: int, seed: int
) -> Draw:
    """Draw features and samples.

    At fixed seed and M, the first samples of a larger draw are the samples of a smaller one; the same holds for
    features.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size, samples, modes : int
        N < M, or None for infinity; P; and M.
    seed : int
        Same seed, same bits.

    Raises
    ------
    InputError
        Unless alpha > 1, beta > 0, 1 <= N < M, P >= 1, M >= 2 and the seed is at least 0; also if the draw takes more
        than `ENTRIES` numbers, or the spectrum leaves double precision.

    Examples
    --------
    >>> draw = draw_features_and_samples("3/2", "1/2", 8, 12, 20, seed=0)
    >>> draw.features.shape, draw.samples.shape
    ((8, 20), (12, 20))
    """
    check_whole(modes, "the number of modes", 2, 1000)
    check_whole(samples, "the number of samples", 1, 256)
    check_whole(seed, "a seed", 0, 1)
    a, b = check_size(alpha, beta, 1 if model_size is None else model_size, modes)
    for count, symbol in ((samples, "P"), (model_size or 1, "N")):
        if count * modes > ENTRIES:
            raise InputError(
                f"a draw may have at most {ENTRIES} random numbers; got {symbol} M = {abbreviate(count * modes)}; "
                "take fewer modes"
            )
    if a * log(modes) > log(STEEPEST):
        raise InputError(
            f"M^alpha may be at most {STEEPEST:.0e} in double precision; got alpha = {abbreviate(alpha)}, M = {modes}; "
            "take fewer modes"
        )
    k = np.arange(1.0, modes + 1)
    first, second = np.random.SeedSequence(seed).spawn(2)
    psi = np.random.default_rng(second).standard_normal((samples, modes)) * k ** (-a / 2)
    features = None if model_size is None else np.random.default_rng(first).standard_normal((model_size, modes))
    return Draw(k**-a, k ** ((a - a * b - 1) / 2), features, psi)


def diagonalise(given: Draw) -> DrawnReuse:
    """Diagonalise a draw.

    Raises
    ------
    InputError
        If the smaller of N and P (M and P for N = infinity) exceeds `LARGEST`, or eigenvalues span more than `DECADES`.

    Examples
    --------
    >>> found = diagonalise(draw_features_and_samples("3/2", "1/2", 8, 12, 20, seed=0))
    >>> len(found.spectrum), found.span_floor < found.final_loss
    (8, True)
    """
    roots, features = np.sqrt(given.eigenvalues), given.features
    count, modes = given.samples.shape
    size = modes if features is None else len(features)
    if min(size, count) > LARGEST:
        raise InputError(
            f"the smaller of features and samples may be at most {LARGEST}; got {min(size, count)}; take fewer"
        )
    psi, y, floor = given.samples / sqrt(count), given.samples @ given.target / sqrt(count), 0.0
    matrix = psi if features is None else psi @ features.T / sqrt(size)
    if count > size:  # R of (G, y) = QR has the same singular values, and y's part outside the span in its corner
        triangle = _triangle(matrix, y)
        matrix, y = triangle[:size, :size], triangle[:size, size]
        floor = float(triangle[size, size] ** 2) if features is not None else 0.0
    left, s, right = np.linalg.svd(matrix, full_matrices=False)
    if not s[-1] ** 2 > 10.0**-DECADES * s[0] ** 2:
        raise InputError(
            f"eigenvalues of a draw may span {DECADES} decades in double precision; those of N = "
            f"{'infinity' if features is None else size}, P = {count} span more; take fewer modes, features or samples"
        )
    target = roots * given.target
    amplitudes = left.T @ y / s
    steps = (right * roots if features is None else right @ (features * roots) / sqrt(size)) * amplitudes[:, None]
    rest = np.zeros(modes) if len(s) == modes else target - steps.sum(axis=0)  # 0 if all modes are in the span
    seen = (s * amplitudes) ** 2 > SMALLEST  # a mode without power of the target does not move
    spectrum = Spectrum(s[seen] ** 2, (s * amplitudes)[seen] ** 2, floor)
    span_floor = 0.0 if features is None else float(_triangle((features * roots).T, target)[-1, -1] ** 2)
    return DrawnReuse(spectrum, target, rest, steps[seen], span_floor)


def draw_reuse(alpha: object, beta: object, model_size: int | None, samples: int, modes: int, seed: int) -> DrawnReuse:
    """Draw features and samples, and diagonalise them.

    Parameters and errors are those of `draw_features_and_samples` and `diagonalise`.

    Examples
    --------
    >>> found = draw_reuse("3/2", "1/2", 8, 12, 20, seed=0)
    >>> found.curve(1.0, [0.0, 10.0]).loss.round(3), round(found.final_loss, 3)
    (array([1.824, 1.061]), 1.485)
    """
    return diagonalise(draw_features_and_samples(alpha, beta, model_size, samples, modes, seed))


def _triangle(matrix: Reals, vector: Reals) -> Reals:
    """Return R of (matrix, vector) = QR; its last column has the vector's parts in the span and, last, outside."""
    return np.asarray(np.linalg.qr(np.column_stack([matrix, vector]), mode="r"))
