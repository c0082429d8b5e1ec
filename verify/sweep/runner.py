"""How is a sweep run?  On any `concurrent.futures.Executor`, batch by batch, and every result is kept at once.

The runner knows nothing of the engine but ``submit``.  Without one it starts processes on this machine.  A few batches
for each worker are under way at a time.  The size of a batch follows the mean time of the tasks, so that it takes
`BATCH` seconds: what an engine adds for each message is then small.

What goes wrong, and what is done:

* a task fails: its message is kept, and the others go on (`tasks`);
* a worker is lost: its tasks are run again, one at a time with nothing beside them.  A task that is alone when a worker
  is lost, `ATTEMPTS` times, is the cause, and is kept as failed;
* the engine is lost, or the user interrupts: what waits is dropped, and everything that ended is kept.
"""

from __future__ import annotations

import json
import os
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import closing
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from exponents.errors import InputError, NotSolved
from exponents.rationals import abbreviate

from ..inputs import check_whole
from ..processes import make_pool, stop_pool
from .export import SweepResults, read_results
from .grid import Sweep, Task, read_sweep
from .store import Store, open_store
from .tasks import DONE, FAILED, Outcome, run_batch

BATCH = 0.2
"""Seconds that a batch should take."""

LARGEST_BATCH = 500
"""Most tasks of a batch."""

AHEAD = 2
"""Batches under way for each worker: one runs, one waits."""

ATTEMPTS = 3
"""Workers that a task may lose."""

TICK = 0.2
"""Seconds between reports of progress, where nothing ends."""

_LOST = ("KilledWorker",)
"""Names of errors by which engines say that a worker was lost, beside `BrokenExecutor`."""


@dataclass
class Progress:
    """How far a sweep is.

    Attributes
    ----------
    total, kept, done, failed : int
        Tasks of the sweep; those that were in the store before; and those that ended now.
    begun : float
        `time.monotonic` at the beginning.

    Examples
    --------
    >>> progress = Progress(total=10, kept=4, done=2, begun=time.monotonic() - 1)
    >>> round(progress.rate, 1), round(progress.seconds_left or 0)
    (2.0, 2)
    """

    total: int
    kept: int
    done: int = 0
    failed: int = 0
    begun: float = field(default_factory=time.monotonic)

    @property
    def ended(self) -> int:
        """Tasks that ended, now or before."""
        return self.kept + self.done + self.failed

    @property
    def rate(self) -> float:
        """Tasks a second."""
        return (self.done + self.failed) / max(time.monotonic() - self.begun, 1e-9)

    @property
    def seconds_left(self) -> float | None:
        """Seconds that the other tasks will take at this rate; None before a task has ended."""
        return (self.total - self.ended) / self.rate if self.done + self.failed else None


def run_sweep(
    sweep: Sweep | Mapping[str, Any] | str | Path,
    store: str | Path | None = None,
    executor: Executor | None = None,
    jobs: int | None = None,
    retry: bool = False,
    report: Callable[[Progress], None] | None = None,
) -> SweepResults:
    """Run the tasks of a sweep that are not in the store, and return the results of all of them.

    Parameters
    ----------
    sweep : Sweep, mapping or path
        As `read_sweep` takes it.
    store : path, optional
        The file of results, made if there is none.  None keeps them in memory.
    executor : Executor, optional
        Where tasks run, such as ``Client(address).get_executor()`` of Dask.  By default, processes on this machine.
    jobs : int, optional
        Workers that are kept busy; the number of processes.  By default, the number of processors.
    retry : bool
        Whether tasks that failed before are run again.
    report : callable, optional
        Is called with the progress, several times a second.

    Returns
    -------
    SweepResults
        ``interrupted`` says whether the user stopped it; results so far are kept.

    Raises
    ------
    InputError
        If the sweep or the store cannot be used.
    NotSolved
        If the engine was lost; results so far are in the store.

    Examples
    --------
    >>> found = run_sweep({"alpha": "3/2", "beta": ["1/2", 1], "time": "1,10"}, jobs=1)
    >>> [record["parameters"]["beta"] for record in found.records], found.failed
    (['1/2', '1'], [])
    """
    asked = sweep if isinstance(sweep, Sweep) else read_sweep(sweep)
    if store is not None and not isinstance(store, str | Path):
        raise InputError(
            f"store must be the path of a file; got {abbreviate(store)}; name other arguments: executor=..."
        )
    if executor is not None and not hasattr(executor, "submit"):
        raise InputError(f"executor must be one of concurrent.futures, or alike; got {abbreviate(executor)}")
    if jobs is not None:
        check_whole(jobs, "the number of jobs", 1, 2)
    number = jobs or os.cpu_count() or 1
    with open_store(None if store is None else Path(store), asked.run) as opened:
        runner = _Runner(asked, opened, retry)
        with closing(_Engine(executor, min(number, max(1, len(runner.waiting))))) as engine:
            interrupted = runner.run(engine, AHEAD * number, report or (lambda _: None))
        return read_results(opened, asked.tasks, interrupted)


