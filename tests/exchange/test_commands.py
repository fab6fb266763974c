"""`flask courses import` and `flask courses export`, as a person types them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app.auth.models import PersonState
from app.core.base import Base
from app.core.filetypes import ACCEPTED
from app.core.transactions import unit_of_work
from app.courses.archiving import services as archiving
from app.courses.models import Course, CourseTrainer, Edition
from app.extensions import db
from tests.factories import a_person

from .importing import brought_in
from .sample import COURSE, files, replaced, written, zipped
from .test_files import MIB, a_bomb


@pytest.fixture(autouse=True)
def empty_store(app: Flask) -> None:
    for path in app.config["SETTINGS"].media_folder.rglob("*"):
        if path.is_file():
            path.unlink()


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["courses", *map(str, arguments)])


def nothing_is_there(app: Flask) -> bool:
    rows = sum(
        db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in Base.metadata.sorted_tables
    )
    return not rows and not any(path.is_file() for path in app.config["SETTINGS"].media_folder.rglob("*"))


def test_a_folder_comes_in_and_is_published(app: Flask, tmp_path: Path) -> None:
    trainer = a_person(email="trainer@city.example")
    folder = written(tmp_path / "course", files())
    result = run(app, "import", folder, "--trainer", "Trainer@City.example", "--publish", "--note", "The first")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("Imported sample\n  16 new: course sample, module first, lesson welcome")
    assert result.stdout.endswith("Published as edition 1\n")
    edition = db.session.scalars(sa.select(Edition)).one()
    assert edition.note == "The first"
    assert db.session.scalars(sa.select(CourseTrainer.person_id)).all() == [trainer.id]


def test_an_archived_course_is_imported_and_not_published(app: Flask, tmp_path: Path) -> None:
    run(app, "import", zipped(tmp_path / "course.zip", files()), "--publish")
    course_id = db.session.scalars(sa.select(Course.id)).one()
    with unit_of_work():
        archiving.archive(course_id=course_id, by=a_person().id)
    result = run(app, "import", zipped(tmp_path / "again.zip", files()), "--publish")
    assert result.exit_code == 1
    assert "is not published: the course is archived" in result.stderr
    assert run(app, "export", "sample", tmp_path / "out").exit_code == 0
    assert "archived" not in (tmp_path / "out" / "course.yaml").read_text()


def test_the_same_again_says_that_nothing_changed(app: Flask, tmp_path: Path) -> None:
    course = zipped(tmp_path / "course.zip", files())
    run(app, "import", course, "--publish")
    result = run(app, "import", course, "--publish")
    assert result.exit_code == 0
    assert result.stdout == (
        "Imported sample\n  16 unchanged\n"
        "Nothing has changed since the last edition, so there is nothing to publish.\n"
    )  # fmt: skip


def test_what_came_is_told_by_its_fate(app: Flask, tmp_path: Path) -> None:
    run(app, "import", zipped(tmp_path / "course.zip", files()))
    picture = COURSE[COURSE.index("      - key: picture") : COURSE.index("      - key: check")]
    course = COURSE.replace(picture, "").replace("title: Closing", "title: The end")
    changed = files(**{"course.yaml": course, "lessons/picture.en.md": None, "media/talk.png": None})
    result = run(app, "import", zipped(tmp_path / "changed.zip", changed))
    assert "  1 changed: lesson closing\n  1 removed: lesson picture\n  13 unchanged\n" in result.stdout
    result = run(app, "import", tmp_path / "course.zip")
    assert "  1 brought back: lesson picture\n" in result.stdout


def test_a_broken_folder_is_refused_with_every_fault_and_leaves_nothing(app: Flask, tmp_path: Path) -> None:
    broken = files(
        **{
            "course.yaml": replaced("minutes: 6", "minutes: six"),
            "quizzes/check.yaml": "questions: [",
            "media/talk.png": b"no picture",
            "media/talk.vtt": "WEBVTT\n\n00:00.000 --> 00:02.000\nHello\n",
        }
    )
    folder = written(tmp_path / "course", broken)
    result = run(app, "import", folder, "--publish")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "course.yaml:17: minutes must be a whole number from 1 to 600, not 'six'",
        f"media/talk.png:1: {ACCEPTED}",
        "media/talk.vtt:1: captions are named after their video and language, as talk.en.vtt",
        "quizzes/check.yaml:2: not YAML: did not find expected node content",
        f"Error: {folder} was refused for 4 faults; nothing was changed.",
    ]
    assert nothing_is_there(app)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.yaml", files(**{"course.yaml": "title: 'open"})),
        ("missing.image", files(**{"media/talk.png": None})),
        ("dangerous.path", files(**{"../../etc/passwd": "x"})),
    ],
)
def test_bad_input_leaves_nothing_behind(
    app: Flask, tmp_path: Path, name: str, content: dict[str, str | bytes]
) -> None:
    result = run(app, "import", zipped(tmp_path / f"{name}.zip", content), "--publish")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[0].split(":")[1].isdigit(), "file, line and reason"
    assert nothing_is_there(app)


def test_a_zip_bomb_leaves_nothing_behind(app: Flask, tmp_path: Path) -> None:
    result = run(app, "import", a_bomb(tmp_path / "bomb.zip", holds=2048 * MIB, says=2048 * MIB))
    assert result.exit_code == 1
    assert result.stderr.startswith("bomb.zip:1: what is in it would be far larger than any course is\n")
    assert nothing_is_there(app)


def test_what_is_cleaned_is_said_and_comes_in(app: Flask, tmp_path: Path) -> None:
    lesson = files(**{"lessons/welcome.fr.md": "Bonjour\n\n<script>alert(1)</script>\n"})
    result = run(app, "import", zipped(tmp_path / "course.zip", lesson))
    assert result.exit_code == 0
    assert result.stderr == "lessons/welcome.fr.md:3: <script> is taken out of the lesson\n"


def test_an_unknown_trainer_is_said_before_anything_happens(app: Flask, tmp_path: Path) -> None:
    course = zipped(tmp_path / "course.zip", files())
    result = run(app, "import", course, "--trainer", "nobody@city.example")
    assert result.exit_code == 1
    assert "there is no active person with the address nobody@city.example" in result.stderr
    assert nothing_is_there(app)
    a_person(email="gone@city.example", state=PersonState.LEFT)
    assert run(app, "import", course, "--trainer", "gone@city.example").exit_code == 1
    assert db.session.scalars(sa.select(Course)).all() == []


def test_a_course_that_is_not_ready_stays_a_draft(app: Flask, tmp_path: Path) -> None:
    empty = files(**{"quizzes/check.yaml": "questions: []\n"})
    result = run(app, "import", zipped(tmp_path / "course.zip", empty), "--publish")
    assert result.exit_code == 1
    assert "Imported sample" in result.stdout
    assert "“Check yourself” has no question that is ready" in result.stderr
    assert "The draft was imported, and is not ready to be published." in result.stderr
    assert db.session.scalars(sa.select(Edition)).all() == []


def test_export_writes_a_folder_or_a_zip(app: Flask, tmp_path: Path) -> None:
    brought_in(tmp_path, files())
    result = run(app, "export", "sample", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (0, f"9 files written to {tmp_path / 'out'}\n")
    assert (tmp_path / "out" / "course.yaml").is_file()
    assert run(app, "export", "sample", tmp_path / "out.zip").exit_code == 0
    assert "16 unchanged" in run(app, "import", tmp_path / "out.zip").stdout
    result = run(app, "export", "sample", tmp_path / "out")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "is there already; nothing was written." in result.stderr
    result = run(app, "export", "other", tmp_path / "other")
    assert (result.exit_code, result.stderr) == (1, "Error: there is no course 'other'\n")
