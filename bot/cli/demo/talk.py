"""What people say: ordinary work talk, and listed words in evasive spellings."""

from dataclasses import dataclass
from random import Random

ORDINARY = (
    "下午两点在行政楼 301 开教研会，请准时参加",
    "期末监考表已经发到部门邮箱了",
    "请各位老师周五前交本学期教学总结",
    "图书馆本周末闭馆盘点",
    "收到，谢谢",
    "明天上午消防演练，请大家配合",
    "新教务系统今晚十点升级，请提前保存成绩",
    "好的，马上处理",
    "宿舍三号楼热水已经恢复",
    "请辅导员统计返校人数",
    "实训室钥匙在门卫处领取",
    "财务处通知：差旅报销截止到二十五号",
    "今年的体检安排在下周三",
    "会议材料见附件，请先看一下",
    "辛苦各位了",
    "校车明早七点二十发车",
)


@dataclass(frozen=True, slots=True)
class Offence:
    """A message with a listed word: what is posted, and what may be shown of it."""

    posted: str
    shown: str
    how: str


@dataclass(frozen=True, slots=True)
class _Bait:
    before: str
    word: str
    after: str
    how: str

    def offence(self) -> Offence:
        return Offence(
            f"{self.before}{self.word}{self.after}",
            f"{self.before}{_masked(self.word)}{self.after}",
            self.how,
        )


_SPACED, _DOTTED, _DASHED = "字间夹空格", "字间夹点号", "字间夹横线"
_TRADITIONAL, _INVISIBLE = "换成繁体字", "夹了看不见的字符"
_BAITS = (
    _Bait("急用钱的老师看过来，", "校 园 贷 款", "当天到账", _SPACED),
    _Bait("本人", "代·开·发·票", "，价格好商量", _DOTTED),
    _Bait("在家就能做的", "刷單兼職", "，多劳多得", _TRADITIONAL),
    _Bait("跟着老师买", "六·合·彩", "，期期有料", _DOTTED),
    _Bait("长期", "收購銀行卡", "，现场结算", _TRADITIONAL),
    _Bait("带你", "日-赚-千-元", "，名额有限", _DASHED),
    _Bait("今晚", "百\u200b家\u200b乐", "开新桌", _INVISIBLE),
    _Bait("评职称不用愁，", "代-写-论-文", "包发表", _DASHED),
    _Bait("下月的", "四六級答案", "已经到手", _TRADITIONAL),
    _Bait("不想去考场的，", "代 考", "请私聊", _SPACED),
)


def offences(chance: Random) -> list[Offence]:
    """Every bait once, in an order of the seed's."""
    return [bait.offence() for bait in chance.sample(_BAITS, len(_BAITS))]


def _masked(word: str) -> str:
    """The first character, the joints, and stars: nobody should learn the word from us."""
    hidden = ("" if one == "\u200b" else one if one in " ·-" else "＊" for one in word[1:])
    return word[0] + "".join(hidden)
