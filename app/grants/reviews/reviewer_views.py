"""For administrators: who reviews which applications of a call."""

from __future__ import annotations

import re
from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow

from ..decisions.queries import get_call
from . import assigning_queries, queries, services
from .assigning import MOST_EACH, USUAL_EACH, plan
from .queries import MOST_FOUND
from .words import given_words

bp = Blueprint("reviewers", __name__, url_prefix="/administration/grants/<slug>/applications")

MOST_REVIEWERS = 100
MOST_PAIRS = 5_000


@bp.get("/reviewers")
@allow(Permission.ADMINISTER)
def choose(slug: str) -> str:
    """Choose reviewers, and see who would get which application; nothing is given yet."""
    call, asked = get_call(slug), request.args
    words, each = asked.get("q", "").replace("\0", "")[:100], _each(asked.get("each", ""))
    chosen = queries.list_candidates(_ids(asked.getlist("person"))[:MOST_REVIEWERS])
    besides = [one.id for one in chosen]
    found = [one for one in queries.find_candidates(words) if one.id not in besides] if words.strip() else []
    waiting = assigning_queries.list_open(call, the_person())
    only = set(_ids(asked.getlist("application")))
    return render_template(
        "grants/decisions/reviewers.html",
        call=call,
        words=words,
        each=each,
        most_each=MOST_EACH,
        chosen=chosen,
        found=found[:MOST_FOUND],
        many=len(found) > MOST_FOUND,
        suggested=[one for one in queries.suggest_candidates(besides) if one.id not in {f.id for f in found}],
        waiting=waiting,
        only=only,
        plan=plan([one for one in waiting if not only or one.id in only], chosen, each) if chosen else None,
    )


@bp.post("/reviewers")
@allow(Permission.ADMINISTER)
def assign(slug: str) -> Response:
    """Give the applications as the page before showed."""
    call = get_call(slug)
    said = (re.fullmatch(r"([0-9]{1,9}):([0-9]{1,9})", pair) for pair in request.form.getlist("pair")[:MOST_PAIRS])
    pairs = [(int(one[1]), int(one[2])) for one in said if one]
    done = services.assign(call_id=call.id, pairs=pairs, by=the_person().id)
    flash(given_words(done.given), "done")
    if done.left_out:
        flash(
            _(
                "Some were left out: since the page was opened a conflict came up, the application was decided, or "
                "somebody handed in a review that they could read as administrators."
            ),
            "due",
        )
    return redirect(url_for("decisions.index", slug=slug), 303)


@bp.post("/<int:application_id>/reviews/<int:review_id>/removal")
@allow(Permission.ADMINISTER)
def release(slug: str, application_id: int, review_id: int) -> Response:
    """Take an application back from a reviewer who has not handed in."""
    get_call(slug)
    services.release(application_id=application_id, review_id=review_id, by=the_person().id)
    flash(_("The review is taken back. Choose somebody else for it."), "done")
    return redirect(url_for("decisions.show", slug=slug, application_id=application_id), 303)


def _ids(said: Sequence[str]) -> list[int]:
    return [int(one) for one in said[:MOST_PAIRS] if re.fullmatch(r"[0-9]{1,9}", one)]


def _each(said: str) -> int:
    return min(MOST_EACH, max(1, int(said))) if re.fullmatch(r"[0-9]{1,3}", said) else USUAL_EACH
