"""plot: one picture or several, where they go, what is refused, and how it stops."""

import os
import re
import signal
import subprocess
import sys
import time

import pytest

from exponents.cli.app import main
from exponents.names import PICTURES
from verify.plots.figures import fig2ab_richness, fig10_levels

TERMS = ["--term", "t**(-beta)", "--term", "N**(-alpha)", "--where", "alpha > 1"]


def run(capsys, *arguments):
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def few(monkeypatch):
    """One measured point and two curves are enough."""
    for name in ("GAMMAS", "COLOURS"):
        monkeypatch.setattr(fig2ab_richness, name, getattr(fig2ab_richness, name)[:2])
    monkeypatch.setattr(fig10_levels, "SOURCES", ("1/2",))


def test_several_pictures_become_a_file_each_and_no_name_is_drawn_twice(capsys, here, few):
    status, out, err = run(capsys, "plot", "fig10", "phases", "fig10")
    assert (status, out, err) == (0, "", "wrote fig10.png\nwrote phases.png\n")
    assert sorted(path.name for path in here.iterdir()) == ["fig10.png", "phases.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in here.iterdir())


def test_one_picture_goes_where_it_is_told_and_replaces_what_was_there(capsys, here, few):
    (here / "hard.svg").write_text("before")
    status, _, err = run(capsys, "plot", "fig2b", "--output", "hard.svg")
    drawn = (here / "hard.svg").read_text()
    assert (status, err) == (0, "wrote hard.svg\n") and [path.name for path in here.iterdir()] == ["hard.svg"]
    for said in ("hard task,", r"\beta = 2/5", r"\chi = 4/7", r"\alpha = 3/2"):
        assert said in drawn


def test_help_names_every_picture_and_no_other(capsys):
    status, out, _ = run(capsys, "plot", "--help")
    listed = re.findall(r"^    (\w+)  +\w", out.partition("Options")[0], re.MULTILINE)
    assert status == 0 and tuple(listed) == tuple(PICTURES)


BAD = {
    "no name": (["plot"], "NAME"),
    "unknown": (["plot", "fig5"], f"the picture must be one of {', '.join(PICTURES)}; got fig5\n"),
    "unknown beside a known one": (["plot", "phases", "fig2bc"], "got fig2bc"),
    "several with one file": (["plot", "fig1a", "fig2a", "--output", "a.png"], "leave it out"),
    "own loss": (["plot", "fig1a", *TERMS], "--term goes with phases only; got fig1a"),
    "own model": (["plot", "fig2a", "--model", "rich"], "--model goes with phases only"),
    "own cost": (["plot", "fig2a", "--cost", "N*t"], "--cost goes with phases only"),
    "setting": (["plot", "fig10", "--set", "alpha=2"], "--set goes with phases only"),
    "own loss beside a figure": (["plot", "phases", "fig10", *TERMS], "got fig10"),
    "version": (["plot", "fig2b", "--loss", "derived"], "--loss goes with phases only"),
    "suffix": (["plot", "fig1a", "--output", "fig1a.jpg"], "try fig1a.pdf"),
    "no suffix": (["plot", "fig2a", "--output", ""], ".png, .svg, .pdf"),
    "no folder": (["plot", "fig10", "--output", "nowhere/fig10.png"], "can be written"),
    "null byte": (["plot", "fig10", "--output", "a\0b.png"], "can be written"),
    "long name": (["plot", "fig10", "--output", f"{'a' * 300}.png"], "can be written"),
    "settings without a loss": (["plot", "phases", "--set", "alpha=2"], "--set needs a loss"),
    "costs without a loss": (["plot", "phases", "--cost", "N*t"], "--cost needs a loss"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_answered_in_one_line_at_once_and_leaves_no_file(case, capsys, here):
    arguments, said = BAD[case]
    began = time.monotonic()
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "") and said in err
    assert err.count("\n") == 1 and err.startswith("exponents: ") and len(err) < 300
    assert time.monotonic() - began < 2 and list(here.iterdir()) == []  # nothing was measured


def test_an_interrupt_leaves_no_file_and_no_process(tmp_path):
    command = [sys.executable, "-m", "exponents", "plot", "fig10"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=tmp_path, start_new_session=True)
    time.sleep(2)
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert process.returncode == 130 and b"interrupted" in error and b"Traceback" not in error
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
