"""Captions of a video or sound in one language: uploaded, written as text, or in the small editor."""

from __future__ import annotations

import hashlib

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.filetypes import Sort
from app.core.languages import language_name
from app.core.store import the_store
from app.core.transactions import give_up, outside_transaction, reading

from .. import queries
from ..errors import EditedMeanwhile
from ..queries import CourseAccess
from . import captions, services
from . import queries as library_queries
from .captions import CaptionsRefused
from .forms import CaptionsForm
from .queries import LibraryItem

bp = Blueprint("captions", __name__, url_prefix="/teach/courses/<int:course_id>/media/<digest>/captions/<language>")


@bp.get("")
@allow(Permission.TEACH)
def edit(course_id: int, digest: str, language: str) -> str:
    """The video beside its captions."""
    access, item = _subject(course_id, digest, language)
    form = CaptionsForm(data={"text": _text(item, language), "shown": item.captions.get(language, "")})
    return _page(access, item, language, form)


@bp.post("")
@allow(Permission.TEACH)
def save(course_id: int, digest: str, language: str) -> Response | tuple[str, int]:
    """Take captions, from a file if one was chosen, else from the text."""
    with reading():
        access, item = _subject(course_id, digest, language)
    form = CaptionsForm()
    file = request.files.get("file")
    try:
        if not form.validate():
            return _page(access, item, language, form), 422
        text = captions.decoded(file.read()) if file else form.text.data or ""
        cues = captions.read(text)
    except CaptionsRefused as refused:
        return _page(access, item, language, form, refused, from_file=file is not None), refused.status
    data = captions.written(cues).encode()
    digest_of_captions = hashlib.sha256(data).hexdigest()
    with outside_transaction("storing captions"):
        the_store().put(digest_of_captions, data)
    try:
        services.caption(
            course_id=access.id,
            digest=digest,
            by=the_person().id,
            language=language,
            file=digest_of_captions,
            size=len(data),
            shown=form.shown.data or "",
        )
    except EditedMeanwhile:
        give_up()
        return _conflict(access, library_queries.get_file(access.id, digest), language, form, data.decode()), 409
    flash(_("The captions in %(language)s are saved.", language=language_name(language)), "done")
    return redirect(url_for("library.show", course_id=access.id, digest=digest), 303)


@bp.post("/removal")
@allow(Permission.TEACH)
def remove(course_id: int, digest: str, language: str) -> Response:
    """Take the captions in a language away."""
    access = queries.get_editable(course_id, the_person())
    services.remove_captions(course_id=access.id, digest=digest, by=the_person().id, language=language)
    flash(_("The captions in %(language)s are removed.", language=language_name(language)), "done")
    return redirect(url_for("library.show", course_id=access.id, digest=digest), 303)


def _subject(course_id: int, digest: str, language: str) -> tuple[CourseAccess, LibraryItem]:
    """What is to be captioned, in a language of the course. Raises `NotFound`."""
    access = queries.get_editable(course_id, the_person())
    item = library_queries.get_file(access.id, digest)
    if language not in access.languages or item.sort not in (Sort.VIDEO, Sort.SOUND):
        raise NotFound
    return access, item


def _text(item: LibraryItem, language: str) -> str:
    if language not in item.captions:
        return "WEBVTT\n\n"
    try:
        return the_store().read(item.captions[language]).decode()
    except FileNotFoundError:
        raise NotFound from None


def _conflict(access: CourseAccess, item: LibraryItem, language: str, form: CaptionsForm, typed: str) -> str:
    """Both captions; what is saved next takes the place of those that stand now."""
    form.shown.raw_data, form.shown.data = None, item.captions.get(language, "")
    form.text.raw_data, form.text.data = None, typed
    return _page(access, item, language, form, theirs=_text(item, language))


def _page(
    access: CourseAccess,
    item: LibraryItem,
    language: str,
    form: CaptionsForm,
    refused: CaptionsRefused | None = None,
    *,
    from_file: bool = False,
    theirs: str | None = None,
) -> str:
    return render_template(
        "studio/library/captions.html",
        access=access,
        item=item,
        language=language,
        form=form,
        faults=refused.faults if refused else [],
        from_file=from_file,
        theirs=theirs,
    )
