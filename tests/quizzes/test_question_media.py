"""Pictures that questions show count as used, and are shown to who answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.core import clock
from app.core.models import Media, MediaVariant
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.courses import services
from app.courses.errors import FileInUse
from app.courses.jobs import sweep
from app.courses.library import queries as library_queries
from app.courses.library import services as library_services
from app.courses.models import Course, CourseMedia
from app.extensions import db
from app.quizzes.bank.versions import add_version
from app.quizzes.models import Question, QuizSlot, VersionState
from app.quizzes.questions.pictures import find_files, forget, known_pictures
from app.quizzes.types import Content, Picture
from tests.factories import a_choice_question, a_draft, a_file, signed_in, text
from tests.pages import check_page

from .studio import Desk, a_desk
from .test_hot_spot import a_picture


def showing(*files: CourseMedia, stem: str = "Which?") -> Content:
    pictures = tuple(Picture(file.media_hash, text("A square", fr="Une place")) for file in files)
    return msgspec.structs.replace(a_choice_question(stem), pictures=pictures)


def save(desk: Desk, content: Content, question_id: int = 1, state: VersionState = VersionState.READY) -> int:
    with unit_of_work():
        return add_version(db.session.get_one(Question, question_id), content, by=None, state=state).id


def usage(desk: Desk, file: CourseMedia) -> tuple[list[str], tuple[int, ...]]:
    """The questions of the draft and the editions that use a file."""
    db.session.rollback()
    found = library_queries.get_item(desk.course_id, file.media_hash).usage
    db.session.rollback()
    assert all(use.page.endpoint == "questions.edit" for use in found.draft)
    return [use.title.best("en", "en") for use in found.draft], found.editions


def remove(desk: Desk, file: CourseMedia) -> None:
    with unit_of_work():
        library_services.remove(course_id=desk.course_id, digest=file.media_hash, by=desk.trainer.id)


@pytest.fixture
def desk(app: Flask) -> Desk:
    return a_desk("one", "two")


def a_photo(desk: Desk, name: str = "photo.webp", **values: Any) -> CourseMedia:
    return a_file(db.session.get_one(Course, desk.course_id), name, name.encode(), **values)


def test_a_picture_of_a_question_is_used_until_no_version_that_counts_shows_it(desk: Desk) -> None:
    photo, other = a_photo(desk), a_photo(desk, "other.webp")
    assert usage(desk, photo) == ([], ())
    save(desk, showing(photo, stem="A situation.\n\nWhich?"))
    assert usage(desk, photo) == (["Which?"], ())
    assert usage(desk, other) == ([], ())
    with pytest.raises(FileInUse):
        remove(desk, photo)
    save(desk, showing(other), state=VersionState.DRAFT)  # what is asked still shows it
    assert usage(desk, photo)[0] and usage(desk, other)[0]
    pinned = save(desk, showing(photo, stem="Pinned?"))
    save(desk, a_choice_question())
    assert usage(desk, photo) == ([], ())
    with unit_of_work():
        db.session.execute(sa.update(QuizSlot).where(QuizSlot.question_id == 1).values(pinned_version_id=pinned))
    assert usage(desk, photo) == (["Pinned?"], ())
    assert usage(desk, other) == ([], ())
    remove(desk, other)


def test_an_edition_that_asks_it_uses_it_for_good(desk: Desk) -> None:
    photo = a_photo(desk)
    for content in (showing(photo), a_choice_question("without")):
        save(desk, content)
        with unit_of_work():
            services.publish(course_id=desk.course_id, by=None)
    assert usage(desk, photo) == ([], (1,))
    with pytest.raises(FileInUse) as refused:
        remove(desk, photo)
    assert refused.value.usage.editions == (1,)


def test_the_picture_of_places_counts_and_one_of_another_course_does_not(desk: Desk) -> None:
    photo = a_photo(desk)
    save(desk, a_picture(1, 0, picture=Picture(photo.media_hash, text("A square"))))
    assert usage(desk, photo) == (["Where?"], ())
    elsewhere = a_draft()
    theirs = a_file(elsewhere, "photo.webp", b"photo.webp")
    assert theirs.media_hash == photo.media_hash
    assert not library_queries.get_item(elsewhere.id, theirs.media_hash).usage


def test_a_word_that_looks_like_a_picture_uses_nothing(desk: Desk) -> None:
    photo = a_photo(desk)
    save(desk, a_choice_question(f'"media": "{photo.media_hash}"'))
    assert usage(desk, photo) == ([], ())


def test_the_sweep_leaves_what_an_old_version_shows(desk: Desk) -> None:
    photo, gone = a_photo(desk), a_photo(desk, "gone.webp")
    save(desk, showing(photo))
    save(desk, a_choice_question())
    remove(desk, photo)
    remove(desk, gone)
    hashes = (photo.media_hash, gone.media_hash)
    db.session.remove()
    with clock.at(clock.now() + timedelta(days=2)):
        assert sweep().rows == 1
    assert list(db.session.scalars(sa.select(Media.hash).where(Media.hash.in_(hashes)))) == [hashes[0]]


def test_where_files_are_used_costs_the_same_however_many_questions_show_them(
    app: Flask, statements: list[str]
) -> None:
    costs = []
    for count in (2, 6):
        desk = a_desk(*(f"question {n}" for n in range(count)))
        photo = a_photo(desk)
        with unit_of_work():
            for question in db.session.scalars(sa.select(Question).where(Question.course_id == desk.course_id)):
                add_version(question, showing(photo), by=None)
        with unit_of_work():
            services.publish(course_id=desk.course_id, by=None)
        db.session.remove()
        statements.clear()
        library_queries.list_items(desk.course_id)
        costs.append(len(statements))
    assert costs[0] == costs[1] <= 9


# --- choosing and showing -------------------------------------------------------------------------


def test_the_library_is_offered_with_what_is_shown_already(desk: Desk) -> None:
    photo = a_photo(desk, width=800, height=600, alternative=text("A square"))
    gone = a_photo(desk, "gone.webp", width=80, height=60)
    a_photo(desk, "talk.mp4", media_type="video/mp4")
    remove(desk, gone)
    db.session.rollback()
    known = known_pictures(desk.course_id, showing(photo, gone))
    assert set(known) == {photo.media_hash, gone.media_hash}
    assert (known[photo.media_hash].name, known[photo.media_hash].alternative) == ("photo.webp", text("A square"))
    assert known[gone.media_hash].name == "A picture that is no longer in the library"
    assert (known[gone.media_hash].width, known[gone.media_hash].height) == (80, 60)


def test_a_picture_is_offered_in_its_widths_and_read_once(desk: Desk, statements: list[str]) -> None:
    photo = a_photo(desk, width=800, height=600)
    digest = photo.media_hash
    with unit_of_work():
        db.session.add(MediaVariant(media_hash=digest, width=480, hash=digest, size=1))
    forget()
    statements.clear()
    for _again in range(2):
        file = find_files([digest, "f" * 64])[digest]
    assert file.srcset == f"/media/{digest}/480/photo.webp 480w, /media/{digest}/photo.webp 800w"
    assert (file.width, file.height, file.sizes != "") == (800, 600, True)
    assert len(statements) == 2  # what is not there is asked for again
    statements.clear()
    assert find_files([digest])
    assert statements == []


def test_a_trainer_sees_and_chooses_pictures(client: FlaskClient, desk: Desk) -> None:
    photo = a_photo(desk, width=800, height=600, alternative=text("A square with trees"))
    address, digest = f"/media/{photo.media_hash}/photo.webp", photo.media_hash
    save(desk, msgspec.structs.replace(showing(photo), hints=(text("Look at the trees."),)))
    teaching = signed_in(client, desk.trainer)
    page = teaching.get(desk.question(1)).text
    assert check_page(page) == []
    assert f'<option value="{digest}"' in page and "A square with trees" in page
    assert f'<img src="{address}" width="800" height="600" alt="A square"' in page  # as practitioners will see it
    assert "Look at the trees." in page
    library = teaching.get(f"{desk.course}/media/{digest}").text
    assert f'href="{desk.question(1)}"' in library


def test_a_picture_that_is_lost_is_said_in_words(client: FlaskClient, desk: Desk) -> None:
    lost = Picture("f" * 64, text("A square with trees"))
    silent = Picture("e" * 64, Text({}))
    save(desk, msgspec.structs.replace(a_choice_question(), pictures=(lost, silent)))
    page = signed_in(client, desk.trainer).get(desk.question(1)).text
    assert '<p class="notice">A square with trees</p>' in page
    assert f"/media/{'f' * 64}" not in page
