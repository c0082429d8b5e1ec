"""Which kernels has a network of infinite width at initialisation?

A network of L hidden layers with units phi(h) = relu(h)^q, all entries of its weights and biases Gaussian of unit
variance,

    h_1 = sqrt(w/d) W_1 x + sqrt(b) b_1,    h_(l+1) = sqrt(w/N) W_(l+1) phi(h_l) + sqrt(b) b_(l+1),

and the output f = a . phi(h_L)/sqrt(N).

For N -> infinity every h_l is Gaussian.  With its covariance S_l over a pair of inputs, and v_l, v_l' on the diagonal,
the layers follow from each other (Neal 1996, Jacot et al. 2018),

    S_1 = w x . x'/d + b,    S_(l+1) = w P_l + b,              P_l = m_q (v_l v_l')^(q/2) k_q(rho_l),
    T_1 = S_1,               T_(l+1) = S_(l+1) + w T_l D_l,    D_l = m_q (v_l v_l')^((q-1)/2) dk_q/drho,

with m_q and k_q of `unit_kernels`; P_l is the mean of products of units, and D_l of products of their derivatives.
P_L is the covariance of the outputs (NNGP), and P_L + T_L D_L the tangent kernel.

Units.  w = 1, b = 0 is the mean-field parameterisation of the paper at its start, up to the factor 1/gamma_0^2.  The
outputs of that parameterisation vanish for N -> infinity; its tangent kernel is this one.  For b = 0 all other scales
give the same kernel times a constant, as f is homogeneous in each layer: so a normalisation that keeps h_l of order one
changes no ratio of eigenvalues.  For q != 1 the size of an input enters as |x|^(q^L).
"""

from __future__ import annotations

from math import isfinite
from numbers import Real
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exponents.errors import InputError

from ..arrays import Reals
from ..inputs import check_whole
from .unit_kernels import check_power, correlate, correlate_slopes, mean_square

CLOSE = 1e-3
"""Below this 1 - cos(theta) is computed from the difference of two inputs: rounding must not part equal ones."""


MOST_INPUTS = 8192
"""Inputs on which all arrays, 7 numbers for each pair, fit 4 GiB."""


class Kernels(NamedTuple):
    """Kernels on all pairs of inputs.

    Attributes
    ----------
    covariance : array of shape (n, n)
        Of the outputs at initialisation (NNGP).
    tangent : array of shape (n, n)
        The sum of products of gradients (NTK).
    """

    covariance: Reals
    tangent: Reals


def relu_kernels(
    inputs: ArrayLike,
    power: float = 1,
    hidden_layers: int = 1,
    *,
    weight_variance: float = 1,
    bias_variance: float = 0,
) -> Kernels:
    """Return the kernels of a network of infinite width with units relu(h)^power.

    Parameters
    ----------
    inputs : array of shape (n, d)
        One input per row.
    power : float
        q >= 0, up to 50.
    hidden_layers : int
        L >= 1: one less than the layers of weights.
    weight_variance, bias_variance : float
        w > 0 and b >= 0 of the module's equations.

    Returns
    -------
    Kernels
        For power <= 1/2 gradients have no finite mean square: the tangent kernel is infinite on its diagonal.

    Raises
    ------
    InputError
        If the inputs are not a table of finite numbers, one of them is zero, another argument is out of range, or the
        kernels leave double precision.

    Examples
    --------
    >>> found = relu_kernels([[1.0, 0.0], [0.0, 1.0]])  # at right angles
    >>> (np.pi * found.covariance).round(9).tolist()
    [[0.785398163, 0.25], [0.25, 0.785398163]]
    >>> found.tangent.round(9).tolist()
    [[0.5, 0.079577472], [0.079577472, 0.5]]
    >>> relu_kernels([[1.0, 0.0], [0.0, 1.0]], 1.5, 3).tangent.round(6).tolist()
    [[0.158776, 0.025346], [0.025346, 0.158776]]
    """
    x = np.asarray(inputs)
    if x.dtype.kind not in "iuf" or x.ndim != 2 or not np.isfinite(x).all():
        raise InputError(f"inputs must be finite numbers, one row for each; got {x.dtype} of shape {x.shape}")
    if len(x) > MOST_INPUTS:
        raise InputError(f"kernels on more than {MOST_INPUTS} inputs take over 4 GiB; got {len(x)}; take fewer of them")
    norms = np.linalg.norm(x.astype(float), axis=1)
    if (norms == 0).any():
        raise InputError(f"inputs must not be zero, as they have no direction; got zero in row {np.argmin(norms) + 1}")
    layers = check_layers(power, hidden_layers, weight_variance, bias_variance)
    return _propagate(norms / np.sqrt(x.shape[1]), _find_cosines(x / norms[:, None]), layers)


