"""Reminders: in the days of the person, each once, never to who has withdrawn, completed or left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from app.auth.models import Person, PersonState
from app.core import clock
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.models import Course, Lesson
from app.extensions import db
from app.messages.jobs import mail_notices
from app.messages.models import Notice
from app.progress import jobs, reminders, services
from app.progress.models import ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.progress.services import Outcome
from app.progress.signals import enrolled
from tests.factories import a_course, a_person

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DUE = NOON + 20 * DAY


def enrol(person: Person, course: Course, due_at: datetime | None = DUE) -> int:
    with clock.at(NOON), unit_of_work():
        return services.enrol(person=person, course_id=course.id, due_at=due_at).id


def change(enrolment_id: int, **values: object) -> None:
    with unit_of_work():
        for name, value in values.items():
            setattr(db.session.get_one(Enrolment, enrolment_id), name, value)


def told() -> list[str]:
    db.session.rollback()
    keys = db.session.scalars(sa.select(Notice.key).order_by(Notice.id)).all()
    db.session.rollback()
    return list(keys)


def run(*moments: datetime) -> list[str]:
    """The keys told by running all reminders at each moment, in order."""
    for moment in moments:
        with clock.at(moment):
            reminders.remind_due()
            reminders.remind_late()
            reminders.remind_expiring()
    return told()


def every_day(until: datetime) -> list[str]:
    days = (until - NOON).days
    return run(*(NOON + n * DAY for n in range(days)))


def test_a_due_course_is_told_a_week_and_a_day_before_and_then_that_it_is_late(app: Flask) -> None:
    id = enrol(a_person(), a_course(modules=1, lessons=1))
    assert every_day(DUE + 60 * DAY) == [
        f"due:{id}:1:2026-03-22:7",
        f"due:{id}:1:2026-03-22:1",
        *(f"late:{id}:1:2026-03-22:{week}" for week in (0, 1, 2, 3)),
    ]
    notices = {n.key: n for n in db.session.scalars(sa.select(Notice))}
    days = [(notices[key].created_at - DUE).days for key in sorted(notices) if key.startswith("late")]
    assert days == [1, 8, 15, 22]
    assert [(notices[f"due:{id}:1:2026-03-22:{n}"].created_at - DUE).days for n in (7, 1)] == [-7, -1]


def test_it_says_the_course_and_leads_to_the_activity(app: Flask) -> None:
    course = a_course("rights", modules=1, lessons=2)
    id = enrol(a_person(), course)
    with clock.at(NOON), unit_of_work():
        lesson = db.session.scalars(sa.select(Lesson.id).where(Lesson.key == "lesson-1-1")).one()
        services.record(enrolment_id=id, activity_id=lesson, outcome=Outcome(ActivityState.COMPLETE))
    run(DUE - DAY)
    [notice] = db.session.scalars(sa.select(Notice)).all()
    assert notice.values == {
        "slug": "rights", "titles": {"en": "The city’s part"}, "due_at": DUE.isoformat(), "activity": "lesson-1-2",
        "enrolment": id, "cycle": 1,
    }  # fmt: skip


def test_a_changed_due_date_reminds_anew(app: Flask) -> None:
    id = enrol(a_person(), a_course(modules=1, lessons=1))
    run(DUE - 7 * DAY)
    change(id, due_at=DUE + 30 * DAY)
    assert run(DUE, DUE + 23 * DAY) == [f"due:{id}:1:2026-03-22:7", f"due:{id}:1:2026-04-21:7"]


@pytest.mark.parametrize(
    "values",
    [
        {"state": EnrolmentState.WITHDRAWN, "withdrawn_at": NOON},
        {"state": EnrolmentState.COMPLETED, "completed_at": NOON},
        {"due_at": None},
    ],
)
def test_who_has_withdrawn_or_completed_is_not_reminded(app: Flask, values: dict[str, object]) -> None:
    id = enrol(a_person(), a_course(modules=1, lessons=1))
    change(id, **values)
    assert run(DUE - 7 * DAY, DUE - DAY, DUE + 2 * DAY) == []


def test_who_has_left_is_not_reminded(app: Flask) -> None:
    person = a_person()
    enrol(person, a_course(modules=1, lessons=1))
    with unit_of_work():
        db.session.get_one(Person, person.id).state = PersonState.LEFT
    assert run(DUE - DAY) == []


def test_a_day_is_the_persons_day(app: Flask) -> None:
    # 21 March 23:30 UTC is the 22nd in Kiritimati, where a due date of the 22nd at noon UTC is the 23rd.
    assert reminders.days_between(datetime(2026, 3, 21, 23, 30, tzinfo=UTC), DUE, "Pacific/Kiritimati") == 1
    assert reminders.days_between(datetime(2026, 3, 21, 9, 30, tzinfo=UTC), DUE, "Pacific/Kiritimati") == 2
    assert reminders.days_between(datetime(2026, 3, 21, 9, 30, tzinfo=UTC), DUE, "UTC") == 1


def test_a_batch_costs_three_statements(app: Flask, statements: list[str]) -> None:
    course = a_course(modules=1, lessons=1)
    for _ in range(12):
        enrol(a_person(), course)
    db.session.rollback()
    with clock.at(DUE - DAY):
        reminders.remind_due()
        statements.clear()
        assert reminders.remind_due() == 12
    assert len(statements) == 3  # who is due, how they are told, and the telling


def test_more_than_a_batch_are_all_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reminders, "BATCH", 3)
    monkeypatch.setattr(reminders, "_DUE", reminders._DUE.limit(3))
    course = a_course(modules=1, lessons=1)
    for _ in range(7):
        enrol(a_person(), course)
    assert len(run(DUE - DAY)) == 7


def a_certificate(app: Flask, months: int = 24) -> Certificate:
    course = a_course(modules=1, lessons=1, certificate_months=months)
    id = enrol(a_person(), course, None)
    with clock.at(NOON), unit_of_work():
        lesson = db.session.scalars(sa.select(Lesson.id).where(Lesson.course_id == course.id)).one()
        services.record(enrolment_id=id, activity_id=lesson, outcome=Outcome(ActivityState.COMPLETE))
    return db.session.scalars(sa.select(Certificate)).one()


def test_a_certificate_is_told_of_twice_before_it_expires_and_when_it_has(app: Flask) -> None:
    certificate = a_certificate(app)
    id, expires = certificate.id, certificate.expires_at
    db.session.rollback()
    assert expires is not None
    moments = [expires + n * DAY for n in (-70, -60, -59, -20, -14, -1, 0, 1, 20, 40)]
    assert [key for key in run(*moments) if key.startswith("expiry")] == [f"expiry:{id}:{n}" for n in (60, 14, 0)]


def test_a_certificate_that_was_renewed_is_not_told_of(app: Flask) -> None:
    certificate = a_certificate(app, months=12)
    expires = certificate.expires_at
    assert expires is not None
    renew(certificate, expires - 20 * DAY)
    assert [key for key in run(expires - 14 * DAY, expires + DAY) if key.startswith("expiry")] == []


def renew(certificate: Certificate, at: datetime) -> None:
    with unit_of_work():
        first = db.session.get_one(Completion, certificate.completion_id)
        again = Completion(
            enrolment_id=first.enrolment_id, cycle=2, person_id=first.person_id, course_id=first.course_id,
            edition_id=first.edition_id, rule=first.rule, completed_at=at,
        )  # fmt: skip
        db.session.add(again)
        db.session.flush()
        db.session.add(
            Certificate(
                completion_id=again.id, code="0" * 13, person_id=again.person_id, course_id=again.course_id, holder="A",
                course_title="A", language="en", edition_number=1, minutes=5, issued_at=at, expires_at=at + 365 * DAY,
            )
        )  # fmt: skip


@pytest.mark.parametrize("renewed", [True, False])
def test_a_certificate_that_was_renewed_or_revoked_meanwhile_is_not_mailed_of(app: Flask, renewed: bool) -> None:
    certificate = a_certificate(app, months=12)
    id, expires = certificate.id, certificate.expires_at
    assert expires is not None
    run(expires - 14 * DAY)
    mailed(expires - 15 * DAY)  # what was told of the completion
    if renewed:
        renew(certificate, expires - 14 * DAY)
    else:
        with unit_of_work():
            db.session.get_one(Certificate, id).revoked_at = expires - 14 * DAY
    assert mailed(expires - 13 * DAY) == 0
    assert f"expiry:{id}:14" in told()


def test_a_certificate_that_expires_is_mailed_of(app: Flask) -> None:
    certificate = a_certificate(app, months=12)
    expires = certificate.expires_at
    assert expires is not None
    mailed(expires - 15 * DAY)
    run(expires - 14 * DAY)
    assert mailed(expires - 13 * DAY) == 1


def test_a_certificate_that_was_revoked_is_not_told_of(app: Flask) -> None:
    certificate = a_certificate(app, months=12)
    expires = certificate.expires_at
    assert expires is not None
    with unit_of_work():
        db.session.get_one(Certificate, certificate.id).revoked_at = NOON
    assert [key for key in run(expires - 14 * DAY) if key.startswith("expiry")] == []


def mailed(at: datetime) -> int:
    """How many mails of notices go at a moment."""
    db.session.rollback()
    with clock.at(at):
        return mail_notices()


GONE: list[dict[str, object]] = [
    {"state": EnrolmentState.WITHDRAWN, "withdrawn_at": NOON},
    {"state": EnrolmentState.COMPLETED, "completed_at": NOON},
    {"due_at": None},
    {"due_at": DUE + 30 * DAY},
    {"cycle": 2},
]


@pytest.mark.parametrize("values", GONE)
@pytest.mark.parametrize("when", [DUE - 7 * DAY, DUE + 2 * DAY])
def test_what_is_due_no_more_is_not_mailed_and_stays_in_the_site(
    app: Flask, values: dict[str, object], when: datetime
) -> None:
    course = a_course(modules=1, lessons=1)
    gone, others = enrol(a_person(), course), [enrol(a_person(), course) for _ in range(2)]
    assert len(run(when)) == 1 + len(others)
    change(gone, **values)
    assert mailed(when + DAY) == len(others)
    assert mailed(when + 2 * DAY) == 0
    assert len(told()) == 1 + len(others)


def test_what_still_holds_is_asked_once_for_a_kind(app: Flask, statements: list[str]) -> None:
    course = a_course(modules=1, lessons=1)
    for _ in range(6):
        enrol(a_person(), course)
    for moment in (DUE - DAY, DUE + 2 * DAY):
        run(moment)
    statements.clear()
    assert mailed(DUE + 3 * DAY) == 6
    assert len([one for one in statements if "FROM enrolment" in one]) == 2


@given(st.integers(-40, 40), st.integers(0, 90))
def test_no_moment_has_two_stages_and_late_is_after_due(hours: int, known: int) -> None:
    now = DUE + timedelta(hours=hours * 6)
    soon = reminders.soon_stage(DUE, DUE - known * DAY, now, "Africa/Tunis")
    late = reminders.late_stage(DUE, now, "Africa/Tunis")
    assert soon is None or (now < DUE and soon in (1, 7) and known > soon)
    assert late is None or (now > DUE and 0 <= late <= 3)
    assert soon is None or late is None


def test_whom_somebody_enrols_is_told_by_whom(app: Flask) -> None:
    by, person, course = a_person("Amina Trabelsi"), a_person(), a_course("rights", modules=1, lessons=1)
    with clock.at(NOON), unit_of_work():
        enrolment = services.enrol(person=person, course_id=course.id, due_at=DUE)
        for _again in range(2):
            enrolled.send(None, enrolment=enrolment, by_id=by.id)
        enrolled.send(None, enrolment=enrolment, by_id=None)
    [notice] = db.session.scalars(sa.select(Notice)).all()
    assert (notice.kind, notice.person_id, notice.values["by"]) == ("enrolled", person.id, "Amina Trabelsi")
    assert (notice.values["slug"], notice.values["due_at"]) == ("rights", DUE.isoformat())


def test_who_enrols_alone_is_told_nothing(app: Flask) -> None:
    course = a_course(modules=1, lessons=1)
    with unit_of_work():
        person = a_person()
        enrolment = services.enrol(person=person, course_id=course.id)
        enrolled.send(None, enrolment=enrolment, by_id=person.id)
    assert told() == []


def test_a_new_edition_is_told_only_to_those_for_whom_it_changes_something(app: Flask) -> None:
    course = a_course(modules=1, lessons=3)
    begun, not_begun = enrol(a_person(), course), enrol(a_person(), course)
    with unit_of_work():
        lesson = db.session.scalars(sa.select(Lesson.id).where(Lesson.key == "lesson-1-1")).one()
        services.record(enrolment_id=begun, activity_id=lesson, outcome=Outcome(ActivityState.COMPLETE))
    publish(course, title="Another title")
    assert (jobs.recount_course(course.id), told()) == (2, [])
    publish(course, required=False)
    assert jobs.recount_course(course.id) == 2
    [key] = told()
    assert key.startswith(f"edition:{begun}:1:") and not_begun


def publish(course: Course, *, title: str = "", required: bool = True) -> None:
    with unit_of_work():
        lesson = db.session.scalars(sa.select(Lesson).where(Lesson.key == "lesson-1-2")).one()
        lesson.required = required
        if title:
            row = db.session.get_one(Course, course.id)
            row.title = row.title.with_phrase("en", title, "en")
        db.session.flush()
        courses.publish(course_id=course.id, by=None)
