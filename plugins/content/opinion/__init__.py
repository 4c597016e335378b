"""The optional second opinion: a comment for people on a hit, and nothing else."""
