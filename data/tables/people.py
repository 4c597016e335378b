"""The staff, the accounts bound to them, and where the roster came from."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class StaffRow(SQLModel, table=True):
    """A person on the roster; ``departments`` is a JSON list, first the one he is shown with."""

    __tablename__ = "staff"

    staff_id: str = Field(primary_key=True)
    name: str = Field(index=True)
    departments: str
    status: str
    absent_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    source: str


class BindingRow(SQLModel, table=True):
    """An account belongs to a person; ``how``: roster, card (confirmed) or code."""

    __tablename__ = "bindings"

    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    staff_id: str = Field(index=True)
    how: str
    at: datetime = Field(sa_type=UtcDateTime)


class RosterImportRow(SQLModel, table=True):
    """An import that was tried: applied, held or rejected."""

    __tablename__ = "roster_imports"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    source: str
    sha256: str
    verdict: str
    applied: bool
    complete: bool
    figures: str
    by: str
