"""What a call asks: adding, changing, ordering and removing, before and after it is published."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from msgspec.structs import replace

from app.auth.models import Person
from app.core import clock
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.extensions import db
from app.grants.calls import item_services as call_item_services
from app.grants.calls import items as call_items
from app.grants.calls import queries as call_queries
from app.grants.calls import services as call_services
from app.grants.calls.errors import Answered, ReasonNeeded, TooMany
from app.grants.calls.items import Direction, Sort, bare, find, fingerprint, moved, new_key, put, without
from app.grants.calls.questionnaire import Criterion, FileKind, Question, QuestionKind, Questionnaire, Report
from app.grants.models import Application, ApplicationAnswer, ApplicationState, ChangeKind, GrantCall, Occasion
from app.grants.trace import freezing
from tests.factories import a_city, a_person, text
from tests.grants.calls import drafted, published, read, stands, words
from tests.grants.factories import NOW, a_review

QUESTIONS = "/administration/grants/safer-streets/questions"
FRENCH = "/administration/grants/safer-streets/languages/fr"
THREE = Questionnaire(
    questions=tuple(Question(key, QuestionKind.TEXT, text(key)) for key in "abc"),
    criteria=(Criterion("d", text("d")),),
    reports=(Report("e", text("e"), 12),),
)


def order(asked: Questionnaire) -> str:
    return "".join(question.key for question in asked.questions)


def test_things_are_moved_by_one_place_within_their_list() -> None:
    assert order(moved(THREE, "a", Direction.DOWN)) == "bac"
    assert order(moved(THREE, "c", Direction.UP)) == "acb"
    for key, direction in (("a", Direction.UP), ("c", Direction.DOWN), ("d", Direction.UP), ("x", Direction.UP)):
        assert moved(THREE, key, direction) == THREE


def test_things_are_put_in_their_place_or_at_the_end_and_taken_out() -> None:
    other = Question("b", QuestionKind.AMOUNT, text("b"))
    assert put(THREE, other).questions[1] == other
    assert order(put(THREE, Question("x", QuestionKind.TEXT, text("x")))) == "abcx"
    assert put(THREE, Criterion("f", text("f"))).criteria[1].key == "f"
    assert order(without(THREE, "b")) == "ac"
    assert without(THREE, "e").reports == ()
    assert find(THREE, "d") == THREE.criteria[0]
    assert find(THREE, "x") is None


def test_a_fingerprint_changes_with_the_words_and_not_with_a_translation() -> None:
    question = Question("a", QuestionKind.TEXT, text("Your plan"))
    translated = Question("a", QuestionKind.TEXT, text("Your plan", fr="Votre plan"))
    assert fingerprint(question, "en") == fingerprint(translated, "en") != ""
    assert fingerprint(question, "en") != fingerprint(Question("a", QuestionKind.TEXT, text("A plan")), "en")
    assert fingerprint(None, "en") == ""


def test_keys_are_new_and_can_be_stored() -> None:
    keys = {new_key() for _key in range(50)}
    assert len(keys) == 50
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", key) and call_items.is_key(key) for key in keys)


SENT: dict[Sort, dict[str, Any]] = {
    Sort.TEXT: {"title": "Your plan", "help": "Two pages.", "required": "y", "words": "800"},
    Sort.CHOICE: {"title": "Where?", "choice_key": ["", "", ""], "choice_label": ["North", " ", "South"]},
    Sort.AMOUNT: {"title": "How much?", "least": "1000", "most": "50000", "required": "y"},
    Sort.BUDGET: {"title": "Your budget", "most": "50000", "required": "y"},
    Sort.FILES: {"title": "Letters", "files": "2", "kinds": ["pdf", "picture"]},
    Sort.CRITERION: {"title": "Clear", "help": "Is it?", "points": "10", "weight": "3"},
    Sort.REPORT: {"title": "The final report", "months": "18"},
}


def test_everything_can_be_asked(desk: FlaskClient) -> None:
    call = drafted(1)
    for sort, sent in SENT.items():
        assert "Not saved" not in read(desk, f"{QUESTIONS}/new/{sort}")
        answer = desk.post(f"{QUESTIONS}/new/{sort}", data={**sent, "action": "save"})
        assert answer.status_code == 303, words(answer.text)
    asked = stands(call).questionnaire
    plan, where, sum_, budget, letters = asked.questions[1:]
    assert (plan.title, plan.help, plan.words, plan.required) == (text("Your plan"), text("Two pages."), 800, True)
    assert [choice.label for choice in where.choices] == [text("North"), text("South")]
    assert len({choice.key for choice in where.choices}) == 2 and not where.required
    assert (sum_.least, sum_.most, budget.most) == (1000, 50_000, 50_000)
    assert (letters.files, letters.kinds) == (2, (FileKind.PDF, FileKind.PICTURE))
    assert letters.media_types == {"application/pdf", "image/jpeg", "image/png", "image/webp"}
    assert (asked.criteria[0].points, asked.criteria[0].weight, asked.reports[0].months) == (10, 3, 18)
    said = read(desk, QUESTIONS)
    for line in (
        "At most 800 words",
        "2 answers to choose from",
        "From €1,000 to €50,000",
        "At most €50,000 in all",
        "Up to 2 files PDF Pictures (JPEG, PNG, WebP)",
        "0 to 10 points weight 3",
        "18 months after",
    ):
        assert line in said
    assert "Up to 2 files" in read(desk, "/administration/grants/safer-streets/publishing")
    tried = read(desk, f"{QUESTIONS}/preview?language=fr")
    assert "2. Your plan Two pages. At most 800 words" in tried and "Amount in EUR" in tried
    for item in call_items.items(asked):
        assert "Not saved" not in read(desk, f"{QUESTIONS}/{item.key}")


BAD = [
    (Sort.TEXT, {"title": ""}, "Write it."),
    (Sort.TEXT, {"words": "9"}, "Write a whole number from 10 to 5000."),
    (Sort.CHOICE, {"choice_label": ["North", "", ""]}, "Write at least two different answers."),
    (Sort.CHOICE, {"choice_label": ["North", "South", " North "]}, "The same answer stands twice."),
    (Sort.CHOICE, {"choice_label": ["North", "x" * 301]}, "At most 300 characters each."),
    (Sort.CHOICE, {"choice_label": [str(n) for n in range(41)]}, "At most 40 answers."),
    (Sort.AMOUNT, {"least": "5", "most": "4"}, "That is less than the least."),
    (Sort.BUDGET, {"most": "0"}, "Write a whole number from 1 to 2000000000."),
    (Sort.FILES, {"files": "11"}, "Write a whole number from 1 to 10."),
    (Sort.FILES, {"files": ""}, "Write a whole number from 1 to 10."),
    (Sort.FILES, {"kinds": ["exe"]}, "Choose from the list."),
    (Sort.CRITERION, {"weight": "0"}, "Write a whole number from 1 to 100."),
    (Sort.REPORT, {"months": "121"}, "Write a whole number from 1 to 120."),
]


@pytest.mark.parametrize(("sort", "bad", "error"), BAD)
def test_what_cannot_be_asked_is_said(
    desk: FlaskClient, sort: Sort, bad: dict[str, Any], error: str
) -> None:  # fmt: skip
    call = drafted(1)
    answer = desk.post(f"{QUESTIONS}/new/{sort}", data={**SENT[sort], **bad, "action": "save"})
    assert answer.status_code == 422
    assert error in words(answer.text)
    assert len(call_items.items(stands(call).questionnaire)) == 1


def test_rows_of_answers_are_arranged_without_javascript_and_nothing_typed_is_lost(desk: FlaskClient) -> None:
    call = drafted(1)
    sent = {"title": "Where?", "choice_key": ["", "", ""], "choice_label": ["North", "South", ""]}
    more = desk.post(f"{QUESTIONS}/new/choice", data={**sent, "action": "more"})
    assert (more.status_code, more.text.count('name="choice_label"')) == (200, 5)
    up = desk.post(f"{QUESTIONS}/new/choice", data={**sent, "action": "up-1"}).text
    assert up.index('value="South"') < up.index('value="North"')
    assert 'value="Where?"' in up
    for odd in ("up-0", "down-99", "up-x", "down-", "up-²"):
        assert desk.post(f"{QUESTIONS}/new/choice", data={**sent, "action": odd}).status_code == 200
    assert len(stands(call).questionnaire.questions) == 1


def test_the_keys_of_answers_stay_and_none_is_taken_from_a_form(desk: FlaskClient) -> None:
    call = drafted(1)
    desk.post(f"{QUESTIONS}/new/choice", data={**SENT[Sort.CHOICE], "action": "save"})
    question = stands(call).questionnaire.questions[1]
    north, south = (choice.key for choice in question.choices)
    sent = {
        "title": "Where?", "before": fingerprint(question, "en"), "action": "save",
        "choice_key": [south, north, "forged", south], "choice_label": ["In the south", "North", "East", "West"],
    }  # fmt: skip
    assert desk.post(f"{QUESTIONS}/{question.key}", data=sent).status_code == 303
    choices = stands(call).questionnaire.questions[1].choices
    assert [choice.key for choice in choices][:2] == [south, north]
    assert [choice.label for choice in choices] == [text(w) for w in ("In the south", "North", "East", "West")]
    assert "forged" not in {choice.key for choice in choices}
    assert len({choice.key for choice in choices}) == 4


def save(call: GrantCall, title: str, *, why: str = "", key: str = "plan") -> None:
    with unit_of_work():
        asked = db.session.get_one(GrantCall, call.id, populate_existing=True).questionnaire
        item = Question(key, QuestionKind.TEXT, text(title))
        before = fingerprint(find(asked, key), "en")
        call_item_services.save_item(call_id=call.id, item=item, before=before, why=why, by=1)


def test_of_two_who_edit_a_question_the_second_sees_both(desk: FlaskClient) -> None:
    call = drafted(1)
    page = desk.get(f"{QUESTIONS}/plan").text
    before = re.findall(r'name="before"[^>]* value="([^"]*)"', page)[0]
    save(call, "Their plan")
    sent = {"title": "My plan", "help": "Mine.", "before": before, "action": "save"}
    answer = desk.post(f"{QUESTIONS}/plan?sort=text", data=sent)
    assert answer.status_code == 409
    said = words(answer.text)
    assert "Nothing of yours is lost" in said and "What is saved now Their plan" in said
    assert 'value="My plan"' in answer.text and "Mine." in answer.text
    before = re.findall(r'name="before"[^>]* value="([^"]*)"', answer.text)[0]
    assert desk.post(f"{QUESTIONS}/plan?sort=text", data={**sent, "before": before}).status_code == 303
    assert stands(call).questionnaire.questions[0].title == text("My plan")


def test_a_question_that_was_removed_meanwhile_can_be_put_back(desk: FlaskClient) -> None:
    call = drafted(1)
    desk.post(f"{QUESTIONS}/new/text", data={**SENT[Sort.TEXT], "action": "save"})
    question = stands(call).questionnaire.questions[1]
    sent = {"title": "My plan", "before": fingerprint(question, "en"), "action": "save"}
    with unit_of_work():
        call_item_services.remove_item(
            call_id=call.id, key=question.key, before=fingerprint(question, "en"), why="", by=1
        )
    answer = desk.post(f"{QUESTIONS}/{question.key}?sort=text", data=sent)
    assert answer.status_code == 409
    assert "saving again puts it back" in words(answer.text)
    assert desk.post(f"{QUESTIONS}/{question.key}?sort=text", data={**sent, "before": ""}).status_code == 303
    assert stands(call).questionnaire.questions[1].key == question.key
    assert desk.post(f"{QUESTIONS}/Forged_Key?sort=text", data={**sent, "before": ""}).status_code == 404
    assert desk.post(f"{QUESTIONS}/abcdefghjk?sort=nothing", data={**sent, "before": ""}).status_code == 404


def test_what_was_changed_meanwhile_is_not_removed(desk: FlaskClient) -> None:
    call = drafted(1)
    before = fingerprint(call.questionnaire.questions[0], "en")
    save(call, "Their plan")
    answer = desk.post(f"{QUESTIONS}/plan/removal", data={"before": before})
    assert answer.status_code == 409
    assert "Not removed: Somebody else changed this" in words(answer.text)
    before = fingerprint(stands(call).questionnaire.questions[0], "en")
    for _press in range(2):
        assert desk.post(f"{QUESTIONS}/plan/removal", data={"before": before}).status_code == 303
    assert stands(call).questionnaire.questions == ()


def test_a_question_is_moved_by_its_buttons(desk: FlaskClient) -> None:
    call = drafted(1)
    save(call, "Your budget", key="budget")
    assert desk.post(f"{QUESTIONS}/budget/place", data={"direction": "up"}).status_code == 303
    assert [question.key for question in stands(call).questionnaire.questions] == ["budget", "plan"]
    assert desk.post(f"{QUESTIONS}/budget/place", data={"direction": "sideways"}).status_code == 404
    assert desk.post(f"{QUESTIONS}/nothing/place", data={"direction": "up"}).status_code == 404


def test_a_list_has_an_end(app: Flask) -> None:
    call = drafted(a_person().id)
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id)
        row.questionnaire = Questionnaire(reports=tuple(Report(f"r{n}", text("x"), 1) for n in range(20)))
        db.session.flush()
        with pytest.raises(TooMany):
            call_item_services.save_item(call_id=call.id, item=Report("new", text("x"), 1), before="", why="", by=1)


def an_application(call: GrantCall, person: Person, *, submitted: bool) -> None:
    with unit_of_work():
        row = Application(
            call_id=call.id, city_id=a_city().id, created_at=NOW, created_by_id=person.id,
            state=ApplicationState.SUBMITTED if submitted else ApplicationState.DRAFT,
            submitted_at=NOW if submitted else None,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        db.session.add(
            ApplicationAnswer(application_id=row.id, key="plan", value="A plan", saved_by_id=person.id, saved_at=NOW)
        )
        db.session.flush()
        if submitted:
            freezing.freeze(row.id, Occasion.SUBMISSION, at=NOW)


def test_after_publication_questions_change_with_a_reason_and_answers_are_kept(desk: FlaskClient) -> None:
    call, person = published(1), a_person()
    an_application(call, person, submitted=False)
    with pytest.raises(ReasonNeeded):
        save(call, "Another plan")
    answer = desk.post(f"{QUESTIONS}/new/text", data={**SENT[Sort.TEXT], "action": "save"})
    assert answer.status_code == 422
    assert "say why you change it" in words(answer.text)
    desk.post(f"{QUESTIONS}/new/text", data={**SENT[Sort.TEXT], "why": "It was forgotten", "action": "save"})
    assert "1 city has answered this in its draft. The answer is kept" in read(desk, QUESTIONS)
    before = fingerprint(call.questionnaire.questions[0], "en")
    assert desk.post(f"{QUESTIONS}/plan/removal", data={"before": before}).status_code == 422
    desk.post(f"{QUESTIONS}/plan/removal", data={"before": before, "why": "Too much work"})
    stands(call)
    log = [(c.kind, c.why, c.values) for c in call_queries.list_changes(call.id)]
    assert log[1:] == [
        (ChangeKind.QUESTIONS, "It was forgotten", {"added": "Your plan"}),
        (ChangeKind.QUESTIONS, "Too much work", {"removed": "Your plan"}),
    ]
    assert call_queries.count_answers(call.id) == {"plan": 1}
    said = read(desk, "/grants/safer-streets/changes")
    assert "What is asked changed Removed: “Your plan” Why Too much work" in said


def test_while_a_call_is_withdrawn_its_questions_change_with_a_reason_too(desk: FlaskClient) -> None:
    call = published(1)
    with unit_of_work():
        call_services.withdraw(call_id=call.id, why="The fund is late", by=1)
    with pytest.raises(ReasonNeeded):
        save(call, "Another plan")
    db.session.rollback()
    assert "each change asks for a reason" in read(desk, QUESTIONS)
    for address in (QUESTIONS, f"{QUESTIONS}/plan", QUESTIONS.replace("/questions", ""), FRENCH):
        assert 'name="why"' in desk.get(address).text, address
    save(call, "Another plan", why="It was unclear")
    changed = call_queries.list_changes(call.id)[-1]
    assert (changed.kind, changed.why, changed.values) == (
        ChangeKind.QUESTIONS, "It was unclear", {"changed": "Another plan"}
    )  # fmt: skip


@pytest.mark.parametrize("kind", [QuestionKind.AMOUNT, QuestionKind.BUDGET])
def test_a_published_call_without_a_currency_asks_for_no_amount(desk: FlaskClient, kind: QuestionKind) -> None:
    call = published(1)
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id)
        row.currency = row.ceiling = None
    sent = {**SENT[Sort(kind.value)], "why": "It was forgotten", "action": "save"}
    answer = desk.post(f"{QUESTIONS}/new/{kind.value}", data=sent)
    assert answer.status_code == 422
    assert "The call is published and has no currency." in words(answer.text)
    assert len(stands(call).questionnaire.questions) == 1
    with unit_of_work():
        db.session.get_one(GrantCall, call.id).currency = "EUR"
    assert desk.post(f"{QUESTIONS}/new/{kind.value}", data=sent).status_code == 303


def test_the_currency_of_an_open_call_can_be_set_where_there_is_none(desk: FlaskClient) -> None:
    call, settings = published(1), "/administration/grants/safer-streets"
    readonly = r'<input[^>]*name="currency"[^>]*readonly'
    with clock.at(call.opens_at):
        assert re.search(readonly, desk.get(settings).text)
        assert "its time zone and its currency stay" in read(desk, settings)
        with unit_of_work():
            row = db.session.get_one(GrantCall, call.id)
            row.currency = row.ceiling = None
        assert not re.search(readonly, desk.get(settings).text)
        assert "Its opening and its time zone stay" in read(desk, settings)


def test_once_somebody_has_submitted_nothing_that_is_asked_changes(desk: FlaskClient) -> None:
    call, person = published(1), a_person()
    an_application(call, person, submitted=True)
    assert "A city has submitted its application, so the questions" in read(desk, QUESTIONS)
    with pytest.raises(Answered):
        save(call, "Another plan", why="Because")
    answer = desk.post(f"{QUESTIONS}/new/text", data={**SENT[Sort.TEXT], "why": "It was forgotten", "action": "save"})
    assert answer.status_code == 409
    assert "everyone answers the same" in words(answer.text)
    before = fingerprint(call.questionnaire.questions[0], "en")
    assert desk.post(f"{QUESTIONS}/plan/removal", data={"before": before, "why": "No"}).status_code == 409
    assert desk.post(f"{QUESTIONS}/plan/place", data={"direction": "up"}).status_code == 409
    assert stands(call).questionnaire == call.questionnaire


SCORED = (Criterion("need", text("Need"), points=5, weight=3), Criterion("idea", text("Idea"), points=10, weight=1))


@pytest.mark.parametrize(
    "change",
    [
        replace(SCORED[0], points=10),
        replace(SCORED[0], weight=1),
        replace(SCORED[0], title=text("Whether it is needed")),
        replace(SCORED[0], help=text("Be strict.")),
        Criterion("reach", text("Whom it reaches"), points=10),
    ],
)
def test_once_somebody_has_submitted_criteria_change_no_ranking(desk: FlaskClient, change: Criterion) -> None:
    """Reviews are of what was submitted, so what they are scored by stands still before the first is written."""
    call, person = published(1), a_person()
    with unit_of_work():
        row = db.session.get_one(GrantCall, call.id)
        row.questionnaire = replace(row.questionnaire, criteria=SCORED)
    an_application(call, person, submitted=True)
    row = db.session.scalars(sa.select(Application)).one()
    a_review(row, a_person(), person, scores={"need": 4, "idea": 5})
    before = next((fingerprint(one, "en") for one in SCORED if one.key == change.key), "")
    with pytest.raises(Answered, match="criteria and reports stay as they are"), unit_of_work():
        call_item_services.save_item(call_id=call.id, item=change, before=before, why="Because", by=1)
    with pytest.raises(Answered), unit_of_work():
        call_item_services.move_item(call_id=call.id, key="need", direction=Direction.DOWN, by=1)
    mark = fingerprint(SCORED[1], "en")
    with pytest.raises(Answered), unit_of_work():
        call_item_services.remove_item(call_id=call.id, key="idea", before=mark, why="Because", by=1)
    sent = {"title": "Need", "points": "9", "weight": "9", "before": fingerprint(SCORED[0], "en"), "why": "Because"}
    assert desk.post(f"{QUESTIONS}/need", data={**sent, "action": "save"}).status_code == 409
    assert "criteria and reports stay as they are" in read(desk, QUESTIONS)
    assert stands(call).questionnaire.criteria == SCORED


def test_what_was_asked_stays_also_when_the_one_city_that_submitted_withdrew(desk: FlaskClient) -> None:
    call, person = published(1), a_person()
    an_application(call, person, submitted=True)
    with unit_of_work():
        row = db.session.scalars(sa.select(Application)).one()
        row.state, row.submitted_at = ApplicationState.WITHDRAWN, None
    assert call_queries.has_submissions(call.id)
    said = read(desk, QUESTIONS)
    assert "A city has submitted its application, so the questions" in said
    assert "Add a text" not in said and "Remove" not in said
    with pytest.raises(Answered):
        save(call, "Another plan", why="Because")


def test_a_bare_one_of_each_sort_says_nothing() -> None:
    assert {call_items.sort_of(bare(sort, "k")) for sort in Sort} == set(Sort)
    assert all(bare(sort, "k").title == Text({}) for sort in Sort)


def test_a_page_shows_what_it_is_given_as_text(desk: FlaskClient) -> None:
    drafted(1)
    desk.post(
        f"{QUESTIONS}/new/text", data={"title": "<script>alert(1)</script>", "help": "{{ 7*7 }}", "action": "save"}
    )
    with clock.at(NOW):
        html = desk.get(f"{QUESTIONS}/preview").text
    assert "<script>alert(1)" not in html
    assert "{{ 7*7 }}" in unescape(html)
