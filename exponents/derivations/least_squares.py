"""How large is the loss of N features on P samples at infinite time?  Two lemmas, and sums over modes.

Both lemmas are about n Gaussian samples x of covariance C, with S the mean of x x^T.  The first gives the mean
resolvent of S, the second the loss of least squares.  Samples and features are two such draws, one inside the other.
"""

from __future__ import annotations

from sympy import Expr, cancel, symbols

from ..errors import Refuted
from ..symbols import N, P
from .derivation import Step, read_steps

_squared, _floor, _count = symbols("Q_P T_P d_P", positive=True)


def shared_sum() -> Expr:
    """Return the mean of d = tr C^2 (C + nu_1)^{-2} for the covariance C of N features, where V = P.

    d = V + nu_1 dV/dnu_1, with nu_1 = nu (1 - V/N), nu dV/dnu = d_P - V and dnu_1/dnu = 1 - d_P/N.

    Examples
    --------
    >>> cancel(cancel(shared_sum()).subs(P, N))  # as many samples as features determine every weight
    N
    """
    return P - (1 - P / N) * (P - _count) / (1 - _count / N)


def misfit() -> Expr:
    """Return the mean of T_N + nu_1^2 w^T C (C + nu_1)^{-2} w: it is h - nu_1 dh/dnu_1, where h is T at nu.

    Examples
    --------
    >>> cancel(misfit()).subs(N, P).factor()  # the floor of N features, for N = P
    T_P
    """
    return _floor - (1 - P / N) * (_floor - _squared) / (1 - _count / N)


def loss_of_more_features() -> Expr:
    """Return the loss at infinite time for N > P, from the two means above.

    Examples
    --------
    >>> q, floor, d = symbols("Q_P T_P d_P", positive=True)
    >>> cancel(loss_of_more_features() - q / (1 - d / P) - floor / (N / P - 1))
    0
    """
    return cancel(misfit() / (1 - shared_sum() / P))


def spectrum_steps() -> tuple[Step, ...]:
    """Return the steps that lead to the spectrum of N features on P samples.

    Examples
    --------
    >>> len(spectrum_steps())
    2
    """
    return read_steps(
        r"""
        * Take n samples x of covariance C, and S, the mean of $x x^T$. Its mean resolvent is
              \zeta E (S + \zeta)^{-1} = \nu (C + \nu)^{-1}, \quad \zeta = \nu (1 - V/n)
              V = \operatorname{tr} C (C + \nu)^{-1}
          since with sample i left out, $(S + \zeta)^{-1} x_i = (S_i + \zeta)^{-1} x_i/(1 + q)$, where $q = x_i^T (S_i +
          \zeta)^{-1} x_i/n$ has small fluctuations. So $I = \zeta E (S + \zeta)^{-1} + C E (S + \zeta)^{-1}/(1 + q)$,
          which gives $\nu = \zeta (1 + q)$; and $q = (1 + q) V/n$, from its trace with C [leave one out]
        * N features on P samples have the spectrum
              z = -\nu (1 - V/N)(1 - V/P), \quad V = \sum_k \frac{\lambda_k}{\lambda_k + \nu}
          since the last step, for P samples with the covariance $A \Lambda A^T/N$ of the features: $-z = \nu_1 (1 -
          V/P)$. That covariance has the nonzero eigenvalues of N samples with covariance $\Lambda$, so $\nu_1 = \nu (1
          - V/N)$, and V is the same: $\operatorname{tr} C (C + \nu_1)^{-1}$ has the mean $\operatorname{tr} \Lambda
          (\Lambda + \nu)^{-1}$. Here $\nu = 1/r$ [eq. 41]
        """,
    )


def loss_steps() -> tuple[Step, ...]:
    """Return the steps that lead to the loss at infinite time.

    Raises
    ------
    Refuted
        If the two means do not combine to the printed sum.

    Examples
    --------
    >>> loss_steps()[0].statement.write("plain")[:13]
    'Least squares'
    """
    printed = _squared / (1 - _count / P) + _floor / (N / P - 1)
    if cancel(loss_of_more_features() - printed) != 0:
        raise Refuted("the mean loss of N > P features on P samples is not the sum that is printed")
    return read_steps(
        r"""
        * Least squares on n samples of covariance C, for a target $w x$ and noise of variance $\sigma^2$, has the mean
          loss
              (1 - d/n)^{-1} (\sigma^2 + \nu^2 w^T C (C + \nu)^{-2} w), \quad d = \operatorname{tr} C^2 (C + \nu)^{-2}
          since without noise it is $\zeta^2 w^T E (Q C Q) w$ with $Q = (S + \zeta)^{-1}$, and $-Q C Q$ is the
          derivative by s, at 0, of $(S + \zeta + s C)^{-1}$, whose mean is $((p + s) C + \zeta)^{-1}$ with $p = 1 - p
          \operatorname{tr} C ((p + s) C + \zeta)^{-1}/n$. At 0, $p = \zeta/\nu$ and $dp/ds = (1 + dp/ds) d/n$. Noise is
          one more mode of eigenvalue 0, with $\nu^2 w^2 \lambda/(\lambda + \nu)^2 = \sigma^2$ in the limit [leave one
          out]
        * For N < P the loss is then
              \frac{T_N}{1 - N/P}, \quad T_N = \sum_k \frac{y_k^2}{1 + \lambda_k r_N}
          since what N features cannot represent is independent of them, as $\psi$ is Gaussian: it is noise of variance
          $T_N$, the floor of `derive bottleneck`. P > N samples determine all N weights: $\nu_1 = 0$ and $d = N$ [mean
          field of features and samples]
        * For N > P, $\nu_1$ is positive. With $T_P = \sum_k \frac{y_k^2}{1 + \lambda_k r}$, $Q_P = \sum_k
          \frac{y_k^2}{(1 + \lambda_k r)^2}$ and $d_P = \sum_k \frac{(\lambda_k r)^2}{(1 + \lambda_k r)^2}$, the
          numerator and d have the means
              {misfit}
              {shared}
          since $h = y^2 - b^T (C + \nu_1)^{-1} b$, with $b = C w$, has the mean T at $\nu$, by the first lemma; the
          numerator is $h - \nu_1 dh/d\nu_1$, and $d = V + \nu_1 dV/d\nu_1$; $\nu dT/d\nu = T_P - Q_P$, $\nu dV/d\nu =
          d_P - P$ and $d\nu_1/d\nu = 1 - d_P/N$ [mean field of features and samples]
        * So for N > P the loss is
              \frac{Q_P}{1 - d_P/P} + \frac{T_P}{N/P - 1}
          since it is the first mean over 1 minus the second over P; the two sides were subtracted, and are equal [mean
          field of features and samples]
        """,
        misfit=misfit(),
        shared=shared_sum(),
    )
