"""Text by its fingerprint: what the chain holds of words it must be able to outlive."""

import hashlib


def fingerprint(text: str) -> str:
    """SHA-256 of the text, hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint_or_none(text: str | None) -> str | None:
    """SHA-256 of the text, hex; None where there is none."""
    return fingerprint(text) if text else None
