"""How is one interval of the clock after another added to a solution of the equations of `online_flow`?  By collocation.

On each interval, functions of one time are polynomials through their values at Radau's nodes (`flow.collocation`).  So
is D(x,y) = sigma(x,y) - 1, in both times.  All that varies fast is an exponential in closed form:

    (7)  c_k(x,y) = e^{-lambda_k (x-y)} j_k(y) + d_k(x,y),        j_k = lambda_k A_k - Ltilde,
    (8)  dd_k/dx = -lambda_k d_k - int Phi_k(y,z) g(x,z) dz,      d_k(y,y) = 0,
         Phi_k(y,z) = Ltilde(y) delta(y - z) + lambda_k c_k(max(y,z), min(y,z)),

with g = dsigma/dx.  Integrals over e^{-lambda_k (x-y)}, forward in x and backward in y, have exact weights for any
length of an interval.  The tail d_k is smaller than the first part by a factor of the order of D, and by another of
1/(lambda_k x) for modes that an interval does not resolve, so values at nodes serve it.

On an interval, kernel, scale and modes are iterated with g held; then g, D and the tails follow, until all stay.

Layout: times along the first axis, modes along the last, but for Phi_k, of shape (modes, times, times): as an operator
on values, row y holds the weights of the integral over z.

Map: `March.interval` solves one; `_Interval` has its weights; `_solve_means` is (2) to (4), `_fill_memory` (1) and (5),
`_fill_tails` (7) and (8), `_extend_operators` keeps Phi_k.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exponents.errors import FlowFailed, NotSolved

from ..arrays import Reals
from ..flow.collocation import AT_NODES, NODES, STAGES, Response, integrate_basis, lagrange_basis
from ..spectra.spectrum import Spectrum

INSIDE = integrate_basis(NODES).T
"""int_0^{s_i} l_j ds, as a matrix of i and j."""

DAMPED, INNER, MEANS = 2 / 3, 400, 1e-13
"""Damping of the iteration of kernel and loss, see `flow.relaxation`; most sweeps of it; the change that ends it."""

SWEEPS, MEMORY = 40, 1e-11
"""Most sweeps of the memory, and the change of D, and of J in units of Ltilde, that ends them."""


def _reflect() -> list[tuple[float, Response, Reals]]:
    """Return for each node s_l how integrals of e^{-z (v - s)} from s to s_l follow from forward ones.

    The points are the start of the interval and the nodes before s_l; in v = s_l (1 - u) the integral runs forward.
    """
    found = []
    for place, end in enumerate(NODES):
        points = np.concatenate([[1.0], 1 - NODES[:place] / end])
        found.append((float(end), Response(points), lagrange_basis(end * (1 - NODES))))
    return found


_REFLECTED = _reflect()


@dataclass(frozen=True)
class _Interval:
    """Weights of one interval, all times its length; ``new`` and ``old`` are the rows in it and before it.

    Attributes
    ----------
    forward, twice : array of shape (STAGES, STAGES, modes)
        int_0^{s_i} e^{-lambda (s_i - s)} l_j ds by i and j, and for 2 lambda.
    target : array of shape (STAGES, STAGES, target modes)
    backward : list of array of shape (points, STAGES, modes)
        int_s^{s_l} e^{-lambda (v - s)} l_j dv for each node l; s is the start and the nodes before s_l.
    reach : array of shape (STAGES, last, modes)
        int e^{-lambda (x_i - z)} l_j dz over all columns up to x_i.
    theta : array of shape (STAGES, last)
        int_0^{x_i} l_j dz.
    """

    number: int
    length: float
    new: slice
    old: slice
    forward: Reals
    twice: Reals
    target: Reals
    backward: list[Reals]
    reach: Reals
    theta: Reals


class March:
    """All functions of one and two times, filled interval by interval; names as in the equations.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k).
    gamma, temperature : float
        Richness, and eta/B.
    edges : array of shape (intervals + 1,)
        Clocks, rising from 0.
    until : float
        The clock after which batches are infinite; one of the edges, or beyond them.

    Examples
    --------
    >>> modes = np.array([1.0, 0.5])
    >>> march = March(Spectrum(modes, np.ones(2)), Spectrum(modes, modes), 0.0, 0.0, np.array([0.0, 1.0]))
    >>> march.interval(0)
    >>> march.loss[-1].round(6), np.round(np.exp(-2) + np.exp(-1), 6)
    (np.float64(0.503215), np.float64(0.503215))
    """

    def __init__(
        self,
        target: Spectrum,
        trace: Spectrum,
        gamma: float,
        temperature: float,
        edges: Reals,
        until: float = np.inf,
    ) -> None:
        n, modes = STAGES * (len(edges) - 1), len(trace)
        self.mu, self.power, self.floor = target.eigenvalues, target.weights, target.floor
        self.lam, self.traced, self.rates = trace.eigenvalues, trace.weights, trace.weights * trace.eigenvalues
        self.gamma, self.temperature, self.edges, self.until = gamma, temperature, edges, until
        self.clock, self.time, self.kernel, self.scale, self.loss, self.by_batches, self.white = np.zeros((7, n))
        self.work = np.zeros(STAGES)  # X at the nodes of the last interval
        self.bias, self.a, self.jump, self.ends = np.empty((n, len(self.mu))), *np.zeros((3, n, modes))
        self.width, self.edge = np.empty((2, n))  # int l_j over the interval of a column, and where it ends
        self.own = np.zeros((n, STAGES, modes))  # forward weights within an interval, times the jump and the rates
        self.d, self.g = np.zeros((2, n, n))
        self.last_tail = np.zeros((n, modes))  # d_k between the last time and all before it
        self.phi = np.zeros((modes, n, n)) if gamma and temperature else np.zeros((modes, 0, 0))
        self.start = (1.0, 1.0, 0.0, np.ones(len(self.mu)), np.zeros(modes))  # kernel, scale, time, bias, A
        self.change = 0.0

    def interval(self, number: int) -> None:
        """Fill the rows of an interval.

        Raises
        ------
        FlowFailed
            If the iteration does not converge.
        NotSolved
            If noise feeds on itself for longer than an interval.
        """
        step = self._prepare(number)
        new, old, first = step.new, step.old, step.old.stop
        noisy = self.temperature * float(self.edges[number + 1] <= self.until)
        self.kernel[new], self.scale[new], self.bias[new], self.a[new] = *self.start[:2], *self.start[3:]
        self.loss[new] = self.loss[first - 1] if first else self.power.sum() + self.floor
        self.work[:] = self.work[-1]
        if first:  # first guess: the memory goes on as before
            self.g[new, old], self.d[new, old] = self.g[first - 1, old], self.d[first - 1, old]
        pull, tail, change = np.zeros((STAGES, len(self.lam))), np.zeros((STAGES, new.stop, len(self.lam))), 0.0
        part = self._integrate_within(step) if len(self.phi[0]) else np.empty(0)
        for _ in range(SWEEPS):
            self._solve_means(step, noisy, pull)
            if not len(self.phi[0]):
                break
            before, pulled = self.d[new, : new.stop].copy(), pull
            self._fill_memory(step, noisy, tail, part)
            tail, pull = self._fill_tails(step, tail)
            size = max(float(self.white[new].max()), float((self.lam * self.a[new]).max()))
            change = max(
                float(np.abs(self.d[new, : new.stop] - before).max()), float(np.abs(pull - pulled).max()) / size
            )
            if change < MEMORY:
                break
        else:
            self._fail(number, change)
        self.change = max(self.change, change)
        self._extend_operators(step, tail)
        end = new.stop - 1
        self.time[new] = self.start[2] + step.length * INSIDE @ (1 / self.kernel[new])
        self.start = (self.kernel[end], self.scale[end], self.time[end], self.bias[end], self.a[end])

    def _fail(self, number: int, change: float) -> None:
        raise FlowFailed(
            f"the two-time equations were solved up to t = {self.start[2]:.6g}, where the clock is "
            f"{self.edges[number]:.6g}; beyond, they still changed by {change:.1e} from sweep to sweep; take a smaller "
            "eta/B or less time",
            self.start[2],
            change,
        )

    def _prepare(self, number: int) -> _Interval:
        """Return the weights of an interval."""
        first, last = STAGES * number, STAGES * (number + 1)
        new, old, length = slice(first, last), slice(0, first), float(self.edges[number + 1] - self.edges[number])
        self.clock[new], self.edge[new] = self.edges[number] + length * NODES, self.edges[number + 1]
        self.width[new] = length * INSIDE[-1]
        z, count = self.lam * length, len(self.lam)
        forward = length * AT_NODES.weights(z, count).swapaxes(0, 1)
        self.ends[new] = forward[-1]
        reach = np.empty((STAGES, last, count))
        reach[:, new] = forward
        apart = self.clock[new, None] - self.edge[old]
        reach[:, old] = np.exp(-np.multiply.outer(apart, self.lam)) * self.ends[old]
        backward = [
            length * end * np.einsum("jm,mpk->pjk", turn, response.weights(z * end, count))
            for end, response, turn in _REFLECTED
        ]
        theta = np.concatenate([np.broadcast_to(self.width[old], (STAGES, first)), length * INSIDE], axis=1)
        return _Interval(
            number,
            length,
            new,
            old,
            forward,
            length * AT_NODES.weights(2 * z, count).swapaxes(0, 1),
            length * AT_NODES.weights(self.mu * length, len(self.mu)).swapaxes(0, 1),
            backward,
            reach,
            theta,
        )

    def _solve_means(self, step: _Interval, noisy: float, pull: Reals) -> None:
        """Solve (2) to (4) with the memory held; ``pull`` is J."""
        new, gamma, inside = step.new, self.gamma, step.length * INSIDE
        kernel, scale, _, bias, a = self.start
        decays = [np.exp(-np.multiply.outer(step.length * NODES, rate)) for rate in (self.mu, 2 * self.lam)]
        free, free_a = decays[0] * bias, decays[1] * a + 2 * np.einsum("ijk,jk->ik", step.twice, pull)
        memory = step.theta * self.g[new, : new.stop]
        past, within = memory[:, step.old] @ self.bias[step.old], memory[:, new]
        total, work, loss = float(self.traced.sum()), self.work, self.loss[new]
        for _ in range(INNER):
            white = noisy * total * loss
            self.kernel[new] = kernel + inside @ (gamma * (2 * work + white) / self.kernel[new])
            growth = gamma * work / self.kernel[new] ** 2
            self.scale[new] = e = scale * np.exp(inside @ growth)
            force = (growth / e)[:, None] + self.mu * (past + within @ self.bias[new])
            self.bias[new] = n = free - np.einsum("ijk,jk->ik", step.target, force)
            self.white[new] = loss * self.kernel[new] / e**2 * (noisy > 0)
            self.a[new] = free_a + np.einsum("ijk,jk->ik", step.twice, np.repeat(self.white[new], len(self.lam)).reshape(STAGES, -1))
            noise = self.temperature * self.a[new] @ self.rates
            self.by_batches[new] = e**2 * noise
            found = e**2 * (n**2 @ self.power + noise) + self.floor
            worked = e**2 * ((n * (1 / e[:, None] - n)) @ self.power - noise)
            change = max(
                float(np.abs(step.length * gamma * (worked - work) / self.kernel[new] ** 2).max()),
                float(np.abs(found / loss - 1).max()),
            )
            work += DAMPED * (worked - work)
            loss += DAMPED * (found - loss)
            self.inner = _ + 1
            if change < MEANS:
                return
        self._fail(step.number, change)

    def _integrate_within(self, step: _Interval) -> Reals:
        """Return what noise makes of (5) up to y within the interval of y, of shape (STAGES, old, STAGES)."""
        apart = self.clock[step.new, None] - self.clock[step.old]
        decay = np.exp(-np.multiply.outer(apart, self.lam))
        return self.temperature * np.matmul(decay.swapaxes(0, 1), self.own[step.old].swapaxes(1, 2)).swapaxes(0, 1)

    def _fill_memory(self, step: _Interval, noisy: float, tail: Reals, part: Reals) -> None:
        """Fill g and D by (1) and (5)."""
        new, last, rows = step.new, step.new.stop, np.arange(step.new.start, step.new.stop)
        self.jump[new] = self.lam * self.a[new] - self.white[new, None]
        self.own[new] = step.forward * self.jump[None, new] * self.rates
        z = (self.scale[:last] ** 2 / self.kernel[:last])[:, None] * (1 + self.d[:last, :last])
        odd = z - z.T
        # smooth forces: the target's, and the tails
        smooth = (self.bias[new] * (self.power * self.mu)) @ self.bias[:last].T
        smooth += self.temperature * tail @ self.rates
        whole = step.theta * smooth
        until = np.zeros((last, last))  # int_0^y l_j
        until[:] = np.where(np.arange(last) // STAGES < np.arange(last)[:, None] // STAGES, self.width[:last], 0.0)
        for block in range(step.number + 1):
            here = slice(STAGES * block, STAGES * (block + 1))
            until[here, here] = np.outer(np.ones(STAGES), self.width[here]) * INSIDE / INSIDE[-1]
        share = z[new] * (self.kernel[new] / self.scale[new] ** 2)[:, None]
        smooth = smooth @ (until * odd).T + whole @ z - share * (whole * z[new]).sum(axis=1)[:, None]
        # noise that decays
        lead = self.temperature * np.matmul(
            (step.reach * self.jump[:last])[:, :, :], self.rates
        )
        earlier = np.arange(last) // STAGES < np.arange(last)[:, None] // STAGES
        noise = lead @ (earlier * odd).T + lead @ z - share * (lead * z[new]).sum(axis=1)[:, None]
        if len(part) and part.shape[1]:
            blocks = part.shape[1] // STAGES
            inner = np.array([odd[STAGES * b : STAGES * (b + 1), STAGES * b : STAGES * (b + 1)] for b in range(blocks)])
            noise[:, step.old] += (part * inner.reshape(-1, STAGES)).sum(axis=2)
        apart = np.maximum(self.clock[new, None] - self.clock[new], 0.0)
        decay = np.exp(-np.multiply.outer(apart, self.lam))
        own = self.temperature * np.einsum("iyk,yjk->iyj", decay, self.own[new])
        noise[:, new] += (own * odd[new, new]).sum(axis=2)
        noise[:, new] = np.tril(noise[:, new], -1) - np.tril(noise[:, new], -1).T
        self.g[new, :last] = (self.gamma / self.kernel[new])[:, None] * (smooth + noise)
        self.d[new, step.old] = step.length * INSIDE @ self.g[new, step.old]
        if step.number:
            self.d[new, step.old] += self.d[step.old.stop - 1, step.old]
        self.d[new, new] = step.length * (INSIDE @ self.g[new, new] - np.einsum("jl,lj->j", INSIDE, self.g[new, new]))

    def _fill_tails(self, step: _Interval, tail: Reals) -> tuple[Reals, Reals]:
        """Return d_k between the interval and all times up to it by (8), and J."""
        new, old, first, last = step.new, step.old, step.new.start, step.new.stop
        g, jump, lam = self.g[new, :last], self.jump[:last], self.lam
        force = np.empty((STAGES, last, len(lam)))  # int Phi g
        force[:] = (self.white[:last] * g)[:, :, None]
        own_tail = tail[:, new] + tail[:, new].swapaxes(0, 1)
        weighted = step.theta * g
        decay = np.exp(-np.multiply.outer(self.edges[step.number] - self.clock[old], lam))
        if first:
            force[:, old] += np.matmul(self.phi[:, :first, :first], g[:, old].T).transpose(2, 1, 0)
            begin = np.stack([np.einsum("jk,j->k", step.backward[i][0], g[i, new]) for i in range(STAGES)])
            force[:, old] += lam * jump[old] * decay * begin[:, None]
            force[:, old] += lam * np.einsum("jzk,ij->izk", tail[:, old], weighted[:, new])
            force[:, new] += lam * np.einsum("mjk,ij->imk", step.reach[:, old] * jump[old], g[:, old])
            force[:, new] += lam * np.einsum("mjk,ij->imk", tail[:, old], weighted[:, old])
        force[:, new] += lam * np.einsum("mjk,jk,ij->imk", step.forward, jump[new], g[:, new])
        force[:, new] += lam * np.einsum("mjk,ij->imk", own_tail, weighted[:, new])
        for i in range(1, STAGES):
            force[i, first : first + i] += lam * jump[first : first + i] * np.einsum("pjk,j->pk", step.backward[i][1:], g[i, new])
        found = np.zeros_like(tail)
        if first:
            fade = np.exp(-np.multiply.outer(step.length * NODES, lam))
            found[:, old] = fade[:, None] * self.last_tail[old] - np.einsum("ijk,jzk->izk", step.forward, force[:, old])
        for i in range(1, STAGES):  # times within the interval: force is linear from node to node
            gap = step.length * (NODES[i] - NODES[i - 1])
            fade, mean = np.exp(-lam * gap), -np.expm1(-lam * gap) / lam
            rise = 1 / lam * (1 - mean / gap)
            rows = slice(first, first + i)
            found[i, rows] = fade * found[i - 1, rows] - (mean - rise) * force[i - 1, rows] - rise * force[i, rows]
        pull = -np.einsum("ijk,ij,jk->ik", step.reach, g, jump) - np.einsum("ijk,ij->ik", found, weighted)
        return found, pull

    def _extend_operators(self, step: _Interval, tail: Reals) -> None:
        """Add rows and columns of the interval to Phi_k, without its diagonal part."""
        if not len(self.phi[0]):
            return
        new, old, first, lam, jump = step.new, step.old, step.new.start, self.lam, self.jump
        self.last_tail[: new.stop] = tail[-1]
        self.phi[:, new, old] = (lam * (step.reach[:, old] * jump[old] + self.width[old, None] * tail[:, old])).transpose(2, 0, 1)
        decay = np.exp(-np.multiply.outer(self.edges[step.number] - self.clock[old], lam))
        columns = step.backward[-1][0][None] * (jump[old] * decay)[:, None] + self.width[new, None] * tail[:, old].swapaxes(0, 1)
        self.phi[:, old, new] = (lam * columns).transpose(2, 0, 1)
        block = step.forward * jump[None, new] + self.width[new, None] * (tail[:, new] + tail[:, new].swapaxes(0, 1))
        block[:-1] += jump[first : new.stop - 1, None] * step.backward[-1][1:]
        self.phi[:, new, new] = (lam * block).transpose(2, 0, 1)
