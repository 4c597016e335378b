"""``成员``: who in my groups is not in order, and what would mend it."""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable

from bot.domain.errors import BadInputError, PlatformError
from bot.domain.identifiers import GroupKey
from bot.domain.people import Standing
from bot.domain.violations import OpenCase
from bot.engine.commands import Call, Reply
from bot.engine.register import GroupState
from bot.engine.services import Services
from bot.engine.texts import Texts

_MOST_LINES = 20
_SHOWN = (
    Standing.IMPOSTOR,
    Standing.DEPARTED,
    Standing.UNKNOWN,
    Standing.WRONG_DEPARTMENT,
    Standing.MISNAMED,
)
"""The gravest first."""
_ORDER = {standing.value: order for order, standing in enumerate(_SHOWN)}


class MemberReader:
    """Reads groups again on behalf of a caller."""

    def __init__(self, services: Services, texts: Texts) -> None:
        self._services = services
        self._texts = texts

    def groups_to_read(self, call: Call) -> frozenset[GroupKey]:
        """The group a command was given in, else those the caller himself manages."""
        if call.group is not None:
            return frozenset({call.group})
        return call.groups & self._services.register.managed_by(call.caller)

    async def read(self, groups: Collection[GroupKey]) -> list[str]:
        """Read the members of these groups now; one line for each that could not be read."""

        async def read(group: GroupKey) -> str | None:
            try:
                await self._services.read_members(group)
            except PlatformError as error:
                name = self._texts.group_name(group)
                return self._text("members.unreadable", group=name, reason=error.message)
            return None

        outcomes = await asyncio.gather(*(read(group) for group in sorted(groups)))
        return [line for line in outcomes if line]

    def _text(self, key: str, **fields: object) -> str:
        return self._services.wording.text(key, **fields)


class MemberCommands:
    """Answers from the live cases: what was last read is what is shown."""

    def __init__(self, services: Services, texts: Texts, reader: MemberReader) -> None:
        self._services = services
        self._texts = texts
        self._reader = reader

    async def show(self, call: Call) -> Reply:
        """Counts by standing, and at most twenty lines."""
        failures: list[str] = []
        if call.arguments.get("action"):
            groups = self._reader.groups_to_read(call)
            if not groups:
                raise BadInputError(self._text("members.where_to_refresh"))
            failures = await self._reader.read(groups)
        register = self._services.register
        if not len(register.roster):
            return Reply(self._text("roster.none"), private=True)
        states = [one for one in register.active_groups() if one.group.key in call.groups]
        if not states:
            return Reply(self._text("command.no_group"), private=True)
        return self._reply(states, failures)

    def _reply(self, states: list[GroupState], failures: list[str]) -> Reply:
        cases = sorted(self._cases(states), key=_by_group_and_gravity)
        people = sum(_people(state) for state in states)
        unread = sum(state.reading is None for state in states)
        if cases:
            lines = [self._header(cases, len(states), people), *self._lines(cases)]
        else:
            lines = [self._text("members.all_good", groups=len(states), members=people)]
        if unread:
            lines.append(self._text("members.unread", count=unread))
        hint = self._text("members.public", count=len(cases)) if cases else None
        return Reply("\n".join((*lines, *failures)), private=True, hint=hint)

    def _header(self, cases: list[OpenCase], groups: int, people: int) -> str:
        counts = Counter(case.kind for case in cases)
        said = "、".join(
            f"{standing.label} {counts[standing.value]} 人"
            for standing in _SHOWN
            if counts[standing.value]
        )
        return self._text(
            "members.header", groups=groups, members=people, count=len(cases), counts=said
        )

    def _lines(self, cases: list[OpenCase]) -> Iterable[str]:
        for case in cases[:_MOST_LINES]:
            fields = {
                "group": self._texts.group_name(case.group),
                "who": self._texts.who(case),
                "standing": Standing(case.kind).label,
            }
            if case.suggestion:
                yield self._text("members.line_suggestion", suggestion=case.suggestion, **fields)
            else:
                yield self._text("members.line", **fields)
        if len(cases) > _MOST_LINES:
            yield self._text("members.more", count=len(cases) - _MOST_LINES)

    def _cases(self, states: Iterable[GroupState]) -> Iterable[OpenCase]:
        for state in states:
            for rule_id in ("real-name", "membership"):
                yield from self._services.register.cases.get(
                    (rule_id, state.group.key), {}
                ).values()

    def _text(self, key: str, **fields: object) -> str:
        return self._services.wording.text(key, **fields)


def _people(state: GroupState) -> int:
    return sum(not member.is_bot for member in state.members.values())


def _by_group_and_gravity(case: OpenCase) -> tuple[GroupKey, int, int]:
    return (case.group, _ORDER[case.kind], case.number)
