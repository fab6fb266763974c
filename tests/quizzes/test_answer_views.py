"""Several questions on a page, checks, and what is refused, as a browser meets them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.transactions import unit_of_work
from app.extensions import db
from app.quizzes.attempts.starting import slots_for
from app.quizzes.bank.versions import add_version
from app.quizzes.kind import QuizData, SlotData
from app.quizzes.models import Attempt, AttemptSlot, QuestionVersion, Response
from app.quizzes.settings import AFTERWARDS, ALWAYS, Band, Behaviour, Overdue, QuizSettings, Review, When
from app.quizzes.types import AcceptedAnswer, Choice, Content, MultipleChoice, ShortAnswer, SingleChoiceAnswer
from tests.factories import a_choice_question, a_person, an_answer, signed_in, text
from tests.pages import check_page

from .taking import Taking

FETCH = {"X-Requested-With": "fetch"}
START = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
# What nobody may read before review allows it: feedback and key of the questions below.
SPECIFIC, GENERAL, KEY, BAND = "Because it is wrong.", "Think of who is heard first.", "zebra crossing", "Look again."


def questions() -> list[Content]:
    one = a_choice_question("One?")
    hinted = type(one)(one.stem, one.choices, one.feedback, hints=(text("The first hint."), text("The second hint.")))
    return [
        hinted,
        MultipleChoice(
            text("Two?"), (Choice("a", text("Yes"), 1.0), Choice("b", text("Also"), 1.0), Choice("c", text("No")))
        ),
        ShortAnswer(text("Three?"), {"en": (AcceptedAnswer("zebra crossing", feedback=text("Well typed.")),)}, "en"),
    ]


class Sat:
    """A practitioner's browser in the middle of an attempt."""

    def __init__(self, app: Flask, client: FlaskClient, settings: QuizSettings, *, one_page: bool = False) -> None:
        self.taking = Taking(settings, questions())
        self.client = signed_in(client, self.taking.person)
        self.attempt = self.taking.start()
        if one_page:
            with unit_of_work():
                attempt = db.session.get_one(Attempt, self.attempt)
                attempt.slots = [AttemptSlot(s.version_id, s.marks, s.order, 1) for s in attempt.slots]
        self.address = f"/attempts/{self.attempt}"

    def see(self, rest: str = "", **query: Any) -> str:
        response = self.client.get(self.address + rest, query_string=query, follow_redirects=True)
        assert response.status_code == 200
        check_page(response.text)
        return response.text

    def post(self, rest: str, *fields: dict[str, Any], headers: dict[str, str] | None = None, **others: Any) -> Any:
        sent: dict[str, Any] = {"csrf_token": self.token(), "slot": []}
        for more in (*fields, others):
            sent["slot"] = [*sent["slot"], *([more["slot"]] if "slot" in more else [])]
            sent |= {name: value for name, value in more.items() if name != "slot"}
        return self.client.post(self.address + rest, data=sent, headers=headers)

    def token(self) -> str:
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/courses/quiz").text)
        assert found
        return found[1]

    def responses(self) -> list[Response]:
        db.session.rollback()
        found = sa.select(Response).order_by(Response.slot).execution_options(populate_existing=True)
        return list(db.session.scalars(found))


def test_a_page_with_several_questions_saves_each(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(), one_page=True)
    page = sat.see()
    assert "Questions 1 to 3 of 3" in page
    for name in ("q0-choice", "q1-choice", "q2-text", "q0-sequence", "q2-flagged"):
        assert f'name="{name}"' in page
    sent = sat.post(
        "/responses", an_answer(0, choice="a"), an_answer(1, choice=["a", "b"], flagged="on"),
        an_answer(2, text="zebra"), go="finish",
    )  # fmt: skip
    assert sent.location.endswith("/summary")
    assert [(r.sequence, r.flagged, r.answer is not None) for r in sat.responses()] == [
        (1, False, True), (1, True, True), (1, False, True)
    ]  # fmt: skip


def test_of_a_pages_answers_one_that_was_overtaken_costs_no_other(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(), one_page=True)
    sat.taking.answer(sat.attempt, 0, SingleChoiceAnswer("b"))
    sent = sat.post("/responses", an_answer(0, choice="a"), an_answer(1, choice="a"), go="1")
    assert sent.status_code == 303
    assert "Question 1: You answered this question in another window since." in sat.see()
    first, second, _third = sat.responses()
    assert (first.answer, first.sequence, second.sequence) == (SingleChoiceAnswer("b"), 1, 1)


