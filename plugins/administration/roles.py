"""授权 and 绑定: who may do what, and which account is whose."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.identifiers import AccountKey
from bot.domain.people import Staff
from bot.engine.commands import Call, ChatRole, Reply
from bot.engine.services import Services
from data import codes, roles, staff
from data.ledger import Work
from plugins.administration.policy_commands import Seconded

BIND, ADMINISTRATOR = "bind", "administrator"
"""What a one-time code may be for. The administrator's is printed at the first start."""
_CODE_HOLDS = timedelta(hours=2)
_CODE = re.compile(r"\d{8}")
_ROLES = {
    "监督员": ChatRole.SUPERVISOR,
    "监督人": ChatRole.SUPERVISOR,
    "审批人": ChatRole.APPROVER,
    "发布审批人": ChatRole.APPROVER,
    "管理员": ChatRole.ADMINISTRATOR,
    "系统管理员": ChatRole.ADMINISTRATOR,
}
_TAKE = ("取消", "收回", "撤销")
_ISSUE = "发码"
_SENT_WITHIN = 30.0
"""Seconds: an account of a platform that is away must not hold up the answer."""


class RoleCommands:
    """Grants, revocations and bindings."""

    def __init__(self, services: Services, seconded: Seconded) -> None:
        self._services = services
        self._seconded = seconded

    async def authorise(self, call: Call) -> Reply:
        """``授权 监督员 账号``, ``授权 取消 监督员 账号``, or nothing: who holds what."""
        words = list(call.arguments.get("words", ()))
        if not words:
            return Reply(self._holders(), private=True)
        take, role, account = _wanted(words, call.caller)
        changed = await self._change(call, account, role, take=take)
        await self._services.reload()
        key = "role.taken" if take else "role.given"
        text = self._services.wording.text(key, account=account.id, role=role.label)
        return Reply(text if changed else self._services.wording.text("role.unchanged"))

    def understood(self, call: Call) -> bool:
        """Whether a role and an account are named."""
        try:
            _wanted(list(call.arguments.get("words", ())), call.caller)
        except BadInputError:
            return False
        return True

    async def bind(self, call: Call) -> Reply:
        """``绑定 验证码``; ``绑定 发码 工号`` for administrators; nothing: how it goes."""
        words = list(call.arguments.get("words", ()))
        if not words:
            return Reply(self._services.wording.text("bind.how"))
        if words[0] == _ISSUE:
            return await self._issue(call, words[1:])
        code = "".join(words)
        if not _CODE.fullmatch(code):
            raise BadInputError("请这样写：绑定 八位数字验证码。例如：绑定 12345678")
        if await self._becomes_administrator(code, call.caller):
            await self._services.reload()
            return Reply(self._services.wording.text("bind.administrator"))
        staff_id = await self._services.scribe.write(lambda work: self._bind(work, code, call))
        person = self._services.register.roster.staff(staff_id)
        await self._services.reload()
        return Reply(
            self._services.wording.text(
                "bind.done",
                name=person.name if person else staff_id,
                department=person.departments[0] if person and person.departments else "",
            )
        )

    async def _change(self, call: Call, account: AccountKey, role: ChatRole, *, take: bool) -> bool:
        register = self._services.register
        if not take:
            if self._is_bot(account):
                raise RefusedError("机器人账号不能授予角色。")
            return await self._services.scribe.write(
                lambda work: roles.grant(work, account, role.value, str(call.caller))
            )
        if account in self._from_environment(role):
            raise RefusedError(
                f"{account.id} 的{role.label}由服务器设置指定，请在服务器上修改后重启。"
            )
        if role is ChatRole.ADMINISTRATOR and set(register.holders(role.value)) <= {account}:
            raise RefusedError("至少要有一位系统管理员，请先授权另一位再取消。")
        return await self._services.scribe.write(
            lambda work: roles.revoke(work, account, role.value, str(call.caller))
        )

    async def _issue(self, call: Call, words: list[str]) -> Reply:
        if ChatRole.ADMINISTRATOR not in call.roles:
            raise RefusedError("抱歉，确认码由系统管理员发放，请向其领取。")
        person = self._services.register.roster.numbered(words[0]) if len(words) == 1 else None
        if person is None or not person.active:
            raise BadInputError("请写在职人员的工号。例如：绑定 发码 T001")
        who = f"{person.name}（{person.staff_id}）"
        if await self._agreed(call, person):
            return Reply(f"{who}：{await self._code(call, person)}")
        key = "bind.sent" if await self._sent(call, person) else "bind.second_needed"
        return Reply(self._services.wording.text(key, who=who, staff_id=person.staff_id))

    async def _agreed(self, call: Call, person: Staff) -> bool:
        """Whether a second administrator wants the code as well.

        Whoever holds it becomes that person, and one administrator alone could so become two.
        """
        switch, number = f"bind:{person.staff_id}", person.staff_id
        try:
            return await self._services.scribe.write(
                lambda work: self._seconded(work, call, switch, number)
            )
        except RefusedError:
            # Too new a role to be one of two; the person himself may still be sent his code.
            if not person.accounts:
                raise
            return False

    async def _sent(self, call: Call, person: Staff) -> bool:
        """Whether a code reached an account known to be this person's; nobody else sees it."""
        if not person.accounts:
            return False
        text = await self._code(call, person)
        answer = self._services.speech.answer
        said = False
        for account in person.accounts:
            with suppress(TimeoutError):
                async with asyncio.timeout(_SENT_WITHIN):
                    said = await answer(account, None, text) or said
        return said

    async def _code(self, call: Call, person: Staff) -> str:
        code = await self._services.scribe.write(
            lambda work: codes.issue(work, BIND, person.staff_id, str(call.caller), _CODE_HOLDS)
        )
        minutes = int(_CODE_HOLDS.total_seconds() // 60)
        return self._services.wording.text("bind.code", code=code, minutes=minutes)

    async def _becomes_administrator(self, code: str, account: AccountKey) -> bool:
        """Whether the code makes an administrator; one that does not may still bind."""
        async with self._services.database.reading() as connection:
            now = self._services.clock.now()
            if not await codes.outstanding(connection, ADMINISTRATOR, now):
                return False

        async def redeem(work: Work) -> None:
            await codes.redeem(work, code, ADMINISTRATOR, str(account))
            await roles.grant(work, account, ChatRole.ADMINISTRATOR.value, "one-time code")

        try:
            await self._services.scribe.write(redeem)
        except RefusedError:
            async with self._services.database.reading() as connection:
                if not await codes.outstanding(connection, BIND, now):
                    raise
            return False
        return True

    async def _bind(self, work: Work, code: str, call: Call) -> str:
        staff_id = await codes.redeem(work, code, BIND, str(call.caller))
        person = self._services.register.roster.staff(staff_id)
        if person is None or not person.active:
            raise RefusedError("花名册上已没有这位在职人员，请联系系统管理员。")
        known = person.account_on(call.caller.platform)
        if known is not None and known != call.caller:
            # Whoever holds the code was given it in person: the old account is given up.
            await staff.unbind(work, known)
        await staff.bind(work, call.caller, staff_id, staff.BY_CODE)
        return staff_id

    def _holders(self) -> str:
        register = self._services.register
        lines = []
        for role in (ChatRole.ADMINISTRATOR, ChatRole.SUPERVISOR, ChatRole.APPROVER):
            names = "、".join(self._shown(one) for one in register.holders(role.value)) or "无"
            lines.append(f"{role.label}：{names}")
        return "\n".join(lines)

    def _shown(self, account: AccountKey) -> str:
        person = self._services.register.roster.bound_to(account)
        return f"{person.name}（{account.id}）" if person else account.id

    def _from_environment(self, role: ChatRole) -> frozenset[AccountKey]:
        settings = self._services.settings
        return {
            ChatRole.ADMINISTRATOR: settings.administrators,
            ChatRole.SUPERVISOR: settings.supervisors,
            ChatRole.APPROVER: settings.approvers,
        }[role]

    def _is_bot(self, account: AccountKey) -> bool:
        ports = self._services.register.platforms.values()
        return any(port.self_account == account for port in ports)


def _wanted(words: list[str], caller: AccountKey) -> tuple[bool, ChatRole, AccountKey]:
    """Whether a role is taken, which, and whose.

    Raises:
        BadInputError: the words do not say so.
    """
    take = words[:1] != [] and words[0] in _TAKE
    role, *account = words[take:] or [""]
    if role not in _ROLES or len(account) != 1:
        raise BadInputError("请这样写：授权 监督员|审批人|管理员 账号，或 授权 取消 角色 账号。")
    return take, _ROLES[role], _account(account[0], caller)


def _account(text: str, caller: AccountKey) -> AccountKey:
    """``@102``, ``102`` on the caller's own platform, or ``qq:102``."""
    bare = text.lstrip("@")
    if ":" in bare:
        return AccountKey.parse(bare)
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", bare):
        raise BadInputError(f"“{text}”不是账号。请写账号号码或 @ 本人，例如：授权 监督员 10001")
    return AccountKey(caller.platform, bare)
