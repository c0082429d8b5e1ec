"""What the noise of early batches leaves behind, against the linearised flow itself, and in Table 1."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mp, mpf
from scipy.integrate import solve_ivp
from sympy import Max, Rational, S, simplify

from exponents.algebra.piecewise import agreement
from exponents.asymptotics.convolution import convolve_exponents
from exponents.asymptotics.evaluation import evaluate
from exponents.derivations import derive
from exponents.errors import Refuted
from exponents.losses.terms import PowerLaw
from exponents.model.batch_noise import noise_feedback, noise_kernel, sgd_mean_shift, sgd_transient
from exponents.model.noise_shift import shift_by_invariant
from exponents.model.online_loss import loss
from exponents.model.table1 import DOMAIN, PARAMETERS, TRACE_CLASS, optimum
from exponents.model.timescale import chi, clock_growth, kernel_growth
from exponents.names import DERIVED, LAZY, PUBLISHED, REGIMES, RICH
from exponents.optimum.programme import COST
from exponents.optimum.proof import prove
from exponents.optimum.search import compute_optimum
from exponents.symbols import N, alpha, beta, t

# --- the flow -------------------------------------------------------------------------------------------------------


def kicked(gamma, kick, ends, modes=40, capacity=1.5, source=0.5):
    """(kappa, X, K) at the times ``ends``: X is the variance that one batch at the time ``kick`` leaves in the loss.

    The reduced flow du/dt = A g with A = kappa + (gamma/kappa) u u^T, g_j = mu_j (omega_j - u_j) and
    kappa (kappa - 1) = gamma |u|^2.  A batch adds to g_j a noise of variance mu_j L (times eta^2/B), so it moves u by A
    times that.  The columns of ``moved`` are these moves, carried on by the derivative of the flow.
    K is sum_k mu_k^2 e^{-2 mu_k (tau - tau_s)}.
    """
    mu = np.arange(1.0, modes + 1) ** -capacity
    omega = mu ** (source / 2 - (1 - 1 / capacity) / 2)  # mu omega^2 = k^{-alpha beta - 1}
    u, moved, time, clock, found = np.zeros(modes), np.zeros((modes, modes)), 0.0, 0.0, []

    def rates(state, moves):
        kappa = (1 + np.sqrt(1 + 4 * gamma * state @ state)) / 2
        g = mu * (omega - state)
        turn, pull = gamma / kappa, state @ g
        by_kappa = np.outer(g - turn / kappa * pull * state, 2 * gamma * state / (2 * kappa - 1))  # times dkappa/du
        jacobian = by_kappa + turn * np.outer(state, g - mu * state) + np.diag(turn * pull - kappa * mu)
        return kappa * g + turn * pull * state, jacobian @ moves, kappa

    for end in (kick, *ends):
        while time < end:
            here = rates(u, moved)
            step = min(0.3 / here[2], 0.02 + 0.05 * time, end - time)  # Runge-Kutta is stable to 2.8/(kappa mu_1)
            stages = [here]
            for share in (step / 2, step / 2, step):
                stages.append(rates(u + share * stages[-1][0], moved + share * stages[-1][1]))
            ahead = [step / 6 * (a + 2 * b + 2 * c + d) for a, b, c, d in zip(*stages, strict=True)]
            u, moved, clock = u + ahead[0], moved + ahead[1], clock + ahead[2]
            time = end if step == end - time else time + step
        kappa = rates(u, moved)[2]
        if end == kick:
            noise = np.sqrt(mu * (mu @ (omega - u) ** 2))
            moved = (kappa * np.eye(modes) + gamma / kappa * np.outer(u, u)) * noise
            start = clock
            continue
        found.append((kappa, mu @ (moved**2).sum(axis=1), mu**2 @ np.exp(-2 * mu * (clock - start))))
    return np.array(found).T


def test_what_a_batch_leaves_in_the_loss_grows_with_the_kernel():
    kappa, left, kernel = kicked(1.0, 1.0, (5.0, 30.0))
    assert kappa[1] / kappa[0] > 1.5  # else there is nothing to be seen
    # What the sum over modes leaves out is noise along u, one direction of many, but the one in which A is largest.
    assert abs(left[1] / left[0] / (kappa[1] * kernel[1] / (kappa[0] * kernel[0])) - 1) < 0.06
    assert abs(left[1] / left[0] / (kernel[1] / kernel[0]) - 1) > 0.5  # as published, control


def test_lazy_it_is_the_kernel_alone():
    kappa, left, kernel = kicked(0.0, 1.0, (5.0, 30.0))
    assert (kappa == 1).all()
    assert abs(left[1] / left[0] / (kernel[1] / kernel[0]) - 1) < 1e-4  # Runge-Kutta of order 4 in steps of 0.3


# --- the term -------------------------------------------------------------------------------------------------------


def test_the_two_versions_differ_by_the_growth_of_the_kernel():
    for regime in REGIMES:
        published, derived = (sgd_transient(regime, version) for version in (PUBLISHED, DERIVED))
        assert simplify(published.exponent(t) - derived.exponent(t) - kernel_growth(regime)) == 0
        assert published.prefactor == derived.prefactor and published.assumes == derived.assumes
    assert (
        kernel_growth(LAZY) == 0 and sgd_transient(LAZY, DERIVED).exponents == sgd_transient(LAZY, PUBLISHED).exponents
    )
    assert agreement(published.exponent(t), derived.exponent(t), PARAMETERS, DOMAIN) == (beta > 1)


def test_the_logarithm_at_the_border_of_the_phases_is_that_of_clock_and_kernel():
    # At beta = 1 the clock is t (ln t)^{1/2}, its rate is kappa, by numerical differentiation, and the integral of
    # k^{-2 alpha} e^{-2 k^{-alpha} tau} over modes is a Gamma function up to e^{-2 tau}.
    capacity = mpf(2)
    z = 2 - 1 / capacity

    def clock(time):
        return time * mpmath.sqrt(mpmath.log(time))

    def excess(time):
        kernel = (2 * clock(time)) ** -z * mpmath.gamma(z) / capacity
        return kernel, mpmath.diff(clock, time, h=time * mpf(10) ** -20) * kernel

    with mp.workdps(60):
        early, late = mpf(10) ** 1000, mpf(10) ** 2000
        ratio = mpmath.log(mpmath.log(late) / mpmath.log(early))
        pairs = zip(excess(early), excess(late), strict=True)
        measured = [(mpmath.log(b / a) + z * mpmath.log(late / early)) / ratio for a, b in pairs]
    powers = [sgd_transient(RICH, version).logarithms[0].power.subs(alpha, 2) for version in (PUBLISHED, DERIVED)]
    for found, power in zip(measured, powers, strict=True):
        assert abs(found - float(power)) < 1e-3  # kappa = (ln t)^{1/2} (1 + 1/(2 ln t)), and ln t > 2000
    assert abs(measured[0] - float(powers[1])) > 0.4 and sgd_transient(LAZY, DERIVED).logarithms == ()


def test_noise_made_all_along_does_not_tell_the_kernel_now_from_the_kernel_then():
    for regime in REGIMES:
        growth = clock_growth(regime)
        then = growth * convolve_exponents((chi(regime) - kernel_growth(regime)) / growth, noise_kernel().exponent)
        assert agreement(then, noise_feedback(regime), PARAMETERS, DOMAIN) == True  # noqa: E712
        # Without a kernel, or with both, it is another function where the kernel grows.
        for kernels in (0, 2):
            other = noise_feedback(regime) + (1 - kernels) * kernel_growth(regime)
            where = agreement(other, noise_feedback(regime), PARAMETERS, DOMAIN)
            assert where == (S.true if regime == LAZY else beta > 1)


# --- Table 1 --------------------------------------------------------------------------------------------------------


def laws(diagram):
    return [(phase.where, phase.exponent, phase.allocation, phase.binding) for phase in diagram.phases]


def exchanged(regime, term, version=PUBLISHED):
    return compute_optimum(loss(regime, version).replace("sgd_transient", term), COST, TRACE_CLASS, PARAMETERS)


def with_kernels(count):
    """The rich term with kappa^count."""
    decay = sgd_transient(RICH, PUBLISHED).exponent(t) - count * kernel_growth(RICH)
    return PowerLaw("sgd_transient", ((t, decay),))


@pytest.mark.parametrize("regime", REGIMES)
def test_exchanging_only_this_term_changes_no_phase_and_adds_no_tie(regime):
    for version, other in ((PUBLISHED, DERIVED), (DERIVED, PUBLISHED)):
        found = exchanged(regime, sgd_transient(regime, other), version)
        prove(found)
        assert laws(found) == laws(optimum(regime, version))


def test_control_three_kernels_would_bind():
    # (4 - 2/alpha - 3(1 - beta))/(1 + beta) = 5/9 at (6/5, 1/2), below 2/3 of the flow; against N^{-3/5} on N t = C it
    # gives r = (5/9)(3/5)/(5/9 + 3/5) = 15/52, and the flow (2/3)(3/5)/(2/3 + 3/5) = 6/19.
    found = exchanged(RICH, with_kernels(3))
    assert found.at("6/5", "1/2").exponent == Fraction(15, 52)
    assert optimum(RICH).at("6/5", "1/2").exponent == Fraction(6, 19)
    assert laws(found) != laws(optimum(RICH))


def test_the_derivation_shows_both_forms_where_they_agree_and_what_table_1_makes_of_them():
    steps = derive("sgd").steps
    assert steps == derive("sgd", DERIVED).steps
    terms = [step.formulas for step in steps if len(step.formulas) == 3]
    exponents = [[-law.as_powers_dict()[t] for law in laws] for laws in terms]
    lazy = 2 - 1 / alpha
    printed = [[lazy, 2 * lazy / (1 + beta), lazy], [lazy, (3 + beta - 2 / alpha) / (1 + beta), lazy]]
    assert len(exponents) == 2
    for found, wanted in zip(exponents, printed, strict=True):
        assert [simplify(a - b) for a, b in zip(found, wanted, strict=True)] == [0, 0, 0]
    assert any(step.statement.values.get("where") == (beta > 1) for step in steps)
    assert any(step.source == "Table 1" for step in steps)


def test_control_the_derivation_refuses_a_term_that_changes_table_1(monkeypatch):
    def wrong(regime, version):
        whole = loss(regime, version)
        return whole if version == PUBLISHED or regime == LAZY else whole.replace("sgd_transient", with_kernels(3))

    monkeypatch.setattr("exponents.derivations.steps.loss", wrong)
    with pytest.raises(Refuted, match="sgd_transient"):
        derive("sgd")


def test_published_is_as_it_was():
    # Eq. 9, and its logarithm at beta = 1, where the clock is t (ln t)^{1/2}.
    term = loss(RICH, PUBLISHED)["sgd_transient"]
    assert simplify(term.exponent(t).subs(beta, Rational(1, 2)) - Rational(4, 3) * (2 - 1 / alpha)) == 0
    assert simplify(term.logarithms[0].power + (2 - 1 / alpha) / 2) == 0
    assert (term.source, term.exponent(N)) == ("eq. 9", 0) and loss(LAZY)["sgd_transient"].source == "eq. 8"


# --- the mean of the loss -------------------------------------------------------------------------------------------


def test_noisy_steps_move_what_the_flow_conserves_as_derived():
    # Training itself at N = infinity, with Gaussian samples: B B^T - gamma w w^T against the integral of
    # (eta/B) gamma (gamma tr(Gamma) w w^T - B Gamma B^T) along the same run.
    rng, gamma, rate, batch, steps, runs = np.random.default_rng(5), 3.0, 2e-3, 2, 500, 400
    power, omega = np.array([1.0, 0.5, 0.2]), np.array([1.0, -0.8, 1.5])
    w, b = np.zeros((runs, 3)), np.tile(np.eye(3), (runs, 1, 1))
    derived, unamplified = np.zeros((2, 3, 3))
    for _ in range(steps):
        v = omega - np.einsum("rij,ri->rj", b, w)
        loss_now, mean = v**2 @ power, power * v
        noise = loss_now[:, None, None] * np.diag(power) + mean[:, :, None] * mean[:, None, :]
        total = np.trace(noise, axis1=1, axis2=2)
        grown = np.einsum("r,ri,rj->ij", gamma * total, w, w)
        spread = np.einsum("rij,rjk,rlk->il", b, noise, b)
        derived += rate**2 / batch * gamma * (grown - spread) / runs
        unamplified += rate**2 / batch * gamma * (-spread) / runs
        samples = rng.standard_normal((runs, batch, 3)) * np.sqrt(power)
        g = np.einsum("rbn,rb->rn", samples, np.einsum("rbn,rn->rb", samples, v)) / batch
        w, b = w + rate * np.einsum("rij,rj->ri", b, g), b + rate * gamma * w[:, :, None] * g[:, None, :]
    moved = (np.einsum("rij,rkj->ik", b, b) - gamma * np.einsum("ri,rj->ij", w, w)) / runs - np.eye(3)
    quiet = noiseless_shift(gamma, rate, power, omega, steps)  # of order eta, for steps without noise
    size = np.abs(moved - quiet).max()
    assert np.abs(moved - quiet - derived).max() < 0.05 * size  # 1 % from 400 runs, and the next order in eta/B
    assert np.abs(moved - quiet - unamplified).max() > 0.3 * size  # without tr(Gamma), control


def noiseless_shift(gamma, rate, power, omega, steps):
    """What steps of full batches add to B B^T - gamma w w^T."""
    w, b = np.zeros(3), np.eye(3)
    for _ in range(steps):
        g = power * (omega - b.T @ w)
        w, b = w + rate * b @ g, b + rate * gamma * np.outer(w, g)
    return b @ b.T - gamma * np.outer(w, w) - np.eye(3)


def shifted_losses(source, shift, times, gamma=1.0, capacity=2.0):
    """The loss of the flow with (kappa - 1)(kappa + D) = gamma |u|^2, by an implicit solver, on a dense grid of modes.

    du/dt = kappa g + (kappa - 1 + D) u (u.g)/|u|^2: B^T B is 1 along all directions but u, where it is kappa + D.
    """
    logs = np.linspace(-36.0, 0.0, 181)
    mu = np.exp(logs)
    power = mu**source / capacity * (logs[1] - logs[0])  # y^2(k) dk by mu = k^-alpha
    omega = np.sqrt(power / mu)

    def rates(log_time, u):
        scale = np.exp(log_time)
        norm, g = u @ u, mu * (omega - u)
        kappa = ((1 - shift) + np.sqrt((1 + shift) ** 2 + 4 * gamma * norm)) / 2
        turn = (kappa - 1 + shift) / norm
        return scale * (kappa * g + turn * (u @ g) * u)

    def slopes(log_time, u):
        scale = np.exp(log_time)
        norm, g = u @ u, mu * (omega - u)
        root = np.sqrt((1 + shift) ** 2 + 4 * gamma * norm)
        kappa = ((1 - shift) + root) / 2
        by_u, turn, pull = 2 * gamma * u / root, (kappa - 1 + shift) / norm, u @ g
        by_turn = by_u / norm - 2 * turn / norm * u
        change = np.outer(g, by_u) - np.diag(kappa * mu) + pull * np.outer(u, by_turn) + turn * pull * np.eye(len(mu))
        return scale * (change + turn * np.outer(u, g - mu * u))

    start = 1e-6
    logs_of_times = np.log(np.concatenate([[start], times]))
    found = solve_ivp(
        rates,
        (logs_of_times[0], logs_of_times[-1]),
        start * mu * omega,
        "Radau",
        logs_of_times[1:],
        jac=slopes,
        rtol=1e-10,
        atol=1e-14,
    )
    return ((omega[:, None] - found.y) ** 2 * mu[:, None]).sum(axis=0)


@pytest.mark.slow
@pytest.mark.parametrize("source", [0.3, 0.5, 0.7, 1.5])
def test_a_shift_of_what_is_conserved_moves_the_loss_with_the_derived_exponent(source):
    times = np.array([1e5, 1e6, 1e7])
    change = shifted_losses(source, 0.2, times) - shifted_losses(source, -0.2, times)
    measured = -np.diff(np.log(change)) / np.log(10)
    derived = float(sgd_mean_shift().exponent(t).subs(beta, Rational(str(source))))
    assert (change > 0).all()  # D > 0: the kernel is smaller, so the loss is larger
    assert abs(measured[1] - measured[0]) < 0.02
    extrapolated = 2 * measured[1] - measured[0]
    assert abs(extrapolated - derived) < 0.02
    flow = float(chi(RICH).subs(beta, Rational(str(source))))
    variance = float(sgd_transient(RICH, DERIVED).exponent(t).subs({beta: Rational(str(source)), alpha: 2}))
    if source < 1:  # neither the exponent of the flow nor that of the variance, controls
        assert min(abs(extrapolated - flow), abs(extrapolated - variance)) > 0.1
        # the constant, whose corrections are powers of 1/kappa ~ t^-(1 - beta)/(1 + beta): two of them are taken away
        fall, constants = 10 ** -((1 - source) / (1 + source)), times * change / 0.4
        for power in (1, 2):
            constants = (constants[1:] - fall**power * constants[:-1]) / (1 - fall**power)
        due = float(evaluate(shift_by_invariant(), 2, str(source), 1))
        assert constants[0] == pytest.approx(due, rel=4e-3, abs=0)  # a third correction; 1 % off fails


def test_the_shift_of_the_mean_falls_as_one_over_t_below_beta_1_and_as_the_flow_above():
    # By hand: chi = 2 beta/(1 + beta) and kappa ~ t^{(1 - beta)/(1 + beta)} add up to 1.
    assert agreement(sgd_mean_shift().exponent(t), Max(1, beta), PARAMETERS, DOMAIN) == True  # noqa: E712


def test_with_the_shift_of_the_mean_table_1_is_the_same_and_a_slower_one_would_bind():
    with_shift = compute_optimum(loss(RICH, PUBLISHED).add(sgd_mean_shift()), COST, TRACE_CLASS, PARAMETERS)
    prove(with_shift)
    assert [phase.exponent for phase in with_shift.phases] == [
        phase.exponent for phase in optimum(RICH, PUBLISHED).phases
    ]
    slower = PowerLaw("sgd_mean_shift", ((t, chi(RICH) - kernel_growth(RICH) / 2),))  # control
    bound = compute_optimum(loss(RICH, PUBLISHED).add(slower), COST, TRACE_CLASS, PARAMETERS)
    assert bound.at("3/2", "1/2").exponent != optimum(RICH, PUBLISHED).at("3/2", "1/2").exponent
