"""The container files keep the promises of a small, locked-down image."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKER = ROOT / "docker"


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DOCKER / "compose.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def service(compose: dict[str, Any]) -> dict[str, Any]:
    return compose["services"]["qungui"]


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    text = (DOCKER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(line.split()[0], line.split(maxsplit=1)[1]) for line in lines]


def _values(instructions: list[tuple[str, str]], name: str) -> list[str]:
    return [value for instruction, value in instructions if instruction == name]


def test_the_service_can_write_only_to_its_volume_and_to_memory(service: dict[str, Any]) -> None:
    assert service["read_only"] is True
    assert [one.split(":")[0] for one in service["tmpfs"]] == ["/tmp"]
    writable = [volume for volume in service["volumes"] if not volume.endswith(":ro")]
    assert writable == ["home:/var/lib/qungui"]
    assert "../config:/etc/qungui:ro" in service["volumes"]


def test_the_service_has_no_privileges_and_bounded_resources(service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert service["pids_limit"] > 0
    assert service["mem_limit"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "user"} & service.keys()


def test_every_port_is_published_on_loopback_only(compose: dict[str, Any]) -> None:
    ports = [port for one in compose["services"].values() for port in one.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_every_named_volume_is_declared(compose: dict[str, Any]) -> None:
    used = {
        volume.split(":")[0]
        for one in compose["services"].values()
        for volume in one.get("volumes", [])
        if not volume.startswith((".", "/"))
    }
    assert used == compose["volumes"].keys()


def test_no_secret_is_written_into_the_files(service: dict[str, Any]) -> None:
    assert service["env_file"] == ["../.env"]
    assert not [name for name in service["environment"] if re.search("TOKEN|SECRET|KEY", name)]


def test_the_other_service_starts_only_when_asked_for(compose: dict[str, Any]) -> None:
    assert compose["services"]["napcat"]["profiles"] == ["napcat"]


def test_the_image_runs_as_an_ordinary_user_without_a_shell(
    instructions: list[tuple[str, str]],
) -> None:
    assert _values(instructions, "USER") == ["10001:10001"]
    for name in ("ENTRYPOINT", "CMD"):
        assert all(value.startswith("[") for value in _values(instructions, name))
    assert "/usr/sbin/nologin" in " ".join(_values(instructions, "RUN"))


def test_the_last_stage_carries_nothing_of_the_build(instructions: list[tuple[str, str]]) -> None:
    stages = [at for at, (name, _) in enumerate(instructions) if name == "FROM"]
    assert len(stages) == 2
    last = instructions[stages[-1] :]
    assert [v for n, v in last if n == "COPY"] == [
        "--from=build /opt/qungui /opt/qungui",
        "LICENSE /usr/share/doc/qungui/LICENSE",
    ]
    assert not any("pip" in value for name, value in last if name == "RUN")


def test_every_package_is_taken_from_the_lock(instructions: list[tuple[str, str]]) -> None:
    installs = [run for run in _values(instructions, "RUN") if "uv pip install" in run]
    assert len(installs) == 2
    assert all("constraint requirements.lock" in run for run in installs)


def test_the_health_check_is_valid_python_and_asks_the_health_page(
    instructions: list[tuple[str, str]],
) -> None:
    (check,) = _values(instructions, "HEALTHCHECK")
    command = yaml.safe_load(check[check.index("[") :])
    assert command[:2] == ["/opt/qungui/bin/python", "-c"]
    compile(command[2], "healthcheck", "exec")
    assert "/healthz" in command[2]


def test_what_is_copied_into_the_build_is_let_through() -> None:
    lines = (DOCKER / "Dockerfile.dockerignore").read_text(encoding="utf-8").split("\n")
    kept = {line[1:] for line in lines if line.startswith("!")}
    assert "*" in lines
    assert {"bot", "adapters", "plugins", "config", "data", "requirements.lock"} <= kept
    assert all((ROOT / name).exists() for name in kept)
    assert not {".env", "var", ".git"} & kept
