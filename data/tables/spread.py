"""Where the same content was seen: places and times, and a salted sketch; never the content."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class SpreadRow(SQLModel, table=True):
    """One message that carried what a case is about.

    ``trace`` is the number of the first case of the same content; ``violation`` is None for a
    message that was no case itself.
    """

    __tablename__ = "spread"
    __table_args__ = (Index("spread_by_message", "platform", "group_id", "message_id"),)

    id: int | None = Field(default=None, primary_key=True)
    trace: int = Field(index=True)
    violation: int | None = Field(default=None, index=True)
    platform: str
    group_id: str
    message_id: str
    account_id: str
    at: datetime = Field(sa_type=UtcDateTime)
    sketch: str | None = None
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
