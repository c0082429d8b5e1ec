"""How long does a phase diagram in three or four parameters take, and is it complete?

Run ``.venv/bin/python tests/benchmarks/parameters.py``.  It takes random losses with exponents that are linear, or
polynomials, in the parameters, and prints processor seconds, phases and whether completeness is proved.  Each diagram
is compared at random points with the exact programme there. This is not a test: no timing makes it fail.
"""

from __future__ import annotations

import argparse
import random
from fractions import Fraction
from math import prod
from statistics import median
from time import perf_counter, process_time

from sympy import Expr, Rational, S, symbols

from exponents.algebra.parametric import Point, evaluate, holds
from exponents.errors import ExponentsError
from exponents.losses.terms import Loss, PowerLaw
from exponents.optimum.phase_diagram import PhaseDiagram
from exponents.optimum.search import compute_optimum

PARAMETERS = symbols("a b c d", positive=True)
a, b, c, d = PARAMETERS
RESOURCES = symbols("N t B P", positive=True)
OWN = (S.Zero, S.One, a, b, c, Rational(1, 2))
LINEAR = (S.Zero, S.One, S(2), a, b, c, a + b, b + c, a - b, c / 2, 1 - a, b - 1, a + c, 2 * a, a + b - c)
POLYNOMIAL = (S.Zero, S.One, a, b, c, a * b, b * c, a + b, a**2, c - 1, 1 + b, a * c, b / 2)
POOLS = {"own": OWN, "linear": LINEAR, "polynomial": POLYNOMIAL}


def random_loss(terms: int, resources: int, pool: tuple[Expr, ...], seed: int) -> Loss:
    """Return a loss whose exponents are drawn from ``pool``."""
    draw = random.Random(seed)
    used = RESOURCES[:resources]
    return Loss(tuple(PowerLaw(f"term {i}", tuple((r, draw.choice(pool)) for r in used)) for i in range(terms)))


def count_faults(diagram: PhaseDiagram, seed: int, points: int = 40) -> int:
    """Return at how many points of the domain the diagram and the programme there differ."""
    draw, faults = random.Random(seed), 0
    for _ in range(points):
        scale = draw.choice([1, 2, 3, 97])
        point: Point = {p: Fraction(draw.randint(1, 9 * scale - 1), scale) for p in diagram.programme.parameters}
        inside = [phase for phase in diagram.phases if holds(phase.where, point)]
        phase = inside[0] if inside else None
        if phase is None and not any(evaluate(curve, point) == 0 for curve in diagram.regions.curves):
            faults += diagram.complete
        elif len(inside) > 1 or (phase and evaluate(phase.exponent, point) != diagram.programme.at(point).exponent):
            faults += 1
    return faults


def main() -> None:
    """Print a row for each loss, and the median and largest time of each pool."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--losses", type=int, default=5, help="random losses of each kind")
    parser.add_argument("--terms", type=int, default=5)
    parser.add_argument("--resources", type=int, default=3)
    parser.add_argument("--first", type=int, default=0, help="seed of the first loss")
    parser.add_argument("--pool", choices=POOLS, action="append", help="kinds of exponents; default: all")
    settings = parser.parse_args()
    for name in settings.pool or POOLS:
        print(f"\n{name} exponents: {', '.join(map(str, POOLS[name]))}", flush=True)
        times: list[float] = []
        for seed in range(settings.first, settings.first + settings.losses):
            loss = random_loss(settings.terms, settings.resources, POOLS[name], seed)
            start, wall = process_time(), perf_counter()
            try:
                found = compute_optimum(
                    loss, prod(RESOURCES[: settings.resources]), [p < 9 for p in (a, b, c)], (a, b, c)
                )
            except ExponentsError as error:
                print(f"  {seed:4} {process_time() - start:8.2f}s {type(error).__name__}: {error}", flush=True)
                continue
            times.append(process_time() - start)
            state = "complete" if found.complete else "NOT PROVED COMPLETE"
            faults = count_faults(found, seed)
            count, clock = len(found.phases), f"{perf_counter() - wall:.0f}s on the clock"
            print(
                f"  {seed:4} {times[-1]:8.2f}s ({clock}) {count:3} phases, {state}, {faults} wrong",
                flush=True,
            )
        if times:
            print(f"  median {median(times):.2f}s, largest {max(times):.2f}s")


if __name__ == "__main__":
    main()
