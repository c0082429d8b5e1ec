"""What loss does a law with given constants predict?

The tree of the law is evaluated in logarithms, for any shape of unknowns and resources that broadcast.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from exponents.text.law_text import LawText, Tree

from ..arrays import Reals


def log_loss(law: LawText, u: Reals, logs: Mapping[str, Reals]) -> Reals:
    """Return ln of the loss.

    Parameters
    ----------
    law : LawText
    u : (..., p)
        Exponents, and logarithms of scales; -inf is a scale of 0.
    logs : mapping of str to array
        ln of each resource; its shape broadcasts with (...).

    Returns
    -------
    array

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> law = read_law(("E", "A*N**-alpha"), ("N",))
    >>> round(float(np.exp(log_loss(law, np.array([1.0, np.log(2), 0.0]), {"N": np.log(4)}))), 9)
    2.25
    """
    return log_loss_with_slope(law, u, logs, dict.fromkeys(logs, 0.0))[0]


def log_loss_with_slope(
    law: LawText, u: Reals, logs: Mapping[str, Reals], direction: Mapping[str, Reals | float]
) -> tuple[Reals, Reals]:
    """Return ln of the loss, and its slope along a line in the logarithms of the resources.

    Parameters
    ----------
    law : LawText
    u : (..., p)
    logs : mapping of str to array
        As in `log_loss`.
    direction : mapping of str to float or array
        The change of ln of each resource per unit of length.

    Returns
    -------
    pair of arrays

    Examples
    --------
    >>> from exponents.text.law_text import read_law
    >>> law = read_law(("A*N**-alpha",), ("N",))
    >>> slope = log_loss_with_slope(law, np.array([0.5, 0.0]), {"N": np.log(4)}, {"N": 1.0})[1]
    >>> float(slope)
    -0.5
    """
    unknowns = {name: u[..., i] for i, name in enumerate(law.unknowns)}
    resources = {name: (value, np.asarray(direction[name])) for name, value in logs.items()}
    with np.errstate(divide="ignore"):
        return _log(law.tree, unknowns, resources)


def _log(
    tree: Tree, unknowns: Mapping[str, Reals], resources: Mapping[str, tuple[Reals, Reals]]
) -> tuple[Reals, Reals]:
    """Return ln of a tree and its slope, by the chain rule."""
    head, *parts = tree
    if head == "number":
        return np.log(np.asarray(parts[0])), np.asarray(0.0)
    if head == "resource":
        return resources[parts[0]]
    if head == "scale":
        return unknowns[parts[0]], np.asarray(0.0)
    if head == "pow":
        exponent = _exponent(parts[1], unknowns)
        value, slope = _log(parts[0], unknowns, resources)
        return exponent * value, exponent * slope
    pairs = [_log(part, unknowns, resources) for part in parts]
    values, slopes = np.split(np.array(np.broadcast_arrays(*(p[0] for p in pairs), *(p[1] for p in pairs))), 2)
    whole = _JOINS[head](values)
    if head == "mul":
        return whole, slopes.sum(0)
    if head == "add":
        with np.errstate(invalid="ignore"):  # a sum of terms that are all 0
            return whole, (np.nan_to_num(np.exp(values - whole)) * slopes).sum(0)
    chosen = values.argmin(0) if head == "min" else values.argmax(0)
    return whole, np.take_along_axis(slopes, chosen[None], 0)[0]


def _exponent(tree: Tree, unknowns: Mapping[str, Reals]) -> Reals:
    head, *parts = tree
    if head == "number":
        return np.asarray(parts[0])
    if head == "exponent":
        return unknowns[parts[0]]
    values = [_exponent(part, unknowns) for part in parts]
    if head == "pow":
        return values[0] ** values[1]
    if head == "add":
        return sum(values[1:], values[0])
    return np.prod(np.broadcast_arrays(*values), axis=0) if head == "mul" else _JOINS[head](values)


_JOINS = {
    "mul": lambda values: sum(values[1:], values[0]),
    "add": lambda values: np.logaddexp.reduce(np.broadcast_arrays(*values)),
    "min": lambda values: np.minimum.reduce(np.broadcast_arrays(*values)),
    "max": lambda values: np.maximum.reduce(np.broadcast_arrays(*values)),
}
