"""Which Fourier spectrum has the kernel of a network on the circle (eq. 13)?

For inputs x = (cos theta, sin theta) a kernel is K = sum_k lambda_k cos(k theta), theta the angle between two inputs,

    lambda_k = (2/pi) int_0^pi K(theta) cos(k theta) dtheta,    and half of that for k = 0.

The integrand oscillates, and lambda_k is the small rest: no rule on [0, pi] reaches a relative error for large k.  K
continues analytically into the strip above ]0, pi[, where e^(i k theta) falls.  By Cauchy's theorem the path may lead
over three sides of a rectangle of height Y,

    lambda_k = (2/pi) [ - int_0^Y Im K(iy) e^(-k y) dy + (-1)^k int_0^Y Im K(pi + iy) e^(-k y) dy
                        + e^(-k Y) Re int_0^pi K(x + iY) e^(i k x) dx ].

K is real on the real axis, so that the imaginary parts on the first two sides come from its singularities at 0 and pi
alone.  They decide how lambda_k falls, for even and odd k with the sum and the difference of both.

K is computed layer by layer (`complex_kernels`).  It would have another singularity where the correlation rho of a
layer meets a cut, ]-inf, -1] or [1, inf[.  By the argument principle it does so inside the rectangle only if it does so
on its sides; the rectangle is made lower until it does not.  Gauss's rule on panels that double in length has an error
below 1e-13.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, log2
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exponents.errors import InputError, NotSolved
from exponents.names import KERNELS, TANGENT, KernelName, require
from exponents.rationals import abbreviate

from ..arrays import Reals
from .complex_kernels import KernelsAt, evaluate_kernels, first_cut
from .kernels import Layers, check_layers
from .unit_kernels import mean_square

LARGEST_MODE = 10**12
"""Largest k."""

NODES, WEIGHTS = np.polynomial.legendre.leggauss(14)
"""A panel from -1 to 1."""

CUT = 1e-17
"""Part of lambda_k that is left out next to each singularity."""

HIGHEST, LOWEST = 1.0, 0.01
"""Heights of the rectangle that are tried, each half of the one before."""

ROUNDING = 1e-13
"""Relative error of both sides: a difference of them that is smaller is 0."""

BLOCK = 1000
"""Modes that are summed at once."""

FARTHEST = 1e200
"""Largest mean square of a layer."""

DEEPEST = 700.0
"""k Y at which the third side leaves double precision."""


class _Sides(NamedTuple):
    """The kernels on three sides of the rectangle: nodes, and weights times values, of shape (nodes, 2)."""

    height: float
    rise: Reals
    left: Reals
    right: Reals
    along: Reals
    top: NDArray[np.complex128]


LEARNED = 2**15
"""Modes of a spectrum that is learned."""


def circle_spectrum(
    modes: ArrayLike,
    power: float = 1,
    hidden_layers: int = 1,
    kernel: KernelName = TANGENT,
    *,
    weight_variance: float = 1,
    bias_variance: float = 0,
) -> Reals:
    """Return Fourier coefficients lambda_k of a kernel on the circle, K = sum_k lambda_k cos(k theta).

    Parameters
    ----------
    modes : int or array of int
        k >= 0, up to 10^12.
    power, hidden_layers, weight_variance, bias_variance
        As of `relu_kernels`.
    kernel : "covariance" or "tangent"
        The tangent kernel needs a power above 1/2, where its trace is finite.

    Returns
    -------
    array
        lambda_k, of the shape of ``modes``, in the units of `relu_kernels`.  The relative error is below 1e-12.  A
        coefficient below 1e-13 of its neighbours vanishes by symmetry, and is 0.

    Raises
    ------
    InputError
        If an argument is out of range.
    NotSolved
        If the kernel has singularities next to the real axis: for many layers of a high power, or small biases.

    Examples
    --------
    >>> circle_spectrum([1, 2, 3, 4]).round(6).tolist()  # one hidden layer: odd modes vanish, but for the first
    [0.25, 0.078805, 0.0, 0.008556]
    >>> print(f"{circle_spectrum(10**6):.9g}")  # 1/(pi k)^2
    1.01321184e-13
    """
    k = np.asarray(modes)
    if k.dtype.kind not in "iu" or not k.size or k.min() < 0 or k.max() > LARGEST_MODE:
        raise InputError(f"modes must be whole numbers from 0 to {LARGEST_MODE:.0e}; got {abbreviate(modes)}; try 1")
    require(kernel, KERNELS, "the kernel")
    layers = check_layers(power, hidden_layers, weight_variance, bias_variance)
    if kernel == TANGENT and layers.power <= 0.5:
        raise InputError(
            f"the tangent kernel needs a power above 1/2, where its trace is finite; got {power}; take the covariance"
        )
    _check_range(layers)
    sides = _surround(layers, ceil(log2(max(int(k.max()), 2))))
    flat = k.ravel()
    blocks = [_sum_sides(sides, flat[start : start + BLOCK]) for start in range(0, len(flat), BLOCK)]
    return np.asarray(np.concatenate(blocks)[:, int(kernel == TANGENT)].reshape(k.shape))


def learned_spectrum(q: float, power: float = 1.0, hidden_layers: int = 3, count: int = LEARNED) -> tuple[Reals, Reals]:
    """Return the eigenvalues of the tangent kernel and the squared coefficients of the target with the modes k^-q.

    Parameters
    ----------
    q : float
    power : float
        q_phi.
    hidden_layers : int
    count : int
        Modes k from 1 on.

    Returns
    -------
    tuple of (array of shape (modes,), array of shape (modes,))
        lambda_k in units of the diagonal of the kernel, c_k/(2 sum_l c_l), and k^-2q/2: the mean of cos^2 is 1/2.
        Modes that the kernel lacks are left out.

    Examples
    --------
    >>> eigenvalues, powers = learned_spectrum(1.0, count=100)
    >>> float(powers[1]), bool(0.1 < eigenvalues[0] < 0.5)  # cos and sin share the trace 1 with the constant
    (0.125, True)
    """
    modes = np.arange(count + 1)
    kernel = circle_spectrum(modes, power, hidden_layers)
    there = kernel[1:] > 0
    return kernel[1:][there] / (2 * kernel.sum()), modes[1:][there].astype(float) ** (-2 * q) / 2


def _check_range(layers: Layers) -> None:
    """Raise InputError if the mean squares of a layer leave double precision."""
    variance = np.float64(layers.weight_variance / 2 + layers.bias_variance)
    with np.errstate(over="ignore"):
        for _ in range(layers.hidden_layers):
            variance = (
                layers.weight_variance * mean_square(layers.power) * variance**layers.power + layers.bias_variance
            )
            if not 1 / FARTHEST < variance < FARTHEST:
                raise InputError(
                    f"the kernel of {layers.hidden_layers} hidden layers with power {layers.power:g} leaves double "
                    "precision; take fewer layers or a lower power"
                )


def _sum_sides(sides: _Sides, k: Reals) -> Reals:
    """Return lambda_k of both kernels, of shape (modes, 2), from the three sides."""
    falling = np.exp(-np.outer(k, sides.rise))
    left, right = -falling @ sides.left, np.where(k % 2, -1, 1)[:, None] * (falling @ sides.right)
    top = np.zeros_like(left)
    seen = k * sides.height < DEEPEST
    waves = np.exp(1j * np.outer(k[seen], sides.along) - (k[seen] * sides.height)[:, None])
    top[seen] = (waves @ sides.top).real
    whole = left + right + top
    whole[np.abs(whole) < ROUNDING * (np.abs(left) + np.abs(top))] = 0
    return np.asarray(np.where(k == 0, 1, 2)[:, None] / np.pi * whole)


@lru_cache(maxsize=16)
def _surround(layers: Layers, octaves: int) -> _Sides:
    """Return the kernels on the highest rectangle without another singularity, for modes up to 2^octaves."""
    lowest = CUT ** (1 / max(2 * layers.power, 1)) / 2.0**octaves  # both kernels fall as k^(-2 q) or faster
    height = min(HIGHEST, first_cut(layers) * 0.9)
    while height >= LOWEST:
        rise, rise_weights = _panels(np.append(height / 2.0 ** np.arange(ceil(log2(height / lowest)), 0, -1), height))
        along, along_weights = _panels(np.linspace(0, np.pi, ceil(np.pi / height) * 2 + 1))
        left, top, right = evaluate_kernels(layers, rise, [complex(x, height) for x in along])
        if not _meets_cut([*left, *top, *reversed(right)]):
            rising, above, falling = (np.array([found.values for found in side]) for side in (left, top, right))
            weights = rise_weights[:, None]
            return _Sides(
                height, rise, weights * rising.imag, weights * falling.imag, along, along_weights[:, None] * above
            )
        height /= 2
    raise NotSolved(
        f"the kernel of {layers.hidden_layers} hidden layers has singularities within {LOWEST} of the real axis; take "
        "fewer layers, a lower power, or biases that are 0 or larger"
    )


def _panels(edges: Reals) -> tuple[Reals, Reals]:
    """Return nodes and weights of Gauss's rule between edges."""
    middle, half = (edges[1:] + edges[:-1]) / 2, (edges[1:] - edges[:-1]) / 2
    return (middle[:, None] + half[:, None] * NODES).ravel(), (half[:, None] * WEIGHTS).ravel()


def _meets_cut(path: Sequence[KernelsAt]) -> bool:
    """Return whether the correlation of a later layer crosses ]-inf, -1] or [1, inf[ on a path."""
    rho = np.array([found.correlations for found in path])
    here, there = rho[:-1], rho[1:]
    change = there.imag - here.imag
    crossing = (here.imag > 0) != (there.imag > 0)
    real = here.real - here.imag * (there.real - here.real) / np.where(crossing, change, 1)
    return bool((crossing & (np.abs(real) >= 1)).any())
