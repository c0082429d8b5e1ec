"""How much of a step of `verify.networks` are matrix products?

Run ``.venv/bin/python tests/benchmarks/network_step.py``.  For a few networks it prints the time of a step, that of
the same matrix products alone, and their share, medians of rounds that alternate.  The products of a step are, for
each inner layer of N x N weights and a batch of B: outputs (B x N x N), the gradient of the layer (N x B x N) and
that of its inputs (B x N x N).  At width 512, batch 128 and depth 4 the share should be 75 % or more.  Everything
else is the draw of the batch, the activations, and the change of the weights, which is read and written once.

This is not a test: no timing makes it fail.
"""

from __future__ import annotations

from fractions import Fraction
from statistics import median
from time import perf_counter

import jax

from verify.networks.online_descent import Descent
from verify.networks.online_tasks import circle_task
from verify.networks.perceptron import Perceptron

NETWORKS = ((128, 128, 4), (256, 128, 4), (512, 128, 4))
"""Width, batch, depth."""

ROUNDS, FLOPS = 7, 1e11


def make_products(width, batch, depth):
    """A function that makes the products of some steps.  Each needs the one before, so that none is left out."""
    key = jax.random.key(0)
    layer = jax.random.normal(key, (width, width)) / width**0.5
    hidden = jax.random.normal(key, (batch, width))

    @jax.jit
    def run(steps):
        def step(_, state):
            layer, hidden = state
            for _ in range(depth - 2):
                hidden = hidden @ layer
            back = hidden
            gradients = []
            for _ in range(depth - 2):
                gradients.append(hidden.T @ back)
                back = back @ layer.T
            small = sum(gradient[0, 0] for gradient in gradients) * 1e-30  # of the whole product one entry is used
            return jax.lax.optimization_barrier((layer, hidden * 1e-3 + back * 1e-3 + small, gradients))[:2]

        return jax.lax.fori_loop(0, steps, step, (layer, hidden))[1]

    return lambda steps: run(steps).block_until_ready()


def seconds(run, steps):
    begun = perf_counter()
    run(steps)
    return (perf_counter() - begun) / steps


def main():
    task = circle_task(Fraction(1), points=2**14)
    print(f"{'width':>6} {'batch':>6} {'depth':>6} {'step, ms':>9} {'products, ms':>13} {'share':>6}")
    for width, batch, depth in NETWORKS:
        descent = Descent(Perceptron(width, depth), task, batch, 0.1, seed=0)
        products = make_products(width, batch, depth)
        for run in (descent.advance, products):
            run(3)  # compiles
        steps = max(3, int(FLOPS / (6 * (depth - 2) * batch * width**2)))
        pairs = [(seconds(descent.advance, steps), seconds(products, steps)) for _ in range(ROUNDS)]
        whole, part = (1e3 * median(times) for times in zip(*pairs, strict=True))
        share = median(product / step for step, product in pairs)
        print(f"{width:6} {batch:6} {depth:6} {whole:9.3f} {part:13.3f} {share:6.0%}")


if __name__ == "__main__":
    main()
