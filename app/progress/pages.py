"""What a page of learning carries besides its content: who may see it from the cache, and what answers a repeat."""

from __future__ import annotations

import hashlib

from flask import Response, current_app, g, make_response, render_template, request, session

from app.auth.identity import Identity, page_language
from app.courses.kinds import Player, Visit

from .queries import Enrolled, Place


def player_page(player: Player, visit: Visit, place: Place, enrolled: Enrolled) -> Response:
    """The page of an activity; a 304 without rendering if the browser has it as it is.

    The body holds a token that changes with every rendering, so the tag is made from what the page is made of.
    """
    g.frames = player.frames
    tag = None
    if player.version is not None and "_flashes" not in session:
        tag = _tag(visit.person, visit, enrolled, player.version)
        if tag in request.if_none_match:
            response = Response(status=304)
            response.set_etag(tag)
            return response
    html = render_template(
        player.template,
        visit=visit,
        place=place,
        enrolled=enrolled,
        standing=enrolled.standing,
        activity=visit.activity,
        outline=visit.edition.outline,
        **player.context,
    )
    response = make_response(html)
    if tag:
        response.set_etag(tag)
    return response


def _tag(person: Identity, visit: Visit, enrolled: Enrolled, version: str) -> str:
    build = current_app.extensions["assets"].build
    facts = (
        build,
        visit.edition.id,
        visit.activity.id,
        person,
        enrolled.id,
        enrolled.version,
        enrolled.visited,
        page_language(),
        visit.language,
        version,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:24]
