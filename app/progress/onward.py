"""Where a practitioner goes from here, in words and addresses."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from app.courses.kinds import get_kind
from app.courses.outline import OutlineActivity

from .certificates.codes import shown
from .queries import Enrolled, Place


def activity_address(activity: OutlineActivity, place: Place) -> str:
    """Where an activity of the course is, or of its preview."""
    if place.draft and place.enrolled:
        return url_for(
            "preview.activity", course_id=place.course_id, activity=activity.key, language=place.enrolled.language
        )
    return url_for("learn.activity", slug=place.slug, activity=activity.key)


def outline_address(place: Place) -> str:
    """Where the page of the course is, or of its preview."""
    if place.draft and place.enrolled:
        return url_for("preview.course", course_id=place.course_id, language=place.enrolled.language)
    return url_for("learn.course", slug=place.slug)


def address_after(done: OutlineActivity, place: Place) -> str:
    """Where to go after an activity: the certificate if that was the last one, else on, else the outline."""
    outline = outline_address(place)
    enrolled = place.enrolled
    if enrolled is None or done.id not in place.edition.by_id:
        return outline
    certificate = certificate_after(done, place)
    if certificate:
        return url_for("certificates.show", code=shown(certificate))
    standing = enrolled.standing
    following = standing.after(done)
    if following is None or standing.waits_for(following):
        following = standing.next
    return activity_address(following, place) if following else outline


def certificate_after(done: OutlineActivity, place: Place) -> str | None:
    """The certificate's code, where it is held and `done` was the last in the course, or the last of it that counts, or
    the last left to do."""
    enrolled = place.enrolled
    if enrolled is None or not enrolled.certificate or done.id not in place.edition.by_id:
        return None
    standing, counted = enrolled.standing, place.edition.counted
    ends = done in counted[-1:] or standing.after(done) is None or standing.next is None
    return enrolled.certificate if ends else None


def opens_when(activity: OutlineActivity, place: Place, enrolled: Enrolled) -> str:
    """In words, what opens a locked activity: the first thing it waits for, and how many more there are."""
    standing = enrolled.standing
    modules = standing.waits_for_modules(activity)
    several = {a.id for module in modules for a in module.activities}
    first, *more = standing.waits_for(activity)
    if first.id in several:
        module = place.edition.module_of[first.id]
        lacking = standing.lacking(module)
        more = more[lacking - 1 :]
        title = module.title.best(enrolled.language, place.edition.outline.source_language)
        words = ngettext(
            "Opens when you complete %(num)s more activity of “%(title)s”",
            "Opens when you complete %(num)s more activities of “%(title)s”",
            lacking,
            title=title,
        )
        if not more:
            return words
        return ngettext("%(words)s, and %(num)s after it", "%(words)s, and %(num)s after it", len(more), words=words)
    title = title_of(first, place, enrolled)
    if get_kind(first.kind).passed(first):
        if not more:
            return _("Opens when you pass “%(title)s”", title=title)
        return ngettext(
            "Opens when you pass “%(title)s” and complete %(num)s more",
            "Opens when you pass “%(title)s” and complete %(num)s more",
            len(more),
            title=title,
        )
    if not more:
        return _("Opens when you complete “%(title)s”", title=title)
    return ngettext(
        "Opens when you complete “%(title)s” and %(num)s more",
        "Opens when you complete “%(title)s” and %(num)s more",
        len(more),
        title=title,
    )


def title_of(activity: OutlineActivity, place: Place, enrolled: Enrolled) -> str:
    """An activity's title in the language the person reads the course in."""
    return activity.title.best(enrolled.language, place.edition.outline.source_language)
