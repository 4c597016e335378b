"""What one batch of events has brought about so far."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.domain.findings import Finding
from bot.domain.identifiers import GroupKey
from bot.domain.inspection import Uninspected
from bot.domain.plans import Proposal
from bot.domain.violations import OpenCase
from data.inspections import StoredInspection


@dataclass(slots=True)
class Docket:
    """Collected while a batch is judged; acted upon after its commit."""

    measures: list[int] = field(default_factory=list)
    """Row ids of measures to be carried out."""
    proposals: list[tuple[Proposal, OpenCase]] = field(default_factory=list)
    recalls: set[int] = field(default_factory=set)
    """Cases whose message the bot is going to recall by itself."""
    watermarks: dict[GroupKey, tuple[int, datetime]] = field(default_factory=dict)
    """How far messages were seen, by group."""
    holes: dict[GroupKey, int] = field(default_factory=dict)
    """Groups whose message numbers jumped, and the last number before the jump."""
    inspections: list[StoredInspection] = field(default_factory=list)
    """Attachments to be looked into."""
    uninspected: list[tuple[GroupKey, str, Uninspected]] = field(default_factory=list)
    """What nobody looked into: group, form and reason."""
    deviations: list[Finding] = field(default_factory=list)
    """Findings whose authors are told in private how their text differs from a permitted one."""
    reread: set[GroupKey] = field(default_factory=set)
    """Groups whose members must be read again soon."""
