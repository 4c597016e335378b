"""Every chat command of the manuals is tried behind the real router by a reader of that manual."""

import asyncio
from pathlib import Path

import pytest

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine.commands import ChatRole, Command
from tests.commanding import ADMINISTRATOR, APPROVER, GROUP, MEMBER, OWNER, SUPERVISOR
from tests.docs import counter
from tests.docs.manuals import CHINESE, Manual, all_manuals, manual

COMMANDS = counter.declared()
_READERS = {
    "群主手册.md": OWNER,
    "监督员手册.md": SUPERVISOR,
    "涉密信息处置.md": SUPERVISOR,
    "管理员手册.md": ADMINISTRATOR,
    "安装.md": ADMINISTRATOR,
    "词库与规则.md": ADMINISTRATOR,
}
_DECIDERS = {
    "批准 X": APPROVER,
    "驳回 X": APPROVER,
    "敏感期 新增": APPROVER,
    "敏感期 结束": APPROVER,
}
_REFUSED = {
    "绑定 12345678": "the code is made up",
    "解冻": "nothing is frozen in this home",
    "确认 0427": "nothing was asked in this home",
    "撤销 L5": "no word was changed in this home",
    "词库 生效 词": "no word is being watched in this home",
    **dict.fromkeys(
        (
            "处置 W12",
            "处置 W12 1 3",
            "处置 W12 通知删除",
            "处置 W12 报告表",
            "处置 W12 办结",
            "处置 W12 误报",
        ),
        "no state secret is suspected in this home",
    ),
    "下一页": "nothing was asked for before in this home",
    "配置 回退 digest.at": "nothing was changed in this home",
    "配置 回退 interlocks.roster_max_departed_share": "as above",
}
"""Understood, and refused for a good reason: the manual tells of a situation that comes later."""
_ROLES_OF_README = {
    "everybody": MEMBER,
    "owners and group admins": OWNER,
    "supervisors": SUPERVISOR,
}
_ROLE_OF = {OWNER: ChatRole.OWNER, SUPERVISOR: ChatRole.SUPERVISOR, MEMBER: ChatRole.MEMBER}


def _name(line: str) -> str:
    return next(iter(line.removeprefix("/").split()), "")


def _lines(one: Manual) -> list[str]:
    """Its chat blocks, and every inline code that begins as a command does."""
    spans = [span for span in one.code_spans if _name(span) in COMMANDS]
    # Where the bare name stands for a command with arguments, it is not meant to be sent so.
    sent = [span for span in spans if span != _name(span) or COMMANDS[span].usage == span]
    return list(dict.fromkeys([*one.chat(), *sent]))


_ALL = [
    (one.path.name, line, group)
    for one in all_manuals()
    for group, lines in ((None, _lines(one)), (GROUP, one.chat("群里")))
    for line in lines
]


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    asyncio.run(counter.prepare(folder))
    return folder


def _reader(name: str, line: str) -> AccountKey:
    for begins, reader in _DECIDERS.items():
        if line.startswith(begins):
            return reader
    if name in _READERS:
        return _READERS[name]
    roles = COMMANDS[_name(line)].roles
    return next(account for account, role in _ROLE_OF.items() if role in roles)


@pytest.mark.parametrize(("name", "line", "group"), _ALL)
async def test_every_command_of_a_manual_is_understood(
    name: str, line: str, group: GroupKey | None, prepared: Path, tmp_path: Path
) -> None:
    reader = _reader(name, line)

    async with counter.opened(tmp_path, prepared=prepared) as desk:
        heard = await desk.say(reader, line, group)

    assert heard.reached, f"{name}: {line}: {heard.said}"
    if line in _REFUSED:
        assert isinstance(heard.error, RefusedError), heard.error
    else:
        assert heard.error is None, heard.error
        assert heard.said


@pytest.mark.parametrize("command", COMMANDS.values(), ids=lambda one: one.name)
async def test_the_example_of_every_command_works(
    command: Command, prepared: Path, tmp_path: Path
) -> None:
    reader = ADMINISTRATOR if ChatRole.ADMINISTRATOR in command.roles else OWNER

    async with counter.opened(tmp_path, prepared=prepared) as desk:
        heard = await desk.say(reader, command.example)
        if isinstance(heard.error, BadInputError):
            heard = await desk.say(reader, command.example, GROUP)

    assert heard.reached, heard.said
    assert heard.error is None or command.example in _REFUSED, heard.error


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_a_chinese_manual(name: str) -> None:
    texts = [manual(file) for file in CHINESE]

    assert name in {_name(line) for one in texts for line in (*_lines(one), *one.chat("群里"))}


def test_the_readme_tells_who_may_give_which_command() -> None:
    rows = {row[0]: row[1] for one in all_manuals() for row in one.rows if len(row) == 2}
    for words, account in _ROLES_OF_README.items():
        named = set(rows[words].replace("`", "").split())
        allowed = {name for name, one in COMMANDS.items() if _ROLE_OF[account] in one.roles}
        everybody = {name for name, one in COMMANDS.items() if ChatRole.MEMBER in one.roles}

        assert named == (allowed if account == MEMBER else allowed - everybody), words
    denied = {name for name, one in COMMANDS.items() if ChatRole.ADMINISTRATOR not in one.roles}
    assert rows["administrators"].startswith(f"all of these (but `{'` `'.join(denied)}`)")
