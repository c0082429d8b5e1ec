"""Text on a terminal: no line exceeds the window, no cell is lost, and a pipe does not see any of it."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from functools import cache

import pytest

from exponents.cli.app import main
from exponents.derivations import derive
from exponents.reports.derivation_text import render_derivation
from exponents.reports.page import PIPE, Page
from exponents.reports.render import render_table
from exponents.reports.tables import table as build_table
from exponents.reports.text_grid import lay_out

table = cache(build_table)
SOME = ("compute-optimal", "time", "claims")
"""A table in blocks, one with short and one with long cells."""


def lost_words(whole, cut):
    """Words of a text that another lacks, where these may be broken."""
    return {word for word in re.sub(r"-{3,}", " ", whole).split() if word not in "".join(cut.split())}


def columns(count, rows=2, width=9):
    """A grid of long cells whose first column tells the rows apart."""
    headings = [f"heading {i}" for i in range(count)]
    return headings, [[[f"{row}"], *[[f"{row}.{i}".ljust(width, "x")] for i in range(1, count)]] for row in range(rows)]


@pytest.mark.parametrize("width", [36, 60])
@pytest.mark.parametrize("name", SOME)
def test_tables_fit_the_window_and_keep_every_word(name, width):
    found = table(name)
    whole, cut = render_table(found, "text"), render_table(found, "text", Page(width=width))
    assert max(map(len, cut.splitlines())) <= width
    assert lost_words(whole, cut) == set()


def test_control_the_tables_are_wider_in_a_pipe():
    widest = {name: max(map(len, render_table(table(name), "text", PIPE).splitlines())) for name in SOME}
    assert min(widest.values()) > 60
    assert lost_words("one two-three", "one two-\n  thre") == {"two-three"}


def test_sentences_of_a_derivation_fit_the_window():
    text = render_derivation(derive("chi"), "text", Page(width=50))
    prose = [line for line in text.splitlines() if not line.startswith(" " * 8)]
    assert max(map(len, prose)) <= 50 < max(map(len, render_derivation(derive("chi"), "text").splitlines()))


def test_a_window_that_is_wide_enough_changes_nothing():
    for name in SOME:
        assert render_table(table(name), "text", Page(width=100)) == render_table(table(name), "text")


def test_parts_repeat_the_columns_that_tell_rows_apart():
    headings, rows = columns(5)
    parts = lay_out(headings, rows, Page(width=35)).split("\n\n")
    assert [part.split("\n")[0].split("  ")[0] for part in parts] == ["heading 0"] * 2
    same = [[["a"], *row] for row in rows]  # the first column alone does not
    parts = lay_out(["kind", *headings], same, Page(width=40)).split("\n\n")
    assert len(parts) > 1 and all(part.startswith("kind  heading 0") for part in parts)


def test_rows_without_a_narrow_key_are_lists_of_their_cells():
    headings, rows = columns(3)
    rows = [[[row[0][0] * 30], *row[1:]] for row in rows]
    first, second = lay_out(headings, rows, Page(width=40)).split("\n\n")
    assert first.startswith("heading 0  00000") and "heading 1  0.1xxxxxx\nheading 2  0.2xxxxxx" in first
    assert second.startswith("heading 0  11111") and max(map(len, first.splitlines())) <= 40


def test_a_long_cell_is_wrapped_in_its_column():
    grid = lay_out(["a", "text"], [[["1"], ["one two three four five"]], [["2"], ["six"]]], Page(width=17))
    assert grid == "a  text\n-  --------------\n1  one two three\n     four five\n2  six"


def test_a_pipe_is_the_same_whatever_columns_says(capsys, monkeypatch):
    assert main(["table", "time"]) == 0
    before = capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "40")
    assert main(["table", "time"]) == 0
    assert capsys.readouterr().out == before


@pytest.mark.parametrize(("form", "cut"), [("text", True), ("markdown", False), ("csv", False)])
def test_on_a_terminal_only_text_is_cut_and_columns_overrides_its_width(capsys, monkeypatch, form, cut):
    assert main(["table", "time", "--format", form]) == 0
    before = capsys.readouterr().out
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["table", "time", "--format", form]) == 0
    shown = capsys.readouterr().out
    assert (shown != before) == cut and (not cut or max(map(len, shown.splitlines())) <= 50)


def test_the_width_of_a_real_terminal_is_respected():
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 44, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"} | {"NO_COLOR": "1"}
    command = [sys.executable, "-m", "exponents", "table", "time", "--quiet"]
    process = subprocess.Popen(command, stdout=theirs, env=environment)
    assert process.wait(timeout=60) == 0
    os.close(theirs)
    shown = os.read(ours, 100_000).decode().replace("\r\n", "\n")
    os.close(ours)
    assert "slope at the fixed point" in shown and max(map(len, shown.splitlines())) <= 44
