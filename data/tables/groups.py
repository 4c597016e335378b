"""Groups as last read, and what of their messages was seen."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class GroupRow(SQLModel, table=True):
    """One group on one platform."""

    __tablename__ = "groups"

    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    name: str
    owner_account: str | None = None
    bot_role: str = "unknown"
    active: bool = True
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_good_count: int | None = None


class ManagerRow(SQLModel, table=True):
    """Since when somebody manages a group, where that began after its first reading."""

    __tablename__ = "managers"

    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    since: datetime = Field(sa_type=UtcDateTime)


class MemberListRow(SQLModel, table=True):
    """The last reading of a group's members, packed: one row per group scales to a million."""

    __tablename__ = "member_lists"

    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    read_at: datetime = Field(sa_type=UtcDateTime)
    complete: bool
    declared_count: int | None
    packed: bytes


class WatermarkRow(SQLModel, table=True):
    """How far a group's messages were seen, in the platform's own numbering."""

    __tablename__ = "watermarks"

    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    at: datetime = Field(sa_type=UtcDateTime)


class HoleRow(SQLModel, table=True):
    """A jump in a group's message numbers that has not been read through yet."""

    __tablename__ = "holes"

    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    after: int = Field(sa_type=BigInteger, primary_key=True)


class GapRow(SQLModel, table=True):
    """A stretch of messages that nobody saw and that can no longer be read."""

    __tablename__ = "gaps"

    id: int | None = Field(default=None, primary_key=True)
    platform: str = Field(index=True)
    group_id: str
    since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    until: datetime = Field(sa_type=UtcDateTime, index=True)
    missing: int | None
