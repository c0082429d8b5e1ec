"""How much does a sweep add to its tasks, and is anything lost when it is killed?

    python tests/benchmarks/sweep.py [overhead] [kills] [scheduler]

``overhead`` runs 1,000 curves on two processes and prints what the sweep adds: the time of both processes, less that
of the tasks, for each task.  ``kills`` kills a run of 1,000 tasks ten times at random moments, resumes it each time,
and compares the export with that of one run.  ``scheduler`` kills the scheduler of Dask in mid-run, and goes on with
processes.
"""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from exponents.errors import NotSolved
from verify.sweep.grid import read_sweep
from verify.sweep.runner import run_sweep
from verify.sweep.scheduler import open_scheduler
from verify.sweep.tasks import run_batch

JOBS = 2

GRID = """
method = "two-time"
spectrum = "modes"
modes = 50
alpha = ["3/2", 2, 3, 4]
beta = {from = "1/10", to = 2, number = 25}
gamma = {from = 0, to = 1, number = 10}
time = "1,20"
"""
"""1,000 curves."""

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


def query(store, statement):
    """The single value of a query."""
    with closing(sqlite3.connect(store, timeout=60)) as connection:
        try:
            return connection.execute(statement).fetchone()[0] or 0
        except sqlite3.OperationalError:  # before the tables are made
            return 0


def measure_overhead(folder):
    """Print what a sweep takes for each task beside the task: time of the wall, and of the processors.

    On a machine that has other work, the first counts this as well.
    """
    (folder / "grid.toml").write_text(GRID)
    sweep = read_sweep(folder / "grid.toml")
    tasks, store = [(task.key, task.setting) for task in sweep.tasks], folder / "grid.sqlite"
    begun = time.process_time()
    for place in range(len(tasks)):
        run_batch(sweep.run, tasks[place : place + 1])
    inside = time.process_time() - begun
    before, begun = sum(os.times()[:4]), time.monotonic()
    run_sweep(sweep, store, jobs=JOBS)
    wall, taken = time.monotonic() - begun, sum(os.times()[:4]) - before
    spent = query(store, "SELECT sum(seconds) FROM tasks")
    print(
        f"{len(tasks)} tasks of {1e3 * inside / len(tasks):.1f} ms: {wall:.1f} s on {JOBS} processes; beside each task "
        f"{1e3 * (taken - inside) / len(tasks):.2f} ms of a processor, {1e3 * (JOBS * wall - spent) / len(tasks):.2f} "
        "ms of a process's time"
    )


def kill_ten_times(folder):
    """Print whether a run that is killed ten times gives the same file."""
    (folder / "grid.toml").write_text(GRID)
    words = [sys.executable, "-m", "exponents", "sweep", "grid.toml", "--jobs", str(JOBS)]
    store, chance, kept = folder / "grid.sqlite", random.Random(), []
    for _ in range(10):
        process = subprocess.Popen(words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = query(store, "SELECT count(*) FROM tasks") if store.exists() else 0
        while process.poll() is None and (not store.exists() or query(store, "SELECT count(*) FROM tasks") <= before):
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 2.0))
        process.send_signal(signal.SIGKILL)
        process.wait()
        kept.append(query(store, "SELECT count(*) FROM tasks"))
    print(f"killed ten times; tasks in the store after each: {kept}")
    subprocess.run([*words, "--export", "killed.csv"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
    subprocess.run(
        [*words, "--export", "whole.csv", "--store", "whole.sqlite"], cwd=folder, stdout=subprocess.DEVNULL, check=True
    )
    killed, whole = (sorted((folder / name).read_bytes().splitlines()) for name in ("killed.csv", "whole.csv"))
    same = (folder / "killed.csv").read_bytes() == (folder / "whole.csv").read_bytes()
    print(f"{len(whole)} lines; the same after sorting: {killed == whole}; the same file: {same}")


def lose_the_scheduler(folder):
    """Print what a run says when its scheduler is killed, and whether it goes on."""
    script = folder / "cluster.py"
    script.write_text(CLUSTER)
    (folder / "grid.toml").write_text(GRID)
    with subprocess.Popen(
        [sys.executable, script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def lose(progress):
            if progress.done > 50:
                os.kill(process.pid, signal.SIGKILL)

        begun = time.monotonic()
        try:
            with open_scheduler(process.stdout.readline().strip()) as (executor, threads):
                run_sweep(folder / "grid.toml", folder / "lost.sqlite", executor, threads, report=lose)
        except NotSolved as error:
            print(f"after {time.monotonic() - begun:.0f} s: {error}")
    found = run_sweep(folder / "grid.toml", folder / "lost.sqlite", jobs=JOBS)
    print(found)


PARTS = {"overhead": measure_overhead, "kills": kill_ten_times, "scheduler": lose_the_scheduler}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        with tempfile.TemporaryDirectory() as name:
            PARTS[part](Path(name))
