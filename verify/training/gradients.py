"""What is the gradient of eq. 4 on a fresh batch, from as few random numbers as it depends on?

In the features x = A(0) psi/sqrt N the student is f = u . x, and a step needs of its batch only

    g = (1/B) sum_b r_b x_b,     r_b = y_b - u . x_b                                               (Appendix B).

* `GaussianGradient`: psi is Gaussian.  In the eigenbasis of Sigma = A(0) Lambda A(0)^T/N, with eigenvalues mu_j,
  b = A(0) Lambda w*/sqrt N and omega_j = b_j/mu_j, a sample is N + 1 independent normals,

      x_j = sqrt(mu_j) z_j,     y = sum_j omega_j x_j + sqrt(floor) z_0,     floor = sum_k y_k^2 - sum_j mu_j omega_j^2,

  and L = floor + sum_j mu_j (omega_j - u_j)^2.  So r = sqrt(L) d . z, with the unit vector
  d = (sqrt(floor), sqrt(mu_j)(omega_j - u_j))/sqrt(L).  Split each z into its part along d and the rest: they are
  independent, so that s = sum_b (d . z_b)^2 is chi-squared of B degrees, and given s the rests, weighted by r_b, add up
  to one normal vector.  A whole batch, of any size, is N + 1 normals and one s:

      (1)  g_j = sqrt(mu_j) [ (s/B) sqrt(L) d + (sqrt(L s)/B) (z - d (d . z)) ]_j.

  That is exact in law; B = infinity leaves (2) g = mu (omega - u).

* `SampledGradient`: psi_k = sqrt(lambda_k) times independent numbers of unit variance that are not normal.  Nothing
  reduces, and samples are drawn one by one: (3) v0 = w* - A(0)^T u/sqrt N, h = Psi^T Psi v0/B, g = A(0) h/sqrt N.

Such features change the covariance of (Psi^T Psi/B) v0, which is

    (1/B) [ lambda_k lambda_l v_k v_l + delta_kl lambda_k (L + (kurtosis - 3) lambda_k v_k^2) ].

The fourth moment enters through lambda_k v_k^2/L, the share of the loss in one mode.  If many modes share the loss, as
in the power laws at late times, features of any kind have the same curve; if one mode holds it, they do not.

Streams: A(0), the normals or samples, and the chi-squared of a seed come from three streams, spawned from its number
alone.  They are drawn in double precision and in the order of steps.

Layout: seeds along the first axis.  Cost of a step: N + 1 normals, or B M numbers and 2 (N + B) M operations.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..arrays import Reals
from ..spectra.spectrum import SMALLEST, Spectrum

Gradient: TypeAlias = Callable[[Reals], tuple[Reals, Reals]]
"""u of shape (seeds, N) -> the losses there, of shape (seeds,), and g on the next batch, of shape (seeds, N)."""

Matrices: TypeAlias = NDArray[np.float32] | NDArray[np.float64]

GAUSSIAN, SIGNS, SPARSE = FEATURES = ("gaussian", "signs", "sparse")
"""Laws of psi_k/sqrt(lambda_k): normal; +1 or -1; 0 in seven samples of eight, and + or - sqrt(8) in the eighth."""

HALVINGS = {SIGNS: 0, SPARSE: 3}
"""psi_k vanishes unless this many fair coins all show heads."""

KURTOSIS = {GAUSSIAN: 3.0} | {law: 2.0**halvings for law, halvings in HALVINGS.items()}  # fourth moments

ENTRIES = 2**20
"""Entries of A(0) that are drawn at once.  It sets the order of draws, so a seed's numbers depend on it."""

AHEAD = 16
"""Steps whose normals are drawn at once: a call costs as much as some hundred normals."""

RANK = 1e-14
"""Eigenvalues of Sigma, in units of the largest, that are rounding: such directions count as unlearnable."""


