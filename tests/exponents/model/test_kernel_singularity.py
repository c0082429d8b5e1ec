"""Capacities of kernels of networks: worked out by hand, and where depth matters."""

from fractions import Fraction

import pytest
from sympy import Min, Rational, Symbol, simplify

from exponents.claims.derived import kernel_capacity, kernel_parity
from exponents.errors import InputError
from exponents.model.kernel_singularity import capacity_of_kernel, contrast_of_parities, q
from exponents.symbols import alpha


@pytest.mark.parametrize("layers", [1, 2, 5])
def test_depth_changes_nothing_above_one_half(layers):
    # |theta|^(2 q + 1) in the covariance, and one power of 1 - rho ~ theta^2 less in the derivative of a layer
    for power in (Rational(51, 100), Rational(3, 4), 1, Rational(7, 4), 5):
        assert capacity_of_kernel("covariance", layers, power) == 2 * power + 2
        assert capacity_of_kernel("tangent", layers, power) == 2 * power


def test_depth_bends_below_one_half():
    # 1 - rho_L ~ theta^(2 (q + 1/2)^L), for step functions theta^(2^(1 - L))
    for layers in (1, 2, 4):
        assert capacity_of_kernel("covariance", layers, 0) == 1 + 2 * Rational(1, 2) ** layers
        assert capacity_of_kernel("covariance", layers, Rational(1, 4)) == 1 + 2 * Rational(3, 4) ** layers
        assert capacity_of_kernel("covariance", layers, Fraction(1, 2)) == 3


def test_formulas_hold_for_a_symbol():
    one = capacity_of_kernel("covariance", 1)
    assert simplify(one - Min(2 * q + 2)) == 0
    assert capacity_of_kernel("covariance", 3).subs(q, Rational(1, 4)) == capacity_of_kernel(
        "covariance", 3, Rational(1, 4)
    )
    assert kernel_capacity("tangent", 3) == alpha and kernel_capacity("covariance", 2) == alpha + 2


def test_parities_cancel_for_whole_powers_and_are_alike_for_half_ones():
    assert [contrast_of_parities(power) for power in (0, 1, 2, 3)] == [-1, 1, -1, 1]
    assert contrast_of_parities(Rational(1, 2)) == 0 == contrast_of_parities(Rational(3, 2))
    assert kernel_parity().subs(alpha, 2) == 1


def test_powers_that_give_no_kernel_are_refused():
    for kernel, power in (("tangent", Rational(1, 2)), ("tangent", 0), ("covariance", -1)):
        with pytest.raises(InputError, match="power of relu must be"):
            capacity_of_kernel(kernel, 1, power)
    with pytest.raises(InputError, match="hidden layers"):
        capacity_of_kernel("covariance", 0, 1)
    assert capacity_of_kernel("tangent", 1, Symbol("p", positive=True)).free_symbols
