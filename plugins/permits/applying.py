"""From one message to an application: every part read, and what is missing asked for at once."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.chinese_times import UnreadableTimeError, read_span
from bot.domain.errors import BadInputError, RefusedError
from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.permits import LONGEST_TEXT, Permit, PermitState, canonical, fingerprint
from bot.engine.commands import Call
from bot.engine.services import Services
from config.units import show_duration
from plugins.permits.form import Form, read_form

_SEPARATORS = re.compile(r"[、,;；，/\n]+")
_HERE = frozenset({"本群", "这个群", "当前群"})
_ALL = frozenset({"全部", "所有", "所有群", "全部群"})
_ANYBODY = frozenset({"不限", "任何人", "所有人", "全体"})
_NAMES = {"text": "内容", "groups": "群", "span": "时间", "reason": "理由"}
_LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Application:
    """A permit as applied for, without number, and its exact text."""

    permit: Permit
    text: str


@dataclass(frozen=True, slots=True)
class Applications:
    """Reads them; keeps nothing."""

    services: Services

    def read(self, call: Call) -> Application:
        """The application a call holds.

        Raises:
            BadInputError: a part is missing or cannot be read; shows the form to copy.
            RefusedError: the same text is applied for already.
        """
        form = read_form(call.rest)
        here = self._groups_of(call.caller)
        self._require(form, call, here)
        text = canonical(form.get("text"))
        if len(text) > LONGEST_TEXT:
            raise BadInputError(f"内容共 {len(text)} 字，请缩短到 {LONGEST_TEXT} 字以内。")
        groups = self._groups(form.get("groups"), call, here)
        now = self.services.clock.now()
        starts_at, ends_at = self._span(form, now)
        posters, anybody = self._posters(form.get("posters"), call.caller, groups)
        permit = Permit(
            number=0,
            applicant=call.caller,
            topic=form.get("topic")[:_LONGEST_NOTE] or "未写明",
            reason=form.get("reason")[:_LONGEST_NOTE],
            groups=groups,
            starts_at=starts_at,
            ends_at=ends_at,
            fingerprint=fingerprint(text),
            applied_at=now,
            posters=posters,
            anybody=anybody,
            emergency=form.emergency,
        )
        self._not_twice(permit)
        return Application(permit, text)

    def _require(self, form: Form, call: Call, here: Sequence[GroupKey]) -> None:
        wanted = ["text"] if form.emergency else ["text", "span", "reason"]
        if call.group is None and len(here) != 1:
            wanted.append("groups")
        missing = [_NAMES[one] for one in wanted if not form.get(one)]
        if missing:
            raise BadInputError(self._text("permit.missing", parts="、".join(missing)))

    def _groups_of(self, account: AccountKey) -> list[GroupKey]:
        """The groups somebody is in."""
        register = self.services.register
        return sorted(
            state.group.key
            for state in register.active_groups(account.platform)
            if account in state.members
        )

    def _groups(self, given: str, call: Call, here: Sequence[GroupKey]) -> tuple[GroupKey, ...]:
        """The groups that were named, each one the applicant is in."""
        if not given:
            return (call.group,) if call.group is not None else (here[0],)
        found: set[GroupKey] = set()
        for name in filter(None, (one.strip(' “”"「」') for one in _SEPARATORS.split(given))):
            if name in _HERE and call.group is not None:
                found.add(call.group)
            elif name in _ALL:
                found.update(here)
            else:
                found.add(self._group(name, here))
        if not found:
            raise BadInputError("没有写明在哪些群发布。请写群名或群号，几个群用顿号隔开。")
        return tuple(sorted(found))

    def _group(self, name: str, here: Sequence[GroupKey]) -> GroupKey:
        named = {key: self.services.register.groups[key].group.name for key in here}
        matching = [key for key, title in named.items() if name in (key.id, title)]
        if len(matching) > 1:
            ids = "、".join(key.id for key in matching)
            raise BadInputError(f"您所在的群里有几个叫“{name}”，请写群号：{ids}。")
        if not matching:
            known = "、".join(named.values()) or "（没有）"
            raise BadInputError(f"您不在群“{name}”里，或群名不对。您所在的群：{known}。")
        return matching[0]

    def _span(self, form: Form, now: datetime) -> tuple[datetime, datetime]:
        limits = self.services.register.permit_limits
        if form.emergency and not form.get("span"):
            return now, now + limits.emergency_lasts
        zone = self.services.settings.timezone
        try:
            start, end = read_span(form.get("span"), now.astimezone(zone))
        except UnreadableTimeError as error:
            raise BadInputError(
                f"时间“{form.get('span')}”不能用：{error}。例如：时间：明天 08:00 至 18:00"
            ) from error
        if form.emergency:
            # It lasts for hours from the approval on: what begins later is none.
            start = now
        if end - start > limits.longest:
            raise BadInputError(f"一份许可最长 {show_duration(limits.longest)}，请缩短时间。")
        return start.astimezone(now.tzinfo), end.astimezone(now.tzinfo)

    def _posters(
        self, given: str, applicant: AccountKey, groups: Collection[GroupKey]
    ) -> tuple[tuple[AccountKey, ...], bool]:
        """Who may post it besides the applicant, and whether anybody may."""
        if given.strip() in _ANYBODY:
            return (), True
        names = [one.strip() for one in _SEPARATORS.split(given) if one.strip()]
        found = {self._poster(one, groups) for one in names}
        return tuple(sorted(found - {applicant})), False

    def _poster(self, name: str, groups: Collection[GroupKey]) -> AccountKey:
        register = self.services.register
        roster = register.roster
        members = {one for group in groups for one in register.groups[group].members}
        known = {one for one in members if one.id == name}
        people = (*roster.named(name), *filter(None, (roster.numbered(name),)))
        known |= {one for person in people for one in person.accounts if one in members}
        if len(known) != 1:
            why = "不止一人" if known else "不在这些群里，或没有绑定账号"
            raise BadInputError(f"发布人“{name}”{why}，请写 QQ 号等账号；不限制请写：发布人：不限")
        return known.pop()

    def _not_twice(self, permit: Permit) -> None:
        for one in self.services.register.permits:
            same = (one.applicant, one.fingerprint, one.groups, one.state) == (
                permit.applicant, permit.fingerprint, permit.groups, PermitState.WAITING,
            )  # fmt: skip
            if same:
                raise RefusedError(
                    f"同样的内容您已申请过（X{one.number}），正在等待审批。"
                    f"要改，请先发送：申请发布 撤回 X{one.number}"
                )

    def _text(self, key: str, **fields: object) -> str:
        return self.services.wording.text(key, **fields)
