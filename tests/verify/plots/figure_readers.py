"""What do tests read off a drawn figure?  Its curves by name, its words, and what touches what."""

from contextlib import contextmanager
from dataclasses import replace
from itertools import combinations

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.text import Annotation, Text

from verify.plots import FIGURES, plot_figure, save_picture, use_style
from verify.plots.figures.page import draw_page

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


@contextmanager
def made_small(modules):
    """Give modules of figures other settings, so that they are drawn in seconds."""
    with pytest.MonkeyPatch.context() as patch:
        for module, settings in modules.items():
            for name, value in settings.items():
                patch.setattr(module, name, value)
        yield


def draw(data):
    """Draw a figure for each name from its data."""
    with use_style():
        made = {name: draw_page(FIGURES[name], found) for name, found in data.items()}
        for figure in made.values():
            FigureCanvasAgg(figure).draw()
    return made


def use_data(monkeypatch, data):
    """Let figures have these data without computing them."""
    for name, found in data.items():
        monkeypatch.setitem(FIGURES, name, replace(FIGURES[name], solve=lambda *_, found=found: found))


def line(figure, name, panel=0):
    """Return x and y of a drawn curve."""
    (found,) = [one for one in figure.axes[panel].lines if one.get_gid() == name]
    return np.asarray(found.get_xdata(), float), np.asarray(found.get_ydata(), float)


def at(curve, x):
    """Return the value of a drawn curve at a place where it has a point."""
    (position,) = np.flatnonzero(np.isclose(curve[0], x, rtol=1e-12))
    return curve[1][position]


def between(curve, x):
    """Return the value of a drawn curve, a straight line between its points on logarithmic scales."""
    return np.exp(np.interp(np.log(x), np.log(curve[0]), np.log(curve[1])))


def slope(curve):
    """Return d ln y/d ln x of a drawn power law, if it is one."""
    found = np.diff(np.log(curve[1])) / np.diff(np.log(curve[0]))
    assert found == pytest.approx(found[0], rel=1e-12)
    return found[0]


def words(figure):
    titles = [axes.get_title(loc=place) for axes in figure.axes for place in ("left", "right")]
    return titles + [text.get_text() for axes in figure.axes for text in axes.texts]


def error_bars(figure, panel):
    """Return half the length of each error bar of a panel, and where its middle is."""
    segments = [bar for found in figure.axes[panel].collections for bar in found.get_segments()]
    return np.array([[np.ptp(bar[:, 1]) / 2, bar[:, 1].mean()] for bar in segments]).T


def clashes(figure, least=15):
    """Yield words that leave the page, or touch each other or a curve; there must be more than ``least`` words."""
    renderer = figure.canvas.get_renderer()
    texts = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
    boxes = [(text, text.get_window_extent(renderer)) for text in texts]
    boxes = [(text, box) for text, box in boxes if box.width > 0]
    assert len(boxes) > least, f"a search among {len(boxes)} words shows little; expected more than {least}"
    for text, box in boxes:
        if box.x0 < 0 or box.y0 < 0 or box.x1 > figure.bbox.x1 or box.y1 > figure.bbox.y1:
            yield text, "the page"
        if isinstance(text, Annotation) and text.xycoords == "data":
            frame = text.axes.bbox
            if box.x0 <= frame.x0 or box.y0 <= frame.y0 or box.x1 >= frame.x1 or box.y1 >= frame.y1:
                yield text, "its panel"
    for (first, one), (second, other) in combinations(boxes, 2):
        shared = min(one.x1, other.x1) - max(one.x0, other.x0), min(one.y1, other.y1) - max(one.y0, other.y0)
        if min(shared) >= 1.5 * figure.dpi / 72:  # of two names in the margin, parts of letters
            yield first, second
    for axes in figure.axes:
        for curve in axes.lines:
            xy = curve.get_transform().transform(curve.get_xydata())
            steps = np.linspace(0, 1, 60)[:, None, None]
            dense = ((1 - steps) * xy[None, :-1] + steps * xy[None, 1:]).reshape(-1, 2)
            for text, box in boxes:
                if isinstance(text, Annotation) and text.axes is axes:
                    inside = (dense > [box.x0, box.y0]).all(axis=1) & (dense < [box.x1, box.y1]).all(axis=1)
                    if inside.any():
                        yield text, curve.get_gid()


def assert_same_bits_again(name, suffix, folder):
    """Plot a figure twice, the second time among other settings of Matplotlib."""
    first, second = (folder / f"{which}.{suffix}" for which in ("first", "second"))
    save_picture(lambda: plot_figure(name), first)
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 7, "svg.hashsalt": "another"}):
        save_picture(lambda: plot_figure(name), second)
    assert first.read_bytes().startswith(MAGIC[suffix]) and first.stat().st_size > 10_000
    assert first.read_bytes() == second.read_bytes()
    assert len(list(folder.iterdir())) == 2
