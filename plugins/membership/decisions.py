"""What people decide by number: removal plans, requests to join, cases that wait for them."""

from collections.abc import Collection

from bot.domain.errors import BadInputError, RefusedError
from bot.domain.identifiers import GroupKey
from bot.domain.plans import PlanState
from bot.engine import decisions, plan_decisions
from bot.engine.caller import still_managed
from bot.engine.commands import Call, ChatRole, Reply
from bot.engine.contribution import Decider
from bot.engine.services import Services
from bot.engine.texts import Texts
from data import joins, plans, violations
from plugins.membership.members import MemberReader
from plugins.membership.numbers import Numbered, read_number

DECIDERS = frozenset({ChatRole.OWNER, ChatRole.ADMINISTRATOR})
"""Who decides about plans, requests and cases."""
_MOST_SHOWN = 5


class DecisionCommands:
    """Checks that the matter is the caller's, then has the engine carry his decision out."""

    def __init__(self, services: Services, texts: Texts, reader: MemberReader) -> None:
        self._services = services
        self._texts = texts
        self._reader = reader

    async def show(self, call: Call) -> Reply:
        """What waits for the caller, after a fresh look at his groups."""
        failures = await self._reader.read(self._reader.groups_to_read(call))
        async with self._services.database.reading() as connection:
            proposed = await plans.waiting(connection, groups=call.groups)
            held = await joins.waiting(connection, call.groups)
        shown = [self._texts.proposal(plan) for plan in proposed]
        shown += [self._application(request) for request in held]
        if not shown:
            return Reply("\n".join((self._text("plan.nothing"), *failures)), private=True)
        private = [text for text, _ in shown[:_MOST_SHOWN]]
        if len(shown) > _MOST_SHOWN:
            private.append(self._text("decision.more", count=len(shown) - _MOST_SHOWN))
        return Reply("\n\n".join((*private, *failures)), private=True, hint=shown[0][1])

    async def approve(self, call: Call) -> Reply:
        """``批准 P3`` or ``批准 J5``."""
        if (other := await self._other(call)) is not None:
            decider, number = other
            return await decider.approve(call, number)
        wanted = await self._plan_or_join(call)
        work, register = self._services.scribe, self._services.register
        if wanted.letter == "J":
            await work.write(
                lambda one: decisions.decide_join(
                    one, wanted.number, approve=True, by=call.caller, reason="", register=register
                )
            )
            text = self._text("decision.join_approved", number=wanted)
        else:
            await self._refresh(wanted.number)
            plan = await work.write(
                lambda one: plan_decisions.approve_plan(
                    one, wanted.number, call.caller, register, self._texts
                )
            )
            given = len(plan.approvals)
            text = (
                self._text(
                    "plan.approved_more_needed", number=wanted, given=given, needed=plan.needed
                )
                if plan.state is PlanState.WAITING
                else self._text("plan.approved", number=wanted)
            )
        await self._services.reload()
        return Reply(text)

    async def reject(self, call: Call) -> Reply:
        """``驳回 P3 理由`` or ``驳回 J5 理由``."""
        reason = _rest(call, "reason")
        if (other := await self._other(call)) is not None:
            decider, number = other
            return await decider.reject(call, number, reason)
        wanted = await self._plan_or_join(call)
        work, register = self._services.scribe, self._services.register
        if wanted.letter == "J":
            await work.write(
                lambda one: decisions.decide_join(
                    one,
                    wanted.number,
                    approve=False,
                    by=call.caller,
                    reason=reason,
                    register=register,
                )
            )
            text = self._text("join.rejected", number=wanted)
        else:
            await work.write(
                lambda one: plan_decisions.reject_plan(
                    one, wanted.number, call.caller, reason, register
                )
            )
            text = self._text("plan.rejected", number=wanted)
        await self._services.reload()
        return Reply(text)

    async def settled(self, call: Call) -> Reply:
        """``已处理 W12``: the owner did what was asked of him."""
        return await self._settle(call, "decision.settled", false_hit=False)

    async def false_hit(self, call: Call) -> Reply:
        """``误报 W12``: there was nothing wrong."""
        return await self._settle(call, "decision.false_hit", false_hit=True)

    async def _settle(self, call: Call, key: str, *, false_hit: bool) -> Reply:
        given = read_number(call.arguments["number"], "W", self._services.wording)
        wanted = Numbered("W", given.number)
        async with self._services.database.reading() as connection:
            record = await violations.get(connection, wanted.number)
        await self._require(call, wanted, None if record is None else {record.group})
        # What an owner registered himself (Article 23) is on record under his own name.
        own_report = record is not None and record.rule_id == decisions.OWNER_REPORT
        if record is not None and record.account == call.caller and not own_report:
            raise RefusedError(self._text("decision.about_yourself", number=wanted))
        register = self._services.register
        await self._services.scribe.write(
            lambda work: decisions.settle_case(
                work,
                wanted.number,
                call.caller,
                false_hit=false_hit,
                note=_rest(call, "note"),
                register=register,
            )
        )
        await self._services.reload()
        return Reply(self._text(key, number=wanted))

    async def _other(self, call: Call) -> tuple[Decider, int] | None:
        """Whoever else decides this number; None where it is a plan or a request to join.

        Raises:
            BadInputError: without a letter it could be both.
        """
        deciders = self._services.catalogue.deciders
        letters = "".join(("P", "J", *deciders))
        given = read_number(call.arguments["number"], letters, self._services.wording)
        if given.letter:
            decider = deciders.get(given.letter)
            return (decider, given.number) if decider is not None else None
        for decider in deciders.values():
            if await decider.waits(call, given.number):
                if call.roles & DECIDERS and await self._is_known(given.number):
                    raise BadInputError(self._text("decision.ambiguous", number=given))
                return decider, given.number
        return None

    async def _is_known(self, number: int) -> bool:
        """Whether a plan or a request of this number waits."""
        async with self._services.database.reading() as connection:
            plan = await plans.get(connection, number)
            held = await joins.get(connection, number)
        waits = plan is not None and plan.state is PlanState.WAITING
        return waits or (held is not None and held.state == joins.WAITING)

    async def _plan_or_join(self, call: Call) -> Numbered:
        """Which of the two is meant, and that the caller may decide it."""
        given = read_number(call.arguments["number"], "PJ", self._services.wording)
        async with self._services.database.reading() as connection:
            plan = await plans.get(connection, given.number) if given.letter != "J" else None
            held = await joins.get(connection, given.number) if given.letter != "P" else None
        if not given.letter and plan is not None and held is not None:
            plan = plan if plan.state is PlanState.WAITING else None
            held = held if held.state == joins.WAITING else None
            if plan is not None and held is not None:
                raise BadInputError(self._text("decision.ambiguous", number=given))
        if plan is not None:
            wanted = Numbered("P", given.number)
            await self._require(call, wanted, plan.groups)
            return wanted
        wanted = Numbered("J", given.number) if held is not None else given
        await self._require(call, wanted, None if held is None else {held.group})
        return wanted

    async def _refresh(self, number: int) -> None:
        """Read again whose list has grown too old: nobody is removed by an old one."""
        async with self._services.database.reading() as connection:
            plan = await plans.get(connection, number)
        register, now = self._services.register, self._services.clock.now()
        if plan is not None:
            old = [group for group in plan.groups if register.list_is_old(group, now)]
            await self._reader.read(old)

    async def _require(
        self, call: Call, wanted: Numbered, groups: Collection[GroupKey] | None
    ) -> None:
        """The matter exists and every group it concerns is the caller's to decide for.

        Who may not decide learns no more than that it is not his.

        Raises:
            RefusedError: it does not exist, or is not his.
        """
        if groups is not None and call.roles & DECIDERS:
            if ChatRole.ADMINISTRATOR in call.roles:
                return
            register = self._services.register
            # Whoever may give the command as an approver as well was not asked about afresh.
            fresh = frozenset[GroupKey]() if ChatRole.APPROVER in call.roles else call.groups
            others = frozenset(groups) - fresh
            managed = others & register.managed_by(call.caller)
            if others == managed and (
                not others or others == await still_managed(call.caller, others, register)
            ):
                return
        raise RefusedError(self._text("decision.not_yours", number=wanted))

    def _application(self, request: joins.HeldRequest) -> tuple[str, str]:
        number = f"J{request.number}"
        private = self._text(
            "ask.join",
            number=number,
            group=self._texts.group_name(request.group),
            who=" ".join(filter(None, (request.nickname, request.account.id))),
            answer=request.answer or "（未填写）",
            reason=request.reason,
        )
        return private, self._text("ask.join_public", number=number)

    def _text(self, key: str, **fields: object) -> str:
        return self._services.wording.text(key, **fields)


def _rest(call: Call, name: str) -> str:
    return " ".join(call.arguments.get(name, ()))
