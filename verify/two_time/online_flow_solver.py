"""How is one interval of the clock after another added to a solution of `online_flow`?  By collocation.

On each interval, functions of one time are polynomials through their values at Radau's nodes (`flow.collocation`).  So
is D(x,y) = sigma(x,y) - 1, in both times.  All that varies faster is an exponential in closed form:

    (8)  c_k(x,y) = e^{-lambda_k (x-y)} j_k(y) + d_k(x,y),        j_k = lambda_k A_k - R,
    (9)  dd_k/dx = -lambda_k d_k - int_0^x Phi_k(y,z) g(x,z) dz,      d_k(y,y) = 0,
         Phi_k(y,z) = R(y) delta(y - z) + lambda_k c_k(max(y,z), min(y,z)),

with g = dsigma/dx.  Integrals over e^{-lambda_k (x-y)} have exact weights on intervals of any length
(`online_flow_weights`).  The tail d_k is smaller than the first part by the order of D, and for modes that an interval
does not resolve by 1/(lambda_k x) more, so that values at nodes serve it.

On an interval, kernel, scale and modes are iterated with g held; then g, D and the tails follow, until all stay.

Layout: times along the first axes, modes along the last, but for Phi_k, of shape (modes, times, times): as an operator
on values, its row y holds the weights of the integral over z, without its diagonal part.

Map: `March.interval` solves one.  `_solve_means` is (2) to (5); `_sum_forces` (6) and (7), with `_sum_smooth` and
`_sum_noise` for the two parts of C; `_fill_tails` (8) and (9), with `_pull_tails` for the integral over Phi_k;
`_keep` stores what later intervals need.
"""

from __future__ import annotations

from math import inf

import numpy as np

from exponents.errors import FlowFailed, NotSolved

from ..arrays import Reals
from ..flow.collocation import NODES, STAGES
from ..spectra.spectrum import Spectrum
from .online_flow_weights import INSIDE, Interval, weigh_backward, weigh_forward

INNER, MEANS = 100, 1e-13
"""Most sweeps of kernel, scale and modes, and the change of the loss and of ln e that ends them."""

SWEEPS, MEMORY, LEAST = 60, 1e-10, 0.1
"""Most sweeps of the memory, the change of D, and of J in units of R, that ends them, and the shortest step of g."""


