"""Puts a case to the person who answers for its group. Nothing is done, undone or decided by it."""

from bot.domain.measures import Measure, MeasureKind
from bot.engine.docket import Docket
from bot.engine.intentions import Ground, Intentions
from bot.engine.register import Register
from bot.engine.texts import Texts
from data.ledger import Work
from data.violations import ViolationRecord


async def refer_to_person(
    work: Work, record: ViolationRecord, comment: str, register: Register, texts: Texts
) -> None:
    """Ask the owner to look at a case again, with a comment that decides nothing."""
    text = texts.wording.text(
        "opinion.ask",
        number=f"W{record.number}",
        group=texts.group_name(record.group),
        who=texts.shown(record.group, record.account),
        comment=comment,
    )
    measure = Measure(
        kind=MeasureKind.ASK,
        group=record.group,
        mode=record.mode,
        text=text,
        public_text=texts.wording.text("opinion.public", number=f"W{record.number}"),
    )
    ground = Ground(violation=record.number, severity=record.severity)
    await Intentions(register).intend(work, Docket(), measure, ground)
