"""The commands of administration through the router, against a real database."""

import asyncio
import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.domain.findings import Finding, Severity
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey
from bot.domain.measures import Measure, MeasureKind, MeasureState, Mode, Receipt, ReceiptHow
from bot.domain.people import Roster
from bot.domain.violations import ViolationState
from bot.engine.contribution import Contribution
from bot.engine.router import Router
from config.policy_overrides import with_overrides
from data import codes, measures, roles, setting_changes, staff, violations
from data.ledger import Work
from data.measures import MeasureContext
from data.violations import NewViolation
from plugins.administration import contribute
from plugins.administration.rule_commands import note_watched
from plugins.digest import contribute as contribute_digest
from plugins.real_name import contribute as contribute_names
from tests.commanding import (
    ADMIN,
    ADMINISTRATOR,
    APPROVER,
    GROUP,
    MEMBER,
    NOON,
    OTHER_OWNER,
    OWNER,
    SECOND_ADMINISTRATOR,
    SECOND_GROUP,
    SECOND_SUPERVISOR,
    STRANGER,
    SUPERVISOR,
    Desk,
    people,
)


@pytest.fixture
def router(desk: Desk) -> Router:
    given: tuple[Contribution, ...] = (
        contribute_names(desk.services),
        contribute_digest(desk.services),
        contribute(desk.services),
    )
    desk.services.catalogue.fill(given)
    return desk.router(desk.services.catalogue.commands)


async def answer(
    desk: Desk, router: Router, account: AccountKey, words: str, **where: object
) -> str:
    said = await desk.say(router, account, words, **where)  # type: ignore[arg-type]
    return next(one.text for one in said if one.account == account)


async def take_up(desk: Desk) -> None:
    """What the engine does on ``reload``: chat settings over the files."""
    async with desk.database.reading() as connection:
        overrides = await setting_changes.current(connection)
    desk.register.policy = with_overrides(desk.register.policy, overrides)


async def count(desk: Desk, query: str) -> int:
    async with desk.database.reading() as connection:
        return int((await connection.execute(text(query))).scalar_one())


async def test_help_differs_by_role(desk: Desk, router: Router) -> None:
    member = await answer(desk, router, MEMBER, "帮助")
    owner = await answer(desk, router, OWNER, "帮助")
    administrator = await answer(desk, router, ADMINISTRATOR, "帮助")
    assert "日报" not in member
    assert "日报" in owner
    assert "授权" not in owner
    assert "授权" in administrator
    assert "登记 有人推销保险" in await answer(desk, router, OWNER, "帮助 登记")
    assert "没有您可以使用的命令" in await answer(desk, router, MEMBER, "帮助 授权")
    assert "绑定" not in await answer(desk, router, MEMBER, "帮助", group=GROUP)


async def test_capabilities_say_what_cannot_be_done_and_why(desk: Desk, router: Router) -> None:
    desk.register.groups[SECOND_GROUP].bot_role = Role.MEMBER
    said = await answer(desk, router, OWNER, "能力")
    assert "教务工作群：\n自动：" in said
    assert "群主协助：撤回" in said
    assert "机器人不是群管理员" in said
    assert "学生工作群" not in said


@pytest.mark.parametrize("given", ["20", "第二十条", "二十", "20.4", "第20条"])
async def test_clauses_show_their_controls(given: str, desk: Desk, router: Router) -> None:
    said = await answer(desk, router, MEMBER, f"条款 {given}")
    assert "20.4" in said
    assert "第二十条" in said


@pytest.mark.parametrize("given", ["99", "二十一二", "外", "20.99", "第条"])
async def test_an_unknown_clause_is_said_to_be_unknown(
    given: str, desk: Desk, router: Router
) -> None:
    assert "条款 20" in await answer(desk, router, MEMBER, f"条款 {given}")


async def test_all_clauses_are_summed_by_article(desk: Desk, router: Router) -> None:
    said = await answer(desk, router, MEMBER, "条款")
    assert "第20条：" in said
    assert "尚缺" in said


async def test_status_tells_connection_freeze_and_modes(desk: Desk, router: Router) -> None:
    desk.register.watermarks[GROUP] = (7, NOON)
    said = await answer(desk, router, OWNER, "状态")
    assert "QQ：已连接，最近看到消息 11月2日 12:00" in said
    assert "正常工作" in said
    desk.register.frozen = True
    desk.platform.connected = False
    said = await answer(desk, router, OWNER, "状态", group=GROUP)
    assert "未连接" in said
    assert "已冻结" in said
    assert "提醒" in said


