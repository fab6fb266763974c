"""Importing, exporting and copying as a trainer meets it: forms, progress, reports, and whose they are."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.auth.models import Person, Role
from app.core.store import the_store
from app.core.transactions import unit_of_work
from app.courses.models import Course, CourseMove, CourseTrainer, MoveState
from app.exchange import jobs, story
from app.exchange.story import Question
from app.extensions import db
from tests.factories import a_draft, a_person, signed_in
from tests.pages import check_page

from .importing import brought_in
from .sample import COURSE, WELCOME, Files, files, zipped


@pytest.fixture
def trainer(app: Flask) -> Person:
    app.config["WTF_CSRF_ENABLED"] = False
    return a_person("Jonas Verbeke", roles=(Role.TRAINER,))


@pytest.fixture
def studio(client: FlaskClient, trainer: Person, app: Flask) -> object:
    yield signed_in(client, trainer)
    app.config["WTF_CSRF_ENABLED"] = True


def send(studio: FlaskClient, path: Path, content: Files) -> str:
    """Send a folder with the form; the address of its import."""
    data = zipped(path / "sent.zip", content).read_bytes()
    answer = studio.post("/teach/imports/new", data={"folder": (io.BytesIO(data), "my course.zip")})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def run(app: Flask) -> None:
    """Do what waits for the worker."""
    waiting, app.extensions["enqueued"] = app.extensions.get("enqueued", []), []
    for name, arguments in waiting:
        if name == "exchange.move":
            jobs.move(**arguments)
    db.session.remove()


def page(studio: FlaskClient, address: str, status: int = 200) -> str:
    answer = studio.get(address)
    assert answer.status_code == status
    assert check_page(answer.text) == []
    return answer.text


def test_a_course_comes_in(app: Flask, studio: FlaskClient, tmp_path: Path) -> None:
    address = send(studio, tmp_path, files())
    waiting = page(studio, address)
    assert "Waiting to begin" in waiting and "You may leave this page" in waiting
    progress = studio.get(f"{address}/progress")
    assert progress.json == {"under_way": True, "done": 0, "total": 0, "words": "Waiting to begin"}
    run(app)
    assert studio.get(f"{address}/progress").json["words"] == "9 of 9 files"
    done = page(studio, address)
    assert "The course is in. Nobody sees it before you publish it." in done
    assert "Open “A sample”" in done and "New (16)" in done
    course = db.session.scalars(sa.select(Course)).one()
    lesson = course.modules[0].activities[0]
    assert f'href="/teach/courses/{course.id}/lessons/{lesson.id}/text"' in done
    assert "my course.zip" in page(studio, "/teach/moves")
    assert "my course.zip" in page(studio, "/teach/imports/new")


def test_every_fault_is_listed_with_its_place(app: Flask, studio: FlaskClient, tmp_path: Path) -> None:
    broken = files(**{"course.yaml": COURSE.replace("minutes:", "minuts:"), "media/talk.png": b"<script>x</script>"})
    address = send(studio, tmp_path, broken)
    run(app)
    told = page(studio, address)
    assert "Nothing was changed." in told
    assert "The folder has 6 faults." in told
    assert "Line 17" in told and "has no field &#39;minuts&#39;; did you mean &#39;minutes&#39;?" in told
    assert "<script>x" not in told


def test_over_a_course_it_is_shown_what_would_change(
    app: Flask, studio: FlaskClient, trainer: Person, tmp_path: Path
) -> None:
    course_id = brought_in(tmp_path, files(), trainer_id=trainer.id).course_id
    address = send(studio, tmp_path, files(**{"lessons/welcome.en.md": WELCOME + "\nMore.\n"}))
    run(app)
    asked = page(studio, address)
    assert "Change “A sample”?" in asked and "Changed (1)" in asked and "Unchanged (15)" in asked
    assert "Waits for your answer" in page(studio, "/teach/moves")
    assert studio.post(f"{address}/answer", data={"reviewed": "y"}).status_code == 303
    run(app)
    done = page(studio, address)
    assert "The draft is now as the folder has it." in done
    assert f'href="/teach/courses/{course_id}"' in done
    assert studio.post(f"{address}/answer").status_code == 409, "it was answered already"


def test_where_nothing_would_change_it_says_so(
    app: Flask, studio: FlaskClient, trainer: Person, tmp_path: Path
) -> None:
    brought_in(tmp_path, files(), trainer_id=trainer.id)
    address = send(studio, tmp_path, files())
    run(app)
    assert "Importing it would change nothing." in page(studio, address)
    assert studio.post(f"{address}/end").headers["Location"] == "/teach/imports/new"
    assert studio.get(address).status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseMove)) == 0


def test_it_may_become_a_new_course_at_another_address(
    app: Flask, studio: FlaskClient, trainer: Person, tmp_path: Path
) -> None:
    brought_in(tmp_path, files(), trainer_id=trainer.id)
    address = send(studio, tmp_path, files())
    run(app)
    for typed, why in (("", "Write an address."), ("no address!", "lower-case letters"), ("sample", "is taken")):
        answer = studio.post(f"{address}/address", data={"address": typed})
        assert answer.status_code == 422
        assert why in answer.text and f'value="{typed}"' in answer.text
        assert check_page(answer.text) == []
    assert studio.post(f"{address}/address", data={"address": "mine"}).status_code == 303
    run(app)
    assert db.session.scalars(sa.select(Course.slug).order_by(Course.id)).all() == ["sample", "mine"]


def test_anothers_address_is_taken_and_no_more_is_said(app: Flask, studio: FlaskClient, tmp_path: Path) -> None:
    brought_in(tmp_path, files(), trainer_id=a_person(roles=(Role.TRAINER,)).id)
    address = send(
        studio, tmp_path, files(**{"course.yaml": COURSE.replace("title: {en: A sample,", "title: {en: Mine,")})
    )
    run(app)
    asked = page(studio, address)
    assert "The address “sample” is taken" in asked
    assert "A sample" not in asked


def test_a_form_without_a_file_says_so(studio: FlaskClient) -> None:
    for data in ({}, {"upload": "x" * 43}, {"folder": "words"}):
        answer = studio.post("/teach/imports/new", data=data)
        assert answer.status_code in (404, 422)
    assert "Choose the zip file of a course folder." in studio.post("/teach/imports/new").text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CourseMove)) == 0


def test_a_form_may_bring_more_than_others(app: Flask, studio: FlaskClient) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="folder"; filename="x.zip"\r\n\r\nPK' + bytes(5 * 1024 * 1024)
    sent = {"data": body + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}
    assert studio.post("/teach/imports/new", **sent).status_code == 303
    app.config["WTF_CSRF_ENABLED"] = True  # which reads the form before anybody asks who sent it
    assert app.test_client().post("/teach/imports/new", **sent).status_code == 413, "not before one has signed in"


def test_a_course_goes_out(app: Flask, studio: FlaskClient, trainer: Person, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files(), trainer_id=trainer.id).course_id
    before = page(studio, f"/teach/courses/{course_id}/export")
    assert "Copy this course" in before
    address = studio.post(f"/teach/courses/{course_id}/export").headers["Location"]
    assert studio.get(f"{address}/file").headers["Location"] == address, "it is not there yet"
    run(app)
    assert "The folder is ready: 9 files." in page(studio, address)
    answer = studio.get(f"{address}/file")
    assert answer.headers["Content-Disposition"] == "attachment; filename=sample.zip"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert {"course.yaml", "media/talk.webp", "lessons/welcome.fr.html"} <= set(archive.namelist())
    with unit_of_work():
        move = db.session.scalars(sa.select(CourseMove)).one()
        the_store().delete(move.file_hash or "")
        move.file_hash = None
    assert "was kept for a day and is gone" in page(studio, address)


def test_a_failed_move_says_what_to_do(studio: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    address = studio.post(f"/teach/courses/{course.id}/export").headers["Location"]
    with unit_of_work():
        move = db.session.scalars(sa.select(CourseMove)).one()
        move.state, move.report = MoveState.FAILED, story.write(story.Story(why="It went wrong."))
    told = page(studio, address)
    assert "It did not work. Nothing was changed." in told and "It went wrong." in told and "Export again" in told


def test_moves_are_for_those_whose_they_are(app: Flask, studio: FlaskClient, trainer: Person, tmp_path: Path) -> None:
    trainer_id = trainer.id
    address = send(studio, tmp_path, files())
    run(app)
    course_id = db.session.scalars(sa.select(Course.id)).one()
    export = studio.post(f"/teach/courses/{course_id}/export").headers["Location"]
    run(app)
    other = a_person(roles=(Role.TRAINER,))
    with unit_of_work():
        db.session.add(CourseTrainer(course_id=course_id, person_id=other.id, role="lead"))
    stranger = signed_in(app.test_client(), other)
    for method, path in (
        ("GET", address), ("GET", f"{address}/progress"), ("GET", f"{export}/file"), ("POST", f"{address}/answer"),
        ("POST", f"{address}/end"), ("POST", f"{address}/address"),
    ):  # fmt: skip
        assert stranger.open(path, method=method).status_code == 404, path
    assert "my course.zip" not in stranger.get("/teach/moves").text
    administrator = signed_in(app.test_client(), a_person(roles=(Role.ADMINISTRATOR,)))
    assert "Jonas Verbeke" in administrator.get("/teach/moves").text
    assert administrator.get(f"{export}/file").status_code == 200
    with unit_of_work():
        db.session.execute(sa.delete(CourseTrainer).where(CourseTrainer.person_id == trainer_id))
    assert studio.get(f"{export}/file").status_code == 404, "the course is theirs no longer"


def test_a_course_is_copied(studio: FlaskClient, trainer: Person, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files(), trainer_id=trainer.id).course_id
    form = page(studio, f"/teach/courses/{course_id}/copy")
    assert 'value="A sample (copy)"' in form and 'value="sample-copy"' in form
    address = f"/teach/courses/{course_id}/copy"
    for typed, why in (
        ({"title": "", "address": "x"}, "Write a title."),
        ({"title": "Kept", "address": "sample"}, "is taken"),
        ({"title": "Kept", "address": "so so"}, "lower-case letters"),
    ):
        answer = studio.post(address, data=typed)
        assert answer.status_code == 422 and why in answer.text
        assert f'value="{typed["address"]}"' in answer.text
    answer = studio.post(address, data={"title": "My own", "address": "my-own"})
    assert answer.status_code == 303
    copy = db.session.scalars(sa.select(Course).where(Course.slug == "my-own")).one()
    assert answer.headers["Location"] == f"/teach/courses/{copy.id}"
    assert studio.post(address, data={"title": "My own", "address": "my-own"}).status_code == 422, "sent twice"


def test_who_may_only_translate_neither_exports_nor_copies(app: Flask, studio: FlaskClient, trainer: Person) -> None:
    course = a_draft(trainer=trainer)
    with unit_of_work():
        db.session.execute(sa.update(CourseTrainer).values(role="translator"))
    for page_name in ("export", "copy"):
        for method in ("GET", "POST"):
            assert studio.open(f"/teach/courses/{course.id}/{page_name}", method=method).status_code == 403


def test_pages_take_as_many_statements_however_much_they_tell(
    app: Flask, studio: FlaskClient, trainer: Person, statements: list[str]
) -> None:
    course = a_draft(trainer=trainer)
    with unit_of_work():
        for number in range(30):
            told = story.Story(question=Question.OVER, things=tuple(
                story.Told("lesson", f"lesson-{n}", "changed", "Title") for n in range(number * 10)
            ))  # fmt: skip
            db.session.add(
                CourseMove(
                    kind="import", person_id=trainer.id, course_id=course.id, created_at=course.created_at,
                    report=story.write(told),
                )
            )  # fmt: skip
    for path in ("/teach/moves", "/teach/moves/30", "/teach/imports/new", f"/teach/courses/{course.id}/export"):
        studio.get(path)
        statements.clear()
        assert studio.get(path).status_code == 200
        assert len(statements) <= 4, path
