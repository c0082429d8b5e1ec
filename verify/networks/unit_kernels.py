"""What does one layer do to the correlation of two inputs?

For units phi(h) = relu(h)^q, and Gaussian u and v of unit variance and correlation rho = cos(theta),

    E phi(u) phi(v) = m_q k_q(rho),    m_q = E phi(u)^2 = 2^(q-1) Gamma(q + 1/2)/sqrt(pi),

where only directions count in which both units are on, and with d = pi - theta (Cho and Saul 2009, DLMF 14.12.1)

    k_q ~ int_0^d (cos x - cos d)^q dx ~ J_q(s) = s^(q+1/2) F(1/2, 1/2; q + 3/2; s),    s = (1 + rho)/2,

    k_q = C_q J_q,    C_q = Gamma(q + 1)^2/(Gamma(q + 3/2) Gamma(q + 1/2)),    k_q(1) = 1.

For q = 0, 1, 2 this is elementary.  F is Gauss's hypergeometric function, in double precision for all other q; its
relative error stays below 2e-13.  By the rule for its derivative dJ_q/ds = (q + 1/2) J_(q-1), which is E phi' phi'.
"""

from __future__ import annotations

from math import lgamma

import numpy as np
from scipy.special import gamma, hyp2f1

from ..arrays import Reals
from ..inputs import check_number

NEAR = 2e-13
"""Where two terms of F at s = 1 are exact in double precision."""

LARGEST_POWER = 50.0
"""Largest q: beyond it the mean squares of a few layers leave double precision."""


def check_power(power: object) -> float:
    """Return q as a double, or raise InputError unless it is a number from 0 to `LARGEST_POWER`.

    Examples
    --------
    >>> check_power(-1)
    Traceback (most recent call last):
    exponents.errors.InputError: the power of relu must be a number from 0 to 50; got -1; 1 is relu itself
    """
    return check_number(power, "the power of relu", LARGEST_POWER, "1 is relu itself")


def mean_square(power: float) -> float:
    """Return m_q = E relu(h)^(2 q) for Gaussian h of unit variance.

    Examples
    --------
    >>> [round(mean_square(q), 9) for q in (0, 1, 2)]
    [0.5, 0.5, 1.5]
    """
    return float(2 ** (power - 1) * gamma(power + 0.5) / np.sqrt(np.pi))


def correlate(power: float, rho: Reals) -> Reals:
    """Return k_q(rho), the correlation of phi(u) and phi(v) about 0.

    Parameters
    ----------
    power : float
        q >= 0.
    rho : array
        From -1 to 1.

    Examples
    --------
    >>> correlate(1, np.array([-1.0, 0.0, 1.0])).round(6).tolist()
    [0.0, 0.31831, 1.0]
    """
    if power not in (0, 1, 2):
        return _scale(power) * _integrate(power, rho)
    angle = np.arccos(rho)
    rest, sine = np.pi - angle, np.sin(angle)
    if power == 0:
        return np.asarray(rest / np.pi)
    if power == 1:
        return np.asarray((sine + rest * rho) / np.pi)
    return np.asarray((3 * sine * rho + rest * (1 + 2 * rho**2)) / (3 * np.pi))


def correlate_slopes(power: float, rho: Reals) -> Reals:
    """Return the derivative of k_q, which is E phi'(u) phi'(v)/m_q; infinite at rho = 1 if q <= 1/2.

    Parameters
    ----------
    power : float
        q >= 0.
    rho : array
        From -1 to 1.

    Examples
    --------
    >>> correlate_slopes(2, np.array([0.0, 1.0])).round(6).tolist()
    [0.424413, 1.333333]
    """
    if power in (1, 2):
        return power**2 / (2 * power - 1) * correlate(power - 1, rho)
    with np.errstate(divide="ignore"):
        return _scale(power) * (power + 0.5) / 2 * _integrate(power - 1, rho)


def _scale(power: float) -> float:
    """Return C_q."""
    return float(np.exp(2 * lgamma(power + 1) - lgamma(power + 1.5) - lgamma(power + 0.5)))


def _integrate(power: float, rho: Reals) -> Reals:
    """Return J_q for q >= -1."""
    e = power + 0.5
    s = (1 + rho) / 2
    found = s**e * hyp2f1(0.5, 0.5, e + 1, s)
    if e % 1:
        # SciPy takes s for 1 if it is within 1e-13; the next term of F there is (1 - s)^e Gamma(e + 1) Gamma(-e)/pi
        near = (s < 1) & (s > 1 - NEAR)
        first = gamma(e + 1) * gamma(e) / gamma(e + 0.5) ** 2
        found[near] = first + (1 - s[near]) ** e * gamma(e + 1) * gamma(-e) / np.pi
    return np.asarray(found)
