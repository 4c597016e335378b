"""What chat changed of the word lists, what proves a list right, and what is kept to try it on."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from data.types import UtcDateTime


class WordChangeRow(SQLModel, table=True):
    """One change of a listed word: who, when, before, after. The newest of a word is in force.

    ``before`` and ``after`` are JSON; None stands for "as the files say".
    """

    __tablename__ = "word_changes"

    number: int | None = Field(default=None, primary_key=True)
    category: str
    folded: str = Field(index=True)
    """The word without its capitals: two spellings of it are one word."""
    word: str
    before: str | None
    after: str | None
    by: str
    at: datetime = Field(sa_type=UtcDateTime)


class WordExampleRow(SQLModel, table=True):
    """A sentence that a category's words must see, or must leave alone."""

    __tablename__ = "word_examples"

    number: int | None = Field(default=None, primary_key=True)
    category: str
    must_hit: bool
    text: str
    by: str
    at: datetime = Field(sa_type=UtcDateTime)
    dropped_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FalseHitRow(SQLModel, table=True):
    """A hit that a person called false: a short span, sealed; nothing where none may be kept."""

    __tablename__ = "false_hits"

    violation: int = Field(primary_key=True)
    rule_id: str
    source: str | None = Field(default=None, index=True)
    period: str
    ciphertext: bytes | None = None


class SampleRow(SQLModel, table=True):
    """An ordinary message, sealed with its day's key."""

    __tablename__ = "samples"

    id: int | None = Field(default=None, primary_key=True)
    day: str = Field(index=True)
    ciphertext: bytes
