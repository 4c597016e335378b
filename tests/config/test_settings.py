"""The environment: defaults, files, secrets, and what is refused."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.domain.errors import BadInputError
from bot.domain.identifiers import AccountKey, Platform
from bot.domain.measures import Mode
from config.environment import read_environment
from config.paths import INSTALLED
from config.settings import Settings, load_settings, variable_of


def _checkout(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "policy.toml").touch()
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def test_everything_has_a_default(tmp_path: Path) -> None:
    here = _checkout(tmp_path)
    settings = load_settings({}, here)
    assert settings == Settings(
        home=here / "var",
        config=here / "config",
        database_url=f"sqlite+aiosqlite:///{here}/var/qungui.db",
        queue_url=None,
        timezone=ZoneInfo("Asia/Shanghai"),
        mode=Mode.OBSERVE,
        host="127.0.0.1",
        port=8080,
    )


def test_elsewhere_the_installed_configuration_is_used(tmp_path: Path) -> None:
    settings = load_settings({}, tmp_path)
    assert settings.config == INSTALLED
    assert settings.home == INSTALLED.parent / "var"


def test_the_environment_works_from_any_directory(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    settings = load_settings({"QUNGUI_HOME": "runtime", "QUNGUI_CONFIG": "rules"}, tmp_path)
    assert settings.home == tmp_path / "runtime"
    assert settings.config == tmp_path / "rules"
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/runtime/qungui.db"


def test_every_variable_is_read(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "QUNGUI_DATABASE_URL": "postgresql://bot:secret@db/qungui",
            "QUNGUI_QUEUE_URL": "nats://queue",
            "QUNGUI_TIMEZONE": "Asia/Urumqi",
            "QUNGUI_MODE": " Enforce ",
            "QUNGUI_ADMINISTRATORS": "qq:1, qq:2;wecom:zhang\uff0cdingtalk:x",
            "QUNGUI_SUPERVISORS": "qq:3,",
            "QUNGUI_APPROVERS": "",
            "HOST": "0.0.0.0",
            "PORT": "9000",
        },
        tmp_path,
    )
    assert settings.database_url == "postgresql+asyncpg://bot:secret@db/qungui"
    assert settings.queue_url == "nats://queue"
    assert settings.timezone == ZoneInfo("Asia/Urumqi")
    assert settings.mode is Mode.ENFORCE
    assert settings.administrators == {
        AccountKey(Platform.QQ, "1"),
        AccountKey(Platform.QQ, "2"),
        AccountKey(Platform.WECOM, "zhang"),
        AccountKey(Platform.DINGTALK, "x"),
    }
    assert settings.supervisors == {AccountKey(Platform.QQ, "3")}
    assert settings.approvers == frozenset()
    assert (settings.host, settings.port) == ("0.0.0.0", 9000)


def test_no_secret_shows_when_settings_are_printed(tmp_path: Path) -> None:
    settings = load_settings({"QUNGUI_DATABASE_URL": "postgresql://bot:secret@db/q"}, tmp_path)
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("sqlite:///qungui.db", "sqlite+aiosqlite:///qungui.db"),
        ("sqlite:////srv/qungui.db", "sqlite+aiosqlite:////srv/qungui.db"),
        ("sqlite+aiosqlite:///x.db", "sqlite+aiosqlite:///x.db"),
        ("postgres://a@b/c", "postgresql+asyncpg://a@b/c"),
        ("postgresql+asyncpg://a@b/c", "postgresql+asyncpg://a@b/c"),
    ],
)
def test_a_database_address_gets_its_asynchronous_driver(
    tmp_path: Path, given: str, normal: str
) -> None:
    assert load_settings({"QUNGUI_DATABASE_URL": given}, tmp_path).database_url == normal


def test_the_environment_goes_before_the_file_and_the_stage_before_the_plain_one(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("PORT=1000\nHOST=a\nQUNGUI_MODE=remind\n", encoding="utf-8")
    (tmp_path / ".env.prod").write_text("HOST=b\n", encoding="utf-8")
    (tmp_path / ".env.dev").write_text("HOST=c\n", encoding="utf-8")
    settings = load_settings({"PORT": "2000"}, tmp_path)
    assert (settings.port, settings.host, settings.mode) == (2000, "b", Mode.REMIND)
    assert load_settings({"ENVIRONMENT": "dev"}, tmp_path).host == "c"


def test_a_secret_is_read_from_its_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("s3cret\n", encoding="utf-8")
    values = read_environment(
        {"ONEBOT_ACCESS_TOKEN_FILE": str(secret), "SSL_CERT_FILE": "/ca"}, tmp_path
    )
    assert values["ONEBOT_ACCESS_TOKEN"] == "s3cret"
    assert "ONEBOT_ACCESS_TOKEN_FILE" not in values
    assert values["SSL_CERT_FILE"] == "/ca"


@pytest.mark.parametrize(
    ("variables", "says"),
    [
        ({"QUNGUI_MOD": "observe"}, "您要写的是 QUNGUI_MODE 吗"),
        ({"QUNGUI_MODE": "act"}, "QUNGUI_MODE=observe"),
        ({"QUNGUI_TIMEZONE": "Mars/Base"}, "QUNGUI_TIMEZONE=Asia/Shanghai"),
        ({"QUNGUI_TIMEZONE": "../../etc/passwd"}, "不是已知的时区"),
        ({"QUNGUI_ADMINISTRATORS": "10001"}, "QUNGUI_ADMINISTRATORS=qq:10001"),
        ({"QUNGUI_ADMINISTRATORS": "qqq:10001"}, "qqq:10001"),
        ({"QUNGUI_DATABASE_URL": "mysql://a:pw@b/c"}, "应为 SQLite 或 PostgreSQL"),
        ({"QUNGUI_DATABASE_URL": "sqlite://x.db"}, "三个"),
        ({"QUNGUI_DATABASE_URL": "sqlite:///"}, "应为 SQLite 或 PostgreSQL"),
        ({"QUNGUI_CONFIG": "nowhere"}, "不存在"),
        ({"PORT": "0"}, "PORT=8080"),
        ({"PORT": "65536"}, "1 到 65535"),
        ({"PORT": "٣"}, "1 到 65535"),
        ({"QUNGUI_DATABASE_URL_FILE": "nowhere"}, "无法读取"),
        ({"QUNGUI_QUEUE_URL": "a", "QUNGUI_QUEUE_URL_FILE": "b"}, "不能同时设置"),
    ],
)
def test_a_wrong_variable_is_named_with_an_example(
    tmp_path: Path, variables: dict[str, str], says: str
) -> None:
    with pytest.raises(BadInputError) as caught:
        load_settings(variables, tmp_path)
    assert says in caught.value.message
    assert next(iter(variables)).removesuffix("_FILE") in caught.value.message
    assert "pw" not in caught.value.message


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("\n", encoding="utf-8")
    with pytest.raises(BadInputError, match="空的"):
        read_environment({"WECOM_APP_SECRET_FILE": "token"}, tmp_path)


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("QUNGUI_HOME=运行".encode("gbk"))
    with pytest.raises(BadInputError, match="UTF-8"):
        load_settings({}, tmp_path)


def test_what_the_adapters_and_failpoints_read_is_left_to_them(tmp_path: Path) -> None:
    load_settings({"QUNGUI_QQ_JITTER": "1", "QUNGUI_FAILPOINT": "after_commit:1"}, tmp_path)


def test_every_setting_is_described_for_people() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert variable_of(name).isupper()
