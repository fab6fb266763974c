"""Every route declares who may use it, the gate holds it, and docs/permissions.md says the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from structlog.testing import capture_logs
from werkzeug.routing import Rule

from app.auth.models import Person, PersonState, Role
from app.config import ROOT
from app.core.access import Permission, check_routes, permission_of
from app.core.content import body_hash
from scripts.permissions import WHO, document
from tests.factories import a_person, signed_in

from .scene import APPLYING, CODE, DRAFTED, ITEM, UPLOAD, VIDEO, Scene, a_scene

# Who may, written out: a second opinion on app/auth/permissions.py.
VISITOR, UNCONFIRMED, WAITING, PRACTITIONER = "visitor", "unconfirmed", "waiting", "practitioner"
TRAINER, TRANSLATOR, COORDINATOR, ADMINISTRATOR = "trainer", "translator", "coordinator", "administrator"
A_TEXT = body_hash("text/html", "<p>Body of lesson 1.1.</p>")  # as the scene's course publishes it
EVERYONE = (VISITOR, UNCONFIRMED, WAITING, PRACTITIONER, TRAINER, TRANSLATOR, COORDINATOR, ADMINISTRATOR)
MAY = {
    Permission.ANYONE: set(EVERYONE),
    Permission.SIGNED_IN: set(EVERYONE) - {VISITOR},
    Permission.LEARN: {PRACTITIONER, TRAINER, TRANSLATOR, COORDINATOR, ADMINISTRATOR},
    Permission.TRANSLATE: {TRANSLATOR, TRAINER, ADMINISTRATOR},
    Permission.TEACH: {TRAINER, ADMINISTRATOR},
    Permission.REPORT: {COORDINATOR, ADMINISTRATOR},
    Permission.FOLLOW: {TRAINER, COORDINATOR, ADMINISTRATOR},
    Permission.ADMINISTER: {ADMINISTRATOR},
    Permission.DEVELOP: set(),  # the tests are no demonstration
}


def test_every_permission_is_explained() -> None:
    assert set(WHO) == set(MAY) == set(Permission)


def test_a_route_without_a_permission_keeps_the_site_from_starting(the_app: Flask) -> None:
    bare = Flask("bare")
    bare.add_url_rule("/open", "open", lambda: "anyone at all")
    with pytest.raises(RuntimeError, match="open"):
        check_routes(bare)
    check_routes(the_app)


def test_the_table_of_permissions_is_what_the_routes_declare(the_app: Flask) -> None:
    assert (ROOT / "docs" / "permissions.md").read_text() == document(the_app), "run make permissions"


def test_a_get_is_never_the_only_way_to_change_something(the_app: Flask) -> None:
    """What a route is called tells whether it changes something; those take no GET."""
    verbs = ("sign_out", "publish", "delete", "remove", "enrol", "submit", "withdraw", "restore")
    for rule in the_app.url_map.iter_rules():
        if rule.endpoint.rpartition(".")[2] in verbs:
            assert "GET" not in (rule.methods or set()), rule


# Whose address is signed, and is the proof: mail programs send them without having seen a page.
PROVEN = {"notices.stop"}


def arguments(rule: Rule, scene: Scene) -> dict[str, Any]:
    """Values for the places in a route's path, of things that exist."""
    grants = "grants/<slug>" in rule.rule
    known: dict[str, Any] = {
        "slug": scene.call.slug if grants else scene.course.slug,
        "call": scene.call.slug,
        "course": scene.course.slug,
        "activity": "lesson-1-1",
        "key": "lesson-1-1",
        "code": CODE,
        "token": "not-a-token",
        "name": "map.webp",
        "digest": {"bodies": A_TEXT, "captions": VIDEO}.get(rule.endpoint.partition(".")[0], "0" * 64),
        "filename": "map.webp",
        "course_id": scene.course.id,
        "call_id": scene.call.id,
        "person_id": scene.practitioner.id,
        "city_id": scene.city.id,
        "attempt_id": scene.attempt.id,
        "message_id": scene.outbox_id,
        "place": "whole",
        "what": "courses",
        "language": "fr",
        "upload_id": UPLOAD,
        "format": "csv",
        "form": "svg",
        "kind": "csv",
    }
    if rule.endpoint.startswith("duties."):
        known["key"] = "midway"
    if rule.endpoint.startswith(("calls.", "call_")):
        drafted = {"slug": DRAFTED, "key": ITEM, "sort": "choice"}
        of_published = rule.endpoint in ("calls.changes", "calls.delete")  # the draft is what the others are about
        known |= {"slug": scene.call.slug} if of_published else drafted
    if rule.endpoint.startswith(("applications.", "submissions.")):
        known |= {"slug": APPLYING, "file_id": scene.letter_id}
    if rule.endpoint == "badges.statuses":
        known["number"] = 0
    if rule.endpoint.startswith(("marking.", "regrades.")):
        known |= {"activity_id": scene.submitted.activity_id, "attempt_id": scene.submitted.id, "slot": 0}
    if rule.endpoint.startswith(("quiz_studio.", "quiz_statistics.", "quiz_delivery.")):
        known["activity_id"] = scene.attempt.activity_id
    return {name: known.get(name, 1) for name in rule.arguments}


