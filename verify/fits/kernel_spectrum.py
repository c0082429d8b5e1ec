"""Which eigenvalues and squared target coefficients has a kernel matrix with labels?

For the kernel K on n samples and labels Y of shape (n, outputs),

    K/n = sum_k lambda_k u_k u_k^T,        y_k^2 = |u_k^T Y|^2/n,

so that sum_k y_k^2 is the mean square of the labels.  Half of the samples give a second spectrum: what differs is the
effect of sampling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from exponents.errors import InputError

from ..arrays import Reals

ROUNDING = 1e-10
"""Asymmetry, and size of negative eigenvalues, over the largest eigenvalue, that pass as rounding."""

MOST_SAMPLES = 20_000
"""Samples of a kernel: with more, its eigenvalues take hours."""

FEW_CLASSES = 100
"""Up to this many different whole numbers as labels are taken for classes, with a warning."""


@dataclass(frozen=True)
class KernelModes:
    """The spectrum of a kernel matrix.

    Attributes
    ----------
    eigenvalues, coefficients : array of shape (modes,)
        lambda_k > 0, falling, and y_k^2.
    floor : float
        The part of the mean square of the labels outside all modes.
    samples : int
        n.

    Examples
    --------
    >>> found = kernel_modes(np.diag([4.0, 2.0, 0.0]), [1.0, 1.0, 3.0])
    >>> found.eigenvalues.round(9).tolist(), found.floor
    ([1.333333333, 0.666666667], 3.0)
    """

    eigenvalues: Reals
    coefficients: Reals
    floor: float
    samples: int


def one_hot(classes: ArrayLike) -> Reals:
    """Return labels of classes as one column for each class, centred.

    Parameters
    ----------
    classes : array of shape (n,)
        Any values: equal ones are one class.

    Returns
    -------
    array of shape (n, classes)
        1 in the column of its class and 0 elsewhere, less the mean of the column.

    Examples
    --------
    >>> one_hot(["cat", "dog", "cat", "cat"]).tolist()
    [[0.25, -0.25], [-0.75, 0.75], [0.25, -0.25], [0.25, -0.25]]
    """
    given = np.asarray(classes)
    if given.ndim != 1 or not len(given):
        raise InputError(f"classes must be one column; got shape {given.shape}")
    columns = (given[:, None] == np.unique(given)).astype(float)
    return np.asarray(columns - columns.mean(axis=0))


def check_kernel(kernel: ArrayLike, labels: ArrayLike) -> tuple[Reals, Reals]:
    """Return a kernel matrix and labels of shape (n, outputs), or raise InputError.

    Examples
    --------
    >>> check_kernel([[1, 2], [3, 1]], [0, 1])
    Traceback (most recent call last):
    exponents.errors.InputError: a kernel must be symmetric; got entries that differ by 1; check how it was computed
    """
    matrix, target = _read_numbers(kernel, "a kernel"), _read_numbers(labels, "labels")
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise InputError(f"a kernel must be a square matrix; got shape {matrix.shape}; give it on all pairs of samples")
    if target.ndim not in (1, 2) or len(target) != len(matrix):
        raise InputError(
            f"labels must have one row per sample; got shape {target.shape} for a kernel on {len(matrix)} samples"
        )
    if len(matrix) > MOST_SAMPLES:
        raise InputError(f"a kernel may have at most {MOST_SAMPLES} samples; got {len(matrix)}; take fewer of them")
    asymmetry = float(np.abs(matrix - matrix.T).max(initial=0))
    if asymmetry > ROUNDING * float(np.abs(matrix).max(initial=0)):
        raise InputError(
            f"a kernel must be symmetric; got entries that differ by {asymmetry:.3g}; check how it was computed"
        )
    return matrix, target.reshape(len(target), -1)


def kernel_modes(kernel: ArrayLike, labels: ArrayLike) -> KernelModes:
    """Return the spectrum of a kernel matrix.

    Parameters
    ----------
    kernel : array of shape (n, n)
        Symmetric and positive, up to rounding.
    labels : array of shape (n,) or (n, outputs)

    Returns
    -------
    KernelModes
        Modes whose eigenvalue is 0 up to rounding are left out; their part of the labels is the floor.

    Raises
    ------
    InputError
        If the matrix is not square, symmetric and positive, or the labels do not fit to it.

    Examples
    --------
    >>> found = kernel_modes([[2.0, 1.0], [1.0, 2.0]], [1.0, 0.0])
    >>> found.eigenvalues.round(9).tolist(), found.coefficients.round(9).tolist()
    ([1.5, 0.5], [0.25, 0.25])
    """
    matrix, target = check_kernel(kernel, labels)
    count = len(matrix)
    values, vectors = np.linalg.eigh(matrix / count)
    values, vectors = values[::-1], vectors[:, ::-1]
    if not values[0] > 0 or values[-1] < -ROUNDING * values[0]:
        raise InputError(
            f"a kernel must be positive semi-definite; got an eigenvalue {values[-1]:.3g} beside {values[0]:.3g}"
        )
    kept = values > count * np.finfo(float).eps * values[0]
    coefficients = ((vectors[:, kept].T @ target) ** 2).sum(axis=1) / count
    rest = float((target**2).sum()) / count - float(coefficients.sum())
    noise = count * np.finfo(float).eps * float((target**2).sum()) / count
    return KernelModes(values[kept], coefficients, rest if rest > noise else 0.0, count)


def split_halves(kernel: Reals, labels: Reals, seed: int = 0) -> tuple[KernelModes, KernelModes]:
    """Return the spectra on two random halves of the samples.

    Examples
    --------
    >>> one, other = split_halves(np.eye(10), np.ones((10, 1)))
    >>> one.samples, other.samples
    (5, 5)
    """
    order = np.random.default_rng(seed).permutation(len(kernel))
    half = len(kernel) // 2
    parts = order[:half], order[half : 2 * half]
    first, second = (kernel_modes(kernel[np.ix_(part, part)], labels[part]) for part in parts)
    return first, second


def _read_numbers(values: ArrayLike, role: str) -> Reals:
    """Return an array of finite real numbers, or raise InputError."""
    given: NDArray[Any] = np.asarray(values)
    if given.dtype.kind not in "iuf":
        raise InputError(f"{role} must be real numbers; got {given.dtype}; for names of classes see one_hot")
    if not np.isfinite(given).all():
        raise InputError(f"{role} must be finite; {int((~np.isfinite(given)).sum())} entries are not; leave them out")
    return given.astype(float)
