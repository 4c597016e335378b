"""Shapes that hosts send and a simulator does not; and anything at all, which must not hurt."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.qq.cards import words_of_json, words_of_xml
from adapters.qq.convert import Converter, answer_of
from adapters.qq.fields import Keys
from adapters.qq.segments import FORWARD_MESSAGES, parts_of
from adapters.qq.wire import Segment, WireJoinRequest, decode
from bot.domain.errors import EventError, MalformedEventError, UnsupportedEventError
from bot.domain.events import (
    Attachment,
    Event,
    Forward,
    GroupDissolved,
    GroupRenamed,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MemberMuted,
    Mention,
    MessagePosted,
    Part,
    PrivatePosted,
    Quote,
    Text,
)
from bot.domain.groups import Role
from tests.adapters.qq.service import GROUP, SELF, account

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
TIME = 1767000040
PUBLISHED = Path(__file__).parents[4] / "shared" / "fixtures" / "onebot11" / "events.json"


def converted(**frame: Any) -> Event:
    body = {"time": TIME, "self_id": SELF, **frame}
    return Converter(Keys(str(SELF))).event(decode(json.dumps(body)), NOW)


def message(**frame: Any) -> MessagePosted:
    body = {"post_type": "message", "message_type": "group", "group_id": 200, "user_id": 300}
    event = converted(**{**body, "message_id": 7, "message": "", **frame})
    assert isinstance(event, MessagePosted)
    return event


def notice(kind: str, **frame: Any) -> Event:
    return converted(post_type="notice", notice_type=kind, **{"group_id": 200, **frame})


def parts(*segments: dict[str, Any]) -> tuple[Part, ...]:
    return parts_of(msgspec.convert(list(segments), list[Segment]))


def test_own_messages_are_the_bots_own() -> None:
    assert message(user_id=SELF).by_this_bot
    assert message(post_type="message_sent", user_id=str(SELF)).by_this_bot


@pytest.mark.parametrize(
    ("numbers", "sequence"),
    [
        ({"message_seq": 7, "real_seq": "961680"}, 961680),
        ({"message_seq": 7}, None),
        ({"message_seq": 4711}, 4711),
        ({"real_seq": "x"}, None),
        ({"real_seq": "0"}, None),
        ({}, None),
    ],
)
def test_sequence_is_the_servers_number_in_every_dialect(
    numbers: dict[str, Any], sequence: int | None
) -> None:
    assert message(**numbers).sequence == sequence


def test_codes_in_a_text_message_are_read() -> None:
    text = "[CQ:reply,id=5][CQ:at,qq=all] 看&#91;这里&#93;&amp;那里[CQ:image,file=a&#44;b.png]"
    assert message(message=text).parts == (
        Quote("5"),
        Mention(None),
        Text(" 看[这里]&那里"),
        Attachment("picture", name="a,b.png", reference='{"file":"a,b.png"}'),
    )
    assert message(message=None, raw_message="原文").parts == (Text("原文"),)


def test_words_of_a_card_are_its_senders() -> None:
    card = {"prompt": "[分享]好消息", "meta": {"news": {"title": "兼职", "desc": "日结", "tag": 1}}}
    (part,) = parts({"type": "json", "data": {"data": json.dumps(card)}})
    assert part == Attachment("card", text="[分享]好消息\n兼职\n日结")
    assert words_of_json("不是 JSON") == "不是 JSON"
    xml = '<msg brief="[链接]"><item><title>加&amp;群</title><summary>速来</summary></item></msg>'
    assert words_of_xml(xml) == "[链接]\n加&群\n速来"
    (shared,) = parts({"type": "share", "data": {"title": "题", "content": "文"}})
    assert shared == Attachment("card", text="题\n文")


def test_files_that_bypass_the_upload_notice_are_named() -> None:
    assert parts(
        {"type": "file", "data": {"file": "名单.xlsx"}},
        {"type": "onlinefile", "data": {"name": "a.zip"}},
        {"type": "flashtransfer", "data": {"title": "闪传"}},
    ) == (
        Attachment("file", name="名单.xlsx", text="名单.xlsx"),
        Attachment("file", name="a.zip", text="a.zip"),
        Attachment("file", name="闪传", text="闪传"),
    )


def test_unknown_and_empty_segments_are_kept_as_something() -> None:
    assert parts({"type": "dice"}, {"type": "at", "data": {}}, {"type": "text"}) == (
        Attachment("other", name="dice"),
        Attachment("other", name="at"),
        Text(""),
    )


def nested(depth: int) -> dict[str, Any]:
    content = [{"type": "text", "data": {"text": f"第{depth}层"}}]
    if depth:
        content.append(nested(depth - 1))
    node = {"type": "node", "data": {"user_id": 1, "content": content}}
    return {"type": "forward", "data": {"id": f"f{depth}", "content": [node]}}


def test_inline_forwards_are_opened_to_three_levels() -> None:
    (part,) = parts(nested(3))
    depth = 0
    while isinstance(part, Forward) and part.items is not None:
        depth += 1
        part = part.items[0][-1]
    assert depth == 3
    assert part == Forward("f0")


def test_forward_of_whole_messages_is_read() -> None:
    whole = {"user_id": 1, "sender": {}, "message": [{"type": "text", "data": {"text": "话"}}]}
    coded = {"user_id": 1, "content": "[CQ:at,qq=1]话"}
    (part,) = parts({"type": "forward", "data": {"id": "f", "content": [whole, coded, 5]}})
    assert part == Forward("f", ((Text("话"),), (Mention(account(1)), Text("话")), ()))


def test_overlong_forward_says_that_it_was_not_read_to_the_end() -> None:
    nodes = [{"content": "话"}] * (FORWARD_MESSAGES + 50)
    (part,) = parts({"type": "forward", "data": {"id": "f", "content": nodes}})
    assert isinstance(part, Forward)
    assert part.items is not None
    assert len(part.items) == FORWARD_MESSAGES + 1
    assert part.items[-1] == (Forward(""),)


def test_group_ends_in_every_dialect() -> None:
    ends = [
        notice("group_decrease", sub_type="disband", user_id=SELF, operator_id=100),
        notice("group_dismiss", user_id=100),
        notice("group_decrease", sub_type="kick_me", user_id=SELF, operator_id=100),
        notice("group_decrease", sub_type="leave", user_id=SELF, operator_id=0),
    ]
    assert all(isinstance(event, GroupDissolved) for event in ends)
    removed = [event.bot_removed for event in ends if isinstance(event, GroupDissolved)]
    assert removed == [False, False, True, True]
    assert len({event.event_id for event in ends}) == 1


def test_same_second_does_not_confuse_two_people() -> None:
    one = notice("group_increase", sub_type="approve", user_id=1, operator_id=2)
    two = notice("group_increase", sub_type="approve", user_id=3, operator_id=2)
    assert one.event_id != two.event_id
    assert isinstance(one, MemberJoined)
    assert (one.inviter, one.operator) == (None, account(2))
    invited = notice("group_increase", sub_type="invite", user_id=1, operator_id=2)
    assert isinstance(invited, MemberJoined)
    assert invited.inviter == account(2)


def test_nobody_is_nobody() -> None:
    left = notice("group_decrease", sub_type="leave", user_id="301", operator_id=0)
    assert isinstance(left, MemberLeft)
    assert left.operator is None


def test_mute_lasts_as_long_as_told() -> None:
    muted = notice("group_ban", sub_type="ban", user_id=300, operator_id=1, duration="600")
    assert isinstance(muted, MemberMuted)
    assert muted.until == muted.occurred_at + timedelta(minutes=10)
    with pytest.raises(UnsupportedEventError):
        notice("group_ban", sub_type="ban", user_id=0, operator_id=1, duration=-1)


def test_new_group_name_is_told() -> None:
    renamed = notice("notify", sub_type="group_name", user_id=1, name_new="新群名")
    assert isinstance(renamed, GroupRenamed)
    assert renamed.name == "新群名"


@pytest.mark.parametrize(
    "frame",
    [
        {"post_type": "meta_event", "meta_event_type": "lifecycle", "sub_type": "connect"},
        {"post_type": "notice", "notice_type": "essence", "group_id": 200},
        {"post_type": "notice", "notice_type": "notify", "sub_type": "gray_tip", "group_id": 200},
        {"post_type": "notice", "notice_type": "group_card", "group_id": 200, "user_id": 3,
         "card_new": "", "card_old": "旧"},
        {"post_type": "request", "request_type": "friend", "user_id": 3, "flag": "1"},
        {"post_type": "request", "request_type": "group", "sub_type": "invite", "group_id": 201,
         "user_id": 100, "flag": "1767000050000001"},
        {"post_type": "message_sent", "message_type": "private", "user_id": SELF, "message_id": 1},
        {"post_type": "message", "message_type": "group", "sub_type": "notice", "group_id": 200,
         "user_id": 3, "message_id": 1},
        {"post_type": "something_new"},
    ],
)  # fmt: skip
def test_what_is_of_no_use_is_unsupported_and_not_broken(frame: dict[str, Any]) -> None:
    with pytest.raises(UnsupportedEventError):
        converted(**frame)


@pytest.mark.parametrize(
    "change",
    [
        {"group_id": None},
        {"group_id": 0},
        {"user_id": ""},
        {"message_id": None},
        {"time": "yesterday"},
        {"time": 1e30},
        {"time": None},
        {"message": [1, 2]},
        {"sender": "me"},
    ],
)
def test_message_that_no_host_sends_is_malformed(change: dict[str, Any]) -> None:
    with pytest.raises(MalformedEventError):
        message(**change)


@pytest.mark.parametrize("raw", ["", "{", "[]", "null", "5", '{"a":', "\ud800", "[" * 5000])
def test_broken_frame_is_malformed(raw: str) -> None:
    with pytest.raises(MalformedEventError):
        decode(raw)


@pytest.mark.parametrize(
    ("comment", "answer"),
    [
        ("问题：部门+姓名\n答案：教务处王芳", "教务处王芳"),
        ("问题：答案是什么？\n答案：教务处王芳", "教务处王芳"),
        ("教务处王芳", "教务处王芳"),
        ("答案：", ""),
        ("", ""),
    ],
)
def test_only_the_answer_is_the_applicants(comment: str, answer: str) -> None:
    assert answer_of(comment) == answer


def test_request_has_one_id_in_event_and_list_of_llbot() -> None:
    event = converted(
        post_type="request", request_type="group", sub_type="add", group_id=200, user_id=302,
        comment="教务处王芳", flag="200|1767000049000001|7|0", invitor_id="303",
    )  # fmt: skip
    assert isinstance(event, JoinRequested)
    assert event.inviter == account(303)
    listed = Converter(Keys(str(SELF))).join(
        WireJoinRequest(request_id="1767000049000001", group_id=200, invitor_uin=302), NOW
    )
    assert listed.event_id == event.event_id
    assert listed.request_id == event.request_id == "1767000049000001"
    assert listed.occurred_at == datetime.fromtimestamp(1767000049, UTC)


def test_history_gives_the_id_of_the_live_push() -> None:
    live = message(sender={"card": "", "nickname": "小李", "role": "admin"})
    body = {"time": TIME, "message_id": 7, "user_id": "300", "message": []}
    late = Converter(Keys(str(SELF))).message(decode(json.dumps(body)), NOW, GROUP)
    assert (late.event_id, late.author) == (live.event_id, live.author)
    assert (live.late, late.late) == (False, True)
    assert (live.author_card, live.author_role) == ("小李", Role.ADMIN)


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the folder of published payloads is absent")
def test_published_events_are_read() -> None:
    private, group = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    group["group_id"], group["user_id"] = group["group_id"] or 1, group["user_id"] or 1
    first, second = converted(**private), converted(**group)
    assert isinstance(first, PrivatePosted)
    assert first.text == "Test text"
    assert isinstance(second, MessagePosted)
    assert second.parts == (Mention(None), Text(" Test text"))


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=12)
    | st.sampled_from(["text", "forward", "node", "json", "at", "kick", "add", "[CQ:at,qq=1]"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["type", "data", "content", "message", "id", "qq", "text", "title"]),
            inner,
        )
    ),
    max_leaves=12,
)
_kinds = st.fixed_dictionaries(
    {
        "post_type": st.sampled_from(["message", "message_sent", "notice", "request", "x"]),
        "message_type": st.sampled_from(["group", "private"]),
        "request_type": st.sampled_from(["group", "friend"]),
        "notice_type": st.sampled_from(
            ["group_increase", "group_decrease", "group_ban", "group_card", "group_admin", "notify",
             "group_recall", "group_dismiss"]
        ),
    }
)  # fmt: skip
_sound = {
    "time": TIME,
    "group_id": 200,
    "user_id": 300,
    "message_id": 7,
    "flag": "1",
    "message": [],
}
_names = st.sampled_from(
    [*_sound, "sub_type", "operator_id", "sender", "duration", "card_new", "comment", "real_seq",
     "message_seq", "invitor_id", "name_new", "status", "data", "echo", "retcode", "self_id"]
)  # fmt: skip


@given(_kinds, st.dictionaries(_names, _values, max_size=4))
def test_wild_values_become_an_event_or_an_event_error(
    kinds: dict[str, str], wild: dict[str, Any]
) -> None:
    try:
        event = converted(**{**_sound, **kinds, **wild})
    except EventError:
        return
    assert event.event_id
    assert event.occurred_at.tzinfo is UTC


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_bytes_become_a_frame_or_an_event_error(raw: bytes | str) -> None:
    with pytest.raises(EventError):
        Converter(Keys(str(SELF))).event(decode(raw), NOW)


@given(_values)
def test_any_card_yields_words(value: object) -> None:
    assert isinstance(words_of_json(value), str)
    assert isinstance(words_of_json(json.dumps(value)), str)
