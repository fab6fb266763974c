"""The pages of the bank: finding, changing many, names, and a question as a thing of the bank."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.core.transactions import unit_of_work
from app.courses import services
from app.courses.builder import services as builder_services
from app.quizzes.bank import address as bank_address
from app.quizzes.bank.queries import Filters, Order, QuestionState, Used
from app.quizzes.models import VersionState
from app.quizzes.questions import services as question_services
from app.quizzes.questions.trial import Decision, try_out
from app.quizzes.types import AnswerPart, Content, Said, Scored, SingleChoice, SingleChoiceAnswer
from tests.factories import a_choice_question, signed_in
from tests.pages import check_page
from tests.quizzes.studio import SINGLE, Desk, a_colleague, a_desk, post, stems, versions
from tests.quizzes.test_bank_services import filed, many, spare
from tests.quizzes.test_studio_views import fields_of


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def desk(app: Flask) -> Desk:
    return a_desk("Who lives there?", "Who works there?", "Who plays there?")


@pytest.fixture
def teaching(app: Flask, client: FlaskClient, desk: Desk) -> FlaskClient:
    return signed_in(client, desk.trainer)


def bank(desk: Desk) -> str:
    return f"{desk.course}/bank"


def listed(page: str) -> list[str]:
    return [html.unescape(stem) for stem in re.findall(r'questions/\d+"><bdi>([^<]*)</bdi></a>', page)]


def do(client: FlaskClient, desk: Desk, what: str, *ids: int, address: str = "", **fields: Any) -> Any:
    return client.post(f"{bank(desk)}/changes{address}", data={"do": what, "question": [str(i) for i in ids], **fields})


def done(client: FlaskClient, desk: Desk, what: str, *ids: int, address: str = "", **fields: Any) -> str:
    """The page after a change that was made."""
    answer = do(client, desk, what, *ids, address=address, **fields)
    assert answer.status_code == 303, answer.text
    return str(client.get(answer.location).text)


# --- finding --------------------------------------------------------------------------------


def test_filters_stand_in_the_address() -> None:
    filters = Filters("two words", "a/b", "night", "single_choice", QuestionState.DRAFT, Used.NOWHERE, Order.KEY, 3)
    assert bank_address.read_filters(bank_address.in_address(filters)) == filters
    assert bank_address.read_filters({}) == Filters() and bank_address.in_address(Filters()) == {}
    unfiled = Filters(category="")
    assert (
        bank_address.in_address(unfiled) == {"category": "/"}
        and bank_address.read_filters({"category": "/"}) == unfiled
    )
    nonsense = {"state": "x", "used": "x", "order": "x", "type": "x", "page": "-1", "q": "\0 a  b"}
    assert bank_address.read_filters(nonsense) == Filters(words="\0 a  b")  # as typed: what is looked up is folded
    assert bank_address.in_address(filters, tag=None)["q"] == "two words"
    assert not {"tag", "page"} & bank_address.in_address(filters, tag=None).keys()


def test_the_bank_is_found_from_the_course_and_lists_its_questions(teaching: FlaskClient, desk: Desk) -> None:
    assert f'href="{bank(desk)}"' in teaching.get(desk.course).text
    page = teaching.get(bank(desk)).text
    assert sorted(listed(page)) == sorted(stems(desk))
    assert page.count("Version 1") == 3 and "Single choice" in page and ">Test</a>" in page
    assert listed(teaching.get(f"{bank(desk)}?q=PLAYS").text) == ["Who plays there?"]
    assert "No question fits" in teaching.get(f"{bank(desk)}?q=nothing").text
    assert "No questions yet" in teaching.get(f"{a_desk_without(desk)}/bank").text


def a_desk_without(desk: Desk) -> str:
    """Another course of the same trainer, with an empty bank."""
    with unit_of_work():
        course = builder_services.create_course(title="New", source_language="en", slug="new", by=desk.trainer.id)
        return f"/teach/courses/{course.id}"


def test_the_pages_are_sound(teaching: FlaskClient, desk: Desk) -> None:
    free = spare(desk, "Who rests there?", category="parks/benches", tags=["night"])
    spare(desk, "Who sleeps?", state=VersionState.DRAFT)
    many(desk, 60)
    for address in ("", "?state=hidden", "?q=who&tag=night&category=parks&used=nowhere&order=key", "?page=2", "/names"):
        assert check_page(teaching.get(f"{bank(desk)}{address}").text) == [], address
    for answer in (do(teaching, desk, "delete", 1, free), do(teaching, desk, "tag", 1), do(teaching, desk, "hide", 1)):
        assert check_page(answer.text) == []
    assert check_page(done(teaching, desk, "hide", 1, free)) == []
    for question_id in (1, free):
        assert check_page(teaching.get(desk.question(question_id)).text) == []
    assert check_page(post(teaching, f"{bank(desk)}/tags", old="night", name="").text) == []


def test_who_may_not_edit_the_course_does_not_see_its_bank(app: Flask, desk: Desk) -> None:
    translator = signed_in(app.test_client(), a_colleague(desk, "translator"))
    assert translator.get(bank(desk)).status_code == 403
    assert do(translator, desk, "move", 1, category="x").status_code == 403
    assert "Question bank" not in translator.get(desk.course).text


def test_the_page_sends_as_many_statements_for_many_questions(
    app: Flask, client: FlaskClient, statements: list[str]
) -> None:
    costs = []
    for size in (1, 80):
        desk = a_desk("One?")
        many(desk, size)
        signed_in(client, desk.trainer)
        client.get(bank(desk))
        statements.clear()
        assert client.get(f"{bank(desk)}?q=how&used=nowhere").status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 9


# --- changing many --------------------------------------------------------------------------


def test_ticked_questions_are_tagged_found_and_undone(teaching: FlaskClient, desk: Desk) -> None:
    page = done(teaching, desk, "tag", 1, 3, tags="Night, street life")
    assert "2 questions were given the tags: Night, street life" in page
    assert sorted(listed(teaching.get(f"{bank(desk)}?tag=street+life").text)) == [
        "Who lives there?",
        "Who plays there?",
    ]
    undo = re.search(r'action="([^"]*/undoing[^"]*)"', page)
    assert undo
    assert "Undone for 2 questions." in teaching.post(undo[1], follow_redirects=True).text
    assert filed(1) == ("", [])
    assert teaching.post(undo[1]).status_code == 409


def test_all_that_fit_are_moved_and_only_if_they_still_are_those(teaching: FlaskClient, desk: Desk) -> None:
    many(desk, 60)
    stale = do(teaching, desk, "move", address="?q=how+many", matching="y", counted="59", category="x")
    assert stale.status_code == 409 and "other questions fit by now" in stale.text
    page = done(teaching, desk, "move", address="?q=how+many", matching="y", counted="60", category=" a // b ")
    assert "60 questions were moved to a/b." in page and "q=how+many" in page
    assert filed(1)[0] == "" and filed(4)[0] == "a/b"


def test_what_is_missing_is_said_beside_its_field_and_the_ticks_stay(teaching: FlaskClient, desk: Desk) -> None:
    for what, fields, said in (
        ("tag", {"tags": " , "}, "Write at least one tag."),
        ("tag", {"tags": "x" * 61}, "Keep each tag under 60 characters."),
        ("move", {"category": "x" * 201}, "Keep this under 200 characters."),
        ("ask", {"quiz": ""}, "Choose one from the list."),
        ("ask", {"quiz": "9999"}, "Choose one from the list."),
    ):
        answer = do(teaching, desk, what, 2, **fields)
        assert answer.status_code == 422 and said in answer.text, what
        assert 'name="question" value="2" checked' in answer.text
        assert 'name="question" value="1" checked' not in answer.text
    nothing = do(teaching, desk, "hide")
    assert nothing.status_code == 422 and "Tick the questions" in nothing.text
    assert do(teaching, desk, "explode", 1).status_code == 404
    assert [filed(n) for n in (1, 2, 3)] == [("", [])] * 3


def test_questions_that_stay_are_named_with_why(teaching: FlaskClient, desk: Desk) -> None:
    free = spare(desk, "Who rests there?")
    page = done(teaching, desk, "hide", 1, free)
    assert "1 question is hidden" in page and "1 question stays as it is:" in page
    assert "question-1</a>: A quiz asks it." in page
    assert "Who rests there?" not in listed(page) and "and 1 hidden" in page
    assert listed(teaching.get(f"{bank(desk)}?state=hidden").text) == ["Who rests there?"]
    none = do(teaching, desk, "hide", 1, 2)
    assert none.status_code == 409 and "That changes none of these questions." in none.text
    assert "question-2</a>: A quiz asks it." in none.text
    assert "1 question is shown again." in done(teaching, desk, "show", free)


def test_deleting_asks_once_and_says_what_stays(teaching: FlaskClient, desk: Desk) -> None:
    free = spare(desk, "Who rests there?")
    asked = do(teaching, desk, "delete", 1, free)
    assert asked.status_code == 200
    assert "1 question goes, with all its versions" in asked.text and "1 question stays" in asked.text
    assert versions(free)
    named = re.findall(r'name="question" value="(\d+)"', asked.text)
    assert named == [str(free)]
    gone = teaching.post(f"{bank(desk)}/removal", data={"question": named}, follow_redirects=True)
    assert "1 question was deleted." in gone.text and not versions(free)
    again = teaching.post(f"{bank(desk)}/removal", data={"question": [*named, "1"]})
    assert again.status_code == 409 and versions(1)


def test_drafts_are_made_ready_and_questions_added_to_a_quiz(teaching: FlaskClient, desk: Desk) -> None:
    draft = spare(desk, "Who rests there?", state=VersionState.DRAFT)
    assert "1 draft is ready now." in done(teaching, desk, "ready", draft, 1)
    page = done(teaching, desk, "ask", draft, quiz=str(desk.quiz_id))
    assert "“Test” asks 1 question more." in page
    assert stems(desk)[-1] == "Who rests there?"


def test_a_stale_tick_is_told_and_harms_nothing(app: Flask, teaching: FlaskClient, desk: Desk) -> None:
    free = spare(desk, "Who rests there?")
    with unit_of_work():
        question_services.delete_question(course_id=desk.course_id, question_id=free, by=desk.trainer.id)
    page = done(teaching, desk, "move", 1, free, category="a")
    assert "1 question was moved to a." in page and "1 had been deleted meanwhile." in page


# --- names ----------------------------------------------------------------------------------


def test_categories_and_tags_get_other_names(teaching: FlaskClient, desk: Desk) -> None:
    done(teaching, desk, "move", 1, category="streets/lights")
    done(teaching, desk, "move", 2, category="parks")
    done(teaching, desk, "tag", 1, 2, tags="night")
    page = teaching.get(f"{bank(desk)}/names").text
    assert all(name in page for name in ("streets", "lights", "parks", "night"))
    renamed = post(teaching, f"{bank(desk)}/categories", old="streets", path="town/streets")
    assert renamed.status_code == 303 and filed(1)[0] == "town/streets/lights"
    merging = post(teaching, f"{bank(desk)}/categories", old="parks", path="town")
    assert merging.status_code == 422 or merging.status_code == 409
    assert "There is such a category already." in merging.text and filed(2)[0] == "parks"
    assert post(teaching, f"{bank(desk)}/categories", old="parks", path="town", merge="y").status_code == 303
    assert filed(2)[0] == "town"
    gone = post(teaching, f"{bank(desk)}/categories", old="parks", path="x")
    assert gone.status_code == 409 and "It has another name by now" in gone.text
    for name, said in (
        ("", "Give the tag a name."),
        ("a, b", "A tag has no comma in it."),
        ("x" * 61, "Keep each tag"),
    ):
        answer = post(teaching, f"{bank(desk)}/tags", old="night", name=name)
        assert answer.status_code == 422 and said in answer.text
    assert post(teaching, f"{bank(desk)}/tags", old="night", name="After dark").status_code == 303
    assert filed(1)[1] == ["After dark"]
    assert post(teaching, f"{bank(desk)}/tags/removal", old="After dark").status_code == 303
    assert filed(1)[1] == [] and filed(1)[0] == "town/streets/lights"


# --- one question ---------------------------------------------------------------------------


def filing(page: str) -> dict[str, str]:
    """What the form of where a question stands would send."""
    inputs = re.findall(r'<input [^>]*name="(file-[a-z]+)"[^>]* value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in inputs}


def test_a_question_is_filed_on_its_page_and_two_people_are_told(app: Flask, teaching: FlaskClient, desk: Desk) -> None:
    colleague = signed_in(app.test_client(), a_colleague(desk))
    address = f"{desk.question(1)}/place"
    mine = filing(teaching.get(desk.question(1)).text)
    assert colleague.post(address, data={**mine, "file-category": "parks"}).status_code == 303
    conflict = teaching.post(address, data={**mine, "file-category": "streets"})
    assert conflict.status_code == 409 and "Somebody else changed this meanwhile." in conflict.text
    assert 'value="streets"' in conflict.text and filed(1)[0] == "parks"
    again = filing(conflict.text)
    assert teaching.post(address, data=again).status_code == 303 and filed(1)[0] == "streets"
    long = teaching.post(address, data={**again, "file-tags": "x" * 70})
    assert long.status_code == 422 and "Keep each tag under 60 characters." in long.text


def test_where_a_question_is_used_and_what_can_be_done_with_it(teaching: FlaskClient, desk: Desk) -> None:
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)
    page = teaching.get(desk.question(1)).text
    assert "Edition 1: answered in 0 attempts" in page
    assert f"{desk.question(1)}/hiding" not in page and f"{desk.question(1)}/removal" not in page
    assert teaching.post(f"{desk.question(1)}/hiding").status_code == 409
    copied = teaching.post(f"{desk.question(1)}/copy")
    copy = copied.location
    assert copied.status_code == 303 and "This is the copy" in teaching.get(copy).text
    hidden = teaching.post(f"{copy}/hiding", follow_redirects=True).text
    assert "This question is hidden" in hidden and ">Hidden<" in hidden
    fields = fields_of(hidden)
    saved = teaching.post(f"{copy}/versions", data={**fields, "action": "save", "stem": "Who rests there?"})
    assert saved.status_code == 303 and "This question is hidden" not in teaching.get(copy).text
    assert "The question is shown again" in teaching.post(f"{copy}/showing", follow_redirects=True).text


def test_a_try_says_what_decided(teaching: FlaskClient, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row for each part of the question; what is not among the foreseen answers is said to be that."""

    def said(_self: Content, answer: SingleChoiceAnswer, _language: str) -> tuple[Said, ...]:
        return (Said("", answer.choice, "", 1.0),) if answer.choice == "a" else (Said("", "", "typed", 0.0),)

    monkeypatch.setattr(SingleChoice, "said", said)
    right = post(teaching, f"{desk.course}/questions", **{**SINGLE, "action": "try", "try-choice": "a"}).text
    assert "Right: it earns the whole mark." in right
    assert re.findall(r"<td>(.*?)</td>", right) == ["The neighbours", "The neighbours", "100%"]
    wrong = post(teaching, f"{desk.course}/questions", **{**SINGLE, "action": "try", "try-choice": "b"}).text
    assert "Wrong: it earns nothing." in wrong
    assert re.findall(r"<td>(.*?)</td>", wrong) == ["typed", "None of the foreseen answers", "0%"]
    # What is written stands in the same form, and is never taken for the answer.
    plain = post(teaching, f"{desk.course}/questions", **{**SINGLE, "action": "try", "choice": "a"}).text
    assert "earns" not in plain.partition('id="try"')[2].partition("</section>")[0]


