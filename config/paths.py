"""Where the configuration and the runtime files lie when nobody says so."""

from pathlib import Path

INSTALLED = Path(__file__).resolve().parent
"""The configuration that came with this installation."""

_MARK = "policy.toml"


def default_config_folder(working: Path) -> Path:
    """``config`` in the working folder when it is one of ours, else the installed one."""
    here = working / "config"
    return here if (here / _MARK).is_file() else INSTALLED


def default_home(working: Path) -> Path:
    """``var`` beside the configuration in use, so that every folder leads to the same data.

    For an installation without a checkout around it: ``var`` in the working folder.
    """
    beside = default_config_folder(working).parent
    return (beside if (beside / "pyproject.toml").is_file() else working) / "var"
