"""What a call asks, for administrators: questions, criteria and reports, and the form as a city will see it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import LANGUAGES, page_language, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.core.form_pages import form_on

from . import item_services as services
from . import items, queries
from .errors import ChangedMeanwhile
from .item_forms import ItemForm, PlaceForm, RemoveForm
from .items import MOST, Direction, Item, Sort, new_key, sort_of
from .queries import DeskCall, get_desk
from .texts import languages_of
from .words import FILE_KINDS, KINDS

bp = Blueprint("call_questions", __name__, url_prefix="/administration/grants/<slug>/questions")


@bp.get("")
@allow(Permission.ADMINISTER)
def index(slug: str) -> str:
    """What is asked, in order, with the ways to add, change, move and remove."""
    return _list_page(get_desk(slug, clock.now()))


@bp.get("/preview")
@allow(Permission.ADMINISTER)
def preview(slug: str) -> str:
    """The form as a city will see it, in any language of the call."""
    desk = get_desk(slug, clock.now())
    tags = [desk.call.source_language, *languages_of(desk.call, LANGUAGES)]
    asked = request.args.get("language", "")
    return render_template(
        "grants/calls/preview.html", desk=desk, tags=tags, language=asked if asked in tags else page_language(),
        file_kinds=FILE_KINDS,
    )  # fmt: skip


@bp.get("/new/<sort>")
@allow(Permission.ADMINISTER)
def new(slug: str, sort: str) -> str:
    """A question, a criterion or a report to add."""
    desk = get_desk(slug, clock.now())
    return _item_page(desk, ItemForm(_sort(sort), None, desk.call.source_language), None)


@bp.post("/new/<sort>")
@allow(Permission.ADMINISTER)
def create(slug: str, sort: str) -> Response | tuple[str, int]:
    """Add it at the end of its list."""
    desk = get_desk(slug, clock.now())
    return _save(desk, ItemForm(_sort(sort), None, desk.call.source_language), None, new_key())


@bp.get("/<key>")
@allow(Permission.ADMINISTER)
def edit(slug: str, key: str) -> str:
    """One of them, to change."""
    desk = get_desk(slug, clock.now())
    item = _item(desk, key)
    return _item_page(desk, ItemForm(sort_of(item), item, desk.call.source_language), item)


@bp.post("/<key>")
@allow(Permission.ADMINISTER)
def update(slug: str, key: str) -> Response | tuple[str, int]:
    """Save it; where a colleague saved it meanwhile, theirs is shown beside what was typed.

    Where a colleague removed it, what was typed can be saved once more, and so puts it back.
    """
    desk = get_desk(slug, clock.now())
    item = items.find(desk.call.questionnaire, key)
    if item is None and not items.is_key(key):
        raise NotFound
    sort = sort_of(item) if item is not None else _sort(request.args.get("sort", ""))
    return _save(desk, ItemForm(sort, item, desk.call.source_language), item, key)


@bp.post("/<key>/place")
@allow(Permission.ADMINISTER)
@form_on("call_questions.index")
def place(slug: str, key: str) -> Response:
    """Move it one place up or down."""
    desk, form = get_desk(slug, clock.now()), PlaceForm()
    if not form.validate():
        raise NotFound
    direction = Direction(form.direction.data)
    services.move_item(call_id=desk.call.id, key=key, direction=direction, by=the_person().id)
    return redirect(url_for("call_questions.index", slug=slug, _anchor=key), 303)


@bp.post("/<key>/removal")
@allow(Permission.ADMINISTER)
@form_on("call_questions.index")
def remove(slug: str, key: str) -> Response | tuple[str, int]:
    """Take it out; answers that cities have given stay with their drafts."""
    desk, form = get_desk(slug, clock.now()), RemoveForm()
    try:
        if not form.validate():
            return _list_page(desk, removing=(key, form.why.errors[0])), 422
        services.remove_item(
            call_id=desk.call.id, key=key, before=form.before.data or "", why=form.why.data, by=the_person().id
        )
    except DomainError as error:
        return _list_page(desk, removing=(key, str(error))), error.status
    flash(_("Removed. What cities have answered is kept with their drafts."), "done")
    return redirect(url_for("call_questions.index", slug=slug), 303)


def _save(desk: DeskCall, form: ItemForm, item: Item | None, key: str) -> Response | tuple[str, int]:
    if form.arrange():
        return _item_page(desk, form, item), 200
    if not form.validate():
        return _item_page(desk, form, item), 422
    source = desk.call.source_language
    try:
        services.save_item(
            call_id=desk.call.id, item=form.item(key, item, source), before=form.before.data or "",
            why=form.why.data, by=the_person().id,
        )  # fmt: skip
    except ChangedMeanwhile as error:
        form.before.data = items.fingerprint(item, source)  # from now on the writer has seen it
        return _item_page(desk, form, item, key=key, refused=error), error.status
    except DomainError as error:
        form[error.field or "title"].errors = [str(error)]
        return _item_page(desk, form, item), error.status
    flash(_("Saved."), "done")
    return redirect(url_for("call_questions.index", slug=desk.call.slug, _anchor=key), 303)


def _item(desk: DeskCall, key: str) -> Item:
    item = items.find(desk.call.questionnaire, key)
    if item is None:
        raise NotFound
    return item


def _sort(said: str) -> Sort:
    if said not in list(Sort):
        raise NotFound
    return Sort(said)


def _list_page(desk: DeskCall, *, removing: tuple[str, object] | None = None) -> str:
    return render_template(
        "grants/calls/questions.html",
        desk=desk,
        answers=queries.count_answers(desk.call.id) if desk.begun else {},
        kinds=KINDS,
        file_kinds=FILE_KINDS,
        most=MOST,
        removing=removing,
        fingerprint=items.fingerprint,
    )


def _item_page(
    desk: DeskCall, form: ItemForm, item: Item | None, *, key: str | None = None, refused: DomainError | None = None
) -> str:
    return render_template(
        "grants/calls/item.html",
        desk=desk,
        form=form,
        item=item,
        sort=form.sort,
        key=item.key if item is not None else key,
        refused=refused,
        kinds=KINDS,
        file_kinds=FILE_KINDS,
    )
