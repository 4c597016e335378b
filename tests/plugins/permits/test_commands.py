"""Applying, deciding, and what time does, through the router and a real database."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.findings import Severity
from bot.domain.permits import PermitState, fingerprint
from data.ledger import verify_chain
from tests.commanding import (
    ADMINISTRATOR,
    APPROVER,
    GROUP,
    MEMBER,
    OTHER_GROUP,
    OWNER,
    STRANGER,
    SUPERVISOR,
)
from tests.plugins.permits.conftest import SECOND_APPROVER, Bureau

TEXT = "各位老师：明日八时起三号楼停水，请提前储水。"
APPLY = f"申请发布\n事项：停水\n理由：检修\n群：教务工作群\n时间：今天 13:00 至 18:00\n内容：{TEXT}"
URGENT = f"申请发布 紧急\n群：教务工作群\n内容：{TEXT}"
HOUR = timedelta(hours=1)


async def test_application_is_read_back_and_put_to_the_approvers(bureau: Bureau) -> None:
    said = await bureau.say(MEMBER, APPLY)
    assert "X1" in said
    assert TEXT in said
    assert "11月2日 13:00 至 18:00" in said
    permit = await bureau.permit()
    assert permit.state is PermitState.WAITING
    assert permit.fingerprint == fingerprint(TEXT)
    assert permit.groups == (GROUP,)
    asked = [who for who, text in await bureau.letters() if "批准 X1" in text]
    assert asked == [APPROVER.id, SECOND_APPROVER.id]


async def test_no_message_holds_the_text_as_it_is_stored(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    await bureau.say(APPROVER, "批准 X1")
    letters = await bureau.letters()
    assert not any("停水，请" in text for _, text in letters)
    assert bureau.desk.register.permits.text(1) == TEXT


async def test_yes_is_told_to_the_applicant_with_what_is_permitted(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    assert "已批准 X1" in await bureau.say(APPROVER, "批准 X1")
    told = [text for who, text in await bureau.letters() if who == MEMBER.id]
    assert "教务工作群" in told[-1]
    assert "18:00" in told[-1]
    permit = await bureau.permit()
    assert [one.account for one in permit.approvals] == [APPROVER]
    async with bureau.desk.database.reading() as connection:
        assert (await verify_chain(connection)).ok


async def test_two_approvers_at_once_count_once(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    answers = await asyncio.gather(
        bureau.desk.router(bureau.router.commands).handle(_said(APPROVER)),
        bureau.desk.router(bureau.router.commands).handle(_said(SECOND_APPROVER)),
    )
    assert answers == [None, None]
    said = sorted(one.text for one in bureau.desk.speech.said[-2:])
    assert any("已批准 X1" in text for text in said)
    assert any("无需再批准" in text for text in said)
    assert len((await bureau.permit()).approvals) == 1


def _said(who: object) -> object:
    from tests.commanding import utterance

    return utterance(who, "批准 X1")  # type: ignore[arg-type]


@pytest.mark.parametrize("who", [OWNER, ADMINISTRATOR])
async def test_whoever_is_no_approver_decides_nothing(bureau: Bureau, who: object) -> None:
    await bureau.say(MEMBER, APPLY)
    assert "由发布审批人审批" in await bureau.say(who, "批准 X1")  # type: ignore[arg-type]
    assert (await bureau.permit()).state is PermitState.WAITING


async def test_approver_does_not_decide_plans(bureau: Bureau) -> None:
    assert "没有需要您处理的" in await bureau.say(APPROVER, "批准 P1", GROUP)


async def test_number_without_letter_is_the_one_that_waits_for_him(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    assert "已批准 X1" in await bureau.say(APPROVER, "批准 1")


async def test_approver_cannot_approve_his_own(bureau: Bureau) -> None:
    members = bureau.desk.register.groups[GROUP].members
    members[APPROVER] = replace(members[MEMBER], account=APPROVER)
    await bureau.say(APPROVER, APPLY)
    assert [who for who, _ in await bureau.letters()] == [SECOND_APPROVER.id]
    assert "须由他人审批" in await bureau.say(APPROVER, "批准 X1")


async def test_approval_after_the_time_is_refused_politely(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    bureau.desk.clock.pass_(7 * HOUR)
    assert "时间已过" in await bureau.say(APPROVER, "批准 X1")
    await bureau.tick()
    assert (await bureau.permit()).state is PermitState.EXPIRED
    assert "没有获批" in (await bureau.letters())[-1][1]


async def test_no_is_told_with_its_reason_and_ends_it(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    await bureau.say(APPROVER, "驳回 X1 措辞不妥")
    assert "措辞不妥" in (await bureau.letters())[-1][1]
    assert (await bureau.permit()).state is PermitState.REJECTED


async def test_unanswered_application_goes_to_the_deputy_and_then_to_the_supervisor(
    bureau: Bureau,
) -> None:
    register = bureau.desk.register
    register.permit_limits = replace(register.permit_limits, first_asked=(APPROVER,))
    await bureau.say(MEMBER, APPLY)
    assert [who for who, _ in await bureau.letters()] == [APPROVER.id]
    await bureau.tick()
    bureau.desk.clock.pass_(HOUR / 2)
    await bureau.tick()
    await bureau.tick()
    assert [who for who, _ in await bureau.letters()] == [APPROVER.id, SECOND_APPROVER.id]
    bureau.desk.clock.pass_(HOUR / 2)
    await bureau.tick()
    await bureau.tick()
    heard = [who for who, text in await bureau.letters() if "没有审批人答复" in text]
    assert heard == [SUPERVISOR.id, "302"]


async def test_emergency_takes_effect_with_one_word_and_is_reviewed_by_another(
    bureau: Bureau,
) -> None:
    await bureau.say(MEMBER, URGENT)
    assert "立即生效" in await bureau.say(APPROVER, "批准 X1")
    permit = await bureau.permit()
    assert permit.state is PermitState.APPROVED
    assert permit.ends_at == bureau.desk.clock.now() + 4 * HOUR
    assert [who for who, text in await bureau.letters() if "复核 X1" in text] == [
        SECOND_APPROVER.id
    ]
    assert "另一位审批人" in await bureau.say(APPROVER, "批准 X1")
    assert "已复核通过" in await bureau.say(SECOND_APPROVER, "批准 X1")
    bureau.desk.clock.pass_(25 * HOUR)
    await bureau.tick()
    assert not any("至今没有复核" in text for _, text in await bureau.letters())


async def test_overdue_review_is_escalated_once(bureau: Bureau) -> None:
    await bureau.say(MEMBER, URGENT)
    await bureau.say(APPROVER, "批准 X1")
    bureau.desk.clock.pass_(24 * HOUR)
    await bureau.tick()
    await bureau.tick()
    told = [who for who, text in await bureau.letters() if "至今没有复核" in text]
    assert told == [SUPERVISOR.id, "302"]
    assert "已复核通过" in await bureau.say(SECOND_APPROVER, "批准 X1")


async def test_review_that_fails_takes_the_permit_back_at_once(bureau: Bureau) -> None:
    await bureau.say(MEMBER, URGENT)
    await bureau.say(APPROVER, "批准 X1")
    await bureau.say(SECOND_APPROVER, "驳回 X1 不实")
    assert (await bureau.permit()).state is PermitState.REVOKED


async def test_applicant_may_take_it_back(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    assert "不是您申请的" in await bureau.say(OWNER, "申请发布 撤回 X1")
    assert "已撤回" in await bureau.say(MEMBER, "申请发布 撤回 X1")
    assert (await bureau.permit()).state is PermitState.WITHDRAWN


async def test_same_application_twice_is_one(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    assert "已申请过（X1）" in await bureau.say(MEMBER, APPLY)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("申请发布", "请复制下面几行"),
        ("申请发布 明天停水", "还缺：内容、时间、理由、群"),
        (APPLY.replace("理由：检修\n", ""), "还缺：理由"),
        (APPLY.replace("今天 13:00 至 18:00", "尽快"), "看不懂"),
        (APPLY.replace("今天 13:00 至 18:00", "12月1日至2027-2-1"), "最长 30d"),
        (APPLY.replace("教务工作群", "考务群"), "您不在群“考务群”里"),
        (APPLY.replace("\n内容", "\n发布人：钱七\n内容"), "发布人“钱七”不在"),
    ],
)
async def test_what_is_missing_or_wrong_is_said(bureau: Bureau, words: str, answer: str) -> None:
    assert answer in await bureau.say(MEMBER, words)
    assert await bureau.letters() == []


async def test_named_people_may_post_it_too(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY.replace("\n内容", "\n发布人：张三、101\n内容"))
    assert {one.id for one in (await bureau.permit()).posters} == {OWNER.id, "101"}
    await bureau.say(MEMBER, APPLY.replace("\n内容：", "\n发布人：不限\n内容：另："))
    assert (await bureau.permit(2)).anybody


async def test_suspected_secret_is_not_taken(bureau: Bureau) -> None:
    catalogue = bureau.desk.services.catalogue
    catalogue._withholds = (lambda text: "停水" in text,)
    said = await bureau.say(MEMBER, APPLY)
    assert "疑似涉" in said
    assert TEXT not in said
    assert await bureau.letters() == []


async def test_permit_is_shown_to_whom_it_concerns(bureau: Bureau) -> None:
    await bureau.say(MEMBER, APPLY)
    for who in (MEMBER, APPROVER, SUPERVISOR, OWNER):
        assert TEXT in await bureau.say(who, "申请发布 X1")
    assert "没有您可以查看的" in await bureau.say(STRANGER, "申请发布 X1")
    assert "X1 待审批：您" in await bureau.say(MEMBER, "申请发布 列表")
    assert "没有发布申请" in await bureau.say(STRANGER, "申请发布 列表")
    assert "还没有备案" in await bureau.say(SUPERVISOR, "申请发布 备案")


async def test_application_in_the_group_is_for_that_group(bureau: Bureau) -> None:
    words = APPLY.replace("群：教务工作群\n", "")
    (said,) = await bureau.desk.say(bureau.router, MEMBER, words, OTHER_GROUP)
    assert said.group is None
    assert said.hint is not None
    assert TEXT not in said.hint
    assert (await bureau.permit()).groups == (OTHER_GROUP,)


WINDOW = """敏感期 新增
名称：招生季
时间：今天 13:00 至 18:00
类别：rumour
词语：招生计划、录取
轻重：涉密/违法"""


async def test_window_is_set_shown_and_ended(bureau: Bureau) -> None:
    assert "敏感期由发布审批人或系统管理员设置" in await bureau.say(OWNER, WINDOW)
    assert "已设置敏感期 M1" in await bureau.say(APPROVER, WINDOW)
    assert "已结束" in await bureau.say(ADMINISTRATOR, "敏感期 结束 M1")
    assert "目前没有敏感期" in await bureau.say(OWNER, "敏感期")


async def test_window_is_read_as_written(bureau: Bureau) -> None:
    from data import topic_windows

    await bureau.say(APPROVER, WINDOW)
    async with bureau.desk.database.reading() as connection:
        (window,) = await topic_windows.not_over(connection, bureau.desk.clock.now())
    assert window.severity is Severity.CRITICAL
    assert window.words == ("招生计划", "录取")
    assert window.categories == {"rumour"}


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("敏感期 新增", "请这样写"),
        (WINDOW.replace("rumour", "没有的"), "没有类别“没有的”"),
        (WINDOW.replace("录取", "录"), "应为 2 到 20 个字"),
        (WINDOW.replace("涉密/违法", "很重"), "没有轻重“很重”"),
        ("敏感期 结束 M9", "没有编号为 M9"),
    ],
)
async def test_window_that_cannot_be_set_says_why(bureau: Bureau, words: str, answer: str) -> None:
    assert answer in await bureau.say(APPROVER, words)
