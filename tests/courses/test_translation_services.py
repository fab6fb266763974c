from __future__ import annotations

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person, Role
from app.core.errors import NotFound
from app.core.models import AuditEvent, Content
from app.core.text import string_hash
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.errors import LanguageRefused, TextsRefused
from app.courses.kinds import TranslationState, Unit
from app.courses.models import Course, CourseTrainer, LessonBody, Revision, TrainerRole
from app.courses.translation import queries as translation_queries
from app.courses.translation import services as translation_services
from app.courses.translation.services import Typed
from app.courses.translation.texts import Part, fingerprint
from app.extensions import db
from app.quizzes.bank.versions import add_version
from app.quizzes.models import Question, QuestionVersion, QuizSlot, VersionState
from app.quizzes.questions import queries as question_queries
from app.quizzes.types import ShortAnswer
from tests.factories import a_file, a_person

from .translating import a_course_to_translate, activity_id, change


@pytest.fixture
def trainer(app: Flask) -> Person:
    return a_person(roles=(Role.TRAINER,))


@pytest.fixture
def course(trainer: Person) -> Course:
    return a_course_to_translate(trainer)


def part_of(course: Course, key: str | None = None, language: str = "fr") -> Part:
    """A part of the draft as it is by now."""
    where = activity_id(course, key) if key else None
    return translation_queries.get_translation(course.id, language).part(where)


def unit_of(course: Course, unit: str, key: str | None = None, language: str = "fr") -> Unit:
    found = part_of(course, key, language).find(unit)
    assert found is not None
    return found


def save(
    course: Course, strings: dict[str, str], key: str | None = None, language: str = "fr", **typed: dict[str, Typed]
) -> int:
    """Save translations as from a page that was opened just now."""
    part = part_of(course, key, language)
    sent = {
        name: Typed(string, fingerprint(part.find(name).translation), string_hash(part.find(name).source))  # type: ignore[union-attr]
        for name, string in strings.items()
    }
    return save_typed(course, sent, part, language)


def save_typed(course: Course, typed: dict[str, Typed], part: Part, language: str = "fr", by: int | None = None) -> int:
    ready = translation_services.prepared(part, typed)
    db.session.rollback()
    with unit_of_work():
        return translation_services.save_texts(
            course_id=course.id, activity_id=part.activity_id, language=language, typed=ready, by=by
        )


# --- languages ---------------------------------------------------------------------


def test_a_language_is_added_in_its_usual_spelling_and_written_down(course: Course, trainer: Person) -> None:
    with unit_of_work():
        assert translation_services.add_language(course_id=course.id, tag=" pt-br ", by=trainer.id) == "pt-BR"
    assert db.session.get(Course, course.id).languages == ["en", "fr", "ar", "pt-BR"]  # type: ignore[union-attr]
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "course.add_language")).one()
    assert (event.actor_id, event.details) == (trainer.id, {"language": "pt-BR"})


@pytest.mark.parametrize("tag", ["", "xx", "english", "fr_FR", "fr", "../x", "x" * 5000, "qqq-Zzzz"])
def test_what_is_no_language_or_is_there_already_is_not_added(course: Course, tag: str) -> None:
    with pytest.raises(LanguageRefused), unit_of_work():
        translation_services.add_language(course_id=course.id, tag=tag, by=1)


def test_a_language_that_comes_back_has_its_translations_and_editions_keep_theirs(
    course: Course, trainer: Person
) -> None:
    save(course, {"title": "Le rôle de la ville"})
    with unit_of_work():
        edition_id = services.publish(course_id=course.id, by=None).id
    with unit_of_work():
        translation_services.remove_language(course_id=course.id, language="fr", by=trainer.id)
    with pytest.raises(NotFound):
        translation_queries.get_translation(course.id, "fr")
    edition = db.session.get(services.Edition, edition_id)
    assert edition is not None and edition.outline.languages == ("en", "fr", "ar")
    assert edition.outline.title.best("fr", "en") == "Le rôle de la ville"
    db.session.rollback()
    with unit_of_work():
        translation_services.add_language(course_id=course.id, tag="fr", by=trainer.id)
    assert unit_of(course, "title").translation == "Le rôle de la ville"


