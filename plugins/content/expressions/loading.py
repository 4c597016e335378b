"""From what an organisation wrote to topics in force; a broken one stops no other."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.domain.errors import BadInputError
from config.expressions import Refused, WrittenExpression, read_expressions
from plugins.content.expressions.evaluation import alternatives
from plugins.content.expressions.nodes import words_of
from plugins.content.expressions.parser import parse
from plugins.content.expressions.topics import Topic, Topics
from plugins.content.matching import TechniquePolicy


@dataclass(frozen=True, slots=True)
class LoadedTopics:
    """The topics in force with the files they stand in, and in Chinese what is wrong elsewhere."""

    topics: tuple[Topic, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """By identifier."""
    complaints: tuple[str, ...] = ()


def load_topics(
    folder: Path,
    categories: Collection[str],
    policy: TechniquePolicy,
    before: LoadedTopics | None = None,
) -> LoadedTopics:
    """Every topic of a configuration folder that can be used and passes its own examples.

    One that was in force ``before`` and is broken now stays in force as it was.
    """
    refused: list[Refused] = []
    read: list[tuple[Path, WrittenExpression, Topic]] = []
    for one in read_expressions(folder, categories):
        if isinstance(one, Refused):
            refused.append(one)
            continue
        path, written = one
        try:
            read.append((path, written, topic_of(written)))
        except BadInputError as error:
            refused.append(_refusal(path, written, f"expression {error.message}"))
    together = Topics((topic for _, _, topic in read), policy)
    good: dict[str, tuple[str, Topic]] = {}
    for path, written, topic in read:
        complaint = first_wrong_example(together, written)
        if complaint:
            refused.append(_refusal(path, written, complaint))
        else:
            good[topic.identifier] = (path.name, topic)
    kept = good | _kept(before or LoadedTopics(), refused, good)
    return LoadedTopics(
        tuple(topic for _, topic in kept.values()),
        {identifier: file for identifier, (file, _) in kept.items()},
        tuple(one.complaint for one in refused),
    )


def topic_of(written: WrittenExpression) -> Topic:
    """The topic, its expression read.

    Raises:
        BadInputError: the expression or an excuse cannot be used; names the column.
    """
    expression = parse(written.expression)
    alternatives(expression)
    words = {word.casefold() for word in words_of(expression)}
    for excuse in written.excuses:
        if not any(word in excuse.casefold() and len(excuse) > len(word) for word in words):
            raise BadInputError(
                f"的例外词“{excuse}”应当比表达式里的某个词长并且包含它，"
                "例如“校庆”的例外词“校庆纪念册”。"
            )
    return Topic(
        written.id,
        written.title,
        written.category,
        written.severity,
        expression,
        written.excuses,
    )


def first_wrong_example(topics: Topics, written: WrittenExpression) -> str | None:
    """In Chinese, which example comes out otherwise than written; None if all are right."""
    rule = f"expression:{written.id}"

    def hits(text: str) -> bool:
        return any(seen.rule == rule for seen in topics.find(text))

    for text in written.must_hit:
        if not hits(text):
            return f"must_hit 的例句“{text}”没有命中，请修改表达式或例句。"
    for text in written.must_not_hit:
        if hits(text):
            return f"must_not_hit 的例句“{text}”命中了，请修改表达式或例句。"
    return None


def _refusal(path: Path, written: WrittenExpression, complaint: str) -> Refused:
    return Refused(path.name, written.id, f"{path} 的 {written.id}：{complaint}")


def _kept(
    before: LoadedTopics, refused: Iterable[Refused], good: Collection[str]
) -> dict[str, tuple[str, Topic]]:
    rules = {one.identifier for one in refused if one.identifier}
    files = {one.file for one in refused if one.identifier is None}
    return {
        topic.identifier: (file, topic)
        for topic in before.topics
        if (file := before.files[topic.identifier]) in files or topic.identifier in rules
        if topic.identifier not in good
    }
