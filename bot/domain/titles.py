"""Words that may stand beside a name on a card without making it another name."""

from itertools import product

_UNIT_ENDINGS = """
办公室 实验室 教研室 工作室 研究室 资料室 阅览室 医务室 教学部 党支部 党总支 委员会 领导小组
研究所 研究院 图书馆 中心 学院 支部 总支 小组 团委 党委 纪委 工会 公司 基地 学校 处 部 院 系 科 室
办 馆 所 组 站 队 局 会 委 厅 园
"""
UNIT_ENDINGS = tuple(_UNIT_ENDINGS.split())
"""How the name of a unit or a section of it ends."""

_HEADS = """
校长 院长 处长 部长 主任 书记 科长 馆长 所长 组长 队长 室主任 系主任 科室主任 教研室主任
办公室主任 实验室主任 中心主任 站长 主席 园长 局长 会长 总经理 经理 秘书长 团委书记 党委书记
纪委书记 总支书记 党总支书记 支部书记 党支部书记 班长 厂长 店长 总监 台长 社长 主编
"""
_HEAD_PREFIXES = """
副 常务副 执行 第一 代理 助理 党委副 纪委副 总支副
"""

_POSTS = """
科员 干事 秘书 教学秘书 科研秘书 党务秘书 行政秘书 组织员 班主任 辅导员 专职辅导员 兼职辅导员 教师
老师 专任教师 专职教师 兼职教师 外聘教师 教员 教务员 教务干事 实验员 实训员 资料员 档案员 管理员
网络管理员 会计 出纳 审计 文员 内勤 司机 驾驶员 保安 门卫 校医 医生 护士 宿管 宿管员 电工 水电工
技术员 馆员 副馆员 研究馆员 副研究馆员 助理馆员 专业带头人 专业负责人 课程负责人 骨干教师 带头人
负责人 联络员 信息员 宣传委员 委员 组织委员 纪检委员 党员 群主 院长助理 校长助理 处长助理 主任助理
助理 调研员 正处级 副处级 正科级 副科级 巡视员 督导 教学督导 教练 主管
"""
_RANKS = """
教授 副教授 讲师 助教 研究员 副研究员 助理研究员 实习研究员 工程师 高级工程师 助理工程师 高工
会计师 高级会计师 经济师 实验师 高级实验师 助理实验师 技师 高级技师 政工师 高级政工师 博士 硕士
博士后 院士 博导 硕导 博士生导师 硕士生导师 导师 双师型 心理咨询师 咨询师 律师 编审 编辑
"""
_FOOTING = """
外聘 返聘 兼职 专职 挂职 借调 实习 在编 编外 合同制 人事代理 兼 兼任 主持工作 代课 退休返聘 新进
新入职
试用 先生 女士 同志 男 女 本人
"""
_LABELS = """
部门 单位 学院 学校 本校 我校 我院 姓名 名字 真名 实名 工号 职工号 教工号 职务 职称 电话 手机
手机号 联系电话 办公电话 座机 内线 分机 短号 微信 tel phone mobile qq vx wx no id ext prof
professor dr mr ms mrs teacher 我是 我叫 您好 你好 大家好
"""
_CAMPUSES = """
校区 校本部 本部 总部 东校区 南校区 西校区 北校区 新校区 老校区 主校区 东区 南区 西区 北区 新区 老区
"""
_HONORIFICS = """
总 工 导 处 科 局 院 校 部 老 师 哥 姐 姨 叔 爷 妈 爸 董 队 馆 所 站 氏 某 某某 x xx sir
师傅 大哥 大姐 阿姨 叔叔 同学 小姐 老板 大夫
"""

HARMLESS_WORDS = frozenset(
    (
        *map("".join, product(("", *_HEAD_PREFIXES.split()), _HEADS.split())),
        *(_POSTS + _RANKS + _FOOTING + _LABELS + _CAMPUSES).split(),
    )
)
"""Posts, ranks, labels, campuses: allowed anywhere around department and name."""

JOINING_WORDS = frozenset(("一", "的", "之"))
"""Allowed between department and name only; behind a name they would be part of it (张三一)."""

HONORIFICS = HARMLESS_WORDS | frozenset(_HONORIFICS.split())
"""What follows a mere surname (张老师, 张处)."""

FAMILIAR_PREFIXES = ("老", "小", "阿", "大")
"""What goes before a mere surname (老张, 小李)."""
