import base64

import pytest

from adapters.simulator.onebot11 import segments as piece
from adapters.simulator.onebot11.people import RightsError, Role
from tests.adapters.simulator.onebot11.bot_side import (
    ADMIN,
    BOT,
    GROUP,
    LI,
    OWNER,
    STRANGER,
    WANG,
    connected,
)


async def test_a_recall_by_the_bot_is_done_and_proved_by_a_notice(pair):
    bot, sim = pair
    number = sim.say(GROUP, LI, "违规内容")
    await bot.data("delete_msg", message_id=number)
    assert sim.is_recalled(number)
    notice = await bot.wait_for("group_recall")
    assert (notice["operator_id"], notice["user_id"]) == (BOT, LI)
    assert notice["message_id"] == number


@pytest.mark.parametrize("author", [OWNER, ADMIN])
async def test_an_admin_bot_cannot_recall_owner_or_admins(pair, author):
    bot, sim = pair
    number = sim.say(GROUP, author, "领导的话")
    answer = await bot.call("delete_msg", message_id=number)
    assert answer["retcode"] == 1200
    assert answer["message"].startswith("Timeout: NTEvent")
    assert not sim.is_recalled(number)
    assert not sim.calls("delete_msg")[0].applied


async def test_an_owner_bot_can_recall_admins():
    async with connected(bot_role=Role.OWNER) as (bot, sim):
        number = sim.say(GROUP, ADMIN, "话")
        await bot.data("delete_msg", message_id=number)
        assert sim.is_recalled(number)


async def test_a_member_bot_can_do_nothing_to_others():
    async with connected(bot_role=Role.MEMBER) as (bot, sim):
        number = sim.say(GROUP, LI, "话")
        assert (await bot.call("delete_msg", message_id=number))["retcode"] == 1200
        assert (await bot.call("set_group_ban", group_id=GROUP, user_id=LI, duration=60))[
            "message"
        ] == "ERR_NOT_GROUP_ADMIN"
        assert (await bot.call("set_group_card", group_id=GROUP, user_id=LI, card="x"))[
            "message"
        ] == "设置群名片未生效"
        assert (await bot.call("set_group_whole_ban", group_id=GROUP))["retcode"] == 1200
        assert (await bot.call("set_group_kick", group_id=GROUP, user_id=LI))["status"] == "ok"
        assert sim.member(GROUP, LI).card == "教务处李明"


async def test_own_words_can_be_recalled_for_two_minutes_by_a_member():
    clock = [1_767_000_000.0]
    async with connected(bot_role=Role.MEMBER, now=lambda: clock[0]) as (bot, sim):
        early = (await bot.data("send_group_msg", group_id=GROUP, message="一"))["message_id"]
        late = (await bot.data("send_group_msg", group_id=GROUP, message="二"))["message_id"]
        clock[0] += 100
        await bot.data("delete_msg", message_id=early)
        clock[0] += 100
        assert (await bot.call("delete_msg", message_id=late))["retcode"] == 1200
        assert (sim.is_recalled(early), sim.is_recalled(late)) == (True, False)


async def test_a_message_older_than_the_table_cannot_be_recalled(pair):
    bot, sim = pair
    first = sim.say(GROUP, LI, "很久以前")
    for i in range(5_000):
        sim.say(GROUP, LI, str(i))
    answer = await bot.call("delete_msg", message_id=first)
    assert (answer["retcode"], answer["message"]) == (1200, "Recall failed")


async def test_a_kick_removes_and_is_proved_by_a_notice(pair):
    bot, sim = pair
    await bot.data("set_group_kick", group_id=GROUP, user_id=LI, reject_add_request=False)
    notice = await bot.wait_for("group_decrease")
    assert (notice["sub_type"], notice["user_id"], notice["operator_id"]) == ("kick", LI, BOT)
    assert LI not in sim.group(GROUP).members
    listed = await bot.data("get_group_member_list", group_id=GROUP)
    assert LI not in {m["user_id"] for m in listed}
    assert sim.join_request(GROUP, LI, "再来")


