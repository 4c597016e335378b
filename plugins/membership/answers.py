"""Who an applicant says he is, held against the roster. Pure.

An answer is read like a group card, only more leniently: order and courtesy do not matter, and a
name that only one person bears, or a staff number, is enough. What could be somebody else speaking
(张三的学生, 李四推荐) is never taken for the person named.
"""

import re
from dataclasses import dataclass

from bot.domain.departments import Departments
from bot.domain.identifiers import AccountKey
from bot.domain.name_folding import name_key
from bot.domain.name_grammar import Reading, read_card
from bot.domain.name_mentions import Shape, find_mentions, in_departments
from bot.domain.names import NameJudgement, judge_card
from bot.domain.people import Roster, Staff, Standing

MATCHED, UNMATCHED, IMPOSTOR = "matched", "unmatched", "impostor"

_SHORTEST_NUMBER = 4
# None of these is stripped unless at least two characters show that it is a phrase, not a name.
_COURTESY = re.compile(
    r"(?:恳请|烦请|敬请|请|麻烦|劳烦|求|望|希望)(?:您|你|老师|领导|群主|管理员|各位)*"
    r"(?:给|帮忙|帮|予以)?(?:通过|同意|批准|审核|验证|放行|允许|准许|加|拉)我?(?:一下|下|入群|进群)?"
    r"|通过(?:一下|下)|(?:申请|想|要|需要)?(?:加入|加|入|进)(?:本|贵|该|工作|通知|部门|学校|学院)*群"
    r"|特此申请|申请(?:加入|进入)?|(?:谢谢|多谢|感谢|辛苦|拜托)(?:您|你|各位|老师|群主|管理员|了)*"
    r"|新(?:来|入职|调入|报到)的?(?:老师|教师|员工|同事|职工)?|新(?:老师|教师|同事|员工|职工)"
    r"|(?:本校|我校|在职|在编)?(?:教职员工|教职工|教工|职工|员工|工作人员)"
    r"|各位(?:老师|领导|同事)?好?|领导好|老师们?好?|群主您?好?|管理员您?好?"
    r"|这里是|这边是|这是|来自|你们|我们|咱们"
)
_SOMEBODY_ELSE = re.compile(
    r"(?:老师|主任|处长|院长|书记|校长|科长|部长|教授)?"
    r"(?:的|助理|助手|秘书(?!处|科)|司机|学生(?![处科会工事服部])|同学|同事|职工|员工|家属|家长|家里|朋友|爱人|亲戚|妻|夫|女儿|儿子"
    r"|介绍|推荐|邀请|同意|批准|允许|让|叫|安排|拉我|通知)"
)


@dataclass(frozen=True, slots=True)
class Vetting:
    """What an application comes to; ``reason`` is for the owner to read."""

    kind: str
    reason: str
    staff_id: str | None = None


@dataclass(frozen=True, slots=True)
class _Applicant:
    account: AccountKey
    roster: Roster
    departments: Departments

    def judge(self, text: str) -> NameJudgement:
        return judge_card(text, self.account, self.roster, self.departments)

    def read(self, text: str) -> Reading:
        return Reading(read_card(text), self.departments)


def vet(answer: str, account: AccountKey, roster: Roster, departments: Departments) -> Vetting:
    """Hold an application against the roster; ``answer`` is the applicant's own text."""
    if not len(roster):
        return Vetting(UNMATCHED, "花名册尚未导入，无法核对")
    applicant = _Applicant(account, roster, departments)
    owner = roster.bound_to(account)
    if owner is not None:
        return _vet_known(answer, owner, applicant)
    if not answer.strip():
        return Vetting(UNMATCHED, "未填写验证信息")
    readings = (_vet_named(answer, applicant), _vet_named(_COURTESY.sub(" ", answer), applicant))
    said = [vetting for vetting in readings if vetting is not None]
    if not said:
        return Vetting(UNMATCHED, "验证信息中没有可核对的部门和姓名")
    chosen = next((vetting for vetting in said if vetting.kind != UNMATCHED), said[0])
    person = roster.staff(chosen.staff_id) if chosen.staff_id else None
    if chosen.kind == MATCHED and person is not None and _may_be_somebody_else(answer, person):
        return Vetting(UNMATCHED, f"提到了{person.name}，但可能不是本人")
    return chosen


