"""Importing, showing and comparing rosters."""

from pathlib import Path

import pytest

from adapters.simulator.college import build_college
from adapters.simulator.roster import UNTIDY, write_csv, write_xlsx
from data import setting_changes
from tests.bot.cli.terminal import ROSTER, Terminal

HEADER = "工号,姓名,部门\n"


def people(count: int, department: str = "教务处") -> str:
    return "".join(f"T{n:03},张{chr(0x4E00 + n)},{department}\n" for n in range(count))


def test_a_preview_says_what_would_change_and_writes_nothing(bare: Terminal) -> None:
    said = bare("roster", "import", bare.wrote("r.csv", ROSTER), "--json")
    assert said.code == 0
    found = said.document
    assert {name: found[name] for name in ("verdict", "rows", "valid", "added", "changed")} == {
        "verdict": "ok", "rows": 5, "valid": 5, "added": 5, "changed": 0,
    }  # fmt: skip
    assert (found["departed"], found["errors"], found["applied"]) == (0, [], False)
    assert not bare.home.exists()


def test_applying_makes_the_database_and_fills_it(bare: Terminal) -> None:
    said = bare("roster", "import", bare.wrote("r.csv", ROSTER), "--apply", "--json")
    assert (said.code, said.document["applied"]) == (0, True)
    shown = bare("roster", "show", "--json").document
    assert shown["items"][1] == {
        "staff_id": "T002",
        "name": "李四",
        "departments": ["信息工程系", "教务处"],
        "status": "在职",
        "accounts": {"qq": "10002", "wecom": None, "dingtalk": None},
    }
    assert shown["next"] is None
    assert shown["sources"] == ["r.csv"]
    assert shown["imported_at"].endswith("+08:00")
    assert bare.links("roster") == ["R1"]


def test_the_same_file_again_changes_nobody(college: Terminal) -> None:
    said = college("roster", "import", "roster.csv", "--apply", "--json")
    found = said.document
    assert (found["added"], found["changed"], found["departed"], found["missing"]) == (0, 0, 0, 0)


@pytest.mark.parametrize("suffix", ["xlsx", "csv"])
def test_an_untidy_file_of_an_office_is_read(bare: Terminal, suffix: str) -> None:
    college, file = build_college(1, 40), bare.folder / f"r.{suffix}"
    if suffix == "xlsx":
        write_xlsx(college, file, UNTIDY)
    else:
        write_csv(college, file, UNTIDY, "gbk")
    said = bare("roster", "import", file, "--json")
    assert said.code == 0
    assert said.document["valid"] == said.document["rows"] == len(college.staff)


def test_half_a_roster_is_held_and_put_on_record(terminal: Terminal) -> None:
    whole = terminal.wrote("whole.csv", HEADER + people(40))
    half = terminal.wrote("half.csv", HEADER + people(20))
    terminal("roster", "import", whole, "--apply")
    said = terminal("roster", "import", half, "--apply", "--json")
    assert said.code == 3
    assert (said.document["verdict"], said.document["applied"]) == ("held", False)
    assert said.document["reasons"]
    assert "没有写入" in said.err
    assert len(terminal("roster", "show", "--json").items) == 40
    assert terminal.links("roster") == ["R1", "R2"]


def test_a_limit_that_was_set_by_chat_holds_at_the_terminal(terminal: Terminal) -> None:
    key = "interlocks.roster_max_departed_share"
    whole = terminal.wrote("whole.csv", HEADER + people(40))
    fewer = terminal.wrote("fewer.csv", HEADER + people(35))
    terminal("roster", "import", whole, "--apply")
    assert terminal("roster", "import", fewer).code == 3

    terminal.keep(lambda work: setting_changes.change(work, key, "0.2", "qq:1"))

    assert terminal("roster", "import", fewer, "--apply").code == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["空文件"]),
        (HEADER, ["没有任何人员"]),
        ("甲,乙\n1,2\n", ["找不到列", "工号"]),
        (HEADER + people(5) + ",,\nT9,,\n,李四,教务处\nT8,,学生处\n", ["可用", "低于"]),
        (HEADER + people(30) + "T001,李四,教务处\n", ["工号重复", "T001"]),
        ("<html><body>请先登录</body></html>", ["网页格式"]),
    ],
)
def test_what_is_no_roster_is_rejected_and_changes_nothing(
    college: Terminal, text: str, words: list[str]
) -> None:
    before = college("roster", "show").out
    said = college("roster", "import", college.wrote("bad.csv", text), "--apply")
    assert said.code == 2
    assert all(word in said.err for word in ["bad.csv", *words]), said.err
    assert college("roster", "show").out == before


