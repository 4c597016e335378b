"""What is known by its form, and what only looks like it."""

import re
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.findings import Severity
from bot.domain.spellings import Response
from config.articles import load_articles
from config.detectors import DetectorSection, DetectorsSection
from config.paths import INSTALLED
from config.policy import load_detectors
from plugins.content.detectors.detectors import KINDS, Detectors, Setting
from plugins.content.detectors.numbers import is_identity, is_luhn
from plugins.content.matching import Technique

ALL = Detectors(dict.fromkeys(KINDS, Setting(Severity.MINOR)), ("t.cn", "dwz.cn"))
IDENTITY = "11010519491231002X"
"""The example of GB 11643-1999."""
WIDE, SPOKEN = "１１０１０５１９４９１２３１００２Ｘ", "一一〇一〇五一九四九一二三一〇〇二X"
CARD = "6222021234567890128"


def names(text: str) -> list[str]:
    return [seen.rule.removeprefix("detector:") for seen in ALL.find(text)]


def spans(text: str) -> list[str]:
    return [seen.span for seen in ALL.find(text)]


@pytest.mark.parametrize(
    ("text", "span", "technique"),
    [
        (f"身份证{IDENTITY}，请查收", IDENTITY, Technique.EXACT),
        ("证件号110105 1949 1231 002x。", "110105 1949 1231 002x", Technique.SEPARATORS),
        ("1101051949-1231-002-X", "1101051949-1231-002-X", Technique.SEPARATORS),
        (WIDE, WIDE, Technique.NUMERAL),
        (SPOKEN, SPOKEN, Technique.NUMERAL),
        (" ".join(IDENTITY), " ".join(IDENTITY), Technique.SEPARATORS),
        ("\u200b".join(IDENTITY), "\u200b".join(IDENTITY), Technique.SEPARATORS),
        (f"2024-05-06 {IDENTITY} 13800138000", IDENTITY, Technique.EXACT),
    ],
)  # fmt: skip
def test_an_identity_number_is_found_where_it_stands(
    text: str, span: str, technique: Technique
) -> None:
    seen = ALL.find(text)[0]
    assert (seen.rule, seen.span, seen.technique) == ("detector:identity", span, technique)
    assert text[seen.start : seen.end] == span
    assert seen.category == "privacy"


@pytest.mark.parametrize(
    "text",
    [
        "110105194912310021",
        "11010519491231002",
        "11010519491331002X",
        "01010519491231002X",
        f"9{IDENTITY}",
        f"{IDENTITY}3",
        f"{IDENTITY}a",
        "1101051949\n1231002X",
        "1101051949。。。。1231002X",
    ],
)
def test_what_fails_checksum_date_region_or_edges_is_no_identity_number(text: str) -> None:
    assert "identity" not in names(text)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("电话13800138000", "13800138000"),
        ("138-0013-8000", "138-0013-8000"),
        ("138 0013 8000", "138 0013 8000"),
        ("+86 13800138000", "13800138000"),
        ("8613800138000", "8613800138000"),
        ("一三八〇〇一三八〇〇〇", "一三八〇〇一三八〇〇〇"),
        ("①③⑧⓪⓪①③⑧⓪⓪⓪", "①③⑧⓪⓪①③⑧⓪⓪⓪"),
        ("办公室 028-87654321，手机13800138000", "13800138000"),
    ],
)
def test_a_mobile_number_is_found_where_it_stands(text: str, span: str) -> None:
    assert spans(text) == [span]
    assert names(text) == ["phone"]


@pytest.mark.parametrize(
    "text",
    ["1831911405一系列", "13800138000123", "订单202405061380013", "12345678901", "14200138000",
     "15400138000", "028-87654321", "学号20240513800138000", "第十三届八月零零一三八"],
)  # fmt: skip
def test_other_numbers_are_no_phones(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    "text",
    [f"工行卡号{CARD}", "开户行中行，6222 0212 3456 7890 128", f"请转账到 {CARD} 张三"],
)
def test_a_bank_card_needs_its_check_and_words_about_money(text: str) -> None:
    assert names(text) == ["bank_card"]
    assert names(text.replace("128", "129", 1)) == []


@pytest.mark.parametrize(
    "text", [f"流水号{CARD}", "卡号6666666666666666", "账号 2024050613800138", f"{CARD}7银行"]
)
def test_other_long_numbers_are_no_bank_cards(text: str) -> None:
    assert "bank_card" not in names(text)


