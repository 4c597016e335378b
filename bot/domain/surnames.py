"""Chinese surnames, simplified: what makes a few characters read as a real name."""

_SINGLE = """
王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔
钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊
葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝
路游辛靳欧管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂
全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝封官谈匡鞠惠荆乐冀郁胥南班储原栗燕楚
鄢劳谌奚皮粟冼蔺楼盘满闻位厉伊仝区郜海阚花权强帅屠豆朴盖练廉禹井祖漆巴丰支卿国狄平计索宣晋相初门云容敬来扈晁芮
都普阙浦戈伏鹿薄邸雍辜羊阿乌母裘亓修邰赫杭况那宿鲜印逯隆茹诺战慕危玉银亢嵇公哈湛宾戎勾茅利於呼居揭干但尉冶斯元束
檀衣信展阴昝智幸奉植衡富尧闭由揣昌禤蹇过经才卯续随良生依缑伦从须税及资塔洪贝酆滑诸钮水窝言雪山杞者乜冒贡乾暴晋
"""
_COMPOUND = """
欧阳 司马 上官 诸葛 东方 皇甫 尉迟 公孙 慕容 司徒 司空 夏侯 令狐 宇文 长孙 轩辕 钟离 端木 南宫
独孤 百里 呼延 东郭 西门 申屠 淳于 单于 太史 公冶 濮阳 赫连 澹台 闻人 拓跋 仲孙 鲜于 闾丘 亓官
司寇 子车 颛孙 巫马 公西 漆雕 乐正 壤驷 公良 夹谷 宰父 谷梁 段干 东门 羊舌 微生 左丘 第五 梁丘
宗政 欧侯 纳兰 完颜 叶赫 那拉 爱新 完顔 阿史 万俟 皇普 耶律
"""
_PINYIN = """
wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie
song tang han feng deng cao peng zeng xiao tian dong yuan pan yu jiang cai du ye cheng su wei lv
lu ding ren shen yao cui zhong tan lu fan jin shi liao jia xia fu fang bai zou meng xiong qin qiu
yin xue yan duan lei hou long tao gu mao hao gong shao wan qian dai mo kong ouyang
"""

SURNAMES = frozenset("".join(_SINGLE.split()))
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())

PINYIN_SURNAMES = frozenset(_PINYIN.split())


def surname_of(name: str) -> str:
    """The surname a Chinese name begins with, the compound one first; empty when there is none."""
    if name[:2] in COMPOUND_SURNAMES:
        return name[:2]
    return name[:1] if name[:1] in SURNAMES else ""
