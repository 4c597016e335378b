"""Contacts in prose: group numbers, veiled contacts, and addresses inside adverts."""

import re
from collections.abc import Iterator
from typing import Final

from plugins.content.detectors.seen import Seen
from plugins.content.matching import Technique

GROUP_NUMBER: Final = "group_number"
VEILED_CONTACT: Final = "veiled_contact"
ADVERT_EMAIL: Final = "advert_email"

_SIGNS: Final = r"[\s:：,，是为号码\-—_+＋()（）【】\[\]]{0,6}"
_GROUP: Final = re.compile(
    rf"(?:[QqＱｑ]{{2}}\s?群|企鹅群|[QqＱｑ]\s?群)(?:号)?{_SIGNS}([1-9]\d{{5,10}})(?!\d)"
)
_VEILED: Final = re.compile(
    r"(?:(?:加|➕|\+|扫|私)\s?(?:[我俺]\s?)?(?:[VvＶｖ薇威徽嶶葳][Xx信芯❤心]?|[Ww][Xx]|卫星|绿泡泡|扣扣|叩叩|抠抠|蔻蔻|秋秋|企鹅)"
    r"|(?:威|薇|徽|葳)(?:信|芯|心|❤)|扣扣裙|扣裙|[QqＱｑ]\s?裙|抠抠群|叩叩群|秋秋群)"
    rf"{_SIGNS}([A-Za-z][A-Za-z0-9_-]{{5,19}}|[1-9]\d{{4,10}})(?![A-Za-z0-9_])"
)
_EMAIL: Final = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{2,40}\s?(?:@|＠|\(at\)|\[at\]|#at#)\s?"
    r"(?:[A-Za-z0-9-]{1,30}\.){1,3}[A-Za-z]{2,6}(?![A-Za-z0-9])"
)
_ADVERT: Final = re.compile(
    "代写|代考|替考|代发|刷单|兼职|日结|贷款|套现|发票|办证|推广|优惠|特价|代理|加盟|招商|包过|出售"
    "|收购|枪手|返利|博彩|投注|月入"
)
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_-]{2}")
"""Without letters or digits there is no account to get in touch with."""


def find(text: str) -> Iterator[Seen]:
    """Contacts; the number of a work group in a notice is one too, and answered mildly."""
    if not _ACCOUNT.search(text):
        return
    if "群" in text:
        for match in _GROUP.finditer(text):
            yield Seen(GROUP_NUMBER, match.start(), match.end())
    for match in _VEILED.finditer(text):
        yield Seen(VEILED_CONTACT, match.start(), match.end(), Technique.SOUND)
    if ("@" in text or "at" in text or "＠" in text) and _ADVERT.search(text):
        for match in _EMAIL.finditer(text):
            yield Seen(ADVERT_EMAIL, match.start(), match.end())
