"""A small network with a row in every table, for the rules that look at all tables and all routes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

import sqlalchemy as sa

from app.auth.cohorts import CohortRule
from app.auth.models import Cohort, CohortMember, Person, Role, SignIn
from app.core import audit, clock
from app.core.base import Base
from app.core.models import Content, JobRun, JobState, Media, MediaVariant, Outbox
from app.core.transactions import unit_of_work
from app.courses.models import (
    Course,
    CourseInvitation,
    CourseMedia,
    CourseMove,
    CourseSlugHistory,
    MoveKind,
    Revision,
    Upload,
)
from app.exchange.models import ImportState, PeopleImport
from app.extensions import db
from app.grants.models import Application, GrantCall, Rule
from app.grants.rules import Completed, write
from app.messages.models import Notice, NoticeChoice, Way
from app.network.models import City
from app.progress import codes, signing_services
from app.progress.models import (
    ActivityProgress,
    ActivityState,
    Assignment,
    Certificate,
    Completion,
    Enrolment,
    EnrolmentState,
    Position,
    Sitting,
    TimeSheet,
)
from app.quizzes.models import (
    Attempt,
    AttemptSlot,
    AttemptState,
    Extension,
    Mark,
    MarkCause,
    QuestionVersion,
    QuizSlot,
    Regrade,
    Response,
)
from app.quizzes.types import SingleChoiceAnswer
from app.reports.models import ReportSchedule, Rhythm
from tests.factories import a_choice_question, a_city, a_course, a_person, text

BEFORE = datetime(2026, 3, 1, 9, tzinfo=UTC)
UPLOAD = "u" * 43
VIDEO = "2" * 64
CODE = "7GQ2M4KXWPRT" + codes.check_character("7GQ2M4KXWPRT")


@dataclass(frozen=True)
class Scene:
    """What stands in the network: detached rows, to read plain values from."""

    city: City
    other_city: City
    practitioner: Person
    trainer: Person
    coordinator: Person
    administrator: Person
    course: Course
    call: GrantCall
    attempt: Attempt
    submitted: Attempt
    outbox_id: int


def a_scene() -> Scene:
    """One city's practitioner has completed a published course and has an attempt open; a call is open too."""
    city = a_city("Ghent", domain="ghent.example")
    other_city = a_city("Mombasa", domain="mombasa.example")
    practitioner = a_person("Amina Trabelsi", city=city)
    trainer = a_person("Jonas Verbeke", roles=(Role.TRAINER,))
    coordinator = a_person("Lena Maes", city=city, roles=(Role.COORDINATOR,))
    administrator = a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,))
    course = a_course("the-citys-part", questions=[a_choice_question(), a_choice_question()], trainer=trainer)
    with unit_of_work():
        course = db.session.merge(course)
        course.languages = ["en", "fr"]
        enrolment = _a_completed_enrolment(practitioner, course, city)
        attempt = _an_open_attempt(enrolment, course)
        submitted = _a_submitted_attempt(attempt)
        call = _a_call(course, city, administrator)
        outbox_id = _the_rest(course, trainer, coordinator, practitioner)
        audit.record("scene", "person:1", actor_id=administrator.id)
        db.session.flush()
        for row in (
            city,
            other_city,
            practitioner,
            trainer,
            coordinator,
            administrator,
            course,
            call,
            attempt,
            submitted,
        ):
            db.session.refresh(row)
        db.session.expunge_all()
    return Scene(
        city, other_city, practitioner, trainer, coordinator, administrator, course, call, attempt, submitted, outbox_id
    )


def rows_by_table() -> dict[str, int]:
    """How many rows each table has."""
    with db.engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        rows = connection.execute(_counts(tuple(t.name for t in Base.metadata.sorted_tables if t.name in there)))
        return {row[0]: row[1] for row in rows}


@cache
def _counts(tables: tuple[str, ...]) -> sa.TextClause:
    return sa.text(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in tables))


