"""Turns figures into the words of a report: exceptions only, never a ranking."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.domain.inspection import Uninspected
from bot.domain.measures import MeasureState
from config.wording import Wording
from plugins.digest.rules import GroupDay, OwnerDay, SupervisorDay, Unseen

_MOST_GROUPS = 8
_MOST_LINES_OF_A_GROUP = 5
_MOST_AWAITED = 8
_MOST_NAMED = 5
_FORMS = {
    "picture": "图片",
    "file": "文件",
    "voice": "语音",
    "video": "视频",
    "card": "卡片",
    "forward": "合并转发",
    "other": "其他",
}
_REASONS = frozenset(Uninspected)
_FAILED = (MeasureState.FAILED, MeasureState.REFUSED, MeasureState.EXPIRED, MeasureState.UNKNOWN)


def compose(figures: OwnerDay, wording: Wording, zone: ZoneInfo) -> str:
    """An owner's report. Deterministic; names no member and repeats no message."""
    lines = [wording.text("digest.header", date=day_text(figures.day), groups=len(figures.groups))]
    eventful = [one for one in figures.groups if one.eventful]
    if not eventful and not figures.awaited:
        lines[0] += wording.text("digest.nothing")
    else:
        lines += _exceptions(figures, eventful, wording, zone)
    if figures.windows:
        lines.append(wording.text("digest.windows", names="、".join(figures.windows)))
    lines += _coverage(figures, wording, zone)
    lines.append(wording.text("digest.read_hint"))
    return "\n".join(lines)


def compose_summary(figures: SupervisorDay, wording: Wording) -> str:
    """The supervisor's report: sums, and what nobody looks after."""
    day = day_text(figures.day)
    lines = [
        wording.text(
            "digest.supervisor_header", date=day, groups=figures.groups, owners=figures.owners
        ),
        wording.text(
            "digest.supervisor_sums",
            opened=figures.opened,
            closed=figures.closed,
            waiting=figures.pending,
            grave=figures.grave,
        ),
    ]
    if figures.first_aids:
        lines.append(
            wording.text(
                "first_aid.digest",
                count=len(figures.first_aids),
                late=figures.first_aids_late,
                numbers="、".join(figures.first_aids[:_MOST_NAMED]),
            )
        )
    if figures.observed:
        lines.append(wording.text("digest.observed", count=figures.observed))
    if figures.unseen:
        lines.append(wording.text("digest.supervisor_gaps", count=figures.unseen))
    if figures.ownerless:
        names = "、".join(figures.ownerless[:_MOST_NAMED])
        count = len(figures.ownerless)
        lines.append(wording.text("digest.ownerless", count=count, names=names))
    lines += [
        wording.text("digest.unread", group=group, owner=owner)
        for group, owner in figures.unread[:_MOST_NAMED]
    ]
    if len(figures.unread) > _MOST_NAMED:
        lines.append(wording.text("digest.more_unread", count=len(figures.unread) - _MOST_NAMED))
    return "\n".join(lines)


def day_text(day: date) -> str:
    """A day as people write it."""
    return f"{day.month}月{day.day}日"


def moment_text(at: datetime, zone: ZoneInfo) -> str:
    """A local moment as people write it."""
    local = at.astimezone(zone)
    return f"{day_text(local.date())} {local:%H:%M}"


