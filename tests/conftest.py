"""What holds for every test."""

from hypothesis import settings

# A deadline in milliseconds measures the machine's other work, not ours; pytest-timeout stands
# guard instead.
settings.register_profile("house", deadline=None)
settings.load_profile("house")
