"""The morning: everybody is read, cards are put right, a smuggled word goes, a quoter stays."""

import time
from collections.abc import Sequence

from adapters.simulator.college import Staff
from adapters.simulator.groups import Habit
from adapters.simulator.onebot11 import segments
from adapters.simulator.roster import UNTIDY, write_xlsx
from bot.cli.demo.ledger import RecordedCase
from bot.cli.demo.scene import Scene
from bot.cli.demo.script import Posted, words_of
from bot.cli.demo.theatre import DidNotHappenError, Theatre

_CONNECTED_SECONDS = 30.0


async def open_the_office(theatre: Theatre) -> None:
    """The roster is imported, the service starts, QQ connects, everybody is read and judged."""
    narrator, cast = theatre.narrator, theatre.cast
    write_xlsx(cast.college, theatre.premises.folder / "教职工花名册.xlsx", UNTIDY)
    await narrator.note("人事处交来一份表头不规范的花名册，先导入：")
    ran = await theatre.service.command("roster", "import", "教职工花名册.xlsx", "--apply")
    if ran.exit_code:
        raise DidNotHappenError(f"导入花名册：{ran.complained.strip()}")
    await narrator.command("qungui roster import 教职工花名册.xlsx --apply", ran)
    await theatre.service.start()
    await narrator.fact("群规服务已启动，只监听本机", f"进程 {theatre.service.pid}")
    for one in (cast.supervisor, cast.administrator):
        theatre.simulator.befriend(one.qq)
    start = time.monotonic()
    await theatre.simulator.start()
    await theatre.recorded("读完全部群的成员名单", lambda: _all_read(theatre), _CONNECTED_SECONDS)
    seats = [seat for plan in cast.groups for seat in plan.seats if seat.habit is not Habit.ROBOT]
    took = f"{time.monotonic() - start:.1f} 秒"
    await narrator.fact(
        f"QQ 连上了：{len(cast.groups)} 个群、{len(seats)} 名成员，不用吩咐就逐一核对", took
    )


async def put_cards_right(theatre: Theatre) -> None:
    """One merged reminder; who mends his card is off the list without any command."""
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    hall = cast.hall
    wrong = [simulator.member(hall.group_id, one.qq).card for one in cast.misnamed]
    shown = "、".join(f"“{card}”" for card in wrong)
    await narrator.note(f"“{hall.name}”里有 {len(wrong)} 张名片不合规范：{shown}")
    await theatre.until(
        "群里的名片提醒", lambda: bool(simulator.messages_sent_by_bot(hall.group_id))
    )
    reminder = words_of(simulator.messages_sent_by_bot(hall.group_id)[0])
    if not all(theatre.name(one) in reminder for one in cast.misnamed):
        raise DidNotHappenError("一条合并的提醒写明每个人的正确名片")
    await narrator.bot(reminder, hall.name)
    first = cast.misnamed[0]
    simulator.rename(hall.group_id, first.qq, theatre.name(first))
    simulator.say(hall.group_id, first.qq, "改好了，谢谢提醒")
    seconds = await _closed(theatre, first.qq)
    await narrator.says(theatre.name(first), "改好了，谢谢提醒", "名片已改")
    await narrator.fact("没有人发命令，这一件已自动办结", f"{seconds * 1000:.0f} 毫秒后")
    await _mend_silently(theatre, cast.misnamed[1:])
    await narrator.fact(f"{len(wrong)} 件都已办结")


async def _mend_silently(theatre: Theatre, others: Sequence[Staff]) -> None:
    """Cards that change without a word are seen at the next reading."""
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    for one in others:
        simulator.rename(cast.hall.group_id, one.qq, theatre.name(one))
    await narrator.note("另外两位默默改了名片。群主让机器人再读一遍：")
    owner = theatre.owner(cast.hall)
    ear = theatre.in_private(owner.qq)
    simulator.say(cast.hall.group_id, owner.qq, "/成员 刷新")
    await narrator.says(theatre.name(owner), "/成员 刷新", "群里")
    await narrator.bot(await theatre.answer("刷新后的答复", ear, "人"), "私信群主")
    for one in others:
        await _closed(theatre, one.qq)


async def recall_a_word(theatre: Theatre) -> None:
    """A listed word in disguise is recalled; its sender learns the rule, never the word again."""
    cast, simulator, narrator = theatre.cast, theatre.simulator, theatre.narrator
    hall, offence = cast.hall, theatre.offences.pop()
    ear = theatre.in_group(hall)
    start = time.monotonic()
    number = simulator.say(hall.group_id, cast.evader.qq, offence.posted)
    # Quoted before the recall can arrive, as it happens in a busy group.
    quoting = [segments.reply(number), segments.text("这种消息大家别信")]
    innocent = simulator.say(hall.group_id, cast.quoter.qq, quoting)
    theatre.script.offences.append(Posted(number, hall.group_id, cast.evader.qq))
    theatre.script.innocent.append(innocent)
    await theatre.until("撤回", lambda: simulator.is_recalled(number))
    took = time.monotonic() - start
    await narrator.says(theatre.name(cast.evader), offence.shown, f"{offence.how}；演示以＊遮盖")
    await narrator.fact("已撤回，以平台自己的撤回通知为证", f"从发出到消失 {took * 1000:.0f} 毫秒")
    told = await theatre.hear("告知发送者", ear, "不符合")
    if any(part in told for part in _words(offence.posted)):
        raise DidNotHappenError("告知里不重复违规内容")
    await narrator.bot(told, f"@{theatre.name(cast.evader)}")
    (case,) = await theatre.ledger.cases_about([number])
    await narrator.fact(f"登记号 W{case.number}，只说违反哪一条，绝不重复原话")


async def spare_the_quoter(theatre: Theatre) -> None:
    """To quote a listed word in order to warn of it is no violation."""
    cast, narrator = theatre.cast, theatre.narrator
    (innocent,) = theatre.script.innocent
    await narrator.says(theatre.name(cast.quoter), "「引用上面那条」这种消息大家别信", "提醒同事")
    event = f"m:{cast.hall.group_id}:{innocent}"
    await theatre.recorded("引用的那条消息入账", lambda: _taken_in(theatre, event))
    if await theatre.ledger.cases_about([innocent]) or theatre.simulator.is_recalled(innocent):
        raise DidNotHappenError("引用别人的违规内容不受处罚")
    await narrator.fact("引用不算本人发布：看过了，没有登记，也没有撤回")


MORNING = (
    Scene("清晨", "开门", open_the_office),
    Scene("上午", "换名片", put_cards_right),
    Scene("上午", "一条夹带的消息", recall_a_word),
    Scene("上午", "好心的引用", spare_the_quoter),
)


async def _all_read(theatre: Theatre) -> bool | None:
    events = await theatre.ledger.event_ids()
    read = {event.split(":")[1] for event in events if event.startswith("members:")}
    return len(read) == len(theatre.cast.groups) or None


async def _taken_in(theatre: Theatre, event: str) -> bool | None:
    return event in await theatre.ledger.event_ids() or None


async def _closed(theatre: Theatre, account: int) -> float:
    """Wait for the case of an account to close; the seconds it took."""
    start = time.monotonic()

    async def look() -> RecordedCase | None:
        cases = await theatre.ledger.cases()
        closed = [one for one in cases if one.account == account and one.state == "closed"]
        return closed[0] if closed else None

    await theatre.recorded("名片改好后办结", look)
    return time.monotonic() - start


def _words(posted: str) -> list[str]:
    """Pieces of a message that would give it away."""
    return [posted[start : start + 4] for start in range(len(posted) - 3)]
