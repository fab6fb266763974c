from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import clock
from app.core.errors import NotFound
from app.core.models import AuditEvent, Content, Media, MediaVariant
from app.core.store import the_store
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.courses import drafts, services
from app.courses.errors import EditedMeanwhile, FileInUse
from app.courses.jobs import sweep
from app.courses.kinds import Level, get_kind
from app.courses.library import queries as library_queries
from app.courses.library import services as library_services
from app.courses.library.intake import NewFile, Variant
from app.courses.models import Activity, Course, CourseMedia, Lesson, LessonBody
from app.extensions import db
from tests.factories import a_course, a_draft, a_file, a_person, text

PHOTO = NewFile("a" * 64, "Photo.webp", "Photo.webp", "image/webp", 900, 1920, 1080, (Variant(480, "b" * 64, 90),))


def shown_in(course: Course, *sources: str, language: str = "en") -> Course:
    """The draft, its first lesson's text followed by these pieces."""
    with unit_of_work():
        lesson = drafts.load(course.id).living_modules()[0].living_activities()[0]
        assert isinstance(lesson, Lesson)
        if language == "en":
            lesson.bodies[0].html = "<p>Words.</p>" + "".join(sources)
        else:
            lesson.bodies.append(LessonBody(language=language, html="<p>Mots.</p>" + "".join(sources)))
    db.session.expire_all()
    return drafts.load(course.id)


def picture(item: CourseMedia, alternative: str = "A square") -> str:
    return f'<img src="/media/{item.media_hash}/{item.name}" alt="{alternative}" loading="lazy">'


def video(item: CourseMedia) -> str:
    return f'<video src="/media/{item.media_hash}/{item.name}"></video>'


def messages(course: Course, topic: str, level: Level = Level.WARNING) -> Sequence[str]:
    return [check.message for check in drafts.checks(course) if check.topic == topic and check.level is level]


def test_a_file_comes_in_once_and_is_written_down(app: Flask) -> None:
    course, person = a_draft(), a_person()
    for new in (True, False):
        with unit_of_work():
            assert library_services.add(course_id=course.id, by=person.id, file=PHOTO) is new
    assert [item.name for item in library_queries.list_items(course.id)] == ["Photo.webp"]
    assert db.session.scalars(sa.select(MediaVariant.width)).all() == [480]
    actions = db.session.scalars(sa.select(AuditEvent.action).where(AuditEvent.actor_id == person.id)).all()
    assert actions == ["media.add"]


def test_two_courses_call_the_same_file_each_by_its_own_name(app: Flask) -> None:
    first, second = a_draft(), a_draft()
    with unit_of_work():
        library_services.add(course_id=first.id, by=a_person().id, file=PHOTO)
        library_services.add(course_id=second.id, by=a_person().id, file=PHOTO)
        library_services.describe(course_id=first.id, digest=PHOTO.hash, name="Square", alternative=None, version=None)
    assert library_queries.get_item(first.id, PHOTO.hash).name == "Square"
    assert library_queries.get_item(second.id, PHOTO.hash).name == "Photo.webp"
    with unit_of_work(), pytest.raises(NotFound):
        library_services.remove(course_id=a_draft().id, digest=PHOTO.hash, by=1)


def test_who_describes_an_older_state_is_told(app: Flask) -> None:
    course = a_draft()
    item = a_file(course)
    values = {"course_id": course.id, "digest": item.media_hash, "alternative": text("A square"), "version": 1}
    with unit_of_work():
        library_services.describe(name="One", **values)
    with pytest.raises(EditedMeanwhile), unit_of_work():
        library_services.describe(name="Two", **values)
    db.session.rollback()
    assert library_queries.get_item(course.id, item.media_hash).name == "One"


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf"), 10**9])
def test_a_length_that_cannot_be_is_not_written_down(app: Flask, wrong: float) -> None:
    course = a_draft()
    item = a_file(course, "talk.webm", media_type="video/webm")
    for seconds in (wrong, 61.5, 99.0):
        with unit_of_work():
            library_services.measure(
                course_id=course.id, digest=item.media_hash, seconds=seconds, width=1280, height=720
            )
    found = library_queries.get_item(course.id, item.media_hash)
    assert (found.seconds, found.width, found.height) == (61.5, 1280, 720)


