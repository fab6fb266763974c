"""What progress announces. A listener only writes rows; whatever can fail or take time is a job."""

from blinker import signal

course_completed = signal("course-completed")
"""Sent with `completion` (a `Completion` row) and `certificate` (its `Certificate`), once for each cycle."""

enrolled = signal("enrolled")
"""Sent with `enrolment` (a new `Enrolment` row) and `by_id`: who enrolled them, None where they did it themselves."""
