"""Figures for Prometheus, under the names others script against."""

from prometheus_client import CollectorRegistry, Counter, Gauge

REGISTRY = CollectorRegistry()
"""Our own registry: nothing of the process or of other libraries leaks into ``/metrics``."""

EVENTS = Counter(
    "qungui_events", "Frames received, by what became of them", ("platform", "outcome"),
    registry=REGISTRY,
)  # fmt: skip
UNINSPECTED = Counter(
    "qungui_uninspected", "Parts of messages nobody looked into", ("platform", "kind"),
    registry=REGISTRY,
)  # fmt: skip
INSPECTIONS = Counter(
    "qungui_inspections", "Attachments by what came of looking into them",
    ("platform", "kind", "outcome"), registry=REGISTRY,
)  # fmt: skip
DEAD_LETTERS = Counter(
    "qungui_dead_letters", "Events that could not be handled", ("platform",), registry=REGISTRY
)
MEASURES = Counter(
    "qungui_measures", "Measures, by where they ended", ("platform", "kind", "state"),
    registry=REGISTRY,
)  # fmt: skip
LAST_EVENT_AGE = Gauge(
    "qungui_last_event_age_seconds", "Seconds since the last event", ("platform",),
    registry=REGISTRY,
)  # fmt: skip
