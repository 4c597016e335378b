"""First aid for suspected state secrets: where and when, never what."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class FirstAidRow(SQLModel, table=True):
    """One case in first aid; ``fingerprint`` is salted with a key that no backup holds."""

    __tablename__ = "first_aids"

    violation: int = Field(primary_key=True)
    found_at: datetime = Field(sa_type=UtcDateTime)
    posted_at: datetime = Field(sa_type=UtcDateTime)
    fingerprint: str
    told: int = 0
    duty: int | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class FirstAidStepRow(SQLModel, table=True):
    """A step of first aid was done; ``by`` is an account, or what the platform showed."""

    __tablename__ = "first_aid_steps"

    violation: int = Field(primary_key=True)
    step: str = Field(primary_key=True)
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
