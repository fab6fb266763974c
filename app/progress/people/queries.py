"""What trainers read of the people in their course: how each stands, and one person's way through it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.auth.models import Person
from app.core import clock
from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course
from app.courses.outline import OutlineActivity
from app.extensions import db
from app.network.models import City

from ..models import ActivityProgress, ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from ..standing import Standing

PAGE_SIZE = 50
LAST_PAGE = 100_000
MOST_WORDS = 12
_HERE_AT = sa.case((Enrolment.last_activity_id.is_not(None), Enrolment.touched_at))


@dataclass(frozen=True, slots=True)
class Filters:
    """Whom a trainer looks for; empty means anyone."""

    search: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Line:
    """A practitioner of a course as a list shows them; `done` of `total` as last counted.

    `here_at`: when they last did something this time through; none where they never did.
    """

    id: int
    name: str
    city: str | None
    state: str
    cycle: int
    done: int
    total: int
    score: float | None
    due_at: datetime | None
    completed_at: datetime | None
    here_at: datetime | None

    @property
    def share(self) -> float:
        return min(self.done / self.total, 1.0) if self.total else 0.0

    @property
    def late(self) -> bool:
        return self.state == EnrolmentState.OPEN and self.due_at is not None and self.due_at < clock.now()


@dataclass(frozen=True, slots=True)
class LinePage:
    """One page of a course's people, with how many there are in all."""

    rows: list[Line]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_people(course_id: int, filters: Filters) -> LinePage:
    """The people enrolled in a course, by name. One statement, and another for a page that is past the last."""
    page = min(max(filters.page, 1), LAST_PAGE)
    found = _page(course_id, filters.search, page)
    if not found and page > 1:
        page, found = 1, _page(course_id, filters.search, 1)
    return LinePage([Line(*row[:-1]) for row in found], found[0].people if found else 0, page)


def _page(course_id: int, search: str, page: int) -> Any:
    chosen = (
        sa.select(
            Enrolment.id, Person.name, City.name.label("city"), Enrolment.state, Enrolment.cycle, Enrolment.done,
            Enrolment.total, Enrolment.score, Enrolment.due_at, Enrolment.completed_at,
            _HERE_AT, sa.func.count().over().label("people"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(City, City.id == Enrolment.city_id)
        .where(Enrolment.course_id == course_id)
    )  # fmt: skip
    for word in folded(search).split()[:MOST_WORDS]:
        named = fold(Person.name).contains(word, autoescape=True)
        chosen = chosen.where(sa.or_(named, fold(City.name).contains(word, autoescape=True)))
    chosen = chosen.order_by(fold(Person.name), Enrolment.id).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    return db.session.execute(chosen).all()


@dataclass(frozen=True, slots=True)
class Step:
    """One activity of a course as a practitioner stands in it."""

    activity: OutlineActivity
    state: ActivityState | None
    score: float | None
    completed_at: datetime | None
    seconds: int
    by: str | None
    reason: str | None

    @property
    def given(self) -> bool:
        return self.reason is not None

    @property
    def own(self) -> bool:
        """Whether the practitioner completed it without anybody's help."""
        return self.state == ActivityState.COMPLETE and not self.given


@dataclass(frozen=True, slots=True)
class Earlier:
    """A completion of the course, and the code of its certificate."""

    completed_at: datetime
    rule: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Learner:
    """One practitioner in a course, against the edition in force."""

    line: Line
    edition: PublishedEdition
    standing: Standing
    steps: dict[int, Step]
    completions: list[Earlier]

    @property
    def withdrawn(self) -> bool:
        return self.line.state == EnrolmentState.WITHDRAWN


_Giver = aliased(Person)


def get_learner(course_id: int, enrolment_id: int) -> Learner:
    """A practitioner of the course. Three statements. Raises `NotFound`, also for one of another course."""
    row = db.session.execute(
        sa.select(Enrolment, Person.name, City.name.label("city"), Course.edition_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(Course, Course.id == Enrolment.course_id)
        .outerjoin(City, City.id == Enrolment.city_id)
        .where(Enrolment.id == enrolment_id, Enrolment.course_id == course_id)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if row is None:
        raise NotFound
    of: Enrolment = row.Enrolment
    edition = get_edition(row.edition_id)
    standing = Standing(edition, of.states, of.last_activity_id, of.score, of.completed_at is not None)
    line = Line(
        of.id, row.name, row.city, of.state, of.cycle, standing.done, standing.total, of.score, of.due_at,
        of.completed_at, of.touched_at if of.last_activity_id is not None else None,
    )  # fmt: skip
    return Learner(line, edition, standing, _steps(of, edition), _completions(of))


def _steps(enrolment: Enrolment, edition: PublishedEdition) -> dict[int, Step]:
    rows = db.session.execute(
        sa.select(ActivityProgress, _Giver.name.label("by"))
        .outerjoin(_Giver, _Giver.id == ActivityProgress.by_id)
        .where(ActivityProgress.enrolment_id == enrolment.id, ActivityProgress.cycle == enrolment.cycle)
        .execution_options(populate_existing=True)
    ).all()
    steps = {activity.id: Step(activity, None, None, None, 0, None, None) for activity in edition.activities}
    for row in rows:
        progress: ActivityProgress = row.ActivityProgress
        if activity := edition.by_id.get(progress.activity_id):
            steps[activity.id] = Step(
                activity, ActivityState(progress.state), progress.score, progress.completed_at, progress.seconds,
                row.by, progress.reason if progress.by_id is not None else None,
            )  # fmt: skip
    return steps


def _completions(enrolment: Enrolment) -> list[Earlier]:
    rows = db.session.execute(
        sa.select(Completion.completed_at, Completion.rule, Certificate.code)
        .outerjoin(Certificate, Certificate.completion_id == Completion.id)
        .where(Completion.enrolment_id == enrolment.id)
        .order_by(Completion.cycle.desc())
    )
    return [Earlier(*row) for row in rows]
