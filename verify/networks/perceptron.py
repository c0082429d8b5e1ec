"""What is trained?  A multilayer perceptron in mean-field parameterisation, so that time means the same at any width.

    h_1 = W_1 x,    h_l = W_l phi(h_{l-1})/sqrt(N),    f(x) = a . phi(h_{D-1})/(gamma_0 N),    phi(h) = c relu(h)^q_phi,

for depth D, which counts the layers of weights, and width N; all entries of W_l and a start as Gaussians of unit
variance.  c makes the mean of phi^2 one for h of unit variance: then all layers of an input with |x| = 1 stay of order
one.  Factors of phi and of x only change the unit of time, as phi is homogeneous.

The learning rate follows.  A gradient step of size s on the loss <(y - f)^2>/2 changes f(x) by
s <Theta(x, x') (y - f)(x')> with Theta the sum of products of gradients.  Each of the D layers adds products of order
1/(gamma_0^2 N): the readout adds phi . phi/(gamma_0 N)^2 = 1/(gamma_0^2 N), and each layer below the same times
E phi'^2 once more,

    Theta(x, x) = K/(gamma_0^2 N),    K = sum_{l=0}^{D-1} g^l,    g = E phi'(h)^2/E phi(h)^2 = q_phi^2/(2 q_phi - 1).

So s = eta gamma_0^2 N/K gives outputs that move by eta in a step, whatever N, D and gamma_0 are: t = eta x step is
time in units in which the tangent kernel starts with the diagonal 1.  In a time of order one, f moves by order one and
h_l by order gamma_0 (Bordelon and Pehlevan 2022).  Every eigenvalue is below the trace 1, so steps start stable for
eta < 2.

The network learns y as f - f_0: it is centred at its start.  For gamma_0 -> 0 it becomes linear in the weights,
f - f_0 = grad f_0 . (weights - start); ``richness`` 0 is this linear network, at the width that is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any, ClassVar

from exponents.errors import InputError
from exponents.rationals import abbreviate

from ..inputs import as_double
from .network import Network, draw_normal, import_jax
from .unit_kernels import mean_square


@dataclass(frozen=True)
class Perceptron(Network):
    """A network with one output.

    Attributes
    ----------
    width, depth : int
        N, and D >= 2.
    power : float
        q_phi > 1/2: the tangent kernel is infinite below.
    richness : float
        gamma_0; 0 is the network that is linear in its weights.

    Raises
    ------
    InputError
        If a value cannot be used.

    Examples
    --------
    >>> network = Perceptron(width=256, depth=4)
    >>> network.diagonal, network.weight_step(0.1)  # 0.1 x 256/4
    (4.0, 6.4)
    """

    width: int = 256
    depth: int = 4
    power: float = 1.0
    richness: float = 1.0

    SHALLOWEST: ClassVar[int] = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0.5 < as_double(self.power) < 20:
            raise InputError(
                f"q_phi must be above 1/2, where gradients are square integrable, and below 20; "
                f"got {abbreviate(self.power)}; try 1"
            )

    @property
    def scale(self) -> float:
        """The factor c of phi: E c^2 relu(h)^(2 q_phi) = 1."""
        return 1 / sqrt(mean_square(self.power))

    @property
    def diagonal(self) -> float:
        """The tangent kernel of an input with itself, K."""
        gain = self.power**2 / (2 * self.power - 1)
        return float(sum(gain**layer for layer in range(self.depth)))

    @property
    def weights_about(self) -> int:
        """Roughly how many weights there are."""
        return self.depth * self.width**2

    @property
    def units(self) -> int:
        """Numbers that all layers hold for one sample."""
        return self.width * self.depth

    def weight_step(self, learning_rate: float, weights: object = None, inputs: object = None) -> float:  # noqa: ARG002
        """Return the step s of the weights for a learning rate eta of the outputs, the same for all draws."""
        return learning_rate * self.readout**2 * self.width / self.diagonal

    def draw(self, key: Any, shape: tuple[int, ...]) -> list[Any]:
        """Return weights at the start, from a key of JAX and the shape of an input."""
        inner = [(self.width, self.width)] * (self.depth - 2)
        return draw_normal(key, [(*shape, self.width), *inner, (self.width,)])

    def apply(self, weights: list[Any], inputs: Any) -> Any:
        """Return the outputs, of shape (samples,), before they are centred."""
        hidden = self._activate(inputs @ weights[0])
        for layer in weights[1:-1]:
            hidden = self._activate(hidden @ layer / sqrt(self.width))
        return hidden @ weights[-1] / (self.readout * self.width)

    def _activate(self, h: Any) -> Any:
        numpy = import_jax("jax.numpy")
        if self.power == 1:
            return self.scale * numpy.maximum(h, 0)
        positive = h > 0
        return numpy.where(positive, self.scale * numpy.where(positive, h, 1.0) ** self.power, 0.0)
