"""How large the loss of the limit dynamics is: the scaling function of the flow, its integrals, the laws' constants."""

from __future__ import annotations

from sympy import Eq, Expr, Symbol, diff, exp, log, simplify

from ..model.amplitudes import (
    MODES,
    LogLaw,
    flow_laws,
    kernel_in_clock,
    kernel_limit,
    learned_value,
    limit_value,
    log_law,
    loss_value,
    open_laws,
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
from ..names import LAZY, Version
from ..printing import STYLES, Math, Notation, join_notation, phrase, write
from ..symbols import alpha, beta, gamma, t, tau, x, z
from .derivation import Derivation, Step

_FLOW = (
    Notation(
        "d psi/d tau = mu (h - psi), psi = h phi, h = kappa^(-1/2), d tau = kappa dt",
        "dψ/dτ = μ (h - ψ),  ψ = h φ,  h = κ^(-1/2),  dτ = κ dt",
        r"\frac{d\psi}{d\tau} = \mu (h - \psi), \quad \psi = h \phi, \quad h = \kappa^{-1/2}, \quad "
        r"d\tau = \kappa\, dt",
    ),
    Notation(
        "kappa^2 - kappa = gamma U, U = sum_k (y_k^2/lambda_k) phi_k^2, L = sum_k y_k^2 (1 - phi_k)^2",
        "κ² - κ = γ U,  U = Σₖ (yₖ²/λₖ) φₖ²,  L = Σₖ yₖ² (1 - φₖ)²",
        r"\kappa^2 - \kappa = \gamma U, \quad U = \sum_k \frac{y_k^2}{\lambda_k} \phi_k^2, \quad "
        r"L = \sum_k y_k^2 (1 - \phi_k)^2",
    ),
)
_EQUATION = Notation(
    "x phi'(x) = x (1 - phi(x)) + c phi(x)",
    "x φ'(x) = x (1 - φ(x)) + c φ(x)",
    r"x \phi'(x) = x (1 - \phi(x)) + c\, \phi(x)",
)
_INTEGRALS = (
    Notation(
        "I_2 = int_0^oo x^(beta - 2) phi^2 dx",
        "I_2 = ∫₀^∞ x^(β - 2) φ² dx",
        r"I_2 = \int_0^\infty x^{\beta - 2} \phi^2\, dx",
    ),
    Notation(
        "J = int_0^oo x^(beta - 1) (1 - phi) dx",
        "J = ∫₀^∞ x^(β - 1) (1 - φ) dx",
        r"J = \int_0^\infty x^{\beta - 1} (1 - \phi)\, dx",
    ),
    Notation(
        "I_1 = int_0^oo x^(beta - 1) (1 - phi)^2 dx",
        "I_1 = ∫₀^∞ x^(β - 1) (1 - φ)² dx",
        r"I_1 = \int_0^\infty x^{\beta - 1} (1 - \phi)^2\, dx",
    ),
)
_OVERLAP = Notation(
    "int_0^oo x^(beta - 1) phi (1 - phi) dx",
    "∫₀^∞ x^(β - 1) φ (1 - φ) dx",
    r"\int_0^\infty x^{\beta - 1} \phi (1 - \phi)\, dx",
)
_CONTOUR = Notation(
    "(1/(2 pi i)) int Phi(z) Phi(beta - 1 - z) dz",
    "(1/2πi) ∫ Φ(z) Φ(β - 1 - z) dz",
    r"\frac{1}{2 \pi i} \int \Phi(z)\, \Phi(\beta - 1 - z)\, dz",
)
_STRIP = Notation("-1 < Re z < 0", "-1 < Re z < 0", r"-1 < \operatorname{Re} z < 0")
_TRANSFORM = Notation("Phi(z)", "Φ(z)", r"\Phi(z)")
_RATIO = Notation("Phi(z + 1)/Phi(z)", "Φ(z + 1)/Φ(z)", r"\Phi(z + 1)/\Phi(z)")

_PHI, _KAPPA = Symbol("phi"), Symbol("kappa")
_L, _U, _H, _M, _A, _J = (Symbol(name) for name in ("L", "U", "h", "m", "A", "J"))
_MU, _PSI = Notation("mu", "μ", r"\mu"), Notation("psi", "ψ", r"\psi")
_U_MAX = Symbol("U_max", positive=True)

_WITH_CONSTANT = "eq. 10, with its constant"


def derive_amplitude(version: Version) -> Derivation:
    """How the constant in front of the limit dynamics' law follows; the same in each version of the loss."""
    del version
    below, above = solve_self_consistency().pieces
    return Derivation(
        "amplitude",
        phrase("The amplitude of the limit dynamics, N and B to infinity"),
        (
            *_opening(below),
            *_scaling_function(),
            *_integral_steps(),
            *_law_steps(below),
            _beyond(above),
            _on_boundary(),
        ),
    )


def _opening(below: Piece) -> tuple[Step, ...]:
    (lazy,) = flow_laws(LAZY)
    return (
        Step(
            phrase(
                "In its clock {tau} the flow is one equation for every mode, driven by one function {h}. With {phi} "
                "the learned fraction of a mode of eigenvalue {mu}:",
                tau=tau,
                h=_H,
                phi=_PHI,
                mu=_MU,
            ),
            _FLOW,
            phrase(
                "the matrix of eq. 52 is {kappa} times the identity plus a rank-one part along what has been learned, "
                "and dividing {psi} by {h} restores that part",
                kappa=_KAPPA,
                psi=_PSI,
                h=_H,
            ),
            "eq. 51, 52",
        ),
        Step(
            phrase(
                "In the lazy regime {kappa} stays 1, the loss is a mode sum with kernel {kernel}, and",
                kappa=_KAPPA,
                kernel=exp(-2 * x),
            ),
            (_like(_L, _A * t ** -chi(LAZY)), Eq(_A, lazy.loss, evaluate=False)),
            phrase("the amplitude is the kernel's Mellin transform at the pole of zeta, over {alpha}", alpha=alpha),
            "eq. 8",
        ),
        Step(
            phrase(
                "In the rich regime, for {where}, the clock grows as a power of {t} with exponent {m}, and {h} falls "
                "as a power of the clock with exponent {c}:",
                where=below.where,
                t=t,
                m=_M,
                h=_H,
                c=c,
            ),
            (Eq(_M, below.growth, evaluate=False), Eq(c, relaxation(), evaluate=False)),
            phrase(
                "{kappa} is the rate of the clock; that its square grows as {gamma} {U}, and the mode sum {U} as the "
                "clock to the power {power}, gives the same {c}",
                kappa=_KAPPA,
                gamma=gamma,
                U=_U,
                power=-learned_sum().pole,
                c=c,
            ),
            "eq. 10",
        ),
    )


def _scaling_function() -> tuple[Step, ...]:
    return (
        Step(
            phrase(
                "The learned fraction then depends on {x} alone, with",
                x=_equal(x, Notation("mu tau", "μτ", r"\mu \tau")),
            ),
            _EQUATION,
            phrase("{h} is a power of the clock, whose derivative gives the last term", h=_H),
            "eq. 51",
        ),
        Step(
            phrase("The solution that vanishes at 0 is"),
            _equal(Notation("phi(x)", "φ(x)", r"\phi(x)"), solution()),
            phrase("the flow is linear in {psi}, and integrates to a decaying exponential against {h}", psi=_PSI, h=_H),
            "eq. 51",
        ),
        Step(
            phrase(
                "Its Mellin transform, for {strip}, and the ratio by which it solves that equation, are", strip=_STRIP
            ),
            (_equal(_TRANSFORM, transform()), _equal(_RATIO, shift_ratio(transform()))),
            phrase(
                "{x} times a derivative multiplies the transform by {z}, and a factor {x} alone moves it by 1",
                x=x,
                z=-z,
            ),
            "Mellin transform",
        ),
    )


def _integral_steps() -> tuple[Step, ...]:
    squares = Notation("phi^2", "φ²", r"\phi^2"), Notation("(1 - phi)^2", "(1 - φ)²", r"(1 - \phi)^2")
    return (
        Step(
            phrase("All constants come from three integrals, the last by way of the other two:"),
            _INTEGRALS,
            phrase(
                "{U} and {L} are mode sums with kernels {square} and {rest}; the sum and the integral over modes have "
                "the same leading term",
                U=_U,
                L=_L,
                square=squares[0],
                rest=squares[1],
            ),
            "mode sums",
        ),
        Step(
            phrase(
                "By Parseval's formula {I} is {contour}. Closed to the right it is the sum of",
                I=learned_value,
                contour=_CONTOUR,
            ),
            residue_sums(),
            phrase(
                "the poles stand in two rows, one step apart, from 0 and from {beta} on, and in each row the ratio of "
                "successive residues is a rational function of their number",
                beta=beta,
            ),
            "Parseval",
        ),
        Step(
            phrase("Continued across its pole at 0, the transform gives"),
            Eq(_J, integrals().unlearned, evaluate=False),
            phrase(
                "that of {rest} is minus {transform} beyond the pole, here at {point}",
                rest=Notation("1 - phi", "1 - φ", r"1 - \phi"),
                transform=_TRANSFORM,
                point=_equal(z, beta),
            ),
            "Mellin transform",
        ),
        Step(
            phrase("The integral of the loss is"),
            _equal(loss_value, join_notation(" - ", _J, c * learned_value)),
            phrase(
                "the equation of {phi} times {weight}, by parts, makes {overlap} equal to {share} times {I}, and that "
                "is {c} for the clock found",
                phi=_PHI,
                weight=Notation("x^(beta - 2) phi", "x^(β - 2) φ", r"x^{\beta - 2} \phi"),
                overlap=_OVERLAP,
                share=overlap(),
                I=learned_value,
                c=c,
            ),
            "by parts",
        ),
    )


def _law_steps(below: Piece) -> tuple[Step, ...]:
    law, _ = open_laws()
    rate, _ = kernel_in_clock()
    power = (2 * relaxation()).expand()
    return (
        Step(
            phrase("With these, kernel and clock grow as"),
            (
                _like(_KAPPA, join_notation(" ", _root(rate), tau**power)),
                _like(tau, join_notation(" ", law.clock, t**below.growth)),
            ),
            phrase(
                "{square} is {gamma} {I} over {alpha} times the clock to the power {power}, and {kappa} is its rate",
                square=Notation("kappa^2", "κ²", r"\kappa^2"),
                gamma=gamma,
                I=learned_value,
                alpha=alpha,
                power=-learned_sum().pole,
                kappa=_KAPPA,
            ),
            _WITH_CONSTANT,
        ),
        Step(
            phrase("The loss falls as"),
            (_like(_L, _A * t**-below.value), Eq(_A, law.loss, evaluate=False)),
            phrase(
                "it is {I} over {alpha} times the clock to the power {power}", I=loss_value, alpha=alpha, power=-beta
            ),
            _WITH_CONSTANT,
        ),
        Step(
            phrase("More richness lowers it, by a power of {gamma} with exponent", gamma=gamma),
            _power(law.loss, gamma),
            phrase("{gamma} speeds up the clock and enters nowhere else", gamma=gamma),
            _WITH_CONSTANT,
        ),
    )


def _beyond(above: Piece) -> Step:
    _, law = open_laws()
    filled = law.fill_in({loss_value: alpha * flow_laws(LAZY)[0].loss})
    return Step(
        phrase(
            "For {where}, {U} and with it {kappa} have a limit. {limit} is the first of these for the integral over "
            "modes, the second for the sum:",
            where=above.where,
            U=_U,
            kappa=_KAPPA,
            limit=_U_MAX,
        ),
        (
            target_norm(),
            target_norm(MODES),
            Eq(limit_value, kernel_limit(_U_MAX), evaluate=False),
            _like(_L, _A * t**-above.value),
            Eq(_A, filled.loss, evaluate=False),
        ),
        phrase(
            "the limit of {U} is {norm}; {h} becomes constant, and the loss that of a lazy model in a faster clock",
            U=_U,
            norm=Notation("sum_k y_k^2/lambda_k", "Σₖ yₖ²/λₖ", r"\sum_k y_k^2/\lambda_k"),
            h=_H,
        ),
        _WITH_CONSTANT,
    )


def _on_boundary() -> Step:
    curve, _ = clock_logarithm()
    return Step(
        phrase("On {curve} a logarithm multiplies the laws:", curve=curve),
        (
            _like(_KAPPA, _logarithmic(log_law("kernel"))),
            _like(tau, _logarithmic(log_law("clock"))),
            _like(_L, _logarithmic(log_law("loss"))),
        ),
        phrase(
            "the pole of {U} meets the end of its strip, where it grows as {law}, and {c} is 0",
            U=_U,
            law=log(tau) / alpha,
            c=c,
        ),
        _WITH_CONSTANT,
    )


def _power(law: Expr, parameter: Symbol) -> Expr:
    """e in law ~ parameter^e."""
    return simplify(parameter * diff(law, parameter) / law)


def _root(value: Expr) -> Notation:
    """``value`` as the root of its square, which SymPy would take apart factor by factor."""
    plain, unicode, latex = (write(value**2, style) for style in STYLES)
    return Notation(f"sqrt({plain})", f"√({unicode})", rf"\sqrt{{{latex}}}")


def _logarithmic(law: LogLaw) -> Notation:
    logarithm = Notation("log(t)", "(ln t)", r"(\ln t)")
    powers = [
        join_notation("", base, _exponent(power))
        for base, power in ((t, law.power), (logarithm, law.log_power))
        if power
    ]
    return join_notation(" ", _root(law.constant), *powers)


def _exponent(power: Expr) -> Notation:
    if power == 1:
        return Notation("", "", "")
    return Notation(f"**({write(power, 'plain')})", f"^({write(power, 'unicode')})", f"^{{{write(power, 'latex')}}}")


def _like(left: Math, right: Math) -> Notation:
    """left ~ right: their ratio tends to 1."""
    plain, unicode, latex = (f"{write(left, style)} ~ {write(right, style)}" for style in STYLES)
    return Notation(plain, unicode, latex.replace(" ~ ", r" \sim ", 1))


def _equal(*values: Math) -> Notation:
    return join_notation(" = ", *values)
