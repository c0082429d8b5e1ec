"""How is a solved flow read, between the steps that solved it?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import Reals
from ..spectra.spectrum import Spectrum
from .collocation import Response, integrate_basis, squared_integral
from .step import start_step

ITERATIONS, CONVERGED = 12, 1e-13
"""Most iterations that find a place on a step, and the change at which it is found; three are usual."""


@dataclass(frozen=True)
class States:
    """States of the flow at several times.

    Attributes
    ----------
    time, clock, kernel, growth : array of shape (times,)
        t, tau, kappa, and d ln kappa/dtau.
    residual, learned : array of shape (times, modes)
        1 - phi and phi, each to its own relative accuracy.
    """

    time: Reals
    clock: Reals
    kernel: Reals
    growth: Reals
    residual: Reals
    learned: Reals


@dataclass(frozen=True)
class Flow:
    """A solved flow, from which any time up to its end can be read.

    Attributes
    ----------
    measure : Spectrum
    gamma : float
        Richness.
    clock, time, shrinkage : array of shape (steps + 1,)
        tau, t and h where steps meet.
    learned, residual : array of shape (steps + 1, modes)
        phi and 1 - phi there.
    force : array of shape (steps, STAGES)
        g at the nodes of each step, in units of the h that the step starts from.
    violation : float
        Largest relative violation of the conservation law at the end of a step.
    """

    measure: Spectrum
    gamma: float
    clock: Reals
    time: Reals
    shrinkage: Reals
    learned: Reals
    residual: Reals
    force: Reals
    violation: float

    @property
    def steps(self) -> int:
        """How many steps were taken."""
        return len(self.force)

    @property
    def horizon(self) -> float:
        """The last time that can be read."""
        return float(self.time[-1])

    def at(self, times: Reals) -> States:
        """The states at ``times``, rising and within the horizon, by the formulas that made the steps."""
        return self._read(times, self.time, self._places) if self.gamma else self._free(times)

    def at_clock(self, clock: Reals) -> States:
        """The states where the clock shows ``clock``, rising and within its last value."""
        return self._read(clock, self.clock, self._shares) if self.gamma else self._free(clock)

    def _free(self, times: Reals) -> States:
        decay, one = np.multiply.outer(-times, self.measure.eigenvalues), np.ones(len(times))
        return States(times, times, one, 0 * one, np.exp(decay), -np.expm1(decay))

    def _read(self, wanted: Reals, edges: Reals, placed: Callable[[int, Reals], Reals]) -> States:
        """The states where what has ``edges`` at the ends of steps has the values ``wanted``."""
        steps = np.clip(np.searchsorted(edges, wanted, side="right") - 1, 0, self.steps - 1)
        parts = [self._within(int(step), placed(int(step), wanted[steps == step])) for step in np.unique(steps)]
        return States(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _within(self, step: int, s: Reals) -> tuple[Reals, ...]:
        """Time, clock, kernel, its growth, 1 - phi and phi at places inside one step."""
        length, start = self._length(step), self.shrinkage[step]
        taken = start_step(self.measure, float(self.clock[step]), length, self.learned[step], Response(s))
        learned, residual, h, rate = taken.states(self.learned[step], self.residual[step], self.force[step])
        time = self.time[step] + length * start**2 * squared_integral(self.force[step] * length, s)
        return time, self.clock[step] + s * length, (start * h) ** -2.0, 2 * rate, residual, learned

    def _length(self, step: int) -> float:
        return float(self.clock[step + 1] - self.clock[step])

    def _shares(self, step: int, clock: Reals) -> Reals:
        """s in [0, 1] with tau(s) = clock on one step."""
        return np.clip((clock - self.clock[step]) / self._length(step), 0.0, 1.0)

    def _places(self, step: int, times: Reals) -> Reals:
        """s in [0, 1] with t(s) = time on one step: t rises with s, and its derivative is h^2 > 0."""
        length, force = self._length(step), self.force[step] * self._length(step)
        wanted = (times - self.time[step]) / (length * self.shrinkage[step] ** 2)
        s = np.clip(wanted, 0.0, 1.0)
        for _ in range(ITERATIONS):
            excess, h = squared_integral(force, s) - wanted, 1 - force @ integrate_basis(s)
            before, s = s, np.clip(s - excess / h**2, 0.0, 1.0)
            if np.abs(s - before).max() < CONVERGED:
                break
        return s
