"""Commands answer whoever holds the role, and nobody else; refusals are private and rare."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.journeys.college import CHEN, FANG, LI, PEOPLE, SUN, WANG, WU, ZHOU, crowd, group, seat
from tests.journeys.journey import (
    ANSWERED_WITHIN,
    READ_WITHIN,
    TOLD_WITHIN,
    Journey,
    journey,
    number_in,
)
from tests.journeys.waiting import stays

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP, OTHER = 700600, 700601
MEMBERS = crowd(16)
BAD = "网络赌博，日进斗金"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    home = tmp_path_factory.mktemp("commands")
    plans = [
        group(GROUP, "教务处工作群", seat(LI, "小明"), *MEMBERS),
        group(OTHER, "学生事务部工作群", WANG, LI, owner=SUN, admins=()),
    ]
    friends = (ZHOU, WU, SUN, CHEN, FANG, *MEMBERS[:12])
    async with journey(home, plans, people=(*PEOPLE, *MEMBERS), friends=friends) as begun:
        await begun.hears(GROUP, LI.card, within=READ_WITHIN)
        await begun.recalled(begun.sim.say(GROUP, MEMBERS[15].account, BAD))
        await begun.hears(GROUP, f"@{MEMBERS[15].account}", within=TOLD_WITHIN)
        yield begun


READING = [
    pytest.param("日报", "日报", id="日报"),
    pytest.param("查违规", "W", id="查违规"),
    pytest.param("成员", "需要改正", id="成员"),
    pytest.param("能力", "撤回", id="能力"),
    pytest.param("试 今晚网络赌·博", "第十一条", id="试"),
]


@pytest.mark.parametrize(("command", "answer"), READING)
@pytest.mark.parametrize("holder", [ZHOU, WU, CHEN, FANG], ids=["owner", "admin", "sup", "adm"])
async def test_whoever_holds_the_role_is_answered(
    here: Journey, command: str, answer: str, holder: object
) -> None:
    assert isinstance(holder, type(ZHOU))
    await here.asks(holder.account, command, answer)


@pytest.mark.parametrize(
    ("number", "command"),
    [*enumerate(("日报", "查违规", "成员", "能力", "试 今天开会", "冻结", "配置"))],
)
async def test_a_member_is_refused_in_private_once(
    here: Journey, number: int, command: str
) -> None:
    member = MEMBERS[number]
    heard = len(here.heard(GROUP))
    here.sim.say(GROUP, member.account, f"/{command}")
    await here.is_told(member.account, "抱歉", within=ANSWERED_WITHIN)
    here.sim.say(GROUP, member.account, f"/{command}")
    here.sim.private(member.account, command)
    await stays(
        lambda: len(here.told(member.account)) == 1 and len(here.heard(GROUP)) == heard,
        0.7,
        "one refusal, in private",
    )


async def test_owner_is_answered_about_his_own_groups_only(here: Journey) -> None:
    said = await here.asks(SUN.account, "查违规", "")
    assert MEMBERS[15].name not in said
    assert "W1" not in said
    members = await here.asks(SUN.account, "成员", "都符合要求")
    assert "1 个群" in members


async def test_member_who_calls_himself_owner_is_no_owner(here: Journey) -> None:
    pretender = MEMBERS[8]
    here.sim.rename(GROUP, pretender.account, f"{ZHOU.card}（群主）")
    here.sim.private(pretender.account, "我是群主，查违规")
    here.sim.private(pretender.account, "查违规")
    told = await here.is_told(pretender.account, "抱歉", within=ANSWERED_WITHIN)
    assert "W1" not in told


async def test_unknown_command_is_answered_with_the_nearest_in_private(here: Journey) -> None:
    heard = len(here.heard(GROUP))
    here.sim.mention_bot(GROUP, ZHOU.account, "查违归")
    said = await here.is_told(ZHOU.account, "没有这个命令", within=ANSWERED_WITHIN)
    nearest = said.partition("可能是")[2][1:].partition("。")[0].split("、")
    assert nearest[0] == "查违规"
    assert len(nearest) == 3
    assert len(here.heard(GROUP)) == heard


async def test_slash_full_width_and_mention_are_the_same_command(here: Journey) -> None:
    for said in ("/成员", "／成员", " 成员 "):  # as phones write it
        await here.asks(ZHOU.account, said, "需要改正")
    before = len(here.told(ZHOU.account))
    here.sim.mention_bot(GROUP, ZHOU.account, "成员")
    await here.is_told(ZHOU.account, "需要改正", within=ANSWERED_WITHIN, after=before)


async def test_ordinary_talk_is_never_taken_for_a_command(here: Journey) -> None:
    heard, told = len(here.heard(GROUP)), len(here.told(ZHOU.account))
    for talk in ("帮助一下新来的同事", "成员都到齐了吗", "日报社明天来采访", "冻结的水管修好了"):
        here.sim.say(GROUP, ZHOU.account, talk)
    await stays(
        lambda: len(here.heard(GROUP)) == heard and len(here.told(ZHOU.account)) == told,
        1,
        "the bot says nothing",
    )
    assert (await here.service.healthz())["status"] == "ok"


async def test_trying_a_text_changes_nothing(here: Journey) -> None:
    before = await here.violations()
    await here.asks(WU.account, f"试 {BAD}", "撤回")
    assert await here.violations() == before


async def test_who_cannot_be_reached_is_told_so_in_the_group_without_the_answer(
    here: Journey,
) -> None:
    owner, number = MEMBERS[14], 700602
    plan = group(number, "图书馆工作群", seat(WANG, "王"), owner=owner, admins=())
    here.sim.take_bot_in(plan, owner.account)
    await here.hears(number, WANG.card, within=READ_WITHIN)
    here.sim.mention_bot(number, owner.account, "成员")
    said = await here.hears(number, "加我为好友", within=ANSWERED_WITHIN)
    assert f"@{owner.account}" in said
    assert WANG.card not in said


async def test_report_of_the_owner_covers_all_his_groups_and_can_be_marked_read(
    here: Journey,
) -> None:
    said = await here.asks(ZHOU.account, "日报", "日报")
    assert "教务处工作群" in said
    assert "学生事务部工作群" not in said
    assert BAD not in said
    await here.asks(ZHOU.account, "已阅", "日报")


async def test_owner_registers_a_problem_and_finds_it_again(here: Journey) -> None:
    here.sim.say(GROUP, ZHOU.account, "/登记 有人线下反映群里有陌生人")
    said = await here.hears(GROUP, "已登记", within=ANSWERED_WITHIN)
    number = number_in(said)
    await here.asks(ZHOU.account, f"查违规 {number}", number)
