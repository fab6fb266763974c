"""Completion, lateness, records and files for administrators, coordinators and trainers."""
