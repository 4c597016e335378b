"""What people see when they look at permits; texts only in private."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.identifiers import AccountKey
from bot.domain.permits import Filed, Permit, PermitState, Someone
from config.wording import Wording
from plugins.permits.letters import Letters

_MOST_FILED = 20


@dataclass(frozen=True, slots=True)
class PermitPages:
    """Turns permits into lines."""

    wording: Wording
    letters: Letters

    def template(self) -> str:
        """The form to copy and fill in."""
        return self.wording.text("permit.template")

    def received(self, permit: Permit, asked: Iterable[AccountKey], text: str) -> tuple[str, str]:
        """What the applicant hears at once: in private with the text as it was read, in a group."""
        number = f"X{permit.number}"
        private = self.wording.text(
            "permit.received",
            number=number,
            groups=self.letters.groups(permit.groups),
            span=self.letters.span(permit),
            posters=self.letters.posters(permit),
            asked=self.letters.people(asked),
            count=len(text),
            text=text,
        )
        return private, self.wording.text("permit.received_public", number=number)

    def approved(self, permit: Permit) -> str:
        """What an approver hears after his yes."""
        number = f"X{permit.number}"
        if len(permit.approvals) > 1:
            return self.wording.text("permit.confirmed", number=number)
        if permit.review_pending:
            return self.wording.text(
                "permit.approved_emergency", number=number, span=self.letters.span(permit)
            )
        return self.wording.text("permit.approved", number=number, span=self.letters.span(permit))

    def undecided(self, permit: Permit) -> bool:
        """Whether an approver's word is wanted."""
        return permit.state is PermitState.WAITING or permit.review_pending

    def full(self, permit: Permit, text: str | None) -> str:
        """One permit with everything that is known of it."""
        letters = self.letters
        number = f"X{permit.number}"
        lines = [
            self.wording.text(
                "permit.full",
                number=number,
                state=self._state(permit),
                who=letters.who(permit.applicant),
                topic=permit.topic,
                reason=permit.reason or "未写明",
                groups=letters.groups(permit.groups),
                span=letters.span(permit),
                posters=letters.posters(permit),
                signed=letters.people(one.account for one in permit.approvals) or "（无）",
                fingerprint=permit.fingerprint[:16],
            )
        ]
        lines += [self._filed(permit, one) for one in permit.filed[:_MOST_FILED]]
        unread = self.wording.text("permit.text_gone")
        lines.append(self.wording.text("permit.full_text", text=text or unread))
        return "\n".join(lines)

    def listed(self, permits: Sequence[Permit], mine: Someone) -> str:
        """Several permits, a line each."""
        if not permits:
            return self.wording.text("permit.none")
        lines = [self.wording.text("permit.list_header", count=len(permits))]
        lines += [
            self.wording.text(
                "permit.line",
                number=f"X{one.number}",
                state=self._state(one),
                who="您" if mine.is_one_of(one.applicant) else self.letters.who(one.applicant),
                topic=one.topic,
                groups=self.letters.groups(one.groups),
                span=self.letters.span(one),
                filed=len(one.filed),
            )
            for one in permits
        ]
        return "\n".join(lines)

    def filings(self, permits: Sequence[Permit]) -> str:
        """What was posted under permits, newest first."""
        found = sorted(
            ((filed, permit) for permit in permits for filed in permit.filed),
            key=lambda pair: pair[0].at,
            reverse=True,
        )
        if not found:
            return self.wording.text("permit.no_filings")
        return "\n".join(self._filed(permit, filed) for filed, permit in found[:_MOST_FILED])

    def _filed(self, permit: Permit, filed: Filed) -> str:
        return self.wording.text(
            "permit.filed",
            number=f"X{permit.number}",
            at=self.letters.texts.moment(filed.at),
            group=self.letters.texts.group_name(filed.group),
            who=self.letters.who(filed.author),
            message=filed.message_id,
            signed=self.letters.people(one.account for one in permit.approvals),
        )

    def _state(self, permit: Permit) -> str:
        if permit.review_pending:
            return f"{permit.state.label}，待复核"
        return permit.state.label
