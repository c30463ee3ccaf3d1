"""What every test has: hypothesis without a clock, markers that skip with a reason, the `voc` program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent / "e2e"))

settings.register_profile("voc", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("voc")

_NEEDS = {
    "elastic": "VOC_TEST_ELASTICSEARCH_URL",
    "postgres": "VOC_TEST_DATABASE_URL",
    "datasets": "VOC_DATASETS",
}
# Set by .ci/run and `make soak` for tests that ask; a program under test must not see the developer's own.
_KEPT = {*_NEEDS.values(), "VOC_TEST_SOAK"}
for _name in [name for name in os.environ if name.startswith("VOC_") and name not in _KEPT]:
    del os.environ[_name]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, with the reason, what needs something that this machine has not said it has."""
    for item in items:
        for marker, variable in _NEEDS.items():
            if item.get_closest_marker(marker) and not os.environ.get(variable):
                item.add_marker(pytest.mark.skip(reason=f"{variable} is not set"))
