"""What a log says of a fault: its kind and its place, and nothing that anybody wrote."""

import asyncio
import gc
import logging
from collections.abc import Iterator

import pytest
from loguru import logger

from bot.discretion import keep_logs_discreet
from bot.domain.events import Attachment, PrivatePosted, Text
from bot.domain.findings import Excerpt
from bot.engine.command_event import Utterance

_WRITTEN = "某某绝密文件的原文"


@pytest.fixture
def log() -> Iterator[list[str]]:
    lines: list[str] = []
    before = logging.getLogger().handlers[:], logging.getLogger().level
    keep_logs_discreet()
    sink = logger.add(lines.append, level=0, diagnose=False)
    yield lines
    logger.remove(sink)
    logger.configure(patcher=lambda _record: None)
    logging.getLogger().handlers[:], level = before
    logging.getLogger().setLevel(level)


def test_exception_is_logged_without_its_words_or_those_of_its_cause(log: list[str]) -> None:
    try:
        try:
            raise KeyError(_WRITTEN)
        except KeyError as error:
            raise ValueError(f"bad: {_WRITTEN}") from error
    except ValueError as error:
        logger.opt(exception=error).error("rule failed")
    (line,) = log
    assert "rule failed" in line
    assert "ValueError" in line
    assert "KeyError" in line
    assert __file__.rpartition("/")[2] in line
    assert _WRITTEN not in line


def test_full_disk_is_still_told_as_it_is(log: list[str]) -> None:
    try:
        raise OSError(28, "No space left on device")
    except OSError as error:
        logger.opt(exception=error).error("write failed")
    assert "No space left on device" in log[0]


def test_exception_that_nobody_retrieved_is_logged_without_its_words(log: list[str]) -> None:
    async def lose() -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        future.set_exception(ValueError(_WRITTEN))
        del future
        gc.collect()

    asyncio.run(lose())
    assert any("never retrieved" in line for line in log)
    assert _WRITTEN not in "".join(log)


@pytest.mark.parametrize("held", [Text, lambda text: Attachment("card", text, text),
                                  lambda text: Excerpt(text, 0, 2, "x")])  # fmt: skip
def test_what_holds_words_does_not_show_them(held: type[Text]) -> None:
    assert _WRITTEN not in repr(held(_WRITTEN))


@pytest.mark.parametrize("kind", [PrivatePosted, Utterance])
def test_commands_do_not_show_their_words(kind: type[object]) -> None:
    shown = {name: one.repr for name, one in kind.__dataclass_fields__.items()}  # type: ignore[attr-defined]  # both are dataclasses
    assert shown["text"] is False
    assert shown["message_id"] is True
