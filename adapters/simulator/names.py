"""Chinese personal names as a staff list has them, made up by chance."""

from random import Random

_SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
)
_COMPOUND_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "尉迟", "皇甫")
_GIVEN = (
    "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰建国文辉志鹏宇欣怡梓涵思雨"
    "浩然子轩晓红春梅海燕雪峰俊豪嘉诚佳颖晨曦若曦一鸣博远雅琴淑珍永康立群光荣"
)
_MINORITY = (
    "阿依古丽·买买提",
    "艾力·吐尔逊",
    "迪丽努尔·阿不都拉",
    "吉克·阿依",
    "阿牛·木呷",
    "沙马·拉且",
    "扎西·平措",
    "才让·卓玛",
    "巴图·苏和",
)
_NICKNAMES = (
    "小李",
    "风轻云淡",
    "阿明",
    "向日葵",
    "静水流深",
    "Lucky",
    "西岭雪山",
    "一米阳光",
    "老张头",
    "平安是福",
    "SunnyDay",
    "锦城老王",
    "阳光男孩♂",
    "花开半夏",
    "Mr.周",
    "人生如茶",
    "果果妈妈",
    "天道酬勤",
)


def person_name(chance: Random) -> str:
    """A full name: mostly two or three characters, sometimes a compound surname or a ``·``."""
    roll = chance.random()
    if roll < 0.03:
        return chance.choice(_MINORITY)
    surname = chance.choice(_COMPOUND_SURNAMES) if roll < 0.07 else chance.choice(_SURNAMES)
    length = 1 if chance.random() < 0.22 else 2
    return surname + "".join(chance.choice(_GIVEN) for _ in range(length))


def special_names() -> tuple[str, ...]:
    """Names every college has at least one of: compound, and written with a middle dot."""
    return ("欧阳若曦", "司马光荣", _MINORITY[0], _MINORITY[3])


def nickname(chance: Random) -> str:
    """What somebody calls himself on QQ; says nothing about who he is."""
    return chance.choice(_NICKNAMES)
