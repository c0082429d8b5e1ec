"""The public names: one table at run time, the same names for type checkers, and imports under former names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import sympy

import exponents


def test_type_checkers_see_the_same_public_names():
    (block,) = (node for node in ast.parse(Path(exponents.__file__).read_text()).body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom) and node.level]
    assert {(node.module, name.name) for node in imports for name in node.names} == {
        (module, name) for module, names in exponents._HOMES.items() for name in names
    }
    declared = {node.target.id for node in block.body if isinstance(node, ast.AnnAssign)}
    assert declared == set(exponents._COMPUTED)


def test_a_star_import_brings_every_public_name():
    names: dict[str, object] = {}
    exec("from exponents import *", names)
    assert set(exponents.__all__) <= set(names)


def test_imports_under_a_former_name_still_work():
    from exponents.reuse_loss import full_batch_optimum as old

    from exponents.model.reuse_loss import full_batch_optimum as new

    assert old is new is exponents.full_batch_optimum


@pytest.mark.parametrize(("order", "ours"), [(("sympy", "exponents"), True), (("exponents", "sympy"), False)])
def test_of_two_imports_with_a_star_the_last_one_holds_as_the_package_says(order, ours):
    names: dict[str, object] = {}
    for package in order:
        exec(f"from {package} import *", names)
    shared = {"N", "beta", "gamma", "evaluate"}
    assert all((names[name] is getattr(exponents, name)) == ours for name in shared)
    assert all(name in (exponents.__doc__ or "") for name in shared)


@pytest.mark.parametrize("name", ["N", "beta", "gamma"])
def test_a_function_of_sympy_in_place_of_a_symbol_is_named_as_the_fault(name):
    with pytest.raises(exponents.InputError, match="import exponents' symbols after SymPy's names"):
        exponents.compute_optimum(getattr(sympy, name))
