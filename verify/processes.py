"""How are many computations run at once on one machine?  In processes that never outlive the one that started them.

All process pools of the project are made here.  A pool is left in one of three ways, and none leaves a process behind:

* its work is done, or its user is interrupted: `stop_pool` kills the workers, whatever they compute.  To wait for them
  could take minutes, as a worker cannot be asked to stop in the middle of a solution;
* the parent is killed: each worker watches it, and ends with it;
* a worker is lost: the pool is broken, as `concurrent.futures` has it, and its user may start another.

Only the parent answers an interrupt.  Nothing here imports NumPy.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Any

from exponents.errors import NotSolved

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that the parent answers.  They wait while a worker starts, since it inherits how its parent answers them."""

LOST = 1
"""Exit status of a worker that ends itself: its parent has gone, or it cannot begin."""


@contextmanager
def start_processes(most: int) -> Iterator[ProcessPoolExecutor | None]:
    """Yield a pool of at most ``most`` processes, or None if ``most`` is 1; what is unfinished at the end is dropped.

    Parameters
    ----------
    most : int

    Yields
    ------
    ProcessPoolExecutor or None

    Raises
    ------
    NotSolved
        If a process was lost.

    Examples
    --------
    >>> with start_processes(1) as executor:
    ...     executor is None
    True
    """
    if most == 1:
        yield None
        return
    pool = make_pool(most)
    try:
        yield pool
    except BrokenExecutor as error:
        raise NotSolved("a process was lost; it may need too much memory: allow more, or fewer processes") from error
    finally:
        stop_pool(pool)


def make_pool(most: int) -> ProcessPoolExecutor:
    """Return a pool of at most ``most`` processes; `stop_pool` ends it.

    Examples
    --------
    >>> pool = make_pool(1)
    >>> pool.submit(abs, -1).result()
    1
    >>> stop_pool(pool)
    """
    threads = "jax" in sys.modules  # a process that has trained networks has threads, which a fork would lose
    context = multiprocessing.get_context("spawn") if threads else None
    return _Pool(most, context, initializer=_begin_worker)


class _Pool(ProcessPoolExecutor):
    """A pool whose workers start while signals wait."""

    def submit(self, *arguments: Any, **keywords: Any) -> Future[Any]:
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            return super().submit(*arguments, **keywords)
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def stop_pool(pool: ProcessPoolExecutor) -> None:
    """End a pool at once: nothing that waits is begun, and what runs is killed.

    Examples
    --------
    >>> import time
    >>> pool, begun = make_pool(1), time.monotonic()
    >>> waiting = pool.submit(time.sleep, 600)
    >>> stop_pool(pool)
    >>> time.monotonic() - begun < 60
    True
    """
    workers = list((pool._processes or {}).values())  # no public name before Python 3.14
    pool.shutdown(wait=False, cancel_futures=True)
    for worker in workers:
        worker.kill()
    for worker in workers:
        worker.join()


def _begin_worker() -> None:
    """Leave interrupts to the parent, and end when it has gone."""
    signal.set_wakeup_fd(-1)  # that of the parent
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    try:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    except (MemoryError, RuntimeError):  # no memory for a thread: the pool is told that this worker is lost
        os._exit(LOST)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(LOST)
