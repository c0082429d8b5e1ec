"""Which spectrum does a model of finite size N learn on?

A model of N random features learns on the kernel K = Lambda^{1/2} A^T A Lambda^{1/2}/N, where A is Gaussian, of shape
(N, M).  Two measures on its N non-zero eigenvalues mu_j, those of Sigma = A Lambda A^T/N, drive it:

    target    sum_j y_j^2 delta(mu - mu_j),     y_j^2 the power of the target in the eigenvector j of K,
    trace     sum_j mu_j delta(mu - mu_j).

The flow runs on the first alone, as in the limit; what no eigenvector reaches is its floor (`bottleneck`).  Noise of
batches enters through the second.  Three ways to them:

* `drawn_spectra`: a draw of A, diagonalised.
* `mean_spectra`: the mean over A, without a draw (`deterministic_equivalent`).
* `limit_spectra`: N = infinity, where mu_k = lambda_k, and the trace is the power law of beta = 1 - 1/alpha, for which
  k^{-alpha beta - 1} is k^{-alpha}.

What was not used in the mean is the check of it.  With the floor, the powers add up to sum_k y_k^2; times mu, to
sum_k y_k^2 lambda_k; over mu, to |w|^2 at infinite time.  Eigenvalues are N in number, add up to sum_k lambda_k, and
their squares to sum_k lambda_k^2 + (sum_k lambda_k)^2/N.  The largest deviation is part of the stated error, which is
that of the rule.

Of the equivalent itself: a curve on the mean measure differs from the mean of drawn curves by terms that fall with N,
and most where the smallest eigenvalues decide: for N = 16 by 10 % of what is left of the trace then.

Cost of a mean: some (alpha sqrt(N)/400)^2 seconds.  Of a draw: N^2 M operations.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import NamedTuple

import numpy as np

from exponents.errors import InputError
from exponents.names import SpectrumKind
from exponents.rationals import abbreviate, exact

from ..arrays import Reals
from .deterministic_equivalent import bands
from .floor import check_drawn, rest_state
from .population import check_size, population
from .spectrum import Spectrum, power_law_spectrum

LARGEST = 2**18
"""Model sizes of which a spectrum is taken.  Floors are known for any (`bottleneck`)."""

FINEST = 2048
"""Largest alpha sqrt(N) of a mean, in which about so many modes show: half a minute."""

STEEPEST = 12
"""Largest alpha of a mean.  Two neighbouring modes must be close enough for both to be seen at the places of a rule: at
this alpha the error, as stated, is 1e-3 for N = 1, and 1e-10 from N = 3 on."""

LARGEST_DRAW = 4096
"""Model sizes that are drawn: a minute, and a square matrix of 128 MiB."""

DECADES = 11
"""Decades that drawn eigenvalues may span.  They are found to the last digits of the largest, so that even the
smallest are then known to some 1e-4 of themselves."""


class Spectra(NamedTuple):
    """The two measures on the eigenvalues of a model.

    Attributes
    ----------
    target : SpectralMeasure
        Weights y_j^2, in units of the variance that the mode k = 1 contributes, and the floor.
    trace : SpectralMeasure
        Weights mu_j, in units of the largest eigenvalue of the limit.  There is no floor.  Its norm is the number of
        eigenvalues.  Nodes are not those of the target.
    """

    target: Spectrum
    trace: Spectrum


def mean_spectra(alpha: object, beta: object, model_size: int, modes: int | None = None) -> Spectra:
    """The mean over draws of A, for the sum over all integers k, or over k <= modes, of eq. 42.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size, modes : int
        N and M, N < M.

    Raises
    ------
    InputError
        For alpha <= 1 or above `STEEPEST`, beta <= 0, N < 1, N >= M, N above `LARGEST` or alpha sqrt(N) above
        `FINEST`, or numbers beyond double precision.
    """
    a, b = check_size(alpha, beta, model_size, modes)
    if a > STEEPEST:
        raise InputError(
            f"alpha may be at most {STEEPEST} for a mean spectrum; got {abbreviate(alpha)}; take a smaller one, or a draw"
        )
    most = min(LARGEST, int((FINEST / a) ** 2))
    if model_size > most:
        raise InputError(
            f"the model size may be at most {most} for this alpha; got {abbreviate(model_size)}; take a smaller one"
        )
    found = population(a, b, model_size, modes, poles=True)
    mean = bands(found, a, model_size)
    floor, norm = rest_state(found, model_size, modes)
    total, square = found.traces.sum(), found.squares.sum() + found.traces.sum() ** 2 / model_size
    return Spectra(
        _compressed(mean.eigenvalues, mean.target, floor, {-1: norm, 0: found.powers.sum(), 1: found.moments.sum()}),
        _compressed(mean.eigenvalues, mean.trace, 0.0, {-1: model_size, 0: total, 1: square}),
    )


def drawn_spectra(alpha: object, beta: object, model_size: int, modes: int, seed: int) -> Spectra:
    """Those of one draw of A, for the sum over k <= modes of eq. 42.

    Parameters
    ----------
    alpha, beta, model_size, modes
        As in `mean_spectra`; N at most `LARGEST_DRAW`.
    seed : int
        Same seed, same bits.

    Raises
    ------
    InputError
        For alpha <= 1, beta <= 0, N < 1, N >= M, a seed that is no whole number of at least 0, a draw beyond memory, or
        eigenvalues that span more than `DECADES`.
    """
    a, b = check_size(alpha, beta, model_size, modes)
    if model_size > LARGEST_DRAW:
        raise InputError(
            f"the model size may be at most {LARGEST_DRAW} in a draw; got {abbreviate(model_size)}; take the mean"
        )
    check_drawn(model_size, modes, seed)
    k = np.arange(1.0, modes + 1)
    target = k ** (-(a * b + 1) / 2)
    features = np.random.default_rng(seed).standard_normal((model_size, modes)) * k ** (-a / 2) / sqrt(model_size)
    eigenvalues, vectors = np.linalg.eigh(features @ features.T)
    if eigenvalues[0] < 10.0**-DECADES * eigenvalues[-1]:
        raise InputError(
            f"eigenvalues of a draw may span {DECADES} decades in double precision; those of N = {model_size} at "
            f"alpha = {abbreviate(exact(alpha, 'alpha'))} span more; take a smaller N or the mean"
        )
    powers = (vectors.T @ (features @ target)) ** 2 / eigenvalues
    left = max(0.0, float(target @ target - powers.sum()))
    falling = eigenvalues[::-1]
    return Spectra(Spectrum(falling, powers[::-1], left), Spectrum(falling, falling))


def limit_spectra(
    alpha: object,
    beta: object,
    largest_clock: float = 1e12,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
) -> Spectra:
    """Those of N = infinity, resolved for clocks up to ``largest_clock``; parameters and errors as in `power_law`."""
    target = power_law_spectrum(alpha, beta, largest_clock, spectrum, modes)
    return Spectra(target, power_law_spectrum(alpha, 1 - 1 / exact(alpha, "alpha"), largest_clock, spectrum, modes))


def mean_measure(alpha: object, beta: object, model_size: int, modes: int | None = None) -> Spectrum:
    """The target of `mean_spectra`."""
    return mean_spectra(alpha, beta, model_size, modes).target


def drawn_measure(alpha: object, beta: object, model_size: int, modes: int, seed: int) -> Spectrum:
    """The target of `drawn_spectra`."""
    return drawn_spectra(alpha, beta, model_size, modes, seed).target


def _compressed(eigenvalues: Reals, weights: Reals, floor: float, due: dict[int, float]) -> Spectrum:
    """A measure on few nodes, with the deviation of its moments from those that are due, by their power of mu."""
    order = np.argsort(-eigenvalues)
    found = Spectrum(eigenvalues[order], weights[order], floor).compress()
    sums = {power: found.weights @ found.eigenvalues**power + floor * (power == 0) for power in due}
    return replace(found, error=max(found.error, *(abs(float(sums[power]) / due[power] - 1) for power in due)))
