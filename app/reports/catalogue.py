"""The reports there are: what each is called, what it answers, and where it is."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

TITLES = {
    "completion": _l("Completion"),
    "people": _l("Enrolments"),
    "due": _l("Late and soon due"),
    "inactive": _l("Inactive"),
    "times": _l("Time to complete"),
    "quizzes": _l("Quiz results"),
}
ANSWERS = {
    "completion": _l("Who completed what, by city, course and more, and where people stop."),
    "people": _l("Everyone who is counted, one line for each course they take."),
    "due": _l("Who is late, and who must finish within the next days."),
    "inactive": _l("Who began and went quiet, and who never started."),
    "times": _l("How many days a course takes from enrolment to completion."),
    "quizzes": _l("How often quizzes are passed, and how often at once."),
}
# What the figures of a report ask themselves: there these filters are neither offered nor applied.
OWN_FILTERS = {"due": ("state", "due"), "inactive": ("state", "idle")}
PATHS = {name: f"/reports/{name}" for name in TITLES}
