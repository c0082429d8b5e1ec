"""Which text do networks learn?  One that every machine has: the source of Python's standard library.

Files are taken in the order of their names.  Each is cut into pieces of `CONTEXT` + 1 bytes; a sample is such a piece,
and the target at each of its first bytes is the byte that follows.  Every tenth file is held out.  The loss is the
cross-entropy in natural units.  Another version of Python has another text.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from sysconfig import get_path

import numpy as np
from numpy.typing import NDArray
from scipy.special import logsumexp

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..inputs import check_whole, to_path
from .online_tasks import Task

CONTEXT = 64
"""Bytes that a sample has."""

MEASURED = 192
"""Samples that are held out, evenly from all of them."""

HELD_OUT = 10
"""One of so many files is held out."""

MOST_BYTES = 2**26
"""Bytes that are read."""

Bytes = NDArray[np.uint8]


def text_task(folder: str | Path | None = None, context: int = CONTEXT) -> Task:
    """Return the task of predicting the next byte of the Python files of a folder.

    Parameters
    ----------
    folder : str or Path, optional
        By default that of the standard library.
    context : int

    Returns
    -------
    Task

    Raises
    ------
    InputError
        If there are too few files, or they cannot be read.

    Examples
    --------
    >>> task = text_task(context=16)
    >>> task.inputs.shape[1], task.tokens, task.inputs[0, 1:].tolist() == task.targets[0, :-1].tolist()
    (16, True, True)
    >>> round(task.measure(np.zeros((*task.held_out.shape, 256))), 4)  # ln 256
    5.5452
    """
    place = Path(get_path("stdlib")) if folder is None else to_path(folder, "a folder of text")
    check_whole(context, "the context", 1, CONTEXT)
    paths = sorted(place.glob("*.py"), key=lambda path: path.name)
    parts: tuple[list[Bytes], list[Bytes]] = [], []
    left = MOST_BYTES
    for number, path in enumerate(paths):
        try:
            held = np.frombuffer(path.read_bytes()[:left], np.uint8)
        except OSError as error:
            raise InputError(f"{abbreviate(path.name)} must be a file that can be read ({error.strerror})") from error
        left -= len(held)
        count = (len(held) - 1) // (context + 1)
        if count > 0:
            parts[number % HELD_OUT == HELD_OUT - 1].append(held[: count * (context + 1)].reshape(count, context + 1))
    if not (parts[0] and parts[1]):
        raise InputError(
            f"the text needs a folder with at least {HELD_OUT} files *.py of more than {context} bytes; "
            f"{abbreviate(str(place))} has {len(paths)} files; give another folder"
        )
    train, test = map(np.concatenate, parts)
    test = test[np.linspace(0, len(test) - 1, min(MEASURED, len(test))).astype(int)]
    measure = partial(cross_entropy, answers=test[:, 1:])
    return Task("text", train[:, :-1], train[:, 1:], test[:, :-1], measure, tokens=True, answers=test[:, 1:])


def cross_entropy(logits: Reals, answers: Bytes) -> float:
    """Return the mean of -ln p(answer), in natural units.

    Parameters
    ----------
    logits : array of shape (..., tokens)
    answers : array of shape (...)

    Examples
    --------
    >>> round(cross_entropy(np.zeros((3, 4)), np.array([0, 1, 2], np.uint8)), 4)  # ln 4
    1.3863
    """
    chosen = np.take_along_axis(logits, answers[..., None].astype(int), -1)[..., 0]
    return float((logsumexp(logits, axis=-1) - chosen).mean())
