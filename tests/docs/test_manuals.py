"""What the manuals say is so: links, keys, variables, defaults, messages."""

import configparser
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import asdict, fields
from pathlib import Path
from urllib.parse import unquote

import pytest
from pydantic import SecretStr

from adapters.qq.settings import TOKEN, QQSettings
from bot.domain import errors
from bot.domain.findings import Severity
from bot.domain.policy import InterlockLimits
from bot.engine.metrics import REGISTRY
from config.articles import load_articles
from config.departments import load_departments
from config.lexicons import read_word_list
from config.paths import INSTALLED
from config.policy import load_policy
from config.policy_overrides import settable_keys, setting_text
from config.roster_headers import field_named
from config.settings import Settings, load_settings, variable_of
from tests.docs import capability_table
from tests.docs.manuals import CHINESE, ROOT, Manual, all_manuals, manual

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_VARIABLE = re.compile(r"\b(?:QUNGUI|ONEBOT|WECOM|DINGTALK)_[A-Z0-9_]+\b")
_HALF_WIDTH = re.compile(r"(?<=[\u4e00-\u9fff])[,;:!?()]|[,;:!?()](?=[\u4e00-\u9fff])")
_QUOTED = re.compile(r"“([^”]{6,})”")
_SOURCES = ("bot", "adapters", "config", "data", "plugins")


def _cells(rows: Iterable[list[str]]) -> dict[str, list[str]]:
    """Table rows by every name in their first cell."""
    found: dict[str, list[str]] = {}
    for first, *rest in rows:
        for name in re.findall(r"`([^`]+)`", first) or [first]:
            found[name] = rest
    return found


@pytest.mark.parametrize("one", all_manuals(), ids=str)
def test_every_link_leads_somewhere(one: Manual) -> None:
    for target in _LINK.findall(one.prose):
        path, _, anchor = unquote(target).partition("#")
        file = (one.path.parent / path).resolve() if path else one.path

        assert file.exists(), target
        assert file == ROOT or file.is_relative_to(ROOT), target
        if anchor:
            page = Manual(file, file.read_text(encoding="utf-8"))
            assert anchor in page.anchors, (target, sorted(page.anchors))


@pytest.mark.parametrize("name", [*CHINESE, "README.md", "能力表.md"])
def test_chinese_manuals_use_full_width_punctuation(name: str) -> None:
    prose = re.sub(r"`[^`\n]*`|\]\([^)]*\)", "", manual(name).prose)

    assert not [line for line in prose.splitlines() if _HALF_WIDTH.search(line)]


def test_the_capability_table_is_what_the_adapter_declares() -> None:
    assert capability_table.FILE.read_text(encoding="utf-8") == capability_table.rendered()


def test_every_variable_is_in_the_table_with_its_default() -> None:
    rows = _cells(manual("管理员手册.md").rows)
    for name, one in Settings.model_fields.items():
        shown = rows[variable_of(name)][0]
        if name in ("mode", "timezone", "host", "port"):
            assert shown == str(getattr(one.default, "value", one.default))
    for name, one in QQSettings.model_fields.items():
        if name not in ("access_token", "access_token_file"):
            shown = rows[f"QUNGUI_QQ_{name.upper()}"][0]
            assert one.default == ("" if shown == "空" else float(shown))
    assert TOKEN in rows


@pytest.mark.parametrize("one", all_manuals(), ids=str)
def test_every_variable_that_is_named_exists(one: Manual) -> None:
    known = {variable_of(name) for name in Settings.model_fields} | {TOKEN}
    known |= {f"QUNGUI_QQ_{name.upper()}" for name in QQSettings.model_fields}

    assert set(_VARIABLE.findall(one.text)) - {"QUNGUI_QQ_"} <= known


def test_every_secret_may_be_given_as_a_file() -> None:
    """The table marks them; the rule is of ``config.environment``."""
    secret = {name for name, one in QQSettings.model_fields.items() if one.annotation is SecretStr}

    assert secret == {"access_token"}
    assert any("（密）" in row[0] and TOKEN in row[0] for row in manual("管理员手册.md").rows)