@pytest.mark.parametrize(
    ("text", "span", "certain"),
    [
        ("机密★10年", "机密★10年", True),
        ("绝密 ★ 长期 请传阅", "绝密 ★ 长期", True),
        ("绝　密★", "绝　密★", True),
        ("機密☆3个月", "機密☆3个月", True),
        ("秘密★会议开始前", "秘密★会议开始前", True),
        ("机密*5年", "机密*5年", True),
        ("密级：秘密", "密级：秘密", True),
        ("【机密】关于开会的通知", "【机密】", False),
        ("秘密\n关于开会的通知", "秘密", False),
        ("各位：\n  绝密 30年 \n正文", "绝密 30年", False),
        ("见川委密〔2024〕3号", "见川委密〔2024〕3号", False),
    ],
)
def test_secrecy_markings_are_found(text: str, span: str, certain: bool) -> None:
    (seen,) = ALL.find(text)
    assert (seen.rule, seen.category) == ("detector:secrecy_marking", "secret")
    assert (seen.span, seen.acts) == (span, certain)


@pytest.mark.parametrize(
    "text",
    ["这是我们的秘密", "成功的秘密是坚持10年", "密级：□秘密 □机密", "密级：秘密/机密/绝密",
     "教发〔2024〕12号", "川保密〔2024〕3号", "机密*", "★★★", "参加保密★星级评比", "密密麻麻",
     "机密文件要专人保管", "绝密飞行", "内部资料已打印", "秘密", " 机密 ", "秘密\n哈哈",
     "保守工作秘密是义务"],
)  # fmt: skip
def test_words_about_secrets_are_no_markings(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "certain"),
    [("内部资料，注意保存", True), ("内 部 文件 严禁外传", True), ("内部材料（不得复制）", True),
     ("工作秘密★3年", True), ("【工作秘密】", False), ("工作秘密\n名单不得公开发布", False)],
)  # fmt: skip
def test_marks_of_internal_papers_need_their_second_half(text: str, certain: bool) -> None:
    (seen,) = ALL.find(text)
    assert (seen.rule, seen.category) == ("detector:internal_marking", "work_secret")
    assert seen.acts is certain


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("https://qm.qq.com/q/AbCdEf12", "work_group_invitation"),
        ("http://qm.qq.com/cgi-bin/qm/qr?k=abc&group_code=1", "work_group_invitation"),
        ("https://jq.qq.com/?_wv=1027&k=abc", "work_group_invitation"),
        ("https://work.weixin.qq.com/gm/0123456789abcdef0123456789abcdef", "work_group_invitation"),
        ("https://work.weixin.qq.com/ca/cawcde123?customer_channel=a", "work_group_invitation"),
        ("https://qr.dingtalk.com/action/joingroup?code=v1,k1,abc", "work_group_invitation"),
        ("https://weixin.qq.com/g/AwYAAB123", "other_group_invitation"),
        ("https://u.wechat.com/EAbc-123", "other_group_invitation"),
        ("https://applink.feishu.cn/client/chat/chatter/add_by_link?link_token=a1",
         "other_group_invitation"),
        ("https://t.me/+AbCdEf", "other_group_invitation"),
        ("discord.gg/AbCd12", "other_group_invitation"),
        ("t.cn/A6abc", "short_link"),
        ("HTTPS://T.CN/A6abc", "short_link"),
    ],
)  # fmt: skip
def test_invitations_and_short_links_are_found_whole(text: str, name: str) -> None:
    for around in (text, f"群{text}。快进", f"({text})", f"{text}. ok"):
        (seen,) = ALL.find(around)
        assert (seen.rule, seen.span) == (f"detector:{name}", text)


