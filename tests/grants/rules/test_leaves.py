"""Each leaf by hand: what it finds, why, how far, and what is next. Both readings are asked every time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.models import Course
from app.courses.outline import CourseSettings
from app.extensions import db
from app.grants.eligibility.wording import Wording
from app.grants.judging.facts import facts
from app.grants.judging.findings import (
    Action,
    CertificateEvidence,
    CompletionEvidence,
    Finding,
    HowFar,
    Met,
    Missing,
    NextStep,
    NotAgain,
    OwnWork,
    PeopleEvidence,
    Reason,
    Unit,
    Unknown,
)
from app.grants.rules import Certified, CityTrained, Completed, Node
from app.progress.models import RisenScore
from tests.factories import a_choice_question, a_city, a_course, a_draft, a_person
from tests.grants.factories import (
    DAY,
    NOW,
    a_certificate,
    a_completion,
    an_enrolment,
    complete_activities,
    moved,
)

from .readings import people_with_city

VERDICT = {Met: True, Missing: False, Unknown: None}


def found(rule: Node, person: Person, at: datetime = NOW) -> Finding:
    """What `check` finds, once the database has said the same."""
    finding = rule.check(facts([person.id], at, rule)[person.id], at)
    said = db.session.scalar(sa.select(rule.clause(at)).select_from(people_with_city(at)).where(Person.id == person.id))
    assert said is VERDICT[type(finding)]
    return finding


def own(course: Course) -> frozenset[object]:
    """What is to be done: the person's own work in the course."""
    return frozenset({OwnWork(course.id)})


def test_not_enrolled_says_how_much_work_the_course_is(app: Flask) -> None:
    course, person = a_course("prevention"), a_person()
    rule = Completed(course.id)
    step = NextStep(Action.ENROL, "learn.course", (("slug", "prevention"),))
    assert found(rule, person) == Missing(
        rule, Reason.NOT_ENROLLED, HowFar(0, 4, Unit.ACTIVITIES, minutes=20), step, todo=own(course)
    )


def test_under_way_counts_what_is_done_against_the_edition_in_force(app: Flask) -> None:
    course, person = a_course("prevention"), a_person()
    lessons = [a.id for m in course.modules for a in m.activities]
    enrolment = an_enrolment(person, course, at=NOW - DAY, score=0.86)
    complete_activities(enrolment, [*lessons[:3], 9999])
    rule = Completed(course.id, min_score=70)
    step = NextStep(Action.RESUME, "learn.course", (("slug", "prevention"),))
    assert found(rule, person) == Missing(
        rule, Reason.UNDER_WAY, HowFar(3, 4, Unit.ACTIVITIES, 0.86, 5), step, todo=own(course)
    )


def test_a_course_that_is_not_published_has_no_next_step(app: Flask) -> None:
    course, person = a_draft(), a_person()
    finding = found(Completed(course.id), person)
    assert isinstance(finding, Missing)
    assert finding.next_step is None


def test_a_completion_is_evidence(app: Flask) -> None:
    course, person = a_course(), a_person()
    done = a_completion(person, course, at=NOW - 10 * DAY, score=0.8)
    rule = Completed(course.id, min_score=70, within_months=24)
    assert found(rule, person) == Met(rule, CompletionEvidence(course.id, done.completed_at, 0.8))


def test_a_completion_counts_from_its_moment_on(app: Flask) -> None:
    course, person = a_course(), a_person()
    a_completion(person, course, at=NOW)
    assert isinstance(found(Completed(course.id), person, NOW), Met)
    assert isinstance(found(Completed(course.id), person, NOW - timedelta(microseconds=1)), Missing)


@pytest.mark.parametrize(
    ("score", "enough"),
    [(0.7, True), (0.1 + 0.2 + 0.4, True), (0.7 - 1e-12, True), (0.6999, False), (None, False)],
)
def test_a_score_is_enough_when_the_page_would_say_so(app: Flask, score: float | None, enough: bool) -> None:
    course, person = a_course(), a_person()
    a_completion(person, course, at=NOW - DAY, score=score)
    finding = found(Completed(course.id, min_score=70), person)
    assert isinstance(finding, Met) is enough
    if isinstance(finding, Missing):
        assert finding.reason is Reason.SCORE_TOO_LOW
        assert finding.next_step is not None
        assert finding.next_step.action is Action.ATTEMPT_AGAIN


