"""Exponents for arrays are those at exact points."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from exponents import at
from exponents.model.numeric_exponents import numeric_exponents

POINTS = list(product((Fraction(6, 5), Fraction(2), Fraction(7, 2)), (Fraction(1, 3), Fraction(9, 8), Fraction(5, 2))))


def test_arrays_of_points_have_the_exact_exponents():
    alphas, betas = np.array(POINTS, float).T
    derived = numeric_exponents()
    inside = {name: where(alphas, betas) for name, where in derived.where.items()}
    for place, point in enumerate(POINTS):
        exact = at(*point)
        assert [name for name in inside if inside[name][place]] == [exact.regime]
        for regime in ("lazy", "rich"):
            own = getattr(exact, regime)
            assert derived.time[regime](alphas, betas)[place] == pytest.approx(float(own.time_exponent), rel=1e-14)
            assert derived.compute[regime](alphas, betas)[place] == pytest.approx(
                float(own.compute_exponent), rel=1e-14
            )
