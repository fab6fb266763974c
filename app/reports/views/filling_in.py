"""What the boxes of the filters suggest, fetched only when somebody is about to type."""

from __future__ import annotations

from flask import Response, jsonify

from app.auth.identity import page_language, the_person
from app.core.access import Permission, allow
from app.network.labels import city_label

from .. import queries
from ..forms import by_label
from .blueprint import bp


@bp.get("/choices/cities")
@allow(Permission.FOLLOW)
def cities() -> Response:
    """The cities that the person may choose from."""
    found = [(city.id, city_label(city.name, city.country)) for city in queries.list_cities(the_person())]
    return _said([label for _id, label in by_label((str(key), label) for key, label in found)])


@bp.get("/choices/courses")
@allow(Permission.FOLLOW)
def courses() -> Response:
    """The courses that the person may choose from."""
    found = [(course.slug, course.label(page_language())) for course in queries.list_courses(the_person())]
    return _said([label for _slug, label in by_label(found)])


def _said(labels: list[str]) -> Response:
    answer = jsonify(labels)
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer
