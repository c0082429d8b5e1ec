"""In which ball does the constant of a claim lie?

The laws follow from the integrals by their own equations, written here as they stand:

    kappa^2 ~ (gamma/alpha) I2 tau^{1 - beta},  d tau/dt = kappa,  L ~ (I1/alpha) tau^{-beta}          (beta < 1)
    kappa (kappa - 1) = gamma |w*|^2,  tau ~ kappa t,  L ~ (1/alpha) int mu^{beta - 1} e^{-2 mu tau} d mu  (beta > 1)

With kappa ~ a tau^{2c} and c = (1 - beta)/4, integration gives tau^{1 - 2c} = (1 - 2c) a t.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from flint import arb, ctx

from exponents.errors import NotSolved
from exponents.names import MODES

from ..measurements.points import Point
from .learned_fraction import BITS, ball, learned_integrals
from .series import enclose_decay, enclose_power_integral, enclose_power_sum


class Laws(NamedTuple):
    """The constants of kappa ~ kernel t^{m - 1}, tau ~ clock t^m and L ~ loss t^{-chi}."""

    kernel: arb
    clock: arb
    loss: arb


def enclose_norm(at: Point) -> arb:
    """Return the ball of |w*|^2 = sum_k y_k^2/lambda_k, or of the integral over k >= 1, for beta > 1.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> bool(enclose_norm(read_point(2, 2, 1)).overlaps(arb(1) / 2))
    True
    """
    with ctx.workprec(BITS):
        power = ball(at.alpha * at.beta + 1 - at.alpha)
        return enclose_power_sum(power) if at.spectrum == MODES else enclose_power_integral(power)


def enclose_kernel(strength: arb) -> arb:
    """Return the ball of the positive root of kappa (kappa - 1) = strength, by its signs around a guess.

    Raises
    ------
    NotSolved
        If the signs do not differ.

    Examples
    --------
    >>> enclose_kernel(arb(2)).contains(2)
    True
    """
    with ctx.workprec(BITS):
        guess = ((1 + (1 + 4 * strength).sqrt()) / 2).mid()
        for room in (arb(2) ** -power for power in (100, 80, 60)):
            low, high = guess * (1 - room), guess * (1 + room)
            if low * (low - 1) < strength < high * (high - 1):
                return low.union(high)
    raise NotSolved(f"kappa (kappa - 1) = {strength} has no sign change near {guess}; take another point")


def enclose_laws(at: Point) -> Laws:
    """Return the balls of the rich constants at a point with beta != 1.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> print(enclose_laws(read_point(2, "1/2", 1)).loss.str(8, radius=False))
    0.66599900
    """
    with ctx.workprec(BITS):
        alpha, beta, gamma = ball(at.alpha), ball(at.beta), ball(at.gamma)
        if at.beta > 1:
            kernel = enclose_kernel(gamma * enclose_norm(at))
            return Laws(kernel, kernel, kernel**-beta * enclose_decay(at.beta, 2) / alpha)
        integrals = learned_integrals(at.beta)
        growth = 2 * integrals.force
        rate = (gamma * integrals.learned / alpha).sqrt()
        clock = (((1 - growth) * rate).log() / (1 - growth)).exp()
        return Laws(rate * clock**growth, clock, integrals.loss / alpha * clock**-beta)


def enclose_lazy_loss(at: Point) -> arb:
    """Return the ball of the constant of the lazy loss.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> bool(enclose_lazy_loss(read_point(2, 1, 0)).overlaps(arb(1) / 4))
    True
    """
    with ctx.workprec(BITS):
        return enclose_decay(at.beta, 2) / ball(at.alpha)


def enclose_noise_ratio(at: Point) -> arb:
    """Return the ball of the shift of the mean over the variance of all batches, for beta < 1.

    With nu = (1 - beta)/4 the shift of the mean of p is R p g/phi (`exponents.model.noise_shift`), where

        x g' + (x + nu) g = sigma x (1/2 - phi) - (nu/2) phi - (x/2) (1 - phi),
        sigma I2 = 2 int x^{beta - 2} phi g dx.

    With phi_b for -nu in place of nu, g = A phi + B phi_b + C x (1 - phi) solves it for A = -1/4,
    (1 + 2 nu) C = sigma - 1/2 and A + B + (1 + nu) C = (sigma - 1)/2.  The ratio is
    -4/((1 - beta) I2) int x^{beta - 1} (1 - phi) (g + sigma phi/2) dx.

    Examples
    --------
    >>> from verify.measurements.points import read_point
    >>> print(enclose_noise_ratio(read_point(2, "1/2", 1)).str(5, radius=False))
    0.59403
    """
    with ctx.workprec(BITS):
        integrals = learned_integrals(at.beta)
        nu, same = integrals.force, arb(-0.25)

        def coefficients(sigma: arb) -> tuple[arb, arb]:
            slope = (sigma - 0.5) / (1 + 2 * nu)
            return (sigma - 1) / 2 - same - (1 + nu) * slope, slope

        def closure(sigma: arb) -> arb:
            other, slope = coefficients(sigma)
            inner = same * integrals.learned + other * integrals.crossed + slope * integrals.overlap
            return sigma * integrals.learned - 2 * inner

        start, end = closure(arb(0)), closure(arb(1))
        sigma = start / (start - end)  # the closure is affine in sigma
        other, slope = coefficients(sigma)
        inner = other * integrals.crossed_overlap + slope * integrals.squares
        shift = (same + sigma / 2) * integrals.overlap + inner
        return -4 * shift / ((1 - ball(at.beta)) * integrals.learned)


ENCLOSURES: Mapping[str, Callable[[Point], arb]] = {
    "amplitude: RKHS norm": enclose_norm,
    "amplitude: lazy loss": enclose_lazy_loss,
    "amplitude: loss": lambda at: enclose_laws(at).loss,
    "amplitude: kernel": lambda at: enclose_laws(at).kernel,
    "amplitude: clock": lambda at: enclose_laws(at).clock,
    "sgd: shift over variance": enclose_noise_ratio,
}
"""The ball of each claim whose value is a constant."""
