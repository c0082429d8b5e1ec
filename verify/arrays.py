"""The types of arrays: of real numbers, and of places or truth values that choose some of them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Reals: TypeAlias = NDArray[np.float64]
Choice: TypeAlias = "NDArray[np.intp] | NDArray[np.bool_]"
Places: TypeAlias = NDArray[np.intp]
Mask: TypeAlias = NDArray[np.bool_]
