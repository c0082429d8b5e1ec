"""Figures of the paper: what is drawn is what is derived and measured, in its place, and the same every time."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from itertools import combinations
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation, Text

from exponents.amplitudes import amplitude
from exponents.errors import InputError
from exponents.evaluation import evaluate
from exponents.names import PICTURES
from verify.checks import SOURCES
from verify.evidence import point
from verify.measure import power_law
from verify.plots import plot_figure
from verify.plots.figures import FIGURES, level_exponents, loss_curves, time_exponent
from verify.plots.figures.measurements import Measured, bound, measured
from verify.plots.figures.scales import FAR, Scale, decades, even
from verify.plots.figures.sheet import APART, spread
from verify.plots.style import SETTINGS
from verify.slopes import Limit

LOSSES = {"fig2a": ("6/5", "6/5", "6/5"), "fig2b": ("2/5", "2/5", "4/7")}
"""beta, and the exponents lazy and rich by hand: 2 (2/5)/(1 + 2/5) = 4/7."""


@pytest.fixture(scope="module")
def data():
    """What each figure shows, with fewer points than it has, or made-up ones that stand off the curve."""
    made_up = {"3/10": (0.5, 2e-4), "1": (1.001, 3.4e-3), "3/2": (1.45, 0.06)}
    points = tuple(
        Measured(point("3/2", beta, 1), (Limit(value, error, (1e3, 1e9), 0.5, False),))
        for beta, (value, error) in made_up.items()
    )
    levels = measured(["1/2", "11/10"], [f"levels: level {number}" for number in range(level_exponents.LEVELS + 1)])
    return {
        "fig1a": points,
        "fig10": levels,
        **{name: loss_curves.computed(beta) for name, (beta, _, _) in LOSSES.items()},
    }


@pytest.fixture(scope="module")
def figures(data):
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(SETTINGS)
        made = {
            "fig1a": time_exponent.drawn(data["fig1a"]),
            "fig10": level_exponents.drawn(data["fig10"]),
            **{name: loss_curves.drawn(data[name]) for name in LOSSES},
        }
        for figure in made.values():
            FigureCanvasAgg(figure).draw()
    return made


@pytest.fixture
def known(data, monkeypatch):
    """Nothing is computed again."""
    monkeypatch.setattr(time_exponent, "computed", lambda _: data["fig1a"])
    monkeypatch.setattr(level_exponents, "computed", lambda _: data["fig10"])
    monkeypatch.setattr(loss_curves, "computed", lambda beta: data["fig2a" if beta == "6/5" else "fig2b"])


def line(figure, name, panel=0):
    (found,) = [one for one in figure.axes[panel].lines if one.get_gid() == name]
    return found.get_xdata(), found.get_ydata()


def at(curve, x):
    """The value of a drawn curve at a place where it has a point."""
    (position,) = np.flatnonzero(np.isclose(curve[0], x, rtol=1e-12))
    return curve[1][position]


def words(figure):
    return [text.get_text() for axes in figure.axes for text in axes.texts]


def test_every_figure_has_a_name_and_a_picture_of_its_own():
    assert ("phases", *FIGURES) == PICTURES


@pytest.mark.parametrize(("beta", "rich"), [(0.5, 2 / 3), (0.25, 0.4), (1.0, 1.0), (1.8, 1.8)])
def test_fig1a_passes_through_exact_exponents(figures, beta, rich):
    assert at(line(figures["fig1a"], "rich"), beta) == pytest.approx(rich, rel=1e-14)
    assert at(line(figures["fig1a"], "lazy"), beta) == pytest.approx(beta, rel=1e-14)


def test_fig1a_shows_what_was_measured_and_says_how_well(figures, data):
    limits = [one.limits[0] for one in data["fig1a"]]
    x, y = line(figures["fig1a"], "measured")
    assert x.tolist() == [0.3, 1.0, 1.5] and y.tolist() == [0.5, 1.001, 1.45]
    bars = figures["fig1a"].axes[0].collections[0].get_segments()
    assert [np.ptp(bar[:, 1]) / 2 for bar in bars] == pytest.approx([limit.error for limit in limits], rel=1e-6)
    said = words(figures["fig1a"])
    assert r"error $\leq 6.0 \times 10^{-2}$" in said and r"on $\beta = 1$:  $3.4 \times 10^{-3}$" in said


def test_fig1a_measures_the_time_exponent_where_claims_are_tested(monkeypatch):
    asked = []
    monkeypatch.setattr(time_exponent, "measured", lambda *arguments: asked.append(arguments))
    time_exponent.computed()
    assert asked == [(SOURCES, ["chi: time exponent"], None)]
    (found,) = measured(["9/5"], ["chi: time exponent"])
    assert found.at == point("3/2", "9/5", 1) and found.limits[0].covers(1.8)


def test_fig1a_says_that_a_logarithm_comes_in(figures):
    assert r"logarithm:  $t^{-1} (\ln t)^{-1/2}$" in words(figures["fig1a"])


@pytest.mark.parametrize("name", LOSSES)
def test_fig2_shows_the_flow_and_its_lazy_limit_by_another_route(name, figures, data):
    beta = Fraction(LOSSES[name][0])
    for gamma, curve in zip(loss_curves.GAMMAS, data[name].curves, strict=True):
        assert (line(figures[name], f"gamma {gamma}")[1] == curve.loss).all()
        assert (line(figures[name], f"gamma {gamma}", 2)[1] == -curve.loss_slope).all()
    t, lazy = line(figures[name], "gamma 0")
    assert t[0] == 1 and t[-1] == pytest.approx(1e12)
    assert lazy == pytest.approx(power_law(loss_curves.ALPHA, beta, 2e12).lazy_loss(t), rel=1e-6)  # that of the flow


@pytest.mark.parametrize("name", LOSSES)
def test_fig2_guides_have_the_predicted_slopes_and_keep_off_the_curves(name, figures):
    _, lazy, rich = (float(Fraction(text)) for text in LOSSES[name])
    for side, power, beside in (("lazy", lazy, "gamma 0"), ("rich", rich, "gamma 2")):
        t, value = line(figures[name], f"{side} slope")
        assert np.diff(np.log(value)) / np.diff(np.log(t)) == pytest.approx(-power, rel=1e-12)
        ratio = np.array([at((t, value), when) / at(line(figures[name], beside), when) for when in t])
        assert (ratio > 3 if side == "lazy" else ratio < 1 / 3).all()
    assert np.allclose(np.log(line(figures[name], "limit " + LOSSES[name][2], 2)[1]), np.log(rich), rtol=1e-14)


@pytest.mark.parametrize("name", LOSSES)
def test_fig2_curves_reach_the_derived_law(name, figures):
    beta, _, power = LOSSES[name]
    t, law = line(figures[name], "law")
    constant = float(evaluate(amplitude(), loss_curves.ALPHA, beta, 2))
    assert law * t ** float(Fraction(power)) == pytest.approx(constant, rel=1e-12)
    for gamma in loss_curves.GAMMAS[1:]:
        constant = float(evaluate(amplitude(), loss_curves.ALPHA, beta, gamma))
        assert line(figures[name], f"constant {gamma}", 1)[1] == pytest.approx([constant] * 2, rel=1e-12)
        reached = line(figures[name], f"gamma {gamma}", 1)[1][-1]
        assert reached == pytest.approx(constant, rel=5e-3)  # corrections fall as t^-0.2, 4e-3 at the end, for 6/5
        assert abs(reached / constant - 1) < abs(line(figures[name], f"gamma {gamma}", 1)[1][72] / constant - 1)


def test_fig10_levels_by_hand(figures):
    """chi_{n+1} = (2 - chi_n)/2 from chi_0 = 1/2, and its limit 2/3; at beta = 6/5 it runs away."""
    by_hand = [1 / 2, 3 / 4, 5 / 8, 11 / 16, 21 / 32, 43 / 64, 85 / 128]
    for number, value in enumerate(by_hand):
        assert at(line(figures["fig10"], f"level {number}"), 0.5) == pytest.approx(value, rel=1e-14)
        assert at(line(figures["fig10"], f"level {number}", 1), 0.5) == pytest.approx(value - 2 / 3, abs=1e-14)
    assert at(line(figures["fig10"], "limit"), 0.5) == pytest.approx(2 / 3, rel=1e-14)
    assert at(line(figures["fig10"], "level 1 beyond"), 1.2) == pytest.approx(0.96, rel=1e-14)
    assert at(line(figures["fig10"], "level 2 beyond"), 1.2) == pytest.approx(1.248, rel=1e-14)
    for number in range(len(by_hand)):
        assert line(figures["fig10"], f"level {number}")[0][-1] == 1.0


def test_fig10_points_are_measured_and_leave_the_dashed_curves(figures, data):
    below, above = data["fig10"]
    for number, (here, beyond) in enumerate(zip(below.limits, above.limits, strict=True)):
        x, y = line(figures["fig10"], f"measured {number}")
        assert x.tolist() == [0.5, 1.1] and y.tolist() == [here.value, beyond.value]
        assert here.covers(at(line(figures["fig10"], f"level {number}"), 0.5))
        assert beyond.covers(1.1)
        if number:
            assert not beyond.covers(at(line(figures["fig10"], f"level {number} beyond"), 1.1))
    difference = line(figures["fig10"], "measured 3", 1)[1]
    assert difference == pytest.approx([below.limits[3].value - 2 / 3, above.limits[3].value - 1.1], abs=1e-14)


@pytest.mark.parametrize("name", FIGURES)
def test_words_keep_off_each_other_off_curves_and_on_the_page(name, figures):
    figure = figures[name]
    renderer = figure.canvas.get_renderer()
    point = figure.dpi / 72
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    boxes = [(text, text.get_window_extent(renderer)) for text in texts]
    boxes = [(text, box) for text, box in boxes if box.width > 0]
    assert len(boxes) > 15
    for text, box in boxes:
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1, text
        if isinstance(text, Annotation) and text.xycoords == "data":
            frame = text.axes.bbox
            assert box.x0 > frame.x0 and box.y0 > frame.y0 and box.x1 < frame.x1 and box.y1 < frame.y1, text
    for (first, one), (second, other) in combinations(boxes, 2):
        shared = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
        assert min(shared) < 1.5 * point, (first, second)  # of two names APART in the margin, parts of letters
    for axes in figure.axes:
        for curve in axes.lines:
            drawn = curve.get_transform().transform(curve.get_xydata())
            steps = np.linspace(0, 1, 60)[:, None, None]
            dense = ((1 - steps) * drawn[None, :-1] + steps * drawn[None, 1:]).reshape(-1, 2)
            for text, box in boxes:
                if isinstance(text, Annotation) and text.axes is axes:
                    inside = (dense > [box.x0, box.y0]).all(axis=1) & (dense < [box.x1, box.y1]).all(axis=1)
                    assert not inside.any(), (text, curve.get_gid())


MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@pytest.mark.parametrize(
    ("name", "suffix"), [("fig1a", "png"), ("fig2a", "svg"), ("fig2b", "pdf"), *(("fig10", suffix) for suffix in MAGIC)]
)
def test_each_format_is_written_and_has_the_same_bits_again(name, suffix, known, tmp_path):
    first, second = (tmp_path / f"{which}.{suffix}" for which in ("first", "second"))
    plot_figure(name, first)
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 7, "svg.hashsalt": "another"}):
        plot_figure(name, second)
    assert first.read_bytes().startswith(MAGIC[suffix]) and first.stat().st_size > 10_000
    assert first.read_bytes() == second.read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_another_process_with_another_hash_seed_writes_the_same_bits(tmp_path, monkeypatch):
    code = (
        "import sys; from pathlib import Path; from verify.plots import plot_figure; "
        "from verify.plots.figures import loss_curves; "
        "assert 'matplotlib' not in sys.modules; "
        "loss_curves.GAMMAS, loss_curves.COLOURS = loss_curves.GAMMAS[:2], loss_curves.COLOURS[:2]; "  # it takes less
        "plot_figure('fig2b', Path(sys.argv[1]))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "SOURCE_DATE_EPOCH": "1"}
    here, there = tmp_path / "here.pdf", tmp_path / "there.pdf"
    for name in ("GAMMAS", "COLOURS"):
        monkeypatch.setattr(loss_curves, name, getattr(loss_curves, name)[:2])
    plot_figure("fig2b", here)
    subprocess.run([sys.executable, "-c", code, there], env=environment, check=True, cwd=Path(__file__).parents[2])
    assert here.read_bytes() == there.read_bytes()


BAD = {
    "unknown": ("fig1b", "a.png", r"the figure must be one of fig1a, .*; got fig1b; did you mean fig2b\?"),
    "suffix": ("fig1a", "fig1a.gif", r"\.png, \.svg, \.pdf; got fig1a\.gif; try fig1a\.pdf"),
    "folder": ("fig1a", "missing/fig1a.png", "can be written"),
    "is a folder": ("fig10", "folder.png", "it is a folder"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_said_before_anything_is_computed_and_leaves_no_file(case, tmp_path, monkeypatch):
    def never(_):
        raise AssertionError("computed")

    for module in (time_exponent, level_exponents, loss_curves):
        monkeypatch.setattr(module, "computed", never)
    (tmp_path / "folder.png").mkdir()
    name, file, message = BAD[case]
    with pytest.raises(InputError, match=message) as caught:
        plot_figure(name, tmp_path / file)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.rglob("*")] == ["folder.png"]


def test_a_failure_while_computing_leaves_what_was_there(tmp_path, monkeypatch):
    def fails(_):
        raise RuntimeError("no curve")

    monkeypatch.setattr(loss_curves, "computed", fails)
    target = tmp_path / "fig2a.svg"
    target.write_text("before")
    with pytest.raises(RuntimeError, match="no curve"):
        plot_figure("fig2a", target)
    assert target.read_text() == "before" and list(tmp_path.iterdir()) == [target]


def test_several_processes_measure_what_one_does_in_the_same_order():
    sources, claims = ["1/2", "3/10"], ["chi: lazy time exponent", "levels: readout norm"]
    with ProcessPoolExecutor(2) as executor:
        together = measured(sources, claims, executor)
    assert [one.at.beta for one in together] == [Fraction(1, 2), Fraction(3, 10)]
    assert repr(together) == repr(measured(sources, claims))  # in which NaN is NaN


@given(st.lists(st.floats(0, 100), min_size=1, max_size=8), st.floats(1, APART))
def test_names_in_the_margin_move_apart_in_order_and_around_their_middle(places, gap):
    found = spread(places, gap)
    order = np.argsort(places, kind="stable")
    assert (np.diff(found[order]) >= gap - 1e-9).all()
    assert np.mean(found) == pytest.approx(np.mean(places), abs=1e-9)
    if (np.diff(np.sort(places)) >= gap).all():
        assert found == pytest.approx(np.array(places), abs=1e-9)


@given(st.floats(1e-20, 1e3), st.floats(2, 1e15))
def test_axes_have_room_and_numbers_where_they_are(low, ratio):
    for scale, least in ((decades("L", [low, low * ratio]), 1), (even("r", [low, low * ratio]), 3)):
        ticks = np.asarray(scale.ticks)
        assert scale.low < low and low * ratio < scale.high and len(ticks) >= least
        assert ((ticks >= scale.low * (1 - 1e-9)) & (ticks <= scale.high * (1 + 1e-9))).all()


def test_a_place_on_an_axis_by_hand():
    axis = Scale("t", 1, 1e4, [1, 1e4], logarithmic=True)
    assert axis.place(100) == pytest.approx(0.5) and axis.above(10, 0.25) == pytest.approx(100)
    assert axis.far and axis.number(1e4) == "$10^{4}$" and axis.number(1.0) == "$1$"
    assert not Scale("t", 1, 10, [1, FAR / 2], logarithmic=True).far


@pytest.mark.parametrize(
    ("error", "said"), [(2.44e-5, "2.5"), (9.99e-4, "1.0"), (1.04e-3, "1.1"), (3.0000001e-7, "3.1")]
)
def test_an_error_is_rounded_up(error, said):
    number, power = bound(error).split(r" \times 10^{")
    assert number == said and float(number) * 10.0 ** int(power.rstrip("}")) >= error
