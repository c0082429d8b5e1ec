"""How does a sweep reach more than one machine?  By a scheduler of Dask, through the standard interface of executors.

A scheduler has an address, and workers anywhere that have the same version of this package.  Dask moves tasks of a lost
worker to another one.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from exponents import __version__
from exponents.errors import InputError, import_extra
from exponents.rationals import abbreviate

from .tasks import check_version

PATIENCE = 10.0
"""Seconds in which a scheduler and a first worker must answer."""


@contextmanager
def open_scheduler(address: str, patience: float = PATIENCE) -> Iterator[tuple[Executor, int]]:
    """Yield an executor that runs tasks on the workers of a scheduler of Dask, and the number of their threads.

    Parameters
    ----------
    address : str
        Such as "tcp://10.0.0.1:8786".
    patience : float
        Seconds to wait for the scheduler, and for a first worker.

    Returns
    -------
    context manager of (Executor, int)

    Raises
    ------
    InputError
        If Dask is not installed, the scheduler does not answer, or it has no workers with the same version of this
        package.

    Examples
    --------
    >>> with open_scheduler("tcp://127.0.0.1:1", patience=0.1) as (executor, threads):
    ...     pass
    Traceback (most recent call last):
    exponents.errors.InputError: a scheduler of Dask must answer at its address; got tcp://127.0.0.1:1, silent for ...
    """
    distributed = import_extra("distributed", "dask", "a scheduler")
    for name in ("distributed", "asyncio"):  # what it reports is said in one line here
        logging.getLogger(name).setLevel(logging.CRITICAL)
    shown = abbreviate(address)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of versions of its own parts
        try:
            client = distributed.Client(address, timeout=patience, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise InputError(
                f"a scheduler of Dask must answer at its address; got {shown}, silent for {patience:g} seconds; start "
                "one with: dask scheduler"
            ) from error
        except (ValueError, TypeError) as error:
            raise InputError(f"a scheduler has an address such as tcp://10.0.0.1:8786; got {shown}; mend it") from error
    try:
        _check_workers(client, shown, patience)
        yield client.get_executor(pure=False), max(1, sum(client.nthreads().values()))
    finally:
        client.close(timeout=PATIENCE)


def _check_workers(client: object, shown: str, patience: float) -> None:
    """Raise InputError unless there are workers, all with this version of this package."""
    try:
        client.wait_for_workers(1, timeout=patience)  # type: ignore[attr-defined]
    except TimeoutError as error:
        raise InputError(
            f"a scheduler needs workers; got {shown}, which has none; start some with: dask worker {shown}"
        ) from error
    try:
        found = set(client.run(check_version, on_error="return").values())  # type: ignore[attr-defined]
    except Exception as error:  # whatever a worker without the package makes of the call
        found = {type(error).__name__}
    if found != {__version__}:
        other = ", ".join(sorted(str(one) for one in found - {__version__}))
        raise InputError(
            f"workers need version {__version__} of this package; got {abbreviate(other)} at {shown}; install it there"
        )
