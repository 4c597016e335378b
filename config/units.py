"""How durations and times of day are written in the files: ``24h``, ``18:00``."""

import re
from datetime import time, timedelta

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"([0-9]{1,7})\s*([smhd])", re.ASCII)
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})", re.ASCII)


def read_duration(value: object) -> timedelta:
    """A duration written as a whole number and ``s``, ``m``, ``h`` or ``d``.

    Raises:
        ValueError: written otherwise; the message is Chinese.
    """
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value.strip().lower()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('时长应写成数字加单位（s 秒、m 分、h 时、d 天），例如 "24h"、"7d"')
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def show_duration(value: timedelta) -> str:
    """As ``read_duration`` reads it back; in days only from two days on (24h, 7d)."""
    seconds = int(value.total_seconds())
    for unit, size, least in (("d", 86400, 2), ("h", 3600, 1), ("m", 60, 1)):
        if seconds >= least * size and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def read_time(value: object) -> time:
    """A time of day written as ``18:00``.

    Raises:
        ValueError: written otherwise; the message is Chinese.
    """
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0, tzinfo=None)
    found = (
        _TIME.fullmatch(value.strip().replace("\uff1a", ":")) if isinstance(value, str) else None
    )
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        raise ValueError('时刻应写成 24 小时制的“时：分”，例如 "18:00"')
    return time(int(found[1]), int(found[2]))
