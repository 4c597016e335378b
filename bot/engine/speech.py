"""How the bot answers people: the face of the outbox that plugins and the router see."""

from typing import Protocol

from bot.domain.identifiers import AccountKey, GroupKey


class Speech(Protocol):
    """Says things that nobody needs a receipt for: answers to commands."""

    async def answer(
        self,
        account: AccountKey,
        group: GroupKey | None,
        text: str,
        *,
        hint: str | None = None,
        asked_in: GroupKey | None = None,
    ) -> bool:
        """Answer one person: in ``group`` with an @, or in private when it is None.

        A private answer to somebody who cannot be reached says ``hint`` instead: where he asked,
        else in a group they share, if there is one. Returns whether anything was said.
        """
