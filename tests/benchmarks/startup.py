"""How long does the command take, compared with a bare ``import sympy``?

Run with the project's own interpreter, for instance ``.venv/bin/python tests/benchmarks/startup.py``.  Whole processes,
in pairs A B A B, so that a drift of the machine's speed cancels in each ratio.  Prints the median ratio of every
command and its bound.  This is not a test: no timing makes it fail.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import sysconfig
from pathlib import Path
from statistics import median
from time import perf_counter

COMMANDS = (
    (("table",), 1.3),
    (("at", "3/2", "1/2"), 1.3),
    (("at", "3/2", "1/2", "--format", "json"), 1.3),
    (("--help",), 0.4),
    (("--version",), 0.4),
    (("at", "3/4", "1/2"), 0.4),
    (("derive", "nonsense"), 0.4),
)
"""Arguments, and the largest ratio to ``import sympy`` that the project allows itself."""


def seconds(command: list[str]) -> float:
    """Wall time of one whole process; what it prints goes nowhere."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    start = perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, check=False)
    return perf_counter() - start


def main() -> None:
    """Print a row for each command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=15, help="pairs for each command (default 15)")
    runs = parser.parse_args().runs
    program = str(Path(sysconfig.get_path("scripts"), "exponents"))
    bare = [sys.executable, "-c", "import sympy"]
    print(f"{'command':40} {'import sympy':>13} {'command':>9} {'ratio':>7} {'bound':>7}")
    for arguments, bound in COMMANDS:
        command = [program, *arguments]
        seconds(command), seconds(bare)  # compile bytecode, warm the disk cache
        pairs = [(seconds(command), seconds(bare)) for _ in range(runs)]
        ratio = median(own / other for own, other in pairs)
        own, other = (median(column) for column in zip(*pairs, strict=True))
        print(f"{'exponents ' + ' '.join(arguments):40} {other:12.3f}s {own:8.3f}s {ratio:7.2f} {bound:7.2f}")


if __name__ == "__main__":
    main()
