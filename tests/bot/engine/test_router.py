"""The command router through its door: events in, answers out."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from arclet.alconna import AllParam, Args, MultiVar
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadInputError, PlatformUnknownError, RefusedError
from bot.domain.events import (
    Attachment,
    Forward,
    Mention,
    MessagePosted,
    PrivatePosted,
    Quote,
    Text,
)
from bot.domain.groups import Role
from bot.domain.identifiers import AccountKey
from bot.engine.command_book import CommandBook
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from tests.commanding import (
    ADMIN,
    ADMINISTRATOR,
    BOT,
    GROUP,
    MEMBER,
    NOON,
    OTHER_GROUP,
    OTHER_OWNER,
    OWNER,
    SECOND_GROUP,
    STRANGER,
    SUPERVISOR,
    Desk,
    open_desk,
)

EVERYBODY = frozenset(ChatRole)
MANAGING = frozenset({ChatRole.OWNER, ChatRole.ADMINISTRATOR})


class Handlers:
    """Remembers the calls it got."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.reply = Reply("好的")
        self.error: Exception | None = None

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.error:
            raise self.error
        return self.reply


def command(
    name: str, handler: Handlers, arguments: Args, usage: str = "", **more: object
) -> Command:
    fields: dict[str, object] = {
        "roles": EVERYBODY,
        "place": Place.ANYWHERE,
        "usage": usage or name,
        "example": f"{name} 3",
        "summary": "…",
        "arguments": arguments,
    }
    return Command(name=name, handle=handler, **(fields | more))  # type: ignore[arg-type]


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


@pytest.fixture
def handler() -> Handlers:
    return Handlers()


def commands(handler: Handlers) -> tuple[Command, ...]:
    return (
        command("帮助", handler, Args["命令名?", str], "帮助 [命令名]"),
        command("日报", handler, Args(), roles=MANAGING),
        command("批准", handler, Args["编号", str], "批准 编号", roles=MANAGING, dangerous=True),
        command("驳回", handler, Args["编号", str]["理由", MultiVar(str, "*")], "驳回 编号 [理由]"),
        command("登记", handler, Args["说明", AllParam], "登记 说明", roles=MANAGING),
        command("查违规", handler, Args["条件", MultiVar(str, "*")], "查违规 [条件]"),
        command("成员", handler, Args["操作?", "re:刷新"], "成员 [刷新]", aliases=("花名",)),
        command("冻结", handler, Args(), roles=frozenset({ChatRole.SUPERVISOR})),
        command("绑定", handler, Args["验证码?", str], place=Place.PRIVATE),
        command("认定", handler, Args(), place=Place.GROUP),
    )


def posted(*parts: object, author: AccountKey = OWNER, **more: bool) -> MessagePosted:
    return MessagePosted(
        platform=GROUP.platform,
        event_id="e1",
        occurred_at=NOON,
        received_at=NOON,
        group=GROUP,
        message_id="m1",
        author=author,
        author_card="",
        parts=tuple(Text(one) if isinstance(one, str) else one for one in parts),  # type: ignore[misc]
        **more,  # type: ignore[arg-type]
    )


def private(text: str, author: AccountKey = OWNER) -> PrivatePosted:
    return PrivatePosted(
        platform=GROUP.platform,
        event_id="e1",
        occurred_at=NOON,
        received_at=NOON,
        message_id="m1",
        author=author,
        text=text,
    )


FOUND = [
    ("批准 P3", "批准", "P3"),
    ("批准P3", "批准", "P3"),
    ("批准\u3000\uff30\uff13", "批准", "\uff30\uff13"),
    ("查违规上周", "查违规", "上周"),
    ("查违规 上周 教务处", "查违规", "上周 教务处"),
    ("帮助", "帮助", ""),
    ("花名", "成员", ""),
    ("\u200b帮助", "帮助", ""),
    ("登记 有人卖东西，已劝阻", "登记", "有人卖东西，已劝阻"),
]


@pytest.mark.parametrize(("text", "name", "rest"), FOUND)
def test_an_addressed_command_is_found_as_people_write_it(
    text: str, name: str, rest: str, handler: Handlers
) -> None:
    match = CommandBook(commands(handler)).find(text, addressed=True)
    assert match is not None
    assert (match.command.name, match.rest) == (name, rest)


