"""Where nothing but a form is taken, a page is asked for all the same: by who chose another language on a refused form.

The routes are walked, so that a new one is held to this from its first day.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, template_rendered

from .scene import Scene, a_scene
from .test_bad_input import FORMS, addresses, browser

pytestmark = pytest.mark.once

FOR_SCRIPTS = {"uploads.create", "library.measure", "learn.spend"}
ON_EVERY_PAGE = {"auth.sign_out", "site.choose_language"}
ELSEWHERE = {
    "rules.start": "grants/editor/edit.html",  # the draft that is in the way; the form stands on the page of a version
    "xliff.take": "xliff/refused.html",  # the page of the form carries a file, which is then sent again
}
OTHERWISE = {"learn.language"}  # the same address is that of an activity
OF_ANOTHER = {"people_import.confirm", "people_import.drop"}  # the scene's file of people is not the browser's


@pytest.fixture
def scene(app: Flask) -> Iterator[Scene]:
    """The network, which takes forms without their token."""
    app.config["WTF_CSRF_ENABLED"] = False
    yield a_scene()
    app.config["WTF_CSRF_ENABLED"] = True


def only_forms(app: Flask, scene: Scene) -> Iterator[tuple[str, str]]:
    """Every endpoint whose address takes nothing but a form, and that address."""
    pages = {rule.rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or set())}
    with_page = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule in pages}
    for endpoint, address in addresses(app, scene, "POST"):
        if endpoint not in with_page | FOR_SCRIPTS | OTHERWISE:
            yield endpoint, address


@contextmanager
def rendered(app: Flask) -> Iterator[list[str]]:
    """The names of the templates that are rendered meanwhile; that of a page comes after those of its pieces."""
    names: list[str] = []

    def note(_app: Flask, template: Any, **_rest: Any) -> None:
        names.append(template.name)

    with template_rendered.connected_to(note, app):
        yield names


def test_what_takes_only_a_form_leads_to_a_page(app: Flask, scene: Scene) -> None:
    faults = []
    for endpoint, address in only_forms(app, scene):
        client = browser(app, scene, endpoint)
        led = client.get(address, query_string={"page": "2"})
        if led.status_code != 302 or "page=2" not in led.location:
            faults.append(f"{endpoint}: {led.status} {led.location}")
            continue
        page = client.get(led.location, follow_redirects=True)
        if endpoint in OF_ANOTHER and page.status_code == 404:
            continue
        if page.status_code != 200 or page.mimetype != "text/html" or "Content-Disposition" in page.headers:
            faults.append(f"{endpoint}: to {led.location}, which is {page.status}, {page.mimetype}")
        if led.location.startswith("/?") and endpoint not in ON_EVERY_PAGE:
            faults.append(f"{endpoint}: to the first page")
    assert not faults, "\n".join(faults)


def test_it_is_the_page_that_a_refused_form_is_shown_on(app: Flask, scene: Scene) -> None:
    compared, faults = set(), []
    for endpoint, address in only_forms(app, scene):
        for sent in ({}, dict.fromkeys(FORMS[endpoint], "?")):
            client = browser(app, scene, endpoint)
            with rendered(app) as names:
                refused = client.post(address, data=sent)
            if refused.status_code not in (409, 422) or names[-1:] in ([], ["errors/error.html"]):
                continue
            with rendered(app) as found:
                client.get(address, follow_redirects=True)
            compared.add(endpoint)
            if found[-1:] != names[-1:] and names[-1] != ELSEWHERE.get(endpoint):
                faults.append(f"{endpoint}: {names[-1]}, yet the page is {found[-1:]}")
    assert not faults, "\n".join(faults)
    assert len(compared) > 40
