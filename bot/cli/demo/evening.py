"""The evening: the big red button, the daily report, the books."""

import re

from bot.cli.demo.ledger import RecordedCase, RecordedMeasure
from bot.cli.demo.scene import Scene
from bot.cli.demo.script import Posted
from bot.cli.demo.theatre import DidNotHappenError, Theatre

_REPORT_SECONDS = 45.0
_REPORT = re.compile("^【(?:监督)?日报】")
_STILL_THERE_SECONDS = 1.5


async def freeze(theatre: Theatre) -> None:
    """One supervisor stops all acting; it takes two people to resume."""
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    hall, offence = cast.hall, theatre.offences.pop()
    ear = theatre.in_private(cast.administrator.qq)
    answer = await theatre.asks(cast.supervisor, "/冻结 情况不明，先停一停", "已冻结")
    await narrator.bot(answer, "私信监督人")
    await narrator.bot(await theatre.answer("冻结通知另一位", ear, "【冻结】"), "私信管理员")
    number = simulator.say(hall.group_id, cast.defiant.qq, offence.posted)
    theatre.script.offences.append(Posted(number, hall.group_id, cast.defiant.qq, recallable=False))
    await narrator.says(theatre.name(cast.defiant), offence.shown, offence.how)
    measure = await theatre.recorded("冻结期间的登记", lambda: _withheld(theatre, number))
    await theatre.until_quiet(_STILL_THERE_SECONDS)
    if simulator.is_recalled(number):
        raise DidNotHappenError("冻结期间不动手")
    await narrator.fact(f"照常看见、照常登记，但没有动手（账上写明：{measure.withheld}）")
    await _thaw(theatre)
    simulator.recall_by(hall.owner.account, number)
    await theatre.recorded("群主亲手撤回后办结", lambda: _closed(theatre, number))
    await narrator.fact("群主随后亲手撤回那一条，案件自动办结")


async def _thaw(theatre: Theatre) -> None:
    cast, narrator, service = theatre.cast, theatre.narrator, theatre.service
    await narrator.bot(await theatre.asks(cast.supervisor, "/解冻", "另一位"), "私信监督人")
    if (await service.health())["status"] != "frozen":
        raise DidNotHappenError("一个人解不了冻")
    ear = theatre.in_private(cast.supervisor.qq)
    await narrator.bot(await theatre.asks(cast.administrator, "/解冻", "已解冻"), "私信管理员")
    await theatre.answer("解冻通知另一位", ear, "已解冻")
    if (await service.health())["status"] != "ok":
        raise DidNotHappenError("两个人就能解冻")
    await narrator.fact("停手一个人就够，恢复要两个人")


async def close_the_day(theatre: Theatre) -> None:
    """The report comes by itself, is read with one word; the supervisor asks; the chain stands."""
    cast, narrator = theatre.cast, theatre.narrator
    owner = theatre.owner(cast.hall)
    answer = await theatre.asks(cast.supervisor, "查违规 今天", "W")
    await narrator.bot(answer, "私信监督人", told=False)
    answer = await theatre.asks(owner, "日报", "【日报】")
    await narrator.bot(answer, "私信群主", told=False)
    await narrator.note("日报也会到点自己送来（每 30 秒看一次谁该收），等一等……")
    await theatre.recorded("到点的日报自己送到", lambda: _reported(theatre), _REPORT_SECONDS)
    await narrator.fact("送到了：每位群主和监督人各一份，一天只有一份")
    await narrator.bot(await theatre.asks(owner, "已阅", "已阅"), "私信群主")
    ran = await theatre.service.command("verify-log")
    if ran.exit_code:
        raise DidNotHappenError("账本的链完好")
    await narrator.command("qungui verify-log", ran)


EVENING = (
    Scene("傍晚", "冻结与解冻", freeze),
    Scene("傍晚", "日报与对账", close_the_day),
)


async def _withheld(theatre: Theatre, number: int) -> RecordedMeasure | None:
    for one in await theatre.ledger.measures():
        if one.message == number and one.state == "withheld":
            return one
    return None


async def _closed(theatre: Theatre, number: int) -> RecordedCase | None:
    for one in await theatre.ledger.cases_about([number]):
        if one.state == "closed":
            return one
    return None


async def _reported(theatre: Theatre) -> bool | None:
    """Whether everybody who is due a report has exactly one, delivered."""
    due = {plan.owner.account for plan in theatre.cast.groups} | {theatre.cast.supervisor.qq}
    sent = [one for one in await theatre.ledger.measures() if _REPORT.search(one.text)]
    delivered = sorted(one.account or 0 for one in sent if one.state == "done")
    return delivered == sorted(due) or None
