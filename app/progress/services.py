"""What practitioners do in a course. Progress has two doors, `record` and `recount`, and no third."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.auth.identity import Identity
from app.auth.models import Person
from app.core import audit, clock
from app.core.errors import NotFound
from app.courses import audience, audience_queries
from app.courses.editions import PublishedEdition, get_edition
from app.courses.errors import CourseNotPublished
from app.courses.models import Activity, Course
from app.courses.outline import Admits
from app.extensions import db
from app.network.models import City

from . import codes
from .errors import ActivityGone, NotAdmitted, NotEnrolled
from .models import ActivityProgress, ActivityState, Assignment, Certificate, Completion, Enrolment, EnrolmentState
from .signals import course_completed, enrolled
from .standing import Standing


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened in an activity. `score` is 0 to 1 by the activity's own grading, None where nothing is graded."""

    state: ActivityState
    score: float | None = None


def enrol(
    *,
    person: Identity | Person,
    course_id: int,
    due_at: datetime | None = None,
    by_id: int | None = None,
    assignment: Assignment | None = None,
) -> Enrolment:
    """Take `person` into the course, themselves or (`by_id`) by somebody else, perhaps for an assignment.

    Who is in it already stays as they are, but that an earlier `due_at` holds. Who left it comes back by their own
    word only. Raises `CourseNotPublished`, and `NotAdmitted` where the course is not for them.
    """
    course = db.session.get(Course, course_id)
    if course is None or course.edition_id is None:
        raise CourseNotPublished
    if course.audience.admits is not Admits.ANYONE:
        if already := _find_enrolment(person.id, course.id):
            return _enrolled_before(already.id, due_at, by_id, assignment)
        _require_admitted(course, person.id)
    edition = get_edition(course.edition_id)
    language = person.language if person.language in edition.outline.languages else edition.outline.source_language
    now = clock.now()
    enrolment = Enrolment(
        person_id=person.id,
        course_id=course.id,
        city_id=person.city_id,
        language=language,
        states={},
        total=edition.needed,
        due_at=due_at,
        assignment_id=assignment.id if assignment else None,
        enrolled_at=now,
        touched_at=now,
        counted_edition_id=edition.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(enrolment)
    except IntegrityError:
        already = db.session.scalars(_enrolment_of(person.id, course.id)).one()
        return _enrolled_before(already.id, due_at, by_id, assignment)
    enrolled.send(None, enrolment=enrolment, by_id=by_id)
    return enrolment


def _enrolled_before(
    enrolment_id: int, due_at: datetime | None, by_id: int | None, assignment: Assignment | None
) -> Enrolment:
    enrolment = _lock(enrolment_id)
    if enrolment.state == EnrolmentState.WITHDRAWN and by_id is None:
        _come_back(enrolment)
    if enrolment.state == EnrolmentState.OPEN and due_at and (enrolment.due_at is None or due_at < enrolment.due_at):
        enrolment.due_at, enrolment.assignment_id = due_at, assignment.id if assignment else None
    return enrolment


def withdraw(*, enrolment_id: int, by_id: int | None = None, reason: str = "") -> Enrolment:
    """Leave a course, oneself or taken out by somebody (`by_id`, with the reason, in the audit log).

    Nothing that was done is lost: `come_back` brings all of it, a completion too. Who left already stays so.
    """
    enrolment = _lock(enrolment_id)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        return enrolment
    enrolment.state, enrolment.withdrawn_at = EnrolmentState.WITHDRAWN, clock.now()
    actor = enrolment.person_id if by_id is None else by_id
    audit.record("enrolment.withdraw", f"enrolment:{enrolment.id}", actor_id=actor, reason=reason)
    db.session.flush()
    return enrolment


def come_back(*, enrolment_id: int, by_id: int | None = None) -> Enrolment:
    """Be in a course again that one left, as one stood; who is in it stays. Raises `CourseNotPublished`.

    What was finished in another window after leaving may complete it now.
    """
    enrolment = _lock(enrolment_id)
    if enrolment.state == EnrolmentState.WITHDRAWN:
        _come_back(enrolment, by_id)
    return enrolment


def _come_back(enrolment: Enrolment, by_id: int | None = None) -> None:
    enrolment.state = EnrolmentState.OPEN if enrolment.completed_at is None else EnrolmentState.COMPLETED
    enrolment.withdrawn_at = None
    enrolment.touched_at = clock.now()
    actor = enrolment.person_id if by_id is None else by_id
    audit.record("enrolment.return", f"enrolment:{enrolment.id}", actor_id=actor)
    db.session.flush()
    _count(enrolment, _edition_in_force(enrolment))


def record(*, enrolment_id: int, activity_id: int, outcome: Outcome) -> Enrolment:
    """Write down what happened in an activity, and what follows: the count, and the completion with its certificate.

    Locks the enrolment first, so that two last activities which finish together still complete the course, once.
    What is complete stays complete; the score is whatever the activity's grading makes of all attempts.
    An activity that the edition in force no longer has is still written down: a later edition may bring it back.
    So is what somebody does in a window that stood open when they left: it counts, and completes once they come back.
    Raises `ActivityGone` if the course never had it.
    """
    enrolment = _lock(enrolment_id)
    edition = _edition_in_force(enrolment)
    if activity_id not in edition.by_id and not _was_ever(activity_id, enrolment.course_id):
        raise ActivityGone
    now = clock.now()
    row = db.session.get(ActivityProgress, (enrolment.id, enrolment.cycle, activity_id))
    if row is None:
        row = ActivityProgress(
            enrolment_id=enrolment.id, cycle=enrolment.cycle, activity_id=activity_id, state=outcome.state, first_at=now
        )
        db.session.add(row)
    if row.state != ActivityState.COMPLETE:
        row.state = outcome.state
    if row.state == ActivityState.COMPLETE and row.completed_at is None:
        row.completed_at = now
    if outcome.score is not None:
        row.score = outcome.score
    enrolment.last_activity_id = activity_id
    enrolment.touched_at = now
    db.session.flush()
    _count(enrolment, edition)
    return enrolment


def recount(*, enrolment_id: int) -> Enrolment:
    """Count an enrolment anew against the edition in force. It may complete the course; it never takes one back."""
    enrolment = _lock(enrolment_id)
    _count(enrolment, _edition_in_force(enrolment))
    return enrolment


def choose_language(*, person_id: int, course_id: int, language: str) -> None:
    """Read a course in `language` from now on. Raises `NotEnrolled`; a language it does not have changes nothing."""
    enrolment = _of(person_id, course_id)
    if language in _edition_in_force(enrolment).outline.languages:
        enrolment.language = language


def remember_place(*, person_id: int, course_id: int, activity_id: int) -> None:
    """Keep which activity the person has open, so that they resume there. Raises `NotEnrolled`."""
    enrolment = _of(person_id, course_id)
    if activity_id in _edition_in_force(enrolment).by_id and enrolment.last_activity_id != activity_id:
        enrolment.last_activity_id = activity_id
        enrolment.touched_at = clock.now()


def follow_move(*, person_id: int, city_id: int | None) -> None:
    """Carry a person's unfinished enrolments to their new city; finished ones stay where they were earned."""
    db.session.execute(
        sa.update(Enrolment)
        .where(Enrolment.person_id == person_id, Enrolment.completed_at.is_(None))
        .values(city_id=city_id, version_id=Enrolment.version_id + 1)
        .execution_options(synchronize_session="fetch")
    )


def show_on_certificate(*, person_id: int, code: str, city: bool, score: bool) -> Certificate:
    """What the holder lets the public page of a certificate show besides name, course and date.

    Raises `NotFound` if the person holds no such certificate.
    """
    certificate = db.session.scalars(
        sa.select(Certificate).where(Certificate.code == code, Certificate.person_id == person_id)
    ).one_or_none()
    if certificate is None:
        raise NotFound
    certificate.shows_city, certificate.shows_score = city, score
    return certificate


def _enrolment_of(person_id: int, course_id: int) -> sa.Select[Enrolment]:
    return sa.select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)


