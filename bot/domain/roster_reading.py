"""What a roster file said, before anybody decides whether to believe it."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.identifiers import Platform
from bot.domain.people import Staff


class RosterField(StrEnum):
    """A column a roster may have; the value is its canonical header."""

    STAFF_ID = "工号"
    NAME = "姓名"
    DEPARTMENT = "部门"
    STATUS = "状态"
    QQ = "QQ"
    WECOM = "企业微信"
    DINGTALK = "钉钉"

    @property
    def platform(self) -> Platform | None:
        """The platform whose accounts the column holds."""
        return _PLATFORMS.get(self.value)

    @property
    def required(self) -> bool:
        """Whether a roster without it cannot be used."""
        return self.value in _REQUIRED


_PLATFORMS = {"QQ": Platform.QQ, "企业微信": Platform.WECOM, "钉钉": Platform.DINGTALK}
_REQUIRED = frozenset(("工号", "姓名", "部门"))


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why one row cannot be used; ``row`` counts from 1 as the table program shows it."""

    row: int
    column: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterReading:
    """A roster file, read.

    ``rows`` are the usable ones; ``total_rows`` counts those with a person on them, usable or not;
    ``mentioned`` are the staff numbers of all of them: a person on a broken row is not absent.
    ``declared_counts`` are the head counts the file itself states (共 120 人). ``header_row`` is
    None when no header was found; ``missing_columns`` are required ones that were not.
    """

    rows: tuple[Staff, ...]
    total_rows: int
    errors: tuple[RowProblem, ...]
    mentioned: frozenset[str]
    duplicate_ids: tuple[str, ...]
    declared_counts: tuple[int, ...]
    columns: frozenset[RosterField]
    missing_columns: tuple[RosterField, ...]
    header_row: int | None
    source_name: str
    sha256: str
    notes: tuple[str, ...]
