"""The settings of permits and sensitive periods: defaults, and what is refused with its mend."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import BadInputError
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey
from bot.domain.permits import PermitLimits
from config.paths import INSTALLED
from config.permits import PermitSettings, load_permit_settings

ZONE = ZoneInfo("Asia/Shanghai")
WINDOW = """
[[windows]]
name = "招生季"
from = "2026-06-07 08:00"
until = "2026-06-30 18:00"
categories = ["rumour"]
words = ["招生计划"]
severity = "critical"
"""


def load(folder: Path, text: str) -> PermitSettings:
    (folder / "permits.toml").write_text(text, "utf-8")
    return load_permit_settings(folder, {"rumour", "major_event"}, ZONE)


def test_shipped_file_says_what_the_product_does_without_it(tmp_path: Path) -> None:
    shipped = load_permit_settings(INSTALLED, {"rumour"}, ZONE)
    assert shipped == PermitSettings(PermitLimits(), ())
    assert load_permit_settings(tmp_path, {"rumour"}, ZONE) == shipped
    assert load(tmp_path, "") == shipped


def test_example_of_the_shipped_file_can_be_switched_on(tmp_path: Path) -> None:
    text = (INSTALLED / "permits.toml").read_text("utf-8")
    begin = text.index("# [[windows]]")
    example = text[begin:].replace("# ", "").replace('"undisclosed"', '"major_event"')
    (window,) = load(tmp_path, text[:begin] + example).windows
    assert window.name == "招生季"


def test_window_is_read_in_local_time(tmp_path: Path) -> None:
    (window,) = load(tmp_path, 'first_asked = ["qq:1"]\nreview_within = "2h"' + WINDOW).windows
    assert window.opens_at == datetime(2026, 6, 7, 0, 0, tzinfo=UTC)
    assert window.severity is Severity.CRITICAL
    limits = load(tmp_path, 'first_asked = ["qq:1"]\nreview_within = "2h"').limits
    assert limits.first_asked == (AccountKey.parse("qq:1"),)
    assert limits.review_within == timedelta(hours=2)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('longest = "400d"', "longest 超出允许范围"),
        ('longest = "长"', "longest"),
        ("lasts = 1", "lasts"),
        ('first_asked = ["10001"]', "平台"),
        (WINDOW.replace("2026-06-07 08:00", "六月"), "时刻应写成"),
        (WINDOW.replace("2026-06-30", "2026-06-01"), "应在 from"),
        (WINDOW.replace('"rumour"', '"rumor"'), "您要写的是 rumour 吗"),
        (WINDOW.replace("招生计划", "招"), "太短"),
        (WINDOW.replace('["rumour"]', "[]").replace('["招生计划"]', "[]"), "至少写一样"),
        (WINDOW.replace("critical", "grave"), "severity"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(BadInputError, match=told) as refused:
        load(tmp_path, text)
    assert "permits.toml" in refused.value.message
