"""How is a file written, so that at any moment its place holds the old file, the new one, or none?

What a file will hold is made in memory.  It is written beside its place under another name, and moved there when it is
on the disk.  After a failure or an interrupt nothing of it is left, and a process that is killed leaves at most a
hidden file ``.exponents-….part``.  A device or a pipe is written to as it is.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import InputError
from ..rationals import abbreviate


def write_whole(path: str | Path, content: str | bytes, needs: str, hint: str = "try another") -> None:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path : str or Path
        A link is followed.
    content : str or bytes
        Text is written as UTF-8.
    needs : str
        What needs the file; a message begins with it.
    hint : str
        What to try; a message ends with it.

    Raises
    ------
    InputError
        If the file cannot be written; what was there before stays.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_whole(Path(folder, "law.toml"), "terms = []", "--save")
    ...     Path(folder, "law.toml").read_text()
    'terms = []'
    >>> write_whole("no/law.toml", "", "--save", "check its folder")
    Traceback (most recent call last):
    exponents.errors.InputError: --save needs a file that can be written; got no/law.toml (No such file or directory); \
check its folder
    """
    with name_failure(path, needs, hint):
        write_all({path: content})


def write_all(contents: Mapping[str | Path, str | bytes] | Mapping[Path, str]) -> None:
    """Write several files: none is moved to its place before all are on the disk.

    Parameters
    ----------
    contents : mapping of str or Path to str or bytes

    Raises
    ------
    OSError, ValueError
        If one cannot be written; a path with a null byte is a ValueError.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     write_all({Path(folder, "a"): "1", Path(folder, "b"): b"2"})
    ...     sorted(os.listdir(folder))
    ['a', 'b']
    """
    moves: list[tuple[Path, Path]] = []
    try:
        for path, content in contents.items():
            data = content if isinstance(content, bytes) else content.encode("utf-8")
            target, mode = _look(path)
            if mode is not None and not stat.S_ISREG(mode):
                target.write_bytes(data)
                continue
            beside = _name_beside(target)
            moves.append((beside, target))
            _fill(beside, data, mode)
        for beside, target in moves:
            beside.replace(target)
    finally:
        for beside, _ in moves:
            with suppress(OSError):
                beside.unlink()


def check_place(path: str | Path, needs: str, hint: str = "try another") -> None:
    """Raise InputError if a file cannot be written, before its content is computed; nothing is changed.

    Parameters
    ----------
    path, needs, hint
        As for `write_whole`.

    Examples
    --------
    >>> check_place("no/plot.png", "a plot")
    Traceback (most recent call last):
    exponents.errors.InputError: a plot needs a file that can be written; got no/plot.png (No such file or directory); \
try another
    """
    with name_failure(path, needs, hint):
        target, mode = _look(path)
        if mode is None or stat.S_ISREG(mode):
            beside = _name_beside(target)
            try:
                beside.touch(exist_ok=False)
            finally:
                with suppress(OSError):
                    beside.unlink()


def _look(path: str | Path) -> tuple[Path, int | None]:
    """Return the place of a file, behind links, and the mode of what is there; raise OSError if it cannot be a file."""
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target, None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder")
    if not os.access(target, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    return target, mode


def _name_beside(target: Path) -> Path:
    return target.with_name(f".exponents-{os.urandom(6).hex()}.part")


def _fill(path: Path, data: bytes, mode: int | None) -> None:
    """Write a new file to the disk, with the permissions of the one it will replace."""
    with path.open("xb") as stream:
        if mode is not None:
            path.chmod(stat.S_IMODE(mode))
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


@contextmanager
def name_failure(path: str | Path, needs: str, hint: str, kind: str = "file that can be written") -> Iterator[None]:
    """Raise InputError that says which file or folder could not be written, and why.

    Parameters
    ----------
    path, needs, hint
        As for `write_whole`.
    kind : str
        What is needed.

    Examples
    --------
    >>> with name_failure("plots", "--out", "try another", "folder that can be written to"):
    ...     raise OSError(28, "No space left on device")
    Traceback (most recent call last):
    exponents.errors.InputError: --out needs a folder that can be written to; got plots (No space left on device); \
try another
    """
    try:
        yield
    except (OSError, ValueError) as error:  # a path with a null byte is a ValueError
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{needs} needs a {kind}; got {abbreviate(str(path))} ({reason}); {hint}") from error
