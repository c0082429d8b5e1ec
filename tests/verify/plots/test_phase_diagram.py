"""Phase diagrams as pictures: what is written in them is there, in its place, and the same every time."""

import os
import re
import subprocess
import sys
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure
from sympy import Rational, S, Symbol, symbols

from exponents.algebra.parametric import holds
from exponents.errors import InputError
from exponents.losses.terms import Loss, PowerLaw
from exponents.model.table1 import optimum
from exponents.names import TASKS
from exponents.optimum.search import compute_optimum
from exponents.symbols import N, alpha, beta, t
from verify.plots import Panel, plot_phases, save_picture, use_style
from verify.plots.phase_diagram.formulas import inline
from verify.plots.phase_diagram.label_packing import _lattice
from verify.plots.phase_diagram.layout import lay_out
from verify.plots.phase_diagram.viewport import plane_of
from verify.plots.phase_diagram.window import crossings, window_of

a, b = symbols("a b", positive=True)


def table(*rows, where=()):
    """The diagram of a loss whose terms have these exponents of N and t."""
    terms = tuple(PowerLaw(f"term {i}", ((N, S(e)), (t, S(f)))) for i, (e, f) in enumerate(rows))
    return compute_optimum(Loss(terms), N * t, where, (a, b))


ROWS = ((1 - b, b / 2), (a + b, 1 - b), (a, 1), (b / 2, b))
PAPER = [Panel(regime, optimum(regime), beta, alpha, TASKS) for regime in ("lazy", "rich")]
TRIANGLE = Panel("triangle", table(*ROWS, where=(a + b < 4,)), a, b)
UNBOUNDED = Panel("unbounded", table(*ROWS[:3]), b, a)
STRIP = Panel("strip", compute_optimum(t**-a + 1 / N + N ** Rational(1, 2) / t**2, N * t), a)
ALL = [*PAPER, TRIANGLE, UNBOUNDED, STRIP]
ANGLES = 0.1 + np.arange(7)  # radians, none along an axis, where boundaries run
IDS = ["lazy", "rich", "triangle", "unbounded", "strip"]


@pytest.fixture(scope="module")
def layouts():
    return {name: lay_out(panel) for name, panel in zip(IDS, ALL, strict=True)}


@pytest.fixture(scope="module")
def svg(tmp_path_factory):
    path = tmp_path_factory.mktemp("svg") / "paper.svg"
    save_picture(lambda: plot_phases(PAPER), path)
    return path.read_text()


def parameters(layout, at):
    """The exact parameters at a place of the panel."""
    x, y = layout.frame.parameters(*np.array(at))
    return {layout.plane.x: Fraction(float(x)), layout.plane.y: Fraction(float(y))}


def box(label):
    """Points all over a label, in points of the page."""
    return _lattice(label.at, label.block.width, label.block.height, label.angle, 2.0)


