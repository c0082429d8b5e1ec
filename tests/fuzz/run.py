"""Does any input end in a traceback, a hang or more than 1 GiB of memory?

    python tests/fuzz/run.py --seconds 600 --seed 1     random command lines, one after the other, in a worker process
    python tests/fuzz/run.py --replay 1:4711            one of them again

An input passes if the command returns 0, 1 or 2 within the limits of time and memory, and if it complains in one line
where it returns 2.  The worker is replaced when an input kills it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import multiprocessing
import os
import random
import resource
import shlex
import sys
import tempfile
import time
import traceback
import warnings
from multiprocessing.connection import Connection
from pathlib import Path

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

from inputs import command_line  # noqa: E402

SECONDS, MEMORY = 120.0, 1 << 30
"""Limits of one input: twice the bound that the commands state, and bytes above what the imports take."""

INPUTS = 300
"""Inputs after which the worker is replaced: a command is a process of its own, and does not keep what others leave."""


def judge(words: list[str]) -> str:
    """Run a command line here, and return what is wrong with how it ended; empty if nothing is."""
    from exponents.cli.app import main

    out, err = io.StringIO(), io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            status = main(words)
    except BaseException:
        return "uncaught: " + traceback.format_exc().strip().splitlines()[-1] + "\n" + traceback.format_exc()
    said = [line for line in err.getvalue().strip().splitlines() if "warning:" not in line]
    if status not in (0, 1, 2):
        return f"status {status}"
    if status == 2 and len(said) != 1:
        return f"status 2 with {len(said)} lines: {said[:4]}"
    if "Traceback" in err.getvalue():
        return "a traceback on standard error"
    if status == 0 and not out.getvalue().strip():
        return "status 0 and no output"
    return ""


def work(pipe: Connection) -> None:
    """Judge what comes through the pipe until it closes."""
    import verify  # noqa: F401  so that the memory of imports does not count

    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    with contextlib.suppress(EOFError, OSError):
        while True:
            pipe.send(judge(pipe.recv()))


class Worker:
    """A process that judges command lines, and is replaced when one takes too long or kills it."""

    def __init__(self) -> None:
        self.start()

    def start(self) -> None:
        """Start the process."""
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("spawn").Process(target=work, args=(other,))
        self.process.start()
        other.close()

    def judge(self, words: list[str]) -> str:
        """Return what is wrong with a command line; empty if nothing is."""
        self.pipe.send(words)
        try:
            if self.pipe.poll(SECONDS):
                return str(self.pipe.recv())
            fault = f"longer than {SECONDS:g} s"
        except (EOFError, ConnectionError):
            self.process.join()
            fault = f"the process ended with {self.process.exitcode}"
        self.replace()
        return fault

    def replace(self) -> None:
        """Start another process."""
        self.process.kill()
        self.process.join()
        self.start()


def make(seed: int, place: int, folder: Path) -> list[str]:
    """Return the command line of a seed and a place; its files are written into the folder."""
    return command_line(random.Random(f"{seed}:{place}"), folder)


def main() -> int:
    """Run for a given time, print every failure with what replays it, and return 1 if there was one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--replay", help="SEED:PLACE")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.replay:
            words = make(*map(int, asked.replay.split(":")), folder)
            print("exponents", shlex.join(words))
            print(judge(words) or "passes")
            return 0
        worker, end, place, failures, slowest = Worker(), time.monotonic() + asked.seconds, 0, 0, (0.0, "")
        while time.monotonic() < end:
            words = make(asked.seed, place, folder)
            start = time.monotonic()
            fault = worker.judge(words)
            slowest = max(slowest, (time.monotonic() - start, f"{asked.seed}:{place}"))
            if fault:
                failures += 1
                print(f"{asked.seed}:{place}  exponents {shlex.join(words)}\n    {fault}", flush=True)
            place += 1
            if place % INPUTS == 0:
                worker.replace()
        worker.process.kill()
    print(
        f"{place} inputs of seed {asked.seed}, {failures} failures; the slowest took {slowest[0]:.1f} s ({slowest[1]})"
    )
    return int(bool(failures))


if __name__ == "__main__":
    sys.exit(main())
