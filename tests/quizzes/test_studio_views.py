"""The pages on which trainers make a quiz."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Role
from app.core.transactions import unit_of_work
from app.courses import services
from app.courses.models import Course
from app.extensions import db
from app.quizzes.models import Draw, Question, QuizSlot
from app.quizzes.types import Matching, MultipleChoice, Number, Ordering, ShortAnswer, SingleChoice, TrueFalse
from tests.at_once import at_once
from tests.factories import a_person, signed_in
from tests.pages import Page, check_page, read_page

from .studio import (
    MATCHING,
    MULTIPLE,
    NUMBER,
    ORDERING,
    SHORT,
    SINGLE,
    TRUE_FALSE,
    Desk,
    a_colleague,
    a_desk,
    count,
    keys,
    post,
    slot_ids,
    stems,
    versions,
)


@pytest.fixture(autouse=True)
def tokens_apart(app: Flask) -> Iterator[None]:
    app.config["WTF_CSRF_ENABLED"] = False
    yield
    app.config["WTF_CSRF_ENABLED"] = True


@pytest.fixture
def desk(app: Flask) -> Desk:
    return a_desk("First?", "Second?", "Third?")


@pytest.fixture
def teaching(client: FlaskClient, desk: Desk) -> FlaskClient:
    return signed_in(client, desk.trainer)


def shown(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    assert check_page(response.text) == []
    return response.text


def sound(text: str) -> Page:
    assert check_page(text) == []
    return read_page(text)


def fields_of(text: str) -> dict[str, str]:
    """What a browser would send of the question form of a page, without pressing a button."""
    page = read_page(text)
    found = {}
    for element in page.all("input", "textarea", "select"):
        inside = any(parent.attributes.get("id") == "question" for parent in element.parents)
        if not inside or element.within("template") or any(p.attributes.get("id") == "try" for p in element.parents):
            continue
        kind = element.attributes.get("type", "text")
        if kind in ("radio", "checkbox") and "checked" not in element.attributes:
            continue
        name = element.attributes.get("name", "")
        if element.tag == "textarea":
            found[name] = element.text.lstrip("\r\n")
        elif element.tag == "select":
            chosen = [o for o in page.all("option") if element in o.parents and "selected" in o.attributes]
            found[name] = chosen[0].attributes["value"] if chosen else ""
        else:
            found[name] = element.attributes.get("value", "on")
    return found


# --- the quiz -------------------------------------------------------------------------------


def test_the_questions_stand_in_order_with_what_they_lack(teaching: FlaskClient, desk: Desk) -> None:
    post(teaching, f"{desk.course}/questions", **SINGLE, quiz=str(desk.quiz_id))
    draft = {**SHORT, "quiz": str(desk.quiz_id), "action": "draft", "stem": "Only a draft?"}
    assert post(teaching, f"{desk.course}/questions", **draft).status_code == 303
    html = shown(teaching, desk.quiz)
    asked = ("First?", "Second?", "Third?", SINGLE["stem"], "Only a draft?")
    order = [html.index(f"<bdi>{stem}</bdi>") for stem in asked]
    assert order == sorted(order)
    assert "Draft, not asked yet" in html
    assert "No feedback" in html
    assert "5 questions" in html and "5 marks in all" in html


def test_an_empty_quiz_says_what_to_do(app: Flask, client: FlaskClient) -> None:
    desk = a_desk("one")
    signed_in(client, desk.trainer)
    post(client, f"{desk.quiz}/slots/{slot_ids(desk)[0]}/removal")
    html = shown(client, desk.quiz)
    assert "This quiz has no question yet. Write the first one, or take one that the course has already." in html


def test_moving_by_buttons_and_by_script(teaching: FlaskClient, desk: Desk) -> None:
    first, second, _third = slot_ids(desk)
    moved = post(teaching, f"{desk.quiz}/slots/{first}/place", move="down")
    assert (moved.status_code, moved.location) == (303, f"{desk.quiz}#slot-{first}")
    assert stems(desk) == ["Second?", "First?", "Third?"]
    fetched = teaching.post(
        f"{desk.quiz}/slots/{second}/place", data={"after": ""}, headers={"X-Requested-With": "fetch"}
    )
    assert fetched.status_code == 204
    assert stems(desk) == ["Second?", "First?", "Third?"]
    teaching.post(f"{desk.quiz}/slots/{second}/place", data={"after": str(first)})
    assert stems(desk) == ["First?", "Second?", "Third?"]
    assert post(teaching, f"{desk.quiz}/slots/{first}/place").status_code == 404  # it says nothing


def test_marks_take_a_comma_and_refuse_nonsense(teaching: FlaskClient, desk: Desk) -> None:
    slot = slot_ids(desk)[0]
    assert post(teaching, f"{desk.quiz}/slots/{slot}/marks", marks="2,5").status_code == 303
    assert 'value="2.5"' in shown(teaching, desk.quiz)
    for typed in ("", "0", "many", "1000", "nan"):
        refused = post(teaching, f"{desk.quiz}/slots/{slot}/marks", marks=typed)
        assert refused.status_code == 422
        assert "Write a number from 0.01 to 100." in refused.text
        sound(refused.text)
        assert f'name="marks" inputmode="decimal" maxlength="12" autocomplete="off" value="{typed}"' in refused.text
    fetched = teaching.post(
        f"{desk.quiz}/slots/{slot}/marks", data={"marks": "x"}, headers={"X-Requested-With": "fetch"}
    )
    assert (fetched.status_code, fetched.text) == (422, "Write a number from 0.01 to 100.")


def test_what_was_removed_is_put_back_by_the_button_offered(teaching: FlaskClient, desk: Desk) -> None:
    second = slot_ids(desk)[1]
    post(teaching, f"{desk.quiz}/slots/{second}/marks", marks="3")
    gone = post(teaching, f"{desk.quiz}/slots/{second}/removal")
    html = shown(teaching, gone.location.partition("#")[0])
    assert "The question is out of this quiz. It stays in the bank of the course." in html
    offer = [e for e in read_page(html).all("input") if any(p.attributes.get("id") == "removed" for p in e.parents)]
    sent = {e.attributes["name"]: e.attributes["value"] for e in offer if e.attributes["name"] != "csrf_token"}
    assert post(teaching, f"{desk.quiz}/slots", **sent).status_code == 303
    assert stems(desk) == ["First?", "Second?", "Third?"]
    assert 'value="3"' in shown(teaching, desk.quiz)
    again = post(teaching, f"{desk.quiz}/slots/{second}/removal")  # gone for long: nothing to say
    assert again.location == desk.quiz


def test_a_question_of_the_bank_is_found_and_taken(teaching: FlaskClient, desk: Desk) -> None:
    post(teaching, f"{desk.course}/questions", **SINGLE)
    html = shown(teaching, f"{desk.quiz}?q=HEARD")
    assert "In no quiz" in html and SINGLE["stem"] in html
    assert "No other question of the course is like that." in shown(teaching, f"{desk.quiz}?q=nothing")
    assert post(teaching, f"{desk.quiz}/slots", question="4").status_code == 303
    assert stems(desk)[-1] == SINGLE["stem"]
    assert "Every question of the course is in this quiz already." in shown(teaching, desk.quiz)
    other = a_desk("Theirs?")
    assert post(teaching, f"{desk.quiz}/slots", question="5").status_code == 404
    assert stems(other) == ["Theirs?"]


def test_a_quiz_costs_the_same_however_long_it_is(app: Flask, client: FlaskClient, statements: list[str]) -> None:
    costs = []
    for size in (1, 12):
        desk = a_desk(*[f"Question {n}?" for n in range(size)])
        signed_in(client, desk.trainer)
        client.get(desk.quiz)
        statements.clear()
        client.get(desk.quiz)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 15


# --- settings --------------------------------------------------------------------------------


# --- draws and pages (settings: test_settings_forms) -----------------------------------------------------


def categorised(desk: Desk) -> None:
    """The second question stands in a category and has a tag, and no quiz asks it any more."""
    post_of = slot_ids(desk)[1]
    with unit_of_work():
        question = db.session.get(Question, 2)
        assert question
        question.category, question.tags = "Streets/Night", ["law"]
        db.session.execute(sa.delete(QuizSlot).where(QuizSlot.id == post_of))


def draws_of(desk: Desk) -> list[tuple[Draw | None, float, bool]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(QuizSlot.draw, QuizSlot.marks, QuizSlot.new_page)
        .where(QuizSlot.quiz_id == desk.quiz_id)
        .order_by(QuizSlot.rank, QuizSlot.id)
    ).all()
    db.session.rollback()
    return [(row.draw, row.marks, row.new_page) for row in rows]


def test_draws_are_added_changed_and_say_what_they_find(teaching: FlaskClient, desk: Desk) -> None:
    categorised(desk)
    fields = {"category": "in:Streets", "below": "y", "tags": "law", "count": "2", "marks": "1,5"}
    added = post(teaching, f"{desk.quiz}/draws", **fields)
    assert added.status_code == 303
    wanted = Draw("Streets", True, ("law",))
    assert draws_of(desk)[2:] == [(wanted, 1.5, True), (wanted, 1.5, True)]
    html = shown(teaching, desk.quiz)
    assert "Drawn at random from “Streets” and below it, tagged “law”" in html
    assert html.count("1 question is ready to be drawn") == 2
    assert html.count("1 too few, shared with question") == 2
    assert f'<a href="{desk.question(2)}?quiz={desk.quiz_id}"><bdi>Second?</bdi></a>' in html
    slot = slot_ids(desk)[3]
    changed = post(teaching, f"{desk.quiz}/slots/{slot}/draw", **{f"draw{slot}-category": "all"})
    assert changed.status_code == 303
    assert draws_of(desk)[3] == (Draw(), 1.5, True)
    assert "1 too few" in shown(teaching, desk.quiz)  # the whole bank has no other question
    post(teaching, f"{desk.quiz}/slots/{slot}/copy")
    assert draws_of(desk)[4] == (Draw(), 1.5, True)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"count": "0"}, "Write a whole number from 1 to 100."),
        ({"count": ""}, "Write a whole number from 1 to 100."),
        ({"marks": "x"}, "Write a number from 0.01 to 100."),
        ({"category": "in:Nowhere"}, "Not a valid choice."),
        ({"tags": "nobody"}, "valid choice"),
    ],
)
def test_what_cannot_be_drawn_is_refused(
    teaching: FlaskClient, desk: Desk, typed: dict[str, str], message: str
) -> None:
    categorised(desk)
    fields = {"category": "all", "tags": "law", "count": "3", "marks": "2"}
    refused = post(teaching, f"{desk.quiz}/draws", **{**fields, **typed})
    assert refused.status_code == 422
    assert message in refused.text
    page = sound(refused.text)
    values = {e.attributes.get("id"): e.attributes.get("value") for e in page.all("input")}
    assert (values["count"], values["marks"]) == (typed.get("count", "3"), typed.get("marks", "2"))
    assert len(draws_of(desk)) == 2
    slot = slot_ids(desk)[0]
    assert post(teaching, f"{desk.quiz}/slots/{slot}/draw", **{f"draw{slot}-category": "all"}).status_code == 404


def test_a_place_cannot_draw_from_what_there_is_not(teaching: FlaskClient, desk: Desk) -> None:
    categorised(desk)
    post(teaching, f"{desk.quiz}/draws", category="in:Streets", below="y", count="1", marks="1")
    slot = slot_ids(desk)[2]
    refused = post(teaching, f"{desk.quiz}/slots/{slot}/draw", **{f"draw{slot}-category": "in:Nowhere"})
    assert refused.status_code == 422
    sound(refused.text)
    assert draws_of(desk)[2][0] == Draw("Streets")


def test_a_draw_that_was_removed_is_put_back_by_the_button_offered(teaching: FlaskClient, desk: Desk) -> None:
    categorised(desk)
    post(teaching, f"{desk.quiz}/draws", category="in:Streets", tags="law", count="1", marks="3")
    first, _second, slot = slot_ids(desk)
    post(teaching, f"{desk.quiz}/slots/{slot}/place", after=str(first))
    post(teaching, f"{desk.quiz}/slots/{slot}/page", page="0")
    before = draws_of(desk)
    gone = post(teaching, f"{desk.quiz}/slots/{slot}/removal")
    html = shown(teaching, gone.location.partition("#")[0])
    assert "The draw is out of this quiz." in html
    offer = [e for e in read_page(html).all("input") if any(p.attributes.get("id") == "removed" for p in e.parents)]
    sent = {e.attributes["name"]: e.attributes["value"] for e in offer if e.attributes["name"] != "csrf_token"}
    assert post(teaching, f"{desk.quiz}/slots", **sent).status_code == 303
    assert draws_of(desk) == before


@pytest.mark.parametrize("nonsense", ["{", '{"category":1}', '"x"', "[]", '{"tags":"x"}'])
def test_a_draw_that_is_none_is_not_found(teaching: FlaskClient, desk: Desk, nonsense: str) -> None:
    assert post(teaching, f"{desk.quiz}/slots", draw=nonsense).status_code == 404
    assert len(draws_of(desk)) == 3
    assert teaching.get(desk.quiz, query_string={"removed": "draw", "draw": nonsense}).status_code == 200


def test_pages(teaching: FlaskClient, desk: Desk) -> None:
    def begins() -> list[bool]:
        return [new_page for _draw, _marks, new_page in draws_of(desk)]

    assert "Page 1" not in shown(teaching, desk.quiz)  # each on its own: nothing worth saying
    slot = slot_ids(desk)[2]
    assert post(teaching, f"{desk.quiz}/slots/{slot}/page", page="0").location == f"{desk.quiz}#slot-{slot}"
    assert begins() == [True, True, False]
    html = shown(teaching, desk.quiz)
    assert "2 pages" in html and "Page 2" in html and "Begin a page here" in html
    for fields, expected in (
        ({"pages": "one"}, [True, False, False]),
        ({"pages": "every", "every": "2"}, [True, False, True]),
        ({"pages": "each"}, [True, True, True]),
    ):
        assert post(teaching, f"{desk.quiz}/pages", **fields).status_code == 303
        assert begins() == expected
        page = read_page(shown(teaching, desk.quiz))
        chosen = [e for e in page.all("input") if e.attributes.get("name") == "pages" and "checked" in e.attributes]
        assert [e.attributes["value"] for e in chosen] == [fields["pages"]]
    for wrong, message in (
        ({"pages": "every"}, "Say how many questions stand on a page."),
        ({"pages": "every", "every": "0"}, "Write a whole number from 1 to 100."),
        ({}, "Not a valid choice"),
    ):
        refused = post(teaching, f"{desk.quiz}/pages", **wrong)
        assert refused.status_code == 422 and message in refused.text
        sound(refused.text)
    assert begins() == [True, True, True]


# --- questions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "type_"),
    [
        (SINGLE, SingleChoice),
        (MULTIPLE, MultipleChoice),
        (SHORT, ShortAnswer),
        (TRUE_FALSE, TrueFalse),
        (NUMBER, Number),
        (MATCHING, Matching),
        (ORDERING, Ordering),
    ],
)
def test_a_question_is_written_and_opened_again(
    teaching: FlaskClient, desk: Desk, fields: dict[str, str], type_: type
) -> None:
    shown(teaching, f"{desk.course}/questions/new?type={fields['type']}&quiz={desk.quiz_id}")
    saved = post(teaching, f"{desk.course}/questions", **fields, quiz=str(desk.quiz_id))
    assert saved.location == f"{desk.quiz}#questions"
    assert stems(desk)[-1] == fields["stem"]
    ((number, state, content),) = versions(4)
    assert (number, state, type(content)) == (1, "ready", type_)
    html = shown(teaching, f"{desk.question(4)}?quiz={desk.quiz_id}")
    again = post(teaching, f"{desk.question(4)}/versions", **fields_of(html), action="save")
    assert again.status_code == 303
    assert versions(4) == [(1, "ready", content)]  # nothing was changed, so no version was added
    assert "Nothing was changed, so no version was added." in teaching.get(desk.quiz).text


def test_the_types_are_offered(teaching: FlaskClient, desk: Desk) -> None:
    html = shown(teaching, f"{desk.course}/questions/new")
    for label in ("Single choice", "Multiple choice", "Short answer"):
        assert label in html
    assert post(teaching, f"{desk.course}/questions", **{**SINGLE, "type": "riddle"}).status_code == 404


def test_saving_and_writing_another(teaching: FlaskClient, desk: Desk) -> None:
    saved = post(teaching, f"{desk.course}/questions", **{**SINGLE, "action": "next"}, quiz=str(desk.quiz_id))
    assert saved.location == f"{desk.course}/questions/new?type=single_choice&quiz={desk.quiz_id}"
    alone = post(teaching, f"{desk.course}/questions", **SHORT)
    assert alone.location == desk.question(5)


def test_pressing_save_twice_makes_one_question(teaching: FlaskClient, desk: Desk) -> None:
    for _again in range(2):
        assert post(teaching, f"{desk.course}/questions", **SINGLE, quiz=str(desk.quiz_id)).status_code == 303
    assert (count(Question), len(stems(desk))) == (4, 4)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"right": ""}, "No choice is right."),
        ({"choices-1-text": ""}, "A choice question needs at least two choices."),
        ({"stem": ""}, "Write the question."),
        ({"choices-1-earns": "all"}, "Write a number from -100 to 100."),
    ],
)
def test_what_is_wrong_stands_beside_the_field_and_what_was_typed_stays(
    teaching: FlaskClient, desk: Desk, fields: dict[str, str], words: str
) -> None:
    sent = {**SINGLE, "feedback": "What I typed", **fields}
    refused = post(teaching, f"{desk.course}/questions", **sent)
    assert refused.status_code == 422
    assert words in refused.text
    sound(refused.text)
    kept = fields_of(refused.text)
    assert all(kept.get(name, "") == value for name, value in sent.items() if name != "action")
    assert count(Question) == 3


def test_a_draft_may_be_unfinished(teaching: FlaskClient, desk: Desk) -> None:
    sent = {**SINGLE, "right": "", "action": "draft"}
    assert post(teaching, f"{desk.course}/questions", **sent, quiz=str(desk.quiz_id)).status_code == 303
    html = shown(teaching, desk.quiz)
    assert "Draft, not asked yet" in html and "No choice is right." in html
    (version,) = versions(4)
    assert version[1] == "draft"


def test_without_javascript_rows_come_go_and_move(teaching: FlaskClient, desk: Desk) -> None:
    address = f"{desk.course}/questions"
    more = post(teaching, address, **SINGLE, rows="add")
    assert more.status_code == 200
    sound(more.text)
    kept = fields_of(more.text)
    assert kept["choices-2-text"] == "" and kept["choices-0-text"] == "The neighbours" and kept["right"] == "0"
    down = fields_of(post(teaching, address, **kept, rows="down 0").text)
    assert (down["choices-0-text"], down["choices-1-text"], down["right"]) == ("The press", "The neighbours", "1")
    gone = fields_of(post(teaching, address, **down, rows="remove 0").text)
    assert (gone["choices-0-text"], gone["right"], "choices-2-text" in gone) == ("The neighbours", "0", False)
    assert count(Question) == 3


def test_an_answer_is_tried_and_nothing_stored(teaching: FlaskClient, desk: Desk) -> None:
    address = f"{desk.course}/questions"
    asked = post(teaching, address, **{**SINGLE, "action": "try"})
    assert asked.status_code == 200
    assert asked.text.count('name="try-choice"') == 2
    right = post(teaching, address, **{**SINGLE, "action": "try", "try-choice": "a"})
    assert "Right: it earns the whole mark." in right.text and "Yes, they live with it." in right.text
    assert "Wrong: it earns nothing." in post(teaching, address, **{**SINGLE, "action": "try", "try-choice": "b"}).text
    tried = {"action": "try", "answers-0-earns": "40", "try-text": " ZEBRA crossing"}
    typed = post(teaching, address, **{**SHORT, **tried})
    assert "Partly right: it earns 40% of the mark." in typed.text
    assert "No accepted answer earns the whole mark." in typed.text  # said, and yet it can be tried
    assert count(Question) == 3


def test_a_saved_question_is_tried_as_it_stands_in_the_form(teaching: FlaskClient, desk: Desk) -> None:
    fields = fields_of(shown(teaching, desk.question(1)))
    fields |= {"choices-1-feedback": "Not saved yet.", "action": "try", "try-choice": "b"}
    html = post(teaching, f"{desk.question(1)}/versions", **fields).text
    assert html.count("Not saved yet.") == 2
    assert len(versions(1)) == 1


def test_two_people_at_one_question_both_keep_their_words(teaching: FlaskClient, desk: Desk, app: Flask) -> None:
    colleague = signed_in(app.test_client(), a_colleague(desk))
    mine = fields_of(shown(teaching, desk.question(1)))
    theirs = fields_of(shown(colleague, desk.question(1)))
    theirs["stem"], mine["stem"] = "What they wrote?", "What I wrote?"
    assert post(colleague, f"{desk.question(1)}/versions", **theirs, action="save").status_code == 303
    refused = post(teaching, f"{desk.question(1)}/versions", **mine, action="save")
    assert refused.status_code == 409
    page = sound(refused.text)
    assert "Amal Khoury saved version 2" in refused.text
    assert "Removed: they " in "".join(e.text for e in page.all("del"))
    kept = fields_of(refused.text)
    assert (kept["stem"], kept["number"]) == ("What I wrote?", "2")
    assert post(teaching, f"{desk.question(1)}/versions", **kept, action="save").status_code == 303
    assert [content.stem.best("en", "en") for _n, _s, content in versions(1)] == [
        "First?", "What they wrote?", "What I wrote?",
    ]  # fmt: skip


def test_one_moves_a_question_while_another_edits_it(teaching: FlaskClient, desk: Desk, app: Flask) -> None:
    colleague = signed_in(app.test_client(), a_colleague(desk))
    mine = fields_of(shown(teaching, desk.question(1)))
    post(colleague, f"{desk.quiz}/slots/{slot_ids(desk)[0]}/place", move="down")
    assert post(teaching, f"{desk.question(1)}/versions", **{**mine, "stem": "Mine?"}, action="save").status_code == 303
    assert stems(desk) == ["Second?", "Mine?", "Third?"]


def test_of_two_who_save_in_one_moment_one_is_told(app: Flask, desk: Desk) -> None:
    people = [signed_in(app.test_client(), desk.trainer), signed_in(app.test_client(), a_colleague(desk))]
    sent = [{**SINGLE, "number": "1", "stem": f"Number {n}?"} for n in range(2)]
    answers = at_once(
        [partial(p.post, f"{desk.question(1)}/versions", data=d) for p, d in zip(people, sent, strict=True)]
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert len(versions(1)) == 2


def test_adding_in_one_moment_makes_one_of_each(app: Flask, desk: Desk) -> None:
    browsers = [signed_in(app.test_client(), desk.trainer) for _window in range(4)]
    fields = {**SINGLE, "quiz": str(desk.quiz_id)}
    answers = at_once([partial(b.post, f"{desk.course}/questions", data=fields) for b in browsers])
    assert [answer.status_code for answer in answers] == [303] * 4
    assert (count(Question), count(QuizSlot)) == (4, 4)


# --- versions -----------------------------------------------------------------------------------


def test_versions_are_compared_and_restored(teaching: FlaskClient, desk: Desk) -> None:
    fields = fields_of(shown(teaching, desk.question(1)))
    post(teaching, f"{desk.question(1)}/versions", **{**fields, "stem": "First, and why?"}, action="save")
    html = shown(teaching, desk.question(1))
    page = read_page(html)
    assert any("and why?" in e.text for e in page.all("ins"))
    assert "Version 2" in html and "Stian Halvorsen" in html and "Restore version 1" in html
    restored = post(teaching, f"{desk.question(1)}/versions/1/restoration")
    assert restored.location == desk.question(1)
    assert [content.stem.best("en", "en") for _n, _s, content in versions(1)] == ["First?", "First, and why?", "First?"]
    assert post(teaching, f"{desk.question(1)}/versions/9/restoration").status_code == 404


def test_what_is_left_to_translate_is_said(teaching: FlaskClient, desk: Desk) -> None:
    assert "To translate" not in shown(teaching, desk.question(1))  # the course has one language
    with unit_of_work():
        course = db.session.get(Course, desk.course_id)
        assert course
        course.languages = ["en", "fr"]
    html = shown(teaching, desk.question(1))
    assert '<bdi lang="fr">français</bdi> <span class="tag due">To translate</span>' in html
    assert "To translate: French" in shown(teaching, desk.quiz)


def test_only_a_question_that_nothing_rests_on_can_be_deleted(teaching: FlaskClient, desk: Desk) -> None:
    post(teaching, f"{desk.course}/questions", **SINGLE)
    assert "Delete it for good" in shown(teaching, desk.question(4))
    assert "Delete it for good" not in shown(teaching, desk.question(1))
    with unit_of_work():
        services.publish(course_id=desk.course_id, by=None)
    post(teaching, f"{desk.quiz}/slots/{slot_ids(desk)[0]}/removal")
    assert "Delete it for good" not in shown(teaching, desk.question(1))
    assert post(teaching, f"{desk.question(1)}/removal").status_code == 409
    assert post(teaching, f"{desk.question(4)}/removal").status_code == 303
    assert keys(desk.course_id) == ["question-1", "question-2", "question-3"]


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "part", "status"),
    [
        (Role.TRAINER, "lead", 200),
        (Role.TRAINER, "author", 200),
        (Role.TRAINER, "translator", 403),
        (Role.TRANSLATOR, "translator", 403),
        (Role.TRAINER, None, 404),
        (Role.ADMINISTRATOR, None, 200),
    ],
)
def test_who_may_edit(app: Flask, client: FlaskClient, desk: Desk, role: Role, part: str | None, status: int) -> None:
    person = a_colleague(desk, part, role=role) if part else a_person(roles=(role,))
    signed_in(client, person)
    slot = slot_ids(desk)[0]
    for address in (desk.quiz, desk.question(1), f"{desk.course}/questions/new?type=short_answer"):
        assert client.get(address).status_code == status
    changes = [
        (f"{desk.quiz}/settings", {"pass_mark": "1", "grading": "first"}),
        (f"{desk.quiz}/slots/{slot}/place", {"move": "down"}),
        (f"{desk.quiz}/slots/{slot}/marks", {"marks": "7"}),
        (f"{desk.course}/questions", SINGLE),
        (f"{desk.question(2)}/versions", {**SINGLE, "number": "1"}),
        (f"{desk.quiz}/slots/{slot}/removal", {}),
    ]
    if status != 200:
        assert [post(client, address, **fields).status_code for address, fields in changes] == [status] * len(changes)
        assert stems(desk) == ["First?", "Second?", "Third?"]
        assert db.session.scalars(sa.select(QuizSlot.marks)).all() == [1.0] * 3
        db.session.rollback()


def test_what_is_another_courses_is_not_found(teaching: FlaskClient, desk: Desk) -> None:
    other = a_desk("Theirs?")
    theirs = slot_ids(other)[0]
    for address in (f"{desk.course}/quizzes/{other.quiz_id}", desk.question(4), f"{desk.course}/quizzes/1"):
        assert teaching.get(address).status_code == 404
    for address, fields in (
        (f"{desk.quiz}/slots/{theirs}/marks", {"marks": "7"}),
        (f"{desk.quiz}/slots/{theirs}/place", {"move": "up"}),
        (f"{desk.quiz}/slots/{theirs}/copy", {}),
        (f"{desk.course}/quizzes/{other.quiz_id}/slots/{theirs}/marks", {"marks": "7"}),
        (f"{desk.question(4)}/versions", {**SINGLE, "number": "1"}),
        (f"{desk.question(4)}/removal", {}),
    ):
        assert post(teaching, address, **fields).status_code == 404
    post(teaching, f"{desk.quiz}/slots/{theirs}/removal")
    post(teaching, f"{desk.course}/questions", **SINGLE, quiz=str(other.quiz_id))
    assert stems(other) == ["Theirs?"]
