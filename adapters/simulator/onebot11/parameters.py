"""Reading an action's parameters the way NapCat's schemas do: ids as text or number."""

from collections.abc import Mapping

Parameters = Mapping[str, object]


class ActionError(Exception):
    """The action failed; the text and ``retcode`` go into the answer (1200 business, 1400 form)."""

    def __init__(self, text: str, retcode: int = 1200) -> None:
        super().__init__(text)
        self.retcode = retcode


def number(parameters: Parameters, key: str) -> int:
    """A required whole number."""
    return _whole(parameters.get(key), key)


def number_or(parameters: Parameters, key: str, default: int) -> int:
    """A whole number; absent, null, empty and 0 give ``default`` as in JavaScript."""
    value = parameters.get(key)
    return _whole(value, key) if value not in (None, "", 0, "0") else default


def numbers(parameters: Parameters, key: str) -> list[int]:
    """A required list of whole numbers."""
    value = parameters.get(key)
    if not isinstance(value, list):
        raise ActionError(f"Key: {key}, Message: Expected array", 1400)
    return [_whole(item, key) for item in value]


def word(parameters: Parameters, *keys: str) -> str:
    """The first of ``keys`` that is present, as text."""
    for key in keys:
        value = parameters.get(key)
        if value not in (None, ""):
            return str(value)
    raise ActionError(f"Key: {keys[0]}, Message: Expected required property", 1400)


def truth(parameters: Parameters, key: str, *, default: bool = False) -> bool:
    """A truth value, which may come as the words ``true`` and ``false``."""
    value = parameters.get(key)
    if value is None:
        return default
    return value is True or str(value).lower() == "true"


def _whole(value: object, key: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ActionError(f"Key: {key}, Message: Expected string", 1400)
    try:
        return int(value)
    except ValueError as error:
        raise ActionError(f"Key: {key}, Message: Expected integer", 1400) from error
