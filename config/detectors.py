"""``[detectors.<name>]`` of ``policy.toml``: which known forms are looked for, and how answered."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.findings import Severity
from bot.domain.spellings import Response


class DetectorSection(BaseModel):
    """One detector: ``act`` lets the bot act, ``ask`` leaves it to a person, ``off`` is off."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    answer: Response
    severity: Severity


class ShortLinkSection(DetectorSection):
    """Short links; ``hosts`` are those that hide where they lead."""

    hosts: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")], ...] = (
        *("t.cn", "url.cn", "dwz.cn", "suo.im", "suo.nz", "mrw.so", "sourl.cn"),
        *("bit.ly", "tinyurl.com", "is.gd", "goo.gl", "cutt.ly", "rb.gy"),
    )


def _set(answer: Response, severity: Severity) -> DetectorSection:
    return DetectorSection(answer=answer, severity=severity)


class DetectorsSection(BaseModel):
    """``[detectors]``: what is not written keeps what stands here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    identity: DetectorSection = _set(Response.ACT, Severity.SERIOUS)
    bank_card: DetectorSection = _set(Response.ACT, Severity.MINOR)
    phone: DetectorSection = _set(Response.OFF, Severity.NOTICE)
    secrecy_marking: DetectorSection = _set(Response.ACT, Severity.CRITICAL)
    internal_marking: DetectorSection = _set(Response.ACT, Severity.SERIOUS)
    work_group_invitation: DetectorSection = _set(Response.ACT, Severity.NOTICE)
    other_group_invitation: DetectorSection = _set(Response.ACT, Severity.MINOR)
    short_link: ShortLinkSection = ShortLinkSection(answer=Response.OFF, severity=Severity.NOTICE)
    group_number: DetectorSection = _set(Response.OFF, Severity.NOTICE)
    veiled_contact: DetectorSection = _set(Response.ACT, Severity.MINOR)
    advert_email: DetectorSection = _set(Response.ACT, Severity.MINOR)

    def switched_on(self) -> dict[str, DetectorSection]:
        """The detectors that look, by name."""
        sections: dict[str, DetectorSection] = dict(self)
        return {
            name: section
            for name, section in sections.items()
            if section.answer is not Response.OFF
        }
