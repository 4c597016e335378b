"""One folder per platform: its wire on one side, the engine's doors on the other."""
