"""Texts written by hand, and how much of them the content rules see."""
