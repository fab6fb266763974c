"""The pages of reports."""

from . import attempts, completion, filling_in, index, lateness, lists, practitioners, quizzes, record, schedules, times
from .blueprint import bp

__all__ = [
    "attempts", "bp", "completion", "filling_in", "index", "lateness", "lists", "practitioners", "quizzes", "record",
    "schedules", "times",
]  # fmt: skip
