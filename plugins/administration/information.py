"""帮助, 能力, 条款, 状态: what there is, and how it stands."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from bot.domain.capabilities import Situation
from bot.domain.errors import BadInputError
from bot.domain.identifiers import GroupKey
from bot.domain.measures import MeasureKind, Rung
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.coverage import Coverage, CoverageStatus, coverage
from bot.engine.register import NOTHING_SEEN, GroupState
from bot.engine.services import Services
from bot.engine.texts import Texts
from data import groups, statistics

_SHOWN_KINDS = (
    MeasureKind.REMIND,
    MeasureKind.NOTIFY,
    MeasureKind.RECALL,
    MeasureKind.MUTE,
    MeasureKind.FIX_NAME,
    MeasureKind.REMOVE,
    MeasureKind.APPROVE_JOIN,
)
_MOST_NAMED = 5
_GAPS_OF = timedelta(days=1)
_NUMERALS = "一二三四五六七八九"


class InformationCommands:
    """Reads; changes nothing."""

    def __init__(self, services: Services, texts: Texts) -> None:
        self._services = services
        self._texts = texts

    async def help(self, call: Call) -> Reply:
        """The commands this caller may give, or one of them in full."""
        usable = [one for one in self._services.catalogue.commands if one.roles & call.roles]
        wanted = call.arguments.get("name")
        if wanted:
            return Reply(self._one_command(str(wanted).lstrip("/"), usable))
        if call.group is not None:
            names = "、".join(one.name for one in usable if one.place is not Place.PRIVATE)
            return Reply(self._services.wording.text("help.names", names=names))
        lines = [self._services.wording.text("command.help_header")]
        lines += [
            self._services.wording.text("command.help_line", usage=one.usage, summary=one.summary)
            for one in usable
        ]
        lines.append(self._services.wording.text("help.footer"))
        return Reply("\n".join(lines))

    def names_a_command(self, call: Call) -> bool:
        """Whether help is wanted with a command there is."""
        name = str(call.arguments.get("name", "")).lstrip("/")
        return any(name in (one.name, *one.aliases) for one in self._services.catalogue.commands)

    async def capabilities(self, call: Call) -> Reply:
        """What can be done where, and why not more; groups that are alike share a paragraph."""
        tables: dict[str, list[str]] = {}
        for group in sorted(call.groups):
            state = self._services.register.groups.get(group)
            if state is not None and state.active:
                tables.setdefault(self._table(state), []).append(state.group.name)
        if not tables:
            return Reply(self._services.wording.text("command.no_group"))
        return Reply("\n\n".join(f"{_named(names)}：\n{table}" for table, names in tables.items()))

    async def clauses(self, call: Call) -> Reply:
        """How far each article, or each sentence of one, is carried out."""
        found = coverage(self._texts.articles, self._services.catalogue)
        given = call.arguments.get("number")
        if given is None:
            return Reply(
                "\n".join((*_by_article(found), self._services.wording.text("help.clauses")))
            )
        mine = _chosen(found, str(given))
        if not mine:
            raise BadInputError(f"没有条款“{given}”。请写条号，例如：条款 20，或 条款 20.3。")
        lines = [f"{self._texts.clause(mine[0].clause_id)}"]
        for one in mine:
            how = one.clause.human_only or "、".join(one.controls)
            lines.append(f"{one.clause_id} {one.clause.gist}|{one.status.label}：{how}")
        return Reply("\n".join(lines))

    def names_a_clause(self, call: Call) -> bool:
        """Whether what is written is the number of a clause there is."""
        found = coverage(self._texts.articles, self._services.catalogue)
        try:
            return bool(_chosen(found, str(call.arguments.get("number", ""))))
        except BadInputError:
            return False

    async def status(self, call: Call) -> Reply:
        """Whether it runs, what waits, and how far each rule may go."""
        register, now = self._services.register, self._services.clock.now()
        async with self._services.database.reading() as connection:
            waiting = await statistics.waiting_now(connection, call.groups)
            gaps = await groups.gaps(connection, now - _GAPS_OF, now, call.groups)
        lines = []
        for platform, port in sorted(register.platforms.items()):
            seen = [
                at
                for group, (sequence, at) in register.watermarks.items()
                if sequence != NOTHING_SEEN and group.platform is platform and group in call.groups
            ]
            last = f"，最近看到消息 {self._texts.moment(max(seen))}" if seen else ""
            lines.append(f"{platform.label}：{'已连接' if port.connected else '未连接'}{last}")
        lines.append("目前：" + ("已冻结，只作记录" if register.frozen else "正常工作"))
        if register.broken:
            lines.append("熔断：同时出现新违规的群过多，已全部转为观察。核对后请两人发送：解冻")
        lines.append(
            f"待办：登记 {waiting.violations} 件、清理计划 {waiting.plans} 份、入群申请 "
            f"{waiting.joins} 件；待执行 {waiting.measures} 项、待核实 {waiting.unknown} 项"
        )
        lines += [
            f"敏感期：{one.name}（至 {self._texts.moment(one.closes_at)}）"
            for one in register.windows.open_at(now)
        ]
        if gaps:
            lines.append(f"近一天有 {len(gaps)} 段时间的消息没有看到")
        lines += self._modes(call.group)
        return Reply("\n".join(lines))

    def _one_command(self, name: str, usable: Iterable[Command]) -> str:
        for one in usable:
            if name == one.name or name in one.aliases:
                who = "、".join(role.label for role in ChatRole if role in one.roles)
                text = self._services.wording.text
                return text(
                    "help.command",
                    summary=one.summary,
                    usage=one.usage,
                    example=one.example,
                    roles=who,
                )
        raise BadInputError(f"没有您可以使用的命令“{name}”。发送“帮助”查看全部命令。")

    def _table(self, state: GroupState) -> str:
        port = self._services.register.platforms.get(state.group.key.platform)
        if port is None:
            return f"{state.group.key.platform.label} 未接入"
        situation = Situation(bot_role=state.bot_role)
        by_rung: dict[Rung, list[str]] = {}
        reasons: dict[str, None] = {}
        for kind in _SHOWN_KINDS:
            able = port.capability(kind, situation)
            by_rung.setdefault(able.rung, []).append(kind.label)
            if able.rung is not Rung.AUTOMATIC and able.why:
                reasons[able.why] = None
        lines = [f"{rung.label}：{'、'.join(by_rung[rung])}" for rung in Rung if rung in by_rung]
        if reasons:
            lines.append(f"原因：{';'.join(reasons)}")
        return "\n".join(lines)

    def _modes(self, group: GroupKey | None) -> list[str]:
        register = self._services.register
        rules = self._services.catalogue.rules
        if group is not None:
            modes = [(rule.title, register.policy.mode(rule.rule_id, group)) for rule in rules]
        else:
            policy = register.policy
            modes = [
                (rule.title, policy.rule_modes.get(rule.rule_id, policy.default_mode))
                for rule in rules
            ]
        return ["规则：" + "、".join(f"{title}（{mode.label}）" for title, mode in modes)]


def _by_article(found: Iterable[Coverage]) -> list[str]:
    counts: dict[int, Counter[CoverageStatus]] = {}
    for one in found:
        counts.setdefault(one.clause.article, Counter())[one.status] += 1
    return [
        f"第{article}条："
        + "、".join(f"{one.label} {statuses[one]}" for one in CoverageStatus if statuses[one])
        for article, statuses in counts.items()
    ]


def _named(names: list[str]) -> str:
    shown = "、".join(names[:_MOST_NAMED])
    return f"{shown} 等 {len(names)} 个群" if len(names) > _MOST_NAMED else shown


def _chosen(found: Iterable[Coverage], given: str) -> list[Coverage]:
    """The sentences meant by a number.

    Raises:
        BadInputError: it is none.
    """
    article, whole = _article(given)
    return [
        one
        for one in found
        if one.clause_id == whole or (not whole and one.clause.article == article)
    ]


def _article(given: str) -> tuple[int, str | None]:
    """``20``, ``20.3``, ``第二十条``: the article, and the sentence if one is meant."""
    text = given.removeprefix("第").removesuffix("条").removesuffix("款")
    if re.fullmatch(r"\d{1,2}(\.\d{1,2})?", text):
        whole, point, _ = text.partition(".")
        return int(whole), text if point else None
    match = re.fullmatch(f"([{_NUMERALS}])?(十)?([{_NUMERALS}])?", text)
    if not match or not text:
        raise BadInputError(f"看不懂条款“{given}”。请写条号，例如：条款 20，或 条款 20.3。")
    tens, ten, ones = match.groups()
    if ten is None:
        return _NUMERALS.index(text[0]) + 1, None
    high = _NUMERALS.index(tens) + 1 if tens else 1
    return high * 10 + (_NUMERALS.index(ones) + 1 if ones else 0), None