@pytest.mark.parametrize(
    "text",
    ["https://www.example.edu.cn/q/123456", "https://mp.weixin.qq.com/s/AbC", "https://docs.qq.com/a",
     "https://meeting.tencent.com/dm/abc", "https://at.cn/abc", "https://b.t.cn/abc",
     "https://work.weixin.qq.com/", "https://alidocs.dingtalk.com/i/nodes/a", "t.cn"],
)  # fmt: skip
def test_ordinary_pages_are_no_invitations(text: str) -> None:
    assert names(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("QQ群：123456789", ["group_number"]),
        ("qq群号 12345678 进群改名片", ["group_number"]),
        ("加V信 abc12345", ["veiled_contact"]),
        ("加vx：wode_id88", ["veiled_contact"]),
        ("加薇 wode_id88", ["veiled_contact"]),
        ("扣扣裙 123456789", ["veiled_contact"]),
        ("兼职日结，联系 abc@qq.com", ["advert_email"]),
        ("代写论文 abc(at)qq.com", ["advert_email"]),
        ("材料发到 abc@qq.com", []),
        ("加班名单见附件 abc12345", []),
        ("加微信公众号", []),
        ("群里有123456789人", []),
        ("增加VPN账号 abc12345", []),
        ("版本 V2.3.4567", []),
    ],
)
def test_contacts_in_prose(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_only_what_is_switched_on_is_seen_and_answered_as_set() -> None:
    quiet = Detectors({"identity": Setting(Severity.SERIOUS, acts=False)})
    (seen,) = quiet.find(f"{IDENTITY} 13800138000 机密★10年 https://t.me/+AbCdEf")
    assert (seen.severity, seen.acts) == (Severity.SERIOUS, False)
    assert Detectors({}).find(IDENTITY) == []


def test_a_detector_whose_category_an_organisation_does_not_have_is_its_own() -> None:
    (seen,) = Detectors.of(DetectorsSection(), {"custom"}).find(IDENTITY)
    assert seen.category == "custom"


def test_every_detector_belongs_to_a_category() -> None:
    assert {kind.category for kind in KINDS.values()} <= load_articles(INSTALLED).categories.keys()


WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
DIGITS = st.text("0123456789", min_size=3, max_size=3)
SIGN = st.sampled_from(["", " ", "-", ".", "  ", "\u200b", " - "])


@settings(max_examples=200, deadline=None)
@given(
    born=st.dates(date(1930, 1, 1), date(2020, 1, 1)),
    sequence=DIGITS,
    sign=SIGN,
    wide=st.booleans(),
    around=st.sampled_from(["", "号", "，", "\n"]),
)
def test_every_valid_number_is_found_and_one_wrong_digit_is_not(
    born: date, sequence: str, sign: str, wide: bool, around: str
) -> None:
    body = f"510104{born:%Y%m%d}{sequence}"
    check = "10X98765432"[sum(w * int(d) for w, d in zip(WEIGHTS, body, strict=True)) % 11]
    assert is_identity(body + check)
    shown = sign.join(
        chr(ord(character) + 0xFEE0) if wide and character.isdigit() else character
        for character in body + check
    )
    text = f"{around}{shown}{around}"
    assert shown in spans(text)
    assert not any(is_identity(body + other) for other in "0123456789X" if other != check)


@given(number=st.integers(10**14, 10**18 - 1))
def test_exactly_one_final_digit_passes_the_luhn_check(number: int) -> None:
    assert sum(is_luhn(f"{number}{final}") for final in range(10)) == 1


PIECES: Sequence[str] = (
    IDENTITY, CARD, "13800138000", "卡号", "机密★", "10年", "https://t.me/+abcdef", "加V",
    "内部资料", "严禁外传", "一", "①", " ", "\n", "\ud83d", "😀", "密级：", "QQ群", "t.cn/abc", "X",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(
        st.lists(st.sampled_from(PIECES), max_size=10).map("".join), st.text(max_size=60)
    )
)
def test_every_span_lies_inside_the_original(text: str) -> None:
    for seen in ALL.find(text):
        assert 0 <= seen.start < seen.end <= len(text)
        assert seen.span == text[seen.start : seen.end] == seen.span.strip()


@pytest.mark.parametrize("text", ["1" * 20_000, "1 " * 10_000, "机 " * 10_000, "内部资料" * 5000,
                                  "加V" * 10_000, "a." * 10_000 + "/", "绝密" * 10_000,
                                  "兼职a@" * 5000, "a@a." * 5000 + "兼职"])  # fmt: skip
@pytest.mark.timeout(5)
def test_hostile_texts_take_no_time(text: str) -> None:
    ALL.find(text)


def test_every_detector_is_in_the_policy_and_the_manual_and_answers_as_written() -> None:
    manual = (INSTALLED.parent / "docs" / "词库与规则.md").read_text("utf-8")
    section = manual.partition("### 识别器\n")[2].partition("\n#")[0]
    shown = dict(
        re.findall(r"^\| `([a-z_]+)` \|.*\| ([^|（]+?)(?:（.*）)? \|$", section, re.MULTILINE)
    )
    sections: dict[str, DetectorSection] = dict(load_detectors(INSTALLED))
    assert sections.keys() == KINDS.keys() == shown.keys()
    assert load_detectors(INSTALLED) == DetectorsSection()
    for name, section in sections.items():
        off = section.answer is Response.OFF
        assert shown[name] == ("不识别" if off else section.severity.label)
