"""The real-name rule: a group card is 部门+姓名 of somebody on the roster. Source: Article 20.

Lenient about writing (separators, width, brackets, decoration, posts and ranks, staff and telephone
numbers, sections of a department), strict about identity: the department must be registered, the
person on the roster and in that department, and nothing that could be another name may stand by.
The order is fixed: 张三-教务处 is asked to turn round.
"""

from dataclasses import dataclass

from bot.domain.departments import Departments
from bot.domain.identifiers import AccountKey
from bot.domain.name_cards import card_for
from bot.domain.name_grammar import Reading, read_card
from bot.domain.name_likeness import is_surname_only
from bot.domain.name_mentions import Mention, Shape, find_mentions, in_departments
from bot.domain.name_strangers import Remainder, read_remainder
from bot.domain.people import Roster, Staff, Standing

_SHORTEST_TELLING_NUMBER = 4


@dataclass(frozen=True, slots=True)
class NameJudgement:
    """What a card says and what is to be done about it.

    ``department`` (usual name) and ``name`` are as read from the card; ``staff_id`` is the person
    it is taken to be, None if that stays open; ``suggestion`` is the exact card to set, only given
    where it is certain whose it is, and itself compliant; ``reason`` is for the member to read.
    """

    standing: Standing
    department: str | None
    name: str | None
    staff_id: str | None
    suggestion: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class _Case:
    reading: Reading
    account: AccountKey | None
    owner: Staff | None
    roster: Roster
    departments: Departments

    def card_of(self, person: Staff | None) -> str | None:
        if person is None or not person.active:
            return None
        return card_for(person, self.roster, self.departments)

    def bound_elsewhere(self, person: Staff) -> bool:
        if self.account is None or self.account in person.accounts:
            return False
        return person.account_on(self.account.platform) is not None


def judge_card(
    card: str, account: AccountKey | None, roster: Roster, departments: Departments
) -> NameJudgement:
    """Judge one group card, any string; ``account`` is whose it is, where that is known.

    ``departments`` must know those of the roster (``Departments(roster.department_names, …)``).
    An account bound to a person is judged as that person's. Never gives ``EXEMPT``.
    """
    owner = roster.bound_to(account) if account is not None else None
    case = _Case(Reading(read_card(card), departments), account, owner, roster, departments)
    mention = _best_mention(case)
    if case.reading.card.too_long:
        return _misnamed(case, owner, "名片过长，请改为“部门-姓名”")
    if mention is None:
        return _judge_stranger(case)
    if owner is not None and owner not in mention.people:
        return _judge_other_name(case, owner, mention)
    return _judge_mention(case, mention)


def _best_mention(case: _Case) -> Mention | None:
    """The reading nearest to 部门+姓名 of the account's owner, of somebody in that department."""
    card = case.reading.card

    def fits(mention: Mention) -> bool:
        return any(
            in_departments(person, mention.departments, case.departments)
            for person in mention.people
        )

    def fitness(mention: Mention) -> tuple[int, bool, bool, int, int]:
        joints = (mention.begin in card.joints) + (mention.end in card.joints)
        return (mention.shape, case.owner in mention.people, fits(mention), joints, mention.length)

    mentions = [
        one
        for one in find_mentions(case.reading, case.roster)
        # 教务处张处 is some 张 of 教务处, even if another department has a person named 张处.
        if fits(one) or not is_surname_only(card.letters[one.begin : one.end])
    ]
    best = max(mentions, key=fitness, default=None)
    if best is None or best.shape is not Shape.CLUTTERED or case.owner is not None:
        return best
    # Two names and no telling which is meant.
    return best if len({one.people for one in mentions}) == 1 else None


def _judge_other_name(case: _Case, owner: Staff, mention: Mention) -> NameJudgement:
    """The account's owner is known, and the card names other people."""
    if mention.shape is Shape.CLUTTERED:
        return _misnamed(case, owner, "名片应为本人的“部门-姓名”", mention=mention)
    return NameJudgement(
        Standing.IMPOSTOR,
        _shown_department(mention),
        mention.people[0].name,
        owner.staff_id,
        case.card_of(owner),
        f"该账号登记为{owner.name},名片却写了{mention.people[0].name}",
    )


def _judge_mention(case: _Case, mention: Mention) -> NameJudgement:
    people = (case.owner,) if case.owner is not None else mention.people
    numbered = _numbered(case)
    if case.owner is None and numbered is not None:
        if numbered not in people:
            return _misnamed(case, None, "名片中的工号与姓名不符，请核对", mention=mention)
        people = (numbered,)
    inside = [one for one in people if in_departments(one, mention.departments, case.departments)]
    meant = inside or list(people)
    serving = [one for one in meant if one.active]
    if not serving:
        return _departed(case, mention, meant)
    free = [one for one in serving if not case.bound_elsewhere(one)]
    if not free:
        return _taken(case, mention, serving[0])
    person = free[0] if len(free) == 1 else None
    if mention.shape is Shape.FULL and inside:
        return _compliant(mention, free, person)
    return _not_compliant(case, mention, person, free[0].name)