@pytest.mark.parametrize("text", ["批准 P3", "批准 3", "批准3", "帮助", "日报", "成员", "成员 刷新",
                                  "驳回 P3 还在职", "查违规", "查违规 W12", " 日报 "])  # fmt: skip
def test_unaddressed_words_that_can_only_be_a_command_are_one(text: str, handler: Handlers) -> None:
    assert CommandBook(commands(handler)).find(text, addressed=False) is not None


TALK = [
    *("批准", "批准了", "批准这件事的人是谁", "日报什么时候交", "日报请大家下班前发我"),
    *("成员都到齐了吗", "成员 都到齐了吗", "登记", "登记 一下大家的电话", "帮助一下新同事"),
    *("帮助 新同事", "查违规 上周的事", "冻结 3 个账号", "驳回 了两份", "请批准 P3", "@102 日报"),
    *("帮助3", "3", "", "批准 P3" + "。" * 80),
]


@pytest.mark.parametrize("text", TALK)
def test_ordinary_talk_is_never_a_command(text: str, handler: Handlers) -> None:
    assert CommandBook(commands(handler)).find(text, addressed=False) is None


@given(st.text(max_size=80))
def test_any_text_is_either_a_command_or_not(text: str) -> None:
    book = CommandBook(commands(Handlers()))
    for addressed in (True, False):
        match = book.find(text, addressed=addressed)
        assert match is None or text.strip().endswith(match.rest)


def test_two_commands_of_one_name_are_refused(handler: Handlers) -> None:
    with pytest.raises(ValueError, match="成员"):
        CommandBook((*commands(handler), command("成员", handler, Args())))


EVENTS = [
    (posted("日报"), "日报", False),
    (posted("/日报"), "日报", True),
    (posted("/ 批准 P3"), "批准 P3", True),
    (posted(Mention(BOT), " 批准 P3"), "批准 P3", True),
    (posted("批准 P3 ", Mention(BOT)), "批准 P3", True),
    (posted(Quote("9"), Mention(BOT), "随便说说"), "随便说说", True),
    (posted(Mention(BOT), "授权 监督员 ", Mention(MEMBER)), "授权 监督员  @102", True),
    (posted(Quote("9"), "批准 3"), "批准 3", False),
    (posted("随便说说"), None, False),
    (posted("日报", Attachment("picture")), None, False),
    (posted(Mention(MEMBER), "日报"), None, False),
    (posted(Mention(None), "日报"), None, False),
    (posted(Forward("f", ((Text("日报"),),))), None, False),
    (posted(Mention(BOT)), None, False),
    (posted("//日报"), None, False),
    (posted("日报", late=True), None, False),
    (posted("日报", by_this_bot=True), None, False),
    (posted("/日报", author=BOT), None, False),
    (private("随便说说"), "随便说说", True),
    (private("/日报"), "日报", True),
    (private("  "), None, False),
    (private("日报", author=BOT), None, False),
]


@pytest.mark.parametrize(("event", "text", "addressed"), EVENTS)
def test_the_own_words_of_an_event_are_taken(
    event: MessagePosted | PrivatePosted,
    text: str | None,
    addressed: bool,
    desk: Desk,
    handler: Handlers,
) -> None:
    found = desk.router(commands(handler)).command_in(event, BOT)
    assert (found.text if found else None) == text
    if found:
        assert found.addressed is addressed
        assert found.group == (GROUP if isinstance(event, MessagePosted) else None)


async def test_arguments_reach_the_handler_with_the_groups_of_the_caller(
    desk: Desk, handler: Handlers
) -> None:
    router = desk.router(commands(handler))
    (said,) = await desk.say(router, OWNER, "批准 P3")
    assert said.group is None
    call = handler.calls[0]
    assert call.arguments == {"编号": "P3"}
    assert call.groups == {GROUP, SECOND_GROUP}
    await desk.say(router, ADMINISTRATOR, "批准 P3")
    assert handler.calls[1].groups == {GROUP, SECOND_GROUP, OTHER_GROUP}
    (said,) = await desk.say(router, ADMIN, "批准 P3", GROUP)
    assert said.group == GROUP
    assert handler.calls[2].groups == {GROUP}


