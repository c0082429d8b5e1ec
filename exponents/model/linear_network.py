"""At which norm does the readout of a linear network of two layers stop growing?

At infinite width the network of eq. 84 is the model of eq. 4 at N = infinity, with gamma = gamma0^2/(1 + sigma^2)^2 and
(1 + sigma^2) times as much time; `verify.linear.infinite_width` has the argument.  So its exponents are those of the
model, and the norm follows from `amplitudes.target_norm`.
"""

from __future__ import annotations

from sympy import Expr, Integer

from .amplitudes import CONTINUUM, kernel_limit, target_norm

INIT = Integer(1)  # sigma of the readout at the start of a linear network, as in Fig. 12


def saturation() -> Expr:
    """Return the limit of |w|^2/N on the continuum, for gamma = gamma0^2 and a readout that starts at sigma = `INIT`.

    The network is the model of eq. 4 at gamma/(1 + sigma^2)^2, and |w|^2/N = (1 + sigma^2) kappa - 1, where
    kappa (kappa - 1) = gamma U/(1 + sigma^2)^2 and U is the norm of the target.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta, gamma
    >>> round(float(saturation().subs({alpha: 2, beta: 2, gamma: 1})), 4)
    1.2247
    """
    speed = 1 + INIT**2
    return speed * kernel_limit(target_norm(CONTINUUM) / speed**2) - 1
