"""What does a picture show, in numbers?  Read off its Axes, so that the file has what is drawn and nothing else."""

from __future__ import annotations

import csv
import json
from io import StringIO
from itertools import repeat
from pathlib import Path
from typing import Any, TypedDict

import numpy as np

from exponents.errors import InputError
from exponents.files.whole_files import check_place, write_whole
from exponents.rationals import abbreviate

COLUMNS = ("panel", "x_label", "y_label", "series", "x", "y", "error")
"""Columns of a file in CSV."""


class Series(TypedDict):
    """A line, or points: their name, coordinates, and half the length of error bars, or None."""

    name: str
    x: list[float]
    y: list[float]
    error: list[float] | None


class DrawnPanel(TypedDict):
    """One pair of Axes: its title and labels, and what is drawn in units of its scales."""

    title: str
    x_label: str
    y_label: str
    series: list[Series]


def read_drawing(axes: Any) -> list[DrawnPanel]:
    """Return what Axes show: lines and points, in units of their scales.

    Parameters
    ----------
    axes : Axes of Matplotlib, or several

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> axes = Figure().subplots()
    >>> drawn = axes.plot([1, 2], [3, 4], label="a line")
    >>> read_drawing(axes)[0]["series"]
    [{'name': 'a line', 'x': [1.0, 2.0], 'y': [3.0, 4.0], 'error': None}]
    """
    return [_read_panel(one) for one in np.ravel(np.array(axes, dtype=object))]


def write_data(axes: Any, path: Path) -> None:
    """Write what Axes show into a file, as CSV or JSON.

    Parameters
    ----------
    axes : Axes of Matplotlib, or several
    path : Path
        Its suffix is the format.

    Raises
    ------
    InputError
        If the suffix is neither .csv nor .json, or the file cannot be written.

    Examples
    --------
    >>> write_data([], Path("data.txt"))
    Traceback (most recent call last):
    exponents.errors.InputError: a file of data must end in .csv or .json; got data.txt; try data.csv
    """
    check_data_file(path)
    panels = read_drawing(axes)
    text = json.dumps({"panels": panels}, indent=1) + "\n" if path.suffix.lower() == ".json" else _write_rows(panels)
    write_whole(path, text, "a file of data")


def check_data_file(path: Path) -> None:
    """Raise InputError unless the suffix is .csv or .json, and the file can be written.

    >>> check_data_file(Path("a.txt"))
    Traceback (most recent call last):
    exponents.errors.InputError: a file of data must end in .csv or .json; got a.txt; try a.csv
    """
    if path.suffix.lower() not in (".csv", ".json"):
        better = abbreviate(f"{path.stem or 'data'}.csv")
        raise InputError(f"a file of data must end in .csv or .json; got {abbreviate(path.name)}; try {better}")
    check_place(path, "a file of data")


def _write_rows(panels: list[DrawnPanel]) -> str:
    """Return rows of CSV, one for each point."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for number, panel in enumerate(panels, start=1):
        for some in panel["series"]:
            errors = some["error"] or repeat(None, len(some["x"]))
            head = number, panel["x_label"], panel["y_label"], some["name"]
            writer.writerows((*head, x, y, error) for x, y, error in zip(some["x"], some["y"], errors, strict=True))
    return text.getvalue()


def _read_panel(axes: Any) -> DrawnPanel:
    """Return what one pair of Axes shows; words and what joins them to a place are left out."""
    bars = {id(one.lines[0]): one.lines[2] for one in axes.containers if hasattr(one, "has_yerr")}
    caps = {id(cap) for one in axes.containers if hasattr(one, "has_yerr") for cap in one.lines[1]}
    series: list[Series] = []
    for line in axes.lines:
        name = line.get_gid() or line.get_label()
        if id(line) in caps or not line.get_transform().contains_branch(axes.transData):
            continue
        x, y = np.asarray(line.get_xdata(), float), np.asarray(line.get_ydata(), float)
        error = None
        if id(line) in bars:
            segments = [np.asarray(segment) for some in bars[id(line)] for segment in some.get_segments()]
            error = [float(np.ptp(segment[:, 1]) / 2) for segment in segments]
        kept = np.isfinite(x) & np.isfinite(y)
        series.append({"name": str(name), "x": x[kept].tolist(), "y": y[kept].tolist(), "error": error})
    title = axes.get_title(loc="left") or axes.get_title()
    return {"title": title, "x_label": axes.get_xlabel(), "y_label": axes.get_ylabel(), "series": series}
