"""Moves as the worker runs them: to their end, to what they ask, killed half way, and given up."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import get_locale

from app.auth import services as auth
from app.auth.models import Person, Role
from app.core import clock, store
from app.core.base import Base
from app.core.store import the_store
from app.core.transactions import unit_of_work
from app.courses import jobs as courses
from app.courses.models import Course, CourseMove, CourseTrainer, Lesson, MoveState
from app.exchange import jobs, moves, queries, stored, story
from app.exchange.errors import NothingToAnswer, Superseded
from app.exchange.folder.writing import Stored
from app.exchange.story import Question, Story
from app.extensions import db
from tests.factories import a_draft, a_person

from .importing import brought_in
from .sample import COURSE, WELCOME, Files, files, image, replaced, zipped

TABLES = {"course", "module", "activity", "lesson_body", "question", "course_media", "media", "revision", "audit_event"}


def a_trainer(language: str = "en") -> Person:
    return a_person(roles=(Role.TRAINER,), language=language)


def sent(path: Path, content: Files, person: Person) -> int:
    """A folder that was uploaded; the id of its import."""
    with zipped(path / "sent.zip", content).open("rb") as file:
        digest = stored.keep(file)
    with unit_of_work():
        return moves.start_import(file_hash=digest, file_name="sent.zip", by=person.id)


def asked_for(course: Course, person: Person) -> int:
    with unit_of_work():
        return moves.start_export(course_id=course.id, slug=course.slug, by=person.id)


def seen(move_id: int) -> tuple[CourseMove, Story]:
    db.session.rollback()
    move = db.session.get_one(CourseMove, move_id)
    return move, story.read(move.report)


def counts() -> dict[str, int]:
    return {
        table.name: db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
        for table in Base.metadata.sorted_tables
        if table.name in TABLES
    }


def let_time_pass(monkeypatch: pytest.MonkeyPatch, time: timedelta) -> None:
    later = clock.now() + time
    monkeypatch.setattr(clock, "now", lambda: later)


def test_a_new_course_comes_in_and_is_told_of(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    move_id = sent(tmp_path, files(), person)
    assert app.extensions["enqueued"] == [("exchange.move", {"move_id": move_id})]
    jobs.move(move_id)
    move, told = seen(move_id)
    assert (move.state, move.done, move.total) == (MoveState.DONE, 9, 9)
    course = db.session.scalars(sa.select(Course)).one()
    assert (move.course_id, course.slug) == (course.id, "sample")
    assert [(trainer.person_id, trainer.role) for trainer in course.trainers] == [(person.id, "lead")]
    assert {thing.fate for thing in told.things} == {"new"}
    lesson = next(thing for thing in told.things if thing.key == "welcome")
    assert db.session.get_one(Lesson, lesson.id).key == "welcome"
    assert lesson.title == "Welcome"
    assert move.file_hash is None, "the folder is not kept once it is in"


def test_a_folder_with_faults_changes_nothing_and_every_fault_is_told(app: Flask, tmp_path: Path) -> None:
    before = counts()
    broken = files(**{"course.yaml": COURSE.replace("minutes:", "minuts:"), "media/talk.png": b"no picture"})
    move_id = sent(tmp_path, broken, a_trainer())
    jobs.move(move_id)
    move, told = seen(move_id)
    assert move.state == MoveState.REFUSED
    assert len(told.faults) == 6
    assert told.faults[0].file == "course.yaml" and told.faults[0].line == 17
    assert counts() == before


def test_faults_of_the_zip_itself_bear_its_name(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"not a zip")
    with (tmp_path / "x").open("rb") as file:
        digest = stored.keep(file)
    with unit_of_work():
        move_id = moves.start_import(file_hash=digest, file_name="holiday.jpg", by=a_trainer().id)
    jobs.move(move_id)
    (fault,) = seen(move_id)[1].faults
    assert fault.file == "holiday.jpg"
    assert seen(move_id)[0].file_hash is None


def test_more_faults_than_can_be_told_are_counted(app: Flask, tmp_path: Path) -> None:
    stray: Files = {f"lessons/stray-{number}.en.md": "x" for number in range(600)}
    move_id = sent(tmp_path, files() | stray, a_trainer())
    jobs.move(move_id)
    told = seen(move_id)[1]
    assert (len(told.faults), told.left_out) == (story.MOST_TOLD, 100)


def test_over_a_course_it_asks_first_and_has_changed_nothing(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    course_id = brought_in(tmp_path, files(), trainer_id=person.id).course_id
    before = counts()
    changed = files(**{"lessons/welcome.en.md": WELCOME + "\nMore.\n", "media/talk.png": image(colour="red")})
    move_id = sent(tmp_path, changed, person)
    jobs.move(move_id)
    move, told = seen(move_id)
    assert (move.state, told.question, told.over) == (MoveState.WAITING, Question.OVER, course_id)
    would = {(thing.what, thing.key): thing.fate for thing in told.things if thing.fate != "unchanged"}
    assert would == {("lesson", "welcome"): "changed", ("lesson", "picture"): "changed", ("file", "talk.png"): "new"}
    assert not any(thing.id for thing in told.things)
    assert counts() == before
    jobs.move(move_id)
    assert seen(move_id)[0].state == MoveState.WAITING, "it waits, however often it is run"

    with unit_of_work():
        moves.answer(move_id=move_id)
    jobs.move(move_id)
    move, told = seen(move_id)
    assert (move.state, move.course_id) == (MoveState.DONE, course_id)
    assert {(t.what, t.key): t.fate for t in told.things if t.fate != "unchanged"} == would
    with pytest.raises(NothingToAnswer), unit_of_work():
        moves.answer(move_id=move_id)


def test_it_may_come_in_as_a_new_course_instead(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    brought_in(tmp_path, files(), trainer_id=person.id)
    move_id = sent(tmp_path, files(), person)
    jobs.move(move_id)
    with unit_of_work():
        moves.answer(move_id=move_id, address="another")
    jobs.move(move_id)
    move, _told = seen(move_id)
    assert move.state == MoveState.DONE
    assert db.session.scalars(sa.select(Course.slug).order_by(Course.id)).all() == ["sample", "another"]


def test_translations_may_be_called_right(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    brought_in(tmp_path, files(), trainer_id=person.id)
    changed = files(**{"course.yaml": replaced("{en: Welcome,", "{en: Welcome all,")})
    for reviewed, outdated in ((False, ["fr"]), (True, [])):
        move_id = sent(tmp_path, changed, person)
        jobs.move(move_id)
        with unit_of_work():
            moves.answer(move_id=move_id, reviewed=reviewed)
        jobs.move(move_id)
        db.session.rollback()
        lesson = db.session.scalars(sa.select(Lesson).where(Lesson.key == "welcome")).one()
        assert lesson.title.outdated("en") == outdated


def test_never_over_a_course_of_others(app: Flask, tmp_path: Path) -> None:
    brought_in(tmp_path, files(), trainer_id=a_trainer().id)
    before = counts()
    person = a_trainer()
    move_id = sent(tmp_path, files(**{"lessons/welcome.en.md": "Mine now.\n"}), person)
    jobs.move(move_id)
    _move, told = seen(move_id)
    assert (told.question, told.over, told.title, told.things) == (Question.TAKEN, None, "", ()), "nor is it told of"
    assert counts() == before
    with pytest.raises(NothingToAnswer), unit_of_work():
        moves.answer(move_id=move_id)
    with unit_of_work():
        moves.answer(move_id=move_id, address="mine")
    jobs.move(move_id)
    assert seen(move_id)[0].state == MoveState.DONE


def test_nor_once_it_is_theirs_no_longer(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    brought_in(tmp_path, files(), trainer_id=person.id)
    move_id = sent(tmp_path, files(**{"lessons/welcome.en.md": "Mine now.\n"}), person)
    jobs.move(move_id)
    with unit_of_work():
        moves.answer(move_id=move_id)
        db.session.execute(sa.delete(CourseTrainer))
    jobs.move(move_id)
    assert seen(move_id)[1].question is Question.TAKEN


def test_a_translator_cannot_import_over_a_course(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    brought_in(tmp_path, files(), trainer_id=person.id)
    with unit_of_work():
        db.session.execute(sa.update(CourseTrainer).values(role="translator"))
    move_id = sent(tmp_path, files(), person)
    jobs.move(move_id)
    assert seen(move_id)[1].question is Question.TAKEN


def test_over_a_course_written_in_another_language_it_is_refused(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    with unit_of_work():
        course = db.session.merge(a_draft("sample", trainer=person))
        course.source_language, course.languages = "de", ["de"]
    move_id = sent(tmp_path, files(), person)
    jobs.move(move_id)
    move, told = seen(move_id)
    assert move.state == MoveState.REFUSED
    assert "cannot become one written in 'en'" in told.faults[0].reason


def test_an_export_is_a_folder_that_comes_in_again(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    course_id = brought_in(tmp_path, files(), trainer_id=person.id).course_id
    move_id = asked_for(db.session.get_one(Course, course_id), person)
    jobs.move(move_id)
    move, told = seen(move_id)
    assert (move.state, move.done, move.total, move.file_name) == (MoveState.DONE, 9, 9, "sample.zip")
    assert move.file_hash and told.size == stored.size(move.file_hash)
    with stored.as_path(move.file_hash) as path, zipfile.ZipFile(path) as archive:
        assert "course.yaml" in archive.namelist()
        assert archive.testzip() is None
    with unit_of_work():
        again = moves.start_import(file_hash=move.file_hash, file_name="sample.zip", by=person.id)
    jobs.move(again)
    assert {thing.fate for thing in seen(again)[1].things} == {"unchanged"}


def test_a_file_that_is_gone_from_the_store_is_left_out_and_told(app: Flask, tmp_path: Path) -> None:
    person = a_trainer()
    course_id = brought_in(tmp_path, files(), trainer_id=person.id).course_id
    talk = queries.get_folder(course_id)["media/talk.webp"]
    assert isinstance(talk, Stored)
    the_store().delete(talk.hash)
    move_id = asked_for(db.session.get_one(Course, course_id), person)
    jobs.move(move_id)
    move, told = seen(move_id)
    assert move.state == MoveState.DONE
    assert [fault.file for fault in told.warnings] == ["media/talk.webp"]


def test_a_run_that_fails_is_tried_again_and_then_said(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_trainer()
    course = a_draft(trainer=person)
    move_id = asked_for(course, person)

    def broken(_course_id: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(jobs.queries, "get_folder", broken)
    for _try in range(moves.MOST_TRIES - 1):
        with pytest.raises(OSError, match="full"):
            jobs.move(move_id)
        assert seen(move_id)[0].state == MoveState.WAITING
    jobs.move(move_id)
    move, told = seen(move_id)
    assert (move.state, move.file_hash) == (MoveState.FAILED, None)
    assert "Something went wrong on our side" in told.why
    assert "disk" not in told.why
    jobs.move(move_id)
    assert seen(move_id)[1].tries == moves.MOST_TRIES, "what is over is not begun again"


def test_a_run_that_was_killed_is_taken_up_again(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_trainer()
    move_id = sent(tmp_path, files(), person)

    def killed(*_rest: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(jobs.services, "import_course", killed)
        jobs.move(move_id)
    move, first = seen(move_id)
    assert move.state == MoveState.RUNNING
    jobs.move(move_id)
    assert seen(move_id)[1].run == first.run, "another run does not begin beside one that may live"
    jobs.resume()
    assert app.extensions["enqueued"] == [("exchange.move", {"move_id": move_id})], "it may still live"
    let_time_pass(monkeypatch, moves.SILENCE + timedelta(seconds=1))
    jobs.resume()
    assert app.extensions["enqueued"][1:] == [("exchange.move", {"move_id": move_id})]
    jobs.move(move_id)
    move, told = seen(move_id)
    assert (move.state, told.tries) == (MoveState.DONE, 2)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Course)) == 1
    with pytest.raises(Superseded), unit_of_work():
        moves.finish(move_id, first.run, MoveState.FAILED)


def test_one_that_is_killed_each_time_has_failed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_trainer()
    move_id = asked_for(a_draft(trainer=person), person)
    for _try in range(moves.MOST_TRIES):
        with unit_of_work():
            assert moves.take_up(move_id)
        let_time_pass(monkeypatch, moves.SILENCE + timedelta(seconds=1))
    jobs.move(move_id)
    move, told = seen(move_id)
    assert move.state == MoveState.FAILED
    assert "begun 3 times" in told.why


def test_the_loser_of_two_runs_changes_nothing(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The slow run comes back to life after another took over."""
    move_id = sent(tmp_path, files(), a_trainer())
    prepare = jobs.services.prepare

    def slow(*rest: object, **more: object) -> None:
        prepare(*rest, **more)  # type: ignore[arg-type]
        with unit_of_work():
            move = db.session.get_one(CourseMove, move_id)
            move.report = story.write(story.read(move.report).but(run="the other"))

    monkeypatch.setattr(jobs.services, "prepare", slow)
    jobs.move(move_id)
    assert seen(move_id)[0].state == MoveState.RUNNING
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Course)) == 0


