"""``词库``: words changed by chat, with a preview, a confirmation, examples and a way back."""

import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.events import AttachmentRead
from bot.domain.findings import Excerpt, Finding, Severity
from bot.domain.identifiers import AccountKey, GroupKey, MessageKey, Platform
from bot.domain.measures import Mode
from bot.domain.policy import SampleWindow as Window
from bot.domain.violations import ViolationState
from bot.engine import decisions
from bot.engine.contribution import Contribution
from bot.engine.router import Router
from bot.engine.services import Services
from config.paths import INSTALLED
from data import rule_figures
from data.ledger import Work
from data.violations import NewViolation, open_violation
from plugins import administration, content
from plugins.content.false_hits import masked_span
from plugins.content.rules import ContentRule
from plugins.content.sightings import word_source
from tests.commanding import (
    ADMINISTRATOR,
    GROUP,
    MEMBER,
    NOON,
    OWNER,
    SECOND_ADMINISTRATOR,
    Desk,
    open_desk,
)
from tests.plugins.scene import NEWCOMER, college, findings, posted

WORDS = "低价代写论文\tadvertising\tserious\n校花\tinsult_defamation\tminor\t学校花园\n"
HITS = ("谁要低价代写论文", "低价代写论文找我", "长期低价代写论文")
PASSES = ("论文答辩下午开始", "请提交论文初稿", "严禁学术不端")
EXAMPLES = f"must_hit = {list(HITS)!r}\nmust_not_hit = {list(PASSES)!r}\n"
GIVEN = """应中：哪里有拼单奶茶券
应中：拼单奶茶券转让
应中：收拼单奶茶券
放行：今天的会改到三点
放行：请报送材料
放行：奶茶店开业"""
ADD = f"词库 加 拼单奶茶券 custom 严重\n{GIVEN}"


@dataclass(slots=True)
class Office:
    desk: Desk
    router: Router
    given: tuple[Contribution, ...]
    services: Services

    async def said(self, who: AccountKey, text: str, group: GroupKey | None = None) -> str:
        (said,) = await self.desk.say(self.router, who, text, group)
        return said.text

    async def confirmed(self, who: AccountKey, text: str) -> str:
        return await self.said(who, f"确认 {code_in(await self.said(who, text))}")

    async def run(self, name: str) -> None:
        (job,) = [job for one in self.given for job in one.jobs if job.name == name]
        await job.run(self.desk.clock.now())

    @property
    def rule(self) -> ContentRule:
        (rule,) = self.given[0].rules
        assert isinstance(rule, ContentRule)
        return rule

    def finds_in_file(self, text: str, who: AccountKey) -> list[Finding]:
        read = AttachmentRead(
            platform=Platform.QQ,
            event_id=f"file-{who.id}",
            occurred_at=NOON,
            received_at=NOON,
            posted_at=NOON,
            group=GROUP,
            message=MessageKey(GROUP, f"m-{who.id}"),
            place=0,
            author=who,
            form="file",
            text=text,
        )
        return findings(self.rule.judge(read, college()))

    def finds(self, text: str, who: AccountKey = NEWCOMER) -> list[Finding]:
        return findings(self.rule.judge(posted(who, text), college()))


def code_in(text: str) -> str:
    found = re.search(r"确认 (\d{4})", text)
    assert found is not None, text
    return found[1]


def prepared(tmp_path: Path) -> Path:
    made = tmp_path / "config"
    (made / "lexicons").mkdir(parents=True)
    for name in ("articles.toml", "policy.toml"):
        shutil.copy(INSTALLED / name, made)
    (made / "lexicons" / "short.tsv").write_text(WORDS, "utf-8")
    (made / "lexicons" / "short.examples.toml").write_text(EXAMPLES, "utf-8")
    return made