@pytest.fixture
def reached(the_app: Flask) -> Iterator[list[str]]:
    """The endpoints whose views were called; the gate keeps the others from it."""
    called: list[str] = []
    views = dict(the_app.view_functions)

    def noting(endpoint: str) -> Any:
        def view(**values: Any) -> Any:
            called.append(endpoint)
            return views[endpoint](**values)

        view.permission = permission_of(the_app, endpoint)  # type: ignore[attr-defined]
        return view

    tokens = the_app.config.get("WTF_CSRF_ENABLED", True)
    the_app.config["WTF_CSRF_ENABLED"] = False  # a token is another question than a permission
    the_app.view_functions.update({endpoint: noting(endpoint) for endpoint in views})
    yield called
    the_app.view_functions.update(views)
    the_app.config["WTF_CSRF_ENABLED"] = tokens


def a(role: str, scene: Scene) -> Person | None:
    """Someone new in that role: what an earlier request did to another does not matter."""
    match role:
        case "visitor":
            return None
        case "unconfirmed":
            return a_person(state=PersonState.UNCONFIRMED)
        case "waiting":
            return a_person(state=PersonState.WAITING)
        case "practitioner":
            return a_person(city=scene.city)
        case "coordinator":
            return a_person(city=scene.city, roles=(Role.COORDINATOR,))
        case "trainer":
            return a_person(roles=(Role.TRAINER,))
        case "translator":
            return a_person(roles=(Role.TRANSLATOR,))
        case _:
            return a_person(roles=(Role.ADMINISTRATOR,))


def requests(app: Flask, scene: Scene) -> Iterator[tuple[Rule, str, str]]:
    """Every route with every method it takes, and an address of it."""
    with app.test_request_context():
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint)):
            address = app.url_for(rule.endpoint, **arguments(rule, scene))
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method, address


@pytest.mark.parametrize("role", EVERYONE)
def test_the_gate_lets_in_whom_the_route_declares(app: Flask, reached: list[str], role: str) -> None:
    scene = a_scene()
    faults = []
    for rule, method, address in list(requests(app, scene)):
        permission = permission_of(app, rule.endpoint)
        client: FlaskClient = app.test_client()
        person = a(role, scene)
        if person:
            signed_in(client, person)
        reached.clear()
        with capture_logs() as logged:
            response = client.open(address, method=method)
        why = [repr(entry.get("exc_info")) for entry in logged if entry["event"] == "unforeseen"]
        logged.clear()  # an error holds its frames, and with them a statement half read
        let_in = rule.endpoint in reached
        if let_in != (role in MAY[permission]):
            faults.append(f"{method} {address} ({permission}): let in: {let_in}, {response.status}")
        if response.status_code >= 500:
            faults.append(f"{method} {address}: {response.status} {why}")
        if not let_in and response.status_code < 300:
            faults.append(f"{method} {address}: kept out, yet {response.status}")
    assert not faults, "\n".join(faults)


def test_a_form_without_its_token_changes_nothing(app: Flask, reached: list[str]) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    scene = a_scene()
    client = signed_in(app.test_client(), scene.administrator)
    for rule, method, address in list(requests(app, scene)):
        if method == "GET" or rule.endpoint in PROVEN:
            continue
        reached.clear()
        response = client.open(address, method=method)
        assert rule.endpoint not in reached, address
        assert 400 <= response.status_code < 500, (address, response.status)
