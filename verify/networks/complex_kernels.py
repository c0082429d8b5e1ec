"""What are the kernels on the circle at a complex angle, theta = iy, pi + iy or x + iy?

The layers are those of `kernels`, with k_q of `unit_kernels`, in balls of complex numbers (Arb).  Imaginary parts next
to a singularity are powers of y: bits are added until the radius of each ball is a small part of them.

With Re theta in ]0, pi[ and Im theta > 0, rho = cos(theta) has Im rho < 0, so the sides Re theta = 0 and Re theta = pi
lie below the cuts of k_q: F(s) at s > 1 is the value from below, and s^e for s < 0 is |s|^e e^(-i pi e).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import acosh, inf
from typing import NamedTuple

from flint import acb, arb, ctx

from exponents.errors import NotSolved

from ..arrays import Reals
from .kernels import Layers

BITS, MOST_BITS = 192, 6144
"""Precision of a computation: at first, and where it gives up."""

GOOD = 2.0**-56
"""Radius of an imaginary part, relative to that at Re theta = 0."""

HALF = arb(0.5)


class KernelsAt(NamedTuple):
    """The kernels at one angle.

    Attributes
    ----------
    values : (complex, complex)
        Covariance and tangent kernel.
    radii : (float, float)
        Of their imaginary parts.
    correlations : tuple of complex
        rho of the layers after the first.
    """

    values: tuple[complex, complex]
    radii: tuple[float, float]
    correlations: tuple[complex, ...]


def first_cut(layers: Layers) -> float:
    """Return the y > 0 at which rho_1(pi + iy) = -1: there biases let the singularity leave the real axis.

    Examples
    --------
    >>> first_cut(Layers(1, 1, 1, 0)), round(first_cut(Layers(1, 1, 1, 0.1)), 6)
    (inf, 0.867015)
    """
    return inf if layers.bias_variance == 0 else acosh(1 + 4 * layers.bias_variance / layers.weight_variance)


def evaluate_kernels(
    layers: Layers, rise: Reals, top: Sequence[complex]
) -> tuple[list[KernelsAt], list[KernelsAt], list[KernelsAt]]:
    """Return the kernels on the sides of a rectangle above [0, pi].

    Parameters
    ----------
    layers : Layers
    rise : array of shape (n,)
        y of the nodes iy and pi + iy.
    top : sequence of complex
        Angles with an imaginary part.

    Returns
    -------
    list, list and list of KernelsAt
        At iy, at the top, and at pi + iy.

    Raises
    ------
    NotSolved
        If the precision of `MOST_BITS` does not suffice.

    Examples
    --------
    >>> import numpy as np
    >>> [left], _, [right] = evaluate_kernels(Layers(1, 1, 1, 0), np.array([1e-3]), [])
    >>> [f"{value.imag:.6g}" for value in left.values]  # tangent: -y/(4 pi)
    ['-2.65258e-11', '-7.95775e-05']
    """
    bits = BITS
    while bits <= MOST_BITS:
        with ctx.workprec(bits):
            network = _Network(layers)
            left = [network.evaluate(acb(arb(y).cosh())) for y in rise]
            right = [network.evaluate(acb(-arb(y).cosh())) for y in rise]
            if all(_is_certain(*both) for both in zip(left, right, strict=True)):
                return left, [network.evaluate(acb(angle.real, angle.imag).cos()) for angle in top], right
        bits *= 2
    raise NotSolved(f"the kernel has no imaginary part of 17 digits even with {MOST_BITS} bits; take a smaller power")


def _is_certain(left: KernelsAt, right: KernelsAt) -> bool:
    """Return whether the imaginary parts of both kernels on both sides are known to the digits of `GOOD`."""
    needed = [GOOD * abs(value.imag) for value in left.values]
    return all(radius <= most for found in (left, right) for radius, most in zip(found.radii, needed, strict=True))


class _Network:
    """The layers of `kernels` for two inputs on the circle, in balls of the precision that holds when it is made."""

    def __init__(self, layers: Layers) -> None:
        self.depth = layers.hidden_layers
        q = self.power = arb(layers.power)
        self.weight, self.bias = arb(layers.weight_variance), arb(layers.bias_variance)
        # m_q C_q of `unit_kernels`
        mean_square = 2 ** (q - 1) * (q + HALF).gamma() / arb.pi().sqrt()
        scale = mean_square * (q + 1).gamma() ** 2 / ((q + HALF + 1).gamma() * (q + HALF).gamma())
        self.variances = [self.weight / 2 + self.bias]
        for _ in range(self.depth - 1):
            self.variances.append(self.weight * mean_square * self.variances[-1] ** q + self.bias)
        self.scales = [scale * v**q for v in self.variances]

    def evaluate(self, cosine: acb) -> KernelsAt:
        """Return the kernels where cos(theta) has a value."""
        preactivation = tangent = self.weight / 2 * cosine + self.bias
        correlations: list[acb] = []
        for layer, (variance, scale) in enumerate(zip(self.variances, self.scales, strict=True)):
            rho = preactivation / variance
            correlations += [rho] if layer else []
            s = (1 + rho) / 2
            weight, bias = (self.weight, self.bias) if layer < self.depth - 1 else (1, 0)
            preactivation = weight * scale * _integrate(self.power, s) + bias
            slopes = scale * (self.power + HALF) / (2 * variance) * _integrate(self.power - 1, s)
            tangent = preactivation + weight * tangent * slopes
        found = preactivation, tangent
        radii = [float(one.imag.rad()) if one.is_finite() else inf for one in found]
        return KernelsAt(
            (_to_complex(preactivation), _to_complex(tangent)),
            (radii[0], radii[1]),
            tuple(map(_to_complex, correlations)),
        )


def _integrate(power: arb, s: acb) -> acb:
    """Return J_q(s) = s^(q + 1/2) F(1/2, 1/2; q + 3/2; s), on the cuts from below."""
    e = power + HALF
    hypergeometric = s.hypgeom_2f1(HALF, HALF, e + 1)
    if s.imag != 0:
        return s ** acb(e) * hypergeometric
    if s.real < 0:
        sine, cosine = e.sin_cos_pi()
        return (-s.real) ** e * acb(cosine, -sine) * hypergeometric
    if s.real > 1:  # the kernel falls below the real axis there, as all its Taylor coefficients are positive
        hypergeometric = acb(hypergeometric.real, -abs(hypergeometric.imag))
    return s.real**e * hypergeometric


def _to_complex(found: acb) -> complex:
    return complex(float(found.real.mid()), float(found.imag.mid()))
