"""What the linear network asks of its input, whatever its width."""

from __future__ import annotations

from numbers import Real

from exponents.errors import InputError
from exponents.rationals import abbreviate

LARGEST = 1e6
"""Of gamma0 and sigma: squares and fourth powers of more would leave double precision with everything else."""


def check_linear(gamma0: float, init: float) -> tuple[float, float]:
    """gamma0 and sigma in double precision, if they are a richness and a scale of the readout.

    Raises
    ------
    InputError
    """
    for value, name, zero in (
        (gamma0, "gamma0", "0 is the lazy limit"),
        (init, "the scale of the readout", "0 starts without one, 1 is usual"),
    ):
        if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= value <= LARGEST:
            raise InputError(f"{name} must be a number from 0 to {LARGEST:.0e}; got {abbreviate(value)}; {zero}")
    return float(gamma0), float(init)
