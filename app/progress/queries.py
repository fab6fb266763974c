"""What is read of enrolments, progress and certificates. Hot pages read plain rows by statements built once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.core import clock
from app.courses.audience.admission import Candidate, admits
from app.courses.audience.queries import is_invited
from app.courses.editions import PublishedEdition, get_edition, list_editions
from app.courses.models import Activity, Course, CourseSlugHistory
from app.courses.outline import Audience
from app.extensions import db

from .certificates.renewal import may_renew
from .models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState, Position
from .standing import Standing


@dataclass(frozen=True, slots=True)
class Held:
    """The latest completion of an enrolment, of this cycle or an earlier one, and its certificate."""

    cycle: int
    completed_at: datetime
    code: str | None
    expires_at: datetime | None
    revoked: bool

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= clock.now()


@dataclass(frozen=True, slots=True)
class Visited:
    """How the person stands in the activity that is shown; `by_id` gave its state to them, and why."""

    state: str
    by_id: int | None
    reason: str | None
    position: Position | None

    @property
    def excused(self) -> bool:
        return self.state == ActivityState.EXCUSED


@dataclass(frozen=True, slots=True)
class Enrolled:
    """An enrolment as pages need it; its standing is counted against the edition in force, whatever was stored."""

    id: int
    cycle: int
    language: str  # one that the edition in force is offered in
    due_at: datetime | None
    enrolled_at: datetime
    touched_at: datetime
    completed_at: datetime | None
    score: float | None
    version: int
    certificate: str | None
    standing: Standing
    withdrawn_at: datetime | None = None
    held: Held | None = None
    given: bool = False  # somebody excused them from something, or completed it for them
    visited: Visited | None = None

    @property
    def renewing(self) -> bool:
        """Whether they have completed the course before, and are in it once more."""
        return self.held is not None and self.held.cycle < self.cycle

    @property
    def renewable(self) -> bool:
        """Whether the certificate can be renewed now."""
        held = self.held
        if self.completed_at is None or held is None or held.revoked or held.cycle != self.cycle:
            return False
        return may_renew(held.expires_at, clock.now())

    @property
    def late(self) -> bool:
        return self.due_at is not None and self.completed_at is None and self.due_at < clock.now()


@dataclass(frozen=True, slots=True)
class Place:
    """A published course, and how one person stands in it (None: not enrolled, or a visitor).

    `left` is how somebody stood who left it, with what they did; they are not `enrolled`. `draft`: it is not published,
    but the draft as a preview shows it to its trainers: nothing may be recorded. `archived_at`: since when nobody
    begins it.
    """

    course_id: int
    slug: str
    edition: PublishedEdition
    enrolled: Enrolled | None
    audience: Audience
    invited: bool
    draft: bool = False
    left: Enrolled | None = None
    archived_at: datetime | None = None

    def admits(self, person: Identity) -> bool:
        """Whether `person`, for whom the place was read, may enrol."""
        candidate = Candidate(person.email, person.city_id, person.roles, self.invited)
        return admits(self.audience, candidate)


MOST_AT_HOME = 200  # courses

# Plain tables: read on every page of learning, so nothing of the mapper's work is done.
_course, _enrolment = Course.__table__, Enrolment.__table__
_completion, _certificate = Completion.__table__, Certificate.__table__
_progress, _activity = ActivityProgress.__table__, Activity.__table__
_mine = sa.and_(_enrolment.c.course_id == _course.c.id, _enrolment.c.person_id == sa.bindparam("person"))
_earlier = _completion.alias()
_latest = sa.select(sa.func.max(_earlier.c.id)).where(_earlier.c.enrolment_id == _enrolment.c.id).scalar_subquery()
_of_cycle = sa.and_(_progress.c.enrolment_id == _enrolment.c.id, _progress.c.cycle == _enrolment.c.cycle)
_given = sa.exists().where(_of_cycle, _progress.c.by_id.is_not(None)).correlate(_enrolment)

# Courses, each with the enrolment of one person if there is one, and its latest completion with the certificate.
_COURSES = sa.select(
    _course.c.id.label("course_id"),
    _course.c.slug,
    _course.c.edition_id,
    _course.c.audience,
    _course.c.archived_at,
    is_invited.label("invited"),
    _enrolment.c.id,
    _enrolment.c.cycle,
    _enrolment.c.language,
    _enrolment.c.due_at,
    _enrolment.c.enrolled_at,
    _enrolment.c.touched_at,
    _enrolment.c.completed_at,
    _enrolment.c.score,
    _enrolment.c.version_id,
    _enrolment.c.states,
    _enrolment.c.last_activity_id,
    _enrolment.c.state,
    _enrolment.c.withdrawn_at,
    _certificate.c.code,
    _certificate.c.expires_at,
    _certificate.c.revoked_at,
    _completion.c.cycle.label("held_cycle"),
    _completion.c.completed_at.label("held_at"),
    _given.label("given"),
).select_from(
    _course.outerjoin(_enrolment, _mine)
    .outerjoin(_completion, _completion.c.id == _latest)
    .outerjoin(_certificate, _certificate.c.completion_id == _completion.c.id)
)
_PLACE = _COURSES.where(_course.c.slug == sa.bindparam("slug"), _course.c.edition_id.is_not(None))
_VISIT = _PLACE.add_columns(
    _progress.c.state.label("visited"),
    _progress.c.by_id,
    _progress.c.reason,
    _progress.c.position,
).outerjoin(
    _progress,
    sa.and_(
        _of_cycle,
        _progress.c.activity_id
        == sa.select(_activity.c.id)
        .where(_activity.c.course_id == _course.c.id, _activity.c.key == sa.bindparam("key"))
        .scalar_subquery(),
    ),
)
_asked = sa.and_(_enrolment.c.id.is_(None), _course.c.id.in_(sa.bindparam("asked", expanding=True)))
_HOME = (
    _COURSES.where(
        _course.c.edition_id.is_not(None),
        sa.or_(
            sa.and_(_enrolment.c.id.is_(None), _course.c.archived_at.is_(None)),
            _enrolment.c.state != EnrolmentState.WITHDRAWN,
        ),
    )
    .order_by(_asked.desc(), _enrolment.c.id.is_(None), _enrolment.c.touched_at.desc(), _course.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
)


def find_place(*, slug: str, person_id: int | None) -> Place | None:
    """The published course at `slug` and how the person stands in it, in one statement."""
    row = db.session.connection().execute(_PLACE, {"slug": slug, "person": person_id}).one_or_none()
    return _place(row, get_edition(row.edition_id)) if row else None


def find_visit(*, slug: str, activity: str, person_id: int) -> Place | None:
    """As `find_place`, with how the person stands in the activity of this key, in the same statement."""
    values = {"slug": slug, "person": person_id, "key": activity}
    row = db.session.connection().execute(_VISIT, values).one_or_none()
    if row is None:
        return None
    place = _place(row, get_edition(row.edition_id))
    if place.enrolled is None or row.visited is None:
        return place
    visited = Visited(row.visited, row.by_id, row.reason, row.position)
    return replace(place, enrolled=replace(place.enrolled, visited=visited))


def find_place_or_moved(*, slug: str, person_id: int) -> Place | None:
    """As `find_place`, also at what was once the course's address: a page may have stood open when it moved."""
    place = find_place(slug=slug, person_id=person_id)
    moved = None if place else find_moved(slug)
    return find_place(slug=moved, person_id=person_id) if moved else place