async def test_a_kick_may_bar_from_coming_back(pair):
    bot, sim = pair
    await bot.data("set_group_kick", group_id=GROUP, user_id=LI, reject_add_request=True)
    with pytest.raises(RightsError, match="已被拒绝再次申请"):
        sim.join_request(GROUP, LI, "再来")


@pytest.mark.parametrize("target", [OWNER, ADMIN, STRANGER])
async def test_a_refused_kick_is_still_answered_ok(pair, target):
    bot, sim = pair
    before = set(sim.group(GROUP).members)
    assert (await bot.call("set_group_kick", group_id=GROUP, user_id=target))["status"] == "ok"
    assert set(sim.group(GROUP).members) == before
    assert not sim.calls("set_group_kick")[0].applied
    assert sim.calls("set_group_kick")[0].ok


async def test_several_are_kicked_at_once(pair):
    bot, sim = pair
    await bot.data("set_group_kick_members", group_id=GROUP, user_id=[LI, str(WANG), OWNER])
    await bot.wait_for("group_decrease", count=2)
    assert set(sim.group(GROUP).members) == {OWNER, ADMIN, BOT}


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (OWNER, "cannot ban owner"),
        (ADMIN, "cannot ban admin"),
        (STRANGER, "user not in group"),
    ],
)
async def test_who_cannot_be_muted_is_told_in_napcats_words(pair, target, text):
    bot, _ = pair
    answer = await bot.call("set_group_ban", group_id=GROUP, user_id=target, duration=60)
    assert (answer["retcode"], answer["message"]) == (1200, text)


async def test_a_mute_is_noticed_and_shown_in_the_member_record(pair):
    bot, sim = pair
    await bot.data("set_group_ban", group_id=GROUP, user_id=LI, duration=600)
    notice = await bot.wait_for("group_ban")
    assert {k: notice[k] for k in ("sub_type", "user_id", "operator_id", "duration")} == {
        "sub_type": "ban",
        "user_id": LI,
        "operator_id": BOT,
        "duration": 600,
    }
    record = await bot.data("get_group_member_info", group_id=GROUP, user_id=LI)
    assert record["shut_up_timestamp"] == sim.member(GROUP, LI).muted_until > 0


async def test_a_card_is_set_and_cleared_without_an_event(pair):
    bot, sim = pair
    await bot.data("set_group_card", group_id=GROUP, user_id=WANG, card="教务处-王芳")
    assert sim.member(GROUP, WANG).card == "教务处-王芳"
    await bot.data("set_group_card", group_id=GROUP, user_id=WANG)
    assert sim.member(GROUP, WANG).card == ""
    refused = await bot.call("set_group_card", group_id=GROUP, user_id=OWNER, card="x")
    assert refused["message"] == "设置群名片未生效"
    assert bot.of("group_card") == []


async def test_a_request_is_approved_once(pair):
    bot, sim = pair
    request = sim.join_request(GROUP, STRANGER, "教务处王芳")
    await bot.data("set_group_add_request", flag=request.flag, approve=True)
    notice = await bot.wait_for("group_increase")
    assert (notice["user_id"], notice["operator_id"]) == (STRANGER, BOT)
    assert STRANGER in sim.group(GROUP).members
    again = await bot.call("set_group_add_request", flag=request.flag, approve=False)
    assert again["retcode"] == 1200
    missing = await bot.call("set_group_add_request", flag="1", approve=True)
    assert missing["message"] == "No such request"


async def test_a_request_is_rejected_with_its_reason(pair):
    bot, sim = pair
    request = sim.join_request(GROUP, STRANGER, "路人")
    await bot.data("set_group_add_request", flag=request.flag, approve=False, reason="请写部门")
    assert (request.state, request.reason) == ("rejected", "请写部门")
    assert STRANGER not in sim.group(GROUP).members


