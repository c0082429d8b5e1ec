"""How do the exponents read in the symbols of other papers?

All of them describe the same two power laws over modes k: the eigenvalues lambda_k of the kernel, and the power of the
target in each mode, y_k^2 = lambda_k w_k^2 for a target with coefficients w_k in the features.  Let

    lambda_k = k^{-A},    y_k^2 = k^{-W}.

Eq. 6 defines capacity and source by lambda_k ~ k^{-alpha} and sum_{l > k} y_l^2 ~ k^{-alpha beta}.  The sum over l > k
of l^{-W} falls as k^{-(W - 1)}, so y_k^2 = k^{-alpha beta - 1}, and

    alpha = A,    beta = (W - 1)/A.

* bordelon2024: A = alpha, W = alpha beta + 1; the symbols of this package.
* random-features: A = 2a and w_k = k^{-b}, so that W = 2a + 2b: alpha = 2a, beta = (2a + 2b - 1)/(2a).
* source-condition: A = alpha, and the target is K^r of a function whose coefficients are just not square summable:
  y_k = lambda_k^r k^{-1/2}, so that W = 2 r alpha + 1 and beta = 2r.
* circle: features that fall as k^{-q_phi}, A = 2 q_phi, and a target with Fourier coefficients y_k = k^{-q}, W = 2q:
  alpha = 2 q_phi, beta = (2q - 1)/(2 q_phi) (eq. 13, 14).

`Convention.loss` rewrites the exponents of a loss, `Convention.domain` the conditions alpha > 1 and beta > 0, and
`compute_optimum` derives the table from them again; finished tables are never rewritten.

Symbols are declared positive where alpha > 1 and beta > 0 make them positive.  The b of random-features may be zero or
negative, down to b > 1/2 - a, and is declared real.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, lru_cache

from sympy import And, Dummy, Eq, Expr, Min, Or, Symbol, solve
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from ..algebra.parametric import evaluate, holds, positive_side
from ..algebra.piecewise import positive_where
from ..algebra.polynomials import Functions, to_factored_expr
from ..algebra.rewriting import Rewriting
from ..display import Described
from ..errors import IncompleteProof, InputError
from ..losses.terms import Loss, PowerLaw
from ..names import CONVENTIONS as NAMES
from ..names import PUBLISHED, RICH, Regime, Version, require, require_type
from ..optimum.phase_diagram import PhaseDiagram
from ..optimum.programme import COST
from ..optimum.search import compute_optimum
from ..printing import Phrase, join_notation, phrase
from ..rationals import abbreviate, check_capacity, check_source, exact
from ..symbols import alpha, beta, to_expr
from .online_loss import loss as model_loss
from .table1 import DOMAIN, PARAMETERS, task_names
from .table1 import optimum as model_optimum
from .target import TARGET_WEIGHT


@dataclass(frozen=True, repr=False)
class Convention(Described):
    """The two symbols in which a paper writes capacity and source; `from_decay` makes a convention of your own.

    Attributes
    ----------
    name : str
    symbols : tuple of two Symbols
        In the usual order: the kernel's symbol first, the target's last.
    alpha, beta : Expr
        Capacity and source in these symbols, rational and one-to-one where alpha > 1 and beta > 0.
    description, source : str
        What the symbols mean, and who writes them.

    Examples
    --------
    >>> from exponents import convention
    >>> found = convention("source-condition")
    >>> found.symbols, found.alpha, found.beta
    ((alpha, r), alpha, 2*r)
    """

    name: str
    symbols: tuple[Symbol, Symbol]
    alpha: Expr
    beta: Expr
    description: str = ""
    source: str = ""

    @classmethod
    def from_decay(
        cls, name: str, symbols: tuple[Symbol, Symbol], eigenvalues: Expr, power: Expr, **about: str
    ) -> Convention:
        """Return the convention with eigenvalues ``k**(-eigenvalues)`` and a target of power ``k**(-power)``.

        Examples
        --------
        >>> print(Convention.from_decay("mine", (a, b), eigenvalues=2 * a, power=2 * (a + b)))
        mine: alpha = 2*a, beta = (2*a + 2*b - 1)/(2*a)
        """
        return cls(name, symbols, eigenvalues, (power - 1) / eigenvalues, **about)

    @property
    def in_symbols(self) -> dict[Symbol, Expr]:
        """Capacity and source in these symbols."""
        return dict(zip(PARAMETERS, (self.alpha, self.beta), strict=True))

    @property
    def relations(self) -> tuple[Relational, ...]:
        """Equations alpha = ... and beta = ..., without one that reads alpha = alpha."""
        return tuple(Eq(p, e, evaluate=False) for p, e in self.in_symbols.items() if p != e)

    def notes(self) -> tuple[Phrase, ...]:
        """Return the note below a table in these symbols."""
        if not self.relations:
            return ()
        source = f" ({self.source})" if self.source else ""
        return (
            phrase(f"Symbols of {self.name}{source}: {{relations}}.", relations=join_notation(", ", *self.relations)),
        )

    @property
    def exponent_letter(self) -> str:
        """Letter of an exponent in a heading: r, unless a symbol has that name."""
        return next(letter for letter in "rsx" if letter not in map(str, self.symbols))

    @cached_property
    def inverse(self) -> tuple[Expr, Expr]:
        """The two symbols, as functions of alpha and beta.

        Raises
        ------
        InputError
            If the equations for alpha and beta do not have exactly one solution.
        """
        model = {Dummy(p.name, positive=True): p for p in PARAMETERS}  # a convention may use the name alpha itself
        found = solve([e - m for m, e in zip(model, (self.alpha, self.beta), strict=True)], self.symbols, dict=True)
        if len(found) != 1 or set(found[0]) != set(self.symbols):
            raise InputError(
                f"a convention must be one-to-one; got {len(found)} solutions in {self.name}; "
                "declare its symbols with positive=True if they are positive"
            )
        functions = Functions(PARAMETERS)
        first, second = (to_factored_expr(functions.element(found[0][s].xreplace(model))) for s in self.symbols)
        return first, second

    def domain(self) -> tuple[Relational, ...]:
        """Return alpha > 1 and beta > 0 as inequalities in these symbols, solved where they are linear.

        Examples
        --------
        >>> convention("circle").domain()
        (q_phi > 1/2, q > 1/2)
        """
        return _domain(self)

    def to_model(self, first: object, second: object) -> dict[Symbol, Fraction]:
        """Return the exact alpha and beta of a point given in these symbols.

        Raises
        ------
        InputError
            If a number is not exact, or the point lies outside the domain.

        Examples
        --------
        >>> convention("circle").to_model("3/4", 1)
        {alpha: Fraction(3, 2), beta: Fraction(2, 3)}
        """
        values = (exact(v, symbol.name) for v, symbol in zip((first, second), self.symbols, strict=True))
        point = dict(zip(self.symbols, values, strict=True))
        if not all(holds(condition, point) for condition in self.domain()):
            needed = " and ".join(f"{c.lhs} {c.rel_op} {c.rhs}" for c in self.domain())
            came = ", ".join(f"{symbol} = {abbreviate(value)}" for symbol, value in point.items())
            raise InputError(f"{self.name} needs {needed}; got {came}; move the point inside")
        return {parameter: evaluate(e, point) for parameter, e in self.in_symbols.items()}

    def from_model(self, alpha: object, beta: object) -> tuple[Fraction, Fraction]:
        """Return the two numbers of this convention for exact alpha > 1 and beta > 0.

        Raises
        ------
        InputError
            If a number is not exact, alpha <= 1 or beta <= 0.

        Examples
        --------
        >>> convention("circle").from_model("3/2", "2/3")
        (Fraction(3, 4), Fraction(1, 1))
        """
        capacity, source = check_capacity(exact(alpha, "alpha")), check_source(exact(beta, "beta"))
        point = dict(zip(PARAMETERS, (capacity, source), strict=True))
        first, second = (evaluate(e, point) for e in self.inverse)
        return first, second

    def write(self, expression: Expr | Boolean) -> Expr | Boolean:
        """Rewrite an expression or condition in alpha and beta in these symbols.

        Every rational part is cancelled and factored, inside Min, Max, each case of a Piecewise and each function.  A
        condition is solved on the domain where it is linear; isolated points of an equation are left out.

        Raises
        ------
        InputError
            If it is not exact, or already contains a symbol of this convention.

        Examples
        --------
        >>> convention("circle").write(alpha * beta)
        2*q - 1
        """
        given = expression if isinstance(expression, Boolean) else to_expr(expression, "the expression")
        mixed = sorted(map(str, given.free_symbols & set(self.symbols).difference(PARAMETERS)))
        if mixed:
            raise InputError(f"the expression must be in alpha and beta; got {mixed[0]} in it, a symbol of {self.name}")
        return self._rewriting.write(given)

    def loss(self, loss: Loss) -> Loss:
        """Rewrite a loss: its exponents, prefactors, logarithms and assumptions.

        Raises
        ------
        InputError
            If it is no `Loss`.

        Examples
        --------
        >>> convention("circle").loss(model_loss("lazy"))["gradient_flow"].as_expr()
        t**(-(2*q - 1)/(2*q_phi))
        """
        require_type(loss, Loss, "a loss", "make one with loss('rich') or Loss.parse('1/N + 1/t')")
        return Loss(tuple(map(self._term, loss)), f"{loss.title}, in the symbols of {self.name}")

    def _term(self, term: PowerLaw) -> PowerLaw:
        return replace(
            term,
            exponents=tuple((resource, self.write(e)) for resource, e in term.exponents),
            prefactor=self.write(term.prefactor),
            logarithms=tuple(
                replace(logarithm, power=self.write(logarithm.power), where=curve)
                for logarithm in term.logarithms
                for curve in Or.make_args(self.write(logarithm.where))
                if isinstance(curve, Relational)  # a curve outside the domain becomes false
            ),
            assumes=tuple(map(self.write, term.assumes)),
        )

    def optimum(self, regime: Regime = RICH, version: Version = PUBLISHED) -> PhaseDiagram:
        """Derive the compute optimum of the model's own loss at C = N t in these symbols."""
        return _optimum(self, regime, version)

    def tasks(self, regime: Regime = RICH, version: Version = PUBLISHED) -> tuple[str, ...]:
        """Return the names of the phases of `optimum`; a phase has the same balance and exponent in all symbols.

        Raises
        ------
        IncompleteProof
            If a phase here has no counterpart in the model's diagram.
        """
        own, model = self.optimum(regime, version), model_optimum(regime, version)
        names = {(self.write(p.exponent), p.binding): n for p, n in zip(model.phases, task_names(model), strict=True)}
        found = [names.get((phase.exponent, phase.binding)) for phase in own.phases]
        if sorted(map(str, found)) != sorted(names.values()):
            raise IncompleteProof(f"the phases in the symbols of {self.name} are not those of the model")
        return tuple(map(str, found))

    @cached_property
    def _rewriting(self) -> Rewriting:
        return Rewriting(self.in_symbols, self.symbols, tuple(map(positive_side, self.domain())))

    def describe(self) -> str:
        """Return the name, and capacity and source in its symbols."""
        return str(self)

    def __str__(self) -> str:
        stated = ", ".join(f"{p} = {e}" for p, e in self.in_symbols.items())
        about = f"; {self.description}" if self.description else ""
        return f"{self.name}: {stated}{about}" + (f" ({self.source})" if self.source else "")


