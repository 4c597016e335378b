import base64

import httpx
import pytest

from adapters.simulator.onebot11.people import Role
from tests.adapters.simulator.onebot11.bot_side import (
    ADMIN,
    BOT,
    GROUP,
    LI,
    OWNER,
    SECOND,
    STRANGER,
    WANG,
    connected,
    small_group,
)

MEMBER_FIELDS = {
    "group_id",
    "user_id",
    "nickname",
    "card",
    "sex",
    "age",
    "area",
    "level",
    "qq_level",
    "join_time",
    "last_sent_time",
    "title_expire_time",
    "unfriendly",
    "card_changeable",
    "is_robot",
    "shut_up_timestamp",
    "role",
    "title",
}


async def test_the_answer_has_napcats_envelope(pair):
    bot, _ = pair
    assert await bot.call("get_login_info") == {
        "status": "ok",
        "retcode": 0,
        "data": {"user_id": BOT, "nickname": "群规助手"},
        "message": "",
        "wording": "",
        "echo": "e1",
        "stream": "normal-action",
    }


async def test_version_and_status_name_napcat_and_say_all_is_well(pair):
    bot, _ = pair
    assert (await bot.data("get_version_info"))["app_name"] == "NapCat.Onebot"
    assert (await bot.data("get_version_info"))["protocol_version"] == "v11"
    assert await bot.data("get_status") == {"online": True, "good": True, "stat": {}}


async def test_an_unknown_action_is_1404_and_bad_parameters_are_1400(pair):
    bot, _ = pair
    unknown = await bot.call("set_group_dissolve", group_id=GROUP)
    assert (unknown["status"], unknown["retcode"], unknown["data"]) == ("failed", 1404, None)
    bad = await bot.call("get_group_member_list", group_id="不是数字")
    assert bad["retcode"] == 1400
    assert (await bot.call("set_group_kick_members", group_id=GROUP, user_id=5))["retcode"] == 1400
    assert (await bot.call("get_forward_msg"))["retcode"] == 1400


async def test_broken_json_is_answered_1400_without_echo(pair):
    bot, _ = pair
    await bot.connections[0].send("{broken")
    await bot.until(lambda: any(f.get("retcode") == 1400 for f in bot.frames))


async def test_groups_are_listed_with_their_true_counts():
    groups = (small_group(), small_group(SECOND, "学工部工作群"))
    async with connected(groups=groups) as (bot, sim):
        sim.leave(SECOND, LI)
        listed = {g["group_id"]: g for g in await bot.data("get_group_list")}
        assert listed[GROUP] == {
            "group_all_shut": 0,
            "group_remark": "",
            "group_id": GROUP,
            "group_name": "教务处工作群",
            "member_count": 5,
            "max_member_count": 500,
        }
        assert listed[SECOND]["member_count"] == 4
        assert await bot.data("get_group_info", group_id=str(GROUP)) == listed[GROUP]


async def test_a_group_the_bot_was_removed_from_is_not_listed(pair):
    bot, sim = pair
    sim.kick_by(GROUP, OWNER, BOT)
    assert await bot.data("get_group_list") == []
    assert (await bot.call("get_group_member_list", group_id=GROUP))["retcode"] == 1200


async def test_members_are_listed_with_all_fields_and_roles(pair):
    bot, _ = pair
    listed = {m["user_id"]: m for m in await bot.data("get_group_member_list", group_id=GROUP)}
    assert all(member.keys() == MEMBER_FIELDS for member in listed.values())
    roles = {account: member["role"] for account, member in listed.items()}
    assert roles == {
        OWNER: "owner",
        ADMIN: "admin",
        LI: "member",
        WANG: "member",
        BOT: "admin",
    }
    assert listed[LI]["card"] == "教务处李明"


async def test_no_cache_answers_from_the_old_list_and_the_second_reading_is_new(pair):
    bot, sim = pair
    sim.rename(GROUP, WANG, "教务处-王芳")

    async def card():
        listed = await bot.data("get_group_member_list", group_id=GROUP, no_cache=True)
        return next(m["card"] for m in listed if m["user_id"] == WANG)

    assert await card() == "阿芳"
    await bot.silence(sim.timing.member_refresh * 1.5)
    assert await card() == "教务处-王芳"


async def test_one_member_is_read_fresh_and_a_stranger_is_an_error(pair):
    bot, sim = pair
    sim.rename(GROUP, WANG, "教务处-王芳")
    fresh = await bot.data("get_group_member_info", group_id=GROUP, user_id=WANG)
    assert fresh["card"] == "教务处-王芳"
    gone = await bot.call("get_group_member_info", group_id=GROUP, user_id=STRANGER)
    assert gone["retcode"] == 1200
    assert gone["message"] == f"群({GROUP})成员{STRANGER}不存在"


async def test_only_owner_and_admins_are_friends_at_first(pair):
    bot, sim = pair
    friends = await bot.data("get_friend_list")
    assert {f["user_id"] for f in friends} == {OWNER, ADMIN}
    sim.befriend(LI)
    assert {f["user_id"] for f in await bot.data("get_friend_list")} == {OWNER, ADMIN, LI}


async def test_waiting_requests_are_listed_with_the_applicant_as_invitor(pair):
    bot, sim = pair
    request = sim.join_request(GROUP, STRANGER, "教务处王芳")
    sim.invite_bot(small_group(777, "新群"), OWNER)
    listed = await bot.data("get_group_system_msg", count=10)
    assert listed["join_requests"] == [
        {
            "request_id": int(request.flag),
            "invitor_uin": STRANGER,
            "invitor_nick": "用户999",
            "group_id": GROUP,
            "message": "问题：部门+姓名\n答案：教务处王芳",
            "group_name": "教务处工作群",
            "checked": False,
            "actor": 0,
            "requester_nick": "用户999",
        }
    ]
    assert listed["invited_requests"] == listed["InvitedRequest"]
    assert listed["invited_requests"][0]["group_id"] == 777
    await bot.data("set_group_add_request", flag=request.flag, approve=True)
    answered = (await bot.data("get_group_system_msg"))["join_requests"][0]
    assert (answered["checked"], answered["actor"]) == (True, BOT)


