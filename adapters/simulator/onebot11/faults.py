"""Everything that can go wrong, each switchable while the play runs, each with its source.

NC, LL and GC number issues of NapNeko/NapCatQQ, LLOneBot/LuckyLilliaBot and Mrs4s/go-cqhttp.
"""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Timing:
    """How long the implementation takes, seconds. The defaults are brisk; ``like_napcat`` is real.

    Sources: NapCat config/config.ts (heartbeat, reconnect, baseTimeout), SetGroupCard.ts (three
    looks, one second apart), napcat-core/apis/msg.ts (a recall waits one second for its update).
    """

    heartbeat: float = 2.0
    reconnect: float = 0.2
    kernel_wait: float = 0.5
    recall_wait: float = 0.1
    card_look: float = 0.02
    member_refresh: float = 0.1
    notice_delay: float = 0.01

    @classmethod
    def like_napcat(cls) -> "Timing":
        """The waits of the real thing."""
        return cls(
            heartbeat=30.0,
            reconnect=5.0,
            kernel_wait=10.0,
            recall_wait=1.0,
            card_look=1.0,
            member_refresh=2.0,
            notice_delay=0.2,
        )


@dataclass(slots=True)
class Faults:
    """The switches.

    Kinds are dotted prefixes: ``message``, ``message.group``, ``notice.group_recall``,
    ``request.group``, ``meta_event.heartbeat``.
    """

    stale_member_list: bool = True
    """``no_cache`` starts a refresh and answers from the old list. On, since NapCat always does
    so (NapCat GetGroupMemberList.ts; NC#88, NC#506, NC#610, NC#783, NC#1377)."""

    frozen_member_cache: bool = False
    """Joins and departures do not reach the cached list, so the first answer names people who
    are long gone (NC#88, NC#783)."""

    truncated_member_list: int | None = None
    """At most so many members are listed while ``member_count`` tells the truth (NC#1377)."""

    empty_cards: set[int] = field(default_factory=set)
    """``get_group_member_info`` shows these accounts without their card
    (Mai-with-u/MaiBot#1227)."""

    kick_without_effect: bool = False
    """A kick is answered ok and nobody is gone: the kernel's answer is thrown away (NapCat
    SetGroupKick.ts; SnowLuma#298)."""

    recall_without_effect: bool = False
    """A recall is answered ok and the message stays (NC#332, LL#384, LL#388)."""

    send_block: bool = False
    """Sending times out while everything else works: the silent send block (NC#750, NC#751,
    NC#788, NC#1061, NC#1149, NC#1728)."""

    send_applied_without_answer: bool = False
    """A sending arrives in the group and its answer is a timeout text (NapCat SendMsg.ts)."""

    unanswered: set[str] = field(default_factory=set)
    """Actions that are neither carried out nor answered. ``{"get_msg"}`` is the 30 s silence at a
    quoted message (NC#1729; the library's own wait in nonebot/adapters/onebot/store.py)."""

    refused: dict[str, str] = field(default_factory=dict)
    """Actions answered 1200 with this text, e.g. ``Operation too fast`` (mamoe/mirai#2203)."""

    slow: dict[str, float] = field(default_factory=dict)
    """Seconds an action takes before it is carried out (NapCat OneBotAction.ts, baseTimeout)."""

    cut_before: set[str] = field(default_factory=set)
    """The connection breaks when these arrive; they are not carried out. One use each: an answer
    never crosses connections (nonebot/adapters/onebot/store.py)."""

    cut_after: set[str] = field(default_factory=set)
    """These are carried out and the connection breaks before the answer. One use each."""

    deaf: bool = False
    """Heartbeats go on, no message is pushed (NC#1201, NC#1796, NC#1816)."""

    half_open: bool = False
    """The socket stays and nobody reads, answers or pongs (NapCat websocket-client.ts keeps no
    watch of its own; the old socket blocks a new one in adapter-onebot `_handle_ws`)."""

    dropped: dict[str, float] = field(default_factory=dict)
    """Probability by kind that an event is never pushed (NC#683)."""

    duplicated: dict[str, float] = field(default_factory=dict)
    """Probability by kind that an event comes twice (NapCat's request code has no duplicate
    check, index.ts)."""

    malformed: dict[str, float] = field(default_factory=dict)
    """Probability by kind that the frame breaks off in the middle (one such frame closes the
    connection in adapter-onebot `_handle_ws`)."""

    reorder: int = 0
    """So many events are held back and let go in another order; 0 keeps the order. A short run is
    let go after 50 ms (NC#130: a stalled host released its backlog in one burst)."""

    string_ids: bool = False
    """Ids in events are strings (ncatbot/NcatBot real_notice_events.json)."""

    null_sub_type: bool = False
    """``sub_type`` of notices is null (ncatbot/NcatBot real_notice_events.json)."""

    missing_fields: set[str] = field(default_factory=set)
    """Top-level fields left out of events; ``{"font"}`` makes the library's group matchers skip a
    message silently (adapter-onebot v11/event.py)."""

    media_expired: bool = False
    """Pictures and files are answered 404: their addresses hold for hours (NapCat rkey manager)."""

    media_slow: float = 0.0
    """Seconds before a picture or file is answered."""

    media_cut: bool = False
    """The connection breaks in the middle of a picture or file."""

    media_redirect: str = ""
    """Every picture and file is answered with a redirect to this address."""

    doubtful_joins: bool = False
    """New requests make no event and are found only by ``get_group_system_msg`` (NC#258, NC#875,
    NC#967)."""

    history_omits_offline: bool = False
    """Messages of a disconnected period are not in the history (NC#1838)."""

    history_gaps: set[tuple[int, int]] = field(default_factory=set)
    """(group, sequence) pairs that the history never shows (NC#1838)."""

    wrong_token: bool = False
    """The next connections carry another token (OB communication/authorization.md)."""

    clock_offset: int = 0
    """Seconds added to the ``time`` of every event."""


def probability(table: dict[str, float], kind: str) -> float:
    """The probability of the longest prefix of ``kind`` in ``table``; 0 when none fits."""
    fitting = [prefix for prefix in table if kind == prefix or kind.startswith(f"{prefix}.")]
    return table[max(fitting, key=len)] if fitting else 0.0
