"""Whatever a public function is given, it answers or raises an error of this package: no TypeError from deep inside."""

import inspect

import pytest

import exponents
import verify
from exponents.errors import ExponentsError

WRONG = [None, "", "nonsense", -1, 0, 1.5, float("nan"), object(), 10**400, (), ("a", "b"), [], [1], {"a": 1}]


def ask_everywhere():
    for package in (exponents, verify):
        for name in package.__all__:
            found = getattr(package, name)
            if callable(found) and not (isinstance(found, type) and issubclass(found, BaseException | int)):
                yield pytest.param(found, id=f"{package.__name__}.{name}")


@pytest.mark.parametrize("function", list(ask_everywhere()))
def test_a_wrong_argument_is_refused_in_words(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:  # of another package
        return
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in positional if p.default is p.empty] or positional[:1]
    for count in range(len(needed), len(positional) + 1):
        for value in WRONG if count else ():
            try:
                function(*[value] * count)
            except ExponentsError as error:
                assert str(error)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: exponents.loss("rich").without(["sgd_transient"]), "the loss has no term"),
        (lambda: exponents.convention("circle").loss([]), "a loss must be a Loss"),
        (lambda: exponents.compute_optimum(["t**-1", "N**-1"], "N*t"), "write one loss as one text"),
        (lambda: exponents.compute_optimum([], "N*t"), r"got \[\]"),
        (lambda: exponents.samples_needed("lazy", "derived", []), "the clock must be one of"),
    ],
)
def test_what_is_wrong_is_said(ask, said):
    with pytest.raises(ExponentsError, match=said):
        ask()
