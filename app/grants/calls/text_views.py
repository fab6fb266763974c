"""The languages of a call, for administrators: which there are, and each text beside its original."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from app.auth.identity import LANGUAGES, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.languages import known_tag, list_known
from app.core.text import string_hash
from app.courses.translation.texts import fingerprint

from ..rules import Node, read
from . import text_services
from .errors import ReasonNeeded
from .forms import ReasonForm
from .queries import DeskCall, find_rule, get_desk
from .text_services import NotTranslated, Typed
from .texts import languages_of, left_of, statements, units

bp = Blueprint("call_texts", __name__, url_prefix="/administration/grants/<slug>/languages")


@bp.get("")
@allow(Permission.ADMINISTER)
def index(slug: str) -> str | Response:
    """The languages of the call, and how much is left in each; another one is asked for by `add`."""
    desk = get_desk(slug, clock.now())
    asked = known_tag(request.args.get("add", "")[:40])
    if asked and asked != desk.call.source_language:
        return redirect(url_for("call_texts.show", slug=slug, language=asked), 303)
    there, rule = languages_of(desk.call, LANGUAGES), _rule(desk)
    return render_template(
        "grants/calls/languages.html",
        desk=desk,
        languages_there=[(tag, _left(desk, rule, tag)) for tag in there],
        others=[pair for pair in list_known() if pair[0] not in (*there, desk.call.source_language)],
    )


@bp.get("/<language>")
@allow(Permission.ADMINISTER)
def show(slug: str, language: str) -> str:
    """Every text of the call beside its translation."""
    return _page(get_desk(slug, clock.now()), language)


@bp.post("/<language>")
@allow(Permission.ADMINISTER)
def save(slug: str, language: str) -> Response | tuple[str, int]:
    """Save the translations that were typed."""
    desk, typed, reason = get_desk(slug, clock.now()), typed_texts(request.form), ReasonForm()
    _check_language(desk, language)
    if not reason.validate():
        return _page(desk, language, typed=typed, reason=reason), 422
    call_id, why = desk.call.id, reason.why.data
    try:
        count = text_services.translate(call_id=call_id, language=language, typed=typed, why=why, by=the_person().id)
    except NotTranslated as error:
        return _page(desk, language, typed=typed, refused=error, reason=reason), error.status
    except ReasonNeeded as error:
        reason.why.errors = [str(error)]
        return _page(desk, language, typed=typed, reason=reason), error.status
    flash(ngettext("%(num)s text saved.", "%(num)s texts saved.", count), "done")
    return redirect(url_for("call_texts.show", slug=slug, language=language), 303)


def typed_texts(sent: MultiDict[str, str]) -> dict[str, Typed]:
    """The texts that a form sends, by key: `text.<key>`, with fingerprints in `shown.<key>` and `source.<key>`.

    The box that says that a translation still fits is called `fits`, with the key as its value.
    """
    values = {name: value.replace("\0", "").strip() for name, value in sent.items()}
    fits = set(sent.getlist("fits"))
    keys = [name.removeprefix("text.") for name in values if name.startswith("text.")]
    return {
        key: Typed(
            values[f"text.{key}"], values.get(f"shown.{key}", ""), values.get(f"source.{key}", ""), fits=key in fits
        )
        for key in keys
    }


def _page(
    desk: DeskCall,
    language: str,
    *,
    typed: dict[str, Typed] | None = None,
    refused: NotTranslated | None = None,
    reason: ReasonForm | None = None,
) -> str:
    _check_language(desk, language)
    return render_template(
        "grants/calls/language.html",
        desk=desk,
        language=language,
        texts=units(desk.call, language),
        statements=statements(_rule(desk), language),
        typed=typed or {},
        refused=refused,
        reason=reason or ReasonForm(formdata=None),
        fingerprint=fingerprint,
        string_hash=string_hash,
    )


def _check_language(desk: DeskCall, language: str) -> None:
    """A language there is, in its usual spelling, and not the call's own. Raises `NotFound`."""
    if known_tag(language[:40]) != language or language == desk.call.source_language:
        raise NotFound


def _rule(desk: DeskCall) -> Node | None:
    """The rule of the call, whose statements are translated where it is written."""
    rule = find_rule(desk.call.rule_id)
    return read(rule.tree) if rule else None


def _left(desk: DeskCall, rule: Node | None, language: str) -> tuple[int, int, int]:
    """How many texts are left in a language, how many there are, and how many of those left the rule says."""
    own, said = units(desk.call, language), statements(rule, language)
    return left_of([*own, *said]), len(own) + len(said), left_of(said)
