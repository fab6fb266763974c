"""Formats in and out: the course folder, GIFT."""
