"""What does the fit of a spectrum say?  A `SpectrumFit`: exponents with intervals, regime, warnings.

It prints itself (`summary`), becomes JSON (`to_dict`), is saved and read back, draws itself on given Axes, and predicts
loss curves (`spectrum_curves`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from exponents.display import Reported
from exponents.errors import InputError
from exponents.files.whole_files import write_whole
from exponents.rationals import abbreviate

from ..arrays import Reals
from .regime_odds import Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from .spectrum_curves import PredictedCurves


@dataclass(frozen=True)
class WindowFit:
    """The exponents in one window, on one number of samples.

    Attributes
    ----------
    first, last : int
        Modes, counted from 1.
    samples : int or None
        n of the kernel matrix; None for exact eigenvalues.
    alpha, s : float
    """

    first: int
    last: int
    samples: int | None
    alpha: float
    s: float


@dataclass(frozen=True, eq=False, repr=False)
class SpectrumFit(Reported):
    """Capacity and source of a kernel with its target; see `fit_spectrum` and `fit_kernel`.

    Attributes
    ----------
    alpha, s, beta : Estimate
        Of lambda_k ~ k^-alpha and y_k^2 ~ k^-s; beta = (s - 1)/alpha.
    windows : tuple of WindowFit
        The first is that of the estimate.
    regime : mapping of str to float
        The probability of each regime, and of "outside" of alpha > 1, beta > 0.
    time_exponent, compute_exponent : mapping of str to Estimate
        r of L ~ t^-r and of L* ~ C^-r, lazy and rich.
    prefactors : (float, float)
        The laws of lambda_k and y_k^2 at k = 1.
    noise : float
        Size of the noise of ln lambda.
    outputs : float
        Degrees of freedom of the chi^2 distribution of the coefficients.
    level : float
        Coverage of the intervals.
    warnings : tuple of str
    eigenvalues, coefficients : array of shape (modes,)
    floor : float
        The part of the target outside all modes.

    Examples
    --------
    >>> from verify import fit_spectrum
    >>> k = np.arange(1.0, 1001)
    >>> found = fit_spectrum(2 * k**-1.5, k**-1.75)
    >>> found
    <SpectrumFit: alpha = 1.5 (1.5 to 1.5), s = 1.75 (1.75 to 1.75), beta = 0.5 (0.5 to 0.5), modes 10 to 500>
    >>> max(found.regime, key=found.regime.get)
    'hard'
    """

    alpha: Estimate
    s: Estimate
    beta: Estimate
    windows: tuple[WindowFit, ...]
    regime: Mapping[str, float]
    time_exponent: Mapping[str, Estimate]
    compute_exponent: Mapping[str, Estimate]
    prefactors: tuple[float, float]
    noise: float
    outputs: float
    level: float
    warnings: tuple[str, ...]
    eigenvalues: Reals
    coefficients: Reals
    floor: float = 0.0

    @property
    def window(self) -> tuple[int, int]:
        """The first and the last mode of the window of the estimate."""
        return self.windows[0].first, self.windows[0].last

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON holds it, without the arrays."""
        places = [{"first": w.first, "last": w.last, "samples": w.samples} for w in self.windows]
        values = {name: [getattr(w, name) for w in self.windows] for name in ("alpha", "s")}
        listed = {
            name: [place | {"value": value} for place, value in zip(places, values[name], strict=True)]
            for name in values
        }
        return {
            "alpha": self.alpha.to_dict() | {"windows": listed["alpha"]},
            "s": self.s.to_dict() | {"windows": listed["s"]},
            "beta": self.beta.to_dict(),
            "level": self.level,
            "regime": dict(self.regime),
            "time_exponent": {name: found.to_dict() for name, found in self.time_exponent.items()},
            "compute_exponent": {name: found.to_dict() for name, found in self.compute_exponent.items()},
            "prefactors": {"eigenvalue": self.prefactors[0], "squared_coefficient": self.prefactors[1]},
            "noise": self.noise,
            "outputs": self.outputs,
            "modes": len(self.eigenvalues),
            "samples": self.windows[0].samples,
            "warnings": list(self.warnings),
        }

    def describe(self) -> str:
        """Return the exponents with their intervals, and the window."""
        first, last = self.window
        return f"alpha = {self.alpha}, s = {self.s}, beta = {self.beta}, modes {first} to {last}"

    def tables(self) -> Any:
        """Return the tables that ``exponents fit`` prints."""
        from exponents.reports.spectrum_tables import spectrum_tables

        return spectrum_tables(self.to_dict())

    def summary(self) -> str:
        """Return these tables as text."""
        return str(self)

    def predict(self, times: ArrayLike, gamma: float = 1.0) -> PredictedCurves:
        """Return the loss under gradient flow, on the measured spectrum and on the fitted law.

        Parameters
        ----------
        times : array of shape (times,)
            Rising, in units of 1/(learning rate).
        gamma : float
            Richness; 0 is lazy.
        """
        from .spectrum_curves import predict_curves

        return predict_curves(self, times, gamma)

    def plot(self, axes: Any) -> Any:
        """Draw eigenvalues and squared coefficients with their laws, and the window, on given Axes of Matplotlib.

        Parameters
        ----------
        axes : matplotlib.axes.Axes

        Returns
        -------
        matplotlib.axes.Axes
            The same, with logarithmic scales, labels and a legend.
        """
        first, last = self.window
        k, inside = np.arange(1, len(self.eigenvalues) + 1), np.array([first, last])
        axes.axvspan(first, last, color="0.9", zorder=0, label=f"window {first} to {last}")
        series = (
            (self.eigenvalues, self.prefactors[0], self.alpha.value, r"$\lambda_k$"),
            (self.coefficients, self.prefactors[1], self.s.value, r"$y_k^2$"),
        )
        for values, prefactor, exponent, name in series:
            seen = values > 0
            (points,) = axes.loglog(k[seen], values[seen], ".", markersize=3, label=name)
            law = f"{name[:-1]} \\sim k^{{-{exponent:.3g}}}$"
            axes.loglog(inside, prefactor * inside**-exponent, color="black", linewidth=1.2, label=law)
            points.set_zorder(1)
        axes.set_xlabel("mode $k$")
        axes.legend()
        return axes

    def save(self, path: str | Path) -> None:
        """Write the fit to a JSON file, from which `load` reads it back.

        Raises
        ------
        InputError
            If the file cannot be written.
        """
        whole = {name: getattr(self, name) for name in ("level", "noise", "outputs", "floor")}
        whole |= {name: list(getattr(self, name)) for name in ("prefactors", "warnings")}
        whole |= {name: getattr(self, name).tolist() for name in ("eigenvalues", "coefficients")}
        whole |= {name: asdict(getattr(self, name)) for name in ("alpha", "s", "beta")}
        whole |= {"regime": dict(self.regime), "windows": [asdict(window) for window in self.windows]}
        for name in ("time_exponent", "compute_exponent"):
            whole[name] = {key: asdict(value) for key, value in getattr(self, name).items()}
        write_whole(path, json.dumps({"kind": "spectrum fit", **whole}), "a saved fit")

    @classmethod
    def load(cls, path: str | Path) -> SpectrumFit:
        """Read a fit that `save` wrote.

        Raises
        ------
        InputError
            If the file cannot be read, or is not one.
        """
        name = abbreviate(Path(path).name)
        try:
            whole = json.loads(Path(path).read_text(encoding="utf-8"))
            if whole.pop("kind") != "spectrum fit":
                raise KeyError("kind")
            for key in ("alpha", "s", "beta"):
                whole[key] = _read_estimate(whole[key])
            for key in ("time_exponent", "compute_exponent"):
                whole[key] = {law: _read_estimate(value) for law, value in whole[key].items()}
            for key in ("eigenvalues", "coefficients"):
                whole[key] = np.array(whole[key], float)
            whole["windows"] = tuple(WindowFit(**window) for window in whole["windows"])
            whole["prefactors"], whole["warnings"] = tuple(whole["prefactors"]), tuple(whole["warnings"])
            return cls(**whole)
        except OSError as error:
            raise InputError(f"a saved fit must be a readable file; got {name} ({error.strerror})") from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{name} must be a file that SpectrumFit.save wrote; it is not") from error


def _read_estimate(found: Mapping[str, Any]) -> Estimate:
    return Estimate(float(found["value"]), (float(found["interval"][0]), float(found["interval"][1])))
