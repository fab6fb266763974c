"""Preview as a practitioner: the draft on the pages that practitioners have, leaving no trace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request

from app.auth.identity import the_person
from app.core import fragments
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.slots import COURSE_ASIDE
from app.core.transactions import reading
from app.courses import drafts
from app.courses import queries as courses
from app.courses.kinds import Kind, Player, Visit, get_kind
from app.courses.models import Activity

from .preview import draft_place
from .queries import Place

bp = Blueprint("preview", __name__, url_prefix="/teach/courses/<int:course_id>/preview")


@bp.get("")
@allow(Permission.TRANSLATE)
def course(course_id: int) -> Response:
    """The course page of the draft, as someone sees it who has just begun."""
    place, _course = _draft(course_id)
    aside = COURSE_ASIDE.fill(the_person(), [course_id])
    return _page("learn/course.html", place, aside=aside.get(course_id, []))


@bp.get("/<activity>")
@allow(Permission.TRANSLATE)
def activity(course_id: int, activity: str) -> Response:
    """An activity of the draft; one that practitioners would find locked says so, and can be looked at anyway."""
    return _activity_page(course_id, activity, lambda kind, row, language: kind.preview(row, row.course, language))


@bp.post("/<activity>/trial")
@allow(Permission.TRANSLATE)
def try_out(course_id: int, activity: str) -> Response:
    """Answer a quiz of the draft: what is sent is checked and shown, and stored nowhere."""
    sent = request.form.to_dict(flat=False)
    with reading():
        return _activity_page(
            course_id, activity, lambda kind, row, language: kind.try_out(row, row.course, language, sent)
        )


def _draft(course_id: int) -> tuple[Place, dict[str, Activity]]:
    """The draft as a place to learn, in the language asked for, and the activities that stand in it by key."""
    access = courses.get_access(course_id, the_person())
    review = drafts.review(access.id)
    rows = {row.key: row for row in drafts.living_activities(review.course)}
    return draft_place(review, request.args.get("language", "")), rows


def _activity_page(course_id: int, key: str, show: Callable[[Kind, Activity, str], Player | None]) -> Response:
    place, rows = _draft(course_id)
    assert place.enrolled is not None
    found = place.edition.by_key.get(key)
    player = show(get_kind(found.kind), rows[key], place.enrolled.language) if found else None
    if found is None or player is None:
        raise NotFound
    visit = Visit(
        person=the_person(),
        course_slug=place.slug,
        edition=place.edition,
        activity=found,
        enrolment_id=0,
        cycle=1,
        language=place.enrolled.language,
    )
    g.frames = player.frames
    return _page(player.template, place, visit=visit, activity=found, **player.context)


def _page(template: str, place: Place, **values: Any) -> Response:
    """A page of the draft: nothing of it is kept, neither here nor in the browser."""
    assert place.enrolled is not None
    html = render_template(
        template,
        place=place,
        enrolled=place.enrolled,
        standing=place.enrolled.standing,
        outline=place.edition.outline,
        kept=fragments.fresh,
        **values,
    )
    response = make_response(html)
    response.headers["Cache-Control"] = "private, no-store"
    return response
