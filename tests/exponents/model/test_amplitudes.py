"""The constants of the laws against the flow itself, integrated mode by mode."""

from functools import lru_cache

import numpy as np
import pytest
from mpmath import exp, inf, mpf, nsum, quad, workdps
from scipy.integrate import solve_ivp
from sympy import Float, Rational, S, Symbol, nan, sympify
from sympy import gamma as gamma_function

import exponents
from exponents.asymptotics.evaluation import evaluate
from exponents.derivations import derive
from exponents.errors import IncompleteProof, InputError
from exponents.model import amplitudes
from exponents.model.amplitudes import (
    CONTINUUM,
    MODES,
    LogLaw,
    amplitude,
    amplitudes_by_piece,
    amplitudes_in_symbols,
    clock_amplitude,
    kernel_amplitude,
    log_law,
    target_norm,
)
from exponents.model.scaling_function import c, integrals
from exponents.model.timescale import chi, clock_growth
from exponents.printing import STYLES, write
from exponents.symbols import alpha, beta, gamma, t

LOG_CLOCK = 42
"""ln tau up to which flows are followed: corrections, tau^{-(1-beta)/2} or tau^{1-beta}, are then below 10^-4."""

LOOSE = 2e-4
"""What is asked of a flow: the corrections above, and steps of relative size `STEP` with an error of STEP^2/12."""

STEP = 0.02


def spectrum(capacity, source, modes):
    """Eigenvalues and weights y_k^2: the first modes one by one, the rest, or all, by Gauss-Legendre in ln k."""
    nodes, weights = np.polynomial.legendre.leggauss(8)
    reach = LOG_CLOCK + 30 / source  # -ln of the smallest eigenvalue: what lies below has e^-30 of the loss
    edges = np.linspace(np.log(modes + 0.5) if modes else 0, reach / capacity, int(reach / 2) + 1)
    half = np.diff(edges) / 2
    log_k = (edges[:-1, None] + half[:, None] * (1 + nodes)).ravel()
    first = np.arange(1, modes + 1.0)
    spread = (half[:, None] * weights).ravel()
    return (
        np.concatenate([first**-capacity, np.exp(-capacity * log_k)]),
        np.concatenate([first ** (-capacity * source - 1), spread * np.exp(-capacity * source * log_k)]),
    )


def follow(eigenvalues, weights, richness, log_clock):
    """t, L, kappa, tau and U along d psi/d tau = mu (h - psi), in steps over which h is linear in tau.

    Each step is exact for such an h; its end is found by iterating kappa^2 - kappa = gamma U for phi = psi/h.
    """
    tau, time, psi, kappa, rows = 0.0, 0.0, np.zeros_like(eigenvalues), 1.0, []
    for end in np.exp(np.arange(-7, log_clock, STEP)):
        moved = eigenvalues * (end - tau)
        gained = -np.expm1(-moved)
        before, after = kappa**-0.5, kappa**-0.5
        for _ in range(8):  # contracts by STEP or so each time
            new = psi + gained * (before - psi) + (after - before) * (1 - gained / moved)
            size = (weights / eigenvalues * (new / after) ** 2).sum()
            kappa, last = (1 + np.sqrt(1 + 4 * richness * size)) / 2, after
            after = kappa**-0.5
        time += (end - tau) * (before**2 + before * after + after**2) / 3  # dt = h^2 d tau
        tau, psi = end, new
        rows.append((time, (weights * (1 - psi / last) ** 2).sum(), kappa, tau, size))
    return np.array(rows).T


@lru_cache(maxsize=8)
def flow(capacity, source, richness, modes=0):
    return follow(*spectrum(capacity, source, modes), richness, LOG_CLOCK)


def number(formula, capacity, source, richness):
    return float(evaluate(formula, Rational(capacity), Rational(source), Rational(richness)))


FLOWS = [(2.0, 0.5, 1.0, 0), (1.5, 0.25, 3.0, 20), (2.0, 1.75, 1.0, 0), (1.5, 1.75, 2.0, 20)]


def test_the_flow_in_its_clock_is_that_of_the_paper():
    """dv/dt = -M Lambda v, dM/dt = gamma [u g' + g u'] + 2 gamma u'g I, g = Lambda v, u = w - v (eq. 51, 52)."""
    modes, richness = np.arange(1, 13.0), 2.0
    eigenvalues, target = modes**-1.5, modes**-0.5

    def speed(_, state):
        v, matrix = state[:12], state[12:].reshape(12, 12)
        g, u = eigenvalues * v, target - v
        growth = richness * (np.outer(u, g) + np.outer(g, u)) + 2 * richness * (u @ g) * np.eye(12)
        return np.concatenate([-matrix @ g, growth.ravel()])

    time, loss, *_ = follow(eigenvalues, eigenvalues * target**2, richness, 4.0)
    found = solve_ivp(speed, (0, time[-1]), np.append(target, np.eye(12)), method="DOP853", rtol=1e-8, atol=1e-10)
    v = found.y[:12, -1]
    assert abs(loss[-1] / (eigenvalues * v**2).sum() - 1) < LOOSE and loss[-1] < loss[0] / 10