async def test_a_request_older_than_the_latest_hundred_is_not_found(pair):
    bot, sim = pair
    first = sim.join_request(GROUP, STRANGER, "教务处王芳")
    for i in range(100):
        sim.join_request(GROUP, 5_000 + i, "x")
    answer = await bot.call("set_group_add_request", flag=first.flag, approve=True)
    assert answer["message"] == "No such request"


async def test_leaving_does_not_dissolve(pair):
    bot, sim = pair
    others = set(sim.group(GROUP).members) - {BOT}
    group = sim.group(GROUP)
    await bot.data("set_group_leave", group_id=GROUP, is_dismiss=True)
    assert set(group.members) == others
    assert (await bot.wait_for("group_decrease"))["sub_type"] == "leave"


async def test_an_owner_bot_cannot_leave():
    async with connected(bot_role=Role.OWNER) as (bot, _):
        answer = await bot.call("set_group_leave", group_id=GROUP, is_dismiss=True)
        assert answer["retcode"] == 1200


async def test_group_words_arrive_as_text_or_segments(pair):
    bot, sim = pair
    await bot.data("send_group_msg", group_id=GROUP, message="大家好")
    sent = await bot.data(
        "send_group_msg", group_id=str(GROUP), message=[piece.at(LI), piece.text(" 请改名片")]
    )
    said = sim.messages_sent_by_bot(GROUP)
    assert [piece.raw_text(m.segments) for m in said] == ["大家好", "[CQ:at,qq=300] 请改名片"]
    assert (
        sent["message_id"]
        == (await bot.data("get_msg", message_id=sent["message_id"]))["message_id"]
    )
    assert (await bot.call("send_group_msg", group_id=GROUP, message=[]))["retcode"] == 1400
    assert (await bot.call("send_group_msg", group_id=404, message="喂"))["retcode"] == 1200


async def test_only_friends_are_reached_in_private(pair):
    bot, sim = pair
    await bot.data("send_private_msg", user_id=OWNER, message="日报")
    assert len(sim.private_messages_sent_by_bot(OWNER)) == 1
    refused = await bot.call("send_private_msg", user_id=LI, group_id=GROUP, message="您好")
    assert "请先添加对方为好友" in refused["message"]
    assert sim.private_messages_sent_by_bot(LI) == []


async def test_a_long_report_goes_out_as_one_merged_forward(pair):
    bot, sim = pair
    nodes = [
        {"type": "node", "data": {"user_id": BOT, "nickname": "群规助手", "content": "一"}},
        {"type": "node", "data": {"name": "x", "uin": "7", "content": [piece.text("二")]}},
    ]
    sent = await bot.data("send_group_forward_msg", group_id=GROUP, messages=nodes)
    assert len(sim.messages_sent_by_bot(GROUP)) == 1
    opened = await bot.data("get_forward_msg", id=sent["forward_id"])
    assert [m["message"][0]["data"]["text"] for m in opened["messages"]] == ["一", "二"]
    bad = await bot.call("send_group_forward_msg", group_id=GROUP, messages=["x"])
    assert bad["retcode"] == 1400


async def test_a_file_is_uploaded_from_base64_only(pair):
    bot, sim = pair
    source = "base64://" + base64.b64encode(b"rows").decode()
    sent = await bot.data("upload_group_file", group_id=GROUP, file=source, name="日报.xlsx")
    given = await bot.data("get_file", file_id=sent["file_id"])
    assert base64.b64decode(given["base64"]) == b"rows"
    path = await bot.call("upload_group_file", group_id=GROUP, file="/tmp/x", name="x")
    assert "识别URL失败" in path["message"]
    broken = await bot.call("upload_group_file", group_id=GROUP, file="base64://*", name="x")
    assert broken["retcode"] == 1200
    assert len(sim.messages_sent_by_bot(GROUP)) == 1
