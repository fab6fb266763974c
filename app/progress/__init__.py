"""Enrolments, the player, completion, certificates."""