def _exceptions(
    figures: OwnerDay, eventful: list[GroupDay], wording: Wording, zone: ZoneInfo
) -> list[str]:
    lines = []
    for group in eventful[:_MOST_GROUPS]:
        lines += _group(group, wording, zone)[:_MOST_LINES_OF_A_GROUP]
    if len(eventful) > _MOST_GROUPS:
        lines.append(wording.text("digest.more_groups", count=len(eventful) - _MOST_GROUPS))
    if quiet := len(figures.groups) - len(eventful):
        lines.append(wording.text("digest.quiet_groups", count=quiet))
    if figures.awaited:
        lines.append(wording.text("digest.waiting_header", count=len(figures.awaited)))
        lines += [
            wording.text(
                "digest.waiting",
                number=one.number,
                what=one.what,
                since=moment_text(one.since, zone),
            )
            for one in figures.awaited[:_MOST_AWAITED]
        ]
    if len(figures.awaited) > _MOST_AWAITED:
        lines.append(wording.text("digest.more", count=len(figures.awaited) - _MOST_AWAITED))
    if figures.measures:
        lines.append(
            wording.text(
                "digest.measures",
                done=figures.measures.get(MeasureState.DONE, 0),
                failed=sum(figures.measures.get(state, 0) for state in _FAILED),
                withheld=figures.measures.get(MeasureState.WITHHELD, 0),
            )
        )
    return lines


def _group(group: GroupDay, wording: Wording, zone: ZoneInfo) -> list[str]:
    lines = [
        wording.text(
            "digest.group",
            group=group.name,
            members=group.members,
            opened=sum(group.opened.values()),
            closed=group.closed,
            waiting=group.pending,
        )
    ]
    if group.opened:
        # In a fixed order, so that no day reads as a ranking.
        kinds = "、".join(f"{title} {count} 件" for title, count in sorted(group.opened.items()))
        lines.append(wording.text("digest.kinds", kinds=kinds))
    if group.observed:
        lines.append(wording.text("digest.observed", count=group.observed))
    if group.stale_since:
        since = moment_text(group.stale_since, zone)
        lines.append(wording.text("digest.stale", group=group.name, since=since))
    lines += [_unseen(group.name, one, wording, zone) for one in group.unseen]
    return lines


def _unseen(name: str, gap: Unseen, wording: Wording, zone: ZoneInfo) -> str:
    since = moment_text(gap.since, zone) if gap.since else "此前"
    until = moment_text(gap.until, zone)
    if gap.missing is None:
        return wording.text("gap.unknown_size", group=name, since=since, until=until)
    return wording.text("digest.gap", group=name, since=since, until=until, missing=gap.missing)


def _coverage(figures: OwnerDay, wording: Wording, zone: ZoneInfo) -> list[str]:
    """What was seen and what was not: on every report, quiet or not."""
    line = wording.text(
        "digest.coverage",
        since=moment_text(figures.since, zone),
        received=figures.received,
        uninspected=_not_looked_into(figures.uninspected),
    )
    minutes = sum(_blind_minutes(one) for group in figures.groups for one in group.unseen)
    if minutes:
        line += wording.text("digest.blind", minutes=minutes)
    if figures.roster_at is None:
        return [line, wording.text("roster.none")]
    days = (figures.until - figures.roster_at).days
    age = f"{days} 天前" if days else "今天"
    return [line + wording.text("digest.roster_age", age=age)]


def _not_looked_into(counts: Mapping[str, int]) -> str:
    """How many things, of which forms, and why; names are ``form:reason``."""
    by_form: dict[str, Counter[str]] = {}
    for name, count in counts.items():
        form, _, reason = name.partition(":")
        by_form.setdefault(form, Counter())[reason] += count
    if not by_form:
        return "0 件"
    shown = [
        f"{_FORMS.get(form, form)} {reasons.total()}" + _why(reasons)
        for form, reasons in by_form.items()
    ]
    return f"{sum(counts.values())} 件（{'；'.join(shown)}）"


def _why(reasons: Counter[str]) -> str:
    """The reasons of one form; a number only where there are several."""
    known = [
        (Uninspected(reason).label, count)
        for reason, count in reasons.most_common()
        if reason in _REASONS
    ]
    if len(reasons) == 1:
        return "".join(f"：{label}" for label, _ in known)
    return "：" + "、".join(f"{label} {count}" for label, count in known)


def _blind_minutes(gap: Unseen) -> int:
    return round((gap.until - gap.since).total_seconds() / 60) if gap.since else 0
