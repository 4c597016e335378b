"""What waits for a person's yes or no: removal plans and requests to join."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class PlanRow(SQLModel, table=True):
    """A saved removal plan; ``fingerprint`` is what the approvals are given to."""

    __tablename__ = "plans"

    number: int | None = Field(default=None, primary_key=True)
    platform: str
    owner_account: str | None = None
    state: str = Field(index=True)
    needed: int
    fingerprint: str
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    decided_reason: str = ""


class PlanPersonRow(SQLModel, table=True):
    """One person in a plan."""

    __tablename__ = "plan_people"

    plan: int = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    violation: int
    name: str
    reason: str


class ApprovalRow(SQLModel, table=True):
    """One person's yes to one fingerprint."""

    __tablename__ = "approvals"

    plan: int = Field(primary_key=True)
    platform: str = Field(primary_key=True)
    account_id: str = Field(primary_key=True)
    fingerprint: str
    at: datetime = Field(sa_type=UtcDateTime)


class JoinRequestRow(SQLModel, table=True):
    """A request to join that was held for the owner."""

    __tablename__ = "join_requests"
    __table_args__ = (Index("join_requests_by_request", "platform", "group_id", "request_id"),)

    number: int | None = Field(default=None, primary_key=True)
    platform: str
    group_id: str
    account_id: str
    request_id: str
    nickname: str
    answer: str
    reason: str
    kind: str
    state: str = Field(index=True)
    violation: int | None = None
    opened_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
