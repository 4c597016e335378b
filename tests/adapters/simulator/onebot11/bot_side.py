"""The bot's side of a reverse WebSocket, written by hand from OneBot v11: no product code."""

import asyncio
import itertools
import json
from contextlib import asynccontextmanager

from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed

from adapters.simulator.groups import GroupPlan, Habit, Seat
from adapters.simulator.onebot11.simulator import OneBotSimulator

BOT, OWNER, ADMIN, LI, WANG, STRANGER = 10_000, 100, 101, 300, 301, 999
GROUP, SECOND = 200, 201
TOKEN = "secret"


def small_group(group_id=GROUP, name="教务处工作群"):
    return GroupPlan(
        group_id,
        name,
        (
            Seat(OWNER, "处长", "教务处-陈静", "owner", Habit.COMPLIANT),
            Seat(ADMIN, "副手", "教务处-赵敏", "admin", Habit.COMPLIANT),
            Seat(LI, "小李", "教务处李明", "member", Habit.COMPLIANT),
            Seat(WANG, "阿芳", "阿芳", "member", Habit.NICKNAME),
        ),
    )


class BotSide:
    """Accepts one or more connections and remembers every frame."""

    def __init__(self):
        self.frames = []
        self.unreadable = []
        self.connections = []
        self.headers = []
        self.refused = 0
        self._echo = itertools.count(1)

    def accept(self, connection, request):
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            self.refused += 1
            return connection.respond(403, "wrong token\n")
        return None

    async def handle(self, connection):
        self.connections.append(connection)
        self.headers.append(connection.request.headers)
        try:
            async for frame in connection:
                try:
                    self.frames.append(json.loads(frame))
                except ValueError:
                    self.unreadable.append(frame)
        except ConnectionClosed:
            return

    @property
    def events(self):
        return [f for f in self.frames if "post_type" in f and f["post_type"] != "meta_event"]

    def of(self, kind):
        """Events whose notice, request or message type is ``kind``."""
        keys = ("notice_type", "request_type", "message_type", "meta_event_type")
        return [f for f in self.frames if any(f.get(key) == kind for key in keys)]

    async def until(self, predicate, seconds=5.0):
        async with asyncio.timeout(seconds):
            while not predicate():  # noqa: ASYNC110 - any state may be asked for, none signals
                await asyncio.sleep(0.002)

    async def wait_for(self, kind, count=1):
        await self.until(lambda: len(self.of(kind)) >= count)
        return self.of(kind)[count - 1]

    async def tell(self, action, **params):
        """Ask without waiting; returns the echo."""
        echo = f"e{next(self._echo)}"
        request = {"action": action, "params": params, "echo": echo}
        await self.connections[-1].send(json.dumps(request))
        return echo

    def answer_to(self, echo):
        return next((f for f in self.frames if f.get("echo") == echo), None)

    async def call(self, action, **params):
        echo = await self.tell(action, **params)
        await self.until(lambda: self.answer_to(echo) is not None)
        return self.answer_to(echo)

    async def data(self, action, **params):
        answer = await self.call(action, **params)
        assert answer["status"] == "ok", answer
        return answer["data"]

    async def silence(self, seconds=0.1):
        """Let enough time pass for anything unwanted to show."""
        await asyncio.sleep(seconds)


@asynccontextmanager
async def listening(bot, port=0):
    # No ping from this side unless a test wants to show what a half-open socket does.
    async with serve(
        bot.handle, "127.0.0.1", port, process_request=bot.accept, ping_interval=None
    ) as server:
        yield server.sockets[0].getsockname()[1]


@asynccontextmanager
async def connected(**options):
    """A bot side and a simulator with one small group, connected to each other."""
    bot = BotSide()
    groups = options.pop("groups", (small_group(),))
    async with listening(bot) as port:
        url = f"ws://127.0.0.1:{port}/onebot/v11/ws"
        async with OneBotSimulator(groups, url=url, token=TOKEN, self_id=BOT, **options) as sim:
            await sim.wait_connected()
            await bot.wait_for("lifecycle")
            yield bot, sim
