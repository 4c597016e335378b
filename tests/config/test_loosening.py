"""Every interlock says which way it loosens, and no loosening passes for something else."""

from dataclasses import fields
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.measures import Mode
from bot.domain.policy import InterlockLimits
from config.loosening import loosened, loosening_direction
from config.paths import INSTALLED
from config.policy import load_policy
from config.policy_file import Loosens
from config.policy_overrides import setting_text, with_overrides

POLICY = load_policy(INSTALLED, mode=Mode.REMIND, zone=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize("name", [one.name for one in fields(InterlockLimits)])
def test_every_interlock_says_which_way_it_loosens(name: str) -> None:
    assert loosening_direction(name) in Loosens


@pytest.mark.parametrize(
    ("key", "looser", "tighter"),
    [
        ("interlocks.removals_per_day", "61", "59"),
        ("interlocks.member_list_max_age", "16m", "14m"),
        ("interlocks.member_list_min_share", "0.7", "0.9"),
        ("interlocks.roster_absence_confirmed_after", "23h", "25h"),
        ("interlocks.breaker_min_groups", "21", "19"),
        ("interlocks.roster_min_valid_share", "0.9", "0.96"),
        ("rules.content.on.minor.do", "recall,tell", ""),
        ("rules.membership.on.impostor.when_due", "propose_removal,escalate", "escalate"),
        ("rules.content.on.serious.severity", "critical", "minor"),
    ],
)
def test_a_change_is_told_from_its_opposite(key: str, looser: str, tighter: str) -> None:
    strict = with_overrides(POLICY, {key: tighter})
    loose = with_overrides(POLICY, {key: looser})
    assert loosened(strict, loose)
    assert not loosened(loose, strict)
    assert not loosened(loose, loose)


def test_a_longer_age_of_roles_is_tighter_and_a_shorter_one_is_refused() -> None:
    longer = with_overrides(POLICY, {"interlocks.role_counts_after": "48h"})
    assert longer.limits.role_counts_after == timedelta(hours=48)
    assert loosened(longer, POLICY)
    with pytest.raises(Exception, match="role_counts_after"):
        with_overrides(POLICY, {"interlocks.role_counts_after": "23h"})
    assert setting_text(POLICY, "interlocks.role_counts_after") == "24h"
