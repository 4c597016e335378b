import pytest

from adapters.simulator.onebot11.faults import Timing, probability
from adapters.simulator.onebot11.journal import Fate
from tests.adapters.simulator.onebot11.bot_side import (
    BOT,
    GROUP,
    LI,
    OWNER,
    STRANGER,
    WANG,
    connected,
)


async def members(bot, *, no_cache=True):
    listed = await bot.data("get_group_member_list", group_id=GROUP, no_cache=no_cache)
    return {member["user_id"] for member in listed}


async def test_a_host_that_honours_no_cache_answers_fresh_at_once(pair):
    bot, sim = pair
    sim.faults.stale_member_list = False
    sim.rename(GROUP, WANG, "教务处-王芳")
    listed = await bot.data("get_group_member_list", group_id=GROUP, no_cache=True)
    assert "教务处-王芳" in {member["card"] for member in listed}


async def test_a_frozen_cache_names_people_who_are_gone(pair):
    bot, sim = pair
    sim.faults.frozen_member_cache = True
    sim.leave(GROUP, LI)
    assert LI in await members(bot)
    await bot.silence(sim.timing.member_refresh * 1.5)
    assert LI not in await members(bot)


async def test_a_truncated_list_disagrees_with_the_count(pair):
    bot, sim = pair
    sim.faults.truncated_member_list = 2
    assert len(await members(bot)) == 2
    assert (await bot.data("get_group_info", group_id=GROUP))["member_count"] == 5


async def test_a_card_can_be_missing_from_the_single_record(pair):
    bot, sim = pair
    sim.faults.empty_cards.add(LI)
    record = await bot.data("get_group_member_info", group_id=GROUP, user_id=LI)
    assert record["card"] == ""
    listed = await bot.data("get_group_member_list", group_id=GROUP)
    assert "教务处李明" in {member["card"] for member in listed}


async def test_a_kick_without_effect_is_ok_and_nobody_is_gone(pair):
    bot, sim = pair
    sim.faults.kick_without_effect = True
    assert (await bot.call("set_group_kick", group_id=GROUP, user_id=LI))["status"] == "ok"
    await bot.silence()
    assert LI in sim.group(GROUP).members
    assert bot.of("group_decrease") == []
    assert [call.applied for call in sim.calls("set_group_kick")] == [False]


async def test_a_recall_without_effect_is_ok_and_the_message_stays(pair):
    bot, sim = pair
    sim.faults.recall_without_effect = True
    number = sim.say(GROUP, LI, "违规内容")
    assert (await bot.call("delete_msg", message_id=number))["status"] == "ok"
    await bot.silence()
    assert not sim.is_recalled(number)
    assert bot.of("group_recall") == []


async def test_after_a_restart_a_recall_fails_until_history_is_read(pair):
    bot, sim = pair
    number = sim.say(GROUP, LI, "违规内容")
    await bot.wait_for("group")
    await sim.restart_implementation()
    await bot.wait_for("lifecycle", count=2)
    failed = await bot.call("delete_msg", message_id=number)
    assert (failed["retcode"], failed["message"]) == (1200, "Recall failed")
    history = await bot.data("get_group_msg_history", group_id=GROUP)
    assert history["messages"][0]["message_id"] == number
    await bot.data("delete_msg", message_id=number)
    assert sim.is_recalled(number)


async def test_blocked_sending_times_out_while_the_rest_works(pair):
    bot, sim = pair
    sim.timing.kernel_wait = 0.05
    sim.faults.send_block = True
    answer = await bot.call("send_group_msg", group_id=GROUP, message="大家好")
    assert answer["message"].startswith("Timeout: NTEvent")
    assert sim.messages_sent_by_bot(GROUP) == []
    assert (await bot.call("send_private_msg", user_id=OWNER, message="喂"))["retcode"] == 1200
    number = sim.say(GROUP, LI, "还能撤回")
    await bot.data("delete_msg", message_id=number)


