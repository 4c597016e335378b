"""配置: settings by chat, each change on record and reversible."""

from collections.abc import Awaitable, Callable

from bot.domain.errors import BadInputError, RefusedError
from bot.engine import decisions
from bot.engine.commands import Call, ChatRole, Reply
from bot.engine.quorum import require_standing
from bot.engine.services import Services
from bot.engine.texts import Texts
from config.loosening import loosened
from config.policy import load_policy
from config.policy_overrides import inherited_text, settable_keys, setting_text, with_overrides
from data import setting_changes, switches
from data.ledger import Work
from plugins.administration.rules import Proposal, agreed

_SOURCE, _BACK = "来源", "回退"
_HISTORY = 5
Seconded = Callable[[Work, Call, str, str], Awaitable[bool]]
"""Asks whether a second administrator wants, under a switch, the value that a first one did."""
_MODE_KEYS = ("rules.<规则>.mode", "groups.<群>.mode", "groups.<群>.rules.<规则>")


class PolicyCommands:
    """Everybody who may ask sees; administrators change."""

    def __init__(self, services: Services, texts: Texts) -> None:
        self._services = services
        self._texts = texts

    async def settings(self, call: Call) -> Reply:
        """``配置``, ``配置 键``, ``配置 键 值``, ``配置 来源 键``, ``配置 回退 键``."""
        match call.arguments.get("words", ()):
            case ():
                return Reply(self._list(), private=True)
            case (word, key) if word == _SOURCE:
                return Reply(await self._source(key))
            case (word, key) if word == _BACK:
                _require_administrator(call)
                return await self._back(call, key)
            case (key,) if key not in (_SOURCE, _BACK):
                value = setting_text(self._services.register.policy, key)
                return Reply(f"{key} = {value if value is not None else '(未设置)'}")
            case (key, *value) if key not in (_SOURCE, _BACK):
                _require_administrator(call)
                return await self._set(call, key, " ".join(value))
            case _:
                raise BadInputError("请这样写：配置 键 值；配置 来源 键；配置 回退 键。")

    def understood(self, call: Call) -> bool:
        """Whether what follows begins with a key there is."""
        words = tuple(call.arguments.get("words", ()))
        key = words[1] if len(words) == 2 and words[0] in (_SOURCE, _BACK) else words[0]
        try:
            setting_text(self._services.register.policy, key)
        except BadInputError:
            return False
        return True

    async def seconded(self, work: Work, call: Call, switch: str, value: str) -> bool:
        """Whether somebody else wished the same lately; else the wish is kept for him to share."""
        register = self._services.register
        require_standing(register, call.caller, (ChatRole.ADMINISTRATOR.value,))
        known = (await switches.get_all(work.connection)).get(switch, "")
        wished = Proposal(value, call.caller, work.now)
        done = agreed(wished, Proposal.read(known), register.person)
        await switches.set(work, switch, "" if done else wished.written(), str(call.caller))
        return done

    async def _set(self, call: Call, key: str, value: str) -> Reply:
        _refuse_modes(key)
        return await self._write(call, key, value)

    async def _back(self, call: Call, key: str) -> Reply:
        """Put a key back to what it was before its last change."""
        _refuse_modes(key)
        async with self._services.database.reading() as connection:
            changes = await setting_changes.history(connection, key, 1)
        if not changes:
            raise RefusedError(f"“{key}”没有用命令改过，无需回退。")
        return await self._write(call, key, changes[0].before)

    async def _write(self, call: Call, key: str, value: str | None) -> Reply:
        """Set a key, or give it back to the files; what loosens an interlock takes two."""
        settings = self._services.settings
        basis = load_policy(settings.config, mode=settings.mode, zone=settings.timezone)
        texts: list[str] = []

        async def write(work: Work) -> bool:
            overrides = await setting_changes.current(work.connection)
            before = with_overrides(basis, overrides)
            overrides.pop(key, None)
            after = with_overrides(basis, overrides | ({} if value is None else {key: value}))
            texts[:] = [setting_text(one, key) or "（未设置）" for one in (before, after)]
            if loosened(before, after) and not await self.seconded(
                work, call, f"loosening:{key}", texts[1]
            ):
                return False
            await setting_changes.change(work, key, value, str(call.caller))
            await switches.bump_revision(work, decisions.REVISION)
            return True

        done = await self._services.scribe.write(write)
        await self._services.reload()
        return Reply(
            self._services.wording.text(
                "settings.changed" if done else "settings.second_needed",
                key=key,
                before=texts[0],
                after=texts[1],
            )
        )

    async def _source(self, key: str) -> str:
        """Why a value is what it is: the newest changes, or the file."""
        value = setting_text(self._services.register.policy, key)
        async with self._services.database.reading() as connection:
            changes = await setting_changes.history(connection, key, _HISTORY)
        lines = [f"{key} = {value if value is not None else '(未设置)'}"]
        inherited = inherited_text(self._services.register.policy, key)
        if inherited is not None:
            lines = [f"{key} 没有另行规定，照 {inherited[0]}，目前是 {inherited[1]}"]
        elif not changes or changes[0].after is None:
            lines.append("来自配置文件 policy.toml")
        lines += [
            f"{self._texts.moment(one.at)} {one.by}：{one.before or '（配置文件）'} → "
            f"{one.after or '(配置文件)'}"
            for one in changes
        ]
        return "\n".join(lines)

    def _list(self) -> str:
        policy = self._services.register.policy
        lines = []
        for one in settable_keys():
            if one.key in _MODE_KEYS:
                continue
            shown = "" if "<" in one.key else f" = {setting_text(policy, one.key)}"
            lines.append(f"{one.key}{shown}（{one.description}）")
        lines.append(self._services.wording.text("settings.footer"))
        return "\n".join(lines)


def _require_administrator(call: Call) -> None:
    if ChatRole.ADMINISTRATOR not in call.roles:
        raise RefusedError("抱歉，修改配置和规则限系统管理员；您可以查看。")


def _is_mode(key: str) -> bool:
    parts = key.split(".")
    return (parts[0] == "rules" and len(parts) == 3) or parts[0] == "groups"


def _refuse_modes(key: str) -> None:
    """Modes go through the gate of ``规则``: otherwise one person could let a rule act."""
    if _is_mode(key):
        raise RefusedError("生效方式请用：规则 名称 观察|提醒|执行（在群里发送只改本群）。")
