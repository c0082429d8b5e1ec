"""How large is the loss of the limit dynamics? The scaling function, its integrals, and the constants of the laws."""

from __future__ import annotations

from sympy import Eq, Expr, Symbol, diff, log, simplify

from ..model.amplitudes import (
    MODES,
    Quantity,
    amplitudes_by_piece,
    amplitudes_in_symbols,
    kernel_in_clock,
    kernel_limit,
    learned_value,
    limit_value,
    log_law,
    loss_value,
    target_norm,
)
from ..model.scaling_function import (
    c,
    integrals,
    learned_sum,
    overlap,
    relaxation,
    residue_sums,
    shift_ratio,
    solution,
    transform,
)
from ..model.timescale import Piece, chi, clock_logarithm, solve_self_consistency
from ..names import LAZY
from ..printing import Notation, formula, phrase
from ..symbols import alpha, beta, gamma, t, tau
from .derivation import Derivation, Step, read_steps

_A, _J = Symbol("A"), Symbol("J")
_U_MAX = Symbol("U_max", positive=True)


def derive_amplitude() -> Derivation:
    """Derive the constant in front of the limit dynamics' law; it is the same in each version of the loss.

    Returns
    -------
    Derivation

    Examples
    --------
    >>> derive_amplitude().title.write("plain")
    'The amplitude of the limit dynamics, N and B to infinity'
    """
    below, above = solve_self_consistency().pieces
    return Derivation(
        "amplitude",
        phrase("The amplitude of the limit dynamics, N and B to infinity"),
        (
            *_opening_steps(below),
            *_scaling_function_steps(),
            *_integral_steps(),
            *_law_steps(below),
            *_saturation_steps(above),
        ),
    )


def _opening_steps(below: Piece) -> tuple[Step, ...]:
    (lazy,) = amplitudes_by_piece(LAZY)
    return read_steps(
        r"""
        * In its clock $\tau$ the flow is one equation for every mode, driven by one function $h$. Here $\phi$ is the
          learned fraction of a mode with eigenvalue $\mu$:
              d\psi/d\tau = \mu (h - \psi), \quad \psi = h \phi, \quad h = \kappa^{-1/2}, \quad d\tau = \kappa\, dt
              \kappa^2 - \kappa = \gamma U, \quad U = \sum_k \frac{y_k^2}{\lambda_k} \phi_k^2, \quad L = \sum_k y_k^2 (1
                  - \phi_k)^2
          since the matrix of eq. 52 is $\kappa$ times the identity plus a rank-one part along what has been learned,
          and dividing $\psi$ by $h$ restores that part [eq. 51, 52]
        * In the lazy regime $\kappa$ stays 1, the loss is a mode sum with kernel $e^{-2 x}$, and
              {law}
              {constant}
          since the amplitude is the kernel's Mellin transform at the pole of zeta, over $\alpha$ [eq. 8]
        * In the rich regime, for {where}, the clock grows as a power of $t$ with exponent $m$, and $h$ falls as a power
          of the clock with exponent $c$:
              {growth}
              {relaxation}
          since $\kappa$ is the rate of the clock; its square grows as $\gamma U$ and the mode sum $U$ as
          $\tau^{#power}$, which gives the same $c$ [eq. 10]
        """,
        law=_write_loss_law(chi(LAZY)),
        constant=Eq(_A, lazy.loss, evaluate=False),
        where=below.where,
        power=-learned_sum().pole,
        growth=Eq(Symbol("m"), below.growth, evaluate=False),
        relaxation=Eq(c, relaxation(), evaluate=False),
    )


def _scaling_function_steps() -> tuple[Step, ...]:
    return read_steps(
        r"""
        * The learned fraction then depends on $x = \mu \tau$ alone, with
              x \phi'(x) = x (1 - \phi(x)) + c\, \phi(x)
          since $h$ is a power of the clock, whose derivative gives the last term [eq. 51]
        * The solution that vanishes at 0 is
              \phi(x) = #solution
          since the flow is linear in $\psi$, and integrates to a decaying exponential against $h$ [eq. 51]
        * Its Mellin transform, for $-1 < \operatorname{Re} z < 0$, and the ratio by which it solves that equation, are
              \Phi(z) = #transform
              \Phi(z + 1)/\Phi(z) = #ratio
          since $x$ times a derivative multiplies the transform by $-z$, and a factor $x$ alone moves it by 1 [Mellin
          transform]
        """,
        solution=solution(),
        transform=transform(),
        ratio=shift_ratio(transform()),
    )


