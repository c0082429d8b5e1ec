"""Is the true error within the stated one, and how much larger is the stated one?

    python tests/stated_errors/compare_errors.py --problems 1000 --seed 1     random problems of every kind
    python tests/stated_errors/compare_errors.py flow limit --seconds 600     of some kinds, for as long as is given
    python tests/stated_errors/compare_errors.py --replay flow:1:4711         one of them again, number by number

For each kind it prints how many problems were compared, the share in which each number is within its stated error, the
median over numbers of stated over true error, and the worst problem with what replays it.  What is known of the true
value by less than a tenth of the stated error does not count for the median.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_name, "1")
sys.path[:0] = [str(Path(__file__).parents[2]), str(Path(__file__).parent)]

import curves  # noqa: E402
import limits  # noqa: E402
import numpy as np  # noqa: E402
import power_laws  # noqa: E402
from problem import Compared  # noqa: E402

from exponents.errors import ExponentsError  # noqa: E402

KINDS: dict[str, Callable[[np.random.Generator], Iterator[Compared]]] = {
    "flow": curves.flow,
    "two_time": curves.two_time,
    "lazy_exact": curves.lazy_exact,
    "spectrum": power_laws.spectrum,
    "finite_n": power_laws.finite_n,
    "reuse": power_laws.reuse,
    "limit": limits.limit,
    "exponent": limits.exponent,
    "noisy_limit": limits.noisy_limit,
}
"""One random problem of each kind."""


def solve(kind: str, seed: int, number: int) -> list[Compared]:
    """Return the comparisons of one problem; none if the product refuses it and says why."""
    rng = np.random.default_rng([seed, number, sorted(KINDS).index(kind)])
    try:
        return list(KINDS[kind](rng))
    except ExponentsError:
        return []


def worst(found: list[Compared]) -> float:
    """Return the largest true error over stated one."""
    return max(one.off / one.stated if one.stated else (np.inf if one.off else 0.0) for one in found)


def run(kind: str, seed: int, problems: int, seconds: float) -> list[str]:
    """Compare problems of a kind, print a line about them, and return what replays those that are not covered."""
    end, covered, done, ratios, far, missed = time.monotonic() + seconds, 0, 0, [], (0.0, ""), []
    for number in range(problems):
        if time.monotonic() > end:
            break
        found = solve(kind, seed, number)
        if not found:
            continue
        done += 1
        replay = f"{kind}:{seed}:{number}"
        if all(one.covered for one in found):
            covered += 1
        else:
            missed.append(replay)
        ratios += [one.ratio for one in found if one.doubt < 0.1 * one.stated]
        far = max(far, (worst(found), replay))
    middle = f"{median(ratios):.1f}" if ratios else "-"
    share = f"{100 * covered / done:.2f} %" if done else "-"
    print(f"{kind}: {done} problems, {share} covered, median stated/true {middle}, ", end="")
    print(f"worst true/stated {far[0]:.3g} at {far[1]}", flush=True)
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", help=f"of {', '.join(KINDS)}")
    parser.add_argument("--problems", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=float("inf"), help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--replay", help="kind:seed:number")
    chosen = parser.parse_args()
    if chosen.replay:
        kind, seed, number = chosen.replay.split(":")
        for one in solve(kind, int(seed), int(number)):
            print(one, f"off {one.off:.3g}", "covered" if one.covered else "NOT COVERED")
        return 0
    missed = []
    for kind in chosen.kinds or KINDS:
        missed += run(kind, chosen.seed, chosen.problems, chosen.seconds)
    for replay in missed:
        print(f"not covered: --replay {replay}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