async def test_a_sending_may_be_reported_as_failed_and_still_arrive(pair):
    bot, sim = pair
    sim.timing.kernel_wait = 0.05
    sim.faults.send_applied_without_answer = True
    answer = await bot.call("send_group_msg", group_id=GROUP, message="大家好")
    assert answer["retcode"] == 1200
    assert len(sim.messages_sent_by_bot(GROUP)) == 1
    assert sim.calls("send_group_msg")[0].applied


async def test_a_silent_get_msg_holds_nothing_else_up(pair):
    bot, sim = pair
    sim.faults.unanswered.add("get_msg")
    number = sim.say(GROUP, LI, "被引用")
    echo = await bot.tell("get_msg", message_id=number)
    await bot.data("get_status")
    await bot.silence()
    assert bot.answer_to(echo) is None
    assert sim.calls("get_msg")[0].answer is None


async def test_an_action_can_be_refused_in_given_words(pair):
    bot, sim = pair
    sim.faults.refused["set_group_kick"] = "Operation too fast"
    answer = await bot.call("set_group_kick", group_id=GROUP, user_id=LI)
    assert (answer["retcode"], answer["message"]) == (1200, "Operation too fast")
    assert LI in sim.group(GROUP).members


async def test_a_slow_action_is_overtaken_by_a_quick_one(pair):
    bot, sim = pair
    sim.faults.slow["get_group_list"] = 0.1
    slow = await bot.tell("get_group_list")
    await bot.call("get_status")
    assert bot.answer_to(slow) is None
    await bot.until(lambda: bot.answer_to(slow) is not None)


async def test_a_cut_before_applying_changes_nothing(pair):
    bot, sim = pair
    sim.faults.cut_before.add("set_group_kick")
    echo = await bot.tell("set_group_kick", group_id=GROUP, user_id=LI)
    await bot.wait_for("lifecycle", count=2)
    assert bot.answer_to(echo) is None
    assert LI in sim.group(GROUP).members
    await bot.data("set_group_kick", group_id=GROUP, user_id=LI)
    assert LI not in sim.group(GROUP).members


async def test_a_cut_after_applying_loses_answer_and_notice(pair):
    bot, sim = pair
    sim.faults.cut_after.add("set_group_kick")
    echo = await bot.tell("set_group_kick", group_id=GROUP, user_id=LI)
    await bot.wait_for("lifecycle", count=2)
    assert LI not in sim.group(GROUP).members
    call = sim.calls("set_group_kick")[0]
    assert (call.applied, call.ok, call.sent) == (True, True, False)
    assert bot.answer_to(echo) is None
    assert bot.of("group_decrease") == []


async def test_a_deaf_host_keeps_its_heartbeat():
    async with connected(timing=Timing(heartbeat=0.03)) as (bot, sim):
        sim.faults.deaf = True
        sim.say(GROUP, LI, "有人吗")
        await bot.wait_for("heartbeat", count=3)
        assert bot.of("group") == []
        assert [d.fate for d in sim.journal.deliveries("message")] == [Fate.DEAF]
        sim.faults.deaf = False
        sim.say(GROUP, LI, "听见了")
        assert (await bot.wait_for("group"))["real_seq"] == "2"


async def test_dropped_events_are_chosen_by_kind_and_probability(pair):
    bot, sim = pair
    sim.faults.dropped = {"message": 0.5, "notice.group_recall": 1.0}
    for i in range(200):
        sim.say(GROUP, LI, str(i))
    number = sim.say(GROUP, LI, "违规内容")
    sim.recall_by(OWNER, number)
    sim.leave(GROUP, LI)
    await bot.wait_for("group_decrease")
    assert 60 < len(bot.of("group")) < 140
    assert bot.of("group_recall") == []
    written = [d for d in sim.journal.deliveries("message") if d.written]
    assert len(written) == len(bot.of("group"))


async def test_chance_is_repeated_by_the_same_seed():
    heard = []
    for _ in range(2):
        async with connected(seed=5) as (bot, sim):
            sim.faults.dropped = {"message": 0.5}
            for i in range(30):
                sim.say(GROUP, LI, str(i))
            await sim.drained()
            sim.faults.dropped = {}
            sim.say(GROUP, LI, "完")
            await bot.until(lambda bot=bot: bot.events[-1:] and "完" in str(bot.events[-1]))
            heard.append([event["raw_message"] for event in bot.of("group")])
    assert heard[0] == heard[1]
    assert 1 < len(heard[0]) < 31


