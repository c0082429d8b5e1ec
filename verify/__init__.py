"""Numbers for what ``exponents`` derives: spectra, training dynamics on them, and verdicts on every claim.

    >>> from verify import Model, loss_curve
    >>> curve = loss_curve(Model("3/2", "1/2", gamma=1), [1e2, 1e6])
    >>> curve.loss.round(6).tolist()
    [0.035648, 8e-05]

In reading order: `model` (what is trained) and `curves` (what a solver returns); `spectra`; the solvers `flow`,
`two_time` and `training`, `reuse` for samples that are used again in every step and `linear` for linear networks, all
asked by `solvers`; `measurements` (exponents with errors, from curves) and `judgement` (claims against them);
`witnesses` (independent routes, for tests); `plots`.

`plot_phases(diagrams, ax=...)`, `plot_curves(curves, ax=...)` and `plot_figure(name, axes=...)` draw on Axes of
Matplotlib, return them, and take fonts, sizes and lines from rcParams.

Names are imported when they are first used, so ``import verify`` does not import NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

_HOMES = {
    # What is trained, and its loss by any method
    "model": ("Model",),
    "curves": ("LossCurve", "Status"),
    "solvers": ("estimate_seconds", "loss_curve"),
    # Spectra
    "spectra.spectrum": ("Spectrum", "spectrum_from_arrays"),
    "spectra.power_law": ("power_law_spectrum",),
    "spectra.random_features": ("limit_spectra", "mean_spectra"),
    "spectra.spectrum_file": ("read_spectrum",),
    # One solver each
    "flow.curve": ("flow_curve", "limit_curve"),
    "flow.noise": ("noisy_curve",),
    "flow.levels": ("level_curves",),
    "linear.infinite_width": ("linear_curve", "linear_limit_curve"),
    "training.ensemble": ("train_ensemble",),
    "training.linear_ensemble": ("train_linear_ensemble",),
    # From curves to exponents and verdicts
    "measurements.slopes": ("Limit", "extrapolate"),
    "measurements.points": ("Point", "default_points", "read_point"),
    "judgement": ("Verdict", "verdicts"),
    # Laws from runs
    "fits.law_fit": ("LawFit", "fit_law"),
    "fits.saved_fit": ("SavedFit", "read_fit"),
    # The spectrum of a kernel
    "fits.spectrum_fit": ("fit_kernel", "fit_spectrum"),
    "fits.fitted_spectrum": ("SpectrumFit",),
    "fits.kernel_spectrum": ("one_hot",),
    # Networks: kernels at initialisation, and training
    "networks.circle_spectrum": ("circle_spectrum",),
    "networks.convolutional": ("Convolutional",),
    "networks.image_folders": ("folder_task",),
    "networks.image_tasks": ("digits_task",),
    "networks.kernels": ("relu_kernels",),
    "networks.network_ensemble": ("Training", "train_networks"),
    "networks.network_exponent": ("NetworkExponent", "measure_exponent"),
    "networks.network_prediction": ("choose_learning_rate", "predict_exponents"),
    "networks.online_tasks": ("circle_task", "samples_task"),
    "networks.perceptron": ("Perceptron",),
    "networks.text_task": ("text_task",),
    "networks.transformer": ("Transformer",),
    # Many runs
    "sweep.grid": ("Sweep", "read_sweep"),
    "sweep.runner": ("Progress", "run_sweep"),
    "sweep.export": ("SweepResults",),
    "sweep.scheduler": ("open_scheduler",),
    # Pictures
    "plots": ("Panel", "plot_curves", "plot_figure", "plot_phases"),
}
"""The public names, by the module they live in."""

__all__ = sorted(name for names in _HOMES.values() for name in names)

if TYPE_CHECKING:  # type checkers do not read the table, so the names stand here once more
    from .curves import LossCurve as LossCurve, Status as Status
    from .fits.law_fit import LawFit as LawFit, fit_law as fit_law
    from .fits.saved_fit import SavedFit as SavedFit, read_fit as read_fit
    from .fits.fitted_spectrum import SpectrumFit as SpectrumFit
    from .fits.kernel_spectrum import one_hot as one_hot
    from .fits.spectrum_fit import fit_kernel as fit_kernel, fit_spectrum as fit_spectrum
    from .flow.curve import flow_curve as flow_curve, limit_curve as limit_curve
    from .flow.levels import level_curves as level_curves
    from .flow.noise import noisy_curve as noisy_curve
    from .judgement import Verdict as Verdict, verdicts as verdicts
    from .linear.infinite_width import linear_curve as linear_curve, linear_limit_curve as linear_limit_curve
    from .measurements.points import Point as Point, default_points as default_points, read_point as read_point
    from .measurements.slopes import Limit as Limit, extrapolate as extrapolate
    from .model import Model as Model
    from .networks.circle_spectrum import circle_spectrum as circle_spectrum
    from .networks.convolutional import Convolutional as Convolutional
    from .networks.image_folders import folder_task as folder_task
    from .networks.image_tasks import digits_task as digits_task
    from .networks.kernels import relu_kernels as relu_kernels
    from .networks.network_ensemble import Training as Training, train_networks as train_networks
    from .networks.network_exponent import NetworkExponent as NetworkExponent, measure_exponent as measure_exponent
    from .networks.network_prediction import choose_learning_rate as choose_learning_rate
    from .networks.network_prediction import predict_exponents as predict_exponents
    from .networks.online_tasks import circle_task as circle_task, samples_task as samples_task
    from .networks.perceptron import Perceptron as Perceptron
    from .networks.text_task import text_task as text_task
    from .networks.transformer import Transformer as Transformer
    from .plots import (
        Panel as Panel,
        plot_curves as plot_curves,
        plot_figure as plot_figure,
        plot_phases as plot_phases,
    )
    from .solvers import estimate_seconds as estimate_seconds, loss_curve as loss_curve
    from .spectra.power_law import power_law_spectrum as power_law_spectrum
    from .spectra.random_features import limit_spectra as limit_spectra, mean_spectra as mean_spectra
    from .spectra.spectrum import Spectrum as Spectrum, spectrum_from_arrays as spectrum_from_arrays
    from .spectra.spectrum_file import read_spectrum as read_spectrum
    from .sweep.export import SweepResults as SweepResults
    from .sweep.grid import Sweep as Sweep, read_sweep as read_sweep
    from .sweep.runner import Progress as Progress, run_sweep as run_sweep
    from .sweep.scheduler import open_scheduler as open_scheduler
    from .training.ensemble import train_ensemble as train_ensemble
    from .training.linear_ensemble import train_linear_ensemble as train_linear_ensemble


def __getattr__(name: str) -> object:
    home = next((module for module, names in _HOMES.items() if name in names), "")
    if not home:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{home}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
