"""Puts the engine together from its parts. Knows no platform and no plugin."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.identifiers import GroupKey
from bot.engine.approved import ApprovedPlans
from bot.engine.cases import Cases
from bot.engine.catalogue import Catalogue
from bot.engine.catch_up import CatchUp
from bot.engine.clock import Clock
from bot.engine.contribution import Contribution
from bot.engine.deadlines import Deadlines
from bot.engine.delivery import Delivery
from bot.engine.deviations import Deviations
from bot.engine.dispatch import Dispatcher
from bot.engine.dispatch_acts import Acts
from bot.engine.enforcement import Enforcement
from bot.engine.expiry import Expiry
from bot.engine.first_aid import FirstAidClock, FirstAidLane
from bot.engine.follow import Follow
from bot.engine.forgetting import Forgetting
from bot.engine.gate import Gate
from bot.engine.inspections import Inspections
from bot.engine.intake import Intake
from bot.engine.intentions import Intentions
from bot.engine.judge import Judge
from bot.engine.outbox import Outboxes
from bot.engine.pauses import Pauses
from bot.engine.proofs import Proofs
from bot.engine.proposals import Proposals
from bot.engine.readings import Readings
from bot.engine.recollection import Recollection
from bot.engine.register import Register
from bot.engine.responses import Responses
from bot.engine.router import Router
from bot.engine.scribe import Scribe
from bot.engine.services import Services
from bot.engine.settlement import Settlement
from bot.engine.spread import Spread
from bot.engine.texts import Texts
from bot.engine.timetable import Timetable
from bot.engine.watch import Watch
from config.articles import load_articles
from config.departments import load_departments
from config.policy import load_policy, require_categories, require_responses
from config.settings import Settings
from config.wording import load_wording
from data.database import Database
from data.excerpts import Vault
from data.salt import Salt

Contribute = Callable[[Services], Contribution]


@dataclass(slots=True)
class Engine:
    """The assembled engine: what the composition root starts, stops and connects."""

    services: Services
    gate: Gate
    intake: Intake
    dispatcher: Dispatcher
    outboxes: Outboxes
    recollection: Recollection
    router: Router
    readings: Readings
    timetable: Timetable
    inspections: Inspections
    _watch: Watch
    _prepare: tuple[Callable[[], Awaitable[None]], ...]
    _watching: "asyncio.Task[None] | None" = None

    async def start(self) -> None:
        """Remember, then begin to listen and to act."""
        known = await self.recollection.everything()
        self._watch.remember(known)
        for prepare in self._prepare:
            await prepare()
        self.services.scribe.start()
        self.intake.start()
        self.dispatcher.start()
        await self.inspections.start()
        self.timetable.start()
        self._watching = asyncio.get_running_loop().create_task(self._watch.run(), name="watch")

    async def stop(self) -> None:
        """Stop acting first, listening next, writing last."""
        self.timetable.stop()
        if self._watching:
            self._watching.cancel()
            await asyncio.gather(self._watching, return_exceptions=True)
        await self.gate.stop()
        await self.inspections.stop()
        await self.dispatcher.stop()
        await self.intake.stop()
        await self.services.scribe.stop()
        await self.services.database.close()


def assemble(
    settings: Settings, clock: Clock, contribute: Sequence[Contribute], pauses: Pauses | None = None
) -> Engine:
    """Build everything; nothing runs and nothing is connected yet.

    Raises:
        BadInputError: a configuration file is wrong.
    """
    pauses = pauses or Pauses()
    policy = load_policy(settings.config, mode=settings.mode, zone=settings.timezone)
    departments = load_departments(settings.config)
    wording = load_wording(settings.config)
    articles = load_articles(settings.config)
    policy = require_categories(policy, articles.categories)
    database = Database(settings.database_url)
    vault = Vault(settings.home / "keys")
    register = Register(policy, departments)
    scribe = Scribe(database, clock)
    recollection = Recollection(register, database, settings, clock, policy, departments)
    texts = Texts(wording, articles, register, settings.timezone)
    intentions, cases = Intentions(register), Cases(register, vault)
    responses = Responses(register, texts, intentions)
    settlement = Settlement(register, texts, cases, intentions, responses)
    proposals = Proposals(register, texts, cases, intentions)
    salt = Salt(settings.home / "keys")
    first_aid = FirstAidLane(register, texts, intentions, salt)
    spread = Spread(register, texts, intentions, salt)

    async def remember_anew() -> None:
        spread.forget()
        await recollection.everything()

    scribe.on_rollback = remember_anew
    scribe.on_begin = register.at
    enforcement = Enforcement(
        register, texts, cases, intentions, responses, proposals, first_aid, spread
    )
    proofs = Proofs()
    outboxes = Outboxes(
        register, Delivery(register, scribe, settlement, texts, clock), clock, pauses
    )
    late: dict[str, Readings] = {}

    async def read_members(group: GroupKey) -> None:
        await late["readings"].read(group)

    acts = Acts(register, scribe, database, settlement, proofs, clock, pauses, read_members)
    dispatcher = Dispatcher(database, clock, acts, outboxes, pauses)

    async def reload() -> None:
        await scribe.write(lambda work: recollection.decided(work.connection))
        dispatcher.wake()

    services = Services(
        settings=settings,
        wording=wording,
        clock=clock,
        database=database,
        vault=vault,
        register=register,
        scribe=scribe,
        catalogue=Catalogue(),
        speech=outboxes,
        read_members=read_members,
        reload=reload,
    )
    contributions = [give(services) for give in contribute]
    services.catalogue.fill(contributions)
    rules = services.catalogue.rules
    require_responses(policy, {rule.rule_id: rule.kinds for rule in rules})
    intake = Intake(
        scribe=scribe,
        judge=Judge(rules),
        enforcement=enforcement,
        follow=Follow(register, settlement, cases, spread),
        register=register,
        zone=settings.timezone,
        pauses=pauses,
    )
    readings = late["readings"] = Readings(register, intake, clock, pauses)
    catch_up = CatchUp(register, intake, readings, clock, scribe, database, pauses)
    router = Router(services.catalogue.commands, services)
    gate = Gate(
        register=register,
        intake=intake,
        router=router,
        dispatcher=dispatcher,
        proofs=proofs,
        readings=readings,
        catch_up=catch_up,
        deviations=Deviations(outboxes, texts),
    )
    timetable = _timetable(clock, readings, catch_up)
    for job in (job for one in contributions for job in one.jobs):
        timetable.every(job.name, job.every, job.run)
    timetable.every("forget", timedelta(hours=1), Forgetting(scribe, vault).run)
    expiry = Expiry(register, database, scribe, cases, settlement)
    deadlines = Deadlines(register, scribe, cases, responses, reload)
    timetable.every("case deadlines", timedelta(seconds=30), deadlines.run)
    clock_of_aid = FirstAidClock(register, scribe, first_aid, reload)
    timetable.every("first aid", timedelta(seconds=30), clock_of_aid.run)
    approved = ApprovedPlans(register, database, scribe, texts, read_members)
    timetable.every("approved plans", timedelta(seconds=5), approved.run)
    timetable.every("expire plans", timedelta(seconds=20), expiry.run)
    inspectors = [one.inspector for one in contributions if one.inspector is not None]
    inspections = Inspections(
        register=register,
        intake=intake,
        database=database,
        clock=clock,
        pauses=pauses,
        inspector=inspectors[0] if inspectors else None,
    )
    return Engine(
        services,
        gate,
        intake,
        dispatcher,
        outboxes,
        recollection,
        router,
        readings,
        timetable,
        inspections,
        Watch(database, scribe, recollection, readings),
        tuple(prepare for one in contributions for prepare in one.prepare),
    )


def _timetable(clock: Clock, readings: Readings, catch_up: CatchUp) -> Timetable:
    async def read_overdue(_now: datetime) -> None:
        await readings.overdue()

    async def look_for_requests(_now: datetime) -> None:
        await catch_up.requests()

    timetable = Timetable(clock)
    timetable.every("read members", timedelta(seconds=30), read_overdue)
    timetable.every("look for requests", timedelta(minutes=3), look_for_requests)
    return timetable
