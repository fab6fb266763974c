"""When and for whom a quiz is open: in force at once, audited, and felt by the attempts under way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from app.auth.models import Person, Role
from app.core import clock
from app.core.errors import NotFound
from app.core.models import AuditEvent
from app.core.transactions import unit_of_work
from app.courses import services
from app.courses.errors import EditedMeanwhile
from app.courses.models import Activity, Course
from app.extensions import db
from app.progress import services as progress
from app.progress.models import Enrolment, EnrolmentState
from app.quizzes.attempts.timing import Allowance, deadline
from app.quizzes.delivery import queries as delivery_queries
from app.quizzes.delivery import services as delivery_services
from app.quizzes.delivery.queries import Delivery
from app.quizzes.models import Attempt, AttemptState, Extension, Quiz
from app.quizzes.settings import QuizSettings
from tests.at_once import at_once
from tests.factories import a_city, a_person, signed_in
from tests.pages import check_page, read_page

from .studio import Desk, a_colleague, a_desk, count, post

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CLOSES = NOW + timedelta(hours=2)
LIMIT = QuizSettings(pass_mark=70, attempts=2, time_limit=1800)


@pytest.fixture(autouse=True)
def at_noon(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    with clock.at(NOW):
        yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def desk(app: Flask) -> Desk:
    made = a_desk("First?", quiz=LIMIT)
    with unit_of_work():
        services.publish(course_id=made.course_id, by=None)
    return made


@pytest.fixture
def teaching(client: FlaskClient, desk: Desk) -> FlaskClient:
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == desk.trainer.id).values(time_zone="Europe/Brussels"))
    return signed_in(client, desk.trainer)


def delivery(desk: Desk) -> str:
    return f"{desk.quiz}/delivery"


def where(desk: Desk) -> dict[str, int]:
    return {"course_id": desk.course_id, "activity_id": desk.quiz_id, "by": desk.trainer.id}


@dataclass(frozen=True)
class Sat:
    """Somebody enrolled, with an attempt under way since `NOW`."""

    person: Person
    attempt: int

    @property
    def due_at(self) -> datetime | None:
        db.session.rollback()
        due: datetime | None = db.session.scalars(sa.select(Attempt.due_at).where(Attempt.id == self.attempt)).one()
        db.session.rollback()
        return due


def enrolled(desk: Desk, name: str = "Amina Trabelsi", **values: Any) -> Person:
    person = a_person(name, **values)
    with unit_of_work():
        progress.enrol(person=person, course_id=desk.course_id)
    return person


def sitting(desk: Desk, name: str = "Amina Trabelsi", *, state: AttemptState = AttemptState.OPEN, **values: Any) -> Sat:
    person = enrolled(desk, name, **values)
    with unit_of_work():
        enrolment = db.session.scalars(sa.select(Enrolment).where(Enrolment.person_id == person.id)).one()
        edition = db.session.scalars(sa.select(Course.edition_id).where(Course.id == desk.course_id)).one()
        attempt = Attempt(
            enrolment_id=enrolment.id, cycle=1, activity_id=desk.quiz_id, number=1, edition_id=edition, language="en",
            state=state, started_at=NOW, due_at=NOW + timedelta(minutes=30), slots=[],
        )  # fmt: skip
        db.session.add(attempt)
        db.session.flush()
        made = attempt.id
    return Sat(person, made)


def change(desk: Desk, wanted: Delivery, before: Delivery | None = None) -> None:
    with unit_of_work():
        delivery_services.change_delivery(**where(desk), delivery=wanted, before=before or stands(desk))


def stands(desk: Desk) -> Delivery:
    with unit_of_work():
        return delivery_queries.delivery_of(delivery_queries.get_quiz(desk.course_id, desk.quiz_id))


def give(desk: Desk, allowance: Allowance, reason: str = "Ill.", **whom: Any) -> int:
    with unit_of_work():
        return delivery_services.give_extension(**where(desk), allowance=allowance, reason=reason, **whom).id


def withdraw(desk: Desk, extension_id: int) -> None:
    with unit_of_work():
        delivery_services.withdraw_extension(**where(desk), extension_id=extension_id)


def audited(action: str) -> list[dict[str, Any]]:
    db.session.rollback()
    found = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == action).order_by(AuditEvent.id)).all()
    details = [event.details for event in found]
    db.session.rollback()
    return details


# --- the deadline ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "closes", "allowance", "minutes"),
    [
        (None, None, Allowance(), None),
        (None, None, Allowance(600, CLOSES), None),  # what has no end needs no extension
        (30, None, Allowance(), 30),
        (30, None, Allowance(600), 40),
        (30, 20, Allowance(), 20),
        (30, 20, Allowance(600), 20),  # more time does not keep the quiz open
        (30, 20, Allowance(0, NOW + timedelta(minutes=25)), 25),
        (30, 20, Allowance(0, NOW + timedelta(minutes=45)), 30),
        (30, 20, Allowance(900, NOW + timedelta(minutes=60)), 45),
        (None, 20, Allowance(600), 20),
        (30, 20, Allowance(0, NOW + timedelta(minutes=5)), 20),  # an extension takes nothing away
    ],
)
def test_when_an_attempt_ends(limit: int | None, closes: int | None, allowance: Allowance, minutes: int | None) -> None:
    settings = QuizSettings(time_limit=limit and limit * 60)
    closes_at = None if closes is None else NOW + timedelta(minutes=closes)
    ends = deadline(NOW, settings, closes_at, allowance)
    assert ends == (None if minutes is None else NOW + timedelta(minutes=minutes))


spans = st.integers(1, 5000)


@given(st.none() | spans, st.none() | spans, st.integers(0, 5000), st.none() | spans)
def test_more_is_never_less(limit: int | None, closes: int | None, more: int, later: int | None) -> None:
    settings = QuizSettings(time_limit=limit)
    closes_at = None if closes is None else NOW + timedelta(seconds=closes)
    given_to = Allowance(more, None if later is None else NOW + timedelta(seconds=later))
    without, with_it = deadline(NOW, settings, closes_at, Allowance()), deadline(NOW, settings, closes_at, given_to)
    assert (without is None) == (with_it is None)
    assert without is None or (with_it is not None and with_it >= without)


# --- services ---------------------------------------------------------------------------------------------


def test_a_closing_time_reaches_attempts_under_way_and_no_others(desk: Desk) -> None:
    here, done = sitting(desk), sitting(desk, state=AttemptState.SUBMITTED)
    change(desk, Delivery(closes_at=NOW + timedelta(minutes=20)))
    assert here.due_at == NOW + timedelta(minutes=20)
    assert done.due_at == NOW + timedelta(minutes=30)
    change(desk, Delivery(closes_at=CLOSES, access_code="streets"))
    assert here.due_at == NOW + timedelta(minutes=30)
    assert audited("quiz.delivery")[1] == {
        "course": desk.course_id, "opens_at": None, "closes_at": CLOSES.isoformat(), "code": True,
        "code_changed": True,
    }  # fmt: skip


def test_a_deadline_is_never_moved_into_the_past(desk: Desk) -> None:
    here = sitting(desk)
    with clock.at(NOW + timedelta(minutes=10)):
        change(desk, Delivery(closes_at=NOW))
        assert here.due_at == NOW + timedelta(minutes=10)
    with clock.at(NOW + timedelta(minutes=15)):  # it is over: nothing gives it a new end but more time
        change(desk, Delivery(closes_at=NOW + timedelta(minutes=1)))
        assert here.due_at == NOW + timedelta(minutes=1)


def test_the_time_limit_is_that_of_the_edition_it_was_begun_on(desk: Desk) -> None:
    here = sitting(desk)
    with unit_of_work():
        quiz = db.session.get_one(Quiz, desk.quiz_id)
        quiz.settings = QuizSettings(time_limit=60)
        db.session.flush()
        services.publish(course_id=desk.course_id, by=None)
    give(desk, Allowance(600), person_id=here.person.id)
    assert here.due_at == NOW + timedelta(minutes=40)


def test_an_extension_for_a_person_and_for_a_city(desk: Desk) -> None:
    ghent, mombasa = a_city("Ghent"), a_city("Mombasa")
    amina, lena, juma = (
        sitting(desk, city=ghent),
        sitting(desk, "Lena", city=ghent),
        sitting(desk, "Juma", city=mombasa),
    )
    give(desk, Allowance(600), person_id=amina.person.id)
    of_city = give(desk, Allowance(300, attempts=1), city_id=ghent.id)
    minutes = [(sat.due_at - NOW).seconds // 60 for sat in (amina, lena, juma) if sat.due_at]
    assert minutes == [40, 35, 30]  # of several, each part at its most generous
    withdraw(desk, of_city)
    assert lena.due_at == NOW + timedelta(minutes=30)
    assert amina.due_at == NOW + timedelta(minutes=40)
    withdraw(desk, of_city)  # once more: nothing
    assert [row["extension"] for row in audited("quiz.withdraw_extension")] == [of_city]
    assert [row["extension"] for row in audited("quiz.extend")] == [1, 2]
    assert count(Extension) == 2  # withdrawn, never deleted


def test_the_same_twice_is_one(desk: Desk) -> None:
    person = enrolled(desk)
    first = give(desk, Allowance(600), person_id=person.id)
    assert give(desk, Allowance(600), person_id=person.id) == first
    withdraw(desk, first)
    assert give(desk, Allowance(600), person_id=person.id) != first


def test_only_who_is_enrolled_and_what_is_there(desk: Desk) -> None:
    stranger = a_person()
    other = a_desk("Theirs?")
    with pytest.raises(NotFound):
        give(desk, Allowance(600), person_id=stranger.id)
    with pytest.raises(NotFound):
        give(desk, Allowance(600), city_id=999)
    extension = give(desk, Allowance(600), person_id=enrolled(desk).id)
    with pytest.raises(NotFound):
        withdraw(other, extension)
    with unit_of_work(), pytest.raises(NotFound):
        delivery_services.withdraw_extension(
            course_id=desk.course_id, activity_id=other.quiz_id, extension_id=extension, by=desk.trainer.id
        )


def test_of_two_who_change_it_the_second_is_told(desk: Desk) -> None:
    seen = stands(desk)
    change(desk, Delivery(closes_at=CLOSES), seen)
    with pytest.raises(EditedMeanwhile):
        change(desk, Delivery(access_code="streets"), seen)
    change(desk, Delivery(closes_at=CLOSES), seen)  # the same as theirs is no conflict
    assert len(audited("quiz.delivery")) == 1


def test_the_draft_does_not_change_with_it(desk: Desk) -> None:
    db.session.rollback()
    version = db.session.scalars(sa.select(Activity.version_id).where(Activity.id == desk.quiz_id)).one()
    change(desk, Delivery(closes_at=CLOSES, access_code="streets"))
    db.session.rollback()
    assert db.session.scalars(sa.select(Activity.version_id).where(Activity.id == desk.quiz_id)).one() == version
    db.session.rollback()


def test_a_quiz_that_practitioners_still_have_is_still_opened_and_closed(desk: Desk) -> None:
    with unit_of_work():
        db.session.execute(sa.update(Activity).where(Activity.id == desk.quiz_id).values(removed_at=NOW))
    change(desk, Delivery(closes_at=CLOSES))
    other = a_desk("Never published?")
    with unit_of_work():
        db.session.execute(sa.update(Activity).where(Activity.id == other.quiz_id).values(removed_at=NOW))
    with unit_of_work(), pytest.raises(NotFound):
        delivery_queries.get_quiz(other.course_id, other.quiz_id)


def test_at_once_one_change_wins_and_the_same_extension_is_given_once(app: Flask, desk: Desk) -> None:
    here = sitting(desk)
    browsers = [signed_in(app.test_client(), desk.trainer) for _window in range(4)]
    fields = {"whom": "person", "who": here.person.email or "", "minutes": "10", "reason": "Ill."}
    answers = at_once([partial(b.post, f"{delivery(desk)}/extensions", data=fields) for b in browsers])
    assert [answer.status_code for answer in answers] == [303] * 4
    assert count(Extension) == 1
    codes = [{"before": "{}", "access_code": f"code {n}"} for n in range(4)]
    answers = at_once([partial(b.post, delivery(desk), data=d) for b, d in zip(browsers, codes, strict=True)])
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]


# --- the page ------------------------------------------------------------------------------------------------


def shown(client: FlaskClient, desk: Desk) -> str:
    response = client.get(delivery(desk))
    assert response.status_code == 200
    assert check_page(response.text) == []
    return response.text


def fields_of(html: str) -> dict[str, str]:
    """What the form of the dates and the code would send."""
    page = read_page(html)
    found: dict[str, str] = {}
    for element in page.all("input"):
        if any(parent.attributes.get("action", "").endswith("/delivery") for parent in element.parents):
            found[element.attributes.get("name", "")] = element.attributes.get("value", "")
    found.pop("csrf_token", None)
    return found


def test_dates_are_by_the_clocks_of_who_types_them(teaching: FlaskClient, desk: Desk) -> None:
    html = shown(teaching, desk)
    assert "Open to everyone who is enrolled, at any time" in html and "clocks of Brussels" in html
    fields = fields_of(html) | {
        "opens_at": "2026-12-01T08:00",
        "closes_at": "2026-12-03T18:00",
        "access_code": "  Old  town ",
    }
    assert post(teaching, delivery(desk), **fields).status_code == 303
    assert stands(desk) == Delivery(
        datetime(2026, 12, 1, 7, tzinfo=UTC), datetime(2026, 12, 3, 17, tzinfo=UTC), "Old town"
    )
    html = shown(teaching, desk)
    assert "Opens 1 December, 08:00 Brussels time" in html and "Closes 3 December, 18:00 Brussels time" in html
    assert fields_of(html)["closes_at"] == "2026-12-03T18:00" and fields_of(html)["access_code"] == "Old town"
    assert "Closes 3 December, 18:00 Brussels time" in teaching.get(desk.quiz).text
    # A profile that moves on meanwhile moves no date that was shown by the old clocks.
    with unit_of_work():
        db.session.execute(sa.update(Person).where(Person.id == desk.trainer.id).values(time_zone="Africa/Nairobi"))
    assert post(teaching, delivery(desk), **fields_of(html)).status_code == 303
    assert stands(desk).closes_at == datetime(2026, 12, 3, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"closes_at": "2027-03-28T02:30"}, "The clocks jump over this time on that day, so it never comes."),
        ({"opens_at": "soon"}, "Write a date and a time, as 2026-12-03T18:00."),
        ({"opens_at": "2026-12-03T18:00", "closes_at": "2026-12-03T18:00"}, "It would close before it opens."),
        ({"access_code": "abc"}, "At least 4 characters, so that nobody guesses it."),
        ({"access_code": "x" * 81}, "At most 80 characters."),
    ],
)
def test_dates_that_cannot_be_are_refused_and_kept(
    teaching: FlaskClient, desk: Desk, typed: dict[str, str], message: str
) -> None:
    refused = post(teaching, delivery(desk), **(fields_of(shown(teaching, desk)) | typed))
    assert refused.status_code == 422
    assert check_page(refused.text) == []
    assert message in refused.text
    assert fields_of(refused.text).items() >= typed.items()
    assert stands(desk) == Delivery()


def test_a_time_that_comes_twice_is_the_longer_and_stays_what_it_is(teaching: FlaskClient, desk: Desk) -> None:
    fields = fields_of(shown(teaching, desk)) | {"opens_at": "2027-10-31T02:30", "closes_at": "2027-10-31T02:30"}
    post(teaching, delivery(desk), **fields)
    first, second = datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert stands(desk) == Delivery(first, second)
    html = shown(teaching, desk)
    assert "that time comes twice" in html
    assert "02:30 Brussels time (UTC+0200)" in html and "02:30 Brussels time (UTC+0100)" in html
    change(desk, Delivery(None, first))  # somebody elsewhere means the first
    fields = fields_of(shown(teaching, desk)) | {"access_code": "streets"}
    post(teaching, delivery(desk), **fields)
    assert stands(desk) == Delivery(None, first, "streets")


def test_two_at_the_dates(app: Flask, teaching: FlaskClient, desk: Desk) -> None:
    colleague = signed_in(app.test_client(), a_colleague(desk))
    mine, theirs = fields_of(shown(teaching, desk)), fields_of(shown(colleague, desk))
    assert post(colleague, delivery(desk), **(theirs | {"closes_at": "2026-12-03T18:00"})).status_code == 303
    meanwhile = post(teaching, delivery(desk), **(mine | {"access_code": "streets"}))
    assert meanwhile.status_code == 409
    assert check_page(meanwhile.text) == []
    assert "Closes 3 December, 19:00 Brussels time" in meanwhile.text  # theirs was typed in UTC
    again = fields_of(meanwhile.text)
    assert (again["access_code"], again["closes_at"]) == ("streets", "")
    assert post(teaching, delivery(desk), **again).status_code == 303
    assert stands(desk) == Delivery(access_code="streets")


def extend(client: FlaskClient, desk: Desk, **fields: str) -> Any:
    sent = {"whom": "person", "zone": "Europe/Brussels", "reason": "Was ill.", **fields}
    response = client.post(f"{delivery(desk)}/extensions", data=sent)
    assert response.status_code == 303 or check_page(response.text) == []
    return response


def given_to(desk: Desk) -> list[tuple[int | None, int | None, int, datetime | None, int]]:
    db.session.rollback()
    rows = db.session.scalars(sa.select(Extension).order_by(Extension.id)).all()
    found = [(e.person_id, e.city_id, e.seconds, e.closes_at, e.attempts) for e in rows]
    db.session.rollback()
    return found


def test_a_person_is_found_by_address_or_name_and_chosen_among_several(teaching: FlaskClient, desk: Desk) -> None:
    change(desk, Delivery(closes_at=CLOSES))
    ghent = a_city("Ghent")
    amina = enrolled(desk, email="amina@ghent.example", city=ghent)
    other = enrolled(desk, "Aminata Trabelsi")
    a_person("Amina Stranger")
    assert extend(teaching, desk, who=" Amina@GHENT.example", minutes="7,5").status_code == 303
    asked = extend(teaching, desk, who="trabelsi amina", attempts="2", closes_at="2026-12-03T18:00")
    assert asked.status_code == 422
    assert "Several people have this name. Choose one." in asked.text
    choices = [e for e in read_page(asked.text).all("input") if e.attributes.get("name") == "person"]
    assert [e.attributes["value"] for e in choices] == [str(amina.id), str(other.id)]
    assert "Amina Trabelsi · amina@ghent.example · Ghent, Norway" in asked.text
    kept = {e.attributes.get("name"): e.attributes.get("value") for e in read_page(asked.text).all("input")}
    assert (kept["who"], kept["attempts"]) == ("trabelsi amina", "2")
    chosen = extend(
        teaching, desk, who="trabelsi amina", person=str(other.id), attempts="2", closes_at="2026-12-03T18:00"
    )
    assert chosen.status_code == 303
    closing = datetime(2026, 12, 3, 17, tzinfo=UTC)
    assert given_to(desk) == [(amina.id, None, 450, None, 0), (other.id, None, 0, closing, 2)]
    html = shown(teaching, desk)
    assert "Given to Aminata Trabelsi, and in force." in html
    assert "2 attempts more and closing 3 December, 18:00 Brussels time" in html
    assert "7 min 30 s more" in html and "Was ill." in html and "Stian Halvorsen" in html
    assert post(teaching, f"{delivery(desk)}/extensions/1/withdrawal").status_code == 303
    assert "1 withdrawn" in shown(teaching, desk)


def test_a_city(teaching: FlaskClient, desk: Desk) -> None:
    ghent = a_city("Ghent")
    assert extend(teaching, desk, whom="city", city=str(ghent.id), minutes="15").status_code == 303
    assert given_to(desk) == [(None, ghent.id, 900, None, 0)]
    assert "Ghent, Norway" in shown(teaching, desk)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"minutes": "10"}, "Write a name or an e-mail address."),
        ({"who": "nobody", "minutes": "10"}, "Nobody who is enrolled has this name or address."),
        ({"who": "amina", "minutes": "10", "person": "99999"}, None),  # not enrolled: what was typed decides
        ({"who": "amina"}, "Give more time, a later closing or more attempts."),
        ({"who": "amina", "minutes": "0"}, "Write a number from 1 to 1440."),
        ({"who": "amina", "attempts": "101"}, "Write a whole number from 1 to 100."),
        ({"who": "amina", "minutes": "10", "reason": " "}, "Write why: whoever reads the list should"),
        ({"who": "amina", "minutes": "10", "reason": "x" * 501}, "At most 500 characters."),
        (
            {"who": "amina", "closes_at": "2026-12-03T18:00"},
            "The quiz does not close, so nobody needs a later closing.",
        ),
        ({"who": "amina", "closes_at": "never"}, "Write a date and a time"),
        ({"whom": "city", "minutes": "10"}, "Choose a city from the list."),
        ({"whom": "city", "city": "99", "minutes": "10"}, "Choose a city from the list."),
        ({"whom": "everybody", "who": "amina", "minutes": "10"}, "Choose one."),
    ],
)
def test_extensions_that_cannot_be_are_refused(
    teaching: FlaskClient, desk: Desk, typed: dict[str, str], message: str | None
) -> None:
    enrolled(desk)
    answer = extend(teaching, desk, **typed)
    assert answer.status_code == (422 if message else 303)
    assert message is None or message in answer.text
    assert len(given_to(desk)) == (0 if message else 1)


def test_what_is_not_limited_needs_no_extension(app: Flask, client: FlaskClient) -> None:
    desk = a_desk("First?")
    signed_in(client, desk.trainer)
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)
    enrolled(desk)
    refused = extend(client, desk, who="amina", minutes="10", attempts="1")
    assert refused.status_code == 422
    assert "The quiz has no time limit" in refused.text and "as many attempts as people want already" in refused.text
    change(desk, Delivery(closes_at=CLOSES))
    early = extend(client, desk, who="amina", closes_at="2026-11-28T15:00")  # 14:00 UTC, as for everybody
    assert "The quiz is open until then for everybody." in early.text


def test_who_left_is_not_found_and_a_crowd_is_not_listed(teaching: FlaskClient, desk: Desk) -> None:
    gone = enrolled(desk, "Gone Away")
    with unit_of_work():
        db.session.execute(
            sa.update(Enrolment).where(Enrolment.person_id == gone.id).values(state=EnrolmentState.WITHDRAWN)
        )
    assert "Nobody who is enrolled" in extend(teaching, desk, who="gone", minutes="10").text
    for number in range(delivery_queries.MOST_FOUND + 1):
        enrolled(desk, f"Juma {number}")
    assert "Many people have this name." in extend(teaching, desk, who="juma", minutes="10").text


@pytest.mark.parametrize(
    ("part", "role", "status"),
    [
        ("lead", Role.TRAINER, 303),
        ("author", Role.TRAINER, 303),
        ("translator", Role.TRAINER, 403),
        (None, Role.TRAINER, 404),
    ],
)
def test_who_may(app: Flask, client: FlaskClient, desk: Desk, part: str | None, role: Role, status: int) -> None:
    signed_in(client, a_colleague(desk, part) if part else a_person(roles=(role,)))
    enrolled(desk)
    fields = {"whom": "person", "who": "amina", "minutes": "10", "reason": "Ill."}
    assert client.get(delivery(desk)).status_code == (200 if status == 303 else status)
    assert post(client, f"{delivery(desk)}/extensions", **fields).status_code == status
    assert post(client, delivery(desk), before="{}", access_code="streets").status_code == status
    assert post(client, f"{delivery(desk)}/extensions/1/withdrawal").status_code == status


def test_the_list_costs_the_same_however_long_it_is(teaching: FlaskClient, desk: Desk, statements: list[str]) -> None:
    costs = []
    for names in ("ab", "cdefgh"):
        for name in names:
            give(desk, Allowance(600), reason=name, person_id=enrolled(desk, name).id)
        teaching.get(delivery(desk))
        statements.clear()
        teaching.get(delivery(desk))
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 9
