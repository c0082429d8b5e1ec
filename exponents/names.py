"""Which names do people type, and results carry?  Regimes, versions, tables, derivations, formats and more.

The names stand apart from what they name, so that the command can check a word without importing SymPy.  Help texts
and messages list them from here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache, wraps
from typing import Any, Literal, TypeVar, cast, get_args

from .errors import InputError
from .rationals import abbreviate

Regime = Literal["lazy", "rich"]
Version = Literal["published", "derived"]
SpectrumKind = Literal["continuum", "modes"]
Method = Literal["flow", "two-time", "simulate"]
Clock = Literal["time", "steps"]
KernelName = Literal["covariance", "tangent"]
Format = Literal["text", "markdown", "latex", "csv", "json"]

REGIMES: tuple[Regime, ...] = get_args(Regime)
LAZY, RICH = REGIMES
LOSS_EQUATION = {LAZY: "eq. 8", RICH: "eq. 9"}

VERSIONS: tuple[Version, ...] = get_args(Version)
PUBLISHED, DERIVED = VERSIONS

KERNELS: tuple[KernelName, ...] = get_args(KernelName)
COVARIANCE, TANGENT = KERNELS
"""Kernels of a network of infinite width: of its outputs, and of their gradients."""

FORMATS: tuple[Format, ...] = get_args(Format)

TABLES = {
    "compute-optimal": "Table 1: exponents of the compute-optimal loss and split",
    "time": "time exponents of the limit N, B to infinity",
    "levels": "the level series of the time exponent",
    "loss": "every term of the loss, as published and as derived",
    "phases": "boundaries of the phases, and the terms that tie there",
    "data": "compute-optimal exponents with P reused samples",
    "data-limit": "how many reused samples are enough",
    "claims": "every published exponent beside the derived one",
    "laws": "laws that others published: derived phases beside the printed exponents",
}
"""The tables, and what each shows."""

CONVENTION_TABLES = ("compute-optimal", "phases")
"""Tables that can be derived in the symbols of other papers."""

CLOCKS: tuple[Clock, ...] = get_args(Clock)
TIME, STEPS = CLOCKS
"""What compute counts: units of time, or steps at a stable learning rate."""

CLOCK_TABLES = ("compute-optimal", "phases", "data", "data-limit")
"""Tables that can be derived for each clock."""

DERIVATIONS = {
    "chi": "the time exponent of the limit N, B to infinity",
    "levels": "the level series of the time exponent",
    "amplitude": "the amplitude of the loss in that limit",
    "bottleneck": "what N features cannot represent",
    "transient": "the first correction in 1/N",
    "sgd": "the noise of finite batches",
    "compute-optimal": "the best split of compute",
    "steps": "what remains of it if compute counts stable steps",
    "data": "what P reused samples cannot determine",
}
"""The derivations, and what each derives."""

SPECTRA: tuple[SpectrumKind, ...] = get_args(SpectrumKind)
CONTINUUM, MODES = SPECTRA

METHODS: tuple[Method, ...] = get_args(Method)
FLOW, TWO_TIME, SIMULATE = METHODS
"""Ways to a loss curve: gradient flow; the two-time equations of finite steps; models that are trained."""

FIT_KINDS = ("runs", "spectrum")
RUNS, SPECTRUM = FIT_KINDS
"""What a file to be fitted may hold."""

OBJECTIVES = ("huber", "ls", "ls-raw")
"""What a fit of runs minimises."""

PICTURES = {
    "phases": "phase diagrams, lazy and rich (Fig. 1b, c), or that of your own loss",
    "curves": "loss curves of your own: several gamma, N, B or P (not in the paper)",
    "fig1a": "the time exponent against beta",
    "fig2a": "the loss against time: an easy task, in the limit N, B to infinity",
    "fig2b": "the same for a hard task",
    "fig2c": "the loss for several N, and what remains: an easy task",
    "fig2d": "the same for a hard task",
    "fig3": "the loss for several batch sizes B: a hard and a super-easy task",
    "fig4": "the loss against compute, and the best of all N",
    "fig5a": "networks: the loss against time for several targets on the circle (minutes)",
    "fig5b": "the same for several activations relu(h)^q_phi (minutes)",
    "fig6": "networks: digits, the loss against time for several richnesses (minutes)",
    "fig7a": "Fourier coefficients of kernels of networks, and their exponents",
    "fig7b": "networks: the loss against time for easy targets (minutes)",
    "fig8": "a transformer on text, the loss against tokens for several richnesses (minutes)",
    "fig10": "the levels of perturbation theory against beta",
    "fig11": "linear networks: the loss against time",
    "fig12": "linear networks: the readout against time",
    "offline": "reused samples: the loss against time, N and P (not in the paper)",
}
"""The pictures, and what each shows."""

PHASES, CURVES, *FIGURES = PICTURES

ALL = "all"
"""The word for all pictures."""

CHOICES = {
    "curves": ("alpha", "beta", "gamma", "times"),
    "fig1a": ("alpha", "beta", "gamma"),
    "fig2a": ("alpha", "beta", "gamma", "times"),
    "fig2b": ("alpha", "beta", "gamma", "times"),
    "fig2c": ("alpha", "beta", "gamma", "times"),
    "fig2d": ("alpha", "beta", "gamma", "times"),
    "fig3": ("alpha", "gamma"),
    "fig4": ("alpha", "beta", "gamma"),
    "fig5a": ("beta", "gamma", "quick"),
    "fig5b": ("beta", "gamma", "quick"),
    "fig6": ("gamma", "quick"),
    "fig7b": ("beta", "gamma", "quick"),
    "fig8": ("gamma", "quick"),
    "fig10": ("alpha", "gamma"),
    "fig11": ("alpha", "gamma", "times"),
    "fig12": ("alpha", "gamma", "times"),
    "offline": ("alpha", "beta", "gamma", "times"),
}
"""What may be chosen in a picture beside the paper's own values."""

