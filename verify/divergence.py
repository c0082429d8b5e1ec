"""When has gradient descent left the region in which it is stable?"""

from __future__ import annotations

from typing import Self

from exponents.errors import NotSolved

DIVERGED = 1e3
"""Loss, in units of the first, at which gradient descent is taken to have left its stable region."""

STABLE = 2.0
"""eta kappa mu_1 beyond which a mode that is multiplied by 1 - eta kappa mu_1 in a step grows."""


class Diverged(NotSolved):
    """Gradient descent left the region in which it is stable.

    Attributes
    ----------
    step : int
        The step at which the loss was no longer bounded.
    time : float
        eta times that step.
    loss : float
        The loss there; may be infinite or NaN.
    """

    def __init__(self, message: str, step: int, time: float, loss: float) -> None:
        super().__init__(message, step, time, loss)
        self.step, self.time, self.loss = step, time, loss

    @classmethod
    def at(cls, step: int, learning_rate: float, loss: float, reason: str) -> Self:
        """The error for a step; ``reason`` says what had become of eta kappa mu_1, or whose loss it is."""
        time = learning_rate * step
        message = (
            f"gradient descent diverged at step {step}, t = {time:.6g}, where the loss was {loss:.3g}; {reason}; "
            "take a smaller learning rate"
        )
        return cls(message, step, time, loss)


def sharpness_reached(sharpness: float, passed: int) -> str:
    """How far eta kappa mu_1 had come, and the step at which it passed `STABLE`, -1 if it never did."""
    since = f"{STABLE:g} at step {passed}" if passed >= 0 else f"no more than {sharpness:.3g}"
    return f"eta kappa mu_1, stable below {STABLE:g}, had reached {since}"
