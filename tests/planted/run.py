"""Do the tests notice the faults that physicists make?

    python tests/planted/run.py                  every fault of faults.toml, one at a time
    python tests/planted/run.py kappa bottleneck  those with one of these words in their name or file
    python tests/planted/run.py --fresh          again, also those with a result that still holds

Each fault is put into a temporary copy of the tree.  The nearest tests run there until one fails: the quick ones, then
the slow ones, then families of `exponents verify`.  What failed must pass without the fault.  Results are kept in
results.jsonl, so that a run may be stopped and goes on where it was.  A result holds until the fault, its module or its
tests change.  The status is 1 if a fault was not caught.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT, HERE = Path(__file__).resolve().parents[2], Path(__file__).resolve().parent
FAULTS, RESULTS = HERE / "faults.toml", HERE / "results.jsonl"

LEFT_OUT = shutil.ignore_patterns(".*", "*.egg-info", "build", "dist", "_build", "docs", "planted")
"""What the copy does not need.  Byte code is copied: it stays valid for all modules but the one with the fault."""

SECONDS = 900.0
"""Longest time of one command."""

FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+\.py(?:::.*?)?)(?: - .*)?$", re.MULTILINE)
"""A test that failed, or a module that could not be imported, in pytest's summary."""


@dataclass(frozen=True)
class Fault:
    """One record of faults.toml; see its head for the fields."""

    name: str
    equation: str
    file: str
    text: str
    put: str
    tests: tuple[str, ...]
    verify: tuple[str, ...] = ()

    def plant(self, source: str) -> str:
        """Return the source with the fault; raise LookupError unless the text stands there exactly once."""
        count = source.count(self.text)
        if count != 1:
            raise LookupError(f"{self.file} must have the text {self.text!r} exactly once; it has it {count} times")
        return source.replace(self.text, self.put)

    def fingerprint(self) -> str:
        """Return what a result depends on: the fault, its module and its tests."""
        found = hashlib.sha256(repr(self).encode())
        for name in (self.file, *self.tests):
            path = ROOT / name.partition("::")[0]
            for part in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
                found.update(part.read_bytes())
        return found.hexdigest()[:16]


@dataclass(frozen=True)
class Result:
    """What caught a fault; ``caught_by`` is empty if nothing did, and ``problem`` says why there is no answer."""

    name: str
    fingerprint: str
    caught_by: str
    seconds: float
    problem: str = ""


def read_faults() -> list[Fault]:
    """Return the records of faults.toml, in their order."""
    records = tomllib.loads(FAULTS.read_text(encoding="utf-8"))["fault"]
    tuples = ("tests", "verify")
    return [Fault(**{key: tuple(value) if key in tuples else value for key, value in one.items()}) for one in records]


def try_fault(fault: Fault) -> Result:
    """Plant the fault in a copy, and return what catches it."""
    started, caught, problem = time.monotonic(), "", ""
    try:
        with tempfile.TemporaryDirectory(prefix="planted-") as folder:
            tree = Path(folder) / "tree"
            shutil.copytree(ROOT, tree, ignore=LEFT_OUT)
            path = tree / fault.file
            sound = path.read_text(encoding="utf-8")
            path.write_text(fault.plant(sound), encoding="utf-8")
            caught = next(catch(fault, tree), "")
            path.write_text(sound, encoding="utf-8")
            if caught and fails_anyway(caught, tree):
                problem = f"{caught} fails without the fault too"
    except (LookupError, OSError, subprocess.TimeoutExpired) as error:
        problem = str(error)
    return Result(fault.name, fault.fingerprint(), "" if problem else caught, time.monotonic() - started, problem)


def catch(fault: Fault, tree: Path) -> Iterator[str]:
    """Yield what fails in the tree: the first quick test, the first slow one, each family of `verify`."""
    for more, thorough in (([], {}), (["-m", "slow"], {"THOROUGH": "1"})):
        status, output = run(["pytest", "-x", "-p", "no:cacheprovider", *more, *fault.tests], tree, thorough)
        if status not in (0, 5):  # 5: there are no tests, as those that are left out do not count
            found = FAILED.search(output)
            yield found[1] if found else f"pytest ended with status {status}"
    for family in fault.verify:
        if run(["exponents", "verify", family], tree, {})[0] == 1:
            yield f"verify {family}"


def fails_anyway(caught: str, tree: Path) -> bool:
    """Return whether what caught a fault also fails in the sound tree."""
    if caught.startswith("verify "):
        return run(["exponents", "verify", caught.removeprefix("verify ")], tree, {})[0] != 0
    if ".py" not in caught:
        return True
    only = [] if "::" in caught else ["--collect-only"]
    name = caught.partition("[")[0]
    return run(["pytest", "-p", "no:cacheprovider", *only, name], tree, {"THOROUGH": "1"})[0] != 0


def run(command: Sequence[str], tree: Path, more: dict[str, str]) -> tuple[int, str]:
    """Run a Python module in the tree, in a group of processes that ends with this one; return status and output."""
    environment = {**os.environ, "PYTHONPATH": str(tree), "OMP_NUM_THREADS": "1", "COLUMNS": "1000", **more}
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=tree,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = process.wait(SECONDS)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        output.seek(0)
        return status, output.read()


def read_results() -> dict[str, Result]:
    """Return the last result of each fault."""
    if not RESULTS.exists():
        return {}
    lines = RESULTS.read_text(encoding="utf-8").splitlines()
    return {result.name: result for result in (Result(**json.loads(line)) for line in lines)}


def main() -> int:
    """Run the faults that are asked for, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("words", nargs="*", help="words in the name or the file of a fault")
    parser.add_argument("--fresh", action="store_true", help="run all again")
    asked = parser.parse_args()
    faults = [f for f in read_faults() if not asked.words or any(w in f"{f.name} {f.file}" for w in asked.words)]
    known = {} if asked.fresh else read_results()
    results = []
    try:
        for fault in faults:
            result = known.get(fault.name)
            if result is None or result.problem or result.fingerprint != fault.fingerprint():
                result = try_fault(fault)
                with RESULTS.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(asdict(result)) + "\n")
            results.append(result)
            answer = result.problem or result.caught_by or "NOT CAUGHT"
            print(f"{fault.name} | {fault.equation} | {answer} | {result.seconds:.0f} s", flush=True)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
    caught = sum(bool(result.caught_by) for result in results)
    print(f"{caught} of {len(faults)} faults caught, {len(results) - caught} not, {len(faults) - len(results)} not run")
    return int(caught < len(faults))


if __name__ == "__main__":
    sys.exit(main())
