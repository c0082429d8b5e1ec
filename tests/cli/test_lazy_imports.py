"""Help, the version and a mistake must not wait for SymPy."""

import subprocess
import sys

import pytest

PROBE = """
import sys
from exponents.cli.app import main
status = main({arguments!r})
heavy = sorted(name for name in ("sympy", "mpmath", "numpy", "scipy", "tabulate", "matplotlib") if name in sys.modules)
print("HEAVY", status, *heavy, file=sys.stderr)
"""


def imported(arguments):
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(arguments=arguments)], capture_output=True, text=True, check=True
    )
    return done.stderr.splitlines()[-1].split()[1:]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--help"], "0"),
        (["--version"], "0"),
        ([], "0"),
        (["at", "--help"], "0"),
        (["table", "--help"], "0"),
        (["derive", "--help"], "0"),
        (["nonsense"], "2"),
        (["at", "x", "1"], "2"),
        (["at", "3/4", "1"], "2"),
        (["at", "2", "-1"], "2"),
        (["at", "2"], "2"),
        (["table", "nonsense"], "2"),
        (["table", "--format", "nonsense"], "2"),
        (["table", "--write", ""], "2"),
        (["table", "--write", "anywhere", "--format", "json"], "2"),
        (["derive", "nonsense"], "2"),
        (["at", "2", "1", "--loss", "nonsense"], "2"),
        (["at", "2", "1", "--convention", "nonsense"], "2"),
        (["at", "x", "1", "--convention", "circle"], "2"),
        (["table", "--convention", "nonsense"], "2"),
        (["table", "time", "--convention", "circle"], "2"),
        (["verify", "--help"], "0"),
        (["verify", "chi: time exponnt"], "2"),
        (["verify", "sgd", "--quick"], "2"),
        (["verify", "chi", "--at", "2,1,-1"], "2"),
        (["plot", "--help"], "0"),
        (["plot", "fig1"], "2"),
        (["plot", "fig1a", "fig2a", "--output", "both.png"], "2"),
        (["plot", "fig1a", "--cost", "N*t"], "2"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else value,
)
def test_nothing_heavy_is_imported(arguments, status):
    assert imported(arguments) == [status]


def test_control_a_table_does_import_sympy_but_nothing_numerical():
    found = imported(["table"])
    assert found[0] == "0" and "sympy" in found and not {"numpy", "scipy", "matplotlib"} & set(found)


@pytest.mark.parametrize(("more", "wanted"), [([], False), (["--convention", "circle"], True)], ids=["plain", "circle"])
def test_conventions_are_imported_only_when_one_is_asked_for(more, wanted):
    code = """
import sys
from exponents.cli.app import main
for command in (["table"], ["at", "2", "2"]):
    main([*command, *sys.argv[1:]])
print([name in sys.modules for name in ("exponents.model.conventions", "exponents.algebra.rewriting")], file=sys.stderr)
"""
    done = subprocess.run([sys.executable, "-c", code, *more], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == str([wanted, wanted])


def test_importing_the_package_imports_no_sympy():
    code = "import sys, exponents, verify; print('sympy' in sys.modules, 'mpmath' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
