"""Import, export, import gives the same edition: over the same course, and in another database."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.config import ROOT
from app.core.transactions import reading, unit_of_work
from app.courses import drafts
from app.courses.errors import NothingToPublish
from app.courses.models import Course
from app.exchange import folder, queries, services, stored
from app.exchange.fates import Fate
from app.extensions import db
from app.quizzes.models import Quiz

from .generated import Maker
from .importing import brought_in, described, in_force, published, without_ids
from .sample import files, written

numbers = count(1)


def exported(app: Flask, course_id: int, path: Path) -> Path:
    with reading():
        folder.save(queries.get_folder(course_id), path, stored.copy)
    return path


def imported(path: Path) -> int:
    parsed = folder.read(path)
    assert [str(fault) for fault in parsed.faults] == []
    services.prepare(parsed)
    with unit_of_work():
        return services.import_course(parsed, trainer_id=None, by=None).course_id


def courses(tmp_path: Path) -> dict[str, Path]:
    demo = {name: ROOT / "demo" / "courses" / name for name in ("prevention", "rights", "schools")}
    return {"sample": written(tmp_path / "sample", files()), **demo}


@pytest.mark.parametrize(
    ("name", "ending"), [("sample", ""), ("sample", ".zip"), ("prevention", ".zip"), ("rights", ""), ("schools", "")]
)
def test_over_the_same_course_there_is_nothing_to_publish(app: Flask, tmp_path: Path, name: str, ending: str) -> None:
    course_id = imported(courses(tmp_path)[name])
    published(course_id)
    out = exported(app, course_id, tmp_path / f"out{ending}")
    parsed = folder.read(out)
    with unit_of_work():
        again = services.import_course(parsed, trainer_id=None, by=None)
    assert again.course_id == course_id
    assert set(again.count()) == {Fate.UNCHANGED}
    with pytest.raises(NothingToPublish):
        published(course_id)


@pytest.mark.parametrize("name", ["sample", "prevention", "rights", "schools"])
def test_in_another_database_the_edition_is_the_same_but_for_ids(app: Flask, tmp_path: Path, name: str) -> None:
    course_id = imported(courses(tmp_path)[name])
    published(course_id)
    first = without_ids(in_force(course_id))
    out = exported(app, course_id, tmp_path / "out")
    with unit_of_work():  # the course steps aside: another under its key is a new one, with questions of its own
        db.session.get_one(Course, course_id).slug = "aside"
    second_id = imported(out)
    assert second_id != course_id
    published(second_id)
    assert without_ids(in_force(second_id)) == first


def test_what_is_exported_is_the_same_each_time(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    first = exported(app, course_id, tmp_path / "first.zip").read_bytes()
    assert imported(tmp_path / "first.zip") == course_id
    assert exported(app, course_id, tmp_path / "second.zip").read_bytes() == first


def test_a_draft_with_things_unfinished_is_exported_too(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    with unit_of_work():
        quiz = db.session.scalars(sa.select(Quiz).where(Quiz.key == "check")).one()
        quiz.slots.clear()
    assert imported(exported(app, course_id, tmp_path / "out")) == course_id


def test_an_exported_folder_reads_well(app: Flask, tmp_path: Path) -> None:
    out = exported(app, brought_in(tmp_path, files()).course_id, tmp_path / "out")
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == [
        "course.yaml",
        "lessons/closing.en.html",
        "lessons/picture.en.html",
        "lessons/welcome.en.html",
        "lessons/welcome.fr.html",
        "media/end.webp",
        "media/talk.webp",
        "quizzes/check.yaml",
        "quizzes/quick.yaml",
    ]
    course = (out / "course.yaml").read_text()
    assert "title:\n  en: A sample\n  fr: Un exemple\n" in course
    assert "        title: A picture\n        minutes: 5\n        required: false\n" in course
    assert "opens_after: above" in course
    assert '<img src="../media/talk.webp" alt="Two people talk"' in (out / "lessons" / "picture.en.html").read_text()
    assert (
        "      en: |-\n        A message spreads.\n\n        What comes first?\n"
        in (out / "quizzes" / "check.yaml").read_text()
    )


@settings(
    max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate], suppress_health_check=list(HealthCheck)
)
@given(draw=st.data(), languages=st.sampled_from([["en"], ["en", "fr"], ["fr", "ar", "en"]]))
def test_whatever_the_studio_made_comes_back_as_it_was(
    app: Flask, tmp_path_factory: pytest.TempPathFactory, draw: st.DataObject, languages: list[str]
) -> None:
    """Over itself nothing changes; as a new course the outline, the library and the bank are equal but for ids."""
    slug = f"made-{next(numbers)}"
    course_id = Maker(draw.draw, languages).course(slug).id
    out = exported(app, course_id, tmp_path_factory.mktemp("made") / "out.zip")
    outline, library = without_ids(drafts.outline_of(drafts.load(course_id))), described(course_id)
    parsed = folder.read(out)
    assert [str(fault) for fault in parsed.faults] == []
    with unit_of_work():
        again = services.import_course(parsed, trainer_id=None, by=None)
    assert set(again.count()) == {Fate.UNCHANGED}
    with unit_of_work():
        db.session.get_one(Course, course_id).slug = f"{slug}-aside"
    second_id = imported(out)
    assert second_id != course_id
    assert without_ids(drafts.outline_of(drafts.load(second_id))) == outline
    assert described(second_id) == library


def test_nothing_that_is_there_is_written_over(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    (tmp_path / "there.zip").write_text("mine")
    for path in (tmp_path / "full", tmp_path / "there.zip"):
        with pytest.raises(FileExistsError):
            exported(app, course_id, path)
    (tmp_path / "empty").mkdir()
    assert (exported(app, course_id, tmp_path / "empty") / "course.yaml").exists()
    assert (exported(app, course_id, tmp_path / "new" / "deep") / "course.yaml").exists()
    assert not list(tmp_path.rglob(".*")), "nothing half done is left"
