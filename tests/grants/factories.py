"""Calls, completions and certificates for the tests of grants: rows, written directly."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from app.auth.models import Affiliation, Person
from app.core import clock
from app.core.store import the_store
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.extensions import db
from app.grants import services
from app.grants.calls.questionnaire import BudgetLine, Criterion, Question, QuestionKind, Questionnaire, Report
from app.grants.models import (
    Application,
    ApplicationAnswer,
    ApplicationFile,
    ApplicationState,
    GrantCall,
    Occasion,
    Review,
    ReviewState,
    Waiver,
)
from app.grants.rules import Node, mark_of
from app.grants.trace import freezing
from app.messages.jobs import mail_notices
from app.network.models import City
from app.progress.models import ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from tests.factories import text

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
DAY = timedelta(days=1)

_numbers = count(1)


def an_enrolment(person: Person, course: Course, *, at: datetime | None = None, **values: Any) -> Enrolment:
    """An open enrolment, begun and last touched at `at`, nothing done."""
    moment = at or clock.now()
    with unit_of_work():
        fields = {
            "person_id": person.id,
            "course_id": course.id,
            "city_id": person.city_id,
            "language": "en",
            "enrolled_at": moment,
            "touched_at": moment,
            "counted_edition_id": course.edition_id,
            **values,
        }
        row = Enrolment(**fields)
        db.session.add(row)
        db.session.flush()
    return row


def a_completion(
    person: Person, course: Course, *, at: datetime | None = None, score: float | None = None, **values: Any
) -> Completion:
    """A completion at `at` of an enrolment of its own."""
    moment = at or clock.now()
    with unit_of_work():
        enrolment = an_enrolment(
            person, course, at=moment, state=EnrolmentState.COMPLETED, completed_at=moment, score=score, **values
        )
        row = Completion(
            enrolment_id=enrolment.id,
            cycle=enrolment.cycle,
            person_id=person.id,
            course_id=course.id,
            edition_id=course.edition_id,
            rule="all required activities",
            city_id=person.city_id,
            score=score,
            completed_at=moment,
        )
        db.session.add(row)
        db.session.flush()
    return row


def a_certificate(person: Person, course: Course, *, at: datetime | None = None, **values: Any) -> Certificate:
    """A certificate for a completion of its own, both at `at`; without an end unless `expires_at` is given."""
    moment = at or clock.now()
    with unit_of_work():
        completion = a_completion(person, course, at=moment)
        row = Certificate(
            completion_id=completion.id,
            code=f"{next(_numbers):013}",
            person_id=person.id,
            course_id=course.id,
            holder=person.name,
            course_title="A course",
            language="en",
            edition_number=1,
            minutes=20,
            issued_at=moment,
            **values,
        )
        db.session.add(row)
        db.session.flush()
    return row


def a_call(
    rule: Node,
    *,
    slug: str | None = None,
    title: str = "Local Innovation Grant 2027",
    opens_at: datetime = NOW - 20 * DAY,
    closes_at: datetime = datetime(2027, 1, 31, 17, 0, tzinfo=UTC),
    published: bool = True,
) -> GrantCall:
    """A published call that closes on 31 January 2027 at 18:00 in Tunis, with `rule` as its first."""
    with clock.at(min(opens_at, NOW) - DAY), unit_of_work():
        call = services.create_call(
            slug=slug or f"call-{next(_numbers)}",
            source_language="en",
            title=text(title),
            summary=text("For a city that tries something new."),
            opens_at=opens_at,
            closes_at=closes_at,
            time_zone="Africa/Tunis",
            grants=12,
            by=None,
        )
        services.set_rule(
            call_id=call.id,
            rule=rule,
            by=None,
            approved_by=text("the steering committee"),
            approved_on=datetime(2026, 10, 12).date(),
        )
        if published:
            services.publish_call(call_id=call.id, by=None)
    return call


def a_new_rule(call_id: int, rule: Node) -> None:
    """`rule` is in force from now on, also of a published call: a body approved it, for a reason."""
    with unit_of_work():
        services.set_rule(
            call_id=call_id, rule=rule, by=None, approved_by=text("the steering committee"),
            approved_on=clock.now().date(), reason="As agreed in Oslo",
        )  # fmt: skip


def a_waiver(call: GrantCall, city: City, requirement: Node, *, by: Person, until: datetime) -> Waiver:
    """A requirement that a city need not meet from yesterday up to, not including, `until`."""
    with unit_of_work():
        row = Waiver(
            call_id=call.id,
            city_id=city.id,
            leaf=mark_of(requirement),
            reason="A flood",
            owner_id=by.id,
            granted_at=NOW - DAY,
            expires_at=until,
        )
        db.session.add(row)
        db.session.flush()
    return row


def moved(person: Person, city: City, at: datetime) -> None:
    """The person leaves the city they belong to, and belongs to `city`, from `at`."""
    with unit_of_work():
        for row in db.session.query(Affiliation).filter_by(person_id=person.id, to_at=None):
            row.to_at = at
        db.session.flush()
        db.session.add(Affiliation(person_id=person.id, city_id=city.id, from_at=at))
        db.session.get_one(Person, person.id).city_id = city.id
        db.session.flush()


def complete_activities(enrolment: Enrolment, ids: list[int]) -> None:
    """Mark activities complete on the enrolment."""
    with unit_of_work():
        row = db.session.get_one(Enrolment, enrolment.id)
        row.states = {**row.states, **dict.fromkeys(ids, ActivityState.COMPLETE)}
        row.done = len(row.states)
        db.session.flush()


def a_judged_call(rule: Node, **values: Any) -> GrantCall:
    """A call that has closed, in euros, with two questions, two criteria of unequal weight and one report."""
    call = a_call(
        rule,
        opens_at=NOW - 60 * DAY,
        closes_at=NOW - 10 * DAY,
        **{name: values.pop(name) for name in ("slug", "title") if name in values},
    )
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id)
        row.questionnaire = Questionnaire(
            questions=(
                Question(key="plan", kind=QuestionKind.TEXT, title=text("What is your plan?")),
                Question(key="budget", kind=QuestionKind.BUDGET, title=text("What does it cost?")),
                Question(key="papers", kind=QuestionKind.FILES, title=text("Your papers")),
            ),
            criteria=(
                Criterion(key="need", title=text("Need"), points=5, weight=3),
                Criterion(key="idea", title=text("Idea"), points=10, weight=1),
            ),
            reports=(Report(key="midway", title=text("Midway report"), months=6),),
        )
        row.currency, row.ceiling, row.grants = "EUR", 50_000, 2
        for name, value in values.items():
            setattr(row, name, value)
        db.session.flush()
    return row


def an_application(
    call: GrantCall, city: City, by: Person, *, at: datetime = NOW - 12 * DAY, **values: Any
) -> Application:
    """A submitted application of a city with answers and a file, frozen as of its submission."""
    with unit_of_work():
        row = Application(
            call_id=call.id,
            city_id=city.id,
            created_at=at,
            created_by_id=by.id,
            submitted_at=at,
            submitted_by_id=by.id,
            **{"state": ApplicationState.SUBMITTED, **values},
        )
        db.session.add(row)
        db.session.flush()
        saved: dict[str, Any] = {"application_id": row.id, "saved_by_id": by.id, "saved_at": at}
        content = b"The papers of " + city.name.encode()
        digest = hashlib.sha256(content).hexdigest()
        the_store().put(digest, content)
        db.session.add_all(
            [
                ApplicationAnswer(key="plan", value="Street lamps that learn.\nAnd benches.", **saved),
                ApplicationAnswer(
                    key="budget", value=(BudgetLine("Lamps", 30_000), BudgetLine("Benches", 9_500)), **saved
                ),
                ApplicationFile(
                    application_id=row.id, key="papers", name="papers.pdf", media_type="application/pdf",
                    size=len(content), hash=digest, added_by_id=by.id, added_at=at,
                ),
            ]
        )  # fmt: skip
        db.session.flush()
        if row.state != ApplicationState.DRAFT:
            freezing.freeze(row.id, Occasion.SUBMISSION, at=at)
    return row


def mailed(at: datetime) -> int:
    """How many mails of notices go at a moment."""
    db.session.rollback()
    with clock.at(at):
        return mail_notices()


def a_review(application: Application, person: Person, by: Person, **values: Any) -> Review:
    """A review that is given; with `scores`, one that was handed in."""
    with unit_of_work():
        handed_in = {"state": ReviewState.SUBMITTED, "submitted_at": NOW - DAY} if "scores" in values else {}
        row = Review(
            application_id=application.id,
            person_id=person.id,
            assigned_by_id=by.id,
            assigned_at=NOW - 5 * DAY,
            **{"scores": {}, "remarks": {}, **handed_in, **values},
        )
        db.session.add(row)
        db.session.flush()
    return row
