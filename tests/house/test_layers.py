"""The house rules: arrows one way, no literals where results are derived, every table and derivation tested."""

import ast
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXPONENTS = sorted((ROOT / "exponents").rglob("*.py"))
VERIFY = sorted((ROOT / "verify").rglob("*.py"))
ALLOWED = {
    "exponents": {"sympy", "mpmath", "flint", "click", "tabulate"},
    "verify": {"exponents", "mpmath", "numpy", "scipy"},
}
COMMAND = {
    "app.py",
    "verify.py",
    "balance.py",
    "plot.py",
    "curve.py",
    "cli.py",
    "loss_commands.py",
    "curve_command.py",
    "evidence_commands.py",
    "picture_commands.py",
    "terminal.py",
    "__main__.py",
}
CLAIMS = {"claim.py", "appendix.py"}
PICTURES = ROOT / "verify" / "plots"  # draws SymPy objects; Matplotlib is imported by needs.py alone, when it is needed


def imports(path):
    """(top-level package, module inside it) of every absolute import, and every relative one by its own name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name.split(".")[0], alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module.split(".")[0], node.module


@pytest.mark.parametrize("path", EXPONENTS + VERIFY, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_may(path):
    layer = path.relative_to(ROOT).parts[0]
    foreign = {top for top, _ in imports(path)} - set(sys.stdlib_module_names)
    allowed = ALLOWED[layer] | ({"exponents", "verify"} if path.name in COMMAND else set())
    assert foreign <= allowed | ({"sympy"} if PICTURES in path.parents else set())
    if path.name not in COMMAND:
        assert "click" not in foreign
    if path.name != "render.py":
        assert "tabulate" not in foreign


def test_no_module_is_longer_than_a_subject():
    lengths = {path.name: len(path.read_text().splitlines()) for path in EXPONENTS + VERIFY}
    assert {name: length for name, length in lengths.items() if length > 400} == {}


def test_only_claims_hold_what_the_paper_prints():
    importers = [
        p.name for p in EXPONENTS if re.search(r"from \.+(appendix_)?claims import|import claims", p.read_text())
    ]
    assert importers == ["appendix_claims.py", "tables.py"]


# Exponents of Table 1, eq. 8-10 and 62 as one would type them, spaces aside; none may stand in code that derives.
PRINTED = [
    r"2\*beta/\(1\+beta\)",
    r"2\*beta/\(beta\+1\)",
    r"2/\(1\+beta\)",
    r"2/\(beta\+1\)",
    r"alpha\*beta/\(",
    r"beta\*\(2-",
    r"1-1/alpha",
    r"1-1/\(2\*alpha\)",
    r"2-1/alpha",
    r"2\*alpha\*beta",
    r"Min\(2,beta\)",
    r"Min\(1,beta\)",
    r"min\{",
]


def code_without_words(path):
    """The module's code with docstrings, comments and text taken out, and no spaces."""
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.unparse(tree).replace(" ", "")


@pytest.mark.parametrize("path", [p for p in EXPONENTS if p.name not in CLAIMS], ids=lambda path: path.name)
def test_no_exponent_of_the_paper_stands_as_a_literal(path):
    code = code_without_words(path)
    assert not [pattern for pattern in PRINTED if re.search(pattern, code)]


def test_control_the_search_for_literals_finds_them_in_the_claims():
    code = code_without_words(ROOT / "exponents" / "claims" / "claim.py")
    assert [pattern for pattern in PRINTED if re.search(pattern, code)]
    table_1 = [r"alpha\*beta/\(", r"1-1/\(2\*alpha\)", r"2\*alpha\*beta"]
    assert all(re.search(pattern, code) for pattern in table_1)


def test_names_are_bound_to_builders_one_to_one():
    from exponents import derivations
    from exponents.names import DERIVATIONS, TABLES
    from exponents.reports import tables

    assert tuple(tables._BUILDERS) == tuple(TABLES) and tuple(derivations._BUILDERS) == tuple(DERIVATIONS)


def test_the_public_names_exist_and_are_all_listed():
    import exponents

    for name in exponents.__all__:
        assert getattr(exponents, name) is not None
    homes = {name for names in exponents._HOMES.values() for name in names} | set(exponents._COMPUTED)
    assert homes == set(exponents.__all__)
    with pytest.raises(AttributeError):
        exponents.nonsense  # noqa: B018