def test_a_rejected_file_on_a_fresh_machine_leaves_no_database(bare: Terminal) -> None:
    said = bare("roster", "import", bare.wrote("bad.csv", HEADER), "--apply")
    assert said.code == 2
    assert not bare.home.exists()


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (["工号"], ["--map", "工号=人员代号"]),
        (["=x"], ["--map"]),
        (["颜色=x"], ["颜色", "可用的有"]),
        (["工号=没有这列"], ["没有这列", "表头里有"]),
        (["工号=代号", "工号=代码"], ["写了两次"]),
    ],
)
def test_a_wrong_map_names_what_there_is(
    bare: Terminal, mapping: list[str], words: list[str]
) -> None:
    file = bare.wrote("r.csv", "代号,姓名,部门\nT1,张三,教务处\n")
    options = [part for one in mapping for part in ("--map", one)]
    said = bare("roster", "import", file, *options)
    assert said.code == 2
    assert all(word in said.complaint for word in words), said.err


def test_a_map_settles_a_header_we_do_not_know(bare: Terminal) -> None:
    file = bare.wrote("r.csv", "代号甲,姓名,部门\nT1,张三,教务处\n")
    assert bare("roster", "import", file).code == 2
    assert bare("roster", "import", file, "--map", "工号=代号甲", "--json").document["valid"] == 1


def test_broken_rows_are_listed_with_row_and_column(bare: Terminal) -> None:
    file = bare.wrote("r.csv", HEADER + people(40) + "T900,,教务处\n")
    found = bare("roster", "import", file, "--json").document
    assert (found["rows"], found["valid"]) == (41, 40)
    assert [(one["row"], one["column"]) for one in found["errors"]] == [(42, "姓名")]


def test_a_comparison_names_who_comes_and_goes(college: Terminal) -> None:
    text = ROSTER.replace("T001,张三,教务处", "T001,张三,学生处") + "T006,孙七,教务处,,\n"
    file = college.wrote("new.csv", text.replace("T005,钱六,学生处,,", "T005,钱六,学生处,离职,"))
    found = college("roster", "diff", file, "--json").document
    assert [one["name"] for one in found["added"]] == ["孙七"]
    assert [one["staff_id"] for one in found["departed"]] == ["T005"]
    moved = next(one for one in found["changed"] if one["after"]["staff_id"] == "T001")
    assert moved["before"]["departments"] == ["教务处"]
    assert moved["after"]["departments"] == ["学生处"]
    assert "教务处 → 学生处" in college("roster", "diff", file).out


def test_a_folder_is_no_roster(bare: Terminal) -> None:
    said = bare("roster", "import", bare.folder)
    assert said.code == 2
    assert "文件夹" in said.complaint


def test_a_workbook_cut_short_is_unreadable(bare: Terminal, tmp_path: Path) -> None:
    write_xlsx(build_college(1, 40), tmp_path / "whole.xlsx")
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes((tmp_path / "whole.xlsx").read_bytes()[:2000])
    said = bare("roster", "import", cut)
    assert said.code == 2
    assert "cut.xlsx" in said.complaint


def test_a_broken_policy_is_named_before_anything_is_written(
    bare: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bare.folder / "config"
    folder.mkdir()
    bare.wrote("config/policy.toml", "[interlocks\n")
    monkeypatch.setenv("QUNGUI_CONFIG", str(folder))
    said = bare("roster", "import", bare.wrote("r.csv", ROSTER), "--apply")
    assert said.code == 2
    assert "policy.toml" in said.complaint
    assert "第 1 行" in said.complaint
    assert not bare.home.exists()
