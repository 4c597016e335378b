"""Content: what may not be posted (Articles 11, 21, 22)."""
