"""The composition root: the only module that knows everybody."""

import gc
import resource
from contextlib import AsyncExitStack
from importlib import import_module
from pathlib import Path

import nonebot
from loguru import logger
from nonebot.drivers import ASGIMixin

from adapters.qq.adapter import QQAdapter
from adapters.qq.settings import QQSettings, is_configured
from adapters.qq.settings import load_settings as load_qq_settings
from bot.discretion import keep_logs_discreet
from bot.domain.errors import BadInputError
from bot.engine.assembly import Contribute, Engine, assemble
from bot.engine.clock import Clock, SystemClock
from bot.engine.router import register_matcher
from bot.first_start import offer_administration
from bot.health import Health, serve_health
from config.settings import Settings
from data.lock import only_one
from data.migrate import upgrade

PLUGINS = (
    "plugins.real_name",
    "plugins.membership",
    "plugins.content",
    "plugins.permits",
    "plugins.digest",
    "plugins.oversight",
    "plugins.administration",
)
"""Every duty, by dotted name: loading by path would derive a name from the working directory."""

_GC_THRESHOLD = 50_000


def run(settings: Settings) -> None:
    """Serve until stopped.

    Raises:
        BadInputError: a setting or file is wrong, or no platform is configured.
        RefusedError: another instance already serves from the same home.
    """
    _refuse_what_is_not_there_yet(settings)
    env_files = (Path(".env"),)
    if not is_configured(env_files):
        raise BadInputError(
            "还没有接入任何平台。接入 QQ 请设置 ONEBOT_ACCESS_TOKEN，见 docs/安装.md。"
        )
    # What a crash leaves behind must not hold what people wrote.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with only_one(settings.home):
        _serve(settings, load_qq_settings(env_files))


def _refuse_what_is_not_there_yet(settings: Settings) -> None:
    """A setting that would silently do nothing is refused."""
    if settings.queue_url is not None:
        raise BadInputError("本版只在进程内排队，请去掉 QUNGUI_QUEUE_URL。")
    if not settings.database_url.startswith("sqlite"):
        raise BadInputError(
            "本版只支持 SQLite，请去掉 QUNGUI_DATABASE_URL 或改为 sqlite:/// 开头。"
        )


def contributions() -> tuple[Contribute, ...]:
    """What every plugin gives; usable without NoneBot, as the command line does."""
    return tuple(import_module(name).contribute for name in PLUGINS)


def build(settings: Settings, clock: Clock | None = None) -> Engine:
    """The assembled engine without a platform."""
    return assemble(settings, clock or SystemClock(), contributions())


def _serve(settings: Settings, qq: QQSettings) -> None:
    nonebot.init(
        driver="~fastapi",
        host=str(settings.host),
        port=settings.port,
        fastapi_openapi_url=None,
        fastapi_docs_url=None,
        fastapi_redoc_url=None,
    )
    keep_logs_discreet()
    for name in PLUGINS:
        nonebot.load_plugin(name)
    engine = build(settings)
    register_matcher(engine.router)
    driver = nonebot.get_driver()
    driver.register_adapter(QQAdapter, door=engine.gate, settings=qq)
    adapter = nonebot.get_adapter(QQAdapter)
    if not isinstance(driver, ASGIMixin):
        raise BadInputError("驱动须为 FastAPI。")
    serve_health(driver, Health(engine, adapter))
    _tie(engine, settings)
    # Pings would go unanswered while back-pressure keeps us from reading, and cut the connection;
    # the adapter watches the heartbeats of the implementation instead.
    nonebot.run(ws_ping_interval=None)


def _tie(engine: Engine, settings: Settings) -> None:
    """Start and stop the engine with NoneBot."""
    driver = nonebot.get_driver()
    stack = AsyncExitStack()

    @driver.on_startup
    async def start() -> None:
        saved = await upgrade(settings.database_url)
        if saved is not None:
            logger.info("数据库已升级，升级前的备份在 {}", saved)
        await engine.start()
        stack.push_async_callback(engine.stop)
        await offer_administration(engine)
        # What exists now lives as long as the process: scanning it again and again costs a third.
        gc.collect()
        gc.freeze()
        gc.set_threshold(_GC_THRESHOLD)

    @driver.on_shutdown
    async def stop() -> None:
        await stack.aclose()