def _vet_known(answer: str, owner: Staff, applicant: _Applicant) -> Vetting:
    if not owner.active:
        return Vetting(UNMATCHED, f"该账号登记为{owner.name}，花名册显示已离职", owner.staff_id)
    judgement = applicant.judge(answer)
    if judgement.standing is Standing.IMPOSTOR:
        return Vetting(
            IMPOSTOR, f"该账号登记为{owner.name}，却自称{judgement.name}", owner.staff_id
        )
    return _matched(owner)


def _vet_named(text: str, applicant: _Applicant) -> Vetting | None:
    """None where the text says nothing that can be held against the roster."""
    judgement = applicant.judge(text)
    match judgement.standing:
        case Standing.IMPOSTOR:
            return Vetting(IMPOSTOR, f"{judgement.name}已登记了另一个账号")
        case Standing.DEPARTED:
            return Vetting(UNMATCHED, f"花名册显示{judgement.name}已离职", judgement.staff_id)
        case Standing.WRONG_DEPARTMENT:
            return Vetting(UNMATCHED, judgement.reason)
    person = applicant.roster.staff(judgement.staff_id) if judgement.staff_id else None
    if person is None:
        return _vet_numbered(text, applicant) or _unclear(text, judgement, applicant)
    return _vet_person(text, person, judgement, applicant)


def _vet_person(
    text: str, person: Staff, judgement: NameJudgement, applicant: _Applicant
) -> Vetting | None:
    mentions = find_mentions(applicant.read(text), applicant.roster)
    if mentions and max(mention.shape for mention in mentions) is Shape.CLUTTERED:
        return None
    mentioned = (judgement.department,) if judgement.department else ()
    if not in_departments(person, mentioned, applicant.departments):
        return Vetting(UNMATCHED, f"花名册中{person.name}不在{judgement.department}")
    return _matched(person)


def _vet_numbered(text: str, applicant: _Applicant) -> Vetting | None:
    """A staff number beside nothing but courtesy and, at most, the right department."""
    reading = applicant.read(text)
    numbers = [number for number in reading.card.numbers if len(number) >= _SHORTEST_NUMBER]
    people = {one.staff_id: one for number in numbers if (one := applicant.roster.numbered(number))}
    said = reading.front.get(len(reading.card.letters))
    if len(people) != 1 or said is None:
        return None
    (person,) = people.values()
    if not person.active:
        return Vetting(UNMATCHED, f"花名册显示工号 {person.staff_id} 已离职", person.staff_id)
    if person.account_on(applicant.account.platform) is not None:
        return Vetting(IMPOSTOR, f"工号 {person.staff_id} 已登记了另一个账号")
    if not in_departments(person, said.departments, applicant.departments):
        return Vetting(UNMATCHED, f"工号 {person.staff_id} 不在{'、'.join(said.departments)}")
    return _matched(person)


def _unclear(text: str, judgement: NameJudgement, applicant: _Applicant) -> Vetting | None:
    """Somebody of the roster may be meant, but not certainly whom."""
    if judgement.standing is Standing.UNKNOWN:
        return Vetting(UNMATCHED, f"花名册中没有{judgement.name}")
    mentions = find_mentions(applicant.read(text), applicant.roster)
    clear = [mention for mention in mentions if mention.shape is not Shape.CLUTTERED]
    if not clear:
        return None
    name = clear[0].people[0].name
    if len(clear[0].people) > 1:
        return Vetting(UNMATCHED, f"有多位{name}，需注明部门或工号")
    return Vetting(UNMATCHED, f"提到了{name}，但与花名册不完全相符")


def _may_be_somebody_else(answer: str, person: Staff) -> bool:
    _, named, after = read_card(answer).letters.partition(name_key(person.name))
    return bool(named) and _SOMEBODY_ELSE.match(after) is not None


def _matched(person: Staff) -> Vetting:
    department = person.departments[0] if person.departments else ""
    return Vetting(MATCHED, f"与花名册相符:{department}{person.name}", person.staff_id)
