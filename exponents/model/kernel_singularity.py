"""How fast do the Fourier coefficients of a network's kernel on the circle fall (Fig. 7a)?

A kernel K(theta) of infinitely wide networks, theta the angle between two inputs, is smooth except at theta = 0 and
theta = pi.  Where its leading power that is no even whole one is |theta|^p, its Fourier coefficients fall as

    lambda_k ~ k^{-alpha},    alpha = 1 + p,

and so with the logarithm that takes the place of an even p.  The smaller p of both points decides.

One layer of units phi(h) = relu(h)^q maps a correlation rho of unit Gaussians to k_q(rho), with s = (1 + rho)/2

    k_q ~ s^e F(a, b; c; s),    a = b = 1/2,  c = q + 3/2,  e = q + 1/2,

since k_q ~ int_0^d (cos x - cos d)^q dx for cos d = -rho.  The hypergeometric equation gives the exponents of k_q: e at
s = 0, and 0 and c - a - b at s = 1.  There 1 - k_q ~ A (1 - rho) + B (1 - rho)^(c-a-b): either can lead.

1. At theta = 0 every layer starts from 1 - rho ~ theta^r, r = 2 in the first.  It makes theta^(r (c-a-b)), and goes on
   with the smaller of r and r (c-a-b).  So r never grows, and the last layer leads.
2. At theta = pi the first layer has s ~ (pi - theta)^2, so (pi - theta)^(2e), which is no smaller power: e = c - a - b.
   Later layers are smooth there, as rho is not -1 any more.
3. The tangent kernel multiplies by the derivatives of the layers, whose exponents are smaller by 1 in 1 - rho and in s.

For q > 1/2 the term in theta^2 leads in each layer: depth changes nothing.  Below, layers bend more and more.

Both powers are the same after one layer, and their amplitudes are in a ratio that the connection formula of F gives:
they add up for one parity of k and partly cancel for the other.
"""

from __future__ import annotations

from sympy import Expr, Min, Rational, S, Symbol, gamma, gammasimp, sympify

from ..errors import InputError
from ..names import TANGENT, KernelName
from ..rationals import abbreviate

q = Symbol("q", positive=True)
"""The power of a unit, relu(h)^q."""


def hypergeometric_parameters(power: Expr) -> tuple[Expr, Expr, Expr]:
    """Return a, b and c of the function F that one layer applies to correlations.

    Examples
    --------
    >>> hypergeometric_parameters(q)
    (1/2, 1/2, q + 3/2)
    """
    return S.Half, S.Half, power + Rational(3, 2)


def capacity_of_kernel(kernel: KernelName, hidden_layers: int, power: object = q) -> Expr:
    """Return alpha with which Fourier coefficients of a kernel on the circle fall.

    Parameters
    ----------
    kernel : "covariance" or "tangent"
        Of the outputs (NNGP), or of the gradients (NTK).
    hidden_layers : int
        At least 1.
    power : number or Expr
        q >= 0, and above 1/2 for the tangent kernel: its trace is infinite below.

    Raises
    ------
    InputError
        If a number is out of range.

    Examples
    --------
    >>> capacity_of_kernel("tangent", 3, Rational(3, 4)), capacity_of_kernel("covariance", 3, Rational(3, 4))
    (3/2, 7/2)
    >>> [capacity_of_kernel("covariance", layers, 0) for layers in (1, 2, 3)]  # step functions
    [2, 3/2, 5/4]
    """
    exponent = sympify(power)
    outside, range_ = (exponent <= S.Half, "above 1/2") if kernel == TANGENT else (exponent < 0, "at least 0")
    if outside == True:  # noqa: E712
        raise InputError(f"the power of relu must be {range_}; got {abbreviate(power)}; 1 is relu itself")
    if hidden_layers < 1:
        raise InputError(f"the number of hidden layers must be at least 1; got {hidden_layers}; try 1")
    a, b, c = hypergeometric_parameters(exponent)
    loss = 1 if kernel == TANGENT else 0
    return 1 + 2 * Min(1, c - a - b) ** (hidden_layers - 1) * (c - a - b - loss)


def contrast_of_parities(power: object = q) -> Expr:
    """Return the limit of (even - odd)/(even + odd) of neighbouring coefficients after one hidden layer.

    It is the ratio of both amplitudes, at theta = pi over theta = 0.  In the tangent kernel cos(theta) k_{q-1} leads,
    and has the same ratio.

    Parameters
    ----------
    power : number or Expr
        q >= 0.

    Examples
    --------
    >>> contrast_of_parities()
    -cos(pi*q)
    >>> contrast_of_parities(1)  # only even modes
    1
    """
    a, b, c = hypergeometric_parameters(q)
    ratio = gamma(a) * gamma(b) / (gamma(c) * gamma(a + b - c))  # 1 at s = 0, its inverse at s = 1
    return gammasimp(ratio).subs(q, sympify(power))
