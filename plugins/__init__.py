"""One folder per duty: rules, commands and jobs that the engine is given."""
