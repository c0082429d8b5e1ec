"""Progress: every command shows how far it is on a terminal, and none does with --quiet or in a pipe."""

import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exponents.cli import progress
from exponents.cli.app import cli, main
from exponents.cli.terminal import Command
from exponents.reports import tables

ERASE = progress.ERASE


@pytest.fixture
def soon(monkeypatch):
    """Progress is shown at once and often; tables take a fifth of a second."""
    monkeypatch.setattr(progress, "SOON", 0.01)
    monkeypatch.setattr(progress, "EVERY", 0.01)
    build = tables.table

    def build_slowly(*arguments, **keywords):
        time.sleep(0.2)
        return build(*arguments, **keywords)

    monkeypatch.setattr(tables, "table", build_slowly)


def test_the_line_says_what_is_done_and_how_long_the_rest_takes(monkeypatch):
    times = iter([0.0, 10.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    found = progress.Progress("fig4")
    parts = found.map(abs, [1, 2, 3, 4, 5, 6])
    assert [next(parts), next(parts)] == [1, 2] and found.write() == "fig4: 2 of 6 parts, 10 s, about 20 s left"


def test_an_expected_time_counts_until_a_part_is_done(monkeypatch):
    times = iter([0.0, 10.0, 70.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(times))
    found = progress.Progress("curve")
    found.expected = 60
    assert found.write() == "curve: 10 s, about 50 s left" and found.write() == "curve: 70 s"


def test_every_command_shows_progress_and_takes_quiet():
    assert all(isinstance(command, Command) for command in cli.commands.values())
    quiet = [[option.opts for option in command.params].count(["--quiet"]) for command in cli.commands.values()]
    assert quiet == [1] * len(cli.commands)


def test_a_long_command_says_how_far_it_is_and_leaves_no_trace_beside_its_output(capsys, soon, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert main(["table", "time", "compute-optimal"]) == 0
    shown = capsys.readouterr()
    states = shown.err.split(ERASE)
    assert "table: 1 of 2 parts" in shown.err and shown.err.startswith(ERASE) and "\n" not in shown.err
    assert states[-1] == "" and len(states) > 3  # erased at the end
    assert main(["table", "time", "compute-optimal", "--quiet"]) == 0
    quiet = capsys.readouterr()
    assert quiet.err == "" and quiet.out == shown.out


def test_progress_of_an_exact_command_is_not_written_to_a_pipe(capsys, soon):
    assert main(["table", "time"]) == 0
    assert capsys.readouterr().err == ""


def test_commands_that_take_hours_write_lines_to_a_file(capsys, monkeypatch):
    monkeypatch.setattr(progress, "SOON", 0.01)
    monkeypatch.setattr(progress, "EVERY", 0.01)
    assert {name for name, command in cli.commands.items() if command.log} == {"plot", "sweep", "train"}
    for quiet in (False, True):
        with progress.show_progress("phases", quiet, log=True):
            time.sleep(0.5)
        assert set(capsys.readouterr().err.splitlines()) == (set() if quiet else {"phases: 0 s"})


def test_a_message_stands_on_a_line_of_its_own(capsys):
    with progress.show_progress("fit") as found:
        found.show(terminal=True)
        found.clear()
        found.clear()  # nothing is left to erase
    assert capsys.readouterr().err == f"{ERASE}fit: 0 s{ERASE}"


def test_a_line_never_exceeds_the_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    found = progress.Progress("a long name of what is computed")
    found.show(terminal=True)
    assert capsys.readouterr().err == f"{ERASE}a long name of what"


@pytest.mark.slow
def test_a_real_terminal_shows_progress_and_a_pipe_beside_it_the_table_alone():
    ours, theirs = pty.openpty()
    words = [sys.executable, "-m", "exponents", "curve", "3/2", "1/2", "--method", "two-time", "--time", "1,400"]
    process = subprocess.Popen(
        [*words, "--gamma", "1,2,3", "--format", "csv"], stdout=subprocess.PIPE, stderr=theirs, text=True
    )
    os.close(theirs)
    printed = process.communicate(timeout=120)[0]
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert process.returncode == 0 and printed.startswith("alpha,beta") and printed.count("\n") == 7
    assert shown.count("curve: ") > 2 and "of 3 parts" in shown and "s left" in shown and ERASE + ERASE not in shown


def test_commands_print_messages_by_say_alone():
    """It erases the line of the progress first."""
    sources = {path.name: path.read_text() for path in Path(progress.__file__).parent.glob("*.py")}
    assert {name for name, text in sources.items() if "err=True" in text} == {"progress.py", "app.py"}  # after it
