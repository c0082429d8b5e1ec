"""Which assertions about numbers pass whatever the number is?

    python tests/planted/asserts.py tests/by_hand tests/exponents/model

The tests run once.  After each assertion that passes, it is evaluated again with one of the numbers in it multiplied by
1.01, by 0.99 and by -1: a side of a comparison, of a difference or of a quotient, or an argument of a function that
compares arrays.  Nothing else is computed again.  An assertion that states equality within a tolerance, and passes with
every change, asserts nothing; one that fails for the sign alone has a wide tolerance.  Both are printed, by file and
line.  Bounds pass too, and may: they are counted only.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from _pytest.assertion import rewrite

FACTORS = (1.01, 0.99, -1.0)
"""What a number is multiplied by."""

CLOSE = ("allclose", "isclose", "assert_allclose", "approx", "almosteq", "assert_array_almost_equal")
"""Functions that compare numbers within a tolerance."""

MOST = 40
"""How often one assertion is tried; Hypothesis runs them hundreds of times."""

SLIGHT = 1e-3
"""Largest number beside which `x < number` states that x vanishes."""

ran: Counter[tuple[str, int]] = Counter()
failed: Counter[tuple[str, int]] = Counter()
slightly: Counter[tuple[str, int]] = Counter()
equalities: dict[tuple[str, int], str] = {}
numeric: set[tuple[str, int]] = set()


def scale(value: Any, factor: float) -> Any:
    """Return the number, or numbers, multiplied by the factor; whole numbers and other values as they are."""
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, list | tuple) and type(value) in (list, tuple):
        return type(value)(scale(part, factor) for part in value)
    if isinstance(value, dict):
        return {key: scale(part, factor) for key, part in value.items()}
    if isinstance(value, np.ndarray):
        return value * factor if value.dtype.kind in "fc" else value
    if isinstance(value, Fraction):
        return value * Fraction(factor)
    if isinstance(value, float | complex | np.floating) or type(value).__name__ in ("mpf", "mpc", "Float"):
        return value * factor
    return value


class Trial:
    """One assertion at one time: its numbers, and which of them is changed now."""

    def __init__(self) -> None:
        self.leaves: dict[int, list[Any]] = {}
        self.places: Counter[int] = Counter()
        self.target, self.factor, self.numeric = -1, 1.0, False

    def __call__(self, number: int, leaf: bool, thunk: Callable[[], Any]) -> Any:
        """Return the value of an operand: as it was the first time, or changed."""
        if leaf:
            known, place = self.leaves.setdefault(number, []), self.places[number]
            self.places[number] += 1
            if place == len(known):
                known.append(thunk())
            value = known[place]
        else:
            value = thunk()
        if number != self.target:
            return value
        changed = scale(value, self.factor)
        self.numeric |= changed is not value
        return changed

    def changed(self, target: int, factor: float) -> Trial:
        """Return the same trial, to be evaluated with one change."""
        self.target, self.factor, self.places = target, factor, Counter()
        return self


def examine(key: tuple[str, int], operands: int, evaluate: Callable[[Trial], Any], message: Callable[[], Any]) -> None:
    """Assert what `evaluate` returns, and then try the changes."""
    trial = Trial()
    assert evaluate(trial), message()
    if ran[key] >= MOST:
        return
    ran[key] += 1
    changes = [(target, factor) for factor in FACTORS for target in range(operands)]
    with np.errstate(all="ignore"):
        for target, factor in changes:
            try:
                passed = evaluate(trial.changed(target, factor))
            except Exception:
                passed = False
            if trial.numeric:
                numeric.add(key)
            if not passed:
                failed[key] += 1
                slightly[key] += factor > 0
                return


class Operands(ast.NodeTransformer):
    """Wrap the operands of comparisons, differences and quotients in an expression in calls of the trial."""

    def __init__(self) -> None:
        self.count = 0

    def wrap(self, node: ast.expr) -> ast.expr:
        """Return a call of the trial for the node."""
        before = self.count
        inside = self.visit(node)
        leaf, number = self.count == before, self.count
        self.count += 1
        thunk = ast.Lambda(ast.arguments([], [], None, [], [], None, []), inside)
        return ast.Call(ast.Name("_trial", ast.Load()), [ast.Constant(number), ast.Constant(leaf), thunk], [])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Wrap both sides, unless they are compared by identity or membership."""
        if any(isinstance(op, ast.Is | ast.IsNot | ast.In | ast.NotIn) for op in node.ops):
            return node
        node.left, node.comparators = self.wrap(node.left), [self.wrap(side) for side in node.comparators]
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """Wrap both sides of a difference or quotient."""
        if not isinstance(node.op, ast.Sub | ast.Div):
            return self.generic_visit(node)
        node.left, node.right = self.wrap(node.left), self.wrap(node.right)
        return node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Wrap the arguments of a function that compares."""
        if name_of(node).endswith(CLOSE):
            node.args = [part if isinstance(part, ast.Starred) else self.wrap(part) for part in node.args]
            return node
        return self.generic_visit(node)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> ast.expr:
        """Leave an assignment alone: it may not move into a function."""
        raise NotImplementedError


def name_of(call: ast.Call) -> str:
    """Return the last part of the name of the function that is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def states_equality(test: ast.expr) -> bool:
    """Return whether the expression says that numbers are equal within a tolerance."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.NotEq):
            return False
        if isinstance(node, ast.Call) and name_of(node).endswith(CLOSE):
            return True
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Lt | ast.LtE):
            calls = (name_of(part) for part in ast.walk(node.left) if isinstance(part, ast.Call))
            distance = any(name in ("abs", "norm", "hypot", "fabs", "largest_difference") for name in calls)
            if distance or any(isinstance(part, ast.Sub) for part in ast.walk(node.left)):
                return True
            numbers = [part.value for part in ast.walk(node.comparators[-1]) if isinstance(part, ast.Constant)]
            if any(isinstance(n, float) and 0 < n < SLIGHT for n in numbers):
                return True
    return False


class Assertions(ast.NodeTransformer):
    """Replace the assertions of a module by calls of `examine`."""

    def __init__(self, path: str) -> None:
        self.path = path

    def replace(self, node: ast.stmt, test: ast.expr, message: ast.expr | None) -> ast.stmt:
        """Return the statement that examines the assertion, or the assertion itself if it holds an assignment."""
        text, equality = ast.unparse(test), states_equality(test)
        operands = Operands()
        try:
            body = operands.visit(ast.parse(text, mode="eval").body)
        except NotImplementedError:
            return node
        if not operands.count:
            return node
        key = (self.path, node.lineno)
        if equality:
            equalities[key] = text
        given = ast.arguments([], [ast.arg("_trial")], None, [], [], None, [])
        none = ast.arguments([], [], None, [], [], None, [])
        call = ast.Call(
            ast.Name("_examine_assertion", ast.Load()),
            [
                ast.Constant(key),
                ast.Constant(operands.count),
                ast.Lambda(given, body),
                ast.Lambda(none, message or ast.Constant(text)),
            ],
            [],
        )
        return ast.fix_missing_locations(ast.copy_location(ast.Expr(call), node))

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Examine an assertion."""
        return self.replace(node, node.test, node.msg)

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """Examine a call such as np.testing.assert_allclose, which returns None if it passes."""
        if isinstance(node.value, ast.Call) and name_of(node.value).startswith("assert_"):
            return self.replace(node, ast.Compare(node.value, [ast.Is()], [ast.Constant(None)]), None)
        return node


