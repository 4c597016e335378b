"""Every candidate is looked at again in the original text before it becomes a hit."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from bot.domain.spellings import Technique
from plugins.content.matching.characters import Gap
from plugins.content.matching.exactly import SHORT, Verdict, edges, excuse, straddled
from plugins.content.matching.fold import fold, gap_of
from plugins.content.matching.joints import joints_of, judge_joints
from plugins.content.matching.likelihood import Surroundings
from plugins.content.matching.patterns import Kind, Target, pinyin_of
from plugins.content.matching.spelling import is_latin, is_numeral, is_shape, spelling_of
from plugins.content.matching.view import View
from plugins.content.matching.words import Cut


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pattern for the target at ``view.text[start:end]``."""

    original: str
    view: View
    kind: Kind
    target: Target
    start: int
    end: int

    @property
    def low(self) -> int:
        """Where it begins in the original."""
        return self.view.starts[self.start]

    @property
    def high(self) -> int:
        """Where it ends in the original."""
        return self.view.ends[self.end - 1]


def verify(candidate: Candidate) -> Verdict:
    """Judge one candidate by everything the fold forgot."""
    techniques: set[Technique] = set()
    target, low, high = candidate.target, candidate.low, candidate.high
    refusal = (
        _partial_character(candidate)
        or excuse(candidate.view.text, candidate.start, candidate.end, target.excuses)
        or edges(candidate.original, low, high)
        or _gaps(candidate, techniques)
        or _READERS[candidate.kind](candidate, techniques)
    )
    if refusal:
        return Verdict(target, low, high, refusal=refusal)
    return Verdict(target, low, high, frozenset(techniques))


def _partial_character(candidate: Candidate) -> str | None:
    starts = candidate.view.starts
    before, after = candidate.start, candidate.end
    if before and starts[before - 1] == starts[before]:
        return "只占一个合成字符的一部分"
    if after < len(starts) and starts[after] == starts[after - 1]:
        return "只占一个合成字符的一部分"
    return None


def _gaps(candidate: Candidate, techniques: set[Technique]) -> str | None:
    if candidate.kind in {Kind.PINYIN, Kind.HALF_PINYIN}:
        return None
    joints = joints_of(
        candidate.original,
        candidate.view,
        candidate.start,
        candidate.end,
        candidate.target.own_marks,
    )
    letters = "".join(candidate.target.letters)
    word = letters[::-1] if candidate.kind is Kind.REVERSED else letters
    judged = judge_joints(candidate.original, candidate.view, candidate.start, joints, word)
    if not isinstance(judged, Technique):
        return judged
    techniques.add(judged)
    return None


