"""How long does a dense loss with exponents linear in two parameters take, and was another checkout slower?

Run ``.venv/bin/python tests/benchmarks/dense_losses.py``.  With ``--against FOLDER``, a checkout, each
loss is solved by both in turn, each in a process of its own; the script prints the ratio of processor seconds, and
whether the two diagrams are equal to the byte.  This is not a test: no timing makes it fail.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from hashlib import sha256
from math import prod
from pathlib import Path
from statistics import median
from time import process_time

from sympy import S, symbols

a, b = symbols("a b", positive=True)
RESOURCES = symbols("N t B P D K", positive=True)
LINEAR = (S.Zero, S.One, S(2), a, b, a + b, a - b, 1 - a, b - 1, b / 2, 2 * a, 1 + b)


def solve(terms: int, resources: int, seed: int) -> str:
    """Return processor seconds, what came out, and a digest of the diagram."""
    from exponents.errors import ExponentsError
    from exponents.losses.terms import Loss, PowerLaw
    from exponents.optimum.search import compute_optimum

    draw, used = random.Random(seed), RESOURCES[:resources]
    loss = Loss(tuple(PowerLaw(f"term {i}", tuple((r, draw.choice(LINEAR)) for r in used)) for i in range(terms)))
    start = process_time()
    try:
        diagram = compute_optimum(loss, prod(used), (a < 9, b < 9), (a, b))
    except ExponentsError as error:
        return f"{process_time() - start:.2f} {type(error).__name__} -"
    used_seconds = process_time() - start
    shown = repr((diagram.phases, diagram.regions, diagram.exceptions))
    return f"{used_seconds:.2f} {len(diagram.phases)}_phases {sha256(shown.encode()).hexdigest()[:12]}"


def ask(folder: Path, terms: int, resources: int, seed: int) -> tuple[float, str, str]:
    """Solve one loss with the package in a folder."""
    command = [sys.executable, __file__, "--one", str(seed), "--terms", str(terms), "--resources", str(resources)]
    settings = {**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    seconds, outcome, digest = subprocess.run(
        command, capture_output=True, text=True, check=True, env=settings
    ).stdout.split()
    return float(seconds), outcome.replace("_", " "), digest


def main() -> None:
    """Print a row for each loss, and medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--losses", type=int, default=9)
    parser.add_argument("--first", type=int, default=0, help="seed of the first loss")
    parser.add_argument("--terms", type=int, default=10)
    parser.add_argument("--resources", type=int, default=6)
    parser.add_argument("--against", type=Path, help="a checkout of another commit")
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    settings = parser.parse_args()
    if settings.one is not None:
        print(solve(settings.terms, settings.resources, settings.one))
        return
    here, times, others = Path(__file__).parents[2], list[float](), list[float]()
    for seed in range(settings.first, settings.first + settings.losses):
        seconds, outcome, digest = ask(here, settings.terms, settings.resources, seed)
        times.append(seconds)
        line = f"{seed:4} {seconds:8.2f} s  {outcome}"
        if settings.against:
            other, before, old_digest = ask(settings.against, settings.terms, settings.resources, seed)
            others.append(other)
            same = "equal" if (outcome, digest) == (before, old_digest) else f"DIFFERENT: {before}"
            line += f"; the other {other:.2f} s, ratio {other / seconds:.2f}, {same}"
        print(line, flush=True)
    ending = f"; the other {median(others):.2f} s, ratio {sum(others) / sum(times):.2f} in all" if others else ""
    print(f"median {median(times):.2f} s{ending}")


if __name__ == "__main__":
    main()