def _a_completed_enrolment(person: Person, course: Course, city: City) -> Enrolment:
    assert course.edition_id
    activities = [activity for module in course.living_modules() for activity in module.living_activities()]
    enrolment = Enrolment(
        person_id=person.id,
        course_id=course.id,
        city_id=city.id,
        language="en",
        state=EnrolmentState.COMPLETED,
        done=len(activities),
        total=len(activities),
        score=0.9,
        states={activity.id: ActivityState.COMPLETE for activity in activities},
        enrolled_at=BEFORE,
        touched_at=BEFORE,
        completed_at=BEFORE,
        last_activity_id=activities[0].id,
        counted_edition_id=course.edition_id,
    )
    db.session.add(enrolment)
    db.session.flush()
    db.session.add(
        ActivityProgress(
            enrolment_id=enrolment.id,
            cycle=1,
            activity_id=activities[0].id,
            state=ActivityState.COMPLETE,
            first_at=BEFORE,
            completed_at=BEFORE,
            position=Position(1.0),
        )
    )
    db.session.add(
        TimeSheet(
            person_id=person.id, counted_until=BEFORE, day=BEFORE.date(), seconds=60, sittings={"s": Sitting(BEFORE, 1)}
        )
    )
    completion = Completion(
        enrolment_id=enrolment.id,
        cycle=1,
        person_id=person.id,
        course_id=course.id,
        edition_id=course.edition_id,
        rule="all required activities",
        city_id=city.id,
        score=0.9,
        completed_at=BEFORE,
    )
    db.session.add(completion)
    db.session.flush()
    db.session.add(
        Certificate(
            completion_id=completion.id,
            code=CODE,
            person_id=person.id,
            course_id=course.id,
            holder=person.name,
            city=city.name,
            course_title="The city’s part",
            language="en",
            edition_number=1,
            minutes=30,
            score=0.9,
            issued_at=BEFORE,
            expires_at=clock.months_after(BEFORE, 24),
            towers=[len(list(module.living_activities())) for module in course.living_modules()],
            rule=completion.rule,
            recipient=codes.hashed(person.email or "", CODE),
        )
    )
    return enrolment


def _an_open_attempt(enrolment: Enrolment, course: Course) -> Attempt:
    (quiz_id, version_id), *_ = db.session.execute(
        sa.select(QuizSlot.quiz_id, QuestionVersion.id)
        .join(QuestionVersion, QuestionVersion.question_id == QuizSlot.question_id)
        .order_by(QuizSlot.id)
    ).all()
    attempt = Attempt(
        enrolment_id=enrolment.id,
        cycle=1,
        activity_id=quiz_id,
        number=1,
        edition_id=course.edition_id,
        language="en",
        started_at=clock.now(),
        slots=[AttemptSlot(version_id, 1.0, ("b", "a", "c"))],
    )
    db.session.add(attempt)
    db.session.flush()
    db.session.add(
        Response(
            attempt_id=attempt.id,
            slot=0,
            version_id=version_id,
            marks=1.0,
            answer=SingleChoiceAnswer("a"),
            saved_at=clock.now(),
        )
    )
    db.session.flush()
    _what_a_trainer_did(attempt, version_id)
    return attempt


def _a_submitted_attempt(under_way: Attempt) -> Attempt:
    """One that was handed in, answered wrongly."""
    attempt = Attempt(
        enrolment_id=under_way.enrolment_id, cycle=1, activity_id=under_way.activity_id, number=2,
        edition_id=under_way.edition_id, language="en", state=AttemptState.SUBMITTED, started_at=BEFORE,
        finished_at=BEFORE, score=0.0, slots=under_way.slots,
    )  # fmt: skip
    db.session.add(attempt)
    db.session.flush()
    db.session.add(
        Response(
            attempt_id=attempt.id, slot=0, version_id=under_way.slots[0].version_id, marks=1.0,
            answer=SingleChoiceAnswer("b"), saved_at=BEFORE, fraction=0.0,
        )
    )  # fmt: skip
    db.session.flush()
    return attempt


def _what_a_trainer_did(attempt: Attempt, version_id: int) -> None:
    """More time for its practitioner, and a mark that a regrade changed."""
    person_id = db.session.scalar(sa.select(Enrolment.person_id).where(Enrolment.id == attempt.enrolment_id))
    question_id = db.session.scalar(sa.select(QuestionVersion.question_id).where(QuestionVersion.id == version_id))
    assert person_id and question_id
    regrade = Regrade(
        quiz_id=attempt.activity_id,
        question_id=question_id,
        version_id=version_id,
        at=BEFORE,
        reason="The key was wrong.",
        responses=1,
        attempts=1,
    )
    db.session.add(regrade)
    db.session.flush()
    db.session.add_all(
        [
            Mark(
                attempt_id=attempt.id, slot=0, cause=MarkCause.REGRADED, at=BEFORE, before=0.0, after=1.0,
                regrade_id=regrade.id,
            ),
            Extension(quiz_id=attempt.activity_id, person_id=person_id, seconds=600, reason="Illness", given_at=BEFORE),
        ]
    )  # fmt: skip


