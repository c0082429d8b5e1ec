"""A scheduler of Dask: real workers, one of which is killed in mid-run, and addresses at which nothing answers."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager

import pytest

from exponents.cli.app import main
from exponents.errors import InputError
from verify.sweep.runner import run_sweep
from verify.sweep.scheduler import open_scheduler

distributed = pytest.importorskip("distributed")

GRID = """
method = "two-time"
spectrum = "modes"
modes = 50
alpha = "3/2"
beta = ["1/2", "7/10"]
gamma = {from = 0, to = 1, number = 30}
time = "1,30"
"""

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=int(sys.argv[1]), threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@contextmanager
def start_cluster(folder, workers):
    """Yield the address of a scheduler with workers, in a process of its own, as on a cluster."""
    script = folder / "cluster.py"
    script.write_text(CLUSTER)
    words = [sys.executable, str(script), str(workers)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, text=True, cwd=folder, **pipes) as process:
        yield process.stdout.readline().strip()
        process.stdin.close()
        process.wait(timeout=60)


@pytest.mark.slow
def test_a_worker_that_is_killed_in_mid_run_costs_nothing(tmp_path, capsys):
    """The command, on two workers."""
    (tmp_path / "grid.toml").write_text(GRID)
    store, killed = tmp_path / "grid.sqlite", []

    def kill(worker):
        while not store.exists() or rows(store) < 3:
            time.sleep(0.01)
        os.kill(worker, signal.SIGKILL)
        killed.append(rows(store))

    with start_cluster(tmp_path, 2) as address:
        with distributed.Client(address, set_as_default=False) as client:
            worker = min(client.run(os.getpid).values())
        killer = threading.Thread(target=kill, args=(worker,))
        killer.start()
        words = ["sweep", str(tmp_path / "grid.toml"), "--scheduler", address, "--format", "json", "--quiet"]
        status = main(words)
        killer.join()
    assert status == 0 and killed[0] < 60
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    assert capsys.readouterr().out == run_sweep(tmp_path / "grid.toml", jobs=2).write_text("json") + "\n"


def rows(store):
    """The number of tasks that a store holds."""
    with closing(sqlite3.connect(store, timeout=60)) as connection:
        try:
            return connection.execute("SELECT count(*) FROM tasks").fetchone()[0]
        except sqlite3.OperationalError:  # before the tables are made
            return 0


@pytest.mark.parametrize(
    ("address", "words"),
    [("tcp://127.0.0.1:1", "must answer at its address"), ("nonsense://x", "has an address such as")],
)
def test_an_address_at_which_nothing_answers_is_said(address, words):
    with pytest.raises(InputError, match=words), open_scheduler(address, patience=0.5):
        pass


def test_a_scheduler_without_workers_is_said(tmp_path):
    words = "has none; start some with: dask worker tcp"
    with (
        start_cluster(tmp_path, 0) as address,
        pytest.raises(InputError, match=words),
        open_scheduler(address, patience=0.5),
    ):
        pass
