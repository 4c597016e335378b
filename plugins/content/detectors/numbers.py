"""Numbers of persons: identity numbers, bank cards, mobile phones."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from plugins.content.detectors.digits import Run, runs_of, spelling_of
from plugins.content.detectors.seen import Seen

IDENTITY: Final = "identity"
BANK_CARD: Final = "bank_card"
PHONE: Final = "phone"

_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS: Final = "10X98765432"
"""GB 11643-1999 (ISO 7064 MOD 11-2): the check character for each remainder."""
_PROVINCES: Final = frozenset(
    tens * 10 + unit
    for tens, units in (
        (1, "12345"),
        (2, "123"),
        (3, "1234567"),
        (4, "123456"),
        (5, "01234"),
        (6, "12345"),
        (7, "1"),
        (8, "123"),
    )
    for unit in map(int, units)
)
"""GB/T 2260; 81 to 83 on residence permits."""
_FINAL_X: Final = re.compile(r"(?:[^\w\n]|_){0,3}[XxＸｘⅩⅹ×](?![A-Za-z0-9])")

_CARD_LENGTHS: Final = range(16, 20)
_CARD_CONTEXT: Final = re.compile(
    "卡号|银行|开户|转账|转帐|汇款|打款|收款|账户|帐户|账号|工行|建行|农行|中行|交行|储蓄|信用卡"
)
_AROUND: Final = 30
_FEWEST_DIFFERENT: Final = 4

_MOBILE: Final = re.compile(r"1(?:3\d|4[014-9]|5[0-35-9]|6[25-7]|7[0-8]|8\d|9[0-35-9])\d{8}")


def find(text: str) -> Iterator[Seen]:
    """Each number once: what is an identity number is no phone."""
    for run in runs_of(text):
        taken: list[tuple[int, int]] = []
        for seen in (*_identities(text, run), *_cards(text, run), *_phones(text, run)):
            if not any(seen.start < end and start < seen.end for start, end in taken):
                taken.append((seen.start, seen.end))
                yield seen


def is_identity(number: str) -> bool:
    """Whether 18 characters are an identity number: region, date of birth, check character."""
    if int(number[:2]) not in _PROVINCES:
        return False
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number[:17], strict=True))
    return 1900 <= born.year < 2100 and _CHECKS[total % 11] == number[17]


def is_luhn(number: str) -> bool:
    """ISO/IEC 7812-1: every second digit from the right doubled, the sum divisible by ten."""
    total = 0
    for index, character in enumerate(reversed(number)):
        value = int(character) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _identities(text: str, run: Run) -> Iterator[Seen]:
    for at in run.windows(18):
        if is_identity(run.digits[at : at + 18]):
            yield _seen(IDENTITY, text, *run.stretch(at, 18))
    for at in run.windows(17):
        start, end = run.stretch(at, 17)
        final = _FINAL_X.match(text, end)
        if final and is_identity(run.digits[at : at + 17] + "X"):
            yield _seen(IDENTITY, text, start, final.end())


def _cards(text: str, run: Run) -> Iterator[Seen]:
    for length in reversed(_CARD_LENGTHS):
        for at in run.windows(length):
            number = run.digits[at : at + length]
            if number[0] not in "3456" or len(set(number)) < _FEWEST_DIFFERENT:
                continue
            start, end = run.stretch(at, length)
            # One in ten of all numbers passes the check: the words around must speak of money.
            if is_luhn(number) and _CARD_CONTEXT.search(
                text, max(0, start - _AROUND), end + _AROUND
            ):
                yield _seen(BANK_CARD, text, start, end)


def _phones(text: str, run: Run) -> Iterator[Seen]:
    for prefix in ("", "86", "0086"):
        length = len(prefix) + 11
        for at in run.windows(length):
            number = run.digits[at : at + length]
            if number.startswith(prefix) and _MOBILE.fullmatch(number, len(prefix)):
                yield _seen(PHONE, text, *run.stretch(at, length))


def _seen(detector: str, text: str, start: int, end: int) -> Seen:
    return Seen(detector, start, end, spelling_of(text, start, end))
