"""Every public function says what it takes and returns, and shows an example that runs.

Every function at the top of a module has an example, unless its name has a leading underscore or it is a command of
click.  The names of ``exponents.__all__`` and ``verify.__all__`` also say what they take and return.
"""

import ast
import doctest
import inspect
import io
import pkgutil
from enum import Enum
from importlib import import_module
from pathlib import Path

import pytest

import exponents
import verify

ROOT = Path(__file__).parents[2]
MODULES = [
    found.name
    for package in (exponents, verify)
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
SOURCES = [
    path.relative_to(ROOT) for package in ("exponents", "verify") for path in sorted((ROOT / package).rglob("*.py"))
]
PUBLIC = [
    f"{package.__name__}.{name}" for package in (exponents, verify) for name in sorted(getattr(package, "__all__", ()))
]


def lacking(thing):
    """What the docstring of a public function or class lacks; other values, such as symbols, need none."""
    text = inspect.getdoc(thing) or ""
    if inspect.isclass(thing):
        wanted = [] if issubclass(thing, Exception | Enum) else [">>>"]
    elif inspect.isfunction(thing):
        signature = inspect.signature(thing)
        wanted = [">>>"]
        wanted += ["Parameters\n---"] if signature.parameters else []
        if inspect.isgeneratorfunction(thing):
            wanted.append("Yields\n---")
        elif signature.return_annotation not in (None, "None", inspect.Signature.empty):
            wanted.append("Returns\n---")
    else:
        wanted = []
    return [part.partition("\n")[0] for part in wanted if part not in text]


def is_command(function):
    """Whether a function is a command or a group of click, whose help shows the examples."""
    decorators = [node.func if isinstance(node, ast.Call) else node for node in function.decorator_list]
    return any(ast.unparse(decorator) in ("click.command", "click.group") for decorator in decorators)


def without_example(source):
    """Names of the public functions at the top of a module whose docstring holds no example."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    public = [f for f in functions if not f.name.startswith("_") and not is_command(f)]
    return [f.name for f in public if not runs(ast.get_docstring(f) or "")]


def runs(text):
    """Whether an example in a docstring is not skipped."""
    return any(">>>" in line and "+SKIP" not in line for line in text.splitlines())


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name):
    failed, _ = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert failed == 0


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_is_documented(name):
    package, _, attribute = name.partition(".")
    found = lacking(getattr(import_module(package), attribute))
    assert not found, found


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_every_function_shows_an_example(path):
    assert without_example((ROOT / path).read_text()) == []


def test_control_a_docstring_that_lacks_something_is_seen():
    def bare(alpha: int) -> int:
        """Return it."""
        return alpha

    def whole(alpha: int) -> int:
        """Return it.

        Parameters
        ----------
        alpha : int

        Returns
        -------
        int

        Examples
        --------
        >>> 1
        1
        """
        return alpha

    class Bare:
        """A thing."""

    assert lacking(bare) == [">>>", "Parameters", "Returns"] and lacking(whole) == []
    assert lacking(Bare) == [">>>"] and lacking(ValueError) == [] and lacking(1) == []
    assert without_example('def f():\n    """F."""\ndef g():\n    """>>> 1"""\ndef _h(): ...\n') == ["f"]
    assert not runs(">>> 1  # doctest: +SKIP")
    assert without_example("@click.command(cls=C)\ndef f(): ...\n@lru_cache\ndef g(): ...\n") == ["g"]


def test_control_an_example_that_is_wrong_fails():
    parsed = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "planted", None, 0)
    runner = doctest.DocTestRunner(verbose=False)
    assert runner.run(parsed, out=io.StringIO().write).failed == 1
