"""Stand-ins that speak each platform's real wire protocol; they share no code with adapters."""
