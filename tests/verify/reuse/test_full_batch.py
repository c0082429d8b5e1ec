"""The best split of C = N t P is that of the loss as derived, not as published: the mean theory, minimised."""

from functools import cache
from itertools import pairwise
from math import exp, log

import numpy as np
import pytest
from scipy.optimize import minimize

from exponents.model.reuse_loss import full_batch_optimum
from exponents.names import DERIVED, LAZY, PUBLISHED
from exponents.symbols import N, P, alpha, beta
from verify.reuse.mean_loss import mean_reuse

BUDGETS = (1e15, 1e17)
CAPACITY, SOURCE = 2, 3


@cache
def best():
    """ln of the least lazy loss, of N and of P, for each budget."""

    def loss(sizes, budget):
        size, samples = np.exp(sizes)
        reuse = mean_reuse(CAPACITY, SOURCE, size, samples)
        return log(float(reuse.lazy_loss([budget / (size * samples)])[0]))

    found, start = [], np.array([0.5, 0.17]) * log(BUDGETS[0])
    for budget in BUDGETS:
        simplex = start + 0.3 * np.array([[0, 0], [1, 0], [0, 1]])
        options = {"xatol": 1e-2, "fatol": 1e-7, "initial_simplex": simplex}
        least = minimize(loss, start, args=(budget,), method="Nelder-Mead", options=options)
        found.append((least.fun, *least.x))
        start = least.x + np.array([0.5, 0.17]) * log(BUDGETS[1] / BUDGETS[0])
    return np.array(found)


def exponents(version):
    diagram = full_batch_optimum(LAZY, version)
    point = {alpha: CAPACITY, beta: SOURCE}
    return [float(value.subs(point)) for value in (diagram.exponent, diagram.allocation(N), diagram.allocation(P))]


@pytest.mark.slow
def test_the_least_loss_and_its_sizes_have_the_exponents_derived():
    measured = [np.diff(column) / log(BUDGETS[1] / BUDGETS[0]) for column in best().T]
    r, n, p = exponents(DERIVED)
    assert -measured[0] == pytest.approx(r, rel=1e-3)
    assert measured[1] == pytest.approx(n, rel=5e-3)
    assert measured[2] == pytest.approx(p, rel=2e-2)


@pytest.mark.slow
def test_control_as_published_the_loss_would_fall_faster():
    slopes = [(a - b) / log(BUDGETS[1] / BUDGETS[0]) for a, b in pairwise(best()[:, 0])]
    published = exponents(PUBLISHED)[0]
    assert published - max(slopes) > 0.03


@pytest.mark.slow
def test_control_the_sizes_are_a_minimum():
    least, size, samples = best()[0]
    for more, fewer in ((1.5, 1.0), (1 / 1.5, 1.0), (1.0, 1.5), (1.0, 1 / 1.5)):
        n, p = exp(size) * more, exp(samples) * fewer
        loss = float(mean_reuse(CAPACITY, SOURCE, n, p).lazy_loss([BUDGETS[0] / (n * p)])[0])
        assert log(loss) > least + 1e-3
