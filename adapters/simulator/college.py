"""A small college made up by chance: departments and staff. The same seed, the same college."""

from dataclasses import dataclass
from random import Random

from adapters.simulator.chance import dice
from adapters.simulator.names import nickname, person_name, special_names

SCHOOL = "天府新区信息职业学院"


@dataclass(frozen=True, slots=True)
class Department:
    """A part of the college, with the short names people write on their cards."""

    name: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Staff:
    """One employee as the personnel office knows him. ``departments`` has one or two entries."""

    staff_id: str
    name: str
    departments: tuple[str, ...]
    qq: int
    wecom: str
    dingtalk: str
    nickname: str
    departed: bool = False

    @property
    def department(self) -> str:
        """The first department."""
        return self.departments[0]


@dataclass(frozen=True, slots=True)
class College:
    """Departments and everybody who works or worked there."""

    seed: int
    departments: tuple[Department, ...]
    staff: tuple[Staff, ...]

    def of(self, department: str) -> tuple[Staff, ...]:
        """All staff of a department, those who left included."""
        return tuple(person for person in self.staff if department in person.departments)

    def by_account(self, qq: int) -> Staff | None:
        """The employee with this QQ number."""
        return next((person for person in self.staff if person.qq == qq), None)

    def namesakes(self) -> dict[str, tuple[Staff, ...]]:
        """Names borne by more than one person."""
        found: dict[str, tuple[Staff, ...]] = {}
        for person in self.staff:
            found[person.name] = (*found.get(person.name, ()), person)
        return {name: people for name, people in found.items() if len(people) > 1}


DEPARTMENTS = (
    Department("教务处"),
    Department("学生事务部", ("学工部", "学生处")),
    Department("信息工程学院", ("信工学院", "信工系")),
    Department("智能制造学院", ("智造学院",)),
    Department("经济管理学院", ("经管学院", "经管系")),
    Department("马克思主义学院", ("马院",)),
    Department("党委宣传部", ("宣传部",)),
    Department("纪委办公室", ("纪检办", "纪委办")),
    Department("党政办公室", ("党政办",)),
    Department("组织人事部", ("人事处",)),
    Department("后勤处", ("后勤保障处",)),
    Department("财务处", ("计财处",)),
    Department("图书馆"),
    Department("保卫处"),
)


def build_college(seed: int, size: int = 120) -> College:
    """A college of ``size`` people: some in two departments, some who left, a few namesakes."""
    if size < 2 * len(DEPARTMENTS):
        raise ValueError(f"模拟学院至少要有 {2 * len(DEPARTMENTS)} 人,现在是 {size} 人")
    chance = dice(seed, "college")
    names = _names(chance, size)
    numbers = chance.sample(range(300_000_000, 2_999_999_999), size)
    staff = tuple(_person(chance, i, names[i], numbers[i]) for i in range(size))
    return College(seed, DEPARTMENTS, staff)


def _names(chance: Random, size: int) -> list[str]:
    """Names with exactly three pairs of namesakes, who sit in different departments.

    Neighbours in the list never share a department (see ``_person``), so the pairs do not either.
    """
    names = list(dict.fromkeys(special_names()))
    while len(names) < size - 3:
        name = person_name(chance)
        if name not in names:
            names.append(name)
    chance.shuffle(names)
    for _ in range(3):
        place = chance.randrange(0, len(names) - 1, 2)
        while names.count(names[place]) > 1:
            place = chance.randrange(0, len(names) - 1, 2)
        names.insert(place + 1, names[place])
    return names


def _person(chance: Random, index: int, name: str, qq: int) -> Staff:
    first = DEPARTMENTS[index % len(DEPARTMENTS)].name
    departments: tuple[str, ...] = (first,)
    # A second department three places away can never be the neighbour's own.
    if chance.random() < 0.08:
        departments = (first, DEPARTMENTS[(index + 3) % len(DEPARTMENTS)].name)
    year = chance.randrange(2008, 2026)
    head = index < len(DEPARTMENTS)
    staff_id = f"{year}{index + 1:04d}"
    return Staff(
        staff_id=staff_id,
        name=name,
        departments=departments,
        qq=qq,
        wecom=f"tf{staff_id}",
        dingtalk=f"{chance.randrange(10**15, 10**16)}",
        nickname=nickname(chance),
        departed=not head and chance.random() < 0.05,
    )
