"""How is a solved flow read at any time?  By the formulas that made its steps: they hold anywhere on a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import Reals
from ..spectra.spectrum import Spectrum
from .collocation import Response, integrate_basis, squared_integral
from .step import start_step

ITERATIONS, CONVERGED = 12, 1e-13
"""Most Newton iterations for a place on a step, and the change at which they stop; three are usual."""


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
    """A solved flow; it can be read at any time up to its end.

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

    Examples
    --------
    >>> from .solver import solve_flow
    >>> flow = solve_flow(Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.5])), 1.0, 10.0, 1e-8)
    >>> flow.at(np.array([1.0, 10.0])).kernel.round(4).tolist()
    [1.442, 2.9009]
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
        """The number of steps."""
        return len(self.force)

    @property
    def horizon(self) -> float:
        """The last time that can be read."""
        return float(self.time[-1])

    def at(self, times: Reals) -> States:
        """Return the states at ``times``, rising and within the horizon."""
        return self._read(times, self.time, self._find_times) if self.gamma else self._read_lazy(times)

    def at_clock(self, clock: Reals) -> States:
        """Return the states where the clock shows ``clock``, rising and within its last value."""
        return self._read(clock, self.clock, self._find_clocks) if self.gamma else self._read_lazy(clock)

    def _read_lazy(self, times: Reals) -> States:
        """Return phi = 1 - e^{-mu t}."""
        decay, one = np.multiply.outer(-times, self.measure.eigenvalues), np.ones(len(times))
        return States(times, times, one, 0 * one, np.exp(decay), -np.expm1(decay))

    def _read(self, wanted: Reals, edges: Reals, find: Callable[[int, Reals], Reals]) -> States:
        """Return the states where a quantity, with the values ``edges`` at the ends of steps, has those ``wanted``."""
        steps = np.clip(np.searchsorted(edges, wanted, side="right") - 1, 0, self.steps - 1)
        parts = [self._read_step(int(step), find(int(step), wanted[steps == step])) for step in np.unique(steps)]
        return States(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def _read_step(self, step: int, s: Reals) -> tuple[Reals, ...]:
        """Return time, clock, kernel, its growth, 1 - phi and phi at places s in [0, 1] of one step."""
        length, start = self._length(step), self.shrinkage[step]
        taken = start_step(self.measure, float(self.clock[step]), length, self.learned[step], Response(s))
        learned, residual, h, rate = taken.states(self.learned[step], self.residual[step], self.force[step])
        time = self.time[step] + length * start**2 * squared_integral(self.force[step] * length, s)
        return time, self.clock[step] + s * length, (start * h) ** -2.0, 2 * rate, residual, learned

    def _length(self, step: int) -> float:
        """Return the length of a step in the clock."""
        return float(self.clock[step + 1] - self.clock[step])

    def _find_clocks(self, step: int, clock: Reals) -> Reals:
        """Return s in [0, 1] with tau(s) = clock on one step."""
        return np.clip((clock - self.clock[step]) / self._length(step), 0.0, 1.0)

    def _find_times(self, step: int, times: Reals) -> Reals:
        """Return s in [0, 1] with t(s) = time on one step, by Newton's method: t rises with the slope h^2 > 0."""
        length, force = self._length(step), self.force[step] * self._length(step)
        wanted = (times - self.time[step]) / (length * self.shrinkage[step] ** 2)
        s = np.clip(wanted, 0.0, 1.0)
        for _ in range(ITERATIONS):
            excess, h = squared_integral(force, s) - wanted, 1 - force @ integrate_basis(s)
            before, s = s, np.clip(s - excess / h**2, 0.0, 1.0)
            if np.abs(s - before).max() < CONVERGED:
                break
        return s
