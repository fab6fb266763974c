"""A changed folder under somebody who is half way: renamed, reordered, a lesson dropped and brought back."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.auth.models import Person
from app.core.transactions import unit_of_work
from app.extensions import db
from app.progress import jobs, services
from app.progress.models import ActivityProgress, ActivityState, Completion, Enrolment
from app.progress.services import Outcome
from tests.factories import a_person

from .importing import brought_in, ids, in_force, published
from .sample import COURSE, WELCOME, files, replaced

READ = Outcome(ActivityState.COMPLETE)
PASSED = Outcome(ActivityState.COMPLETE, 0.8)


def enrolled(person: Person, course_id: int) -> int:
    with unit_of_work():
        return services.enrol(person=person, course_id=course_id).id


def did(enrolment_id: int, activity_id: int, outcome: Outcome) -> None:
    with unit_of_work():
        services.record(enrolment_id=enrolment_id, activity_id=activity_id, outcome=outcome)


def standing(enrolment_id: int) -> tuple[dict[int, str], int, int, float | None]:
    """The states, what is done of how much, and the score, as they are stored."""
    db.session.expire_all()
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    rows = db.session.scalars(sa.select(ActivityProgress).where(ActivityProgress.enrolment_id == enrolment_id))
    states = {row.activity_id: str(row.state) for row in rows}
    assert {number: str(state) for number, state in enrolment.states.items()} == states
    found = states, enrolment.done, enrolment.total, enrolment.score
    db.session.rollback()
    return found


def follow(course_id: int) -> None:
    """Publish, and let the worker count everybody anew."""
    published(course_id)
    jobs.recount_course(course_id)


RENAMED = (
    replaced("{en: Welcome, fr: Bienvenue}", "{en: Hello, fr: Bonjour}")
    .replace("title: Second", "title: Last")
    .replace("minutes: 6", "minutes: 8")
)


def reordered() -> str:
    """The second module first, and the picture moved into it; in any order, or the first would wait for the last."""
    start, end = RENAMED.index("  - key: first"), RENAMED.index("  - key: second")
    picture = RENAMED[RENAMED.index("      - key: picture") : RENAMED.index("      - key: check")]
    changed = RENAMED[:start] + RENAMED[end:] + picture + RENAMED[start:end].replace(picture, "")
    return changed.replace("order: sequential", "order: free")


def test_nobody_loses_anything(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    published(course_id)
    known = ids(course_id)
    enrolment_id = enrolled(a_person(), course_id)
    did(enrolment_id, known["welcome"], READ)
    did(enrolment_id, known["picture"], READ)
    did(enrolment_id, known["check"], PASSED)
    half = standing(enrolment_id)
    states, done, total, score = half
    assert states == {known["welcome"]: "complete", known["picture"]: "complete", known["check"]: "complete"}
    assert (done, total) == (2, 4), "the picture is not required"
    assert score == pytest.approx(0.8 * 5 / 7), "five of the seven marks of both tests"

    brought_in(tmp_path, files(**{"course.yaml": RENAMED, "lessons/welcome.en.md": WELCOME + "\nMore.\n"}))
    follow(course_id)
    assert standing(enrolment_id) == half, "renamed"

    brought_in(tmp_path, files(**{"course.yaml": reordered(), "lessons/welcome.en.md": WELCOME}))
    follow(course_id)
    assert [a.key for a in in_force(course_id).activities()] == ["closing", "quick", "picture", "welcome", "check"]
    assert standing(enrolment_id) == half, "reordered"

    welcome = COURSE[COURSE.index("      - key: welcome") : COURSE.index("      - key: picture")]
    dropped = COURSE.replace(welcome, "").replace("[welcome, check]", "[check]")
    without = {"course.yaml": dropped, "lessons/welcome.en.md": None, "lessons/welcome.fr.md": None}
    brought_in(tmp_path, files(**without))
    follow(course_id)
    assert standing(enrolment_id) == (half[0], 1, 3, half[3]), "what was read is still known"

    brought_in(tmp_path, files())
    follow(course_id)
    assert ids(course_id) == known
    assert standing(enrolment_id) == half, "brought back, with its progress"

    did(enrolment_id, known["closing"], READ)
    did(enrolment_id, known["quick"], PASSED)
    assert standing(enrolment_id)[1:3] == (4, 4)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1


def test_dropping_what_was_left_to_do_completes_the_course(app: Flask, tmp_path: Path) -> None:
    course_id = brought_in(tmp_path, files()).course_id
    published(course_id)
    known = ids(course_id)
    enrolment_id = enrolled(a_person(), course_id)
    did(enrolment_id, known["welcome"], READ)
    did(enrolment_id, known["check"], PASSED)
    second = COURSE[COURSE.index("  - key: second") :]
    gone = {"lessons/closing.en.html": None, "quizzes/quick.gift": None, "media/end.webp": None}
    brought_in(tmp_path, files(**{"course.yaml": COURSE.replace(second, ""), **gone}))
    follow(course_id)
    assert standing(enrolment_id)[1:3] == (2, 2)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1
    brought_in(tmp_path, files())
    follow(course_id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 1, (
        "what was given is not taken back"
    )
