"""The matrix covers every command and format, sees what differs, and reads the lower bounds of all dependencies."""

import sys
from pathlib import Path

import pytest

from exponents.cli.app import cli
from exponents.names import FORMATS

sys.path.insert(0, str(Path(__file__).parent))
import environments
import matrix
import recorded_lines


def test_every_command_and_every_format_of_exact_ones_is_recorded():
    exact, numeric = list(recorded_lines.exact()), list(recorded_lines.numeric())
    assert {line.split()[0] for line in numeric} | {"table", "at", "derive", "balance", "plan"} == set(cli.commands)
    for command in ("table", "at", "derive", "balance", "plan"):
        lines = [line for line in exact if line.startswith(f"{command} ")]
        assert all(any(line.endswith(f"--format {form}") for line in lines) for form in FORMATS)


def test_control_what_differs_is_seen():
    first = {"at 2 1": {"status": 0, "out": "a\nb\n"}, "table": {"status": 0, "out": "x"}}
    assert matrix.differences(first, first) == []
    (found,) = matrix.differences(first, first | {"at 2 1": {"status": 0, "out": "a\nc\n"}})
    assert found.startswith("at 2 1 (out)") and "'b'" in found and "'c'" in found
    assert len(matrix.differences(first, {"(all)": {"error": "Traceback"}})) == 3
    assert matrix.is_ascii(first["table"]) and not matrix.is_ascii({"out": "β"})


def test_lower_bounds_leave_out_what_has_one_version(monkeypatch):
    assert "numpy==2.0" in environments.lower_bounds()
    project = {"project": {"dependencies": ["a>=1.2", "b==3.8.*"], "optional-dependencies": {}}}
    monkeypatch.setattr(environments, "read_project", lambda: project)
    assert environments.lower_bounds() == ["a==1.2"]
    project["project"]["dependencies"] = ["c~=1"]
    with pytest.raises(ValueError, match="name>=bound"):
        environments.lower_bounds()
