"""Is exact output the same, byte for byte, whatever the machine is like?  And are numbers, wherever the libraries are?

    python tests/distribution/matrix.py --python python3.12 --python python3.13

`recorded_lines.py` runs in many settings: hash seeds, locales, time zones, threads of linear algebra, optimised
bytecode, other versions of Python, and the oldest dependencies.  Output in ASCII, where the locale has nothing else, is
compared among itself.  It prints a table, and the first line that differs in each setting.

Environments of other Pythons are made in `.venv/matrix`, and used again if they are there.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from environments import ROOT, lower_bounds, make_environment

LINES = Path(__file__).with_name("recorded_lines.py")
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
ASCII = "ascii"


@dataclass(frozen=True)
class Setting:
    """A way to run the lines: variables, options of Python, the interpreter, and what is compared with what."""

    variables: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    python: str = sys.executable
    letters: str = "all"
    sets: tuple[str, ...] = ("exact", "numeric")


def settings(pythons: list[str], folder: Path) -> dict[str, Setting]:
    """Return every setting by name; the first of each kind of letters is what the others are compared with."""
    found = {
        "as it is": Setting(),
        "hash seed 1": Setting({"PYTHONHASHSEED": "1"}),
        "hash seed 4242": Setting({"PYTHONHASHSEED": "4242"}),
        "C.UTF-8": Setting({"LC_ALL": "C.UTF-8"}, sets=("exact",)),
        "no locale": Setting({"LC_ALL": "", "LANG": ""}, sets=("exact",)),
        "time zone": Setting({"TZ": "Pacific/Apia"}),
        "2 threads": Setting(dict.fromkeys(THREADS, "2")),
        "4 threads": Setting(dict.fromkeys(THREADS, "4")),
        "optimised": Setting(options=("-O",)),
        "ASCII output": Setting({"PYTHONIOENCODING": "ascii"}, letters=ASCII, sets=("exact",)),
        "locale C": Setting({"LC_ALL": "C", "PYTHONUTF8": "0"}, letters=ASCII, sets=("exact",)),
    }
    others = subprocess.run(["locale", "-a"], capture_output=True, text=True, check=False).stdout.split()
    for name in others:
        if name.lower() not in ("c", "c.utf8", "c.utf-8", "posix") and name.lower().endswith(("utf8", "utf-8")):
            found[name] = Setting({"LC_ALL": name}, sets=("exact",))
    for name in pythons:
        found[Path(name).name] = Setting(python=str(find(folder / Path(name).name, name)), sets=("exact",))
    oldest = find(folder / "oldest", sys.executable, [f"{one}\n" for one in lower_bounds()])
    found["oldest"] = Setting(python=str(oldest), sets=("exact",))
    return found


def find(folder: Path, python: str, bounds: list[str] | None = None) -> Path:
    """Return the interpreter of an environment, which is made if it is not there."""
    inside = folder / "bin" / "python"
    if inside.exists():
        return inside
    more = []
    if bounds:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "bounds.txt").write_text("".join(bounds))
        more = ["--constraint", str(folder / "bounds.txt")]
    return make_environment(folder, f"{ROOT}[plot,smt]", python, more)


def record(setting: Setting, which: str) -> dict[str, dict[str, str]]:
    """Return what each line wrote in a setting."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))}
    variables = dict.fromkeys(THREADS, "1") | {"LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"} | setting.variables
    done = subprocess.run(
        [setting.python, *setting.options, LINES, which],
        env=clean | variables | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"(all)": {"error": done.stderr}}
    return json.loads(done.stdout)


def differences(first: dict[str, dict[str, str]], other: dict[str, dict[str, str]]) -> list[str]:
    """Return each line whose output differs, with the first place where it does."""
    found = []
    for line in {**first, **other}:
        one, two = first.get(line, {}), other.get(line, {})
        for part in {**one, **two}:
            if one.get(part) != two.get(part):
                pairs = zip(f"{one.get(part)}\n".split("\n"), f"{two.get(part)}\n".split("\n"), strict=False)
                before, after = next(pair for pair in [*pairs, ("", "more")] if pair[0] != pair[1])
                found.append(f"{line} ({part}):\n    {before[-300:]!r}\n    {after[-300:]!r}")
                break
    return found


def is_ascii(held: dict[str, str]) -> bool:
    """Whether what a line printed is ASCII."""
    return all(str(held.get(part, "")).isascii() for part in ("out", "error"))


def main() -> int:
    """Record every setting, compare, print the table, and return 1 if anything differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--python", action="append", default=[], help="Another interpreter; repeat.")
    parser.add_argument("--folder", type=Path, default=ROOT / ".venv" / "matrix", help="Where environments are.")
    parser.add_argument("--only", default="", help="Settings, with commas, beside those that they are compared with.")
    parser.add_argument("--shown", type=int, default=3, help="Differences that are shown of each setting.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    asked = parser.parse_args()
    every = settings(asked.python, asked.folder)
    firsts = {setting.letters: name for name, setting in reversed(every.items())}
    wanted = asked.only.split(",") if asked.only else list(every)
    chosen = {name: setting for name, setting in every.items() if name in [*wanted, *firsts.values()]}
    tasks = [(name, which) for name, setting in chosen.items() for which in setting.sets]
    failed, found = False, {}
    print(f"{'setting':16}{'lines':9}{'number':>8}{'different':>11}{'tracebacks':>12}", flush=True)
    with ThreadPoolExecutor(asked.jobs) as threads:
        for (name, which), lines in zip(
            tasks, threads.map(lambda task: record(chosen[task[0]], task[1]), tasks), strict=True
        ):
            found[name, which] = lines
            wrong = differences(found[firsts[chosen[name].letters], which], lines)
            broken = sum("Traceback" in str(part) for line in lines.values() for part in line.values())
            foreign = chosen[name].letters == ASCII and [
                line for line, held in lines.items() if line.isascii() and not is_ascii(held)
            ]
            print(f"{name:16}{which:9}{len(lines):8}{len(wrong):11}{broken:12}", flush=True)
            for text in [*wrong[: asked.shown], *(f"not in ASCII: {line}" for line in foreign or ())]:
                print(f"  {text}", flush=True)
            failed |= bool(wrong or broken or foreign)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
