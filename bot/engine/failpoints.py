"""Places where a test may kill the process. Free when off.

``QUNGUI_FAILPOINT=name:N`` kills at the N-th passing of ``name``; nothing is flushed, no handler
runs: exactly what a power cut leaves behind.
"""

import os
import signal
from collections import Counter

_NAME, _, _COUNT = os.environ.get("QUNGUI_FAILPOINT", "").partition(":")
_passed: Counter[str] = Counter()

FAILPOINTS = (
    "before_commit",
    "after_commit",
    "before_attempt",
    "after_attempt",
    "after_call",
    "after_proof",
    "after_receipt",
)
"""Every label there is, in the order of an event's life."""


def failpoint(name: str) -> None:
    """Die here if the environment says so."""
    if name != _NAME:
        return
    _passed[name] += 1
    if _passed[name] >= int(_COUNT or "1"):
        os.kill(os.getpid(), signal.SIGKILL)
