"""Everything that is said about permits: in private in full, in a group without the text."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.identifiers import AccountKey, GroupKey
from bot.domain.permits import Permit, place_of_text
from bot.engine.texts import Texts
from config.wording import Wording


@dataclass(frozen=True, slots=True)
class Letters:
    """Each text twice: (in private, in a group)."""

    wording: Wording
    texts: Texts

    def question(self, permit: Permit) -> tuple[str, str]:
        """What an approver is asked."""
        number = f"X{permit.number}"
        fields = {**self._about(permit), "text": place_of_text(permit.number)}
        private = (
            self.wording.text("permit.ask_emergency", **fields)
            if permit.emergency
            else self.wording.text("permit.ask", **fields)
        )
        return private, self.wording.text("permit.ask_public", number=number)

    def review(self, permit: Permit) -> tuple[str, str]:
        """What a second approver is asked after an emergency."""
        fields = {
            **self._about(permit),
            "text": place_of_text(permit.number),
            "signed": self.people(one.account for one in permit.approvals),
            "due": self._moment(permit.review_due_at),
        }
        public = self.wording.text("permit.ask_public", number=f"X{permit.number}")
        return self.wording.text("permit.review", **fields), public

    def granted(self, permit: Permit) -> tuple[str, str]:
        """What the applicant hears: exactly what is permitted, until when."""
        number = f"X{permit.number}"
        private = self.wording.text(
            "permit.granted",
            number=number,
            signed=self.people(one.account for one in permit.approvals),
            posters=self.posters(permit),
            groups=self.groups(permit.groups),
            span=self.span(permit),
            text=place_of_text(permit.number),
        )
        public = self.wording.text("permit.granted_public", number=number, span=self.span(permit))
        return private, public

    def refused(self, permit: Permit) -> tuple[str, str]:
        """What the applicant hears of a no."""
        text = self.wording.text(
            "permit.refused",
            number=f"X{permit.number}",
            state=permit.state.label,
            reason=permit.decided_reason or "未写明",
        )
        return text, text

    def reviewed(self, permit: Permit) -> tuple[str, str]:
        """What the applicant hears once a second person has agreed."""
        text = self.wording.text("permit.reviewed", number=f"X{permit.number}")
        return text, text

    def ran_out(self, permit: Permit) -> tuple[str, str]:
        """What the applicant hears when nobody answered in time."""
        text = self.wording.text("permit.ran_out", number=f"X{permit.number}")
        return text, text

    def unanswered(self, permit: Permit) -> tuple[str, str]:
        """What supervisors hear when no approver answers."""
        fields = self._about(permit)
        text = self.wording.text(
            "permit.unanswered",
            number=fields["number"],
            who=fields["who"],
            topic=fields["topic"],
            since=self._moment(permit.applied_at),
        )
        return text, text

    def review_overdue(self, permit: Permit) -> tuple[str, str]:
        """What supervisors hear when nobody reviewed an emergency."""
        text = self.wording.text(
            "permit.review_overdue",
            number=f"X{permit.number}",
            due=self._moment(permit.review_due_at),
        )
        return text, text

    def no_reviewer(self, permit: Permit) -> tuple[str, str]:
        """What supervisors hear when there is no second approver."""
        text = self.wording.text(
            "permit.no_reviewer",
            number=f"X{permit.number}",
            due=self._moment(permit.review_due_at),
        )
        return text, text

    def no_approver(self) -> str:
        """What an applicant hears where nobody could approve."""
        return self.wording.text("permit.no_approver")

    def span(self, permit: Permit) -> str:
        """From when until when."""
        return self.texts.span(permit.starts_at, permit.ends_at)

    def groups(self, groups: tuple[GroupKey, ...]) -> str:
        """Groups by name."""
        return "、".join(self.texts.group_name(one) for one in groups)

    def posters(self, permit: Permit) -> str:
        """Who may post it."""
        if permit.anybody:
            return "群内任何人"
        return self.people((permit.applicant, *permit.posters))

    def people(self, accounts: Iterable[AccountKey]) -> str:
        """People by name, as the roster knows them."""
        return "、".join(dict.fromkeys(self.who(one) for one in accounts))

    def who(self, account: AccountKey) -> str:
        """One person: department and name, else the account."""
        register = self.texts.register
        staff = register.roster.bound_to(account)
        if staff is None:
            cards = (register.member(key, account) for key in register.groups)
            return next((one.card for one in cards if one and one.card), account.id)
        department = staff.departments[0] if staff.departments else ""
        return f"{department}-{staff.name}" if department else staff.name

    def _about(self, permit: Permit) -> dict[str, str]:
        return {
            "number": f"X{permit.number}",
            "who": self.who(permit.applicant),
            "topic": permit.topic,
            "reason": permit.reason or "未写明",
            "groups": self.groups(permit.groups),
            "span": self.span(permit),
            "posters": self.posters(permit),
        }

    def _moment(self, at: datetime | None) -> str:
        return self.texts.moment(at) if at else ""
