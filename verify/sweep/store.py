"""Where are results kept, so that a crash loses none?  In one file of SQLite, with one row for each task that ended.

A batch of results is one transaction: after a crash, at any moment, the file holds whole results only, and the next run
does what is not in it.  The journal is SQLite's usual one, on the side of the file and gone after each transaction.  A
write-ahead log would need memory that processes share, which drives in a network do not have, and a copy of the file
alone would lack the last results.  One process writes, and others may read between its transactions.

A second run on the same file is refused: the first holds a lock on a file beside it, which the system takes away when
the process ends, however it ends.

The header says that the file is ours (``application_id``) and which tables it has (``user_version``).  The file has
results of one version of this package, and either curves or verdicts.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from exponents import __version__
from exponents.errors import InputError
from exponents.rationals import abbreviate

from .tasks import FAILED, Outcome

OURS = 0x73776570
"""``application_id`` of a store: "swep"."""

TABLES = 1
"""``user_version`` of a store: the number of this layout."""

PATIENCE = 60.0
"""Seconds to wait for a process that reads or writes."""

MEMORY = ":memory:"

_LAYOUT = (
    "CREATE TABLE about (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE tasks (key TEXT PRIMARY KEY, setting TEXT NOT NULL, status TEXT NOT NULL, result TEXT, message TEXT, "
    "seconds REAL NOT NULL)",
)


class Store:
    """Results in a file of SQLite; `open_store` opens one.

    Parameters
    ----------
    connection : sqlite3.Connection
    name : str
        The file, for messages.

    Examples
    --------
    >>> with open_store(None, "curve") as store:
    ...     store.add([("{}", Outcome("a", "done", "1", None, 0.1))])
    ...     store.ended(), [outcome.result for _, outcome in store.rows()]
    ({'a'}, ['1'])
    """

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self.connection, self.name = connection, name

    def about(self) -> dict[str, str]:
        """Return what its tasks are, ``run``, and the ``version`` of this package whose results it has."""
        return dict(self._run("SELECT name, value FROM about"))

    def ended(self, retry: bool = False) -> set[str]:
        """Return the keys of tasks that need not be run; with ``retry``, failed ones are run again."""
        where = " WHERE status != ?" if retry else ""
        found = self._run(f"SELECT key FROM tasks{where}", (FAILED,) if retry else ())  # noqa: S608
        return {key for (key,) in found}

    def rows(self) -> list[tuple[str, Outcome]]:
        """Return the setting of each task that ended, as JSON, and its outcome."""
        found = self._run("SELECT setting, key, status, result, message, seconds FROM tasks")
        return [(setting, Outcome(*values)) for setting, *values in found]

    def mean_seconds(self) -> float | None:
        """Return the mean time of a task that ended."""
        [(mean,)] = self._run("SELECT avg(seconds) FROM tasks")
        return None if mean is None else float(mean)

    def add(self, found: Sequence[tuple[str, Outcome]]) -> None:
        """Keep the outcomes of tasks, each with its setting as JSON, in one transaction.

        Raises
        ------
        InputError
            If the file cannot be written; what was kept before stays.
        """
        rows = [(one.key, setting, one.status, one.result, one.message, one.seconds) for setting, one in found]
        with _explain(self.name), self.connection:
            self.connection.execute("BEGIN IMMEDIATE")
            self.connection.executemany("INSERT OR REPLACE INTO tasks VALUES (?, ?, ?, ?, ?, ?)", rows)

    def _run(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with _explain(self.name):
            return self.connection.execute(statement, values).fetchall()


@contextmanager
def open_store(path: Path | None, run: str = "", write: bool = True) -> Iterator[Store]:
    """Yield a store, which is made if there is none and ``write`` is set.

    Parameters
    ----------
    path : Path or None
        None is a store in memory.
    run : {"curve", "verify", ""}
        What its tasks must be; "" for whatever it has.
    write : bool
        Whether results will be added.  Only one process may do so at a time.

    Yields
    ------
    Store

    Raises
    ------
    InputError
        If the file is no store, or one of other tasks or of another version; if another process writes to it; or if
        it cannot be read or written.

    Examples
    --------
    >>> with open_store(Path("nothing.sqlite"), write=False) as store:
    ...     pass
    Traceback (most recent call last):
    exponents.errors.InputError: a store needs a file of results; got nothing.sqlite, which is not there; run the sweep
    """
    name = abbreviate(path)
    if path is None:
        with _connect(MEMORY, name) as connection:
            _begin(connection, run)
            yield Store(connection, name)
        return
    if not write and not path.is_file():
        raise InputError(f"a store needs a file of results; got {name}, which is not there; run the sweep")
    with _hold(path) if write else nullcontext(), _connect(path, name) as connection:
        with _explain(name):
            if _is_new(connection):
                _begin(connection, run)
            else:
                _check(connection, run, name, write)
        yield Store(connection, name)


@contextmanager
def _connect(place: str | Path, name: str, patience: float = PATIENCE) -> Iterator[sqlite3.Connection]:
    with _explain(name):
        connection = sqlite3.connect(place, timeout=patience, isolation_level=None)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def _hold(path: Path) -> Iterator[None]:
    """Hold the lock of a store; the system frees it when the process ends."""
    lock, name = path.with_name(f"{path.name}.lock"), abbreviate(path)
    with _connect(lock, name, patience=0) as connection:
        with _explain(name, f"{path} is being written by another run; wait for it, or name another --store"):
            connection.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()


def _is_new(connection: sqlite3.Connection) -> bool:
    [(tables,)] = connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    [(own,)] = connection.execute("PRAGMA application_id").fetchall()
    return not tables and not own


def _begin(connection: sqlite3.Connection, run: str) -> None:
    """Make the tables, in one transaction."""
    with connection:
        connection.execute("BEGIN IMMEDIATE")
        for statement in (*_LAYOUT, f"PRAGMA application_id = {OURS}", f"PRAGMA user_version = {TABLES}"):
            connection.execute(statement)
        connection.executemany("INSERT INTO about VALUES (?, ?)", [("version", __version__), ("run", run)])


def _check(connection: sqlite3.Connection, run: str, name: str, write: bool) -> None:
    """Raise InputError unless the file is a store that can be read, and written if asked."""
    [(own,)], [(tables,)] = (
        connection.execute(f"PRAGMA {part}").fetchall() for part in ("application_id", "user_version")
    )
    if own != OURS:
        raise InputError(
            f"a store must be a file that exponents sweep wrote; got {name}, of another program; take another"
        )
    if tables != TABLES:
        raise InputError(
            f"a store must have layout {TABLES}; got {name} of layout {tables}, of another version of this package; "
            "read it with that version, or name another --store"
        )
    about = dict(connection.execute("SELECT name, value FROM about").fetchall())
    if run and about["run"] != run:
        raise InputError(
            f"a store holds curves or verdicts; got {name} of {about['run']} for a sweep of {run}; take another"
        )
    if write and about["version"] != __version__:
        raise InputError(
            f"a store holds results of one version; got {name} of version {about['version']}, and this is "
            f"{__version__}; name another --store"
        )


@contextmanager
def _explain(name: str, locked: str = "") -> Iterator[None]:
    """Raise InputError in place of an error of SQLite, with what to do."""
    try:
        yield
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", None)
        said = {
            sqlite3.SQLITE_FULL: f"the disk is full; free some space and run again: what {name} holds is kept",
            sqlite3.SQLITE_NOTADB: f"a store must be a file that exponents sweep wrote; got {name}, no file of SQLite; "
            "name another --store",
            sqlite3.SQLITE_BUSY: locked or f"{name} is in use by another process; wait for it",
            sqlite3.SQLITE_READONLY: f"{name} cannot be written; check its permissions, or name another --store",
            sqlite3.SQLITE_CANTOPEN: f"{name} cannot be opened or made; check its folder, or name another --store",
        }
        text = said.get(
            (code or 0) & 0xFF, f"{name} cannot be used: {error}; what it holds is kept; name another --store"
        )
        raise InputError(text) from error