async def test_missing_arguments_are_answered_with_form_and_example(
    desk: Desk, handler: Handlers
) -> None:
    (said,) = await desk.say(desk.router(commands(handler)), OWNER, "批准", GROUP)
    assert "批准 编号" in said.text
    assert "批准 3" in said.text
    assert handler.calls == []


async def test_wrong_arguments_are_quoted_in_private_alone(desk: Desk, handler: Handlers) -> None:
    handler.error = BadInputError("看不懂“李四的身份证号”。")
    (said,) = await desk.say(desk.router(commands(handler)), OWNER, "查违规 李四", GROUP)
    assert (said.group, said.text) == (None, "看不懂“李四的身份证号”。")
    assert said.hint == "请这样写：查违规 [条件]。例如：查违规 3"


def only(*words: str) -> Callable[[Call], bool]:
    return lambda call: call.rest in words


@pytest.mark.parametrize(
    ("who", "text", "heard"),
    [
        (OWNER, "记事 漏水", True),
        (ADMIN, "记事\u3000漏水", True),
        (OWNER, "记事 下次再说", False),
        (OWNER, "记事漏水", False),
        (MEMBER, "记事 漏水", False),
        (OTHER_OWNER, "记事 漏水", False),
        (OWNER, "记事 漏水 " + "。" * 80, False),
    ],
)
async def test_a_command_may_know_its_own_words_from_those_who_may_give_it(
    desk: Desk, handler: Handlers, who: AccountKey, text: str, heard: bool
) -> None:
    known = command(
        "记事", handler, Args["说明", AllParam], roles=MANAGING, understood=only("漏水")
    )
    router = desk.router((known,))
    meant = router.command_in(posted(text, author=who), BOT)
    assert (meant is not None) is heard
    if meant is not None:
        await router.handle(meant)
    assert [call.rest for call in handler.calls] == (["漏水"] if heard else [])


async def test_a_refusal_is_private_and_rare(desk: Desk, handler: Handlers) -> None:
    router = desk.router(commands(handler))
    (said,) = await desk.say(router, MEMBER, "日报", GROUP)
    assert (said.account, said.group, said.hint) == (MEMBER, None, None)
    assert "群主" in said.text
    assert await desk.say(router, MEMBER, "批准 P3", GROUP) == []
    assert len(await desk.say(router, STRANGER, "日报")) == 1
    desk.clock.pass_(router._refusals._window)
    assert len(await desk.say(router, MEMBER, "日报", GROUP)) == 1
    assert handler.calls == []


async def test_an_owner_elsewhere_is_no_owner_here(desk: Desk, handler: Handlers) -> None:
    router = desk.router(commands(handler))
    await desk.say(router, OTHER_OWNER, "批准 P3", GROUP)
    assert handler.calls == []


async def test_another_bot_is_never_answered(desk: Desk, handler: Handlers) -> None:
    register = desk.register
    state = register.groups[GROUP]
    state.members[MEMBER] = replace(state.members[MEMBER], is_bot=True)
    router = desk.router(commands(handler))
    await desk.say(router, MEMBER, "帮助", GROUP)
    await desk.say(router, MEMBER, "没有这个", GROUP)
    assert handler.calls == []
    assert all(said.group is None for said in desk.speech.said)


async def test_the_role_of_a_dangerous_command_is_asked_afresh(
    desk: Desk, handler: Handlers
) -> None:
    router = desk.router(commands(handler))
    desk.platform.roles[(GROUP, OWNER)] = Role.MEMBER
    (said,) = await desk.say(router, OWNER, "批准 P3", GROUP)
    assert said.group is None
    assert handler.calls == []
    await desk.say(router, OWNER, "批准 P3")
    assert handler.calls[0].groups == {SECOND_GROUP}
    desk.platform.error = PlatformUnknownError("没有回应")
    (said,) = await desk.say(router, OWNER, "批准 P3", GROUP)
    assert "核实" in said.text
    assert len(handler.calls) == 1


