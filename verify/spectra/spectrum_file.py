"""How is a measured spectrum written in a file?

One row per mode, with its eigenvalue and the squared coefficient of the target in it:

    eigenvalue squared_coefficient
    1.0   0.50
    0.25  0.02

The file is text (`file_columns`), or NPY, NPZ or Parquet (`array_files`).  Of two columns the first has the
eigenvalues, unless their names say otherwise.  Of more, the names ``eigenvalue`` and ``squared_coefficient`` are known;
others must be given.
"""

from __future__ import annotations

from pathlib import Path

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..arrays import Reals
from ..inputs import to_path
from ..model import Model
from .array_files import ENDINGS, read_arrays
from .file_columns import Columns, read_text
from .spectrum import MAX_MODES, Spectrum, spectrum_from_arrays

KNOWN = (("eigenvalue", "eigenvalues"), ("squared_coefficient", "squared_coefficients"))
"""Names of the two columns that need not be given."""

MOST_LISTED = 20
"""Columns that a message lists."""


def read_spectrum(path: str | Path, eigenvalues: str | None = None, coefficients: str | None = None) -> Spectrum:
    """Read a spectrum from a file with one row per mode.

    Parameters
    ----------
    path : Path
        A text file, or NPY, NPZ or Parquet by the ending of its name; ``-`` is standard input.
    eigenvalues, coefficients : str, optional
        Names, or numbers counted from 1, of the columns that hold mu_j and y_j^2.  They are needed if the file has
        more than two columns with other names than ``eigenvalue`` and ``squared_coefficient``.

    Returns
    -------
    Spectrum
        Its modes in order of falling eigenvalues, with floor 0.

    Raises
    ------
    InputError
        If the file cannot be read, if it is not clear which columns are meant, if a cell is not a number, or if
        `spectrum_from_arrays` refuses the numbers.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "kernel.txt")
    ...     _ = path.write_text("eigenvalue squared_coefficient\\n1 0.5\\n0.25, 0.02  # the second mode\\n")
    ...     read_spectrum(path).weights.tolist()
    [0.5, 0.02]
    """
    return spectrum_from_arrays(*read_modes(read_columns(to_path(path, "a spectrum")), eigenvalues, coefficients))


def read_model_spectrum(model: Model) -> Spectrum:
    """Return the measured spectrum of a model that has one.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "kernel.txt")
    ...     _ = path.write_text("power mu\\n0.5 1\\n0.02 0.25\\n")
    ...     model = Model(file=path, eigenvalues="mu", coefficients="power")
    ...     read_model_spectrum(model).weights.tolist()
    [0.5, 0.02]
    """
    assert model.file is not None
    return read_spectrum(model.file, model.eigenvalues, model.coefficients)


def read_columns(path: Path) -> Columns:
    """Read the columns of a file of any known kind.

    Examples
    --------
    >>> read_columns(Path("no.txt"))
    Traceback (most recent call last):
    exponents.errors.InputError: a spectrum must be a readable file; got no.txt (No such file or directory); try another
    """
    return read_arrays(path) if path.suffix.lower() in ENDINGS else read_text(path)


def read_modes(table: Columns, eigenvalues: str | None = None, coefficients: str | None = None) -> tuple[Reals, Reals]:
    """Return the eigenvalues and the squared coefficients that a file holds, checked.

    Parameters
    ----------
    table : Columns
    eigenvalues, coefficients : str, optional
        As for `read_spectrum`.

    Returns
    -------
    tuple of (array of shape (modes,), array of shape (modes,))
        Eigenvalues > 0 and squared coefficients >= 0, in the order of the file.

    Raises
    ------
    InputError
        As `read_spectrum`, with the line and the column.

    Examples
    --------
    >>> read_modes(Columns("k.csv", ("1", "2", "3"), (["1"], ["2"], ["3"]), [1]), "3", "1")
    (array([3.]), array([1.]))
    """
    if not any(len(column) for column in table.cells):
        raise InputError(f"a spectrum needs one line 'eigenvalue squared-coefficient' per mode; {table.file} has none")
    places = _choose_columns(table, eigenvalues, coefficients)
    mu, p = (table.read_numbers(place) for place in places)
    if len(mu) != len(p):
        raise InputError(
            f"each mode needs an eigenvalue and a squared coefficient; {table.file} has {len(mu)} and {len(p)}"
        )
    if len(mu) > MAX_MODES:
        raise InputError(f"a spectrum may have at most {MAX_MODES} modes; {table.file} has more; bin neighbouring ones")
    zero = "an eigenvalue must be positive; add the squared coefficient of a zero mode to the floor"
    table.require(places[0], mu > 0, zero)
    table.require(places[1], p >= 0, "a squared coefficient must not be negative; give y^2 = mu w^2")
    return mu, p


def _choose_columns(table: Columns, *asked: str | None) -> tuple[int, int]:
    """Return the places of the columns with the eigenvalues and the squared coefficients."""
    places = [_find_column(table, name) for name in asked]
    for side, known in enumerate(KNOWN):
        matches = [place for place, name in enumerate(table.names) if name.strip().lower() in known]
        if places[side] is None and len(matches) == 1:
            places[side] = matches[0]
    if len(table.names) == 2 and table.ordered:
        if places == [None, None]:
            places = [0, 1]
        for side in (0, 1):
            other = places[1 - side]
            if places[side] is None and other is not None:
                places[side] = 1 - other
    mu, p = places
    if mu is None or p is None or mu == p:
        raise InputError(
            f"a spectrum has a column of eigenvalues and one of squared coefficients; {table.file} has "
            f"{_list_columns(table)}; name two of them with `eigenvalues` and `coefficients`"
        )
    return mu, p


def _find_column(table: Columns, name: str | None) -> int | None:
    """Return the place of the column that a name or a number counted from 1 means; None if none was given."""
    if name is None:
        return None
    if table.names.count(name) == 1:
        return table.names.index(name)
    if name.isdecimal() and 1 <= int(name) <= len(table.names) and name not in table.names:
        return int(name) - 1
    raise InputError(f"{table.file} must have one column {abbreviate(name)}; it has {_list_columns(table)}")


def _list_columns(table: Columns) -> str:
    """Return how many columns a file has, and their names."""
    if not table.names:
        return "none"
    listed = ", ".join(map(abbreviate, table.names[:MOST_LISTED])) + (", ..." if len(table.names) > MOST_LISTED else "")
    return f"{len(table.names)} column{'s' if len(table.names) > 1 else ''} ({listed})"
