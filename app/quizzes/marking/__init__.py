"""Answers that a person marks."""