async def test_a_harmless_command_asks_no_platform(desk: Desk, handler: Handlers) -> None:
    await desk.say(desk.router(commands(handler)), OWNER, "日报", GROUP)
    assert desk.platform.asked == []
    assert len(handler.calls) == 1


async def test_places_are_kept(desk: Desk, handler: Handlers) -> None:
    router = desk.router(commands(handler))
    (said,) = await desk.say(router, OWNER, "绑定 123", GROUP)
    assert said.group is None
    assert "私信" in said.text
    (said,) = await desk.say(router, OWNER, "认定")
    assert "群里" in said.text
    assert handler.calls == []


async def test_unknown_commands_get_the_three_nearest_in_private(
    desk: Desk, handler: Handlers
) -> None:
    router = desk.router(commands(handler))
    (said,) = await desk.say(router, OWNER, "批准一下吧", GROUP)
    assert said.group is None
    assert "批准" in said.text
    (said,) = await desk.say(router, MEMBER, "查违章")
    assert "查违规" in said.text
    assert "批准" not in said.text


async def test_endless_unknown_words_are_not_answered_endlessly(
    desk: Desk, handler: Handlers
) -> None:
    router = desk.router(commands(handler))
    for _ in range(50):
        await desk.say(router, STRANGER, "[自动回复]我在开会")
    assert len(desk.speech.said) == 5


async def test_a_private_answer_has_a_hint_for_the_group(desk: Desk, handler: Handlers) -> None:
    handler.reply = Reply("您的事", private=True)
    (said,) = await desk.say(desk.router(commands(handler)), OWNER, "日报", GROUP)
    assert (said.group, said.text) == (None, "您的事")
    assert said.hint


async def test_an_expected_error_is_its_message(desk: Desk, handler: Handlers) -> None:
    handler.error = RefusedError("清理计划 P3 已过期。")
    (said,) = await desk.say(desk.router(commands(handler)), OWNER, "批准 P3", GROUP)
    assert said.text == "清理计划 P3 已过期。"


async def test_a_fault_is_reported_by_number_and_never_by_content(
    desk: Desk, handler: Handlers
) -> None:
    from nonebot.log import logger

    lines: list[str] = []
    sink = logger.add(lines.append, level="ERROR")
    try:
        handler.error = RuntimeError("机密内容")
        router = desk.router(commands(handler))
        (said,) = await desk.say(router, OWNER, "登记 张三说的话", GROUP)
    finally:
        logger.remove(sink)
    assert "错误编号" in said.text
    assert "机密内容" not in said.text
    identifier = said.text.split("错误编号 ")[1].rstrip("）")
    (line,) = lines
    assert identifier in line
    assert "RuntimeError" in line
    assert "张三" not in line
    assert "机密内容" not in line


async def test_a_supervisor_is_no_administrator(desk: Desk, handler: Handlers) -> None:
    router = desk.router(commands(handler))
    await desk.say(router, SUPERVISOR, "冻结", GROUP)
    await desk.say(router, ADMINISTRATOR, "冻结", GROUP)
    assert [call.caller for call in handler.calls] == [SUPERVISOR]


async def test_the_router_is_one_matcher_of_nonebot(desk: Desk, handler: Handlers) -> None:
    import nonebot
    from nonebot.adapters import Adapter, Bot
    from nonebot.matcher import matchers
    from nonebot.message import handle_event

    from bot.engine.command_event import CommandReceived
    from bot.engine.router import register_matcher
    from tests.commanding import utterance

    nonebot.init(driver="~none", log_level="ERROR")

    class PlainAdapter(Adapter):
        @classmethod
        def get_name(cls) -> str:
            return "plain"

        async def _call_api(self, bot: Bot, api: str, **data: object) -> None:
            raise AssertionError(api)

    class PlainBot(Bot):
        async def send(self, event: object, message: object, **more: object) -> None:
            raise AssertionError(message)

    matcher = register_matcher(desk.router(commands(handler)))
    try:
        bot = PlainBot(PlainAdapter(nonebot.get_driver()), "1")
        await handle_event(bot, CommandReceived(utterance=utterance(OWNER, "日报")))
    finally:
        matchers[matcher.priority].remove(matcher)
    assert [call.caller for call in handler.calls] == [OWNER]
