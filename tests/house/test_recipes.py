"""The last command of each recipe in CONTRIBUTING.md tells whether the recipe is complete.

Each rule is a function of what it looks at, so that it can be shown to see a planted fault.
"""

import ast
import inspect
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import pytest

from exponents.claims.catalogue import CLAIMS
from exponents.claims.claim import SUBJECTS
from exponents.model.conventions import CONVENTIONS
from exponents.names import CLOCK_TABLES, CONVENTION_TABLES, COORDINATES, METHODS, TABLES
from exponents.names import FIGURES as FIGURE_NAMES
from exponents.reports import tables
from verify import solvers
from verify.measurements.systems import SYSTEMS
from verify.plots.figures import FIGURES

ROOT = Path(__file__).parents[2]
DOCUMENTS = {name: (ROOT / name).read_text() for name in ("CONTRIBUTING.md", "ARCHITECTURE.md")}
PLOT_TESTS = "\n".join(path.read_text() for path in sorted((ROOT / "tests/verify/plots").rglob("*.py")))
CONVENTION_TESTS = (ROOT / "tests/exponents/model/test_conventions.py").read_text()


def load(path):
    """A test module or a script, by its path."""
    spec = spec_from_file_location(path.stem, path)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- a claim, and a system -------------------------------------------------------------------------------------------


def unmatched(claims, systems):
    """Claims that their system does not measure, and measurements of no claim."""
    faults = [f"{c.name} is not measured" for c in claims if c.name not in systems[c.system].procedures]
    for name, kind in systems.items():
        known = {claim.name for claim in claims if claim.system == name}
        faults += [f"{procedure} is no claim" for procedure in kind.procedures if procedure not in known]
    return faults


def test_each_record_is_measured_and_each_measurement_has_a_record():
    assert unmatched(CLAIMS, SYSTEMS) == []


def test_each_system_has_claims_and_measurements():
    assert list(SYSTEMS) == list(SUBJECTS) == list(dict.fromkeys(claim.system for claim in CLAIMS))
    assert all(kind.system == name for name, kind in SYSTEMS.items())


def test_each_solver_is_asked_by_a_method():
    assert {method for _, method in solvers.SOLVERS} == set(METHODS)


def test_control_a_claim_without_a_measurement_is_seen():
    claims = [SimpleNamespace(name="new: one", system="limit"), SimpleNamespace(name="new: two", system="limit")]
    systems = {"limit": SimpleNamespace(procedures={"new: two": None, "old: three": None})}
    assert unmatched(claims, systems) == ["new: one is not measured", "old: three is no claim"]


# --- a table ---------------------------------------------------------------------------------------------------------


def unbuilt(names, builders):
    """Names without a builder, builders without a name, and builders that stand at another place."""
    return [(name, builder) for name, builder in zip(names, builders, strict=False) if name != builder] + sorted(
        set(names) ^ set(builders)
    )


def test_each_table_has_its_builder():
    assert unbuilt(TABLES, tables._BUILDERS) == []
    assert len(set(tables._BUILDERS.values())) == len(TABLES)
    takes = {name: inspect.signature(builder).parameters for name, builder in tables._BUILDERS.items()}
    assert [name for name in TABLES if "convention" in takes[name]] == list(CONVENTION_TABLES)
    assert [name for name in TABLES if "clock" in takes[name]] == list(CLOCK_TABLES)


def test_control_a_table_without_a_builder_is_seen():
    assert unbuilt(("time", "levels"), ("time",)) == ["levels"]
    assert unbuilt(("time", "levels"), ("levels", "time"))


# --- a figure --------------------------------------------------------------------------------------------------------


def undrawn(pictures, figures, tests):
    """Pictures without a record, records of no picture, and records that no test names."""
    faults = [f"{name} has no record" for name in pictures if name not in figures]
    faults += [f"{name} is no picture" for name in figures if name not in pictures]
    return faults + [f"{name} has no test" for name in figures if f'"{name}"' not in tests]


def test_each_picture_has_a_record_and_a_test():
    assert undrawn(FIGURE_NAMES, FIGURES, PLOT_TESTS) == []


def test_control_a_picture_without_a_record_is_seen():
    faults = ["fig5 has no record", "fig9 is no picture", "fig9 has no test"]
    assert undrawn(["fig1a", "fig5"], {"fig1a": None, "fig9": None}, '"fig1a"') == faults


# --- a kernel --------------------------------------------------------------------------------------------------------

KERNELS = """
from exponents.asymptotics import mode_sums
seen, known = set(), mode_sums.kernel
def record(expression):
    seen.add(expression)
    return known(expression)
mode_sums.kernel = record
from exponents.claims.catalogue import CLAIMS
for claim in CLAIMS:
    claim.derive()
print(*sorted(map(str, seen)), sep="\\n")
"""
"""Prints every kernel that a claim needs, in a process whose caches are empty."""


def without_case(used, known):
    """Kernels that no case worked out by hand covers."""
    return sorted(set(used) - {str(expression) for expression, *_ in known})


