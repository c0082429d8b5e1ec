"""In which window of modes is an exponent fitted, which others are compared, and where is curvature tested?

A kernel matrix on n samples has n eigenvalues, and the later ones are too large.  For Gaussian features with alpha =
3/2 they are so by 4 % at n/20 and 15 % at n/5; for 1.3 by 11 % and 28 %, for 2 not at all.  So a window ends at n/20.
Curvature is tested up to n/5: sampling changes a local exponent by less than a tenth up to there, and a kernel
without a single exponent shows it.  Without n the eigenvalues are taken as exact, and a window ends at half of them:
beyond, sorted eigenvalues lack neighbours that the list left out.

The first modes are left out, as they rarely follow the law.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from exponents.errors import InputError
from exponents.rationals import abbreviate

from .capacity_fit import Range

PART = 20
"""n over this is the last mode of a window, on n samples."""

WIDER = 4
"""Factor by which the range that is tested for curvature extends beyond such a window."""

FIRST, SHORT = 10, 6
"""The first mode of a window, and the least ratio of its ends for which it is that."""

FEWEST = 20
"""Modes that a window needs."""

LONGEST = 10_000
"""Modes that suffice."""

SHIFT = 0.35
"""Share of ln(last/first) by which the other windows are shorter at most; they are so by a factor 2 in long ones."""


@dataclass(frozen=True)
class SpectrumWindows:
    """Ranges of modes, each from a first to a last one, counted from 1.

    Attributes
    ----------
    windows : tuple of (int, int)
        The window of the estimate; one that begins later; one that ends earlier.
    parts : tuple of (int, int)
        Three parts of the range in which curvature is tested, even in ln k.
    """

    windows: tuple[Range, ...]
    parts: tuple[Range, ...]


def choose_windows(modes: int, samples: int | None = None, window: Range | None = None) -> SpectrumWindows:
    """Choose the ranges of modes for a spectrum.

    Parameters
    ----------
    modes : int
        The number of modes of the spectrum.
    samples : int, optional
        n, if it is that of a kernel matrix on n samples.
    window : (int, int), optional
        The first and the last mode to use; curvature is then tested there.

    Returns
    -------
    SpectrumWindows

    Raises
    ------
    InputError
        If the window is none, or holds fewer than `FEWEST` modes.

    Examples
    --------
    >>> choose_windows(1797, 1797).windows
    ((10, 89), (20, 89), (10, 44))
    >>> choose_windows(1000).windows[0], choose_windows(1797, 1797).parts
    ((10, 500), ((10, 33), (33, 108), (108, 356)))
    """
    if window is None:
        last = min(modes // 2, LONGEST) if samples is None else min(samples // PART, modes, LONGEST)
        first = min(FIRST, max(1, last // SHORT))
        if last - first + 1 < FEWEST:
            raise InputError(_too_short(modes, samples, last))
        tested = last if samples is None else min(WIDER * last, modes)
    else:
        first, last = _check_window(window, modes)
        tested = last
    factor = min(2.0, (last / first) ** SHIFT)
    others = (max(first + 1, round(factor * first)), last), (first, int(last / factor))
    edges = [round(edge) for edge in np.geomspace(first, tested, 4)]
    parts = tuple((edges[i], edges[i + 1]) for i in range(3))
    return SpectrumWindows(((first, last), *others), parts)


def _check_window(window: Range, modes: int) -> Range:
    """Return the window as whole numbers, or raise InputError."""
    first, last = window
    whole = all(isinstance(end, int | np.integer) and not isinstance(end, bool) for end in (first, last))
    if not whole or not 1 <= first < last <= modes:
        raise InputError(
            f"`window` must be two modes, 1 <= first < last <= {modes}; got {abbreviate(f'{first}, {last}')}"
        )
    if last - first + 1 < FEWEST:
        raise InputError(f"`window` must hold at least {FEWEST} modes; got {last - first + 1}; make it longer")
    return int(first), int(last)


def _too_short(modes: int, samples: int | None, last: int) -> str:
    if samples is None:
        return (
            f"a fit needs {FEWEST} modes between the first few and half of all; got {modes} modes in all; give more, "
            "or a `window`"
        )
    return (
        f"a fit needs {FEWEST} modes between the first few and n/{PART}, as later ones are inflated by sampling; "
        f"got {modes} modes of n = {samples} samples, so that it would end at {last}; take some 500 samples or "
        "more, or give a `window`"
    )
