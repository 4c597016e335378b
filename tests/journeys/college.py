"""A handwritten college: a dozen people everybody can keep apart, and as many more as needed."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from adapters.simulator.groups import GroupPlan, Habit, Seat

HEADERS = ("工号", "姓名", "部门", "状态", "QQ")
_SURNAMES = "赵钱孙郑冯陈褚卫蒋沈韩杨朱秦许何吕施张孔曹严华金魏陶姜"
_GIVEN = ("文博", "雅琴", "志远", "晓岚", "国栋", "思雨", "海燕", "建华", "丽娟", "俊杰")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the roster with a QQ number (0: the roster does not know it)."""

    staff_id: str
    name: str
    department: str
    account: int
    departed: bool = False

    @property
    def card(self) -> str:
        """The card he should show."""
        return f"{self.department}-{self.name}"


ZHOU = Person("20080001", "周立群", "教务处", 100001)
"""Owns the groups."""
WU = Person("20090002", "吴佳", "教务处", 100002)
"""A group admin."""
LI = Person("20100003", "李明", "教务处", 100003)
WANG = Person("20110004", "王芳", "信息工程学院", 100004)
LIU = Person("20120005", "刘洋", "信息工程学院", 100005)
SUN = Person("20130006", "孙悦", "学生事务部", 100006)
HE = Person("20140007", "何静怡", "学生事务部", 100007)
OUYANG = Person("20150008", "欧阳文君", "图书馆", 100008)
MA = Person("20160009", "马超", "保卫处", 100009)
LUO = Person("20170010", "罗毅", "财务处", 100010)
GONE = Person("20060011", "高原", "教务处", 100011, departed=True)
UNBOUND = Person("20180012", "唐晓", "图书馆", 0)
"""His QQ number is not on the roster."""
CHEN = Person("20050013", "陈刚", "纪委办公室", 100013)
"""The supervisor."""
FANG = Person("20050014", "方卫东", "党政办公室", 100014)
"""The administrator."""

STRANGER = 555001
IMPOSTOR = 555002
BOT = 10_000

PEOPLE = (ZHOU, WU, LI, WANG, LIU, SUN, HE, OUYANG, MA, LUO, GONE, UNBOUND, CHEN, FANG)
_DEPARTMENTS = ("教务处", "信息工程学院", "学生事务部", "图书馆", "保卫处", "财务处")


def crowd(size: int) -> tuple[Person, ...]:
    """``size`` more people, all different."""
    names = [surname + given for given in _GIVEN for surname in _SURNAMES]
    return tuple(
        Person(
            f"2019{number:04d}",
            names[number],
            _DEPARTMENTS[number % len(_DEPARTMENTS)],
            200_000 + number,
        )
        for number in range(size)
    )


def seat(person: Person, card: str | None = None) -> Seat:
    """An ordinary member, with his proper card unless another is given."""
    shown = person.card if card is None else card
    return Seat(person.account, person.name, shown, "member", Habit.COMPLIANT)


def outsider(account: int, nickname: str, card: str = "") -> Seat:
    """Somebody the roster does not know."""
    return Seat(account, nickname, card, "member", Habit.OUTSIDER)


def group(
    number: int,
    name: str,
    *seats: Seat | Person,
    owner: Person = ZHOU,
    admins: Iterable[Person] = (WU,),
) -> GroupPlan:
    """A group with its owner, its admins and whoever else."""
    others = tuple(seat(one) if isinstance(one, Person) else one for one in seats)
    managers = tuple(replace(seat(one), role="admin") for one in admins)
    return GroupPlan(number, name, (replace(seat(owner), role="owner"), *managers, *others))


def write_roster(people: Iterable[Person], path: Path) -> Path:
    """The personnel office's list as CSV."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADERS)
        for one in people:
            status = "离职" if one.departed else "在职"
            account = str(one.account) if one.account else ""
            rows.writerow((one.staff_id, one.name, one.department, status, account))
    return path
