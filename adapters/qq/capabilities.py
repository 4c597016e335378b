"""What a QQ group lets a bot do, by the bot's role and the target's.

Source: QQ's group rights: nobody acts on the owner; a group admin acts on ordinary members only.
"""

from bot.domain.capabilities import Capability, Situation
from bot.domain.groups import Role
from bot.domain.measures import MeasureKind, Rung

_MANAGERS = frozenset({Role.OWNER, Role.ADMIN})
_REQUESTS = frozenset({MeasureKind.APPROVE_JOIN, MeasureKind.REJECT_JOIN})
_PUNISHMENTS = frozenset({MeasureKind.MUTE, MeasureKind.REMOVE})


def capability(kind: MeasureKind, situation: Situation) -> Capability:
    """The strongest rung for ``kind`` in such a situation."""
    if kind.speaks:
        return Capability(kind, Rung.AUTOMATIC, _how_told(situation))
    if situation.bot_role is Role.UNKNOWN:
        return Capability(kind, Rung.ASSISTED, "还不知道机器人在本群的身份")
    if situation.bot_role not in _MANAGERS:
        return Capability(kind, Rung.ASSISTED, "机器人不是本群管理员，请群主或管理员处理")
    if kind in _REQUESTS:
        return Capability(kind, Rung.AUTOMATIC, "机器人是群管理员，可以审批入群")
    return _upon_a_member(kind, situation)


def _how_told(situation: Situation) -> str:
    return "对方是机器人好友，可以私聊" if situation.reachable_privately else "在群里 @ 对方"


def _upon_a_member(kind: MeasureKind, situation: Situation) -> Capability:
    target = situation.target_role
    if target is Role.UNKNOWN:
        return Capability(kind, Rung.ASSISTED, "对方身份不明，按群主保护")
    if target is Role.OWNER:
        if kind in _PUNISHMENTS:
            return Capability(kind, Rung.MANUAL, "QQ 不允许任何人禁言或移出群主")
        return Capability(kind, Rung.ASSISTED, "只有群主本人能处理群主的名片和消息")
    if target is Role.ADMIN and situation.bot_role is not Role.OWNER:
        return Capability(kind, Rung.ASSISTED, "群管理员之间不能互相处理，请群主处理")
    return Capability(kind, Rung.AUTOMATIC, f"机器人是{situation.bot_role.label}")
