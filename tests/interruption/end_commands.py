"""Does every long command end well, whatever ends it?  Signals, full disks, little memory and closed pipes at random.

    python tests/interruption/end_commands.py --rounds 3 --seed 1 --only sweep,train

Each command runs once as it is, and then once for each event and round: a signal at a random moment, a random limit,
or a pipe that closes.  It must end within `SECONDS` of a signal, with the exit status that belongs to the event; leave
no process; write no traceback; and leave only files that are whole.  `sweep` and `train` must then go on, and give what
the first run gave.  Moments and limits follow from the seed, so a round can be replayed on a machine that is as fast.

It prints a table, with the exit statuses that were seen, and each fault with its moment or limit.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import resource
import shlex
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

sys.path.insert(0, str(Path(__file__).parent))
from cases import CASES, Case, damage

SECONDS = 5.0
"""Seconds that a command may take to end, and its processes to go."""

PATIENCE = 120.0
"""Seconds that a command may take in all."""

SIGNALS = {
    "SIGINT": (signal.SIGINT, True),  # a terminal sends it to the workers as well
    "SIGINT alone": (signal.SIGINT, False),
    "SIGTERM": (signal.SIGTERM, False),
    "SIGTERM all": (signal.SIGTERM, True),
    "SIGHUP": (signal.SIGHUP, True),
    "SIGKILL": (signal.SIGKILL, False),
}
LIMITS = ("full disk", "file size", "memory", "full output", "closed pipe")
STATUS = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129, signal.SIGKILL: -9}


@dataclass
class Run:
    """What one run gave: how it ended, what it printed, seconds (after a signal), what outlived it, and its files."""

    status: int
    out: str
    error: str
    seconds: float
    peak: int = 0
    orphans: int = 0
    files: dict[str, bytes] = field(default_factory=dict)


def group(leader: int) -> list[int]:
    """Return the processes of a group that are alive."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(pid) for pid, own, state in rows if int(own) == leader and not state.startswith("Z")]


def read_files(folder: Path, case: Case) -> dict[str, bytes]:
    """Return what a run left in its folder, beside what it read."""
    found = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in dict(case.inputs)}