def test_where_a_file_is_used_is_what_the_texts_say(app: Flask) -> None:
    course = a_course()
    used, unused = a_file(course), a_file(course, "other.webp", b"other")
    shown_in(course, picture(used))
    found = library_queries.get_item(course.id, used.media_hash).usage
    assert [use.title.best("en", "en") for use in found.draft] == ["Lesson 1.1"]
    assert found.editions == ()
    for _edition in range(2):
        with unit_of_work():
            services.publish(course_id=course.id, by=None)
            db.session.get_one(Course, course.id).summary = text(f"Another summary {_edition}.")
    shown_in(course)
    assert library_queries.get_item(course.id, used.media_hash).usage.editions == (2, 3)
    assert not library_queries.get_item(course.id, used.media_hash).usage.draft
    assert not library_queries.get_item(course.id, unused.media_hash).usage


def test_what_is_in_use_cannot_go_and_says_where(app: Flask) -> None:
    course = a_course()
    item = a_file(course)
    shown_in(course, picture(item))
    with pytest.raises(FileInUse) as refused, unit_of_work():
        library_services.remove(course_id=course.id, digest=item.media_hash, by=1)
    assert refused.value.usage.draft
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    shown_in(course)
    with pytest.raises(FileInUse) as refused, unit_of_work():
        library_services.remove(course_id=course.id, digest=item.media_hash, by=1)
    assert refused.value.usage.editions == (2,)
    with unit_of_work():  # an edition's text that was withdrawn shows nothing
        db.session.execute(sa.update(Content).values(withdrawn_at=clock.now(), withdrawn_why="A claim"))
    with unit_of_work():
        library_services.remove(course_id=course.id, digest=item.media_hash, by=1)
    assert library_queries.list_items(course.id) == []


def test_a_removed_lesson_uses_nothing(app: Flask) -> None:
    course = a_draft()
    item = a_file(course)
    shown_in(course, picture(item))
    with unit_of_work():
        db.session.execute(sa.update(Activity).values(removed_at=clock.now()))
    assert not library_queries.get_item(course.id, item.media_hash).usage


def test_a_library_costs_the_same_however_much_is_in_it(app: Flask, statements: list[str]) -> None:
    costs = []
    for files in (1, 6):
        course = a_course(modules=2, lessons=files)
        items = [a_file(course, f"{n}.webp", f"{course.id} {n}".encode()) for n in range(files)]
        shown_in(course, *(picture(item) for item in items))
        with unit_of_work():
            services.publish(course_id=course.id, by=None)
        course_id = course.id
        db.session.remove()
        statements.clear()
        assert len(library_queries.list_items(course_id)) == files
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 6


def test_an_edition_holds_what_practitioners_get_and_captions_change_it(app: Flask) -> None:
    course = a_course()
    item = a_file(course, "talk.webm", media_type="video/webm", width=1280, height=720)
    draft = shown_in(course, video(item))
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    body = db.session.scalars(sa.select(Content.body).where(Content.body.contains("<video"))).one()
    assert 'controls preload="none" width="1280" height="720">' in body
    db.session.expire_all()
    assert drafts.review(course.id).difference.count == 0
    with unit_of_work():
        library_services.caption(
            course_id=course.id, digest=item.media_hash, by=1, language="en", file="c" * 64, size=9, shown=""
        )
    db.session.expire_all()
    assert drafts.review(course.id).difference.count == 1
    lesson = drafts.load(course.id).living_modules()[0].living_activities()[0]
    player = get_kind("lesson").preview(lesson, draft, "en")
    assert player is not None
    assert f'src="/media/{"c" * 64}/captions.vtt"' in player.context["body"].html