async def test_a_setting_is_changed_explained_and_put_back(desk: Desk, router: Router) -> None:
    assert "digest.at = 18:00" in await answer(desk, router, OWNER, "配置 digest.at")
    said = await answer(desk, router, ADMINISTRATOR, "配置 digest.at 17:30")
    assert "18:00 改为 17:30" in said
    await take_up(desk)
    said = await answer(desk, router, OWNER, "配置 来源 digest.at")
    assert "17:30" in said
    assert str(ADMINISTRATOR) in said
    assert "17:30 改为" in await answer(desk, router, ADMINISTRATOR, "配置 回退 digest.at")
    async with desk.database.reading() as connection:
        assert await setting_changes.current(connection) == {}
    assert await count(desk, "SELECT count(*) FROM ledger WHERE kind = 'setting'") == 2


@pytest.mark.parametrize(
    ("account", "words", "hint"),
    [
        (OWNER, "配置 digest.at 17:30", "限系统管理员"),
        (SUPERVISOR, "配置 digest.at 17:30", "限系统管理员"),
        (OWNER, "配置 回退 digest.at", "限系统管理员"),
        (ADMINISTRATOR, "配置 digest.at 25:99", "digest.at"),
        (ADMINISTRATOR, "配置 digest.hour 3", "没有“digest.hour”"),
        (ADMINISTRATOR, "配置 interlocks.removals_per_hour 0", "removals_per_hour"),
        (ADMINISTRATOR, "配置 rules.real-name.mode enforce", "规则 名称"),
        (ADMINISTRATOR, "配置 groups.qq:1000.mode enforce", "规则 名称"),
        (ADMINISTRATOR, "配置 groups.qq:1000.rules.real-name enforce", "规则 名称"),
        (ADMINISTRATOR, "配置 回退 rules.real-name.mode", "规则 名称"),
        (ADMINISTRATOR, "配置 回退 digest.at", "无需回退"),
        (ADMINISTRATOR, "配置 来源", "请这样写"),
    ],
)
async def test_a_setting_that_may_not_be_changed_stays(
    account: AccountKey, words: str, hint: str, desk: Desk, router: Router
) -> None:
    assert hint in await answer(desk, router, account, words)
    async with desk.database.reading() as connection:
        assert await setting_changes.current(connection) == {}


async def mode_now(desk: Desk) -> dict[str, str]:
    await take_up(desk)
    async with desk.database.reading() as connection:
        return await setting_changes.current(connection)


async def watched_long_enough(desk: Desk) -> None:
    """For a rule that never saw anything: the gate itself is tested elsewhere."""
    await note_watched(desk.services, desk.clock.now() - timedelta(days=40))


async def test_going_further_than_the_operator_decided_takes_two(
    desk: Desk, router: Router
) -> None:
    title = desk.services.catalogue.rules[0].title
    rule_id = desk.services.catalogue.rules[0].rule_id
    words = f"规则 {title} 执行"
    await watched_long_enough(desk)
    assert "须两位" in await answer(desk, router, ADMINISTRATOR, words)
    assert "须两位" in await answer(desk, router, ADMINISTRATOR, words)
    assert await mode_now(desk) == {}
    desk.clock.pass_(timedelta(hours=25))
    assert "须两位" in await answer(desk, router, SECOND_ADMINISTRATOR, words)
    assert await mode_now(desk) == {}
    desk.clock.pass_(timedelta(hours=23))
    assert "已改为：执行" in await answer(desk, router, ADMINISTRATOR, words)
    assert await mode_now(desk) == {f"rules.{rule_id}.mode": "enforce"}
    assert desk.register.policy.mode(rule_id, GROUP) is Mode.ENFORCE
    assert "已改为：观察" in await answer(
        desk, router, SECOND_ADMINISTRATOR, f"规则 {title} 观察", group=GROUP
    )
    await take_up(desk)
    assert desk.register.policy.mode(rule_id, GROUP) is Mode.OBSERVE
    assert desk.register.policy.mode(rule_id, SECOND_GROUP) is Mode.ENFORCE
    assert "本群对该规则的设置" in await answer(desk, router, OWNER, "规则", group=GROUP)


async def test_a_second_wish_for_something_else_does_not_count(desk: Desk, router: Router) -> None:
    title = desk.services.catalogue.rules[0].title
    await watched_long_enough(desk)
    await answer(desk, router, ADMINISTRATOR, f"规则 {title} 执行", group=GROUP)
    await answer(desk, router, SECOND_ADMINISTRATOR, f"规则 {title} 执行")
    assert await mode_now(desk) == {}


async def test_what_the_operator_granted_needs_no_second(desk: Desk, router: Router) -> None:
    title = desk.services.catalogue.rules[0].title
    await answer(desk, router, ADMINISTRATOR, f"规则 {title} 观察")
    await take_up(desk)
    assert "已改为：提醒" in await answer(desk, router, ADMINISTRATOR, f"规则 {title} 提醒")
    assert "限系统管理员" in await answer(desk, router, OWNER, f"规则 {title} 观察")
    assert "没有规则" in await answer(desk, router, ADMINISTRATOR, "规则 天气 提醒")


