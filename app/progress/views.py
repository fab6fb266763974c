"""The course page, the player, and what a practitioner does there."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import Identity, current_person, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.core.slots import COURSE_ASIDE
from app.core.transactions import reading
from app.courses.archiving import queries as archiving_queries
from app.courses.archiving.errors import CourseArchived
from app.courses.audience import admission as audience
from app.courses.audience import queries as audience_queries
from app.courses.kinds import Visit, get_kind
from app.courses.outline import OutlineActivity

from . import onward, queries, services, time_services
from .certificates import renewal_services
from .errors import ActivityGone, ActivityLocked, NotAdmitted, NotEnrolled
from .forms import TimeForm
from .models import ActivityState
from .pages import player_page
from .queries import Enrolled, Place
from .services import Outcome

bp = Blueprint("learn", __name__)


@bp.get("/courses/<slug>")
@allow(Permission.ANYONE)
def course(slug: str) -> str | Response:
    """A course: what it is, its outline, and how the person stands in it."""
    person = current_person()
    place = queries.find_place(slug=slug, person_id=person.id if person else None)
    if place is None:
        return _moved_or_missing(slug, "learn.course")
    aside = COURSE_ASIDE.fill(person, [place.course_id])
    return render_template(
        "learn/course.html",
        place=place,
        aside=aside.get(place.course_id, []),
        refusal=_refusal(place, person),
        successor=archiving_queries.find_successor(place.course_id) if place.archived_at else None,
        given=queries.list_given(place),
    )


@bp.post("/courses/<slug>/enrolment")
@allow(Permission.LEARN)
def enrol(slug: str) -> Response:
    """Start a course, and open its first activity."""
    place = _place(slug)
    try:
        services.enrol(person=the_person(), course_id=place.course_id)
    except NotAdmitted as refused:
        refused.next_url, refused.next_label = url_for("courses.catalogue"), _("See other courses")
        raise
    except CourseArchived as refused:
        _send_on(refused)
        raise
    if place.left is not None:
        flash(_("You are back in this course, with everything you did."), "done")
        return redirect(url_for("learn.course", slug=place.slug), 303)
    first = place.edition.activities[0]
    return redirect(url_for("learn.activity", slug=place.slug, activity=first.key), 303)


@bp.post("/courses/<slug>/renewal")
@allow(Permission.LEARN)
def renew(slug: str) -> Response:
    """Begin the course once more to renew its certificate; the old one stays."""
    place, _enrolment = _enrolled(slug)
    try:
        renewal_services.renew(person_id=the_person().id, course_id=place.course_id)
    except CourseArchived as refused:
        _send_on(refused)
        raise
    held = place.enrolled.held if place.enrolled else None
    if held and held.expires_at and held.expires_at > clock.now():
        flash(_("Your renewal has begun. Your certificate stays valid until it expires."), "done")
    else:
        flash(_("Your renewal has begun."), "done")
    return redirect(url_for("learn.course", slug=slug), 303)


@bp.post("/courses/<slug>/departure")
@allow(Permission.LEARN)
def withdraw(slug: str) -> Response:
    """Leave a course; what was done in it is kept."""
    place, enrolled = _enrolled(slug)
    services.withdraw(enrolment_id=enrolled.id, by_id=the_person().id)
    flash(_("You left this course. What you did is kept, and you can come back at any time."), "done")
    return redirect(url_for("learn.course", slug=place.slug), 303)


@bp.get("/learn/<slug>/<activity>")
@allow(Permission.LEARN)
def activity(slug: str, activity: str) -> Response:
    """An activity, shown by its kind; a locked one says what opens it."""
    person = the_person()
    place = queries.find_visit(slug=slug, activity=activity, person_id=person.id)
    if place is None:
        return _moved_or_missing(slug, "learn.activity", activity=activity)
    if place.enrolled is None:
        return redirect(url_for("learn.course", slug=slug))
    found = _activity(place, activity)
    _require_open(place, place.enrolled, found)
    visit = Visit(
        person=person,
        course_slug=slug,
        edition=place.edition,
        activity=found,
        enrolment_id=place.enrolled.id,
        cycle=place.enrolled.cycle,
        language=place.enrolled.language,
    )
    return player_page(get_kind(found.kind).player(visit), visit, place, place.enrolled)


@bp.post("/learn/<slug>/<activity>/completion")
@allow(Permission.LEARN)
def complete(slug: str, activity: str) -> Response:
    """Mark an activity as done by one's own word, where its kind allows it, and go on."""
    place, enrolled = _enrolled(slug, also_left=True)
    found = _activity(place, activity)
    _require_open(place, enrolled, found)
    if not get_kind(found.kind).by_hand:
        raise DomainError(get_kind(found.kind).completes(found))
    services.record(enrolment_id=enrolled.id, activity_id=found.id, outcome=Outcome(ActivityState.COMPLETE))
    if enrolled.withdrawn_at:
        flash(_("You left this course in another window. What you just did is kept: come back to see it count."), "due")
        return redirect(url_for("learn.course", slug=place.slug), 303)
    return redirect(onward.address_after(found, _place(slug)), 303)


