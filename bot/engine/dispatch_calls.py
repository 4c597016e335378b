"""Which call of a platform brings about which measure."""

from collections.abc import Awaitable
from datetime import timedelta

from bot.domain.errors import QunguiError
from bot.domain.measures import Measure, MeasureKind
from bot.engine.platform import GroupPlatform


def call(platform: GroupPlatform, measure: Measure) -> Awaitable[None]:
    """Ask a platform for the effect of a measure. An answer of "ok" proves nothing."""
    match measure:
        case Measure(kind=MeasureKind.RECALL, message=message) if message is not None:
            return platform.recall(message)
        case Measure(kind=MeasureKind.MUTE, account=account) if account is not None:
            duration = timedelta(seconds=measure.seconds or 0)
            return platform.mute(measure.group, account, duration)
        case Measure(kind=MeasureKind.REMOVE, account=account) if account is not None:
            return platform.remove(measure.group, account)
        case Measure(kind=MeasureKind.FIX_NAME, account=account, card=card) if account and card:
            return platform.set_card(measure.group, account, card)
        case Measure(kind=MeasureKind.APPROVE_JOIN, request_id=request) if request is not None:
            return platform.answer_join(request, approve=True, reason="")
        case Measure(kind=MeasureKind.REJECT_JOIN, request_id=request) if request is not None:
            return platform.answer_join(request, approve=False, reason=measure.text or "")
        case _:
            raise QunguiError(f"处置“{measure.kind.label}”缺少对象，无法执行。")
