"""配置 and 规则: settings by chat, each change on record and reversible."""

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.measures import Mode
from bot.domain.rules import Rule
from bot.engine import decisions
from bot.engine.commands import Call, ChatRole, Reply
from bot.engine.own_words import fold
from bot.engine.quorum import require_standing
from bot.engine.services import Services
from bot.engine.texts import Texts
from config.loosening import loosened
from config.policy import load_policy
from config.policy_overrides import settable_keys, setting_text, with_overrides
from data import setting_changes, switches
from data.ledger import Work
from plugins.administration.rules import MODES, Proposal, Wish, agreed

_SOURCE, _BACK = "来源", "回退"
_HISTORY = 5
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

    async def rules(self, call: Call) -> Reply:
        """``规则`` lists them; ``规则 名称 观察|提醒|执行`` changes one."""
        words = list(call.arguments.get("words", ()))
        if not words:
            return Reply(self._rule_list(call))
        if len(words) != 2 or words[1] not in MODES:
            raise BadInputError("请这样写：规则 名称 观察|提醒|执行。例如：规则 实名 提醒")
        _require_administrator(call)
        rules = self._services.catalogue.rules
        rule = next((one for one in rules if fold(words[0]) in _names_of(one)), None)
        if rule is None:
            names = "、".join(one.title for one in rules)
            raise BadInputError(f"没有规则“{words[0]}”。规则有：{names}。")
        return await self._change_mode(call, rule.rule_id, MODES[words[1]])

    async def _change_mode(self, call: Call, rule_id: str, mode: Mode) -> Reply:
        """In a group for that group, in private for all; going further may take two people."""
        policy, settings = self._services.register.policy, self._services.settings
        if call.group is not None:
            key, where = f"groups.{call.group}.rules.{rule_id}", "本群"
            now = policy.mode(rule_id, call.group)
        else:
            key, where = f"rules.{rule_id}.mode", "全校"
            now = policy.rule_modes.get(rule_id, policy.default_mode)
        wish = Wish(now, mode, settings.mode)
        switch = f"promotion:{key}"

        async def write(work: Work) -> bool:
            if wish.needs_second and not await self._seconded(work, call, switch, mode.value):
                return False
            await setting_changes.change(work, key, mode.value, str(call.caller))
            await switches.bump_revision(work, decisions.REVISION)
            return True

        done = await self._services.scribe.write(write)
        await self._services.reload()
        title = self._services.catalogue.title(rule_id)
        return Reply(
            self._services.wording.text(
                "rules.changed" if done else "rules.second_needed",
                where=where,
                rule=title,
                mode=mode.label,
            )
        )

    async def _seconded(self, work: Work, call: Call, switch: str, value: str) -> bool:
        """Whether somebody else wished the same lately; else the wish is kept for him to share."""
        register = self._services.register
        register.now = work.now
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
            if loosened(before, after) and not await self._seconded(
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
        if not changes or changes[0].after is None:
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

    def _rule_list(self, call: Call) -> str:
        policy = self._services.register.policy
        lines = []
        for rule in self._services.catalogue.rules:
            if call.group is not None:
                mode, source = policy.mode_with_source(rule.rule_id, call.group)
            elif rule.rule_id in policy.rule_modes:
                mode, source = policy.rule_modes[rule.rule_id], "全校对该规则的设置"
            else:
                mode, source = policy.default_mode, "默认设置"
            lines.append(f"{rule.title}：{mode.label}（{source}）")
        return "\n".join(lines)


def _names_of(rule: Rule) -> tuple[str, ...]:
    """What people call a rule: its title with or without the remark in brackets, or its id."""
    return (fold(rule.title), fold(rule.title).partition("(")[0], rule.rule_id)


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
