"""The publish panel: what a course page shows of publishing, wherever it stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from app.auth.identity import Identity
from app.core import slots

from .. import queries
from ..drafts import Review, living_activities
from ..editions import Proposal, PublishedEdition
from ..forms import PublishForm
from ..kinds import Check, Level, get_kind
from ..queries import CourseAccess
from .seen import mark_of

MOST_SHOWN = 6  # findings of one level; the rest are folded away
TRANSLATION = "translation"  # the topic whose findings stand together: a new language brings one for every text


@dataclass(frozen=True, slots=True)
class Finding:
    """A check with the address where what it found is put right, if there is one."""

    check: Check
    address: str | None


def publish_panel(
    access: CourseAccess, review: Review, person: Identity, form: PublishForm | None = None
) -> dict[str, Any]:
    """The values that `studio/_publish.html` and `studio/_editions.html` need besides `access` and `review`."""
    editions = queries.list_course_editions(access.id)
    found = list(findings(access, review))
    unpublished = review.in_force is None or review.difference.count > 0
    return {
        "editions": editions,
        "next_number": (editions[0].number if editions else 0) + 1,
        "findings": {
            **{level.value: [f for f in found if f.check.level is level] for level in (Level.BLOCKER, Level.PASS)},
            "warning": [f for f in found if f.check.level is Level.WARNING and f.check.topic != TRANSLATION],
            "translation": [f for f in found if f.check.level is Level.WARNING and f.check.topic == TRANSLATION],
        },
        "most_shown": MOST_SHOWN,
        "unpublished": unpublished,
        "notices": notices(access, person, Proposal(review.outline, review.in_force)) if unpublished else [],
        "seen": mark_of(review.outline, review.in_force.number if review.in_force else None),
        "form": form or PublishForm(),
    }


def again_panel(
    access: CourseAccess, edition: PublishedEdition, person: Identity, form: PublishForm | None = None
) -> dict[str, Any]:
    """The values that `studio/_again.html` needs to offer an old edition for publishing; `in_force` is never None."""
    in_force = queries.get_edition_in_force(access.id)
    offered = access.editable and not access.archived_at and in_force.outline != edition.outline
    if form is None:
        form = PublishForm()
        form.note.data = _("Edition %(number)s again.", number=edition.number)
    return {
        "in_force": in_force,
        "offered": offered,
        "notices": notices(access, person, Proposal(edition.outline, in_force)) if offered else [],
        "form": form,
    }


def notices(access: CourseAccess, person: Identity, proposal: Proposal) -> list[Any]:
    """What higher packages say of publishing this."""
    return slots.PUBLISH_NOTICES.fill(person, {access.id: proposal}).get(access.id, [])


def findings(access: CourseAccess, review: Review) -> Iterable[Finding]:
    """The checks of a draft, each with where to put it right: the editor of its activity, else a look at it."""
    kinds = {activity.id: get_kind(activity.kind) for activity in living_activities(review.course)}
    for check in review.checks:
        kind = kinds.get(check.activity_id or 0)
        if check.topic == TRANSLATION:
            address = url_for("translation.index", course_id=access.id)
        elif check.mend and access.editable:
            address = url_for(check.mend.endpoint, course_id=access.id, **check.mend.values)
        elif kind and kind.editor and access.editable:
            address = url_for(kind.editor, course_id=access.id, activity_id=check.activity_id)
        elif kind and kind.has_preview:
            address = url_for("editions.preview", course_id=access.id, activity_id=check.activity_id)
        else:
            address = None
        yield Finding(check, None if check.level is Level.PASS else address)
