"""Short and other names of departments, as ``departments.toml`` lists them."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from bot.domain.departments import Departments
from bot.domain.errors import BadInputError
from bot.domain.name_folding import name_key
from config.documents import read_toml

DEPARTMENTS_FILE = "departments.toml"
_ORGANISATION = "organisation"
_NAMES = TypeAdapter(list[str])


def load_departments(folder: Path) -> Departments:
    """The registered names; add those of a roster with ``Departments.including``.

    Raises:
        BadInputError: the file is missing or broken, or one name stands for two departments.
    """
    path = folder / DEPARTMENTS_FILE
    table = read_toml(path)
    organisation = _organisation(table.pop(_ORGANISATION, {}), path)
    aliases = {usual: _names(names, usual, path) for usual, names in table.items()}
    _refuse_shared_names(aliases, path)
    return Departments((), aliases, organisation)


def _organisation(section: object, path: Path) -> tuple[str, ...]:
    if not isinstance(section, Mapping) or set(section) - {"names"}:
        raise BadInputError(
            f'{path} 的 [{_ORGANISATION}] 只能有一行 names = ["学校名称", "简称"]。'
        )
    return _names(section.get("names", []), _ORGANISATION, path)


def _names(value: object, key: str, path: Path) -> tuple[str, ...]:
    try:
        names = tuple(_NAMES.validate_python(value, strict=True))
    except ValidationError as error:
        raise BadInputError(
            f'{path} 中“{key}”应写成方括号列表，例如 "学生处" = ["学工处", "学生工作处"]。'
        ) from error
    empty = [name for name in (key, *names) if not name_key(name)]
    if empty:
        raise BadInputError(f"{path} 中“{key}”有一个空名称，请补上或删去。")
    return names


def _refuse_shared_names(aliases: Mapping[str, tuple[str, ...]], path: Path) -> None:
    owners: dict[str, str] = {}
    for usual, names in aliases.items():
        for name in (usual, *names):
            owner = owners.setdefault(name_key(name), usual)
            if owner != usual:
                raise BadInputError(
                    f"{path} 中“{name}”同时属于“{owner}”和“{usual}”，请只保留一处。"
                )
