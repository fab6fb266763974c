"""Badges: one's own to download, and the documents that verifiers ask for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.skyline import LIT
from app.courses.editions import PublishedEdition, get_edition

from ..badges import baking, documents
from ..counting import rule_of
from ..models import ISSUER
from . import codes, queries, signing
from .views import download, usable

bp = Blueprint("badges", __name__)

TYPES = {"json": "application/vc", "png": "image/png", "svg": "image/svg+xml"}


@bp.get("/certificates/<code>/badge.<form>")
@allow(Permission.LEARN)
def show(code: str, form: str) -> Response:
    """One's own certificate as a signed badge: alone (`json`), or within a picture (`png`, `svg`)."""
    if form not in TYPES:
        raise NotFound
    certificate = usable(queries.get_own(the_person().id, code))
    badge: bytes | str = signing.badge_of(certificate)
    if form == "png":
        badge = baking.png(certificate.towers, str(badge))
    elif form == "svg":
        badge = baking.svg(certificate.towers, str(badge))
    return download(badge, TYPES[form], f"{codes.shown(certificate.code)}.{form}")


@bp.get("/issuer.json")
@allow(Permission.ANYONE)
def issuer() -> Response:
    """Who signs badges, with the public half of every key that ever did."""
    held = [(key.id, key.public) for key in queries.list_keys()]
    return _for_programs(documents.issuer(ISSUER, held, signing.addresses()))


@bp.get("/issuer/statuses/<int:number>")
@allow(Permission.ANYONE)
def statuses(number: int) -> Response:
    """Which certificates are revoked, as a signed list of bits."""
    if number > queries.newest_id() // documents.LIST_LENGTH:
        raise NotFound
    return _for_programs(signing.signed_status_list(number))


@bp.get("/badges/<int:course_id>/<int:number>")
@allow(Permission.ANYONE)
def achievement(course_id: int, number: int) -> str:
    """What a badge is for: the course in that edition."""
    edition = _edition(course_id, number)
    towers = [[LIT] * count for count in _counts(edition)]
    return render_template("certificates/achievement.html", edition=edition, towers=towers)


@bp.get("/badges/<int:course_id>/<int:number>.json")
@allow(Permission.ANYONE)
def achievement_json(course_id: int, number: int) -> Response:
    """The same, as Open Badges says it."""
    edition = _edition(course_id, number)
    outline = edition.outline
    language, title = outline.title.spoken(outline.source_language, outline.source_language)
    document = documents.achievement(
        signing.addresses().achievement(course_id, number),
        title=title,
        language=language,
        edition=number,
        minutes=edition.minutes,
        rule=rule_of(edition),
    )
    return _for_programs({"@context": [documents.CREDENTIALS, documents.OPEN_BADGES], **document})


@bp.get("/badges/<int:course_id>/<int:number>.png")
@allow(Permission.ANYONE)
def picture(course_id: int, number: int) -> Response:
    """The picture of a badge. An edition never changes, so it is kept."""
    response = Response(baking.png(_counts(_edition(course_id, number))), mimetype="image/png")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


def _edition(course_id: int, number: int) -> PublishedEdition:
    return get_edition(queries.get_edition_id(course_id, number))


def _counts(edition: PublishedEdition) -> list[int]:
    return [len(module.activities) for module in edition.outline.modules]


def _for_programs(document: dict[str, Any]) -> Response:
    response = jsonify(document)
    response.access_control_allow_origin = "*"
    response.headers["Cache-Control"] = "public, max-age=300"
    return response
