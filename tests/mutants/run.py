"""Do the tests notice a fault?  Change the source in one place at a time, and run the tests nearest to it.

``python tests/mutants/run.py`` runs for ten minutes and goes on where the last run ended; `make mutants` does it.  The
rooms and their tests stand in `pyproject.toml`, and mutmut makes the mutants.  A room has a folder in ``.mutants``,
where its results are kept.  The order is random and always the same, so what was run is a fair sample.  Each mutant is
tested in a process of its own by the tests of its room that reach the function, quickest first.  Survivors are tested
again once tests of the room change.  ``--report`` writes `docs/mutants.md`.
"""

import argparse
import contextlib
import hashlib
import json
import os
import resource
import sys
import time
import tomllib
from math import ceil
from pathlib import Path
from typing import Any

from _pytest.runner import runtestprotocol
from decorated import mutate_decorated_functions
from mutmut.__main__ import create_mutants
from mutmut.configuration import config, reset_config
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import set_mutant_under_test
from mutmut.runners.harness import PytestRunner
from mutmut.state import reset_state, state
from mutmut.stats import load_stats, save_stats
from mutmut.utils.file_utils import copy_also_copy_files, copy_src_dir, setup_source_paths, walk_mutatable_files
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers.isolation import ForkServerRunner

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mutants"]
ROOMS = SETTINGS["rooms"]
AGAIN = (None, 0, 5, 33)  # exit codes of mutants that were not run, or that survived

Modules = dict[str, SourceFileMutationData]


def clear_caches() -> None:
    """Forget what was computed while the tests were imported: it would hide functions that a test reaches."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("exponents", "verify", "tests"):
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


class ReachedFunctions:
    """Run each test in a fork, so that no cache that an earlier test filled hides a function that this one reaches."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._running: list[tuple[Any, int, int]] = []

    def pytest_runtest_protocol(self, item: Any) -> bool:
        """Start a test, once fewer than all processes are busy."""
        read, write = os.pipe()
        child = os.fork()
        if not child:
            clear_caches()
            state()._stats.clear()
            begin = time.process_time()  # the machine may be busy
            failed = any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))
            with os.fdopen(write, "w") as pipe:
                pipe.write("\n".join(["failed" if failed else str(time.process_time() - begin), *state()._stats]))
            os._exit(0)
        os.close(write)
        self._running.append((item, child, read))
        self._read_all_but(self._processes - 1)
        return True

    def pytest_sessionfinish(self) -> None:
        """Wait for the last tests."""
        self._read_all_but(0)

    def _read_all_but(self, left: int) -> None:
        """Record durations of tests, and the functions they reach, in mutmut's statistics."""
        while len(self._running) > left:
            item, child, read = self._running.pop(0)
            with os.fdopen(read) as pipe:
                duration, *functions = pipe.read().split("\n")
            os.waitpid(child, 0)
            if duration in ("", "failed"):
                sys.exit(f"{item.nodeid} fails on the source as it is")
            state().duration_by_test[item.nodeid] = float(duration)
            for function in functions:
                state().tests_by_mangled_function_name[function].add(item.nodeid)


class Runner(PytestRunner):
    """mutmut's runner of pytest, with the statistics above, and without what was cached before."""

    def __init__(self, processes: int) -> None:
        super().__init__()
        self._processes = processes

    def run_stats(self, *, tests: Any) -> int:
        """Find out which tests reach which function."""
        os.chdir("mutants")
        return int(
            self.execute_pytest(self._pytest_args_regular_run(tests), plugins=[ReachedFunctions(self._processes)])
        )

    def run_tests(self, *, mutant_name: str | None, tests: Any) -> int:
        """Run the tests of a mutant, within three times their usual processor time."""
        clear_caches()
        if mutant_name:
            usual = sum(state().duration_by_test[test] for test in tests)
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            resource.setrlimit(resource.RLIMIT_CPU, (ceil(time.process_time() + 3 * (usual + 2)), hard))
        return super().run_tests(mutant_name=mutant_name, tests=tests)


def enter(room: str, make: bool = True) -> Modules:
    """Go to the room's folder, make the mutants that are missing if wanted, and return the results of each module."""
    folder = ROOT / ".mutants" / room
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("exponents", "verify", "tests", "tables", "docs", "pyproject.toml"):
        if not (folder / name).is_symlink():
            (folder / name).symlink_to(ROOT / name)
    os.chdir(folder)
    reset_config()
    reset_state()
    config().only_mutate = ROOMS[room]["sources"]
    config().pytest_add_cli_args_test_selection = ROOMS[room]["tests"]
    if make:
        make_mutants()
    found = {str(path): SourceFileMutationData(path=path) for path in sorted(walk_mutatable_files())}
    for data in found.values():
        data.load()
    return {path: data for path, data in found.items() if data.exit_code_by_key}


