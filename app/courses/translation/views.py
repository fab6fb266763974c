"""A course in its other languages: how far each is, and source and translation side by side."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.languages import language_name
from app.core.text import string_hash
from app.core.transactions import give_up, reading

from .. import queries
from ..errors import LanguageRefused, TextsRefused
from ..kinds import get_kind
from . import queries as translation_queries
from . import services
from .forms import LanguageForm, typed_texts
from .services import Typed
from .texts import fingerprint

bp = Blueprint("translation", __name__, url_prefix="/teach/courses/<int:course_id>/languages")


@bp.get("")
@allow(Permission.TRANSLATE)
def index(course_id: int) -> str:
    """The languages of a course, and how much of each is translated."""
    return _index(course_id, LanguageForm())


def _index(course_id: int, form: LanguageForm) -> str:
    access = queries.get_access(course_id, the_person())
    tallies = translation_queries.list_tallies(access.id)
    form.offer([access.source_language, *(language for language, _tally in tallies)])
    return render_template("translation/index.html", access=access, tallies=tallies, form=form)


@bp.post("")
@allow(Permission.TEACH)
def add(course_id: int) -> Response | tuple[str, int]:
    """Offer the course in another language."""
    person, form = the_person(), LanguageForm()
    queries.get_editable(course_id, person)
    if not form.validate():
        return _index(course_id, form), 422
    try:
        language = services.add_language(course_id=course_id, tag=form.chosen, by=person.id)
    except LanguageRefused as refused:
        field = form.tag if form.tag.data else form.language
        field.errors = [str(refused)]
        return _index(course_id, form), refused.status
    flash(
        _(
            "%(language)s is there. What is not translated is shown in the course's own language.",
            language=language_name(language),
        ),
        "done",
    )
    return redirect(url_for("translation.show", course_id=course_id, language=language), 303)


@bp.get("/<language>/removal")
@allow(Permission.TEACH)
def confirm_removal(course_id: int, language: str) -> str | Response:
    """Say what goes with a language before it is removed."""
    access = queries.get_editable(course_id, the_person())
    if language == access.source_language:
        return redirect(url_for("translation.index", course_id=course_id))
    draft = translation_queries.get_translation(access.id, language)
    return render_template("translation/removal.html", access=access, draft=draft, language=language)


@bp.post("/<language>/removal")
@allow(Permission.TEACH)
def remove(course_id: int, language: str) -> Response:
    """Offer the course in a language no more."""
    person = the_person()
    queries.get_editable(course_id, person)
    services.remove_language(course_id=course_id, language=language, by=person.id)
    flash(
        _(
            "%(language)s is removed. Its translations are kept: add it again to have them back.",
            language=language_name(language),
        ),
        "done",
    )
    return redirect(url_for("translation.index", course_id=course_id), 303)


@bp.get("/<language>")
@allow(Permission.TRANSLATE)
def show(course_id: int, language: str) -> str | Response:
    """Every text of the course in a language, with how it stands; `?left=1` shows what is left to do only."""
    access = translation_queries.get_readable(course_id, language, the_person())
    if language == access.source_language:
        return redirect(url_for("translation.index", course_id=course_id))
    draft = translation_queries.get_translation(access.id, language)
    return render_template(
        "translation/show.html", access=access, draft=draft, language=language, left="left" in request.args
    )


@bp.get("/<language>/course")
@allow(Permission.TRANSLATE)
def course(course_id: int, language: str) -> str | Response:
    """The course's own texts: title, summary, the titles of its modules."""
    return _part(course_id, language, None)


@bp.get("/<language>/activities/<int:activity_id>")
@allow(Permission.TRANSLATE)
def activity(course_id: int, language: str, activity_id: int) -> str | Response:
    """The texts of an activity beside their translations."""
    return _part(course_id, language, activity_id)


@bp.post("/<language>/course")
@allow(Permission.TRANSLATE)
def save_course(course_id: int, language: str) -> Response | tuple[str, int]:
    """Save translations of the course's own texts."""
    return _save(course_id, language, None)


@bp.post("/<language>/activities/<int:activity_id>")
@allow(Permission.TRANSLATE)
def save_activity(course_id: int, language: str, activity_id: int) -> Response | tuple[str, int]:
    """Save translations of an activity's texts, one or several that belong together."""
    return _save(course_id, language, activity_id)


def _part(course_id: int, language: str, activity_id: int | None) -> str | Response:
    access = translation_queries.get_readable(course_id, language, the_person())
    if language == access.source_language:
        return redirect(url_for("translation.index", course_id=course_id))
    return _page(course_id, language, activity_id)


def _page(
    course_id: int,
    language: str,
    activity_id: int | None,
    typed: Mapping[str, Typed] | None = None,
    refused: TextsRefused | None = None,
) -> str:
    """Source and translation side by side; with what was typed and why it was not saved, where it was not."""
    access = translation_queries.get_readable(course_id, language, the_person())
    draft = translation_queries.get_translation(access.id, language)
    part = draft.part(activity_id)
    return render_template(
        "translation/part.html",
        access=access,
        draft=draft,
        part=part,
        language=language,
        markup={unit.key: (Markup(unit.source), Markup(unit.translation or "")) for unit in part.units if unit.html},
        changes=translation_queries.source_changes(access.id, part),
        writable=language in access.languages,
        typed=typed or {},
        problems=refused.problems if refused else {},
        refused=refused,
        editor=get_kind(part.kind).editor if part.kind else None,
    )


def _save(course_id: int, language: str, activity_id: int | None) -> Response | tuple[str, int]:
    person, typed = the_person(), typed_texts(request.form)
    with reading():
        translation_queries.get_writable(course_id, language, person)
        draft = translation_queries.get_translation(course_id, language)
        part = draft.part(activity_id)
    clean = services.prepared(part, typed)
    try:
        count = services.save_texts(
            course_id=course_id, activity_id=activity_id, language=language, typed=clean, by=person.id
        )
    except TextsRefused as refused:
        give_up()
        return _page(course_id, language, activity_id, typed, refused), refused.status
    if count == 0:
        flash(_("Nothing was changed, so there was nothing to save."))
    return redirect(_onward(course_id, language, activity_id, list(typed)), 303)


def _onward(course_id: int, language: str, activity_id: int | None, saved: list[str]) -> str:
    """Where to go after saving: the next text that is left on the page, or in the course; else the page again."""
    draft = translation_queries.get_translation(course_id, language)
    here = draft.part(activity_id)
    if "next" not in request.form:
        anchor = here.anchor(saved[0]) if saved else None
        return url_for_part(course_id, language, activity_id, anchor)
    if unit := here.next_left(saved[-1] if saved else ""):
        return url_for_part(course_id, language, activity_id, here.anchor(unit.key))
    if part := draft.next_part(activity_id):
        return url_for_part(course_id, language, part.activity_id, part.anchor(part.left[0].key))
    flash(_("Everything is translated and up to date."), "done")
    return url_for("translation.show", course_id=course_id, language=language)


def url_for_part(course_id: int, language: str, activity_id: int | None, anchor: str | None = None) -> str:
    """The page of one part, at one of its texts."""
    if activity_id is None:
        return url_for("translation.course", course_id=course_id, language=language, _anchor=anchor)
    return url_for(
        "translation.activity", course_id=course_id, language=language, activity_id=activity_id, _anchor=anchor
    )


bp.add_app_template_global(url_for_part)
bp.add_app_template_global(fingerprint)
bp.add_app_template_global(string_hash)
