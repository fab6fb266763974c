from __future__ import annotations

import io
import zipfile

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, Role
from app.core.models import AuditEvent
from app.courses.models import Course
from app.exchange.questions import FORMATS
from app.exchange.sheet.examples import examples
from app.extensions import db
from app.quizzes.types import ShortAnswer, SingleChoice, TrueFalse
from tests.factories import a_choice_question, a_draft, a_person, text
from tests.house_rules.scene import rows_by_table
from tests.pages import check_page

from .question_files import CSV, Mover, bank_of


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person(roles=(Role.TRAINER,))


@pytest.fixture
def course(trainer: Person) -> Course:
    return a_draft(trainer=trainer)


@pytest.fixture
def mover(app: Flask, trainer: Person, course: Course) -> Mover:
    return Mover(app.test_client(), trainer, course.id)


def test_the_page_to_import_offers_formats_and_templates(mover: Mover) -> None:
    page = mover.client.get(f"{mover.address}/import")
    assert page.status_code == 200 and check_page(page.text) == []
    assert "template/xlsx" in page.text and "QTI 2.1" in page.text


def test_a_file_is_looked_at_then_taken_and_written_down(mover: Mover, course: Course, trainer: Person) -> None:
    before = rows_by_table()
    looked = mover.check(CSV, category="Module 1", tags="new, Safety")
    assert looked.status_code == 200 and rows_by_table() == before
    assert check_page(looked.text) == []
    assert "2 questions can come in" in looked.text and "Take 2 questions into the bank" in looked.text
    assert "The neighbours" in looked.text and "Category: Module 1/Streets" in looked.text
    taken = mover.take(looked.text)
    assert (taken.status_code, taken.location) == (303, f"/teach/courses/{course.id}/bank")
    bank = bank_of(course)
    category, tags, [(number, state, content)] = bank["who-first"]
    assert (category, tags, number, state) == ("Module 1/Streets", ("safety", "basics", "new"), 1, "ready")
    assert isinstance(content, SingleChoice) and [c.fraction for c in content.choices] == [1.0, 0.0]
    assert isinstance(bank["stripes"][2][0][2], ShortAnswer) and bank["stripes"][0] == "Module 1"
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "question.import")).one()
    assert (event.actor_id, event.details) == (trainer.id, {"format": "csv", "new": 2, "versions": 0})


def test_the_button_pressed_twice_takes_everything_once(mover: Mover, course: Course) -> None:
    looked = mover.check(CSV)
    mover.take(looked.text)
    again = mover.take(looked.text)
    assert again.status_code == 303
    assert sorted(bank_of(course)) == ["stripes", "who-first"]
    assert [len(versions) for _c, _t, versions in bank_of(course).values()] == [1, 1]
    assert "2 are in the bank already" in mover.client.get(again.location).text


def test_drafts_come_in_as_drafts(mover: Mover, course: Course) -> None:
    mover.bring(CSV, state="draft")
    assert {versions[0][1] for _c, _t, versions in bank_of(course).values()} == {"draft"}


def test_a_key_that_is_taken_can_get_a_new_version(mover: Mover, course: Course) -> None:
    mover.bring(CSV)
    looked = mover.check(CSV.replace(b"The press", b"The mayor"))
    assert check_page(looked.text) == []
    assert "1 has a key that the bank has already" in looked.text and "1 is in the bank as it is" in looked.text
    mover.take(looked.text)
    _category, _tags, versions = bank_of(course)["who-first"]
    assert [number for number, _state, _content in versions] == [1, 2]
    assert versions[1][2].choices[1].text == text("The mayor")  # type: ignore[union-attr]
    assert len(bank_of(course)["stripes"][2]) == 1


def test_a_key_that_is_taken_can_get_a_question_beside_it(mover: Mover, course: Course) -> None:
    mover.bring(CSV)
    looked = mover.check(CSV.replace(b"The press", b"The mayor"))
    mover.take(looked.text, **{"way-who-first": "beside"})
    assert sorted(bank_of(course)) == ["stripes", "who-first", "who-first-2"]
    assert len(bank_of(course)["who-first"][2]) == 1


def test_another_question_with_the_same_key_is_proposed_beside_it(mover: Mover, course: Course) -> None:
    """Keys are often made from a number: what reads quite otherwise is not a new version of it."""
    mover.bring(CSV)
    mover.bring(CSV.replace(b"Who should be heard first?", b"What does a mayor do all day?"))
    assert sorted(bank_of(course)) == ["stripes", "who-first", "who-first-2"]


