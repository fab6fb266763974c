"""The pages of the lesson editor: what they show, whether a person asks or a script."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Response, current_app, jsonify, make_response, render_template, request
from flask_babel import format_time, format_timedelta, to_user_timezone
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from app.auth.identity import Identity
from app.core import clock, sanitise
from app.core.differences import Side, side_by_side
from app.core.paragraphs import paragraphs
from app.core.transactions import outside_transaction

from ..builder.following import find_following
from ..queries import CourseAccess
from ..translation import queries as translation_queries
from . import queries
from .forms import BodyForm, VersionForm
from .queries import Writing
from .services import SavedBody
from .words import editor_words


def asked_by_script() -> bool:
    """Whether the page's script asks, which reads JSON."""
    return request.headers.get("X-Requested-With") == "fetch"


def edit_page(access: CourseAccess, writing: Writing, person: Identity, form: BodyForm | None = None) -> Response:
    """The editor, with what was typed where it could not be saved.

    The rich editor needs more of the Content-Security-Policy than any other page: it draws with `style` attributes
    and with pictures made in the page.
    """
    form = form or BodyForm(formdata=None, html=writing.html, version=writing.version, source=writing.source_now)
    page = render_template(
        "studio/writing/edit.html",
        access=access,
        writing=writing,
        form=form,
        keep_form=VersionForm(formdata=None),
        following=find_following(access, writing.activity_id),
        presence=presence(writing, person),
        source_view=None if writing.source is None else Markup(writing.source),
        source_changes=translation_queries.body_changes(writing.body_id)
        if writing.is_stale and writing.body_id
        else None,
        words=editor_words(),
    )
    response = make_response(page)
    policy = current_app.config["CONTENT_SECURITY_POLICY"].replace("img-src 'self'", "img-src 'self' data: blob:")
    response.headers["Content-Security-Policy"] = f"{policy}; style-src-attr 'unsafe-inline'"
    return response


def saved(body: SavedBody) -> Response:
    """What the script is told once the text is saved: it comes true with the commit, before the answer goes out."""
    return jsonify(version=body.version, saved=saved_at(body.at), html=body.html)


def refused(access: CourseAccess, writing: Writing, person: Identity, form: BodyForm) -> tuple[Response, int]:
    """The editor again, with the message beside what is wrong."""
    if asked_by_script():
        message = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return jsonify(error=message), 422
    return edit_page(access, writing, person, form), 422


def conflict(access: CourseAccess, writing: Writing, person: Identity, form: BodyForm) -> tuple[Response, int]:
    """Both texts, side by side, and what can be done; `writing` is the other one. Slow for long texts."""
    with outside_transaction("comparing two texts"):
        typed = sanitise.clean(form.html.data or "")
        rows = side_by_side(paragraphs(writing.html), paragraphs(typed))
    shown: dict[str, Any] = {
        "access": access,
        "writing": writing,
        "shown": Markup(writing.html),
        "presence": presence(writing, person),
        "rows": _near_changes(rows),
    }
    if asked_by_script():
        page = render_template("studio/writing/_conflict.html", **shown)
        return jsonify(error=_("Somebody else saved this lesson meanwhile."), page=page, html=writing.html,
                       version=writing.version), 409  # fmt: skip
    form.version.raw_data = None
    form.version.data = writing.version
    return make_response(render_template("studio/writing/conflict.html", form=form, typed=typed, **shown)), 409


def _near_changes(rows: list[tuple[Side, Side]]) -> list[tuple[Side, Side]]:
    """The paragraphs that differ, with one before and one after, so that they are found in a long text."""
    changed = [place for place, (before, after) in enumerate(rows) if before != after]
    near = {place + step for place in changed for step in (-1, 0, 1)}
    return [row for place, row in enumerate(rows) if place in near]


def standing(writing: Writing, person: Identity) -> Response:
    """What the script asks now and then: which version stands, who saved it, and a token that is still good."""
    return jsonify(version=writing.version, presence=presence(writing, person), person=person.id, token=generate_csrf())


def compared(writing: Writing, before: str, after: str) -> dict[str, Any]:
    """Two versions of a text side by side: `before` and `after` are ids, or `now` for the text as it stands.

    Raises `NotFound` and `VersionGone`.
    """

    def read(which: str) -> str:
        if which == "now" or writing.body_id is None:
            return paragraphs(writing.html)
        return paragraphs(queries.get_kept(writing.body_id, int(which)))

    rows = side_by_side(read(before), read(after))
    return {"rows": _near_changes(rows) or rows, "before": before, "after": after}


def presence(writing: Writing, person: Identity) -> str:
    """Who saved the text last, and how long ago; empty where nobody has."""
    if writing.saved_at is None:
        return ""
    ago = format_timedelta(writing.saved_at - clock.now(), add_direction=True)
    if writing.saved_by_id == person.id:
        return _("You saved this %(ago)s.", ago=ago)
    if writing.saved_by is None:
        return _("Saved %(ago)s.", ago=ago)
    return _("%(name)s saved this %(ago)s.", name=writing.saved_by, ago=ago)


def saved_at(moment: datetime) -> str:
    """`Saved at 14:03`, in the person's time zone."""
    return _("Saved at %(time)s", time=format_time(to_user_timezone(moment), "HH:mm", rebase=False))
