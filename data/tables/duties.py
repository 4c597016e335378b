"""What owners owe and were told."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class DigestRow(SQLModel, table=True):
    """One owner's report of one local day: the primary key makes a second one impossible."""

    __tablename__ = "digests"

    platform: str = Field(primary_key=True)
    owner_account: str = Field(primary_key=True)
    day: str = Field(primary_key=True)
    text: str
    figures: str
    composed_at: datetime = Field(sa_type=UtcDateTime)
    measure: int | None = None
    read_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DutyRow(SQLModel, table=True):
    """Something owed by an owner until a moment, done only with proof."""

    __tablename__ = "duties"

    number: int | None = Field(default=None, primary_key=True)
    kind: str
    platform: str
    owner_account: str = Field(index=True)
    groups: str
    day: str
    due_at: datetime = Field(sa_type=UtcDateTime)
    state: str
    proof: str = ""
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
