"""Can the two-time equations be solved with these numbers?  All three solvers check their input here, once."""

from __future__ import annotations

from exponents.errors import InputError

from ..inputs import check_richness, check_step, check_whole

MEMORY = 4 * 2**30
"""Bytes that one solution may take."""

EXAMPLES = {"the model size": 64, "the batch size": 32, "the number of samples": 128}


def check_sizes(gamma: float, sizes: dict[str, int | None]) -> list[float]:
    """Return the inverse of each size, 0 for an infinite one.

    Parameters
    ----------
    gamma : float
        Richness.
    sizes : dict
        N, B or P by a name in `EXAMPLES`; None is infinite.

    Raises
    ------
    InputError
        Unless gamma is a finite number of at least 0, and each size a whole number of at least 1.

    Examples
    --------
    >>> check_sizes(1.0, {"the model size": 4, "the batch size": None})
    [0.25, 0.0]
    """
    check_richness(gamma)
    for name, value in sizes.items():
        if value is not None:
            check_whole(value, name, 1, EXAMPLES[name])
    return [0.0 if value is None else 1 / value for value in sizes.values()]


def check_steps(learning_rate: float, steps: int, largest: float) -> None:
    """Raise InputError unless the learning rate is finite and above 0, and the steps a whole number of at least 1.

    Parameters
    ----------
    largest : float
        mu_1, from which the message takes a learning rate to try.

    Examples
    --------
    >>> check_steps(0.1, 100, largest=1.0)
    """
    check_step(learning_rate, largest)
    check_whole(steps, "the number of steps", 1, 1000)


def check_memory(numbers: int, what: str, advice: str) -> None:
    """Raise InputError if a solution would keep more double-precision numbers than fit into `MEMORY`.

    >>> check_memory(2**40, "10000 steps", "take fewer or larger steps")
    Traceback (most recent call last):
    exponents.errors.InputError: 10000 steps need more than 4 GiB; take fewer or larger steps
    """
    if 8 * numbers > MEMORY:
        raise InputError(f"{what} need more than {MEMORY / 2**30:.3g} GiB; {advice}")
