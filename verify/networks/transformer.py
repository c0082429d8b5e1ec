"""What is trained on text?  A small decoder-only transformer in mean-field parameterisation.

On a residual stream h of N numbers at each place of the context, with n(h) = (h - mean)/standard deviation, a block is

    h += V attention(n(h))/sqrt(N),    attention of a head: softmax(q . k/d) v,    q, k, v = W n(h)/sqrt(N),

    h += U phi(W' n(h)/sqrt(N))/sqrt(4 N),    phi(h) = sqrt(2) relu(h),

where a place attends to itself and those before it, and a head has d numbers.  It starts with h = E[token] + P[place],
and ends with the logits f_c = a_c . n(h)/(gamma_0 N).  All weights start as Gaussians of unit variance; there are no
biases.  Products of a head are divided by d and not by its root (Yang et al. 2022).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from exponents.errors import InputError

from .network import Network, draw_normal, import_jax

EXPANSION = 4
"""Units of the inner layer, over the width."""

EPSILON = 1e-6
"""Added to variances."""

ARRAYS = 4
"""Arrays of weights of a block."""


@dataclass(frozen=True)
class Transformer(Network):
    """A network that takes tokens, of shape (samples, places), and has logits for the next at each place.

    Attributes
    ----------
    width, depth : int
        N, a multiple of the numbers of a head or below, and the number of blocks.
    richness : float
        gamma_0; 0 is the network that is linear in its weights.
    tokens : int
        How many different ones there are.
    head : int
        d.

    Raises
    ------
    InputError
        If a value cannot be used.

    Examples
    --------
    >>> import jax, numpy
    >>> network = Transformer(width=16, depth=2)
    >>> weights = network.draw(jax.random.key(0), (8,))
    >>> network.apply(weights, numpy.ones((3, 8), numpy.uint8)).shape
    (3, 8, 256)
    """

    width: int = 64
    depth: int = 2
    richness: float = 1.0
    tokens: int = 256
    head: int = 16

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.width % self.head:
            raise InputError(
                f"the width must be a multiple of {self.head}, the numbers of a head; got {self.width}; try 64"
            )

    @property
    def weights_about(self) -> int:
        """Roughly how many weights there are."""
        return self.width * (2 * self.tokens + self.depth * (4 + 2 * EXPANSION) * self.width)

    @property
    def units(self) -> int:
        """Numbers that all layers hold for one sample of 64 places."""
        return 64 * (2 * self.tokens + self.depth * (self.width * (8 + 2 * EXPANSION) + 64 * self.width // self.head))

    def draw(self, key: Any, shape: tuple[int, ...]) -> list[Any]:
        """Return weights at the start, from a key of JAX and the shape (places,)."""
        N, M = self.width, EXPANSION * self.width
        block = [(N, 3 * N), (N, N), (N, M), (M, N)]
        return draw_normal(key, [(self.tokens, N), (*shape, N), *(block * self.depth), (N, self.tokens)])

    def apply(self, weights: list[Any], inputs: Any) -> Any:
        """Return the logits, of shape (samples, places, tokens), before they are centred."""
        numpy = import_jax("jax.numpy")
        hidden = weights[0][inputs] + weights[1]
        for first in range(2, len(weights) - 1, ARRAYS):
            mix, out, up, down = weights[first : first + ARRAYS]
            hidden += self._attend(_normalise(hidden) @ mix / sqrt(self.width)) @ out / sqrt(self.width)
            inner = numpy.maximum(_normalise(hidden) @ up / sqrt(self.width), 0)
            hidden += sqrt(2) * inner @ down / sqrt(EXPANSION * self.width)
        return _normalise(hidden) @ weights[-1] / (self.readout * self.width)

    def _attend(self, mixed: Any) -> Any:
        """Return what each place takes from those before it, given its q, k and v."""
        jax = import_jax("jax")
        samples, places, _ = mixed.shape
        q, k, v = mixed.reshape(samples, places, 3, -1, self.head).transpose(2, 0, 3, 1, 4)
        products = q @ k.swapaxes(-1, -2) / self.head
        past = jax.numpy.tril(jax.numpy.ones((places, places), bool))
        shares = jax.nn.softmax(jax.numpy.where(past, products, -jax.numpy.inf))
        return (shares @ v).swapaxes(1, 2).reshape(samples, places, self.width)


def _normalise(hidden: Any) -> Any:
    """Return numbers less their mean, over their standard deviation."""
    numpy = import_jax("jax.numpy")
    centred = hidden - hidden.mean(axis=-1, keepdims=True)
    return centred / numpy.sqrt((centred**2).mean(axis=-1, keepdims=True) + EPSILON)
