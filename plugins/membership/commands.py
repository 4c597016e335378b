"""What owners do about the members of their groups."""

from arclet.alconna import Args, MultiVar

from bot.engine.commands import ChatRole, Command, Place
from bot.engine.services import Services
from bot.engine.texts import Texts
from plugins.membership.decisions import DECIDERS, DecisionCommands
from plugins.membership.members import MemberCommands, MemberReader

_READERS = DECIDERS | {ChatRole.SUPERVISOR}


def commands(services: Services, texts: Texts) -> tuple[Command, ...]:
    """All of them; supervisors see and decide nothing."""
    reader = MemberReader(services, texts)
    members = MemberCommands(services, texts, reader)
    decide = DecisionCommands(services, texts, reader)
    return (
        Command(
            name="成员",
            roles=_READERS,
            place=Place.ANYWHERE,
            usage="成员 [刷新]",
            example="成员 刷新",
            summary="哪些成员的名片或身份不符合要求",
            arguments=Args["action?", ["刷新"]],
            handle=members.show,
        ),
        Command(
            name="清理",
            roles=DECIDERS,
            place=Place.ANYWHERE,
            usage="清理",
            example="清理",
            summary="重新核对成员，查看等您批准的清理计划和入群申请",
            arguments=Args(),
            handle=decide.show,
        ),
        Command(
            name="批准",
            roles=DECIDERS | {ChatRole.APPROVER},
            place=Place.ANYWHERE,
            usage="批准 编号",
            example="批准 P3",
            summary="批准清理计划（P）、入群申请（J）或发布申请（X）",
            arguments=Args["number", str],
            handle=decide.approve,
            dangerous=True,
        ),
        Command(
            name="驳回",
            roles=DECIDERS | {ChatRole.APPROVER},
            place=Place.ANYWHERE,
            usage="驳回 编号 [理由]",
            example="驳回 P3 已办理返聘",
            summary="驳回清理计划（P）、入群申请（J）或发布申请（X）",
            arguments=Args["number", str]["reason", MultiVar(str, "*")],
            handle=decide.reject,
            dangerous=True,
        ),
        Command(
            name="已处理",
            roles=DECIDERS,
            place=Place.ANYWHERE,
            usage="已处理 编号 [说明]",
            example="已处理 W12",
            summary="登记请您处理的事已办好",
            arguments=Args["number", str]["note", MultiVar(str, "*")],
            handle=decide.settled,
            dangerous=True,
        ),
        Command(
            name="误报",
            roles=DECIDERS,
            place=Place.ANYWHERE,
            usage="误报 编号 [说明]",
            example="误报 W12",
            summary="登记某件违规属于误报",
            arguments=Args["number", str]["note", MultiVar(str, "*")],
            handle=decide.false_hit,
            dangerous=True,
        ),
    )