def test_one_refused_for_good_takes_back_the_whole_form(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(), one_page=True)
    assert sat.post("/responses", an_answer(0, choice="a"), an_answer(1, choice="never")).status_code == 400
    assert sat.post("/responses", an_answer(0, choice="a"), an_answer(7, choice="a")).status_code == 404
    assert [r.sequence for r in sat.responses()] == [0, 0, 0]


def test_saving_takes_three_statements(app: Flask, client: FlaskClient, statements: list[str]) -> None:
    sat = Sat(app, client, QuizSettings(time_limit=600))
    token = {"csrf_token": sat.token()}
    for sequence in range(3):
        statements.clear()
        given = an_answer(0, sequence=sequence, choice="abc"[sequence])
        answer = client.post(sat.address + "/responses", data=token | given, headers=FETCH)
        assert answer.json and answer.json["sequence"] == sequence + 1
        assert len(statements) == 3, statements


def test_the_servers_clock_is_in_every_page_and_acknowledgement(app: Flask, client: FlaskClient) -> None:
    with clock.at(START):
        sat = Sat(app, client, QuizSettings(time_limit=1800))
    with clock.at(START + timedelta(minutes=18, seconds=18)):
        page = sat.see()
        assert 'data-left="702"' in page and ">11:42<" in page
        assert 'data-left="702"' in sat.see("/summary")
        sent = sat.post(
            "/responses", an_answer(0, choice="a"), headers=FETCH | {"Date": "Mon, 01 Jan 2035 00:00:00 GMT"}
        )
        assert sent.json["left"] == 702
    with clock.at(START + timedelta(minutes=30, seconds=30)):
        assert sat.post("/responses", an_answer(1, choice="a"), headers=FETCH).json["left"] == 0


def test_after_the_deadline_every_page_says_so_and_writes_nothing(app: Flask, client: FlaskClient) -> None:
    with clock.at(START):
        sat = Sat(app, client, QuizSettings(time_limit=1800))
    with clock.at(START + timedelta(minutes=30, seconds=60)):
        for page in (sat.see(), sat.see("/summary"), sat.see("/result")):
            assert "<h1>Time is up</h1>" in page and "answers can no longer change" in page
    with clock.at(START + timedelta(minutes=30, seconds=61)):
        for page in (sat.see(), sat.see("/summary"), sat.see("/result")):
            assert "What you had saved by then is submitted." in page
        assert "Submitted when time was up" in client.get("/learn/quiz/test").text
        refused = sat.post("/responses", an_answer(0, choice="a"))
        assert refused.status_code == 409 and "Your time was up" in refused.text and "See the result" in refused.text
        assert sat.post("/responses", an_answer(0, choice="a"), headers=FETCH).status_code == 409
        assert sat.post("/checks", an_answer(0, choice="a"), check=0).status_code == 409
        assert [(r.sequence, r.answer) for r in sat.responses()] == [(0, None)] * 3
        assert sat.taking.attempt(sat.attempt).state == "open"
        assert sat.post("/submission").status_code == 303
        assert "0%" in sat.see("/result")


def test_in_the_grace_period_one_can_only_submit_and_after_it_the_attempt_is_lost(
    app: Flask, client: FlaskClient
) -> None:
    with clock.at(START):
        sat = Sat(app, client, QuizSettings(time_limit=1800, overdue=Overdue.GRACE, grace=300, pass_mark=50))
    with clock.at(START + timedelta(minutes=34)):
        page = sat.see()
        assert "you can until 28 November 2026, 09:35" in page and "question=1" not in page
        assert sat.post("/responses", an_answer(0, choice="a")).status_code == 409
    with clock.at(START + timedelta(minutes=36)):
        assert "It is used, and earns nothing." in sat.see()
        assert "Not submitted in time" in client.get("/learn/quiz/test").text
        sat.post("/submission")
        page = sat.see("/result")
        assert "<h1>Not submitted in time</h1>" in page and "Your answers" not in page
        assert "Attempt again" in page


