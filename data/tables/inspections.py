"""Attachments that are to be looked into, and what came of it."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class InspectionRow(SQLModel, table=True):
    """One attachment of one message, without its content.

    ``reference`` is how the platform finds it again, and is emptied once nobody needs it.
    """

    __tablename__ = "inspections"
    __table_args__ = (
        Index("inspections_by_state", "state", "noted_at"),
        Index("inspections_by_age", "noted_at"),
    )

    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    message_id: str = Field(primary_key=True)
    place: int = Field(primary_key=True)
    form: str
    reference: str
    author: str
    author_role: str
    posted_at: datetime = Field(sa_type=UtcDateTime)
    late: bool
    state: str
    reason: str = ""
    noted_at: datetime = Field(sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
