"""Process pools: an interrupt ends them within seconds, and no worker outlives its parent."""

import os
import signal
import subprocess
import sys
import time

import pytest

from exponents.errors import NotSolved
from verify.processes import SIGNALS, make_pool, start_processes, stop_pool

SLEEPERS = """
import time
from verify.processes import start_processes
with start_processes(2) as pool:
    print(*(pool.submit(pow, 2, 2).result() for _ in range(2)), flush=True)
    list(pool.map(time.sleep, [600, 600]))
"""


def group(leader):
    """The processes of the group of a leader that are alive."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, own, state in rows if int(own) == leader and not state.startswith("Z")]


def wait_until(true, seconds):
    """Whether something becomes true in time."""
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.05)
    return true()


@pytest.fixture
def start():
    """Starts a process that leads a group of its own; the group is killed after the test."""
    begun = []

    def begin(*words):
        process = subprocess.Popen(
            [sys.executable, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        begun.append(process)
        return process

    yield begin
    for process in begun:
        for pid in group(process.pid):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def test_an_interrupted_verify_ends_at_once_and_prints_no_empty_table(start):
    """Its points take minutes; a terminal sends the signal to the workers as well."""
    process = start("-m", "exponents", "verify", "compute-optimal", "--jobs", "2")
    assert wait_until(lambda: len(group(process.pid)) >= 3, 60)
    time.sleep(0.5)
    begun = time.monotonic()
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - begun < 5 and process.returncode == 130
    assert (out, err) == ("", "exponents: interrupted; no point was finished\n")
    assert wait_until(lambda: not group(process.pid), 5)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda sent: sent.name)
def test_workers_end_with_their_parent_whatever_ends_it(sent, start):
    process = start("-c", SLEEPERS)
    assert process.stdout.readline() == "4 4\n" and len(group(process.pid)) == 3
    process.send_signal(sent)
    assert wait_until(lambda: not group(process.pid), 5)


def test_control_a_pool_that_nobody_ends_is_seen(start):
    process = start("-c", SLEEPERS)
    process.stdout.readline()
    assert not wait_until(lambda: not group(process.pid), 1)


def test_a_worker_leaves_signals_to_its_parent():
    before = signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        with start_processes(2) as pool:
            answers = [pool.submit(signal.getsignal, number).result() for number in SIGNALS]
            held = pool.submit(signal.pthread_sigmask, signal.SIG_BLOCK, []).result()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert answers == [signal.SIG_IGN, signal.SIG_DFL, signal.SIG_IGN] and not held
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_lost_process_is_said():
    with pytest.raises(NotSolved, match="a process was lost"), start_processes(2) as pool:
        pool.submit(os._exit, 1).result()


def test_a_pool_is_left_without_waiting_for_what_runs():
    begun = time.monotonic()
    with start_processes(2) as pool:
        pool.submit(time.sleep, 600)
    assert time.monotonic() - begun < 5
    other = make_pool(1)
    stop_pool(other)  # nothing was begun
