"""Completion for administrators and coordinators."""
