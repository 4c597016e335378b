"""``/healthz`` and ``/metrics``: the truth about this process, without names or secrets."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

import msgspec
from nonebot.drivers import URL, ASGIMixin, HTTPServerSetup, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily

from adapters.qq.adapter import QQAdapter
from bot.domain.errors import QunguiError
from bot.engine.assembly import Engine
from bot.engine.metrics import LAST_EVENT_AGE, REGISTRY
from data.ledger import chain_head


@dataclass(frozen=True, slots=True)
class PlatformCalls:
    """Turns an adapter's own tally of calls into a metric when asked."""

    adapter: QQAdapter

    def collect(self) -> Iterator[CounterMetricFamily]:
        """One family, as Prometheus wants it."""
        family = CounterMetricFamily(
            "qungui_platform_calls", "Calls to a platform", labels=("platform", "api", "outcome")
        )
        for (action, outcome), count in self.adapter.calls.items():
            family.add_metric(("qq", action, outcome), count)
        yield family


@dataclass(frozen=True, slots=True)
class Health:
    """Knows how the process is."""

    engine: Engine
    qq: QQAdapter

    async def report(self) -> tuple[int, dict[str, Any]]:
        """The HTTP status and the document of the contract."""
        intake, dispatcher = self.engine.intake, self.engine.dispatcher
        platform = self.qq.platform
        connected = platform is not None and platform.connected
        last = self.qq.last_event_at
        status, serving, chain = "ok", True, {"rows": 0, "head": ""}
        try:
            async with self.engine.services.database.reading() as connection:
                rows, head = await chain_head(connection)
            chain = {"rows": rows, "head": head}
        except QunguiError:
            serving = False
        serving = serving and intake.serving and self.engine.services.scribe.serving
        if not serving or not connected:
            status = "degraded"
        if self.engine.services.register.frozen:
            status = "frozen"
        document = {
            "status": status,
            "platforms": {
                "qq": {"connected": connected, "last_event_at": last.isoformat() if last else None}
            },
            "queue": {
                "waiting": intake.waiting + dispatcher.waiting + self.engine.outboxes.waiting,
                "oldest_seconds": intake.oldest_seconds,
            },
            "chain": chain,
            "version": version("qungui"),
        }
        return (200 if serving else 503), document

    def metrics(self) -> bytes:
        """Everything for Prometheus."""
        if (last := self.qq.last_event_at) is not None:
            age = (datetime.now(UTC) - last).total_seconds()
            LAST_EVENT_AGE.labels("qq").set(age)
        return generate_latest(REGISTRY)


def serve_health(driver: ASGIMixin, health: Health) -> None:
    """Add the two pages to NoneBot's server."""
    REGISTRY.register(PlatformCalls(health.qq))

    async def healthz(_request: Request) -> Response:
        status, document = await health.report()
        headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
        return Response(status, headers=headers, content=msgspec.json.encode(document))

    async def metrics(_request: Request) -> Response:
        headers = {"Content-Type": CONTENT_TYPE_LATEST}
        return Response(200, headers=headers, content=health.metrics())

    driver.setup_http_server(HTTPServerSetup(URL("/healthz"), "GET", "qungui healthz", healthz))
    driver.setup_http_server(HTTPServerSetup(URL("/metrics"), "GET", "qungui metrics", metrics))