@dataclass(frozen=True)
class FiniteModel:
    """The model of eq. 4 with N random features on M modes.

    Attributes
    ----------
    alpha, beta : float
        lambda_k = k^-alpha and y_k^2 = lambda_k w*_k^2 = k^(-alpha beta - 1) for k = 1, ..., M.
    size, modes : int
        N < M.

    Examples
    --------
    >>> model = FiniteModel(2.0, 1.0, 3, 10)
    >>> model.target[:2].round(3), len(model.spectrum(seed=0))
    (array([1.   , 0.354]), 3)
    """

    alpha: float
    beta: float
    size: int
    modes: int

    @property
    def target(self) -> Reals:
        """y_k, of shape (M,)."""
        return np.asarray(np.arange(1.0, self.modes + 1) ** (-(self.alpha * self.beta + 1) / 2))

    def features(self, seed: int) -> Iterator[tuple[slice, Reals]]:
        """Yield A(0) Lambda^{1/2}/sqrt N in stretches of columns: their place, and an array of shape (N, columns)."""
        stream, columns = np.random.default_rng(_streams(seed)[0]), max(1, ENTRIES // self.size)
        for start in range(0, self.modes, columns):
            k = np.arange(start + 1.0, min(start + columns, self.modes) + 1)
            drawn = stream.standard_normal((self.size, len(k)))
            drawn *= k ** (-self.alpha / 2) / sqrt(self.size)
            yield slice(start, start + len(k)), drawn

    def diagonalise(self, seed: int) -> tuple[Reals, Reals, float]:
        """Return mu_j, rising, and sqrt(mu_j) omega_j, of shape (N,), and the floor, for the seed's A(0)."""
        target, sigma, b = self.target, np.zeros((self.size, self.size)), np.zeros(self.size)
        for where, columns in self.features(seed):
            sigma += columns @ columns.T
            b += columns @ target[where]
        eigenvalues, vectors = np.linalg.eigh(sigma)
        seen = eigenvalues > RANK * eigenvalues[-1]
        mu = np.where(seen, eigenvalues, 0.0)
        amplitudes = np.where(seen, vectors.T @ b, 0.0) / np.sqrt(np.where(seen, mu, 1.0))
        return mu, amplitudes, max(0.0, float(target @ target - amplitudes @ amplitudes))

    def spectrum(self, seed: int) -> Spectrum:
        """Return the spectrum that the flow of this seed runs on."""
        mu, amplitudes, floor = self.diagonalise(seed)
        seen = np.flatnonzero(amplitudes**2)[::-1]
        return Spectrum(mu[seen], amplitudes[seen] ** 2, floor)


class GaussianGradient:
    """The gradient on fresh Gaussian batches for a group of seeds; ``batch_size`` None is infinite.

    Examples
    --------
    >>> loss, g = GaussianGradient(FiniteModel(2.0, 1.0, 3, 10), 4, seeds=(0, 1))(np.zeros((2, 3)))
    >>> loss.round(4), g.shape
    (array([1.1975, 1.1975]), (2, 3))
    """

    def __init__(self, model: FiniteModel, batch_size: int | None, seeds: Sequence[int]) -> None:
        drawn = [model.diagonalise(seed) for seed in seeds]
        mu, self.aims, self.floor = (np.array(column) for column in zip(*drawn, strict=True))
        self.roots, self.batch_size = np.sqrt(mu), batch_size
        self.normals = [np.random.default_rng(_streams(seed)[1]) for seed in seeds]
        self.lengths = [np.random.default_rng(_streams(seed)[2]) for seed in seeds]
        self.drawn = np.empty((len(seeds), AHEAD, model.size + 1))
        self.squares = np.empty((len(seeds), AHEAD))
        self.used = AHEAD

    def __call__(self, u: Reals) -> tuple[Reals, Reals]:
        """Return the losses at ``u`` and g on the next batch."""
        rest = self.aims - self.roots * u
        loss = self.floor + (rest * rest).sum(axis=1)
        if self.batch_size is None:
            return loss, self.roots * rest  # (2)
        z, s = self._next(self.batch_size)
        along = np.sqrt(self.floor) * z[:, 0] + (rest * z[:, 1:]).sum(axis=1)
        across = np.sqrt(loss * s) / self.batch_size
        inside = s / self.batch_size - across * along / np.maximum(loss, SMALLEST)
        return loss, self.roots * (inside[:, None] * rest + across[:, None] * z[:, 1:])  # (1)

    def _next(self, batch_size: int) -> tuple[Reals, Reals]:
        """Return normals, of shape (seeds, N + 1), and s, of shape (seeds,), of one step."""
        if self.used == AHEAD:
            for seed, (normals, lengths) in enumerate(zip(self.normals, self.lengths, strict=True)):
                normals.standard_normal(out=self.drawn[seed])
                self.squares[seed] = lengths.chisquare(batch_size, AHEAD)
            self.used = 0
        self.used += 1
        return self.drawn[:, self.used - 1], self.squares[:, self.used - 1]


class SampledGradient:
    """The gradient on fresh batches of independent modes that are not Gaussian, for a group of seeds.

    Examples
    --------
    >>> model = FiniteModel(2.0, 1.0, 3, 10)
    >>> loss, g = SampledGradient(model, 4, (0, 1), "signs", np.dtype("float64"))(np.zeros((2, 3)))
    >>> loss.round(4), g.shape
    (array([1.1975, 1.1975]), (2, 3))
    """

    def __init__(
        self, model: FiniteModel, batch_size: int, seeds: Sequence[int], features: str, dtype: np.dtype[np.floating]
    ) -> None:
        self.target, self.law = model.target, features
        self.matrices = np.empty((len(seeds), model.size, model.modes), dtype)
        for matrix, seed in zip(self.matrices, seeds, strict=True):
            for where, columns in model.features(seed):
                matrix[:, where] = columns
        self.streams = [np.random.default_rng(_streams(seed)[1]) for seed in seeds]
        self.batch = np.empty((len(seeds), batch_size, model.modes), dtype)

    def __call__(self, u: Reals) -> tuple[Reals, Reals]:
        """Return the losses at ``u`` and g on the next batch."""
        dtype = self.batch.dtype  # the lines below are (3), with y for Lambda^{1/2} w*
        rest = self.target - np.matmul(u.astype(dtype)[:, None], self.matrices)[:, 0]
        for batch, stream in zip(self.batch, self.streams, strict=True):
            _draw(stream, self.law, batch)
        residuals = np.matmul(self.batch, rest.astype(dtype)[:, :, None])[:, :, 0]
        pull = np.matmul(residuals[:, None], self.batch)[:, 0] / self.batch.shape[1]
        g = np.matmul(self.matrices, pull[:, :, None].astype(dtype))[:, :, 0]
        return (rest * rest).sum(axis=1), g.astype(float)


def _draw(stream: np.random.Generator, law: str, out: Matrices) -> None:
    """Fill ``out`` with independent numbers, each from one bit for the sign and `HALVINGS` bits."""
    count, halvings = -(-out.size // 8), HALVINGS[law]
    bits = np.frombuffer(stream.bytes((1 + halvings) * count), np.uint8).reshape(1 + halvings, count)
    present = np.bitwise_and.reduce(bits[1:], axis=0)
    values, negative = (np.unpackbits(b, count=out.size).view(np.int8) for b in (present, present & bits[0]))
    values -= negative
    values -= negative
    out[:] = values.reshape(out.shape)
    if halvings:
        out *= sqrt(2.0**halvings)


def count_drawn_bytes(law: str) -> float:
    """Return the bytes beside each number of a batch while it is drawn: two, and random bits in two copies.

    >>> count_drawn_bytes("signs")
    2.75
    """
    return 2 + (3 + HALVINGS[law]) / 4


def _streams(seed: int) -> list[np.random.SeedSequence]:
    """Return the streams of A(0), of the normals or samples, and of the chi-squared."""
    return np.random.SeedSequence(seed).spawn(3)
