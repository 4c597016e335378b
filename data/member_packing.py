"""A group's members as one value: a row per member would make a million rows of a reading."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from bot.domain.groups import Member, Role
from bot.domain.identifiers import AccountKey, Platform


class _Packed(msgspec.Struct, array_like=True):
    """The order of the fields is the format: new ones go to the end, with a default."""

    account_id: str
    card: str
    role: Role
    is_bot: bool
    joined_at: datetime | None
    last_spoke_at: datetime | None
    muted_until: datetime | None


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(list[_Packed])


def pack(members: Iterable[Member]) -> bytes:
    """Members of one group, hence of one platform."""
    return _encoder.encode(
        [
            _Packed(
                one.account.id,
                one.card,
                one.role,
                one.is_bot,
                one.joined_at,
                one.last_spoke_at,
                one.muted_until,
            )
            for one in members
        ]
    )


def unpack(platform: Platform, packed: bytes) -> tuple[Member, ...]:
    """The members that were packed, in their order."""
    return tuple(
        Member(
            account=AccountKey(platform, one.account_id),
            card=one.card,
            role=one.role,
            is_bot=one.is_bot,
            joined_at=one.joined_at,
            last_spoke_at=one.last_spoke_at,
            muted_until=one.muted_until,
        )
        for one in _decoder.decode(packed)
    )
