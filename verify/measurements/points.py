"""Where is a claim put to the test?"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from exponents.names import CONTINUUM, MODES, SpectrumKind
from exponents.rationals import exact


@dataclass(frozen=True)
class Point:
    """Where a claim is put to the test.

    Attributes
    ----------
    alpha, beta, gamma : Fraction
        Capacity, source and richness.
    spectrum : "continuum" or "modes"

    Examples
    --------
    >>> Point(Fraction(3, 2), Fraction(1), Fraction(1, 4)).to_dict()
    {'alpha': '3/2', 'beta': '1', 'gamma': '1/4', 'spectrum': 'continuum'}
    """

    alpha: Fraction
    beta: Fraction
    gamma: Fraction
    spectrum: SpectrumKind = CONTINUUM

    def to_dict(self) -> dict[str, str]:
        """Return the point as JSON holds it."""
        return {name: str(value) for name, value in vars(self).items()}


def read_point(alpha: object, beta: object, gamma: object, spectrum: SpectrumKind = CONTINUUM) -> Point:
    """Return a point from exact numbers.

    Parameters
    ----------
    alpha, beta, gamma : exact numbers
        int, Fraction, or text such as "3/2".
    spectrum : "continuum" or "modes"

    Returns
    -------
    Point

    Raises
    ------
    InputError
        If one of them is not a finite rational number.

    Examples
    --------
    >>> read_point("3/2", 1, "0.25").to_dict()
    {'alpha': '3/2', 'beta': '1', 'gamma': '1/4', 'spectrum': 'continuum'}
    """
    return Point(exact(alpha, "alpha"), exact(beta, "beta"), exact(gamma, "gamma"), spectrum)


SOURCES = ("1/10", "3/10", "1/2", "7/10", "9/10", "1", "11/10", "13/10", "3/2", "9/5")
"""Values of beta at which claims are tested, on both sides of 1."""

SLOW_POINTS = (read_point(3, "1/2", 1), read_point(3, "4/3", 1), read_point(3, "5/2", 1), read_point("3/2", "2/5", 1))
"""Where claims that take minutes are tested: hard, easy and super-easy, far from their boundaries for a large alpha,
and hard for a smaller one."""


POWERS = ("3/4", "1", "5/4", "3/2", "7/4")
"""Powers q_phi of the units of Fig. 7a."""

NETWORK_POINTS = tuple(read_point(2 * Fraction(power), 1, 1) for power in POWERS)
"""Where claims about kernels of networks are tested: alpha = 2 q_phi; beta and gamma do not enter."""

TRAINED_POINTS = tuple(read_point(2, beta, 1) for beta in ("1/4", "1/2", "5/4"))
"""Where claims about networks that are trained are tested: units relu(h), targets of Fig. 5a."""


def default_points(quick: bool = False, networks: bool = False) -> tuple[Point, ...]:
    """Return points on both sides of beta = 1, on both spectra, at several gamma.

    Parameters
    ----------
    quick : bool
        Whether to return four points only.
    networks : bool
        Whether to add the points of claims about networks.

    Returns
    -------
    tuple of Point

    Examples
    --------
    >>> [str(at.beta) for at in default_points(quick=True)]
    ['3/10', '7/10', '1', '3/2']
    """
    if networks:
        trained = () if quick else TRAINED_POINTS
        return tuple(dict.fromkeys((*default_points(quick), *NETWORK_POINTS, *trained)))
    if quick:
        return tuple(read_point("3/2", beta, 1) for beta in ("3/10", "7/10", "1", "3/2"))
    continuum = [read_point("3/2", beta, 1) for beta in SOURCES]
    modes = [read_point(2, beta, "1/4", MODES) for beta in SOURCES]
    strong = [read_point(4, beta, 25) for beta in ("3/10", "7/10", "3/2")]
    return (*continuum, *modes, *strong, *SLOW_POINTS)
