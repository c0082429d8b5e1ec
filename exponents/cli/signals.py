"""How does the command end when the system asks it to: at Ctrl-C, at the end of a job, when the terminal is closed?

All three interrupt it in the same way, as a KeyboardInterrupt, so that finished work is printed or kept, and the exit
status says which came: 128 and the number of the signal.  A process that has not ended after `GRACE` is ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, NoReturn

from .progress import ERASE

ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Signals that end the command; those that its parent ignores, as nohup does, stay ignored."""

GRACE = 4.0
"""Seconds that the command has after a signal to print or keep what it has finished."""

_received: list[int] = []


def answer_signals() -> None:
    """Interrupt the process at each signal of `ENDING`, and end it where that does not.

    Python runs a handler between two steps of its own, and ignores an exception in some callbacks.  So a thread waits
    for signals too: it ends a process that is late, also inside of a long step of a library.

    Examples
    --------
    >>> import subprocess
    >>> code = "from exponents.cli.signals import *; answer_signals(); signal.raise_signal(signal.SIGTERM)"
    >>> subprocess.run([sys.executable, "-c", code], capture_output=True).stderr.splitlines()[-1]
    b'KeyboardInterrupt'
    """
    sys.unraisablehook = _raise_again
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    threading.Thread(target=_end_late, args=(reader,), daemon=True).start()
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def exit_status() -> int:
    """Return the exit status of a command that was interrupted.

    Examples
    --------
    >>> exit_status()
    130
    """
    return 128 + (_received[0] if _received else signal.SIGINT)


@contextmanager
def end_at_interrupt() -> Iterator[None]:
    """End the process at once at an interrupt, before anything is computed.

    While modules are imported, an interrupt may be raised where Python can only ignore it (a callback of a weak
    reference), and the command would go on.

    Examples
    --------
    >>> with end_at_interrupt():
    ...     import json
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in ENDING}
    caught = [number for number, handler in before.items() if callable(handler)]
    for number in caught:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, before[number])


def leave(number: int = signal.SIGINT, _: FrameType | None = None) -> NoReturn:
    """Say that the command was interrupted by a signal, and end the process.

    Examples
    --------
    >>> import subprocess
    >>> code = "from exponents.cli.signals import *; leave(signal.SIGTERM)"
    >>> done = subprocess.run([sys.executable, "-c", code], capture_output=True)
    >>> done.returncode, done.stderr
    (143, b'exponents: interrupted\\n')
    """
    with contextlib.suppress(OSError):
        os.write(2, f"{ERASE if os.isatty(2) else ''}exponents: interrupted{os.linesep}".encode())
    os._exit(128 + number)


def _interrupt(number: int, _: FrameType | None) -> NoReturn:
    _received.append(number)
    raise KeyboardInterrupt


def _end_late(reader: int) -> None:
    """End the process some seconds after a signal."""
    while found := os.read(reader, 1):
        if found[0] in ENDING and signal.getsignal(found[0]) is _interrupt:
            time.sleep(GRACE)
            leave(found[0])


def _raise_again(found: Any) -> None:
    """Interrupt again a little later where Python ignored the exception; other exceptions are shown as always."""
    if isinstance(found.exc_value, KeyboardInterrupt):
        threading.Timer(0.05, signal.raise_signal, [_received[0] if _received else signal.SIGINT]).start()
    else:
        sys.__unraisablehook__(found)
