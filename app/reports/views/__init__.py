"""The pages of reports."""

from . import completion, filling_in, index, lateness, lists, quizzes, record, schedules, times
from .blueprint import bp

__all__ = ["bp", "completion", "filling_in", "index", "lateness", "lists", "quizzes", "record", "schedules", "times"]
