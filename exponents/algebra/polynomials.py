"""Exact rational functions of the parameters, and the irreducible polynomials whose signs decide them.

Arithmetic, factoring and elimination are FLINT's (python-flint), over the integers; nothing is approximated.  A problem
has one `Functions`.  It remembers what it has factored and eliminated, and spends a `WorkLimit`: a problem too large
for an exact answer raises `TooMuchWork` early.

FLINT's generators stand in reverse order, so the last parameter is position 0 and is eliminated first.

Map: `Functions.element` reads a SymPy expression, `to_factored_expr` writes one; `factors`, `denominators` and `sign`
are what the rest of the package asks; `Functions.eliminate` and `inverse` are the elimination.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, reduce
from math import prod

from flint import Ordering, fmpz_mpoly, fmpz_mpoly_ctx, fmpz_poly
from sympy import Add, Expr, Integer, Mul, Symbol, factor_list

from ..errors import InputError, TooMuchWork
from ..rationals import abbreviate, scaled_powers
from .parametric import Point
from .work_limit import WorkLimit, problem_limit

MAX_DEGREE = 80
"""Largest total degree of a polynomial.  The curves of the paper's loss have degree 2."""


class Polynomial:
    """An integer polynomial in the parameters, irreducible and of fixed sign when it comes from `irreducible`.

    Position 0 is the last parameter, 1 the one before it, and so on.
    """

    __slots__ = ("_hash", "_terms", "data", "degrees", "functions", "text")

    def __init__(self, data: fmpz_mpoly, functions: Functions) -> None:
        self.data, self.functions = data, functions
        self.text = str(data)
        self.degrees: tuple[int, ...] = tuple(map(int, data.degrees()))
        self._hash = hash(self.text)
        self._terms: tuple[tuple[tuple[int, ...], int], ...] = ()

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.text == other.text

    def __str__(self) -> str:
        return str(self.as_expr())

    __repr__ = __str__

    def terms(self) -> tuple[tuple[tuple[int, ...], int], ...]:
        """Return (powers, coefficient) of each monomial."""
        if not self._terms:
            self._terms = tuple((tuple(map(int, powers)), int(c)) for powers, c in self.data.terms())
        return self._terms

    def involves(self, position: int) -> bool:
        """Return whether the parameter at ``position`` occurs."""
        return self.degrees[position] > 0

    @property
    def simplicity(self) -> tuple[int, int, str]:
        """A key to sort by: the simplest polynomials first."""
        return sum(self.degrees), len(self.text), self.text

    def derivative(self, position: int) -> Polynomial:
        """Return the derivative in the parameter at ``position``."""
        return Polynomial(self.data.derivative(position), self.functions)

    @lru_cache(maxsize=200_000)  # noqa: B019 - the entries of a problem make room for those of the next
    def coefficients_above(self, base: tuple[Fraction, ...]) -> tuple[int, ...]:
        """Return integer coefficients in the last parameter, constant first, where the others have the values ``base``.

        They are those of a positive multiple; the result is empty if the polynomial vanishes on the whole line.
        """
        tables = [scaled_powers(value, degree) for value, degree in zip(base, self.degrees[1:], strict=True)]
        coefficients = [0] * (self.degrees[0] + 1)
        for powers, coefficient in self.terms():
            for table, power in zip(tables, powers[1:], strict=True):
                coefficient *= table[power]
            coefficients[powers[0]] += coefficient
        while coefficients and coefficients[-1] == 0:
            coefficients.pop()
        return tuple(coefficients)

    def as_expr(self) -> Expr:
        """Return the polynomial as a SymPy expression in the parameters."""
        return self.functions.to_expr(self.data)