def _find_enrolment(person_id: int, course_id: int) -> Enrolment | None:
    found: Enrolment | None = db.session.scalars(_enrolment_of(person_id, course_id)).one_or_none()
    return found


def _require_admitted(course: Course, person_id: int) -> None:
    candidate = audience_queries.get_candidate(course_id=course.id, person_id=person_id)
    if not audience.admits(course.audience, candidate):
        whom, step = audience_queries.sentence(course.audience), audience.next_step(course.audience, candidate.email)
        raise NotAdmitted(f"{whom} {step}")


def _was_ever(activity_id: int, course_id: int) -> bool:
    return db.session.scalar(sa.select(Activity.course_id).where(Activity.id == activity_id)) == course_id


def _lock(enrolment_id: int) -> Enrolment:
    enrolment = db.session.scalars(
        sa.select(Enrolment)
        .where(Enrolment.id == enrolment_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if enrolment is None:
        raise NotEnrolled
    return enrolment


def _of(person_id: int, course_id: int) -> Enrolment:
    enrolment = db.session.scalars(_enrolment_of(person_id, course_id).with_for_update()).one_or_none()
    if enrolment is None:
        raise NotEnrolled
    return enrolment


def _edition_in_force(enrolment: Enrolment) -> PublishedEdition:
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == enrolment.course_id))
    if edition_id is None:
        raise CourseNotPublished
    return get_edition(edition_id)


