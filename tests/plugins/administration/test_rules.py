"""The gate a rule passes before it may go further."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.measures import Mode
from plugins.administration.rules import SECOND_WITHIN, Proposal, Wish, agreed
from tests.commanding import ADMINISTRATOR, NOON, SECOND_ADMINISTRATOR

modes = st.sampled_from(list(Mode))
people = st.sampled_from([ADMINISTRATOR, SECOND_ADMINISTRATOR])
proposals = st.builds(
    Proposal, modes, people, st.timedeltas(timedelta(-3), timedelta(3)).map(lambda one: NOON + one)
)


@given(modes, modes, modes, people, st.none() | proposals)
def test_nobody_alone_lets_a_rule_go_further(
    now: Mode, then: Mode, granted: Mode, by: object, earlier: Proposal | None
) -> None:
    further = then.rank > now.rank and then.rank > granted.rank
    allowed = agreed(Wish(now, then, granted), by, NOON, earlier)  # type: ignore[arg-type]
    if not further:
        assert allowed
    elif allowed:
        assert earlier is not None
        assert earlier.by != by
        assert earlier.mode is then
        assert timedelta(0) <= NOON - earlier.at <= SECOND_WITHIN


@given(proposals)
def test_a_proposal_is_read_as_it_was_written(proposal: Proposal) -> None:
    assert Proposal.read(proposal.written()) == proposal


def test_no_proposal_is_none() -> None:
    assert Proposal.read("") is None
