"""Pages that people open most send few statements, however much they show."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.factories import a_choice_question, a_course, a_person, signed_in

from .scene import a_scene

BUDGET = {
    "/learn/the-citys-part/lesson-1-1": 3,
    "/learn": 4,
    "/courses/the-citys-part": 4,
    "/notices": 2,
}


@pytest.mark.parametrize(("address", "most"), BUDGET.items())
def test_a_page_keeps_its_budget(app: Flask, statements: list[str], address: str, most: int) -> None:
    scene = a_scene()
    a_course("another", questions=[a_choice_question()], modules=4, lessons=5)
    client = signed_in(app.test_client(), scene.practitioner)
    assert client.get(address).status_code == 200  # from here on the edition is in this process
    statements.clear()
    assert client.get(address).status_code == 200
    assert 0 < len(statements) <= most, "\n\n".join(statements)


@pytest.mark.parametrize(("address", "most"), BUDGET.items())
def test_a_page_keeps_its_budget_for_someone_new(app: Flask, statements: list[str], address: str, most: int) -> None:
    scene = a_scene()
    client = signed_in(app.test_client(), a_person(city=scene.city))
    client.get(address)
    statements.clear()
    client.get(address)
    assert 0 < len(statements) <= most, "\n\n".join(statements)
