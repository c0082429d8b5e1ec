"""What is written down agrees with what the code does: README, tables/, versions."""

import re
import shlex
from pathlib import Path

import pytest

import exponents
from exponents.cli.app import main
from exponents.names import TABLES

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
CONSOLE = re.findall(r"```console\n\$ exponents (.*?)\n(.*?)```", README, re.DOTALL)


@pytest.mark.parametrize("block", PYTHON, ids=range(len(PYTHON)))
def test_python_in_the_readme_runs_and_prints_what_it_says(block, capsys):
    """A line ``# -> text`` after a print is what the print must give."""
    exec(compile(block, "README.md", "exec"), {})
    said = re.findall(r"# -> (.*)", block)
    assert capsys.readouterr().out.splitlines() == said


@pytest.mark.parametrize(("arguments", "printed"), CONSOLE, ids=[arguments for arguments, _ in CONSOLE])
def test_commands_in_the_readme_print_what_it_shows(arguments, printed, capsys):
    assert main(shlex.split(arguments)) == 0
    assert capsys.readouterr().out.strip() == printed.strip()


def test_the_readme_has_code_to_run():
    assert len(PYTHON) >= 2 and len(CONSOLE) >= 2
    assert "make\n" in README and "make test" in README


def test_the_tables_folder_is_what_the_command_writes(tmp_path, capsys):
    assert main(["table", "--write", str(tmp_path)]) == 0
    capsys.readouterr()
    written = {path.name: path.read_text() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_text() for path in (ROOT / "tables").iterdir()}
    assert written == kept
    assert len(kept) == 3 * len(TABLES)


def test_one_version_everywhere():
    assert f"version: {exponents.__version__}" in (ROOT / "CITATION.cff").read_text()
    assert f"## {exponents.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_tables_folder_is_no_package():
    assert not list((ROOT / "tables").glob("*.py"))
    assert (
        '"tables"'
        not in (ROOT / "pyproject.toml").read_text().split("[tool.hatch.build.targets.wheel]")[1].split("[")[1]
    )
