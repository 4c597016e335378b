"""``词库``: looking after the words by chat. Every change is shown first, confirmed, reversible."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from arclet.alconna import AllParam, Args

from bot.domain.errors import BadInputError, HeldError, RefusedError
from bot.domain.identifiers import AccountKey
from bot.domain.measures import Mode
from bot.engine import decisions
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.promotion import Candidate, Promotion
from bot.engine.quorum import require_standing
from bot.engine.services import Services
from bot.engine.texts import Texts
from data import rule_figures, switches, word_changes, word_examples
from data.ledger import Work
from data.word_changes import WordChange
from plugins.content.changing import NEW, Change, WordChanges
from plugins.content.examples import Example
from plugins.content.loading import WordListKeeper
from plugins.content.sightings import RULE_ID, word_source
from plugins.content.word_grammar import (
    MUST_HIT,
    MUST_PASS,
    Wish,
    read_category,
    read_example,
    read_number,
    read_wish,
    words_in,
)
from plugins.content.word_texts import WordTexts

_LATELY = timedelta(days=30)
_LETTER = "L"
_BY_ITSELF = "qungui"
"""Who changed a word that went too far (``YoungWords``)."""


class WordCommands:
    """What administrators do with the lists."""

    def __init__(
        self,
        services: Services,
        texts: Texts,
        keeper: WordListKeeper,
        changes: WordChanges,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._services = services
        self._keeper = keeper
        self._changes = changes
        self._changed = changed
        self._promotion = Promotion(services)
        self._say = WordTexts(services, texts, keeper)
        self._acts: dict[str, Callable[[Call, str], Awaitable[Reply]]] = {
            "查": self._look,
            "加": self._add,
            "删": self._drop,
            "生效": self._promote,
            "例": self._examples,
            "删例": self._drop_example,
            "刷新": self._refresh,
        }

    def declare(self) -> Command:
        """The command."""
        return Command(
            name="词库",
            roles=frozenset({ChatRole.ADMINISTRATOR}),
            place=Place.ANYWHERE,
            usage="词库 [查|加|删|生效|例|删例|刷新] [内容]",
            example="词库 查 代开发票",
            summary="查看和修改各类词语，先预览后确认，可撤销",
            arguments=Args["rest?", AllParam],
            handle=self.handle,
            understood=self.understood,
        )

    def understood(self, call: Call) -> bool:
        """Whether what follows begins with something that can be done."""
        return call.rest.split(maxsplit=1)[0] in self._acts

    async def handle(self, call: Call) -> Reply:
        """Do what the first word says; always answered in private, for it names the words."""
        action, _, rest = call.rest.strip().partition(" ")
        if not action:
            return Reply(self._say.counts(), private=True)
        act = self._acts.get(action)
        if act is None:
            raise BadInputError(self._say.text("lexicon.usage"))
        reply = await act(call, rest.strip())
        return Reply(reply.text, private=True)

    async def _refresh(self, _call: Call, _rest: str) -> Reply:
        try:
            await self._keeper.refresh(self._services.clock.now())
        except BadInputError as error:
            raise BadInputError(self._say.text("lexicon.broken", reason=error.message)) from error
        return Reply(self._say.text("lexicon.reloaded") + "\n" + self._say.counts())

    async def _look(self, _call: Call, rest: str) -> Reply:
        word = _one_word(rest, "词库 查 代开发票")
        found = self._changes.find(word)
        async with self._services.database.reading() as connection:
            past = await word_changes.history(connection, word)
            since = self._services.clock.now() - _LATELY
            figures = [
                await rule_figures.figures(
                    connection, RULE_ID, since, source=word_source(one.category, one.word)
                )
                for one in found
            ]
        lines = [self._say.entry(one, seen) for one, seen in zip(found, figures, strict=True)]
        if not found:
            lines.append(self._say.text("lexicon.not_found", word=word))
        lines += [self._say.past(one) for one in past]
        return Reply("\n".join(lines))

    async def _add(self, call: Call, rest: str) -> Reply:
        wish = read_wish(rest, self._say.titles)
        change = self._changes.listing(wish.word, wish.category, wish.severity, wish.excuses)
        given = [Example(NEW, one, must_hit=True) for one in wish.must_hit]
        given += [Example(NEW, one, must_hit=False) for one in wish.must_not_hit]
        examples = [*await self._changes.examples(wish.category), *given]
        missing = self._changes.lacking(change, examples)
        if any(missing):
            raise BadInputError(self._say.examples_needed(change, missing))
        return await self._propose(call, change, examples, wish)

    async def _drop(self, call: Call, rest: str) -> Reply:
        given = words_in(rest)
        if not 1 <= len(given) <= 2:
            raise BadInputError("请这样写：词库 删 词 [类别]。例如：词库 删 代开发票")
        category = read_category(given[1], self._say.titles) if len(given) == 2 else None
        change = self._changes.dropping(given[0], category)
        return await self._propose(call, change, await self._changes.examples(change.category))

    async def _propose(
        self, call: Call, change: Change, examples: list[Example], wish: Wish | None = None
    ) -> Reply:
        broken = self._changes.broken(change, examples)
        if broken:
            raise BadInputError(self._say.text("lexicon.breaks", examples="；".join(broken[:3])))
        effects = await self._changes.effects(change)
        seen = self._state(change)

        async def act() -> Reply:
            if self._state(change) != seen:
                raise RefusedError(self._say.text("lexicon.stale"))
            return await self._carry_out(call, change, wish)

        now = self._services.clock.now()
        code = self._services.confirmations.ask(call.caller, now, act)
        shown = self._say.preview(change, effects)
        return Reply("\n".join((*shown, self._say.text("lexicon.confirm", code=code))))

    def _state(self, change: Change) -> object:
        """What was looked at: if it is no longer so, what was confirmed is not what is done."""
        now = self._keeper.loaded.words.get(change.place)
        listed = None if now is None else (now.severity, frozenset(now.excuses))
        return listed, self._services.settings.mode

    async def _carry_out(self, call: Call, change: Change, wish: Wish | None) -> Reply:
        by = str(call.caller)

        async def write(work: Work) -> int:
            made = await word_changes.change(work, change.word, change.category, change.overlay, by)
            for texts, must_hit in (
                ((wish.must_hit, True), (wish.must_not_hit, False)) if wish else ()
            ):
                for text in texts:
                    await word_examples.add(work, change.category, text, by, must_hit=must_hit)
            await switches.bump_revision(work, decisions.REVISION)
            return made.number

        number = await self._services.scribe.write(write)
        await self._take_up()
        return Reply(self._say.text("lexicon.done", number=f"{_LETTER}{number}"), private=True)

    async def _promote(self, call: Call, rest: str) -> Reply:
        """Let a word act that was only watched: after the gate, and by somebody else."""
        word = _one_word(rest, "词库 生效 代写论文")
        async with self._services.database.reading() as connection:
            past = await word_changes.history(connection, word)
        last = next(iter(past), None)
        if last is None or last.after is None or last.after.at_most is Mode.ENFORCE:
            raise RefusedError(self._say.text("lexicon.already_acts", word=word))
        changed = last

        async def write(work: Work) -> int:
            await self._require_open_gate(work, call, changed)
            return await self._let_act(work, call, changed)

        number = await self._services.scribe.write(write)
        await self._take_up()
        return Reply(self._say.text("lexicon.done", number=f"{_LETTER}{number}"))

    async def _require_open_gate(self, work: Work, call: Call, last: WordChange) -> None:
        register = self._services.register
        if self._services.settings.mode is Mode.ENFORCE:
            # The operator's decision stands in for the days of watching, never for a second look.
            return self._require_another(call, last)
        require_standing(register, call.caller, (ChatRole.ADMINISTRATOR.value,))
        source = word_source(last.category, last.word)
        candidate = Candidate(RULE_ID, last.at, source)
        missing = await self._promotion.missing(work.connection, candidate, Mode.ENFORCE, work.now)
        if missing:
            what, mode = f"“{last.word}”", Mode.ENFORCE.label
            raise HeldError(
                self._services.wording.text(
                    "gate.held", what=what, mode=mode, missing="\n".join(missing)
                )
            )
        return self._require_another(call, last)

    def _require_another(self, call: Call, last: WordChange) -> None:
        if last.by == _BY_ITSELF:
            return
        person = self._services.register.person
        if person(AccountKey.parse(last.by)) == person(call.caller):
            raise RefusedError(self._say.text("lexicon.needs_another", word=last.word))

    async def _let_act(self, work: Work, call: Call, last: WordChange) -> int:
        if last.after is None:
            raise RefusedError(self._say.text("lexicon.already_acts", word=last.word))
        acting = replace(last.after, at_most=Mode.ENFORCE)
        made = await word_changes.change(work, last.word, last.category, acting, str(call.caller))
        await switches.bump_revision(work, decisions.REVISION)
        return made.number

    async def undo(self, call: Call, number: int) -> Reply:
        """``撤销 L5``: as the word was before."""
        if ChatRole.ADMINISTRATOR not in call.roles:
            raise RefusedError("抱歉，词库变更限系统管理员撤销。")

        async def write(work: Work) -> WordChange:
            made = await word_changes.undo(work, number, str(call.caller))
            await switches.bump_revision(work, decisions.REVISION)
            return made

        made = await self._services.scribe.write(write)
        await self._take_up()
        return Reply(self._say.undone(number, made), private=True)

    async def _examples(self, call: Call, rest: str) -> Reply:
        name, _, more = rest.partition(" ")
        category = read_category(name, self._say.titles)
        sort, _, sentence = more.strip().partition(" ")
        if not sort:
            return Reply(self._say.examples(category, await self._changes.examples(category)))
        if sort not in (MUST_HIT, MUST_PASS):
            raise BadInputError(f"请这样写：词库 例 {category} {MUST_HIT}|{MUST_PASS} 句子")
        text = read_example(sentence)
        must_hit = sort == MUST_HIT
        if (hit := self._changes.hits(text, category)) != must_hit:
            now = "会命中" if hit else "不会命中"
            raise BadInputError(self._say.text("lexicon.example_wrong", now=now, sort=sort))
        number = await self._services.scribe.write(
            lambda work: word_examples.add(
                work, category, text, str(call.caller), must_hit=must_hit
            )
        )
        return Reply(self._say.text("lexicon.example_added", number=number))

    async def _drop_example(self, call: Call, rest: str) -> Reply:
        number = read_number(rest, "E")
        await self._services.scribe.write(
            lambda work: word_examples.drop(work, number, str(call.caller))
        )
        return Reply(self._say.text("lexicon.example_dropped", number=number))

    async def _take_up(self) -> None:
        await self._keeper.refresh(self._services.clock.now())
        await self._changed()


def _one_word(rest: str, example: str) -> str:
    given = words_in(rest)
    if len(given) != 1:
        raise BadInputError(f"请写一个词。例如：{example}")
    return given[0]
