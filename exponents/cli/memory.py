"""What if the system gives no more memory?  Then the command says so in one line, instead of a traceback or a hang.

Two things hang where addresses are limited, as by ``ulimit -v``: the library of linear algebra while it is imported,
and a pool of processes whose own thread has failed.  So a small limit is refused, and such a thread ends the process.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading

LEAST = 2**29
"""Bytes of addresses that every command can use: 512 MiB."""

NO_MEMORY = "the memory does not suffice; ask for less, or allow more memory"


def is_memory(error: BaseException | None) -> bool:
    """Whether an error says that there is no more memory: for an array, a process, a thread or a library.

    Examples
    --------
    >>> is_memory(MemoryError()), is_memory(RuntimeError("can't start new thread")), is_memory(OSError(28, "disk"))
    (True, True, False)
    """
    if isinstance(error, MemoryError) or getattr(error, "errno", None) in (errno.ENOMEM, errno.EAGAIN):
        return True
    signs = ("can't start new thread", "failed to map segment", "cannot allocate memory")
    return any(sign in str(error).lower() for sign in signs)


def check_limit() -> str:
    """Return what is wrong with the limit of addresses of this process; empty if nothing is.

    Examples
    --------
    >>> check_limit()
    ''
    """
    try:
        import resource
    except ImportError:  # a system without such limits
        return ""
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    if most == resource.RLIM_INFINITY or most >= LEAST:
        return ""
    return f"a process needs at least {LEAST >> 20} MiB of addresses; got {most >> 20} MiB; raise the limit (ulimit -v)"


def end_without_memory(found: threading.ExceptHookArgs) -> None:
    """End the process if a thread failed for want of memory: whoever waits for it would wait forever.

    Parameters
    ----------
    found : threading.ExceptHookArgs

    Examples
    --------
    >>> import sys, subprocess
    >>> code = "import sys, threading; from exponents.cli.memory import end_without_memory\\n"
    >>> code += "threading.excepthook = end_without_memory\\n"
    >>> code += "def fail(): raise MemoryError\\n"
    >>> code += "threading.Thread(target=fail).start()"
    >>> subprocess.run([sys.executable, "-c", code], capture_output=True).returncode
    2
    """
    if not is_memory(found.exc_value):
        threading.__excepthook__(found)
        return
    with contextlib.suppress(OSError):
        os.write(2, f"exponents: {NO_MEMORY}{os.linesep}".encode())
    os._exit(2)
