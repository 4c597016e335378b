"""A stand-in for a OneBot v11 implementation that behaves like NapCat, faults included."""
