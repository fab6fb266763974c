"""The pages of marking and regrading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core.transactions import unit_of_work
from app.courses.models import CourseTrainer
from app.extensions import db
from app.quizzes.models import AttemptState, Regrade, Response
from app.quizzes.types import EssayAnswer
from tests.factories import a_choice_question, a_city, a_person, signed_in
from tests.pages import check_page

from .marking import A, B, School, a_corrected, an_essay, fractions, marks_of, score
from .test_marking_services import WRITTEN, give
from .test_regrade_services import Given, preview


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def school(app: Flask) -> School:
    """A choice question for 1 mark and an essay for 4."""
    return School(a_choice_question(), an_essay(), marks=[1.0, 4.0])


@pytest.fixture
def teaching(client: FlaskClient, school: School) -> FlaskClient:
    return as_trainer(client, school)


def as_trainer(client: FlaskClient, school: School) -> FlaskClient:
    with unit_of_work():
        person = db.session.merge(school.person)
        signed_in(client, person)
    return client


def at(school: School, rest: str = "") -> str:
    return f"/teach/courses/{school.course_id}/marking{rest}"


def answer_at(school: School, attempt: int, slot: int = 1) -> str:
    return at(school, f"/attempts/{attempt}/answers/{slot}")


def quiz_at(school: School, rest: str) -> str:
    return at(school, f"/quizzes/{school.quiz.id}/{rest}")


def shown(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, address
    assert check_page(response.text) == []
    return response.text


def mark(client: FlaskClient, school: School, attempt: int, slot: int = 1, **fields: Any) -> Any:
    return client.post(answer_at(school, attempt, slot) + "/marks", data={"seen": "0", "go": "mark", **fields})


# --- the queue ------------------------------------------------------------------------------


def test_nothing_waits(teaching: FlaskClient, school: School) -> None:
    html = shown(teaching, at(school))
    assert "Nothing waits." in html
    assert "Nobody has attempted a quiz of this course yet." in html


def test_the_queue_and_the_tab_say_how_many_wait(teaching: FlaskClient, school: School) -> None:
    first = school.attempt(A, WRITTEN, waits=[1], minute=1)
    school.attempt(A, WRITTEN, waits=[1], minute=2)
    html = shown(teaching, at(school))
    assert "2 answers wait" in html and "What would you do first?" in html
    assert "2 wait" in shown(teaching, f"/teach/courses/{school.course_id}/editions")
    leads = teaching.get(quiz_at(school, f"questions/{school.questions[1]}"))
    assert leads.location == answer_at(school, first)
    gone = teaching.get(quiz_at(school, f"questions/{school.questions[0]}"))
    assert gone.location == at(school)


def test_marking_by_the_rubric_and_on_to_the_next(teaching: FlaskClient, school: School) -> None:
    first = school.attempt(A, EssayAnswer("Listen <b>first</b>.\n\nThen act."), waits=[1], minute=1)
    second = school.attempt(A, WRITTEN, waits=[1], minute=2)
    html = shown(teaching, answer_at(school, first))
    assert '<p dir="auto">Listen &lt;b&gt;first&lt;/b&gt;.</p><p dir="auto">Then act.</p>' in html
    assert "Look for who is heard." in html and "Everyone" in html and "5 words" not in html
    assert "2 answers to this question wait" in html
    moved = mark(teaching, school, first, level0="all", level1="vague", comment="Well begun.", go="mark_next")
    assert (moved.status_code, moved.location) == (303, answer_at(school, second))
    assert marks_of(first, 1) == [("marked", None, 0.5, "Well begun.")]
    again = shown(teaching, answer_at(school, first))
    assert "Well begun." in again and "Stian Halvorsen" in again and "2 of 4" in again
    last = mark(teaching, school, second, points="3,5", comment="", go="mark_next")
    assert last.location == at(school)
    assert fractions(second)[1] == pytest.approx(0.875)


def test_what_is_missing_is_said_and_kept(teaching: FlaskClient, school: School) -> None:
    attempt = school.attempt(A, WRITTEN, waits=[1])
    for fields, words in (
        ({"level0": "all"}, "Choose a level for each criterion, or write the mark."),
        ({"points": "4.01"}, "Write a number from 0 to 4."),
        ({"points": "-1"}, "Write a number from 0 to 4."),
        ({"points": "many"}, "Write a number from 0 to 4."),
        ({"points": "1", "comment": "x" * 5001}, "Keep this under 5000 characters."),
        ({"level0": "never", "level1": "never"}, "Choose a level for each criterion, or write the mark."),
    ):
        response = mark(teaching, school, attempt, **{"comment": "Kept words.", **fields})
        assert response.status_code == 422
        assert check_page(response.text) == []
        assert words in response.text
        assert fields.get("comment", "Kept words.") in response.text
    assert marks_of(attempt, 1) == []


def test_going_on_with_words_not_saved_asks_first(teaching: FlaskClient, school: School) -> None:
    first = school.attempt(A, WRITTEN, waits=[1], minute=1)
    second = school.attempt(A, WRITTEN, waits=[1], minute=2)
    untouched = mark(teaching, school, first, go="next")
    assert (untouched.status_code, untouched.location) == (303, answer_at(school, second))
    asked = mark(teaching, school, second, go="previous", comment="Half a thought", level0="some")
    assert asked.status_code == 200
    assert check_page(asked.text) == []
    assert "What you filled in is not saved yet." in asked.text and "Half a thought" in asked.text
    assert answer_at(school, first) in asked.text
    assert marks_of(second, 1) == []
    saved = mark(teaching, school, second, go="mark_previous", comment="A thought", level0="some", level1="clear")
    assert saved.location == answer_at(school, first)
    assert marks_of(second, 1) == [("marked", None, 0.75, "A thought")]


def test_the_second_marker_sees_the_first_ones_mark_and_confirms(teaching: FlaskClient, school: School) -> None:
    attempt = school.attempt(A, WRITTEN, waits=[1])
    give(school, attempt, 1, Given(0.25, comment="Theirs."), by=a_person("Amal Khoury").id)
    met = mark(teaching, school, attempt, points="3", comment="Mine.")
    assert met.status_code == 409
    assert check_page(met.text) == []
    assert "Amal Khoury gave 1 of 4." in met.text and "Theirs." in met.text and "Mine." in met.text
    seen = met.text.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
    assert mark(teaching, school, attempt, points="3", comment="Mine.", seen=seen).status_code == 303
    assert [after for _cause, _before, after, _comment in marks_of(attempt, 1)] == [0.25, 0.75]


# --- anonymous ------------------------------------------------------------------------------


def test_anonymous_pages_have_no_byte_of_who_it_is(client: FlaskClient, app: Flask) -> None:
    school = School(a_choice_question(), an_essay(), marks=[1.0, 4.0], anonymous_marking=True)
    as_trainer(client, school)
    with unit_of_work():
        school.city = a_city("Zaragoza")
    who = {"email": "ximena@zaragoza.example"}
    first = school.attempt(A, WRITTEN, enrolment=school.practitioner("Ximena Quispe", **who), waits=[1], minute=1)
    second = school.attempt(A, WRITTEN, enrolment=school.practitioner("Xavier Quint"), waits=[1], minute=2)
    pages = (
        at(school), answer_at(school, first), answer_at(school, first) + "?from=attempt",
        quiz_at(school, "attempts"), quiz_at(school, "attempts?waiting=y"), at(school, f"/attempts/{first}"),
        quiz_at(school, "regrades"),
    )  # fmt: skip
    for address in pages:
        response = client.get(address)
        assert response.status_code == 200
        for word in (b"Ximena", b"Quispe", b"Xavier", b"Zaragoza", b"zaragoza", b"ximena"):
            assert word not in response.data, (address, word)
            assert word not in str(response.headers).encode()
    for words in ("ximena", "zaragoza"):
        assert "No attempt fits" in shown(client, quiz_at(school, f"attempts?q={words}"))
    assert mark(client, school, first, points="2", comment="").status_code == 303
    for address in (answer_at(school, first), answer_at(school, second)):  # history and neighbours too
        assert b"Ximena" not in client.get(address).data
    assert "Ximena Quispe" in shown(client, at(school, f"/attempts/{first}"))  # all of it is marked
    listed = shown(client, quiz_at(school, "attempts?q=ximena"))
    assert "Ximena Quispe" in listed and "Xavier" not in listed


# --- attempts -------------------------------------------------------------------------------


def test_attempts_are_found_by_name_and_city(teaching: FlaskClient, school: School) -> None:
    school.attempt(A, WRITTEN, enrolment=school.practitioner("Åsa Ørsted"), waits=[1])
    school.attempt(A, None, enrolment=school.practitioner("Bram Peeters"))
    school.attempt(A, None, enrolment=school.practitioner("Chloé Martin"), state=AttemptState.OPEN)
    html = shown(teaching, quiz_at(school, "attempts"))
    assert "3 attempts" in html and "1 answer waits" in html and "Under way" in html and "Graded" in html
    found = shown(teaching, quiz_at(school, "attempts?q=orsted"))
    assert "Åsa Ørsted" in found and "Bram" not in found
    assert "Bram" not in shown(teaching, quiz_at(school, "attempts?waiting=y"))
    assert "No attempt fits" in shown(teaching, quiz_at(school, "attempts?q=nobody"))


def test_attempts_are_paged(teaching: FlaskClient, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    from app.quizzes.marking import attempt_queries as marking_attempt_queries

    monkeypatch.setattr(marking_attempt_queries, "PAGE_SIZE", 2)
    for n in range(3):
        school.attempt(A, None, enrolment=school.practitioner(f"Person {n}"), minute=n)
    first, second = (shown(teaching, quiz_at(school, f"attempts?page={n}")) for n in (1, 2))
    assert "Person 2" in first and "Person 1" in first and "Person 0" not in first
    assert "Person 0" in second and "Page 2 of 2" in second
    assert "Person 2" in shown(teaching, quiz_at(school, "attempts?page=99"))


def test_an_attempt_shows_every_mark_and_each_can_be_changed(teaching: FlaskClient, school: School) -> None:
    attempt = school.attempt(B, WRITTEN, waits=[1])
    html = shown(teaching, at(school, f"/attempts/{attempt}"))
    assert "No score yet: 1 answer waits for a mark" in html
    assert "Graded when it was handed in:" in html and "Handed in: a person has to mark it" in html
    assert "A wrong one" in html
    page = shown(teaching, answer_at(school, attempt, 0) + "?from=attempt")
    assert "Back to the attempt" in page and "Next answer" not in page
    saved = mark(teaching, school, attempt, 0, points="1", comment="It fits too.", **{"from": "attempt"})
    assert saved.location == at(school, f"/attempts/{attempt}")
    html = shown(teaching, at(school, f"/attempts/{attempt}"))
    assert "From 0 to" in html and "It fits too." in html and "Stian Halvorsen" in html


def test_an_attempt_under_way_is_seen_and_not_marked(teaching: FlaskClient, school: School) -> None:
    attempt = school.attempt(A, WRITTEN, state=AttemptState.OPEN)
    html = shown(teaching, at(school, f"/attempts/{attempt}"))
    assert "Change the mark" not in html and "Mark it" not in html
    assert "has not been handed in" in teaching.get(answer_at(school, attempt)).text
    assert mark(teaching, school, attempt, points="1").status_code == 409


@pytest.mark.parametrize("part", ["lead", "author", "translator", None])
def test_who_may_mark(app: Flask, client: FlaskClient, school: School, part: str | None) -> None:
    attempt = school.attempt(A, WRITTEN, waits=[1])
    person = a_person("Amal Khoury", roles=(Role.TRAINER,))
    if part:
        with unit_of_work():
            db.session.add(CourseTrainer(course_id=school.course_id, person_id=person.id, role=part))
    signed_in(client, person)
    status = {"lead": 200, "author": 200, "translator": 403, None: 404}[part]
    for rest in ("", f"/attempts/{attempt}", f"/attempts/{attempt}/answers/1", f"/quizzes/{school.quiz.id}/attempts"):
        assert client.get(at(school, rest)).status_code == status, rest
    assert mark(client, school, attempt, points="1").status_code == (303 if status == 200 else status)
    assert ("Marking" in client.get(f"/teach/courses/{school.course_id}/editions").text) == (status == 200)


def test_never_an_attempt_of_another_course(teaching: FlaskClient, school: School) -> None:
    other = School(an_essay())
    theirs = other.attempt(WRITTEN, waits=[0])
    for rest in (f"/attempts/{theirs}", f"/attempts/{theirs}/answers/0", f"/quizzes/{other.quiz.id}/attempts",
                 f"/quizzes/{other.quiz.id}/regrades"):  # fmt: skip
        assert teaching.get(at(school, rest)).status_code == 404, rest
    assert mark(teaching, school, theirs, 0, points="1").status_code == 404
    assert marks_of(theirs, 0) == []


# --- regrading ------------------------------------------------------------------------------


def test_from_the_suggestion_to_the_history(teaching: FlaskClient, school: School) -> None:
    attempt = school.attempt(B, None, enrolment=school.practitioner("Bram Peeters"))
    school.attempt(A, None, enrolment=school.practitioner("Åsa Ørsted"))
    new = school.correct(0, a_corrected(a_choice_question(), "b"))
    html = shown(teaching, quiz_at(school, "regrades"))
    assert "The key was changed since 2 of them were graded" in html
    question = school.questions[0]
    html = shown(teaching, quiz_at(school, f"regrades/new?question={question}"))
    assert "2 marks would change" in html and "1 would get more, 1 would get less." in html
    assert "Bram Peeters" in html and "Åsa Ørsted" in html and "Version 2" in html
    assert marks_of(attempt) == []
    fields = {"question": str(question), "version": str(new), "seen": preview(school, new).seen}
    refused = teaching.post(quiz_at(school, "regrades"), data={**fields, "reason": "  "})
    assert refused.status_code == 422 and "Say why the marks change" in refused.text
    assert check_page(refused.text) == []
    late = school.attempt(B, None)
    met = teaching.post(quiz_at(school, "regrades"), data={**fields, "reason": "The second is right."})
    assert met.status_code == 409 and "3 marks would change" in met.text and "The second is right." in met.text
    assert check_page(met.text) == []
    assert marks_of(late) == []
    seen = met.text.partition('name="seen" type="hidden" value="')[2].partition('"')[0]
    done = teaching.post(quiz_at(school, "regrades"), data={**fields, "seen": seen, "reason": "The second is right."})
    assert done.status_code == 303
    html = shown(teaching, done.location)
    assert "3 marks were changed," in html and "The second is right." in html
    assert [score(a) for a in (attempt, late)] == [pytest.approx(0.2)] * 2
    html = shown(teaching, at(school, f"/attempts/{attempt}"))
    assert "Regraded by the key of version 2, by Stian Halvorsen" in html and "Reason: The second is right." in html
    assert "Shown as version 1, graded by the key of version 2" in html
    regrade_id = db.session.scalar(sa.select(Regrade.id))
    told = teaching.get(at(school, f"/regrades/{regrade_id}/progress")).json
    assert told == {"under_way": False, "done": 3, "total": 3, "words": "3 of 3 marks changed"}
    assert "No mark would change" in shown(teaching, quiz_at(school, f"regrades/new?question={question}"))


def test_questions_that_end_alike_are_told_apart(client: FlaskClient) -> None:
    cases = ("A mother calls about her son.", "A teacher heard a threat.")
    school = School(*(a_choice_question(f"{case}\n\nWhat do you do?") for case in cases))
    school.attempt(A, A)
    school.correct(1, a_corrected(a_choice_question(f"{cases[1]}\n\nWhat do you do?"), "b"))
    html = shown(as_trainer(client, school), quiz_at(school, "regrades"))
    listed = re.findall(r'<p class="asked"><bdi>(.+?)</bdi></p>\n<p class="meta"><span>(.+?)</span>', html)
    assert listed == [(f"{cases[n]} What do you do?", f"Question {n + 1}") for n in (1, 0)]
    html = shown(client, quiz_at(school, f"regrades/new?question={school.questions[1]}"))
    assert "Question 2</h2>" in html and f"{cases[1]} What do you do?" in html


def test_what_nobody_asked_cannot_be_regraded(teaching: FlaskClient, school: School) -> None:
    assert "No attempt has been handed in" in shown(teaching, quiz_at(school, "regrades"))
    assert teaching.get(quiz_at(school, "regrades/new")).location == quiz_at(school, "regrades")
    for query in (f"question={school.questions[0]}", "question=999999999999", "question=x"):
        assert teaching.get(quiz_at(school, f"regrades/new?{query}")).status_code == 404
    school.attempt(A, None)
    assert (
        teaching.get(
            quiz_at(school, f"regrades/new?question={school.questions[0]}&version={school.versions[1]}")
        ).status_code
        == 404
    )


def test_the_pages_say_what_is_left_alone(teaching: FlaskClient, school: School) -> None:
    by_hand = school.attempt(A, None)
    give(school, by_hand, 0, Given(1.0))
    goer = school.practitioner()
    school.attempt(A, EssayAnswer("All."), enrolment=goer, waits=[1])
    with unit_of_work():
        db.session.execute(sa.update(Response).where(Response.slot == 1).values(waits=False, fraction=0.5))
    new = school.correct(0, a_corrected(a_choice_question(), "b"))
    html = shown(teaching, quiz_at(school, f"regrades/new?question={school.questions[0]}&version={new}"))
    assert "1 mark that a person gave is left alone." in html
