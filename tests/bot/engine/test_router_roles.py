"""Every role against every command of every plugin, from the declarations themselves."""

from collections.abc import AsyncIterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from tests.commanding import (
    ADMINISTRATOR,
    APPROVER,
    GROUP,
    MEMBER,
    OTHER_OWNER,
    OWNER,
    STRANGER,
    SUPERVISOR,
    Desk,
    open_desk,
)

PLUGINS = ("real_name", "membership", "content", "digest", "oversight", "administration")
HOLDERS = {
    ChatRole.MEMBER: MEMBER,
    ChatRole.OWNER: OWNER,
    ChatRole.APPROVER: APPROVER,
    ChatRole.SUPERVISOR: SUPERVISOR,
    ChatRole.ADMINISTRATOR: ADMINISTRATOR,
}
MAY = {
    "日报": "owner supervisor administrator",
    "已阅": "owner supervisor",
    "查违规": "owner supervisor administrator",
    "下一页": "owner supervisor administrator",
    "帮助": "member owner approver supervisor administrator",
    "能力": "owner supervisor administrator",
    "条款": "member owner approver supervisor administrator",
    "状态": "owner supervisor administrator",
    "配置": "owner supervisor administrator",
    "规则": "owner supervisor administrator",
    "授权": "administrator",
    "绑定": "member owner approver supervisor administrator",
    "登记": "owner administrator",
    "冻结": "owner supervisor administrator",
    "解冻": "supervisor administrator",
    "确认": "administrator",
    "撤销": "owner administrator",
}
"""Who may give which command, written down a second time on purpose."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


def declared(desk: Desk, *plugins: str) -> tuple[Command, ...]:
    given = [import_module(f"plugins.{one}").contribute(desk.services) for one in plugins]
    return tuple(command for one in given for command in one.commands)


def test_the_declarations_say_who_may_do_what(desk: Desk) -> None:
    mine = declared(desk, "digest", "oversight", "administration")
    assert {one.name: set(one.roles) for one in mine} == {
        name: {ChatRole(role) for role in roles.split()} for name, roles in MAY.items()
    }


async def test_every_role_meets_every_command(desk: Desk) -> None:
    commands = declared(desk, *PLUGINS)
    called: list[str] = []

    def recording(command: Command) -> Command:
        async def handle(call: Call) -> Reply:
            called.append(command.name)
            return Reply("好的")

        return replace(command, handle=handle, refused=None)

    router = desk.router([recording(one) for one in commands])
    cells = 0
    for command in commands:
        for role, account in HOLDERS.items():
            for group in (GROUP, None):
                called.clear()
                desk.speech.said.clear()
                desk.clock.pass_(router._refusals._window)
                await desk.say(router, account, command.example, group)
                held = {ChatRole.MEMBER, role}
                allowed = bool(held & command.roles)
                wrong = Place.PRIVATE if group else Place.GROUP
                runs = allowed and command.place is not wrong
                assert called == ([command.name] if runs else []), (command.name, role, group)
                (said,) = desk.speech.said
                if not allowed:
                    assert (said.group, said.hint) == (None, None)
                    assert "限" in said.text
                cells += 1
    assert cells == len(commands) * 10


async def test_strangers_and_owners_of_other_groups_are_mere_members_here(desk: Desk) -> None:
    commands = declared(desk, *PLUGINS)
    called: list[str] = []

    def recording(command: Command) -> Command:
        async def handle(call: Call) -> Reply:
            called.append(command.name)
            return Reply("好的")

        return replace(command, handle=handle, refused=None)

    router = desk.router([recording(one) for one in commands])
    for command in commands:
        for account in (STRANGER, OTHER_OWNER):
            called.clear()
            await desk.say(router, account, command.example, GROUP)
            runs = ChatRole.MEMBER in command.roles and command.place is not Place.PRIVATE
            assert bool(called) is runs, (command.name, account)


async def test_every_example_and_usage_fits_its_own_grammar(desk: Desk) -> None:
    commands = declared(desk, *PLUGINS)
    router = desk.router(commands)
    for command in commands:
        assert command.usage.startswith(command.name)
        match = router.find(command.example, addressed=True)
        assert match is not None
        assert match.command.name == command.name
        router._book.arguments(match)
