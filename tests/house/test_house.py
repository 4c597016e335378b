"""The rules of the house that no tool of others checks."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("bot", "adapters", "plugins", "config", "data")
MODULES = sorted(path for layer in LAYERS for path in (ROOT / layer).rglob("*.py"))
VERSIONS = ROOT / "data" / "migrations" / "versions"
"""What alembic writes: as long as there are tables."""
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
OCR_LOCK = (ROOT / "requirements-ocr.lock").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _normal(requirement: str) -> str:
    return re.split(r"[\[<>=~!; ]", requirement, maxsplit=1)[0].lower().replace("_", "-")


def test_no_module_written_by_hand_grows_over_four_hundred_lines() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in MODULES
        if path.parent != VERSIONS and (lines := path.read_text(encoding="utf-8").count("\n")) > 400
    }
    assert long == {}


@pytest.mark.parametrize("layer", [*LAYERS, "docker"])
def test_a_folder_is_introduced_in_at_most_twenty_lines(layer: str) -> None:
    readme = ROOT / layer / "README.md"
    assert len(readme.read_text(encoding="utf-8").splitlines()) <= 20


def test_every_dependency_is_locked() -> None:
    locked = {match.lower() for match in re.findall(r"^([A-Za-z0-9_.-]+)==", LOCK, re.MULTILINE)}
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    assert {_normal(one) for one in wanted} <= locked
    assert {_normal(one) for one in PROJECT["optional-dependencies"]["ocr"]} & locked == set()


def test_the_lock_with_the_words_in_pictures_is_the_other_one_and_more() -> None:
    pinned, more = (set(re.findall(r"^\S+==\S+", one, re.MULTILINE)) for one in (LOCK, OCR_LOCK))
    assert pinned < more
    assert {_normal(one) for one in PROJECT["optional-dependencies"]["ocr"]} <= {
        one.partition("==")[0] for one in more
    }


@pytest.mark.parametrize("lock", [LOCK, OCR_LOCK], ids=["ordinary", "ocr"])
def test_every_locked_package_has_its_hashes_and_no_index_is_named(lock: str) -> None:
    packages = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    assert all("--hash=sha256:" in package for package in packages if "==" in package)
    assert "://" not in lock
    assert "index-url" not in lock


def test_nothing_kept_names_a_place_on_the_machine_it_was_made_on() -> None:
    home = re.compile(rb"/(?:work|root|home)/[a-z]")
    found = [
        str(path.relative_to(ROOT))
        for path in _tracked()
        if path.suffix in {".py", ".toml", ".md", ".yaml", ".sh", ""}
        and home.search(path.read_bytes())
    ]
    assert found == []


def test_the_hooks_fetch_nothing() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (.+)", hooks) == ["local"]


@pytest.mark.parametrize("script", [".ci/setup", ".ci/run"])
def test_a_script_of_the_house_can_be_run(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & 0o111
    shell = path.read_text(encoding="utf-8").split("\n", maxsplit=1)[0]
    assert shell in {"#!/bin/sh", "#!/usr/bin/env bash"}
    subprocess.run([shell.split("/")[-1].split()[-1], "-n", str(path)], check=True)


@pytest.mark.parametrize(
    ("target", "runs"),
    [
        (["demo"], [".venv/bin/qungui demo"]),
        (["demo", "SERVE=1"], [".venv/bin/qungui demo --serve"]),
        (
            ["test"],
            [
                ".venv/bin/ruff check .",
                ".venv/bin/ruff format --check .",
                ".venv/bin/mypy",
                ".venv/bin/lint-imports",
                '.venv/bin/pytest -n 4 --dist loadfile -m "not slow"',
            ],
        ),
        (["test-slow"], [".venv/bin/pytest -m slow"]),
    ],
)
def test_a_make_target_runs_what_it_promises(target: list[str], runs: list[str]) -> None:
    shown = subprocess.run(
        ["make", "--no-print-directory", "-n", *target],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    commands = [line.strip() for line in shown.stdout.splitlines()]
    assert [line for line in commands if line not in {".ci/setup", ":"}] == runs
