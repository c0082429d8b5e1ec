"""What does white noise do to the flow, at any strength?  The equations of `online` as steps tend to 0 at fixed eta/B.

A batch then adds the white noise dxi_k to the force on mode k, of variance eps lambda_k L dt, with eps = eta/B.  On the
spectrum of the limit, or on the mean spectrum of models of size N, R3 = I, and eq. 26-31 say

    (1)  v_k(t) = w*_k - int_0^t S(t,s) [lambda_k v_k(s) ds + dxi_k(s)],      S = H + gamma Cw,      S(t,t) = kappa(t).

Let C(t,s) be the correlation of the forces lambda_k v_k + xi_k at the times t > s, summed over modes, and X(t) =
int_0^t C(t,r) S(t,r) dr.  From H and Cw follow dS(t,s)/dt = gamma int_0^t C(t,r) S(max(r,s), min(r,s)) dr for t > s,
and d kappa/dt = gamma (2 X + eps L tr), tr = sum_k lambda_k, with Ito's term.

Without noise S is the product of sqrt(kappa(t)) and sqrt(kappa(s)).  With noise it is a product but for the order of
eps.  So let e be a scale with d ln e/dt = gamma X/kappa.  In the clocks x of t and y of s, dx = kappa dt,

    S(t,s) ds = e(x)/e(y) sigma(x,y) dy,      sigma(x,x) = 1.

With n_k = <v_k>/(e w*_k), eps lambda_k e^2 A_k for the variance of v_k, and C in units of e(x) e(y),

    (2)  d kappa/dx = gamma (2 X + eps L tr)/kappa,      d ln e/dx = gamma X/kappa^2,      dt/dx = 1/kappa,
    (3)  n_k(x) + lambda_k int_0^x sigma(x,y) n_k(y) dy = 1/e(x),
    (4)  L = floor + e^2 sum_k p_k n_k^2 + V,      X = e^2 sum_k p_k n_k (1/e - n_k) - V,
         V = eps e^2 sum_k lambda_k^2 A_k,
    (5)  dA_k/dx = -2 lambda_k A_k + R + 2 J_k,      R = kappa L/e^2,      J_k = -int_0^x g(x,y) c_k(x,y) dy,
    (6)  g(x,y) = dsigma/dx = (gamma/kappa) int_0^x C(x,z) [K(max(y,z), min(y,z)) - sigma(x,y) K(x,z)] dz,
         K(y,z) = sigma(y,z) e(y)^2/kappa(y),
    (7)  C(x,y) = sum_k lambda_k p_k n_k(x) n_k(y) + eps sum_k lambda_k^2 c_k(x,y).

c_k(x,y) is the correlation of v_k at x with its force at y < x, over eps lambda_k e(x) e(y).  It begins at x = y with
lambda_k A_k - R and relaxes at the rate lambda_k, so that C has a cusp at x = y, of all widths 1/lambda_k.  But the
bracket in (6) vanishes at z = x and at y = x: sigma stays smooth, and noise of fast modes enters it with eps^2 only.

Of the mean field nothing is left out, at any eps for which noise does not feed on itself, eps kappa tr/2 < 1.  Noise
also makes kappa fall where it lasts: after a clock of kappa/(gamma eps L tr) the moments of the first order fail
(`flow.noise_moments`).  The mean field itself leaves out the four-point part of a batch, as `online` does.

Reused samples are another problem (`offline`).  They make no white noise, so that values at nodes serve for all
correlations.  But there S = H + gamma Cw times R1 and R3, which is no product, and each mode needs matrices of its own.

Intervals of the clock grow by `online_flow_intervals.RATIO`.  Errors are the change when intervals are joined in pairs.
What noise adds is the difference to a solution without noise on the same intervals.

Cost: some twenty seconds for t = 1e7; it grows with the fourth power of ln t.  Memory: 8 T^2 bytes for each node of the
trace at T times; refused above `sizes.MEMORY`.

Map: `solve_online_flow` checks and collects; `_solve_all` has the solutions; `_Solution.read` interpolates; `_compare`
gives errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import BarycentricInterpolator

from exponents.errors import InputError, Unresolved

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.collocation import STAGES, integrate_basis, lagrange_basis
from ..flow.solver import solve_flow
from ..inputs import check_richness, check_temperature, check_times
from ..spectra.few_nodes import on_few_nodes
from ..spectra.spectrum import SMALLEST, Spectrum
from .online_flow_intervals import join_pairs, place_intervals
from .online_flow_solver import March
from .sizes import check_memory

GUESS, AHEAD = 1e-6, 1.25
"""Tolerance of the flow that says how far the clock runs, and how much further it may run with noise."""

NEARBY = 2.0
"""Errors are the largest between the time over this factor and the time by it: a difference may vanish by chance."""

NEWTON = 12
"""Iterations for the place in an interval at which the time is what is asked for; four are usual."""

ROUNDED = 1e-12
"""Rounding, in units of the loss."""

MATRICES = 12
"""Matrices over all times beside those of the modes, at most."""

ERRING = ("kernel", "loss", "variance", "mean_shift")
"""What has an error by the intervals."""


def solve_online_flow(
    target: Spectrum, trace: Spectrum, gamma: float, temperature: float, times: ArrayLike, until: float = inf
) -> LossCurve:
    """Solve the two-time equations of online batches in continuous time, at any eta/B.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k): of the limit, or of the mean model of size N.
    gamma : float
        Richness, at least 0.
    temperature : float
        eta/B, at least 0; 0 is an infinite batch.
    times : array of shape (times,)
        Rising, at least 0, in units of 1/(learning rate).
    until : float
        The clock after which batches are infinite, so that only the remains of early noise are seen.

    Returns
    -------
    LossCurve
        With clock and kernel, and what noise adds to the loss: ``variance``, and ``mean_shift``, the rest.  All but the
        clock state errors: those of the intervals and of the two spectra's rules, and rounding.

    Raises
    ------
    InputError
        If a number is outside its range, or the solution would not fit `sizes.MEMORY`.
    FlowFailed
        If an interval cannot be solved.
    Unresolved
        If the clock runs beyond what the spectra resolve.
    NotSolved
        If noise feeds on itself: eta kappa/B times half the trace exceeds 1.

    Examples
    --------
    >>> modes = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.1]))
    >>> found = solve_online_flow(modes, modes, gamma=1.0, temperature=0.05, times=[1, 3])
    >>> found.loss.round(4).tolist(), found.variance.round(4).tolist(), found.mean_shift.round(5).tolist()
    ([0.1551, 0.0413], [0.0104, 0.0023], [-0.00011, 5e-05])
    """
    gamma, t = check_richness(gamma), check_times(times)
    check_temperature(temperature)
    if not until > 0:
        raise InputError(f"batches must be finite until a clock above 0; got {until}; try 1")
    runs, rules = _solve_all(target, trace, gamma, temperature, float(t[-1]), until)
    values = _read_pair(runs[0], runs[1], t)
    errors = {name: error + rules * _size(name, values) for name, error in _compare(runs, values, t).items()}
    for name in ("loss", "mean_shift"):
        errors[name] += ROUNDED * values["loss"]
    loss, error = values.pop("loss"), errors.pop("loss")
    return LossCurve(
        time=t,
        loss=loss,
        error=error,
        start=target.variance,
        floor=target.floor,
        observed=values,
        errors=errors,
        settings={"gamma": gamma, "temperature": temperature, "rules_error": rules},
    )


@dataclass(frozen=True)
class _Solution:
    """A march that has ended, up to the interval ``count``."""

    march: March
    count: int

    def read(self, times: Reals) -> dict[str, Reals]:
        """Return clock, kernel, loss and the variance by batches at times."""
        march, n = self.march, STAGES * self.count
        ends = np.concatenate([[0.0], march.time[STAGES - 1 : n : STAGES]])
        place = np.clip(np.searchsorted(ends, times) - 1, 0, self.count - 1)
        start = march.power.sum() + march.floor
        columns = {
            "clock": np.append(0.0, march.clock[:n]),
            "kernel": np.append(1.0, march.kernel[:n]),
            "loss": np.append(start, march.loss[:n]),
            "share": np.append(0.0, march.by_batches[:n] / march.loss[:n]),
        }
        found = {name: np.empty(len(times)) for name in columns}
        for number in np.unique(place):
            here, rows = place == number, slice(STAGES * number, STAGES * (number + 1) + 1)
            length = march.edges[number + 1] - march.edges[number]
            at = march.edges[number] + length * self._find(times[here] - ends[number], number, length)
            # power laws are straight in logarithms; the first interval begins at 0
            scale = np.log if number else np.asarray
            for name, column in columns.items():
                power = name in ("kernel", "loss")
                values = np.log(column[rows]) if power else column[rows]
                read = BarycentricInterpolator(scale(columns["clock"][rows]), values)(scale(at))
                found[name][here] = at if name == "clock" else np.exp(read) if power else read
        found["variance"] = found.pop("share") * found["loss"]
        return found

    def _find(self, elapsed: Reals, number: int, length: float) -> Reals:
        """Return the places in [0, 1] of an interval at which this much time has passed since its start."""
        slowness = length / self.march.kernel[STAGES * number : STAGES * (number + 1)]
        s = elapsed / (slowness @ integrate_basis(np.ones(1))[:, 0])
        for _ in range(NEWTON):
            s = np.clip(s - (slowness @ integrate_basis(s) - elapsed) / (slowness @ lagrange_basis(s)), 0.0, 1.0)
        return np.asarray(s)


def _solve_all(
    target: Spectrum, trace: Spectrum, gamma: float, temperature: float, last: float, until: float
) -> tuple[list[_Solution], float]:
    """Return solutions with and without noise, on fine intervals and on joined ones, and the error of the rules."""
    most = min(target.largest_clock, trace.largest_clock)
    reach = max(AHEAD * float(solve_flow(target, gamma, last, GUESS).clock[-1]), 1 / float(trace.eigenvalues[0]))
    while True:
        reach = min(reach, most)
        few = [on_few_nodes(spectrum, reach) for spectrum in (target, trace)]
        quiet, edges = place_intervals(few[0], few[1], gamma, temperature, reach, until)
        joined = join_pairs(edges, until)
        _check_memory(len(edges), len(few[1]) if gamma and temperature else 0, last)
        runs = [
            _solve(March(few[0], few[1], gamma, temperature, edges, until), last),
            _end(quiet, len(edges) - 1, last),
            _solve(March(few[0], few[1], gamma, temperature, joined, until), last),
            _solve(March(few[0], few[1], gamma, 0.0, joined), last),
        ]
        found = [run for run in runs if run is not None]
        if len(found) == len(runs):
            return found, max(spectrum.error for spectrum in few)
        if reach >= most:
            raise Unresolved(
                f"the clock ran to {most:.3g}, up to which the spectra are resolved, before t = {last:.6g}; take "
                "spectra for a larger clock, or less time",
                last,
                reach,
            )
        reach *= 2


def _check_memory(edges: int, modes: int, last: float) -> None:
    """Raise InputError for more intervals than fit into memory, with matrices for this number of modes."""
    check_memory((STAGES * edges) ** 2 * (modes + MATRICES), f"times up to {last:g}", "ask for less time")


def _solve(march: March, last: float) -> _Solution | None:
    """Return the solution up to the time ``last``; None if the intervals end before."""
    for number in range(len(march.edges) - 1):
        march.interval(number)
        if march.time[STAGES * (number + 1) - 1] >= last:
            return _Solution(march, number + 1)
    return None


def _end(march: March, count: int, last: float) -> _Solution | None:
    """Return a solution that has ``count`` intervals, up to the time ``last``; None if they end before."""
    ends = march.time[STAGES - 1 : STAGES * count : STAGES]
    enough = int(np.searchsorted(ends, last)) + 1
    return _Solution(march, enough) if enough <= count else None


def _read_pair(noisy: _Solution, plain: _Solution, times: Reals) -> dict[str, Reals]:
    """Return what `_Solution.read` gives with noise, and the shift of the mean."""
    found = noisy.read(times)
    return {**found, "mean_shift": found["loss"] - plain.read(times)["loss"] - found["variance"]}


def _compare(runs: list[_Solution], values: dict[str, Reals], times: Reals) -> dict[str, Reals]:
    """Return the errors by the intervals of all but the clock."""
    nodes = runs[0].march.time[: STAGES * runs[0].count]
    places = np.union1d(nodes[nodes <= times[-1]], times)
    fine, coarse = _read_pair(runs[0], runs[1], places), _read_pair(runs[2], runs[3], places)
    sizes = {name: _size(name, fine) for name in ERRING}
    apart = {name: np.abs(fine[name] - coarse[name]) / np.maximum(sizes[name], SMALLEST) for name in ERRING}
    low, high = np.searchsorted(places, [times / NEARBY, times * NEARBY])
    return {
        name: np.array([apart[name][i : max(j, i + 1)].max() for i, j in zip(low, high, strict=True)])
        * _size(name, values)
        for name in ERRING
    }


def _size(name: str, values: dict[str, Reals]) -> Reals:
    """Return what an error is relative to: all that noise adds, or the quantity itself."""
    added = name in ("variance", "mean_shift")
    return np.abs(values["variance"]) + np.abs(values["mean_shift"]) if added else values[name]
