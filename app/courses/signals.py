"""What courses announce. A listener only writes rows; whatever can fail or take time is a job."""

from blinker import signal

edition_published = signal("edition-published")
"""Sent with `course_id` and `edition_id`, in the transaction that publishes."""