def test_a_check_is_the_last_word_where_answers_are_checked_once(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(behaviour=Behaviour.IMMEDIATE, review=Review(right_once_done=False)))
    assert "You can check each answer once" in client.get("/learn/quiz/test").text
    assert ">Check</button>" in sat.see()
    sent = sat.post("/checks", an_answer(0, choice="b"), check=0)
    assert sent.location == f"{sat.address}?question=1#question-1"
    page = sat.see()
    assert '<fieldset class="plain" disabled>' in page and ">Check</button>" not in page
    assert "Wrong</span>" in page and SPECIFIC in page and "The right one</strong>" in page and "0 of 1" in page
    before = [(r.answer, r.sequence) for r in sat.responses()]
    for headers in ({}, FETCH):
        refused = sat.post("/responses", an_answer(0, sequence=1, choice="a"), headers=headers)
        assert refused.status_code == 409 and "has been checked" in refused.text
    assert [(r.answer, r.sequence) for r in sat.responses()] == before
    flagged = sat.post("/responses", an_answer(0, sequence=1, as_it_is="on", flagged="on"), headers=FETCH)
    assert flagged.json["sequence"] == 2 and flagged.json["answered"] == 1
    first = sat.responses()[0]
    assert (first.flagged, first.answer, first.fraction, first.locked) == (True, SingleChoiceAnswer("b"), 0.0, True)
    sat.post("/submission")
    assert sat.responses()[0].fraction == 0.0


def test_tries_with_hints(app: Flask, client: FlaskClient) -> None:
    settings = QuizSettings(behaviour=Behaviour.INTERACTIVE, tries=3, penalty=0.25, pass_mark=50, attempts=2)
    sat = Sat(app, client, settings)
    assert (
        "You have 3 tries at each question; every wrong one costs 25% of its mark."
        in client.get("/learn/quiz/test").text
    )
    sat.post("/checks", an_answer(0, choice="b"), check=0)
    page = sat.see()
    assert "Try 1 of 3" in page and "The first hint." in page and "The second hint." not in page
    assert ">Try again</button>" in page and "disabled" in page
    assert "Right answer</span>" not in page and GENERAL not in page
    sat.post("/checks", an_answer(0, sequence=1, choice="b"), check=0)  # pressed twice: the same answer is no other try
    assert len(sat.responses()[0].tries) == 1
    again = sat.post("/responses", an_answer(0, sequence=sat.responses()[0].sequence, as_it_is="on"), again=0)
    assert again.location == f"{sat.address}?question=1&again=1#question-1"
    page = sat.see(question=1, again=1)
    assert ">Check</button>" in page and '<fieldset class="plain" disabled>' not in page and "The first hint." in page
    sat.post("/checks", an_answer(0, sequence=sat.responses()[0].sequence, choice="c"), check=0)
    assert "The second hint." in sat.see()
    sat.post("/checks", an_answer(0, sequence=sat.responses()[0].sequence, choice="a"), check=0)
    first = sat.responses()[0]
    assert (first.locked, first.fraction, len(first.tries)) == (True, 0.5, 3)
    page = sat.see()
    assert "Right</span>" in page and "0.5 of 1" in page and "Try again" not in page
    sat.post("/submission")
    page = sat.see("/result")
    assert "Right · 0.5 of 1" in page and "3 tries" in page


def test_nothing_is_checked_that_is_not_answered_or_not_to_be(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(behaviour=Behaviour.IMMEDIATE), one_page=True)
    sent = sat.post("/checks", an_answer(0), an_answer(1, choice="a"), check=0)
    assert sent.status_code == 303
    assert "Answer the question first, then check it." in sat.see()
    assert [(r.tries, r.locked) for r in sat.responses()] == [([], False)] * 3
    assert sat.responses()[1].answer is not None  # what else was on the page is kept
    assert sat.post("/checks", an_answer(0, choice="a"), check=2).status_code == 404


def test_no_check_where_answers_are_graded_at_the_end(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings())
    assert ">Check</button>" not in sat.see()
    sat.post("/checks", an_answer(0, choice="a"), check=0)
    assert "not checked before you submit" in sat.see()
    assert sat.responses()[0].fraction is None


def test_how_sure_one_is_counts(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(certainty=True, pass_mark=50))
    assert "How sure are you?" in sat.see()
    sat.post("/responses", an_answer(0, choice="a", certainty="3"))
    sat.post("/responses", an_answer(1, choice="c", certainty="2"))
    assert sat.post("/responses", an_answer(2, text="zebra crossing", certainty="9")).status_code == 400
    sat.post("/responses", an_answer(2, text="zebra crossing"))
    assert [r.certainty for r in sat.responses()] == [3, 2, None]
    sat.post("/submission")
    assert [r.fraction for r in sat.responses()] == pytest.approx([1, -2 / 3, 1 / 3])
    assert sat.taking.attempt(sat.attempt).score == pytest.approx((1 - 2 / 3 + 1 / 3) / 3)
    page = sat.see("/result")
    assert "22%" in page and "Very sure" in page and "Fairly sure" in page and "Not sure" in page
    assert page.count("Right · ") == 2 and "Wrong · -0.667 of 1" in page


