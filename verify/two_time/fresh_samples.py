"""What do new samples in every step add to `block_solver`?  White noise, and the memory that it leaves in S.

As steps tend to 0 at a fixed eps = eta/B, a batch adds the white noise dxi_k to the force on mode k, of variance
eps lambda_k L dt.  New samples do not answer, R1 = 1; and R3 = 1 on the spectrum of the limit, or on the mean spectrum
of models of size N.  So S = G, and with C in units of e(x) e(y), and eps lambda_k e^2 A_k for the variance of v_k,

    (6)  L = e^2 sum_k p_k n_k^2 + V,      X = e^2 sum_k p_k n_k (1/e - n_k) - V,      V = eps e^2 sum_k lambda_k^2 A_k,
    (7)  dA_k/dx = -2 lambda_k A_k + R + 2 J_k,      R = kappa L/e^2,      J_k = -int_0^x g(x,y) c_k(x,y) dy,
    (8)  g(x,y) = dS/dx = (gamma/kappa) int_0^x C(x,z) [K(max(y,z), min(y,z)) - S(x,y) K(x,z)] dz,      S(x,x) = 1,
         K(y,z) = S(y,z) e(y)^2/kappa(y),
    (9)  C(x,y) = sum_k lambda_k p_k n_k(x) n_k(y) + eps sum_k lambda_k^2 c_k(x,y).

c_k(x,y) is the correlation of v_k at x with its force at y < x, over eps lambda_k e(x) e(y).  It begins at x = y with
lambda_k A_k - R and relaxes at the rate lambda_k, so that C has a cusp at x = y, of all widths 1/lambda_k.  Values at
nodes do not hold it, but for smooth parts:

    (10) c_k(x,y) = e^{-lambda_k (x-y)} j_k(y) + d_k(x,y),        j_k = lambda_k A_k - R,
    (11) dd_k/dx = -lambda_k d_k - int_0^x Phi_k(y,z) g(x,z) dz,      d_k(y,y) = 0,
         Phi_k(y,z) = R(y) delta(y - z) + lambda_k c_k(max(y,z), min(y,z)).

The bracket in (8) vanishes at z = x and at y = x.  So D = S - 1 is smooth, and noise of fast modes enters it with eps^2
only.  Integrals over e^{-lambda_k (x-y)} have exact weights (`intervals`).  The tail d_k is smaller than the first part
by the order of D, and for modes that an interval does not resolve by 1/(lambda_k x) more: values at nodes serve it.

Layout: that of `block_solver`, but for Phi_k, of shape (modes, times, times): as an operator on values, its row y holds
the weights of the integral over z, without its diagonal part.

Map: `_balance` is (6) and (7); `_sum_forces` (8) and (9), with `_sum_smooth` and `_sum_noise` for the two parts of C;
`_fill_tails` (10) and (11), with `_pull_tails` for the integral over Phi_k; `_keep` stores what later intervals need.
"""

from __future__ import annotations

from math import inf

import numpy as np

from exponents.errors import NotSolved

from ..arrays import Reals
from ..flow.collocation import NODES, STAGES
from ..spectra.spectrum import Spectrum
from .block_solver import March, Step
from .intervals import weigh_backward, weigh_forward

MEMORY, LEAST = 1e-10, 0.1
"""The change of D, and of J in units of R, that ends the sweeps, and the shortest step of g."""


