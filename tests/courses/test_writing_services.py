from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.core import clock
from app.core.errors import NotFound
from app.core.models import AuditEvent, Content
from app.core.text import string_hash
from app.core.transactions import unit_of_work
from app.courses.errors import EditedMeanwhile, NothingToKeep, TextTooLong, VersionGone
from app.courses.kinds import get_kind
from app.courses.models import Activity, Course, LessonBody, RevisionReason
from app.courses.writing import queries, services
from app.courses.writing.services import Choice, SavedBody
from app.extensions import db
from tests.factories import a_draft, a_person


@pytest.fixture
def people(app: Flask) -> tuple[Person, Person]:
    return a_person("Jonas Verbeke"), a_person("Amina Trabelsi")


@pytest.fixture
def lesson(people: tuple[Person, Person]) -> Activity:
    return a_draft(modules=1, lessons=1).modules[0].activities[0]


def save(lesson: Activity, html: str, version: int, by: Person, **more: object) -> SavedBody:
    values = {"language": "en", "choice": Choice.NONE, **more}
    with unit_of_work():
        return services.save_body(
            course_id=lesson.course_id, activity_id=lesson.id, html=html, version=version, by=by.id, **values
        )  # type: ignore[arg-type]


def body(lesson: Activity, language: str = "en") -> LessonBody:
    db.session.rollback()
    return db.session.scalars(sa.select(LessonBody).where(LessonBody.language == language)).one()


def history(lesson: Activity) -> list[tuple[str, str, str | None]]:
    """Reason, text and person of each version, the oldest first."""
    text = body(lesson)
    versions = queries.list_versions(text.id)
    found = [(v.reason.value, queries.get_kept(text.id, v.id), v.by) for v in reversed(versions)]
    db.session.rollback()
    return found


def test_what_is_saved_is_clean_and_says_whose_it_is(lesson: Activity, people: tuple[Person, Person]) -> None:
    saved = save(lesson, "<h1>One</h1><script>x</script><p onclick=x>Two</p><p></p>", 1, people[0])
    text = body(lesson)
    assert text.html == "<h2>One</h2><p>Two</p>"
    assert (text.version_id, text.saved_by_id, text.saved_at) == (saved.version, people[0].id, saved.at)


def test_what_was_copied_from_the_page_of_a_lesson_is_a_source_again(
    lesson: Activity, people: tuple[Person, Person]
) -> None:
    talk, law = (f"/media/{letter * 64}/{name}" for letter, name in (("a", "talk.webm"), ("b", "law.pdf")))
    dressed = (
        f'<figure><video src="{talk}" controls preload="none" width="9" height="9"><track kind="captions" src="{talk}" '
        f'srclang="en" label="English" default=""></video></figure><p><a class="document" href="{law}">The law '
        "<small>PDF, 1.2 MB</small></a></p>"
    )
    save(lesson, dressed, 1, people[0])
    assert body(lesson).html == (
        f'<figure><video src="{talk}"></video></figure><p><a class="document" href="{law}">The law</a></p>'
    )


def test_the_second_of_two_is_told_and_nothing_of_the_first_is_overwritten(
    lesson: Activity, people: tuple[Person, Person]
) -> None:
    save(lesson, "<p>First</p>", 1, people[0])
    with pytest.raises(EditedMeanwhile):
        save(lesson, "<p>Second</p>", 1, people[1])
    assert body(lesson).html == "<p>First</p>"


def test_a_save_whose_answer_was_lost_can_be_sent_again(lesson: Activity, people: tuple[Person, Person]) -> None:
    first = save(lesson, "<p>Once</p>", 1, people[0])
    assert save(lesson, "<p>Once</p>", 1, people[0]) == first


def test_what_a_closed_page_sent_is_known_to_have_arrived_whatever_stands_since(
    lesson: Activity, people: tuple[Person, Person]
) -> None:
    jonas, amina = people
    left = save(lesson, "<p>Left</p>", 1, jonas, last=True)
    since = save(lesson, "<p>Since</p>", left.version, jonas)
    known = save(lesson, "<p>Left</p>", 1, jonas, again=True)
    assert (known.version, known.html) == (since.version, "<p>Since</p>")
    assert save(lesson, "<p>Left</p>", 1, jonas, again=True, choice=Choice.THEIRS).version == since.version
    assert body(lesson).html == "<p>Since</p>"
    kept = [("saved", "<p>Body of lesson 1.1.</p>", None), ("saved", "<p>Left</p>", jonas.name)]
    assert history(lesson) == kept
    for html, by, again in (
        ("<p>Left</p>", jonas, False),
        ("<p>Left</p>", amina, True),
        ("<p>Left, and more</p>", jonas, True),
    ):
        with pytest.raises(EditedMeanwhile):
            save(lesson, html, 1, by, again=again)
    save(lesson, "<p>Refused</p>", 1, jonas, choice=Choice.THEIRS)
    with pytest.raises(EditedMeanwhile):
        save(lesson, "<p>Refused</p>", 1, jonas, again=True)


