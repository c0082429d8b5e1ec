"""A loss as a sum of power laws: the monomial, the sum, and how both are read from SymPy expressions.

A term is ``prod r**(-e_r)`` over its resources r, times a prefactor (1, eta/B, ...).  Prefactors change no exponent and
are kept for printing.  The budget is a monomial too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from sympy import Add, Dummy, Expr, Max, Min, Mul, S, Symbol, expand_power_base, latex, powdenest
from sympy.core.relational import Relational

from ..display import Described, Reported
from ..errors import InputError, TooMuchWork
from ..names import require_type
from ..rationals import abbreviate
from ..symbols import to_expr

MAX_SUMMANDS = 1000
"""Largest number of terms that is read, so that a sum of millions is refused at once."""


@dataclass(frozen=True)
class Logarithm:
    """A factor ``ln(resource)**power`` that multiplies a term on a curve of parameters, and only there."""

    resource: Symbol
    power: Expr
    where: Relational


@dataclass(frozen=True, repr=False)
class PowerLaw(Described):
    """A term of a loss, ``prefactor * prod_r r**(-e_r)``.

    Attributes
    ----------
    name : str
        The field's name for the term.
    exponents : tuple of (Symbol, Expr)
        e_r for each resource r of the term; positive where more of r lowers the term.
    prefactor : Expr
        Constants, and symbols held fixed.
    source : str
        Equation that the term comes from.
    logarithms : tuple of Logarithm
        Curves of parameters on which a logarithm multiplies the term.
    assumes : tuple of Expr
        Functions of the parameters that were assumed positive when the exponents were derived.

    Examples
    --------
    >>> from exponents.symbols import N, alpha, t
    >>> print(PowerLaw("transient", ((N, 1), (t, 1 - 1 / alpha))))
    transient: t**(-1 + 1/alpha)/N
    """

    name: str
    exponents: tuple[tuple[Symbol, Expr], ...]
    prefactor: Expr = S.One
    source: str = ""
    logarithms: tuple[Logarithm, ...] = ()
    assumes: tuple[Expr, ...] = ()

    def __post_init__(self) -> None:
        pairs = self.exponents if isinstance(self.exponents, tuple | list) else ()
        if not all(isinstance(pair, tuple | list) and len(pair) == 2 for pair in pairs) or pairs is not self.exponents:
            raise InputError(
                f"exponents must be pairs of a resource and its exponent; got {abbreviate(self.exponents)}; "
                "try ((N, 1), (t, beta))"
            )
        exact = tuple((resource, to_expr(e, f"the exponent of {resource}")) for resource, e in self.exponents)
        object.__setattr__(self, "exponents", exact)

    def exponent(self, resource: Symbol) -> Expr:
        """Return e_r, where the term falls as ``resource**(-e_r)``; it is zero for a resource the term lacks."""
        return dict(self.exponents).get(resource, S.Zero)

    @property
    def free_symbols(self) -> set[Symbol]:
        """Every symbol of the term: resources, parameters, and those of the prefactor."""
        parts = (self.prefactor, *(part for pair in self.exponents for part in pair))
        return set().union(*(part.free_symbols for part in parts))

    def as_expr(self) -> Expr:
        """Return the term as a SymPy product."""
        return Mul(self.prefactor, *(resource**-exponent for resource, exponent in self.exponents))

    def _sympy_(self) -> Expr:
        return self.as_expr()

    def __str__(self) -> str:
        return f"{self.name}: {self.as_expr()}"

    def describe(self) -> str:
        """Return the name and the law."""
        return str(self) if self.name != str(self.as_expr()) else self.name

    def _repr_latex_(self) -> str:
        return f"${latex(self.as_expr())}$"

    @classmethod
    def from_expr(cls, expression: Expr, resources: Iterable[Symbol], name: str = "") -> PowerLaw:
        """Read the monomial ``expression`` as a power law in ``resources``.

        Raises
        ------
        InputError
            If it is not a monomial in the resources, or its prefactor is not positive.

        Examples
        --------
        >>> from exponents.symbols import B, N, t
        >>> PowerLaw.from_expr(1 / (B * N * t**2), (N, t)).exponents
        ((N, 1), (t, 2))
        """
        wanted = set(resources)
        exponents: dict[Symbol, Expr] = {}
        prefactor: list[Expr] = []
        for factor in _factors(to_expr(expression, "a term"), wanted):
            base, power = factor.as_base_exp()
            if not factor.free_symbols & wanted:
                prefactor.append(factor)
            elif base in wanted and not power.free_symbols & wanted:
                exponents[base] = exponents.get(base, S.Zero) - power
            else:
                problem = f"a term must be a monomial in {_list_names(wanted)}; got {abbreviate(expression)}"
                raise InputError(f"{problem}; split sums into terms")
        front = Mul(*prefactor)
        if not front.is_positive:
            hint = "leave the sign out" if front.is_number else "declare its symbols positive"
            raise InputError(f"a prefactor must be positive; got {front} in {abbreviate(expression)}; {hint}")
        kept = tuple((r, e) for r, e in sorted(exponents.items(), key=lambda item: item[0].name) if e != 0)
        return cls(name or str(expression), kept, front)


@dataclass(frozen=True, repr=False)
class Loss(Reported):
    """A sum of power laws.

    Attributes
    ----------
    terms : tuple of PowerLaw
        The sum, in printing order; names are distinct.
    title : str
        Regime and version, or another description, for the titles of tables.
    whole : tuple of (str, Expr)
        The parts that add up to the loss, with their names, where it is no sum of monomials: then the terms only say
        how it falls.  Empty where the terms are the loss.

    Examples
    --------
    >>> from exponents.symbols import N, t
    >>> loss = Loss.from_expr(1 / N + 1 / t, (N, t))
    >>> [term.name for term in loss], loss["1/N"].exponent(N)
    (['1/N', '1/t'], 1)
    """

    terms: tuple[PowerLaw, ...]
    title: str = "your loss"
    whole: tuple[tuple[str, Expr], ...] = ()
    _names: frozenset[str] = field(init=False, compare=False)
    _report = "exponents.reports.loss_table:loss"

    def __post_init__(self) -> None:
        for term in self.terms if isinstance(self.terms, tuple | list) else (self.terms,):
            require_type(term, PowerLaw, "each term of a Loss", "or write the sum, Loss.parse('1/N + 1/t')")
        names = frozenset(term.name for term in self.terms)
        if not self.terms or len(names) < len(self.terms):
            raise InputError(
                "a loss needs at least one term, and each its own name; "
                f"got {abbreviate([term.name for term in self.terms])}; name the terms apart"
            )
        object.__setattr__(self, "_names", names)

    def __iter__(self) -> Iterator[PowerLaw]:
        return iter(self.terms)

    def __getitem__(self, name: str) -> PowerLaw:
        self._require(name)
        return next(term for term in self.terms if term.name == name)

    @property
    def parts(self) -> tuple[tuple[str, Expr], ...]:
        """What adds up to the loss, constants included, each part with its name.

        >>> from exponents.symbols import N, t
        >>> Loss.from_expr(1 / N + 1 / t, (N, t)).parts
        (('1/N', 1/N), ('1/t', 1/t))
        """
        return self.whole or tuple((term.name, term.as_expr()) for term in self.terms)

    def as_expr(self) -> Expr:
        """Return the loss as a SymPy sum."""
        return Add(*(term.as_expr() for term in self.terms))

    def _sympy_(self) -> Expr:
        return self.as_expr()

    def describe(self) -> str:
        """Return the title and the sum."""
        return f"{self.title}: {self}"

    def __str__(self) -> str:
        return " + ".join(str(term.as_expr()) for term in self.terms)

    def _repr_latex_(self) -> str:
        return f"${' + '.join(latex(term.as_expr()) for term in self.terms)}$"

    def replace(self, name: str, term: PowerLaw) -> Loss:
        """Return this loss with the term called ``name`` replaced by ``term``."""
        self._require(name)
        changed = tuple(term if old.name == name else old for old in self.terms)
        return Loss(changed, f"{self.title}, {name} replaced")

    def without(self, name: str) -> Loss:
        """Return this loss without the term called ``name``."""
        self._require(name)
        return Loss(tuple(term for term in self.terms if term.name != name), f"{self.title}, without {name}")

    def add(self, term: PowerLaw) -> Loss:
        """Return this loss with one more term."""
        return replace(self, terms=(*self.terms, term), title=f"{self.title}, with {term.name}")

    def _require(self, name: str) -> None:
        if not isinstance(name, str) or name not in self._names:
            raise InputError(f"the loss has no term {abbreviate(name)}; its terms are {', '.join(sorted(self._names))}")

    @classmethod
    def parse(cls, text: str, resources: Iterable[str] = (), where: str | Sequence[str] = ()) -> Loss:
        """Read a text as the command ``exponents balance`` does; it is never executed.

        Parameters
        ----------
        text : str
            Powers of resources, combined by +, *, /, powers, min, max and sqrt.
        resources : sequence of str, optional
            Names of the resources.  Default: every name that stands outside of exponents.
        where : str or sequence of str, optional
            Conditions on the parameters, which also declare them.

        Raises
        ------
        InputError
            If the text is not such an expression, has an unknown name in an exponent, or is the smallest of several
            sums, which only `compute_optimum` takes.

        Examples
        --------
        >>> sorted(str(term.exponents) for term in Loss.parse("406.4/N**0.34 + 410.7/D**q", where="q > 0"))
        ['((D, q),)', '((N, 17/50),)']
        """
        from .arguments import parse_loss, speaking_python

        with speaking_python():
            return parse_loss(text, resources, where)

    @classmethod
    def from_expr(cls, expression: Expr, resources: Iterable[Symbol], title: str = "your loss") -> Loss:
        """Read a sum of monomials as a loss in ``resources``; each term's name is its expression.

        Raises
        ------
        InputError
            If a summand is not a monomial in the resources.
        TooMuchWork
            If there are more than `MAX_SUMMANDS` summands.
        """
        wanted = tuple(resources)
        summands = Add.make_args(expression)
        if len(summands) > MAX_SUMMANDS:
            raise TooMuchWork(f"a loss may have {MAX_SUMMANDS} terms at most; got {len(summands)}; leave some out")
        summands = Add.make_args(to_expr(expression, "a loss"))
        return cls(tuple(PowerLaw.from_expr(term, wanted) for term in summands), title)


def _factors(expression: Expr, resources: Iterable[Symbol]) -> list[Expr]:
    """Return the factors of a product, with powers of products split up.

    Resources are treated as positive here, however they were declared; parameters keep their own assumptions.
    """
    positive = {r: Dummy(r.name, positive=True) for r in resources}
    plain = {dummy: r for r, dummy in positive.items()}
    parts = Mul.make_args(expand_power_base(powdenest(expression.xreplace(positive))))
    return [part.xreplace(plain) for part in parts]


def bases(expression: Expr) -> set[Symbol]:
    """Return the symbols in the bases of a monomial, or of a sum, minimum or maximum of such; exponents do not count.

    Examples
    --------
    >>> from exponents.symbols import N, alpha, t
    >>> sorted(map(str, bases(N * t**alpha)))
    ['N', 't']
    >>> sorted(map(str, bases(N + t**alpha)))
    ['N', 't']
    """
    if isinstance(expression, Add | Min | Max):
        return set().union(*map(bases, expression.args))
    symbols = expression.free_symbols
    factors = (factor.as_base_exp()[0] for factor in _factors(expression, symbols))
    return set().union(*(base.free_symbols for base in factors))


def _list_names(symbols: Iterable[Symbol]) -> str:
    return ", ".join(sorted(symbol.name for symbol in symbols))
