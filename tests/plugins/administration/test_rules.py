"""The gate a rule passes before it may go further."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.identifiers import AccountKey
from bot.domain.measures import Mode
from plugins.administration.rules import SECOND_WITHIN, Proposal, Wish, agreed
from tests.commanding import ADMINISTRATOR, NOON, SECOND_ADMINISTRATOR

modes = st.sampled_from(list(Mode))
values = st.sampled_from(["enforce", "remind", "20", "a|b"])
people = st.sampled_from([ADMINISTRATOR, SECOND_ADMINISTRATOR])
proposals = st.builds(
    Proposal, values, people, st.timedeltas(timedelta(-3), timedelta(3)).map(lambda one: NOON + one)
)


@given(modes, modes, modes)
def test_only_going_further_than_now_and_than_the_operator_takes_two(
    now: Mode, then: Mode, granted: Mode
) -> None:
    further = then.rank > now.rank and then.rank > granted.rank
    assert Wish(now, then, granted).needs_second is further


@given(values, people, st.none() | proposals, st.booleans())
def test_nobody_agrees_with_himself(
    value: str, by: AccountKey, earlier: Proposal | None, one_person: bool
) -> None:
    def person(account: AccountKey) -> str:
        return "T001" if one_person else str(account)

    if agreed(Proposal(value, by, NOON), earlier, person):
        assert earlier is not None
        assert not one_person
        assert (earlier.value, earlier.by != by) == (value, True)
        assert timedelta(0) <= NOON - earlier.at <= SECOND_WITHIN


@given(proposals)
def test_a_proposal_is_read_as_it_was_written(proposal: Proposal) -> None:
    assert Proposal.read(proposal.written()) == proposal


def test_no_proposal_is_none() -> None:
    assert Proposal.read("") is None
