"""plot: one picture or several, where they go, what is refused, and how it stops."""

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from html.parser import HTMLParser

import matplotlib.image
import numpy as np
import pytest

from exponents.cli import gallery
from exponents.cli.app import main
from exponents.names import ALL, PICTURES, TABLES
from verify import Model, loss_curve
from verify.plots.figures import fig10_levels

STRIP = ["--term", "t**-a", "--term", "1/N", "--where", "a > 0"]
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
    """One measured point is enough."""
    monkeypatch.setattr(fig10_levels, "SOURCES", ("1/2",))


@pytest.mark.slow
def test_several_pictures_become_a_file_each_and_no_name_is_drawn_twice(capsys, here, few):
    status, out, err = run(capsys, "plot", "fig10", "phases", "fig10", "--quiet")
    assert (status, out, err) == (0, "", "wrote fig10.png\nwrote phases.png\n")
    assert sorted(path.name for path in here.iterdir()) == ["fig10.png", "phases.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in here.iterdir())


@pytest.mark.slow
def test_one_picture_goes_where_it_is_told_and_replaces_what_was_there(capsys, here, few):
    (here / "hard.svg").write_text("before")
    status, _, err = run(capsys, "plot", "fig2b", "--gamma", "0,1", "--output", "hard.svg", "--quiet")
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
    "unknown": (["plot", "fig5"], f"the picture must be one of {', '.join((*PICTURES, ALL))}; got fig5\n"),
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
    "all without a folder": (["plot", "all"], "got no folder; give one, such as --out figures"),
    "two places": (["plot", "fig1a", "--out", "a", "--output", "a.png"], "--output and --out"),
    "no name of a folder": (["plot", "fig1a", "--out", " "], "--out needs the name of a folder"),
    "a file as a folder": (["plot", "curves", "--out", "/dev/null/a"], "--out needs a folder that can be written to"),
    "data of several": (["plot", "fig1a", "fig2a", "--data", "a.csv"], "--data is the file of one picture"),
    "data of another kind": (["plot", "curves", "--data", "a.txt"], "must end in .csv or .json; got a.txt"),
    "size": (["plot", "fig1a", "--size", "6"], "--size must be WIDTHxHEIGHT in inches, each 1 to 100; got 6; try 6x4"),
    "tiny size": (["plot", "fig1a", "--size", "0x4"], "got 0x4"),
    "range": (["plot", "phases", "--x-range", "2:1"], "--x-range must rise from LOW to HIGH; got 2:1"),
    "range of a figure": (
        ["plot", "fig2a", "--y-range", "1:2"],
        "goes with phases, curves; got fig2a, which takes",
    ),
    "range of a strip": (["plot", "phases", *STRIP, "--y-range", "1:2"], "--y-range needs two parameters; got a"),
    "time of another": (["plot", "fig4", "--time", "1:10"], "got fig4, which takes --alpha, --beta, --gamma; leave"),
    "one time": (["plot", "fig2a", "--time", "10"], "needs two times or more, above 0; got 10"),
    "beta of another": (["plot", "fig3", "--beta", "1"], "got fig3, which takes --alpha, --gamma"),
    "too many": (["plot", "fig2a", "--beta", "1,2"], "--beta of fig2a takes 1 values; got 2"),
    "alpha": (["plot", "fig4", "--alpha", "1"], "alpha must exceed 1"),
    "gamma": (["plot", "fig2a", "--gamma", "-1"], "gamma must be a finite number of at least 0"),
    "size of a figure": (["plot", "fig2a", "--model-size", "8"], "--model-size goes with curves only; got fig2a"),
    "labels of several panels": (["plot", "fig4", "--y-label", "L"], "--y-label goes with phases, curves, fig1a"),
    "axis": (["plot", "phases", "--x-axis", "a"], "the parameter of --x-axis must be one of alpha, beta; got a"),
    "no parameter": (["plot", "phases", "--term", "1/t"], "one or two parameters; got none"),
    "curves": (["plot", "curves", "--method", "flaw"], "the method must be one of"),
    "many curves": (["plot", "curves", "--gamma", ",".join(map(str, range(17)))], "at most 16 curves"),
    "settings without a loss": (["plot", "phases", "--set", "alpha=2"], "--set needs a loss"),
    "costs without a loss": (["plot", "phases", "--cost", "N*t"], "--cost needs a loss"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_answered_in_one_line_at_once_and_leaves_no_file(case, capsys, here):
    arguments, said = BAD[case]
    began = time.monotonic()
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "") and said in err
    assert err.count("\n") == 1 and err.startswith("exponents: ") and len(err) < 400
    assert time.monotonic() - began < 2 and list(here.iterdir()) == []  # nothing was measured


def read_rows(path):
    with path.open() as file:
        return list(csv.DictReader(file))


def test_curves_at_values_of_my_own_are_those_of_the_solver_and_the_data_are_what_is_drawn(capsys, here):
    asked = ["--gamma", "0,2", "--model-size", "16", "--time", "1:100:5", "--size", "4x3", "--y-label", "loss"]
    status, _, err = run(capsys, "plot", "curves", *asked, "--data", "curves.csv", "--quiet")
    assert (status, err) == (0, "wrote curves.png and curves.csv\n")
    assert matplotlib.image.imread("curves.png").shape[:2] == (900, 1200)
    rows = read_rows(here / "curves.csv")
    assert {row["y_label"] for row in rows} == {"loss"} and len(rows) == 10
    for gamma in (0, 2):
        found = [(float(row["x"]), float(row["y"])) for row in rows if row["series"] == rf"$\gamma = {gamma}$"]
        curve = loss_curve(Model("3/2", "1/2", gamma=gamma, model_size=16), [10 ** (k / 2) for k in range(5)])
        assert np.array(found) == pytest.approx(np.stack([curve.time, curve.loss], axis=1), rel=1e-9)
    assert curve.loss[0] != pytest.approx(found[1][1], rel=0.01)


def test_phases_on_axes_and_a_range_of_my_own(capsys, here):
    """beta = 2 - 1/alpha, on alpha to the right: in the data as in the paper."""
    asked = ["--x-axis", "alpha", "--x-range", "1:2", "--y-range", "0.5:2", "--title", "costs $5", "--model", "rich"]
    status, _, err = run(capsys, "plot", "phases", *asked, "--data", "phases.json", "--quiet")
    assert (status, err) == (0, "wrote phases.png and phases.json\n")
    (panel,) = json.loads((here / "phases.json").read_text())["panels"]
    assert (panel["title"], panel["x_label"], panel["y_label"]) == ("costs $5", r"$\alpha$", r"$\beta$")
    (curve,) = [one for one in panel["series"] if one["name"] == r"boundary $\beta = 2 - 1/\alpha$"]
    x, y = np.array(curve["x"]), np.array(curve["y"])
    assert y == pytest.approx(2 - 1 / x, abs=1e-9)
    assert sorted(x[[0, -1]]) == pytest.approx([1, 2], abs=1e-3) and y != pytest.approx(2 - 1.1 / x, abs=1e-2)


class Page(HTMLParser):
    """Elements of a page, its words, and those of its links."""

    def __init__(self, text):
        super().__init__()
        self.found, self.words, self.links, self.tag = [], "", [], ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):  # noqa: D102
        self.found.append((tag, dict(attributes)))
        self.tag = tag

    def handle_data(self, words):  # noqa: D102
        self.words += words
        if self.tag == "a":
            self.links.append(words)
        self.tag = ""

    def all(self, tag):  # noqa: D102
        return [attributes for name, attributes in self.found if name == tag]