def test_twice_the_same_is_one_move(app: Flask, tmp_path: Path) -> None:
    person, other = a_trainer(), a_trainer()
    first = sent(tmp_path, files(), person)
    assert sent(tmp_path, files(), person) == first
    assert sent(tmp_path, files(), other) != first
    course = a_draft(trainer=person)
    assert asked_for(course, person) == asked_for(course, person)


def swept(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep of files that no row refers to, when all of them are old."""
    let_time_pass(monkeypatch, timedelta(days=2))
    courses.sweep()


def test_files_go_after_a_day(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_trainer()
    course_id = brought_in(tmp_path, files(), trainer_id=person.id).course_id
    export = asked_for(db.session.get_one(Course, course_id), person)
    jobs.move(export)
    question = sent(tmp_path, files(), person)
    jobs.move(question)
    digests = [seen(move_id)[0].file_hash for move_id in (export, question)]
    jobs.sweep()
    assert all(digest and stored.holds(digest) for digest in digests)
    let_time_pass(monkeypatch, moves.KEPT + timedelta(minutes=1))
    jobs.sweep()
    swept(monkeypatch)
    assert not any(digest and stored.holds(digest) for digest in digests)
    assert (seen(export)[0].state, seen(export)[0].file_hash) == (MoveState.DONE, None)
    move, told = seen(question)
    assert (move.state, told.question) == (MoveState.REFUSED, None)
    assert "Nobody answered" in told.why


def test_a_file_that_something_else_needs_stays(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_trainer()
    brought_in(tmp_path, files(), trainer_id=person.id)
    mine = sent(tmp_path, files(), person)
    theirs = sent(tmp_path, files(), a_trainer())
    jobs.move(mine)
    digest = seen(mine)[0].file_hash
    with unit_of_work():
        moves.drop(move_id=mine)
    jobs.move(theirs)
    with monkeypatch.context() as later:
        swept(later)
    assert digest and stored.holds(digest)
    with unit_of_work():
        moves.drop(move_id=theirs)
    assert stored.holds(digest)  # whoever sends the same file in this moment still finds it
    swept(monkeypatch)
    assert not stored.holds(digest)


def test_a_refused_file_that_a_feature_keeps_stays(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x").write_bytes(b"not a zip")
    with (tmp_path / "x").open("rb") as file:
        digest = stored.keep(file)
    monkeypatch.setattr(store, "_references", [lambda: [digest]])
    with unit_of_work():
        move_id = moves.start_import(file_hash=digest, file_name="holiday.jpg", by=a_trainer().id)
    jobs.move(move_id)
    swept(monkeypatch)
    assert stored.holds(digest)


def test_progress_is_written_while_it_runs(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "NOTE_EVERY", 0)
    noted: list[tuple[int, int]] = []
    note = moves.note

    def noting(move_id: int, run: str, done: int, total: int) -> None:
        note(move_id, run, done, total)
        noted.append((done, total))

    monkeypatch.setattr(moves, "note", noting)
    jobs.move(sent(tmp_path, files(), a_trainer()))
    assert noted == sorted(noted)
    assert {total for _done, total in noted} == {9}
    assert len({done for done, _total in noted}) >= 3


def test_reasons_are_in_the_language_of_the_person(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    languages: list[str] = []
    read = jobs.folder.read

    def reading(*rest: object) -> object:
        languages.append(str(get_locale()))
        return read(*rest)  # type: ignore[arg-type]

    monkeypatch.setattr(jobs.folder, "read", reading)
    jobs.move(sent(tmp_path, files(), a_trainer("fr")))
    assert languages == ["fr"]


def test_what_an_erased_person_was_moving_goes_no_further(app: Flask, tmp_path: Path) -> None:
    """Neither what waits, nor what is under way, nor what asks; and no file of theirs stays."""
    amina = a_trainer()
    course = brought_in(tmp_path, files(), trainer_id=amina.id).course_id
    asks = sent(tmp_path, files(), amina)
    jobs.move(move_id=asks)
    assert seen(asks)[1].question is Question.OVER
    waits = sent(tmp_path, files(), a_trainer())
    with unit_of_work():
        db.session.get_one(CourseMove, waits).person_id = amina.id
    running = asked_for(db.session.get_one(Course, course), amina)
    with unit_of_work():
        begun = moves.take_up(running)
    assert begun is not None
    with unit_of_work():
        auth.erase(person_id=amina.id, keeps_name=True, reason="Asked.", by=None)
    before = counts()
    for move_id in (asks, waits, running):
        jobs.move(move_id=move_id)
        move = seen(move_id)[0]
        assert (move.state, move.file_hash, move.file_name) == (MoveState.REFUSED, None, "")
    with pytest.raises(Superseded), unit_of_work():
        moves.running(running, begun.run)
    assert counts() == before
    assert db.session.scalar(sa.select(sa.func.count()).where(CourseTrainer.person_id == amina.id)) == 0