def test_what_somebody_changed_meanwhile_is_not_overwritten(mover: Mover, course: Course) -> None:
    mover.bring(CSV)
    looked = mover.check(CSV.replace(b"The press", b"The mayor"))
    mover.bring(CSV.replace(b"The press", b"The police"))
    refused = mover.take(looked.text)
    assert refused.status_code == 409 and "Somebody changed a question meanwhile" in refused.text
    assert check_page(refused.text) == []
    assert len(bank_of(course)["who-first"][2]) == 2
    assert mover.take(refused.text).status_code == 303
    assert len(bank_of(course)["who-first"][2]) == 3


def test_translations_stay_and_are_behind_where_the_words_changed(mover: Mover, course: Course) -> None:
    from app.core.transactions import unit_of_work
    from app.quizzes.questions import services as question_services

    content = SingleChoice(
        text("Who should be heard first?", fr="Qui entendre d’abord ?"),
        a_choice_question().choices[:2],
    )
    with unit_of_work():
        made = question_services.create_question(
            course_id=course.id,
            content=content,
            source_language="en",
            state="ready",
            by=None,  # type: ignore[arg-type]
        )
        key = made.key
    mover.bring(CSV.replace(b"who-first", key.encode()).replace(b"heard first", b"heard at first"))
    versions = bank_of(course)[key][2]
    stem = versions[1][2].stem
    assert stem.strings() == {"en": "Who should be heard at first?", "fr": "Qui entendre d’abord ?"}
    assert stem.outdated("en") == ["fr"]


def test_nothing_is_half_imported(mover: Mover, course: Course) -> None:
    data = CSV + b"broken,single_choice,Which?,One,Two,7,,\r\n"
    looked = mover.check(data)
    assert looked.status_code == 200 and check_page(looked.text) == []
    assert "questions.csv" in looked.text and "Line 4" in looked.text
    assert "column F, “right”: “7” is not the number of an answer" in looked.text
    before = rows_by_table()
    refused = mover.take(looked.text)
    assert refused.status_code == 422 and rows_by_table() == before
    assert "Tick this to take the rest" in refused.text and check_page(refused.text) == []
    assert mover.take(refused.text, leave_out="y").status_code == 303
    assert sorted(bank_of(course)) == ["stripes", "who-first"]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (b"", "questions.csv", "Choose a file with questions in it."),
        (b"hello", "letter.doc", "Nothing tells which format the file is in"),
        (b"type,question\r\n", "questions.csv", "The file holds no questions."),
        (b"x" * (8 * 1024 * 1024 + 1), "questions.csv", "larger than 8 MB"),
        (b"PK\x03\x04broken", "questions.zip", "not a zip file that can be read"),
        (b"PK\x03\x04broken", "questions.xlsx", "not a zip file that can be read"),
        (b"\xff\xfe\x00", "questions.csv", "the text is not in UTF-8"),
    ],
)
def test_what_is_no_file_of_questions_is_refused_in_words(mover: Mover, data: bytes, name: str, words: str) -> None:
    before = rows_by_table()
    refused = mover.check(data, name)
    assert refused.status_code == 422 and words in refused.text
    assert check_page(refused.text) == [] and rows_by_table() == before


def test_what_is_typed_wrongly_is_said_beside_the_field(mover: Mover) -> None:
    refused = mover.check(CSV, tags="x" * 61)
    assert refused.status_code == 422 and "A tag has at most 60 characters." in refused.text
    assert f'value="{"x" * 61}"' in refused.text and check_page(refused.text) == []
    assert mover.check(CSV, language="tlh").status_code == 422
    assert mover.check(CSV, format="word").status_code == 422


def test_a_page_whose_file_was_lost_says_so(mover: Mover, course: Course) -> None:
    looked = mover.check(CSV)
    for carried in ("", "!!!", "eJw="):
        refused = mover.take(looked.text, file=carried)
        assert refused.status_code == 422 and check_page(refused.text) == []
    assert bank_of(course) == {}


def test_the_template_is_read_as_it_stands(mover: Mover, course: Course) -> None:
    for format, kind in (("xlsx", "spreadsheetml"), ("csv", "text/csv")):
        got = mover.client.get(f"{mover.address}/import/template/{format}")
        assert got.status_code == 200 and kind in got.content_type
        assert got.headers["Content-Disposition"] == f"attachment; filename=questions.{format}"
        looked = mover.check(got.data, f"questions.{format}")
        assert f"{len(examples('en'))} questions can come in" in looked.text
        assert "cannot be read" not in looked.text
    assert mover.client.get(f"{mover.address}/import/template/qti21").status_code == 404