@pytest.mark.parametrize(("capacity", "source", "richness", "modes"), FLOWS)
def test_the_flow_reaches_its_laws(capacity, source, richness, modes):
    time, loss, kernel, clock, _ = (row[-1] for row in flow(capacity, source, richness, modes))
    m, r = (float(power.subs(beta, Rational(source))) for power in (clock_growth(), chi()))
    chosen = ("rich", MODES if modes else CONTINUUM)
    for measured, power, formula in (
        (loss, -r, amplitude(*chosen)),
        (kernel, m - 1, kernel_amplitude(*chosen)),
        (clock, m, clock_amplitude(*chosen)),
    ):
        assert abs(measured * time**-power / number(formula, capacity, source, richness) - 1) < LOOSE


def test_control_the_flow_does_not_reach_an_amplitude_without_the_rank_one_part():
    below, _ = amplitudes_in_symbols()
    learned, _, loss = (integral.subs(c, 0) for integral in integrals())
    wrong = below.substitute({amplitudes.learned_value: learned, amplitudes.loss_value: loss}).loss
    time, measured, *_ = flow(2.0, 0.5, 1.0)[:, -1]
    assert abs(measured * time ** (2 / 3) / number(wrong, 2, 0.5, 1) - 1) > 10 * LOOSE


def test_control_sum_and_integral_over_modes_differ_beyond_one_only():
    for formula in (amplitude, kernel_amplitude, clock_amplitude):
        sums, integrated = (formula("rich", kind) for kind in (MODES, CONTINUUM))
        assert evaluate(sums, 2, "1/2", 1) == evaluate(integrated, 2, "1/2", 1)
        assert abs(number(sums, 2, 1.75, 1) / number(integrated, 2, 1.75, 1) - 1) > 10 * LOOSE


def test_the_lazy_amplitude_is_that_of_the_modes():
    """L = int k^{-alpha beta - 1} exp(-2 k^{-alpha} t) dk = (1/alpha) int mu^{beta-1} exp(-2 mu t) d mu over (0, 1)."""
    assert amplitude("lazy") == amplitude("lazy", MODES)
    assert kernel_amplitude("lazy") == clock_amplitude("lazy") == 1
    with workdps(30):
        time = mpf(10) ** 3  # the rest is exp(-2000)
        for source in (Rational(1, 2), Rational(1), Rational(5, 2)):
            power = mpf(source.p) / source.q
            points = [mpf(10) ** -j for j in range(30, 2, -1)]
            loss = quad(lambda v, e=1 / power: exp(-2 * v**e * time), [0, *(v**power for v in points), 1]) / power / 3
            assert abs(loss * time**power / evaluate(amplitude("lazy"), 3, source, 1) - 1) < mpf(10) ** -20


@pytest.mark.parametrize(("source", "power"), [("1/3", Rational(-1, 4)), ("3/4", Rational(-3, 7))])
def test_richness_lowers_the_loss_by_a_power(source, power):
    """A ~ gamma^{-beta/(1 + beta)} below beta = 1, since tau ~ gamma^{m/2}."""
    with workdps(30):
        values = [evaluate(amplitude(), 2, source, richness) for richness in (1, 1000)]
        assert abs(values[1] / values[0] / mpf(1000) ** (mpf(power.p) / power.q) - 1) < mpf(10) ** -25


def test_the_kernel_is_the_rate_of_the_clock():
    for regime in ("lazy", "rich"):
        for law in amplitudes_by_piece(regime):
            point = {beta: Rational(1, 3) if law.where.subs(beta, Rational(1, 3)) == True else Rational(5, 2)}  # noqa: E712
            growth = clock_growth(regime).subs(point)
            ratio = evaluate(law.kernel / law.clock, 2, point[beta], 1) if regime == "rich" else 1
            assert abs(ratio - mpf(growth.p) / growth.q) < 1e-14


@pytest.mark.parametrize("source", [Rational(3, 2), Rational(7, 3)], ids=str)
def test_the_norm_of_the_target_is_its_sum_and_its_integral(source):
    power = mpf((2 * source - 1).p) / (2 * source - 1).q  # alpha = 2: y_k^2/lambda_k = k^{2 - 2 beta - 1}
    with workdps(30):
        total, area = nsum(lambda k: k**-power, [1, inf], method="e"), quad(lambda k: k**-power, [1, 10, 1000, inf])
        assert abs(evaluate(target_norm(MODES), 2, source, 1) / total - 1) < mpf(10) ** -15
        assert abs(evaluate(target_norm(), 2, source, 1) / area - 1) < mpf(10) ** -8


