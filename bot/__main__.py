"""``python -m bot`` is the command ``qungui``."""

from bot.cli import main

if __name__ == "__main__":
    main()
