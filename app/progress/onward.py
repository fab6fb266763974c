"""Where a practitioner goes from here, in words and addresses."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from app.courses.outline import OutlineActivity

from .codes import shown
from .queries import Enrolled, Place


def address_after(done: OutlineActivity, place: Place) -> str:
    """Where to go after an activity: the certificate if that was the last one, else on, else the outline."""
    outline = url_for("learn.course", slug=place.slug)
    enrolled = place.enrolled
    if enrolled is None or done.id not in place.edition.by_id:
        return outline
    standing = enrolled.standing
    if enrolled.certificate and standing.next is None:
        return url_for("certificates.show", code=shown(enrolled.certificate))
    following = standing.after(done)
    if following is None or standing.waits_for(following):
        following = standing.next
    return url_for("learn.activity", slug=place.slug, activity=following.key) if following else outline


def opens_when(waiting: tuple[OutlineActivity, ...], place: Place, enrolled: Enrolled) -> str:
    """In words, what opens a locked activity."""
    if len(waiting) == 1:
        return _("Opens when you complete “%(title)s”", title=title_of(waiting[0], place, enrolled))
    return _(
        "Opens when you complete “%(title)s” and %(count)s more",
        title=title_of(waiting[0], place, enrolled),
        count=len(waiting) - 1,
    )


def title_of(activity: OutlineActivity, place: Place, enrolled: Enrolled) -> str:
    """An activity's title in the language the person reads the course in."""
    return activity.title.best(enrolled.language, place.edition.outline.source_language)