def make_mutants() -> None:
    """Copy sources and tests, with all mutants of what has changed."""
    mutate_decorated_functions()
    copy_src_dir()
    with contextlib.redirect_stdout(None):
        copy_also_copy_files()
        create_mutants(1)


def find_tests(room: str, runner: ForkServerRunner, found: Modules) -> None:
    """Find out which tests reach which function, where tests have changed, and forget survivors if anything has."""
    tests = [file for test in ROOMS[room]["tests"] for file in (sorted(Path(test).rglob("*.py")) or [Path(test)])]
    digests = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in [*tests, *walk_mutatable_files()]}
    note = Path("digests.json")
    old = json.loads(note.read_text()) if note.exists() and load_stats() else {}
    changed = [path for path, digest in digests.items() if old.get(path) != digest]
    if not changed:
        return
    files = [str(path) for path in tests if str(path) in changed and path.name.startswith("test_")]
    for reaching in [state().duration_by_test, *state().tests_by_mangled_function_name.values()]:
        for test in [test for test in reaching if test.partition("::")[0] in files]:
            reaching.pop(test) if isinstance(reaching, dict) else reaching.remove(test)
    set_mutant_under_test("stats")
    if (files or not old) and runner.collect_stats(files if old else None):
        sys.exit(f"a test of {room} fails on the source as it is; run pytest {' '.join(ROOMS[room]['tests'])}")
    save_stats()
    for data in found.values():
        data.exit_code_by_key = {name: None if code in AGAIN else code for name, code in data.exit_code_by_key.items()}
        data.save()
    note.write_text(json.dumps(digests))


def waiting(found: Modules, sample: int) -> list[tuple[int, str, str]]:
    """Return (rank in its module, module, name) of each mutant to run: the first ``sample`` of each module."""
    ranks = []
    for path, data in found.items():
        names = sorted(data.exit_code_by_key, key=lambda name: hashlib.sha256(name.encode()).digest())
        ranks += [(k, path, name) for k, name in enumerate(names[:sample]) if data.exit_code_by_key[name] is None]
    return sorted(ranks)


def quickest_tests(name: str) -> tuple[list[str], float]:
    """Return the tests that reach the function of a mutant, quickest first, and how long they take."""
    duration = state().duration_by_test
    chosen, total = [], 0.0
    for test in sorted(
        state().tests_by_mangled_function_name[mangled_name_from_mutant_name(name)], key=duration.__getitem__
    ):
        if chosen and total + duration[test] > SETTINGS["seconds_of_tests"]:
            break
        chosen.append(test)
        total += duration[test]
    return chosen, total


def run(room: str, end: float, sample: int, processes: int) -> None:
    """Run mutants of a room until none is left, or until ``time.monotonic()`` is ``end``."""
    found = enter(room)
    setup_source_paths()
    runner = ForkServerRunner(processes, Runner, {"processes": processes})
    find_tests(room, runner, found)
    todo = waiting(found, sample)
    modules = {name: path for _, path, name in todo}

    def record() -> None:
        result = runner.wait_for_result()
        data = found[modules[result.mutant_name]]
        data.exit_code_by_key[result.mutant_name] = result.exit_code
        data.save()

    set_mutant_under_test("")
    runner.startup()
    try:
        for name in modules:
            while not runner.has_capacity():
                record()
            if time.monotonic() > end:
                break
            tests, total = quickest_tests(name)
            limit = (total + config().timeout_constant) * config().timeout_multiplier
            runner.submit(name, tests, ceil(2 * limit), total)
        runner.signal_work_complete()
        while runner.pending_count():
            record()
    except KeyboardInterrupt:
        runner.stop_all_workers()
        raise
    finally:
        runner.shutdown()


def main() -> None:
    """Run the next part, or write the report."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--room", choices=list(ROOMS), help="only this room")
    parser.add_argument("--seconds", type=float, default=540, help="how long this part may take")
    parser.add_argument("--sample", type=int, default=10**6, metavar="N", help="run the first N mutants of each module")
    parser.add_argument("--processes", type=int, default=1, help="how many mutants are tested at once")
    parser.add_argument("--survivors", action="store_true", help="print what survived")
    parser.add_argument("--report", action="store_true", help="write docs/mutants.md")
    options = parser.parse_args()
    rooms = [options.room] if options.room else list(ROOMS)
    if options.report or options.survivors:
        import table

        table.write(rooms, lambda room: enter(room, make=False), options.report)
        return
    end = time.monotonic() + options.seconds
    for room in rooms:
        if time.monotonic() < end:
            run(room, end, options.sample, options.processes)


if __name__ == "__main__":
    main()
