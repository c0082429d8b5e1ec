"""The public names: one table at run time, the same names for type checkers, and imports under former names."""

from __future__ import annotations

import ast
from pathlib import Path

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
