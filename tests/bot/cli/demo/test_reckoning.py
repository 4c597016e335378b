"""The books of a small play, and every discrepancy that may be planted in them."""

from dataclasses import dataclass, field, replace

import pytest

from adapters.simulator.groups import GroupPlan, Habit, Seat
from adapters.simulator.onebot11.simulator import OneBotSimulator
from bot.cli.demo.ledger import Books, RecordedCase, RecordedMeasure
from bot.cli.demo.reckoning import Reckoning, reckon, settled
from bot.cli.demo.script import Posted, Script

GROUP, OWNER, MEMBER, OFFENDER = 900, 100, 101, 102


def _seat(account: int, role: str = "member") -> Seat:
    return Seat(account, f"昵称{account}", f"教务处-{account}", role, Habit.COMPLIANT)


def _measure(kind: str, **more: object) -> RecordedMeasure:
    base = RecordedMeasure(
        id=1,
        kind=kind,
        state="done",
        rung="automatic",
        withheld=None,
        violation=1,
        plan=None,
        group=GROUP,
        account=OFFENDER,
        message=None,
        request=None,
        text="",
        public_text="",
        receipt="platform_notice",
    )
    return replace(base, **more)  # type: ignore[arg-type]  # the fields of the class, by name


@dataclass
class Play:
    """One listed word, recalled and told of, and one answered command; the books agree."""

    simulator: OneBotSimulator
    script: Script
    number: int
    books: Books
    told: str = "登记号 W1"
    found: Reckoning = field(default_factory=Reckoning)

    def reckoned(self) -> Reckoning:
        return reckon(self.simulator, self.script, self.books)

    def bot_says(self, words: str) -> None:
        self.simulator.say(GROUP, self.simulator.world.self_id, words)


@pytest.fixture
async def play() -> Play:
    seats = (_seat(OWNER, "owner"), _seat(MEMBER), _seat(OFFENDER))
    simulator = OneBotSimulator(
        (GroupPlan(GROUP, "教务处工作群", seats),), url="ws://127.0.0.1:1/x", token="t"
    )
    number = simulator.say(GROUP, OFFENDER, "有词")
    simulator.say(GROUP, MEMBER, "收到")
    own = simulator.world.self_id
    simulator.recall_by(own, number)
    simulator.say(GROUP, own, "您有一条消息已撤回，登记号 W1")
    simulator.say(GROUP, own, "本群都好")
    script = Script(offences=[Posted(number, GROUP, OFFENDER)], answered=["本群都好"])
    messages = simulator.group(GROUP).messages
    events = {f"m:{GROUP}:{simulator_number(one)}" for one in messages if one.author != own}
    case = RecordedCase(
        number=1,
        rule="content",
        kind="serious",
        state="closed",
        group=GROUP,
        account=OFFENDER,
        message=number,
    )
    books = Books(
        events,
        [case],
        [
            _measure("recall", message=number),
            _measure("notify", id=2, text="您有一条消息已撤回，登记号 W1"),
        ],
    )
    return Play(simulator, script, number, books)


def simulator_number(message: object) -> int:
    from adapters.simulator.onebot11.identifiers import message_id
    from adapters.simulator.onebot11.people import Message

    assert isinstance(message, Message)
    return message_id(message)


async def test_books_that_agree_balance(play: Play) -> None:
    found = play.reckoned()
    assert list(found.discrepancies()) == []
    assert found.balanced
    assert settled(play.simulator, play.books)


async def test_a_message_nobody_took_in_is_lost(play: Play) -> None:
    play.simulator.say(GROUP, MEMBER, "断线时说的话")
    assert len(play.reckoned().lost) == 1
    assert not settled(play.simulator, play.books)


async def test_a_listed_word_without_a_case_is_lost(play: Play) -> None:
    play.books = replace(play.books, cases=[])
    assert play.reckoned().lost == [f"违规消息 {play.number} 没有登记"]


async def test_a_listed_word_that_stays_is_lost_unless_the_bot_was_not_free(play: Play) -> None:
    number = play.simulator.say(GROUP, MEMBER, "又有词")
    case = replace(play.books.cases[0], number=2, message=number)
    play.books = Books(
        {*play.books.events, f"m:{GROUP}:{number}"}, [*play.books.cases, case], play.books.measures
    )
    play.script.offences.append(Posted(number, GROUP, MEMBER))
    assert play.reckoned().lost == [f"违规消息 {number} 没有撤回"]
    play.script.offences[-1] = replace(play.script.offences[-1], recallable=False)
    assert play.reckoned().balanced


async def test_two_cases_for_one_message_are_doubled(play: Play) -> None:
    again = replace(play.books.cases[0], number=2)
    play.books = replace(play.books, cases=[*play.books.cases, again])
    assert len(play.reckoned().doubled) == 1


async def test_a_case_for_an_innocent_message_is_a_discrepancy(play: Play) -> None:
    innocent = play.simulator.say(GROUP, MEMBER, "引用：有词")
    case = replace(play.books.cases[0], number=2, message=innocent)
    play.books = Books(
        {*play.books.events, f"m:{GROUP}:{innocent}"},
        [*play.books.cases, case],
        play.books.measures,
    )
    assert play.reckoned().unrecorded == [f"消息 {innocent} 被误登记"]


async def test_something_said_twice_is_doubled(play: Play) -> None:
    play.bot_says("您有一条消息已撤回，登记号 W1")
    assert len(play.reckoned().doubled) == 1


async def test_something_recorded_as_said_and_never_heard_is_lost(play: Play) -> None:
    unheard = _measure("notify", id=3, text="登记号 W9")
    play.books = replace(play.books, measures=[*play.books.measures, unheard])
    assert len(play.reckoned().lost) == 1


async def test_words_without_a_record_and_a_second_answer_are_found(play: Play) -> None:
    play.bot_says("谁让我说的")
    play.bot_says("本群都好")
    assert len(play.reckoned().unrecorded) == 2


@pytest.mark.parametrize("state", ["intended", "failed", "unknown", "refused", "expired"])
async def test_an_act_that_did_not_end_well_is_lost(play: Play, state: str) -> None:
    play.books = replace(
        play.books, measures=[*play.books.measures, _measure("mute", id=3, state=state)]
    )
    assert len(play.reckoned().lost) == 1
    assert settled(play.simulator, play.books) is (state not in ("intended", "unknown"))


async def test_an_act_felt_but_not_recorded_and_one_felt_twice_are_found(play: Play) -> None:
    journal = play.simulator.journal
    for _ in range(2):
        call = journal.told("set_group_kick", {"group_id": GROUP, "user_id": MEMBER}, None)
        journal.answered(call, {}, applied=True, sent=True)
    found = play.reckoned()
    assert len(found.unrecorded) == len(found.doubled) == 1
    play.books = replace(
        play.books, measures=[*play.books.measures, _measure("remove", id=3, account=MEMBER)]
    )
    assert play.reckoned().unrecorded == []
