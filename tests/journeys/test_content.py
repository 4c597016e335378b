"""A message with a listed word is recalled, proven, told and numbered once."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from adapters.simulator.onebot11.people import Role
from tests.journeys.college import CHEN, LI, PEOPLE, WU, ZHOU, Person, crowd, group
from tests.journeys.journey import (
    RECALLED_WITHIN,
    TASK_WITHIN,
    TOLD_WITHIN,
    Journey,
    journey,
    measures_of,
)
from tests.journeys.waiting import stays, until

pytestmark = pytest.mark.asyncio(loop_scope="module")

GROUP = 700200
SPEAKERS = crowd(40)
BAD = "今晚网络赌博，日进斗金"
WORD = "赌博"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def here(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Journey]:
    plan = group(GROUP, "教务处工作群", LI, CHEN, *SPEAKERS)
    home = tmp_path_factory.mktemp("content")
    async with journey(home, [plan], people=(*PEOPLE, *SPEAKERS), friends=(ZHOU, CHEN)) as begun:
        yield begun


@pytest.fixture(scope="module")
def unheard() -> Iterator[Person]:
    """People who have not spoken yet: each counts his own strikes."""
    return iter(SPEAKERS)


async def test_serious_word_is_recalled_and_its_author_told_without_the_word(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    message = here.sim.say(GROUP, author.account, BAD)
    await here.recalled(message)
    said = await here.hears(GROUP, f"@{author.account}", within=TOLD_WITHIN)
    assert WORD not in said
    case = await here.violation(rule="content", account=str(author.account))
    assert case["severity"] == "serious"
    assert case["state"] == "closed"
    assert case["person"]["staff_id"] == author.staff_id
    assert str(case["number"]) in said
    (recall,) = measures_of(case, "recall")
    assert (recall["rung"], recall["state"]) == ("automatic", "done")
    assert recall["receipt"]["how"] == "platform_notice"
    (notice,) = measures_of(case, "notify")
    assert notice["state"] == "done"


async def test_critical_word_is_recalled_and_put_to_the_supervisor_without_being_copied(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    message = here.sim.say(GROUP, author.account, "这份机密★文件请各位先看")
    await here.recalled(message)
    case = await here.violation(rule="content", account=str(author.account))
    told = await here.is_told(CHEN.account, str(case["number"]), within=TOLD_WITHIN)
    assert "机密★" not in told
    assert case["severity"] == "critical"
    assert not case["excerpt"]


@pytest.mark.parametrize(
    "spelling",
    [
        pytest.param("网络赌·博平台", id="separator"),
        pytest.param("网络赌\u200b博平台", id="invisible"),
        pytest.param("網絡賭博平臺", id="traditional"),
        pytest.param("网络赌赌博博平台", id="repetition"),
        pytest.param("Ｄａｉ Kai Fa Piao 联系我", id="width, case and pinyin"),
    ],
)
async def test_evasive_spelling_is_recalled(
    here: Journey, unheard: Iterator[Person], spelling: str
) -> None:
    message = here.sim.say(GROUP, next(unheard).account, spelling)
    await here.recalled(message)


async def test_word_in_the_company_that_excuses_it_stays(
    here: Journey, unheard: Iterator[Person]
) -> None:
    message = here.sim.say(GROUP, next(unheard).account, "请各班组织学习：禁止赌博，远离毒品")
    marker = here.sim.say(GROUP, next(unheard).account, BAD)
    await here.recalled(marker)
    assert not here.sim.is_recalled(message)


async def test_minor_word_is_told_and_stays(here: Journey, unheard: Iterator[Person]) -> None:
    author = next(unheard)
    message = here.sim.say(GROUP, author.account, "本店清仓甩卖")
    await here.hears(GROUP, f"@{author.account}", within=TOLD_WITHIN)
    assert not here.sim.is_recalled(message)
    assert (await here.violation(account=str(author.account)))["state"] == "closed"


async def test_recall_is_proven_by_reading_back_where_the_notice_is_lost(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    here.sim.faults.dropped = {"notice.group_recall": 1.0}
    message = here.sim.say(GROUP, author.account, BAD)
    await here.recalled(message)

    async def proven() -> object:
        (case,) = await here.violations(account=str(author.account))
        (recall,) = measures_of(case, "recall")
        return recall["state"] == "done" and recall["receipt"]["how"] == "read_back"

    await until(proven, 5, "the recall is read back")
    here.sim.faults.dropped = {}


async def test_recall_that_only_claims_success_becomes_the_owners_task(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    here.sim.faults.recall_without_effect = True
    before = len(here.told(ZHOU.account))
    message = here.sim.say(GROUP, author.account, BAD)
    task = await here.is_told(ZHOU.account, "请您处理", within=15, after=before)
    here.sim.faults.recall_without_effect = False
    assert WORD not in task
    case = await here.violation(account=str(author.account))
    assert case["state"] == "waiting"
    assert all(one["receipt"] is None for one in measures_of(case, "recall"))
    here.sim.recall_by(ZHOU.account, message)

    async def closed() -> object:
        return (await here.violation(account=str(author.account)))["state"] == "closed"

    await until(closed, 5, "the case closes when the owner recalls the message")


async def test_admin_is_put_to_the_supervisor_and_the_owner_and_never_muted(here: Journey) -> None:
    message = here.sim.say(GROUP, WU.account, BAD)
    again = here.sim.say(GROUP, WU.account, BAD)
    task = await here.is_told(ZHOU.account, "请您处理", WU.name, within=TASK_WITHIN)
    await here.is_told(CHEN.account, "上报", WU.name, within=TOLD_WITHIN)
    assert WORD not in task
    here.sim.recall_by(ZHOU.account, message)
    here.sim.recall_by(ZHOU.account, again)

    async def over() -> bool:
        found = await here.violations(account=str(WU.account))
        return [one["state"] for one in found] == ["closed", "closed"]

    await until(over, 5, "both cases close when the owner recalls the messages")
    assert here.sim.member(GROUP, WU.account).muted_until == 0
    assert not here.sim.calls("set_group_ban") or all(
        str(call.params["user_id"]) != str(WU.account) for call in here.sim.calls("set_group_ban")
    )


async def test_owners_words_are_put_to_the_supervisor_and_never_muted(here: Journey) -> None:
    before = len(here.told(CHEN.account))
    here.sim.say(GROUP, ZHOU.account, BAD)
    here.sim.say(GROUP, ZHOU.account, BAD)
    await here.is_told(CHEN.account, "上报", ZHOU.name, within=TOLD_WITHIN, after=before)
    found = await here.violations(account=str(ZHOU.account))
    assert len(found) == 2
    assert not [one for case in found for one in measures_of(case, "mute") if one["receipt"]]
    assert here.sim.member(GROUP, ZHOU.account).muted_until == 0


async def test_second_serious_message_mutes_its_author(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    await here.recalled(here.sim.say(GROUP, author.account, BAD))
    assert here.sim.member(GROUP, author.account).muted_until == 0
    await here.recalled(here.sim.say(GROUP, author.account, BAD))
    await until(
        lambda: here.sim.member(GROUP, author.account).muted_until > 0,
        RECALLED_WITHIN,
        "the author is muted",
    )
    second = (await here.violations(account=str(author.account)))[-1]
    (mute,) = measures_of(second, "mute")
    assert (mute["state"], mute["receipt"]["how"]) == ("done", "platform_notice")


async def test_quoting_a_bad_message_does_not_count_against_the_quoter(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author, quoter = next(unheard), next(unheard)
    message = here.sim.say(GROUP, author.account, BAD)
    answer = here.sim.quote(GROUP, quoter.account, message, "请不要发这种内容")
    await here.recalled(message)
    await stays(lambda: not here.sim.is_recalled(answer), 1, "the answer is left alone")
    assert await here.violations(account=str(quoter.account)) == []


async def test_merged_forward_counts_against_the_one_who_forwards(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author, forwarder = next(unheard), next(unheard)
    spoken = [(author.account, author.name, "大家好"), (author.account, author.name, BAD)]
    message = here.sim.forward(GROUP, forwarder.account, spoken)
    await here.recalled(message)
    await here.violation(account=str(forwarder.account))
    assert await here.violations(account=str(author.account)) == []


async def test_owner_gets_a_task_at_once_where_the_bot_may_not_recall(
    here: Journey, unheard: Iterator[Person]
) -> None:
    author = next(unheard)
    here.sim.world.set_role(GROUP, ZHOU.account, here.sim.world.self_id, Role.MEMBER)
    await here.sim.drained()
    before = len(here.told(ZHOU.account))
    message = here.sim.say(GROUP, author.account, BAD)
    task = await here.is_told(ZHOU.account, "请您处理", within=TASK_WITHIN, after=before)
    assert author.name in task
    assert WORD not in task
    case = await here.violation(account=str(author.account))
    (recall,) = measures_of(case, "recall")
    assert (recall["rung"], recall["receipt"]) == ("assisted", None)
    here.sim.recall_by(ZHOU.account, message)

    async def closed() -> object:
        case = await here.violation(account=str(author.account))
        (recall,) = measures_of(case, "recall")
        return case["state"] == "closed" and recall["receipt"]["how"] == "platform_notice"

    await until(closed, 5, "the case closes when the owner recalls the message")
    here.sim.world.set_role(GROUP, ZHOU.account, here.sim.world.self_id, Role.ADMIN)
    await here.sim.drained()
