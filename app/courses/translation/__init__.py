"""A course in its other languages."""