TRAINED_PICTURES = tuple(picture for picture, able in CHOICES.items() if "quick" in able)
"""Pictures that need JAX: `ALL` leaves them out where it is not installed."""

TASKS = ("hard", "easy", "super-easy")
"""The paper's names for the phases of its loss, in order of increasing source exponent."""

COORDINATES = {
    "bordelon2024": ("alpha", "beta"),
    "random-features": ("a", "b"),
    "source-condition": ("alpha", "r"),
    "circle": ("q_phi", "q"),
}
"""Each convention's names for its two parameters: the kernel's first, the target's last."""

CONVENTIONS = tuple(COORDINATES)
MODEL = CONVENTIONS[0]

CLOSE = 0.8
"""Similarity (0 to 1) from which a word is suggested for a mistyped one."""


def nearest(word: object, allowed: Iterable[str]) -> str:
    """Return the allowed word that is close to ``word``; empty text unless exactly one is.

    Examples
    --------
    >>> nearest("tabel", ["table", "at"]), nearest("fig5", ["fig3", "fig4"])
    ('table', '')
    """
    import difflib  # only a mistake needs it

    near = difflib.get_close_matches(word, list(allowed), n=2, cutoff=CLOSE) if isinstance(word, str) else []
    return near[0] if len(near) == 1 else ""


Function = TypeVar("Function", bound=Callable[..., Any])


def remember(most: int) -> Callable[[Function], Function]:
    """Return a decorator that keeps the last ``most`` results of a function, by its arguments.

    Unlike `functools.lru_cache`, it passes on arguments that have no hash, such as lists, for the function to refuse.

    Examples
    --------
    >>> @remember(8)
    ... def double(word):
    ...     require(word, REGIMES, "the regime")
    ...     return 2 * word
    >>> double("lazy")
    'lazylazy'
    >>> double(["lazy"])
    Traceback (most recent call last):
    exponents.errors.InputError: the regime must be one of lazy, rich; got ['lazy']
    """

    def decorate(function: Function) -> Function:
        kept = lru_cache(maxsize=most)(function)

        @wraps(function)
        def call(*arguments: Any, **named: Any) -> Any:
            try:
                hash((arguments, tuple(named.values())))
            except TypeError:
                return function(*arguments, **named)
            return kept(*arguments, **named)

        call.cache_clear = kept.cache_clear  # type: ignore[attr-defined]
        return cast(Function, call)

    return decorate


def require_type(value: object, kind: type, role: str, hint: str) -> None:
    """Raise InputError unless a value is of a type.

    Parameters
    ----------
    value : object
        What the user gave.
    kind : type
    role : str
        What the value is, for the message.
    hint : str
        How one is made, for the message.

    Raises
    ------
    InputError
        If it is of another type.

    Examples
    --------
    >>> require_type("3/2", float, "the time", "write 1.5")
    Traceback (most recent call last):
    exponents.errors.InputError: the time must be a float; got 3/2; write 1.5
    """
    if not isinstance(value, kind):
        raise InputError(f"{role} must be a {kind.__name__}; got {abbreviate(value)}; {hint}")


def require(word: object, allowed: Collection[str], role: str) -> None:
    """Raise InputError unless ``word`` is allowed.

    Parameters
    ----------
    word : object
        What the user gave.
    allowed : collection of str
        The words to choose from.
    role : str
        What the word is, for the message.

    Raises
    ------
    InputError
        If the word is not allowed.  The message lists all that are, and suggests one if it is close.

    Examples
    --------
    >>> require("lazy", REGIMES, "the regime")
    >>> require("Rich", REGIMES, "the regime")
    Traceback (most recent call last):
    exponents.errors.InputError: the regime must be one of lazy, rich; got Rich
    """
    if isinstance(word, str) and word in allowed:
        return
    near = nearest(word, allowed)
    hint = f"; did you mean {near}?" if near else ""
    came = abbreviate(repr(word) if isinstance(word, str) and word != word.strip() else word)
    raise InputError(f"{role} must be one of {', '.join(allowed)}; got {came}{hint}")
