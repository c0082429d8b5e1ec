"""A sweep: the same results whatever the engine and the order, nothing repeated or lost, and workers that die."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest

from exponents.errors import InputError, NotSolved
from verify import Model, loss_curve
from verify.sweep import runner as module
from verify.sweep import tasks as worker
from verify.sweep.grid import read_sweep
from verify.sweep.runner import Progress, run_sweep
from verify.sweep.tasks import Outcome, run_batch

# other tests may have imported JAX, which has threads; what these tests put in place reaches forked processes only
pytestmark = pytest.mark.filterwarnings("ignore:os.fork", "ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture(autouse=True)
def fork(monkeypatch):
    monkeypatch.delitem(sys.modules, "jax", raising=False)


GRID = {
    "alpha": ["3/2", 2],
    "beta": "1/2",
    "time": "1,10",
    "grid": [
        {"gamma": [0, "1/3"], "model-size": [8, "inf"]},
        {"method": "simulate", "model-size": 4, "seed": {"from": 0, "number": 3}},
        {"batch-size": 2, "learning-rate": "1/2", "method": "two-time", "gamma": 50, "time": "10"},
    ],
}
"""Flows, trained models, and curves of which some diverge."""


class Local(Executor):
    """An engine that computes at once, and counts."""

    def __init__(self, change=None):
        self.keys, self.change = [], change or (lambda found: found)

    def submit(self, function, run, tasks, attempt):  # noqa: D102
        future = Future()
        try:
            found = self.change(function(run, tasks, attempt))
            self.keys += [one.key for one in found]
            future.set_result(found)
        except Exception as error:
            future.set_exception(error)
        return future


@pytest.fixture(scope="module")
def expected():
    """What one process computes, task by task."""
    return run_sweep(GRID, executor=Local())


def test_a_result_is_the_curve_of_its_setting(expected):
    wanted = {"alpha": "2", "beta": "1/2", "gamma": "1/3", "model_size": 8}
    (found,) = [one for one in expected.records if wanted.items() <= one["parameters"].items()]
    curve = loss_curve(Model("2", "1/2", float("0.3333333333333333"), model_size=8), [1, 10])
    assert found["loss"] == curve.loss.tolist() and found["kernel"] == curve.kernel.tolist()
    (seed,) = [one for one in expected.records if one["parameters"]["seed"] == 2 and one["parameters"]["alpha"] == "2"][
        :1
    ]
    trained = loss_curve(
        Model("2", "1/2", 1.0, "modes", 64, model_size=4), [1, 10], "simulate", "1/10", seeds=1, first_seed=2
    )
    assert seed["loss"] == trained.loss.tolist() and seed["error"] == [None, None]


def test_failed_tasks_say_why_and_stop_no_other(expected):
    assert len(expected.records) == 16 and len(expected.failed) == 2 and expected.left == 0
    for record in expected.failed:
        assert record["parameters"]["batch_size"] == 2 and "step" in record["message"] and "\n" not in record["message"]


@pytest.mark.parametrize("engine", ["processes", "one process", "threads", "a pool of one's own"])
def test_every_engine_and_order_gives_the_same_file(engine, expected, tmp_path, monkeypatch):
    sweep = read_sweep(GRID)
    shuffled = type(sweep)(sweep.run, tuple(random.Random(1).sample(sweep.tasks, len(sweep.tasks))))
    if engine == "threads":
        with ThreadPoolExecutor(3) as executor:
            found = run_sweep(shuffled, executor=executor, jobs=3)
    elif engine == "a pool of one's own":
        with ProcessPoolExecutor(2) as executor:
            found = run_sweep(shuffled, executor=executor)
    else:
        found = run_sweep(shuffled, tmp_path / "s.sqlite", jobs=1 if engine == "one process" else 2)
    for form in ("csv", "json"):
        assert found.write_text(form) == expected.write_text(form)


def test_what_is_in_the_store_is_not_run_again(expected, tmp_path):
    first, second, third = Local(), Local(), Local()
    smaller = {**GRID, "grid": GRID["grid"][1:]}
    run_sweep(smaller, tmp_path / "s.sqlite", first)
    found = run_sweep(GRID, tmp_path / "s.sqlite", second)
    assert len(first.keys) == 8 and len(second.keys) == 8 and not set(first.keys) & set(second.keys)
    assert found.write_text("json") == expected.write_text("json")
    assert run_sweep(GRID, tmp_path / "s.sqlite", third).left == 0 and third.keys == []
    run_sweep(GRID, tmp_path / "s.sqlite", third, retry=True)
    assert len(third.keys) == 2  # those that failed


def test_short_tasks_share_a_batch_and_long_ones_do_not(monkeypatch):
    sizes = []

    def submit(seconds):
        def compute(_run, tasks, _attempt):
            sizes.append(len(tasks))
            return [Outcome(key, "done", "{}", None, seconds) for key, _ in tasks]

        return compute

    held = {"alpha": "3/2", "beta": "1/2", "gamma": {"from": 0, "number": 2000}}
    for seconds in (0.001, 10.0):
        sizes.clear()
        monkeypatch.setattr(module, "run_batch", submit(seconds))
        monkeypatch.setattr(module, "read_results", lambda *_: None)
        run_sweep(held, executor=Local(), jobs=2)
        assert sum(sizes) == 2000 and (max(sizes) >= 100 if seconds < 1 else max(sizes) == 1)


def test_a_batch_that_takes_longer_than_was_expected_gives_the_rest_back(monkeypatch):
    monkeypatch.setattr(worker, "ENOUGH", 0.0)
    monkeypatch.setattr(module, "BATCH", 1e3)  # every worker is given all that it may have
    engine = Local()
    found = run_sweep({**GRID, "grid": GRID["grid"][:1]}, executor=engine, jobs=1)
    assert len(engine.keys) == len(set(engine.keys)) == 8 and found.left == 0


def test_a_fault_of_ours_is_a_failed_task_in_one_line(monkeypatch):
    def broken(_setting):
        raise MemoryError("no\nroom")

    monkeypatch.setattr(worker, "solve_curve", broken)
    [found] = run_batch("curve", [("a", {})])
    assert (found.status, found.message) == ("failed", "MemoryError: no room")


def test_a_curve_that_an_interrupt_cut_short_is_no_result(monkeypatch):
    def cut(*_):
        found = loss_curve(Model("2", "1/2"), [1, 10])
        return replace(found, status=replace(found.status, interrupted=True))

    monkeypatch.setattr("verify.sweep.curve_question.CurveQuestion.solve", cut)
    task = read_sweep(GRID).tasks[0]
    with pytest.raises(KeyboardInterrupt):
        run_batch("curve", [(task.key, task.setting)])


def test_an_interrupt_keeps_what_ended(tmp_path):
    def interrupt(found):
        if len(engine.keys) >= 5:
            raise KeyboardInterrupt
        return found

    engine = Local(interrupt)
    found = run_sweep(GRID, tmp_path / "s.sqlite", engine, jobs=1)
    assert found.interrupted and found.left == 16 - len(found.records) and 0 < len(found.records) < 16
    assert run_sweep(GRID, tmp_path / "s.sqlite", Local()).left == 0


LETHAL = {"alpha": "3/2", "beta": "1/2", "time": "1", "gamma": {"from": 10, "number": 10}}


def kill_at(gamma, marks):
    """Kill the process that computes a gamma: always, or only the first time if there is a file for marks."""
    honest = worker.solve_curve

    def solve(setting):
        if setting["gamma"] == gamma and not (marks and marks.exists()):
            if marks:
                marks.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return honest(setting)

    return solve


def test_a_task_that_kills_its_worker_fails_and_no_other_does(monkeypatch):
    monkeypatch.setattr(worker, "solve_curve", kill_at("17", None))
    found = run_sweep(LETHAL, jobs=2)
    assert [record["parameters"]["gamma"] for record in found.failed] == ["17"] and len(found.records) == 10
    assert "the process was lost 3 times" in found.failed[0]["message"]


def test_a_worker_that_is_killed_once_costs_nothing(monkeypatch, tmp_path):
    monkeypatch.setattr(worker, "solve_curve", kill_at("17", tmp_path / "killed"))
    found = run_sweep(LETHAL, jobs=2)
    assert (tmp_path / "killed").exists() and found.failed == [] and len(found.records) == 10


def test_a_broken_pool_of_ones_own_is_said_and_what_ended_is_kept(monkeypatch, tmp_path):
    monkeypatch.setattr(worker, "solve_curve", kill_at("17", None))
    with ProcessPoolExecutor(1) as executor, pytest.raises(NotSolved, match="results so far are kept"):
        run_sweep(LETHAL, tmp_path / "s.sqlite", executor, jobs=1)
    with closing(sqlite3.connect(tmp_path / "s.sqlite")) as connection:
        assert connection.execute("SELECT count(*) FROM tasks").fetchone()[0] > 0


def test_an_engine_that_is_lost_is_said(tmp_path):
    def lose(_found):
        raise ConnectionError("gone")

    with pytest.raises(NotSolved, match=r"the engine was lost \(ConnectionError: gone\); 0 of 16 tasks are kept"):
        run_sweep(GRID, tmp_path / "s.sqlite", Local(lose))


COMMAND = [sys.executable, "-m", "exponents", "sweep"]
SLOW = """
method = "two-time"
spectrum = "modes"
modes = 50
alpha = "3/2"
beta = ["1/2", "7/10"]
gamma = {from = 0, to = 1, number = 20}
time = "1,30"
"""
"""Forty curves of some 0.03 s."""


def group(leader):
    """The live processes of a group."""
    listed = subprocess.run(["ps", "-A", "-o", "pgid=,stat="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if line.split()[0] == str(leader) and "Z" not in line.split()[1]]


def rows(store):
    """The number of tasks that a store holds."""
    if not store.exists() or not store.stat().st_size:
        return 0
    with closing(sqlite3.connect(store, timeout=60)) as connection:
        try:
            return connection.execute("SELECT count(*) FROM tasks").fetchone()[0]
        except sqlite3.OperationalError:  # before the tables are made
            return 0


def start(folder, *more):
    """Start the command in a group of its own."""
    words = [*COMMAND, "grid.toml", "--jobs", "2", *more]
    return subprocess.Popen(
        words, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def test_a_run_that_is_killed_goes_on_and_gives_the_same_file(tmp_path):
    """Killed once; `tests/benchmarks/sweep.py` kills ten times at random moments."""
    (tmp_path / "grid.toml").write_text(SLOW)
    store = tmp_path / "grid.sqlite"
    process = start(tmp_path)
    end = time.monotonic() + 60
    while not rows(store) and process.poll() is None and time.monotonic() < end:
        time.sleep(0.01)
    process.kill()
    process.communicate()
    before = rows(store)
    assert 0 < before < 40
    while group(process.pid) and time.monotonic() < end:
        time.sleep(0.05)
    assert group(process.pid) == []  # workers end with their parent
    process = start(tmp_path, "--export", "resumed.csv")
    _, err = process.communicate(timeout=120)
    assert process.returncode == 0 and f"{before} of 40 tasks ended before" in err
    whole = run_sweep(tmp_path / "grid.toml", jobs=2)
    assert (tmp_path / "resumed.csv").read_text() == whole.write_text("csv").rstrip("\n") + "\n"


def test_an_interrupted_run_ends_at_once_and_keeps_what_ended(tmp_path):
    (tmp_path / "grid.toml").write_text(SLOW.replace("1,30", "1,300"))
    store = tmp_path / "grid.sqlite"
    process = start(tmp_path, "--export", "part.csv")
    end = time.monotonic() + 60
    while not rows(store) and time.monotonic() < end:
        time.sleep(0.02)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - begun < 5 and process.returncode == 130 and group(process.pid) == []
    assert "interrupted; " in err and "run the same command to go on" in err and "Traceback" not in err
    assert f"left      {40 - rows(store)}" in out and rows(store) > 0
    assert not (tmp_path / "part.csv").exists()


def test_progress_says_the_rate_and_the_time_that_is_left():
    progress = Progress(total=100, kept=20, done=40, failed=10, begun=time.monotonic() - 10)
    assert progress.ended == 70 and progress.rate == pytest.approx(5, rel=0.1)
    assert progress.seconds_left == pytest.approx(6, rel=0.1)
    assert Progress(total=1, kept=0).seconds_left is None


def test_verdicts_are_run_as_tasks():
    held = {
        "run": "verify",
        "claim": ["chi: lazy time exponent", "levels: level 3"],
        "alpha": 2,
        "beta": ["1/2", "3/2"],
    }
    found = run_sweep(held, jobs=1)
    assert [len(record.get("verdicts", ())) for record in found.records] == [1, 1, 1, 0]
    (failed,) = found.failed
    assert failed["parameters"]["beta"] == "3/2" and "nothing that was asked for is derived" in failed["message"]
    verdicts = [verdict["derived_verdict"] for record in found.records for verdict in record.get("verdicts", ())]
    assert set(verdicts) == {"confirmed"}
    control = run_sweep({**held, "claim": held["claim"][0], "control": True}, executor=Local())
    assert {record["verdicts"][0]["derived_verdict"] for record in control.records} == {"refuted"}
    lines = found.write_text("csv").splitlines()
    assert len(lines) == 5 and lines[0].startswith("claim,source,alpha,beta") and lines[-1].count("failed") == 1


def test_numbers_of_jobs_are_checked():
    with pytest.raises(InputError, match="number of jobs"):
        run_sweep(GRID, jobs=0)


def test_a_frame_and_parquet_hold_the_numbers_of_the_records(expected, tmp_path):
    pandas = pytest.importorskip("pandas")
    parquet = pytest.importorskip("pyarrow.parquet")
    frame = expected.to_frame()
    assert len(frame) == 14 * 2 + 2 and frame["alpha"].tolist() == sorted(frame["alpha"])
    where = (frame.gamma == 0) & (frame.model_size == np.inf) & (frame.alpha == 1.5) & (frame.beta == 0.5)
    curve = loss_curve(Model("3/2", "1/2", 0), [1, 10])
    assert frame[where].loss.tolist() == curve.loss.tolist() and frame[where].time.tolist() == [1, 10]
    assert frame.groupby(["alpha", "model_size"]).ngroups == 6  # infinite sizes are a group
    expected.write(tmp_path / "all.parquet")
    again = parquet.read_table(tmp_path / "all.parquet").to_pandas()
    texts = frame.select_dtypes(exclude="number").columns
    pandas.testing.assert_frame_equal(again.drop(columns=texts), frame.drop(columns=texts), check_dtype=False)
    assert again[texts].fillna("").to_numpy().tolist() == frame[texts].fillna("").to_numpy().tolist()
    expected.write(tmp_path / "all.json")
    held = json.loads((tmp_path / "all.json").read_text())
    assert held["run"] == "curve" and held["curves"] == expected.records and held["version"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("all.xlsx", "written to .csv, .json, .parquet"), ("no/all.csv", "make its folder first")],
)
def test_an_export_that_cannot_be_is_refused(name, words, expected, tmp_path):
    with pytest.raises(InputError, match=words):
        expected.write(tmp_path / name)


def test_an_export_to_a_full_disk_leaves_the_file_as_it_was(expected, tmp_path, monkeypatch):
    target = tmp_path / "all.csv"
    target.write_text("mine")

    def full(stream):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InputError, match=r"No space left on device\); the results are kept in the store"):
        expected.write(target)
    assert target.read_text() == "mine" and [path.name for path in tmp_path.iterdir()] == ["all.csv"]
