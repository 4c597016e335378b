"""Intake, judge, enforcement, dispatch: the single path of DESIGN's four words."""
