"""What happens in a group arrives at the door, once each, over a real socket."""

from bot.domain.events import (
    Attachment,
    Forward,
    GroupDissolved,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    MemberRenamed,
    Mention,
    MessagePosted,
    MessageRecalled,
    PrivatePosted,
    Quote,
    RoleChanged,
    Text,
)
from bot.domain.groups import Role
from bot.engine.door import Outcome
from tests.adapters.qq.service import GROUP, MEMBER, OTHER, OWNER, SELF, Service, account


async def test_message_carries_author_card_parts_and_sequence(service: Service) -> None:
    number = service.simulator.mention_bot(200, MEMBER, "您好")
    (message,) = await service.received(MessagePosted)
    assert message.event_id == f"m:200:{number}"
    assert (message.group, message.author) == (GROUP, account(MEMBER))
    assert (message.author_card, message.author_role) == ("教务处李明", Role.MEMBER)
    assert Mention(account(SELF)) in message.parts
    assert "".join(p.text for p in message.parts if isinstance(p, Text)).strip() == "您好"
    assert message.sequence is not None
    assert not message.late
    assert not message.by_this_bot


async def test_author_without_card_is_named_by_nickname(service: Service) -> None:
    service.simulator.say(200, OTHER, "在")
    (message,) = await service.received(MessagePosted)
    assert message.author_card == "阿花"


async def test_membership_changes_arrive(service: Service) -> None:
    stage = service.simulator
    stage.join(200, 400, card="教务处新人", operator=OWNER)
    (joined,) = await service.received(MemberJoined)
    assert joined.account == account(400)
    stage.leave(200, 400)
    stage.kick_by(200, OWNER, OTHER)
    left, kicked = await service.received(MemberLeft, 2)
    assert (left.account, left.removed) == (account(400), False)
    assert (kicked.account, kicked.removed, kicked.operator) == (
        account(OTHER),
        True,
        account(OWNER),
    )


async def test_card_change_arrives_when_the_member_speaks(service: Service) -> None:
    service.simulator.rename(200, MEMBER, "学生处李明")
    service.simulator.say(200, MEMBER, "改好了")
    (renamed,) = await service.received(MemberRenamed)
    assert (renamed.account, renamed.old_card, renamed.new_card) == (
        account(MEMBER),
        "教务处李明",
        "学生处李明",
    )


async def test_recall_role_and_request_arrive(service: Service) -> None:
    stage = service.simulator
    number = stage.say(200, MEMBER, "错话")
    stage.recall_by(MEMBER, number)
    (recalled,) = await service.received(MessageRecalled)
    assert (recalled.message_id, recalled.author) == (str(number), account(MEMBER))
    stage.promote(200, MEMBER)
    stage.demote(200, MEMBER)
    up, down = await service.received(RoleChanged, 2)
    assert (up.role, down.role) == (Role.ADMIN, Role.MEMBER)
    stage.join_request(200, 500, "教务处王芳")
    (request,) = await service.received(JoinRequested)
    assert (request.account, request.answer) == (account(500), "教务处王芳")


async def test_dissolution_and_own_removal_differ(service: Service) -> None:
    service.simulator.kick_by(200, OWNER, SELF)
    (gone,) = await service.received(GroupDissolved)
    assert gone.bot_removed


async def test_dissolved_group_is_reported(service: Service) -> None:
    service.simulator.dissolve(200)
    (gone,) = await service.received(GroupDissolved)
    assert not gone.bot_removed
    assert gone.group == GROUP


async def test_private_words_arrive_and_make_the_writer_reachable(service: Service) -> None:
    service.simulator.befriend(MEMBER)
    assert not service.platform.reachable_privately(account(MEMBER))
    service.simulator.private(MEMBER, "/帮助")
    (words,) = await service.received(PrivatePosted)
    assert (words.author, words.text) == (account(MEMBER), "/帮助")
    assert service.platform.reachable_privately(account(MEMBER))


async def test_quote_is_a_quote_and_is_not_looked_up(service: Service) -> None:
    stage = service.simulator
    stage.faults.unanswered.add("get_msg")
    bad = stage.say(200, OTHER, "坏话")
    stage.quote(200, MEMBER, bad, "不要这样说")
    _, quoting = await service.received(MessagePosted, 2)
    assert Quote(str(bad)) in quoting.parts
    assert not stage.calls("get_msg")


async def test_forward_is_opened_before_it_is_offered(service: Service) -> None:
    stage = service.simulator
    stage.forward(200, MEMBER, [(OTHER, "阿花", "转来的话"), (OWNER, "老周", "第二句")])
    stage.say(200, MEMBER, "后说的")
    forward, later = await service.received(MessagePosted, 2)
    (part,) = forward.parts
    assert isinstance(part, Forward)
    assert part.items == ((Text("转来的话"),), (Text("第二句"),))
    assert later.parts == (Text("后说的"),)


async def test_forward_that_cannot_be_opened_is_offered_unopened(service: Service) -> None:
    stage = service.simulator
    stage.faults.unanswered.add("get_forward_msg")
    stage.forward(200, MEMBER, [(OTHER, "阿花", "转来的话")])
    (message,) = await service.received(MessagePosted)
    (part,) = message.parts
    assert isinstance(part, Forward)
    assert part.items is None


async def test_uploaded_file_is_told_by_its_message(service: Service) -> None:
    service.simulator.upload(200, MEMBER, "名单.xlsx", b"content")
    (message,) = await service.received(MessagePosted)
    assert [part.name for part in message.parts if isinstance(part, Attachment)] == ["名单.xlsx"]


async def test_mute_notice_tells_until_when(service: Service) -> None:
    from datetime import timedelta

    await service.platform.mute(GROUP, account(MEMBER), timedelta(minutes=10))
    (muted,) = await service.received(MemberMuted)
    assert muted.until is not None
    assert muted.until - muted.occurred_at == timedelta(minutes=10)
    await service.platform.mute(GROUP, account(MEMBER), timedelta())
    _, lifted = await service.received(MemberMuted, 2)
    assert lifted.until is None


async def test_broken_frame_is_counted_and_the_connection_stays(service: Service) -> None:
    stage = service.simulator
    stage.faults.malformed["message"] = 1.0
    stage.say(200, MEMBER, "断开的")
    await service.until(lambda: Outcome.MALFORMED in service.door.counts)
    stage.faults.malformed.clear()
    stage.say(200, MEMBER, "完整的")
    (message,) = await service.received(MessagePosted)
    assert message.parts == (Text("完整的"),)
    assert [way for way, _ in service.door.links] == ["up"]


async def test_duplicates_have_the_same_event_id(service: Service) -> None:
    stage = service.simulator
    stage.faults.duplicated.update({"message": 1.0, "notice": 1.0, "request": 1.0})
    stage.say(200, MEMBER, "一次")
    stage.join(200, 400)
    stage.join_request(200, 500, "教务处王芳")
    await service.until(lambda: len(service.door.duplicates) >= 3)
    assert len(service.door.events) == 3


async def test_string_ids_make_the_same_keys(service: Service) -> None:
    stage = service.simulator
    stage.faults.string_ids = True
    stage.faults.null_sub_type = True
    stage.faults.missing_fields.add("font")
    number = stage.say(200, MEMBER, "字符串号码")
    stage.join(200, 400)
    (message,) = await service.received(MessagePosted)
    (joined,) = await service.received(MemberJoined)
    assert (message.event_id, message.author) == (f"m:200:{number}", account(MEMBER))
    assert joined.account == account(400)
