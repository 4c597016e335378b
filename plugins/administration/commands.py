"""What the commands of administration are called, who may give them, and what they take."""

from arclet.alconna import AllParam, Args, MultiVar

from bot.engine.commands import ChatRole, Command, Place
from bot.engine.services import Services
from bot.engine.texts import Texts
from plugins.administration.control import ControlCommands
from plugins.administration.information import InformationCommands
from plugins.administration.policy_commands import PolicyCommands
from plugins.administration.roles import RoleCommands
from plugins.administration.rule_commands import RuleCommands

_EVERYBODY = frozenset(ChatRole)
_RESPONSIBLE = frozenset({ChatRole.OWNER, ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR})
_TWO = frozenset({ChatRole.SUPERVISOR, ChatRole.ADMINISTRATOR})
_MANAGING = frozenset({ChatRole.OWNER, ChatRole.ADMINISTRATOR})
_ADMINISTRATORS = frozenset({ChatRole.ADMINISTRATOR})


def commands(services: Services, texts: Texts) -> tuple[Command, ...]:
    """All of them."""
    information = InformationCommands(services, texts)
    return (*_information(information), *_policy(services, texts), *_control(services, texts))


def _information(information: InformationCommands) -> tuple[Command, ...]:
    return (
        Command(
            name="帮助",
            roles=_EVERYBODY,
            place=Place.ANYWHERE,
            usage="帮助 [命令名]",
            example="帮助 日报",
            summary="您可以使用的命令",
            arguments=Args["name?", str],
            handle=information.help,
            understood=information.names_a_command,
        ),
        Command(
            name="能力",
            roles=_RESPONSIBLE,
            place=Place.ANYWHERE,
            usage="能力",
            example="能力",
            summary="在各群能做什么、不能做什么、为什么",
            arguments=Args(),
            handle=information.capabilities,
        ),
        Command(
            name="条款",
            roles=_EVERYBODY,
            place=Place.ANYWHERE,
            usage="条款 [编号]",
            example="条款 20",
            summary="《管理办法》各条由什么落实",
            arguments=Args["number?", str],
            handle=information.clauses,
            understood=information.names_a_clause,
        ),
        Command(
            name="状态",
            roles=_RESPONSIBLE,
            place=Place.ANYWHERE,
            usage="状态",
            example="状态",
            summary="是否在线、有什么待办、各规则的生效方式",
            arguments=Args(),
            handle=information.status,
        ),
    )


def _policy(services: Services, texts: Texts) -> tuple[Command, ...]:
    policy = PolicyCommands(services, texts)
    people = RoleCommands(services, policy.seconded)
    rules = RuleCommands(services, texts, policy.seconded)
    words: Args = Args["words", MultiVar(str, "*")]
    return (
        Command(
            name="配置",
            roles=_RESPONSIBLE,
            place=Place.ANYWHERE,
            usage="配置 [键] [值]",
            example="配置 digest.at 17:30",
            summary="查看配置；系统管理员可修改、看来源、回退",
            arguments=words,
            handle=policy.settings,
            understood=policy.understood,
        ),
        Command(
            name="规则",
            roles=_RESPONSIBLE,
            place=Place.ANYWHERE,
            usage="规则 [名称] [观察|提醒|执行]",
            example="规则 实名 提醒",
            summary="查看各规则的生效方式、命中和误报；系统管理员可修改",
            arguments=words,
            handle=rules.rules,
            understood=rules.understood,
        ),
        Command(
            name="授权",
            roles=_ADMINISTRATORS,
            place=Place.ANYWHERE,
            usage="授权 [取消] 监督员|审批人|管理员 账号",
            example="授权 监督员 10001",
            summary="授予或取消角色；不写内容则列出现有人员",
            arguments=words,
            handle=people.authorise,
            understood=people.understood,
        ),
        Command(
            name="绑定",
            roles=_EVERYBODY,
            place=Place.PRIVATE,
            usage="绑定 [验证码]",
            example="绑定 12345678",
            summary="把您的账号与花名册上的您对应起来",
            arguments=words,
            handle=people.bind,
        ),
    )


def _control(services: Services, texts: Texts) -> tuple[Command, ...]:
    control = ControlCommands(services, texts)
    return (
        Command(
            name="登记",
            roles=_MANAGING,
            place=Place.ANYWHERE,
            usage="登记 说明",
            example="登记 有人推销保险，已劝阻",
            summary="登记您自己发现的问题",
            arguments=Args["note", AllParam],
            handle=control.report,
            understood=control.is_report,
        ),
        Command(
            name="冻结",
            roles=_RESPONSIBLE,
            place=Place.ANYWHERE,
            usage="冻结",
            example="冻结",
            summary="立即停止一切处置，只作记录",
            arguments=Args["reason?", AllParam],
            handle=control.freeze,
        ),
        Command(
            name="解冻",
            roles=_TWO,
            place=Place.ANYWHERE,
            usage="解冻",
            example="解冻",
            summary="恢复处置，须两位不同的监督员或管理员",
            arguments=Args(),
            handle=control.unfreeze,
        ),
        Command(
            name="确认",
            roles=_ADMINISTRATORS,
            place=Place.ANYWHERE,
            usage="确认 代码",
            example="确认 0427",
            summary="确认我刚才请您核对的事",
            arguments=Args["code", r"re:\d{4}"],
            handle=control.confirm,
        ),
        Command(
            name="撤销",
            roles=_MANAGING,
            place=Place.ANYWHERE,
            usage="撤销 编号",
            example="撤销 W12",
            summary="撤销某件登记的处置，或某次词库变更",
            arguments=Args["number", str],
            handle=control.undo,
            dangerous=True,
        ),
    )
