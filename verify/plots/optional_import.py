"""Matplotlib is wanted by those who plot, and only then imported; whoever lacks it is told what to install."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from exponents.errors import InputError


def import_optional(module: str) -> Any:
    """The module of Matplotlib, or of what it brings along, called ``module``.

    Raises
    ------
    InputError
        If it is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise InputError(
            f"plotting needs matplotlib; {module} could not be imported; try pip install 'scaling-exponents[plot]'"
        ) from error
