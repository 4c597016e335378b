"""Permission to post one exact text, what was posted under it, and the sensitive periods."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class PermitRow(SQLModel, table=True):
    """An application and what became of it; ``asked`` counts how many rounds of people heard."""

    __tablename__ = "permits"

    number: int | None = Field(default=None, primary_key=True)
    platform: str
    applicant_account: str
    topic: str
    reason: str
    posters: str
    anybody: bool
    emergency: bool
    state: str = Field(index=True)
    fingerprint: str = Field(index=True)
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    applied_at: datetime = Field(sa_type=UtcDateTime)
    review_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_by: str | None = None
    decided_reason: str = ""
    asked: int = 0


class PermitGroupRow(SQLModel, table=True):
    """A group in which the text may be posted."""

    __tablename__ = "permit_groups"

    permit: int = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)


class SignatureRow(SQLModel, table=True):
    """One approver's yes; of an emergency permit the second is the review."""

    __tablename__ = "permit_signatures"

    permit: int = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    fingerprint: str
    at: datetime = Field(sa_type=UtcDateTime)


class FiledRow(SQLModel, table=True):
    """A permitted text was posted: what Article 12 wants filed."""

    __tablename__ = "permit_filings"
    __table_args__ = (Index("permit_filings_by_group", "platform", "group_id", "at"),)

    permit: int = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    account_id: str
    at: datetime = Field(sa_type=UtcDateTime)


class PermitTextRow(SQLModel, table=True):
    """The exact text, encrypted with its month's key; the chain holds its fingerprint."""

    __tablename__ = "permit_texts"

    permit: int = Field(primary_key=True)
    period: str
    ciphertext: bytes


class TopicWindowRow(SQLModel, table=True):
    """A sensitive period set by command."""

    __tablename__ = "topic_windows"

    number: int | None = Field(default=None, primary_key=True)
    name: str
    opens_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime, index=True)
    categories: str
    words: str
    severity: str
    set_by: str
