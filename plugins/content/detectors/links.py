"""Invitations into groups, and links that hide where they lead.

The same patterns judge what a QR code says. Sources: matching paper §4; hosts and paths are those
the platforms give out (DingTalk ``joingroup``, WeCom ``gm``/``ca``, QQ ``qm.qq.com``).
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from plugins.content.detectors.seen import Seen

WORK_GROUP: Final = "work_group_invitation"
OTHER_GROUP: Final = "other_group_invitation"
SHORT_LINK: Final = "short_link"

_EDGE: Final = r"(?<![A-Za-z0-9.-])(?:https?://)?"
_REST: Final = r"[A-Za-z0-9_\-./?=&%#+,:;~]"
_WORK: Final = re.compile(
    _EDGE
    + r"(?:qm\.qq\.com/(?:q/[A-Za-z0-9_-]{4,}|cgi-bin/qm/qr\?)|jq\.qq\.com/\?"
    + r"|work\.weixin\.qq\.com/(?:gm|ca|u|join)/[A-Za-z0-9_-]{6,}"
    + r"|(?:qr|h5)\.dingtalk\.com/(?:action/joingroup|invite-page/|group-live-share/)"
    + r"|(?:page|www)\.dingtalk\.com/wow/dingtalk/act/[a-z]*invite)"
    + rf"{_REST}*",
    re.IGNORECASE,
)
_OTHER: Final = re.compile(
    _EDGE
    + r"(?:weixin\.qq\.com/[gr]/[A-Za-z0-9_-]{4,}|u\.wechat\.com/[A-Za-z0-9_-]{4,}"
    + r"|applink\.feishu\.cn/client/chat/chatter/add_by_link\?|applink\.larksuite\.com/client/chat/"
    + r"|(?:t|telegram)\.me/(?:\+|joinchat/)[A-Za-z0-9_-]{4,}"
    + r"|discord(?:\.gg|(?:app)?\.com/invite)/[A-Za-z0-9-]{2,}|chat\.whatsapp\.com/[A-Za-z0-9]{6,})"
    + rf"{_REST}*",
    re.IGNORECASE,
)


class Links:
    """Finds links; ``shorteners`` are the hosts whose links hide where they lead."""

    def __init__(self, shorteners: Collection[str]) -> None:
        hosts = "|".join(re.escape(host) for host in sorted(shorteners))
        self._short = re.compile(
            rf"{_EDGE}(?:{hosts or '(?!)'})/[A-Za-z0-9]{_REST}*", re.IGNORECASE
        )

    def find(self, text: str) -> Iterator[Seen]:
        """Every link of a known form; addresses of ordinary pages are none."""
        if "/" not in text or "." not in text:
            return
        for detector, pattern in (
            (WORK_GROUP, _WORK),
            (OTHER_GROUP, _OTHER),
            (SHORT_LINK, self._short),
        ):
            for match in pattern.finditer(text):
                end = match.end() - len(match[0]) + len(match[0].rstrip(".,:;?"))
                yield Seen(detector, match.start(), end)
