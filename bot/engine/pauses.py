"""How long the engine waits where it can do nothing but wait."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Seconds. The defaults are those of the product; a test waits less for the same."""

    notice: float = 2.0
    """For the platform's own notice of an effect, before the state is read back."""
    read_backs: tuple[float, ...] = (0.5, 2.0, 5.0)
    """After each read-back that did not show the effect."""
    idle: float = 0.2
    """Between two looks at a platform that is away, or at a bot that is frozen."""
    poll: float = 1.0
    """Between two looks for measures that another process committed."""
    company: float = 0.02
    """For more events to share a commit that costs as much for one."""
    retry: float = 1.0
    """Before a batch is offered again to a database that could not be written."""
    coalesce: float = 2.0
    """While wishes to read one group become one reading."""
    reorder: float = 3.0
    """While messages that overtook each other may still arrive."""
