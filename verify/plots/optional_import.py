"""Matplotlib is an optional dependency: it is imported when something is drawn, and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from exponents.errors import InputError


def import_optional(module: str) -> Any:
    """Import a module of Matplotlib, or of what is installed along with it.

    Parameters
    ----------
    module : str
        Its full name.

    Raises
    ------
    InputError
        If it is not installed.  The message says what to install.

    Examples
    --------
    >>> import_optional("matplotlib.figure").Figure.__name__
    'Figure'
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise InputError(
            f"plotting needs matplotlib; {module} could not be imported; try pip install 'scaling-exponents[plot]'"
        ) from error