class RationalFunction:
    """A quotient of coprime polynomials; the denominator's leading coefficient is positive."""

    __slots__ = ("denom", "functions", "key", "numer")

    def __init__(self, numer: fmpz_mpoly, denom: fmpz_mpoly, functions: Functions) -> None:
        common = numer.gcd(denom)
        if not common.is_one():
            numer, denom = numer // common, denom // common
        if denom.leading_coefficient() < 0:
            numer, denom = -numer, -denom
        self.numer, self.denom, self.functions = numer, denom, functions
        self.key = (str(numer), str(denom))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int):
            return bool(self.numer == other * self.denom)
        return isinstance(other, RationalFunction) and self.key == other.key

    def __bool__(self) -> bool:
        return not self.numer.is_zero()

    def __str__(self) -> str:
        return str(to_factored_expr(self))

    __repr__ = __str__

    @property
    def factor(self) -> tuple[int, dict[Polynomial, int]]:
        """(a constant of the same sign, power of each irreducible factor); negative powers are of the denominator."""
        top, bottom = self.functions.factor(self.numer), self.functions.factor(self.denom)
        return top[0] * bottom[0], {**top[1], **{p: -power for p, power in bottom[1].items()}}

    def __add__(self, other: RationalFunction) -> RationalFunction:
        numer = self.numer * other.denom + other.numer * self.denom
        return RationalFunction(numer, self.denom * other.denom, self.functions)

    def __sub__(self, other: RationalFunction) -> RationalFunction:
        return self + -other

    def __neg__(self) -> RationalFunction:
        return RationalFunction(-self.numer, self.denom, self.functions)

    def __mul__(self, other: RationalFunction) -> RationalFunction:
        return RationalFunction(self.numer * other.numer, self.denom * other.denom, self.functions)

    def __truediv__(self, other: RationalFunction) -> RationalFunction:
        return RationalFunction(self.numer * other.denom, self.denom * other.numer, self.functions)

    @property
    def is_constant(self) -> bool:
        """Whether it is a number."""
        return bool(self.numer.is_constant() and self.denom.is_constant())


