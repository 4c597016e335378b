"""Readings that others build removals and proofs on: they say when they are not to be trusted."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from adapters.simulator.onebot11.people import Role as SimulatedRole
from bot.domain.errors import PlatformRefusedError, PlatformUnknownError
from bot.domain.events import Forward, MessagePosted, Text
from bot.domain.groups import Role
from bot.domain.identifiers import GroupKey, MessageKey, Platform
from tests.adapters.qq.service import (
    GROUP,
    MEMBER,
    OTHER,
    OWNER,
    SELF,
    Service,
    account,
    plan,
    serving,
)


async def test_groups_are_listed_with_their_counts(service: Service) -> None:
    (group,) = await service.platform.groups()
    assert (group.key, group.name, group.member_count) == (GROUP, "教务处工作群", 5)


async def test_member_list_is_complete_and_fresh_although_the_first_answer_is_stale(
    service: Service,
) -> None:
    await service.platform.members(GROUP)
    service.simulator.rename(200, MEMBER, "学生处李明")
    service.simulator.join(200, 400, card="教务处新人")
    found = await service.platform.members(GROUP)
    cards = {member.account: member.card for member in found.members}
    assert found.complete
    assert found.declared_count == len(found.members) == 6
    assert cards[account(MEMBER)] == "学生处李明"
    assert cards[account(OTHER)] == "阿花"
    roles = {member.account: member.role for member in found.members}
    assert (roles[account(OWNER)], roles[account(SELF)]) == (Role.OWNER, Role.ADMIN)


async def test_truncated_list_is_incomplete(service: Service) -> None:
    service.simulator.faults.truncated_member_list = 3
    found = await service.platform.members(GROUP)
    assert not found.complete
    assert (len(found.members), found.declared_count) == (3, 5)


async def test_departed_members_are_not_read_from_a_frozen_cache(service: Service) -> None:
    await service.platform.members(GROUP)
    service.simulator.faults.frozen_member_cache = True
    service.simulator.leave(200, OTHER)
    found = await service.platform.members(GROUP)
    assert found.complete
    assert account(OTHER) not in found.by_account()


async def test_unread_list_raises(service: Service) -> None:
    service.simulator.faults.unanswered.add("get_group_member_list")
    with pytest.raises(PlatformUnknownError):
        await service.platform.members(GROUP)


async def test_member_is_none_only_when_the_platform_says_so(service: Service) -> None:
    platform = service.platform
    member = await platform.member(GROUP, account(MEMBER))
    assert member is not None
    assert (member.card, member.role) == ("教务处李明", Role.MEMBER)
    service.simulator.leave(200, MEMBER)
    assert await platform.member(GROUP, account(MEMBER)) is None
    service.simulator.faults.refused["get_group_member_info"] = "Uin2Uid Error: 用户ID 301 不存在"
    still_here = await platform.member(GROUP, account(OTHER))
    assert still_here is not None
    service.simulator.faults.truncated_member_list = 2
    with pytest.raises(PlatformRefusedError):
        await platform.member(GROUP, account(OTHER))


async def test_card_that_a_single_reading_hides_is_taken_from_the_list(service: Service) -> None:
    service.simulator.faults.empty_cards.add(MEMBER)
    member = await service.platform.member(GROUP, account(MEMBER))
    assert member is not None
    assert member.card == "教务处李明"


async def test_pending_requests_have_the_id_of_their_event(service: Service) -> None:
    stage = service.simulator
    stage.faults.doubtful_joins = True
    stage.join_request(200, 501, "学生处张三")
    stage.faults.doubtful_joins = False
    stage.join_request(200, 500, "教务处王芳")
    stage.invite_bot(replace(plan(), group_id=201), OWNER)
    await service.until(lambda: service.door.events)
    (event,) = service.door.events
    joins = {join.account: join for join in await service.platform.pending_joins()}
    assert set(joins) == {account(500), account(501)}
    assert joins[account(500)].event_id == event.event_id
    assert joins[account(500)].answer == "教务处王芳"
    await service.platform.answer_join(joins[account(500)].request_id, approve=True, reason="")
    assert {join.account for join in await service.platform.pending_joins()} == {account(501)}
    assert service.simulator.group(200).members.keys() >= {500}


async def test_history_is_read_back_over_pages_and_is_late(service: Service) -> None:
    stage = service.simulator
    first = stage.say(200, MEMBER, "第一句")
    (seen,) = await service.received(MessagePosted)
    await stage.go_offline()
    for number in range(130):
        stage.say(200, OTHER, f"第{number}句")
    stage.go_online()
    await service.up(2)
    found = await service.platform.history(GROUP, after=seen.sequence, limit=500)
    assert [message.parts for message in found.messages] == [
        (Text(f"第{number}句"),) for number in range(130)
    ]
    assert all(message.late for message in found.messages)
    assert (found.complete, found.missing) == (True, 0)
    again = await service.platform.history(GROUP, after=None, limit=131)
    assert again.messages[0].event_id == seen.event_id == f"m:200:{first}"


async def test_hole_in_the_history_is_counted(service: Service) -> None:
    stage = service.simulator
    stage.say(200, MEMBER, "前")
    (seen,) = await service.received(MessagePosted)
    assert seen.sequence is not None
    stage.faults.history_gaps.add((200, seen.sequence + 2))
    for words in ("一", "二", "三"):
        stage.say(200, MEMBER, words)
    found = await service.platform.history(GROUP, after=seen.sequence, limit=50)
    assert (found.complete, found.missing) == (False, 1)


async def test_history_cut_by_its_limit_is_incomplete(service: Service) -> None:
    stage = service.simulator
    for number in range(10):
        stage.say(200, MEMBER, str(number))
    first, *_ = await service.received(MessagePosted, 10)
    found = await service.platform.history(GROUP, after=first.sequence, limit=4)
    assert [message.parts for message in found.messages] == [(Text(str(n)),) for n in range(6, 10)]
    assert (found.complete, found.missing) == (False, 5)


async def test_forward_in_the_history_is_opened(service: Service) -> None:
    stage = service.simulator
    await stage.go_offline()
    stage.forward(200, MEMBER, [(OTHER, "阿花", "转来的话")])
    stage.go_online()
    await service.up(2)
    found = await service.platform.history(GROUP, after=None, limit=10)
    (part,) = found.messages[-1].parts
    assert isinstance(part, Forward)
    assert part.items == ((Text("转来的话"),),)


async def test_empty_group_has_no_history(service: Service) -> None:
    found = await service.platform.history(GROUP, after=None, limit=10)
    assert found.messages == ()


async def test_recalled_message_no_longer_exists(service: Service) -> None:
    stage = service.simulator
    number = stage.say(200, MEMBER, "要撤回的")
    key = MessageKey(GROUP, str(number))
    await service.received(MessagePosted)
    assert await service.platform.message_exists(key)
    await service.platform.recall(key)
    assert stage.is_recalled(number)
    assert not await service.platform.message_exists(key)


async def test_forgotten_id_is_not_taken_for_a_recalled_message(service: Service) -> None:
    stage = service.simulator
    stays, goes = stage.say(200, MEMBER, "留下"), stage.say(200, MEMBER, "撤走")
    await service.received(MessagePosted, 2)
    await stage.restart_implementation()
    await service.up(2)
    stage.recall_by(OWNER, goes)
    assert await service.platform.message_exists(MessageKey(GROUP, str(stays)))
    assert not await service.platform.message_exists(MessageKey(GROUP, str(goes)))


async def test_silent_answer_about_a_message_is_unknown(service: Service) -> None:
    stage = service.simulator
    number = stage.say(200, MEMBER, "话")
    stage.faults.unanswered.add("get_msg")
    with pytest.raises(PlatformUnknownError):
        await service.platform.message_exists(MessageKey(GROUP, str(number)))


async def test_own_message_is_found_by_its_text(service: Service) -> None:
    start = datetime.now(UTC)
    platform = service.platform
    assert await platform.find_own_message(GROUP, "请改群名片", since=start) is None
    sent = await platform.send_group(GROUP, "请改群名片", [account(MEMBER), account(OTHER)])
    found = await platform.find_own_message(GROUP, "请改群名片", since=start)
    assert found == MessageKey(GROUP, sent)
    assert await platform.find_own_message(GROUP, "请改", since=start) is None
    later = start + timedelta(hours=1)
    assert await platform.find_own_message(GROUP, "请改群名片", since=later) is None


async def test_unreadable_history_leaves_a_sending_unknown(service: Service) -> None:
    service.simulator.faults.unanswered.add("get_group_msg_history")
    with pytest.raises(PlatformUnknownError):
        await service.platform.find_own_message(GROUP, "话", since=datetime.now(UTC))


async def test_unknown_group_is_refused() -> None:
    async with serving(plan(), role=SimulatedRole.MEMBER) as service:
        with pytest.raises(PlatformRefusedError):
            await service.platform.members(GroupKey(Platform.QQ, "999"))


async def test_many_groups_are_read_at_once() -> None:
    plans = [replace(plan(), group_id=200 + n) for n in range(20)]
    async with serving(*plans) as service:
        groups = await service.platform.groups()
        lists = await asyncio.gather(*(service.platform.members(group.key) for group in groups))
    assert len(lists) == 20
    assert all(found.complete for found in lists)
