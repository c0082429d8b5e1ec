"""What solvers refuse, and errors that carry evidence from one process to another."""

import pickle
from math import inf, nan

import pytest

from exponents.errors import FlowFailed, InputError, Unresolved
from exponents.rationals import to_double
from verify.inputs import check_richness, check_whole
from verify.training.stability import Diverged


@pytest.mark.parametrize(
    ("error", "evidence"),
    [
        (FlowFailed("stopped at t = 7", 7.0, 0.5), {"time": 7.0, "residual": 0.5}),
        (Unresolved("stopped at t = 7", 7.0, 0.5), {"time": 7.0, "residual": 0.5}),
        (Diverged("stopped at t = 7", 14, 7.0, inf), {"step": 14, "time": 7.0, "loss": inf}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_evidence_survives_the_way_between_processes(error, evidence):
    arrived = pickle.loads(pickle.dumps(error))  # noqa: S301
    assert type(arrived) is type(error) and str(arrived) == str(error) == "stopped at t = 7"
    assert {name: getattr(arrived, name) for name in evidence} == evidence


@pytest.mark.parametrize("gamma", [-1, nan, inf, -inf])
def test_a_richness_that_is_none_is_refused(gamma):
    with pytest.raises(InputError, match="gamma must be a finite number"):
        check_richness(gamma)


@pytest.mark.parametrize("value", [True, 1.0, "2", None, -1, 1])
def test_what_is_no_whole_number_or_too_small_is_refused(value):
    with pytest.raises(InputError, match=r"the count must be a whole number of at least 2; got .*; try 7"):
        check_whole(value, "the count", 2, 7)


def test_what_is_good_passes():
    check_richness(0)
    check_whole(2, "the count", 2, 7)
    assert to_double(3, "a number") == 3.0


def test_a_number_beyond_doubles_is_refused_by_name():
    with pytest.raises(InputError, match="a number must fit into double precision"):
        to_double(10**400, "a number")