def test_a_translator_loses_a_language_that_the_course_no_longer_has(course: Course) -> None:
    translator = a_person()
    with unit_of_work():
        row = CourseTrainer(
            course_id=course.id, person_id=translator.id, role=TrainerRole.TRANSLATOR, languages=["fr", "ar"]
        )
        db.session.add(row)
    with unit_of_work():
        translation_services.remove_language(course_id=course.id, language="fr", by=1)
    assert db.session.get_one(CourseTrainer, row.id).languages == ["ar"]


def test_the_language_that_a_course_is_written_in_stays(course: Course) -> None:
    with pytest.raises(LanguageRefused), unit_of_work():
        translation_services.remove_language(course_id=course.id, language="en", by=1)
    with pytest.raises(NotFound), unit_of_work():
        translation_services.remove_language(course_id=course.id, language="de", by=1)


# --- texts -------------------------------------------------------------------------


def test_what_is_translated_counts_and_what_changes_in_the_source_makes_it_out_of_date(course: Course) -> None:
    assert unit_of(course, "title", "lesson-1-1").state is TranslationState.MISSING
    assert save(course, {"title": "Leçon 1"}, "lesson-1-1") == 1
    assert unit_of(course, "title", "lesson-1-1").state is TranslationState.DONE
    change(course, "lesson-1-1", title="The first lesson")
    unit = unit_of(course, "title", "lesson-1-1")
    assert (unit.state, unit.translation) == (TranslationState.OUTDATED, "Leçon 1")
    assert unit_of(course, "title", "lesson-1-1", "ar").state is TranslationState.MISSING


def test_titles_summary_and_module_titles_are_the_course_s_own(course: Course) -> None:
    saved = {"title": "Titre", "summary": "Résumé\nen deux lignes", "module/module-1": "Module un"}
    assert save(course, saved) == 3
    assert {unit.key: unit.translation for unit in part_of(course).units} == saved
    loaded = drafts.load(course.id)
    assert (loaded.title.best("en", "en"), loaded.title.best("fr", "en")) == ("The city’s part", "Titre")


def test_a_translation_that_is_emptied_is_taken_out(course: Course) -> None:
    save(course, {"title": "Titre"})
    assert save(course, {"title": "  "}) == 1
    assert unit_of(course, "title").state is TranslationState.MISSING


def test_a_translation_that_still_fits_is_up_to_date_without_a_word_typed(course: Course) -> None:
    save(course, {"title": "Leçon 1"}, "lesson-1-1")
    change(course, "lesson-1-1", title="The first lesson")
    part = part_of(course, "lesson-1-1")
    unit = part.find("title")
    assert unit is not None
    left = Typed("Leçon 1", fingerprint("Leçon 1"), string_hash(unit.source))
    assert save_typed(course, {"title": left}, part) == 0
    assert unit_of(course, "title", "lesson-1-1").state is TranslationState.OUTDATED
    fits = Typed("Leçon 1", fingerprint("Leçon 1"), string_hash(unit.source), fits=True)
    assert save_typed(course, {"title": fits}, part) == 1
    assert unit_of(course, "title", "lesson-1-1").state is TranslationState.DONE


def test_words_that_somebody_else_saved_meanwhile_are_not_overwritten(course: Course) -> None:
    part = part_of(course)
    unit = part.find("title")
    assert unit is not None
    mine = {
        "title": Typed("Le mien", "", string_hash(unit.source)),
        "summary": Typed("Résumé", "", string_hash(part.find("summary").source)),  # type: ignore[union-attr]
    }
    save(course, {"title": "Le leur"})
    with pytest.raises(TextsRefused) as refused:
        save_typed(course, mine, part)
    assert refused.value.status == 409 and refused.value.problems.keys() == {"title"}
    assert unit_of(course, "title").translation == "Le leur"
    assert unit_of(course, "summary").translation is None  # none of them was saved
    chosen = {"title": Typed("Le mien", fingerprint("Le leur"), string_hash(unit.source))}
    assert save_typed(course, chosen, part) == 1


