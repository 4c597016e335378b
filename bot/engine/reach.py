"""Whether the bot can do something in a group, as far as the group was read."""

from bot.domain.capabilities import Situation
from bot.domain.groups import Role
from bot.domain.identifiers import GroupKey
from bot.domain.measures import MeasureKind, Rung
from bot.engine.register import Register


def beyond_the_bot(register: Register, kind: MeasureKind, group: GroupKey) -> str | None:
    """Why an act upon a member is a person's to do in this group.

    None where the bot can do it, and where nobody knows yet: the platform will say.
    """
    platform, state = register.platforms.get(group.platform), register.groups.get(group)
    if platform is None or state is None or state.bot_role is Role.UNKNOWN:
        return None
    found = platform.capability(kind, Situation(bot_role=state.bot_role))
    return None if found.rung is Rung.AUTOMATIC else found.why