def test_on_the_boundary_the_amplitude_has_no_value_and_tends_to_zero():
    assert amplitude().subs(beta, 1) is nan
    for sign in (-1, 1):
        values = [evaluate(amplitude(), 2, 1 + sign * Rational(1, 10**j), 1) for j in (2, 6, 10)]
        assert values == sorted(values, reverse=True) and values[-1] < 1e-4


def test_the_laws_with_a_logarithm_are_those_of_the_theory():
    """kappa ~ (gamma/alpha)^{1/2} (ln t)^{1/2}, tau its integral, L ~ (4 alpha gamma)^{-1/2} t^{-1} (ln t)^{-1/2}."""
    half = Rational(1, 2)
    root = (gamma / alpha) ** half
    assert log_law() == LogLaw((4 * alpha * gamma) ** -half, S.NegativeOne, -half)
    assert log_law("kernel") == LogLaw(root, S.Zero, half)
    assert log_law("clock") == LogLaw(root, S.One, half)
    assert log_law("clock").as_expr().subs({t: exp_of(4), alpha: 2, gamma: 8}) == 4 * exp_of(4)


def exp_of(power):
    return S.Exp1**power


def test_the_flow_on_the_boundary_follows_the_logarithm():
    time, loss, _, clock, size = flow(2.0, 1.0, 3.0)[:, -500:]  # the last ten of ln tau
    # U = ln(tau)/alpha, a constant, and terms in 1/ln(tau), which change its slope by 1/ln(tau)^2 or 5e-4
    slope = np.polyfit(np.log(clock), size, 1)[0]
    assert abs(3 * slope / float(log_law("kernel").constant.subs({alpha: 2, gamma: 3}) ** 2) - 1) < 1e-3
    # L t (ln t)^{1/2} tends to its constant as ln ln t/ln t
    ratio = loss * time * np.log(time) ** 0.5 / float(log_law().constant.subs({alpha: 2, gamma: 3}))
    assert (np.diff(abs(ratio - 1)) < 0).all() and abs(ratio[-1] - 1) < 0.1


def test_the_power_of_the_logarithm_can_be_read_off_the_flow():
    time, loss, *_ = flow(2.0, 1.0, 3.0)[:, 1000:]
    powers = np.diff(np.log(loss * time)[::400]) / np.diff(np.log(np.log(time))[::400])
    distance = abs(powers - float(log_law().log_power))
    assert (np.diff(distance) < 0).all() and distance[-1] < 0.1  # neither 0 nor -1


def test_control_a_logarithm_that_is_not_the_flow_s_is_refused(monkeypatch):
    curve, power = amplitudes.clock_logarithm()
    monkeypatch.setattr(amplitudes, "clock_logarithm", lambda: (curve, power / 2))
    with pytest.raises(IncompleteProof, match="disagrees"):
        log_law()


def test_words_that_name_nothing_are_refused():
    with pytest.raises(InputError, match="the regime must be one of lazy, rich"):
        amplitude("rch")
    with pytest.raises(InputError, match="the spectrum must be one of continuum, modes"):
        amplitude("rich", "discrete")
    with pytest.raises(InputError, match="the quantity must be one of loss, kernel, clock"):
        log_law("tau")


def test_no_formula_holds_a_float():
    for regime in ("lazy", "rich"):
        for kind in (CONTINUUM, MODES):
            for formula in (amplitude, kernel_amplitude, clock_amplitude):
                assert not formula(regime, kind).atoms(Float)


def test_the_public_names_are_functions_though_modules_bear_like_names():
    assert callable(exponents.amplitude) and callable(exponents.scaling_function) and callable(exponents.evaluate)


def test_the_derivation_prints_the_formulas_that_are_computed():
    formulas = [formula for step in derive("amplitude").steps for formula in step.formulas]
    texts = [write(formula, "plain") for formula in formulas]
    below, above = amplitudes_in_symbols()
    assert {f"A = {law}" for law in (below.loss, amplitude("lazy"))} <= set(texts)
    read = sympify(
        texts[-4].split(" = ")[1], locals={"alpha": alpha, "beta": beta, "kappa_max": amplitudes.limit_value}
    )
    lazily = above.substitute({amplitudes.loss_value: alpha * amplitude("lazy").rewrite(gamma_function)}).loss
    assert read == lazily
    assert {str(integral) for integral in integrals().learned.args} <= set(texts)


def test_hypergeometric_functions_are_written_as_they_are_read():
    series = integrals().learned.args[0]
    found = {style: write(series, style) for style in STYLES}
    assert sympify(found["plain"], locals={"beta": beta, "c": c}) == series
    assert "₂F₁(1, c; -β - c + 2; -1)" in found["unicode"] and "hyper" not in found["unicode"]
    assert "{}_{2}F_{1}" in found["latex"]
    assert write(amplitude("lazy"), "unicode") == "Γ(β)/(2^β·α)"  # not 2^(βα)
    assert write(2 * Symbol("pi_1"), "unicode") == "2pi_1"
