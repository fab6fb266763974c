"""A call that has closed with three applications, two administrators and three reviewers from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.auth.models import Person, Role
from app.core import clock
from app.grants.models import Application, GrantCall
from app.grants.rules import Completed
from app.network.models import City
from tests.factories import a_city, a_course, a_person, signed_in
from tests.grants.factories import DAY, NOW, a_completion, a_judged_call, an_application
from tests.pages import check_page

LIST = "/administration/grants/local/applications"
OF_CITY = "/grants/local/application"


@dataclass(frozen=True)
class Committee:
    """Sfax, Ghent and Kumasi applied. Amina of Sfax wrote its application, Salma coordinates it."""

    call: GrantCall
    sfax: City
    ghent: City
    kumasi: City
    amina: Person
    salma: Person
    lena: Person
    ada: Person
    abel: Person
    rosa: Person
    theo: Person
    mona: Person
    of_sfax: Application
    of_ghent: Application
    of_kumasi: Application


@pytest.fixture
def committee(app: Flask) -> Iterator[Committee]:
    course = a_course("prevention")
    sfax, ghent, kumasi = a_city("Sfax", country="TN"), a_city("Ghent"), a_city("Kumasi")
    elsewhere = a_city("Porto")
    amina = a_person("Amina Trabelsi", city=sfax)
    salma = a_person("Salma Mejri", city=sfax, roles=(Role.COORDINATOR,))
    lena = a_person("Lena Maes", city=ghent, roles=(Role.COORDINATOR,))
    kofi = a_person("Kofi Mensah", city=kumasi)
    a_completion(amina, course, at=NOW - 40 * DAY)
    call = a_judged_call(Completed(course.id), slug="local")
    there = Committee(
        call=call,
        sfax=sfax,
        ghent=ghent,
        kumasi=kumasi,
        amina=amina,
        salma=salma,
        lena=lena,
        ada=a_person("Ada Okafor", roles=(Role.ADMINISTRATOR,)),
        abel=a_person("Abel Norton", roles=(Role.ADMINISTRATOR,)),
        rosa=a_person("Rosa Prado", city=elsewhere),
        theo=a_person("Theo Brandt", city=elsewhere),
        mona=a_person("Mona Idris", city=elsewhere),
        of_sfax=an_application(call, sfax, amina),
        of_ghent=an_application(call, ghent, lena),
        of_kumasi=an_application(call, kumasi, kofi),
    )
    app.config["WTF_CSRF_ENABLED"] = False
    with clock.at(NOW):
        yield there
    app.config["WTF_CSRF_ENABLED"] = True


def browser(app: Flask, person: Person) -> FlaskClient:
    return signed_in(app.test_client(), person)


def words(answer: TestResponse, status: int = 200) -> str:
    """The words of a page without its masthead, once its HTML was found to be in order."""
    assert answer.status_code == status, answer.status
    html = answer.get_data(as_text=True)
    assert check_page(html) == []
    main = re.sub(r"(?s)<header.*?</header>", " ", html)
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", main).split()))
