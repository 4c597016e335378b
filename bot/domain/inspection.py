"""Looking into what is not text: what came of it, and why nothing did."""

from dataclasses import dataclass
from enum import StrEnum


class Uninspected(StrEnum):
    """Why an attachment, or a part of it, was not looked into."""

    NO_OCR = "no_ocr"
    RECORDING = "recording"
    LEGACY = "legacy"
    LOCKED = "locked"
    BROKEN = "broken"
    TOO_LARGE = "too_large"
    TOO_DENSE = "too_dense"
    TOO_DEEP = "too_deep"
    TOO_LONG = "too_long"
    HOSTILE = "hostile"
    UNKNOWN = "unknown"
    SLOW = "slow"
    FAILED = "failed"
    NOT_FETCHED = "not_fetched"
    CROWDED = "crowded"
    EXPIRED = "expired"
    GONE = "gone"
    UNOPENED = "unopened"

    @property
    def label(self) -> str:
        """The reason users read."""
        return _LABELS[self]


_LABELS = {
    Uninspected.NO_OCR: "未装图片文字识别",
    Uninspected.RECORDING: "语音和视频不识别",
    Uninspected.LEGACY: "旧版 Office 格式",
    Uninspected.LOCKED: "设有密码",
    Uninspected.BROKEN: "已损坏或不完整",
    Uninspected.TOO_LARGE: "过大",
    Uninspected.TOO_DENSE: "解开后过大",
    Uninspected.TOO_DEEP: "压缩包套了多层",
    Uninspected.TOO_LONG: "内容过多，只查了一部分",
    Uninspected.HOSTILE: "带有可疑结构",
    Uninspected.UNKNOWN: "不认识的格式",
    Uninspected.SLOW: "读取超时",
    Uninspected.FAILED: "读取时出错",
    Uninspected.NOT_FETCHED: "没有下载到",
    Uninspected.CROWDED: "同时太多，排不上队",
    Uninspected.EXPIRED: "等待过久",
    Uninspected.GONE: "查看之前已撤回",
    Uninspected.UNOPENED: "合并转发打不开",
}


@dataclass(frozen=True, slots=True)
class Inspection:
    """The words found in an attachment; ``uninspected`` when not everything could be read."""

    text: str = ""
    uninspected: Uninspected | None = None
