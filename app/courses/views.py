"""The catalogue."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from app.auth.identity import current_person, page_language
from app.core import slots
from app.core.access import Permission, allow

from . import queries
from .forms import CatalogueForm

bp = Blueprint("courses", __name__)


@bp.get("/courses")
@allow(Permission.ANYONE)
def catalogue() -> str:
    """Every published course, by search and filters that stand in the address."""
    form = CatalogueForm(request.args)
    found = queries.get_catalogue(form.filters, language=page_language())
    form.offer(found.languages, found.topics)
    pieces = slots.CATALOGUE_CARD.fill(current_person(), [card.id for card in found.cards])
    return render_template(
        "courses/catalogue.html", form=form, found=found, pieces=pieces, no_filters=queries.Filters()
    )
