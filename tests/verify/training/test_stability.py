"""When gradient descent is given up, and what the message says."""

from math import nan

import pytest

from exponents.errors import InputError
from verify.training.stability import DIVERGED, Diverged, StabilityWatch, StableRate


def test_the_step_at_which_stability_was_passed_is_the_first():
    watch = StabilityWatch(1.0, 0.5, 1.0)
    for step, kernel in enumerate((1.0, 3.9, 4.1, 3.0, 6.0)):  # eta kappa mu_1 = 2 at a kernel of 4
        watch.see(step, DIVERGED, kernel)
    with pytest.raises(Diverged, match=r"step 5, t = 2.5, .*had reached 2 at step 2;") as caught:
        watch.see(5, 1.01 * DIVERGED, 6.0)
    assert (caught.value.step, caught.value.time) == (5, 2.5)


@pytest.mark.parametrize("sharpness", [0.0, -1.0, 1.01, nan])
def test_a_sharpness_at_which_steps_may_be_unstable_is_refused(sharpness):
    with pytest.raises(InputError, match="at most 1"):
        StableRate(sharpness, 1.0)


def test_a_descent_that_diverged_inside_the_stable_region_says_how_far_it_had_come():
    watch = StabilityWatch(2.0, 0.25, 2.0)
    watch.see(0, 2.0, 1.0)
    watch.see(1, 2.0, 3.0)
    with pytest.raises(Diverged, match=r"had reached no more than 1\.5"):
        watch.see(2, nan, 3.0)
