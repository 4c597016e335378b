"""Journeys run the whole product; when one fails, what the product said is shown with it."""

from collections.abc import Generator

import pytest

from tests.journeys import service

_SHOWN = 6000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        for one in service.running:
            report.sections.append((f"service in {one.home}", one.log[-_SHOWN:]))
    return report