def test_a_part_that_was_left_open_earns_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = (AnswerPart("x", "Which?", (Scored("Yes", 0.5, key="y"),)), AnswerPart("z", "And?", ()))
    monkeypatch.setattr(SingleChoice, "parts", lambda *_self: parts)
    monkeypatch.setattr(SingleChoice, "said", lambda *_self: (Said("x", "y", "", 0.5),))
    trial = try_out(a_choice_question(), "en", {"try-choice": ["a"]})
    assert trial.decisions == (Decision("Which?", "Yes", "Yes", 0.5), Decision("And?", "", None, 0.0))
    assert try_out(a_choice_question(), "en", {"try-choice": ["not there"]}).grade is None


def test_the_quiz_editor_finds_by_category_and_tag(teaching: FlaskClient, desk: Desk) -> None:
    spare(desk, "Who rests there?", category="parks", tags=["night"])
    spare(desk, "Who sleeps there?")
    page = teaching.get(f"{desk.quiz}?category=parks").text
    assert "Who rests there?" in page and "Who sleeps there?" not in page
    assert "parks" in page and "night" in page
    assert "Who sleeps there?" not in teaching.get(f"{desk.quiz}?tag=night").text
    assert "No other question of the course is like that." in teaching.get(f"{desk.quiz}?tag=day").text
    done(teaching, desk, "hide", 4)
    assert "Who rests there?" not in teaching.get(f"{desk.quiz}?state=hidden").text