def test_a_video_without_captions_is_named_with_its_lesson(app: Flask) -> None:
    course = a_draft()
    item = a_file(course, "talk.webm", media_type="video/webm")
    assert messages(drafts.load(course.id), "captions", Level.PASS) == ["Every video has captions"]
    draft = shown_in(course, video(item))
    assert messages(draft, "captions") == ["“Lesson 1.1” has a video without captions in English"]
    with unit_of_work():
        library_services.caption(
            course_id=course.id, digest=item.media_hash, by=1, language="en", file="c" * 64, size=9, shown=""
        )
    draft = shown_in(course, video(item), language="fr")
    assert messages(draft, "captions") == ["“Lesson 1.1” has a video without captions in French"]


def test_a_picture_without_words_is_named_unless_it_only_decorates(app: Flask) -> None:
    course = a_draft()
    item = a_file(course)
    draft = shown_in(course, picture(item, ""))
    assert messages(draft, "alternative") == ["“Lesson 1.1” has a picture without a text alternative"]
    with unit_of_work():
        library_services.describe(
            course_id=course.id, digest=item.media_hash, name="Line", alternative=Text({}), version=None
        )
    db.session.expire_all()
    assert messages(drafts.load(course.id), "alternative", Level.PASS) == ["Every picture has a text alternative"]


def test_a_lesson_of_nothing_but_a_video_has_its_text(app: Flask) -> None:
    course = a_draft(modules=1, lessons=1)
    item = a_file(course, "talk.webm", media_type="video/webm")
    with unit_of_work():
        db.session.execute(sa.update(LessonBody).values(html=video(item)))
    assert messages(drafts.load(course.id), "body", Level.PASS)


def test_a_lesson_takes_as_long_as_its_words_and_what_it_plays(app: Flask) -> None:
    course = a_draft()
    kind = get_kind("lesson")
    talk = a_file(course, "talk.webm", b"talk", media_type="video/webm", seconds=185.0)
    sound = a_file(course, "talk.mp3", b"sound", media_type="audio/mpeg", seconds=60.0)

    def minutes(*pieces: str) -> int:
        draft = shown_in(course, *pieces)
        return kind.length(draft.living_modules()[0].living_activities()[0], draft)

    assert minutes() == 1
    assert minutes("<p>" + "word " * 1000 + "</p>") == 5
    assert minutes(video(talk), f'<audio src="/media/{sound.media_hash}/talk.mp3"></audio>') == 4
    assert minutes(video(talk), "<p>" + "word " * 400 + "</p>") == 5


def test_the_sweep_takes_what_nothing_refers_to_and_nothing_else(app: Flask) -> None:
    course = a_draft()
    kept = {
        "in a library": a_file(course, "a.webp", b"in a library"),
        "in a text": a_file(course, "b.webp", b"in a text"),
        "in an edition": a_file(course, "c.webp", b"in an edition"),
    }
    gone = a_file(course, "d.webp", b"gone")
    shown_in(course, picture(kept["in an edition"]))
    with unit_of_work():
        services.publish(course_id=course.id, by=None)
    shown_in(course, picture(kept["in a text"]))
    with unit_of_work():
        db.session.add(MediaVariant(media_hash=gone.media_hash, width=480, hash=gone.media_hash, size=1))
        for item in (kept["in a text"], kept["in an edition"], gone):
            db.session.delete(db.session.get_one(CourseMedia, (course.id, item.media_hash)))
    the_store().put("f" * 64, b"stored for a row that was never written")
    hashes = {item.media_hash for item in kept.values()}
    gone_hash = gone.media_hash
    db.session.remove()
    assert sweep().files == 0, "what is young may be on its way into a row"
    with clock.at(clock.now() + timedelta(days=2)):
        swept = sweep()
    assert (swept.rows, swept.files) == (1, 2)
    assert hashes <= {digest for digest, _kept in the_store().files()}
    assert not {gone_hash, "f" * 64} & {digest for digest, _kept in the_store().files()}
    assert set(db.session.scalars(sa.select(Media.hash))) == hashes
    with clock.at(clock.now() + timedelta(days=2)):
        assert sweep().files == 0
