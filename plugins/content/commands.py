"""Trying a text without consequences."""

import re

from arclet.alconna import AllParam, Args

from bot.domain.errors import BadInputError
from bot.domain.groups import Role
from bot.domain.identifiers import GroupKey
from bot.domain.measures import Mode
from bot.domain.policy import Policy, Step
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.services import Services
from bot.engine.texts import Texts
from plugins.content.loading import WordListKeeper
from plugins.content.matching import Step as Candidate
from plugins.content.rules import kind_for
from plugins.content.sightings import RULE_ID, Sighting, WordLists, source_of

_MOST_CANDIDATES = 8
_LONGEST_SHOWN = 60
_GOES_ON = re.compile(r"[一试用着过了看下点做行验想吧呗\d]")
"""How an ordinary sentence goes on behind 试 (试 一下, 试 了几次)."""
_STEPS = {
    Step.REMIND: "提醒本人",
    Step.TELL: "告知本人",
    Step.RECALL: "撤回",
    Step.ASK_OWNER: "请群主处理",
    Step.ESCALATE: "上报监督人",
    Step.PROPOSE_REMOVAL: "列入清理计划",
    Step.APPROVE_JOIN: "同意入群",
    Step.FIRST_AID: "涉密应急处置",
}
_SPEAKING = frozenset({Step.REMIND, Step.TELL, Step.ASK_OWNER, Step.ESCALATE, Step.FIRST_AID})


def commands(services: Services, texts: Texts, keeper: WordListKeeper) -> tuple[Command, ...]:
    """``试`` for whoever watches over groups."""
    trial = Trial(services, texts, keeper)
    return (
        Command(
            name="试",
            roles=frozenset({ChatRole.OWNER, ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR}),
            place=Place.ANYWHERE,
            usage="试 文本",
            example="试 今天下午三点开会",
            summary="试算一段文字会怎样处理，不保存",
            arguments=Args["text", AllParam],
            handle=trial.show,
            understood=trial.understood,
        ),
    )


class Trial:
    """``试``: what would be seen in a text, and what would be done. Nothing is kept."""

    def __init__(self, services: Services, texts: Texts, keeper: WordListKeeper) -> None:
        self._services = services
        self._texts = texts
        self._keeper = keeper

    def understood(self, call: Call) -> bool:
        """Whether a text to try follows: one that holds something, or does not go on as talk."""
        return bool(self._keeper.rule.lists.look(call.rest)) or not _GOES_ON.match(call.rest)

    async def show(self, call: Call) -> Reply:
        """Each stage in a line or two; always in private, for it repeats the words."""
        if not call.rest:
            raise BadInputError(self._text("probe.empty"))
        lists = self._keeper.rule.lists
        explained = lists.matcher.explain(call.rest)
        lines = [self._text("probe.folded", folded=_short(explained.folded))]
        lines += [self._candidate(one, lists) for one in explained.steps[:_MOST_CANDIDATES]]
        seen = lists.look(call.rest)
        lines += [self._other(one, lists) for one in seen if not _among(one, explained.steps)]
        if seen:
            lines += self._verdict(lists.deciding(seen), lists, _group(call))
        else:
            lines.append(self._text("probe.clean"))
        lines.append(self._text("probe.footer"))
        return Reply("\n".join(lines), private=True)

    def _candidate(self, one: Candidate, lists: WordLists) -> str:
        fields = {
            "span": _short(one.span),
            "word": one.word,
            "title": lists.subjects[one.category].title,
        }
        if one.technique is None:
            return self._text("probe.refused", reason=one.refusal, **fields)
        answer = _answer(acts=one.acts)
        return self._text("probe.hit", technique=one.technique.label, answer=answer, **fields)

    def _other(self, seen: Sighting, lists: WordLists) -> str:
        return self._text(
            "probe.hit",
            span=_short("……".join(seen.words())),
            word=seen.word,
            title=lists.subjects[seen.category].title,
            technique=seen.manner,
            answer=_answer(acts=seen.acts),
        )

    def _verdict(self, sighting: Sighting, lists: WordLists, group: GroupKey | None) -> list[str]:
        subject = lists.subjects[sighting.category]
        kind, _ = kind_for(sighting, Role.MEMBER)
        policy = self._services.register.policy
        decided = policy.severity(RULE_ID, kind, sighting.category) or sighting.severity
        everywhere = policy.rule_modes.get(RULE_ID, policy.default_mode)
        mode = everywhere if group is None else policy.mode(RULE_ID, group)
        held = lists.held.get(source_of(sighting), mode)
        return [
            self._text(
                "probe.verdict",
                clause=self._texts.clause(subject.clause),
                title=subject.title,
                severity=decided.label,
            ),
            self._text(
                "probe.doing",
                where="默认" if group is None else self._texts.group_name(group),
                mode=mode.label if held.rank >= mode.rank else f"{held.label}（新词）",
                steps=_steps(policy, kind, sighting.category, min(mode, held, key=_rank)),
            ),
        ]

    def _text(self, key: str, **fields: object) -> str:
        return self._services.wording.text(key, **fields)


def _rank(mode: Mode) -> int:
    return mode.rank


def _group(call: Call) -> GroupKey | None:
    """The group whose mode counts; None where the caller speaks for several."""
    if call.group is not None:
        return call.group
    return next(iter(call.groups)) if len(call.groups) == 1 else None


def _steps(policy: Policy, kind: str, category: str, mode: Mode) -> str:
    done = policy.response(RULE_ID, kind, category).do
    if mode is Mode.OBSERVE:
        return "只作记录"
    if mode is Mode.REMIND:
        done = tuple(step for step in done if step in _SPEAKING)
    steps = "、".join(_STEPS[step] for step in done) or "只作登记"
    apart = (RULE_ID, category, kind) in policy.overrides
    return f"{steps}（按该类别的规定）" if apart else steps


def _answer(*, acts: bool) -> str:
    return "可自动处理" if acts else "只由人工判断"


def _among(seen: Sighting, candidates: tuple[Candidate, ...]) -> bool:
    return any(one.word == seen.word and one.end == seen.end for one in candidates)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "……"
