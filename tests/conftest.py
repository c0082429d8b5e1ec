"""Settings shared by all tests: deterministic Hypothesis runs, and a ``mutation`` profile without shrinking."""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "default", derandomize=True, deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "mutation", parent=settings.get_profile("default"), phases=[Phase.explicit, Phase.generate], database=None
)
settings.load_profile("default")
