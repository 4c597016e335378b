"""Findings, the numbered cases they open, what was done about them, and the proof."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class FindingRow(SQLModel, table=True):
    """What a rule saw in an event; ``skipped`` says why nothing followed (a rule's own error)."""

    __tablename__ = "findings"

    id: int | None = Field(default=None, primary_key=True)
    platform: str
    event_id: str
    rule_id: str
    kind: str
    clause: str
    severity: str
    group_id: str
    account_id: str
    violation: int | None = Field(default=None, index=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    skipped: str | None = None


class ViolationRow(SQLModel, table=True):
    """A numbered case."""

    __tablename__ = "violations"
    __table_args__ = (
        Index("violations_by_group", "platform", "group_id", "opened_at"),
        Index("violations_by_person", "staff_id", "opened_at"),
        Index("violations_by_account", "platform", "account_id", "opened_at"),
        Index("violations_by_rule", "rule_id", "opened_at"),
        Index("violations_by_state", "state", "opened_at"),
    )

    number: int | None = Field(default=None, primary_key=True)
    platform: str
    group_id: str
    account_id: str
    staff_id: str | None = None
    person_name: str
    department: str | None = None
    rule_id: str
    kind: str
    clause: str
    category: str | None = None
    source: str | None = Field(default=None, index=True)
    """Which part of the rule saw it: a listed word (by fingerprint), an expression, a detector."""
    severity: str
    state: str
    mode: str
    reason: str
    suggestion: str | None = None
    message_id: str | None = None
    standing: bool = False
    opened_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_because: str | None = None
    judged_by: str | None = None
    """Who said whether it was a violation at all."""
    next_action_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    due_done: bool = False
    reminders: int = 0


class ExcerptRow(SQLModel, table=True):
    """The hit and its surroundings, encrypted with its month's key; kept apart from the chain."""

    __tablename__ = "excerpts"

    violation: int = Field(primary_key=True)
    month: str = Field(index=True)
    ciphertext: bytes
    salt: str
    digest: str


class MeasureRow(SQLModel, table=True):
    """One effect asked for; the row exists before anything is done."""

    __tablename__ = "measures"
    __table_args__ = (
        Index("measures_open", "state", "not_before"),
        Index("measures_by_kind", "platform", "kind", "created_at"),
        Index("measures_by_group", "platform", "group_id", "created_at"),
        Index("measures_by_violation", "violation"),
        Index("measures_by_plan", "plan"),
    )

    id: int | None = Field(default=None, primary_key=True)
    violation: int | None = None
    plan: int | None = None
    join_request: int | None = None
    platform: str
    group_id: str
    account_id: str | None = None
    kind: str
    mode: str
    rung: str
    state: str
    withheld: str | None = None
    message_id: str | None = None
    seconds: int | None = None
    card: str | None = None
    text: str | None = None
    public_text: str | None = None
    request_id: str | None = None
    urgent: bool = False
    severity: str | None = None
    certain: bool = True
    created_at: datetime = Field(sa_type=UtcDateTime)
    not_before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    detail: str = ""
    undoes: int | None = None


class ReceiptRow(SQLModel, table=True):
    """The proof that a measure was done."""

    __tablename__ = "receipts"

    measure: int = Field(primary_key=True)
    how: str
    at: datetime = Field(sa_type=UtcDateTime)
    detail: str = ""