def test_each_kernel_of_the_model_has_a_case_by_hand():
    done = subprocess.run([sys.executable, "-c", KERNELS], capture_output=True, text=True, check=True)
    used = done.stdout.splitlines()
    assert len(used) >= 5
    assert without_case(used, load(ROOT / "tests/exponents/asymptotics/test_kernels.py").KNOWN) == []


def test_control_a_kernel_without_a_case_is_seen():
    assert without_case(["exp(-x)", "1/(x + 1)"], [("exp(-x)", (0, 1), None)]) == ["1/(x + 1)"]


# --- a convention ----------------------------------------------------------------------------------------------------


def unnamed(conventions, coordinates, tests):
    """Conventions whose name or symbols differ from those that people type, and those without a point by hand."""
    own = [(used.name, tuple(map(str, used.symbols))) for used in conventions]
    faults = [pair for pair in zip(own, coordinates.items(), strict=False) if pair[0] != pair[1]]
    faults += sorted({name for name, _ in own} ^ set(coordinates))
    return faults + [f"{name} has no point" for name, _ in own if f'("{name}", (' not in tests]


def test_each_convention_is_named_and_has_a_point_by_hand():
    assert unnamed(CONVENTIONS, COORDINATES, CONVENTION_TESTS) == []


def test_control_a_convention_without_a_name_or_a_point_is_seen():
    used = SimpleNamespace(name="new", symbols=("a", "b"))
    assert unnamed([used], {}, '("new", (') == ["new"]
    assert unnamed([used], {"new": ("a", "c")}, '("new", (') == [(("new", ("a", "b")), ("new", ("a", "c")))]
    assert unnamed([used], {"new": ("a", "b")}, "") == ["new has no point"]


# --- the documents ---------------------------------------------------------------------------------------------------


def missing_paths(text, root=ROOT):
    """Paths that a document names, and that do not exist."""
    named = re.findall(r"`((?:exponents|verify|tests|tables)/[\w./]*)`", text)
    return [path for path in named if not (root / path).exists()]


def recipes(text):
    """The steps of each recipe: those of each section whose title begins with Add."""
    sections = re.split(r"^## ", text, flags=re.MULTILINE)[1:]
    return {
        section.partition("\n")[0]: re.findall(r"^\d\. .*?(?=^\d\. |^$|\Z)", section, re.DOTALL | re.MULTILINE)
        for section in sections
        if section.startswith("Add ")
    }


def rooms(text):
    """Rooms in the order of each table whose head is ``| room | question |``."""
    found = re.findall(r"^\| room \| question \|\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [tuple(re.findall(r"`([\w]+)/?`", "".join(row.split("|")[1] for row in t.splitlines()))) for t in found]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_names_only_what_exists(name):
    assert missing_paths(DOCUMENTS[name]) == []


def test_a_recipe_has_six_steps_at_most_and_ends_in_a_command_that_tests():
    found = recipes(DOCUMENTS["CONTRIBUTING.md"])
    assert list(found) == [f"Add a {thing}" for thing in ("claim", "table", "figure", "kernel", "convention", "system")]
    for title, steps in found.items():
        assert 2 <= len(steps) <= 6, title
        assert "Run `pytest tests" in steps[-1], title


def test_the_map_has_the_rooms_in_their_order():
    order = load(ROOT / "tests/house/test_layers.py").ROOMS
    assert rooms(DOCUMENTS["ARCHITECTURE.md"]) == [order["exponents"], order["verify"]]


def test_control_a_document_that_is_out_of_date_is_seen():
    assert missing_paths("See `exponents/nowhere.py` and `exponents/names.py`.") == ["exponents/nowhere.py"]
    assert recipes("## Add a claim\n\n1. One\n   and more.\n2. Run `pytest tests`.\n\n## Test\n\n1. No.\n") == {
        "Add a claim": ["1. One\n   and more.\n", "2. Run `pytest tests`.\n"]
    }
    assert rooms("| room | question |\n|---|---|\n| `a`, `b` | `c`? |\n| `d/` | E |\n") == [("a", "b", "d")]


# --- the benchmarks --------------------------------------------------------------------------------------------------


def broken_imports(source):
    """Names that a script imports from the packages, and that are not there."""
    faults = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in ("exponents", "verify"):
            try:
                module = import_module(node.module)
            except ImportError:
                faults.append(node.module)
                continue
            faults += [
                f"{node.module}.{alias.name}"
                for alias in node.names
                if not hasattr(module, alias.name)
                and not (ROOT / node.module.replace(".", "/") / f"{alias.name}.py").exists()
            ]
    return faults


@pytest.mark.parametrize("path", sorted((ROOT / "tests/benchmarks").glob("*.py")), ids=lambda path: path.stem)
def test_a_benchmark_imports_what_exists(path):
    assert broken_imports(path.read_text()) == []


def test_control_an_import_of_nothing_is_seen():
    source = "from exponents.nowhere import a\nfrom exponents.names import TABLES, nothing\n"
    assert broken_imports(source) == ["exponents.nowhere", "exponents.names.nothing"]
