"""What was received, how much of it, and the chained record of everything that was decided."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class EventRow(SQLModel, table=True):
    """An event was handled: the proof that a second delivery changes nothing. No content.

    As narrow as can be: it is the one row that every message of every group costs.
    """

    __tablename__ = "events"
    __table_args__ = {"sqlite_with_rowid": False}  # SQLAlchemy's form

    platform: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    received_hour: int
    """Hours since 1970, for forgetting."""


class CounterRow(SQLModel, table=True):
    """How often something happened in a group on a local day: what digests and metrics add up."""

    __tablename__ = "counters"
    __table_args__ = {"sqlite_with_rowid": False}  # SQLAlchemy's form

    day: str = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    value: int


class LedgerRow(SQLModel, table=True):
    """One link of the chain: ``hash`` = SHA-256 over the previous hash and this row's content.

    ``content`` is canonical JSON and holds no excerpt, only its salted hash, so that an erasure
    leaves the chain valid.
    """

    __tablename__ = "ledger"

    sequence: int = Field(primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    kind: str = Field(index=True)
    subject: str
    content: str
    previous: str
    hash: str