def rewrite_asserts(module: ast.Module, _source: bytes, path: str | None = None, _config: object = None) -> None:
    """Take the place of pytest's own rewriting of assertions."""
    Assertions(str(Path(path or "").resolve())).visit(module)


def main() -> int:
    """Run the tests, and print the assertions about numbers that pass with every change."""
    import builtins

    sys.dont_write_bytecode = True
    builtins._examine_assertion = examine
    rewrite.rewrite_asserts, rewrite._read_pyc = rewrite_asserts, lambda *_: None
    status = pytest.main(["-p", "no:cacheprovider", "-p", "no:xdist", *sys.argv[1:]])
    never = [key for key in sorted(ran) if not failed[key] and key in equalities]
    wide = [key for key in sorted(ran) if failed[key] and not slightly[key] and key in equalities]
    partly = [key for key in sorted(ran) if 0 < failed[key] < ran[key] / 2 and key in equalities]
    titles = ("pass every change", "pass every change of 1 %", "pass every change more often than not")
    for title, keys in zip(titles, (never, wide, partly), strict=True):
        print(f"\n{title}:")
        for path, line in keys:
            times = f"{ran[path, line] - failed[path, line]} of {ran[path, line]}"
            print(f"{Path(path).relative_to(Path.cwd())}:{line}: {times}: {equalities[path, line]}")
    bounds = sum(key not in equalities and not failed[key] for key in numeric)
    print(f"\n{len(ran)} assertions ran, {len(numeric)} of them about numbers that are not exact;")
    print(f"{sum(key in equalities for key in ran)} state equality within a tolerance, {len(never)} of these pass")
    print(f"every change, {len(wide)} more every change of 1 %; of the bounds, {bounds} pass every change")
    return int(status)


if __name__ == "__main__":
    sys.exit(main())
