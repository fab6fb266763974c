"""Why a row of people is left out, and what one would do, in words."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from app.core.formats import day

from ..models import Refusal
from .judging import Judged

# What encodings are called, which are the same in every language.
ENCODINGS = {"cp1252": "Windows-1252", "utf-16-le": "UTF-16", "utf-16-be": "UTF-16"}

REASONS: dict[str, Callable[[str], str]] = {
    "no_email": lambda about: _("There is no e-mail address."),
    "bad_email": lambda about: _("“%(about)s” is no e-mail address.", about=about),
    "twice": lambda about: _("It says the same as line %(about)s.", about=about),
    "other_day": lambda about: _(
        "It says the same as line %(about)s with another due date. Keep one of the two.", about=about
    ),
    "no_name": lambda about: _("There is no name, and nobody has this address yet."),
    "long_name": lambda about: _("The name is longer than 120 characters."),
    "closed": lambda about: _("The account of %(about)s is closed. Open it again on their page first.", about=about),
    "unconfirmed": lambda about: _("%(about)s has registered and not confirmed the address yet.", about=about),
    "waits": lambda about: _(
        "%(about)s waits for a city. Write it in the file, or choose it on their page first.", about=about
    ),
    "not_yours": lambda about: _("%(about)s is not in your city. Ask an administrator.", about=about),
    "not_theirs": lambda about: _(
        "They do not belong to “%(about)s”. Leave the city out, or ask an administrator.", about=about
    ),
    "no_city": lambda about: _("No member city is called “%(about)s”.", about=about),
    "two_cities": lambda about: _("Several cities are called “%(about)s”. Write it with its country.", about=about),
    "other_city": lambda about: _(
        "An earlier row names another city for them than “%(about)s”. Keep one of the two.", about=about
    ),
    "elsewhere": lambda about: _("They belong to another city than “%(about)s”. Move them on their page.", about=about),
    "no_language": lambda about: _("“%(about)s” is no language of the site.", about=about),
    "no_course": lambda about: _("No published course has the address “%(about)s”.", about=about),
    "not_admitted": lambda about: _("The course “%(about)s” does not admit them. Ask its trainers.", about=about),
    "archived": lambda about: _("The course “%(about)s” was archived, so nobody can begin it any more.", about=about),
    "replaced": lambda about: _("The course was archived. Enrol them in what replaces it: “%(about)s”.", about=about),
    "due_alone": lambda about: _("There is a due date and no course."),
    "bad_day": lambda about: _("“%(about)s” is no day. Write it as 2027-05-31.", about=about),
    "day_over": lambda about: _("The day %(about)s is over.", about=about),
    "no_cohort": lambda about: _("No cohort is called “%(about)s”. Make it first.", about=about),
    "two_cohorts": lambda about: _("Several cohorts are called “%(about)s”.", about=about),
    "by_rule": lambda about: _("The cohort “%(about)s” finds its people by a rule.", about=about),
    "cohort_elsewhere": lambda about: _("The cohort “%(about)s” is of another city.", about=about),
    "meanwhile": lambda about: _("Something about %(about)s has just changed. Send the file again.", about=about),
}  # fmt: skip


def why(refusal: Refusal | Judged) -> str:
    """Why a row is left out."""
    return REASONS[refusal.why](refusal.about)


def does(one: Judged) -> list[str]:
    """What a row would do, a sentence each."""
    said = []
    if one.new:
        said.append(_("New: is invited by mail."))
    if one.placed:
        said.append(_("Is placed in the city."))
    if one.enrols:
        until = _("Is enrolled, due %(day)s.", day=day(one.due_at)) if one.due_at else _("Is enrolled.")
        said.append(until)
    if one.sooner and one.due_at:
        said.append(_("Is due earlier: %(day)s.", day=day(one.due_at)))
    if one.left:
        said.append(_("Left this course, and stays out."))
    if one.grouped:
        said.append(_("Joins the cohort."))
    return said or [_("Is there already: nothing changes.")]
