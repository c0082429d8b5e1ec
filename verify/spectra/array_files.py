"""Which columns does a file of arrays hold?  NPY, NPZ and Parquet.

The arrays of an NPZ file are columns by their names, and their order means nothing.  A single table in it is read as
that of an NPY file is: by its columns, or by the names of its fields.  Nothing in a file is executed: arrays of Python
objects are refused.  Parquet needs pyarrow, which is an optional dependency.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from exponents.errors import InputError, import_extra
from exponents.rationals import abbreviate

from .file_columns import Columns

NUMPY_ENDINGS = (".npy", ".npz")
PARQUET_ENDINGS = (".parquet", ".pq")
ENDINGS = (*NUMPY_ENDINGS, *PARQUET_ENDINGS)
"""Endings of the names of files that hold arrays."""


def read_arrays(path: Path) -> Columns:
    """Read the columns of a file of arrays.

    Parameters
    ----------
    path : Path
        A file whose name ends as one of `ENDINGS`.

    Returns
    -------
    Columns

    Raises
    ------
    InputError
        If the file cannot be read, or is not what its ending says, or pyarrow is missing for Parquet.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder, "kernel.npz")
    ...     np.savez(path, eigenvalue=[1.0, 0.5], squared_coefficient=[0.3, 0.1])
    ...     read_arrays(path).names
    ('eigenvalue', 'squared_coefficient')
    """
    if not path.is_file():
        raise InputError(f"a spectrum must be a readable file; got {abbreviate(str(path))}; check its name")
    if path.suffix.lower() not in PARQUET_ENDINGS:
        return _read_numpy(path)
    columns = read_parquet(path)
    return Columns(abbreviate(path.name), tuple(columns), tuple(columns.values()))


def _read_numpy(path: Path) -> Columns:
    """Return the arrays of an NPZ file, or the columns of its only table or of an NPY file."""
    name = abbreviate(path.name)
    try:
        with path.open("rb") as stream:
            loaded = np.load(stream, allow_pickle=False)
            arrays = {key: loaded[key] for key in loaded.files} if hasattr(loaded, "files") else {"array": loaded}
    except MemoryError as error:
        raise InputError(f"{name} does not fit into memory; leave modes out") from error
    except Exception as error:  # damaged files raise many kinds
        reason = abbreviate(str(error).partition("\n")[0])
        raise InputError(f"{name} must be a NumPy file of numbers; it could not be read ({reason})") from error
    if len(arrays) == 1:
        (table,) = arrays.values()
        return _split_table(table, name)
    return Columns(name, tuple(arrays), tuple(arrays.values()), ordered=False)


def _split_table(table: NDArray[Any], name: str) -> Columns:
    """Return the columns of one array: its fields if it has names, else those of its second axis."""
    if table.dtype.names:
        return Columns(name, table.dtype.names, tuple(table[field] for field in table.dtype.names))
    if table.ndim != 2:
        raise InputError(
            f"a spectrum needs a column of eigenvalues and one of squared coefficients; {name} has an array of "
            f"shape {table.shape}; save an array of shape (modes, 2)"
        )
    if table.shape[0] == table.shape[1] > 2:
        raise InputError(
            f"{name} has a square matrix of shape {table.shape}; if it is a kernel, fit it from an NPZ file that holds "
            "it as 'kernel' beside its 'labels'"
        )
    return Columns(name, tuple(str(number + 1) for number in range(table.shape[1])), tuple(table.T))


def read_parquet(path: Path) -> dict[str, NDArray[Any]]:
    """Read the columns of a Parquet file, of a spectrum or of runs.

    Raises
    ------
    InputError
        If it is no Parquet file, or pyarrow is missing.

    Examples
    --------
    >>> read_parquet(Path("no.parquet"))
    Traceback (most recent call last):
    exponents.errors.InputError: no.parquet must be a Parquet file; it could not be read (no.parquet); export it again
    """
    name = abbreviate(path.name)
    parquet = import_extra("pyarrow.parquet", "parquet", f"the Parquet file {name}")
    try:
        table = parquet.read_table(path)
    except Exception as error:  # damaged files raise many kinds
        reason = abbreviate(str(error).partition("\n")[0])
        raise InputError(f"{name} must be a Parquet file; it could not be read ({reason}); export it again") from error
    return {name: table.column(name).to_numpy() for name in table.column_names}
