"""Which capacity alpha and source beta has a kernel with its target?

    lambda_k ~ k^-alpha,        y_k^2 ~ k^-s,        s = alpha beta + 1,        beta = (s - 1)/alpha.

`capacity_fit` finds alpha and `source_fit` finds s, in windows that `spectrum_window` chooses.  What other windows, and
a kernel on half of the samples, say differently is part of the error.  A spectrum without a single exponent is refused.
`regime_odds` says what follows.

Map: `fit_spectrum` takes eigenvalues and coefficients, `fit_kernel` a kernel matrix with labels; both call `_fit`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import hypot

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import stdtrit

from exponents.errors import InputError, NoSingleExponent
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..spectra.spectrum import MAX_MODES
from .capacity_fit import CapacityFit, Range, fit_capacity
from .fitted_spectrum import SpectrumFit, WindowFit
from .kernel_spectrum import FEW_CLASSES, KernelModes, check_kernel, kernel_modes, split_halves
from .regime_odds import estimate, find_consequences
from .source_fit import SourceFit, fit_source
from .spectrum_window import PART, SpectrumWindows, choose_windows

CENTRED = 0.01
"""Share of the labels' mean square that their mean may have."""

DECIDED = 0.95
"""Probability from which a regime counts as decided."""

POSSIBLE = 0.01
"""Probability of an exponent without theory from which a warning says so."""

NO_SAMPLES = (
    "the eigenvalues are taken as exact; if they come from a kernel matrix of n samples, give `samples`, since only "
    f"the first n/{PART} of them are accurate"
)
ONE_SIZE = (
    "one number of samples does not show the effect of sampling, and the error lacks it; give the kernel matrix with "
    "its labels instead"
)


