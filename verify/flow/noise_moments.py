"""How does the noise of batches move the loss along the flow, in its variance and in its mean?

To first order in eps = eta/B, with v = omega - B^T w for what the features have not learned, a batch of Gaussian
features adds to the gradient q = Sigma v a white noise of covariance eps Gamma, Gamma = L Sigma + q q^T.  In the
eigenmodes of Sigma, let p = B^T w/sqrt(kappa) and kappa = 1 + gamma |p|^2.  For the flow, dp/dt = sqrt(kappa) q.  Noise
gives p a covariance eps V and a mean eps e, and B B^T - gamma w w^T the shift eps gamma E.  In the clock tau, with
s = Sigma p, b = 2 gamma p, a = Sigma (omega/(2 sqrt(kappa)) - p) and A = B^T E B,

    (1)  dV/dtau = -Sigma V - V Sigma + (a b^T V + V b a^T)/kappa + Gamma,
    (2)  dA/dtau = (gamma tr(Gamma) u u^T - X Gamma X)/kappa + (gamma/kappa^2) (q u^T A + A u q^T),
    (3)  de/dtau = -Sigma e + [a (b.e) + n + m]/kappa,

where u = sqrt(kappa) p and X = B^T B = I + gamma p p^T.  In (3), n is half the second derivative of sqrt(kappa) q,
contracted with V,

    (4)  n = Sigma omega f - gamma tr(V) s - 2 gamma Sigma V p,      f = gamma tr(V)/(2 sqrt(kappa))
                                                                         - gamma^2 p.Vp/(2 kappa^{3/2}),

and m collects what the shift of the invariant and Ito's terms add to the drift.  With the unit vector c along u,

    (5)  sqrt(kappa) m = d - (kappa - 1)/(2 kappa - 1) c (c.d)
                         - kappa/(2 (2 kappa - 1)) p [gamma sqrt(kappa) tr(Gamma) - gamma^2 p.Gamma p/sqrt(kappa)],
         d/gamma = A q - (1 - 1/kappa) [c.q A c + c (c.A q)] + [1 - 2/kappa + 1/(2 kappa - 1)] (c.q) (c.Ac) c
                   - (kappa - 1)/(kappa (2 kappa - 1)) (c.Ac) q.

The loss gains eps times

    (6)  variance  kappa tr(Sigma V) + 2 gamma s.Vp + (gamma^2/kappa) (p.s) (p.Vp),
    (7)  mean      -2 q.[sqrt(kappa) e + (gamma/sqrt(kappa)) p (p.e) + f p + (gamma/sqrt(kappa)) V p].

V and A are a diagonal, h(mu) and -mu int L dt, and smooth functions of two eigenvalues.  The diagonal counts all modes,
those without power of the target too; the rest lives on the nodes of the target.  So a node may stand for many modes.

The two-time mean field keeps only what sums over all modes: of Gamma its trace, and of V and A what that drives.  The
rest, the four-point part, is smaller by the share of a single mode in these sums.

In L the variance that noise makes is included, at all orders of eps: X = eps kappa tr(Sigma h) solves a Volterra
equation.  Beyond eps kappa tr(Sigma)/2 = 1 it grows exponentially.

Each equation relaxes modes, or pairs of them, under a force; on a step of the clock the force is a polynomial through
its values at Radau's nodes, and modes move exactly (`collocation`).  The scalars and vectors by which (1), (2) and (3)
act on themselves are found by iteration.

Map: `noise_along` places the steps and collects; `_March.step` solves one, equation by equation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf, sqrt
from typing import Literal, TypeAlias

import numpy as np

from exponents.errors import NotSolved

from ..arrays import Reals
from ..spectra.spectrum import Spectrum
from .collocation import NODES, STAGES
from .relaxation import DAMPED, INTEGRALS, Relaxing, dot, iterate, multiply
from .trajectory import Flow, States

Part: TypeAlias = Literal["all", "mean field", "variance"]

FIRST, RATIO, COARSER = 0.1, 1.5, 2.25
"""The first step, in units of the shortest time scale; the ratio of the ends of later ones, and one for comparison."""


@dataclass(frozen=True)
class Noise:
    """What the noise of batches adds to the loss.

    Attributes
    ----------
    variance, mean_shift : array of shape (times,)
        Parts of the loss, of first order in eta/B.
    invariant_shift : array of shape (times,)
        D = eps gamma c.E c along the direction c of w: (kappa - 1)(kappa + D) = gamma |u|^2.
    """

    variance: Reals
    mean_shift: Reals
    invariant_shift: Reals


def noise_along(
    flow: Flow,
    trace: Spectrum,
    temperature: float,
    times: Reals,
    until: float = inf,
    ratio: float = RATIO,
    include: Part = "all",
) -> Noise:
    """Return what noise adds along a solved flow.

    Parameters
    ----------
    flow : Flow
        Solved up to the last time, or as far as double precision goes.
    trace : Spectrum
        sum_j mu_j delta(mu_j), over all eigenvalues of the kernel.
    temperature : float
        eta/B, at least 0.
    times : array of shape (times,)
        Rising, above 0, in units of 1/(learning rate).
    until : float
        The clock after which batches are infinite.
    ratio : float
        Largest ratio of the clocks at the ends of a step.
    include : {"all", "mean field", "variance"}
        All parts; those of the two-time mean field; or only the variance that is linear in tr(Sigma h), which is far
        quicker.

    Returns
    -------
    Noise

    Raises
    ------
    NotSolved
        If noise feeds on itself for longer than a step.

    Examples
    --------
    >>> from .solver import solve_flow
    >>> measure = Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.1]))
    >>> found = noise_along(solve_flow(measure, 1.0, 10.0, 1e-8), measure, 0.01, np.array([1.0, 3.0]))
    >>> found.variance.round(6).tolist(), found.mean_shift.round(6).tolist()
    ([0.005332, 0.000599], [0.001518, 3e-06])
    """
    _, clock = read_states(flow, times)
    mu = flow.measure.eigenvalues
    growth = flow.gamma * float(flow.measure.weights @ mu)  # g = growth tau at first
    edges = _place_edges(FIRST / max(float(trace.eigenvalues[0]), sqrt(growth)), clock, until, ratio)
    march = _March(flow, trace, temperature, include)
    rows = np.array([(0.0, 0.0, 0.0), *(march.step(low, high, low < until) for low, high in pairwise(edges))])
    return Noise(*rows[np.searchsorted(edges, clock)].T)


def read_states(flow: Flow, times: Reals) -> tuple[States, Reals]:
    """Return states and clock at ``times``; beyond the horizon only the clock runs on.

    Examples
    --------
    >>> from .solver import solve_flow
    >>> flow = solve_flow(Spectrum(np.array([1.0, 0.1]), np.array([1.0, 0.1])), 1.0, 10.0, 1e-8)
    >>> bool(read_states(flow, np.array([5.0]))[1] > 5.0)  # the kernel has grown
    True
    """
    states = flow.at(np.minimum(times, flow.horizon))
    return states, states.clock + states.kernel * (times - states.time)


def _place_edges(first: float, clock: Reals, until: float, ratio: float) -> Reals:
    """Return the ends of steps: 0, the clocks asked for, the end of noise, and more, for ratios below ``ratio``."""
    last = float(clock[-1])
    wanted = np.unique(np.concatenate([[min(first, last), min(until, last)], clock]))
    between = np.ceil(np.diff(np.log(wanted)) / np.log(ratio))
    filled = [
        np.geomspace(low, high, int(count) + 1)[1:]
        for (low, high), count in zip(pairwise(wanted), between, strict=True)
    ]
    return np.concatenate([[0.0], wanted[:1], *filled])


@dataclass(frozen=True)
class _Path:
    """The flow at the nodes of a step: scalars of shape (STAGES, 1), vectors of shape (STAGES, modes)."""

    time: float
    kernel: Reals
    loss: Reals
    p: Reals
    u: Reals
    q: Reals


def _read_path(flow: Flow, clock: Reals) -> _Path:
    """Return the flow where the clock shows ``clock``; beyond double precision all is learned."""
    states = flow.at_clock(np.minimum(clock, flow.clock[-1]))
    gone = (clock > flow.clock[-1])[:, None]
    residual, learned = np.where(gone, 0.0, states.residual), np.where(gone, 1.0, states.learned)
    mu, power = flow.measure.eigenvalues, flow.measure.weights
    target, kernel = np.sqrt(power / mu), states.kernel[:, None]
    loss = residual**2 @ power + flow.measure.floor
    u = target * learned
    return _Path(float(states.time[0]), kernel, loss[:, None], u / np.sqrt(kernel), u, mu * target * residual)


@dataclass(frozen=True)
class _Covariance:
    """V at the nodes: diagonal and the rest, on the modes of the target, and tr V and tr(Sigma V) over all modes."""

    diagonal: Reals
    rest: Reals
    trace: Reals
    energy: Reals

    def times(self, vectors: Reals) -> Reals:
        """Return V x at each node."""
        return self.diagonal * vectors + multiply(self.rest, vectors)


class _March:
    """All moments, and the steps that move them; names as in the equations."""

    def __init__(self, flow: Flow, trace: Spectrum, temperature: float, include: Part) -> None:
        self.flow, self.temperature, self.gamma = flow, temperature, flow.gamma
        self.four_point, self.moves = include == "all", include != "variance"
        self.mu, self.trace = flow.measure.eigenvalues, trace
        self.omega = np.sqrt(flow.measure.weights / self.mu)
        self.all = np.concatenate([trace.eigenvalues, self.mu]) if self.moves else trace.eigenvalues
        self.of_all = Relaxing(2 * self.all)
        self.h = np.zeros(len(self.all))  # the diagonal of V, over mu
        if self.moves:
            self._start_moments(len(self.mu))

    def _start_moments(self, modes: int) -> None:
        """Set what (1) to (3) move to 0."""
        self.first, self.second = np.triu_indices(modes)
        self.pair = np.empty((modes, modes), int)
        self.pair[self.first, self.second] = self.pair[self.second, self.first] = np.arange(len(self.first))
        self.of_modes, self.of_pairs = Relaxing(self.mu), Relaxing(self.mu[self.first] + self.mu[self.second])
        self.v, self.e = np.zeros(len(self.first)), np.zeros(modes)
        self.spent, self.a = 0.0, np.zeros((modes, modes))  # int L dt: A has the diagonal -mu spent

    def step(self, low: float, high: float, noisy: bool) -> tuple[float, float, float]:
        """Go from one clock to the next; return what noise adds to the loss there, and D."""
        length = high - low
        path = _read_path(self.flow, low + length * NODES)
        self.of_all.prepare(length)
        loss, excess = self._solve_feedback(path, noisy)
        if not self.moves:
            self.h = self.h[-1]
            return float(excess[-1, 0]), 0.0, 0.0
        self.of_modes.prepare(length)
        if self.four_point:
            self.of_pairs.prepare(length)
        kick = path.q * (noisy and self.four_point)  # the part q q^T of Gamma
        covariance = self._move_covariance(path, kick)
        traced = loss * float(self.trace.weights.sum()) + dot(kick, kick)  # tr(Gamma)
        drift, shift = self._move_invariant(path, loss, kick, traced, length)
        self._move_mean(path, covariance, drift)
        variance, mean = self._observe(path, covariance)
        return self.temperature * variance, self.temperature * mean, self.temperature * shift

    def _solve_feedback(self, path: _Path, noisy: bool) -> tuple[Reals, Reals]:
        """Move h, now at the nodes; return L + X there while batches are noisy, else 0, and X."""
        pull, count = self.trace.weights * self.trace.eigenvalues, len(self.trace)
        strength = self.temperature * path.kernel
        self.h = self.of_all.decay * self.h
        excess = strength * (self.h[:, :count] @ pull)[:, None]
        if not noisy:
            return np.zeros((STAGES, 1)), excess
        response = strength * (self.of_all.weights[:, :, :count] @ pull).T  # X at a node by L + X at all
        gain = float(response.sum(axis=1).max())
        if gain >= 1:
            raise NotSolved(
                f"noise feeds on itself from t = {path.time:.3g} on: what it adds on a step makes {gain:.3g} times as "
                "much again, and only less than 1 is stable; take a smaller eta/B or less time"
            )
        excess = np.asarray(np.linalg.solve(np.eye(STAGES) - response, excess + response @ path.loss))
        self.h = self.h + self.of_all.drive(np.broadcast_to(path.loss + excess, self.h.shape))
        return path.loss + excess, excess

    def _move_covariance(self, path: _Path, kick: Reals) -> _Covariance:
        """Move V by (1), and return it at the nodes."""
        count, diagonal, weights = len(self.trace), self.all * self.h, self.trace.weights
        self.h = self.h[-1]
        own, rest = diagonal[:, count:], np.zeros((STAGES, *self.pair.shape))
        if self.four_point:
            rest = self._move_pairs(path, kick, own)
        own_trace, own_energy = (np.einsum("ikk,k->i", rest, x) for x in (np.ones_like(self.mu), self.mu))
        return _Covariance(
            own * self.four_point,
            rest,
            (diagonal[:, :count] @ (weights / self.trace.eigenvalues) + own_trace)[:, None],
            (diagonal[:, :count] @ weights + own_energy)[:, None],
        )

    def _move_pairs(self, path: _Path, kick: Reals, diagonal: Reals) -> Reals:
        """Move what V has beside its diagonal, and return it at the nodes."""
        one, other = self.first, self.second
        rest = self.of_pairs.decay * self.v + self.of_pairs.drive(kick[:, one] * kick[:, other])
        b = 2 * self.gamma * path.p
        a = self.mu * (self.omega / (2 * np.sqrt(path.kernel)) - path.p) / path.kernel
        vb = self._solve_pull(a, b, diagonal * b + multiply(rest[:, self.pair], b))
        rest = rest + self.of_pairs.drive(a[:, one] * vb[:, other] + a[:, other] * vb[:, one])
        self.v = rest[-1]
        return np.asarray(rest[:, self.pair])

    def _solve_pull(self, a: Reals, b: Reals, free: Reals) -> Reals:
        """Return V b at the nodes, which drives V, from what it is without that."""
        if not self.gamma:
            return free
        weights = np.take(self.of_pairs.weights, self.pair, axis=2)  # node of the force, node, mode, mode
        by_a = multiply(weights, a[:, None] * b)

        def act(vb: Reals) -> Reals:
            by_vb = multiply(weights, vb[:, None] * b)
            return np.asarray((by_a * vb[:, None] + by_vb * a[:, None]).sum(axis=0))

        return iterate(free, act, DAMPED)

    def _move_invariant(
        self, path: _Path, loss: Reals, kick: Reals, traced: Reals, length: float
    ) -> tuple[Reals, float]:
        """Move A by (2), and return m of (5) at the nodes, and D at the end."""
        gamma, kernel, p, u, q = self.gamma, path.kernel, path.p, path.u, path.q
        s = self.mu * p * self.four_point
        spent = self.spent + length * INTEGRALS @ (loss / kernel) * self.four_point
        x_kick = kick + gamma * p * dot(p, kick)
        # all sources are sums of f g^T + g f^T
        sources = [
            (gamma / 2 * traced / kernel * u, u),
            (-x_kick / (2 * kernel), x_kick),
            (-gamma * loss / kernel * p, s + gamma / 2 * dot(p, s) * p),
        ]

        def add(pairs: Sequence[tuple[Reals, Reals]], vectors: Reals) -> Reals:
            """Return what sources have added to A, times a vector, at each node."""
            parts = ((INTEGRALS * (vectors @ g.T)) @ f + (INTEGRALS * (vectors @ f.T)) @ g for f, g in pairs)
            return np.asarray(length * sum(parts))

        def times(vectors: Reals, pairs: Sequence[tuple[Reals, Reals]]) -> Reals:
            """Return A x at each node."""
            return vectors @ self.a - spent * self.mu * vectors + add(pairs, vectors)

        pull = gamma / kernel**2 * q
        au = iterate(times(u, sources), lambda au: add([(pull, au)], u), 1.0)
        sources.append((pull, au))
        norm = np.sqrt(dot(u, u))
        ac, aq = au / norm, times(q, sources)
        last = length * INTEGRALS[-1][:, None]
        grown = sum((last * f).T @ g for f, g in sources)
        self.a, self.spent = self.a + grown + grown.T, float(spent[-1, 0])
        c, cq, cac = u / norm, dot(u, q) / norm, dot(u, ac) / norm
        twice = 2 * kernel - 1
        d = aq - (1 - 1 / kernel) * (cq * ac + dot(c, aq) * c)
        d += (1 - 2 / kernel + 1 / twice) * cq * cac * c - (kernel - 1) / (kernel * twice) * cac * q
        d *= gamma
        spread = gamma * np.sqrt(kernel) * traced
        spread -= gamma**2 / np.sqrt(kernel) * (loss * dot(p, s) + dot(p, kick) ** 2)
        drift = d - (kernel - 1) / twice * dot(c, d) * c - kernel / (2 * twice) * spread * p
        return drift / np.sqrt(kernel), float(gamma * cac[-1, 0] / kernel[-1, 0])

    def _move_mean(self, path: _Path, covariance: _Covariance, drift: Reals) -> None:
        """Move e by (3), now at the nodes."""
        root, gamma, p = np.sqrt(path.kernel), self.gamma, path.p
        bend = self.mu * self.omega * _bend(path, covariance, gamma)
        bend -= gamma * self.mu * (covariance.trace * p + 2 * covariance.times(p))  # n of (4)
        a, b = self.mu * (self.omega / (2 * root) - p), 2 * gamma * p

        def act(mean: Reals) -> Reals:
            return self.of_modes.drive(a * dot(b, mean) / path.kernel)

        free = self.of_modes.decay * self.e + self.of_modes.drive((bend + drift) / path.kernel)
        self.e = iterate(free, act, DAMPED)

    def _observe(self, path: _Path, covariance: _Covariance) -> tuple[float, float]:
        """Return (6) and (7) at the end of the step."""
        gamma, root, p, e = self.gamma, np.sqrt(path.kernel), path.p, self.e
        vp, s = covariance.times(p), self.mu * p
        variance = path.kernel * covariance.energy + 2 * gamma * dot(s, vp)
        variance += gamma**2 / path.kernel * dot(p, s) * dot(p, vp)
        moved = root * e + gamma / root * (p * dot(p, e) + vp) + _bend(path, covariance, gamma) * p
        self.e = e[-1]
        return float(variance[-1, 0]), float(2 * dot(-path.q, moved)[-1, 0])


def _bend(path: _Path, covariance: _Covariance, gamma: float) -> Reals:
    """Return f of (4), the mean of sqrt(kappa) by its curvature."""
    root, squared = np.sqrt(path.kernel), dot(path.p, covariance.times(path.p))
    return np.asarray(gamma * covariance.trace / (2 * root) - gamma**2 * squared / (2 * root**3))