async def test_roles_are_given_and_taken(desk: Desk, router: Router) -> None:
    async def held() -> dict[AccountKey, frozenset[str]]:
        async with desk.database.reading() as connection:
            return await roles.grants(connection)

    assert "监督员" in await answer(desk, router, ADMINISTRATOR, "授权 监督员 @102")
    assert await held() == {MEMBER: frozenset({"supervisor"})}
    assert "没有变化" in await answer(desk, router, ADMINISTRATOR, "授权 监督员 qq:102")
    assert "已取消" in await answer(desk, router, ADMINISTRATOR, "授权 取消 监督员 102")
    assert await held() == {}
    assert "机器人" in await answer(desk, router, ADMINISTRATOR, "授权 监督员 1")
    for words in ("授权 校长 102", "授权 监督员", "授权 监督员 张三 李四", "授权 监督员 张三"):
        assert "授权 监督员" in await answer(desk, router, ADMINISTRATOR, words)
    assert await held() == {}
    said = await answer(desk, router, ADMINISTRATOR, "授权")
    assert "400" in said
    assert "301" in said


async def test_the_last_administrator_stays(desk: Desk, router: Router) -> None:
    desk.register.roles = {ADMINISTRATOR: frozenset({"administrator"})}
    said = await answer(desk, router, ADMINISTRATOR, "授权 取消 管理员 400")
    assert "至少要有一位" in said


async def test_the_first_code_makes_an_administrator(desk: Desk, router: Router) -> None:
    code = await desk.services.scribe.write(
        lambda work: codes.issue(
            work, "administrator", "administrator", "first start", timedelta(hours=24)
        )
    )
    assert "不正确" in await answer(desk, router, STRANGER, "绑定 00000000")
    (said,) = await desk.say(router, STRANGER, f"绑定 {code}", GROUP)
    assert "私信" in said.text
    assert "系统管理员" in await answer(desk, router, STRANGER, f"绑定{code}")
    async with desk.database.reading() as connection:
        assert (await roles.grants(connection))[STRANGER] == {"administrator"}
    assert "不正确" in await answer(desk, router, MEMBER, f"绑定 {code}")


async def test_a_code_binds_an_account_to_its_person(desk: Desk, router: Router) -> None:
    assert "限" not in await answer(desk, router, STRANGER, "绑定")
    assert "系统管理员发放" in await answer(desk, router, OWNER, "绑定 发码 T003")
    assert "工号" in await answer(desk, router, ADMINISTRATOR, "绑定 发码 T999")
    said = await desk.say(router, ADMINISTRATOR, "绑定 发码 T003")
    (code,) = [code_in(one.text) for one in said if one.account == MEMBER]
    assert code not in next(one.text for one in said if one.account == ADMINISTRATOR)
    assert "教务处 王五" in await answer(desk, router, STRANGER, f"绑定 {code}")
    async with desk.database.reading() as connection:
        (bound,) = await staff.bindings(connection)
    assert (bound.account, bound.staff_id, bound.how) == (STRANGER, "T003", "code")
    assert "不正确" in await answer(desk, router, MEMBER, f"绑定 {code}")


def code_in(text: str) -> str:
    (code,) = re.findall(r"绑定 (\d{8})", text)
    return code


async def test_one_administrator_alone_cannot_take_another_name(desk: Desk, router: Router) -> None:
    register = desk.register
    register.roster = Roster(replace(one, accounts=()) for one in people())
    for _ in range(2):
        said = await answer(desk, router, ADMINISTRATOR, "绑定 发码 T002")
        assert "另一位系统管理员" in said
        assert not re.search(r"\d{8}", said)
    register.roles_since[SECOND_ADMINISTRATOR, "administrator"] = NOON - timedelta(hours=1)
    said = await answer(desk, router, SECOND_ADMINISTRATOR, "绑定 发码 T002")
    assert "未满" in said
    desk.clock.pass_(timedelta(hours=23))
    said = await answer(desk, router, SECOND_ADMINISTRATOR, "绑定 发码 T002")
    assert "学生处 李四" in await answer(desk, router, STRANGER, f"绑定 {code_in(said)}")


async def test_a_lost_account_is_replaced_by_two_administrators(desk: Desk, router: Router) -> None:
    assert "登记过的账号" in await answer(desk, router, ADMINISTRATOR, "绑定 发码 T003")
    said = await answer(desk, router, SECOND_ADMINISTRATOR, "绑定 发码 T003")
    assert "教务处 王五" in await answer(desk, router, STRANGER, f"绑定 {code_in(said)}")


