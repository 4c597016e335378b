"""What is decided by command: roles, settings, the big red button, one-time codes."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class GrantRow(SQLModel, table=True):
    """An account holds a role (administrator, supervisor, approver)."""

    __tablename__ = "grants"

    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    role: str = Field(primary_key=True)
    granted_by: str
    at: datetime = Field(sa_type=UtcDateTime)


class SettingChangeRow(SQLModel, table=True):
    """One change of a setting: who, when, before, after. The newest of a key is in force."""

    __tablename__ = "setting_changes"

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(index=True)
    before: str | None
    after: str | None
    by: str
    at: datetime = Field(sa_type=UtcDateTime)


class SwitchRow(SQLModel, table=True):
    """A named value every process watches: ``frozen``, ``breaker``, ``revision`` and the like."""

    __tablename__ = "switches"

    name: str = Field(primary_key=True)
    value: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)


class CodeRow(SQLModel, table=True):
    """A one-time code, kept only as a hash; ``subject`` says what it gives (a role, a person)."""

    __tablename__ = "codes"

    digest: str = Field(primary_key=True)
    purpose: str
    subject: str
    issued_to: str
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
