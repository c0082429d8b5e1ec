"""What is trained on images?  A small convolutional network in mean-field parameterisation.

    h_1 = W_1 * x/sqrt(9 C),    h_l = W_l * phi(h_{l-1})/sqrt(9 N),

    f_c(x) = sum_p a_{c p} . phi(h_{D-1, p})/(gamma_0 N sqrt(P)),

with phi(h) = sqrt(2) relu(h), where * is a convolution with 3 x 3 weights, zero outside the image of C colours.  The
first has stride 1, and each later one halves the image.  N is the number of channels, D counts the layers of weights,
and P the places p of the last layer.  All weights start as Gaussians of unit variance.  There is no pooling, no bias
and no normalisation.

A convolution is written as one matrix product, of patches and weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

from .network import Network, draw_normal, import_jax

PATCH = 3
"""Side of the weights of a convolution."""


@dataclass(frozen=True)
class Convolutional(Network):
    """A network that takes images, of shape (samples, height, width, colours).

    Attributes
    ----------
    width, depth : int
        N, and D >= 1.
    richness : float
        gamma_0; 0 is the network that is linear in its weights.
    outputs : int

    Raises
    ------
    InputError
        If a value cannot be used.

    Examples
    --------
    >>> import jax, numpy
    >>> network = Convolutional(width=16, depth=4)
    >>> weights = network.draw(jax.random.key(0), (8, 8, 1))
    >>> [layer.shape for layer in weights]
    [(9, 16), (144, 16), (144, 16), (2, 2, 16, 10)]
    >>> network.apply(weights, numpy.ones((5, 8, 8, 1))).shape
    (5, 10)
    """

    width: int = 32
    depth: int = 4
    richness: float = 1.0
    outputs: int = 10

    @property
    def weights_about(self) -> int:
        """Roughly how many weights there are."""
        return self.depth * (PATCH * self.width) ** 2

    @property
    def units(self) -> int:
        """Numbers that all layers hold for one image of 32 x 32, as patches."""
        return 32**2 * PATCH**2 * self.width * 2

    def draw(self, key: Any, shape: tuple[int, ...]) -> list[Any]:
        """Return weights at the start, from a key of JAX and the shape of an image."""
        *sides, colours = shape
        inner = [(PATCH**2 * (self.width if layer else colours), self.width) for layer in range(self.depth - 1)]
        for _ in inner[1:]:
            sides = [(side + 1) // 2 for side in sides]
        last = self.width if inner else colours
        return draw_normal(key, [*inner, (*sides, last, self.outputs)])

    def apply(self, weights: list[Any], inputs: Any) -> Any:
        """Return the outputs, of shape (samples, outputs), before they are centred."""
        numpy = import_jax("jax.numpy")
        hidden = inputs
        for number, layer in enumerate(weights[:-1]):
            patches = _cut_patches(hidden, 2 if number else 1)
            hidden = sqrt(2) * numpy.maximum(patches @ layer / sqrt(len(layer)), 0)
        count, *rest = hidden.shape
        readout = weights[-1].reshape(-1, self.outputs)
        places = rest[0] * rest[1]
        return hidden.reshape(count, -1) @ readout / (self.readout * self.width * sqrt(places))


def _cut_patches(images: Any, stride: int) -> Any:
    """Return the 3 x 3 neighbourhoods of places, zero outside, of shape (samples, height, width, 9 channels)."""
    numpy = import_jax("jax.numpy")
    _, height, width, _ = images.shape
    padded = numpy.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    shifts = [(i, j) for i in range(PATCH) for j in range(PATCH)]
    return numpy.concatenate([padded[:, i : i + height : stride, j : j + width : stride] for i, j in shifts], axis=-1)