def test_the_page_to_export_says_what_each_format_leaves_out(mover: Mover) -> None:
    mover.bring(CSV)
    page = mover.client.get(f"{mover.address}/export")
    assert page.status_code == 200 and check_page(page.text) == []
    assert "2 questions, which are the whole bank." in page.text
    assert "That accents do not matter is understood by this site only" in page.text
    some = mover.client.get(f"{mover.address}/export?tag=safety")
    assert "1 question that you chose in the bank." in some.text
    none = mover.client.get(f"{mover.address}/export?tag=nothing")
    assert "There is nothing to export here" in none.text and check_page(none.text) == []


def test_an_export_is_a_file_and_is_written_down(mover: Mover, course: Course, trainer: Person) -> None:
    mover.bring(CSV)
    for name, format in FORMATS.items():
        got = mover.client.get(f"{mover.address}/export/{name}?tag=safety")
        assert got.status_code == 200
        disposition = f"attachment; filename={course.slug}-questions{format.suffix}"
        assert got.headers["Content-Disposition"] == disposition
    db.session.rollback()
    events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "question.export")).all()
    assert {event.details["format"] for event in events} == set(FORMATS)
    assert {(event.actor_id, event.details["questions"]) for event in events} == {(trainer.id, 1)}
    assert mover.client.get(f"{mover.address}/export/word").status_code == 404
    assert mover.client.get(f"{mover.address}/export/csv?tag=nothing").status_code == 404


def test_the_questions_of_a_quiz_go_out_in_its_order_with_its_marks(app: Flask, trainer: Person) -> None:
    course = a_draft(questions=[a_choice_question("One?"), TrueFalse(text("Two."), True)], trainer=trainer)
    mover = Mover(app.test_client(), trainer, course.id)
    quiz_id = db.session.scalar(
        sa.text("select id from activity where kind = 'quiz' and course_id = :c").bindparams(c=course.id)
    )
    page = mover.client.get(f"{mover.address}/export?quiz={quiz_id}")
    assert "2 questions that the quiz" in page.text and check_page(page.text) == []
    got = mover.client.get(f"{mover.address}/export/csv?quiz={quiz_id}").data.decode("utf-8-sig")
    assert got.index("One?") < got.index("Two.")
    assert mover.client.get(f"{mover.address}/export?quiz=999999").status_code == 404
    other = a_draft()
    assert mover.client.get(f"/teach/courses/{other.id}/questions/export").status_code in (403, 404)


@pytest.mark.parametrize("name", ["qti21", "qti3", "csv", "xlsx"])
def test_questions_go_from_one_course_to_another_unchanged(app: Flask, trainer: Person, name: str) -> None:
    here, there = a_draft(trainer=trainer), a_draft(trainer=trainer)
    mover = Mover(app.test_client(), trainer, here.id)
    template = mover.client.get(f"{mover.address}/import/template/xlsx").data
    assert mover.bring(template, "questions.xlsx").status_code == 303
    got = mover.client.get(f"{mover.address}/export/{name}")
    other = Mover(app.test_client(), trainer, there.id)
    assert other.bring(got.data, f"questions{FORMATS[name].suffix}").status_code == 303
    ours, theirs = bank_of(here), bank_of(there)
    assert ours.keys() == theirs.keys() and len(ours) >= 7
    loses = {loss.key for loss in FORMATS[name].losses(examples("en"), "en") if "this site only" not in loss.what}
    assert {key: ours[key] for key in ours.keys() - loses} == {key: theirs[key] for key in theirs.keys() - loses}


def test_a_bomb_is_refused_before_it_is_unpacked(mover: Mover) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("imsmanifest.xml", b"<manifest/>")
        archive.writestr("items/a.xml", b"0" * (70 * 1024 * 1024))
    refused = mover.check(out.getvalue(), "questions.zip")
    assert refused.status_code == 422 and "far larger than any file of questions" in refused.text


def test_more_questions_than_a_page_can_show_are_refused(mover: Mover, course: Course) -> None:
    before = rows_by_table()
    data = ("::Same::Which?{=a ~b}\n\n" * 2001).encode()
    looked = mover.check(data, name="many.gift")
    assert looked.status_code == 422 and rows_by_table() == before
    assert "a file may hold at most 2000 questions" in looked.text
