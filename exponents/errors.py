"""The errors this package raises on purpose: bad input, and derivations or solvers that fail honestly.

Every message says what was required, what came, and what to try.  `import_extra` imports what only an extra installs,
and `install_hint` says how to install the extra.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

PACKAGE = "scaling-exponents"
"""The name under which this package is installed."""


class ExponentsError(Exception):
    """Base of every error this package raises on purpose."""


class InputError(ExponentsError, ValueError):
    """The input cannot be used; the message says what was required, what came and what to try.

    Parameters
    ----------
    message : str
        The message in Python.
    in_shell : str, optional
        The message of the command, where its users have another thing to try.

    Examples
    --------
    >>> error = InputError("alpha must exceed 1; call compute_optimum", in_shell="alpha must exceed 1; see balance")
    >>> print(error, error.in_shell, sep=" | ")
    alpha must exceed 1; call compute_optimum | alpha must exceed 1; see balance
    """

    def __init__(self, message: str = "", in_shell: str = "") -> None:
        super().__init__(message)
        self.in_shell = in_shell or message


class NoSingleExponent(InputError):
    """A measured spectrum follows no single power law.

    Attributes
    ----------
    ranges : sequence of (int, int)
        Ranges of modes.
    exponents : sequence of float
        The local exponent in each.
    """

    def __init__(self, message: str, ranges: object = (), exponents: object = (), in_shell: str = "") -> None:
        super().__init__(message, in_shell)
        self.ranges, self.exponents = ranges, exponents


class TooMuchWork(InputError):
    """An exact answer would take longer than is allowed: too many terms, or curves of too high a degree."""


class DivergentSum(InputError):
    """A mode sum diverges: its weight lies at or left of the kernel's Mellin strip."""


class UnknownKernel(ExponentsError):
    """No rule gives the kernel's Mellin transform, or the transform found failed its numerical check."""


class NoBalance(ExponentsError):
    """No dominant balance exists: the programme is infeasible or unbounded.

    Attributes
    ----------
    evidence : str
        The constraint or the resource that is the cause.
    """

    def __init__(self, message: str, evidence: str = "") -> None:
        super().__init__(message)
        self.evidence = evidence


class FallsWithoutBound(NoBalance):
    """The loss can be made arbitrarily small within the budgets."""


class IncompleteProof(ExponentsError):
    """A statement could not be proved on its whole region, and so is not printed."""


class Refuted(ExponentsError):
    """A statement was found false.

    Attributes
    ----------
    counterexample : mapping of Symbol to Fraction
        An exact point where it fails.
    """

    def __init__(self, message: str, counterexample: object = None) -> None:
        super().__init__(message)
        self.counterexample = counterexample


class NotSolved(ExponentsError):
    """A numerical solver gave up.

    It passes all its arguments, the message and the evidence, to `Exception`, so that it travels between processes.
    """

    def __str__(self) -> str:
        return str(self.args[0])


class FlowFailed(NotSolved):
    """The flow could not be solved any further.

    Attributes
    ----------
    time : float
        The last time that was reached, in units of 1/(learning rate).
    residual : float
        Size of the residual there; a solution has zero.
    """

    def __init__(self, message: str, time: float, residual: float) -> None:
        super().__init__(message, time, residual)
        self.time, self.residual = time, residual


class Unresolved(FlowFailed):
    """The clock ran beyond what the spectrum resolves."""


def import_extra(module: str, extra: str, purpose: str) -> Any:
    """Import a module that comes with an extra of this package.

    Parameters
    ----------
    module : str
        Its full name.
    extra : str
        The extra that installs it.
    purpose : str
        What needs it; the message begins with this.

    Raises
    ------
    InputError
        If it is not installed.  The message says how to install it.

    Examples
    --------
    >>> import_extra("json", "plot", "plotting").__name__
    'json'
    >>> import_extra("no_such_module", "plot", "plotting")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    exponents.errors.InputError: plotting needs no_such_module, which could not be imported; try pip install ...
    """
    try:
        return import_module(module)
    except ImportError as error:
        name = module.partition(".")[0]
        hint = install_hint(extra)
        raise InputError(f"{purpose} needs {name}, which could not be imported; try {hint}") from error


def install_hint(extra: str) -> str:
    """Return the command that installs an extra, from where this package was installed.

    The package need not be on an index.  If its source is not known any more, the command names what the extra
    requires.

    Parameters
    ----------
    extra : str
        One of the optional dependencies of this package.

    Examples
    --------
    >>> install_hint("plot").split()[:2]
    ['pip', 'install']
    """
    import re
    from importlib.metadata import PackageNotFoundError, distribution
    from pathlib import Path
    from shlex import join

    root = Path(__file__).resolve().parents[1]
    project = root / "pyproject.toml"
    if project.is_file() and f'name = "{PACKAGE}"' in project.read_text(encoding="utf-8"):
        return join(["pip", "install", "-e", f"{root}[{extra}]"])
    try:
        installed = distribution(PACKAGE)
    except PackageNotFoundError:
        return join(["pip", "install", f"{PACKAGE}[{extra}]"])
    source = _source(installed.read_text("direct_url.json"), extra)
    marker = re.compile(rf"""(.*?)\s*;.*\bextra == (['"]){re.escape(extra)}\2""")
    required = [found[1] for text in installed.requires or () if (found := marker.fullmatch(text))]
    return join(["pip", "install", *([source] if source else required or [f"{PACKAGE}[{extra}]"])])


def _source(record: str | None, extra: str) -> str:
    """Return an extra of this package as pip takes it, from the record of its source; empty if that is gone."""
    import json
    from pathlib import Path
    from urllib.parse import unquote, urlsplit

    if record is None:
        return ""
    found = json.loads(record)
    url = urlsplit(found["url"])
    if url.scheme == "file":
        path = Path(unquote(url.path))
        return f"{path}[{extra}]" if path.exists() else ""
    control = found.get("vcs_info", {})
    place = f"{control['vcs']}+{url.geturl()}@{control['commit_id']}" if control else url.geturl()
    return f"{PACKAGE}[{extra}] @ {place}"