def test_certainty_never_takes_a_score_below_nothing(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(certainty=True, pass_mark=50))
    for slot, name, wrong in ((0, "choice", "b"), (1, "choice", "c"), (2, "text", "no")):
        sat.post("/responses", an_answer(slot, certainty="3") | {f"q{slot}-{name}": wrong})
    sat.post("/submission")
    assert sat.taking.attempt(sat.attempt).score == 0.0


REVIEWS = ("correctness", "marks", "specific", "general", "right_answer", "overall")


def only(*when: When) -> Review:
    """Everything shown, and only then."""
    return Review(when, when, when, when, when, when, when, right_once_done=False)


def everything_sent(sat: Sat) -> str:
    """Every byte that the site sends about the attempt: pages, headers, and answers to scripts."""
    client, seen = sat.client, ""
    for path in ("", "?question=2", "?question=3", "?question=1&again=1", "/summary", "/result"):
        response = client.get(sat.address + path)
        seen += str(response.headers) + response.text
    for path in ("/learn/quiz/test", "/courses/quiz", "/learn"):
        seen += client.get(path).text
    sent = sat.post("/responses", an_answer(2, sequence=sat.responses()[2].sequence, text="zebra"), headers=FETCH)
    return seen + str(sent.headers) + sent.text


def test_no_byte_of_the_key_is_sent_during_an_attempt(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(pass_mark=70, attempts=2, bands=(Band(0, text(BAND)),)), one_page=True)
    sat.post("/responses", an_answer(0, choice="b"), an_answer(1, choice="c"))
    seen = everything_sent(sat)
    for secret in (SPECIFIC, GENERAL, KEY, BAND, "fraction", "Because it is", "hint.", "Well typed"):
        assert secret not in seen, secret


def test_a_check_tells_no_more_than_its_review_during_the_attempt(app: Flask, client: FlaskClient) -> None:
    review = only(*AFTERWARDS)
    sat = Sat(app, client, QuizSettings(behaviour=Behaviour.IMMEDIATE, pass_mark=70, attempts=2, review=review))
    sat.post("/checks", an_answer(0, choice="b"), check=0)
    seen = everything_sent(sat)
    assert ">Checked</span>" in seen
    for secret in (SPECIFIC, GENERAL, "Wrong</span>", "<span>0 of 1</span>", "Right answer</span>", "fraction"):
        assert secret not in seen, secret


@pytest.mark.parametrize("hidden", REVIEWS)
def test_the_result_shows_what_its_review_shows_and_nothing_else(app: Flask, client: FlaskClient, hidden: str) -> None:
    boxes = {name: () if name == hidden else ALWAYS for name in REVIEWS}
    settings = QuizSettings(pass_mark=70, review=Review(**boxes, right_once_done=False), bands=(Band(0, text(BAND)),))
    sat = Sat(app, client, settings)
    sat.post("/responses", an_answer(0, choice="b"))
    sat.post("/submission")
    page = sat.see("/result") + client.get("/learn/quiz/test").text
    shown = {
        "correctness": "Wrong" in page,
        "marks": any(mark in page for mark in ("0 of 1</span></div>", 'aria-label="0%"', "<td>0%</td>")),
        "specific": SPECIFIC in page,
        "general": GENERAL in page,
        "right_answer": KEY in page,
        "overall": BAND in page,
    }
    assert shown == {name: name != hidden for name in REVIEWS}


def test_answers_shown_only_after_closing(app: Flask, client: FlaskClient) -> None:
    review = only(When.CLOSED)
    with clock.at(START):
        taking = Taking(QuizSettings(pass_mark=70, review=review), questions(), closes_at=START + timedelta(hours=1))
        signed_in(client, taking.person)
        attempt = taking.start()
        taking.hand_in(attempt)
    for minutes, shown in ((1, False), (59, False), (60, True)):
        with clock.at(START + timedelta(minutes=minutes)):
            page = client.get(f"/attempts/{attempt}/result").text
            assert (KEY in page, 'aria-label="0%"' in page) == (shown, shown)
            assert ("Your answers are shown here once the quiz has closed." in page) != shown


