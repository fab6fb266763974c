"""An id in an address is never trusted: what is not for someone looks as if it were not there."""

from __future__ import annotations

import pytest
from flask import Flask
from werkzeug.routing import Rule

from app.auth.models import Person, Role
from app.core.access import Permission, permission_of
from tests.factories import a_person, signed_in

from .scene import DRAFTED, Scene, a_scene, rows_by_table
from .test_routes import reached, requests  # noqa: F401

# To whom a row belongs that the address names; whoever else has the permission is a stranger to it.
OTHER_PERSON = "another person"
OTHER_REVIEWER = "another reviewer"
OTHER_TRAINER = "another course's trainer"
OTHER_COORDINATOR = "another city's coordinator"
BELONGS = {
    "badges.show": OTHER_PERSON,
    "certificates.pdf": OTHER_PERSON,
    **dict.fromkeys(
        (
            "applications.file",
            "applications.save",
            "applications.show",
            "submissions.ask",
            "submissions.endorse",
            "submissions.new",
            "submissions.submit",
            "submissions.take_back",
            "submissions.withdraw",
            "assignments.change_due",
            "assignments.end",
            "assignments.show",
            "cohorts.add",
            "cohorts.add_addresses",
            "cohorts.end",
            "cohorts.remove",
            "cohorts.rename",
            "cohorts.show",
            "enrolments.bring_back",
            "enrolments.withdraw",
            "people.invite_again",
            "people_import.confirm",
            "people_import.drop",
            "people_import.refused",
            "people_import.show",
        ),
        OTHER_COORDINATOR,
    ),
    "certificates.share": OTHER_PERSON,
    "certificates.show": OTHER_PERSON,
    "moving.answer": OTHER_TRAINER,
    "moving.download": OTHER_TRAINER,
    "moving.drop": OTHER_TRAINER,
    "moving.place": OTHER_TRAINER,
    "moving.progress": OTHER_TRAINER,
    "moving.show": OTHER_TRAINER,
    "notices.open_one": OTHER_PERSON,
    "people.show": OTHER_COORDINATOR,
    "quizzes.attempt": OTHER_PERSON,
    "quizzes.check": OTHER_PERSON,
    "quizzes.respond": OTHER_PERSON,
    "quizzes.result": OTHER_PERSON,
    "quizzes.submit": OTHER_PERSON,
    "quizzes.summary": OTHER_PERSON,
    "reports.person": OTHER_COORDINATOR,
    "reports.stop": OTHER_TRAINER,
    **dict.fromkeys(("reviews.decline", "reviews.file", "reviews.save", "reviews.show"), OTHER_REVIEWER),
    "uploads.append": OTHER_TRAINER,
    "uploads.delete": OTHER_TRAINER,
    "uploads.show": OTHER_TRAINER,
}
STUDIO = "/teach/courses/<int:course_id>"  # whatever stands under it belongs to the course's trainers
# What everyone with the permission may name: published things, and tokens and codes that are the proof themselves.
SHARED_ARGUMENTS = {"slug", "activity", "digest", "token"}
SHARED = {
    "badges.achievement",
    "badges.achievement_json",
    "badges.picture",
    "badges.statuses",
    "certificates.public",
    "certificates.public_json",
    "mail.show",
    "reports.attempts_file",
    "reports.people_file",
    "reports.practitioners_file",
}


def whose(rule: Rule) -> str | None:
    """To whom the row belongs that a route names; None where everyone with the permission may name it."""
    return BELONGS.get(rule.endpoint) or (OTHER_TRAINER if rule.rule.startswith(STUDIO) else None)


def stranger(kind: str, scene: Scene) -> Person:
    match kind:
        case "another course's trainer":
            return a_person(roles=(Role.TRAINER,))
        case "another city's coordinator":
            return a_person(city=scene.other_city, roles=(Role.COORDINATOR,))
        case _:
            return a_person(city=scene.city)


def test_every_route_that_names_a_row_says_whose_it_is(the_app: Flask) -> None:
    unsaid = [
        rule.endpoint
        for rule in the_app.url_map.iter_rules()
        if rule.arguments
        and not rule.arguments & SHARED_ARGUMENTS
        and not whose(rule)
        and rule.endpoint not in SHARED
        and permission_of(the_app, rule.endpoint) is not Permission.ADMINISTER  # they may name every row
    ]
    assert unsaid == []
    assert set(BELONGS) | SHARED <= {rule.endpoint for rule in the_app.url_map.iter_rules()}


@pytest.mark.usefixtures("reached")
def test_a_stranger_finds_nothing_and_changes_nothing(app: Flask) -> None:
    scene = a_scene()
    faults = []
    for rule, method, address in list(requests(app, scene)):
        owner = whose(rule)
        if owner is None or permission_of(app, rule.endpoint) is Permission.ADMINISTER:
            continue
        client = signed_in(app.test_client(), stranger(owner, scene))
        before = rows_by_table()
        response = client.open(address, method=method)
        if response.status_code != 404:
            faults.append(f"{method} {address} by {owner}: {response.status}")
        if rows_by_table() != before:
            faults.append(f"{method} {address} by {owner} changed something")
    assert not faults, "\n".join(faults)


def test_their_owners_find_them(app: Flask) -> None:
    """So that the strangers' 404 is about them, not about the address."""
    scene = a_scene()
    owners = {
        OTHER_PERSON: scene.practitioner,
        OTHER_TRAINER: scene.trainer,
        OTHER_COORDINATOR: scene.coordinator,
        OTHER_REVIEWER: scene.administrator,
    }
    faults = []
    for rule, method, address in list(requests(app, scene)):
        owner = whose(rule)
        if owner and method == "GET" and permission_of(app, rule.endpoint) is not Permission.ADMINISTER:
            client = signed_in(app.test_client(), owners[owner])
            status = client.get(address).status_code
            if status not in (200, 302, 303):
                faults.append(f"{address}: {status}")
    assert not faults, "\n".join(faults)


@pytest.mark.usefixtures("reached")
@pytest.mark.parametrize("bad", ["0", "-1", "99999999999999999999", "x", "1%00", "../1", "%F0%9F%8C%83"])
def test_a_forged_id_is_not_found(app: Flask, bad: str) -> None:
    scene = a_scene()
    client = signed_in(app.test_client(), scene.administrator)
    faults = []
    for address in (
        f"/attempts/{bad}",
        f"/people/{bad}",
        f"/cities/{bad}",
        f"/teach/courses/{bad}",
        f"/courses/{bad}",
        f"/learn/{scene.course.slug}/{bad}",
        f"/learn/{bad}/lesson-1-1",
        f"/certificates/{bad}",
        f"/v/{bad}",
        f"/grants/{bad}",
        f"/grants/{bad}/changes",
        f"/administration/grants/{bad}",
        f"/administration/grants/{DRAFTED}/questions/{bad}",
        f"/administration/grants/{DRAFTED}/languages/{bad}",
        f"/media/{bad}/map.webp",
        f"/confirm/{bad}",
        f"/reset-password/{bad}",
        f"/static/{bad}",
        f"/teach/moves/{bad}",
    ):
        for method in ("GET", "POST"):
            status = client.open(address, method=method).status_code
            if status >= 500 or (status == 200 and address.split("/")[1] not in ("confirm", "reset-password", "v")):
                faults.append(f"{method} {address}: {status}")
    assert not faults, "\n".join(faults)
