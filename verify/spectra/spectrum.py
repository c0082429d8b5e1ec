"""On which spectrum does a model learn?

At B = infinity the model sees its data through one `Spectrum`: a measure on the eigenvalues mu of its kernel,

    p(dmu) = sum_j y_j^2 delta(mu - mu_j),         y_j^2 = mu_j w_j^2,

and a floor, which is the part of the loss that no training removes.  y_j^2 is the squared coefficient of the target in
mode j.  The measure is a list of nodes.  A node is one mode, or it stands for many modes as part of a Gauss rule.

A spectrum comes from arrays (`spectrum_from_arrays`), a file (`spectrum_file`), a power law (`power_law`) or random
features (`random_features`).  `Spectrum.compress` replaces many modes by few nodes.

Units: eigenvalues of a power law are in units of the largest, so that clocks are in units of its inverse.  Weights are
in units of the variance that the mode k = 1 contributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exponents.display import Described
from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals, same_values
from ..inputs import as_double
from .quadrature import rule_of_points

PANEL = 1.0
"""Width in ln(1/mu) of a panel of discrete modes.  Their rules are exact for polynomials in k, not in ln k."""

NODES = 9
"""Nodes in a panel.  With the widths of panels they leave an error of 1e-11 for small beta, 1e-8 near beta = 2."""

LATE = 100.0
"""The error of a rule is measured up to this clock, in units of one over the smallest eigenvalue."""

PER_FOLD, FEWEST, MOST = 28, 100, 700
"""Clocks per e-fold at which two rules are compared, and how many at the least and at the most."""

GOLDEN = 0.6180339887498949
"""Part of a step by which each clock is moved further than the one before: phases are then spread evenly."""

BETWEEN = 1.1
"""Largest difference over the largest one that is seen: eight clocks per period miss the top by 8 % at the most."""

GONE = 1000.0
"""mu clock beyond which e^{-mu clock} is 0 in double precision."""

MAX_MODES = 1_000_000
"""Modes that an array or a file may have.  Bin a measured spectrum with more."""

SMALLEST = 1e-290
"""Smallest weight or eigenvalue: below it double precision ends."""


@dataclass(frozen=True, repr=False, eq=False)
class Spectrum(Described):
    """The measure p(dmu) on which the dynamics runs.

    Attributes
    ----------
    eigenvalues : array of shape (n,)
        mu_j > 0, falling.
    weights : array of shape (n,)
        y_j^2 = mu_j w_j^2 > 0: the squared coefficient of the target in each mode.
    floor : float
        Loss that remains at infinite time: the part of the target outside the span of the modes.
    largest_clock : float
        Clock up to which the nodes stand for the modes; infinite for modes given one by one.
    error : float
        Largest relative error of the nodes in the lazy loss and in the lazy norm, over all clocks.

    Examples
    --------
    >>> spectrum = Spectrum(np.array([1.0, 0.5]), np.array([0.3, 0.1]), floor=0.2)
    >>> round(spectrum.variance, 12), round(spectrum.norm, 12)
    (0.6, 0.5)
    >>> spectrum.lazy_loss([0, 1000]).round(12).tolist()
    [0.6, 0.2]
    """

    eigenvalues: Reals
    weights: Reals
    floor: float = 0.0
    largest_clock: float = inf
    error: float = 0.0

    def describe(self) -> str:
        """Return how many nodes there are, and their range."""
        values = self.eigenvalues
        span = f" from {values[-1]:.3g} to {values[0]:.3g}" if len(values) else ""
        return f"{len(values)} nodes{span}, variance {self.variance:.6g}, floor {self.floor:.3g}"

    def __eq__(self, other: object) -> bool:
        return same_values(self, other)

    __hash__ = None  # type: ignore[assignment]

    def __len__(self) -> int:
        return len(self.eigenvalues)

    @property
    def variance(self) -> float:
        """The loss at time 0: the sum of all weights and the floor."""
        return float(self.weights.sum()) + self.floor

    @property
    def norm(self) -> float:
        """|w|^2 = sum_j y_j^2/mu_j, the squared RKHS norm of what can be learned (eq. 7)."""
        return float((self.weights / self.eigenvalues).sum())

    def lazy_loss(self, clock: ArrayLike) -> Reals:
        """Return sum_j y_j^2 exp(-2 mu_j clock) + floor, the loss at gamma = 0 (eq. 8), in the shape of ``clock``."""
        decay = np.exp(-2 * np.multiply.outer(np.asarray(clock, float), self.eigenvalues))
        return np.asarray(decay @ self.weights + self.floor)

    def lazy_norm(self, clock: ArrayLike) -> Reals:
        """Return sum_j (y_j^2/mu_j) (1 - exp(-mu_j clock))^2, which is |w|^2 at gamma = 0 (eq. 47)."""
        learned = -np.expm1(-np.multiply.outer(np.asarray(clock, float), self.eigenvalues))
        return np.asarray(learned**2 @ (self.weights / self.eigenvalues))

    def correlations(self, clock: ArrayLike, powers: Sequence[int] = (0,)) -> tuple[Reals, ...]:
        """Return sum_j y_j^2 x_j^power e^{-x_j} with x_j = mu_j clock, for each power; power 0 is B of eq. 66."""
        x = np.minimum(np.multiply.outer(np.asarray(clock, float), self.eigenvalues), GONE)
        decay = np.exp(-x)
        return tuple((decay if power == 0 else x**power * decay) @ self.weights for power in powers)

    def compress(self) -> Spectrum:
        """Return a spectrum with fewer nodes: in each panel of ln mu, the Gauss rule of its modes.

        Panels halve towards the slowest mode, because at late times only that mode is left.  ``error`` of the result
        is measured against the original.

        Examples
        --------
        >>> k = np.arange(1.0, 1001)
        >>> small = Spectrum(k**-1.5, k**-1.75).compress()
        >>> len(small) < 200, small.error < 1e-10
        (True, True)
        """
        position = -np.log(self.eigenvalues)
        panel = np.floor((position - position[0]) / PANEL)
        ahead = (position[-1] - position) / PANEL
        last = ahead < 1
        panel[last] = panel[-1] + 1 - np.floor(np.log2(np.maximum(ahead[last], np.finfo(float).eps)))
        parts = [rule_of_points(position[panel == i], self.weights[panel == i], NODES) for i in np.unique(panel)]
        u, w = (np.concatenate(column) for column in zip(*parts, strict=True))
        smaller = replace(self, eigenvalues=np.exp(-u), weights=w)
        return replace(smaller, error=max(self.error, largest_difference(smaller, self)))


def spectrum_from_arrays(eigenvalues: ArrayLike, weights: ArrayLike, floor: float = 0.0) -> Spectrum:
    """Return the spectrum with these modes; the input is checked.

    Parameters
    ----------
    eigenvalues : array of shape (n,)
        mu_j > 0 in any order, n between 2 and `MAX_MODES`.
    weights : array of shape (n,)
        Squared coefficients y_j^2 = mu_j w_j^2 >= 0 of the target.  Modes with weight 0 are left out: they do not move.
    floor : float
        The part of the target outside all modes, a loss >= 0.

    Returns
    -------
    Spectrum
        Its modes in order of falling eigenvalues.

    Raises
    ------
    InputError
        If an array is not a column of finite real numbers; if the lengths differ; if an eigenvalue is not positive or a
        weight is negative; if fewer than two modes have a positive weight, or if there are more than `MAX_MODES`; if
        the floor is negative or infinite; if a number leaves double precision.

    Examples
    --------
    >>> spectrum = spectrum_from_arrays([0.5, 2, 1], [0.1, 0.2, 0.3], floor=0.25)
    >>> spectrum.eigenvalues.tolist(), spectrum.weights.tolist()
    ([2.0, 1.0, 0.5], [0.2, 0.3, 0.1])
    """
    mu, p = _read_column(eigenvalues, "eigenvalues"), _read_column(weights, "weights")
    if len(mu) != len(p):
        raise InputError(f"each mode needs an eigenvalue and a squared coefficient; got {len(mu)} and {len(p)}")
    if not len(mu) <= MAX_MODES:
        raise InputError(f"a spectrum may have at most {MAX_MODES} modes; got {len(mu)}; bin neighbouring ones")
    if (mu <= 0).any():
        raise InputError(
            f"eigenvalues must be positive; entry {_first(mu <= 0)} is {mu[mu <= 0][0]:g}; "
            "add the squared coefficient of a zero mode to the floor"
        )
    if (p < 0).any():
        raise InputError(f"weights must not be negative; entry {_first(p < 0)} is {p[p < 0][0]:g}; give y^2 = mu w^2")
    if not 0 <= as_double(floor) < inf:
        raise InputError(f"the floor must be a finite loss of at least 0; got {abbreviate(floor)}; leave it out")
    order = np.argsort(-mu, kind="stable")
    order = order[p[order] > 0]
    if len(order) < 2:
        raise InputError(
            f"a spectrum needs at least two modes with a positive squared coefficient; got {len(order)}; "
            "one mode has no exponent"
        )
    mu, p = mu[order], p[order]
    if mu[-1] < SMALLEST or mu[0] > 1 / SMALLEST or p.min() < SMALLEST or p.max() > 1 / SMALLEST:
        raise InputError(f"eigenvalues and weights must lie above {SMALLEST:.0e}; give them in larger units")
    return Spectrum(mu, p, float(floor))


def largest_difference(spectrum: Spectrum, reference: Spectrum) -> float:
    """Return the largest relative difference in the lazy loss and the lazy norm, where both can be used.

    The difference of two rules oscillates in ln(clock), with the distance of neighbouring nodes as its period.  So
    there are `PER_FOLD` clocks per e-fold, up to `MOST`, and they do not fall on the same phases as panels repeat.

    Examples
    --------
    >>> one, other = (Spectrum(np.array([1.0, 0.5]), np.array([w, 1.0])) for w in (1.0, 1.01))
    >>> round(largest_difference(one, other), 4)  # of the lazy norm at early clocks: 0.01 of 1.51, and a tenth more
    0.0073
    """
    top = min(spectrum.largest_clock, LATE / max(spectrum.eigenvalues[-1], reference.eigenvalues[-1]))
    first = 0.01 / spectrum.eigenvalues[0]
    folds = float(np.log(max(top, 100 * first) / first))
    count = int(np.clip(PER_FOLD * folds, FEWEST, MOST))
    phases = (np.arange(count) * GOLDEN) % 1
    clocks = first * np.exp(np.minimum((np.arange(count) + phases) / (count - 1), 1.0) * folds)
    pairs = (
        (spectrum.lazy_loss(clocks), reference.lazy_loss(clocks)),
        (spectrum.lazy_norm(clocks), reference.lazy_norm(clocks)),
    )
    return BETWEEN * max(float(np.max(np.abs(own / due - 1))) for own, due in pairs)


def _read_column(values: ArrayLike, role: str) -> Reals:
    """Return one column of finite real numbers, or raise InputError."""
    column = np.asarray(values)
    if column.dtype.kind not in "iuf" or column.ndim != 1:
        raise InputError(f"{role} must be one column of real numbers; got {column.dtype} of shape {column.shape}")
    if not np.isfinite(column).all():
        raise InputError(f"{role} must be finite; entry {_first(~np.isfinite(column))} is not; leave that mode out")
    return column.astype(float)


def _first(mask: NDArray[np.bool_]) -> int:
    """Return the number of the first True entry, counted from 1."""
    return int(np.argmax(mask)) + 1