def _a_call(course: Course, city: City, by: Person) -> GrantCall:
    call = GrantCall(
        slug="safer-schools",
        source_language="en",
        title=text("Safer schools"),
        summary=text("For first steps."),
        grants=5,
        time_zone="Europe/Brussels",
        published_at=BEFORE,
        opens_at=BEFORE,
        closes_at=clock.now() + timedelta(days=30),
    )
    db.session.add(call)
    db.session.flush()
    rule = Rule(
        call_id=call.id,
        number=1,
        tree=write(Completed(course_id=course.id)),
        written_by_id=by.id,
        approved_by=text("the steering committee"),
        approved_on=date(2026, 2, 20),
        created_at=BEFORE,
    )
    db.session.add(rule)
    db.session.flush()
    call.rule_id = rule.id
    db.session.add(Application(call_id=call.id, city_id=city.id, created_at=BEFORE))
    return call


def _what_was_arranged(course: Course, person: Person, coordinator: Person, member: Person) -> None:
    """Cohorts, one listed and one by rule, an assignment to it, notices, a report by the clock, a key, a job."""
    listed = Cohort(name="Spring", city_id=coordinator.city_id, created_by_id=person.id, created_at=BEFORE)
    by_rule = Cohort(name="Belgium", rule=CohortRule(countries=("BE",)), created_by_id=person.id, created_at=BEFORE)
    db.session.add_all([listed, by_rule])
    db.session.flush()
    assignment = Assignment(course_id=course.id, cohort_id=listed.id, given_by_id=person.id, given_at=BEFORE)
    db.session.add_all(
        [
            CohortMember(cohort_id=listed.id, person_id=member.id, added_by_id=person.id, added_at=BEFORE),
            assignment,
            Notice(
                key="scene:1", kind="certificate", person_id=person.id, created_at=BEFORE,
                values={"code": codes.shown(CODE), "titles": {"en": "The city’s part"}},
            ),
            NoticeChoice(person_id=person.id, kind="certificate", way=Way.NOT),
            ReportSchedule(
                person_id=person.id, report="completion", filters="period=12", rhythm=Rhythm.WEEKLY,
                created_at=BEFORE, next_at=BEFORE,
            ),
            PeopleImport(
                person_id=coordinator.id, file_name="people.csv", state=ImportState.DONE, done=1, total=1,
                created_at=BEFORE, touched_at=BEFORE, finished_at=BEFORE,
            ),
            JobRun(name="mail.deliver", arguments={}, state=JobState.DONE, queued_at=BEFORE, ended_at=BEFORE),
        ]
    )  # fmt: skip


def _the_rest(course: Course, trainer: Person, coordinator: Person, practitioner: Person) -> int:
    _what_was_arranged(course, trainer, coordinator, practitioner)
    signing_services.ensure_key()
    digest = db.session.scalars(sa.select(Content.hash).order_by(Content.hash)).first()
    db.session.add_all(
        [
            CourseSlugHistory(slug="an-old-address", course_id=course.id),
            Revision(subject="lesson_body:1", person_id=trainer.id, at=BEFORE, content_hash=digest),
            SignIn(person_id=trainer.id, created_at=BEFORE, last_used_at=BEFORE),
            Media(hash="0" * 64, name="map.webp", media_type="image/webp", size=1, created_at=BEFORE),
            Media(hash=VIDEO, name="talk.mp4", media_type="video/mp4", size=1, created_at=BEFORE),
            CourseInvitation(course_id=course.id, email="guest@ghent.example", invited_at=BEFORE),
            Upload(
                id=UPLOAD, course_id=course.id, person_id=trainer.id, name="talk.mp4", size=9, purpose="media",
                created_at=BEFORE, touched_at=clock.now(),
            ),
            CourseMove(kind=MoveKind.EXPORT, person_id=trainer.id, course_id=course.id, created_at=BEFORE),
        ]
    )  # fmt: skip
    db.session.flush()
    db.session.add_all(
        [
            MediaVariant(media_hash="0" * 64, width=480, hash="1" * 64, size=1),
            CourseMedia(course_id=course.id, media_hash="0" * 64, name="map.webp", added_at=BEFORE),
            CourseMedia(course_id=course.id, media_hash=VIDEO, name="talk.mp4", added_at=BEFORE),
        ]
    )
    message = Outbox(
        key="scene:1", kind="confirm", recipient="someone@ghent.example", language="en", values={}, created_at=BEFORE
    )
    db.session.add(message)
    db.session.flush()
    return message.id
