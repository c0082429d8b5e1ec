"""How does the loss of a network fall, trained online by gradient descent?  One seed; equations are in `perceptron`.

Each step draws a batch, with replacement, from streams that depend on the seed and the step alone: the same seed gives
the same bits, also after an interruption.  All seeds share the samples, and differ in weights and batches.

`Descent` holds a state and takes steps; whoever calls it measures between them and keeps the state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from ..arrays import Reals
from ..training.stability import DIVERGED, Diverged
from .network import Network, draw_start, import_jax
from .online_tasks import Task

AT_ONCE = 2**12
"""Samples whose outputs are computed together."""


@dataclass
class Descent:
    """A network in training.

    Parameters
    ----------
    network : Perceptron, Convolutional or Transformer
    task : Task
    batch_size : int
    learning_rate : float
        eta.
    seed : int

    Attributes
    ----------
    state : (list of arrays, int)
        The weights, and the steps that were taken; one value, so that an interrupt finds both or neither changed.

    Raises
    ------
    InputError
        If JAX is not installed.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from verify.networks.online_tasks import circle_task
    >>> from verify.networks.perceptron import Perceptron
    >>> descent = Descent(Perceptron(32, 3), circle_task(Fraction(1), points=2**12), 32, 0.2, seed=0)
    >>> first = descent.measure()
    >>> descent.advance(50)
    >>> descent.steps, round(first, 3), descent.measure() < 0.5 * first
    (50, 0.822, True)
    """

    network: Network
    task: Task
    batch_size: int
    learning_rate: float
    seed: int
    state: tuple[list[Any], int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        jax = import_jax("jax")
        task = self.task
        self.start, self._batches = draw_start(self.network, task.inputs.shape[1:], self.seed)
        self.state = self.start, 0
        self._size = self.network.weight_step(self.learning_rate, self.start, task.held_out)
        once = task.distort is None and task.targets.ndim == 1
        offsets = np.zeros(1, np.float32)
        if once and not self.network.lazy:  # batches compare f with y + f_0, which costs one pass over the samples
            offsets = self._outputs(task.inputs)
        self._samples = tuple(map(jax.numpy.asarray, (task.inputs, task.targets, offsets)))
        self._first_outputs = 0.0 if self.network.lazy else self._outputs(task.held_out)
        bound = DIVERGED * (1.0 if task.tokens else float(np.mean(task.targets.astype(float) ** 2)))
        self._run = _compile_steps(self.network, self.batch_size, bound, once, task.distort, task.tokens)

    @property
    def steps(self) -> int:
        """The steps that were taken."""
        return self.state[1]

    def advance(self, steps: int) -> None:
        """Take some steps.

        Raises
        ------
        Diverged
            If the mean square of outputs exceeds `DIVERGED` times that of the targets, or is no number.
        """
        weights, first = self.state
        last = first + steps
        weights, failed, loss = self._run(
            (weights, -1, 0.0), self.start, self._size, self._samples, self._batches, first, last
        )
        if int(failed) >= 0:
            step, time, seen = int(failed), self.learning_rate * int(failed), float(loss)
            message = f"diverged at step {step}, t = {time:.6g}, where the loss on its batch was {seen:.3g}"
            raise Diverged(f"gradient descent {message}; take a smaller learning rate", step, time, seen)
        self.state = weights, last

    def measure(self) -> float:
        """Return the loss on what is held out."""
        return self.task.measure(self.outputs())

    def outputs(self) -> Reals:
        """Return the centred outputs f - f_0 on what is held out, of shape (points,) or (points, outputs)."""
        found: Reals = self._outputs(self.task.held_out).astype(float) - self._first_outputs
        return found

    def _outputs(self, inputs: Any) -> Any:
        """Return outputs for many inputs, some at a time."""
        apply = _compile_outputs(self.network)
        parts = [inputs[first : first + AT_ONCE] for first in range(0, len(inputs), AT_ONCE)]
        return np.concatenate([np.asarray(apply(self.state[0], self.start, part)) for part in parts])


@lru_cache(maxsize=8)
def _compile_outputs(network: Network) -> Any:
    """Return the function of weights, start and inputs that computes outputs, compiled once for all seeds."""
    jax = import_jax("jax")
    if network.lazy:
        return jax.jit(lambda weights, start, inputs: _linearise(network, start, weights, inputs))
    return jax.jit(lambda weights, start, inputs: network.apply(weights, inputs))  # noqa: ARG005


def _linearise(network: Network, start: list[Any], weights: list[Any], inputs: Any) -> Any:
    """Return grad f_0 . (weights - start)."""
    jax = import_jax("jax")
    moved = [new - old for new, old in zip(weights, start, strict=True)]
    return jax.jvp(lambda own: network.apply(own, inputs), (start,), (moved,))[1]


@lru_cache(maxsize=8)
def _compile_steps(
    network: Network, batch_size: int, bound: float, once: bool, distort: Callable[[Any, Any], Any] | None, tokens: bool
) -> Any:
    """Return the function that takes steps ``first`` to ``last``, compiled once for all seeds.

    With ``once``, f_0 was computed for each sample; otherwise it is computed for each batch.
    """
    jax = import_jax("jax")

    def run(state: Any, start: Any, size: Any, samples: Any, key: Any, first: Any, last: Any) -> Any:
        inputs, targets, offsets = samples

        def step(number: Any, state: Any) -> Any:
            weights, failed, seen = state
            own = jax.random.fold_in(key, number)
            chosen = jax.random.randint(own, (batch_size,), 0, len(targets))
            x, y = inputs[chosen], targets[chosen]
            if distort is not None:
                x = distort(jax.random.fold_in(own, 1), x)
            if network.lazy:
                outputs = _linearise(network, start, weights, x)
                back = jax.vjp(lambda own: network.apply(own, x), start)[1]
            else:
                outputs, back = jax.vjp(lambda own: network.apply(own, x), weights)
                outputs = outputs - (offsets[chosen] if once else network.apply(start, x))
            residual, loss = _compare(outputs, y, tokens)
            (gradient,) = back(residual)
            lost = (failed < 0) & ~((outputs**2).mean() <= bound)
            new = [old - size * slope for old, slope in zip(weights, gradient, strict=True)]
            return new, jax.numpy.where(lost, number, failed), jax.numpy.where(lost, loss, seen)

        return jax.lax.fori_loop(first, last, step, state)

    return jax.jit(run)


def _compare(outputs: Any, targets: Any, tokens: bool) -> tuple[Any, Any]:
    """Return the derivative of the loss that is descended by the outputs, and the loss that is measured.

    Targets that are numbers: |y - f|^2/2 and |y - f|^2.  Tokens: the cross-entropy, both times.
    """
    jax = import_jax("jax")
    if not tokens:
        residual = outputs - targets
        return residual / len(targets), (residual**2).sum() / len(targets)
    logs = jax.nn.log_softmax(outputs)
    right = jax.nn.one_hot(targets, outputs.shape[-1])
    return (jax.numpy.exp(logs) - right) / targets.size, -(logs * right).sum() / targets.size
