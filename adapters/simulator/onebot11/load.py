"""A load of group messages, rendered beforehand and pushed as fast as the peer takes them."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from websockets.asyncio.client import ClientConnection
from websockets.frames import Frame, Opcode

from adapters.simulator.chance import dice
from adapters.simulator.groups import GroupPlan
from adapters.simulator.onebot11 import wire
from adapters.simulator.onebot11.identifiers import MessageTable, message_id
from adapters.simulator.onebot11.journal import Told
from adapters.simulator.onebot11.people import Message
from adapters.simulator.onebot11.segments import text
from adapters.simulator.onebot11.simulator import OneBotSimulator

_BATCH = 32
_TALK = (
    "各位老师好，请于本周五下班前将期中教学检查材料交到教务处，电子版同时发至工作邮箱。",
    "收到，信息工程学院的材料已经汇总完毕，下午两点前送过去，请留一位老师在办公室接收。",
    "明天上午九点在行政楼三楼会议室召开迎新工作协调会，请相关部门安排负责人准时参加。",
    "后勤处通知：因设备检修，周六上午八点至十二点二号教学楼停水，请大家提前做好准备。",
    "请各班辅导员统计一下国庆期间留校学生名单，按附件格式填写，周三之前反馈给学生事务部。",
)


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """What to push.

    ``hit_rate`` is the share of messages that contain ``word``; the last message always does, so
    its recall shows that everything was seen. ``rate`` is messages per second; None: no limit.
    """

    messages: int
    word: str
    hit_rate: float = 0.01
    rate: float | None = None
    seed: int = 0


@dataclass(slots=True)
class LoadResult:
    """What came of it. ``latencies`` are seconds from sending a hit to being told to recall it."""

    sent: int = 0
    hits: int = 0
    bytes_sent: int = 0
    push_seconds: float = 0.0
    total_seconds: float = 0.0
    wrongly_recalled: int = 0
    latencies: list[float] = field(default_factory=list)

    @property
    def recalled(self) -> int:
        """How many hits were recalled."""
        return len(self.latencies)

    @property
    def messages_per_second(self) -> float:
        """From the first message to the last hit's recall."""
        return self.sent / self.total_seconds

    def percentile(self, share: float) -> float:
        """The latency that ``share`` (0 to 1) of the hits stayed within."""
        if not self.latencies:
            raise ValueError("没有一条命中被撤回,算不出延迟")
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


@dataclass(slots=True)
class _Shot:
    """A masked WebSocket frame, and the message when it is a hit."""

    frame: bytes
    hit: Message | None


class Load:
    """Pushes a plan through a running simulator, which answers everything else as usual."""

    def __init__(self, simulator: OneBotSimulator, groups: Sequence[GroupPlan], plan: LoadPlan):
        self._simulator = simulator
        self._plan = plan
        self._sent_at: dict[int, float] = {}
        simulator.implementation.table = MessageTable(plan.messages + 5_000)
        self._shots = list(self._render(groups))

    async def push(self, patience: float = 30.0) -> LoadResult:
        """Push everything, then wait for the last recalls, at most ``patience`` seconds.

        Raises:
            ConnectionError: the simulator is not connected.
        """
        socket = self._simulator.connection.socket
        if socket is None:
            raise ConnectionError("模拟器尚未连上被测服务")
        result = LoadResult(hits=sum(shot.hit is not None for shot in self._shots))
        before = len(self._simulator.journal.entries)
        begun = time.monotonic()
        await self._fire(socket, begun, result)
        result.push_seconds = time.monotonic() - begun
        told = await self._recalls(before, patience)
        result.total_seconds = max([*told.values(), begun + result.push_seconds]) - begun
        result.latencies = [told[n] - at for n, at in self._sent_at.items() if n in told]
        result.wrongly_recalled = len(told.keys() - self._sent_at.keys())
        return result

    async def _fire(self, socket: ClientConnection, begun: float, result: LoadResult) -> None:
        rate = self._plan.rate
        while result.sent < len(self._shots):
            room = len(self._shots) - result.sent
            if rate is not None:
                room = min(room, int((time.monotonic() - begun) * rate) + 1 - result.sent)
            if room <= 0:
                await asyncio.sleep(1 / (rate or 1000))
                continue
            batch = self._shots[result.sent : result.sent + min(room, _BATCH)]
            self._note(batch)
            frames = b"".join(shot.frame for shot in batch)
            # Whole frames straight to the transport: one system call for the batch.
            socket.transport.write(frames)
            await socket.drain()
            await asyncio.sleep(0)
            result.sent += len(batch)
            result.bytes_sent += len(frames)

    def _note(self, batch: Sequence[_Shot]) -> None:
        now = time.monotonic()
        host = self._simulator.implementation
        for shot in batch:
            if shot.hit is not None:
                self._simulator.group(shot.hit.peer).messages.append(shot.hit)
                self._sent_at[host.table.pass_through(shot.hit)] = now

    async def _recalls(self, seen: int, patience: float) -> dict[int, float]:
        """When each message was first asked to be recalled."""
        told: dict[int, float] = {}
        deadline = time.monotonic() + patience
        entries = self._simulator.journal.entries
        while time.monotonic() < deadline and len(told) < len(self._sent_at):
            await asyncio.sleep(0.01)
            for entry in entries[seen:]:
                if isinstance(entry, Told) and entry.action == "delete_msg":
                    number = int(str(entry.params.get("message_id")))
                    told.setdefault(number, entry.moment.monotonic)
            seen = len(entries)
        return told

    def _render(self, groups: Sequence[GroupPlan]) -> Iterator[_Shot]:
        plan, world = self._plan, self._simulator.world
        chance = dice(plan.seed, "load")
        seats = [(g, s) for g in groups for s in g.seats if s.role == "member"]
        for index in range(plan.messages):
            group_plan, seat = chance.choice(seats)
            group = world.group(group_plan.group_id)
            hit = chance.random() < plan.hit_rate or index == plan.messages - 1
            words = f"{chance.choice(_TALK)}({index})"
            if hit:
                place = chance.randrange(len(words))
                words = words[:place] + plan.word + words[place:]
            message = Message(
                kernel_id=world.kernel_id(),
                peer=group.group_id,
                private=False,
                author=seat.account,
                segments=[text(words)],
                sent_at=world.seconds(),
                sequence=group.next_sequence,
                card=seat.card,
                nickname=seat.nickname,
            )
            group.next_sequence += 1
            event = wire.group_message(message, message_id(message), group, world.self_id)
            body = msgspec.json.encode(event)
            frame = Frame(Opcode.TEXT, body).serialize(mask=True)
            yield _Shot(frame, message if hit else None)