class Functions:
    """The field of rational functions of the parameters, over the rationals.

    Parameters
    ----------
    parameters : sequence of Symbol
    work : int, optional
        Units of work after which `TooMuchWork` is raised; by default, what is left for the problem.

    Examples
    --------
    >>> from exponents import alpha, beta
    >>> Functions((alpha, beta)).element((alpha**2 - 1) / (alpha * beta + beta))
    (alpha - 1)/beta
    """

    def __init__(self, parameters: Sequence[Symbol], work: int | None = None) -> None:
        self.parameters = tuple(parameters)
        names = tuple(f"x{i}" for i in range(len(self.parameters))) or ("none",)
        self._context = fmpz_mpoly_ctx.get(names, Ordering.lex)
        self._symbols = tuple(reversed(self.parameters))
        self._generators = dict(zip(self._symbols, self._context.gens(), strict=False))
        self._elements: dict[Expr, RationalFunction] = {}
        self._factored: dict[str, tuple[int, dict[Polynomial, int]]] = {}
        self._resultants: dict[tuple[frozenset[Polynomial], int], tuple[fmpz_mpoly, ...]] = {}
        self._eliminated: dict[tuple[frozenset[Polynomial], int], frozenset[Polynomial]] = {}
        self.work = problem_limit() if work is None else WorkLimit(work)

    @property
    def zero(self) -> RationalFunction:
        """The function 0."""
        return self.constant(0)

    @property
    def one(self) -> RationalFunction:
        """The function 1."""
        return self.constant(1)

    def constant(self, value: int) -> RationalFunction:
        """Return an integer as a function."""
        return RationalFunction(self._context.constant(value), self._context.constant(1), self)

    def element(self, expression: Expr) -> RationalFunction:
        """Return ``expression``, free of Min, Max and Piecewise, as an element of the field.

        Raises
        ------
        InputError
            If it is not a rational function of the parameters, divides by zero, or has too high a degree.
        """
        if expression not in self._elements:
            self._elements[expression] = self._convert(expression)
        return self._elements[expression]

    def _convert(self, expression: Expr) -> RationalFunction:
        one = self._context.constant(1)
        if expression.is_Rational:
            top, bottom = (self._context.constant(int(part)) for part in (expression.p, expression.q))
            return RationalFunction(top, bottom, self)
        if expression in self._generators:
            return RationalFunction(self._generators[expression], one, self)
        if expression.is_Add:
            return reduce(RationalFunction.__add__, map(self.element, expression.args))
        if expression.is_Mul:
            return reduce(RationalFunction.__mul__, map(self.element, expression.args))
        if expression.is_Pow and expression.exp.is_Integer:
            base, power = self.element(expression.base), int(expression.exp)
            degree = max(base.numer.total_degree(), base.denom.total_degree())
            if abs(power) * int(degree) > MAX_DEGREE or (abs(power) > MAX_DEGREE and degree >= 0):
                raise InputError(f"exponents may have degree {MAX_DEGREE} at most; got {abbreviate(expression)}")
            top, bottom = base.numer ** abs(power), base.denom ** abs(power)
            if power < 0 and base == 0:
                raise InputError(f"an exponent divides by zero; got {abbreviate(expression)}")
            return RationalFunction(top, bottom, self) if power >= 0 else RationalFunction(bottom, top, self)
        listed = ", ".join(map(str, self.parameters)) or "numbers alone"
        raise InputError(f"exponents must be rational functions of {listed}; got {abbreviate(expression)}")

    def to_expr(self, data: fmpz_mpoly) -> Expr:
        """Return a polynomial as a SymPy expression."""
        return Add(
            *(
                Mul(Integer(int(c)), *(s ** int(p) for s, p in zip(self._symbols, powers, strict=False)))
                for powers, c in data.terms()
            )
        )

    def irreducible(self, data: fmpz_mpoly) -> frozenset[Polynomial]:
        """Return the distinct irreducible factors of a polynomial that is not zero, constants aside."""
        return frozenset(self.factor(data)[1])

    def factor(self, data: fmpz_mpoly) -> tuple[int, dict[Polynomial, int]]:
        """Return (content, power of each irreducible factor) of a polynomial."""
        text = str(data)
        if text not in self._factored:
            degree = int(data.total_degree())
            self.work.spend(1 + degree * len(data) // 4)
            if degree > MAX_DEGREE * max(len(self.parameters), 1):
                raise TooMuchWork(f"curves of degree {degree} are beyond exact treatment; use simpler exponents")
            content, powers = self._factors(data)
            found: dict[Polynomial, int] = {}
            for factor, power in powers:
                polynomial = self.normalise(factor)
                found[polynomial] = int(power)
                if polynomial.data != factor and power % 2:
                    content = -content
            self._factored[text] = int(content), found
        return self._factored[text]

    def _factors(self, data: fmpz_mpoly) -> tuple[int, list[tuple[fmpz_mpoly, int]]]:
        used = [i for i, degree in enumerate(data.degrees()) if degree > 0]
        if len(used) == 1:  # the common case, and faster
            dense = [0] * (int(data.degrees()[used[0]]) + 1)
            for powers, coefficient in data.terms():
                dense[int(powers[used[0]])] = coefficient
            content, found = fmpz_poly(dense).factor()
            x = self._context.gens()[used[0]]
            return int(content), [(sum(c * x**k for k, c in enumerate(p.coeffs())), int(e)) for p, e in found]
        try:
            content, factors = data.factor()
        except OverflowError:  # python-flint sorts several factors by coefficients, which it takes to fit a C integer
            content, found = factor_list(self.to_expr(data), *self._symbols)
            factors = [(self.element(factor).numer, int(power)) for factor, power in found]
        return int(content), factors

    def normalise(self, data: fmpz_mpoly) -> Polynomial:
        """Return the primitive multiple of a polynomial whose leading coefficient is positive."""
        primitive = data.primitive()[1]
        return Polynomial(primitive if primitive.leading_coefficient() > 0 else -primitive, self)

    def eliminate(self, *polynomials: Polynomial, position: int = 0) -> frozenset[Polynomial]:
        """Return the polynomials that vanish where roots at a position may meet or run off to infinity.

        For one polynomial they are the factors of leading coefficient and discriminant, for two of the resultant.
        """
        key = frozenset(polynomials), position
        if key not in self._eliminated:
            found = self.unfactored(*polynomials, position=position)
            self._eliminated[key] = frozenset().union(*(self.irreducible(p) for p in found))
        return self._eliminated[key]

    def unfactored(self, *polynomials: Polynomial, position: int = 0) -> tuple[fmpz_mpoly, ...]:
        """Return the polynomials whose factors `eliminate` returns."""
        key = frozenset(polynomials), position
        if key not in self._resultants:
            first = polynomials[0]
            self.work.spend(1 + sum(sum(p.degrees) for p in polynomials) ** 3 // 16)
            if len(polynomials) == 2:
                found = [first.data.resultant(polynomials[1].data, position)]
            else:
                degree, after = first.degrees[position], position + 1
                highest = ((p, c) for p, c in first.terms() if p[position] == degree)
                top = {(*p[:position], 0, *p[after:]): c for p, c in highest}
                found = [self._context.from_dict(top)]  # the leading coefficient
                found += [first.data.discriminant(position)] if degree > 1 else []
            self._resultants[key] = tuple(p for p in found if not p.is_zero())
        return self._resultants[key]

    def inverse(self, rows: Sequence[Sequence[RationalFunction]]) -> list[list[RationalFunction]]:
        """Return the exact inverse of a square matrix over the field.

        Each row is multiplied by its common denominator and the matrix inverted over the ring of polynomials by
        elimination without fractions (Bareiss); only the entries of the result are cancelled.

        Raises
        ------
        ZeroDivisionError
            If the matrix is singular.
        """
        one, zero = self._context.constant(1), self._context.constant(0)
        size = len(rows)
        scales = [reduce(lambda d, e: d * (e.denom // d.gcd(e.denom)), row, one) for row in rows]
        matrix = [
            [*(e.numer * (scale // e.denom) for e in row), *(one if i == j else zero for j in range(size))]
            for i, (row, scale) in enumerate(zip(rows, scales, strict=True))
        ]
        divisor = one
        for k in range(size):
            pivot = next((i for i in range(k, size) if not matrix[i][k].is_zero()), None)
            if pivot is None:
                raise ZeroDivisionError("the matrix has no inverse")
            matrix[k], matrix[pivot] = matrix[pivot], matrix[k]
            self.work.spend(size * size * (1 + len(matrix[k][k])) * 5 // 4)
            head = matrix[k][k]
            for i in (i for i in range(size) if i != k):
                factor = matrix[i][k]
                matrix[i] = [
                    (head * own - factor * above) // divisor for own, above in zip(matrix[i], matrix[k], strict=True)
                ]
            divisor = head
        return [
            [RationalFunction(entry * d, row[i], self) for entry, d in zip(row[size:], scales, strict=True)]
            for i, row in enumerate(matrix)
        ]


def factors(element: RationalFunction) -> frozenset[Polynomial]:
    """Return the irreducible polynomials whose signs decide the sign of ``element``, which is not zero.

    >>> from exponents import alpha
    >>> sorted(map(str, factors(Functions((alpha,)).element(alpha - 1 / alpha))))
    ['alpha', 'alpha + 1', 'alpha - 1']
    """
    return element.functions.irreducible(element.numer) | element.functions.irreducible(element.denom)


def denominators(elements: Iterable[RationalFunction]) -> frozenset[Polynomial]:
    """Return the irreducible polynomials that some of the elements divide by.

    >>> from exponents import alpha
    >>> denominators([Functions((alpha,)).element(1 / alpha)])
    frozenset({alpha})
    """
    return frozenset().union(*(e.functions.irreducible(e.denom) for e in elements))


def to_factored_expr(element: RationalFunction) -> Expr:
    """Return ``element`` as a SymPy quotient of products, which reads better than expanded polynomials.

    >>> from exponents import alpha
    >>> to_factored_expr(Functions((alpha,)).element(alpha - 1 / alpha))
    (alpha - 1)*(alpha + 1)/alpha
    """
    functions = element.functions
    (top, above), (bottom, below) = functions.factor(element.numer), functions.factor(element.denom)
    products = ((p.as_expr() ** power for p, power in powers.items()) for powers in (above, below))
    return Mul(Integer(top), *next(products)) / Mul(Integer(bottom), *next(products))


def sign(value: RationalFunction | Polynomial, point: Point) -> int:
    """Return the exact sign at ``point``; a denominator must not vanish there.

    >>> from exponents import alpha
    >>> sign(Functions((alpha,)).element(alpha - 2), {alpha: Fraction(3, 2)})
    -1
    """
    if isinstance(value, RationalFunction):
        return prod(sign(Polynomial(part, value.functions), point) for part in (value.numer, value.denom))
    values = (point[symbol] for symbol in reversed(value.functions.parameters))
    tables = [scaled_powers(v, degree) for v, degree in zip(values, value.degrees, strict=False)]
    total = 0
    for powers, coefficient in value.terms():
        for table, power in zip(tables, powers, strict=False):
            coefficient *= table[power]
        total += coefficient
    return (total > 0) - (total < 0)
