"""How is a task computed, in whatever process?  `run_batch` takes tasks, and returns an outcome for each that it ended.

A batch is a list of tasks that one message carries.  It stops after `ENOUGH` seconds, and what it did not begin is
given to another.  So a batch of tasks that take longer than was expected is no burden.

Results do not depend on the process: a task is computed from its setting alone.  One task is computed at a time in a
process, also where an engine has threads, since mpmath keeps its precision in one place for all of them.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from exponents import __version__
from exponents.errors import ExponentsError, InputError
from exponents.names import SpectrumKind

from .curve_question import name_arguments, read_setting
from .grid import Setting, digest_file
from .record import curve_record
from .sweep_file import CURVE

ENOUGH = 0.5
"""Seconds after which a batch begins no other task."""

DONE, FAILED = "done", "failed"

_ONE_AT_A_TIME = threading.Lock()


class Outcome(NamedTuple):
    """How a task ended: its result as JSON, or a message in one line; and the seconds that it took."""

    key: str
    status: str
    result: str | None
    message: str | None
    seconds: float


def run_batch(run: str, tasks: Sequence[tuple[str, Setting]], attempt: int = 0) -> list[Outcome]:  # noqa: ARG001
    """Compute tasks one after the other, at least one, until `ENOUGH` seconds have passed.

    Parameters
    ----------
    run : {"curve", "verify"}
    tasks : sequence of pairs
        Key and setting of each.
    attempt : int
        Tells engines that remember calls that this one is new.

    Returns
    -------
    list of Outcome
        For the first tasks, in their order.

    Raises
    ------
    KeyboardInterrupt
        If it is interrupted; a task is never half done.

    Examples
    --------
    >>> from verify.sweep.grid import read_sweep
    >>> task = read_sweep({"alpha": "3/2", "beta": "1/2", "time": "1,10"}).tasks[0]
    >>> [found] = run_batch("curve", [(task.key, task.setting)])
    >>> found.status, [round(loss, 4) for loss in json.loads(found.result)["loss"]]
    ('done', [0.7412, 0.1626])
    """
    begun, found = time.monotonic(), list[Outcome]()
    with _ONE_AT_A_TIME:
        for key, setting in tasks:
            if found and time.monotonic() - begun > ENOUGH:
                break
            found.append(_run_task(run, key, setting))
    return found


def check_version() -> str:
    """Return the version of this package where it is called.

    Examples
    --------
    >>> check_version() == __version__
    True
    """
    return __version__


def _run_task(run: str, key: str, setting: Setting) -> Outcome:
    """Compute one task; whatever fails in it is its outcome."""
    begun, result, message = time.monotonic(), None, None
    try:
        found = solve_curve(setting) if run == CURVE else judge_point(setting)
        result = json.dumps(found, separators=(",", ":"))
    except ExponentsError as error:
        message = str(error)
    except Exception as error:  # a fault of ours must not stop the others
        message = f"{type(error).__name__}: {error}"
    status = FAILED if result is None else DONE
    return Outcome(key, status, result, message and " ".join(message.split()), time.monotonic() - begun)


def solve_curve(setting: Setting) -> dict[str, Any]:
    """Return the record of the curve of a setting.

    Raises
    ------
    InputError
        If its spectrum is not the one that was asked for.
    NotSolved
        If a solver gave up.
    KeyboardInterrupt
        If it is interrupted, also where some seeds were finished.

    Examples
    --------
    >>> from verify.sweep.grid import read_sweep
    >>> solve_curve(read_sweep({"alpha": "3/2", "beta": "1/2", "time": "1"}).tasks[0].setting)["kernel"][0] > 1
    True
    """
    digest, spectrum = setting["spectrum_digest"], str(setting["spectrum"])
    if digest is not None and digest != digest_file(Path(spectrum)):
        raise InputError(f"the spectrum {spectrum} was changed; begin the sweep again")
    with name_arguments(lambda name, _: name.replace("_", "-")):
        asked = read_setting(setting)
        found = asked.solve()
    if found.status.interrupted:
        raise KeyboardInterrupt
    return curve_record(asked, found)


def judge_point(setting: Setting) -> dict[str, Any]:
    """Return the verdicts on a claim or a family at one point, as JSON holds them.

    Raises
    ------
    InputError
        If nothing that is asked for is derived and measured there.

    Examples
    --------
    >>> task = {"claim": "chi: lazy time exponent", "alpha": "3/2", "beta": "1/2", "gamma": "1"}
    >>> judge_point({**task, "spectrum": "continuum", "control": "false"})["verdicts"][0]["derived_verdict"]
    'confirmed'
    """
    from ..judgement import verdicts
    from ..measurements.points import read_point

    spectrum = cast("SpectrumKind", setting["spectrum"])
    point = read_point(setting["alpha"], setting["beta"], setting["gamma"], spectrum)
    found = [
        verdict
        for part in verdicts([point], [str(setting["claim"])], setting["control"] == "true", thorough=True)
        for verdict in part
    ]
    if not found:
        raise InputError("nothing that was asked for is derived and measured at this point")
    records = [{**verdict.to_dict(), "failure": verdict.failure or None} for verdict in found]
    return {"verdicts": records, "parameters": dict(setting), "version": __version__}
