"""Importing over what is there: by key, nothing deleted, nothing touched that did not change."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core.base import Base
from app.core.models import AuditEvent, Content, Media
from app.core.text import string_hash
from app.core.transactions import unit_of_work
from app.courses import drafts
from app.courses.errors import NothingToPublish
from app.courses.kinds import Level
from app.courses.models import (
    Activity,
    Course,
    CourseSlugHistory,
    CourseTrainer,
    Lesson,
    LessonBody,
    Module,
    Revision,
)
from app.courses.writing import queries as writing_queries
from app.exchange.fates import Fate, Imported
from app.exchange.faults import Refused
from app.extensions import db
from app.quizzes.models import Question, QuestionVersion, Quiz, QuizSlot
from tests.factories import a_person

from .importing import brought_in, ids, published
from .sample import CHECK, COURSE, WELCOME, files, image, replaced


def fates(imported: Imported) -> dict[str, str]:
    return {f"{thing.what} {thing.key}": str(thing.fate) for thing in imported.things if thing.fate != Fate.UNCHANGED}


def versions() -> dict[str, int]:
    """The version of every row that has one, which a change would raise."""
    found = {}
    for table in (Course, Module, Activity, LessonBody):
        for row_id, version in db.session.execute(sa.select(table.id, table.version_id)):
            found[f"{table.__tablename__} {row_id}"] = version
    return found


def counts() -> dict[str, int]:
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
    }


def stored(app: Flask) -> set[str]:
    return {path.name for path in app.config["SETTINGS"].media_folder.rglob("*") if path.is_file()}


@pytest.fixture(autouse=True)
def empty_store(app: Flask) -> None:
    for path in app.config["SETTINGS"].media_folder.rglob("*"):
        if path.is_file():
            path.unlink()


def test_a_new_course_is_made_whole(app: Flask, tmp_path: Path) -> None:
    trainer = a_person(email="trainer@city.example")
    imported = brought_in(tmp_path, files(), trainer_id=trainer.id, by=trainer.id)
    assert imported.count() == {Fate.NEW: 16}
    course = drafts.load(imported.course_id)
    assert (course.slug, course.source_language, course.languages) == ("sample", "en", ["en", "fr"])
    assert [(m.key, [a.key for a in m.living_activities()]) for m in course.living_modules()] == [
        ("first", ["welcome", "picture", "check"]),
        ("second", ["closing", "quick"]),
    ]
    assert [(t.person_id, t.role) for t in course.trainers] == [(trainer.id, "lead")]
    welcome = db.session.scalars(sa.select(Lesson).where(Lesson.key == "welcome")).one()
    english, french = welcome.bodies
    assert (english.language, english.source_hash) == ("en", None)
    assert (french.language, french.source_hash) == ("fr", string_hash(english.html))
    check = db.session.scalars(sa.select(Quiz).where(Quiz.key == "check")).one()
    assert [(slot.question.key, slot.marks) for slot in check.slots] == [
        ("first-step", 1), ("who", 2), ("shares", 1), ("article", 1)
    ]  # fmt: skip
    assert {row.hash for row in db.session.scalars(sa.select(Media))} == stored(app)
    assert not [check for check in drafts.checks(course) if check.level is Level.BLOCKER]
    (event,) = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "course.import"))
    assert (event.actor_id, event.details) == (trainer.id, {"new": 16})


def test_importing_the_same_again_touches_nothing(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    published(course_id)
    before, rows = versions(), counts()
    imported = brought_in(tmp_path, files())
    assert imported.count() == {Fate.UNCHANGED: 16}
    assert versions() == before
    assert counts() == rows | {"audit_event": rows["audit_event"] + 1}
    with pytest.raises(NothingToPublish):
        published(course_id)


def test_a_changed_folder_changes_what_it_changed(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    before = versions()
    course = replaced("title: Closing", "title: The end").replace("topics: [schools, prevention]", "topics: [youth]")
    imported = brought_in(
        tmp_path,
        files(**{
            "course.yaml": course,
            "lessons/welcome.en.md": WELCOME + "\nMore.\n",
            "quizzes/check.yaml": replaced("marks: 2", "marks: 3", CHECK).replace("text: The press", "text: A paper"),
        }),
    )  # fmt: skip
    assert fates(imported) == {
        "course sample": "changed",
        "lesson closing": "changed",
        "lesson welcome": "changed",
        "quiz check": "changed",
        "question who": "changed",
    }
    after = versions()
    changed = {name for name in after if after[name] != before[name]}
    keys = {f"activity {number}": key for key, number in ids(course_id).items()}
    assert {keys.get(name, name.split()[0]) for name in changed} == {"course", "closing", "lesson_body"}
    assert sum(name.startswith("lesson_body") for name in changed) == 1


def test_a_question_gets_a_new_version_only_when_it_says_something_else(app: Flask, tmp_path: Path) -> None:
    brought_in(tmp_path, files())
    brought_in(tmp_path, files(**{"quizzes/check.yaml": CHECK.replace("text: The press", "text: A paper")}))
    question = db.session.scalars(sa.select(Question).where(Question.key == "who")).one()
    first, second = question.versions
    assert (first.number, second.number) == (1, 2)
    assert first.marks_hash == second.marks_hash, "what is right has not changed"
    assert second.content.choices[2].text.best("en", "en") == "A paper"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(QuestionVersion)) == 7


def test_slots_keep_their_rows_when_questions_move(app: Flask, tmp_path: Path) -> None:
    brought_in(tmp_path, files())
    before = {slot.question.key: slot.id for slot in db.session.scalars(sa.select(QuizSlot))}
    who = CHECK[CHECK.index("  - key: who") : CHECK.index("  - key: shares")]
    moved = CHECK.replace(who, "").replace("questions:\n", f"questions:\n{who}")
    imported = brought_in(tmp_path, files(**{"quizzes/check.yaml": moved}))
    assert fates(imported) == {"quiz check": "changed"}
    check = db.session.scalars(sa.select(Quiz).where(Quiz.key == "check")).one()
    assert [slot.question.key for slot in check.slots] == ["who", "first-step", "shares", "article"]
    assert {slot.question.key: slot.id for slot in db.session.scalars(sa.select(QuizSlot))} == before


def test_a_question_that_is_dropped_stays_in_the_bank_and_comes_back(app: Flask, tmp_path: Path) -> None:
    brought_in(tmp_path, files())
    who = CHECK[CHECK.index("  - key: who") : CHECK.index("  - key: shares")]
    question_id = db.session.scalar(sa.select(Question.id).where(Question.key == "who"))
    dropped = brought_in(tmp_path, files(**{"quizzes/check.yaml": CHECK.replace(who, "")}))
    assert fates(dropped) == {"quiz check": "changed", "question who": "removed"}
    assert db.session.scalar(sa.select(Question.id).where(Question.key == "who")) == question_id
    again = brought_in(tmp_path, files())
    assert fates(again) == {"quiz check": "changed", "question who": "brought back"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(QuestionVersion)) == 6


def test_moving_leaves_versions_alone(app: Flask, tmp_path: Path) -> None:
    """Two people, one editing a lesson and one moving it, are in no conflict."""
    course_id = brought_in(tmp_path, files()).course_id
    before = versions()
    start, end = COURSE.index("  - key: first"), COURSE.index("  - key: second")
    picture = COURSE[COURSE.index("      - key: picture") : COURSE.index("      - key: check")]
    swapped = COURSE[:start] + COURSE[end:] + COURSE[start:end].replace(picture, "")
    swapped = swapped.replace("      - key: quick", picture + "      - key: quick")
    imported = brought_in(tmp_path, files(**{"course.yaml": swapped}))
    assert fates(imported) in ({"module first": "changed", "lesson picture": "changed"},
                               {"module second": "changed", "lesson picture": "changed"})  # fmt: skip
    assert versions() == before
    course = drafts.load(course_id)
    assert [(m.key, [a.key for a in m.living_activities()]) for m in course.living_modules()] == [
        ("second", ["closing", "picture", "quick"]),
        ("first", ["welcome", "check"]),
    ]


def test_what_is_missing_is_marked_and_comes_back_as_it_was(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    before = ids(course_id)
    second = COURSE[COURSE.index("  - key: second") :]
    without = files(
        **{
            "course.yaml": COURSE.replace(second, ""),
            "lessons/closing.en.html": None,
            "quizzes/quick.gift": None,
            "media/end.webp": None,
        }
    )
    dropped = brought_in(tmp_path, without)
    assert fates(dropped) == {
        "module second": "removed",
        "lesson closing": "removed",
        "quiz quick": "removed",
        "question who-speaks": "removed",
        "question quick-2": "removed",
    }
    assert [m.key for m in drafts.load(course_id).living_modules()] == ["first"]
    assert brought_in(tmp_path, without).count() == {Fate.UNCHANGED: 10}, "what is gone is gone once"
    again = brought_in(tmp_path, files())
    assert set(fates(again).values()) == {"brought back"}
    assert ids(course_id) == before
    assert {a.removed_at for a in db.session.scalars(sa.select(Activity))} == {None}


def test_a_translation_is_out_of_date_when_only_its_source_changed(app: Flask, tmp_path: Path) -> None:
    def stale() -> list[str]:
        found = drafts.checks(drafts.load(course_id))
        return [
            c.message for c in found if c.topic == "translation" and "Welcome" in c.message and "changed" in c.message
        ]

    course_id = brought_in(tmp_path, files()).course_id
    assert stale() == []
    source = {"lessons/welcome.en.md": WELCOME + "\nMore.\n"}
    brought_in(tmp_path, files(**source))
    assert len(stale()) == 1
    brought_in(tmp_path, files(**source))
    assert len(stale()) == 1, "it stays so"
    brought_in(tmp_path, files(**source, **{"lessons/welcome.fr.md": "Un paragraphe.\n\nEt plus.\n"}))
    assert stale() == [], "until the translation changes too"
    brought_in(tmp_path, files())
    brought_in(tmp_path, files(**source))
    assert len(stale()) == 1
    brought_in(tmp_path, files(**source), reviewed=True)
    assert stale() == [], "or somebody says that it is right as it is"


def test_the_words_of_titles_and_questions_know_it_too(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    course = replaced("{en: A sample, fr: Un exemple}", "{en: The sample, fr: Un exemple}")
    quiz = (
        replaced("en: Ask, fr", "en: Ask first, fr", CHECK)
        .replace("Near., fr", "Near!, fr")
        .replace("So, fr", "No, fr")
    )
    brought_in(tmp_path, files(**{"course.yaml": course, "quizzes/check.yaml": quiz}))
    assert drafts.load(course_id).title.outdated("en") == ["fr"]
    first = db.session.scalars(sa.select(Question).where(Question.key == "first-step")).one().versions[-1].content
    assert first.choices[0].text.outdated("en") == ["fr"]
    assert first.stem.outdated("en") == []
    article = db.session.scalars(sa.select(Question).where(Question.key == "article")).one().versions[-1].content
    assert article.answers["en"][2].feedback.outdated("en") == ["fr"]


def test_a_translation_that_is_gone_is_gone(app: Flask, tmp_path: Path) -> None:
    brought_in(tmp_path, files())
    imported = brought_in(tmp_path, files(**{"lessons/welcome.fr.md": None}))
    assert fates(imported) == {"lesson welcome": "changed"}
    welcome = db.session.scalars(sa.select(Lesson).where(Lesson.key == "welcome")).one()
    english, french = welcome.bodies
    assert (english.html != "", french.language, french.html) == (True, "fr", "")
    assert len(writing_queries.list_versions(french.id)) == 1
    again = brought_in(tmp_path, files(**{"lessons/welcome.fr.md": None}))
    assert fates(again) == {}
    assert len(writing_queries.list_versions(french.id)) == 1


def test_every_text_that_was_replaced_can_be_found_again(app: Flask, tmp_path: Path) -> None:
    person = a_person()
    brought_in(tmp_path, files(), by=person.id)
    other = a_person()
    changed = files(**{"lessons/welcome.en.md": "Another text.\n", "lessons/welcome.fr.md": None})
    brought_in(tmp_path, changed, by=other.id)
    body = db.session.scalars(sa.select(LessonBody).where(LessonBody.html == "<p>Another text.</p>")).one()
    assert (body.saved_by_id, body.saved_at is not None) == (other.id, True)
    history = db.session.execute(
        sa.select(Content.body, Revision.person_id, Revision.reason)
        .join(Revision, Revision.content_hash == Content.hash)
        .order_by(Content.body)
    ).all()
    assert [(text[:20], author, reason) for text, author, reason in history] == [
        ("<p>A first paragraph", person.id, "imported"),
        ("<p>Un premier paragr", person.id, "imported"),
    ]


def test_an_image_that_is_known_under_another_name_is_shown_by_that(app: Flask, tmp_path: Path) -> None:
    """Media are kept once, under their hash, and served under one name."""
    brought_in(tmp_path, files())
    other = files(**{
        "course.yaml": COURSE.replace("key: sample", "key: other"),
        "lessons/picture.en.md": "![Two people talk](../media/people.png)",
        "media/talk.png": None,
        "media/people.png": image(),
    })  # fmt: skip
    course_id = brought_in(tmp_path, other).course_id
    picture = db.session.scalars(sa.select(Lesson).where(Lesson.key == "picture", Lesson.course_id == course_id)).one()
    assert "/talk.webp" in picture.bodies[0].html and "people.webp" not in picture.bodies[0].html
    assert brought_in(tmp_path, other).count() == {Fate.UNCHANGED: 16}


def test_what_cannot_be_imported_over_the_course_is_refused_with_its_line(app: Flask, tmp_path: Path) -> None:
    brought_in(tmp_path, files())
    rows, media = counts(), stored(app)
    lesson = replaced("      - key: welcome\n        kind: lesson", "      - key: welcome\n        kind: quiz")
    with pytest.raises(Refused) as refused:
        brought_in(
            tmp_path,
            files(**{
                "course.yaml": lesson,
                "lessons/welcome.en.md": None,
                "lessons/welcome.fr.md": None,
                "quizzes/welcome.yaml": "questions: []",
                "media/talk.png": image(colour="red"),
            }),
        )  # fmt: skip
    assert [str(fault) for fault in refused.value.faults] == [
        "course.yaml:14: the activity welcome is a lesson, and cannot become a quiz: give it another key"
    ]
    assert (counts(), stored(app)) == (rows, media), "nothing is left behind"


def test_the_language_of_a_course_cannot_change(app: Flask, tmp_path: Path) -> None:
    brought_in(tmp_path, files())
    french = {name: data for name, data in files().items() if name.startswith("media/")} | {
        "course.yaml": "format: 1\nkey: sample\nlanguage: fr\ntitle: T\nsummary: S\nmodules: []\n"
    }
    with pytest.raises(Refused) as refused:
        brought_in(tmp_path, {"course.yaml": french["course.yaml"]})
    assert "written in 'en', and cannot become one written in 'fr'" in refused.value.faults[0].reason


def test_a_course_that_moved_is_found_where_it_went(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    with unit_of_work():
        db.session.get_one(Course, course_id).slug = "renamed"
        db.session.add(CourseSlugHistory(slug="sample", course_id=course_id))
    with pytest.raises(Refused) as refused:
        brought_in(tmp_path, files())
    assert "is at 'renamed' today" in refused.value.faults[0].reason


def test_a_trainer_is_named_once(app: Flask, tmp_path: Path) -> None:
    first, second = a_person(), a_person()
    brought_in(tmp_path, files(), trainer_id=first.id)
    brought_in(tmp_path, files(), trainer_id=second.id)
    brought_in(tmp_path, files(), trainer_id=second.id)
    brought_in(tmp_path, files())
    rows = db.session.execute(sa.select(CourseTrainer.person_id, CourseTrainer.role)).all()
    assert sorted(tuple(row) for row in rows) == [(first.id, "lead"), (second.id, "lead")]


def test_a_question_may_stand_in_two_quizzes(app: Flask, tmp_path: Path) -> None:
    who = "questions:\n" + CHECK[CHECK.index("  - key: who") : CHECK.index("  - key: shares")]
    course = replaced("        quiz: {pass_mark: 60, shuffle: false}\n", "")
    brought_in(tmp_path, files(**{"course.yaml": course, "quizzes/quick.gift": None, "quizzes/quick.yaml": who}))
    asked = db.session.scalars(sa.select(QuizSlot.question_id)).all()
    assert len(asked) == 5
    assert len(set(asked)) == 4
