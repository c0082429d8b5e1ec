"""What can be trained?  A `Network`: weights, outputs, and the unit of its time.

A gradient step of size s changes the outputs by s Theta times their error, where Theta is the tangent kernel: sums of
products of gradients.  Time t = eta x step has the unit in which Theta starts with the diagonal 1, in the mean over
inputs and outputs.  For a multilayer perceptron this diagonal is known (`perceptron`).  For other networks it is
measured on the weights at the start, and s = eta/diagonal, at any width and richness: with outputs of order
1/(gamma_0 N) the diagonal is of order 1/(gamma_0^2 N), so that features move by order gamma_0 in a time of order one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache, partial
from typing import Any, ClassVar

import numpy as np

from exponents.errors import InputError, import_extra

from ..arrays import Reals
from ..inputs import check_richness, check_whole

import_jax = partial(import_extra, extra="networks", purpose="training networks")
"""Import a module of JAX."""

PROBES = 128
"""Inputs on which the diagonal of the tangent kernel is measured."""

PROBES_AT_ONCE = 16

MOST_WEIGHTS = 2**28
"""Weights of a network: with gradients and start they fill 3 GiB."""


def draw_normal(key: Any, shapes: Sequence[tuple[int, ...]]) -> list[Any]:
    """Return arrays of Gaussians of unit variance, from a key of JAX.

    >>> import jax
    >>> [layer.shape for layer in draw_normal(jax.random.key(0), [(2, 3), (4,)])]
    [(2, 3), (4,)]
    """
    random = import_jax("jax.random")
    return [random.normal(one, shape) for one, shape in zip(random.split(key, len(shapes)), shapes, strict=True)]


class Network(ABC):
    """A network in mean-field parameterisation.  Each kind is a frozen dataclass, whose fields a checkpoint keeps.

    Attributes
    ----------
    width, depth : int
        N, and the number of layers.
    richness : float
        gamma_0; 0 is the network that is linear in its weights.

    Raises
    ------
    InputError
        If a value cannot be used.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]
    width: int
    depth: int
    richness: float
    SHALLOWEST: ClassVar[int] = 1

    def __post_init__(self) -> None:
        check_whole(self.width, "the width", 1, 64)
        check_whole(self.depth, "the depth", self.SHALLOWEST, 4)
        check_richness(self.richness)
        if self.weights_about > MOST_WEIGHTS:
            raise InputError(
                f"a network of width {self.width} and depth {self.depth} has more than {MOST_WEIGHTS} weights and may "
                "not fit into memory; try width 64"
            )

    @property
    def lazy(self) -> bool:
        """Whether the network is linear in its weights."""
        return self.richness == 0

    @property
    def readout(self) -> float:
        """The factor of the readout, gamma_0; a linear network is the same for any, and takes 1."""
        return self.richness or 1.0

    @property
    @abstractmethod
    def weights_about(self) -> int:
        """Roughly how many weights there are."""

    @property
    @abstractmethod
    def units(self) -> int:
        """Numbers that all layers hold for one sample."""

    @abstractmethod
    def draw(self, key: Any, shape: tuple[int, ...]) -> list[Any]:
        """Return weights at the start, from a key of JAX and the shape of an input."""

    @abstractmethod
    def apply(self, weights: list[Any], inputs: Any) -> Any:
        """Return the outputs, of shape (samples,) or (samples, ..., outputs), before they are centred."""

    def weight_step(self, learning_rate: float, weights: Any, inputs: Any) -> float:
        """Return the step s of the weights for a learning rate eta of the outputs."""
        return learning_rate / measure_diagonal(self, weights, inputs)


def measure_diagonal(network: Network, weights: Any, inputs: Any) -> float:
    """Return the diagonal of the tangent kernel, in the mean over inputs and outputs.

    A random sign for each output gives one gradient for each input; its square has the sum over outputs as its mean.

    Parameters
    ----------
    network : Network
    weights : list of arrays
    inputs : array of shape (samples, ...)
        `PROBES` of them are used.

    Returns
    -------
    float

    Examples
    --------
    >>> import jax
    >>> from verify.networks.perceptron import Perceptron
    >>> network, x = Perceptron(512, 3), np.ones((32, 1), np.float32)
    >>> found = measure_diagonal(network, network.draw(jax.random.key(0), (1,)), x)
    >>> round(found * 512 / network.diagonal, 1)  # K/(gamma_0^2 N) at infinite width
    1.0
    """
    random = import_jax("jax.random")
    few = np.asarray(inputs[:PROBES])
    keys = random.split(random.key(0), len(few))
    parts = [slice(first, first + PROBES_AT_ONCE) for first in range(0, len(few), PROBES_AT_ONCE)]
    probes = _compile_probes(network)
    return float(np.concatenate([np.asarray(probes(weights, few[part], keys[part])) for part in parts]).mean())


