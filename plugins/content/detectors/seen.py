"""What a detector reports."""

from dataclasses import dataclass

from plugins.content.matching import Technique


@dataclass(frozen=True, slots=True)
class Seen:
    """Something of a known form at ``start`` to ``end`` of the original.

    ``certain`` is False where the form alone does not prove it: then only a person may act.
    """

    detector: str
    start: int
    end: int
    technique: Technique = Technique.EXACT
    certain: bool = True
