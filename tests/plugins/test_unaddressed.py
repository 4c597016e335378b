"""What people write in a group without a slash or an @: meant for the bot, or ordinary talk."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.events import MessagePosted, Text
from bot.domain.identifiers import AccountKey
from bot.engine.router import Router
from plugins import administration, content, membership, oversight, real_name
from tests.commanding import (
    ADMINISTRATOR,
    BOT,
    GROUP,
    MEMBER,
    NOON,
    OTHER_OWNER,
    OWNER,
    SUPERVISOR,
    open_desk,
)


@pytest.fixture
async def router(tmp_path: Path) -> AsyncIterator[Router]:
    async with open_desk(tmp_path) as desk:
        brought = [
            plugin.contribute(desk.services)
            for plugin in (real_name, content, membership, oversight, administration)
        ]
        desk.services.catalogue.fill(brought)
        yield desk.router(desk.services.catalogue.commands)


def heard(router: Router, who: AccountKey, words: str) -> bool:
    event = MessagePosted(
        platform=GROUP.platform,
        event_id="e1",
        occurred_at=NOON,
        received_at=NOON,
        group=GROUP,
        message_id="m1",
        author=who,
        author_card="",
        parts=(Text(words),),
    )
    return router.command_in(event, BOT) is not None


OWNERS = (
    *("查违规 上周 严重", "查违规 近7天", "查违规 第2页", "试 今天下午三点开会"),
    *("登记 有人推销保险，已劝阻", "登记 发现外单位人员，已移出", "帮助 试"),
    *("条款 20.3", "条款 第二十条", "规则 实名", "配置 digest.at", "驳回 P3 还在职"),
)
ADMINISTRATORS = (
    *("规则 实名 提醒", "配置 digest.at 17:30", "配置 来源 digest.at", "授权 监督员 10001"),
    *("授权 取消 审批人 @10001", "词库 查 代开发票", "撤销 W12"),
)
TALK = (
    *("查违规 上周的事", "查违规 的同事辛苦了", "查违规 这周谁去", "查违规的通知", "查违规 。"),
    *("试 一下新系统", "试 用期多久", "试 了几次都不行", "试试看", "试卷收齐了吗"),
    *("登记 一下大家的电话", "登记 车牌的同事请找我", "登记 发现没有我的名字吗", "登记 截止周五"),
    *(
        "登记表 已处理",
        "帮助 新同事",
        "条款 我看过了",
        "规则 很清楚",
        "规则 实名 很重要",
    ),
    *("配置 新电脑", "配置 不够", "授权 书已交", "授权 监督员", "词库 里有吗", "撤销 上面那条"),
)


def test_who_holds_the_role_needs_no_slash(router: Router) -> None:
    assert [one for one in OWNERS if not heard(router, OWNER, one)] == []
    assert [one for one in ADMINISTRATORS if not heard(router, ADMINISTRATOR, one)] == []


def test_ordinary_talk_wakes_nobody(router: Router) -> None:
    for who in (OWNER, ADMINISTRATOR, SUPERVISOR):
        assert [one for one in TALK if heard(router, who, one)] == []


def test_words_of_others_stay_talk(router: Router) -> None:
    said = ("查违规 上周 严重", "登记 有人推销保险，已劝阻", "规则 实名", "试 代开发票")
    for who in (MEMBER, OTHER_OWNER):
        assert [one for one in said if heard(router, who, one)] == []
