"""The derived sides of the claims, composed from what the model derives.

Each function returns an exponent, or a constant, in alpha, beta and gamma.  Exponents of decay are positive when the
quantity falls, exponents of growth when it grows.  Records name these functions, and those imported here, as text.
"""

from __future__ import annotations

from sympy import Expr, Min, Rational, exp

from ..algebra.piecewise import normal_form
from ..asymptotics.mode_sums import mode_sum
from ..model.amplitudes import amplitude, clock_amplitude, kernel_amplitude, target_norm  # noqa: F401
from ..model.batch_noise import noise_feedback, sgd_mean_shift  # noqa: F401
from ..model.bottleneck import data_bottleneck, resolution
from ..model.kernel_singularity import capacity_of_kernel, contrast_of_parities
from ..model.level_series import level_series
from ..model.linear_network import saturation  # noqa: F401
from ..model.noise_shift import shift_over_variance  # noqa: F401
from ..model.online_loss import loss
from ..model.reuse_loss import data_correction, mixed_correction, peak_growth  # noqa: F401
from ..model.stable_steps import in_steps, optimum_in_steps, stability_horizon  # noqa: F401
from ..model.table1 import DOMAIN, PARAMETERS, optimum
from ..model.target import TARGET_WEIGHT
from ..model.timescale import chi, clock_growth, kernel_growth
from ..names import DERIVED, LAZY, RICH, KernelName, Regime
from ..symbols import N, P, alpha, beta, steps, t, x


def learned_mode() -> Expr:
    """Return the growth of k, where half of the mode with eigenvalue k^-alpha is learned (eq. 11).

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> learned_mode().subs({alpha: 2, beta: 3})
    1/2
    """
    return clock_growth(RICH) / alpha


def learned_norm() -> Expr:
    """Return the growth of U = kappa |w|^2, whose factors grow alike (eq. 7).

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> learned_norm().subs(beta, 3)
    0
    """
    return 2 * kernel_growth(RICH)


def level(number: int) -> Expr:
    """Return the exponent of one level of perturbation theory (eq. 62).

    Examples
    --------
    >>> level(0)
    beta
    """
    return level_series().level(number)


def readout_norm() -> Expr:
    """Return the growth of |w|^2/N = sum_k w_k^2 (1 - e^{-lambda_k t})^2 under lazy dynamics (eq. 47).

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> readout_norm().subs(beta, 3)
    0
    """
    return -mode_sum(TARGET_WEIGHT - alpha, (1 - exp(-x)) ** 2).exponent


def readout_speed() -> Expr:
    """Return the decay of C_2(t, t) = sum_k y_k^2 lambda_k e^{-2 lambda_k t} under lazy dynamics (eq. 47).

    Examples
    --------
    >>> readout_speed()
    beta + 1
    """
    return mode_sum(TARGET_WEIGHT + alpha, exp(-2 * x)).exponent


def term_in_time(regime: Regime, name: str) -> Expr:
    """Return the exponent in t of one term of the derived loss.

    Examples
    --------
    >>> term_in_time("lazy", "gradient_flow")
    beta
    """
    return loss(regime, DERIVED)[name].exponent(t)


def term_in_size(regime: Regime, name: str) -> Expr:
    """Return the exponent in N of one term of the derived loss.

    Examples
    --------
    >>> term_in_size("lazy", "finite_model_transient")
    1
    """
    return loss(regime, DERIVED)[name].exponent(N)


def term_in_steps(name: str) -> Expr:
    """Return the exponent in stable steps of one term of the derived rich loss.

    Examples
    --------
    >>> term_in_steps("gradient_flow")
    beta
    """
    return in_steps(loss(RICH, DERIVED), RICH)[name].exponent(steps)


def early_noise() -> Expr:
    """Return the decay of all that the noise of early batches leaves in the loss: variance, or shift of the mean.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> early_noise().subs({alpha: 2, beta: 4})
    3/2
    """
    slower = Min(sgd_mean_shift().exponent(t), term_in_time(RICH, "sgd_transient"))
    return normal_form(slower, PARAMETERS, DOMAIN)


