"""The names that ``verify`` offers: all there, listed for type checkers too, and imported when first used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import verify


def test_every_public_name_exists_and_is_listed_once():
    listed = [name for names in verify._HOMES.values() for name in names]
    assert len(listed) == len(set(listed)) and sorted(listed) == verify.__all__
    for name in listed:
        assert getattr(verify, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        verify.nonsense  # noqa: B018


def test_type_checkers_see_the_same_names_in_the_same_modules():
    tree = ast.parse(Path(verify.__file__).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    seen = {(node.module, alias.name, alias.asname) for node in block.body for alias in node.names}
    assert seen == {(home, name, name) for home, names in verify._HOMES.items() for name in names}


def test_no_public_name_is_that_of_a_module():
    """Or ``from verify import name`` would be the module, once something had imported it."""
    modules = {path.stem for path in Path(verify.__file__).parent.iterdir()}
    assert not modules & set(verify.__all__)


def test_nothing_numerical_is_imported_before_a_name_is_used():
    code = """
import sys
import verify, verify.flow
from verify import Model
print("numpy" in sys.modules or "sympy" in sys.modules)
from verify import Spectrum
print("numpy" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
