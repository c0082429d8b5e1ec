"""How does a sum over modes behave when its argument is large?

    S(s) = sum_{k >= 1} k^{-a} f(k^{-alpha} s)        as  s -> infinity.

Every term of the paper's loss is such a sum: the flow (f = e^{-2x}), the bottleneck (f = 1/(1+x)^2), the
transients (f = e^{-x}).  Its Mellin transform in s is F(z) zeta(a - alpha z).  The inverse contour, moved to
the right of the kernel's strip, collects two kinds of poles:

* the pole of zeta at z0 = (a - 1)/alpha:      S ~ (F(z0)/alpha) s^{-z0};
* the strip's right end b, where f ~ c x^{-b}:  S ~ c zeta(a - alpha b) s^{-b}.

The smaller of the two wins, so the exponent is min(z0, b); where they coincide the pole is double
and a logarithm appears, S ~ (c/alpha) s^{-b} ln s.  The sum converges only for z0 to the right of the
strip's left end: for the resolution integral sum_k lambda_k r/(1 + lambda_k r) that condition is alpha > 1.

Breaks down for kernels with a logarithm in their tail; `kernels` refuses those.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from sympy import Eq, Expr, Min, Piecewise, Rel, S, expand, log, oo, zeta

from ..errors import DivergentSum, InputError
from ..names import remember
from ..symbols import alpha, s, to_expr
from .kernels import Kernel, kernel


@dataclass(frozen=True)
class ModeSum:
    """The large-s behaviour of sum_k k^{-weight} f(k^{-capacity} s).

    Attributes
    ----------
    weight, capacity : Expr
        a and alpha above.
    kernel : Kernel
        f, with its transform and strip.
    pole : Expr
        z0 = (weight - 1)/capacity.

    Examples
    --------
    >>> from sympy import exp
    >>> from exponents import mode_sum, x
    >>> found = mode_sum(2, exp(-x))  # sum_k k^{-2} exp(-k^{-alpha} s)
    >>> found.exponent, found.amplitude
    (1/alpha, gamma(1/alpha)/alpha)
    """

    weight: Expr
    capacity: Expr
    kernel: Kernel
    pole: Expr

    @property
    def exponent(self) -> Expr:
        """Exponent r in S ~ s^{-r} (ln s)^l: the nearer of the zeta pole and the strip's right end."""
        return Min(self.pole, self.kernel.right)

    @property
    def condition(self) -> Rel:
        """Condition for the sum to converge: the pole lies right of the strip's left end."""
        return self.pole > self.kernel.left

    @property
    def logarithm(self) -> Rel:
        """Condition for a factor ln s in the law: the zeta pole meets the strip's right end."""
        return S.false if self.kernel.right is oo else Eq(self.pole, self.kernel.right)

    @cached_property
    def amplitude(self) -> Expr:
        """Amplitude A in S ~ A s^{-r}; it contains ln s where `logarithm` holds."""
        inside = self.kernel.transform_at(self.pole) / self.capacity  # F(z0)/alpha, at the pole of zeta
        if self.kernel.right is oo:
            return inside
        edge, coefficient = self.kernel.tail[0]
        return Piecewise(
            (inside, self.pole < edge),
            (coefficient * log(s) / self.capacity, Eq(self.pole, edge)),
            (coefficient * zeta(expand(self.weight - self.capacity * edge)), True),
        )

    def expansion(self, terms: int) -> Expr:
        """Return the sum over the first poles: that of zeta and those of the first ``terms`` tail powers.

        It holds where no two of them coincide.  The remainder is smaller than the first power left out; for a
        kernel without a tail it is smaller than every power of s.
        """
        total = self.kernel.transform_at(self.pole) / self.capacity * s**-self.pole
        for power, coefficient in self.kernel.tail[:terms]:
            total += coefficient * zeta(expand(self.weight - self.capacity * power)) * s**-power
        return total


@remember(128)
def mode_sum(weight: Expr | int, f: Kernel | Expr, capacity: Expr | int = alpha) -> ModeSum:
    """Return the behaviour of sum_k k^{-weight} f(k^{-capacity} s) as s grows.

    Parameters
    ----------
    weight : Expr
        a: how fast the weights fall; ``alpha*beta + 1`` for the target's power y_k^2 (eq. 42).
    f : Kernel or Expr
        The kernel, or an expression in `symbols.x`.
    capacity : Expr, default alpha
        Decay of the eigenvalues.

    Returns
    -------
    ModeSum

    Raises
    ------
    DivergentSum
        If the sum diverges for every value of the parameters.
    InputError
        If the capacity is not positive, or the leading amplitude vanishes at a numerical pole.

    Examples
    --------
    >>> from sympy import exp
    >>> from exponents.symbols import beta, x
    >>> flow = mode_sum(alpha * beta + 1, exp(-2 * x))
    >>> flow.exponent, flow.amplitude
    (beta, gamma(beta)/(2**beta*alpha))
    """
    f = f if isinstance(f, Kernel) else kernel(f)
    a, capacity = to_expr(weight, "a weight"), to_expr(capacity, "a capacity")
    if capacity.is_number and not capacity.is_positive:
        raise InputError(f"the capacity must be positive; got {capacity}; eigenvalues fall as k^-capacity")
    found = ModeSum(a, capacity, f, expand((a - 1) / capacity))
    if (found.pole - f.left).is_nonpositive:
        raise DivergentSum(
            f"the pole (a-1)/alpha must lie right of {f.left} for the sum over modes to converge; "
            f"got {found.pole}; weigh the modes by a steeper power"
        )
    if found.pole.is_Rational and found.pole < f.right and f.transform_at(found.pole) == 0:
        raise InputError(
            f"the transform of {f.expression} vanishes at the pole {found.pole}, so the sum falls faster than "
            f"s^-({found.pole}); take another weight or kernel"
        )
    return found
