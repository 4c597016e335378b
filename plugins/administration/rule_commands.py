"""规则: how far each rule goes, what it has seen, and the gate it passes to go further."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import BadInputError, HeldError, RefusedError
from bot.domain.measures import Mode
from bot.domain.rules import Rule
from bot.engine import decisions
from bot.engine.commands import Call, ChatRole, Reply
from bot.engine.own_words import fold
from bot.engine.promotion import WATCHED, Candidate, Promotion
from bot.engine.services import Services
from bot.engine.texts import Texts
from data import false_hits, rule_figures, setting_changes, switches
from data.ledger import Work
from plugins.administration.policy_commands import Seconded
from plugins.administration.rules import MODES, Wish

_LATELY = timedelta(days=30)


class RuleCommands:
    """Everybody who may ask sees; administrators change."""

    def __init__(self, services: Services, texts: Texts, seconded: Seconded) -> None:
        self._services = services
        self._texts = texts
        self._seconded = seconded
        self._promotion = Promotion(services)

    async def rules(self, call: Call) -> Reply:
        """``规则``, ``规则 名称``, and ``规则 名称 观察|提醒|执行`` to change one."""
        words = list(call.arguments.get("words", ()))
        if not words:
            return Reply(await self._list(call))
        rule = self._named(words[0])
        if len(words) == 1:
            return Reply(await self._one(call, rule), private=True)
        if len(words) != 2 or words[1] not in MODES:
            raise BadInputError("请这样写：规则 名称 观察|提醒|执行。例如：规则 实名 提醒")
        if ChatRole.ADMINISTRATOR not in call.roles:
            raise RefusedError("抱歉，修改配置和规则限系统管理员；您可以查看。")
        return await self._change_mode(call, rule.rule_id, MODES[words[1]])

    def understood(self, call: Call) -> bool:
        """Whether a rule is named, and nothing else but a mode."""
        name, *mode = call.arguments.get("words", ())
        try:
            self._named(name)
        except BadInputError:
            return False
        return not mode or (len(mode) == 1 and mode[0] in MODES)

    def _named(self, name: str) -> Rule:
        rules = self._services.catalogue.rules
        rule = next((one for one in rules if fold(name) in _names_of(one)), None)
        if rule is None:
            names = "、".join(one.title for one in rules)
            raise BadInputError(f"没有规则“{name}”。规则有：{names}。")
        return rule

    async def _change_mode(self, call: Call, rule_id: str, mode: Mode) -> Reply:
        """In a group for that group, in private for all.

        Going less far is one person's to decide and done at once. Going further than now and than
        the operator decided takes the gate and two people.
        """
        where, key, now = self._place(call, rule_id)
        wish = Wish(now, mode, self._services.settings.mode)

        async def write(work: Work) -> bool:
            if wish.needs_second:
                await self._require_open_gate(work, rule_id, key, mode)
                switch = f"promotion:{key}"
                if not await self._seconded(work, call, switch, mode.value):
                    return False
            await setting_changes.change(work, key, mode.value, str(call.caller))
            await switches.bump_revision(work, decisions.REVISION)
            return True

        done = await self._services.scribe.write(write)
        await self._services.reload()
        title = self._services.catalogue.title(rule_id)
        return Reply(
            self._text(
                "rules.changed" if done else "rules.second_needed",
                where=where,
                rule=title,
                mode=mode.label,
            )
        )

    async def _require_open_gate(self, work: Work, rule_id: str, key: str, then: Mode) -> None:
        since = await self._promotion.below(work.connection, rule_id, key, then)
        candidate = Candidate(rule_id, since)
        missing = await self._promotion.missing(work.connection, candidate, then, work.now)
        if missing:
            title = self._services.catalogue.title(rule_id)
            raise HeldError(
                self._text(
                    "gate.held", what=f"规则“{title}”", mode=then.label, missing="\n".join(missing)
                )
            )

    def _place(self, call: Call, rule_id: str) -> tuple[str, str, Mode]:
        policy = self._services.register.policy
        if call.group is not None:
            key = f"groups.{call.group}.rules.{rule_id}"
            return "本群", key, policy.mode(rule_id, call.group)
        now = policy.rule_modes.get(rule_id, policy.default_mode)
        return "全校", f"rules.{rule_id}.mode", now

    async def _list(self, call: Call) -> str:
        since = self._services.clock.now() - _LATELY
        lines = []
        async with self._services.database.reading() as connection:
            known = await switches.get_all(connection)
            for rule in self._services.catalogue.rules:
                seen = await rule_figures.figures(
                    connection, rule.rule_id, since, groups=call.groups
                )
                mode, source = self._mode(call, rule.rule_id)
                lines.append(
                    self._text(
                        "rules.line",
                        rule=rule.title,
                        mode=mode.label,
                        source=source,
                        days=self._days(known.get(WATCHED + rule.rule_id)),
                        hits=seen.hits,
                        false_hits=seen.false_hits,
                    )
                )
        return "\n".join(lines)

    async def _one(self, call: Call, rule: Rule) -> str:
        mode, source = self._mode(call, rule.rule_id)
        since = self._services.clock.now() - _LATELY
        async with self._services.database.reading() as connection:
            known = await switches.get_all(connection)
            seen = await rule_figures.figures(connection, rule.rule_id, since, groups=call.groups)
            examples = await false_hits.count(connection, rule.rule_id)
            lines = [
                self._text(
                    "rules.line",
                    rule=rule.title,
                    mode=mode.label,
                    source=source,
                    days=self._days(known.get(WATCHED + rule.rule_id)),
                    hits=seen.hits,
                    false_hits=seen.false_hits,
                ),
                self._text(
                    "rules.detail",
                    people=seen.people,
                    reviewed=seen.reviewed,
                    clauses="、".join(rule.clauses),
                    examples=examples,
                ),
            ]
            if ChatRole.ADMINISTRATOR in call.roles and mode is not Mode.ENFORCE:
                lines += await self._next_step(connection, call, rule.rule_id, mode)
        return "\n".join(lines)

    async def _next_step(
        self, connection: AsyncConnection, call: Call, rule_id: str, mode: Mode
    ) -> list[str]:
        then = Mode.REMIND if mode is Mode.OBSERVE else Mode.ENFORCE
        if then.rank <= self._services.settings.mode.rank:
            return [self._text("gate.granted", mode=then.label)]
        _, key, _ = self._place(call, rule_id)
        since = await self._promotion.below(connection, rule_id, key, then)
        now = self._services.clock.now()
        missing = await self._promotion.missing(connection, Candidate(rule_id, since), then, now)
        if not missing:
            return [self._text("gate.open", mode=then.label)]
        return [self._text("gate.missing", mode=then.label, missing="\n".join(missing))]

    def _mode(self, call: Call, rule_id: str) -> tuple[Mode, str]:
        policy = self._services.register.policy
        if call.group is not None:
            return policy.mode_with_source(rule_id, call.group)
        if rule_id in policy.rule_modes:
            return policy.rule_modes[rule_id], "全校对该规则的设置"
        return policy.default_mode, "默认设置"

    def _days(self, begun: str | None) -> int:
        if not begun:
            return 0
        return max(0, (self._services.clock.now() - datetime.fromisoformat(begun)).days)

    def _text(self, key: str, **fields: object) -> str:
        return self._services.wording.text(key, **fields)


async def note_watched(services: Services, now: datetime) -> None:
    """Note since when each rule is there: without it nobody could tell how long it was watched."""
    async with services.database.reading() as connection:
        known = await switches.get_all(connection)
    ids = [rule.rule_id for rule in services.catalogue.rules]
    new = [rule_id for rule_id in ids if WATCHED + rule_id not in known]
    if not new:
        return

    async def write(work: Work) -> None:
        for rule_id in new:
            await switches.set(work, WATCHED + rule_id, now.isoformat(), "qungui")

    await services.scribe.write(write)


def _names_of(rule: Rule) -> tuple[str, ...]:
    """What people call a rule: its title with or without the remark in brackets, or its id."""
    return (fold(rule.title), fold(rule.title).partition("(")[0], rule.rule_id)
