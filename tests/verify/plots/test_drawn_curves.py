"""Curves on one pair of Axes, and the data of any picture."""

import json
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from matplotlib.figure import Figure

from exponents.errors import InputError
from verify import plot_curves
from verify.curves import LossCurve, Status
from verify.plots import read_drawing, save_picture, write_data

TIME = np.array([0.0, 1.0, 10.0])
EXACT = LossCurve(TIME, np.array([1.0, 0.5, 0.1]), np.full(3, 1e-9), start=1.0)
ROUGH = replace(EXACT, error=0.1 * EXACT.loss)
TRAINED = replace(ROUGH, status=Status(seeds=(0, 1)))


def test_curves_honour_the_settings_of_the_user_and_their_axes():
    with matplotlib.rc_context({"lines.linewidth": 5, "axes.prop_cycle": matplotlib.cycler(color=["red", "green"])}):
        left, right = Figure().subplots(1, 2)
        assert plot_curves({"one": EXACT, "two": ROUGH}, right) is right and not left.lines
    assert [(line.get_color(), line.get_linewidth()) for line in right.lines] == [("red", 5), ("green", 5)]
    assert [text.get_text() for text in right.get_legend().get_texts()] == ["one", "two"]
    assert right.get_xscale() == right.get_yscale() == "log" and len(right.collections) == 1  # the band of one error
    assert right.lines[0].get_xdata().tolist() == [1, 10]  # time 0 has no logarithm


def test_data_are_what_is_drawn_with_error_bars_and_read_back(tmp_path):
    axes = plot_curves([EXACT, TRAINED], labels=["exact", "trained"])
    (panel,) = read_drawing(axes)
    exact, trained = panel["series"]
    assert exact == {"name": "exact", "x": [1, 10], "y": [0.5, 0.1], "error": None}
    assert trained["name"] == "trained" and trained["error"] == pytest.approx([0.05, 0.01], rel=1e-12)
    write_data(axes, tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == {"panels": [panel]}
    write_data(axes, tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text().splitlines()
    assert lines[0] == "panel,x_label,y_label,series,x,y,error" and lines[1] == "1,$t$,$L$,exact,1.0,0.5,"
    assert len(lines) == 5


@pytest.mark.parametrize(
    ("curves", "options", "said"),
    [
        ([], {}, "needs loss curves; got none"),
        ([1], {}, "needs loss curves; got int"),
        (EXACT, {"labels": ["a", "b"]}, "each of 1 curves needs a label; got 2"),
        (EXACT.select([0]), {}, "a time and a loss above 0; got none"),
        (EXACT, {"ax": "x.png"}, "ax must be Axes of Matplotlib; got str"),
    ],
)
def test_what_is_no_curve_is_refused(curves, options, said):
    with pytest.raises(InputError, match=said):
        plot_curves(curves, **options)


def test_words_that_are_no_formula_are_shown_as_they_are(tmp_path):
    axes = plot_curves({r"$\frac$": EXACT, "costs $5": ROUGH})
    save_picture(lambda: axes, tmp_path / "a.svg")
    assert (tmp_path / "a.svg").read_text().startswith("<?xml")
