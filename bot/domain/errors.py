"""Every error Qungui raises on purpose.

QunguiError
├── BadInputError            what a person gave cannot be used (exit code 2)
├── HeldError                an interlock holds the act; nothing was changed (exit code 3)
├── RefusedError             the caller may not do this, or it makes no sense now (exit code 1)
├── UnreachableError         a server or platform does not answer (exit code 4)
├── EventError
│   ├── UnsupportedEventError   documented by the platform and of no interest to us
│   └── MalformedEventError     the platform would not have sent it
└── PlatformError            a call to a platform did not succeed
    ├── PlatformBusyError       try again later
    ├── PlatformRefusedError    the platform said no; a person must look
    │   └── TooLargeError          a file is larger than we take
    └── PlatformUnknownError    no answer: it may or may not have been done

A broken rule of the organisation is never an exception; it is a ``Finding``.
"""

from datetime import timedelta


class QunguiError(Exception):
    """Base of all; ``message`` is one Chinese sentence that says what to do."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadInputError(QunguiError):
    """A file, option, command or setting cannot be used; the message says where and how to mend."""

    exit_code = 2


class HeldError(QunguiError):
    """An interlock holds the act; nothing was changed."""

    exit_code = 3


class RefusedError(QunguiError):
    """The caller has not the role for it, or the thing is not in a state that allows it."""


class UnreachableError(QunguiError):
    """A server or platform cannot be reached."""

    exit_code = 4


class EventError(QunguiError):
    """A frame from a platform that does not become an event."""


class UnsupportedEventError(EventError):
    """The platform documents it and we have no use for it: acknowledge, do not count as broken."""


class MalformedEventError(EventError):
    """The platform would not have sent it: count it, change nothing."""


class PlatformError(QunguiError):
    """A call to a platform did not succeed."""


class PlatformBusyError(PlatformError):
    """The call was certainly not carried out and may be repeated later."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class PlatformRefusedError(PlatformError):
    """The platform refused; repeating would be refused again."""


class TooLargeError(PlatformRefusedError):
    """A file is larger than we take; nothing of it was kept."""


class PlatformUnknownError(PlatformError):
    """No usable answer: it may or may not have been carried out. Read back before anything else."""
