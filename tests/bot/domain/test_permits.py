"""A permit is for one text, one person's word is not two, and time ends everything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from bot.domain.errors import RefusedError
from bot.domain.identifiers import AccountKey, GroupKey, Platform
from bot.domain.permits import (
    Permit,
    PermitLimits,
    PermitState,
    Someone,
    approve,
    canonical,
    expire,
    fingerprint,
    reject,
    withdraw,
)

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
LIMITS = PermitLimits()
GROUP = GroupKey(Platform.QQ, "1")
APPLICANT, SECOND_ACCOUNT, ONE, OTHER = (
    AccountKey(Platform.QQ, number) for number in ("10", "11", "20", "21")
)
PEOPLE = (
    Someone(APPLICANT),
    Someone(SECOND_ACCOUNT, frozenset({APPLICANT})),
    Someone(ONE),
    Someone(OTHER),
)
OVER = (PermitState.REJECTED, PermitState.REVOKED)


def permit(*, emergency: bool = False, hours: int = 10) -> Permit:
    return Permit(
        number=1,
        applicant=APPLICANT,
        topic="停水通知",
        reason="师生需要知道",
        groups=(GROUP,),
        starts_at=NOON,
        ends_at=NOON + hours * HOUR,
        fingerprint=fingerprint("明天停水"),
        applied_at=NOON,
        emergency=emergency,
    )


class PermitMachine(RuleBasedStateMachine):
    """People say yes and no in any order while time passes."""

    @initialize(emergency=st.booleans(), hours=st.integers(1, 40))
    def apply(self, emergency: bool, hours: int) -> None:
        self.now = NOON
        self.permit = permit(emergency=emergency, hours=hours)
        self.asked_until = self.permit.ends_at
        self.ended = False

    @rule(minutes=st.integers(0, 600))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        self._becomes(expire(self.permit, self.now))

    @rule(who=st.sampled_from(PEOPLE))
    def somebody_approves(self, who: Someone) -> None:
        before = self.permit
        try:
            self._becomes(approve(before, who, self.now, LIMITS))
        except RefusedError:
            waits = before.state is PermitState.WAITING or before.review_pending
            known = [one.account for one in before.approvals]
            late = before.state is PermitState.WAITING and self.now >= before.ends_at
            assert not waits or late or who.is_one_of(APPLICANT, *known)

    @rule(who=st.sampled_from(PEOPLE))
    def somebody_rejects(self, who: Someone) -> None:
        try:
            self._becomes(reject(self.permit, who, self.now, "不妥"))
        except RefusedError:
            return
        assert not who.is_one_of(APPLICANT)

    @rule(who=st.sampled_from(PEOPLE))
    def somebody_withdraws(self, who: Someone) -> None:
        try:
            self._becomes(withdraw(self.permit, who))
        except RefusedError:
            return
        assert who.is_one_of(APPLICANT)

    def _becomes(self, then: Permit) -> None:
        if self.permit.state in OVER:
            assert then.state is self.permit.state
        assert then.approvals[: len(self.permit.approvals)] == self.permit.approvals
        self.permit = then

    @invariant()
    def nobody_signs_his_own_or_twice(self) -> None:
        signed = [one.account for one in self.permit.approvals]
        assert not {APPLICANT, SECOND_ACCOUNT} & set(signed)
        assert len(signed) == len(set(signed))
        assert len(signed) <= (2 if self.permit.emergency else 1)

    @invariant()
    def nothing_is_in_force_without_a_yes_or_out_of_its_time(self) -> None:
        inside = self.permit.in_force(self.now, self.now)
        if inside:
            assert self.permit.approvals
            assert self.now < self.permit.ends_at <= self.asked_until
            assert self.permit.state is PermitState.APPROVED
        if self.permit.emergency and self.permit.approved_at:
            longest = self.permit.approved_at + LIMITS.emergency_lasts
            assert self.permit.ends_at <= longest

    @invariant()
    def every_emergency_that_took_effect_is_reviewed_or_waits_for_it(self) -> None:
        if self.permit.emergency and len(self.permit.approvals) == 1:
            assert self.permit.review_pending or self.permit.state is PermitState.REVOKED
            assert self.permit.review_due_at is not None


TestPermits = PermitMachine.TestCase
TestPermits.settings = settings(max_examples=60, stateful_step_count=20, deadline=None)


def test_approver_who_comes_second_is_told_that_it_is_decided() -> None:
    once = approve(permit(), Someone(ONE), NOON, LIMITS)
    with pytest.raises(RefusedError, match="已批准，无需再批准"):
        approve(once, Someone(OTHER), NOON, LIMITS)


def test_approval_after_the_time_asked_for_is_refused() -> None:
    with pytest.raises(RefusedError, match="发布时间已过"):
        approve(permit(hours=1), Someone(ONE), NOON + HOUR, LIMITS)


def test_applicant_with_another_account_is_still_the_applicant() -> None:
    with pytest.raises(RefusedError, match="须由他人审批"):
        approve(permit(), Someone(SECOND_ACCOUNT, frozenset({APPLICANT})), NOON, LIMITS)


def test_emergency_is_reviewed_by_somebody_else() -> None:
    once = approve(permit(emergency=True), Someone(ONE), NOON, LIMITS)
    assert once.in_force(NOON, NOON)
    assert once.ends_at == NOON + LIMITS.emergency_lasts
    with pytest.raises(RefusedError, match="另一位审批人"):
        approve(once, Someone(ONE), NOON, LIMITS)
    later = expire(once, NOON + 20 * HOUR)
    reviewed = approve(later, Someone(OTHER), NOON + 20 * HOUR, LIMITS)
    assert reviewed.state is PermitState.EXPIRED
    assert not reviewed.review_pending


def test_message_posted_in_time_and_judged_after_it_was_permitted() -> None:
    given_ = approve(permit(hours=1), Someone(ONE), NOON, LIMITS)
    last = NOON + HOUR - timedelta(seconds=1)
    over = expire(given_, NOON + HOUR)
    assert over.in_force(last, NOON + HOUR)
    assert not over.in_force(NOON + HOUR, NOON + HOUR)


def test_message_judged_before_the_yes_was_not_permitted() -> None:
    given_ = approve(permit(), Someone(ONE), NOON + HOUR, LIMITS)
    assert not given_.in_force(NOON, NOON)


@given(st.text())
def test_canonical_form_is_its_own_canonical_form(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(st.lists(st.text(st.characters(exclude_categories=("Z", "C"))), min_size=1))
def test_line_ends_and_trailing_spaces_change_nothing(lines: list[str]) -> None:
    assert fingerprint(" \r\n".join(lines) + "\n ") == fingerprint("\n".join(lines))


@given(st.text(min_size=1), st.data())
def test_any_other_character_makes_another_text(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(exclude_categories=("Z", "C")))
    assume(text[at] != other)
    assert fingerprint(text[:at] + other + text[at + 1 :]) != fingerprint(text)


def test_withdrawn_permit_is_in_force_no_more() -> None:
    given_ = approve(permit(), Someone(ONE), NOON, LIMITS)
    assert not withdraw(given_, Someone(APPLICANT)).in_force(NOON, NOON)
    assert replace(given_, state=PermitState.REVOKED).in_force(NOON, NOON) is False
