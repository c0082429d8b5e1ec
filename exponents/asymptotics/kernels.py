"""What is the Mellin transform of a kernel, and on which strip?

A kernel f(x) that behaves as x^{-p} at 0 and as x^{-q} at infinity has the Mellin transform

    F(z) = int_0^inf x^{z-1} f(x) dx        on the strip  p < Re z < q.

Exponents need only the strip's ends, amplitudes need the transform, and corrections need the next powers of f at
infinity.  The method for kernels made of exponentials, powers of x and powers of 1 + s x:

1. `_pieces` expands f into a sum of c x^p e^{-qx} and c x^p (1 + s x)^{-m}.
2. Each piece has a known transform: c q^{-(z+p)} Gamma(z+p), and the Beta integral
   c s^{-(z+p)} Gamma(z+p) Gamma(m-z-p) / Gamma(m).  A bare power has none and counts as zero: subtracting
   it only moves the strip (Cauchy and Saalschuetz), the function F stays the same.
3. `_small` and `_tail` expand f at 0 and at infinity.  The first power that does not cancel is the strip's end.

Worked case: f = 1 - e^{-x}.  F = 0 - Gamma(z); f ~ x at 0 and f -> 1 at infinity, so -1 < Re z < 0.

SymPy transforms any other kernel, and quadrature must confirm its answer: SymPy 1.14 returns the strip (0, oo) for
1 - e^{-x}, where the integral diverges.

Map: `kernel` chooses between `_by_rules` and `_by_sympy`.  `_pieces`, `_atom`, `_product`, `_multiply` and
`_collect_like` are step 1, `_transform` is step 2, and `_expansion` applies step 3 to all pieces.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from sympy import Add, Expr, S, binomial, exp, expand, factorial, limit, mellin_transform, nan, oo, zoo
from sympy import gamma as gamma_function

from ..errors import InputError, UnknownKernel
from ..names import remember
from ..symbols import to_expr, x, z

ORDERS = 16
"""Number of powers expanded at each end; a kernel whose powers all cancel up to there is refused."""


@dataclass(frozen=True)
class Kernel:
    """A kernel f(x) with its Mellin transform F(z), valid on left < Re z < right.

    Attributes
    ----------
    expression : Expr
        f(x), in the symbol `symbols.x`.
    transform : Expr
        F(z), in the symbol `symbols.z`, continued beyond the strip.
    left, right : Expr
        Ends of the strip: rationals, or infinite where f falls faster than any power.
    tail : tuple of (Expr, Expr)
        (q, c) for each term c x^{-q} of f at infinity, q increasing.  Empty if f falls exponentially.

    Examples
    --------
    >>> from sympy import exp
    >>> from exponents import kernel, x
    >>> decay = kernel(exp(-x))
    >>> decay.transform, (decay.left, decay.right), decay.tail
    (gamma(z), (0, oo), ())
    """

    expression: Expr
    transform: Expr
    left: Expr
    right: Expr
    tail: tuple[tuple[Expr, Expr], ...]

    def transform_at(self, point: Expr) -> Expr:
        """Return F(point), as a limit where terms of F have poles that cancel."""
        value = self.transform.subs(z, point)
        return limit(self.transform, z, point) if value.has(nan, zoo) else value


class _Piece(NamedTuple):
    """coefficient * x**power * exp(-rate*x) * (1 + scale*x)**(-order)."""

    coefficient: Expr
    power: Expr = S.Zero
    rate: Expr = S.Zero
    scale: Expr = S.Zero
    order: Expr = S.Zero


_Term = Callable[[_Piece, int], tuple[Expr, Expr] | None]


@remember(64)
def kernel(expression: Expr) -> Kernel:
    """Return the kernel ``expression`` with its transform and strip.

    Parameters
    ----------
    expression : Expr
        f(x), in the symbol `symbols.x` alone.

    Returns
    -------
    Kernel

    Raises
    ------
    InputError
        If the expression has symbols other than x, or no Mellin strip (a bare power, or a law at infinity that is no
        steeper than the law at zero).
    UnknownKernel
        If neither the rules nor SymPy give a transform that quadrature confirms.

    Examples
    --------
    >>> found = kernel(1 / (1 + x) ** 2)
    >>> found.left, found.right, found.transform
    (0, 2, gamma(z)*gamma(2 - z))
    """
    f = to_expr(expression, "a kernel")
    strangers = f.free_symbols - {x}
    if strangers:
        raise InputError(f"a kernel is a function of x alone; got {f} with {strangers}; put scales into the mode sum")
    pieces = _pieces(f)
    return _by_sympy(f) if pieces is None else _by_rules(f, pieces)


def _by_rules(f: Expr, pieces: list[_Piece]) -> Kernel:
    small, tail = _expansion(pieces, _small), _expansion(pieces, _tail)
    if not small:
        raise InputError(f"the kernel {f} vanishes, or cancels beyond order {ORDERS} at x = 0; simplify it")
    left = -small[0][0]
    right = tail[0][0] if tail else oo
    if not left < right:
        raise InputError(f"the kernel {f} has no Mellin strip: it behaves as x^{-left} at 0 and x^{-right} at infinity")
    transform = Add(*(_transform(piece) for piece in pieces))
    return Kernel(f, transform, left, right, tail)


def _pieces(f: Expr) -> list[_Piece] | None:
    """Return ``f`` as a sum of pieces, or None if some factor is of another kind."""
    if f.is_Add:
        return _join([_pieces(term) for term in f.args])
    if f.is_Mul:
        return _product(f.args)
    if f.is_Pow and f.exp.is_Integer and f.exp > 1 and f.base.is_Add:
        return _product((f.base,) * int(f.exp))
    piece = _atom(f)
    return None if piece is None else [piece]


def _atom(f: Expr) -> _Piece | None:
    """Return a single factor as a piece: a constant, a power of x, a decaying exponential, or a power of 1 + s x."""
    if not f.has(x):
        return _Piece(f)
    if f == x:
        return _Piece(S.One, power=S.One)
    if isinstance(f, exp):
        rate = -f.args[0] / x
        return _Piece(S.One, rate=rate) if rate.is_number and rate.is_positive else None
    if f.is_Pow and f.exp.is_Rational:
        if f.base == x:
            return _Piece(S.One, power=f.exp)
        slope = expand(f.base).coeff(x, 1)
        if f.exp < 0 and slope.is_positive and expand(f.base - 1 - slope * x) == 0:
            return _Piece(S.One, scale=slope, order=-f.exp)
    return None


def _join(parts: list[list[_Piece] | None]) -> list[_Piece] | None:
    found = [part for part in parts if part is not None]
    return [piece for part in found for piece in part] if len(found) == len(parts) else None


def _product(factors: tuple[Expr, ...]) -> list[_Piece] | None:
    pieces = [_Piece(S.One)]
    for factor in factors:
        right = _pieces(factor)
        products = [] if right is None else [_multiply(p, q) for p in pieces for q in right]
        if right is None or None in products:
            return None
        pieces = _collect_like([piece for piece in products if piece is not None])
    return pieces


def _collect_like(pieces: list[_Piece]) -> list[_Piece]:
    """Add up like pieces, so that a power of a sum stays as short as its expansion."""
    total: dict[_Piece, Expr] = {}
    for piece in pieces:
        kind = piece._replace(coefficient=S.One)
        total[kind] = total.get(kind, S.Zero) + piece.coefficient
    return [kind._replace(coefficient=c) for kind, c in total.items() if c != 0]


def _multiply(p: _Piece, q: _Piece) -> _Piece | None:
    """Return the product of two pieces, or None if it is not a piece."""
    same_scale = p.order == 0 or q.order == 0 or p.scale == q.scale
    product = _Piece(
        p.coefficient * q.coefficient,
        p.power + q.power,
        p.rate + q.rate,
        p.scale if p.order != 0 else q.scale,
        p.order + q.order,
    )
    mixed = product.rate != 0 and product.order != 0
    return None if mixed or not same_scale else product


def _transform(piece: _Piece) -> Expr:
    c, p, q, s, m = piece
    if q != 0:  # c x^p e^{-qx}
        return c * q ** -(z + p) * gamma_function(z + p)
    if m != 0:  # c x^p (1 + s x)^{-m}, a Beta integral
        return c * s ** -(z + p) * gamma_function(z + p) * gamma_function(m - z - p) / gamma_function(m)
    return S.Zero  # a bare power


def _small(piece: _Piece, j: int) -> tuple[Expr, Expr] | None:
    """Return (p, c) of the j-th term c x^p of a piece at x = 0, p increasing with j."""
    c, p, q, s, m = piece
    if q == 0 and m == 0:
        return (p, c) if j == 0 else None
    return p + j, c * ((-q) ** j / factorial(j) if q != 0 else binomial(-m, j) * s**j)


def _tail(piece: _Piece, j: int) -> tuple[Expr, Expr] | None:
    """Return (q, c) of the j-th term c x^{-q} at infinity, q increasing with j; None for an exponential."""
    c, p, q, s, m = piece
    if q != 0 or (m == 0 and j > 0):
        return None
    return m + j - p, c * binomial(-m, j) * s ** (-m - j) if m != 0 else c


def _expansion(pieces: list[_Piece], term: _Term) -> tuple[tuple[Expr, Expr], ...]:
    """Return the powers that survive in the sum of all pieces, in order, as far as every piece is expanded."""
    columns = [[entry for j in range(ORDERS) if (entry := term(piece, j))] for piece in pieces]
    total: dict[Expr, Expr] = {}
    for power, coefficient in (entry for column in columns for entry in column):
        total[power] = total.get(power, S.Zero) + coefficient
    reach = min((column[-1][0] for column in columns if len(column) == ORDERS), default=oo)
    return tuple((power, total[power]) for power in sorted(total) if power <= reach and total[power] != 0)


def _by_sympy(f: Expr) -> Kernel:
    """Return the kernel with SymPy's transform, which quadrature inside the strip must confirm."""
    try:
        transform, (left, right), condition = mellin_transform(f, x, z)
    except (TypeError, ValueError, NotImplementedError) as error:  # an unevaluated transform does not unpack
        raise UnknownKernel(
            f"no rule gives the Mellin transform of {f}; try a sum of exponentials and powers"
        ) from error
    if condition != True or not left < right or not _confirm_by_quadrature(f, transform, left, right):  # noqa: E712
        raise UnknownKernel(f"the Mellin transform {transform} found for {f} failed its check by quadrature")
    if right is oo:
        return Kernel(f, transform, left, right, ())
    coefficient = limit(f * x**right, x, oo)
    if not (coefficient.is_finite and coefficient.is_nonzero):
        raise UnknownKernel(f"{f} does not fall as a pure power at infinity (its tail is {coefficient} x^-{right})")
    return Kernel(f, transform, left, right, ((right, coefficient),))


def _confirm_by_quadrature(f: Expr, transform: Expr, left: Expr, right: Expr) -> bool:
    from mpmath import inf, mpf, quad, workdps
    from sympy import lambdify

    if left.is_infinite and right.is_infinite:
        point = S.Zero
    elif left.is_infinite or right.is_infinite:
        point = left + 1 if right.is_infinite else right - 1
    else:
        point = (left + right) / 2
    if not point.is_Rational:
        return False
    value, rate = lambdify(x, f, "mpmath"), mpf(point.p) / point.q
    with workdps(20):
        try:
            numeric = quad(lambda u: u ** (rate - 1) * value(u), [0, 0.1, 1, 10, 100, inf])
            expected = transform.subs(z, point).evalf(20)
        except (ValueError, OverflowError, ZeroDivisionError):  # the integrand or F has no value there
            return False
        return bool(expected.is_finite and abs(numeric - expected) < mpf(10) ** -8 * (1 + abs(numeric)))