class Layers(NamedTuple):
    """The layers of a network, checked.

    Attributes
    ----------
    power, hidden_layers, weight_variance, bias_variance
        As of `relu_kernels`.
    """

    power: float
    hidden_layers: int
    weight_variance: float
    bias_variance: float


def check_layers(power: object, hidden_layers: int, weight_variance: float, bias_variance: float) -> Layers:
    """Return the layers of a network, or raise InputError.

    Parameters
    ----------
    power, hidden_layers, weight_variance, bias_variance
        As of `relu_kernels`.

    Examples
    --------
    >>> check_layers(1, 2, 1, 0)
    Layers(power=1.0, hidden_layers=2, weight_variance=1.0, bias_variance=0.0)
    >>> check_layers(1, 2, 1, -1)
    Traceback (most recent call last):
    exponents.errors.InputError: the variance of biases must be a finite number of at least 0; got -1; try 0.1
    """
    check_whole(hidden_layers, "the number of hidden layers", 1, 3)
    for value, name, least in ((weight_variance, "weights", "above"), (bias_variance, "biases", "of at least")):
        if not isinstance(value, Real) or not isfinite(value) or value < 0 or (value == 0 and least == "above"):
            raise InputError(f"the variance of {name} must be a finite number {least} 0; got {value}; try 0.1")
    return Layers(check_power(power), hidden_layers, float(weight_variance), float(bias_variance))


def _find_cosines(unit: NDArray[np.float64]) -> Reals:
    """Return the cosines between inputs of length 1."""
    cosine = np.clip(unit @ unit.T, -1, 1)
    np.fill_diagonal(cosine, 1)
    rows, columns = np.nonzero(np.triu(cosine > 1 - CLOSE, 1))
    starts = np.flatnonzero(np.diff(rows, prepend=-1))  # rows rise
    for first, near in zip(rows[starts], np.split(columns, starts[1:]), strict=False):
        cosine[first, near] = cosine[near, first] = 1 - ((unit[near] - unit[first]) ** 2).sum(axis=1) / 2
    return cosine


def _propagate(size: Reals, cosine: Reals, layers: Layers) -> Kernels:
    """Return the kernels of inputs with |x|/sqrt(d) = size and the given cosines, layer by layer, on pairs i <= j."""
    power, depth, weight, bias = layers
    upper = np.triu_indices(len(size))
    first, second = upper
    rho, variance = cosine[upper], weight * size**2 + bias
    preactivation = weight * size[first] * size[second] * rho + bias
    tangent = preactivation
    with np.errstate(over="ignore", invalid="ignore"):
        for layer in range(depth):
            product = variance[first] * variance[second]
            if layer or bias:
                rho = np.clip(preactivation / np.sqrt(product), -1, 1)
                rho[first == second] = 1
            covariance = mean_square(power) * product ** (power / 2) * correlate(power, rho)
            slopes = mean_square(power) * product ** ((power - 1) / 2) * correlate_slopes(power, rho)
            last = layer == depth - 1
            tangent = tangent * slopes * (1 if last else weight)
            preactivation = covariance if last else weight * covariance + bias
            tangent = tangent + preactivation
            variance = weight * mean_square(power) * variance**power + bias
    if not (np.isfinite(covariance).all() and (covariance[first == second] > 0).all()):
        raise InputError(
            f"the kernels of {depth} hidden layers with power {power:g} leave double precision for these inputs; "
            f"divide the inputs by {float(size.max()):.3g}, or take fewer layers"
        )
    found = Kernels(np.empty_like(cosine), np.empty_like(cosine))
    for kernel, values in zip(found, (covariance, tangent), strict=True):
        kernel[upper] = kernel[second, first] = values
    return found
