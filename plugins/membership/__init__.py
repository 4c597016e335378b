"""Duty: only people of the organisation are in a group (Articles 19 and 20)."""
