"""Journeys run the whole product; when one fails, what the product said is shown with it."""

from collections.abc import Generator, Iterator
from dataclasses import fields

import pytest

from adapters.simulator.onebot11.faults import Faults
from tests.journeys import journey, service

_SHOWN = 6000


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        for one in service.running:
            report.sections.append((f"service in {one.home}", one.log[-_SHOWN:]))
    return report


@pytest.fixture(autouse=True)
def mended() -> Iterator[None]:
    """No fault outlives the test that switched it on."""
    yield
    sound = Faults()
    for sim in journey.playing:
        for fault in fields(Faults):
            setattr(sim.faults, fault.name, getattr(sound, fault.name))
