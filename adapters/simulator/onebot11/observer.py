"""What QQ's kernel tells an implementation."""

from typing import Protocol

from adapters.simulator.onebot11.people import Group, JoinRequest, Message


class Observer(Protocol):
    """Learns of everything that happens, as QQ's kernel tells the implementation."""

    def spoken(self, message: Message) -> None:
        """A message was posted."""

    def recalled(self, message: Message, operator: int) -> None:
        """A message was taken back."""

    def joined(self, group: Group, account: int, operator: int, *, invited: bool) -> None:
        """Somebody entered."""

    def departed(self, group: Group, account: int, operator: int, reason: str) -> None:
        """Somebody is gone; ``reason`` is ``leave``, ``kick`` or ``disband``."""

    def muted(self, group: Group, account: int, operator: int, seconds: int) -> None:
        """Somebody (0: everybody) was muted (-1: without end) or set free (0)."""

    def role_changed(self, group: Group, account: int) -> None:
        """An admin was made or unmade."""

    def requested(self, request: JoinRequest) -> None:
        """Somebody asked to enter."""

    def uploaded(self, group: Group, account: int, file: dict[str, object]) -> None:
        """A file was put into the group."""