class FreshSamples(March):
    """New samples in every step.

    Parameters
    ----------
    target, trace, gamma, edges
        As for `March`.
    temperature : float
        eta/B.
    until : float
        The clock after which batches are infinite: one of the edges, or beyond them.

    Examples
    --------
    >>> modes = np.array([1.0, 0.5])
    >>> march = FreshSamples(Spectrum(modes, np.ones(2)), Spectrum(modes, modes), 0.0, np.array([0.0, 1.0]))
    >>> march.interval(0)
    >>> march.loss[-1].round(6), np.round(np.exp(-2) + np.exp(-1), 6)
    (np.float64(0.503215), np.float64(0.503215))
    """

    PART = "variance"

    def __init__(
        self,
        target: Spectrum,
        trace: Spectrum,
        gamma: float,
        edges: Reals,
        temperature: float = 0.0,
        until: float = inf,
    ) -> None:
        super().__init__(target, trace, gamma, edges)
        n, modes = len(self.clock), len(trace)
        self.temperature, self.until, self.rates = temperature, until, self.weights * self.lam
        self.remembers = bool(gamma and temperature)
        self.noise, self.width, self.edge = np.zeros((3, n))  # R; int l_j; ends
        self.a, self.jump, self.ends, self.kink, self.tail = np.zeros((5, n, modes))  # tail: d_k between the last time
        self.d, self.g, self.before = np.zeros((3, n, n))  # and all before it
        self.phi = np.zeros((modes, n, n) if self.remembers else (modes, 0, 0))

    def _begin(self, step: Step) -> None:
        """Fill the weights of an interval; the memory goes on as before."""
        new, old, first, length, lam = step.new, step.old, step.first, step.length, self.lam
        self.heat = self.temperature * (step.start + length <= self.until)
        self.response[new, : step.last] = self.theta[new, : step.last]
        if not self.temperature:
            return
        self.edge[new], self.width[new], self.before[new, old] = step.start + length, step.inside[-1], 1.0
        self.fade = np.exp(-np.multiply.outer(length * NODES, lam))  # e^{-lambda (x_i - start)}
        self.forward, self.twice = weigh_forward(lam, length), weigh_forward(2 * lam, length)
        self.ends[new] = self.forward[-1]
        self.new_tail, self.pull = np.zeros((STAGES, step.last, len(lam))), np.zeros((STAGES, len(lam)))  # d_k; J
        self.missed, self.share = np.zeros(0), 1.0
        if not self.remembers:
            return
        self.backward = weigh_backward(lam, length)
        # e^{-lambda (start - y)}, and int e^{-lambda (start - z)} l_j dz, for times before the interval
        self.since = np.exp(-np.multiply.outer(step.start - self.clock[old], lam))
        self.reached = np.exp(-np.multiply.outer(step.start - self.edge[old], lam)) * self.ends[old]
        if first:
            self.g[new, old], self.d[new, old] = self.g[first - 1, old], self.d[first - 1, old]
        self.response[new, : step.last] *= 1 + self.d[new, : step.last]

    def _balance(self, step: Step) -> tuple[Reals, Reals]:
        """Return L and X by (6) and (7); L acts on itself through V."""
        new, first = step.new, step.first
        n, e = self.bias[new], self.scale[new]
        mean = e**2 * (n**2 @ self.power)
        work = e**2 * ((n * (1 / e[:, None] - n)) @ self.power)
        if not self.temperature:
            return mean, work
        start = self.a[first - 1] if first else np.zeros(len(self.lam))
        free = self.fade**2 * start + 2 * np.einsum("ijk,jk->ik", self.twice, self.pull)
        source, by_before = self.kernel[new] / e**2, self.temperature * e**2 * (free @ self.rates)
        response = self.heat * e[:, None] ** 2 * (self.twice @ self.rates) * source
        gain = float(response.sum(axis=1).max())
        if gain >= 1:
            raise NotSolved(
                f"noise feeds on itself from t = {self.time[first - 1] if first else 0.0:.3g} on: what it adds on an "
                f"interval makes {gain:.3g} times as much again, and only less than 1 is stable; take a smaller eta/B "
                "or less time"
            )
        loss = np.linalg.solve(np.eye(STAGES) - response, mean + by_before)
        self.part[new] = by_before + response @ loss
        self.noise[new] = bool(self.heat) * source * loss
        self.a[new] = free + np.einsum("ijk,j->ik", self.twice, self.noise[new])
        return loss, work - self.part[new]

    def _feed_back(self, step: Step) -> bool:
        """Move g, D and the tails; return whether they stayed."""
        if not self.remembers:
            return True
        new, last = step.new, step.last
        g, d, pull = self.g[new, :last].copy(), self.d[new, :last].copy(), self.pull
        self._sum_forces(step)
        before, self.missed = self.missed, (self.g[new, :last] - g).ravel()
        if len(before):  # Aitken's step: the slowest part of the error shrinks by a constant factor
            turn = self.missed - before
            self.share = min(max(-self.share * float(before @ turn) / float(turn @ turn), LEAST), 1.0)
        self.g[new, :last] = g + self.share * self.missed.reshape(g.shape)
        self._fill_memory(step)
        self._fill_tails(step)
        size = max(float(self.noise[new].max()), float((self.lam * self.a[new]).max()))
        moved = max(np.abs(self.d[new, :last] - d).max(), np.abs(self.pull - pull).max() / size)
        stayed = bool(moved < MEMORY * (1 + np.abs(d).max()))
        if stayed:
            self._keep(step)
        return stayed

    def _sum_forces(self, step: Step) -> None:
        """Fill g by (8) and (9)."""
        new, last = step.new, step.last
        self.jump[new] = self.lam * self.a[new] - self.noise[new, None]
        shape = (self.scale[:last] ** 2 / self.kernel[:last])[:, None] * (1 + self.d[:last, :last])  # K of (8)
        odd, share = shape - shape.T, 1 + self.d[new, :last]
        self.kink[new] = self.rates * np.einsum("yjk,jk,yj->yk", self.forward, self.jump[new], odd[new, new])
        smooth, noise = self._sum_smooth(step, shape, odd, share), self._sum_noise(step, shape, odd, share)
        # noise that was made at y is part of C(x,z) for y < x only; on both sides it is odd near y = x
        own = np.tril(noise[:, new], -1)
        noise[:, new] = own - own.T
        self.g[new, :last] = (self.gamma / self.kernel[new])[:, None] * (smooth + noise)

    def _fill_memory(self, step: Step) -> None:
        """Fill D, the integral of g from x = y on."""
        new, last = step.new, step.last
        g, d, inside = self.g[new, :last], self.d[new, :last], step.inside
        d[:] = inside @ g
        d[:, new] -= (inside * g[:, new].T).sum(axis=1)
        if step.first:
            d[:, step.old] += self.d[step.first - 1, step.old]
        self.response[new, :last] = self.theta[new, :last] * (1 + d)

    def _sum_smooth(self, step: Step, shape: Reals, odd: Reals, share: Reals) -> Reals:
        """Return the integral of (8) over the target's part of C, and over the tails."""
        new, last = step.new, step.last
        force = (self.bias[new] * (self.power * self.mu)) @ self.bias[:last].T
        force += self.temperature * self.new_tail @ self.rates
        whole = self.theta[new, :last] * force
        below = force @ (self.theta[:last, :last] * odd).T  # z < y
        return np.asarray(below + whole @ shape - share * (whole * shape[new]).sum(axis=1)[:, None])

    def _sum_noise(self, step: Step, shape: Reals, odd: Reals, share: Reals) -> Reals:
        """Return the integral of (8) over the first part of (10)."""
        new, old, last, rates = step.new, step.old, step.last, self.rates
        force, kinks = np.empty((2, STAGES, last))
        force[:, old] = self.fade @ (self.reached * self.jump[old] * rates).T
        force[:, new] = np.einsum("ijk,jk->ij", self.forward, self.jump[new] * rates)
        kinks[:, old] = self.fade @ (self.since * self.kink[old]).T
        apart = np.maximum(self.clock[new, None] - self.clock[new], 0.0)
        kinks[:, new] = np.einsum("iyk,yk->iy", np.exp(-np.multiply.outer(apart, self.lam)), self.kink[new])
        below = force @ (self.before[:last, :last] * odd).T + kinks  # z < y: other intervals, and that of y
        return np.asarray(
            self.temperature * (below + force @ shape - share * (force * shape[new]).sum(axis=1)[:, None])
        )

    def _fill_tails(self, step: Step) -> None:
        """Fill d_k between the interval and all times up to it by (11), and J of (7)."""
        new, old, first, lam = step.new, step.old, step.first, self.lam
        g, weighted = self.g[new, : step.last], self.theta[new, : step.last] * self.g[new, : step.last]
        before = g[:, old] @ (self.reached * self.jump[old])
        force = self._pull_tails(step, before)
        found = np.zeros_like(force)
        if first:
            found[:, old] = self.fade[:, None] * self.tail[old]
            found[:, old] -= np.einsum("ijk,jzk->izk", self.forward, force[:, old])
        for i in range(1, STAGES):  # for times within the interval, force is linear from node to node
            gap = step.length * (NODES[i] - NODES[i - 1])
            mean = -np.expm1(-lam * gap) / lam
            rise, rows = (1 - mean / gap) / lam, slice(first, first + i)
            found[i, rows] = np.exp(-lam * gap) * found[i - 1, rows]
            found[i, rows] -= (mean - rise) * force[i - 1, rows] + rise * force[i, rows]
        pull = self.fade * before + np.einsum("ijk,ij,jk->ik", self.forward, g[:, new], self.jump[new])
        self.new_tail, self.pull = found, -pull - np.einsum("ijk,ij->ik", found, weighted)

    def _pull_tails(self, step: Step, before: Reals) -> Reals:
        """Return int_0^x Phi_k(y,z) g(x,z) dz for x in the interval; ``before`` is the part before it, for y in it."""
        new, old, first, lam, jump = step.new, step.old, step.first, self.lam, self.jump
        g, weighted = self.g[new, : step.last], self.theta[new, : step.last] * self.g[new, : step.last]
        tail = self.new_tail
        force = np.empty_like(tail)
        own = tail[:, new] + tail[:, new].swapaxes(0, 1)
        force[:, new] = np.einsum("mjk,jk,ij->imk", self.forward, jump[new], g[:, new]) + self.fade * before[:, None]
        force[:, new] += np.tensordot(weighted[:, new], own, (1, 1))
        for i in range(STAGES):  # z > y
            behind = np.einsum("pjk,j->pk", self.backward[i], g[i, new])
            force[i, first : first + i] += jump[first : first + i] * behind[1:]
            force[i, old] = self.since * jump[old] * behind[0]
        if first:
            force[:, new] += np.tensordot(weighted[:, old], tail[:, old], (1, 1))
            force[:, old] += np.tensordot(weighted[:, new], tail[:, old], 1)
            force[:, old] += np.matmul(self.phi[:, :first, :first], g[:, old].T).transpose(2, 1, 0)
        return np.asarray(lam * force + (self.noise[: step.last] * g)[:, :, None])

    def _keep(self, step: Step) -> None:
        """Store the last tails, and the rows and columns of Phi_k over lambda_k."""
        new, old, first, jump, tail = step.new, step.old, step.first, self.jump, self.new_tail
        self.tail[: step.last] = tail[-1]
        rows = self.fade[:, None] * self.reached * jump[old] + self.width[old, None] * tail[:, old]
        columns = self.backward[-1][0][:, None] * self.since * jump[old]
        columns += self.width[new, None, None] * tail[:, old]
        block = self.forward * jump[new] + self.width[new, None] * (tail[:, new] + tail[:, new].swapaxes(0, 1))
        block[:-1] += jump[first : step.last - 1, None] * self.backward[-1][1:]
        self.phi[:, new, old], self.phi[:, old, new] = rows.transpose(2, 0, 1), columns.transpose(2, 1, 0)
        self.phi[:, new, new] = block.transpose(2, 0, 1)