def browse(folder, *options):
    """Show the page of a folder in a browser without a screen."""
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        pytest.skip("NO BROWSER: the index page of plot --out is not tested; install chromium")
    quiet = ["no-first-run", "disable-background-networking", "disable-component-update", "disable-sync"]
    switches = ["headless", "no-sandbox", "disable-gpu", "disable-quic", *quiet, f"user-data-dir={folder / 'user'}"]
    command = [browser, *(f"--{switch}" for switch in switches), *options, (folder / "index.html").as_uri()]
    return subprocess.run(command, capture_output=True, check=True, timeout=120).stdout.decode()


def test_links_of_the_page_have_names_of_their_own_and_lead_to_a_place(monkeypatch):
    monkeypatch.setattr(gallery, "TABLES", ("time", "phases"))
    shown = Page(gallery.make_page(["phases", "fig1a"]))
    contents = ["figure phases", "figure fig1a", "table time", "table phases"]
    assert shown.links == [*contents, "data of phases", "data of fig1a"]
    identifiers = {attributes.get("id") for _, attributes in shown.found}
    assert {link["href"] for link in shown.all("a")[:4]} == {f"#{name}" for name in identifiers - {None}}


@pytest.mark.slow
def test_a_folder_of_pictures_has_a_page_that_a_browser_shows_with_the_tables(capsys, here):
    status, _, err = run(capsys, "plot", "curves", "--gamma", "0,1", "--time", "1:10:3", "--out", "figures", "--quiet")
    assert status == 0 and err == "wrote figures/curves.png and figures/curves.csv\nwrote figures/index.html\n"
    folder = here / "figures"
    shown = Page(browse(folder, "--dump-dom"))
    (image,) = shown.all("img")
    assert image["src"] == "curves.png" and image["alt"] == f"curves: {PICTURES['curves']}"
    assert shown.all("html") == [{"lang": "en"}] and len(shown.all("h1")) == 1
    assert [part["aria-label"] for part in shown.all("section")] == list(TABLES)
    assert shown.all("th") and all(heading["scope"] == "col" for heading in shown.all("th"))
    identifiers = {attributes.get("id") for _, attributes in shown.found}
    for link in shown.all("a"):
        place, _, anchor = link["href"].partition("#")
        assert anchor in identifiers if anchor else (folder / place).exists()
    assert "http" not in (folder / "index.html").read_text() and not shown.all("script")
    for cell in ("2αβ/(αβ + α + 2)", "β = 1", "gradient_flow"):
        assert cell in shown.words
    browse(folder, f"--screenshot={folder / 'page.png'}", "--window-size=900,1200")
    pixels = matplotlib.image.imread(folder / "page.png")[..., :3]
    coloured = np.ptp(pixels, axis=2) > 0.4  # the curves; words and rules of the page are grey, links are blue above
    assert coloured[coloured.shape[0] // 3 :].sum() > 100


def test_an_interrupt_leaves_no_file_and_no_process(tmp_path):
    command = [sys.executable, "-m", "exponents", "plot", "fig4"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=tmp_path, start_new_session=True)
    said = next(line for line in process.stderr if line.startswith(b"fig4: "))  # it computes
    os.killpg(process.pid, signal.SIGINT)
    _, error = process.communicate(timeout=60)
    assert said and process.returncode == 130 and b"interrupted" in error and b"Traceback" not in error
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


SWALLOWED = """
import os, signal, sys
from exponents.cli import plot
from exponents.cli.app import main

def swallow(*_):
    try:
        os.kill(os.getpid(), signal.SIGINT)
    except KeyboardInterrupt:  # as Python ignores it in a callback
        print("swallowed")

plot.import_extra = swallow
sys.exit(main(["plot", "curves", "--gamma", "1", "--time", "1:10:3"]))
"""
"""An interrupt that comes where its exception is ignored."""


def test_an_interrupt_while_modules_are_imported_is_not_swallowed(tmp_path):
    found = subprocess.run([sys.executable, "-c", SWALLOWED], capture_output=True, cwd=tmp_path, text=True, timeout=60)
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "exponents: interrupted\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_control_without_the_guard_the_interrupt_is_lost(tmp_path):
    open_guard = "from contextlib import nullcontext\nplot.end_at_interrupt = nullcontext\nplot.import_extra"
    script = SWALLOWED.replace("plot.import_extra", open_guard)
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, cwd=tmp_path, text=True, timeout=60)
    assert found.returncode == 0 and found.stdout == "swallowed\n" and list(tmp_path.iterdir()) != []
