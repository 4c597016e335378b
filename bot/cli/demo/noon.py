"""Midday: who may come in, who must go, and what is not believed."""

import re

from adapters.simulator.onebot11.people import JoinRequest
from adapters.simulator.onebot11.simulator import OneBotSimulator
from adapters.simulator.roster import write_xlsx
from bot.cli.demo.ledger import RecordedMeasure
from bot.cli.demo.scene import Scene
from bot.cli.demo.script import Posted
from bot.cli.demo.theatre import DidNotHappenError, Theatre

_HELD = 3
_GUESSED = "123456"
_QUIET_SECONDS = 1.0
_PLAN, _APPLICATION = re.compile(r"P\d+"), re.compile(r"J\d+")


async def vet_applicants(theatre: Theatre) -> None:
    """A stranger is held for the owner, a colleague of the roster comes in at once."""
    await _hold_the_stranger(theatre)
    await _admit_the_colleague(theatre)


async def _hold_the_stranger(theatre: Theatre) -> None:
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    school, owner = cast.school, theatre.owner(cast.school)
    ear = theatre.in_private(owner.qq)
    answer = "我是学生家长，想进群问点事"
    request = simulator.join_request(school.group_id, cast.stranger, answer)
    await narrator.says("陌生账号", f"申请加入“{school.name}”：{answer}")
    task = await theatre.hear("陌生人的申请转给群主", ear, "入群申请")
    await narrator.bot(task, "私信群主")
    if request.state is not None:
        raise DidNotHappenError("陌生人的申请留给人决定")
    await narrator.fact("花名册上没有这个人：没有放行，也没有擅自拒绝")
    words = f"驳回 {_numbered(_APPLICATION, task)} 请联系辅导员"
    await narrator.bot(await theatre.asks(owner, words, "已拒绝"), "私信群主")
    await theatre.until("群主的驳回送达平台", lambda: request.state == "rejected")


async def _admit_the_colleague(theatre: Theatre) -> None:
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    school, person = cast.school, cast.newcomer
    answer = f"{person.department} {person.name}"
    request = simulator.join_request(school.group_id, person.qq, answer)
    took = await theatre.until("同事的申请通过", lambda: _is_in(theatre, request))
    simulator.rename(school.group_id, person.qq, theatre.name(person))
    await narrator.says(theatre.name(person), f"申请加入“{school.name}”：{answer}")
    await theatre.recorded("同意入群的回执", lambda: _done(theatre, "approve_join", person.qq))
    await narrator.fact(
        "与花名册相符，已同意入群，读回成员名单核实", f"{took * 1000:.0f} 毫秒后进群"
    )


async def remove_a_leaver(theatre: Theatre) -> None:
    """A leaver is proposed, removed only once the owner agrees, and looked for afterwards."""
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    leaver = cast.leaver
    ear = theatre.in_private(cast.hall.owner.account)
    write_xlsx(cast.after_departure(), theatre.premises.folder / "花名册-更新.xlsx")
    await narrator.note(
        f"{theatre.name(leaver)} 已离职，人事处的新花名册把这一行的状态改成“离职”："
    )
    ran = await theatre.service.command("roster", "import", "花名册-更新.xlsx", "--apply")
    if ran.exit_code:
        raise DidNotHappenError(f"导入新花名册：{ran.complained.strip()}")
    await narrator.command("qungui roster import 花名册-更新.xlsx --apply", ran)
    proposal = await theatre.hear("清理计划送达群主", ear, "清理计划")
    await narrator.bot(proposal, "私信群主")
    if leaver.qq not in simulator.group(cast.hall.group_id).members:
        raise DidNotHappenError("批准之前谁也不移出")
    await narrator.fact("运行中的服务自己发现了新花名册；批准之前人还在群里")
    await _approve(theatre, _numbered(_PLAN, proposal))


async def _approve(theatre: Theatre, number: str) -> None:
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    hall, owner, leaver = cast.hall, theatre.owner(cast.hall), cast.leaver
    ear = theatre.in_private(owner.qq)
    await narrator.bot(await theatre.asks(owner, f"批准 {number}", "已批准"), "私信群主")
    await theatre.until(
        "移出离职人员", lambda: leaver.qq not in simulator.group(hall.group_id).members
    )
    measure = await theatre.recorded("移出的回执", lambda: _done(theatre, "remove", leaver.qq))
    how = "平台通知" if measure.receipt == "platform_notice" else "读回成员名单"
    await narrator.fact("已移出，核实人确实不在群里才算完成", f"凭据：{how}")
    await narrator.bot(await theatre.hear("计划完成的报告", ear, "执行完毕"), "私信群主")


