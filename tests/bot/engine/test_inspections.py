"""Attachments are looked into beside the messages, once, and judged like words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.domain.events import Attachment, AttachmentRead, Forward, MessageRecalled, Part, Text
from bot.domain.inspection import Uninspected
from bot.domain.measures import MeasureKind, MeasureState
from bot.engine import inspection_notes
from bot.engine.door import Outcome
from bot.engine.inspections import EXPIRES_AFTER
from tests.bot.engine.scene import BAD, GROUP, LI, acts, of_kind, scene
from tests.bot.engine.stage import Stage

FILE, PICTURE = "file", "picture"
BAD_FILE = f"会议纪要\n{BAD}\n".encode()
_WITHIN = 15.0


@asynccontextmanager
async def looking(tmp_path: Path, template: Path, **more: object) -> AsyncIterator[Stage]:
    async with scene(tmp_path, template, **more) as stage:  # type: ignore[arg-type]  # its keywords
        await stage.engine.inspections.start()
        yield stage


async def post(stage: Stage, *parts: Part, content: bytes | None = None, late: bool = False) -> str:
    posted = replace(stage.platform.message(GROUP, LI, ""), parts=parts, late=late)
    stage.platform.groups_[GROUP].messages[posted.message_id] = posted
    for part in parts:
        if isinstance(part, Attachment) and content is not None:
            stage.platform.media[part.reference] = content
    await stage.engine.gate.submit(posted)
    return posted.message_id


async def looked_into(stage: Stage, count: int = 1) -> None:
    """Wait until so many attachments are settled, then until all that follows is done."""
    async with asyncio.timeout(_WITHIN):
        while len(rows(stage, "state <> 'waiting'")) < count:  # noqa: ASYNC110  # any row may be
            await asyncio.sleep(0.01)
    await stage.settle()


def rows(stage: Stage, where: str = "1") -> list[tuple[str, str, str]]:
    return stage._ask(f"select state, reason, reference from inspections where {where}")


def uncounted(stage: Stage) -> dict[str, int]:
    query = "select name, value from counters where name like 'uninspected:%'"
    return dict(stage._ask(query))


def attached(form: str = FILE, reference: str = "r1", **more: object) -> Attachment:
    return Attachment(form, reference=reference, **more)  # type: ignore[arg-type]  # its keywords


async def test_a_file_with_a_listed_word_is_recalled(tmp_path: Path, migrated_file: Path) -> None:
    async with looking(tmp_path, migrated_file) as stage:
        message = await post(stage, attached(), content=BAD_FILE)
        await looked_into(stage)

        (recall,) = await of_kind(stage, MeasureKind.RECALL)
        assert recall.state is MeasureState.DONE
        assert recall.measure.message is not None
        assert recall.measure.message.id == message
        (case,) = await stage.cases()
        assert "在文件中" in case.reason
        assert rows(stage) == [("done", "", "")]
        assert uncounted(stage) == {}


async def test_a_clean_file_is_no_longer_counted(tmp_path: Path, migrated_file: Path) -> None:
    async with looking(tmp_path, migrated_file) as stage:
        await post(stage, attached(), content="今天开会".encode())
        await looked_into(stage)

        assert await stage.cases() == []
        assert uncounted(stage) == {}


async def test_what_cannot_be_looked_into_is_counted_with_its_reason(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with looking(tmp_path, migrated_file) as stage:
        await post(stage, Attachment("voice"), Attachment("video"), Forward("f1"))
        await post(stage, Attachment(PICTURE), attached(size=10**9), Attachment("other"))
        await post(stage, attached(reference="gone"))
        await post(stage, attached(reference="damaged"), content=b"PK\x03\x04")
        await looked_into(stage, 2)

        assert uncounted(stage) == {
            "uninspected:voice:recording": 1,
            "uninspected:video:recording": 1,
            "uninspected:forward:unopened": 1,
            "uninspected:picture:not_fetched": 1,
            "uninspected:file:too_large": 1,
            "uninspected:other:unknown": 1,
            "uninspected:file:not_fetched": 1,
            "uninspected:file:broken": 1,
        }


async def test_what_waits_at_a_crash_is_looked_into_afterwards(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await post(stage, attached(), content=BAD_FILE)
        assert [state for state, _, _ in rows(stage)] == ["waiting"]

        await stage.restart()
        await stage.engine.inspections.start()
        await looked_into(stage)

        assert acts(stage, MeasureKind.RECALL)


async def test_the_same_message_delivered_twice_is_looked_into_once(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with looking(tmp_path, migrated_file) as stage:
        message = await post(stage, attached(), content="今天开会".encode())
        posted = stage.platform.groups_[GROUP].messages[message]
        assert await stage.engine.gate.submit(posted) is Outcome.DUPLICATE
        await looked_into(stage)

        assert stage.platform.calls["fetch"] == 1


async def test_every_attachment_of_a_forward_is_looked_into(
    tmp_path: Path, migrated_file: Path
) -> None:
    inner = (Text("转"), attached(reference="deep"))
    async with looking(tmp_path, migrated_file) as stage:
        stage.platform.media["deep"] = BAD_FILE
        await post(stage, attached(), Forward("f1", (inner,)), content="开会".encode())
        await looked_into(stage, 2)

        assert len(await stage.cases()) == 1


async def test_a_recalled_message_is_not_looked_into_and_is_counted(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        message = await post(stage, attached(), content=BAD_FILE)
        gone = MessageRecalled(
            **stage.platform._happening(), group=GROUP, message_id=message, author=LI, operator=LI
        )
        await stage.engine.gate.submit(gone)
        await stage.engine.inspections.start()
        await post(stage, attached(reference="next"), content="开会".encode())
        await looked_into(stage, 2)

        assert await stage.cases() == []
        assert stage.platform.calls["fetch"] == 1
        assert uncounted(stage) == {"uninspected:file:gone": 1}


async def test_what_waited_too_long_is_given_up_and_counted(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        await post(stage, attached(), content=BAD_FILE)
        stage.clock.pass_(EXPIRES_AFTER + timedelta(minutes=1))
        await stage.engine.inspections.start()
        await looked_into(stage)

        assert rows(stage) == [("uninspected", Uninspected.EXPIRED.value, "")]
        assert stage.platform.calls["fetch"] == 0


async def test_more_of_a_group_than_can_wait_is_counted_at_once(
    tmp_path: Path, migrated_file: Path
) -> None:
    async with scene(tmp_path, migrated_file) as stage:
        most = inspection_notes.MOST_WAITING_OF_A_GROUP
        for number in range(most // 25):
            await post(stage, *(attached(reference=f"{number}.{one}") for one in range(25)))
        await post(stage, attached(reference="too many"))

        assert uncounted(stage) == {"uninspected:file:crowded": 1}
        assert len(rows(stage, "state = 'waiting'")) == most


async def test_messages_pass_while_a_file_is_read(tmp_path: Path, migrated_file: Path) -> None:
    async with looking(tmp_path, migrated_file) as stage:
        held = stage.platform.held = asyncio.Event()
        await post(stage, attached(), content="开会".encode())
        await stage.posts(GROUP, LI, BAD)
        assert acts(stage, MeasureKind.RECALL)
        assert [state for state, _, _ in rows(stage)] == ["waiting"]

        held.set()
        await looked_into(stage)


async def test_a_secret_in_a_file_leaves_no_word_behind(
    tmp_path: Path, migrated_file: Path
) -> None:
    secret = "机密星"
    async with looking(tmp_path, migrated_file) as stage:
        await post(stage, attached(), content=f"会议纪要 {secret} 其余内容金丝雀".encode())
        await looked_into(stage)

        assert rows(stage) == [("done", "", "")]
        assert await stage.cases()
    kept = _database(tmp_path)
    assert "金丝雀".encode() not in kept
    assert secret.encode() not in kept


async def test_a_read_attachment_is_judged_once(tmp_path: Path, migrated_file: Path) -> None:
    async with looking(tmp_path, migrated_file) as stage:
        message = await post(stage, attached(), content=BAD_FILE)
        await looked_into(stage)
        again = AttachmentRead(
            **{**stage.platform._happening(), "event_id": f"r:{GROUP.id}:{message}:0"},
            group=GROUP, message=stage.platform.message(GROUP, LI, "").message, place=0,
            form=FILE, author=LI, posted_at=stage.clock.now(), text=BAD,
        )  # fmt: skip

        assert await stage.engine.gate.submit(again) is Outcome.DUPLICATE


def _database(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.glob("qungui.db*"))
