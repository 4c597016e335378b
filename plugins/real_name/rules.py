"""The real-name rule: a group card is 部门+姓名 of the member. Source: Article 20."""

from bot.domain.people import Standing
from bot.domain.standing_rules import StandingRule

REAL_NAME = StandingRule(
    rule_id="real-name",
    title="实名（部门+姓名）",
    clauses=("19.2", "20.2", "20.3", "20.4", "26"),
    cites={Standing.MISNAMED: "20.2", Standing.WRONG_DEPARTMENT: "20.2"},
)
"""Answers for members of the organisation whose card is not as it should be."""
