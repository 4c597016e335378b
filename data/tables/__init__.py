"""Every table; importing this package fills ``SQLModel.metadata``."""

from data.tables.administration import (
    CodeRow,
    GrantRow,
    SettingChangeRow,
    SwitchRow,
)
from data.tables.cases import (
    ExcerptRow,
    FindingRow,
    MeasureRow,
    ReceiptRow,
    ViolationRow,
)
from data.tables.duties import DigestRow, DutyRow
from data.tables.first_aid import FirstAidRow, FirstAidStepRow
from data.tables.groups import GapRow, GroupRow, HoleRow, ManagerRow, MemberListRow, WatermarkRow
from data.tables.inspections import InspectionRow
from data.tables.ledger import CounterRow, EventRow, LedgerRow
from data.tables.opinions import OpinionRow
from data.tables.people import BindingRow, RosterImportRow, StaffRow
from data.tables.permits import (
    FiledRow,
    PermitGroupRow,
    PermitRow,
    PermitTextRow,
    SignatureRow,
    TopicWindowRow,
)
from data.tables.plans import ApprovalRow, JoinRequestRow, PlanPersonRow, PlanRow
from data.tables.spread import SpreadRow
from data.tables.words import FalseHitRow, SampleRow, WordChangeRow, WordExampleRow

__all__ = [
    "ApprovalRow",
    "BindingRow",
    "CodeRow",
    "CounterRow",
    "DigestRow",
    "DutyRow",
    "EventRow",
    "ExcerptRow",
    "FalseHitRow",
    "FiledRow",
    "FindingRow",
    "FirstAidRow",
    "FirstAidStepRow",
    "GapRow",
    "GrantRow",
    "GroupRow",
    "HoleRow",
    "InspectionRow",
    "JoinRequestRow",
    "LedgerRow",
    "ManagerRow",
    "MeasureRow",
    "MemberListRow",
    "OpinionRow",
    "PermitGroupRow",
    "PermitRow",
    "PermitTextRow",
    "PlanPersonRow",
    "PlanRow",
    "ReceiptRow",
    "RosterImportRow",
    "SampleRow",
    "SettingChangeRow",
    "SignatureRow",
    "SpreadRow",
    "StaffRow",
    "SwitchRow",
    "TopicWindowRow",
    "ViolationRow",
    "WatermarkRow",
    "WordChangeRow",
    "WordExampleRow",
]
