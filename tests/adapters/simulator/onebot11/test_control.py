import asyncio
import json
import sys
from contextlib import asynccontextmanager

from adapters.simulator.onebot11.control import Control
from tests.adapters.simulator.onebot11.bot_side import (
    GROUP,
    LI,
    TOKEN,
    BotSide,
    connected,
    listening,
)


@asynccontextmanager
async def ordering(port):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def order(act, **named):
        writer.write(json.dumps({"do": act, "with": named}).encode() + b"\n")
        return json.loads(await reader.readline())

    yield order
    writer.close()
    await writer.wait_closed()


async def test_people_and_faults_are_steered_from_outside():
    async with connected() as (bot, sim):
        control = Control(sim)
        async with ordering(await control.start(0)) as order:
            number = (await order("say", group_id=GROUP, account=LI, content="您好"))["result"]
            assert (await bot.wait_for("group"))["message_id"] == number
            assert (await order("set_fault", name="unanswered", value=["get_msg"]))["ok"]
            assert sim.faults.unanswered == {"get_msg"}
            await bot.data("get_status")
            assert (await order("calls", action="get_status"))["result"][0]["applied"]
            assert (await order("is_recalled", number=number))["result"] is False
            assert (await order("cut"))["ok"]
            await bot.wait_for("lifecycle", count=2)
            entries = (await order("journal"))["result"]
            assert "cut" in {entry.get("change") for entry in entries}
            assert (await order("groups"))["result"] == [GROUP]
        await control.stop()


async def test_a_bad_order_is_answered_and_changes_nothing():
    async with connected() as (_, sim):
        control = Control(sim)
        async with ordering(await control.start(0)) as order:
            for act, named in (
                ("stop", {}),
                ("__init__", {}),
                ("say", {"group_id": GROUP}),
                ("say", {"group_id": 404, "account": LI, "content": "x"}),
                ("set_fault", {"name": "deaf", "value": "yes"}),
                ("set_fault", {"name": "nothing", "value": True}),
                ("is_recalled", {"number": 1}),
            ):
                answer = await order(act, **named)
                assert answer["ok"] is False, act
                assert answer["error"]
            assert sim.group(GROUP).messages == []
        await control.stop()


async def test_the_process_plays_its_college_and_obeys():
    bot = BotSide()
    async with listening(bot) as port:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "adapters.simulator.onebot11",
            "--url",
            f"ws://127.0.0.1:{port}/onebot/v11/ws",
            "--token",
            TOKEN,
            stdout=asyncio.subprocess.PIPE,
        )
        try:
            line = (await process.stdout.readline()).decode()
            await bot.wait_for("lifecycle")
            listed = await bot.data("get_group_list")
            assert len(listed) > 10
            group = listed[0]["group_id"]
            members = await bot.data("get_group_member_list", group_id=group)
            account = next(m["user_id"] for m in members if m["role"] == "member")
            async with ordering(int(line.rsplit(":", 1)[1])) as order:
                assert (await order("rename", group_id=group, account=account, card="x"))["ok"]
                said = await order("say", group_id=group, account=account, content="您好")
            assert (await bot.wait_for("group"))["message_id"] == said["result"]
            assert (await bot.wait_for("group_card"))["user_id"] == account
        finally:
            process.terminate()
            await process.wait()
