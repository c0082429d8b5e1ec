"""Formulas as functions of numbers, by SymPy's own lambdify, with every library."""

import pickle

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Rational, Symbol, lambdify

from exponents import (
    alpha,
    amplitude,
    beta,
    clock_amplitude,
    evaluate,
    gamma,
    kernel_amplitude,
    learned_integral,
    log_law,
    loss_integral,
    scaling_function,
    t,
    table1,
    unlearned_integral,
    x,
)
from exponents.model.numeric_functions import hyper_of_numbers, make_callable

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy computes the branches that do not hold too

LIBRARIES = ["numpy", "scipy", "mpmath", "math", None]
PARAMETERS = (alpha, beta, gamma, t, x)
POINTS = [(2.0, 0.5, 3.0, 50.0, 0.7), (3.0, 1.25, 2.0, 50.0, 2.0)]
FORMULAS = {
    "loss": amplitude(),
    "loss, lazy": amplitude("lazy"),
    "loss, modes": amplitude("rich", "modes"),
    "kernel": kernel_amplitude(),
    "kernel, modes": kernel_amplitude("rich", "modes"),
    "clock": clock_amplitude(),
    "log law": log_law().as_expr(),
    "I_1": loss_integral(),
    "J": unlearned_integral(),
    "I_2": learned_integral(),
    "phi": scaling_function(),
    "Table 1": table1.rich.exponent,
}


def plain(formula):
    """The formula with SymPy's own functions, and without a symbol that is called gamma."""
    own = formula.rewrite(sympy.gamma).rewrite(sympy.hyper).rewrite(sympy.zeta)
    return own.subs(gamma, Symbol("g", positive=True))


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", FORMULAS)
def test_lambdify_makes_a_function_with_any_library(name, library):
    formula = FORMULAS[name]
    function = lambdify(PARAMETERS, formula, library) if library else lambdify(PARAMETERS, formula)
    for point in POINTS[: 1 if name == "I_2" else None]:  # I_2 has no value beyond beta = 1
        place = dict(zip((alpha, beta, Symbol("g", positive=True), t, x), map(Rational, point), strict=True))
        assert float(function(*point)) == pytest.approx(float(plain(formula).subs(place).evalf(30)), rel=1e-12)


@pytest.mark.parametrize("library", ["numpy", "scipy", "mpmath"])
def test_control_the_plain_functions_clash_with_the_symbol(library):
    formula = FORMULAS["loss"].rewrite(sympy.gamma)
    with pytest.raises(TypeError, match="not callable"):
        lambdify((alpha, beta, gamma), formula, library)(2.0, 1.5, 3.0)
    again = lambdify((alpha, beta, gamma), make_callable(formula), library)
    assert float(again(2.0, 1.5, 3.0)) == pytest.approx(float(evaluate(FORMULAS["loss"], 2, "3/2", 3)))


def test_arrays_go_through_numpy_and_digits_through_mpmath():
    sources = np.array([0.25, 0.5, 0.75])
    found = lambdify((alpha, beta, gamma), amplitude(), "numpy")(2.0, sources, 1.0)
    assert found == pytest.approx([float(evaluate(amplitude(), 2, source, 1)) for source in sources.tolist()])
    with mpmath.workdps(50):
        precise = lambdify((alpha, beta, gamma), amplitude(), "mpmath")(*map(mpmath.mpf, ("2", "0.5", "1")))
        assert abs(precise - evaluate(amplitude(), 2, "1/2", 1, 45)) < mpmath.mpf(10) ** -44


def test_they_print_differentiate_simplify_and_travel_as_sympys_do():
    ours, own = amplitude("lazy"), sympy.gamma(beta) / (2**beta * alpha)
    assert str(ours) == str(own) and sympy.latex(ours) == sympy.latex(own)
    assert ours.rewrite(sympy.gamma) == own and sympy.simplify(ours - own) == 0
    assert str(ours.diff(beta)) == str(own.diff(beta))
    assert pickle.loads(pickle.dumps(ours)) == ours  # noqa: S301
    assert ours.subs(beta, 3) == own.subs(beta, 3) == 1 / (4 * alpha)


def test_a_pole_has_no_value_and_stops_no_array():
    assert np.isnan(hyper_of_numbers((1,), (0.0,), 0.5))
    assert np.isnan(hyper_of_numbers((0.5,), (), 2.0))  # complex: a branch cut
    assert hyper_of_numbers((1,), ([1.0, -1.0],), 0.0)[0] == 1