def list_home(person_id: int, asked: Collection[int] = ()) -> list[Place]:
    """Every course the person is enrolled in, last touched first, then those they could begin; 200 in all.

    Before these and besides stand those of `asked`, by their ids, that the person could begin. What they have
    withdrawn from is left out. One statement.
    """
    values = {"person": person_id, "asked": list(asked), "most": MOST_AT_HOME + len(asked)}
    rows = db.session.connection().execute(_HOME, values).all()
    return [
        _place(row, edition) for row, edition in zip(rows, list_editions(row.edition_id for row in rows), strict=True)
    ]


def _place(row: Any, edition: PublishedEdition) -> Place:
    there = left = None
    if row.id is not None:
        states: dict[int, ActivityState] = row.states
        held = None
        if row.held_cycle is not None:
            held = Held(row.held_cycle, row.held_at, row.code, row.expires_at, row.revoked_at is not None)
        enrolled = Enrolled(
            id=row.id,
            cycle=row.cycle,
            language=edition.offered(row.language),
            due_at=row.due_at,
            enrolled_at=row.enrolled_at,
            touched_at=row.touched_at,
            completed_at=row.completed_at,
            score=row.score,
            version=row.version_id,
            certificate=row.code if held and held.cycle == row.cycle else None,
            standing=Standing(edition, states, row.last_activity_id, row.score, row.completed_at is not None),
            held=held,
            given=bool(row.given),
            withdrawn_at=row.withdrawn_at,
        )
        there, left = (None, enrolled) if row.state == EnrolmentState.WITHDRAWN else (enrolled, None)
    return Place(
        row.course_id, row.slug, edition, there, row.audience, row.invited, left=left, archived_at=row.archived_at
    )


def list_given(place: Place) -> dict[int, Visited]:
    """What was given to the person in this cycle, by activity id. One statement, none where nothing was."""
    if place.enrolled is None or not place.enrolled.given:
        return {}
    rows = db.session.execute(
        sa.select(_progress.c.activity_id, _progress.c.state, _progress.c.by_id, _progress.c.reason).where(
            _progress.c.enrolment_id == place.enrolled.id,
            _progress.c.cycle == place.enrolled.cycle,
            _progress.c.by_id.is_not(None),
        )
    )
    return {row.activity_id: Visited(row.state, row.by_id, row.reason, None) for row in rows}


def find_moved(slug: str) -> str | None:
    """Where a course that was once at `slug` is now."""
    return db.session.scalar(
        sa.select(Course.slug)
        .join(CourseSlugHistory, CourseSlugHistory.course_id == Course.id)
        .where(CourseSlugHistory.slug == slug)
    )
