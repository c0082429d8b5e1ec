"""The house rules about modules: which room may import which, how long a module is, where a result may stand.

Each rule is a function of the sources, so that it can be shown to see a planted fault.
"""

import ast
import re
import sys
from collections import Counter, defaultdict
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text()
    for package in ("exponents", "verify")
    for path in sorted((ROOT / package).rglob("*.py"))
}

ROOMS = {
    "exponents": (
        *("certificate_checker", "errors", "display", "printing", "rationals", "symbols", "names", "files"),
        *("asymptotics", "text", "algebra", "losses", "optimum", "model", "budget", "claims", "derivations"),
        *("reports", "cli"),
    ),
    "verify": (
        *("processes", "arrays", "inputs", "model", "curves"),
        *(
            "spectra",
            "flow",
            "training",
            "two_time",
            "linear",
            "reuse",
            "model_error",
            "solvers",
            "networks",
            "measurements",
            "enclosures",
            "witnesses",
        ),
        *("judgement", "fits", "sweep", "plots"),
    ),
}
"""Rooms (folders, and modules at the top of a package) from bottom to top: a room may import those before it."""

FOREIGN = {"exponents": {"sympy", "mpmath", "flint"}, "verify": {"mpmath", "numpy", "scipy"}}
"""What every module of a package may import; `MORE` has what single rooms and modules may import beside it."""

MORE = {
    "exponents/cli/": {"click", "verify"},
    "exponents/reports/render.py": {"tabulate"},
    "exponents/algebra/smt.py": {"z3"},
    "exponents/display.py": {"pandas"},
    "exponents/model/numeric_functions.py": {"numpy", "scipy"},  # when a number is asked for
    "verify/": {"exponents"},
    "verify/networks/complex_kernels.py": {"flint"},
    "verify/enclosures/": {"flint", "sympy"},
    "verify/plots/": {"sympy"},
}

LONGEST, WIDEST = 400, 9
"""Lines of a module, and modules beside folders at the top of a package."""


def imports(path, source):
    """Yield every import of a module as a dotted name, also those inside functions; relative ones are resolved."""
    parts = PurePosixPath(path).with_suffix("").parts
    package = parts[:-1]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            home = ".".join((*base, *([node.module] if node.module else [])))
            yield from (f"{home}.{alias.name}" for alias in node.names)


def room(path):
    """The folder of a package, or the module at its top, that a path lies in."""
    return PurePosixPath(path).with_suffix("").parts[1]


def upward_arrows(sources):
    """Imports of a room that stands above, and of one that has no place in the order."""
    faults = []
    for path, source in sources.items():
        package, order = path.split("/")[0], ROOMS[path.split("/")[0]]
        if room(path).startswith("__"):  # the package itself, and its start
            continue
        if room(path) not in order:
            faults.append(f"{path} is in a room without a place")
            continue
        for name in imports(path, source):
            top, target, *_ = *name.split("."), ""
            if top != package or target.startswith("__"):
                continue
            if target not in order or order.index(target) > order.index(room(path)):
                faults.append(f"{path} imports {name}")
    return faults


def foreign_imports(sources):
    """Imports of packages that a module's package, room or file may not have."""
    faults = []
    for path, source in sources.items():
        package = path.split("/")[0]
        allowed = {package} | FOREIGN[package] | set(sys.stdlib_module_names)
        allowed = allowed.union(*(more for place, more in MORE.items() if path.startswith(place)))
        found = {name.split(".")[0] for name in imports(path, source)}
        faults += [f"{path} imports {name}" for name in sorted(found - allowed)]
    return faults


def too_long(sources):
    """Modules with more lines than one subject needs."""
    return {path: n for path, source in sources.items() if (n := len(source.splitlines())) > LONGEST}


def too_wide(sources):
    """Packages with too many modules beside folders at their top."""
    tops = Counter(path.split("/")[0] for path in sources if path.count("/") == 1)
    return {package: number for package, number in tops.items() if number > WIDEST}


def twins(sources):
    """Modules of one name in one package."""
    places = defaultdict(list)
    for path in sources:
        if not path.endswith("/__init__.py"):
            places[path.split("/")[0], PurePosixPath(path).name].append(path)
    return [paths for paths in places.values() if len(paths) > 1]


def test_a_room_imports_only_rooms_below_it():
    faults = upward_arrows(SOURCES)
    assert faults == []


def test_every_room_has_a_place_in_the_order():
    for package, order in ROOMS.items():
        there = {room(path) for path in SOURCES if path.startswith(f"{package}/")}
        assert {name for name in there if not name.startswith("__")} == set(order)


