"""敏感期: sensitive periods set and looked at by command. They open and close by themselves."""

import re
from datetime import datetime

from arclet.alconna import AllParam, Args

from bot.domain.chinese_times import UnreadableTimeError, read_span
from bot.domain.errors import BadInputError, RefusedError
from bot.domain.findings import Severity
from bot.domain.identifiers import AccountKey
from bot.domain.topic_windows import TopicWindow
from bot.engine.commands import Call, ChatRole, Command, Place, Reply
from bot.engine.decisions import REVISION
from bot.engine.services import Services
from bot.engine.texts import Texts
from data import switches, topic_windows
from data.ledger import Work
from plugins.permits.form import read_form

_SETTERS = frozenset({ChatRole.APPROVER, ChatRole.ADMINISTRATOR})
_LOOKERS = _SETTERS | {ChatRole.OWNER, ChatRole.SUPERVISOR}
_END = re.compile(r"结束\s*[MmＭｍ]?\s*0*([1-9]\d{0,8})")
_SEPARATORS = re.compile(r"[、,;；，/\s]+")
_SHORTEST, _LONGEST, _MOST_WORDS = 2, 20, 100


class WindowCommands:
    """Shows, sets and ends them."""

    def __init__(self, services: Services, texts: Texts) -> None:
        self._services = services
        self._texts = texts

    def declare(self) -> tuple[Command, ...]:
        """The command."""
        return (
            Command(
                name="敏感期",
                roles=_LOOKERS,
                place=Place.ANYWHERE,
                usage="敏感期 [新增 …]",
                example="敏感期",
                summary="查看、设置敏感期：期间所列类别和词语须有许可才能发布",
                arguments=Args["form?", AllParam],
                handle=self.handle,
            ),
        )

    async def handle(self, call: Call) -> Reply:
        """Whatever follows the command's name."""
        rest = call.rest.strip()
        if not rest:
            return Reply(self._shown(), private=True)
        if not call.roles & _SETTERS:
            raise RefusedError(self._services.wording.text("window.setters_only"))
        if (found := _END.fullmatch(rest)) is not None:
            return await self._end(call.caller, int(found[1]))
        if not rest.startswith("新增"):
            raise BadInputError(self._services.wording.text("window.template"))
        return await self._create(call.caller, rest.removeprefix("新增"))

    async def _create(self, by: AccountKey, given: str) -> Reply:
        window = self._read(given)

        async def write(work: Work) -> int:
            number = await topic_windows.create(work, window, str(by))
            await switches.bump_revision(work, REVISION)
            return number

        number = await self._services.scribe.write(write)
        await self._services.reload()
        return Reply(
            self._services.wording.text(
                "window.set", number=f"M{number}", name=window.name, span=self._span(window)
            ),
            private=True,
        )

    async def _end(self, by: AccountKey, number: int) -> Reply:
        async def write(work: Work) -> None:
            await topic_windows.end(work, number, str(by))
            await switches.bump_revision(work, REVISION)

        await self._services.scribe.write(write)
        await self._services.reload()
        return Reply(self._services.wording.text("window.ended", number=f"M{number}"))

    def _read(self, given: str) -> TopicWindow:
        """A sensitive period from its form.

        Raises:
            BadInputError: a part is missing or cannot be read; shows the form.
        """
        form = read_form(given)
        template = self._services.wording.text("window.template")
        if not form.get("name") or not form.get("span"):
            raise BadInputError(template)
        categories = frozenset(map(self._category, _split(form.get("categories"))))
        words = tuple(dict.fromkeys(_split(form.get("words"))))
        if not categories and not words:
            raise BadInputError(template)
        if len(words) > _MOST_WORDS:
            raise BadInputError(f"词语最多 {_MOST_WORDS} 个，更多请写进词库。")
        if bad := [word for word in words if not _SHORTEST <= len(word) <= _LONGEST]:
            raise BadInputError(f"词语“{bad[0]}”应为 {_SHORTEST} 到 {_LONGEST} 个字。")
        now = self._services.clock.now().astimezone(self._services.settings.timezone)
        try:
            opens_at, closes_at = read_span(form.get("span"), now)
        except UnreadableTimeError as error:
            raise BadInputError(f"时间“{form.get('span')}”不能用：{error}。\n{template}") from error
        return TopicWindow(
            name=form.get("name")[:_LONGEST],
            opens_at=opens_at,
            closes_at=closes_at,
            categories=categories,
            words=words,
            severity=_severity(form.get("severity")),
        )

    def _category(self, given: str) -> str:
        known = self._texts.articles.categories
        for key, category in known.items():
            if given in (key, category.title):
                return key
        listed = "、".join(f"{key}（{one.title}）" for key, one in known.items())
        raise BadInputError(f"没有类别“{given}”。可用的有：{listed}。")

    def _shown(self) -> str:
        now = self._services.clock.now()
        lines = [self._line(one, now) for one in self._services.register.windows]
        lines = [line for line in lines if line]
        if not lines:
            return self._services.wording.text("window.none")
        return "\n".join(lines)

    def _line(self, window: TopicWindow, now: datetime) -> str:
        if window.closes_at <= now:
            return ""
        titles = [self._texts.articles.categories[one].title for one in sorted(window.categories)]
        return self._services.wording.text(
            "window.line",
            number=f"M{window.number}" if window.number else "配置文件",
            name=window.name,
            state="进行中" if window.open_at(now) else "未开始",
            span=self._span(window),
            what="、".join((*titles, *window.words)),
            severity=window.severity.label,
        )

    def _span(self, window: TopicWindow) -> str:
        return self._texts.span(window.opens_at, window.closes_at)


def _split(given: str) -> list[str]:
    return [one for one in _SEPARATORS.split(given) if one]


def _severity(given: str) -> Severity:
    if not given:
        return Severity.SERIOUS
    for one in Severity:
        if given in (one.value, one.label):
            return one
    listed = "、".join(one.label for one in Severity)
    raise BadInputError(f"没有轻重“{given}”，应为 {listed} 之一。")
