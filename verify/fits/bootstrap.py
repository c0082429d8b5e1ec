"""How far do fits of resampled runs scatter?

A bootstrap draws as many runs as there are, with replacement, and fits again; the percentiles of many such fits are an
interval.  A draw is a weight for each run: how often it was drawn.  Where the runs of one budget share noise, clusters
are drawn whole.  The irreducible term is free to vanish in each fit, and each starts from the minima of the first fit.

Draws are made in blocks, each with a seed of its own, so that the result is the same for any number of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor

import numpy as np

from ..arrays import Places, Reals
from .search import BLOCK, Problem, Solution

DRAWS = 400
LEAST_BLOCK = 10
"""Fits of a block."""


def bootstrap(
    problem: Problem,
    solution: Solution,
    draws: int = DRAWS,
    seed: int = 0,
    executor: Executor | None = None,
    progress: Callable[[Iterable[Reals], int], Iterable[Reals]] | None = None,
) -> Reals:
    """Return the unknowns of fits to resampled runs.

    Parameters
    ----------
    problem : Problem
        A law on runs; the clusters of the runs are drawn whole, if there are any.
    solution : Solution
        The fit to the runs themselves.
    draws : int
    seed : int
    executor : Executor, optional
        Fits blocks of draws at once.
    progress : callable, optional
        Takes the blocks and their number, and yields the blocks: it may draw a bar.

    Returns
    -------
    array, (draws, p)

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> from .objectives import Objective
    >>> from .run_table import make_table
    >>> from .runs import choose_runs
    >>> size = np.logspace(6, 9, 30)
    >>> loss = (2 + 300 * size**-0.3) * np.exp(0.01 * np.random.default_rng(1).normal(size=30))
    >>> runs = choose_runs(make_table({"N": size, "loss": loss}), ("N",))
    >>> problem = Problem(read_law(("E", "A*N**-alpha"), ("N",)), runs)
    >>> found = bootstrap(problem, problem.solve(Objective("ls")), draws=50)
    >>> low, high = np.percentile(found[:, 0], [2.5, 97.5])
    >>> bool(low < 0.3 < high)
    True
    """
    size = max(LEAST_BLOCK, BLOCK // len(problem.runs))
    sizes = [min(size, draws - i) for i in range(0, draws, size)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    tasks = [(problem, solution, number, own) for number, own in zip(sizes, seeds, strict=True)]
    blocks: Iterator[Reals] = map(_fit_block, tasks) if executor is None else executor.map(_fit_block, tasks)
    shown = progress(blocks, len(tasks)) if progress else blocks
    return np.vstack(list(shown))


def _fit_block(task: tuple[Problem, Solution, int, np.random.SeedSequence]) -> Reals:
    problem, solution, number, seed = task
    weights = draw_weights(np.random.default_rng(seed), number, len(problem.runs), problem.runs.clusters)
    return problem.resolve(weights, solution)[0]


def draw_weights(rng: np.random.Generator, number: int, runs: int, clusters: Places | None) -> Reals:
    """Return how often each run is drawn, (number, runs); runs of a cluster are drawn together.

    Examples
    --------
    >>> weights = draw_weights(np.random.default_rng(0), 50, 4, np.array([0, 0, 1, 1]))
    >>> sorted(set(map(tuple, weights.tolist())))
    [(0.0, 0.0, 2.0, 2.0), (1.0, 1.0, 1.0, 1.0), (2.0, 2.0, 0.0, 0.0)]
    """
    if clusters is None:
        return rng.multinomial(runs, np.full(runs, 1 / runs), size=number).astype(float)
    count = int(clusters.max()) + 1
    return rng.multinomial(count, np.full(count, 1 / count), size=number).astype(float)[:, clusters]
