"""What is the value of a formula in alpha, beta and gamma, to any number of digits?

`evaluate` computes the formulas of `model.amplitudes` and `model.scaling_function`.  For beta near 0 or 1 their terms
cancel, or lie close to poles of the Gamma function, the sine or zeta.  The parameters are exact, so the distance to
such a point is known in advance, and the working precision allows for it.

Worked case: beta = 1 - 10^{-50}.  In thirty digits beta would be 1, and I2 would not exist.  Its value is 10^50, and
`evaluate` computes it with some 150 digits.

Breaks down for formulas that vanish identically and that SymPy does not simplify to 0: no number of digits decides.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from mpmath import mpc, mpf, workdps
from sympy import Expr, Integer, Piecewise, Rational, Symbol, lambdify

from ..errors import IncompleteProof, InputError
from ..rationals import MAX_DIGITS, abbreviate, check_capacity, check_source, exact
from ..symbols import alpha, beta, gamma, to_expr

_PARAMETERS = (alpha, beta, gamma)

GUARD = 15
"""Digits added to those asked for and to the length of the parameters; also the gap between the two precisions."""

ATTEMPTS = 6
"""How often the guard digits are doubled before `evaluate` raises."""


def evaluate(expression: Expr, alpha: object, beta: object, gamma: object, digits: int = 30) -> mpf:
    """Return the value of a formula in alpha, beta and gamma, with all ``digits`` correct.

    The parameters are exact.  Near beta = 0 and 1 terms cancel, or lie close to a pole of Gamma, sine or zeta, at least
    one over the product of the denominators away.  The working precision therefore starts at ``digits`` plus the length
    of all numerators and denominators plus `GUARD`.  The guard is doubled until two precisions agree to ``digits`` + 2.

    Parameters
    ----------
    expression : Expr
        An amplitude or integral of this package, or an expression made of them.
    alpha, beta, gamma : int, Fraction, Rational or str
        alpha > 1, beta > 0, gamma > 0.
    digits : int
        1 to `MAX_DIGITS`.

    Returns
    -------
    mpf

    Raises
    ------
    InputError
        If a parameter is out of range, or the formula has no value there, as on beta = 1.
    IncompleteProof
        If no two precisions agree, as for a difference that vanishes identically.

    Examples
    --------
    >>> from exponents.symbols import alpha, beta
    >>> round(float(evaluate(1 / (alpha * beta), 2, "3/2", 1, digits=5)), 4)
    0.3333
    """
    if not isinstance(digits, int | Integer) or isinstance(digits, bool) or not 1 <= digits <= MAX_DIGITS:
        raise InputError(f"digits must be an integer from 1 to {MAX_DIGITS}; got {abbreviate(digits)}; try 30")
    point = _check_point(alpha, beta, gamma)
    plain = _choose_branches(to_expr(expression, "the formula"), point)
    strangers = plain.free_symbols - set(_PARAMETERS)
    if strangers:
        raise InputError(
            f"a formula may depend on alpha, beta and gamma; got {abbreviate(strangers)}; substitute the rest"
        )
    if plain == 0:
        return mpf(0)
    compute = _compile(plain)
    sizes = sum(len(str(abs(part))) for value in point.values() for part in (value.p, value.q))
    for attempt in range(ATTEMPTS):  # two precisions, GUARD digits apart, must agree
        first = int(digits) + sizes + GUARD * 2**attempt
        rough, fine = (_compute(compute, point, working) for working in (first, first + GUARD))
        if fine and abs(rough - fine) <= abs(fine) * mpf(10) ** -(digits + 2):
            with workdps(int(digits)):
                return +fine
    raise IncompleteProof(
        f"{abbreviate(plain)} did not converge to {digits} digits; the last value was {fine}; check whether it is zero"
    )


def _check_point(*values: object) -> dict[Expr, Rational]:
    names = [symbol.name for symbol in _PARAMETERS]
    capacity, source, richness = (exact(value, name) for value, name in zip(values, names, strict=True))
    check_capacity(capacity)
    check_source(source)
    if richness <= 0:
        raise InputError(
            f"gamma must be positive for a rich model; got {abbreviate(richness)}; the lazy one is gamma = 0"
        )
    return dict(zip(_PARAMETERS, map(Rational, (capacity, source, richness)), strict=True))


def _choose_branches(expression: Expr, point: dict[Expr, Rational]) -> Expr:
    """Return ``expression`` with every Piecewise replaced by the branch that holds at the point."""

    def chosen(cases: Piecewise) -> Expr:
        for value, condition in cases.args:
            if condition.subs(point) == True:  # noqa: E712
                return value
        raise InputError(
            f"the formula has no value at beta = {abbreviate(point[beta])}; "
            "on beta = 1 use log_law; the integral I2 exists for beta < 1 only"
        )

    return expression.replace(lambda part: isinstance(part, Piecewise), chosen)


@lru_cache(maxsize=32)
def _compile(plain: Expr) -> Callable[..., mpf]:
    """Return the formula as a function of mpmath numbers; symbols are renamed, as gamma would hide the function."""
    renamed = {parameter: Symbol(f"{parameter.name}_compute") for parameter in _PARAMETERS}
    return lambdify(list(renamed.values()), plain.xreplace(renamed), "mpmath")


def _compute(compute: Callable[..., mpf], point: dict[Expr, Rational], working: int) -> mpf:
    with workdps(working):
        try:
            found = compute(*(mpf(value.p) / value.q for value in point.values()))
        except (ValueError, ZeroDivisionError) as error:  # a pole
            raise InputError(f"the formula has no value at {abbreviate(point)}; it may have a pole there") from error
        if isinstance(found, mpc):
            raise InputError(f"the formula is not real at {abbreviate(point)}; take a formula of this package")
        return mpf(found)
