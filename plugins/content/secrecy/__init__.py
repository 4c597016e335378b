"""Suspected state secrets: the checklist by chat, and the report form. Never the text itself."""
