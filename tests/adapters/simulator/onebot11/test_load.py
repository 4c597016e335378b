import msgspec
import pytest
from websockets.asyncio.server import serve

from adapters.simulator.college import build_college
from adapters.simulator.groups import plan_groups
from adapters.simulator.onebot11.load import Load, LoadPlan, LoadResult
from adapters.simulator.onebot11.simulator import OneBotSimulator

GROUPS = plan_groups(build_college(2))


async def loaded(plan, *, recalls=True):
    """Push a plan at a peer that recalls what contains the word; returns result, frames, sim."""
    frames = []

    async def judge(connection):
        async for frame in connection:
            event = msgspec.json.decode(frame)
            if event.get("post_type") != "message":
                continue
            frames.append(frame)
            if recalls and plan.word in event["raw_message"]:
                params = {"message_id": event["message_id"]}
                request = {"action": "delete_msg", "params": params, "echo": "1"}
                await connection.send(msgspec.json.encode(request), text=True)

    async with serve(judge, "127.0.0.1", 0, compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
        async with OneBotSimulator(GROUPS, url=url, token="x") as sim:
            await sim.wait_connected()
            result = await Load(sim, GROUPS, plan).push(patience=5 if recalls else 0.1)
            await sim.wait_until(lambda: len(frames) == result.sent)
            return result, frames, sim


async def test_every_message_arrives_and_every_hit_is_timed():
    result, frames, sim = await loaded(LoadPlan(2_000, "测试禁词", hit_rate=0.05))
    assert len(frames) == result.sent == 2_000
    assert 50 < result.hits < 160
    assert result.recalled == result.hits == len(result.latencies)
    assert all(latency > 0 for latency in result.latencies)
    assert result.percentile(0.5) <= result.percentile(0.99)
    assert result.wrongly_recalled == 0
    assert all(call.applied for call in sim.calls("delete_msg"))


async def test_frames_are_of_the_realistic_size_and_ids_are_unique():
    _, frames, _ = await loaded(LoadPlan(500, "测试禁词"))
    sizes = [len(frame.encode()) for frame in frames]
    assert 550 < sum(sizes) / len(sizes) < 900
    events = [msgspec.json.decode(frame) for frame in frames]
    assert len({event["message_id"] for event in events}) == 500
    assert len({event["group_id"] for event in events}) > 10
    assert "测试禁词" in events[-1]["raw_message"]


async def test_a_rate_is_kept():
    result, _, _ = await loaded(LoadPlan(200, "测试禁词", rate=1_000))
    assert result.push_seconds >= 0.19


async def test_missing_recalls_are_counted_not_invented():
    result, _, _ = await loaded(LoadPlan(50, "测试禁词", hit_rate=1.0), recalls=False)
    assert (result.hits, result.recalled) == (50, 0)
    with pytest.raises(ValueError, match="算不出延迟"):
        result.percentile(0.5)


async def test_nothing_is_pushed_without_a_connection():
    sim = OneBotSimulator(GROUPS, url="ws://127.0.0.1:9/onebot/v11/ws", token="x")
    with pytest.raises(ConnectionError, match="尚未连上"):
        await Load(sim, GROUPS, LoadPlan(1, "x")).push()


def test_a_percentile_is_a_measured_value():
    result = LoadResult(latencies=[0.3, 0.1, 0.2])
    assert [result.percentile(share) for share in (0, 0.5, 1)] == [0.1, 0.2, 0.3]
