"""What is the spectrum of the limit N = infinity?

The modes are those of eq. 6 and 42,

    mu_k = k^{-alpha},    y_k^2 = k^{-alpha beta - 1},

either summed over integers k ("modes") or as the continuum y^2(k) dk on k >= 1 ("continuum").

A sum that is cut at some largest k is wrong from a time of order k^alpha on: the missing modes look like a faster law.
So nothing is cut here.  Panels in ln mu hold Gauss rules (`quadrature`), down to eigenvalues that do not move before
the largest clock asked for.  All modes below them are one node with their mass and their mean eigenvalue.  The error of
the rule is measured against a rule with panels of half the width, and stands in `Spectrum.error`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import partial
from math import ceil, exp, floor, inf, isinf, log

import numpy as np

from exponents.errors import InputError
from exponents.names import CONTINUUM, SPECTRA, SpectrumKind, require
from exponents.rationals import abbreviate, check_capacity, check_source, exact, to_double

from ..arrays import Reals
from ..inputs import check_whole
from .quadrature import integer_rule, panel_rule
from .spectrum import NODES, PANEL, SMALLEST, Spectrum, largest_difference

Rule = Callable[[float, float, float, float], tuple[Reals, Reals]]
"""(alpha, beta, depth, scale) -> eigenvalues and weights, on panels whose width is multiplied by ``scale``."""

CONTINUUM_PANEL = 2.0
"""Width in ln(1/mu) of a panel of the continuum: the integrand is a function of mu tau, entire in ln mu."""

STEEP = 2.0
"""beta above which panels become narrower, because the weights fall by more within one."""

HALVINGS = 8
"""Halvings of the first panel for finite steps: at eta mu_1 = 1.9 a mode at mu = 1 dies as e^{-n/5}, with 5 % of eta
less as e^{-n/2}.  What is seen before it dies changes over 1/100 of mu."""

BELOW = 36.0
"""Modes have nodes of their own down to this distance below 1/clock, in (2 + beta) ln mu.  The node for the rest is
exact to the square of mu clock, and its weight falls as mu^beta."""


def power_law_spectrum(
    alpha: object,
    beta: object,
    largest_clock: float = 1e12,
    spectrum: SpectrumKind = "continuum",
    modes: int | None = None,
    in_steps: bool = False,
) -> Spectrum:
    """Return the spectrum of eq. 6 and 42 for clocks up to ``largest_clock``; the input is checked.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    largest_clock : float
        Largest clock tau at which the spectrum will be used, in units of one over the largest eigenvalue.
    spectrum : "continuum" or "modes"
        y^2(k) dk on k >= 1, or the sum over integers k.
    modes : int, optional
        With "modes": the sum over k <= modes.  Without it the sum is infinite.
    in_steps : bool
        Whether it also serves (1 - eta mu)^{2n} with eta up to 2: twice the panels, and shorter ones towards mu = 1.

    Returns
    -------
    Spectrum
        Largest eigenvalue 1, or just below; `Spectrum.error` is that of the rule.

    Raises
    ------
    InputError
        If alpha <= 1, beta <= 0, or modes < 2; if a continuum has a number of modes; if the clock or the weights leave
        double precision.

    Examples
    --------
    >>> spectrum = power_law_spectrum("3/2", "1/2", 1e12)
    >>> round(spectrum.variance, 10), spectrum.error < 1e-8  # the variance is 1/(alpha beta)
    (1.3333333333, True)
    >>> early, late = spectrum.lazy_loss([1e9, 1e10])
    >>> round(float(np.log10(early / late)), 6)  # L ~ t^-beta
    0.5
    """
    a, b = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
    if not 0 < largest_clock < 1 / SMALLEST:
        raise InputError(
            f"the clock must lie between 0 and {1 / SMALLEST:.0e}; got {largest_clock}; "
            "ask for less time or a smaller gamma"
        )
    if is_continuum(spectrum, modes):
        rule: Rule = partial(_continuum_rule, halvings=HALVINGS if in_steps else 0)
    elif modes is None:
        rule = _mode_rule
    else:
        check_whole(modes, "the number of modes", 2, 10000)
        rule = partial(_mode_rule, last=to_double(modes, "the number of modes"))
    return _build_spectrum(a, b, largest_clock, rule, 0.5 if in_steps else 1.0)


def is_continuum(spectrum: SpectrumKind, modes: int | None) -> bool:
    """Return whether modes form a continuum; raise InputError for an unknown spectrum, or if they are counted then.

    Examples
    --------
    >>> is_continuum("continuum", None), is_continuum("modes", 100)
    (True, False)
    """
    require(spectrum, SPECTRA, "the spectrum")
    if spectrum == CONTINUUM and modes is not None:
        raise InputError(f"a continuum has no number of modes; got {abbreviate(modes)}; take the spectrum of modes")
    return spectrum == CONTINUUM


def _build_spectrum(alpha: Fraction, beta: Fraction, clock: float, rule: Rule, width: float) -> Spectrum:
    """Return the spectrum by ``rule`` on panels of a ``width``; its error is the difference to panels of half of it."""
    a, b = to_double(alpha, "alpha"), to_double(beta, "beta")
    if a * log(2) > -log(SMALLEST) or not 1 + a * b > 1:
        raise InputError(
            "in double precision the second eigenvalue must not be 0, and alpha beta must count beside 1; "
            f"got alpha = {abbreviate(alpha)}, beta = {abbreviate(beta)}; take others"
        )
    depth = log(max(clock, 1.0)) + BELOW / (2 + b)
    if depth * max(b, 1) > -log(SMALLEST):
        limit = exp(-log(SMALLEST) / max(b, 1) - BELOW / (2 + b))
        raise InputError(
            f"for beta = {abbreviate(beta)} double precision reaches a clock of {limit:.0e}; got {clock:.1e}; "
            "ask for less time"
        )
    coarse, fine = (
        Spectrum(*rule(a, b, depth, width * scale), largest_clock=clock if scale == 1 else inf) for scale in (1.0, 0.5)
    )
    return replace(coarse, error=largest_difference(coarse, fine))


def _continuum_rule(alpha: float, beta: float, depth: float, scale: float, halvings: int = 0) -> tuple[Reals, Reals]:
    """Return eigenvalues and weights of (1/alpha) e^{-beta u} du on u = -ln mu > 0, the first panel being halved."""
    panels = ceil(depth / (CONTINUUM_PANEL * scale) * max(1.0, beta / STEEP))
    edges = np.linspace(0.0, depth, panels + 1)
    edges = np.concatenate([[0.0], edges[1] * 0.5 ** np.arange(halvings, 0, -1), edges[1:]])
    u, w = panel_rule(edges, NODES)
    # the rest below e^-depth: its mass is e^{-beta depth}/(alpha beta), its mean eigenvalue e^-depth beta/(1 + beta)
    mean = exp(-edges[-1]) * beta / (1 + beta)
    return _add_rest(np.exp(-u), w * np.exp(-beta * u) / alpha, exp(-beta * edges[-1]) / (alpha * beta), mean)


def _mode_rule(alpha: float, beta: float, depth: float, scale: float, last: float = inf) -> tuple[Reals, Reals]:
    """Return eigenvalues and weights of the sum over integers k <= ``last``; modes beyond the depth are one node."""
    end = min(last, ceil(exp(depth / alpha)))
    ratio = exp(PANEL * scale / alpha / max(1.0, beta / STEEP))
    rules, first = [], 1.0
    while first <= end:
        after = max(first + 1, floor(first * ratio))
        if after > end:  # the last modes of a finite sum are all that is left in the end: blocks halve towards them
            left = end + 1 - first
            after = first + (left if end < last or left <= NODES else floor(left / 2))
        rules.append(integer_rule(first, after - first, NODES))
        first = after
    k, count = (np.concatenate(column) for column in zip(*rules, strict=True))
    # the rest end < k <= last: sums of y_k^2 and of y_k^2 mu_k, in units of the powers of end + 1
    beyond = end + 1
    mass, moment = (
        _power_sum(alpha * (beta + j) + 1, beyond, beyond) - _power_sum(alpha * (beta + j) + 1, last + 1, beyond)
        for j in (0, 1)
    )
    mean = beyond**-alpha * moment / mass if mass > 0 else 0.0
    return _add_rest(k**-alpha, count / k * k ** (-alpha * beta), mass / beyond * beyond ** (-alpha * beta), mean)


def _power_sum(power: float, first: float, unit: float) -> float:
    """Return sum_{k >= first} (k/unit)^{-power}, by Euler and Maclaurin once the first term is far out."""
    if isinf(first):
        return 0.0
    if first < 100:
        head = np.arange(first, 100.0) / unit
        return float((head**-power).sum()) + _power_sum(power, 100.0, unit)
    derivatives = power / (12 * first) - power * (power + 1) * (power + 2) / 720 / first / first / first
    return (first / unit) ** -power * first * (1 / (power - 1) + (0.5 + derivatives) / first)


def _add_rest(mu: Reals, p: Reals, mass: float, mean: float) -> tuple[Reals, Reals]:
    """Append one node for the rest, with its mass and its mean eigenvalue; leave out a rest without mass."""
    return (mu, p) if mass <= 0 else (np.append(mu, mean), np.append(p, mass))
