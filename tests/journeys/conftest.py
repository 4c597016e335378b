"""Journeys run a whole service; the tests of a file share a worker, and often a service."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import service

_HERE = Path(__file__).parent
_SHOWN = 6000


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.xdist_group(item.path.stem))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    report = yield
    if report.failed:
        for one in service.running:
            report.sections.append((f"service in {one.home}", one.log[-_SHOWN:]))
    return report
