"""Which kernels has a two-layer ReLU network of infinite width at initialisation?

For f(x) = sum_i a_i relu(w_i . x/sqrt(d))/sqrt(m), with m -> infinity units and all entries of a and w Gaussian of unit
variance, Cho and Saul (2009) give the averages over w, with the angle theta between two inputs x and x':

    E relu(h) relu(h')   = |x| |x'|/(2 pi d) (sin theta + (pi - theta) cos theta),
    E relu'(h) relu'(h') = (pi - theta)/(2 pi).

The first is the covariance of the outputs (NNGP), and what learning a adds to the tangent kernel (Jacot et al. 2018).
Learning w adds the second times x . x'/d.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from exponents.errors import InputError

from ..arrays import Reals


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


def relu_kernels(inputs: ArrayLike) -> Kernels:
    """Return the kernels of a two-layer ReLU network of infinite width.

    Parameters
    ----------
    inputs : array of shape (n, d)
        One input per row.

    Returns
    -------
    Kernels

    Raises
    ------
    InputError
        If the inputs are not a table of finite numbers, or one of them is zero.

    Examples
    --------
    >>> found = relu_kernels([[1.0, 0.0], [0.0, 1.0]])  # at right angles
    >>> (np.pi * found.covariance).round(9).tolist()
    [[0.785398163, 0.25], [0.25, 0.785398163]]
    >>> found.tangent.round(9).tolist()
    [[0.5, 0.079577472], [0.079577472, 0.5]]
    """
    x = np.asarray(inputs)
    if x.dtype.kind not in "iuf" or x.ndim != 2 or not np.isfinite(x).all():
        raise InputError(f"inputs must be finite numbers, one row for each; got {x.dtype} of shape {x.shape}")
    norms = np.linalg.norm(x.astype(float), axis=1)
    if (norms == 0).any():
        raise InputError(f"inputs must not be zero, as they have no direction; got zero in row {np.argmin(norms) + 1}")
    unit = x / norms[:, None]
    cosine = np.clip(unit @ unit.T, -1, 1)
    np.fill_diagonal(cosine, 1)
    angle, size = np.arccos(cosine), np.outer(norms, norms) / x.shape[1]
    covariance = size / (2 * np.pi) * (np.sin(angle) + (np.pi - angle) * cosine)
    return Kernels(covariance, covariance + size * cosine * (np.pi - angle) / (2 * np.pi))
