"""Settings shared by all tests: Hypothesis profiles ``default`` (quick), ``thorough``, and ``mutation`` (no shrinking).

Tests marked ``slow`` take seconds each and have quicker neighbours.  They run where THOROUGH is set in the environment,
as `make test-thorough` does.

A background job, or one under nohup, starts with SIGINT or SIGHUP ignored, and its child processes inherit that.  Tests
that interrupt a child need the usual answers, so they are restored here.
"""

import os
import signal

import pytest

from exponents.__main__ import THREADS

for name in THREADS:  # before NumPy is imported
    os.environ.setdefault(name, "1")

for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, usual)

from hypothesis import HealthCheck, Phase, settings  # noqa: E402

settings.register_profile(
    "default", derandomize=True, deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", parent=settings.get_profile("default"), max_examples=60)
settings.register_profile(
    "mutation", parent=settings.get_profile("default"), phases=[Phase.explicit, Phase.generate], database=None
)
settings.load_profile("default")

# By default approx also allows a difference of 1e-12: beside a relative tolerance, a small loss would equal anything.
type(pytest.approx(1.0)).DEFAULT_ABSOLUTE_TOLERANCE = 0.0


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave slow tests out, and say how many, unless THOROUGH is set."""
    if "THOROUGH" in os.environ:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
