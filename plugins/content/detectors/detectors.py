"""All detectors as one: what an organisation switched on, told as sightings."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

from bot.domain.findings import Severity
from bot.domain.spellings import Response
from config.articles import CUSTOM
from config.detectors import DetectorsSection
from plugins.content.detectors import contacts, links, markings, numbers
from plugins.content.detectors.seen import Seen
from plugins.content.sightings import Sighting


@dataclass(frozen=True, slots=True)
class Kind:
    """What users read about a detector, and the category its sightings belong to."""

    title: str
    category: str


KINDS: Final[Mapping[str, Kind]] = {
    numbers.IDENTITY: Kind("身份证号", "privacy"),
    numbers.BANK_CARD: Kind("银行卡号", "privacy"),
    numbers.PHONE: Kind("手机号", "privacy"),
    markings.SECRECY: Kind("密级标志", "secret"),
    markings.INTERNAL: Kind("内部资料标志", "work_secret"),
    links.WORK_GROUP: Kind("工作平台入群链接", "advertising"),
    links.OTHER_GROUP: Kind("站外入群链接", "advertising"),
    links.SHORT_LINK: Kind("短链接", "advertising"),
    contacts.GROUP_NUMBER: Kind("QQ群号", "advertising"),
    contacts.VEILED_CONTACT: Kind("变相联系方式", "advertising"),
    contacts.ADVERT_EMAIL: Kind("广告中的邮箱", "advertising"),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """How one detector is answered; ``acts`` False leaves everything it sees to a person."""

    severity: Severity
    acts: bool = True


class Detectors:
    """Finds what has a known form; only detectors with a setting are on."""

    def __init__(
        self,
        settings: Mapping[str, Setting],
        shorteners: Sequence[str] = (),
        categories: Container[str] | None = None,
    ) -> None:
        """``categories`` are those of ``articles.toml``; what belongs to none of them is custom."""
        self._settings = dict(settings)
        self._kinds = {
            name: kind
            if categories is None or kind.category in categories
            else replace(kind, category=CUSTOM)
            for name, kind in KINDS.items()
        }
        sources: tuple[tuple[frozenset[str], Callable[[str], Iterable[Seen]]], ...] = (
            (frozenset({numbers.IDENTITY, numbers.BANK_CARD, numbers.PHONE}), numbers.find),
            (frozenset({markings.SECRECY, markings.INTERNAL}), markings.find),
            (
                frozenset({links.WORK_GROUP, links.OTHER_GROUP, links.SHORT_LINK}),
                links.Links(shorteners).find,
            ),
            (
                frozenset({contacts.GROUP_NUMBER, contacts.VEILED_CONTACT, contacts.ADVERT_EMAIL}),
                contacts.find,
            ),
        )
        self._finds = tuple(find for names, find in sources if names & settings.keys())

    @classmethod
    def of(cls, section: DetectorsSection, categories: Container[str]) -> Self:
        """As ``policy.toml`` sets them."""
        settings = {
            name: Setting(one.severity, acts=one.answer is Response.ACT)
            for name, one in section.switched_on().items()
        }
        return cls(settings, section.short_link.hosts, categories)

    def find(self, text: str) -> list[Sighting]:
        """Everything the detectors that are on see in a text."""
        return [
            self._sighting(text, seen)
            for find in self._finds
            for seen in find(text)
            if seen.detector in self._settings
        ]

    def _sighting(self, text: str, seen: Seen) -> Sighting:
        setting, kind = self._settings[seen.detector], self._kinds[seen.detector]
        return Sighting(
            f"detector:{seen.detector}",
            kind.title,
            kind.category,
            setting.severity,
            seen.start,
            seen.end,
            text[seen.start : seen.end],
            seen.technique,
            f"识别为{kind.title}",
            acts=setting.acts and seen.certain,
        )
