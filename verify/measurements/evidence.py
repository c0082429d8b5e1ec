"""What was measured for a claim, and how is it repeated?  Read from the procedure that measures it."""

from __future__ import annotations

import inspect
import shlex
from functools import partial
from math import isnan

from exponents.claims.claim import SUBJECTS, Claim
from exponents.names import CONTINUUM

from .points import Point
from .slopes import Limit
from .systems import SYSTEMS


def describe_measurement(claim: Claim) -> str:
    """Return what is measured for a claim: the first sentence of its procedure, and the procedure's arguments.

    Examples
    --------
    >>> from exponents.claims.catalogue import select_claims
    >>> describe_measurement(select_claims(["chi: correlation"])[0])
    'The exponent of B from differences, since rounding destroys every formula for its slope.'
    """
    procedure = SYSTEMS[claim.system].procedures[claim.name]
    given = procedure.keywords if isinstance(procedure, partial) else {}
    function = procedure.func if isinstance(procedure, partial) else procedure
    sentence = " ".join((inspect.getdoc(function) or function.__name__).partition("\n\n")[0].split())
    quantity = sentence.removeprefix("Measure ")
    chosen = ", ".join(f"{name.replace('_', ' ')}: {value}" for name, value in given.items())
    return f"{quantity[0].upper()}{quantity[1:]}" + (f" ({chosen})" if chosen else "")


def collect_evidence(claim: Claim, at: Point, measured: Limit | None, certified: bool = False) -> dict[str, object]:
    """Return what was measured, on which system, in which window, and the command that repeats it.

    Parameters
    ----------
    claim : Claim
    at : Point
    measured : Limit or None
        None if the measurement failed.
    certified : bool
        Whether the command asks for a certificate too.

    Returns
    -------
    dict
        ``quantity``, ``system``, ``command`` as texts; ``window`` as two numbers, in the variable of the limit (a time,
        a size or a budget); ``correction``, the exponent of the leading correction, None where none is seen.

    Examples
    --------
    >>> from exponents.claims.catalogue import select_claims
    >>> from verify.measurements.points import read_point
    >>> claim = select_claims(["chi: lazy time exponent"])[0]
    >>> found = collect_evidence(claim, read_point("3/2", "1/2", 1), None)
    >>> found["system"], found["command"]
    ('training at N, B = infinity', "exponents verify 'chi: lazy time exponent' --at 3/2,1/2,1 --evidence")
    """
    words = ["exponents", "verify", claim.name, "--at", f"{at.alpha},{at.beta},{at.gamma}"]
    words += [] if at.spectrum == CONTINUUM else ["--spectrum", at.spectrum]
    return {
        "quantity": describe_measurement(claim),
        "system": SUBJECTS[claim.system],
        "window": None if measured is None else list(measured.window),
        "correction": None if measured is None or isnan(measured.correction) else measured.correction,
        "command": shlex.join([*words, "--evidence", *(["--certify"] if certified else [])]),
    }
