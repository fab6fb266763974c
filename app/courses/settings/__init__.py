"""The settings of a course."""