def _numbered(case: _Case) -> Staff | None:
    """The person whose staff number is on the card, if it is long enough to be one for certain."""
    for number in case.reading.card.numbers:
        if len(number) >= _SHORTEST_TELLING_NUMBER:
            person = case.roster.numbered(number)
            if person is not None:
                return person
    return None


def _compliant(mention: Mention, free: list[Staff], person: Staff | None) -> NameJudgement:
    reason = "名片规范" if person else "名片规范；本部门有同名同事，可在姓名后注明工号"
    return NameJudgement(
        Standing.COMPLIANT,
        _shown_department(mention),
        free[0].name,
        person.staff_id if person else None,
        None,
        reason,
    )


def _not_compliant(case: _Case, mention: Mention, person: Staff | None, name: str) -> NameJudgement:
    match mention.shape:
        case Shape.FULL:
            reason = f"花名册中{name}不在{_listed(mention.departments)}"
        case Shape.FOREIGN:
            reason = f"名片上的部门与花名册中{name}的部门不符"
        case Shape.REVERSED:
            reason = "请把部门写在姓名前面"
        case Shape.ABBREVIATED:
            reason = "部门请写全称或已登记的简称"
        case Shape.BARE:
            reason = "名片缺少部门"
        case _:
            reason = "名片中请只保留部门和姓名"
    if mention.shape in {Shape.FULL, Shape.FOREIGN}:
        standing = Standing.WRONG_DEPARTMENT
    else:
        standing = Standing.MISNAMED
    if person is None:
        reason += "（花名册中有多位同名人员，请注明部门）"
    return NameJudgement(
        standing,
        _shown_department(mention),
        name,
        person.staff_id if person else None,
        case.card_of(person),
        reason,
    )


def _departed(case: _Case, mention: Mention, meant: list[Staff]) -> NameJudgement:
    others = [one for one in mention.people if one.active and not case.bound_elsewhere(one)]
    suggestion = case.card_of(others[0]) if case.owner is None and len(others) == 1 else None
    hint = f"；如您是在职的同名人员，请改为 {suggestion}" if suggestion else ""
    return NameJudgement(
        Standing.DEPARTED,
        _shown_department(mention),
        meant[0].name,
        meant[0].staff_id,
        suggestion,
        f"花名册显示{meant[0].name}已离职{hint}",
    )


def _taken(case: _Case, mention: Mention, person: Staff) -> NameJudgement:
    if mention.shape is Shape.CLUTTERED:
        return _misnamed(case, None, "名片应为本人的“部门-姓名”", mention=mention)
    return NameJudgement(
        Standing.IMPOSTOR,
        _shown_department(mention),
        person.name,
        None,
        None,
        f"{person.name}已登记了另一个账号；如确是本人更换账号，请联系管理员重新绑定",
    )


def _judge_stranger(case: _Case) -> NameJudgement:
    """Nobody on the roster is named."""
    remainder = read_remainder(case.reading, case.roster, case.departments)
    owner = case.owner or _meant_by_number(case, remainder)
    if owner is None and remainder.standing is Standing.UNKNOWN:
        return NameJudgement(
            Standing.UNKNOWN,
            remainder.department,
            remainder.name,
            None,
            None,
            f"花名册中没有{remainder.name}，请核对姓名或联系管理员",
        )
    if owner is not None and not owner.active:
        return NameJudgement(
            Standing.DEPARTED,
            remainder.department,
            remainder.name,
            owner.staff_id,
            None,
            f"该账号登记为{owner.name}，花名册显示已离职",
        )
    return _misnamed(case, owner, remainder.reason, remainder=remainder)


def _meant_by_number(case: _Case, remainder: Remainder) -> Staff | None:
    """Whose staff number stands on the card beside the right department and without a name."""
    person = _numbered(case)
    if person is None or remainder.department is None or remainder.text:
        return None
    if case.bound_elsewhere(person):
        return None
    fits = in_departments(person, (remainder.department,), case.departments)
    return person if fits and person.active else None


def _misnamed(
    case: _Case,
    person: Staff | None,
    reason: str,
    *,
    mention: Mention | None = None,
    remainder: Remainder | None = None,
) -> NameJudgement:
    if mention is not None:
        department: str | None = _shown_department(mention)
        name: str | None = mention.people[0].name
    else:
        department = remainder.department if remainder else None
        name = remainder.name if remainder else None
    return NameJudgement(
        Standing.MISNAMED,
        department,
        name,
        person.staff_id if person else None,
        case.card_of(person),
        reason,
    )


def _shown_department(mention: Mention) -> str | None:
    return mention.departments[0] if mention.departments else None


def _listed(departments: tuple[str, ...]) -> str:
    return "、".join(departments)