def test_a_save_that_was_sent_again_is_no_conflict_with_who_wrote_over_it(
    lesson: Activity, people: tuple[Person, Person]
) -> None:
    first = save(lesson, "<p>Once</p>", 1, people[0])
    save(lesson, "<p>Once, and theirs</p>", first.version, people[1])
    assert save(lesson, "<p>Once</p>", 1, people[0], again=True).html == "<p>Once, and theirs</p>"


def test_mine_keeps_theirs_in_the_history(lesson: Activity, people: tuple[Person, Person]) -> None:
    theirs = save(lesson, "<p>Theirs</p>", 1, people[0])
    save(lesson, "<p>Mine</p>", theirs.version, people[1], choice=Choice.MINE)
    assert body(lesson).html == "<p>Mine</p>"
    assert ("not_taken", "<p>Theirs</p>", "Jonas Verbeke") in history(lesson)


def test_mine_is_of_the_text_that_was_seen(lesson: Activity, people: tuple[Person, Person]) -> None:
    save(lesson, "<p>Theirs</p>", 1, people[0])
    with pytest.raises(EditedMeanwhile):
        save(lesson, "<p>Mine</p>", 1, people[1], choice=Choice.MINE)


def test_theirs_keeps_mine_in_the_history(lesson: Activity, people: tuple[Person, Person]) -> None:
    theirs = save(lesson, "<p>Theirs</p>", 1, people[0])
    for _twice in range(2):
        assert save(lesson, "<p>Mine</p>", 1, people[1], choice=Choice.THEIRS).version == theirs.version
    assert body(lesson).html == "<p>Theirs</p>"
    assert history(lesson)[-1] == ("not_taken", "<p>Mine</p>", "Amina Trabelsi")
    assert [reason for reason, _html, _by in history(lesson)].count("not_taken") == 1


def test_another_persons_text_is_kept_before_it_is_changed(lesson: Activity, people: tuple[Person, Person]) -> None:
    first = save(lesson, "<p>One</p>", 1, people[0])
    second = save(lesson, "<p>One, two</p>", first.version, people[1])
    save(lesson, "<p>One, two, three</p>", second.version, people[1])
    assert history(lesson) == [("saved", "<p>Body of lesson 1.1.</p>", None), ("saved", "<p>One</p>", "Jonas Verbeke")]


