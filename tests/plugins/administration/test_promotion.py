"""A rule goes further only through the gate: watched, reviewed, and two people."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.findings import Finding, Severity
from bot.domain.measures import Mode
from bot.domain.violations import ViolationState
from bot.engine import decisions
from bot.engine.contribution import Contribution
from bot.engine.router import Router
from config.policy_overrides import with_overrides
from data import setting_changes
from data.ledger import Work
from data.violations import NewViolation, open_violation
from plugins.administration import contribute
from plugins.administration.rule_commands import note_watched
from plugins.real_name import contribute as contribute_names
from tests.commanding import (
    ADMINISTRATOR,
    GROUP,
    MEMBER,
    OTHER_GROUP,
    OWNER,
    SECOND_ADMINISTRATOR,
    Desk,
)

RULE = "real-name"


@pytest.fixture
async def router(desk: Desk) -> Router:
    given: tuple[Contribution, ...] = (contribute_names(desk.services), contribute(desk.services))
    desk.services.catalogue.fill(given)
    desk.register.policy = replace(desk.register.policy, default_mode=Mode.OBSERVE)
    await note_watched(desk.services, desk.clock.now())
    return desk.router(desk.services.catalogue.commands)


async def said(desk: Desk, router: Router, words: str, who: object = ADMINISTRATOR) -> str:
    (answer,) = await desk.say(router, who, words)  # type: ignore[arg-type]
    async with desk.database.reading() as connection:
        overrides = await setting_changes.current(connection)
    desk.register.policy = with_overrides(desk.register.policy, overrides)
    return answer.text


async def hits(desk: Desk, count: int) -> list[int]:
    finding = Finding(
        rule_id=RULE, kind="misnamed", clause="20.2", group=GROUP, account=MEMBER, reason="测试"
    )
    new = NewViolation(
        finding=finding,
        severity=Severity.MINOR,
        mode=Mode.OBSERVE,
        state=ViolationState.OBSERVED,
        person_name="王五",
    )

    async def write(work: Work) -> list[int]:
        return [await open_violation(work, new) for _ in range(count)]

    return await desk.services.scribe.write(write)


async def judge(desk: Desk, numbers: list[int], *, false_hit: bool = False) -> None:
    async def write(work: Work) -> None:
        for number in numbers:
            await decisions.settle_case(
                work, number, OWNER, false_hit=false_hit, note="", register=desk.register
            )

    await desk.services.scribe.write(write)


async def test_what_is_missing_is_said_exactly(desk: Desk, router: Router) -> None:
    answer = await said(desk, router, "规则 实名 执行")
    assert "还不能转为“执行”" in answer
    assert "观察了 0.0 天，至少要 7 天" in answer
    assert "命中 0 次，至少要 20 次" in answer
    desk.clock.pass_(timedelta(days=8))
    await hits(desk, 40)
    answer = await said(desk, router, "规则 实名 执行")
    assert "观察了" not in answer
    assert "抽查了 0 件，至少要 20 件" in answer
    assert "请抽查" in answer
    assert "W" in answer


async def test_after_watching_and_reviewing_two_people_let_a_rule_act(
    desk: Desk, router: Router
) -> None:
    desk.clock.pass_(timedelta(days=8))
    numbers = await hits(desk, 40)
    await judge(desk, numbers[:25])
    await said(desk, router, "规则 实名 提醒")
    assert "已够条件转为“执行”" in await said(desk, router, "规则 实名")
    assert "须两位" in await said(desk, router, "规则 实名 执行")
    assert "须两位" in await said(desk, router, "规则 实名 执行")
    assert "已改为：执行" in await said(desk, router, "规则 实名 执行", SECOND_ADMINISTRATOR)
    assert desk.register.policy.mode(RULE, GROUP) is Mode.ENFORCE


async def test_false_hits_keep_a_rule_from_acting(desk: Desk, router: Router) -> None:
    desk.clock.pass_(timedelta(days=8))
    numbers = await hits(desk, 40)
    await judge(desk, numbers[:20])
    await judge(desk, numbers[20:30], false_hit=True)
    answer = await said(desk, router, "规则 实名 执行")
    assert "误报率可能高达 51%，不能超过 15%" in answer
    assert "命中 40 次，误报 10 次" in await said(desk, router, "规则")


async def test_one_person_steps_back_at_once_and_the_watching_begins_anew(
    desk: Desk, router: Router
) -> None:
    desk.clock.pass_(timedelta(days=31))
    await said(desk, router, "规则 实名 执行")
    await said(desk, router, "规则 实名 执行", SECOND_ADMINISTRATOR)
    desk.clock.pass_(timedelta(days=1))
    assert "已改为：观察" in await said(desk, router, "规则 实名 观察")
    assert "观察了 0.0 天" in await said(desk, router, "规则 实名 执行")


async def test_the_operators_decision_stands_in_for_the_gate(desk: Desk, router: Router) -> None:
    assert desk.services.settings.mode is Mode.REMIND
    assert "QUNGUI_MODE" in await said(desk, router, "规则 实名")
    assert "已改为：提醒" in await said(desk, router, "规则 实名 提醒")


async def test_an_owner_sees_the_figures_of_his_own_groups_only(desk: Desk, router: Router) -> None:
    await hits(desk, 3)
    assert "命中 3 次" in await said(desk, router, "规则", OWNER)
    (answer,) = await desk.say(router, ADMINISTRATOR, "规则", OTHER_GROUP)
    assert "命中 0 次" in answer.text