def test_a_text_left_as_it_was_shown_does_not_undo_a_later_one(course: Course) -> None:
    save(course, {"title": "Ancien"})
    part = part_of(course)
    untouched = {"title": Typed("Ancien", fingerprint("Ancien"), string_hash(part.find("title").source))}  # type: ignore[union-attr]
    save(course, {"title": "Nouveau"})
    assert save_typed(course, untouched, part) == 0
    assert unit_of(course, "title").translation == "Nouveau"


def test_a_source_that_changed_while_one_translated_is_to_be_looked_at_first(course: Course) -> None:
    part = part_of(course, "lesson-1-1")
    typed = {"title": Typed("Leçon", "", string_hash(part.find("title").source))}  # type: ignore[union-attr]
    change(course, "lesson-1-1", title="Something else")
    with pytest.raises(TextsRefused) as refused:
        save_typed(course, typed, part)
    assert refused.value.status == 409
    assert unit_of(course, "title", "lesson-1-1").translation is None


def test_too_long_a_title_is_refused_and_an_unknown_text_is_not_found(course: Course) -> None:
    with pytest.raises(TextsRefused) as refused:
        save(course, {"title": "x" * 201})
    assert refused.value.status == 422
    with pytest.raises(NotFound):
        save_typed(course, {"nothing": Typed("x", "", "")}, part_of(course))
    with pytest.raises(NotFound), unit_of_work():
        translation_services.save_texts(course_id=course.id, activity_id=None, language="en", typed={}, by=None)


# --- lessons -----------------------------------------------------------------------


def test_a_lesson_s_text_is_cleaned_saved_with_its_source_and_kept_when_it_is_replaced(course: Course) -> None:
    save(course, {"body": "<p>Corps</p><script>x()</script>"}, "lesson-1-1")
    body = db.session.scalars(sa.select(LessonBody).where(LessonBody.language == "fr")).one()
    assert (body.html, body.source_hash) == ("<p>Corps</p>", string_hash("<p>Body of lesson 1.1.</p>"))
    assert body.saved_at is not None
    assert unit_of(course, "body", "lesson-1-1").state is TranslationState.DONE
    save(course, {"body": "<p>Un autre corps</p>"}, "lesson-1-1")
    revision = db.session.scalars(sa.select(Revision).where(Revision.subject == f"lesson_body:{body.id}")).one()
    kept = db.session.get(Content, revision.content_hash)
    assert kept is not None and kept.body == "<p>Corps</p>"


def test_a_lesson_s_text_is_never_emptied(course: Course) -> None:
    save(course, {"body": "<p>Corps</p>"}, "lesson-1-1")
    with pytest.raises(TextsRefused):
        save(course, {"body": "<p> </p>"}, "lesson-1-1")
    assert unit_of(course, "body", "lesson-1-1").translation == "<p>Corps</p>"


# --- what a source said before ----------------------------------------------------------


def test_a_former_title_is_found_in_the_editions(course: Course) -> None:
    save(course, {"title": "Leçon 1"}, "lesson-1-1")
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    change(course, "lesson-1-1", title="Lesson 1.1 revised")
    assert translation_queries.former_sources(course.id, part_of(course, "lesson-1-1")) == {"title": "Lesson 1.1"}
    (before, after), *rest = translation_queries.source_changes(course.id, part_of(course, "lesson-1-1"))["title"]
    assert not rest
    assert "".join(piece.words for piece in before) == "Lesson 1.1"
    assert "".join(piece.words for piece in after) == "Lesson 1.1 revised"