def test_one_version_for_ten_minutes_of_typing(
    lesson: Activity, people: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    start, version = clock.now(), 1
    for minute in range(26):
        monkeypatch.setattr(clock, "now", lambda minute=minute: start + timedelta(minutes=minute))
        version = save(lesson, f"<p>Minute {minute}</p>", version, people[0]).version
    kept = [html for _reason, html, _by in history(lesson)]
    assert kept == ["<p>Body of lesson 1.1.</p>", "<p>Minute 10</p>", "<p>Minute 20</p>"]


def test_the_first_text_of_a_language(lesson: Activity, people: tuple[Person, Person]) -> None:
    assert save(lesson, "", 0, people[0], language="fr").version == 0
    saved = save(lesson, "<p>Un</p>", 0, people[0], language="fr")
    assert (saved.version, body(lesson, "fr").html) == (1, "<p>Un</p>")
    with pytest.raises(EditedMeanwhile):
        save(lesson, "<p>Deux</p>", 0, people[1], language="fr")


def test_a_translation_is_made_from_the_source_that_was_beside_it(
    lesson: Activity, people: tuple[Person, Person]
) -> None:
    seen = string_hash("<p>Body of lesson 1.1.</p>")
    save(lesson, "<p>Changed</p>", 1, people[0])  # while the other translates
    save(lesson, "<p>Texte</p>", 0, people[1], language="fr", source_seen=seen)
    assert body(lesson, "fr").source_hash == seen
    assert queries.get_writing(lesson.course_id, lesson.id, "fr").is_stale


def test_a_translation_is_made_from_todays_source(lesson: Activity, people: tuple[Person, Person]) -> None:
    first = save(lesson, "<p>Un</p>", 0, people[0], language="fr")
    assert body(lesson, "fr").source_hash == string_hash("<p>Body of lesson 1.1.</p>")
    save(lesson, "<p>Changed</p>", 1, people[0])
    db.session.rollback()
    assert queries.get_writing(lesson.course_id, lesson.id, "fr").is_stale
    save(lesson, "<p>Un</p>", first.version, people[0], language="fr")
    assert body(lesson, "fr").source_hash == string_hash("<p>Changed</p>")
    assert body(lesson).source_hash is None


def test_a_draft_may_be_emptied_and_what_stood_is_kept(lesson: Activity, people: tuple[Person, Person]) -> None:
    save(lesson, "<p> </p>", 1, people[0])
    assert body(lesson).html == ""
    assert history(lesson) == [("saved", "<p>Body of lesson 1.1.</p>", None)]


@pytest.mark.parametrize("html", ["é" * 500_001, "&amp;" * 20_001])
def test_a_text_longer_than_a_megabyte_is_refused(lesson: Activity, people: tuple[Person, Person], html: str) -> None:
    with pytest.raises(TextTooLong):
        save(lesson, html, 1, people[0])


def test_an_earlier_text_comes_back_and_the_present_one_is_kept(
    lesson: Activity, people: tuple[Person, Person]
) -> None:
    save(lesson, "<p>Two</p>", 1, people[0])
    version = queries.list_versions(body(lesson).id)[0]
    db.session.rollback()
    with unit_of_work():
        services.restore_body(
            course_id=lesson.course_id, activity_id=lesson.id, language="en", revision_id=version.id, by=people[1].id
        )
    assert body(lesson).html == "<p>Body of lesson 1.1.</p>"
    assert history(lesson)[-1] == ("saved", "<p>Two</p>", "Jonas Verbeke")
    assert db.session.scalars(sa.select(AuditEvent.action)).all() == ["lesson.restore"]


def test_a_version_of_another_text_cannot_be_restored(lesson: Activity, people: tuple[Person, Person]) -> None:
    save(lesson, "<p>Two</p>", 1, people[0])
    save(lesson, "<p>Un</p>", 0, people[0], language="fr")
    version = queries.list_versions(body(lesson).id)[0]
    db.session.rollback()
    with pytest.raises(NotFound), unit_of_work():
        services.restore_body(
            course_id=lesson.course_id, activity_id=lesson.id, language="fr", revision_id=version.id, by=people[0].id
        )


def test_a_version_that_was_withdrawn_stays_away(lesson: Activity, people: tuple[Person, Person]) -> None:
    save(lesson, "<p>Two</p>", 1, people[0])
    with unit_of_work():
        db.session.execute(sa.update(Content).values(withdrawn_at=clock.now(), withdrawn_why="A name"))
    version = queries.list_versions(body(lesson).id)[0]
    db.session.rollback()
    with pytest.raises(VersionGone), unit_of_work():
        services.restore_body(
            course_id=lesson.course_id, activity_id=lesson.id, language="en", revision_id=version.id, by=people[0].id
        )


def test_a_version_kept_by_hand_is_kept_once(lesson: Activity, people: tuple[Person, Person]) -> None:
    for _twice in range(2):
        with unit_of_work():
            services.keep_version(
                course_id=lesson.course_id,
                activity_id=lesson.id,
                language="en",
                note=" For the  mayor ",
                by=people[0].id,
            )
    (version,) = queries.list_versions(body(lesson).id)
    assert (version.note, version.reason, version.by) == ("For the mayor", RevisionReason.KEPT, "Jonas Verbeke")


def test_nothing_is_kept_of_no_text(lesson: Activity, people: tuple[Person, Person]) -> None:
    with pytest.raises(NothingToKeep), unit_of_work():
        services.keep_version(
            course_id=lesson.course_id, activity_id=lesson.id, language="fr", note="", by=people[0].id
        )


def test_the_length_follows_the_text_and_is_no_edit_of_the_activity(
    lesson: Activity, people: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(get_kind("lesson")), "length", lambda *_: 7)
    save(lesson, "<p>One</p>", 1, people[0])
    assert db.session.scalar(sa.select(Activity.minutes)) == 5  # a person gave it
    db.session.rollback()
    with unit_of_work():
        db.session.execute(sa.update(Activity.__table__).values(minutes_given=False))  # type: ignore[arg-type]
    save(lesson, "<p>Two</p>", 2, people[0])
    assert db.session.execute(sa.select(Activity.minutes, Activity.version_id)).one() == (7, 1)


def test_lessons_of_other_courses_and_removed_ones_are_not_there(
    lesson: Activity, people: tuple[Person, Person]
) -> None:
    other = a_draft()
    with pytest.raises(NotFound), unit_of_work():
        services.save_body(
            course_id=other.id, activity_id=lesson.id, language="en", html="x", version=1, by=people[0].id
        )
    with unit_of_work():
        db.session.execute(sa.update(Activity.__table__).values(removed_at=clock.now()))  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        save(lesson, "x", 1, people[0])
    with pytest.raises(NotFound):
        queries.get_writing(lesson.course_id, lesson.id, "en")


def test_a_draft_that_is_written_changes_no_course(lesson: Activity, people: tuple[Person, Person]) -> None:
    save(lesson, "<p>One</p>", 1, people[0])
    assert db.session.scalar(sa.select(Course.version_id)) == 1