def test_every_interlock_is_in_the_table_with_its_default() -> None:
    settings = load_settings({}, ROOT)
    policy = load_policy(INSTALLED, mode=settings.mode, zone=settings.timezone)
    shown: dict[str, str] = {}
    for first, *rest in manual("管理员手册.md").rows:
        names = re.findall(r"`([a-z_]+)`", first)
        if names and names[0] in asdict(policy.limits):
            shown |= dict(zip(names, rest[0].split("、"), strict=True))
    for one in fields(InterlockLimits):
        assert shown[one.name] == setting_text(policy, f"interlocks.{one.name}")


def test_every_setting_that_is_named_can_be_set() -> None:
    known = [re.sub(r"<[^>]+>", "[^.]+", one.key.replace(".", r"\.")) for one in settable_keys()]
    for one in all_manuals():
        words = [word for text in (*one.chat(), *one.code_spans) for word in text.split()]
        dotted = [word for word in words if re.fullmatch(r"[a-z_-]+(\.[a-z_-]+)+", word)]
        keys = [word for word in dotted if not (INSTALLED / word).exists()]
        for key in keys:
            if re.match(r"(rules|interlocks|digest|quiet_hours|strikes|groups)\.", key):
                assert any(re.fullmatch(pattern, key) for pattern in known), key


def test_the_columns_named_are_recognised() -> None:
    rows = [row for row in manual("管理员手册.md").rows if len(row) == 3]
    start = next(number for number, row in enumerate(rows) if row[:2] == ["列", "也认"])
    for first, others, _ in rows[start + 2 : start + 8]:
        for column in first.split("、"):
            assert field_named(column) is not None
        for word in others.split("、"):
            assert field_named(word) in map(field_named, first.split("、")), word


def test_the_categories_are_those_of_the_articles() -> None:
    text = manual("管理员手册.md").prose
    listed = re.search(r"\*\*类别\*\*决定违反哪一条：([a-z_、]+)。", text)

    assert listed is not None
    assert set(listed[1].split("、")) == set(load_articles(INSTALLED).categories)


def test_the_samples_of_files_are_accepted(tmp_path: Path) -> None:
    samples = manual("管理员手册.md")
    (words,) = samples.blocks("text")
    (aliases,) = samples.blocks("toml")
    (tmp_path / "words.tsv").write_text(words, encoding="utf-8")
    (tmp_path / "departments.toml").write_text(aliases, encoding="utf-8")

    (word,) = read_word_list(tmp_path / "words.tsv", load_articles(INSTALLED).categories)
    departments = load_departments(tmp_path)

    assert word.severity is Severity.SERIOUS
    assert word.excuses
    assert departments.canonical("学工处") == "学生处"


def test_the_unit_of_systemd_starts_the_command() -> None:
    (text,) = manual("安装.md").blocks("ini")
    unit = configparser.ConfigParser()
    unit.read_string(text)

    assert unit["Service"]["ExecStart"].endswith("/.venv/bin/qungui run")
    assert unit["Service"]["ExecStart"].startswith(unit["Service"]["WorkingDirectory"])
    assert unit["Service"]["ReadWritePaths"] == f"{unit['Service']['WorkingDirectory']}/var"


def test_the_exit_codes_are_those_of_the_errors() -> None:
    rows = manual("管理员手册.md").rows
    shown = {int(row[0]) for row in rows if len(row) == 2 and row[0].isdigit()}
    codes = {one.exit_code for one in vars(errors).values() if hasattr(one, "exit_code")}

    assert shown == {0, *codes}


def test_every_metric_is_named() -> None:
    text = manual("管理员手册.md").text
    for family in REGISTRY.collect():
        suffix = "_total" if family.type == "counter" else ""
        assert f"`{family.name}{suffix}`" in text


def test_every_message_of_the_troubleshooting_table_is_one_the_product_gives() -> None:
    written = _written()
    symptoms = [row[0] for row in manual("安装.md").rows if len(row) == 3]
    quoted = [text for cell in symptoms for text in _QUOTED.findall(cell)]

    assert len(quoted) > 10
    for text in quoted:
        for part in re.split(r"[…（）]+", text):
            assert _plain(part) in written, part


def _plain(text: str) -> str:
    """In one width, without blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def _written() -> str:
    """Everything the product may say, as its sources hold it."""
    files = [path for folder in _SOURCES for path in (ROOT / folder).rglob("*.py")]
    files.append(INSTALLED / "wording.toml")
    return _plain("\n".join(path.read_text(encoding="utf-8") for path in files))
