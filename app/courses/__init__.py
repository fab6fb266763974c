"""Drafts, editions, activity kinds, the catalogue, the studio."""
