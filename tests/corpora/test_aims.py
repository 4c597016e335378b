"""What the content rules must see in the corpora, however it is spelled."""

from tests.corpora.measuring import recalls, word_lists
from tests.corpora.reading import evasions

LOWEST_RECALL_OF_A_TECHNIQUE = 0.90


def test_no_technique_is_a_way_around() -> None:
    seen = {one.technique: one.seen.value for one in recalls(word_lists(), evasions())}
    weak = {name: value for name, value in seen.items() if value < LOWEST_RECALL_OF_A_TECHNIQUE}
    assert weak == {}