def test_a_former_title_that_was_never_published_cannot_be_shown(course: Course) -> None:
    save(course, {"title": "Leçon 1"}, "lesson-1-1")
    change(course, "lesson-1-1", title="The first lesson")
    assert translation_queries.former_sources(course.id, part_of(course, "lesson-1-1")) == {}


def test_a_former_text_of_a_lesson_is_found_in_its_history_and_in_editions(course: Course) -> None:
    save(course, {"body": "<p>Corps</p>"}, "lesson-1-1")
    save(course, {"body": "<p>Corps</p>"}, "lesson-1-2")
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    change(course, "lesson-1-1", html="<p>New words.</p>")
    body = db.session.scalars(
        sa.select(LessonBody).where(LessonBody.language == "fr").order_by(LessonBody.lesson_id)
    ).all()
    assert translation_queries.former_source(body[0]) == "<p>Body of lesson 1.1.</p>"
    assert translation_queries.former_source(body[1]) is None  # it is up to date


def test_a_former_text_is_found_in_an_edition_although_it_is_dressed_there(course: Course) -> None:
    item = a_file(course, "talk.webm", media_type="video/webm", width=1280, height=720)
    source = f'<p>Words.</p><video src="/media/{item.media_hash}/talk.webm"></video>'
    change(course, "lesson-1-1", html=source)
    save(course, {"body": "<p>Mots.</p>"}, "lesson-1-1")
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    change(course, "lesson-1-1", html=source.replace("Words", "New words"))
    assert translation_queries.former_sources(course.id, part_of(course, "lesson-1-1")) == {"body": source}


def test_a_text_that_was_withdrawn_is_not_shown_again(course: Course) -> None:
    save(course, {"body": "<p>Corps</p>"}, "lesson-1-1")
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
        db.session.execute(
            sa.update(Content)
            .where(Content.body == "<p>Body of lesson 1.1.</p>")
            .values(withdrawn_at=sa.func.current_timestamp(), withdrawn_why="A name")
        )
    change(course, "lesson-1-1", html="<p>New words.</p>")
    assert translation_queries.former_sources(course.id, part_of(course, "lesson-1-1")) == {}


# --- questions ---------------------------------------------------------------------


def versions(key: str) -> list[QuestionVersion]:
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(QuestionVersion).join(Question).where(Question.key == key).order_by(QuestionVersion.number)
        )
    )


def test_a_question_translated_in_one_go_gets_one_version_with_the_same_marks(course: Course) -> None:
    save(
        course,
        {
            "question-1/stem": "Quel premier pas ?",
            "question-1/choice/a/text": "Le bon",
            "question-1/choice/a/feedback": "Car il est bon.",
            "question-1/feedback": "Qui est entendu ?",
        },
        "test",
    )
    first, second = versions("question-1")
    assert second.marks_hash == first.marks_hash and second.state == VersionState.READY
    assert second.content.stem.best("fr", "en") == "Quel premier pas ?"
    assert first.content.stem.best("fr", "en") == "Which first step fits?"
    assert second.content.choices[0].feedback.best("fr", "en") == "Car il est bon."  # type: ignore[union-attr]
    assert len(versions("question-2")) == 1
    assert unit_of(course, "question-1/choice/b/text", "test").state is TranslationState.MISSING


def test_accepted_answers_are_translated_in_the_places_of_the_source_s(course: Course) -> None:
    save(course, {"question-2/answer/2/text": "ouï-dire", "question-2/answer/1/feedback": "Oui."}, "test")
    first, second = versions("question-2")
    content = second.content
    assert isinstance(content, ShortAnswer)
    assert second.marks_hash == first.marks_hash
    assert [(a.text, a.fraction) for a in content.answers["fr"]] == [("rumour", 1.0), ("ouï-dire", 0.5)]
    assert unit_of(course, "question-2/answer/1/text", "test").translation is None  # the source's word stands in
    assert unit_of(course, "question-2/answer/1/feedback", "test").translation == "Oui."
    save(course, {"question-2/answer/1/text": "rumeur"}, "test")
    content = versions("question-2")[-1].content
    assert isinstance(content, ShortAnswer)
    assert [a.text for a in content.answers["fr"]] == ["rumeur", "ouï-dire"]
    assert content.answers["fr"][0].feedback.best("fr", "en") == "Oui."  # type: ignore[union-attr]
    assert content.grade(content.read({"text": ["Rumeur"]}), "fr").fraction == 1.0  # type: ignore[arg-type]
    save(course, {"question-2/answer/1/text": "", "question-2/answer/2/text": ""}, "test")
    content = versions("question-2")[-1].content
    assert isinstance(content, ShortAnswer) and "fr" not in content.answers


