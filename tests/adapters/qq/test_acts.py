"""Acts: what is asked of QQ, and what each kind of failure means."""

from datetime import timedelta

import pytest

from adapters.simulator.onebot11.people import Role as SimulatedRole
from bot.domain.capabilities import Situation
from bot.domain.errors import (
    BadInputError,
    PlatformBusyError,
    PlatformRefusedError,
    PlatformUnknownError,
)
from bot.domain.events import MemberLeft, MessagePosted, MessageRecalled
from bot.domain.groups import Role
from bot.domain.identifiers import GroupKey, MessageKey, Platform
from bot.domain.measures import MeasureKind, Rung
from tests.adapters.qq.service import (
    ADMIN,
    GROUP,
    MEMBER,
    OTHER,
    OWNER,
    SELF,
    Service,
    account,
    serving,
)


async def test_reminder_mentions_people_and_keeps_its_text(service: Service) -> None:
    sent = await service.platform.send_group(GROUP, "请改[CQ:at,qq=all]", [account(MEMBER)])
    (message,) = service.simulator.messages_sent_by_bot(200)
    assert sent.lstrip("-").isdigit()
    kinds = [(segment["type"], segment["data"]) for segment in message.segments]
    assert kinds[0] == ("at", {"qq": str(MEMBER)})
    assert kinds[1][1]["text"].strip() == "请改[CQ:at,qq=all]"


async def test_private_words_reach_friends_only(service: Service) -> None:
    with pytest.raises(PlatformRefusedError, match="好友"):
        await service.platform.send_private(account(MEMBER), "您好")
    assert not service.simulator.calls("send_private_msg")
    service.simulator.befriend(MEMBER)
    await service.platform.read_friends()
    await service.platform.send_private(account(MEMBER), "您好")
    assert len(service.simulator.private_messages_sent_by_bot(MEMBER)) == 1


async def test_recall_is_proved_by_the_notice(service: Service) -> None:
    number = service.simulator.say(200, MEMBER, "坏话")
    await service.platform.recall(MessageKey(GROUP, str(number)))
    (notice,) = await service.received(MessageRecalled)
    assert (notice.message_id, notice.operator) == (str(number), account(SELF))


async def test_recall_without_effect_shows_in_the_read_back(service: Service) -> None:
    service.simulator.faults.recall_without_effect = True
    number = service.simulator.say(200, MEMBER, "坏话")
    await service.received(MessagePosted)
    key = MessageKey(GROUP, str(number))
    await service.platform.recall(key)
    assert await service.platform.message_exists(key)


async def test_removed_member_may_apply_again(service: Service) -> None:
    await service.platform.remove(GROUP, account(OTHER))
    (left,) = await service.received(MemberLeft)
    assert (left.account, left.operator) == (account(OTHER), account(SELF))
    (call,) = service.simulator.calls("set_group_kick")
    assert call.params["reject_add_request"] is False


async def test_kick_without_effect_shows_in_the_read_back(service: Service) -> None:
    service.simulator.faults.kick_without_effect = True
    await service.platform.remove(GROUP, account(OTHER))
    assert await service.platform.member(GROUP, account(OTHER)) is not None


async def test_card_is_set(service: Service) -> None:
    await service.platform.set_card(GROUP, account(OTHER), "教务处花花")
    assert service.simulator.member(200, OTHER).card == "教务处花花"


async def test_mute_stays_below_thirty_days(service: Service) -> None:
    await service.platform.mute(GROUP, account(MEMBER), timedelta(days=400))
    (call,) = service.simulator.calls("set_group_ban")
    assert call.params["duration"] == 2_591_999


async def test_rejected_applicant_reads_the_reason(service: Service) -> None:
    request = service.simulator.join_request(200, 500, "路人")
    (join,) = await service.platform.pending_joins()
    await service.platform.answer_join(join.request_id, approve=False, reason="请写部门和姓名")
    assert 500 not in service.simulator.group(200).members
    assert not await service.platform.pending_joins()
    assert request is not None


