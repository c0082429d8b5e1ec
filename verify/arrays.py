"""The types of arrays: of real numbers, and of places or truth values that choose some; and when results are equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Reals: TypeAlias = NDArray[np.float64]
Choice: TypeAlias = "NDArray[np.intp] | NDArray[np.bool_]"
Places: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]


def same_values(left: object, right: object) -> bool:
    """Return whether two results have the same type and the same values; NaN equals NaN.

    Parameters
    ----------
    left, right : object
        Dataclasses, mappings, arrays, or anything that compares by ==.

    Examples
    --------
    >>> same_values({"loss": np.ones(2)}, {"loss": np.ones(2)}), same_values(np.ones(2), np.ones(3))
    (True, False)
    """
    if type(left) is not type(right):
        return False
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return bool(np.array_equal(left, right, equal_nan=left.dtype.kind in "fc"))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(same_values(left[key], right[key]) for key in left)
    if is_dataclass(left) and not isinstance(left, type):
        return all(same_values(getattr(left, own.name), getattr(right, own.name)) for own in fields(left))
    return bool(left == right)
