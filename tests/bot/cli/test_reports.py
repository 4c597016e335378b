"""Articles, capabilities and daily reports at the terminal."""

from datetime import UTC, datetime

from bot.domain.measures import MeasureKind
from data import digests
from data.ledger import Work
from tests.bot.cli.college import OWNER
from tests.bot.cli.terminal import Terminal


def test_every_clause_has_a_control_or_a_reason(bare: Terminal) -> None:
    said = bare("articles", "--json")
    assert said.code == 0, said.err
    assert {one["status"] for one in said.items} <= {"automatic", "assisted", "human_only"}
    by_clause = {one["clause"]: one for one in said.items}
    assert by_clause["5.1"]["status"] == "human_only"
    assert by_clause["20.1"]["controls"]
    assert {"clause", "gist", "controls", "status"} <= set(said.items[0])
    assert not bare.home.exists()


def test_what_can_be_done_is_told_group_by_group(college: Terminal) -> None:
    items = college("capabilities", "--json").items
    assert [one["group"] for one in items] == ["60001", "60002", "60003"]
    [found] = college("capabilities", "教师群", "--json").items
    assert (found["platform"], found["group_name"], found["sees"]) == ("qq", "教师群", "all")
    rungs = {one["measure"]: one["rung"] for one in found["measures"]}
    assert set(rungs) == {kind.value for kind in MeasureKind}
    assert rungs["recall"] == rungs["remove"] == "automatic"
    assert "机器人是群管理员" in college("capabilities", "60001").out


def test_an_unknown_group_is_refused(college: Terminal) -> None:
    for command in ("capabilities", "digest"):
        said = college(command, "没有这个群")
        assert (said.code, "没有群" in said.complaint) == (2, True)


def test_a_report_that_was_sent_is_printed_as_it_was(college: Terminal) -> None:
    figures = {"received": 7, "uninspected": {"图片": 1}, "counted": {"qq:60001": {"message": 7}}}

    async def add(work: Work) -> None:
        await digests.add(work, OWNER, "2026-11-01", "【日报】11月1日\n没有异常", figures)

    college.keep(add)
    found = college("digest", "教师群", "--date", "2026-11-01", "--json").document
    assert (found["group"], found["date"]) == ("60001", "2026-11-01")
    assert found["lines"] == ["【日报】11月1日", "没有异常"]
    assert found["figures"]["received"] == 7
    assert found["coverage"]["received"] == 7
    assert college("digest", "60001", "--date", "2026-11-01").out == "【日报】11月1日\n没有异常\n"


def test_today_so_far_is_counted_before_the_report_is_sent(college: Terminal) -> None:
    found = college("digest", "60001", "--json").document
    assert found["figures"]["opened"] == 2
    assert found["lines"]
    assert datetime.fromisoformat(found["coverage"]["until"]) <= datetime.now(UTC)


def test_a_day_without_a_report_is_told(college: Terminal) -> None:
    said = college("digest", "60001", "--date", "2020-01-01")
    assert (said.code, "2020-01-01" in said.complaint) == (1, True)
