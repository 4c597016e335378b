"""What a card says that names nobody on the roster."""

from dataclasses import dataclass

from bot.domain.departments import Departments
from bot.domain.name_grammar import Explanation, Reading
from bot.domain.name_likeness import is_pinyin_name, is_surname_only, reads_as_name, written_name
from bot.domain.name_mentions import in_departments
from bot.domain.people import Roster, Staff, Standing


@dataclass(frozen=True, slots=True)
class Remainder:
    """What is left of a card when departments and courtesy are taken off.

    ``standing`` is ``UNKNOWN`` if a unit is written and what remains reads as a real name, else
    ``MISNAMED``; ``name`` is that name; ``text`` is what remains, whatever it is.
    """

    standing: Standing
    department: str | None
    name: str | None
    text: str
    reason: str


def read_remainder(reading: Reading, roster: Roster, departments: Departments) -> Remainder:
    """Say what a card is that names nobody on the roster."""
    card = reading.card
    if not card.letters:
        return _misnamed(None, "", "名片为空，请改为“部门-姓名”")
    before, begin, end = _strip(reading)
    department = before.departments[0] if before.departments else None
    text = written_name(card, begin, end)
    if not text:
        return _misnamed(department, "", "名片缺少姓名" if department else "名片应为“部门-姓名”")
    if is_surname_only(card.letters[begin:end]):
        return _misnamed(department, text, "请写完整姓名，不要只写姓氏或称呼")
    if is_pinyin_name(card, begin, end):
        return _misnamed(department, text, "姓名请用汉字书写")
    if not reads_as_name(card, begin, end):
        return _misnamed(department, text, "名片中没有花名册上的姓名，应为“部门-姓名”")
    if department is None and not before.units:
        return _misnamed(None, text, "名片缺少部门，且花名册中没有这个姓名", name=text)
    meant = _similar(card.letters[begin:end], before.departments, roster, departments)
    if meant is not None:
        reason = f"花名册中没有{text}，您是不是{meant.name}？请核对姓名"
        return _misnamed(department, text, reason, name=text)
    return Remainder(Standing.UNKNOWN, department, text, text, "")


def _misnamed(
    department: str | None, text: str, reason: str, *, name: str | None = None
) -> Remainder:
    return Remainder(Standing.MISNAMED, department, name, text, reason)


def _strip(reading: Reading) -> tuple[Explanation, int, int]:
    """Take departments and courtesy off both ends; gives what stood before, begin, end.

    Sections count only if the rest then reads as a name or a surname: 快乐中心 is no section.
    """
    front = reading.front
    begin = max(position for position, before in front.items() if not before.units)
    end = _stripped_end(reading, begin)
    if begin == end or _personal(reading, begin, end):
        return front[begin], begin, end
    for with_units in sorted(front, reverse=True):
        stop = _stripped_end(reading, with_units)
        if _personal(reading, with_units, stop):
            return front[with_units], with_units, stop
    return front[begin], begin, end


def _stripped_end(reading: Reading, begin: int) -> int:
    end = begin
    while reading.back(end) is None:
        end += 1
    return end


def _personal(reading: Reading, begin: int, end: int) -> bool:
    card = reading.card
    return reads_as_name(card, begin, end) or is_surname_only(card.letters[begin:end])


def _similar(
    key: str, mentioned: tuple[str, ...], roster: Roster, departments: Departments
) -> Staff | None:
    """The only person of these departments whose name is one slip of the pen away."""
    if not mentioned:
        return None
    people = [
        person
        for person in roster.with_similar_name(key)
        if person.active and in_departments(person, mentioned, departments)
    ]
    return people[0] if len(people) == 1 else None