async def test_an_event_can_come_twice(pair):
    bot, sim = pair
    sim.faults.duplicated = {"message.group": 1.0}
    sim.say(GROUP, LI, "一次")
    await bot.wait_for("group", count=2)
    assert bot.of("group")[0] == bot.of("group")[1]
    one, other = sim.journal.deliveries("message")
    assert (one.fate, other.fate) == (Fate.WRITTEN, Fate.DUPLICATE)
    assert one.occurrence == other.occurrence


async def test_events_can_come_out_of_order_and_none_is_lost(pair):
    bot, sim = pair
    sim.faults.reorder = 3
    for i in range(7):
        sim.say(GROUP, LI, str(i))
    await bot.wait_for("group", count=7)
    heard = [event["raw_message"] for event in bot.of("group")]
    assert heard == ["2", "1", "0", "5", "4", "3", "6"]


async def test_a_frame_can_break_off_in_the_middle(pair):
    bot, sim = pair
    sim.faults.malformed = {"message": 1.0}
    sim.say(GROUP, LI, "断开的一帧")
    await bot.until(lambda: bot.unreadable)
    assert sim.journal.deliveries("message")[0].fate is Fate.MALFORMED
    assert not sim.journal.deliveries("message")[0].written


async def test_ids_can_be_text_and_sub_type_null_and_fields_missing(pair):
    bot, sim = pair
    sim.faults.string_ids = True
    sim.faults.null_sub_type = True
    sim.faults.missing_fields.add("font")
    number = sim.say(GROUP, LI, "您好")
    sim.leave(GROUP, LI)
    notice = await bot.wait_for("group_decrease")
    message = bot.of("group")[0]
    assert (message["message_id"], message["group_id"]) == (str(number), str(GROUP))
    assert message["self_id"] == str(BOT)
    assert "font" not in message
    assert message["sub_type"] == "normal"
    assert (notice["sub_type"], notice["operator_id"]) == (None, "0")


async def test_the_clock_of_events_can_be_off(pair):
    bot, sim = pair
    sim.faults.clock_offset = -7200
    sim.say(GROUP, LI, "您好")
    event = await bot.wait_for("group")
    assert event["time"] == sim.group(GROUP).messages[0].sent_at - 7200


async def test_a_doubtful_request_is_found_only_in_the_list(pair):
    bot, sim = pair
    sim.faults.doubtful_joins = True
    request = sim.join_request(GROUP, STRANGER, "教务处王芳")
    await bot.silence()
    assert bot.events == []
    listed = (await bot.data("get_group_system_msg"))["join_requests"]
    assert [entry["request_id"] for entry in listed] == [int(request.flag)]
    await bot.data("set_group_add_request", flag=request.flag, approve=True)
    assert STRANGER in sim.group(GROUP).members


async def test_history_can_lack_an_outage_or_single_messages(pair):
    bot, sim = pair
    sim.say(GROUP, LI, "之前")
    await sim.drained()
    await sim.go_offline()
    sim.say(GROUP, LI, "期间")
    sim.go_online()
    await bot.wait_for("lifecycle", count=2)
    sim.say(GROUP, LI, "之后")

    async def history():
        data = await bot.data("get_group_msg_history", group_id=GROUP)
        return [message["raw_message"] for message in data["messages"]]

    assert await history() == ["之前", "期间", "之后"]
    sim.faults.history_omits_offline = True
    assert await history() == ["之前", "之后"]
    sim.faults.history_gaps.add((GROUP, 1))
    assert await history() == ["之后"]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("notice.group_recall", 0.9),
        ("notice.group_ban", 0.1),
        ("noticeable", 0.0),
        ("message.group", 0.0),
    ],
)
def test_the_longest_prefix_decides(kind, expected):
    assert probability({"notice": 0.1, "notice.group_recall": 0.9}, kind) == expected


def test_real_waits_are_those_of_napcat():
    real = Timing.like_napcat()
    assert (real.heartbeat, real.reconnect, real.kernel_wait) == (30.0, 5.0, 10.0)
