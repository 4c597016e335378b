"""The tables' history, a revision a step; ``data.migrate`` runs it."""

from pathlib import Path

VERSIONS = Path(__file__).parent / "versions"
