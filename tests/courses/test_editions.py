from __future__ import annotations

import pytest

from app.courses import editions
from app.courses.models import Course
from app.extensions import db
from tests.factories import a_course


def test_an_edition_is_read_once_in_a_process(app: object, statements: list[str]) -> None:
    course_id = a_course(modules=2, lessons=3).id
    edition_id = db.session.get_one(Course, course_id).edition_id
    assert edition_id is not None
    statements.clear()
    first = editions.get_edition(edition_id)
    assert len(statements) == 1
    statements.clear()
    assert editions.get_edition(edition_id) is first
    assert statements == []


def test_several_editions_cost_one_statement_and_come_in_the_order_asked(app: object, statements: list[str]) -> None:
    ids = [a_course().edition_id for _ in range(3)]
    wanted = [i for i in reversed(ids) if i]
    editions.get_edition(wanted[1])
    statements.clear()
    assert [edition.id for edition in editions.list_editions(wanted)] == wanted
    assert len(statements) == 1


def test_an_edition_that_is_not_there_is_an_error(app: object) -> None:
    with pytest.raises(LookupError, match="no edition"):
        editions.get_edition(404)


def test_an_edition_finds_its_activities(app: object) -> None:
    edition = editions.get_edition(a_course(modules=2, lessons=2).edition_id or 0)
    assert [a.key for a in edition.activities] == ["lesson-1-1", "lesson-1-2", "lesson-2-1", "lesson-2-2"]
    third = edition.by_key["lesson-2-1"]
    assert edition.by_id[third.id] is third
    assert edition.position(third.id) == 2
    assert edition.module_of[third.id].key == "module-2"
    assert edition.minutes == 20
    assert edition.required == edition.activities


def test_a_full_cache_that_is_emptied_loses_nothing_that_was_asked_for(
    app: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(editions, "MOST_KEPT", 0)
    wanted = [a_course().edition_id or 0 for _ in range(2)]
    editions.get_edition(wanted[0])
    assert [edition.id for edition in editions.list_editions(wanted)] == wanted