@bp.post("/learn/<slug>/language")
@allow(Permission.LEARN)
def language(slug: str) -> Response:
    """Read the course in another of its languages."""
    place, _enrolment = _enrolled(slug)
    services.choose_language(
        person_id=the_person().id, course_id=place.course_id, language=request.form.get("language", "")
    )
    back = request.form.get("activity", "")
    if back in place.edition.by_key:
        return redirect(url_for("learn.activity", slug=place.slug, activity=back), 303)
    return redirect(url_for("learn.course", slug=place.slug), 303)


@bp.post("/learn/<slug>/<activity>/time")
@allow(Permission.LEARN)
def spend(slug: str, activity: str) -> tuple[str, int]:
    """The page says that the activity is open, how long it was read since it last said so, and how far.

    Of one that is locked it says nothing: that page has no text to read.
    """
    place, enrolled = _enrolled(slug)
    found, form = _activity(place, activity), TimeForm()
    form.validate()
    if enrolled.standing.waits_for(found):
        return "", 204
    time_services.report(
        person_id=the_person().id,
        course_id=place.course_id,
        activity_id=found.id,
        claim=form.claim,
        moved=form.moved,
    )
    return "", 204


def _place(slug: str) -> Place:
    place = queries.find_place_or_moved(slug=slug, person_id=the_person().id)
    if place is None:
        raise NotFound
    return place


def _refusal(place: Place, person: Identity | None) -> str:
    """Why somebody who is not in the course may not enrol, and what to do; nothing where they may."""
    if person is None or place.enrolled or place.left or place.admits(person):
        return ""
    return f"{audience_queries.sentence(place.audience)} {audience.next_step(place.audience, person.email)}"


def _send_on(refused: CourseArchived) -> None:
    """Lead whom an archived course refuses to what replaces it."""
    if refused.sent_on:
        refused.next_url, refused.next_label = url_for("learn.course", slug=refused.sent_on), _("Open what replaces it")
    else:
        refused.next_url, refused.next_label = url_for("courses.catalogue"), _("See other courses")


def _enrolled(slug: str, *, also_left: bool = False) -> tuple[Place, Enrolled]:
    """How the person stands in a course; `also_left`: or stood when they left it. Raises `NotEnrolled`."""
    with reading():
        place = _place(slug)
    enrolled = place.enrolled or (place.left if also_left else None)
    if enrolled is None:
        raise NotEnrolled(next_url=url_for("learn.course", slug=place.slug), next_label=_("Open the course"))
    return place, enrolled


def _activity(place: Place, key: str) -> OutlineActivity:
    found = place.edition.by_key.get(key)
    if found is None:
        raise ActivityGone(next_url=url_for("learn.course", slug=place.slug), next_label=_("Open the course"))
    return found


def _require_open(place: Place, enrolled: Enrolled, found: OutlineActivity) -> None:
    waiting = enrolled.standing.waits_for(found)
    if waiting:
        raise ActivityLocked(
            onward.opens_when(found, place, enrolled),
            next_url=url_for("learn.activity", slug=place.slug, activity=waiting[0].key),
            next_label=_("Open “%(title)s”", title=onward.title_of(waiting[0], place, enrolled)),
        )


def _moved_or_missing(slug: str, endpoint: str, **values: Any) -> Response:
    moved = queries.find_moved(slug)
    if moved is None:
        raise NotFound
    return redirect(url_for(endpoint, slug=moved, **values), 301)