async def hold_half_a_roster(theatre: Theatre) -> None:
    """Half a roster is not believed: nothing changes."""
    cast, narrator = theatre.cast, theatre.narrator
    before, plans = await theatre.ledger.staff(), await theatre.ledger.plan_states()
    half = cast.half()
    write_xlsx(half, theatre.premises.folder / "花名册-导出中断.xlsx")
    await narrator.note(f"有人误用了导出中断的文件：只有 {len(half.staff)} 行，少了一半人")
    ran = await theatre.service.command("roster", "import", "花名册-导出中断.xlsx", "--apply")
    await narrator.command("qungui roster import 花名册-导出中断.xlsx --apply", ran)
    if ran.exit_code != _HELD:
        raise DidNotHappenError("半份花名册被拦下（退出码 3）")
    if before != await theatre.ledger.staff() or plans != await theatre.ledger.plan_states():
        raise DidNotHappenError("拦下之后什么都没有变")
    await narrator.fact("已拦下：花名册一个字没动，没有人因此被列入清理")


async def refuse_a_forger(theatre: Theatre) -> None:
    """A peer with a wrong token gets no word in; a repeated event changes nothing."""
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    url, service = theatre.premises.url, theatre.service
    before = await service.counted("qungui_events_total", outcome="refused")
    forger = OneBotSimulator((cast.hall,), url=url, token=_GUESSED, self_id=simulator.world.self_id)
    await narrator.note("有人拿着猜来的令牌自称 QQ 端，想替群主发一句“批准”：")
    async with forger:
        await theatre.until("冒充者被拒绝", lambda: _turned_away(forger))
        forger.private(cast.hall.owner.account, "批准 P1")
    theatre.script.refused += sum(one.change == "refused" for one in forger.journal.links())
    refused = await service.counted("qungui_events_total", outcome="refused") - before
    if any(one.written for one in forger.journal.deliveries()):
        raise DidNotHappenError("冒充者一句话也递不进来")
    if not simulator.connected or refused < 1:
        raise DidNotHappenError("冒充者被记为拒绝，真正的 QQ 不受影响")
    await narrator.fact("拒绝连接，一个字也没递进来；真正的 QQ 连接不受影响")
    await _repeat(theatre)


async def _repeat(theatre: Theatre) -> None:
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    hall, offence = cast.hall, theatre.offences.pop()
    simulator.faults.duplicated = {"message.group": 1.0, "notice": 1.0}
    number = simulator.say(hall.group_id, cast.repeated.qq, offence.posted)
    theatre.script.offences.append(Posted(number, hall.group_id, cast.repeated.qq))
    await theatre.until("重复送达的消息被撤回", lambda: simulator.is_recalled(number))
    await narrator.says(theatre.name(cast.repeated), offence.shown, "平台把这条消息送了两遍")
    await theatre.recorded("告知的回执", lambda: _told(theatre, number))
    await theatre.until_quiet(_QUIET_SECONDS)
    simulator.faults.duplicated = {}
    measures = [one for one in await theatre.ledger.measures() if one.message == number]
    cases = await theatre.ledger.cases_about([number])
    doubles = await theatre.service.counted("qungui_events_total", outcome="duplicate")
    if len(cases) != 1 or len(measures) != 1 or not doubles:
        raise DidNotHappenError("重复的事件什么也不改变")
    await narrator.fact("一条违规、一次撤回、一句告知；重复的事件认出来了，什么也没改变")


NOON = (
    Scene("中午", "谁能进群", vet_applicants),
    Scene("中午", "一位老师离职", remove_a_leaver),
    Scene("下午", "半份花名册", hold_half_a_roster),
    Scene("下午", "冒充与重复", refuse_a_forger),
)


def _numbered(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise DidNotHappenError("通知里写明编号")
    return found[0]


def _is_in(theatre: Theatre, request: JoinRequest) -> bool:
    members = theatre.simulator.group(request.group_id).members
    return request.state == "approved" and request.applicant in members


def _turned_away(forger: OneBotSimulator) -> bool:
    return any(one.change in ("refused", "closed") for one in forger.journal.links())


async def _done(theatre: Theatre, kind: str, account: int) -> RecordedMeasure | None:
    for one in await theatre.ledger.measures():
        if one.kind == kind and one.account == account and one.state == "done" and one.receipt:
            return one
    return None


async def _told(theatre: Theatre, number: int) -> RecordedMeasure | None:
    numbers = {one.number for one in await theatre.ledger.cases_about([number])}
    for one in await theatre.ledger.measures():
        if one.violation in numbers and one.kind == "notify" and one.state == "done":
            return one
    return None
