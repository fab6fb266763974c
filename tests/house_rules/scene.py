"""A small network with a row in every table, for the rules that look at all tables and all routes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256

import sqlalchemy as sa

from app.auth.cohorts.rules import CohortRule
from app.auth.models import Cohort, CohortMember, Person, Role, SignIn
from app.core import audit, clock
from app.core.base import Base
from app.core.models import Content, JobRun, JobState, Media, MediaVariant, Outbox
from app.core.store import the_store
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
from app.grants.calls.questionnaire import Choice, Criterion, Question, QuestionKind, Questionnaire, Report
from app.grants.models import (
    Appeal,
    Application,
    ApplicationAnswer,
    ApplicationFile,
    ApplicationState,
    CallChange,
    CallReminder,
    ChangeKind,
    DecisionDraft,
    Declaration,
    Duty,
    GrantCall,
    Occasion,
    Review,
    Rule,
    RuleDraft,
    Waiver,
)
from app.grants.rules import Completed, write
from app.grants.trace import freezing
from app.messages.models import Notice, NoticeChoice, Way
from app.network.models import City
from app.progress.certificates import codes, signing_services
from app.progress.models import (
    ActivityProgress,
    ActivityState,
    Assignment,
    Certificate,
    Completion,
    Enrolment,
    EnrolmentState,
    LiftedRevocation,
    Position,
    RisenScore,
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
PAPER = sha256(b"x").hexdigest()
CODE = "7GQ2M4KXWPRT" + codes.check_character("7GQ2M4KXWPRT")
APPLYING = "warmer-homes"  # a call for which the city is writing its application
LETTER = b"%PDF-1.7\n%%EOF\n"

DRAFTED, ITEM = "safer-streets", "whereabout"  # a call that is a draft, and a question of it


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
    letter_id: int


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
        call = _a_call(course, city, practitioner, administrator)
        _a_drafted_call(course, administrator)
        letter_id = _an_open_application(call, city, practitioner)
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
        outbox_id,
        letter_id,
    )


def rows_by_table() -> dict[str, int]:
    """How many rows each table has."""
    return count_rows(tuple(table.name for table in Base.metadata.sorted_tables))


def count_rows(tables: tuple[str, ...]) -> dict[str, int]:
    """How many rows each of `tables` has."""
    with db.engine.connect() as connection:
        return {row[0]: row[1] for row in connection.execute(_counts(tables))}


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
    db.session.add_all([completion, RisenScore(enrolment_id=enrolment.id, cycle=1, score=0.95, at=BEFORE)])
    db.session.flush()
    certificate = Certificate(
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
    db.session.add(certificate)
    db.session.flush()
    db.session.add(LiftedRevocation(certificate_id=certificate.id, from_at=BEFORE, to_at=BEFORE + timedelta(hours=1)))
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


def _a_call(course: Course, city: City, person: Person, by: Person) -> GrantCall:
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
        in_force_at=BEFORE,
    )
    db.session.add(rule)
    db.session.flush()
    call.rule_id = rule.id
    _an_application(call, rule, city, person, by)
    return call


def _a_drafted_call(course: Course, by: Person) -> None:
    """A call at `DRAFTED` that could be published, and asks for one of everything; `ITEM` is the key of the first."""
    call = GrantCall(
        slug=DRAFTED, source_language="en", title=text("Safer streets"), summary=text("For what comes first."),
        grants=3, currency="EUR", ceiling=50_000, time_zone="Europe/Brussels",
        opens_at=clock.now() + timedelta(days=10), closes_at=clock.now() + timedelta(days=40),
    )  # fmt: skip
    call.questionnaire = Questionnaire(
        questions=(
            Question(ITEM, QuestionKind.CHOICE, text("Where?"), choices=tuple(
                Choice(key, text(key, fr=key.upper())) for key in ("north", "south"))),
            *(Question(kind, kind, text(f"Your {kind}", fr="Le vôtre"), help=text("As short as you can."))
              for kind in QuestionKind if kind is not QuestionKind.CHOICE),
        ),
        criteria=(Criterion("clear", text("How clear it is")),),
        reports=(Report("final", text("The final report"), 12),),
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    rule = Rule(
        call_id=call.id, number=1, tree=write(Completed(course_id=course.id)), written_by_id=by.id, created_at=BEFORE,
        in_force_at=BEFORE,
    )  # fmt: skip
    db.session.add(rule)
    db.session.flush()
    call.rule_id = rule.id


def _an_open_application(like: GrantCall, city: City, person: Person) -> int:
    """A call at `APPLYING` that asks for one of everything, and the draft of a city; the id of its one file."""
    kinds = (QuestionKind.TEXT, QuestionKind.AMOUNT, QuestionKind.BUDGET, QuestionKind.FILES)
    reach = Question("reach", QuestionKind.CHOICE, text("Whom?"), choices=(Choice("schools", text("Schools")),))
    call = GrantCall(
        slug=APPLYING, source_language="en", title=text("Warmer homes"), summary=text("For winters."), currency="EUR",
        time_zone="Europe/Brussels", published_at=BEFORE, opens_at=BEFORE, closes_at=clock.now() + timedelta(days=30),
        rule_id=like.rule_id, questionnaire=Questionnaire((*(Question(k, k, text(f"Your {k}")) for k in kinds), reach)),
    )  # fmt: skip
    db.session.add(call)
    db.session.flush()
    application = Application(call_id=call.id, city_id=city.id, created_at=BEFORE, created_by_id=person.id)
    db.session.add(application)
    db.session.flush()
    digest = hashlib.sha256(LETTER).hexdigest()
    the_store().put(digest, LETTER)
    letter = ApplicationFile(
        application_id=application.id, key="files", name="letter.pdf", media_type="application/pdf", size=len(LETTER),
        hash=digest, added_by_id=person.id, added_at=BEFORE,
    )  # fmt: skip
    db.session.add(letter)
    answer = ApplicationAnswer(
        application_id=application.id, key="text", value="A plan", saved_by_id=person.id, saved_at=BEFORE
    )
    db.session.add(answer)
    db.session.flush()
    return letter.id


def _an_application(call: GrantCall, rule: Rule, city: City, person: Person, by: Person) -> None:
    """A submitted one with everything that calls and applications may have beside them."""
    application = Application(
        call_id=call.id, city_id=city.id, created_at=BEFORE, created_by_id=person.id, state=ApplicationState.SUBMITTED,
        submitted_at=BEFORE, submitted_by_id=person.id,
    )  # fmt: skip
    db.session.add(application)
    db.session.flush()
    held = {"application_id": application.id, "key": "plan"}
    the_store().put(PAPER, b"x")
    later = BEFORE + timedelta(days=365)
    db.session.add_all(
        [
            RuleDraft(call_id=call.id, tree=rule.tree, saved_by_id=by.id, saved_at=BEFORE),
            CallChange(call_id=call.id, at=BEFORE, person_id=by.id, kind=ChangeKind.PUBLISHED),
            Declaration(person_id=person.id, key="scene", holds=True, at=BEFORE),
            Waiver(
                call_id=call.id, city_id=city.id, leaf="0" * 64, reason="A flood", owner_id=by.id, granted_at=BEFORE,
                expires_at=later,
            ),
            CallReminder(call_id=call.id, person_id=person.id, asked_at=BEFORE),
            ApplicationAnswer(**held, value="A plan", saved_by_id=person.id, saved_at=BEFORE),
            ApplicationFile(
                **held, name="plan.pdf", media_type="application/pdf", size=1, hash=PAPER, added_by_id=person.id,
                added_at=BEFORE,
            ),
            DecisionDraft(
                application_id=application.id, outcome="refused", reason="Too dear", saved_by_id=by.id,
                saved_at=BEFORE,
            ),
            Appeal(application_id=application.id, reason="A figure was wrong", made_by_id=person.id, made_at=BEFORE,
                   due_at=later),
            Duty(
                application_id=application.id, key="midway", title=text("Midway report"), due_on=later.date(),
            ),
            Review(application_id=application.id, person_id=by.id, assigned_by_id=by.id, assigned_at=BEFORE),
        ]
    )  # fmt: skip
    db.session.flush()
    freezing.freeze(application.id, Occasion.SUBMISSION, at=BEFORE)


def _what_was_arranged(course: Course, person: Person, coordinator: Person, member: Person) -> None:
    """Cohorts, one listed and one by rule, an assignment to it, notices, a report by the clock, a key, a job."""
    listed = Cohort(name="Spring", city_id=coordinator.city_id, created_by_id=person.id, created_at=BEFORE)
    by_rule = Cohort(name="Belgium", rule=CohortRule(countries=("BE",)), created_by_id=person.id, created_at=BEFORE)
    db.session.add_all([listed, by_rule])
    db.session.flush()
    assignment = Assignment(
        course_id=course.id, cohort_id=listed.id, time_zone="UTC", given_by_id=person.id, given_at=BEFORE
    )
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