@lru_cache(maxsize=16)
def _domain(convention: Convention) -> tuple[Relational, ...]:
    both = positive_where(Min(*DOMAIN).xreplace(convention.in_symbols), convention.symbols, ())
    # the kernel's condition first
    return tuple(sorted(And.make_args(both), key=lambda condition: convention.symbols[-1] in condition.free_symbols))


@lru_cache(maxsize=16)
def _optimum(convention: Convention, regime: Regime, version: Version) -> PhaseDiagram:
    own = convention.loss(model_loss(regime, version))
    return compute_optimum(own, COST, convention.domain(), convention.symbols)


a, q, q_phi, r = (Symbol(name, positive=True) for name in ("a", "q", "q_phi", "r"))
b = Symbol("b", real=True)

CONVENTIONS = (
    Convention.from_decay(
        "bordelon2024",
        (alpha, beta),
        eigenvalues=alpha,
        power=TARGET_WEIGHT,
        description="capacity and source, as in eq. 6",
        source="Bordelon, Atanasov and Pehlevan 2024, eq. 6",
    ),
    Convention.from_decay(
        "random-features",
        (a, b),
        eigenvalues=2 * a,
        power=2 * (a + b),
        description="features fall as j^-a, coefficients of the target in them as j^-b",
        source="Paquette, Paquette, Xiao and Pennington 2024",
    ),
    Convention.from_decay(
        "source-condition",
        (alpha, r),
        eigenvalues=alpha,
        power=2 * r * alpha + 1,
        description="capacity alpha, and a target that is the r-th power of the kernel applied to a function",
        source="Cui, Loureiro, Krzakala and Zdeborova 2021",
    ),
    Convention.from_decay(
        "circle",
        (q_phi, q),
        eigenvalues=2 * q_phi,
        power=2 * q,
        description="features fall as k^-q_phi, Fourier coefficients of the target on the circle as k^-q",
        source="Bordelon, Atanasov and Pehlevan 2024, eq. 13, 14",
    ),
)
"""The named conventions, in the order of `names.CONVENTIONS`."""


def convention(name: str | Convention) -> Convention:
    """Return the convention called ``name``; a `Convention` is returned unchanged.

    Parameters
    ----------
    name : str or Convention
        A name such as "source-condition", or a convention of your own.

    Returns
    -------
    Convention

    Raises
    ------
    InputError
        If no convention has that name.

    Examples
    --------
    >>> convention("source-condition").relations
    (Eq(beta, 2*r),)
    """
    if isinstance(name, Convention):
        return name
    require(name, NAMES, "the convention")
    return CONVENTIONS[NAMES.index(name)]
