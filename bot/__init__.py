"""Qungui (群规): the heart, which knows no platform and no single rule."""