class March:
    """All functions of one time and of two, filled interval by interval; names as in the equations.

    Parameters
    ----------
    target, trace : Spectrum
        Power of the target, and sum_k lambda_k delta(lambda_k).
    gamma, temperature : float
        Richness, and eta/B.
    edges : array of shape (intervals + 1,)
        Clocks, rising from 0.  An edge may be set as late as before its interval.
    until : float
        The clock after which batches are infinite: one of the edges, or beyond them.

    Examples
    --------
    >>> modes = np.array([1.0, 0.5])
    >>> march = March(Spectrum(modes, np.ones(2)), Spectrum(modes, modes), 0.0, 0.0, np.array([0.0, 1.0]))
    >>> march.interval(0)
    >>> march.loss[-1].round(6), np.round(np.exp(-2) + np.exp(-1), 6)
    (np.float64(0.503215), np.float64(0.503215))
    """

    def __init__(
        self, target: Spectrum, trace: Spectrum, gamma: float, temperature: float, edges: Reals, until: float = inf
    ) -> None:
        n, modes = STAGES * (len(edges) - 1), len(trace)
        self.mu, self.power, self.floor = target.eigenvalues, target.weights, target.floor
        self.lam, self.rates, self.total = trace.eigenvalues, trace.weights * trace.eigenvalues, trace.weights.sum()
        self.gamma, self.temperature, self.edges, self.until = gamma, temperature, edges, until
        self.remembers = bool(gamma and temperature)
        self.clock, self.time, self.kernel, self.scale, self.loss, self.by_batches, self.noise = np.zeros((7, n))
        self.width, self.edge, self.work = np.zeros(n), np.zeros(n), np.zeros(STAGES)  # int l_j; ends; X
        self.bias, self.a, self.jump, self.ends, self.kink = np.zeros((n, len(self.mu))), *np.zeros((4, n, modes))
        self.d, self.g, self.theta, self.before = np.zeros((4, n, n))  # untouched pages take no memory
        self.tail = np.zeros((n, modes))  # d_k between the last time and all before it
        self.phi = np.zeros((modes, n, n) if self.remembers else (modes, 0, 0))
        self.start = (1.0, 1.0, 0.0, np.ones(len(self.mu)), np.zeros(modes))  # kernel, scale, time, bias and A

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
        self._guess(step)
        noisy = self.edges[number + 1] <= self.until
        pull, tail = np.zeros((STAGES, len(self.lam))), np.zeros((STAGES, step.last, len(self.lam)))
        missed, share = np.zeros(0), 1.0
        for _ in range(SWEEPS):
            self._solve_means(step, noisy, pull)
            if not self.remembers:
                break
            g, d, pulled = self.g[step.new, : step.last].copy(), self.d[step.new, : step.last].copy(), pull
            self._sum_forces(step, tail)
            before, missed = missed, (self.g[step.new, : step.last] - g).ravel()
            if len(before):  # Aitken's step: the slowest part of the error shrinks by a constant factor
                turn = missed - before
                share = min(max(-share * float(before @ turn) / float(turn @ turn), LEAST), 1.0)
            self.g[step.new, : step.last] = g + share * missed.reshape(g.shape)
            self._fill_memory(step)
            tail, pull = self._fill_tails(step, tail)
            size = max(float(self.noise[step.new].max()), float((self.lam * self.a[step.new]).max()))
            moved = np.abs(self.d[step.new, : step.last] - d).max(), np.abs(pull - pulled).max() / size
            if max(moved) < MEMORY * (1 + np.abs(d).max()):
                self._keep(step, tail)
                break
        else:
            self._fail(float(max(moved)))
        end = step.last - 1
        self.time[step.new] = self.start[2] + step.length * INSIDE @ (1 / self.kernel[step.new])
        self.start = (self.kernel[end], self.scale[end], self.time[end], self.bias[end], self.a[end])

    def _fail(self, change: float) -> None:
        raise FlowFailed(
            f"the two-time equations were solved up to t = {self.start[2]:.6g}; beyond, the solution still changed by "
            f"{change:.1e} from sweep to sweep; take a smaller eta/B or less time",
            self.start[2],
            change,
        )

    def _prepare(self, number: int) -> Interval:
        """Return the weights of an interval, and note where its times are."""
        new, old = slice(STAGES * number, STAGES * (number + 1)), slice(0, STAGES * number)
        start, end = self.edges[number : number + 2]
        length = float(end - start)
        self.clock[new], self.edge[new], self.width[new] = start + length * NODES, end, length * INSIDE[-1]
        self.theta[new, old], self.theta[new, new], self.before[new, old] = self.width[old], length * INSIDE, 1.0
        forward = weigh_forward(self.lam, length)
        self.ends[new] = forward[-1]
        return Interval(
            number,
            length,
            new,
            old,
            fade=np.exp(-np.multiply.outer(length * NODES, self.lam)),
            since=np.exp(-np.multiply.outer(start - self.clock[old], self.lam)),
            reached=np.exp(-np.multiply.outer(start - self.edge[old], self.lam)) * self.ends[old],
            forward=forward,
            twice=weigh_forward(2 * self.lam, length),
            target=weigh_forward(self.mu, length),
            backward=weigh_backward(self.lam, length),
            theta=self.theta[new, : new.stop],
        )

    def _guess(self, step: Interval) -> None:
        """Set what is iterated to its last values: the memory goes on as before."""
        new, old, first = step.new, step.old, step.first
        self.kernel[new], self.scale[new], self.bias[new] = self.start[0], self.start[1], self.start[3]
        self.loss[new] = self.loss[first - 1] if first else self.power.sum() + self.floor
        self.work[:] = self.work[-1]
        if first:
            self.g[new, old], self.d[new, old] = self.g[first - 1, old], self.d[first - 1, old]

    def _solve_means(self, step: Interval, noisy: bool, pull: Reals) -> None:
        """Solve (2) to (5) with the memory held; ``pull`` is J."""
        new, inside, power = step.new, step.length * INSIDE, self.power
        kernel, scale, _, bias, a = self.start
        heat = self.temperature * noisy
        free = np.exp(-np.multiply.outer(step.length * NODES, self.mu)) * bias
        free_a = step.fade**2 * a + 2 * np.einsum("ijk,jk->ik", step.twice, pull)
        memory = step.theta * self.g[new, : step.last]
        past, own = memory[:, step.old] @ self.bias[step.old], memory[:, new]
        noise_by, respond = self.temperature * free_a @ self.rates, heat * step.twice @ self.rates
        work, loss = self.work, self.loss[new]
        for _ in range(INNER):
            kappa = self.kernel[new] = np.sqrt(
                kernel**2 + 2 * self.gamma * inside @ (2 * work + heat * self.total * loss)
            )
            rate = self.gamma / kappa**2
            e = self.scale[new] = scale * np.exp(inside @ (rate * work))
            force = (rate * work / e)[:, None] + self.mu * (past + own @ self.bias[new])
            n = self.bias[new] = free - np.einsum("ijk,jk->ik", step.target, force)
            source, squared = kappa / e**2, e[:, None] ** 2
            # L acts on itself through V
            noise = squared * respond * source
            found = np.linalg.solve(np.eye(STAGES) - noise, e**2 * (n**2 @ power + noise_by) + self.floor)
            by_batches = e**2 * noise_by + noise @ found
            # X acts on itself through n
            missed = e**2 * ((n * (1 / e[:, None] - n)) @ power) - by_batches - work
            slopes = squared * np.einsum("ijk,ik->ij", step.target, power * (1 / e[:, None] - 2 * n)) * (rate / e)
            moved = np.linalg.solve(np.eye(STAGES) + slopes, missed)
            change = max(np.abs(inside[-1] * rate * moved).max(), np.abs(found / loss - 1).max())
            work += moved
            loss[:] = found
            if not change > MEANS:
                break
        self._check_feedback(noise, float(change))
        self.noise[new], self.by_batches[new] = noisy * source * loss, by_batches
        self.a[new] = free_a + np.einsum("ijk,j->ik", step.twice, self.noise[new])

    def _check_feedback(self, response: Reals, change: float) -> None:
        """Raise an error if the loss did not converge, or if noise makes more noise than it is."""
        gain = float(response.sum(axis=1).max())
        if gain >= 1:
            raise NotSolved(
                f"noise feeds on itself from t = {self.start[2]:.3g} on: what it adds on an interval makes {gain:.3g} "
                "times as much again, and only less than 1 is stable; take a smaller eta/B or less time"
            )
        if not change <= MEANS:
            self._fail(change)

    def _sum_forces(self, step: Interval, tail: Reals) -> None:
        """Fill g by (6) and (7)."""
        new, last = step.new, step.last
        self.jump[new] = self.lam * self.a[new] - self.noise[new, None]
        shape = (self.scale[:last] ** 2 / self.kernel[:last])[:, None] * (1 + self.d[:last, :last])  # K of (6)
        odd, share = shape - shape.T, 1 + self.d[new, :last]
        self.kink[new] = self.rates * np.einsum("yjk,jk,yj->yk", step.forward, self.jump[new], odd[new, new])
        smooth, noise = self._sum_smooth(step, tail, shape, odd, share), self._sum_noise(step, shape, odd, share)
        # noise that was made at y is part of C(x,z) for y < x only; on both sides it is odd near y = x
        own = np.tril(noise[:, new], -1)
        noise[:, new] = own - own.T
        self.g[new, :last] = (self.gamma / self.kernel[new])[:, None] * (smooth + noise)

    def _fill_memory(self, step: Interval) -> None:
        """Fill D, the integral of g from x = y on."""
        new, last = step.new, step.last
        g, d, inside = self.g[new, :last], self.d[new, :last], step.length * INSIDE
        d[:] = inside @ g
        d[:, new] -= (inside * g[:, new].T).sum(axis=1)
        if step.number:
            d[:, step.old] += self.d[step.first - 1, step.old]

    def _sum_smooth(self, step: Interval, tail: Reals, shape: Reals, odd: Reals, share: Reals) -> Reals:
        """Return the integral of (6) over the target's part of C, and over the tails."""
        new, last = step.new, step.last
        force = (self.bias[new] * (self.power * self.mu)) @ self.bias[:last].T + self.temperature * tail @ self.rates
        whole = step.theta * force
        below = force @ (self.theta[:last, :last] * odd).T  # z < y
        return np.asarray(below + whole @ shape - share * (whole * shape[new]).sum(axis=1)[:, None])

    def _sum_noise(self, step: Interval, shape: Reals, odd: Reals, share: Reals) -> Reals:
        """Return the integral of (6) over the first part of (8)."""
        new, old, last, rates = step.new, step.old, step.last, self.rates
        force, kinks = np.empty((2, STAGES, last))
        force[:, old] = step.fade @ (step.reached * self.jump[old] * rates).T
        force[:, new] = np.einsum("ijk,jk->ij", step.forward, self.jump[new] * rates)
        kinks[:, old] = step.fade @ (step.since * self.kink[old]).T
        apart = np.maximum(self.clock[new, None] - self.clock[new], 0.0)
        kinks[:, new] = np.einsum("iyk,yk->iy", np.exp(-np.multiply.outer(apart, self.lam)), self.kink[new])
        below = force @ (self.before[:last, :last] * odd).T + kinks  # z < y: other intervals, and that of y
        return np.asarray(
            self.temperature * (below + force @ shape - share * (force * shape[new]).sum(axis=1)[:, None])
        )

    def _fill_tails(self, step: Interval, tail: Reals) -> tuple[Reals, Reals]:
        """Return d_k between the interval and all times up to it by (9), and J of (5)."""
        new, old, first, lam = step.new, step.old, step.first, self.lam
        g, weighted = self.g[new, : step.last], step.theta * self.g[new, : step.last]
        before = g[:, old] @ (step.reached * self.jump[old])
        force = self._pull_tails(step, tail, before)
        found = np.zeros_like(tail)
        if first:
            found[:, old] = step.fade[:, None] * self.tail[old]
            found[:, old] -= np.einsum("ijk,jzk->izk", step.forward, force[:, old])
        for i in range(1, STAGES):  # for times within the interval, force is linear from node to node
            gap = step.length * (NODES[i] - NODES[i - 1])
            mean = -np.expm1(-lam * gap) / lam
            rise, rows = (1 - mean / gap) / lam, slice(first, first + i)
            found[i, rows] = np.exp(-lam * gap) * found[i - 1, rows]
            found[i, rows] -= (mean - rise) * force[i - 1, rows] + rise * force[i, rows]
        pull = step.fade * before + np.einsum("ijk,ij,jk->ik", step.forward, g[:, new], self.jump[new])
        return found, -pull - np.einsum("ijk,ij->ik", found, weighted)

    def _pull_tails(self, step: Interval, tail: Reals, before: Reals) -> Reals:
        """Return int_0^x Phi_k(y,z) g(x,z) dz for x in the interval; ``before`` is the part before it, for y in it."""
        new, old, first, lam, jump = step.new, step.old, step.first, self.lam, self.jump
        g, weighted = self.g[new, : step.last], step.theta * self.g[new, : step.last]
        force = np.empty_like(tail)
        own = tail[:, new] + tail[:, new].swapaxes(0, 1)
        force[:, new] = np.einsum("mjk,jk,ij->imk", step.forward, jump[new], g[:, new]) + step.fade * before[:, None]
        force[:, new] += np.tensordot(weighted[:, new], own, (1, 1))
        for i in range(STAGES):  # z > y
            behind = np.einsum("pjk,j->pk", step.backward[i], g[i, new])
            force[i, first : first + i] += jump[first : first + i] * behind[1:]
            force[i, old] = step.since * jump[old] * behind[0]
        if first:
            force[:, new] += np.tensordot(weighted[:, old], tail[:, old], (1, 1))
            force[:, old] += np.tensordot(weighted[:, new], tail[:, old], 1)
            force[:, old] += np.matmul(self.phi[:, :first, :first], g[:, old].T).transpose(2, 1, 0)
        return np.asarray(lam * force + (self.noise[: step.last] * g)[:, :, None])

    def _keep(self, step: Interval, tail: Reals) -> None:
        """Store the last tails, and the rows and columns of Phi_k over lambda_k."""
        new, old, first, jump = step.new, step.old, step.first, self.jump
        self.tail[: step.last] = tail[-1]
        rows = step.fade[:, None] * step.reached * jump[old] + self.width[old, None] * tail[:, old]
        columns = step.backward[-1][0][:, None] * step.since * jump[old]
        columns += self.width[new, None, None] * tail[:, old]
        block = step.forward * jump[new] + self.width[new, None] * (tail[:, new] + tail[:, new].swapaxes(0, 1))
        block[:-1] += jump[first : step.last - 1, None] * step.backward[-1][1:]
        self.phi[:, new, old], self.phi[:, old, new] = rows.transpose(2, 0, 1), columns.transpose(2, 1, 0)
        self.phi[:, new, new] = block.transpose(2, 0, 1)
