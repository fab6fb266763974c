"""Whom a course takes in: the verdict, and the words for it."""

from __future__ import annotations

import pytest
from flask import Flask

from app.auth.models import Role
from app.courses.audience.admission import Candidate, admits, sentence, tag
from app.courses.outline import Admits, Audience

INVITED = Audience(Admits.INVITED)
CITIES = Audience(Admits.SOME, cities=(1, 2))
ROLES = Audience(Admits.SOME, roles=("coordinator", "trainer"))
BOTH = Audience(Admits.SOME, cities=(1,), roles=("coordinator",))


def someone(city_id: int | None = None, *roles: Role, invited: bool = False) -> Candidate:
    return Candidate("amina@city.example", city_id, roles, invited)


@pytest.mark.parametrize(
    ("audience", "candidate", "taken"),
    [
        (Audience(), someone(), True),
        (INVITED, someone(1, Role.ADMINISTRATOR), False),
        (INVITED, someone(invited=True), True),
        (CITIES, someone(2), True),
        (CITIES, someone(3, invited=True), False),
        (CITIES, someone(None), False),
        (ROLES, someone(3, Role.TRAINER), True),
        (ROLES, someone(3, Role.ADMINISTRATOR), False),
        (BOTH, someone(1), True),
        (BOTH, someone(3, Role.COORDINATOR), True),
        (BOTH, someone(3), False),
    ],
)
def test_the_verdict(audience: Audience, candidate: Candidate, taken: bool) -> None:
    assert admits(audience, candidate) is taken


def test_in_words(app: Flask) -> None:
    with app.test_request_context():
        assert [tag(audience) for audience in (Audience(), INVITED, CITIES, ROLES, BOTH)] == [
            "", "By invitation", "For certain cities", "For certain roles", "For certain cities and roles",
        ]  # fmt: skip
        assert sentence(CITIES, ["Ghent", "Sfax"]) == "This course is for practitioners of Ghent and Sfax."
        assert sentence(ROLES, []) == "This course is for trainers and coordinators."
        many = sentence(CITIES, [f"City {number}" for number in range(9)])
        assert many.endswith("City 5, and 3 more cities.")
        assert "and for coordinators of any city" in sentence(BOTH, ["Ghent"])