@lru_cache(maxsize=8)
def _compile_probes(network: Network) -> Any:
    """Return the function of weights, inputs and keys whose mean is the diagonal of the tangent kernel."""
    jax = import_jax("jax")

    def probe(weights: Any, x: Any, key: Any) -> Any:
        outputs, back = jax.vjp(lambda own: network.apply(own, x[None]), weights)
        signs = jax.random.rademacher(key, outputs.shape, outputs.dtype)
        return sum((slope**2).sum() for slope in back(signs)[0]) / outputs.size

    return jax.jit(jax.vmap(probe, (None, 0, 0)))


def tangent_kernel(network: Network, weights: Any, inputs: Any) -> Reals:
    """Return the tangent kernel of a network as it is, in the mean over outputs.

    Parameters
    ----------
    network : Network
    weights : list of arrays
    inputs : array of shape (samples, ...)

    Returns
    -------
    array of shape (samples, samples)
        The mean over outputs c of grad f_c(x) . grad f_c(x').

    Examples
    --------
    >>> import jax
    >>> from verify.networks.perceptron import Perceptron
    >>> network, x = Perceptron(16, 2), np.eye(3, dtype=np.float32)
    >>> kernel = tangent_kernel(network, network.draw(jax.random.key(0), (3,)), x)
    >>> kernel.shape, bool(np.array_equal(kernel, kernel.T))
    ((3, 3), True)
    """
    jax = import_jax("jax")
    few = np.asarray(inputs)
    outputs = int(np.prod(jax.eval_shape(network.apply, weights, few[:1]).shape))

    gradients, products = _compile_gradients(network), jax.jit(lambda one, other: one @ other.T)
    rows = max(1, BLOCK // sum(layer.size for layer in weights))
    parts = [slice(first, first + rows) for first in range(0, len(few), rows)]
    kernel = np.zeros((len(few), len(few)))
    for output in range(outputs):
        for place, part in enumerate(parts):
            one = gradients(weights, few[part], output)
            kernel[part, part] += products(one, one)
            for other in parts[:place]:
                kernel[part, other] += products(one, gradients(weights, few[other], output))
    lower = np.tril(kernel, -1)
    diagonal = np.diag(np.diag(kernel))
    found: Reals = (lower + lower.T + diagonal) / outputs
    return found


@lru_cache(maxsize=8)
def _compile_gradients(network: Network) -> Any:
    """Return the function of weights, inputs and the place of an output that has the gradient for each input."""
    jax = import_jax("jax")

    def gradient(weights: Any, x: Any, output: Any) -> Any:
        slopes = jax.grad(lambda own: network.apply(own, x[None]).reshape(-1)[output])(weights)
        return jax.numpy.concatenate([slope.reshape(-1) for slope in slopes])

    return jax.jit(jax.vmap(gradient, (None, 0, None)))


def start_kernel(network: Network, inputs: Any, seed: int = 0) -> Reals:
    """Return the tangent kernel of the network that a seed trains, before it is trained.

    Examples
    --------
    >>> from verify.networks.perceptron import Perceptron
    >>> start_kernel(Perceptron(16, 2), np.eye(3, dtype=np.float32), seed=1).shape
    (3, 3)
    """
    return tangent_kernel(network, draw_start(network, inputs.shape[1:], seed)[0], inputs)


def draw_start(network: Network, shape: tuple[int, ...], seed: int) -> tuple[list[Any], Any]:
    """Return the weights with which a seed starts, and the key of its batches.

    >>> from verify.networks.perceptron import Perceptron
    >>> [layer.shape for layer in draw_start(Perceptron(16, 2), (3,), seed=0)[0]]
    [(3, 16), (16,)]
    """
    random = import_jax("jax.random")
    weights, batches = random.split(random.key(seed))
    return network.draw(weights, shape), batches


BLOCK = 2**26
"""Numbers in the gradients of a block of inputs: 256 MiB."""