def test_a_module_imports_only_what_its_layer_may():
    assert foreign_imports(SOURCES) == []


def test_no_module_is_longer_than_a_subject():
    assert too_long(SOURCES) == {}


def test_the_top_of_a_package_can_be_read_at_a_glance():
    assert too_wide(SOURCES) == {}


def test_no_two_modules_of_a_package_have_one_name():
    assert twins(SOURCES) == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("exponents/model/planted.py", "from ..cli import app", "imports exponents.cli.app"),
        ("exponents/model/planted.py", "def f():\n    from ..reports.render import Table", "imports exponents.reports"),
        ("exponents/losses/planted.py", "from .. import optimum", "imports exponents.optimum"),
        ("exponents/losses/planted.py", "from ..attic.old import x", "imports exponents.attic.old.x"),
        ("verify/spectra/planted.py", "import verify.plots.page", "imports verify.plots.page"),
        ("verify/attic/planted.py", "", "is in a room without a place"),
    ],
)
def test_control_an_arrow_that_runs_up_is_seen(path, source, fault):
    (found,) = upward_arrows({path: source})
    assert fault in found


def test_control_arrows_that_run_down_are_none():
    below = (
        "from .. import __version__\nfrom ..errors import InputError\nfrom .terminal import show\nimport verify.model"
    )
    assert upward_arrows({"exponents/cli/planted.py": below}) == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("exponents/reports/planted.py", "def f():\n    from verify import verdicts"),
        ("exponents/reports/planted.py", "import tabulate"),
        ("exponents/model/planted.py", "import click"),
        ("exponents/model/planted.py", "import numpy as np"),
        ("verify/flow/planted.py", "import sympy"),
        ("verify/flow/planted.py", "import click"),
        ("verify/plots/planted.py", "from matplotlib.figure import Figure"),
    ],
)
def test_control_a_foreign_import_is_seen(path, source):
    assert len(foreign_imports({path: source})) == 1


def test_control_long_wide_and_double_are_seen():
    long, short = "x = 1\n" * (LONGEST + 1), "x = 1\n"
    assert too_long({"verify/flow/step.py": short, "exponents/model/step.py": long}) == {
        "exponents/model/step.py": LONGEST + 1
    }
    assert too_wide({f"verify/m{i}.py": short for i in range(WIDEST + 1)}) == {"verify": WIDEST + 1}
    assert twins({"verify/a/step.py": short, "verify/b/step.py": short, "exponents/a/step.py": short}) == [
        ["verify/a/step.py", "verify/b/step.py"]
    ]
    folders = {"verify/a/__init__.py": short, "verify/b/__init__.py": short}
    assert twins(folders) == [] and too_wide(folders) == {}


def test_only_claims_hold_what_the_paper_prints():
    importers = [
        path
        for path, source in SOURCES.items()
        if path.startswith("exponents/") and room(path) != "claims"
        if any(name.startswith("exponents.claims") for name in imports(path, source))
    ]
    readers = ("cli/verify", "reports/law_table", "reports/tables", "reports/verdict_tables")
    assert importers == [f"exponents/{path}.py" for path in readers]


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


def code_without_words(source):
    """Return a module's code with docstrings, comments and text taken out, and no spaces."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.unparse(tree).replace(" ", "")


RECORDS = [f"exponents/claims/{name}.py" for name in ("limit", "finite", "appendix", "networks")]
DERIVING = [path for path in SOURCES if path.startswith("exponents/") and path not in RECORDS]


def texts(source):
    """The texts in a module, docstrings aside, without spaces: the records write what is printed as text."""
    tree = ast.parse(source)
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    found = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in alone)
    return "\n".join(node.value.replace(" ", "") for node in found if isinstance(node.value, str))


@pytest.mark.parametrize("path", DERIVING)
def test_no_exponent_of_the_paper_stands_as_a_literal(path):
    for code in (code_without_words(SOURCES[path]), texts(SOURCES[path])):
        assert not [pattern for pattern in PRINTED if re.search(pattern, code)]


def test_control_the_search_for_literals_finds_them_in_code_and_in_the_records():
    assert re.search(PRINTED[0], code_without_words("rate = 2 * beta / (1 + beta)"))
    printed = "\n".join(texts(SOURCES[path]) for path in RECORDS)
    table_1 = [r"alpha\*beta/\(", r"1-1/\(2\*alpha\)", r"2\*alpha\*beta", r"Min\(2,beta\)", r"beta\*\(2-"]
    assert all(re.search(pattern, printed) for pattern in table_1)


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