def arrival(regime: Regime) -> Expr:
    """Return the exponent in N of the time at which a model comes to its floor: the clock reaches r(N).

    Examples
    --------
    >>> arrival("lazy")
    alpha
    """
    return resolution() / clock_growth(regime)


def departure(regime: Regime) -> Expr:
    """Return the exponent in N of the time at which a model leaves the limit: the first other term meets the flow.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> departure("lazy").subs({alpha: 3, beta: 4})
    3/10
    """
    terms = loss(regime, DERIVED)
    flow = terms["gradient_flow"].exponent(t)
    others = (terms[name] for name in ("model_bottleneck", "finite_model_transient"))
    return Min(*(term.exponent(N) / (flow - term.exponent(t)) for term in others))


def compute_exponent(regime: Regime) -> Expr:
    """Return the exponent with which the smallest loss falls with compute (Table 1).

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> compute_exponent("lazy").subs({alpha: 2, beta: 3})
    3/4
    """
    return optimum(regime, DERIVED).exponent


def model_size_exponent(regime: Regime) -> Expr:
    """Return the exponent with which the best model size grows with compute (Table 1).

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> model_size_exponent("lazy").subs({alpha: 2, beta: 3})
    1/2
    """
    return optimum(regime, DERIVED).allocation(N)


def compute_exponent_in_steps() -> Expr:
    """Return the exponent with which the smallest rich loss falls with compute that counts stable steps.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> compute_exponent_in_steps().subs({alpha: 3, beta: 1})
    3/4
    """
    return optimum_in_steps(RICH, DERIVED).exponent


def model_size_exponent_in_steps() -> Expr:
    """Return the exponent with which the best rich model size grows with that compute.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> model_size_exponent_in_steps().subs({alpha: 3, beta: 1})
    1/4
    """
    return optimum_in_steps(RICH, DERIVED).allocation(N)


def data_floor() -> Expr:
    """Return the exponent in P of what remains at infinite time (eq. 78).

    Stopping early does not change it, nor does the regime: the flow stays in the span of the samples.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> data_floor().subs({alpha: 2, beta: 3})
    4
    """
    return data_bottleneck().exponent(P)


def data_transient(regime: Regime) -> Expr:
    """Return the exponent with which P times the first correction in 1/P falls with time.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> data_transient("lazy").subs({alpha: 2, beta: 3})
    3/2
    """
    return normal_form(data_correction(regime), PARAMETERS, DOMAIN)


def proportional_floor() -> Expr:
    """Return the exponent in P of the floor with N in proportion to P: the mixed correction over N.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> proportional_floor().subs({alpha: 2, beta: 3})
    2
    """
    return mixed_correction() + 1


def kernel_capacity(kernel: KernelName, hidden_layers: int) -> Expr:
    """Return the decay of Fourier coefficients of a kernel of networks with units relu(h)^(alpha/2).

    Examples
    --------
    >>> kernel_capacity("tangent", 3), kernel_capacity("covariance", 1)
    (alpha, alpha + 2)
    """
    return normal_form(capacity_of_kernel(kernel, hidden_layers, alpha / 2), PARAMETERS, DOMAIN)


def kernel_parity() -> Expr:
    """Return the contrast of even and odd coefficients after one hidden layer of such units.

    Examples
    --------
    >>> kernel_parity()
    -cos(pi*alpha/2)
    """
    return contrast_of_parities(alpha / 2)


def gain() -> Expr:
    """Return by how much the exponent of the loss in time rises where features learn.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> gain().subs(beta, Rational(1, 2)), gain().subs(beta, 2)
    (1/6, 0)
    """
    return normal_form(chi(RICH) - chi(LAZY), PARAMETERS, DOMAIN)


def gap(apart: str) -> Expr:
    """Return the exponent of a rich model on a target whose source is larger by ``apart``, less that on the target.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> gap("1/2").subs(beta, Rational(1, 2)), gap("1/2").subs(beta, 2)
    (1/3, 1/2)
    """
    return normal_form(chi(RICH).subs(beta, beta + Rational(apart)) - chi(RICH), PARAMETERS, DOMAIN)