async def test_act_without_rights_is_refused() -> None:
    async with serving(role=SimulatedRole.MEMBER) as service:
        with pytest.raises(PlatformRefusedError):
            await service.platform.set_card(GROUP, account(OTHER), "教务处花花")


async def test_too_fast_is_busy(service: Service) -> None:
    service.simulator.faults.refused["set_group_kick"] = "Operation too fast"
    with pytest.raises(PlatformBusyError) as caught:
        await service.platform.remove(GROUP, account(OTHER))
    assert caught.value.retry_after == timedelta(minutes=1)


async def test_unanswered_act_is_unknown(service: Service) -> None:
    service.simulator.faults.unanswered.add("set_group_kick")
    with pytest.raises(PlatformUnknownError):
        await service.platform.remove(GROUP, account(OTHER))


async def test_timeout_text_of_the_kernel_is_unknown(service: Service) -> None:
    service.simulator.faults.send_applied_without_answer = True
    with pytest.raises(PlatformUnknownError):
        await service.platform.send_group(GROUP, "发到了吗")
    assert service.simulator.messages_sent_by_bot(200)


async def test_connection_cut_before_the_answer_fails_the_call_at_once(service: Service) -> None:
    service.simulator.faults.cut_after.add("set_group_kick")
    platform = service.platform
    with pytest.raises(PlatformUnknownError, match="断开"):
        await platform.remove(GROUP, account(OTHER))
    with pytest.raises(PlatformBusyError):
        await platform.remove(GROUP, account(OTHER))
    assert not platform.connected
    await service.up(2)
    assert await service.platform.member(GROUP, account(OTHER)) is None


async def test_three_vanished_sends_pause_all_sends(service: Service) -> None:
    service.simulator.faults.send_block = True
    for _ in range(3):
        with pytest.raises(PlatformUnknownError):
            await service.platform.send_group(GROUP, "提醒")
    with pytest.raises(PlatformBusyError) as caught:
        await service.platform.send_group(GROUP, "提醒")
    assert caught.value.retry_after is not None
    assert len(service.simulator.calls("send_group_msg")) == 3
    assert service.adapter.guard.alarms == 1
    await service.simulator.cut()
    await service.up(2)
    with pytest.raises(PlatformBusyError):
        await service.platform.send_group(GROUP, "提醒")


async def test_foreign_id_is_bad_input(service: Service) -> None:
    with pytest.raises(BadInputError):
        await service.platform.send_group(GroupKey(Platform.QQ, "chat-1"), "话")


@pytest.mark.parametrize("kind", [MeasureKind.REMOVE, MeasureKind.MUTE, MeasureKind.RECALL])
@pytest.mark.parametrize(
    ("bot", "target", "automatic"),
    [
        (Role.ADMIN, Role.MEMBER, True),
        (Role.ADMIN, Role.ADMIN, False),
        (Role.ADMIN, Role.OWNER, False),
        (Role.ADMIN, Role.UNKNOWN, False),
        (Role.OWNER, Role.ADMIN, True),
        (Role.OWNER, Role.MEMBER, True),
        (Role.MEMBER, Role.MEMBER, False),
        (Role.UNKNOWN, Role.MEMBER, False),
    ],
)
async def test_rights_are_those_of_qq(
    kind: MeasureKind, bot: Role, target: Role, *, automatic: bool
) -> None:
    from adapters.qq.capabilities import capability

    found = capability(kind, Situation(bot_role=bot, target_role=target))
    assert (found.rung is Rung.AUTOMATIC) is automatic
    assert found.why


async def test_what_the_table_calls_automatic_the_platform_does(service: Service) -> None:
    for target, role in ((MEMBER, Role.MEMBER), (ADMIN, Role.ADMIN), (OWNER, Role.OWNER)):
        situation = Situation(bot_role=Role.ADMIN, target_role=role)
        capability = service.platform.capability(MeasureKind.MUTE, situation)
        if capability.rung is Rung.AUTOMATIC:
            await service.platform.mute(GROUP, account(target), timedelta(minutes=1))
        else:
            with pytest.raises(PlatformRefusedError):
                await service.platform.mute(GROUP, account(target), timedelta(minutes=1))