@pytest.fixture(params=[Mode.ENFORCE])
async def office(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    folder = prepared(tmp_path)
    async with open_desk(tmp_path, mode=request.param) as desk:
        changes = {"config": folder, "mode": request.param, "home": tmp_path}
        settings = desk.services.settings.model_copy(update=changes)
        services = replace(desk.services, settings=settings)
        given = (content.contribute(services), administration.contribute(services))
        services.catalogue.fill(given)
        yield Office(desk, desk.router(services.catalogue.commands), given, services)


watching = pytest.mark.parametrize("office", [Mode.OBSERVE], indirect=True)


async def test_a_word_is_shown_confirmed_caught_and_taken_back(office: Office) -> None:
    assert not office.finds("拼单奶茶券要吗")
    shown = await office.said(ADMINISTRATOR, ADD)
    assert "将加入“拼单奶茶券”" in shown
    assert "没有保存普通消息，无法预估" in shown
    assert not office.finds("拼单奶茶券要吗")
    done = await office.said(ADMINISTRATOR, f"确认 {code_in(shown)}")
    assert "编号 L1" in done
    (finding,) = office.finds("拼单奶茶券要吗")
    assert (finding.kind, finding.at_most) == ("serious", None)
    assert "由命令加入，随规则生效" in await office.said(ADMINISTRATOR, "词库 查 拼单奶茶券")
    assert "L1 已撤销" in await office.said(ADMINISTRATOR, "撤销 L1")
    assert not office.finds("拼单奶茶券要吗")


async def test_nobody_else_can_confirm_or_undo(office: Office) -> None:
    code = code_in(await office.said(ADMINISTRATOR, ADD))
    assert "没有等待" in await office.said(SECOND_ADMINISTRATOR, f"确认 {code}")
    await office.said(ADMINISTRATOR, f"确认 {code}")
    assert "限系统管理员" in await office.said(OWNER, "撤销 L1")


async def test_a_word_of_the_files_is_taken_out_and_brought_back(office: Office) -> None:
    assert office.finds("这是校花吗")
    said = await office.confirmed(ADMINISTRATOR, "词库 删 校花")
    assert not office.finds("这是校花吗")
    assert "没有“校花”" in await office.said(ADMINISTRATOR, "词库 查 校花")
    await office.said(ADMINISTRATOR, f"撤销 {re.search('L[0-9]+', said)[0]}")  # type: ignore[index]
    assert office.finds("这是校花吗")


async def test_a_restart_remembers_what_was_changed(office: Office) -> None:
    await office.confirmed(ADMINISTRATOR, "词库 删 校花")
    again = content.contribute(office.services)
    for prepare in again.prepare:
        await prepare()
    assert not findings(again.rules[0].judge(posted(NEWCOMER, "这是校花吗"), college()))


# what speaks against a word


@pytest.mark.parametrize("word", ["券", '" "', "\u3000", "ﾠ券"])
async def test_what_is_hardly_a_word_is_refused_with_the_reason(office: Office, word: str) -> None:
    said = await office.said(ADMINISTRATOR, f"词库 加 {word} custom 严重\n{GIVEN}")
    assert "没有加入" in said or "请这样写" in said
    assert "确认" not in said


async def test_a_word_of_everyday_work_is_refused(office: Office) -> None:
    said = await office.said(ADMINISTRATOR, "词库 加 请各位 custom 严重\n" + GIVEN)
    assert "例句不符" in said or "普通词" in said
    said = await office.said(ADMINISTRATOR, "词库 加 通知 advertising 严重")
    assert "这是个普通词" in said
    assert "确认" not in said


async def test_a_list_without_three_examples_of_each_cannot_be_changed(office: Office) -> None:
    said = await office.said(ADMINISTRATOR, "词库 加 拼单奶茶券 custom 严重")
    assert "还缺 3 句和 3 句" in said
    assert "放行：" in said
    lines = "\n".join(GIVEN.splitlines()[:4])
    assert "还缺 0 句和 2 句" in await office.said(
        ADMINISTRATOR, f"词库 加 拼单奶茶券 custom 严重\n{lines}"
    )


async def test_a_change_that_breaks_an_example_is_refused(office: Office) -> None:
    said = await office.said(ADMINISTRATOR, "词库 删 低价代写论文")
    assert "例句不符" in said
    assert "应命中而没有命中" in said
    said = await office.said(ADMINISTRATOR, "词库 加 论文答辩 advertising 严重")
    assert "应放行却会命中" in said
    assert office.finds(HITS[0])


async def test_examples_are_shown_added_and_given_up(office: Office) -> None:
    assert "应中 3 句，放行 3 句" in await office.said(ADMINISTRATOR, "词库 例 advertising")
    said = await office.said(ADMINISTRATOR, "词库 例 advertising 放行 低价论文打印")
    assert "E1" in said
    assert "不符" in await office.said(ADMINISTRATOR, "词库 例 advertising 应中 今天开会")
    assert "低价论文打印" in await office.said(ADMINISTRATOR, "词库 例 商业广告")
    assert "已删去例句 E1" in await office.said(ADMINISTRATOR, "词库 删例 E1")
    assert "低价论文打印" not in await office.said(ADMINISTRATOR, "词库 例 advertising")


async def test_what_was_confirmed_is_not_done_after_the_list_changed(office: Office) -> None:
    code = code_in(await office.said(ADMINISTRATOR, "词库 删 校花"))
    await office.confirmed(SECOND_ADMINISTRATOR, "词库 加 校花 insult_defamation 提示 学校花园")
    assert "又有变动" in await office.said(ADMINISTRATOR, f"确认 {code}")
    assert office.finds("这是校花吗")


# watched first


@watching
async def test_a_new_word_is_only_watched_where_the_operator_decided_nothing(
    office: Office,
) -> None:
    shown = await office.said(ADMINISTRATOR, ADD)
    assert "先观察" in shown
    await office.said(ADMINISTRATOR, f"确认 {code_in(shown)}")
    (finding,) = office.finds("拼单奶茶券要吗")
    assert finding.at_most is Mode.OBSERVE
    assert "只作记录" in await office.said(OWNER, "试 拼单奶茶券要吗")
    (mixed,) = office.finds("拼单奶茶券，低价代写论文")
    assert (mixed.category, mixed.at_most) == ("advertising", None)


@watching
async def test_a_watched_word_acts_only_after_the_gate_and_by_another_person(
    office: Office,
) -> None:
    await office.confirmed(ADMINISTRATOR, ADD)
    said = await office.said(SECOND_ADMINISTRATOR, "词库 生效 拼单奶茶券")
    assert "观察了 0.0 天，至少要 7 天" in said
    assert "命中 0 次，至少要 20 次" in said
    office.desk.clock.pass_(timedelta(days=31))
    assert "另一位" in await office.said(ADMINISTRATOR, "词库 生效 拼单奶茶券")
    assert "已改好" in await office.said(SECOND_ADMINISTRATOR, "词库 生效 拼单奶茶券")
    assert office.finds("拼单奶茶券要吗")[0].at_most is None


async def test_a_new_word_that_meets_too_many_people_stops_acting_by_itself(
    office: Office,
) -> None:
    await office.confirmed(ADMINISTRATOR, ADD)
    people = [AccountKey(Platform.QQ, str(number)) for number in range(8000, 8005)]
    modes = [office.finds("拼单奶茶券", one)[0].at_most for one in people]
    assert modes == [None, None, None, Mode.OBSERVE, Mode.OBSERVE]
    await office.run("young words")
    told = [one.text for one in office.desk.speech.said if "已自动转为观察" in one.text]
    assert len(told) == 2
    await office.said(ADMINISTRATOR, "词库 刷新")
    assert office.finds("拼单奶茶券")[0].at_most is Mode.OBSERVE
    await office.run("young words")
    assert len([one for one in office.desk.speech.said if "已自动转为观察" in one.text]) == 2


async def test_files_count_as_well_as_messages(office: Office) -> None:
    await office.confirmed(ADMINISTRATOR, ADD)
    people = [AccountKey(Platform.QQ, str(number)) for number in range(8000, 8005)]
    modes = [office.finds_in_file("拼单奶茶券", one)[0].at_most for one in people]
    assert modes == [None, None, None, Mode.OBSERVE, Mode.OBSERVE]


async def test_a_reload_does_not_let_a_stopped_word_act_again(office: Office) -> None:
    await office.confirmed(ADMINISTRATOR, ADD)
    for number in range(8000, 8005):
        office.finds("拼单奶茶券", AccountKey(Platform.QQ, str(number)))
    await office.said(ADMINISTRATOR, "词库 刷新")
    assert office.finds("拼单奶茶券")[0].at_most is Mode.OBSERVE


async def test_a_word_of_a_file_is_the_operators_decision(office: Office) -> None:
    people = [AccountKey(Platform.QQ, str(number)) for number in range(8000, 8010)]
    assert {office.finds(HITS[0], one)[0].at_most for one in people} == {None}


# the window, and false hits


def open_window(office: Office) -> None:
    register = office.desk.register
    register.policy = replace(register.policy, samples=Window(timedelta(days=7), 1000))


async def test_with_a_window_the_preview_says_how_many_messages_and_people(
    office: Office,
) -> None:
    open_window(office)
    for number in range(60):
        text = "拼单奶茶券" if number < 2 else f"普通消息{number}"
        event = replace(posted(NEWCOMER, text), event_id=f"e{number}")
        list(office.rule.judge(event, college()))
    list(office.rule.judge(replace(posted(NEWCOMER, "机密★"), event_id="x"), college()))
    await office.run("samples")
    shown = await office.said(ADMINISTRATOR, ADD)
    assert "在最近保存的 60 条消息中：2 条会受影响，涉及 1 人、1 个群" in shown


async def test_a_false_hit_becomes_an_example_and_is_announced(office: Office) -> None:
    await office.confirmed(ADMINISTRATOR, ADD)
    (finding,) = office.finds("食堂拼单奶茶券活动，电话13800001234")
    number = await open_case(office, finding)
    await dismiss(office, number)
    await office.run("false hits")
    await office.run("false hits")
    shown = await office.said(ADMINISTRATOR, "词库 加 食堂拼单奶茶券 custom 严重")
    assert f"曾判为误报的内容（W{number}）" in shown
    assert "误报例句 1 件" in await office.said(ADMINISTRATOR, "规则 信息内容")


async def test_what_may_be_a_secret_never_becomes_an_example(office: Office) -> None:
    finding = replace(office.finds(HITS[0])[0], category="secret")
    number = await open_case(office, finding)
    await dismiss(office, number)
    await office.run("false hits")
    assert "误报例句 0 件" in await office.said(ADMINISTRATOR, "规则 信息内容")


def test_the_span_kept_is_short_and_its_numbers_cannot_be_read() -> None:
    text = "我是教务处张三，请联系我13800001234，低价代写论文，身份证510101199001011234谢谢"
    start = text.index("低价")
    span = masked_span(Excerpt(text, start, start + 6, "f"))
    assert "低价代写论文" in span
    assert "张三" not in span
    assert not re.search(r"[1-9]{3}", span)


async def open_case(office: Office, finding: Finding) -> int:
    assert finding.excerpt is not None
    excerpt = finding.excerpt

    async def write(work: Work) -> int:
        number = await open_violation(
            work,
            NewViolation(
                finding=finding,
                severity=Severity.SERIOUS,
                mode=Mode.ENFORCE,
                state=ViolationState.OPEN,
                person_name="王五",
            ),
        )
        await office.desk.services.vault.seal(work, number, excerpt)
        return number

    return await office.desk.services.scribe.write(write)


async def dismiss(office: Office, number: int) -> None:
    register = office.desk.register
    await office.desk.services.scribe.write(
        lambda work: decisions.settle_case(
            work, number, OWNER, false_hit=True, note="", register=register
        )
    )


async def test_hits_and_false_hits_are_counted_by_word(office: Office) -> None:
    for dismissed in (True, False, False):
        number = await open_case(office, office.finds(HITS[0], MEMBER)[0])
        if dismissed:
            await dismiss(office, number)
    source = word_source("advertising", "低价代写论文")
    async with office.desk.database.reading() as connection:
        seen = await rule_figures.figures(connection, "content", NOON, source=source)
    assert (seen.hits, seen.reviewed, seen.false_hits, seen.people) == (3, 1, 1, 1)
    assert "近 30 天命中 3 次，误报 1 次" in await office.said(
        ADMINISTRATOR, "词库 查 低价代写论文"
    )
