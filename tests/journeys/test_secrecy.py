"""A marked text is posted in every way there is; afterwards not a piece of it is anywhere."""

import asyncio
import base64
import io
import random
import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.college import CHEN, LI, PEOPLE, WU, ZHOU, crowd, group
from tests.journeys.journey import TOLD_WITHIN, Journey, connected, journey
from tests.journeys.waiting import until

GROUP, SECOND = 700900, 700901
SPEAKERS = crowd(12)
_LETTERS = "ghjkmnpqrstvwxyz"
"""No digit of a hash, so that nothing but the text itself can hold a piece of it."""
_RARE = "龘靐齾爩麤鱻厵籱灪驫癵鸜黸齉"


class Canary:
    """A text that is found nowhere by chance, and every piece of it in every form it may take."""

    def __init__(self) -> None:
        chance = random.Random()
        self.latin = "".join(chance.choices(_LETTERS, k=32))
        self.chinese = "".join(chance.choices(_RARE, k=10))

    @property
    def text(self) -> str:
        return f"{self.latin}{self.chinese}"

    def pieces(self) -> Iterator[bytes]:
        """Whatever may be left of it: pieces of it, as bytes."""
        for at in range(0, len(self.latin) - 9, 2):
            piece = self.latin[at : at + 10]
            yield piece.encode()
            yield piece.upper().encode()
            yield piece.encode("utf-16-le")
        for at in range(len(self.chinese) - 3):
            piece = self.chinese[at : at + 4]
            yield piece.encode()
            yield piece.encode("gbk", "ignore") or piece.encode()
            yield piece.encode("utf-16-le")
            yield piece.encode("unicode_escape")
        for shift in range(3):
            encoded = base64.b64encode(b"\0" * shift + self.text.encode())
            yield encoded[8:24]

    def find(self, content: bytes) -> bytes | None:
        """The first piece of it in some bytes."""
        return next((piece for piece in self.pieces() if piece and piece in content), None)


