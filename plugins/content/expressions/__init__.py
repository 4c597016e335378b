"""Topics: combinations of words, so that a subject is more than one word of it."""
