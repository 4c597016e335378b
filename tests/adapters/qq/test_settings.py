"""Settings: no start without a token, no pace without a bound."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.qq.settings import is_configured, load_settings
from bot.domain.errors import BadInputError


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ONEBOT_ACCESS_TOKEN", "ONEBOT_ACCESS_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_set_means_off_and_anything_set_means_on(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_configured()
    monkeypatch.setenv("QUNGUI_QQ_JITTER", "1")
    assert is_configured()


@pytest.mark.parametrize("token", [None, "", "   "])
def test_no_token_refuses_to_start(monkeypatch: pytest.MonkeyPatch, token: str | None) -> None:
    if token is not None:
        monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", token)
    with pytest.raises(BadInputError, match="ONEBOT_ACCESS_TOKEN") as caught:
        load_settings()
    assert "NapCat" in caught.value.message


def test_pace_is_cautious_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", "secret")
    settings = load_settings()
    assert settings.token == "secret"
    assert settings.pace.between_messages == timedelta(seconds=1)
    assert settings.pace.jitter == timedelta(seconds=0.5)
    assert settings.pace.between_messages_per_group == timedelta(seconds=3)
    assert settings.pace.between_removals == timedelta(seconds=60)
    assert "secret" not in repr(settings)


def test_token_is_read_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from-file\n", encoding="utf-8")
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN_FILE", str(file))
    assert load_settings().token == "from-file"
    assert is_configured()


def test_env_file_fills_in_what_the_environment_leaves_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("ONEBOT_ACCESS_TOKEN=in-file\nQUNGUI_QQ_JITTER=2\nHOST=0.0.0.0\n")
    monkeypatch.setenv("QUNGUI_QQ_JITTER", "3")
    settings = load_settings([file])
    assert (settings.token, settings.jitter) == ("in-file", 3.0)
    assert is_configured([file])


def test_missing_token_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN_FILE", str(tmp_path / "absent"))
    with pytest.raises(BadInputError, match="ONEBOT_ACCESS_TOKEN_FILE"):
        load_settings()


@pytest.mark.parametrize("value", ["0", "-1", "0.04", "nan", "inf", "快"])
@pytest.mark.parametrize(
    "name", ["BETWEEN_MESSAGES", "BETWEEN_MESSAGES_PER_GROUP", "BETWEEN_REMOVALS"]
)
def test_pace_cannot_be_switched_off(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv("ONEBOT_ACCESS_TOKEN", "secret")
    monkeypatch.setenv(f"QUNGUI_QQ_{name}", value)
    with pytest.raises(BadInputError, match=f"QUNGUI_QQ_{name}"):
        load_settings()