def contents(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file, and whatever is packed into it."""
    yield from unpacked(path.name, path.read_bytes())


def unpacked(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    yield name, content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from unpacked(f"{name}/{member}", archive.read(member))


def left_in(folder: Path, canary: Canary) -> list[str]:
    """The names of the files in which a piece is left."""
    return [
        name
        for path in folder.rglob("*")
        if path.is_file()
        for name, content in contents(path)
        if canary.find(content) is not None
    ]


def test_canary_is_found_wherever_it_is_left(tmp_path: Path) -> None:
    """The search itself finds something: otherwise the journey would prove nothing."""
    canary = Canary()
    forms = {
        "plain": canary.text.encode(),
        "log": f"x {canary.latin[6:22]} y".encode(),
        "json": canary.text.encode("unicode_escape"),
        "wide": canary.text.encode("utf-16-le"),
        "base64": base64.b64encode(b"ab" + canary.text.encode()),
    }
    for name, content in forms.items():
        (tmp_path / name).write_bytes(content)
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", canary.text)
    assert set(left_in(tmp_path, canary)) == {*forms, "packed.zip/inner.txt"}
    assert Canary().find(canary.text.encode()) is None


async def test_no_piece_of_a_suspected_secret_is_left_anywhere(tmp_path: Path) -> None:
    canary = Canary()
    home = tmp_path / "home"
    groups = [
        group(GROUP, "教务处工作群", LI, CHEN, *SPEAKERS),
        group(SECOND, "学工群", CHEN, *SPEAKERS),
    ]
    async with journey(
        home, groups, people=(*PEOPLE, *SPEAKERS), friends=(ZHOU, WU, CHEN), LOG_LEVEL="TRACE"
    ) as here:
        posted = post_everything(here, canary)
        for form, message in posted.items():
            await until(lambda sent=message: here.sim.is_recalled(sent), 10, f"{form} is recalled")
        await here.is_told(CHEN.account, "涉密应急", within=TOLD_WITHIN)
        await while_the_database_is_locked(here, canary)
        await commands_with_it(here, canary)
        cases = [one for one in await here.violations(rule="content") if one["state"] == "waiting"]
        assert len(cases) >= len(posted)
        assert not any(one["excerpt"] for one in cases)
        await write_everything(here, str(cases[0]["number"]))
        said = [*here.heard(GROUP), *here.heard(SECOND)]
        said += [text for one in (ZHOU, WU, CHEN, LI) for text in here.told(one.account)]
        assert not [text for text in said if canary.find(text.encode())]
        for page in ("/metrics", "/healthz"):
            _, body = await here.service.page(page)
            assert canary.find(body) is None
        assert "TRACE" in here.service.log
        await here.service.kill()
    assert left_in(home, canary) == []


@pytest.mark.slow
async def test_no_piece_is_left_when_the_service_is_killed_in_the_midst_of_it(
    tmp_path: Path,
) -> None:
    canary = Canary()
    home = tmp_path / "home"
    plan = group(GROUP, "教务处工作群", CHEN, *SPEAKERS)
    async with journey(
        home, [plan], people=(*PEOPLE, *SPEAKERS), friends=(ZHOU, CHEN), LOG_LEVEL="TRACE"
    ) as here:
        lock = sqlite3.connect(home / "qungui.db", isolation_level=None)
        lock.execute("begin immediate")
        here.sim.say(GROUP, SPEAKERS[0].account, f"机密★{canary.text}")
        await here.sim.drained()
        await asyncio.sleep(0.5)
        await here.service.kill()
        lock.execute("rollback")
        lock.close()
        service = here.service
    assert left_in(home, canary) == []
    await service.start()
    try:
        async with connected(service, [plan], friends=(ZHOU, CHEN)) as again:
            message = again.sim.say(GROUP, SPEAKERS[1].account, f"绝密★{canary.text}")
            await again.recalled(message, within=10)
    finally:
        await service.stop()
    assert left_in(home, canary) == []


def post_everything(here: Journey, canary: Canary) -> dict[str, int]:
    """The marked text in several spellings and forms, each from somebody else."""
    author = iter(SPEAKERS)
    spelt = {
        "plain": f"机密★{canary.text}",
        "beside another word": f"网络赌博 {canary.latin} 秘密★ {canary.chinese}",
        "invisible": f"机\u200b密★{canary.chinese}",
        "traditional": f"【絕密★】{canary.text}" * 3,
    }
    found = {form: here.sim.say(GROUP, next(author).account, text) for form, text in spelt.items()}
    first, second = next(author), next(author)
    spoken = [
        (first.account, first.name, "大家好"),
        (second.account, canary.latin, f"机密★{canary.text}"),
    ]
    found["forward"] = here.sim.forward(GROUP, second.account, spoken)
    name = f"机密★{canary.text}.txt"
    found["file name"] = here.sim.upload(GROUP, next(author).account, name, b"x")
    found["other group"] = here.sim.say(SECOND, next(author).account, f"机密★{canary.text}")
    return found


async def while_the_database_is_locked(here: Journey, canary: Canary) -> None:
    """What is posted while nothing can be written waits in memory, and only there."""
    with sqlite3.connect(here.service.home / "qungui.db", isolation_level=None) as lock:
        lock.execute("begin immediate")
        message = here.sim.say(GROUP, SPEAKERS[9].account, f"秘密★{canary.text}")
        await here.sim.drained()
        await asyncio.sleep(1)
        assert left_in(here.service.home, canary) == []
        lock.execute("rollback")
    lock.close()
    await here.recalled(message, within=20)


async def commands_with_it(here: Journey, canary: Canary) -> None:
    """Whoever tries it out, registers it or searches for it gets a refusal and no echo."""
    for words in ("试 {}", "登记 教务处工作群 有人发了{}", "已处理 W1 {}"):
        await here.asks(ZHOU.account, words.format(f"机密★{canary.text}"), "疑似涉及国家秘密")
    for words in ("查违规 {}", "冻结 {}"):
        await here.asks(CHEN.account, words.format(f"机密★{canary.text}"), "疑似涉及国家秘密")
    # The owner's own message cannot be recalled; what he asked for is not answered in the group.
    here.sim.mention_bot(GROUP, ZHOU.account, f"查违规 机密★{canary.text}")
    before = len(here.told(CHEN.account))
    await here.is_told(CHEN.account, "涉密应急", within=TOLD_WITHIN, after=before)


async def write_everything(here: Journey, number: str) -> None:
    """Every file that people may ask for, into the home that is searched."""
    home = here.service.home
    outcomes = await asyncio.gather(
        here.service.command(
            "export", "--kind", "violations", "--format", "xlsx", str(home / "out.xlsx")
        ),
        here.service.command(
            "export", "--kind", "violations", "--format", "zip", str(home / "out.zip")
        ),
        here.service.command("secrecy-report", number, str(home / "report.docx")),
        here.service.command("backup", str(home / "backup.zip")),
        here.service.command("violations", "--json", "--limit", "500"),
    )
    for outcome in outcomes:
        assert outcome.code == 0, outcome.err
    said = "".join(one.out + one.err for one in outcomes)
    (home / "said.txt").write_text(said, encoding="utf-8")

    async def reported() -> bool:
        return "泄密事件报告表" in await here.asks(
            CHEN.account, f"处置 {number} 报告表", "泄密事件报告表"
        )

    await until(reported, 10, "the form is told to the supervisor")
