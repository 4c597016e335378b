"""Writes ``docs/能力表.md``: ``python -m tests.docs.capability_table``."""

from adapters.qq.capabilities import capability
from bot.domain.capabilities import Situation
from bot.domain.groups import Role
from bot.domain.measures import MeasureKind, Rung
from tests.docs.manuals import ROOT

FILE = ROOT / "docs" / "能力表.md"
_BOT_ROLES = (Role.MEMBER, Role.ADMIN, Role.OWNER)
_TARGETS = (Role.MEMBER, Role.ADMIN, Role.OWNER)
_ROWS = (
    MeasureKind.REMIND,
    MeasureKind.NOTIFY,
    MeasureKind.ASK,
    MeasureKind.ESCALATE,
    MeasureKind.APPROVE_JOIN,
    MeasureKind.REJECT_JOIN,
    MeasureKind.MUTE,
    MeasureKind.REMOVE,
)
_HEAD = """\
# 能力表（QQ）

本页由程序生成，与实际执行用的是同一份声明；各群的现状请发送 `能力`，或运行 `qungui capabilities`。

- **自动**：机器人自己做，做完再核实。
- **群主协助**：机器人没有这个权限，请群主做，机器人回头核实。

禁言、移出只对普通成员：群主、群管理员、机器人和受保护名单上的账号，从不提出。
"""


def rendered() -> str:
    """The page."""
    header = ["处置", *(f"机器人是{_named(role)}" for role in _BOT_ROLES)]
    rows = [[kind.label, *_rungs(kind, Role.MEMBER)] for kind in _ROWS]
    rows += [[f"撤回{one.label}的消息", *_rungs(MeasureKind.RECALL, one)] for one in _TARGETS]
    lines = [header, ["---"] * len(header), *rows]
    return f"{_HEAD}\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + _reasons()


def _named(role: Role) -> str:
    return "普通成员" if role is Role.MEMBER else role.label


def _rungs(kind: MeasureKind, target: Role) -> list[str]:
    situations = (Situation(bot_role=role, target_role=target) for role in _BOT_ROLES)
    return [capability(kind, one).rung.label for one in situations]


def _reasons() -> str:
    """Why not more, each reason once, as the bot itself gives it."""
    found: dict[str, None] = {}
    for bot_role in _BOT_ROLES:
        for target in _TARGETS:
            situation = Situation(bot_role=bot_role, target_role=target)
            able = capability(MeasureKind.RECALL, situation)
            if able.rung is not Rung.AUTOMATIC:
                found[able.why] = None
    reasons = "".join(f"- {why.replace(',', '，')}\n" for why in found)
    return f"\n不能自动做的原因：\n{reasons}"


if __name__ == "__main__":
    FILE.write_text(rendered(), encoding="utf-8")
