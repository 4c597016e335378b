"""``试`` and ``词库``, through the router and real files."""

import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.domain.errors import BadInputError
from bot.domain.findings import Judgement
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.measures import Mode
from bot.engine.router import Router
from config.paths import INSTALLED
from plugins import content
from plugins.content.loading import WordListKeeper
from plugins.content.wiring import wire
from tests.commanding import (
    ADMINISTRATOR,
    APPROVER,
    GROUP,
    MEMBER,
    NOON,
    OWNER,
    SUPERVISOR,
    Desk,
    Said,
    open_desk,
)
from tests.plugins.scene import NEWCOMER, college, posted

WORDS = "低价代写论文\tadvertising\tserious\n拼单奶茶券\tcustom\tnotice\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder with one short list."""
    made = tmp_path / "config"
    made.mkdir()
    for name in ("articles.toml", "policy.toml"):
        shutil.copy(INSTALLED / name, made)
    (made / "lexicons").mkdir()
    write(made, WORDS)
    return made


def write(folder: Path, text: str, name: str = "short.tsv") -> None:
    (folder / "lexicons" / name).write_text(text, "utf-8")


@dataclass(slots=True)
class Office:
    desk: Desk
    router: Router

    async def said(self, who: AccountKey, text: str, group: GroupKey | None = None) -> Said:
        (said,) = await self.desk.say(self.router, who, text, group)
        return said


@pytest.fixture
async def office(tmp_path: Path, folder: Path) -> AsyncIterator[Office]:
    async with open_desk(tmp_path, mode=Mode.ENFORCE) as desk:
        settings = desk.services.settings.model_copy(update={"config": folder})
        services = replace(desk.services, settings=settings)
        yield Office(desk, desk.router(content.contribute(services).commands))


# 试


@pytest.mark.parametrize("who", [OWNER, SUPERVISOR, ADMINISTRATOR])
async def test_a_text_is_tried_for_whoever_watches_over_groups(
    office: Office, who: AccountKey
) -> None:
    text = (await office.said(who, "试 谁要低 价 代 写 论 文呀")).text
    assert "像“低价代写论文”（商业广告，夹符号）：可自动处理" in text
    assert "结论：违反第二十一条，类别“商业广告”，轻重“严重”。" in text
    assert "生效方式是“执行”，会：撤回、告知本人。" in text
    assert "只是试算，没有保存" in text


async def test_topics_and_numbers_are_tried_as_well(office: Office, folder: Path) -> None:
    shutil.copytree(INSTALLED / "expressions", folder / "expressions")
    await office.said(ADMINISTRATOR, "词库 刷新")
    tried = "试 食堂食物中毒，有学生在抢救。身份证11010519491231002X"
    text = (await office.said(OWNER, tried)).text
    assert "· “食物中毒……学生……抢救”像“突发事件的伤亡与内情”" in text
    assert "· “11010519491231002X”像“身份证号”（泄露个人信息，识别为身份证号）：可自动处理" in text
    assert "类别“重大、突发事件和社会热点”" in text


@pytest.mark.parametrize("who", [MEMBER, APPROVER])
async def test_nobody_else_may_try(office: Office, who: AccountKey) -> None:
    assert "限" in (await office.said(who, "试 低价代写论文")).text


async def test_the_words_are_never_repeated_in_the_group(office: Office) -> None:
    said = await office.said(OWNER, "试 低价代写论文", GROUP)
    assert said.group is None
    assert "代写" not in (said.hint or "")


async def test_a_clean_text_is_said_to_be_clean(office: Office) -> None:
    text = (await office.said(OWNER, "试 今天下午三点开会")).text
    assert "没有命中" in text
    assert "违反" not in text


async def test_why_a_likeness_does_not_count_is_said(office: Office) -> None:
    text = (await office.said(OWNER, "试 低价代写，论文")).text
    assert "不算" in text
    assert "没有命中" in text


@pytest.mark.parametrize(
    ("mode", "steps"),
    [
        (Mode.OBSERVE, "只作记录"),
        (Mode.REMIND, "会：告知本人"),
        (Mode.ENFORCE, "会：撤回、告知本人"),
    ],
)
async def test_the_mode_of_the_group_decides_what_would_be_done(
    office: Office, mode: Mode, steps: str
) -> None:
    register = office.desk.register
    register.policy = replace(register.policy, group_modes={(GROUP, "content"): mode})
    text = (await office.said(OWNER, "试 低价代写论文", GROUP)).text
    assert f"教务工作群的生效方式是“{mode.label}”" in text
    assert steps in text


async def test_a_word_that_is_only_registered_says_so(office: Office) -> None:
    assert "只作登记" in (await office.said(OWNER, "试 拼单奶茶券")).text


async def test_a_trial_without_text_is_answered_with_an_example(office: Office) -> None:
    assert "例如" in (await office.said(OWNER, "试")).text


