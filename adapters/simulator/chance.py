"""Reproducible chance: the same seed always plays the same day."""

from random import Random


def dice(seed: int, purpose: str) -> Random:
    """A generator of its own for one purpose, so that one use cannot disturb another."""
    return Random(f"{seed}:{purpose}")  # noqa: S311 - a play must be repeatable; nothing is secret
