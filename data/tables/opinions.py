"""What the optional second opinion said of a case: a comment for people, never a decision."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class OpinionRow(SQLModel, table=True):
    """One comment a case; ``reason`` is at most 60 characters and checked before it is kept."""

    __tablename__ = "opinions"

    violation: int = Field(primary_key=True)
    opinion: str
    reason: str
    model: str
    at: datetime = Field(sa_type=UtcDateTime, index=True)