def test_a_question_s_translation_is_theirs_who_made_it(course: Course, trainer: Person) -> None:
    typed = {"question-1/stem": Typed("Quel premier pas ?", "", string_hash("Which first step fits?"))}
    save_typed(course, typed, part_of(course, "test"), by=trainer.id)
    assert [version.saved_by_id for version in versions("question-1")] == [None, trainer.id]


def test_a_question_that_changed_has_what_it_said_before(course: Course) -> None:
    save(course, {"question-1/stem": "Quel premier pas ?"}, "test")
    with unit_of_work():
        question = db.session.scalars(sa.select(Question).where(Question.key == "question-1")).one()
        content = question.versions[-1].content
        content = msgspec.structs.replace(content, stem=content.stem.with_phrase("en", "Which step is first?", "en"))
        question.versions.append(
            QuestionVersion(number=3, content=content, marks_hash="0" * 16, created_at=question.versions[-1].created_at)
        )
    part = part_of(course, "test")
    assert part.find("question-1/stem").state is TranslationState.OUTDATED  # type: ignore[union-attr]
    assert translation_queries.former_sources(course.id, part) == {"question-1/stem": "Which first step fits?"}


def test_a_quiz_that_is_pinned_to_an_older_version_gets_its_translation_and_others_do_not(course: Course) -> None:
    with unit_of_work():
        question = db.session.scalars(sa.select(Question).where(Question.key == "question-1")).one()
        old = question.versions[0]
        question.versions.append(
            QuestionVersion(number=2, content=old.content, marks_hash=old.marks_hash, created_at=old.created_at)
        )
        db.session.execute(
            sa.update(QuizSlot).where(QuizSlot.question_id == question.id).values(pinned_version_id=old.id)
        )
    save(course, {"question-1/stem": "Quel premier pas ?"}, "test")
    _old, followed, new = versions("question-1")
    assert (new.number, new.state) == (3, VersionState.HIDDEN)
    slot = db.session.scalars(sa.select(QuizSlot).where(QuizSlot.question_id == new.question_id)).one()
    assert slot.pinned_version_id == new.id
    assert "fr" not in followed.content.stem.phrases
    edited = question_queries.get_question(course.id, new.question_id)
    assert edited.latest.number == 2, "trainers go on from the question's own latest version"
    assert db.session.get_one(Question, new.question_id).latest.number == 2  # type: ignore[union-attr]


def test_a_draft_of_a_question_stays_the_latest_with_what_of_the_translation_fits_it(course: Course) -> None:
    with unit_of_work():
        question = db.session.scalars(sa.select(Question).where(Question.key == "question-1")).one()
        content = question.versions[-1].content
        content = msgspec.structs.replace(content, stem=content.stem.with_phrase("en", "Which step is first?", "en"))
        add_version(question, content, by=None, state=VersionState.DRAFT)
    save(course, {"question-1/stem": "Quel premier pas ?", "question-1/choice/a/text": "Le bon"}, "test")
    _old, _draft, ready, draft = versions("question-1")
    assert (ready.state, draft.state) == (VersionState.READY, VersionState.DRAFT)
    assert draft.content.stem.strings() == {"en": "Which step is first?"}
    assert draft.content.choices[0].text.best("fr", "en") == "Le bon"  # type: ignore[union-attr]
