"""QQ through OneBot v11: a NoneBot adapter and the port that the engine acts through."""

from adapters.qq.adapter import QQAdapter
from adapters.qq.platform import QQPlatform
from adapters.qq.settings import QQSettings, is_configured, load_settings

__all__ = ["QQAdapter", "QQPlatform", "QQSettings", "is_configured", "load_settings"]
