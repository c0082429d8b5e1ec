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
    unknowns = {name: u[..., i] for i, name in enumerate(law.unknowns)}
    with np.errstate(divide="ignore"):
        return _log(law.tree, unknowns, logs)


def _log(tree: Tree, unknowns: Mapping[str, Reals], logs: Mapping[str, Reals]) -> Reals:
    head, *parts = tree
    if head == "number":
        return np.log(np.asarray(parts[0]))
    if head == "resource":
        return logs[parts[0]]
    if head == "scale":
        return unknowns[parts[0]]
    if head == "pow":
        return _exponent(parts[1], unknowns) * _log(parts[0], unknowns, logs)
    values = [_log(part, unknowns, logs) for part in parts]
    return _JOINS[head](values)


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
