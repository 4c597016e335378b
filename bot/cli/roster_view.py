"""How a roster, and what an import would do to it, is shown."""

from collections.abc import Sequence
from datetime import tzinfo
from typing import TYPE_CHECKING, Any

from bot.cli.output import clock, iso, print_line, print_table
from bot.domain.identifiers import Platform

if TYPE_CHECKING:
    from bot.domain.people import Staff
    from bot.domain.roster_plan import Change, RosterPlan
    from bot.domain.roster_reading import RosterReading
    from data.staff import RosterImport

_MOST_SHOWN = 20
_VERDICTS = {"ok": "可以导入", "held": "已拦下", "rejected": "不能用"}


def figures(plan: "RosterPlan") -> dict[str, Any]:
    """How many rows and people an import concerns."""
    return {
        "rows": plan.total_rows,
        "valid": plan.valid_rows,
        "added": len(plan.added),
        "changed": len(plan.changed),
        "departed": len(plan.departed),
        "missing": len(plan.missing),
        "returned": len(plan.returned),
    }


def document(plan: "RosterPlan", reading: "RosterReading", *, applied: bool) -> dict[str, Any]:
    """An import in JSON."""
    return {
        "verdict": plan.verdict.value,
        **figures(plan),
        "errors": [
            {"row": one.row, "column": one.column, "message": one.message} for one in plan.errors
        ],
        "reasons": list(plan.reasons),
        "notes": list(reading.notes),
        "applied": applied,
        "source": plan.source_name,
        "sha256": plan.sha256,
    }


def differences(plan: "RosterPlan") -> dict[str, Any]:
    """Who is new, changed and gone, in JSON."""
    return {
        "verdict": plan.verdict.value,
        "reasons": list(plan.reasons),
        "added": [person(one) for one in plan.added],
        "changed": [
            {"before": person(one.before), "after": person(one.after)} for one in plan.changed
        ],
        "departed": [person(one) for one in plan.departed],
        "missing": [person(one) for one in plan.missing],
    }


def kept(people: "Sequence[Staff]", last: "RosterImport | None", zone: tzinfo) -> dict[str, Any]:
    """The roster in JSON."""
    return {
        "items": [person(one) for one in people],
        "next": None,
        "imported_at": iso(last.at, zone) if last else None,
        "sources": [last.source] if last else [],
    }


def person(one: "Staff") -> dict[str, Any]:
    """One person in JSON."""
    accounts = {platform.value: one.account_on(platform) for platform in Platform}
    return {
        "staff_id": one.staff_id,
        "name": one.name,
        "departments": list(one.departments),
        "status": one.status.value,
        "accounts": {name: key.id if key else None for name, key in accounts.items()},
    }


def show(plan: "RosterPlan", reading: "RosterReading") -> None:
    """An import for people."""
    counted = figures(plan)
    names = {
        "rows": "读到", "valid": "可用", "added": "新增", "changed": "有变", "departed": "离职",
        "missing": "不在本表", "returned": "重新出现",
    }  # fmt: skip
    said = ",".join(f"{names[name]} {count}" for name, count in counted.items())
    print_line(f"{plan.source_name}：{_VERDICTS[plan.verdict.value]}。{said}。")
    for reason in plan.reasons:
        print_line(f"  原因：{reason}")
    show_differences(plan)
    if plan.errors:
        rows = [[str(one.row), one.column, one.message] for one in plan.errors[:_MOST_SHOWN]]
        print_table(("行", "列", "问题"), rows, f"不可用的行（{_of(rows, plan.errors)}）")
    for note in reading.notes[:_MOST_SHOWN]:
        print_line(f"  注意：{note}")


def show_differences(plan: "RosterPlan") -> None:
    """Who is new, changed and gone, for people."""
    kinds: tuple[tuple[str, Sequence[Staff]], ...] = (
        ("新增", plan.added),
        ("离职", plan.departed),
        ("不在本表，尚不算离职", plan.missing),
    )
    rows = [row for kind, people in kinds for row in _some(kind, people)]
    rows += [["有变", one.after.staff_id, one.after.name, _change(one)]
             for one in plan.changed[:_MOST_SHOWN]]  # fmt: skip
    if len(plan.changed) > _MOST_SHOWN:
        rows.append(["有变", "……", f"共 {len(plan.changed)} 人", ""])
    if rows:
        print_table(("变化", "工号", "姓名", "部门或变化"), rows)
    else:
        print_line("与现有花名册相同。")


def show_kept(people: "Sequence[Staff]", last: "RosterImport | None", zone: tzinfo) -> None:
    """The roster for people."""
    rows = [
        [one.staff_id, one.name, "、".join(one.departments), one.status.value, _accounts(one)]
        for one in people
    ]
    print_table(("工号", "姓名", "部门", "状态", "账号"), rows)
    when = f"{clock(last.at, zone)} 导入自 {last.source}" if last else "尚未导入"
    print_line(f"共 {len(people)} 人，{when}。")


def _accounts(one: "Staff") -> str:
    return " ".join(str(account) for account in one.accounts) or "-"


def _some(kind: str, people: "Sequence[Staff]") -> list[list[str]]:
    rows = [
        [kind, one.staff_id, one.name, "、".join(one.departments)] for one in people[:_MOST_SHOWN]
    ]
    if len(people) > _MOST_SHOWN:
        rows.append([kind, "……", f"共 {len(people)} 人", ""])
    return rows


def _change(change: "Change") -> str:
    before, after = person(change.before), person(change.after)
    shown = [
        f"{_text(before[field])} → {_text(after[field])}"
        for field in ("name", "departments", "status")
        if before[field] != after[field]
    ]
    if change.before.accounts != change.after.accounts:
        shown.append(f"{_accounts(change.before)} → {_accounts(change.after)}")
    return ";".join(shown)


def _text(value: object) -> str:
    return "、".join(value) if isinstance(value, list) else str(value)


def _of(shown: Sequence[object], everything: Sequence[object]) -> str:
    whole = f"共 {len(everything)} 个"
    return whole if len(shown) == len(everything) else f"前 {len(shown)} 个，{whole}"
