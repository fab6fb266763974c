"""The studio: where trainers see their courses as they are being edited, and publish them."""

from __future__ import annotations

from flask import Blueprint, render_template

from app.auth.identity import Identity, the_person
from app.core.access import Permission, allow

from . import drafts, queries
from .forms import PublishForm
from .kinds import get_kind
from .labels import TRAINER_ROLES
from .publish_panel import publish_panel

bp = Blueprint("studio", __name__, url_prefix="/teach")


@bp.get("")
@allow(Permission.TRANSLATE)
def index() -> str:
    """The courses that a person teaches, each with what is in force and what is not published yet."""
    return render_template("studio/index.html", reviews=queries.list_taught(the_person()))


@bp.get("/courses/<int:course_id>")
@allow(Permission.TRANSLATE)
def course(course_id: int) -> str:
    """The draft beside what practitioners see, and the publish panel."""
    return course_page(course_id, the_person())


def course_page(course_id: int, person: Identity, form: PublishForm | None = None, problem: object = None) -> str:
    """The draft of a course; `problem` says why it was not published."""
    access = queries.get_access(course_id, person)
    review = drafts.review(access.id)
    return render_template(
        "studio/course.html",
        access=access,
        review=review,
        outlined={activity.id: activity for activity in review.outline.activities()},
        trainers=queries.list_trainers(access.id),
        problem=problem,
        kinds=get_kind,
        trainer_roles=TRAINER_ROLES,
        previews={a.id for a in drafts.living_activities(review.course) if get_kind(a.kind).has_preview},
        **publish_panel(access, review, person, form),
    )
