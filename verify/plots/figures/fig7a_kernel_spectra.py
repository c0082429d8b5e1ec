"""How do Fourier coefficients of kernels of networks fall? (Fig. 7a of the paper.)

The kernels are those of infinitely wide networks with units relu(h)^q_phi at initialisation, on the circle.

Above: the tangent kernel of a deep network, in units of its first coefficient.  In the middle: that of one hidden
layer, where even coefficients (filled) and odd ones (open) have two amplitudes.  For q_phi = 1 all odd ones vanish but
the first.  Dashed: k^{-2 q_phi}, with the amplitude of the mean of two neighbours at the end.

Below: exponents as measured, with their errors, against q_phi.  The paper's 2 q_phi is that of tangent kernels, at any
depth.  Coefficients of the covariance of outputs (NNGP) fall faster, as derived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from exponents.claims.networks import DEEP
from exponents.model.kernel_singularity import capacity_of_kernel
from exponents.names import COVARIANCE, KERNELS, TANGENT

from ...arrays import Reals
from ...measurements.circle_networks import NetworkMeasurements
from ...measurements.points import NETWORK_POINTS, Point
from ...measurements.slopes import Limit
from ...networks.circle_spectrum import circle_spectrum
from ..style import BLUE, VERMILION
from .axes import Scale, fit_linear_scale, fit_log_scale, span_log_scale
from .chart import Chart, make_gradient, set_up
from .measured_points import format_error
from .page import Choice, Figure, Map

LARGEST = 200
"""Largest k, near that of the paper's figure."""

LAYERS = (DEEP, 1)
"""Hidden layers of the first and the second panel."""

RANGE = Fraction(3, 5), Fraction(19, 10)
"""Powers of the units in the last panel."""

DERIVED = {kernel: partial(capacity_of_kernel, kernel, DEEP) for kernel in KERNELS}
"""Exponents as functions of the power."""

NAMES = {TANGENT: r"tangent: $2 q_\phi$", COVARIANCE: r"NNGP: $2 q_\phi + 2$"}

FEW = np.unique(2 * np.round(np.geomspace(1, LARGEST / 2 - 1, 22)).astype(int))
"""Even modes with points; the odd ones follow them."""


@dataclass(frozen=True)
class Spectra:
    """Kernels of one power of the units.

    Attributes
    ----------
    at : Point
        alpha is twice the power.
    coefficients : tuple of array of shape (LARGEST + 1,)
        Of the tangent kernel, for each of `LAYERS`, from k = 1 on.
    limits : mapping
        Measured exponents, by kernel and number of hidden layers.
    """

    at: Point
    coefficients: tuple[Reals, ...]
    limits: dict[tuple[str, int], Limit]


def _compute_spectra(_: Choice, spread: Map) -> tuple[Spectra, ...]:
    return tuple(spread(_measure_spectra, NETWORK_POINTS))


def _measure_spectra(at: Point) -> Spectra:
    """Return coefficients and measured exponents for one power."""
    measurements, modes = NetworkMeasurements(at), np.arange(1, LARGEST + 2)
    coefficients = tuple(circle_spectrum(modes, measurements.power, layers) for layers in LAYERS)
    asked = [(kernel, layers) for kernel in (TANGENT, COVARIANCE) for layers in LAYERS]
    return Spectra(at, coefficients, {key: measurements.capacity(*key) for key in asked})


def _draw_spectra(found: tuple[Spectra, ...], axes: Sequence[Any]) -> None:
    """Draw coefficients for two depths, and exponents, on three Axes."""
    across = span_log_scale(r"$k$", 1, LARGEST * 1.1)
    upwards = []
    for depth in range(len(LAYERS)):
        values = [one.coefficients[depth][-2:] / one.coefficients[depth][0] for one in found]
        upwards.append(fit_log_scale(r"$\lambda_k / \lambda_1$", [1, *(part[part > 0].min() for part in values)]))
    powers = [float(one.at.alpha) / 2 for one in found]
    capacities = [float(derive(power)) for derive in DERIVED.values() for power in RANGE]
    below = Scale(r"$q_\phi$", float(RANGE[0]), float(RANGE[1]), powers), fit_linear_scale(r"$\alpha$", capacities)
    scales = [*((across, scale) for scale in upwards), below]
    charts = set_up(axes, scales, "kernels of networks, on the circle", r"units $\mathrm{ReLU}(h)^{q_\phi}$")
    for depth, chart in enumerate(charts[:2]):
        _draw_coefficients(chart, found, depth)
    charts[0].caption((0, 0), "tangent kernel", [f"{DEEP} hidden layers", r"dashed: $k^{-2 q_\phi}$"])
    charts[1].caption((0, 0), "tangent kernel", ["1 hidden layer", "filled: $k$ even, open: $k$ odd"])
    _draw_exponents(charts[2], found, powers)


def _draw_coefficients(chart: Chart, found: Sequence[Spectra], depth: int) -> None:
    """Draw coefficients of one depth in units of the first, and the power law that they approach."""
    names: list[tuple[str, float, str]] = []
    modes = np.arange(1, LARGEST + 1)
    for one, colour in zip(found, make_gradient(len(found)), strict=True):
        values, power = one.coefficients[depth] / one.coefficients[depth][0], one.at.alpha / 2
        if LAYERS[depth] > 1:
            chart.curve(modes, values[:-1], f"coefficients {power}", colour)
        for parity in (0, 1) if LAYERS[depth] == 1 else ():
            seen = FEW + parity
            seen = seen[values[seen - 1] > 0]
            error = np.zeros(len(seen))  # far below the size of a point
            chart.points(seen, values[seen - 1], error, f"parity {parity} {power}", colour, filled=not parity)
        law = (values[-2] + values[-1]) / 2 * (modes / LARGEST) ** -float(one.at.alpha)
        chart.dashed(modes, law, f"law {power}", colour)
        first = "" if names else r"q_\phi = "
        names.append((f"${first}{float(power):g}$", float(law[-1]), colour))
    chart.margin(names)


def _draw_exponents(chart: Chart, found: Sequence[Spectra], powers: Sequence[float]) -> None:
    """Draw measured exponents of both kernels against the power, on the derived lines."""
    names = []
    for kernel, colour in ((TANGENT, VERMILION), (COVARIANCE, BLUE)):
        line = [float(DERIVED[kernel](power)) for power in RANGE]
        chart.curve([float(power) for power in RANGE], line, f"derived {kernel}", colour)
        names.append((NAMES[kernel], line[-1], colour))
        for layers in LAYERS:
            limits = [one.limits[kernel, layers] for one in found]
            values, errors = ([getattr(limit, part) for limit in limits] for part in ("value", "error"))
            chart.points(powers, values, errors, f"measured {kernel} {layers}", colour)
    chart.margin(names)
    largest = max(limit.error for one in found for limit in one.limits.values())
    lines = [f"points: 1 and {DEEP} hidden layers, one on the other", rf"error $\leq {format_error(largest)}$"]
    chart.caption((0, 1), "", lines)


FIG7A = Figure("fig7a", "Fig. 7a", _compute_spectra, _draw_spectra, ((120.0, 120.0), (90.0,)))
