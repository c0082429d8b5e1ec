"""Which spectrum does one draw of N random features have?  The mean over draws checks the mean field.

Cost: N^2 M operations, and N M numbers.
"""

from __future__ import annotations

from math import sqrt

import numpy as np

from exponents.errors import InputError

from ..spectra.mode_nodes import check_size
from ..spectra.random_features import TargetAndTrace
from ..spectra.spectrum import Spectrum

DECADES = 11
"""Decades that drawn eigenvalues may span.  They are known to the last digits of the largest, so that the smallest is
then known to about 1e-4 of itself."""


def drawn_spectra(alpha: object, beta: object, model_size: int, modes: int, seed: int) -> TargetAndTrace:
    """Return the spectra of one draw of A, for the sum over k <= modes of eq. 42.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size, modes : int
        N and M, with N < M.
    seed : int
        Seed >= 0 of the draw: the same seed gives the same bits.

    Returns
    -------
    TargetAndTrace
        Two spectra of N modes each.

    Raises
    ------
    InputError
        If alpha <= 1, beta <= 0, N < 1 or N >= M; if the eigenvalues span more than `DECADES` decades.

    Examples
    --------
    >>> target, trace = drawn_spectra("3/2", "1/2", 16, modes=200, seed=1)
    >>> len(target), round(trace.norm, 6)
    (16, 16.0)
    """
    a, b = check_size(alpha, beta, model_size, modes)
    k = np.arange(1.0, modes + 1)
    target = k ** (-(a * b + 1) / 2)
    # rows of A Lambda^{1/2}/sqrt(N); Sigma is their Gram matrix
    features = np.random.default_rng(seed).standard_normal((model_size, modes)) * k ** (-a / 2) / sqrt(model_size)
    eigenvalues, vectors = np.linalg.eigh(features @ features.T)
    if eigenvalues[0] < 10.0**-DECADES * eigenvalues[-1]:
        raise InputError(f"eigenvalues of a draw may span {DECADES} decades in double precision; take a smaller N")
    powers = (vectors.T @ (features @ target)) ** 2 / eigenvalues
    floor = max(0.0, float(target @ target - powers.sum()))
    falling = eigenvalues[::-1]
    return TargetAndTrace(Spectrum(falling, powers[::-1], floor), Spectrum(falling, falling))
