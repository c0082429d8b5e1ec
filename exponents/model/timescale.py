"""How fast does the limit dynamics learn: what is chi in L(t) ~ t^{-chi}?

At N, B -> infinity the correlation B(t) = sum_k y_k^2 exp(-lambda_k tau(t)) drives the growth of its own clock,

    tau(t) = int_0^t dt' [1 + gamma int_0^{t'} B(s) ds]                     (eq. 67).

Suppose B ~ t^{-chi}.  Then

1. `clock` integrates twice: tau ~ t^{max(1, 2 - chi)};
2. the mode sum over y_k^2 = k^{-alpha beta - 1} falls as tau^{-beta} (`mode_sums`);
3. so chi = beta max(1, 2 - chi) (eq. 10, 68): a fixed point of a max-plus map.

`fixed_point` solves it by pieces.  Each candidate of the max gives a linear equation; its solution is kept only where
its own assumption holds, that is where it is the largest candidate.  It then proves that the kept pieces tile beta > 0,
agree where they meet, and are stable under the iteration; it raises unless exactly one piece is consistent everywhere.

`level_series` iterates the same map from the lazy clock (eq. 62).

Limits: gamma > 0 fixed and t -> infinity.  At beta = 1 a logarithm multiplies the law; exponents do not see it.

Map: `clock` states the problem, `self_consistency` is its equation; `fixed_point` solves any such problem and
`solve_self_consistency` this one; `chi`, `clock_growth`, `kernel_growth` and `clock_logarithms` are read off the
solution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import Eq, Expr, Max, S, Symbol, cancel
from sympy.core.relational import Relational
from sympy.logic.boolalg import Boolean

from ..algebra.parametric import Point, describe_point
from ..algebra.partition import partition_domain
from ..algebra.polynomials import Functions, RationalFunction, factors, sign, to_factored_expr
from ..algebra.regions import Boundary, Regions, regions_of
from ..asymptotics.convolution import Growth, integrate_growth, leading_growth
from ..errors import IncompleteProof, InputError, NoBalance
from ..losses.terms import Logarithm
from ..names import LAZY, RICH, Regime
from ..symbols import t, to_expr
from .target import target_sum

decay = Symbol("chi", positive=True)
"""The unknown of the self-consistent equation."""


def clock(chi: Expr) -> Growth:
    """Return the candidate powers of tau(t) when B(t) ~ t^{-chi}: the double integral of eq. 67.

    Examples
    --------
    >>> clock(decay)
    (1, 2 - chi)
    """
    kernel_growth = leading_growth((S.Zero, *integrate_growth((-chi,))))  # 1 + gamma int B, the growth of the kernel
    return tuple(g for g in integrate_growth(kernel_growth) if g != 0)


@dataclass(frozen=True)
class Piece:
    """A consistent branch of a max-plus fixed point.

    Attributes
    ----------
    where : Boolean
        Where its own assumption holds.
    value : Expr
        The fixed point there.
    growth : Expr
        The candidate of the max that it assumes, at the fixed point.
    slope : Expr
        Derivative of the map at the fixed point; the iteration is stable where |slope| < 1.
    """

    where: Boolean
    value: Expr
    growth: Expr
    slope: Expr


@dataclass(frozen=True)
class FixedPoint:
    """The solution of chi = source * max(candidates), in pieces, with the curves between them."""

    pieces: tuple[Piece, ...]
    regions: Regions

    @property
    def boundaries(self) -> tuple[Boundary, ...]:
        """Curves on which pieces meet."""
        return self.regions.boundaries

    @property
    def value(self) -> Expr:
        """Fixed point as one expression."""
        return self.regions.piecewise([piece.value for piece in self.pieces])

    @property
    def growth(self) -> Expr:
        """Largest candidate at the fixed point, as one expression: tau ~ t^growth."""
        return self.regions.piecewise([piece.growth for piece in self.pieces])


def fixed_point(source: Expr, candidates: Callable[[Expr], Growth] = clock) -> FixedPoint:
    """Solve chi = source * max(candidates(chi)) for all positive values of the one parameter in ``source``.

    Parameters
    ----------
    source : Expr
        Decay of the mode sum in its clock, a rational function of one parameter.
    candidates : callable
        chi -> candidate powers of the clock, each affine in chi.

    Returns
    -------
    FixedPoint

    Raises
    ------
    InputError
        If the source depends on several parameters or none, or a candidate is not affine in chi.
    NoBalance
        If on some interval no candidate is consistent with its own assumption.
    IncompleteProof
        If on some interval several candidates are consistent, if neighbours disagree on their boundary, or if a piece
        is unstable.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> fixed_point(beta).value
    Piecewise((2*beta/(beta + 1), beta <= 1), (beta, True))
    """
    source = to_expr(source, "the source")
    symbols = source.free_symbols
    if len(symbols) != 1:
        raise InputError(f"the source must be a function of one parameter; got {source}; try beta")
    (parameter,) = symbols
    functions = Functions((parameter,))
    growths = candidates(decay)
    solvable = [growth for growth in growths if cancel(1 - source * _split_affine(growth)[1]) != 0]
    trials = [_make_trial(functions, source, growth, growths) for growth in solvable]
    decisive = [e for trial in trials for e in (*trial.margins, *trial.stability)]
    partition = partition_domain(functions, (parameter,), lambda sample: (_find_consistent(trials, sample), decisive))
    kept = {leaf.found: trials[_require_single(leaf.found, leaf.sample)] for leaf in partition.leaves}
    found, regions = regions_of(partition)
    _check_agreement(functions, [kept[label] for label in found], regions.boundaries)
    pieces = tuple(kept[label].piece(where) for label, where in zip(found, regions.where, strict=True))
    return FixedPoint(pieces, regions)


@dataclass(frozen=True)
class _Trial:
    """The solution of chi = source * growth(chi), and the lead of its candidate over each of the others."""

    value: RationalFunction
    growth: RationalFunction
    slope: RationalFunction
    margins: tuple[RationalFunction, ...]

    @property
    def stability(self) -> tuple[RationalFunction, RationalFunction]:
        """Positive where the iteration contracts: 1 - slope and 1 + slope."""
        one = self.slope.functions.one
        return one - self.slope, one + self.slope

    def piece(self, where: Boolean) -> Piece:
        return Piece(where, to_factored_expr(self.value), to_factored_expr(self.growth), to_factored_expr(self.slope))


def _make_trial(functions: Functions, source: Expr, growth: Expr, growths: Growth) -> _Trial:
    constant, rate = _split_affine(growth)
    value = functions.element(source * constant / (1 - source * rate))

    def at_value(candidate: Expr) -> RationalFunction:
        start, slope = (functions.element(part) for part in _split_affine(candidate))
        return start + slope * value

    margins = tuple(at_value(growth) - at_value(other) for other in growths if other != growth)
    return _Trial(value, at_value(growth), functions.element(source * rate), margins)


def _split_affine(growth: Expr) -> tuple[Expr, Expr]:
    """Return (a, b) of a candidate a + b chi."""
    constant, rate = growth.coeff(decay, 0), growth.coeff(decay, 1)
    if constant + rate * decay != growth:
        raise InputError(f"a candidate of the clock must be affine in {decay}; got {growth}")
    return constant, rate


def _find_consistent(trials: list[_Trial], sample: Point) -> tuple[tuple[int, bool], ...]:
    """Return the trials whose own assumption holds at ``sample``, and whether each is stable."""
    return tuple(
        (i, all(sign(s, sample) > 0 for s in trial.stability))
        for i, trial in enumerate(trials)
        if all(sign(m, sample) > 0 for m in trial.margins)
    )


def _require_single(consistent: tuple[tuple[int, bool], ...], sample: Point) -> int:
    """Return the one consistent trial; raise unless there is exactly one and it is stable."""
    here = describe_point(sample)
    if not consistent:
        raise NoBalance(f"no candidate is consistent with its own assumption at {here}", here)
    if len(consistent) > 1:
        raise IncompleteProof(f"several candidates are consistent at {here}; the balance does not decide")
    ((position, stable),) = consistent
    if not stable:
        raise IncompleteProof(f"the fixed point is unstable at {here}; its iteration does not converge")
    return position


def _check_agreement(functions: Functions, kept: list[_Trial], boundaries: tuple[Boundary, ...]) -> None:
    """Check that neighbouring values agree on their boundary: its polynomial divides their difference."""
    for boundary in boundaries:
        left, right = (kept[i].value for i in boundary.phases)
        difference = left - right
        if difference and not factors(functions.element(boundary.polynomial)) <= factors(difference):
            raise IncompleteProof(f"the fixed points {left} and {right} disagree on {boundary.curve}")


def self_consistency() -> Expr:
    """Return the equation chi = source * max(candidates of the clock), as eq. 10 and 68 write it.

    Examples
    --------
    >>> self_consistency()
    Eq(chi, beta*Max(1, 2 - chi))
    """
    return Eq(decay, target_sum().exponent * Max(*clock(decay)), evaluate=False)


@lru_cache(maxsize=1)
def solve_self_consistency() -> FixedPoint:
    """Solve eq. 10: the source is the decay of `target_sum`, the clock that of eq. 67.

    Examples
    --------
    >>> [(piece.where, piece.value) for piece in solve_self_consistency().pieces]
    [(beta < 1, 2*beta/(beta + 1)), (beta > 1, beta)]
    """
    return fixed_point(target_sum().exponent)


def clock_logarithm() -> tuple[Relational, Expr]:
    """Return (curve, l): tau ~ t (ln t)^l where the two candidates of the clock tie.

    There B ~ tau^{-source} carries (ln t)^{-source l}.  Its integral, of 1/t, adds one power of the logarithm, and the
    second integral adds none: l = 1 - source l.

    Examples
    --------
    >>> clock_logarithm()
    (Eq(beta, 1), 1/2)
    """
    (boundary,) = solve_self_consistency().boundaries
    curve = boundary.curve
    return curve, 1 / (1 + target_sum().exponent.subs(curve.lhs, curve.rhs))


def chi(regime: Regime = RICH) -> Expr:
    """Return the time exponent of the limit dynamics, L(t) ~ t^{-chi}, in the rich regime (eq. 10) or the lazy one.

    Examples
    --------
    >>> chi("lazy"), chi("rich")
    (beta, Piecewise((2*beta/(beta + 1), beta <= 1), (beta, True)))
    """
    return solve_self_consistency().value if regime == RICH else target_sum().exponent


def clock_growth(regime: Regime = RICH) -> Expr:
    """Return m in tau ~ t^m: 1 in the lazy regime, max(1, 2 - chi) = chi/beta at the fixed point in the rich one.

    Examples
    --------
    >>> clock_growth()
    Piecewise((2/(beta + 1), beta <= 1), (1, True))
    """
    return solve_self_consistency().growth if regime == RICH else S.One


def kernel_growth(regime: Regime) -> Expr:
    """Return g in kappa = dtau/dt ~ t^g; it is zero where the features stand still.

    Examples
    --------
    >>> kernel_growth("lazy")
    0
    """
    return clock_growth(regime) - 1


def clock_logarithms(regime: Regime, exponent: Expr, kernels: int = 0) -> tuple[Logarithm, ...]:
    """Return the logarithm that a decay in the clock inherits, on the curve where the clock has one.

    A factor kappa = dtau/dt has the same power of the logarithm as tau; the law has ``kernels`` such factors.

    Examples
    --------
    >>> from exponents.symbols import beta
    >>> clock_logarithms("rich", beta)
    (Logarithm(resource=t, power=-beta/2, where=Eq(beta, 1)),)
    """
    if regime == LAZY:
        return ()
    curve, power = clock_logarithm()
    return (Logarithm(t, power * (kernels - exponent), curve),)
