"""The shortest way to yes, and what will not last: by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.formats import speaking_to
from app.core.transactions import unit_of_work
from app.courses.models import Course
from app.courses.outline import Admits, Audience
from app.extensions import db
from app.grants import queries
from app.grants.calls.call import Standing
from app.grants.eligibility.deadline import End, end_of
from app.grants.eligibility.way import Pace, Way, way_of
from app.grants.eligibility.way_words import change, period
from app.grants.eligibility.wording import Wording
from app.grants.judging.evidence import CertificateEvidence, CompletionEvidence
from app.grants.judging.findings import Action, Met, Missing, NotAdmitted, NotAgain, Reason
from app.grants.judging.lasting import until_close
from app.grants.judging.shapes import AttemptFact
from app.grants.rules import All, Any_, Certified, CityIn, CityTrained, Completed, MemberFor, Node, Passed
from app.progress.models import Enrolment, EnrolmentState
from tests.factories import a_choice_question, a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_call, a_certificate, a_completion, an_enrolment, complete_activities

CLOSES = datetime(2027, 1, 31, 17, 0, tzinfo=UTC)


def standing(rule: Node, person_id: int, *, closes_at: datetime = CLOSES) -> Standing:
    slug = a_call(rule, closes_at=closes_at).slug
    return queries.list_standings([queries.get_call(slug, NOW)], person_id, NOW)[0]


def way(rule: Node, person_id: int, pace: Pace | None = None) -> Way:
    found = way_of(standing(rule, person_id), pace or Pace())
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("pace", "days"),
    [
        (Pace(), 14),  # two hours at an hour a week
        (Pace(2, 7), 14),  # too little to tell a pace from
        (Pace(3, 7), 24),  # three a week
        (Pace(20, 56), 28),
        (Pace(40, 7), 2),
    ],
)
def test_how_long_ten_activities_of_two_hours_take(pace: Pace, days: int) -> None:
    assert pace.days_for(10, 120) == days


def test_a_pace_is_counted_from_the_first_activity_and_over_a_week_at_least() -> None:
    assert Pace.since(NOW - 3 * DAY, 4, NOW) == Pace(4, 7)
    assert Pace.since(NOW - 40 * DAY, 4, NOW) == Pace(4, 40)
    assert Pace.since(None, 0, NOW) == Pace()


def test_what_is_begun_comes_first_and_a_course_stands_once(app: Flask) -> None:
    new, begun = a_course("new"), a_course("begun", questions=[a_choice_question()])
    person = a_person(city=a_city())
    enrolment = an_enrolment(person, begun, at=NOW - DAY)
    complete_activities(enrolment, [a.id for a in begun.modules[0].activities])
    found = way(All(of=(Completed(new.id), Completed(begun.id, 70.0), Certified(new.id))), person.id)
    assert [(step.course.slug, len(step.leaves), step.activities, step.done) for step in found.courses] == [
        ("begun", 1, 3, 2),
        ("new", 2, 4, 0),
    ]
    assert found.minutes == sum(step.minutes for step in found.courses) > 0
    assert found.days == -(-found.minutes * 7 // 60)
    assert found.begin_by == CLOSES - timedelta(days=found.days)
    assert found.fits


def test_with_too_little_time_it_says_how_much_a_week_is_needed(app: Flask) -> None:
    course, person = a_course(modules=4, lessons=4), a_person(city=a_city())
    found = way_of(standing(Completed(course.id), person.id, closes_at=NOW + 8 * DAY), Pace())
    assert found is not None and found.minutes == 80
    assert (found.days, found.fits, found.days_left, found.minutes_a_week) == (10, False, 8, 70)


def test_a_score_too_low_is_a_test_again_and_no_course(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    a_completion(person, course, at=NOW - DAY, score=0.5)
    (step,) = way(Completed(course.id, 70.0), person.id).courses
    assert (step.again, step.minutes, step.activities) == (True, 0, 1)


def test_a_renewal_is_as_much_work_as_the_course(app: Flask) -> None:
    long, short = a_course(modules=4, lessons=10), a_course(modules=1, lessons=1)
    person = a_person(city=a_city())
    a_certificate(person, long, at=NOW - 300 * DAY, expires_at=NOW - DAY)
    found = standing(Any_(of=(Certified(long.id), Completed(short.id))), person.id)
    assert [step.course.id for step in way_of(found, Pace()).courses] == [short.id]  # type: ignore[union-attr]
    both = standing(All(of=(Certified(long.id), Completed(short.id))), person.id)
    assert both.minutes == way_of(both, Pace()).minutes > 200  # type: ignore[union-attr]
    trained = standing(Any_(of=(CityTrained(long.id, 1), Completed(short.id))), a_person(city=a_city()).id)
    assert [step.course.id for step in way_of(trained, Pace()).courses] == [short.id]  # type: ignore[union-attr]


def test_who_completed_a_course_and_left_it_cannot_take_it_again_by_coming_back(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    a_completion(person, course, at=NOW - 800 * DAY)
    rule = Completed(course.id, within_months=12)
    with unit_of_work():
        row = db.session.scalars(sa.select(Enrolment)).one()
        row.state, row.withdrawn_at = EnrolmentState.WITHDRAWN, NOW - 700 * DAY
    leaf = standing(rule, person.id).finding
    assert isinstance(leaf, Missing) and leaf.barred == NotAgain() and leaf.next_step is None


def test_a_course_that_does_not_take_somebody_in_is_no_step_of_theirs(app: Flask, client: FlaskClient) -> None:
    course, person = a_course("closed"), a_person(city=a_city())
    with unit_of_work():
        db.session.get_one(Course, course.id).audience = Audience(Admits.INVITED)
    found = standing(Completed(course.id), person.id)
    assert found.barred is not None and found.barred.barred == NotAdmitted()  # type: ignore[union-attr]
    assert way_of(found, Pace()) is None or not way_of(found, Pace()).courses  # type: ignore[union-attr]
    with clock.at(NOW):
        shown = signed_in(client, person).get(f"/grants/{found.call.slug}").get_data(as_text=True)
    assert "It does not take in everybody, and you are not among those" in shown
    assert "Enrol" not in shown and 'href="/courses/closed"' in shown
    an_enrolment(person, course, at=NOW - DAY)  # by somebody who may
    assert not standing(Completed(course.id), person.id).barred
    past = Any_(of=(Completed(course.id), Completed(a_course("open").id)))
    other = standing(past, a_person(city=a_city()).id)
    assert [step.course.slug for step in way_of(other, Pace()).courses] == ["open"]  # type: ignore[union-attr]


def test_people_of_the_city_are_a_step_of_its_own(app: Flask) -> None:
    course, city = a_course(), a_city()
    person, other = a_person(city=city), a_person(city=city)
    found = way(All(of=(CityTrained(course.id, 3), Completed(course.id))), person.id)
    assert [step.course.id for step in found.courses] == [course.id]
    assert [(step.people, step.course.id) for step in found.city] == [(3, course.id)]
    assert found.city[0].begin_by == CLOSES - timedelta(days=-(-course_minutes(found) * 7 // 60))
    a_completion(other, course, at=NOW - DAY)
    last = way(CityTrained(course.id, 2), person.id)
    assert last.city == ()  # the last one missing is the person
    assert [step.course.id for step in last.courses] == [course.id]


def course_minutes(found: Way) -> int:
    return found.city[0].course.minutes


def test_who_is_eligible_has_no_way_nor_has_anyone_once_it_is_closed(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    assert way_of(standing(Completed(course.id), person.id, closes_at=NOW - DAY), Pace()) is None
    a_completion(person, course, at=NOW - DAY)
    assert way_of(standing(Completed(course.id), person.id), Pace()) is None


def test_a_certificate_that_expires_before_the_call_closes_will_not_last(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    a_certificate(person, course, at=NOW - 30 * DAY, expires_at=NOW + 5 * DAY)
    found = standing(Certified(course.id), person.id)
    lasting = until_close(found)
    assert found.is_met and not lasting.holds
    change = lasting.of(found.finding)
    assert change is not None
    assert (change.is_loss, change.on) == (True, NOW + 5 * DAY)


def test_up_to_the_last_moment_it_is_open_it_must_be_valid(app: Flask) -> None:
    course = a_course()
    for expires_at, holds in ((CLOSES - timedelta(microseconds=1), False), (CLOSES, True)):
        person = a_person(city=a_city())
        a_certificate(person, course, at=NOW - 30 * DAY, expires_at=expires_at)
        assert until_close(standing(Certified(course.id), person.id)).holds is holds


def held(rule_of: Callable[[Node, Node], Node], ends: timedelta, **call: datetime) -> Standing:
    """Someone who has yet to take a course, and whose certificate of another ends so long from now."""
    course, other, person = a_course(), a_course(), a_person(city=a_city())
    a_certificate(person, other, at=NOW - 30 * DAY, expires_at=NOW + ends)
    slug = a_call(rule_of(Completed(course.id), Certified(other.id)), **call).slug
    return queries.list_standings([queries.get_call(slug, NOW)], person.id, NOW)[0]


def both(one: Node, other: Node) -> Node:
    return All(of=(one, other))


def test_what_is_left_is_to_be_done_before_what_is_met_ends(app: Flask) -> None:
    found = held(both, 5 * DAY)
    assert end_of(found) == End(NOW + 5 * DAY, in_vain=False, is_of_city=False)
    with clock.at(NOW), app.test_request_context():
        say = wording(found)
        assert say.consequence(found) == "Take “The city’s part” by 26 November, 11:00 Tunis time."
        assert say.lapse(found).startswith(
            "Not all that is met today will last until the call closes, so your city has to apply by 26 November, 11:00"
        )
        assert say.lapse(held(both, 500 * DAY)) == ""


def test_the_plan_ends_when_what_is_met_ends(app: Flask) -> None:
    course, other, person = a_course(), a_course(), a_person(city=a_city())
    a_certificate(person, other, at=NOW - 30 * DAY, expires_at=NOW + 20 * DAY)
    rule = All(of=(Completed(course.id), Certified(other.id)))
    found = way(rule, person.id)
    assert (found.until, found.begin_by) == (NOW + 20 * DAY, NOW + 20 * DAY - timedelta(days=found.days))
    assert way(Any_(of=rule.of), a_person(city=a_city()).id).until == CLOSES


def test_what_ends_and_is_not_needed_sets_no_day(app: Flask) -> None:
    instead = held(lambda one, other: All(of=(one, Any_(of=(other, CityIn())))), 5 * DAY)
    assert until_close(instead).changes and end_of(instead) is None


def test_what_ends_before_the_call_opens_is_in_vain(app: Flask) -> None:
    found = held(both, 5 * DAY, opens_at=NOW + 5 * DAY)
    assert end_of(found) == End(NOW + 5 * DAY, in_vain=True, is_of_city=False)
    with app.test_request_context():
        said = wording(found).consequence(found)
        assert said == "As things stand, something that is met today will no longer be met when the call opens."


def test_who_meets_it_is_told_until_when_by_what_they_meet(app: Flask) -> None:
    now, coming = (held(lambda _one, other: other, 20 * DAY, opens_at=NOW + days * DAY) for days in (-5, 5))
    with clock.at(NOW), app.test_request_context():
        said = [wording(found).consequence(found) for found in (now, coming)]
    assert said == [
        "By what you meet today, Sfax can apply until 11 December, 11:00 Tunis time.",
        "By what you meet today, Sfax can apply from 26 November, 11:00 Tunis time "
        "until 11 December, 11:00 Tunis time.",
    ]


def test_the_last_day_of_a_membership_is_by_when(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city("Sfax", left_on=date(2026, 12, 24)))
    alone, later = standing(Completed(course.id), person.id), a_call(Completed(course.id), opens_at=NOW + 40 * DAY)
    late = queries.list_standings([queries.get_call(later.slug, NOW)], person.id, NOW)[0]
    with clock.at(NOW), app.test_request_context():
        say = wording(alone)
        assert say.consequence(alone) == "Take “The city’s part” by 24 December, 01:00 Tunis time."
        assert say.lapse(alone) == (
            "Sfax is a member of the network only until the end of 23 December 2026, "
            "so it has to apply by 24 December, 01:00 Tunis time."
        )
        assert say.consequence(late) == (
            "Sfax is a member of the network only until the end of 23 December 2026, before this call opens."
        )
        a_completion(person, course, at=NOW - DAY)
        met = standing(Completed(course.id), person.id)
        assert say.consequence(met) == "Sfax can apply until 24 December, 01:00 Tunis time."


def test_a_course_taken_anew_meets_what_it_met_before_and_a_test_again_does_not(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    a_certificate(person, course, at=NOW - 400 * DAY, expires_at=NOW + 5 * DAY)
    anew = standing(both(Completed(course.id, within_months=12), Certified(course.id)), person.id)
    test = standing(both(Completed(course.id, 70.0), Certified(course.id)), person.id)
    assert end_of(anew) is None
    assert end_of(test) == End(NOW + 5 * DAY, in_vain=False, is_of_city=False)


def test_fewer_people_of_the_city_may_count_later_than_are_missing_today(app: Flask) -> None:
    course, city = a_course(), a_city()
    person, *others = (a_person(city=city) for _one in range(3))
    for other, days in zip(others, (360, 10), strict=True):
        a_completion(other, course, at=NOW - days * DAY)
    found = standing(CityTrained(course.id, 4, 12), person.id)
    end = end_of(found)
    assert end is not None and end.at.date() == date(2026, 11, 26)


def test_who_has_to_wait_for_the_city_has_until_what_is_met_ends(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city(joined_on=(NOW - 335 * DAY).date()))  # since 21 December 2025
    a_certificate(person, course, at=NOW - 30 * DAY, expires_at=NOW + 40 * DAY)
    rule = both(MemberFor(12), Certified(course.id))
    assert end_of(standing(rule, person.id)) == End(NOW + 40 * DAY, in_vain=False, is_of_city=False)


def test_months_that_run_out_say_until_when_it_counts(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    a_completion(person, course, at=datetime(2026, 1, 15, tzinfo=UTC))
    found = standing(Any_(of=(Completed(course.id, within_months=12), CityTrained(course.id, 1, 12))), person.id)
    lasting = until_close(found)
    assert not lasting.holds
    ends = datetime(2027, 1, 15, 0, 0, 0, 1, tzinfo=UTC)
    assert [(change.is_loss, change.on) for change in lasting.changes] == [(True, ends), (True, ends)]
    assert change(lasting.changes[0], "UTC") == "This is met until 15 January 2027 only, before the call closes."


def test_of_a_closed_call_nothing_changes_any_more(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    a_certificate(person, course, at=NOW - 30 * DAY, expires_at=NOW)
    assert until_close(standing(Certified(course.id), person.id, closes_at=NOW - DAY)).changes == ()


def test_periods_in_words(app: Flask) -> None:
    assert [period(days) for days in (0, 1, 10, 11, 14, 15)] == [
        "about 1 day",
        "about 1 day",
        "about 10 days",
        "about 2 weeks",
        "about 2 weeks",
        "about 3 weeks",
    ]


def test_what_time_brings_before_the_call_closes_is_not_out_of_reach(app: Flask) -> None:
    course = a_course()
    rule = All(of=(MemberFor(12), Completed(course.id)))
    person = a_person(city=a_city(joined_on=(NOW - 335 * DAY).date()))  # since 21 December 2025
    soon, late = standing(rule, person.id), standing(rule, person.id, closes_at=NOW + 5 * DAY)
    assert (soon.is_out_of_reach, soon.waits_until) == (False, datetime(2026, 12, 21, tzinfo=UTC))
    assert (late.is_out_of_reach, late.waits_until) == (True, None)
    found = way_of(soon, Pace())
    assert found is not None and [step.course.id for step in found.courses] == [course.id]
    assert way_of(late, Pace()) is None


def test_an_attempt_that_waits_for_its_marks_is_nothing_to_do(app: Flask) -> None:
    course, person = a_course(questions=[a_choice_question()]), a_person(city=a_city())
    an_enrolment(person, course, at=NOW - 9 * DAY)
    quiz = course.modules[-1].activities[-1].id
    rule = Passed(quiz, 50.0)
    found = standing(rule, person.id)

    def after(*attempts: AttemptFact) -> Standing:
        facts = replace(found.facts, attempts={quiz: attempts})
        return replace(found, facts=facts, finding=rule.check(facts, NOW))

    low, waiting = AttemptFact(NOW - 3 * DAY, 0.2), AttemptFact(NOW - DAY, None)
    again, waits = after(low).next, after(low, waiting).next
    assert isinstance(again, Missing) and isinstance(waits, Missing)
    assert again.reason is Reason.SCORE_TOO_LOW
    assert again.next_step is not None and again.next_step.action is Action.ATTEMPT_AGAIN
    assert (waits.reason, waits.next_step) == (Reason.WAITS_FOR_MARKS, None)
    way = way_of(after(low, waiting), Pace())
    assert way is not None and way.courses == () and way.others == (waits,)
    with app.test_request_context():
        say = Wording(found.facts.courses, "en", quizzes=found.facts.quizzes)
        assert say.consequence(after(waiting)) == "Handed in on 20 November 2026: it waits for its marks"


def test_what_cannot_be_taken_again_is_no_work_to_plan(app: Flask) -> None:
    course, other, person = a_course(), a_course(), a_person(city=a_city())
    a_completion(person, course, at=NOW - 2000 * DAY)
    found = way(All(of=(Completed(course.id, within_months=12), Completed(other.id))), person.id)
    assert [step.course.id for step in found.courses] == [other.id]
    assert [leaf.reason for leaf in found.others] == [Reason.TOO_LONG_AGO]
    assert standing(Completed(course.id, within_months=12), person.id).steps == 1


def test_the_page_offers_no_renewal_that_nobody_can_take(app: Flask, client: FlaskClient) -> None:
    course, person = a_course("prevention"), a_person(city=a_city())
    a_completion(person, course, at=NOW - 2000 * DAY)
    a_call(Completed(course.id, within_months=12), slug="late", closes_at=CLOSES)
    signed_in(client, person)
    with clock.at(NOW):
        for address in ("/grants", "/grants/late"):
            html = client.get(address, follow_redirects=True).get_data(as_text=True)
            assert "It cannot be taken again: ask the network’s secretariat." in html
            assert "Renew “" not in html
            assert "Open the course" not in html


@pytest.mark.parametrize("zone", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_the_days_of_a_certificate_are_those_that_it_says_itself(app: Flask, zone: str) -> None:
    issued, ends = datetime(2026, 11, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, 12, tzinfo=UTC)
    held = CertificateEvidence(1, "0123456789ABC", issued, ends, revoked_at=ends)
    completed = Met(Completed(1), CompletionEvidence(1, issued, None))
    with app.test_request_context(), speaking_to("en", zone):
        say, of_another = Wording({}, "en"), Wording({}, "en", of_another=True)
        assert str(say.evidence(Met(Certified(1), held))).endswith(", 1 November 2026, valid until 1 January 2027")
        expired = Missing(Certified(1), Reason.CERTIFICATE_EXPIRED, evidence=held)
        assert str(say.evidence(expired)).endswith("expired on 1 January 2027")
        revoked = Missing(Certified(1), Reason.CERTIFICATE_REVOKED, evidence=held)
        assert str(say.evidence(revoked)).endswith("was revoked on 1 January 2027")
        here = "31 October 2026" if zone == "Pacific/Pago_Pago" else "1 November 2026"
        assert say.evidence(completed) == f"Completed on {here}"  # by the clocks of who completed it
        assert of_another.evidence(completed) == "Completed on 1 November 2026"


def test_the_reason_why_nothing_can_be_done_is_said_in_every_place(app: Flask, client: FlaskClient) -> None:
    course, other, person = a_course("prevention"), a_course("schools"), a_person(city=a_city())
    a_certificate(person, course, at=NOW - 9 * DAY, expires_at=NOW + 90 * DAY)
    soon = Certified(course.id, valid_on=(NOW + 100 * DAY).date())
    alone, with_more = standing(soon, person.id), standing(All(of=(soon, Completed(other.id))), person.id)
    with app.test_request_context():
        say = Wording(alone.facts.courses | with_more.facts.courses, "en")
        reason = str(say.evidence(alone.finding))
        assert reason.endswith(" is valid only until 19 February 2027. It can be renewed from 21 December 2026.")
        assert say.consequence(alone) == say.in_short(alone) == reason
        assert say.effort(alone) == ""
        said = say.consequence(with_more)
    assert said.startswith("Hold a certificate in “") and said.endswith(
        f". {reason} Finish what else is left by 31 January 2027, 18:00 Tunis time."
    )
    signed_in(client, person)
    with clock.at(NOW):
        html = client.get("/grants").get_data(as_text=True)
    assert html.count("It can be renewed from 21 December 2026.") == 2
    assert "<bdi>" in html and "&lt;" not in html


def test_nobody_is_sent_to_finish_what_else_is_left_where_nothing_can_be_done(app: Flask) -> None:
    one, two, person = a_course("prevention"), a_course("schools"), a_person(city=a_city())
    for course in (one, two):
        a_certificate(person, course, at=NOW - 9 * DAY, expires_at=NOW + 90 * DAY)
    soon = [Certified(course.id, valid_on=(NOW + 100 * DAY).date()) for course in (one, two)]
    both = standing(All(of=tuple(soon)), person.id)
    with app.test_request_context():
        said = wording(both).consequence(both)
        assert said.startswith("Hold a certificate in “") and said.endswith("It can be renewed from 21 December 2026.")
        assert wording(both).in_short(both).endswith("It can be renewed from 21 December 2026.")


def test_who_waits_for_the_city_and_a_bar_is_told_of_both(app: Flask) -> None:
    course, other = a_course("prevention"), a_course("schools")
    person = a_person(city=a_city(joined_on=(NOW - 335 * DAY).date()))
    a_certificate(person, course, at=NOW - 9 * DAY, expires_at=NOW + 90 * DAY)
    soon = Certified(course.id, valid_on=(NOW + 100 * DAY).date())
    stuck = standing(All(of=(MemberFor(12), soon)), person.id)
    free = standing(All(of=(MemberFor(12), soon, Completed(other.id))), person.id)
    with app.test_request_context():
        said, with_more = wording(stuck).consequence(stuck), wording(free).consequence(free)
    assert said.startswith("It will be open to ")
    assert "until 31 January 2027, 18:00 Tunis time. Hold a certificate in “" in said
    assert said.endswith("It can be renewed from 21 December 2026.")
    assert with_more == f"{said} Finish what else is left by 31 January 2027, 18:00 Tunis time."


def wording(standing: Standing) -> Wording:
    return Wording(standing.facts.courses, "en", city="Sfax")


def test_a_course_that_is_no_longer_published_is_no_work_to_plan(app: Flask) -> None:
    gone, other, person = a_course("gone"), a_course("schools"), a_person(city=a_city())
    rule = All(of=(Completed(gone.id), Completed(other.id)))
    known = standing(rule, person.id)
    courses = {**known.facts.courses, gone.id: replace(known.facts.courses[gone.id], is_published=False)}
    facts = replace(known.facts, courses=courses)
    found = way_of(replace(known, facts=facts, finding=rule.check(facts, NOW)), Pace())
    assert found is not None and [step.course.slug for step in found.courses] == ["schools"]
    with app.test_request_context():
        said = str(Wording({}, "en").evidence(found.others[0]))
    assert said.endswith(". It is not offered now: ask the network’s secretariat.")


def test_people_of_the_city_are_one_step_however_many_requirements_ask_for_them(app: Flask) -> None:
    course, person = a_course(), a_person(city=a_city())
    (step,) = way(All(of=(CityTrained(course.id, 2, 12), CityTrained(course.id, 4))), person.id).city
    assert step.people == 4
