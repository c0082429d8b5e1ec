"""How is a measured spectrum written in a file?

One line per mode, with its eigenvalue and the squared coefficient of the target in it, separated by blanks or a comma:

    eigenvalue squared_coefficient
    1.0   0.50
    0.25  0.02

A # starts a comment.  A heading in words is allowed before the first mode.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from exponents.errors import InputError
from exponents.rationals import abbreviate

from .spectrum import MAX_MODES, Spectrum, spectrum_from_arrays

LONGEST = 1000
"""Letters that a line may have."""


def read_spectrum(path: Path) -> Spectrum:
    """Read a spectrum from a text file with one line per mode.

    Parameters
    ----------
    path : Path
        File with an eigenvalue mu_j and a squared coefficient y_j^2 on each line.

    Returns
    -------
    Spectrum
        Its modes in order of falling eigenvalues, with floor 0.

    Raises
    ------
    InputError
        If the file cannot be read, is not text, is empty, has a line without exactly two numbers, more than
        `MAX_MODES` modes, or numbers that `spectrum_from_arrays` refuses.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "kernel.txt")
    ...     _ = path.write_text("eigenvalue squared_coefficient\\n1 0.5\\n0.25, 0.02  # the second mode\\n")
    ...     read_spectrum(path).weights.tolist()
    [0.5, 0.02]
    """
    name = abbreviate(path.name)
    try:
        with path.open(encoding="utf-8") as stream:
            lines = iter(lambda: stream.readline(LONGEST), "")
            rows = list(islice(_read_rows(lines, name), MAX_MODES + 1))
    except UnicodeDecodeError as error:
        raise InputError(f"a spectrum must be a text file; {name} is not; give one line per mode") from error
    except OSError as error:
        raise InputError(
            f"a spectrum must be a readable file; got {abbreviate(str(path))} ({error.strerror}); try another"
        ) from error
    if len(rows) > MAX_MODES:
        raise InputError(f"a spectrum may have at most {MAX_MODES} modes; {name} has more; bin neighbouring ones")
    if not rows:
        raise InputError(f"a spectrum needs one line 'eigenvalue squared-coefficient' per mode; {name} has none")
    return spectrum_from_arrays(*np.array(rows).T)


def _read_rows(lines: Iterable[str], name: str) -> Iterator[tuple[float, float]]:
    """Yield the two numbers of each line; skip comments, empty lines and one heading in words."""
    started = False
    for number, line in enumerate(lines, 1):
        if len(line) == LONGEST:
            raise InputError(f"line {number} of {name} is longer than {LONGEST} letters; give one line per mode")
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            first, second = map(float, words)
        except ValueError as error:
            if started or any(word.lstrip("+-.")[:1].isdigit() for word in words):
                raise InputError(
                    f"line {number} of {name} must have two numbers, an eigenvalue and a squared coefficient; "
                    f"got {abbreviate(line)}"
                ) from error
        else:
            yield first, second
        started = True