def _integral_steps() -> tuple[Step, ...]:
    return read_steps(
        r"""
        * All constants come from three integrals, the last by way of the other two:
              I_2 = \int_0^\infty x^{\beta - 2} \phi^2\, dx
              J = \int_0^\infty x^{\beta - 1} (1 - \phi)\, dx
              I_1 = \int_0^\infty x^{\beta - 1} (1 - \phi)^2\, dx
          since $U$ and $L$ are mode sums with kernels $\phi^2$ and $(1 - \phi)^2$; the sum and the integral over modes
          have the same leading term [mode sums]
        * By Parseval's formula $I_2 = \frac{1}{2 \pi i} \int \Phi(z)\, \Phi(\beta - 1 - z)\, dz$. Closed to the right
          it is the sum of
              {rows}
          since the poles stand in two rows, one step apart, from 0 and from $\beta$ on, and in each row the ratio of
          successive residues is a rational function of their number [Parseval]
        * Continued across its pole at 0, the transform gives
              {unlearned}
          since beyond the pole, the transform of $1 - \phi$ is minus $\Phi(z)$, here at $z = \beta$ [Mellin transform]
        * The integral of the loss is
              #loss = J - #rest
          since the equation of $\phi$ times $x^{\beta - 2} \phi$, by parts, gives $\int_0^\infty x^{\beta - 1} \phi (1
          - \phi)\, dx = (#share) I_2$, and that factor is $c$ for the clock found [by parts]
        """,
        rows=residue_sums(),
        unlearned=Eq(_J, integrals().unlearned, evaluate=False),
        share=overlap(),
        loss=loss_value,
        rest=c * learned_value,
    )


def _law_steps(below: Piece) -> tuple[Step, ...]:
    law, _ = amplitudes_in_symbols()
    rate, _ = kernel_in_clock()
    return read_steps(
        r"""
        * With these, kernel and clock grow as
              {kernel}
              {clock}
          since $\kappa^2 \sim (#square) \tau^{#power}$, and $\kappa$ is the rate of the clock [eq. 10, with its
          constant]
        * The loss falls as
              {falls}
              {amplitude}
          since it is $(#scale) \tau^{#fall}$ [eq. 10, with its constant]
        * More richness lowers it, by a power of $\gamma$ with exponent
              {richness}
          since $\gamma$ speeds up the clock and enters nowhere else [eq. 10, with its constant]
        """,
        square=rate**2,
        power=-learned_sum().pole,
        kernel=formula(r"\kappa \sim \sqrt{#square} \tau^{#power}", square=rate**2, power=(2 * relaxation()).expand()),
        clock=formula(r"\tau \sim #constant t^{#power}", constant=law.clock, power=below.growth),
        scale=loss_value / alpha,
        fall=-beta,
        falls=_write_loss_law(below.value),
        amplitude=Eq(_A, law.loss, evaluate=False),
        richness=_exponent_of(law.loss, gamma),
    )


def _saturation_steps(above: Piece) -> tuple[Step, ...]:
    _, law = amplitudes_in_symbols()
    filled = law.substitute({loss_value: alpha * amplitudes_by_piece(LAZY)[0].loss})
    curve, _ = clock_logarithm()
    return read_steps(
        r"""
        * For {where}, $U$ and $\kappa$ have limits. {limit} is the first of these for the integral over modes, the
          second for the sum:
              {norm}
              {sum}
              {kernel}
              {falls}
              {amplitude}
          since the limit of $U$ is $\sum_k y_k^2/\lambda_k$; $h$ becomes constant, and the loss is that of a lazy model
          in a faster clock [eq. 10, with its constant]
        * On {curve} a logarithm multiplies the laws:
              {logarithmic}
          since the pole of $U$ meets the end of its strip, where it grows as {law}, and $c = 0$ [eq. 10, with its
          constant]
        """,
        where=above.where,
        limit=_U_MAX,
        norm=target_norm(),
        sum=target_norm(MODES),
        kernel=Eq(limit_value, kernel_limit(_U_MAX), evaluate=False),
        falls=_write_loss_law(above.value),
        amplitude=Eq(_A, filled.loss, evaluate=False),
        curve=curve,
        logarithmic=[_write_log_law(*pair) for pair in ((r"\kappa", "kernel"), (r"\tau", "clock"), ("L", "loss"))],
        law=log(tau) / alpha,
    )


def _write_loss_law(decay: Expr) -> Notation:
    return formula(r"L \sim #law", law=_A * t**-decay)


def _exponent_of(law: Expr, parameter: Symbol) -> Expr:
    """Return e in law ~ parameter^e."""
    return simplify(parameter * diff(law, parameter) / law)


def _write_log_law(name: str, quantity: Quantity) -> Notation:
    r"""Return name ~ constant t^power (ln t)^log_power.

    The constant is written as the root of its square, which SymPy would take apart factor by factor.
    """
    law = log_law(quantity)
    powers = ((law.power, " t", "power"), (law.log_power, r" (\ln t)", "log_power"))
    factors = (base if power == 1 else f"{base}^{{#{key}}}" for power, base, key in powers if power)
    return formula(
        rf"{name} \sim \sqrt{{#square}}{''.join(factors)}",
        square=law.constant**2,
        power=law.power,
        log_power=law.log_power,
    )
