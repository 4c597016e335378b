"""What an organisation edits, and the typed models that read it."""