async def test_a_message_can_be_read_until_it_is_recalled(pair):
    bot, sim = pair
    number = sim.say(GROUP, LI, "请看通知")
    read = await bot.data("get_msg", message_id=number)
    assert (read["raw_message"], read["group_id"], read["real_seq"]) == ("请看通知", GROUP, "1")
    sim.recall_by(LI, number)
    assert "已被撤回" in (await bot.call("get_msg", message_id=number))["message"]
    assert (await bot.call("get_msg", message_id=1))["message"] == "消息不存在"


async def test_history_gives_the_latest_oldest_first_and_pages_by_message_number(pair):
    bot, sim = pair
    numbers = [sim.say(GROUP, LI, str(i)) for i in range(30)]

    async def history(**params):
        data = await bot.data("get_group_msg_history", group_id=GROUP, **params)
        return [message["message_id"] for message in data["messages"]]

    assert await history() == numbers[-20:]
    assert await history(count=5) == numbers[-5:]
    assert await history(message_seq=numbers[9], count=4) == numbers[6:10]
    assert await history(message_seq=numbers[9], count=3, reverse_order=True) == numbers[9:12]
    empty = await bot.call("get_group_msg_history", group_id=GROUP, message_seq=123)
    assert empty["retcode"] == 1200


async def test_recalled_messages_are_missing_from_history(pair):
    bot, sim = pair
    first, second = sim.say(GROUP, LI, "一"), sim.say(GROUP, LI, "二")
    sim.recall_by(LI, first)
    data = await bot.data("get_group_msg_history", group_id=GROUP)
    assert [m["message_id"] for m in data["messages"]] == [second]


async def test_private_history_holds_both_sides(pair):
    bot, sim = pair
    sim.private(OWNER, "日报")
    await bot.data("send_private_msg", user_id=OWNER, message="今日无事")
    data = await bot.data("get_friend_msg_history", user_id=OWNER)
    assert [m["raw_message"] for m in data["messages"]] == ["日报", "今日无事"]
    assert (await bot.call("get_friend_msg_history", user_id=LI))["retcode"] == 1200


async def test_a_merged_forward_is_opened_by_its_id(pair):
    bot, sim = pair
    sim.forward(GROUP, LI, [(WANG, "阿芳", "转来的话"), (OWNER, "处长", "好的")])
    segment = (await bot.wait_for("group"))["message"][0]
    assert segment["type"] == "forward"
    opened = await bot.data("get_forward_msg", id=segment["data"]["id"])
    words = [(m["user_id"], m["message"][0]["data"]["text"]) for m in opened["messages"]]
    assert words == [(WANG, "转来的话"), (OWNER, "好的")]
    assert opened["messages"][0]["sender"]["nickname"] == "阿芳"
    assert (await bot.call("get_forward_msg", id="没有"))["retcode"] == 1200


@pytest.mark.parametrize("action", ["get_image", "get_file"])
async def test_a_picture_is_given_as_base64(pair, action):
    bot, sim = pair
    sim.show_image(GROUP, LI, b"PNG...", "看图")
    words, picture = (await bot.wait_for("group"))["message"]
    assert (words["type"], picture["type"]) == ("text", "image")
    given = await bot.data(action, file=picture["data"]["file"])
    assert base64.b64decode(given["base64"]) == b"PNG..."
    assert (await bot.call(action, file="没有"))["retcode"] == 1200


async def test_pictures_and_files_have_addresses_while_the_file_server_is_on(pair):
    bot, sim = pair
    files = sim.implementation.media_server
    await files.start(0)
    sim.show_image(GROUP, LI, b"PNG...")
    (picture,) = (await bot.wait_for("group"))["message"]
    assert await fetched(picture["data"]["url"]) == (200, b"PNG...")
    sim.upload(GROUP, LI, "名单.xlsx", b"x" * 100)
    (file,) = (await bot.wait_for("group", count=2))["message"]
    where = {"group_id": GROUP, "file_id": file["data"]["file_id"]}
    given = await bot.data("get_group_file_url", **where)
    assert await fetched(given["url"]) == (200, b"x" * 100)
    sim.faults.media_expired = True
    assert await fetched(given["url"]) == (404, b"")
    await files.stop()
    assert (await bot.call("get_group_file_url", **where))["retcode"] == 1200


async def fetched(url):
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(url)
    return answer.status_code, answer.content


async def test_a_quote_begins_with_a_reply_segment(pair):
    bot, sim = pair
    first = sim.say(GROUP, LI, "原话")
    sim.quote(GROUP, WANG, first, "我同意")
    event = await bot.wait_for("group", count=2)
    assert event["message"][0] == {"type": "reply", "data": {"id": str(first)}}
    assert event["raw_message"] == f"[CQ:reply,id={first}]我同意"


async def test_the_bot_can_be_owner_or_member_of_its_groups():
    for role, shown in ((Role.OWNER, "owner"), (Role.MEMBER, "member")):
        async with connected(bot_role=role) as (bot, _):
            own = await bot.data("get_group_member_info", group_id=GROUP, user_id=BOT)
            assert own["role"] == shown
            listed = await bot.data("get_group_member_list", group_id=GROUP)
            assert [m["role"] for m in listed].count("owner") == 1