async def test_codes_cannot_be_guessed(desk: Desk, router: Router) -> None:
    guesser = AccountKey(STRANGER.platform, "31337")
    for number in range(5):
        await answer(desk, router, guesser, f"绑定 {number:08d}")
    assert "次数过多" in await answer(desk, router, guesser, "绑定 99999999")


async def test_anybody_responsible_freezes_and_two_unfreeze(desk: Desk, router: Router) -> None:
    said = await answer(desk, router, OWNER, "冻结 误撤回太多", group=GROUP)
    assert "已冻结" in said
    await asyncio.sleep(0)
    told = {one.account for one in desk.speech.said if "误撤回太多" in one.text}
    assert told == {SUPERVISOR, SECOND_SUPERVISOR, ADMINISTRATOR, SECOND_ADMINISTRATOR}
    assert desk.register.frozen
    assert "已经处于冻结" in await answer(desk, router, SUPERVISOR, "冻结")
    assert "限" in await answer(desk, router, OWNER, "解冻", group=GROUP)
    assert "另一位" in await answer(desk, router, SUPERVISOR, "解冻")
    assert "另一位" in await answer(desk, router, SUPERVISOR, "解冻")
    assert desk.register.frozen
    assert "已解冻" in await answer(desk, router, ADMINISTRATOR, "解冻")
    assert not desk.register.frozen
    assert "没有冻结" in await answer(desk, router, ADMINISTRATOR, "解冻")


async def test_freezing_works_while_the_platform_is_silent(desk: Desk, router: Router) -> None:
    desk.platform.connected = False
    assert "已冻结" in await answer(desk, router, OWNER, "冻结", group=GROUP)
    assert desk.platform.asked == []


async def test_an_owner_registers_what_he_found(desk: Desk, router: Router) -> None:
    said = await answer(desk, router, OWNER, "登记 有人推销“保险”，已劝阻", group=GROUP)
    assert "W1" in said
    said = await answer(desk, router, OWNER, "登记 有人推销")
    assert "哪个群" in said
    said = await answer(desk, router, OWNER, "登记 考务群 名单外传")
    assert "W2" in said
    said = await answer(desk, router, OTHER_OWNER, "登记 名单外传")
    assert "W3" in said
    assert "请写明" in await answer(desk, router, OWNER, "登记 考务群")
    assert "500 字" in await answer(desk, router, OTHER_OWNER, "登记 " + "长" * 600)
    async with desk.database.reading() as connection:
        found = (await violations.find(connection, violations.ViolationQuery())).items
    kept = {(one.group.id, one.reason, one.rule_id) for one in found}
    assert kept == {
        ("1000", "有人推销“保险”，已劝阻", "owner-report"),
        ("1001", "名单外传", "owner-report"),
        ("2000", "名单外传", "owner-report"),
    }


async def muted_case(desk: Desk) -> int:
    async def write(work: Work) -> int:
        finding = Finding(
            rule_id="content", kind="serious", clause="21.3", group=GROUP, account=MEMBER,
            reason="测试",
        )  # fmt: skip
        number = await violations.open_violation(
            work,
            NewViolation(
                finding=finding,
                severity=Severity.SERIOUS,
                mode=Mode.ENFORCE,
                state=ViolationState.OPEN,
                person_name="王五",
            ),
        )
        mute = Measure(
            kind=MeasureKind.MUTE, group=GROUP, account=MEMBER, mode=Mode.ENFORCE, seconds=600
        )
        (identifier,) = await measures.add(work, [(mute, MeasureContext(violation=number))])
        receipt = Receipt(ReceiptHow.READ_BACK, work.now)
        await measures.finish(work, identifier, MeasureState.DONE, receipt=receipt)
        return number

    return await desk.services.scribe.write(write)


async def test_a_measure_is_undone_by_who_may(desk: Desk, router: Router) -> None:
    number = await muted_case(desk)
    assert "没有您可以撤销" in await answer(desk, router, OTHER_OWNER, f"撤销 W{number}")
    assert "限" in await answer(desk, router, SUPERVISOR, f"撤销 W{number}")
    desk.platform.roles[(GROUP, ADMIN)] = Role.MEMBER
    assert "限" in await answer(desk, router, ADMIN, f"撤销 W{number}", group=GROUP)
    said = await answer(desk, router, OWNER, f"撤销W{number}", group=GROUP)
    assert "禁言将立即解除" in said
    query = "SELECT count(*) FROM measures WHERE kind = 'mute' AND seconds = 0"
    assert await count(desk, query) == 1
    assert "不是登记号" in await answer(desk, router, OWNER, "撤销 P3")


async def test_an_approver_sees_no_more_than_a_member(desk: Desk, router: Router) -> None:
    for words in ("状态", "能力", "日报", "授权"):
        desk.clock.pass_(timedelta(minutes=11))
        assert "限" in await answer(desk, router, APPROVER, words)