class _Engine:
    """An executor, and whether it may be started anew."""

    def __init__(self, executor: Executor | None, jobs: int) -> None:
        self.own, self.jobs = executor is None, jobs
        self.executor = executor or make_pool(jobs)

    def restart(self) -> None:
        """Start the processes anew; raise NotSolved where they are not ours."""
        if not self.own:
            raise NotSolved("the executor is broken; results so far are kept; make another one and run again")
        self.close()
        self.executor = make_pool(self.jobs)

    def close(self) -> None:
        if self.own:
            stop_pool(self.executor)  # type: ignore[arg-type]


class _Runner:
    """The state of one run: what waits, what is under way, and who is suspected to lose workers."""

    def __init__(self, sweep: Sweep, store: Store, retry: bool) -> None:
        self.run_as, self.store = sweep.run, store
        kept = store.ended(retry)
        self.waiting = deque(task for task in sweep.tasks if task.key not in kept)
        self.progress = Progress(len(sweep.tasks), len(sweep.tasks) - len(self.waiting))
        self.suspects: deque[Task] = deque()
        self.attempts: dict[str, int] = {}
        self.under_way: dict[Future[list[Outcome]], list[Task]] = {}
        self.ended: SimpleQueue[Future[list[Outcome]]] = SimpleQueue()
        self.mean = store.mean_seconds()
        self.calls = 0

    def run(self, engine: _Engine, most: int, report: Callable[[Progress], None]) -> bool:
        """Run everything that waits; return whether the user interrupted it."""
        try:
            while self.waiting or self.suspects or self.under_way:
                self._submit(engine, most)
                report(self.progress)
                self._collect(engine)
        except KeyboardInterrupt:
            self._keep_ended()
            return True
        finally:
            for future in self.under_way:
                future.cancel()
        report(self.progress)
        return False

    def _submit(self, engine: _Engine, most: int) -> None:
        """Give the engine batches: a suspect alone, or as many as it may have under way."""
        while self.suspects and not self.under_way:
            self._give(engine, [self.suspects.popleft()])
        while self.waiting and not self.suspects and len(self.under_way) < most and not self._suspect_is_running():
            share = max(1, len(self.waiting) // most)  # every worker gets some
            size = 1 if self.mean is None else min(ceil(BATCH / max(self.mean, 1e-6)), LARGEST_BATCH, share)
            self._give(engine, [self.waiting.popleft() for _ in range(min(size, len(self.waiting)))])

    def _suspect_is_running(self) -> bool:
        return any(task.key in self.attempts for tasks in self.under_way.values() for task in tasks)

    def _give(self, engine: _Engine, tasks: list[Task]) -> None:
        self.calls += 1
        try:
            future = engine.executor.submit(
                run_batch, self.run_as, [(task.key, dict(task.setting)) for task in tasks], self.calls
            )
        except BrokenExecutor:
            self._lose(engine, tasks)
            return
        self.under_way[future] = tasks
        future.add_done_callback(self.ended.put)

    def _collect(self, engine: _Engine) -> None:
        """Wait until a batch ends, or for a tick, and keep what ended."""
        if not self.under_way:
            return
        try:
            future = self.ended.get(timeout=TICK)
        except Empty:
            return
        tasks = self.under_way.pop(future, None)
        if tasks is None:  # of an engine that was lost
            return
        try:
            found = future.result()
        except BrokenExecutor:
            self._lose(engine, [*tasks, *(task for others in self.under_way.values() for task in others)])
        except Exception as error:
            if type(error).__name__ in _LOST:
                self._suspect(tasks)
                return
            raise NotSolved(
                f"the engine was lost ({type(error).__name__}: {error}); {self.progress.ended} of "
                f"{self.progress.total} tasks are kept; run again to go on"
            ) from error
        else:
            self._keep(tasks, found)

    def _lose(self, engine: _Engine, tasks: Sequence[Task]) -> None:
        """Start again after all workers were lost: what was under way is suspected."""
        self.under_way.clear()
        engine.restart()
        self._suspect(tasks)

    def _suspect(self, tasks: Sequence[Task]) -> None:
        """Run the tasks of lost workers one by one; the one that was alone too often has failed."""
        alone = len(tasks) == 1
        for task in tasks:
            self.attempts[task.key] = self.attempts.get(task.key, 0) + alone
            if self.attempts[task.key] < ATTEMPTS:
                self.suspects.append(task)
                continue
            message = f"the process was lost {ATTEMPTS} times while it ran this task alone; it may need too much memory"
            self._keep([task], [Outcome(task.key, FAILED, None, message, 0.0)])

    def _keep(self, tasks: Sequence[Task], found: Sequence[Outcome]) -> None:
        """Keep outcomes in one transaction; tasks of the batch that were not begun wait again."""
        rows = [(json.dumps(dict(task.setting)), one) for task, one in zip(tasks, found, strict=False)]
        self.store.add(rows)
        self.waiting.extendleft(reversed(tasks[len(found) :]))
        good = sum(one.status == DONE for one in found)
        self.progress.done += good
        self.progress.failed += len(found) - good
        for task in tasks[: len(found)]:
            self.attempts.pop(task.key, None)
        mean = sum(one.seconds for one in found) / max(1, len(found))
        self.mean = mean if self.mean is None else 0.5 * (self.mean + mean)

    def _keep_ended(self) -> None:
        """Keep what ended before an interrupt."""
        while not self.ended.empty():
            future = self.ended.get()
            tasks = self.under_way.pop(future, None)
            if tasks is not None and not future.cancelled() and future.exception() is None:
                self._keep(tasks, future.result())