@pytest.mark.parametrize(("suffix", "magic"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_each_format_is_written_and_has_the_same_bits_again(suffix, magic, tmp_path):
    first, second = (tmp_path / f"{name}.{suffix}" for name in ("first", "second"))
    save_picture(lambda: plot_phases([STRIP]), first)
    with matplotlib.rc_context({"font.size": 30, "svg.hashsalt": "another", "savefig.dpi": 10}):
        save_picture(lambda: plot_phases([STRIP]), second)
        assert matplotlib.rcParams["font.size"] == 30
    assert first.read_bytes().startswith(magic) and first.stat().st_size > 10_000
    assert first.read_bytes() == second.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"first.{suffix}", f"second.{suffix}"]


@pytest.mark.slow
def test_another_process_with_another_hash_seed_writes_the_same_bits(tmp_path):
    code = (
        "import sys; from pathlib import Path; from verify.plots import Panel, plot_phases, save_picture; "
        "assert 'matplotlib' not in sys.modules; "
        "from exponents.model.table1 import alpha, beta, optimum; from exponents.names import TASKS; "
        "panel = Panel('lazy', optimum('lazy'), beta, alpha, TASKS); "
        "save_picture(lambda: plot_phases([panel]), Path(sys.argv[1]))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1"}
    here, there = tmp_path / "here.pdf", tmp_path / "there.pdf"
    save_picture(lambda: plot_phases(PAPER[:1]), here)
    subprocess.run([sys.executable, "-c", code, there], env=environment, check=True, cwd=Path(__file__).parents[3])
    assert here.read_bytes() == there.read_bytes()


def test_diagrams_are_drawn_on_axes_that_are_given(svg):
    """Beside others, in another size and with the settings of the user; balances have the same colours as ever."""
    with matplotlib.rc_context({"font.size": 7, "font.family": "serif", "lines.linewidth": 3, "text.color": "red"}):
        first, other, second = Figure(figsize=(12, 4)).subplots(1, 3)
        assert plot_phases(PAPER, [first, second]).tolist() == [first, second]
        assert matplotlib.rcParams["font.size"] == 7
    fills = [[patch.get_facecolor() for patch in axes.patches if patch.get_gid()] for axes in (first, second)]
    assert fills[0] == fills[1] and len(set(fills[0])) == 3 and not other.patches
    assert matplotlib.colors.to_hex(fills[0][0]) in svg
    assert [axes.get_xlabel() for axes in (first, second)] == [r"$\beta$"] * 2
    written = {text.get_text(): text for text in second.texts}
    assert {r"$\beta = 1$", *TASKS} < set(written) and second.get_title(loc="left") == "rich"
    assert written["hard"].get_fontsize() == 7 and written["hard"].get_family() == ["serif"]
    assert {text.get_color() for text in written.values()} == {"red"}
    drawn = [one for one in second.lines if one.get_gid() == r"boundary $\beta = 1$"]
    assert [one.get_linewidth() for one in drawn] == [3] and drawn[0].get_xdata() == pytest.approx(1, rel=1e-12)
    with pytest.raises(InputError, match="each of 2 panels needs its Axes; got 1"):
        plot_phases(PAPER, first)
    with pytest.raises(InputError, match=r"ax must be Axes of Matplotlib; got str; save a figure by ax\.figure"):
        plot_phases(PAPER, "x.png")


def test_ranges_and_labels_set_on_axes_are_kept_and_later_ranges_move_fills_with_boundaries():
    """A region drawn in units of the Axes stood beside its boundary, b = a/(2a - 1), once ranges were changed."""
    mine = compute_optimum(t**-b + N**-a + (N * t) ** Rational(-1, 2), N * t, (a > 1,), (a, b))
    axes = Figure(figsize=(3, 2)).subplots()
    axes.set(xlim=(0.2, 2), ylim=(1, 4), xlabel="source")
    plot_phases(mine, axes)
    assert axes.get_xlim() == (0.2, 2) and axes.get_ylim() == (1, 4)
    assert axes.get_xlabel() == "source" and axes.get_ylabel() == "$a$"
    for x_range, y_range in (((0.2, 2), (1, 4)), ((-1, 5), (0, 7))):
        axes.set(xlim=x_range, ylim=y_range)
        for place in ((0.55, 3.5), (0.65, 3.5), (0.9, 1.2), (0.8, 1.2)):
            display = axes.transData.transform(place)
            seen = [patch.get_path().contains_point(display, patch.get_transform()) for patch in axes.patches[:2]]
            held = mine.phase_at({b: str(place[0]), a: str(place[1])})
            assert seen == [number == held for number in range(2)]


@pytest.mark.slow
def test_a_diagram_alone_is_drawn_over_its_parameters_and_returns_its_axes():
    axes = plot_phases(LAZY)
    assert (axes.get_xlabel(), axes.get_ylabel()) == (r"$\beta$", r"$\alpha$")
    assert axes.get_xlim() == (0, 2.5) and axes.get_ylim() == (1, 4)
    one = plot_phases(Panel("", LAZY, alpha, beta, window=(None, (0, 2))), size=(3, 2))
    assert one.get_xlim() == (1, 4) and one.get_ylim() == (0, 2) and one.figure.get_size_inches().tolist() == [3, 2]
    with pytest.raises(InputError, match="a plot shows a PhaseDiagram or a Panel; got int"):
        plot_phases([1])


@pytest.mark.slow
def test_the_page_is_as_wide_as_its_legends_need_and_they_stay_on_it():
    """With a size of one's own the panel gives way."""
    with use_style():
        sizes = []
        for size in (None, (5.0, 3.0)):
            axes = plot_phases(TRIANGLE, size=size)
            page = axes.figure
            legend = axes.get_legend().get_window_extent()
            assert axes.bbox.x1 <= legend.x0 and legend.x1 <= page.bbox.x1 and legend.y0 >= 0
            sizes.append(axes.bbox.width / page.dpi)
            marks = [text for text in axes.texts if text.get_text() in ("1", "A")]
            assert len(marks) == 2
        assert sizes[0] > 3 > sizes[1]
        assert page.get_size_inches().tolist() == [5, 3]
        with pytest.raises(InputError, match=r"of 1 by 0\.3 inches has no room for its panels; try a larger size"):
            plot_phases(TRIANGLE, size=(1, 0.3))


def test_a_png_shows_every_colour(tmp_path):
    save_picture(lambda: plot_phases([STRIP]), tmp_path / "strip.PNG")
    pixels = (255 * matplotlib.image.imread(tmp_path / "strip.PNG")[..., :3]).round() @ [1, 256, 256**2]
    counts = np.unique(pixels, return_counts=True)[1]
    assert (counts > pixels.size / 50).sum() == 3  # two regions and the paper


def test_the_picture_says_what_is_derived(svg):
    for name in ("lazy", "rich", *TASKS):
        assert f"<!-- {name} -->" in svg
    for formula in (
        r"$\beta = 1$",
        r"$\beta = 2 - 1/\alpha$",
        r"$r = \dfrac{2 \alpha \beta}{\alpha \beta + \alpha + 2}$",
        r"$t^{-\beta}$ $\leftrightarrow$ $N^{-\alpha \beta}$",
        r"$t^{-2 \beta/(\beta + 1)}$ $\leftrightarrow$ $N^{-\alpha \beta}$",
        r"$N^{-1} t^{-1 + 1/\alpha}$ $\leftrightarrow$ $t^{-2 + 1/\alpha}$",
    ):
        assert f"<!-- {formula} -->" in svg


def test_a_balance_has_one_colour_in_all_panels(svg):
    style = r'<g id="panel-(\d)-phase-(\d)">\s*<path [^>]*style="fill: (#\w+)'
    fills = {(panel, phase): colour for panel, phase, colour in re.findall(style, svg)}
    assert len(fills) == 6 and len(set(fills.values())) == 3
    assert all(fills["1", phase] == fills["2", phase] for phase in "123")


@pytest.mark.parametrize("name", IDS)
def test_the_label_of_each_region_lies_inside_it(name, layouts):
    layout = layouts[name]
    marks = [label for label in layout.labels if label.kind in ("phase", "number")]
    assert {label.of for label in marks} == set(range(len(layout.panel.diagram.phases)))
    for label in marks:
        where = layout.panel.diagram.phases[label.of].where
        points = box(label) if label.kind == "phase" else [label.anchor or label.at]
        assert all(holds(where, parameters(layout, point)) for point in points)


@pytest.mark.parametrize("name", IDS)
def test_no_two_labels_overlap_and_none_leaves_the_panel(name, layouts):
    layout = layouts[name]
    boxes = [box(label) for label in layout.labels]
    for first, second in combinations(boxes, 2):
        assert np.hypot(*(first[:, None] - second[None]).T).min() > 0.5
    for points in boxes:
        assert (points > 0).all() and (points < [layout.frame.width, layout.frame.height]).all()


@pytest.mark.parametrize("name", IDS)
def test_every_boundary_is_drawn_on_its_curve_and_labelled_beside_it(name, layouts):
    layout = layouts[name]
    written = {label.of for label in layout.labels if label.kind in ("equation", "letter")}
    assert written == set(range(len(layout.plane.curves)))
    for curve, arcs in zip(layout.plane.curves, layout.arcs, strict=True):
        pairs = [set(boundary.phases) for boundary in layout.panel.diagram.boundaries if boundary.polynomial == curve]
        assert arcs
        for arc in arcs:
            x, y = layout.frame.parameters(*arc.T)
            assert np.abs(layout.plane.values([curve], x, y)).max() < 1e-8
            beside = arc[len(arc) // 2] + 0.01 * np.stack([np.cos(ANGLES), np.sin(ANGLES)], axis=1)
            assert set(layout.plane.labels(*layout.frame.parameters(*beside.T)).tolist()) in pairs


@pytest.mark.parametrize("name", IDS)
def test_the_window_shows_every_point_where_three_regions_meet(name, layouts):
    """Found by brute force: cells of a grid, three times as large as the window, that see three labels."""
    layout = layouts[name]
    ranges = [(2 * low - high, 2 * high - low) for low, high in (layout.frame.x, layout.frame.y)]
    x, y = np.meshgrid(*(np.linspace(*limits, 998) for limits in ranges))
    labels = layout.plane.labels(x, y)
    corners = np.stack([labels[:-1, :-1], labels[1:, :-1], labels[:-1, 1:], labels[1:, 1:]])
    meeting = (np.diff(np.sort(corners, axis=0), axis=0) != 0).sum(axis=0) >= 2
    found = np.stack([x[:-1, :-1][meeting], y[:-1, :-1][meeting]], axis=1)
    slack = [(high - low) / 997 * 1.01 for low, high in ranges]
    assert len(found)
    for axis, (low, high) in enumerate((layout.frame.x, layout.frame.y)):
        assert (found[:, axis] >= low - slack[axis]).all() and (found[:, axis] <= high).all()


def test_crossings_by_hand():
    """beta = 1 and beta = 2 - 1/alpha meet on alpha = 1; there, and where beta = 0, the domain has its corners."""
    assert crossings(plane_of(optimum("rich"), beta, alpha)) == [(0, 1), (1, 1)]
    assert window_of(plane_of(optimum("rich"), beta, alpha)) == ((0, 2.5), (1, 4))


def test_the_window_reaches_a_curve_that_meets_nothing():
    """ab = a + b is a boundary around (2, 2), but not where it passes the corner (0, 0) of the domain."""
    layout = lay_out(Panel("hyperbola", table((a + b, 1 / (a + 1)), (a * b, a * b)), a, b))
    (arcs,) = (arcs for curve, arcs in zip(layout.plane.curves, layout.arcs, strict=True) if curve == a * b - a - b)
    assert arcs and layout.frame.x[1] > 2 and layout.frame.y[1] > 2


def test_both_parts_of_a_region_that_meet_in_a_point_are_labelled_and_r_means_one_thing():
    """Where r = 1 and q = r cross, opposite regions are of the same phase; a parameter r takes the exponent's name."""
    r, q = symbols("r q", real=True)
    layout = lay_out(Panel("cross", compute_optimum(N**-r / t + N**-q * t**-r, N * t, (r < 2, q < 3)), r, q))
    count = len(layout.panel.diagram.phases)
    labels = [label for label in layout.labels if label.kind == "phase"]
    sides = {(label.of, parameters(layout, label.at)[r] > 1) for label in labels}
    assert len(sides) == 4 and count == 3
    assert all(label.block.lines[0].text.startswith("$s = ") for label in labels)


def test_a_phase_outside_the_window_is_in_the_legend():
    layout = lay_out(Panel("corner", optimum("lazy"), beta, alpha, TASKS, window=((0, Fraction(1, 2)), (1, 2))))
    assert [(row.mark, row.phase) for row in layout.legend] == [("2", 1), ("3", 2)]
    assert "not visible" in layout.legend[0].lines[-1]


def test_names_and_symbols_may_hold_anything(tmp_path):
    odd = Symbol("x_{$", positive=True)
    diagram = compute_optimum(t**-odd + N**-1 + N ** Rational(1, 2) / t**2, N * t)
    panel = Panel("costs $5", diagram, odd, names=("a_b $", r"\frac"))
    save_picture(lambda: plot_phases([panel]), tmp_path / "odd.svg")
    assert "costs $5" in (tmp_path / "odd.svg").read_text()


def test_a_sum_begins_with_what_is_added_where_it_is_part_of_a_quotient():
    assert inline(-2 / (3 * a - 8)) == "2/(8 - 3 a)"
    assert inline(2 - 1 / a) == "2 - 1/a"
    assert inline(b * (2 * a**2 - 1) / (2 * a)) == "b (2 a^{2} - 1)/(2 a)"


LAZY = optimum("lazy")
BAD = {
    "suffix": ([PAPER[0]], "phases.jpg", r"\.png, \.svg, \.pdf; got phases\.jpg"),
    "no suffix": ([PAPER[0]], "phases", r"must end in one of"),
    "no panel": ([], "phases.png", "at least one panel"),
    "folder": ([STRIP], "missing/phases.png", "can be written"),
    "is a folder": ([STRIP], "folder.png", "it is a folder"),
    "no parameter": ([Panel("", compute_optimum(1 / t + 1 / N, N * t), a)], "p.png", "one or two parameters; got none"),
    "axes": ([Panel("", LAZY, beta)], "p.png", "parameters alpha, beta, each once; got beta"),
    "same axis": ([Panel("", LAZY, beta, beta)], "p.png", "each once; got beta, beta"),
    "names": ([Panel("", LAZY, beta, alpha, ("hard",))], "p.png", "each of the 3 phases needs a name"),
    "window": ([Panel("", LAZY, beta, alpha, window=((0, 1),))], "p.png", "two ranges, low < high"),
    "empty window": ([Panel("", LAZY, beta, alpha, window=((1, 1), (1, 2)))], "p.png", "two ranges, low < high"),
    "window aside": ([Panel("", LAZY, beta, alpha, window=((-2, -1), (1, 2)))], "p.png", "part of the domain"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_said_in_one_line_and_leaves_no_file(case, tmp_path):
    (tmp_path / "folder.png").mkdir()
    panels, name, message = BAD[case]
    with pytest.raises(InputError, match=message) as caught:
        save_picture(lambda: plot_phases(panels), tmp_path / name)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*")] == ["folder.png"]


def test_a_failure_while_writing_leaves_what_was_there(tmp_path, monkeypatch):
    def full(stream):
        raise OSError(28, "No space left on device")

    target = tmp_path / "phases.pdf"
    target.write_text("before")
    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match="No space left"):
        save_picture(lambda: plot_phases([STRIP]), target)
    assert target.read_text() == "before"
    assert list(tmp_path.iterdir()) == [target]


def test_without_matplotlib_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"plotting needs matplotlib, .*; try pip install -e '?/.*\[plot\]'?"):
        plot_phases([STRIP])