async def test_a_long_text_is_answered_shortly(office: Office) -> None:
    text = (await office.said(OWNER, "试 " + "低价代写论文" * 500)).text
    assert len(text) < 1500


# 词库


async def test_the_administrator_sees_how_many_words_there_are_and_none_of_them(
    office: Office,
) -> None:
    said = await office.said(ADMINISTRATOR, "词库")
    assert "词库共 2 个词，1 个文件" in said.text
    assert "商业广告（advertising）：1 个" in said.text
    assert "short.tsv：2 个" in said.text
    assert "代写" not in said.text


@pytest.mark.parametrize("who", [OWNER, SUPERVISOR])
async def test_the_word_lists_are_the_administrators(office: Office, who: AccountKey) -> None:
    assert "限" in (await office.said(who, "词库")).text


async def test_a_new_word_counts_after_refreshing(office: Office, folder: Path) -> None:
    write(folder, "全城停水三年\trumour\tminor\n", "more.tsv")
    assert "没有命中" in (await office.said(OWNER, "试 全城停水三年")).text
    text = (await office.said(ADMINISTRATOR, "词库 刷新")).text
    assert "词库已刷新" in text
    assert "共 3 个词，2 个文件" in text
    assert "轻重“较轻”" in (await office.said(OWNER, "试 全城停水三年")).text


async def test_a_broken_list_leaves_the_old_one_in_force_and_is_said(
    office: Office, folder: Path
) -> None:
    write(folder, "词\tno_such_category\tserious\n")
    text = (await office.said(ADMINISTRATOR, "词库 刷新")).text
    assert "仍按原来的执行" in text
    assert "short.tsv 第 1 行" in text
    assert "违反" in (await office.said(OWNER, "试 低价代写论文")).text
    assert "仍按原来的执行" in (await office.said(ADMINISTRATOR, "词库")).text
    write(folder, WORDS)
    assert "词库已刷新" in (await office.said(ADMINISTRATOR, "词库 刷新")).text
    assert "仍在使用" not in (await office.said(ADMINISTRATOR, "词库")).text


# the watch


def judged(keeper: WordListKeeper, text: str) -> list[Judgement]:
    return list(keeper.rule.judge(posted(NEWCOMER, text), college()))


async def test_a_changed_file_is_taken_up_without_a_command(folder: Path) -> None:
    keeper = WordListKeeper(folder, NOON)
    await keeper.watch(NOON)
    before = keeper.loaded
    write(folder, WORDS + "全城停水三年\trumour\tminor\n")
    await keeper.watch(NOON)
    assert keeper.loaded is not before
    assert judged(keeper, "全城停水三年")


async def test_an_unchanged_folder_is_not_loaded_again(folder: Path) -> None:
    keeper = WordListKeeper(folder, NOON)
    before = keeper.loaded
    await keeper.watch(NOON)
    assert keeper.loaded is before


async def test_a_list_taken_away_no_longer_counts(folder: Path) -> None:
    write(folder, "全城停水三年\trumour\tminor\n", "more.tsv")
    keeper = WordListKeeper(folder, NOON)
    assert judged(keeper, "全城停水三年")
    (folder / "lexicons" / "more.tsv").unlink()
    await keeper.watch(NOON)
    assert not judged(keeper, "全城停水三年")


async def test_a_file_broken_while_we_run_changes_nothing_and_is_tried_once(folder: Path) -> None:
    keeper = WordListKeeper(folder, NOON)
    before = keeper.loaded
    write(folder, "只有一列\n")
    await keeper.watch(NOON)
    await keeper.watch(NOON)
    assert keeper.loaded is before
    assert keeper.problem is not None
    assert judged(keeper, "低价代写论文")
    write(folder, WORDS)
    os.utime(folder / "lexicons" / "short.tsv", (1, 1))
    await keeper.watch(NOON)
    assert keeper.problem is None


def test_a_broken_list_at_the_start_stops_the_start(folder: Path) -> None:
    write(folder, "词\tadvertising\tterrible\n")
    with pytest.raises(BadInputError, match=r"short\.tsv 第 1 行"):
        WordListKeeper(folder, NOON)


def test_a_file_of_comments_holds_no_words(folder: Path) -> None:
    write(folder, "# 只有注释\n", "empty.tsv")
    assert WordListKeeper(folder, NOON).loaded.by_file == {"empty.tsv": 0, "short.tsv": 2}


def test_the_shipped_lists_load() -> None:
    loaded = WordListKeeper(INSTALLED, NOON).loaded
    assert sum(loaded.by_category.values()) == sum(loaded.by_file.values()) > 50


async def test_the_plugin_brings_its_rule_commands_and_watch(office: Office) -> None:
    brought = wire(office.desk.services)
    assert [rule.rule_id for rule in brought.rules] == ["content"]
    assert {"试", "词库"} <= {command.name for command in brought.commands}
    assert {"word-lists", "young words", "samples", "false hits"} <= {
        job.name for job in brought.jobs
    }