def _read_word(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """The listed characters in their order, each in some spelling."""
    view, original = candidate.view, candidate.original
    for index, listed in enumerate(candidate.target.letters):
        at = candidate.start + index
        techniques.add(view.via.get(at) or spelling_of(listed, original[view.starts[at]]))
    if Technique.PINYIN in techniques:
        return "声调数字不在拼音里"
    return (
        _few_inserted(candidate, techniques)
        or _bare_number(candidate, techniques)
        or _ordinary_shapes(candidate, techniques)
        or _straddles(candidate, techniques)
        or _chance_repetition(candidate, techniques)
    )


def _few_inserted(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """Letters between some characters are ordinary (A班B), between all of three or more not."""
    if Technique.INSERTED not in techniques:
        return None
    view, positions = candidate.view, _positions(candidate)
    everywhere = all(view.starts[at] > view.ends[at - 1] for at in positions[1:])
    return None if everywhere and len(positions) > 2 else "字母不在每个字之间"


def _bare_number(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """``16`` is not 一陆: digits may stand for some of a word's characters, never for all."""
    if Technique.NUMERAL not in techniques:
        return None
    written = [candidate.original[candidate.view.starts[i]] for i in _positions(candidate)]
    changed = [
        index
        for index, (listed, form) in enumerate(zip(candidate.target.letters, written, strict=True))
        if is_latin(form) != is_latin(listed)
    ]
    if not changed:
        return None
    if all(is_latin(form) for form in written) or len(changed) * 2 > len(written):
        return "纯数字不当作文字"
    if len(written) == 2 and not all(map(is_numeral, candidate.target.letters)):
        return "一个数字加一个字，多为数量"
    before, after = candidate.low - 1, candidate.high
    touches_before = before >= 0 and changed[0] == 0 and is_latin(candidate.original[before])
    touches_after = changed[-1] == len(written) - 1 and is_latin(
        candidate.original[after : after + 1] or "。"
    )
    return "是更长数字的一部分" if touches_before or touches_after else None


def _ordinary_shapes(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """入口 is not 人口: a look-alike inside a word of its own means itself."""
    if Technique.LOOK_ALIKE not in techniques:
        return None
    cut: Cut | None = None
    for listed, position in zip(candidate.target.letters, _positions(candidate), strict=True):
        index = candidate.view.starts[position]
        if is_shape(listed, candidate.original[index]):
            cut = cut or Cut(candidate.original, candidate.low, candidate.high)
            if cut.is_inside_word(index):
                return "形近的字本身成词"
    return None


def _straddles(candidate: Candidate, techniques: set[Technique]) -> str | None:
    length = candidate.end - candidate.start
    if candidate.high - candidate.low != length:
        return None
    if techniques - {Technique.EXACT, Technique.TRADITIONAL, Technique.WIDTH}:
        return None
    word = candidate.target.listed.word
    return straddled(candidate.original, candidate.low, candidate.high, word)


def _chance_repetition(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """开发|发票 is not 开发票 with a stutter: one doubled character proves nothing."""
    if Technique.REPETITION not in techniques or candidate.end - candidate.start > SHORT:
        return None
    view = candidate.view
    runs = [
        len(fold(candidate.original[view.starts[i] : view.ends[i]])) for i in _positions(candidate)
    ]
    if max(runs) > 2 or sum(run > 1 for run in runs) > 1:
        return None
    return "只有一处叠字，可能是两个词相接"


def _read_pinyin(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """Whole syllables in order, in letters, with signs only between them or between all letters."""
    view, original = candidate.view, candidate.original
    low, high = candidate.low, candidate.high
    if _is_address(original, low, high):
        return "在网址或邮箱里"
    gaps = joints_of(original, view, candidate.start, candidate.end, frozenset()).gaps
    if any(Gap.LINE in kinds for kinds in gaps.values()):
        return "跨行的字母"
    written = view.text[candidate.start : candidate.end]
    syllables = pinyin_of(candidate.target.listed.word).get(written, ())
    ends = accumulate(len(syllable) for syllable in syllables)
    between = {end - 1 for end in ends}
    if not gaps.keys() <= between and len(gaps) < candidate.end - candidate.start - 1:
        return "字母不按音节断开"
    techniques.update(view.via[at] for at in _positions(candidate) if at in view.via)
    techniques.add(Technique.PINYIN)
    return None


def _read_half_pinyin(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """代xie: the character as listed and in no other word, the letters a whole token."""
    original, low, high = candidate.original, candidate.low, candidate.high
    written = fold(original[low:high])
    kept = original[low] if not written[0].isascii() else original[high - 1]
    if kept not in candidate.target.letters:
        return "不是原字加拼音"
    if any(gap_of(each) not in {None, Gap.INVISIBLE} for each in original[low:high]):
        return "拼音与字之间有间隔"
    if _is_address(original, low, high):
        return "在网址或邮箱里"
    at = low if kept == original[low] else high - 1
    if Cut(original, low, high).is_inside_word(at):
        return "首尾属于相邻的词语"
    techniques.add(Technique.MIXED_PINYIN)
    return None


def _is_address(original: str, low: int, high: int) -> bool:
    """Whether the run of non-spaces around is a link or an address."""
    start = max(original.rfind(space, 0, low) for space in " \n\t　") + 1
    ends = [at for space in " \n\t　" if (at := original.find(space, high)) >= 0]
    end = min(ends, default=len(original))
    return bool(_ADDRESS.search(original[start:end])) or bool(
        _PATH_BEFORE.search(original[start:low]) or _PATH_AFTER.match(original[high:end])
    )


def _read_reversed(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """人人为我 is not 我为人人 turned round: only what is no text of its own counts."""
    word, backwards = candidate.target.listed.word, "".join(candidate.target.letters)[::-1]
    around = Surroundings(candidate.original, candidate.low, candidate.high, backwards)
    if around.gain(word) < _GAIN_REVERSED:
        return "正着读也成词"
    techniques.add(Technique.REVERSED)
    return None


def _read_sound(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """Other characters of the same sound; what reads as ordinary words means itself."""
    view, original = candidate.view, candidate.original
    changed: list[int] = []
    digits = 0
    for listed, at in zip(candidate.target.letters, _positions(candidate), strict=True):
        written = original[view.starts[at] : view.ends[at]]
        if fold(written) == fold(listed):
            continue
        changed.append(at)
        stands_in = is_latin(written[0]) and at not in view.via
        digits += stands_in
        techniques.add(view.via.get(at, Technique.STAND_IN if stands_in else Technique.SOUND))
    if not changed:
        return "按原字另行判断"
    length = len(candidate.target.letters)
    if digits * 2 > length:
        return "数字过多，不当作文字"
    if all(at in view.via for at in _positions(candidate)):
        return _read_in_letters(candidate, techniques)
    if length <= SHORT and len(changed) == length:
        return "短词全部换字，证据不足"
    cut = Cut(original, candidate.low, candidate.high)
    if _PERSON.match(original, candidate.high):
        return "是人名"
    sounded = [
        at for at in changed if at not in view.via and not is_latin(original[view.starts[at]])
    ]
    return _means_itself(candidate, sounded, cut) if sounded else None


def _means_itself(candidate: Candidate, sounded: list[int], cut: Cut) -> str | None:
    """加发票抬头 is not 假发票抬头: the listed word must make the text much likelier."""
    view, original, letters = candidate.view, candidate.original, candidate.target.letters
    inside = "".join(
        original[view.starts[at]] if at in sounded else listed
        for listed, at in zip(letters, _positions(candidate), strict=True)
    )
    word = candidate.target.listed.word
    gain = Surroundings(original, candidate.low, candidate.high, inside).gain(word)
    # Who writes the rest in letters hides something.
    wanted = 0.0 if Technique.MIXED_PINYIN in view.via.values() else _GAIN
    length = len(letters)
    places = [view.starts[at] for at in _positions(candidate)]
    if all(map(cut.is_inside_word, places)):
        wanted += _GAIN_OVER_WORDS
    elif all(cut.is_inside_word(view.starts[at]) for at in sounded):
        wanted += _GAIN_OVER_OWN_WORDS
    if cut.sticks_out(candidate.low, candidate.high, inside=1 if length > SHORT else length):
        wanted += _GAIN_OVER_NEIGHBOURS
    if length <= SHORT:
        wanted += _GAIN_OVER_MORE * (len(sounded) - 1)
    return None if gain >= wanted else "原文本身是通顺的词语"


def _read_in_letters(candidate: Candidate, techniques: set[Technique]) -> str | None:
    """Every syllable in letters; a short word was looked for as a string of letters."""
    if len(candidate.target.letters) <= SHORT:
        return "按整词拼音另行判断"
    if _is_address(candidate.original, candidate.low, candidate.high):
        return "在网址或邮箱里"
    techniques -= {Technique.MIXED_PINYIN, Technique.STAND_IN}
    techniques.add(Technique.PINYIN)
    return None


def _positions(candidate: Candidate) -> range:
    return range(candidate.start, candidate.end)


_GAIN: Final = 4.5
"""In natural logarithms."""
_GAIN_REVERSED: Final = 6.0
_GAIN_OVER_OWN_WORDS: Final = 2.5
"""More, if the other characters stand in words."""
_GAIN_OVER_WORDS: Final = 4.5
"""More, if all of it does."""
_GAIN_OVER_NEIGHBOURS: Final = 5.0
"""More, if a neighbour takes the first or last character."""
_GAIN_OVER_MORE: Final = 5.0
"""More, for every further character of a short word."""
_PERSON = re.compile("老师|教授|同学|主任|书记|院长|处长|校长|博士|先生|女士|师傅|的讲座")
_ADDRESS = re.compile(r"://|www\.|@\w|\w\.(?:com|cn|net|org|edu|top|vip|cc|io)\b", re.IGNORECASE)
_PATH_BEFORE = re.compile(r"[/\\_~][\w.~-]*$", re.ASCII)
_PATH_AFTER = re.compile(r"[\w-]*[/\\_.][\w/]|-[0-9]|[0-9]{4}", re.ASCII)
_READERS: Final[dict[Kind, Callable[[Candidate, set[Technique]], str | None]]] = {
    Kind.WORD: _read_word,
    Kind.PINYIN: _read_pinyin,
    Kind.REVERSED: _read_reversed,
    Kind.SOUND: _read_sound,
    Kind.HALF_PINYIN: _read_half_pinyin,
}
