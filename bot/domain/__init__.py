"""Pure data and logic: what happened, what a rule saw, what is done about it, what proves it."""
