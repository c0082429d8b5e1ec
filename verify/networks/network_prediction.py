"""Which exponents does the solvable model predict for a network, and with which step can they be seen?

The model needs alpha and beta alone.  A rich network with beta < 1 has a kernel that grows as t^g, and a step eta
follows the flow while eta t^g is of order one (`exponents.model.rich_window`).  Training of n steps ends at t = eta n,
so the largest step that follows to the end has eta (eta n)^g = 1,

    eta = n^{-g/(1 + g)}.

The constants in front are those of the network, and are left out.  A lazy kernel is constant, g = 0.
"""

from __future__ import annotations

from fractions import Fraction

from exponents.algebra.parametric import evaluate
from exponents.model.timescale import chi, kernel_growth
from exponents.names import LAZY, REGIMES, RICH
from exponents.rationals import check_capacity, check_source, exact, to_double
from exponents.symbols import alpha as alpha_symbol
from exponents.symbols import beta as beta_symbol

from ..inputs import check_whole

MOST_RATE = 0.25
"""Largest learning rate that is chosen: steps start stable below 2, and batches add noise in proportion."""


def predict_exponents(alpha: Fraction, beta: Fraction) -> dict[str, Fraction]:
    """Return r of L ~ t^-r, lazy and rich.

    Parameters
    ----------
    alpha, beta : Fraction
        Capacity and source.

    Returns
    -------
    dict of str to Fraction

    Examples
    --------
    >>> predict_exponents(Fraction(2), Fraction(1, 2))
    {'lazy': Fraction(1, 2), 'rich': Fraction(2, 3)}
    """
    capacity, source = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
    point = {alpha_symbol: capacity, beta_symbol: source}
    return {regime: evaluate(chi(regime), point) for regime in REGIMES}


def choose_learning_rate(beta: Fraction | float, steps: int, lazy: bool = False) -> float:
    """Return the largest learning rate that follows the flow for all steps.

    Parameters
    ----------
    beta : number
    steps : int
    lazy : bool
        Whether the kernel is constant.

    Returns
    -------
    float
        eta, at most `MOST_RATE`.

    Examples
    --------
    >>> choose_learning_rate(Fraction(1, 2), 10**4), choose_learning_rate(Fraction(3, 2), 10**4)  # n^(-1/4)
    (0.1, 0.25)
    """
    check_whole(steps, "the number of steps", 1, 1000)
    to_double(steps, "the number of steps")
    source = check_source(exact(beta, "beta"))
    growth = float(kernel_growth(LAZY if lazy else RICH).subs(beta_symbol, source))
    return min(MOST_RATE, steps ** (-growth / (1 + growth)))
