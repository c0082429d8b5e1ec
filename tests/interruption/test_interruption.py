"""Quick cases of how the command ends: each signal, a swallowed interrupt, little memory, a closed pipe; controls."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import end_commands as run
from cases import Case, damage

COMMAND = """
import signal, sys, time
from exponents.cli import app, signals

class Dropped:
    def __del__(self):  # Python ignores an exception here
        time.sleep(600)

def sleep():
    time.sleep(600)

def ignore():
    Dropped()
    sleep()

def swallow():
    signals.GRACE = 0.2
    try:
        sleep()
    except KeyboardInterrupt:
        sleep()

def answer(do):
    print("ready", flush=True)
    do()

def fail(error):
    raise error

{before}
app.cli.commands["at"].callback = lambda **_: answer({do})
sys.argv = ["exponents", "at", "2", "1"]
app.run()
"""


def start(do, before=""):
    """Start a command that does something else, and wait until it is there."""
    words = [sys.executable, "-c", COMMAND.format(do=do, before=before)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.parametrize(
    ("number", "do", "status"),
    [
        (signal.SIGINT, "sleep", 130),
        (signal.SIGTERM, "sleep", 143),
        (signal.SIGHUP, "sleep", 129),
        (signal.SIGTERM, "ignore", 143),
        (signal.SIGINT, "swallow", 130),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_signal_ends_the_command_with_its_status_and_one_line(number, do, status):
    process = start(do)
    process.send_signal(number)
    _, error = process.communicate(timeout=30)
    assert (process.returncode, error.strip()) == (status, b"exponents: interrupted")


def test_a_signal_that_the_parent_ignores_stays_ignored():
    process = start("lambda: time.sleep(0.5)", "signal.signal(signal.SIGHUP, signal.SIG_IGN)")
    process.send_signal(signal.SIGHUP)
    assert process.communicate(timeout=30)[1] == b"" and process.returncode == 0


@pytest.mark.parametrize(
    "error", ["MemoryError()", "RuntimeError('can\\'t start new thread')", "OSError(12, 'Cannot allocate memory')"]
)
def test_too_little_memory_is_said_in_one_line(error):
    process = start(f"lambda: fail({error})")
    assert (
        process.communicate(timeout=30)[1]
        == b"exponents: the memory does not suffice; ask for less, or allow more memory\n"
    )
    assert process.returncode == 2


def test_control_other_errors_are_shown():
    process = start("lambda: fail(RuntimeError('planted'))")
    assert b"RuntimeError: planted" in process.communicate(timeout=30)[1] and process.returncode == 1


@pytest.mark.parametrize("words", [["--help"], ["at", "--help"], ["at", "2", "1", "--format", "csv"]])
def test_nothing_is_said_where_nobody_reads(words):
    process = subprocess.Popen(
        [sys.executable, "-m", "exponents", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    with process.stderr as error:
        assert error.read() == b""
    assert process.wait(timeout=30) == 0


GOOD = {"status": 0, "out": "text", "error": "", "seconds": 1.0, "files": {"law.json": b"whole"}}


@pytest.mark.parametrize(
    ("event", "change", "fault"),
    [
        ("SIGINT", {"status": 130, "error": "exponents: interrupted\n", "files": {}}, None),
        ("SIGKILL", {"status": -9, "files": {}}, None),
        ("full disk", {"status": 2, "error": "exponents: no room\n", "files": {}}, None),
        ("SIGINT", {"status": 130}, "nothing said"),
        ("SIGTERM", {"status": 130, "error": "exponents: interrupted\n"}, "status 130"),
        ("SIGKILL", {"status": -9, "seconds": 5.1}, "slow: 5.1 s"),
        ("SIGKILL", {"status": -9, "orphans": 2}, "orphans: 2"),
        ("SIGKILL", {"status": -9, "files": {"law.json": b"who"}}, "half-written law.json"),
        ("SIGKILL", {"status": -9, "files": {".exponents-1.part": b""}}, "half-written .exponents-1.part"),
        ("memory", {"status": 2, "error": "Traceback\nexponents: x\n"}, "traceback"),
        ("closed pipe", {"status": 1, "error": "exponents: x\n"}, "status 1"),
    ],
)
def test_control_faults_are_seen(event, change, fault, tmp_path):
    found = run.faults(Case("at 2 1"), run.Run(**GOOD), run.Run(**GOOD | change), event, tmp_path)
    assert found == ([] if fault is None else [fault])


@pytest.mark.parametrize("name", ["state.npz", "grid.sqlite"])
def test_control_work_that_is_cut_is_seen(name, tmp_path):
    (tmp_path / name).write_bytes(b"PK\x03\x04 half")
    assert damage(tmp_path / name).startswith(name)