def test_the_sentence_says_the_threshold_that_is_judged(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    a_completion(person, course, at=NOW - DAY, score=0.692)
    rule, share = Completed(course.id, min_score=69.5), CityTrained(course.id, share=33.4)
    known = facts([person.id], NOW, rule)[person.id]
    with app.test_request_context():
        say = Wording(known.courses, "en")
        assert rule.sentence(say) == "Complete “The city’s part” with at least 69.5%"
        assert share.sentence(say).startswith("At least 33.4% of the practitioners")


def test_the_score_goes_on_rising_after_completion(app: Flask) -> None:
    course, person = a_course(), a_person()
    done = a_completion(person, course, at=NOW - 10 * DAY, score=0.6)
    _rise(done.enrolment_id, 0.9, NOW - DAY)
    rule = Completed(course.id, min_score=70)
    assert found(rule, person) == Met(rule, CompletionEvidence(course.id, done.completed_at, 0.9))
    # As of a day before the better attempt, only the score of the completion is known.
    assert isinstance(found(rule, person, NOW - 2 * DAY), Missing)


def test_the_score_of_a_renewal_under_way_does_not_count_for_an_earlier_cycle(app: Flask) -> None:
    course, person = a_course(), a_person()
    done = a_completion(person, course, at=NOW - 10 * DAY, score=0.6)
    _rise(done.enrolment_id, 0.9, NOW - DAY, cycle=2)
    assert isinstance(found(Completed(course.id, min_score=70), person), Missing)


def test_a_better_score_does_not_fall_by_a_worse_attempt(app: Flask) -> None:
    course, person = a_course(), a_person()
    done = a_completion(person, course, at=NOW - 10 * DAY, score=0.9)
    _rise(done.enrolment_id, 0.5, NOW - DAY)
    assert isinstance(found(Completed(course.id, min_score=70), person), Met)


# The first moment that counts, worked out by hand: calendar months; one too short for the day is left out.
@pytest.mark.parametrize(
    ("at", "months", "earliest"),
    [
        (datetime(2026, 3, 31, 9, tzinfo=UTC), 1, datetime(2026, 3, 1, tzinfo=UTC)),
        (datetime(2024, 3, 31, 9, tzinfo=UTC), 1, datetime(2024, 3, 1, tzinfo=UTC)),
        (datetime(2024, 2, 29, 9, tzinfo=UTC), 12, datetime(2023, 3, 1, tzinfo=UTC)),
        (datetime(2024, 2, 29, 9, tzinfo=UTC), 48, datetime(2020, 2, 29, 9, tzinfo=UTC)),
        (datetime(2026, 1, 15, 9, tzinfo=UTC), 2, datetime(2025, 11, 15, 9, tzinfo=UTC)),
        (datetime(2026, 12, 31, 9, tzinfo=UTC), 24, datetime(2024, 12, 31, 9, tzinfo=UTC)),
        (datetime(2026, 12, 31, 9, tzinfo=UTC), 6, datetime(2026, 7, 1, tzinfo=UTC)),
    ],
)
def test_months_before_are_calendar_months(app: Flask, at: datetime, months: int, earliest: datetime) -> None:
    city, course = a_city(), a_course()
    in_time = a_person(city=city, since=datetime(2015, 1, 1, tzinfo=UTC))
    too_early = a_person(city=a_city(), since=datetime(2015, 1, 1, tzinfo=UTC))
    a_completion(in_time, course, at=earliest)
    a_completion(too_early, course, at=earliest - timedelta(microseconds=1))
    for rule in (Completed(course.id, within_months=months), CityTrained(course.id, 1, within_months=months)):
        assert isinstance(found(rule, in_time, at), Met)
        assert isinstance(found(rule, too_early, at), Missing)


def test_what_was_long_ago_is_to_be_renewed(app: Flask) -> None:
    course, person = a_course(), a_person()
    done = a_completion(person, course, at=datetime(2020, 5, 1, tzinfo=UTC))
    finding = found(Completed(course.id, within_months=24), person)
    assert isinstance(finding, Missing)
    assert finding.reason is Reason.TOO_LONG_AGO
    assert finding.evidence == CompletionEvidence(course.id, done.completed_at, None)


def test_a_certificate_is_evidence_until_the_moment_it_expires(app: Flask) -> None:
    course, person = a_course(), a_person()
    expires = NOW + 5 * DAY
    held = a_certificate(person, course, at=NOW - DAY, expires_at=expires)
    rule = Certified(course.id)
    evidence = CertificateEvidence(course.id, held.code, NOW - DAY, expires)
    assert found(rule, person) == Met(rule, evidence)
    assert isinstance(found(rule, person, expires - timedelta(microseconds=1)), Met)
    finding = found(rule, person, expires)
    assert isinstance(finding, Missing)
    assert (finding.reason, finding.evidence) == (Reason.CERTIFICATE_EXPIRED, evidence)
    assert isinstance(found(rule, person, NOW - 2 * DAY), Missing)


def test_a_revoked_certificate_counts_only_as_of_before_that(app: Flask) -> None:
    course, person = a_course(), a_person()
    a_certificate(person, course, at=NOW - 10 * DAY, revoked_at=NOW - 3 * DAY)
    finding = found(Certified(course.id), person)
    assert isinstance(finding, Missing)
    assert finding.reason is Reason.CERTIFICATE_REVOKED
    assert isinstance(found(Certified(course.id), person, NOW - 4 * DAY), Met)


def test_a_completion_without_certificate_is_said(app: Flask) -> None:
    course, person = a_course(), a_person()
    a_completion(person, course, at=NOW - DAY)
    finding = found(Certified(course.id), person)
    assert isinstance(finding, Missing)
    assert finding.reason is Reason.NO_CERTIFICATE


RENEWABLE_FROM = NOW + 40 * DAY


@pytest.mark.parametrize(
    ("values", "barred", "said"),
    [
        ({"expires_at": NOW + 100 * DAY}, NotAgain(RENEWABLE_FROM), "It can be renewed from"),
        ({"expires_at": NOW + 60 * DAY}, None, "Last completed on"),
        ({"expires_at": NOW - DAY}, None, "Last completed on"),
        ({}, NotAgain(), "It cannot be taken again: ask the network’s secretariat."),
        (
            {"expires_at": NOW - DAY, "revoked_at": NOW - DAY},
            NotAgain(),
            "It cannot be taken again: ask the network’s secretariat.",
        ),
    ],
)
def test_what_was_long_ago_is_taken_again_only_where_it_can_be_renewed(
    app: Flask, values: dict[str, Any], barred: NotAgain | None, said: str
) -> None:
    course, person = a_course(), a_person()
    a_certificate(person, course, at=datetime(2020, 5, 1, tzinfo=UTC), **values)
    finding = found(Completed(course.id, within_months=24), person)
    assert isinstance(finding, Missing)
    assert (finding.barred, finding.next_step is None, finding.steps) == (barred, barred is not None, 1)
    with app.test_request_context():
        assert said in Wording({}, "en").evidence(finding)


def test_a_certificate_that_cannot_be_had_again_leads_nowhere(app: Flask) -> None:
    course = a_course()
    never, soon, gone = a_person(), a_person(), a_person()
    a_completion(never, course, at=NOW - DAY)
    a_certificate(soon, course, at=NOW - DAY, expires_at=NOW + 100 * DAY)
    a_certificate(gone, course, at=NOW - DAY, revoked_at=NOW - DAY)
    rule = Certified(course.id, valid_on=(NOW + 200 * DAY).date())
    for person, reason, barred in (
        (never, Reason.NO_CERTIFICATE, NotAgain()),
        (soon, Reason.EXPIRES_TOO_SOON, NotAgain(RENEWABLE_FROM)),
        (gone, Reason.CERTIFICATE_REVOKED, NotAgain()),
    ):
        finding = found(rule, person)
        assert isinstance(finding, Missing)
        assert (finding.reason, finding.barred, finding.next_step) == (reason, barred, None)
    finding = found(rule, soon, RENEWABLE_FROM)
    assert isinstance(finding, Missing)
    assert finding.barred is None
    assert finding.next_step is not None


def test_a_city_counts_each_person_once(app: Flask) -> None:
    city, course, other = a_city("Sfax"), a_course(), a_course()
    people = [a_person(city=city) for _ in range(4)]
    for person in people[:3]:
        a_completion(person, course, at=NOW - DAY)
    a_completion(people[3], other, at=NOW - DAY)
    a_completion(a_person(city=a_city()), course, at=NOW - DAY)
    ids = tuple(person.id for person in people[:3])
    rule = CityTrained(course.id, 3)
    assert found(rule, people[3]) == Met(rule, PeopleEvidence(course.id, city.id, ids))
    more = CityTrained(course.id, 4)
    finding = found(more, people[3])
    assert isinstance(finding, Missing)
    assert finding.how_far == HowFar(3, 4, Unit.PEOPLE)
    # Who has not taken it can; who has can only ask.
    assert finding.next_step is not None
    assert finding.next_step.action is Action.ENROL
    finding = found(more, people[0])
    assert isinstance(finding, Missing)
    assert finding.next_step is not None
    assert finding.next_step.action is Action.ASK_COLLEAGUE


def test_who_moved_counts_for_the_city_of_the_day(app: Flask) -> None:
    first, second, course = a_city(), a_city(), a_course()
    stays, goes = a_person(city=first), a_person(city=first)
    a_completion(goes, course, at=NOW - 30 * DAY)
    moved(goes, second, NOW - 10 * DAY)
    rule = CityTrained(course.id, 1)
    assert isinstance(found(rule, stays, NOW - 20 * DAY), Met)
    assert isinstance(found(rule, stays, NOW - 10 * DAY), Missing)
    assert isinstance(found(rule, goes, NOW), Met)


def test_without_a_city_a_citys_requirement_is_unknown(app: Flask) -> None:
    course, person = a_course(), a_person()
    rule = CityTrained(course.id, 1)
    assert found(rule, person) == Unknown(rule, Reason.NO_CITY, todo=frozenset({Reason.NO_CITY}))
    a_completion(a_person(city=a_city()), course, at=NOW - DAY)
    assert found(rule, person) == Unknown(rule, Reason.NO_CITY, todo=frozenset({Reason.NO_CITY}))


def test_facts_of_a_page_of_people_cost_one_statement(app: Flask, statements: list[str]) -> None:
    city, course = a_city(), a_course()
    people = [a_person(city=city) for _ in range(20)]
    for person in people[:7]:
        a_certificate(person, course, at=NOW - DAY)
    rule = CityTrained(course.id, 3)
    ids = [person.id for person in people]
    facts(ids[:1], NOW, rule)  # the edition is in the process's cache from here on
    statements.clear()
    known = facts(ids, NOW, rule)
    assert len(statements) == 1
    assert list(known) == ids
    assert len(known[ids[9]].colleagues[rule.course_id]) == 7


def test_a_graded_course_is_counted_with_its_test(app: Flask) -> None:
    course, person = a_course(questions=[a_choice_question()]), a_person()
    finding = found(Completed(course.id), person)
    assert isinstance(finding, Missing)
    assert finding.how_far == HowFar(0, 5, Unit.ACTIVITIES, minutes=30)


def test_who_lacks_only_the_score_that_the_course_asks_for_is_told_so(app: Flask) -> None:
    course, person = a_draft(questions=[a_choice_question()]), a_person()
    with unit_of_work():
        db.session.get_one(Course, course.id).settings = CourseSettings(min_score=70)
        db.session.flush()
        courses.publish(course_id=course.id, by=None)
    course = db.session.get_one(Course, course.id)
    enrolment = an_enrolment(person, course, at=NOW - DAY, score=0.55)
    complete_activities(enrolment, [a.id for m in course.modules for a in m.activities])
    finding = found(Completed(course.id), person)
    assert isinstance(finding, Missing)
    assert finding.how_far == HowFar(5, 5, Unit.ACTIVITIES, 0.55, 0, needed=0.7)
    with app.test_request_context():
        said = Wording({}, "en").evidence(finding)
    assert said == "Activities done, tests so far 55%: 70% is needed"


def _rise(enrolment_id: int, score: float, at: datetime, *, cycle: int = 1) -> None:
    with unit_of_work():
        db.session.add(RisenScore(enrolment_id=enrolment_id, cycle=cycle, score=score, at=at))