def _count(enrolment: Enrolment, edition: PublishedEdition) -> None:
    rows = db.session.execute(
        sa.select(ActivityProgress.activity_id, ActivityProgress.state, ActivityProgress.score).where(
            ActivityProgress.enrolment_id == enrolment.id, ActivityProgress.cycle == enrolment.cycle
        )
    ).all()
    states = {row.activity_id: ActivityState(row.state) for row in rows}
    count = counted(edition, states, {row.activity_id: row.score for row in rows})
    enrolment.states = states
    enrolment.done, enrolment.total = count.standing.done, count.standing.total
    enrolment.score = count.score
    enrolment.counted_edition_id = edition.id
    gone = enrolment.state == EnrolmentState.WITHDRAWN
    if count.standing.complete and enrolment.completed_at is None and not gone:
        _complete(enrolment, edition)
    db.session.flush()


@dataclass(frozen=True, slots=True)
class Count:
    """What a cycle of an enrolment comes to in an edition; `score` is 0 to 1, None where nothing is graded yet."""

    standing: Standing
    score: float | None


def counted(
    edition: PublishedEdition, states: Mapping[int, ActivityState], scores: Mapping[int, float | None]
) -> Count:
    """Count the states and scores of activities against an edition. Pure: also what foretells a publication."""
    score = course_score(edition, scores)
    return Count(Standing(edition, states, score=score), score)


def course_score(edition: PublishedEdition, scores: Mapping[int, float | None]) -> float | None:
    """The mean of the required graded activities, weighted by their marks, 0 to 1; what is not done counts nothing.

    None before the first of them has a score, and for a course that grades nothing.
    """
    graded = [(a.marks or 0.0, scores.get(a.id)) for a in edition.graded]
    if not any(score is not None for _marks, score in graded):
        return None
    return sum(marks * (score or 0.0) for marks, score in graded) / sum(marks for marks, _score in graded)


def rule_of(edition: PublishedEdition) -> str:
    """What completes an edition, as each completion records it: `3 of 8 activities, score 70%`."""
    settings = edition.outline.settings
    some = f"{settings.enough} of {len(edition.activities)} activities"
    rule = some if settings.enough else "all required activities"
    return rule if settings.min_score is None else f"{rule}, score {settings.min_score:g}%"


def _complete(enrolment: Enrolment, edition: PublishedEdition) -> None:
    """Write the completion and its certificate. Unique keys make it happen once, however many requests race."""
    now = clock.now()
    person = db.session.get_one(Person, enrolment.person_id)
    completion = Completion(
        enrolment_id=enrolment.id,
        cycle=enrolment.cycle,
        person_id=person.id,
        course_id=enrolment.course_id,
        edition_id=edition.id,
        rule=rule_of(edition),
        city_id=person.city_id,
        score=enrolment.score,
        completed_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(completion)
    except IntegrityError:
        return
    enrolment.city_id = person.city_id
    enrolment.completed_at = now
    enrolment.state = EnrolmentState.COMPLETED
    certificate = _certify(completion, person, enrolment, edition)
    course_completed.send(None, completion=completion, certificate=certificate)


def _certify(completion: Completion, person: Person, enrolment: Enrolment, edition: PublishedEdition) -> Certificate:
    outline = edition.outline
    months = outline.settings.certificate_months
    city = db.session.get(City, person.city_id) if person.city_id else None
    language, title = outline.title.spoken(enrolment.language, outline.source_language)
    certificate = Certificate(
        completion_id=completion.id,
        code=codes.new_code(),
        person_id=person.id,
        course_id=enrolment.course_id,
        holder=person.name,
        city=city.name if city else None,
        course_title=title,
        language=language,
        edition_number=edition.number,
        minutes=edition.minutes,
        score=enrolment.score,
        issued_at=completion.completed_at,
        expires_at=clock.months_after(completion.completed_at, months) if months else None,
        towers=[len(module.activities) for module in outline.modules],
    )
    db.session.add(certificate)
    db.session.flush()
    return certificate
