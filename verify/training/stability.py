"""When has gradient descent left the region in which it is stable?"""

from __future__ import annotations

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


class StabilityWatch:
    """Follows a descent step by step, and gives it up where its loss has grown too far.

    Parameters
    ----------
    first : float
        The loss at the first step.
    learning_rate, largest : float
        eta and mu_1.
    """

    def __init__(self, first: float, learning_rate: float, largest: float) -> None:
        self.bound, self.learning_rate, self.top = DIVERGED * first, learning_rate, learning_rate * largest
        self.sharpness, self.passed = 0.0, -1

    def see(self, step: int, loss: float, kernel: float) -> None:
        """Take note of a step.

        Raises
        ------
        Diverged
            If the loss is no number, or above `DIVERGED` times the first.
        """
        if not loss <= self.bound:
            raise self._diverged(step, loss)
        self.sharpness = max(self.sharpness, self.top * kernel)
        if self.passed < 0 and self.sharpness > STABLE:
            self.passed = step

    def _diverged(self, step: int, loss: float) -> Diverged:
        time, passed = self.learning_rate * step, self.passed
        since = f"{STABLE:g} at step {passed}" if passed >= 0 else f"no more than {self.sharpness:.3g}"
        message = (
            f"gradient descent diverged at step {step}, t = {time:.6g}, where the loss was {loss:.3g}; eta kappa mu_1, "
            f"stable below {STABLE:g}, had reached {since}; take a smaller learning rate"
        )
        return Diverged(message, step, time, loss)
