"""``qungui backtest``: what a rule would have done over what is kept, by the very same code."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import moments
from bot.cli.complaints import nearest
from bot.cli.frame import command
from bot.cli.office import Office, finish, now, opened, operator
from bot.cli.output import AsJson, iso, print_json, print_line, print_table, remark
from bot.domain.errors import BadInputError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.domain.events import Event
    from bot.domain.findings import Finding
    from bot.domain.rules import Rule
    from bot.engine.register import Register
    from plugins.content.loading import Loaded

CONTENT = "content"
_MOST_SAMPLES = 20
_AROUND = 10
_LONG_AGO = timedelta(days=3650)


@dataclass(slots=True)
class Outcome:
    """What came of it; ``messages`` counts everything that was judged."""

    messages: int = 0
    hits: int = 0
    groups: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    kinds: Counter[str] = field(default_factory=Counter)
    samples: list[dict[str, Any]] = field(default_factory=list)
    from_window: int = 0
    from_cases: int = 0

    def note(self, finding: "Finding", at: datetime, office: Office) -> None:
        """Count one finding."""
        self.hits += 1
        self.groups.add(str(finding.group))
        self.people.add(str(finding.account))
        self.kinds[finding.kind] += 1
        if len(self.samples) < _MOST_SAMPLES:
            self.samples.append(
                {
                    "at": iso(at, office.settings.timezone),
                    "group": finding.group.id,
                    "kind": finding.kind,
                    "category": finding.category,
                    "reason": finding.reason,
                    "excerpt": _short(finding),
                }
            )


def add_to(application: typer.Typer) -> None:
    """Register the commands of this module."""
    command(application, "backtest", "用保留的数据试算一条规则：会命中多少、涉及多少人")(backtest)


def backtest(
    rule: Annotated[
        str, typer.Option(metavar="R", help="规则，例如 content、real-name，或 expression:编号")
    ],
    since: Annotated[
        str | None, typer.Option(metavar="T", help="起：2026-11-01、昨天、7d 或 ISO 时间")
    ] = None,
    json: AsJson = False,
) -> None:
    """Run a rule over what is kept; nothing is recorded but that somebody looked."""
    outcome = finish(_run(rule, since))
    if json:
        print_json(
            {
                "rule": rule,
                "messages": outcome.messages,
                "hits": outcome.hits,
                "groups": len(outcome.groups),
                "people": len(outcome.people),
                "samples": outcome.samples,
                "from_window": outcome.from_window,
                "from_cases": outcome.from_cases,
            }
        )
        return
    print_line(
        f"判断了 {outcome.messages} 条，命中 {outcome.hits} 条，"
        f"涉及 {len(outcome.groups)} 个群、{len(outcome.people)} 人。"
    )
    if outcome.samples:
        rows = [[one["at"], one["group"], one["reason"], one["excerpt"]] for one in outcome.samples]
        print_table(("时间", "群", "情况", "摘录"), rows)


async def _run(rule_id: str, since: str | None) -> Outcome:
    async with opened() as office:
        zone, moment = office.settings.timezone, now()
        start = moments.since(since, "--since", zone, moment) if since else moment - _LONG_AGO
        register = await office.register()
        register.now = moment
        name = rule_id.partition(":")[0]
        if name in {CONTENT, "expression", "detector"}:
            outcome = await _messages(rule_id, start, office, register)
        else:
            outcome = _members(_rule(rule_id, office), start, office, register)
        if outcome.samples:
            await _record_look(office, rule_id, len(outcome.samples))
        return outcome


async def _messages(rule_id: str, since: datetime, office: Office, register: "Register") -> Outcome:
    from plugins.content.rules import ContentRule

    outcome = Outcome()
    async with office.database.reading() as connection:
        loaded = await _loaded(connection, office)
        if rule_id == CONTENT:
            rule = ContentRule(loaded.lists)
        else:
            rule = ContentRule(replace(loaded.lists, **_only(rule_id, loaded, office)))
        async for event, from_window in _kept(connection, since, office):
            outcome.messages += 1
            outcome.from_window += from_window
            outcome.from_cases += not from_window
            _judge(rule, event, register, outcome, office)
    if not register.policy.samples:
        remark(
            "没有保存普通消息，只在已登记违规的摘录上试算，看不出会误伤多少普通消息。"
            '要看，请在 policy.toml 的 [samples] 中设置 keep，例如 keep = "7d"，过几天再试。'
        )
    return outcome


def _members(rule: "Rule", since: datetime, office: Office, register: "Register") -> Outcome:
    """The rules about members look at the last list read of each group."""
    from bot.domain.events import MembersRead

    outcome = Outcome()
    if MembersRead not in rule.judges:
        remark("这条规则只看当时的申请，没有可以试算的历史数据。")
        return outcome
    for state in register.active_groups():
        reading = state.reading
        if reading is None or reading.read_at < since:
            continue
        event = MembersRead(
            platform=state.group.key.platform,
            event_id=f"backtest:{state.group.key}",
            occurred_at=reading.read_at,
            received_at=reading.read_at,
            group=state.group.key,
            about=state.group,
            member_list=reading,
        )
        outcome.messages += 1
        _judge(rule, event, register, outcome, office)
    remark("成员类规则按各群最近一次成员名单试算，messages 为群数。")
    return outcome


def _judge(
    rule: "Rule",
    event: "Event",
    register: "Register",
    outcome: Outcome,
    office: Office,
) -> None:
    from bot.domain.findings import Finding

    for one in rule.judge(event, register):
        if isinstance(one, Finding) and one.rule_id == rule.rule_id:
            outcome.note(one, event.occurred_at, office)


async def _kept(
    connection: "AsyncConnection", since: datetime, office: Office
) -> AsyncIterator[tuple["Event", bool]]:
    """Every text kept, as the message it was: first of the window, then of the cases."""
    from data import false_hits, samples, violations
    from data.excerpts import Vault

    keys = samples.sample_keys(office.settings.home)
    number = 0
    async for one in samples.read(connection, keys, since):
        number += 1
        yield _message(f"sample:{number}", one.group, one.author, one.at, one.text), True
    vault = Vault(office.settings.home / "keys")
    for case in await false_hits.excerpted(connection, CONTENT):
        record = await violations.get(connection, case)
        excerpt = await vault.read(connection, case)
        if record is None or record.opened_at < since or excerpt is None or not excerpt.text:
            continue
        yield (
            _message(f"W{case}", record.group, record.account, record.opened_at, excerpt.text),
            False,
        )


def _message(identifier: str, group: Any, author: Any, at: datetime, text: str) -> "Event":
    from bot.domain.events import MessagePosted, Text

    return MessagePosted(
        platform=group.platform,
        event_id=identifier,
        occurred_at=at,
        received_at=at,
        group=group,
        message_id=identifier,
        author=author,
        author_card="",
        parts=(Text(text),),
    )


async def _loaded(connection: "AsyncConnection", office: Office) -> "Loaded":
    """The lists a running service has: the files, with what chat changed."""
    from data import word_changes
    from plugins.content.loading import load

    changes = await word_changes.in_force(connection)
    return load(office.settings.config, now(), None, changes)


def _only(rule_id: str, loaded: "Loaded", office: Office) -> dict[str, Any]:
    """What is left of the lists when one topic or detector alone is looked for."""
    from config.detectors import DetectorsSection
    from config.policy import load_detectors
    from plugins.content.detectors.detectors import Detectors
    from plugins.content.expressions.topics import Topics
    from plugins.content.matching import Matcher

    section = load_detectors(office.settings.config)
    finders: dict[str, Any] = {
        f"expression:{one.identifier}": Topics([one], loaded.techniques)
        for one in loaded.topics.topics
    }
    for name in section.switched_on():
        alone = DetectorsSection.model_validate(
            {
                other: {**dict(one), "answer": "off"} if other != name else dict(one)
                for other, one in dict(section).items()
            }
        )
        finders[f"detector:{name}"] = Detectors.of(alone, loaded.lists.subjects)
    if rule_id not in finders:
        known = {CONTENT, *finders}
        hint = nearest(rule_id, known) or f"可用的有：{'、'.join(sorted(known))}。"
        raise BadInputError(f"--rule：没有规则“{rule_id}”。{hint}")
    return {"matcher": Matcher.build([]), "finders": (finders[rule_id],)}


def _rule(rule_id: str, office: Office) -> "Rule":
    from bot.app import build

    engine = build(office.settings.model_copy(update={"database_url": "sqlite+aiosqlite://"}))
    known = {rule.rule_id: rule for rule in engine.services.catalogue.rules}
    if rule_id not in known:
        hint = nearest(rule_id, known) or f"可用的有：{'、'.join(sorted(known))}。"
        raise BadInputError(f"--rule：没有规则“{rule_id}”。{hint}")
    return known[rule_id]


async def _record_look(office: Office, rule_id: str, shown: int) -> None:
    """Who reads what people wrote is on record, here as in ``qungui violations``."""
    async with office.database.transaction(now()) as work:
        work.record("look", operator(), {"backtest": rule_id, "shown": shown, "excerpt": True})


def _short(finding: "Finding") -> str:
    """The hit and ten characters on either side, without long numbers."""
    from bot.domain.findings import Excerpt
    from plugins.content.false_hits import masked_span

    excerpt = finding.excerpt
    if excerpt is None or not excerpt.text:
        return ""
    return masked_span(Excerpt(excerpt.text, excerpt.start, excerpt.end, excerpt.fingerprint))
