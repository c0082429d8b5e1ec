"""Which equations do new samples and reused ones share in continuous time, and how is an interval of them solved?

All that online batches and a fixed sample have in common is here.  With Theta the integral from 0 on, the features and
the data answer by R3 and R1 (eq. 27, 28; 41), and the forces on the readout have the correlation C(t,s).  Then

    (1)  G(t,s) = H + gamma Cw,      S = G R3 R1,      v_k + lambda_k S v_k = w*_k + noise.

The flow keeps B B^T - gamma w w^T = I, whatever the forces are, as long as they are no white noise.  In two times: from
H^{-1} = d/dt - gamma C_ follows gamma C = d/dt + (d/dt)^T - H^{-1} - H^{-T}, where d/dt + (d/dt)^T is 1 at (0,0) and 0
elsewhere.  So

    (2)  H + H^T + gamma Cw = h(t) h(s),      h(t) = H(t,0),      G(t,s) = h(t) h(s),      kappa = h^2.

So in the clock x, dx = kappa dt, and in units of h, G is the integral Theta, at any gamma: the responses are those of
the lazy model.  White noise adds gamma int H(t,r) W(r) H(s,r) dr to (2).  It makes kappa grow beside h, and G a product
but for the order of its strength.  In both cases, with a scale e, e(0) = 1, and with W white noise in the force,

    (3)  d kappa/dx = gamma (2 X + W)/kappa,      d ln e/dx = gamma X/kappa^2,      dt/dx = 1/kappa,
    (4)  n_k(x) + lambda_k int_0^x S(x,y) n_k(y) dy = 1/e(x),      <v_k> = w*_k e n_k,
    (5)  X = E[force . (w* - v)] = e R1 (sum_k p_k n_k) - (loss on the samples in use).

Without W, e^2 = kappa.  The floor of the target, which no mode holds, is a mode of lambda = 0.

What differs is the closure, a subclass:

    `fresh_samples`  R1 = R3 = 1; W = (eta/B) tr(Lambda) L; the memory in S is left by noise, and found by iteration
    `fixed_sample`   W = 0; the memory in S is that of R1 and R3, and known before kappa is

On each interval of the clock, functions are polynomials through their values at Radau's nodes (`flow.collocation`).
S is a matrix of weights, and (4) is solved along the eigenvectors of its block on the diagonal.  So modes that are much
faster than an interval are damped, and intervals may grow with x (`intervals`).  X acts on itself through n_k; Newton's
method has the slope of new samples without noise; that of a fixed sample is similar.

Layout: times along the first axis, modes along the last.

Map: `March.interval` solves an interval: `_solve_means` is (3) to (5) with S held, `_feed_back` of the closure moves S,
until both stay; `_balance` of the closure is (5).  `March.read` interpolates.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from scipy.interpolate import BarycentricInterpolator

from exponents.errors import FlowFailed

from ..arrays import Reals
from ..flow.collocation import NODES, STAGES, integrate_basis, lagrange_basis
from ..spectra.spectrum import Spectrum

INSIDE = integrate_basis(NODES).T
"""int_0^{s_i} l_j ds, as a matrix of i and j."""

INNER, LOOSEST, STUCK = 100, 1e-9, 5
"""Most iterations of (3) to (5); the change that is accepted if rounding keeps it from falling further, and how many
iterations may go by without a smaller one."""

SWEEPS = 60
"""Most times that S is moved on an interval."""

NEWTON = 12
"""Iterations for the place in an interval at which the time is what is asked for; four are usual."""


@dataclass(frozen=True)
class Step:
    """An interval of the clock.

    Attributes
    ----------
    first, last : int
        Its first row, and the row after its last.
    start, length : float
        Where it begins, and how long it is.
    """

    first: int
    last: int
    start: float
    length: float

    @property
    def new(self) -> slice:
        """Rows of the interval."""
        return slice(self.first, self.last)

    @property
    def old(self) -> slice:
        """Rows before it."""
        return slice(0, self.first)

    @property
    def inside(self) -> Reals:
        """Weights of the integral from its start to its nodes."""
        return self.length * INSIDE


class March(ABC):
    """All functions of one time and of two, filled interval by interval; names as in the equations.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k).
    gamma : float
        Richness.
    edges : array of shape (intervals + 1,)
        Clocks, rising from 0.  An edge may be set as late as before its interval.

    Attributes
    ----------
    count : int
        Intervals that are solved.
    heat : float
        eta/B on the interval: W = heat tr(Lambda) L.
    part : array of shape (times,)
        What the closure names `PART`, which begins at ``START`` of the loss.
    remembers : bool
        Whether a matrix is kept for each mode.
    """

    PART, START, remembers = "", 0.0, False
    MEANS = 1e-13
    """The change of the loss and of ln e that ends the iteration of (3) to (5)."""

    def __init__(self, target: Spectrum, trace: Spectrum, gamma: float, edges: Reals) -> None:
        n = STAGES * (len(edges) - 1)
        self.mu, self.power = np.append(target.eigenvalues, 0.0), np.append(target.weights, target.floor)
        self.lam, self.weights, self.total = trace.eigenvalues, trace.weights, float(trace.weights.sum())
        self.gamma, self.edges, self.heat, self.count, self.change = gamma, edges, 0.0, 0, 0.0
        self.clock, self.time, self.kernel, self.scale, self.loss, self.part, self.work = np.zeros((7, n))
        self.bias = np.zeros((n, len(self.mu)))
        self.theta, self.response = np.zeros((2, n, n))  # untouched pages take no memory

    def interval(self, number: int) -> None:
        """Fill the rows of an interval.

        Raises
        ------
        FlowFailed
            If the iteration does not converge.
        NotSolved
            If noise feeds on itself for longer than an interval.
        """
        start, end = map(float, self.edges[number : number + 2])
        step = Step(STAGES * number, STAGES * (number + 1), start, end - start)
        new, old, first = step.new, step.old, step.first
        self.clock[new] = start + step.length * NODES
        self.theta[new, old] = np.outer(np.diff(self.edges[: number + 1]), INSIDE[-1]).ravel()
        self.theta[new, new] = step.inside
        self.kernel[new], self.scale[new], time = (
            (self.kernel[first - 1], self.scale[first - 1], self.time[first - 1]) if first else (1.0, 1.0, 0.0)
        )
        self.loss[new] = self.loss[first - 1] if first else self.power.sum()
        self.work[new] = self.work[first - 1] if first else 0.0
        self._begin(step)
        for _ in range(SWEEPS):
            self._solve_means(step)
            if self._feed_back(step):
                break
        else:
            self._fail(step, np.inf)
        self.time[new] = time + step.inside @ (1 / self.kernel[new])
        self.count = number + 1

    @abstractmethod
    def _begin(self, step: Step) -> None:
        """Fill the rows of S, and whatever stays on the interval."""

    @abstractmethod
    def _balance(self, step: Step) -> tuple[Reals, Reals]:
        """Return L and X from n, e and kappa."""

    def _feed_back(self, step: Step) -> bool:  # noqa: ARG002 - a closure with a memory needs it
        """Move the rows of S; return whether they stayed."""
        return True

    def _solve_means(self, step: Step) -> None:
        """Solve (3) to (5) with S held."""
        new, old, first, inside = step.new, step.old, step.first, step.inside
        kernel, scale = (self.kernel[first - 1], self.scale[first - 1]) if first else (1.0, 1.0)
        # (4) less (4) at the start of the interval: what falls by decades keeps its digits
        moved_by = self.response[new, old] - (self.response[first - 1, old] if first else 0.0)
        past = (self.bias[first - 1] if first else 1.0) - self.mu * (moved_by @ self.bias[old])
        values, vectors = np.linalg.eig(self.response[new, new])
        inverse, shares = np.linalg.inv(vectors), 1 / (1 + np.multiply.outer(values, self.mu))
        work, loss, changes = self.work[new], self.loss[new], [np.inf]
        for _ in range(INNER):
            heat = self.heat * self.total * loss
            kappa = self.kernel[new] = np.sqrt(kernel**2 + 2 * self.gamma * inside @ (2 * work + heat))
            rate = self.gamma / kappa**2
            grown = inside @ (rate * work)
            e = self.scale[new] = scale * np.exp(grown)
            n = self.bias[new] = (vectors @ (shares * (inverse @ (past + np.expm1(-grown)[:, None] / scale)))).real
            found, pulled = self._balance(step)
            # X acts on itself through d ln e = u: d(1/e) = -u/e, and dn follows by the block of J_k
            share = (e[:, None] - 2 * e[:, None] ** 2 * n) * self.power
            moves = ((vectors * (share @ shares.T)) @ inverse).real / e - np.diag((share * n).sum(axis=1))
            moved = np.linalg.solve(np.eye(STAGES) + moves @ (inside * rate), pulled - work)
            change = float(max(np.abs(inside[-1] * rate * moved).max(), np.abs(found / loss - 1).max()))
            work += moved
            loss[:] = found
            least = min(changes)
            changes.append(change)
            if change <= self.MEANS or not change < np.inf:
                break
            if least < LOOSEST and min(changes[-STUCK:]) > least:
                break
        if not min(change, least) <= LOOSEST:
            self._fail(step, change)
        self.change = max(self.change, min(change, least))

    def _fail(self, step: Step, change: float) -> None:
        time = self.time[step.first - 1] if step.first else 0.0
        raise FlowFailed(
            f"the two-time equations were solved up to t = {time:.6g}; beyond, the solution still changed by "
            f"{change:.1e} from sweep to sweep; take a smaller gamma or eta/B, or less time",
            float(time),
            change,
        )

    def run(self, last: float) -> bool:
        """Solve intervals until the time ``last``; return False if they end before."""
        for number in range(len(self.edges) - 1):
            self.interval(number)
            if self.time[STAGES * self.count - 1] >= last:
                return True
        return False

    def read(self, times: Reals) -> dict[str, Reals]:
        """Return clock, kernel, loss and the part of the loss at times."""
        n = STAGES * self.count
        ends = np.concatenate([[0.0], self.time[STAGES - 1 : n : STAGES]])
        place = np.clip(np.searchsorted(ends, times) - 1, 0, self.count - 1)
        start = self.power.sum()
        columns = {
            "clock": np.append(0.0, self.clock[:n]),
            "kernel": np.append(1.0, self.kernel[:n]),
            "loss": np.append(start, self.loss[:n]),
            "share": np.append(self.START, self.part[:n] / self.loss[:n]),
        }
        found = {name: np.empty(len(times)) for name in columns}
        for number in np.unique(place):
            here, rows = place == number, slice(STAGES * number, STAGES * (number + 1) + 1)
            length = self.edges[number + 1] - self.edges[number]
            at = self.edges[number] + length * self._find(times[here] - ends[number], number, length)
            # power laws are straight in logarithms; the first interval begins at 0
            scale = np.log if number else np.asarray
            for name, column in columns.items():
                power = number > 0 and name in ("kernel", "loss")
                values = np.log(column[rows]) if power else column[rows]
                read = BarycentricInterpolator(scale(columns["clock"][rows]), values)(scale(at))
                found[name][here] = at if name == "clock" else np.exp(read) if power else read
        found[self.PART] = np.maximum(found.pop("share") * found["loss"], 0.0)
        return found

    def _find(self, elapsed: Reals, number: int, length: float) -> Reals:
        """Return the places in [0, 1] of an interval at which this much time has passed since its start."""
        slowness = length / self.kernel[STAGES * number : STAGES * (number + 1)]
        s = elapsed / (slowness @ integrate_basis(np.ones(1))[:, 0])
        for _ in range(NEWTON):
            s = np.clip(s - (slowness @ integrate_basis(s) - elapsed) / (slowness @ lagrange_basis(s)), 0.0, 1.0)
        return np.asarray(s)
