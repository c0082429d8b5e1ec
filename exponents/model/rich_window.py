"""Between which times, steps and compute does a fixed learning rate show the rich exponent?

Below beta = 1 kernel and clock grow as kappa ~ K t^g and tau ~ T t^m (`amplitudes`).  The rich law begins where both
have passed 1: the kernel of a lazy model, and the clock at which the first mode is learned.  It ends where
eta kappa mu_1 = 2 (`stable_steps`), with mu_1 = 1 in our units:

    t_from = max(K^{-1/g}, T^{-1/m}),      t_to = (2/(eta K))^{1/g}.

A time is n = t/eta steps.  The best model at that time is the one of Table 1: it minimises A t^{-chi} + F N^{-e} at
C = N t, so that chi A t^{-chi} = e F N^{-e}, with the constants of the flow and of the bottleneck.  With P reused
samples in every step, C = N t P, the same holds for N, and for P with the bottleneck of data.  Other terms change N and
P, and C with them, by a factor of order one.

If t_to comes first, the window is empty: steps become unstable before the law begins.  From beta = 1 on the rich
exponent is the lazy one and there is no window.  Above, the kernel has a limit.

All numbers are those of the leading laws, of the continuum, and as exact as the learning rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from mpmath import mpf
from sympy import Expr, Integer, Rational

from ..asymptotics.evaluation import evaluate
from ..asymptotics.mode_sums import mode_sum
from ..errors import InputError
from ..names import PUBLISHED, RICH, Version
from ..rationals import abbreviate, check_capacity, check_source, exact
from ..symbols import beta, x
from .amplitudes import amplitude, amplitudes_by_piece
from .bottleneck import bottleneck_sum, modes_resolved, resolution
from .target import target_sum
from .timescale import chi, clock_growth, kernel_growth, solve_self_consistency

SHARPEST = Integer(2)
"""eta kappa mu_1 beyond which a step is unstable: |1 - eta kappa mu_1| < 1."""


@dataclass(frozen=True)
class Place:
    """One end of the window: a time, steps, the best model size and number of samples, C = N t and C = N t P."""

    time: mpf
    steps: mpf
    model_size: mpf
    samples: mpf
    compute: mpf
    full_batch_compute: mpf


@dataclass(frozen=True)
class RichWindow:
    """Where a fixed learning rate shows the rich exponent.

    Attributes
    ----------
    learning_rate, gamma : Fraction
    first, last : Place or None
        The ends; None where the window is empty, and from beta = 1 on.
    kernel_limit : mpf or None
        The limit of kappa; None where it grows without end, up to beta = 1.

    Examples
    --------
    >>> rich_window(Fraction(3, 2), Fraction(2), Fraction(1), Fraction(1, 10)).first is None
    True
    """

    learning_rate: Fraction
    gamma: Fraction
    first: Place | None
    last: Place | None
    kernel_limit: mpf | None


def check_learning_rate(learning_rate: Fraction) -> Fraction:
    """Return the learning rate unchanged if the first steps are stable, where kappa = 1.

    Raises
    ------
    InputError
        Unless 0 < eta < `SHARPEST`.

    Examples
    --------
    >>> check_learning_rate(Fraction(1, 100))
    Fraction(1, 100)
    """
    if not 0 < learning_rate < int(SHARPEST):
        raise InputError(
            f"the learning rate must lie between 0 and {SHARPEST}, where the first steps are stable; "
            f"got {abbreviate(learning_rate)}; try 0.01"
        )
    return learning_rate


def rich_window(
    capacity: Fraction, source: Fraction, gamma: Fraction, learning_rate: Fraction, version: Version = PUBLISHED
) -> RichWindow:
    """Return the window in which a fixed learning rate shows the rich exponent.

    Parameters
    ----------
    capacity, source : Fraction
        alpha > 1 and beta > 0.
    gamma : Fraction
        Richness > 0.
    learning_rate : Fraction
        eta, in units of one over the largest eigenvalue.
    version : "published" or "derived"
        The bottleneck that the best model size balances.

    Returns
    -------
    RichWindow

    Raises
    ------
    InputError
        If the learning rate is not between 0 and 2, or another number is out of range.

    Examples
    --------
    >>> window = rich_window(Fraction(3, 2), Fraction(1, 2), Fraction(1), Fraction(1, 100))
    >>> float(window.last.time * Fraction(1, 200) ** 3)  # t_to ~ (2/eta)^3
    0.5593...
    """
    capacity, source = check_capacity(exact(capacity, "alpha")), check_source(exact(source, "beta"))
    gamma, learning_rate = exact(gamma, "gamma"), check_learning_rate(exact(learning_rate, "the learning rate"))
    if gamma <= 0:
        raise InputError(f"gamma must be positive for a rich model; got {abbreviate(gamma)}; try 1")
    learning = solve_self_consistency().pieces[0].where.subs(beta, Rational(source))
    at = capacity, source, gamma
    if learning != True:  # noqa: E712
        above = amplitudes_by_piece(RICH)[1]
        limit = evaluate(above.kernel, *at) if above.where.subs(beta, Rational(source)) == True else None  # noqa: E712
        return RichWindow(learning_rate, gamma, None, None, limit)
    law, rate = amplitudes_by_piece(RICH)[0], Rational(learning_rate)
    grown, learned, unstable = (
        _place(time, rate, version, at)
        for time in (
            law.kernel ** (-1 / kernel_growth(RICH)),
            law.clock ** (-1 / clock_growth(RICH)),
            (SHARPEST / (rate * law.kernel)) ** (1 / kernel_growth(RICH)),
        )
    )
    first = max(grown, learned, key=lambda place: place.time)
    if unstable.time <= first.time:
        return RichWindow(learning_rate, gamma, None, None, None)
    return RichWindow(learning_rate, gamma, first, unstable, None)


def _place(time: Expr, learning_rate: Rational, version: Version, at: tuple[Fraction, Fraction, Fraction]) -> Place:
    """Return the best model, the best number of samples, and their compute at a time."""
    size, samples = (_balance(time, front) for front in (bottleneck_sum(version).amplitude, data_amplitude()))
    values = (time, time / learning_rate, size, samples, size * time, size * time * samples)
    return Place(*(evaluate(value, *at) for value in values))


def data_amplitude() -> Expr:
    """Return f in the mean loss f r^{-beta} that P reused samples leave at infinite time, where P resolves r.

    It is the sum of eq. 78 over 1 - (1/P) sum_k (lambda_k r/(1 + lambda_k r))^2, which the noise of the samples adds.

    Examples
    --------
    >>> float(evaluate(data_amplitude() / bottleneck_sum(PUBLISHED).amplitude, 3, "1/2", 1))  # alpha
    3.0
    """
    shared = mode_sum(0, x**2 / (1 + x) ** 2).amplitude / modes_resolved().amplitude
    return bottleneck_sum(PUBLISHED).amplitude / (1 - shared)


def _balance(time: Expr, front: Expr) -> Expr:
    """Return the N, or P, whose best split has this time: N = a r^{1/alpha} resolves r, and leaves f r^{-beta}."""
    decay, fall = resolution() * target_sum().exponent, chi(RICH)
    left = front * modes_resolved().amplitude ** decay
    return (decay * left / (fall * amplitude(RICH) * time**-fall)) ** (1 / decay)