def fit_spectrum(
    eigenvalues: ArrayLike,
    coefficients_squared: ArrayLike,
    samples: int | None = None,
    window: Range | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> SpectrumFit:
    """Fit capacity and source to eigenvalues and squared target coefficients.

    Parameters
    ----------
    eigenvalues : array of shape (modes,)
        lambda_k > 0, in any order.
    coefficients_squared : array of shape (modes,)
        y_k^2 >= 0 of the target in the same modes; for several outputs their sum.
    samples : int, optional
        n, if these are the modes of a kernel matrix on n samples.  By default they are taken as exact.
    window : (int, int), optional
        The first and the last mode to use, counted from 1 in the order of falling eigenvalues.  By default 10 to n/20,
        or to half of all modes.
    level : float
        Coverage of intervals, between 0 and 1.
    seed : int
        Of the simulated spectra behind the interval of alpha.

    Returns
    -------
    SpectrumFit

    Raises
    ------
    InputError
        If the arrays are no spectrum, or have too few modes.
    NoSingleExponent
        If eigenvalues or coefficients follow no single power law.

    Examples
    --------
    >>> k = np.arange(1.0, 1001)
    >>> target = np.random.default_rng(0).standard_normal(1000) ** 2
    >>> found = fit_spectrum(k**-1.5, target * k**-1.75)
    >>> print(found.s, found.regime["hard"])
    1.69 (1.539 to 1.851) 1.0
    """
    mu, p = _check_modes(eigenvalues, coefficients_squared)
    if samples is not None and (isinstance(samples, bool) or not isinstance(samples, int | np.integer) or samples < 1):
        raise InputError(f"`samples` must be a whole number of at least 1; got {abbreviate(samples)}; try {len(mu)}")
    order = np.argsort(-mu, kind="stable")
    notes = [NO_SAMPLES if samples is None else ONE_SIZE]
    return _fit(mu[order], p[order], 0.0, samples, window, level, seed, notes)


def fit_kernel(
    kernel: ArrayLike, labels: ArrayLike, window: Range | None = None, level: float = 0.95, seed: int = 0
) -> SpectrumFit:
    """Fit capacity and source to a kernel matrix with labels.

    The same fit on two halves of the samples shows the effect of sampling, and is part of the error.

    Parameters
    ----------
    kernel : array of shape (n, n)
        The kernel on all pairs of n samples.
    labels : array of shape (n,) or (n, columns)
        Numbers; for classes see `one_hot`.
    window, level, seed
        As for `fit_spectrum`.

    Returns
    -------
    SpectrumFit

    Raises
    ------
    InputError
        If the matrix is no kernel, the labels do not fit to it, or there are too few samples.
    NoSingleExponent
        If eigenvalues or coefficients follow no single power law.

    Examples
    --------
    >>> x = np.random.default_rng(0).uniform(size=600)
    >>> kernel = np.minimum.outer(x, x)  # of Brownian motion: eigenvalues fall as k^-2
    >>> found = fit_kernel(kernel, x - x.mean())
    >>> print(found.alpha, found.window)  # k^-2 from far on; (k - 1/2)^-2 exactly
    2.096 (2.017 to 2.176) (5, 30)
    """
    matrix, target = check_kernel(kernel, labels)
    whole = kernel_modes(matrix, target)
    return _fit(
        whole.eigenvalues,
        whole.coefficients,
        whole.floor,
        whole.samples,
        window,
        level,
        seed,
        list(_question_labels(np.asarray(labels), target)),
        split_halves(matrix, target, seed),
    )


def _fit(
    mu: Reals,
    p: Reals,
    floor: float,
    samples: int | None,
    window: Range | None,
    level: float,
    seed: int,
    warnings: list[str],
    halves: Sequence[KernelModes] = (),
) -> SpectrumFit:
    """Fit sorted modes; ``halves`` are those on half of the samples."""
    if not 0 < level < 1:
        raise InputError(f"`level` must lie between 0 and 1; got {abbreviate(level)}; 0.95 is usual")
    ranges = choose_windows(len(mu), samples, window)
    capacity = fit_capacity(np.log(mu), ranges.windows, ranges.parts, seed)
    source = fit_source(p, ranges.windows, ranges.parts)
    _refuse_curvature(ranges, capacity, source, floor=window is None)
    half = [_fit_half(part, ranges.windows[0]) for part in halves]
    sizes = _size_effects(capacity, source, half)
    alpha, s = capacity.values[0], source.values[0]
    alphas, powers = _draw_exponents(capacity, source, sizes, seed)
    beta, betas = (s - 1) / alpha, (powers - 1) / alphas
    found = find_consequences(alpha, beta, alphas, betas, level)
    fitted = zip(ranges.windows, capacity.values, source.values, strict=True)
    first, last = ranges.windows[0]
    inside = np.log(np.arange(first, last + 1.0))
    fit = SpectrumFit(
        alpha=estimate(alpha, alphas, level),
        s=estimate(s, powers, level),
        beta=estimate(beta, betas, level),
        windows=(*(WindowFit(*window, samples, *values) for window, *values in fitted), *half),
        regime=found.regime,
        time_exponent=found.time_exponent,
        compute_exponent=found.compute_exponent,
        prefactors=(float(np.exp((np.log(mu[first - 1 : last]) + alpha * inside).mean())), source.prefactor),
        noise=capacity.noise,
        outputs=source.outputs,
        level=level,
        warnings=(),
        eigenvalues=mu,
        coefficients=p,
        floor=floor,
    )
    return replace(fit, warnings=(*warnings, *_warn(fit, samples)))


def _check_modes(eigenvalues: ArrayLike, coefficients: ArrayLike) -> tuple[Reals, Reals]:
    """Return both arrays as doubles, or raise InputError."""
    found = []
    for values, role in ((eigenvalues, "eigenvalues"), (coefficients, "squared coefficients")):
        column = np.asarray(values)
        if column.dtype.kind not in "iuf" or column.ndim != 1:
            raise InputError(f"{role} must be one column of real numbers; got {column.dtype} of shape {column.shape}")
        allowed = np.isfinite(column) & ((column > 0) if role == "eigenvalues" else (column >= 0))
        if not allowed.all():
            place = int(np.argmin(allowed))
            least = "positive" if role == "eigenvalues" else "at least 0"
            raise InputError(f"{role} must be finite and {least}; entry {place + 1} is {column[place]:g}")
        found.append(column.astype(float))
    mu, p = found
    if len(mu) != len(p):
        raise InputError(f"each mode needs an eigenvalue and a squared coefficient; got {len(mu)} and {len(p)}")
    if len(mu) > MAX_MODES:
        raise InputError(f"a spectrum may have at most {MAX_MODES} modes; got {len(mu)}; leave the last ones out")
    return mu, p


def _question_labels(given: Reals, target: Reals) -> Iterator[str]:
    """Yield what is suspicious about labels."""
    different = len(np.unique(given)) if given.ndim == 1 else 0
    if given.dtype.kind in "iu" and 2 < different <= min(FEW_CLASSES, len(given) // 4):
        yield (
            f"the labels are {different} whole numbers and are used as such; if they name classes, give one_hot(labels)"
        )
    if (target.mean(axis=0) ** 2).sum() > CENTRED * (target**2).mean(axis=0).sum():
        yield "the labels are not centred, so that their mean is part of the target; subtract it unless that is meant"


def _refuse_curvature(ranges: SpectrumWindows, capacity: CapacityFit, source: SourceFit, floor: bool) -> None:
    """Raise NoSingleExponent if the local exponents of eigenvalues or of coefficients differ too much."""
    for role, name, found in (("eigenvalues", "alpha", capacity), ("squared coefficients", "s", source)):
        if not found.is_curved:
            continue
        local = ", ".join(
            f"{value:.3g} in modes {first} to {last}"
            for (first, last), value in zip(ranges.parts, found.parts, strict=True)
        )
        remedy = (
            "subtract the mean of the inputs, or choose a `window` in which one exponent holds"
            if floor
            else "choose another `window`"
        )
        raise NoSingleExponent(
            f"the {role} follow no single power law: {name} is {local}; {remedy}", ranges.parts, found.parts
        )


def _fit_half(part: KernelModes, window: Range) -> WindowFit:
    """Fit half of the samples in the window of the whole."""
    last = min(window[1], len(part.eigenvalues))
    used = (window[0], last)
    alpha = fit_capacity(np.log(part.eigenvalues), [used, used], [used]).values[0]
    return WindowFit(*used, part.samples, alpha, fit_source(part.coefficients, [used], [used]).values[0])


def _size_effects(capacity: CapacityFit, source: SourceFit, half: Sequence[WindowFit]) -> tuple[float, float]:
    """Return what half of the samples change in alpha and in s, as sizes of a further error.

    The target of each half is the same function, but its coefficients are nearly new draws, so that the statistical
    variance of a difference is taken off for s.
    """
    if not half:
        return 0.0, 0.0
    alpha, s = (float(np.mean([getattr(part, name) for part in half])) for name in ("alpha", "s"))
    chance = source.errors[0] ** 2 * (1 + 1 / len(half))
    return abs(alpha - capacity.values[0]), max((s - source.values[0]) ** 2 - chance, 0.0) ** 0.5


def _draw_exponents(
    capacity: CapacityFit, source: SourceFit, sizes: tuple[float, float], seed: int
) -> tuple[Reals, Reals]:
    """Return independent draws of alpha and of s, given the data."""
    generator = np.random.default_rng([seed, 1])
    count = len(capacity.draws)
    alphas = capacity.draws + hypot(capacity.excess, sizes[0]) * generator.standard_normal(count)
    places = (generator.permutation(count) + 0.5) / count
    student = np.asarray(stdtrit(source.freedom, places))
    powers = source.values[0] + source.errors[0] * student
    return alphas, powers + hypot(source.excess, sizes[1]) * generator.standard_normal(count)


def _warn(fit: SpectrumFit, samples: int | None) -> Iterator[str]:
    """Yield what must be known before the result is used."""
    last = fit.window[1]
    if samples is not None and last > max(samples // PART, 1):
        yield (
            f"the window ends at mode {last}, beyond n/{PART} = {samples // PART}, where sampling inflates eigenvalues"
        )
    low, high = fit.beta.interval
    if high - low > abs(fit.beta.value) / 2:
        yield "the interval of beta is wider than half of its value; more modes in the window make it shorter"
    if fit.regime["outside"] > POSSIBLE:
        yield (
            f"with probability {fit.regime['outside']:.2g} the exponents lie outside of alpha > 1, beta > 0, where the "
            "theory has no regime"
        )
    if max(fit.regime.values()) < DECIDED:
        yield "the regime is not decided by these data"
