"""Answers graded again, by a corrected key or to compare with what was recorded."""
