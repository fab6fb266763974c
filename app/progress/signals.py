"""What progress announces. A listener only writes rows; whatever can fail or take time is a job."""

from blinker import signal

course_completed = signal("course-completed")
"""Sent with `completion` (a `Completion` row) and `certificate` (its `Certificate`), once for each cycle."""

many_enrolled = signal("many-enrolled")
"""Sent instead of `enrolled` where somebody enrols many in a `course` at once, by its `edition`: with `enrolments`,
from the id of each new one to its person's id and its due date, and `by_id`."""

enrolled = signal("enrolled")
"""Sent with `enrolment` (a new `Enrolment` row) and `by_id`: who enrolled them, None where they did it themselves."""
