"""What is the mean over draws of the loss at infinite time, close to N = P too?

The mean field has the factor 1/(1 - N/P) or 1/(N/P - 1), which is right for large sizes.  Two inverse Wishart matrices
give it for any size.

N < P.  What N features leave is independent of them, so that least squares on P samples sees it as noise: at given
features the mean over samples is the floor times

    (1)  1 + E tr (X^T X)^{-1} = 1 + N/(P - N - 1),     X normal, of shape (P, N).

N > P.  Let Pi project on the samples.  A(0) = A_1 + A_2 on their span and off it, and A_2 is independent of A_1.  The
residual is (1 - Pi) w* - A_2^T A_1 (A_1^T A_1)^{-1} Pi w*, so that at given samples the mean over features is

    (2)  w*^T (1 - Pi) Lambda (1 - Pi) w* + tr[(1 - Pi) Lambda] |Pi w*|^2/(N - P - 1),

as E (A_1^T A_1)^{-1} = 1/(N - P - 1).  Its first term is the loss for N = infinity; the second is T_P P/(N - P - 1) in
mean field.  So the exact factor is that of the mean field with one fewer of the larger number, and for |N - P| <= 1 the
mean does not exist.

What stays mean field here: the floor in (1), and the means over samples in (2).
"""

from __future__ import annotations

from math import inf

from ..spectra.continuum_equivalent import ContinuumEquivalent


def wishart_excess(model_size: float, samples: float) -> float:
    """Return 1 + N/(P - N - 1) for N < P and P/(N - P - 1) for N > P; infinite for |N - P| <= 1.

    Parameters
    ----------
    model_size, samples : float
        N and P, at least 1; one may be infinite.

    Examples
    --------
    >>> wishart_excess(16, 18), wishart_excess(18, 16), wishart_excess(64, 65)
    (17.0, 16.0, inf)
    """
    spare = abs(model_size - samples) - 1
    if spare <= 0:
        return inf
    if spare == inf:
        return float(model_size < samples)
    return 1 + model_size / spare if model_size < samples else samples / spare


def mean_final_loss(alpha: object, beta: object, model_size: float, samples: float) -> float:
    """Return the test loss at infinite time with the exact factor, for any gamma, on the continuum.

    Parameters
    ----------
    alpha, beta : exact numbers
        Capacity > 1 and source > 0: int, Fraction, or text such as "3/2".
    model_size, samples : float
        N and P, any numbers of at least 1.  One may be infinite.

    Returns
    -------
    float
        In units of the variance that the mode k = 1 contributes; infinite for |N - P| <= 1.

    Raises
    ------
    InputError
        If a number is outside its range.

    Examples
    --------
    >>> [round(mean_final_loss("3/2", "1/2", 20, samples), 4) for samples in (40, 22, 21)]
    [0.7446, 7.618, inf]
    """
    model = ContinuumEquivalent.from_input(alpha, beta, model_size, samples)
    by_draws = model.floor * wishart_excess(model.size, model.samples)
    if model.size < model.samples:
        return by_draws
    squared, shared = model.squared_sums
    return squared / (1 - shared / model.samples) + by_draws
