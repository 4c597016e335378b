"""Tells in private how a message differs from what was permitted; kept nowhere."""

from dataclasses import dataclass

from bot.domain.findings import Finding
from bot.engine.speech import Speech
from bot.engine.texts import Texts


@dataclass(frozen=True, slots=True)
class Deviations:
    """Speaks after the commit: what is lost in a crash can be asked for again."""

    speech: Speech
    texts: Texts

    async def tell(self, finding: Finding) -> None:
        """Tell the author, and the applicant where that is somebody else."""
        if finding.deviation is None:
            return
        text, public = self.texts.deviation(finding.deviation)
        await self.speech.answer(finding.account, None, text, hint=public, asked_in=finding.group)
        if finding.deviation.applicant != finding.account:
            await self.speech.answer(finding.deviation.applicant, None, text)
