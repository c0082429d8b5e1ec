"""Coverings of domains in three and more parameters, against a solver for real polynomials and by hand."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from sympy import Integer, symbols

from exponents.algebra import smt
from exponents.algebra.covered_regions import write_regions
from exponents.algebra.covering import Searcher, cover_domain
from exponents.algebra.parametric import holds
from exponents.algebra.polynomials import Functions, factors, sign
from exponents.algebra.smt import complete_covering, find_uncovered
from exponents.errors import IncompleteProof, InputError, TooMuchWork

a, b, c, d = symbols("a b c d", real=True)
CURVES = (a - b, a + b - c, a * b - c, a**2 + b**2 + c**2 - 2, a - b * c, c - 1, a * b * c - 1)


def cover(curves, domain, parameters=(a, b, c), **settings):
    field = Functions(parameters)
    elements = [field.element(curve) for curve in curves]

    def decide(sample):
        return tuple(sign(e, sample) for e in elements), elements

    return cover_domain(field, domain, decide, **settings), decide


@pytest.mark.parametrize("seed", range(1, 5))
def test_the_parts_of_random_curves_cover_the_domain_as_a_solver_for_real_polynomials_says(seed):
    pytest.importorskip("z3")
    chosen = random.Random(seed).sample(CURVES, 3)
    covering, _ = cover(chosen, [a, b, c, 3 - a, 3 - b, 3 - c])
    assert covering.complete and find_uncovered(covering, 60) is None
    for place in range(len(covering.leaves)):  # a part that is left out is found
        fewer = replace(covering, leaves=covering.leaves[:place] + covering.leaves[place + 1 :])
        point = find_uncovered(fewer, 60)
        assert point is not None and all(0 < x < 3 for x in point.values())
        found, _ = cover(chosen, [])[1](point)
        assert 0 in found or found == covering.leaves[place].found


def test_inequalities_that_hold_together_are_told_from_those_that_do_not():
    # By hand: a ball of radius sqrt(2) meets the plane a + b = c, and a + b + c > 3 lies beyond it (3 > sqrt(6)).
    field = Functions((a, b, c))
    (ball,), (plane,), (beyond,) = (factors(field.element(e)) for e in (CURVES[3], CURVES[1], a + b + c - 3))
    searcher = Searcher(field, [])
    assert searcher.find({ball: -1, plane: 1}) is not None
    assert searcher.find({ball: -1, beyond: 1}) is None
    assert searcher.reduce({ball: -1, beyond: -1}) == {ball: -1}


def test_four_parameters_and_a_domain_that_is_empty():
    assert len(cover([a + b - c - d], [a, b, c, d], (a, b, c, d))[0].leaves) == 2
    with pytest.raises(InputError, match="is empty"):
        cover([a], [a + b + c - 4, 1 - a, 1 - b, 1 - c])


def test_a_covering_that_ran_out_of_work_says_so_and_a_solver_completes_it(monkeypatch):
    pytest.importorskip("z3")
    with pytest.raises(TooMuchWork):
        cover(CURVES, [a, b, c], kept=12_000_000)  # nothing is left to begin with
    covering, decide = cover(CURVES[:3], [a, b, c, 3 - a, 3 - b, 3 - c])
    partial = replace(covering, leaves=covering.leaves[:1], complete=False)
    assert len(write_regions(partial)[1].where) == 1
    full = complete_covering(partial, decide, 60)
    assert full.complete and {leaf.found for leaf in full.leaves} == {leaf.found for leaf in covering.leaves}
    assert not complete_covering(partial, decide, 0).complete
    monkeypatch.setattr(smt, "has_solver", lambda: False)
    assert not complete_covering(partial, decide, 60).complete
    with pytest.raises(IncompleteProof, match="install"):
        find_uncovered(covering)


def test_regions_of_a_covering_have_the_label_of_every_point_inside():
    """Signs of a + b - c and a b - c, with the label (1, -1) last, and a pole on a = 1."""
    a, b, c = symbols("a b c", positive=True)
    field = Functions((a, b, c))
    curves = [field.element(e) for e in (a + b - c, a * b - c)]
    found = cover_domain(field, [a, b, c], lambda at: (tuple(sign(curve, at) for curve in curves), curves))
    pole = factors(field.element(a - 1))
    labels, regions = write_regions(found, denominators=lambda _: pole, rank=lambda label: label == (1, -1))
    assert set(labels) == {(1, 1), (1, -1), (-1, 1), (-1, -1)} and labels[-1] == (1, -1)
    value = regions.piecewise([Integer(10 * first + second) for first, second in labels])
    sizes = [Fraction(k, 7) for k in (2, 5, 12, 40)]
    for point in product(sizes, repeat=3):
        here = dict(zip((a, b, c), point, strict=True))
        due = tuple(sign(curve, here) for curve in curves)
        if all(due):
            assert [label for label, where in zip(labels, regions.where, strict=True) if holds(where, here)] == [due]
            assert value.subs(here) == 10 * due[0] + due[1]
    inside = {a: Fraction(1), b: Fraction(1, 2), c: Fraction(1, 3)}  # both positive, on the pole
    assert tuple(sign(curve, inside) for curve in curves) == (1, 1) and value.subs(inside) != 11