def test_nobody_elses_attempt_is_checked(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(behaviour=Behaviour.IMMEDIATE))
    stranger = signed_in(app.test_client(), a_person("Someone Else"))
    found = re.search(r'name="csrf_token" value="([^"]+)"', stranger.get("/courses/quiz").text)
    assert found
    sent = {"csrf_token": found[1], **an_answer(0, choice="a"), "check": 0}
    assert stranger.post(sat.address + "/checks", data=sent).status_code == 404
    assert sat.responses()[0].answer is None


def test_an_access_code_is_asked_for_beside_its_field(app: Flask, client: FlaskClient) -> None:
    app.extensions["pace"].storage.reset()
    taking = Taking(QuizSettings(), questions(), access_code="2026-Oslo")
    signed_in(client, taking.person)
    page = client.get("/learn/quiz/test").text
    check_page(page)
    assert 'name="code"' in page and "2026-Oslo" not in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    address, sent = "/learn/quiz/test/attempts", {"csrf_token": token[1]}
    wrong = client.post(address, data=sent | {"code": "2026-Bergen"})
    check_page(wrong.text)
    assert wrong.status_code == 422 and 'value="2026-Bergen"' in wrong.text
    assert "That is not the code of this quiz." in wrong.text and 'aria-invalid="true"' in wrong.text
    assert "Type the access code." in client.post(address, data=sent).text
    for _ in range(9):
        client.post(address, data=sent | {"code": "x"})
    late = client.post(address, data=sent | {"code": "2026-Oslo"})
    assert late.status_code == 429 and "Too many codes were tried." in late.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 0
    app.extensions["pace"].storage.reset()
    assert client.post(address, data=sent | {"code": " 2026-Oslo "}).status_code == 303


def test_the_page_of_a_quiz_says_why_it_cannot_be_begun(app: Flask, client: FlaskClient) -> None:
    taking = Taking(QuizSettings(wait=3600, time_limit=1800), questions(), opens_at=START)
    signed_in(client, taking.person)
    with clock.at(START - timedelta(minutes=1)):
        page = client.get("/learn/quiz/test").text
        assert "This quiz opens on 28 November 2026, 09:00." in page and "Start the quiz" not in page
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/courses/quiz").text)
        assert token
        refused = client.post("/learn/quiz/test/attempts", data={"csrf_token": token[1]})
        assert refused.status_code == 409 and "Back to the quiz" in refused.text
    with clock.at(START):
        taking.hand_in(taking.start())
        page = client.get("/learn/quiz/test").text
        assert "The next attempt can begin on 28 November 2026, 10:00." in page and '/attempts"' not in page
        assert "You have 30 min for an attempt" in page


def test_each_attempt_may_begin_with_the_last_answers(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(builds_on_last=True))
    sat.post("/responses", an_answer(0, choice="b"))
    sat.taking.hand_in(sat.attempt)
    again = sat.taking.start()
    page = client.get(f"/attempts/{again}").text
    assert re.search(r'value="[^"]+" checked><span>A wrong one', page)
    db.session.rollback()
    first = db.session.get_one(Response, (again, 0))
    assert (first.answer, first.fraction, first.tries, first.sequence) == (SingleChoiceAnswer("b"), None, [], 0)


def test_a_question_drawn_before_is_drawn_again_in_its_newer_version(app: Flask) -> None:
    """An attempt builds on the last by question: the edition may have newer versions by now."""
    taking = Taking(QuizSettings(builds_on_last=True))
    with unit_of_work():
        versions = db.session.scalars(sa.select(QuestionVersion).order_by(QuestionVersion.id)).all()
        old = [version.id for version in versions]
        new = [add_version(version.question, version.content, by=None).id for version in versions]
    last = Attempt(slots=[AttemptSlot(old[1], 1.0)])
    data = QuizData(QuizSettings(builds_on_last=True), (SlotData(0, 1.0, pool=tuple(new)),))
    for _again in range(10):
        assert [slot.version_id for slot in slots_for(data, taking.person_id, last)] == [new[1]]


def test_an_attempt_on_top_is_not_one_of_fewer(app: Flask, client: FlaskClient) -> None:
    sat = Sat(app, client, QuizSettings(attempts=1))
    sat.taking.extend(attempts=1)
    sat.taking.hand_in(sat.attempt)
    again = sat.taking.start()
    assert "Attempt 2 of 2." in client.get(f"/attempts/{again}").text
    sat.taking.hand_in(again)
    assert "This was attempt 2 of 2, in" in client.get(f"/attempts/{again}/result").text
