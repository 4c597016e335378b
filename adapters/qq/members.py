"""Reading a group's members so that absence from the list means something, or says it does not."""

import asyncio
from dataclasses import replace
from datetime import datetime

from adapters.qq.client import OneBotClient
from adapters.qq.fields import ROLES, Keys, moment, number_of
from adapters.qq.wire import WireGroup, WireMember
from bot.domain.errors import MalformedEventError, PlatformError, PlatformRefusedError
from bot.domain.groups import Group, Member, MemberList, Role
from bot.domain.identifiers import AccountKey, GroupKey
from bot.engine.clock import Clock

_NOT_A_MEMBER = ("成员", "member")
_ABOUT_THE_BOT = ("机器人", "bot")
_NOT_THERE = ("不存在", "不在群", "不是", "not found", "not exist", "not in", "not_found")


class MemberReader:
    """Reads groups and members over one connection."""

    def __init__(self, client: OneBotClient, keys: Keys, clock: Clock, reread_after: float) -> None:
        self._client = client
        self._keys = keys
        self._clock = clock
        self._reread_after = reread_after

    async def groups(self) -> list[Group]:
        """All groups the bot is in; an entry without a number is left out."""
        found = await self._client.call("get_group_list", {"no_cache": True}, list[WireGroup])
        return [
            Group(
                key=self._keys.group(wire.group_id),
                name=wire.group_name or "",
                member_count=_count(wire),
            )
            for wire in found
            if wire.group_id
        ]

    async def members(self, group: GroupKey) -> MemberList:
        """Read the list until it agrees with the group's own count, at most three times.

        With a warm cache NapCat answers from the old list and only starts a refresh, so the first
        answer never counts (NapCat GetGroupMemberList.ts).
        """
        await self._list(group)
        for last in (False, True):
            await asyncio.sleep(self._reread_after)
            wires = await self._list(group)
            declared = await self._declared(group, from_list=last)
            members = self._members(wires)
            complete = len(members) == len(wires) == declared
            if complete:
                break
        return MemberList(
            members=tuple(members.values()),
            declared_count=declared,
            complete=complete,
            read_at=self._clock.now(),
        )

    async def member(self, group: GroupKey, account: AccountKey) -> Member | None:
        """One member, fresh; None when the platform says he is not in the group."""
        params = {
            "group_id": number_of(group.id),
            "user_id": number_of(account.id),
            "no_cache": True,
        }
        try:
            wire = await self._client.call("get_group_member_info", params, WireMember)
        except PlatformRefusedError as error:
            if says_not_a_member(error.message):
                return None
            return await self._listed(group, account, error)
        member = self._member(wire, account)
        return member if wire.card else await self._with_card(group, member)

    async def _with_card(self, group: GroupKey, member: Member) -> Member:
        # NapCat has shown single members without the card that the list has (MaiBot#1227).
        for wire in await self._list(group):
            if wire.card and wire.user_id and str(wire.user_id) == member.account.id:
                return replace(member, card=wire.card)
        return member

    async def _listed(
        self, group: GroupKey, account: AccountKey, error: PlatformRefusedError
    ) -> Member | None:
        # An unclear refusal ("Uin2Uid Error") proves nothing by itself; a complete list does.
        found = await self.members(group)
        if not found.complete:
            raise error
        return found.by_account().get(account)

    async def _list(self, group: GroupKey) -> list[WireMember]:
        params = {"group_id": number_of(group.id), "no_cache": True}
        return await self._client.call("get_group_member_list", params, list[WireMember])

    async def _declared(self, group: GroupKey, *, from_list: bool) -> int | None:
        try:
            if from_list:
                counts = {found.key: found.member_count for found in await self.groups()}
                return counts.get(group)
            params = {"group_id": number_of(group.id), "no_cache": True}
            return _count(await self._client.call("get_group_info", params, WireGroup))
        except PlatformError:
            return None

    def _members(self, wires: list[WireMember]) -> dict[AccountKey, Member]:
        members: dict[AccountKey, Member] = {}
        for wire in wires:
            try:
                account = self._keys.account(wire.user_id)
            except MalformedEventError:
                continue
            members[account] = self._member(wire, account)
        return members

    def _member(self, wire: WireMember, account: AccountKey) -> Member:
        muted_until = _moment(wire.shut_up_timestamp)
        return Member(
            account=account,
            card=wire.card or wire.nickname or "",
            role=ROLES.get(wire.role or "", Role.UNKNOWN),
            is_bot=bool(wire.is_robot) or account == self._keys.self_account,
            joined_at=_moment(wire.join_time),
            last_spoke_at=_moment(wire.last_sent_time),
            muted_until=muted_until if muted_until and muted_until > self._clock.now() else None,
        )


def says_not_a_member(words: str) -> bool:
    """Whether a refusal means "not in this group" and nothing else."""
    lower = words.lower()
    if any(word in lower for word in _ABOUT_THE_BOT):
        return False
    return any(word in lower for word in _NOT_A_MEMBER) and any(
        word in lower for word in _NOT_THERE
    )


def _count(wire: WireGroup) -> int | None:
    try:
        return int(wire.member_count or 0) or None
    except ValueError:
        return None


def _moment(seconds: float | str | None) -> datetime | None:
    try:
        return moment(seconds) if seconds and float(seconds) > 0 else None
    except (MalformedEventError, ValueError):
        return None
