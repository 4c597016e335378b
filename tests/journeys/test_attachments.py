"""What is not text is looked into as well: a mark in a header, a code in a picture, a bomb."""

import importlib.util
from collections.abc import AsyncIterator, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw, ImageFont

from tests.journeys.college import CHEN, LI, PEOPLE, ZHOU, Person, crowd, group
from tests.journeys.journey import Journey, journey, measures_of
from tests.journeys.service import free_port
from tests.journeys.waiting import until
from tests.plugins.content.inspection import files

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP = 700260
SPEAKERS = crowd(12)
READ_WITHIN = 10.0
WORDS_READ_WITHIN = 30.0
BAD = "今晚网络赌博，日进斗金"
_STRANGE = "https://weixin.qq.com/g/AwYAAbcdefgh1234"
_CHINESE_FONTS = ("wqy", "NotoSansCJK", "NotoSerifCJK", "SourceHan", "simsun", "uming", "ukai")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    plan = group(GROUP, "教务处工作群", LI, CHEN, *SPEAKERS)
    home, port = tmp_path_factory.mktemp("attachments"), free_port()
    async with journey(
        home,
        [plan],
        people=(*PEOPLE, *SPEAKERS),
        friends=(ZHOU, CHEN),
        QUNGUI_QQ_MEDIA_HOSTS=f"127.0.0.1:{port}",
    ) as begun:
        await begun.sim.implementation.media_server.start(port)
        try:
            yield begun
        finally:
            await begun.sim.implementation.media_server.stop()


@pytest.fixture(scope="module")
def unheard() -> Iterator[Person]:
    """People who have not spoken yet."""
    return iter(SPEAKERS)


async def _counted(here: Journey, kind: str, outcome: str) -> float:
    return await here.service.metric("qungui_inspections_total", kind=kind, outcome=outcome)


async def test_a_document_with_a_mark_in_its_header_is_recalled(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    content = files.docx_with_header("机密", "★10年")

    message = here.sim.upload(GROUP, author.account, "会议材料.docx", content)
    await here.recalled(message, READ_WITHIN)

    case = await here.violation(rule="content", account=str(author.account))
    assert case["severity"] == "critical"
    assert not case["excerpt"]
    assert measures_of(case, "recall")[0]["state"] == "done"


async def test_a_listed_word_in_a_table_is_recalled_and_its_author_told(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)

    message = here.sim.upload(GROUP, author.account, "名单.xlsx", files.xlsx(hidden=BAD))
    await here.recalled(message, READ_WITHIN)

    case = await here.violation(rule="content", account=str(author.account))
    assert "赌博" in case["excerpt"]


async def test_a_code_that_leads_into_a_strange_group_is_caught(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)

    here.sim.show_image(
        GROUP, author.account, files.as_file(files.poster(_STRANGE), "JPEG"), "扫码进群"
    )

    async def on_the_log() -> bool:
        return bool(await here.violations(rule="content", account=str(author.account)))

    await until(on_the_log, READ_WITHIN, "the code is on the log", every=0.3)


async def test_a_bomb_is_counted_and_the_service_lives(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    before = await here.service.metric("qungui_uninspected_total", kind="file")

    here.sim.upload(GROUP, author.account, "资料.zip", files.zip_bomb())
    here.sim.upload(GROUP, author.account, "通知.docx", files.billion_laughs())
    told = here.sim.say(GROUP, author.account, BAD)
    await here.recalled(told)

    async def counted() -> bool:
        now = await here.service.metric("qungui_uninspected_total", kind="file")
        return now == before + 2

    await until(counted, READ_WITHIN, "both are counted", every=0.2)
    assert (await here.service.healthz())["status"] == "ok"


async def test_a_clean_file_is_counted_as_read_and_nothing_else(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    read = await _counted(here, "file", "read")
    missed = await here.service.metric("qungui_uninspected_total", kind="file")

    here.sim.upload(GROUP, author.account, "通知.txt", "下午三点开会".encode())

    async def done() -> bool:
        return await _counted(here, "file", "read") == read + 1

    await until(done, READ_WITHIN, "the file is read", every=0.2)
    assert await here.service.metric("qungui_uninspected_total", kind="file") == missed
    assert not await here.violations(account=str(author.account))


@pytest.mark.slow
async def test_a_file_that_waited_at_a_crash_is_read_afterwards(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    here.sim.faults.media_slow = 3.0

    message = here.sim.upload(GROUP, author.account, "草稿.txt", BAD.encode("gb18030"))
    await until(
        lambda: bool(here.sim.calls("get_group_file_url")), READ_WITHIN, "the file is asked for"
    )
    await here.service.kill()
    here.sim.faults.media_slow = 0.0
    await here.service.start()

    await here.recalled(message, 30.0)


async def test_an_image_of_a_marked_document_is_caught(
    here: Journey, unheard: Iterator[Person]
) -> None:
    font = _chinese_font()
    if importlib.util.find_spec("rapidocr") is None or font is None:
        pytest.skip("没有加装图片文字识别（make ocr）或没有中文字体，未试图片中的密级标志")
    author = next(unheard)

    message = here.sim.show_image(GROUP, author.account, _marked_page(font))
    await here.recalled(message, WORDS_READ_WITHIN)

    case = await here.violation(rule="content", account=str(author.account))
    assert case["severity"] == "critical"
    assert not case["excerpt"]


def _marked_page(font: Path) -> bytes:
    page = Image.new("RGB", (900, 1200), "white")
    draw = ImageDraw.Draw(page)
    draw.text((60, 60), "机密★10年", font=ImageFont.truetype(str(font), 44), fill="black")
    draw.text((220, 260), "某某会议纪要", font=ImageFont.truetype(str(font), 60), fill="red")
    for line in range(8):
        words = "会议研究了下一阶段的工作安排。"
        draw.text(
            (60, 420 + 70 * line), words, font=ImageFont.truetype(str(font), 36), fill="black"
        )
    buffer = BytesIO()
    page.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


@cache
def _chinese_font() -> Path | None:
    """A font of this machine with Chinese characters."""
    folders = (Path("/usr/share/fonts"), Path.home() / ".fonts", Path("/System/Library/Fonts"))
    for folder in folders:
        for path in folder.rglob("*.[to]t[cf]"):
            if any(name.lower() in path.name.lower() for name in _CHINESE_FONTS):
                return path
    return None