def peak(process: int) -> int:
    """Return the largest number of bytes that a process has had, of addresses; 0 when it has gone."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
        return 1024 * int(next(line for line in lines if line.startswith("VmPeak")).split()[1])
    return 0


def run(case: Case, folder: Path, event: str = "", delay: float = 0.0, limit: int = 0) -> Run:
    """Run a command in a folder, with an event: after a delay, or under a limit."""
    for name, text in case.inputs:
        (folder / name).write_text(text)

    def begin() -> None:
        for number in (signal.SIGINT, signal.SIGHUP):  # a background job ignores them
            signal.signal(number, signal.SIG_DFL)
        kind = {"memory": resource.RLIMIT_AS, "file size": resource.RLIMIT_FSIZE}.get(event)
        if kind is not None:
            resource.setrlimit(kind, (limit, limit))

    words = [sys.executable, "-m", "exponents", *shlex.split(case.words)]
    begun, most, said = time.monotonic(), 0, {}
    with Path("/dev/full").open("wb") as full:
        process = subprocess.Popen(
            words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=full if event == "full output" else subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            preexec_fn=begin,
        )

    def read(name: str, stream: IO[bytes] | None, most: int) -> None:
        if stream is not None:
            said[name] = stream.read(most).decode(errors="replace")
            stream.close()  # as head does after a few lines

    several = {"out": (process.stdout, limit if event == "closed pipe" else -1), "error": (process.stderr, -1)}
    readers = [threading.Thread(target=read, args=(name, *of)) for name, of in several.items()]
    for reader in readers:
        reader.start()
    try:
        end = begun + (delay if event in SIGNALS else PATIENCE)
        while process.poll() is None and time.monotonic() < end:
            most = max(most, peak(process.pid))
            time.sleep(0.005)
        sent = time.monotonic()
        if event in SIGNALS and process.poll() is None:
            number, whole = SIGNALS[event]
            (os.killpg if whole else os.kill)(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(PATIENCE)
        seconds = time.monotonic() - (sent if event in SIGNALS else begun)
        while group(process.pid) and time.monotonic() < sent + seconds + SECONDS:
            time.sleep(0.05)
    finally:
        left = group(process.pid)
        for one in left:
            os.kill(one, signal.SIGKILL)
    process.wait()
    for reader in readers:
        reader.join()
    return Run(
        process.returncode, said.get("out", ""), said["error"], seconds, most, len(left), read_files(folder, case)
    )


def faults(case: Case, first: Run, found: Run, event: str, folder: Path) -> list[str]:
    """Return what is wrong with a run that an event met, by the columns of the table."""
    wrong = []
    if event in SIGNALS:
        number = SIGNALS[event][0]
        expected = {STATUS[number], -number, first.status}  # the signal itself: Python had not begun
    else:
        more = {"memory": {1, 2}, "closed pipe": set()}  # 1: a library or a process gave up
        expected = {first.status} | more.get(event, {2})
    if found.status not in expected:
        wrong.append(f"status {found.status}")
    if event in SIGNALS and found.seconds > SECONDS:
        wrong.append(f"slow: {found.seconds:.1f} s")
    if found.orphans:
        wrong.append(f"orphans: {found.orphans}")
    if "Traceback" in found.error or "Exception ignored" in found.error:
        wrong.append("traceback")
    said = [line for line in found.error.splitlines() if line.startswith(("exponents: ", "OpenBLAS "))]
    if found.status not in (first.status, -signal.SIGKILL) and found.status > 0 and not said:
        wrong.append("nothing said")
    for name, content in found.files.items():
        if name == case.kept:
            text = damage(folder / name)
            wrong += [f"half-written {text}"] if text else []
        elif event == "SIGKILL" and name.endswith((".lock", "-journal")):
            continue  # SQLite takes them away at the next run
        elif content != first.files.get(name) and not (event == "memory" and found.status == 1):  # tasks that failed
            wrong.append(f"half-written {name}")
    if case.kept and event not in ("full disk", "memory", "file size"):
        again = run(case, folder)
        same = {name: text for name, text in again.files.items() if name != case.kept} == {
            name: text for name, text in first.files.items() if name != case.kept
        }
        if again.status != first.status or again.out != first.out or not same:
            wrong.append(f"not resumed: {again.status} {again.error[-200:]!r}")
    return wrong


def meet(case: Case, first: Run, event: str, random_: random.Random) -> tuple[Run, list[str], str]:
    """Run a command once with an event, at a moment or a limit that is drawn."""
    share, size = random_.random(), sum(map(len, first.files.values()))
    delay = share * first.seconds
    limit = {
        "full disk": int(share * size * 1.2),
        "file size": int(share * max(map(len, first.files.values()), default=0)),
        "memory": int((0.3 + 0.7 * share) * max(first.peak, 2**30)),
        "closed pipe": int(max(0, share - 0.5) * 100),  # as often as not, nothing is read
    }.get(event, 0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mounted = False
        if event == "full disk":
            room = max(4096, limit) + sum(len(text) for _, text in case.inputs) + 4096 * len(case.inputs)
            mount = ["mount", "-t", "tmpfs", "-o", f"size={room}", "tmpfs", name]
            mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
            if not mounted:
                return Run(0, "", "", 0.0), [], "not tried: no right to mount"
        try:
            found = run(case, folder, event, delay, limit)
            wrong = faults(case, first, found, event, folder)
        finally:
            if mounted:
                subprocess.run(["umount", "-l", name], check=True)
    return found, wrong, f"after {delay:.2f} s" if event in SIGNALS else f"limit {limit}"


def main() -> int:
    """Run every command with every event, print the table, and return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default=",".join(CASES), help="Commands, with commas.")
    parser.add_argument("--events", default=",".join([*SIGNALS, *LIMITS]), help="Events, with commas.")
    asked = parser.parse_args()
    kinds = ("slow", "orphans", "half-written", "traceback", "status", "nothing said", "not resumed")
    failed = 0
    print(
        f"{'command':14}{'event':14}{'rounds':>7}{'worst s':>9}" + "".join(f"{kind:>14}" for kind in kinds) + "  status"
    )
    for name in asked.only.split(","):
        with tempfile.TemporaryDirectory() as folder:
            first = run(CASES[name], Path(folder))
        print(f"{name:14}{'none':14}{1:7}  took {first.seconds:.1f} s, status {first.status}", flush=True)
        assert first.status in (0, 1) and not first.orphans, first.error
        for event in asked.events.split(","):
            count, worst, replays, seen = defaultdict(int), 0.0, [], set()
            for place in range(asked.rounds):
                found, wrong, when = meet(
                    CASES[name], first, event, random.Random(f"{asked.seed}:{name}:{event}:{place}")
                )
                worst = max(worst, found.seconds)
                seen.add(found.status)
                for fault in wrong:
                    count[next(kind for kind in kinds if fault.startswith(kind))] += 1
                if wrong:
                    replays.append(f"  round {place}, {when}: {'; '.join(wrong)}\n    {found.error[-600:]!r}")
            row = f"{name:14}{event:14}{asked.rounds:7}{worst:9.1f}" + "".join(f"{count[kind]:14}" for kind in kinds)
            row += f"  {' '.join(map(str, sorted(seen)))}"
            print("\n".join([row, *replays]), flush=True)
            failed += bool(replays)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
