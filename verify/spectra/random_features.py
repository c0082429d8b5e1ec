"""Which spectrum does a model of N random features learn on?

The model learns on the kernel K = Lambda^{1/2} A^T A Lambda^{1/2}/N, where A is Gaussian, of shape (N, M).  Two spectra
on its N non-zero eigenvalues mu_j, which are those of Sigma = A Lambda A^T/N, drive it (`TargetAndTrace`):

    target    sum_j y_j^2 delta(mu - mu_j),     y_j^2 the squared coefficient of the target in eigenvector j of K,
    trace     sum_j mu_j delta(mu - mu_j).

The flow runs on the target alone, as in the limit.  The part of the target outside all eigenvectors is its floor
(`floor`).  The noise of batches enters through the trace.  There are two ways to the pair, beside draws
(`witnesses.drawn_features`):

* `mean_spectra`: the mean field of A, without a draw, on modes (`discrete_equivalent`) or the continuum
  (`continuum_density`).
* `limit_spectra`: N = infinity, where mu_k = lambda_k (`power_law`).  The trace is the power law of beta = 1 - 1/alpha,
  for which k^{-alpha beta - 1} is k^{-alpha}.

Consistency check of the mean field (not used in the solution): the squared coefficients and the floor add up to sum_k
y_k^2; times mu, to sum_k y_k^2 lambda_k; over mu, to |w|^2 at infinite time.  The eigenvalues are N in number, add up
to sum_k lambda_k, and their squares to sum_k lambda_k^2 + (sum_k lambda_k)^2/N.  The largest deviation is part of
`Spectrum.error`.

Accuracy of the mean field itself: a curve on its spectrum differs from the mean of drawn curves by terms that fall
with N.  They are largest where the smallest eigenvalues decide: for N = 16, 10 % of the remaining trace.

Cost of a mean field on modes: about (alpha sqrt(N)/400)^2 seconds; on the continuum a tenth of a second for any N.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from exponents.errors import InputError
from exponents.names import SpectrumKind
from exponents.rationals import abbreviate, check_capacity, exact

from ..arrays import Reals
from .continuum_density import solve_density
from .continuum_equivalent import ContinuumEquivalent
from .discrete_equivalent import mean_density
from .floor import rest_state
from .mode_nodes import check_size, group_modes
from .power_law import is_continuum, power_law_spectrum
from .spectrum import Spectrum

LARGEST = 2**18
"""Largest model size of a mean-field spectrum on modes.  A floor is known for any size (`floor`)."""

FINEST = 2048
"""Largest alpha sqrt(N) of a mean on modes, about the number of modes that show as ripples: half a minute."""

STEEPEST = 12
"""Largest alpha of a mean on modes.  Two neighbouring modes must be close enough for both to be seen at the places of a
rule.  At this alpha the error is 1e-3 for N = 1, and 1e-10 from N = 3 on, and `Spectrum.error` says so."""


class TargetAndTrace(NamedTuple):
    """The two spectra on the eigenvalues of one kernel.

    Attributes
    ----------
    target : Spectrum
        Weights y_j^2, in units of the variance that the mode k = 1 contributes, and the floor.
    trace : Spectrum
        Weights mu_j, in units of the largest eigenvalue of the limit, and no floor.  Its norm is the number of
        eigenvalues.  Its nodes may differ from those of the target.
    """

    target: Spectrum
    trace: Spectrum


def mean_spectra(
    alpha: object,
    beta: object,
    model_size: float,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
) -> TargetAndTrace:
    """Return the mean field over draws of A; the input is checked.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size : float
        N.  On the continuum any number >= 1, because it depends on N smoothly; with "modes" an int.
    spectrum : "continuum" or "modes"
        The continuum y^2(k) dk on k >= 1, or the sum over integers k of eq. 42.
    modes : int, optional
        With "modes": M > N, for the sum over k <= M.  Without it the sum is infinite.

    Returns
    -------
    TargetAndTrace
        Two spectra; `Spectrum.error` includes the deviation of the moments.

    Raises
    ------
    InputError
        If alpha <= 1, beta <= 0, N < 1 or N >= M; if a continuum has a number of modes; with "modes" if alpha exceeds
        `STEEPEST`, N `LARGEST` or alpha sqrt(N) `FINEST`; if the lowest eigenvalues leave double precision.

    Examples
    --------
    >>> target, trace = mean_spectra("3/2", "1/2", 64)
    >>> round(target.floor, 6), round(target.variance, 6), round(trace.norm, 6)
    (0.167886, 1.333333, 64.0)
    >>> on_modes, _ = mean_spectra("3/2", "1/2", 64, "modes", modes=1000)
    >>> round(on_modes.floor, 6)
    0.14641
    """
    if is_continuum(spectrum, modes):
        model = ContinuumEquivalent.from_input(alpha, beta, model_size)
        return _mean_on_continuum(model.alpha, model.beta, model.size)
    a, b = check_size(alpha, beta, model_size, modes)
    if a > STEEPEST:
        raise InputError(
            f"alpha may be at most {STEEPEST} for a mean-field spectrum; got {abbreviate(alpha)}; "
            "take a smaller one, or a draw"
        )
    most = min(LARGEST, int((FINEST / a) ** 2))
    if model_size > most:
        raise InputError(
            f"the model size may be at most {most} for this alpha; got {abbreviate(model_size)}; take a smaller one"
        )
    return _mean_on_modes(a, b, int(model_size), modes)


def _mean_on_modes(alpha: float, beta: float, size: int, modes: int | None) -> TargetAndTrace:
    """Return the mean field for the sum over modes, on few nodes."""
    nodes = group_modes(alpha, beta, size, modes, poles=True)
    mean = mean_density(nodes, alpha, size)
    floor, norm = rest_state(nodes, size, modes)
    total, square = nodes.traces.sum(), nodes.squares.sum() + nodes.traces.sum() ** 2 / size
    return TargetAndTrace(
        _compress(mean.eigenvalues, mean.target, floor, {-1: norm, 0: nodes.powers.sum(), 1: nodes.moments.sum()}),
        _compress(mean.eigenvalues, mean.trace, 0.0, {-1: size, 0: total, 1: square}),
    )


@lru_cache(maxsize=64)
def _mean_on_continuum(alpha: float, beta: float, size: float) -> TargetAndTrace:
    """Return the mean field for the continuum, whose error is the deviation of the first two moments.

    Lazy and rich models, and every time, learn on the same mean, so it is kept; its arrays cannot be written to.
    """
    model = ContinuumEquivalent(alpha, beta, size)
    density = solve_density(model)
    for values in (density.eigenvalues, density.power, density.trace):
        values.setflags(write=False)
    spectra = Spectrum(density.eigenvalues, density.power, model.floor), Spectrum(density.eigenvalues, density.trace)
    rounding = float(np.finfo(float).eps)
    found = []
    for spectrum, (mass, moment) in zip(spectra, (model.target_moments(), model.trace_moments()), strict=True):
        first = float(spectrum.weights @ spectrum.eigenvalues)
        error = max(abs(spectrum.variance / mass - 1), abs(first / moment - 1), rounding)
        found.append(replace(spectrum, error=error))
    return TargetAndTrace(*found)


def limit_spectra(
    alpha: object,
    beta: object,
    largest_clock: float = 1e12,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
    in_steps: bool = False,
) -> TargetAndTrace:
    """Return the spectra of N = infinity, for clocks up to ``largest_clock``.

    Parameters
    ----------
    alpha, beta, largest_clock, spectrum, modes, in_steps
        As in `power_law_spectrum`, which checks them.

    Returns
    -------
    TargetAndTrace
        Two power laws.

    Raises
    ------
    InputError
        If `power_law_spectrum` refuses the input.

    Examples
    --------
    >>> target, trace = limit_spectra("3/2", "1/2", 1e6)
    >>> round(trace.variance, 8)  # the trace of the kernel is 1/(alpha - 1)
    2.0
    """
    sources = beta, 1 - 1 / check_capacity(exact(alpha, "alpha"))
    return TargetAndTrace(
        *(power_law_spectrum(alpha, source, largest_clock, spectrum, modes, in_steps) for source in sources)
    )


def _compress(eigenvalues: Reals, weights: Reals, floor: float, due: dict[int, float]) -> Spectrum:
    """Return a spectrum on few nodes; its error includes the deviation of the moments ``due``, by their power of mu."""
    order = np.argsort(-eigenvalues)
    found = Spectrum(eigenvalues[order], weights[order], floor).compress()
    sums = {power: found.weights @ found.eigenvalues**power + floor * (power == 0) for power in due}
    return replace(found, error=max(found.error, *(abs(float(sums[power]) / due[power] - 1) for power in due)))
