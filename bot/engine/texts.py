"""The texts that measures carry: the one place that knows which wording belongs to which step."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.domain.errors import BadInputError
from bot.domain.findings import STATE_SECRETS, Finding
from bot.domain.first_aid import AidStep, FirstAid, StepDone
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.permits import SEALED_TEXT, Deviation
from bot.domain.plans import Plan, Proposal
from bot.domain.violations import OpenCase
from bot.engine.register import Register
from config.articles import Articles
from config.wording import Wording
from data.opinions import LABELS as OPINIONS
from data.spread import Seen
from data.violation_log import ViolationRecord

_MOST_LINES = 20
_SOME_RULE = "信息发布要求"
_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Texts:
    """Turns cases and plans into short, polite Chinese. Never repeats an offending text."""

    wording: Wording
    articles: Articles
    register: Register
    zone: ZoneInfo

    def reminder(self, case: OpenCase) -> str:
        """One line of a reminder: what this person should do."""
        due = self.moment(case.due_at) if case.due_at else "近日"
        who = self.who(case)
        if case.kind == "unknown":
            return self.wording.text("remind.unknown", who=who, due=due)
        suggestion = case.suggestion or "部门-姓名"
        return self.wording.text(f"remind.{case.kind}", who=who, suggestion=suggestion, due=due)

    def reminder_message(self, lines: list[str]) -> str:
        """The merged reminder of one group: a header, a line per person, a footer."""
        numbered = [f"{n}. {line}" for n, line in enumerate(lines, 1)] if len(lines) > 1 else lines
        head, foot = self.wording.text("remind.header"), self.wording.text("remind.footer")
        return "\n".join((head, *numbered, foot))

    def told(self, case: OpenCase, finding: Finding, *, recalled: bool) -> str:
        """What the sender of a message is told: which rule, never the words."""
        return self.wording.text(
            "tell.content" if recalled else "tell.content_no_recall",
            number=f"W{case.number}",
            clause=self.clause(case.clause),
            rule=self._rule(finding),
        )

    def muted(self, number: int, duration: timedelta) -> str:
        """What somebody is told who is muted after several cases."""
        minutes = max(1, duration // timedelta(minutes=1))
        text = f"{minutes // 60} 小时" if minutes % 60 == 0 else f"{minutes} 分钟"
        return self.wording.text("tell.muted", number=f"W{number}", duration=text)

    def ask(self, key: str, case: OpenCase, reason: str) -> tuple[str, str]:
        """What the owner is asked to look at: in private, and in the group if need be."""
        fields = {
            "number": f"W{case.number}",
            "group": self.group_name(case.group),
            "who": self.who(case),
        }
        if key in ("recall", "suspected"):
            fields["clause"] = self.clause(case.clause)
        if key != "recall":
            fields["reason"] = reason
        public = self.wording.text("ask.public", number=f"W{case.number}")
        return self.wording.text(f"ask.{key}", **fields), public

    def ask_join(
        self, request: int, group: GroupKey, applicant: AccountKey, answer: str, reason: str
    ) -> tuple[str, str]:
        """What the owner is asked about somebody who wants to come in."""
        private = self.wording.text(
            "ask.join",
            number=f"J{request}",
            group=self.group_name(group),
            who=applicant.id,
            answer=answer or "（未填写）",
            reason=reason,
        )
        return private, self.wording.text("ask.join_public", number=f"J{request}")

    def escalation(self, key: str, case: OpenCase, reason: str) -> str:
        """What supervisors are told."""
        fields = {
            "number": f"W{case.number}",
            "group": self.group_name(case.group),
            "who": self.who(case),
        }
        if key in ("critical", "by_owner"):
            return self.wording.text(f"escalate.{key}", clause=self.clause(case.clause), **fields)
        return self.wording.text(f"escalate.{key}", reason=reason, **fields)

    def first_aid(
        self, key: str, case: OpenCase | ViolationRecord, aid: FirstAid, *, steps: str
    ) -> str:
        """What somebody is told of a suspected state secret: where and when, never what."""
        return self.wording.text(
            key,
            number=f"W{case.number}",
            group=self.group_name(case.group),
            who=self.shown(case.group, case.account),
            posted=self.moment(aid.posted_at),
            due=self.moment(aid.due_at),
            steps=steps,
        ).strip()

    def first_aid_steps(
        self, steps: Iterable[AidStep], done: Mapping[AidStep, StepDone] | None = None
    ) -> str:
        """The checklist, a line each; what was done with when and by whom."""
        lines = []
        for step in steps:
            line = f"{step.number}. {step.label}：{step.instruction}"
            if done and (tick := done.get(step)):
                by = f"{self.moment(tick.at)} {self.ticked_by(tick.by)}"
                line = f"{step.number}. {step.label}：已完成（{by}）"
            lines.append(line)
        return "\n".join(lines)

    def tracing(self, seen: Sequence[Seen]) -> str:
        """Who posted the same content first, and where it still is."""
        first = seen[0]
        who = f"{self.shown(first.group, first.account)}（{self.group_name(first.group)}，"
        there = dict.fromkeys(self.group_name(one.group) for one in seen if not one.gone)
        gone = dict.fromkeys(self.group_name(one.group) for one in seen if one.gone)
        where = [*there, *(f"{name}（已撤回）" for name in gone if name not in there)]
        shown = "、".join(where[:_MOST_LINES])
        if len(where) > _MOST_LINES:
            shown += f" 等 {len(where)} 个群"
        return self.wording.text(
            "spread.line", first=f"{who}{self.moment(first.at)}）", where=shown
        )

    def opinion(self, opinion: str, reason: str) -> str:
        """What the second opinion said: a comment, and marked as one."""
        said = f"{OPINIONS[opinion]}。{reason}" if reason else OPINIONS[opinion]
        return self.wording.text("opinion.line", said=said)

    def ticked_by(self, by: str) -> str:
        """Who ticked a step: a name where the roster knows the account."""
        try:
            account = AccountKey.parse(by)
        except BadInputError:
            return by
        if account in {one.self_account for one in self.register.platforms.values()}:
            return "机器人"
        person = self.register.roster.bound_to(account)
        return person.name if person else by

    def proposal(self, plan: Plan) -> tuple[str, str]:
        """What the owner is asked to approve: in private, and in the group if need be."""
        lines = [self._plan_line(one) for one in plan.people[:_MOST_LINES]]
        if len(plan.people) > _MOST_LINES:
            lines.append(self.wording.text("plan.more_lines", count=len(plan.people) - _MOST_LINES))
        if plan.needed > 1:
            lines.append(self.wording.text("plan.second_approval", needed=plan.needed))
        private = self.wording.text(
            "plan.proposal",
            number=f"P{plan.number}",
            count=len(plan.people),
            lines="\n".join(lines),
            expires=self.moment(plan.expires_at),
        ).strip()
        public = self.wording.text("plan.public", number=f"P{plan.number}", count=len(plan.people))
        return private, public

    def breaker(self, groups: int, total: int) -> str:
        """What supervisors are told when the breaker has tripped."""
        return self.wording.text("escalate.broken", groups=groups, total=total)

    def plan_done(self, number: int, done: int, failed: int) -> str:
        """What the owner is told when a plan is over."""
        return self.wording.text("plan.done", number=f"P{number}", done=done, failed=failed)

    def deviation(self, found: Deviation) -> tuple[str, str]:
        """What the author of a message near a permitted text is told: in private, else in public.

        Only the private form shows words.
        """
        number, reason = f"X{found.permit}", found.reason
        shown = found.difference or self.wording.text("permit.same_text")
        private = self.wording.text(
            "permit.deviation", reason=reason, difference=shown, number=number
        )
        return private, self.wording.text("permit.deviation_public", reason=reason, number=number)

    def unsealed(self, text: str) -> str:
        """A message with the permitted texts in it that are written nowhere but in the vault."""

        def opened(place: re.Match[str]) -> str:
            number = int(place[1])
            found = self.register.permits.text(number)
            return found or self.wording.text("permit.unreadable", number=f"X{number}")

        return SEALED_TEXT.sub(opened, text)

    def clause(self, clause: str) -> str:
        """A clause as people cite it: 第二十条."""
        return f"第{_chinese_number(self.articles.clauses[clause].article)}条"

    def category(self, finding: Finding) -> str:
        """A word-list category as people call it."""
        known = self.articles.categories.get(finding.category or "")
        return known.title if known else _SOME_RULE

    def group_name(self, group: GroupKey) -> str:
        """The group's name, or its number."""
        state = self.register.groups.get(group)
        return state.group.name if state else group.id

    def who(self, case: OpenCase) -> str:
        """How the person of a case appears in the group."""
        return self.shown(case.group, case.account)

    def shown(self, group: GroupKey, account: AccountKey) -> str:
        """An account's name in a group, or its number."""
        member = self.register.member(group, account)
        return member.card if member and member.card else account.id

    def span(self, start: datetime, end: datetime) -> str:
        """From when until when; the day is said once where it is the same."""
        last = end.astimezone(self.zone)
        same = start.astimezone(self.zone).date() == last.date()
        return f"{self.moment(start)} 至 {f'{last:%H:%M}' if same else self.moment(end)}"

    def moment(self, at: datetime) -> str:
        """A local day and time as people write it."""
        local = at.astimezone(self.zone)
        return f"{local.month}月{local.day}日 {local:%H:%M}"

    def _rule(self, finding: Finding) -> str:
        """The category, unless its name holds the very words that were posted.

        That something may be a state secret is not said where others read along.
        """
        if finding.category == STATE_SECRETS:
            return _SOME_RULE
        title, excerpt = self.category(finding), finding.excerpt
        posted = excerpt.text[excerpt.start : excerpt.end].strip() if excerpt else ""
        return _SOME_RULE if posted and posted in title else title

    def _plan_line(self, one: Proposal) -> str:
        return self.wording.text(
            "plan.line", name=one.name, group=self.group_name(one.group), reason=one.reason
        )


def _chinese_number(number: int) -> str:
    """1 to 99 in Chinese numerals, as articles are counted."""
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    head = "" if tens == 1 else _DIGITS[tens]
    return f"{head}十{_DIGITS[ones] if ones else ''}"
