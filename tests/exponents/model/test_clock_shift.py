"""The shift of the rich clock at first order, against flows on the mean spectra of N features and P samples."""

from math import inf

import numpy as np
import pytest
from sympy import Rational

from exponents.errors import Refuted
from exponents.model import clock_shift
from exponents.symbols import alpha, beta
from verify.flow.curve import flow_curve
from verify.reuse.mean_loss import mean_reuse
from verify.spectra.random_features import limit_spectra, mean_spectra

MANY = 1e8
TIMES = np.array([1e6, 1e7])


@pytest.mark.parametrize("source", [Rational(3, 10), Rational(5, 2)])
def test_the_clock_of_a_flow_shifts_with_the_derived_power(source):
    limit = flow_curve(limit_spectra(2, str(source), 1e20).target, 1.0, TIMES, 1e-11)
    spectra = {
        clock_shift.model_shift: mean_spectra(2, str(source), MANY).target,
        clock_shift.data_shift: mean_reuse(2, str(source), inf, MANY).train,
    }
    for derived, spectrum in spectra.items():
        shifted = flow_curve(spectrum, 1.0, TIMES, 1e-11)
        first, last = np.abs(shifted.clock / limit.clock - 1)
        power = -np.log(last / first) / np.log(limit.clock[1] / limit.clock[0])
        due = float(derived().subs({alpha: 2, beta: source}))
        assert abs(power - due) < 2.5e-3  # the next power is smaller by tau^(-1/2), some 1e-3
        assert abs(power - 1.01 * due) > 2.5e-3  # control


def test_control_a_clock_that_shifts_more_than_the_loss_is_refuted():
    from exponents.derivations.clock_steps import _compare

    with pytest.raises(Refuted, match="shift of the clock"):
        _compare("N", clock_shift.model_shift() - Rational(1, 100), clock_shift.model_correction())


@pytest.mark.parametrize(
    ("point", "model", "data"),
    [
        ((2, 3), "-1/2", "1/2"),
        ((2, "3/2"), "-1/2", "0"),
        ((4, 5), "-1/4", "3/4"),
        ((2, "1/2"), "-1/2", "-1/2"),
        ((2, "1/9"), "-1/2", "-1/2"),
    ],
)
def test_shifts_by_hand(point, model, data):
    """D ~ tau^-min(1 - 1/a, b - 1/a).  U_1 is its integral for N features, and D tau or the kernel for P samples.

    Beyond b = 1 kappa and U have limits, and the shift is U_1: tau^{1/a}, and tau^-min(1 - 1/a, b - 1 - 1/a) for P.
    Below, U_1 ~ tau^{1 - b + 1/a} for both, and U ~ tau^{1 - b}.
    """
    values = dict(zip((alpha, beta), map(Rational, point), strict=True))
    assert clock_shift.model_shift().subs(values) == Rational(model)
    assert clock_shift.data_shift().subs(values) == Rational(data)
