"""Question versions never change, so each process keeps them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from app.extensions import db
from app.quizzes import queries
from app.quizzes.models import QuestionVersion
from tests.factories import a_choice_question, a_course


@pytest.fixture
def ids(app: object) -> Iterator[list[int]]:
    queries.forget()
    a_course(modules=1, lessons=0, questions=[a_choice_question("One?"), a_choice_question("Two?")])
    yield list(db.session.scalars(sa.select(QuestionVersion.id).order_by(QuestionVersion.id)))
    queries.forget()


def test_versions_are_read_once_in_a_process(ids: list[int], statements: list[str]) -> None:
    statements.clear()
    assert queries.get_versions(ids).keys() == set(ids)
    assert len(statements) == 1
    queries.get_versions(ids)
    assert len(statements) == 1


def test_a_full_cache_that_is_emptied_loses_nothing_that_was_asked_for(
    ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_KEPT", 0)
    queries.get_versions(ids[:1])
    assert queries.get_versions(ids).keys() == set(ids)


def test_a_version_that_is_not_there_is_an_error(ids: list[int]) -> None:
    with pytest.raises(LookupError, match="no question versions"):
        queries.get_versions([*ids, 404])
