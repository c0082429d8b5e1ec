"""What does white noise do to the flow at any strength?  The equations of `online` as steps tend to 0 at fixed eta/B.

A batch then adds the white noise dxi_k to the force on mode k, of variance eps lambda_k L dt, with eps = eta/B.  On the
spectrum of the limit, or on the mean spectrum of models of size N, R3 = I, and eq. 26-31 say

    (1)  v_k(t) = w*_k - int_0^t S(t,s) [lambda_k v_k(s) ds + dxi_k(s)],      S = H + gamma Cw.

For s < t, S(t,s) is what remains at t of a force at s.  Let C(t,s) be the correlation of the forces lambda_k v_k + xi_k
at two times, summed over all modes, and X = <w dw/dt> without Ito's term.  Then S(t,t) = kappa, d kappa/dt = gamma (2 X
+ eps tr L), and dS(t,s)/dt = gamma int_0^t C(t,r) S(max(r,s), min(r,s)) dr.  Without noise S is a product, sqrt(kappa(t)
kappa(s)).  With noise it is one but for the order of eps, in the clock x = int kappa dt:

    S(t,s) ds = e(x)/e(y) sigma(x,y) dy,      sigma(x,x) = 1,

where the scale e is sqrt(kappa) without noise.  With n_k = <v_k>/(e w*_k), eps lambda_k e^2 A_k the variance of v_k, and
C = e(x) e(y) C(x,y), all follows from

    (2)  d kappa/dx = gamma (2 X + eps tr L)/kappa,      d ln e/dx = gamma X/kappa^2,      dt/dx = 1/kappa,
    (3)  n_k(x) + lambda_k int_0^x sigma(x,y) n_k(y) dy = 1/e(x),
    (4)  L = floor + e^2 sum_k p_k n_k^2 + V,      X = e^2 sum_k p_k n_k (1/e - n_k) - V,      V = eps e^2 sum_k lambda_k^2 A_k,
    (5)  dA_k/dx = -2 lambda_k A_k + R + 2 J_k,      R = kappa L/e^2,      J_k = -int_0^x g(x,y) c_k(x,y) dy,
    (6)  g(x,y) = dsigma/dx = (gamma/kappa) int_0^x C(x,z) [K(max(y,z), min(y,z)) - sigma(x,y) K(x,z)] dz,
         K(y,z) = sigma(y,z) e(y)^2/kappa(y),
    (7)  C(x,y) = sum_k lambda_k p_k n_k(x) n_k(y) + eps sum_k lambda_k^2 c_k(x,y).

c_k(x,y) is the correlation between v_k at x and its force at y < x, in these units.  It begins with lambda_k A_k - R at
x = y and relaxes at the rate lambda_k.  So C has a cusp at x = y, of all widths 1/lambda_k.  But in (6) the bracket
vanishes at z = x and at y = x, and sigma stays smooth: noise of the fast modes enters it with eps^2 only.

Nothing is left out of the mean field at any eps for which noise does not feed on itself, eps kappa tr/2 < 1.  The mean
field itself leaves out the four-point part of a batch, as `online` does.

Reused samples (`offline`) are another problem: they make no white noise, so that values at nodes serve all
correlations; but R1 and R3 act at once, so that S is no product, and each mode needs matrices of its own.

The clock is divided into intervals whose ends grow by `RATIO` (`online_flow_solver`).  Errors are the change when
intervals are joined in pairs.  What noise adds is the difference to a solution without noise on the same intervals.

Cost: at t = 1e7 some twenty seconds; it grows with the fourth power of ln t.  Memory: 8 T^2 bytes for each node of the
trace at T times; refused above `sizes.MEMORY`.

Map: `solve_online_flow` checks and collects; `_solve` marches; `_Solution.read` interpolates; `_compare` has the errors.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy.interpolate import BarycentricInterpolator

from exponents.errors import InputError, Unresolved

from ..arrays import Reals
from ..curves import LossCurve
from ..flow.collocation import STAGES, integrate_basis, lagrange_basis, roughness
from ..flow.solver import solve_flow
from ..inputs import check_richness, check_temperature, check_times
from ..spectra.few_nodes import on_few_nodes
from ..spectra.spectrum import SMALLEST, Spectrum
from .online_flow_solver import March
from .sizes import check_memory

FIRST, RATIO, ROUGH = 0.2, 1.5, 3e-5
"""End of the first interval, in units of the shortest time scale; the largest ratio of the ends of others, and the
roughness of the loss that they may have: a power law has a third of it."""

TURN = 0.3
"""Largest change of ln kappa by noise on an interval."""

INTERVALS = 400
"""Most intervals: forty decades of a power law have two hundred."""

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
    ([0.1789, 0.0462], [0.0291, 0.0032], [0.00469, 0.00317])
    """
    gamma, t = check_richness(gamma), check_times(times)
    check_temperature(temperature)
    if not until > 0:
        raise InputError(f"batches must be finite until a clock above 0; got {until}; try 1")
    runs, rules = _solve_all(target, trace, gamma, temperature, float(t[-1]), until)
    values = _read_pair(*runs[:2], t)
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
    """Return solutions with and without noise, on fine intervals and then on coarse ones, and the error of the rules."""
    most = min(target.largest_clock, trace.largest_clock)
    reach = max(AHEAD * float(solve_flow(target, gamma, last, GUESS).clock[-1]), 1 / float(trace.eigenvalues[0]))
    while True:
        reach = min(reach, most)
        few = [on_few_nodes(spectrum, reach) for spectrum in (target, trace)]
        edges = _place_edges(few, gamma, temperature, reach, until)
        runs = [
            _solve(few, gamma, heat, ends, last, until) for ends in (edges, _merge(edges, until)) for heat in (temperature, 0.0)
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


def _place_edges(few: list[Spectrum], gamma: float, temperature: float, reach: float, until: float) -> Reals:
    """Return the ends of intervals from 0 on, by the solution without noise.

    They grow by `RATIO`, and less where the loss falls faster than a power, or where noise turns the readout.  At
    ``until``, where noise ends, they begin again.
    """
    growth = gamma * float(few[0].weights @ few[0].eigenvalues)  # kappa - 1 = growth t^2 at first
    shortest = FIRST / max(float(few[1].eigenvalues[0]), sqrt(growth))
    edges, start, longest = [0.0], 0.0, shortest
    march = March(few[0], few[1], gamma, 0.0, np.zeros(INTERVALS + 1))
    while edges[-1] < reach:
        number = len(edges) - 1
        if number == INTERVALS:
            raise InputError(
                f"up to a clock of {reach:.3g} the equations need more than {INTERVALS} intervals, because the loss falls "
                "too far, or noise has turned the readout too often; ask for less time, or a smaller eta/B"
            )
        longest = shortest if edges[-1] == start else min((RATIO - 1) * (edges[-1] - start), RATIO * longest)
        kept, loss = march.start, march.loss[STAGES * number - 1] if number else few[0].variance
        if edges[-1] < until:
            longest = min(longest, TURN * kept[0] / max(gamma * temperature * few[1].variance * loss, SMALLEST))
        while True:
            end = edges[-1] + longest
            if edges[-1] < until <= end + shortest / RATIO:
                end = start = until
            march.edges[number : number + 2] = edges[-1], end
            march.interval(number)
            if roughness(march.loss[STAGES * number : STAGES * (number + 1)]) < ROUGH:
                break
            march.start, longest = kept, longest / RATIO
        edges.append(end)
    return np.array(edges)


def _merge(edges: Reals, until: float) -> Reals:
    """Return the edges of pairs of intervals; noise ends at one of them."""
    if not edges[0] < until < edges[-1]:
        return np.append(edges[:-1:2], edges[-1])
    stop = int(np.searchsorted(edges, until))
    return np.concatenate([edges[:stop:2], _merge(edges[stop:], inf)])


def _solve(
    few: list[Spectrum], gamma: float, temperature: float, edges: Reals, last: float, until: float
) -> _Solution | None:
    """Return the solution up to the time ``last``; None if the intervals end before."""
    times, modes = STAGES * (len(edges) - 1), len(few[1]) if gamma and temperature else 0
    check_memory(times**2 * (modes + MATRICES), f"times up to {last:g}", "ask for less time")
    march = March(few[0], few[1], gamma, temperature, edges, until)
    for number in range(len(edges) - 1):
        march.interval(number)
        if march.time[STAGES * (number + 1) - 1] >= last:
            return _Solution(march, number + 1)
    return None


def _read_pair(noisy: _Solution, plain: _Solution, times: Reals) -> dict[str, Reals]:
    """Return what `_Solution.read` gives with noise, and the shift of the mean."""
    found = noisy.read(times)
    return {**found, "mean_shift": found["loss"] - plain.read(times)["loss"] - found["variance"]}


def _compare(runs: list[_Solution], values: dict[str, Reals], times: Reals) -> dict[str, Reals]:
    """Return the errors by the intervals of all but the clock."""
    nodes = runs[0].march.time[: STAGES * runs[0].count]
    places = np.union1d(nodes[nodes <= times[-1]], times)
    fine, coarse = _read_pair(*runs[:2], places), _read_pair(*runs[2:], places)
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
