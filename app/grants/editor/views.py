"""The rule of a call as administrators write it: part by part, with whom it lets in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import LANGUAGES, page_language, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.languages import known_tag

from ..judging.queries import list_archived
from ..rules import Combinator, Node, Path, mark_of, walk
from . import counts as counting
from . import queries, services, shaping
from .choices import choices
from .counts import NetworkCount
from .errors import DraftChanged, NoSuchPart, TooMuch
from .fields import PartForm
from .forms import KINDS, kind_of, part_form
from .page import WHOLE, end_of, path_of, place_of, shown
from .shaping import Way
from .version_forms import WhenForm
from .versions import Ruled
from .words import says

bp = Blueprint("rules", __name__, url_prefix="/administration/grants/<slug>/rule")


@bp.get("")
@allow(Permission.ADMINISTER)
def edit(slug: str) -> ResponseReturnValue:
    """The rule as it is being written. Whom it lets in is counted only where the address asks for it.

    Its script fetches the figures once the page is there, since a large network takes seconds to count.
    """
    return _page(queries.get_ruled(slug), counted="count" in request.args)


@bp.errorhandler(DraftChanged)
def changed_meanwhile(error: DraftChanged) -> ResponseReturnValue:
    """The rule as it is now, who changed it, and that nothing of this person's change was done."""
    return _page(queries.get_ruled((request.view_args or {})["slug"]), conflict=True), error.status


@bp.get("/count")
@allow(Permission.ADMINISTER)
def count(slug: str) -> ResponseReturnValue:
    """A piece of a page, for its script: who meets the rule, each part of it, or it with what is being filled in.

    `seen`: the mark of the draft that the page shows. Figures of another draft are never put beside it.
    """
    call, kind = queries.get_ruled(slug), request.args.get("kind", "")
    if request.args.get("seen", call.seen) != call.seen:
        return render_template("grants/editor/_outdated.html", call=call, mine=_mine(call), kind=kind), 409
    if "parts" in request.args:
        return render_template("grants/editor/_part_counts.html", counts=_part_counts(call))
    if kind not in KINDS:
        return render_template("grants/editor/_counts.html", call=call, when=_when(), **_counts(call))
    place = request.args.get("place", "")
    path = path_of(place or request.args.get("under", WHOLE))
    part = _of_kind(shaping.at(call.rule, path), kind) if place else None
    form = _form(call, kind, part, formdata=request.args, meta={"csrf": False})
    try:
        foreseen = _foreseen(call, form, path, new=not place) if form.validate() else None
    except TooMuch as error:
        return render_template("grants/editor/_foreseen.html", refused=str(error))
    return render_template("grants/editor/_foreseen.html", foreseen=foreseen)


@bp.route("/parts/new", methods=["GET", "POST"])
@allow(Permission.ADMINISTER)
def new_part(slug: str) -> ResponseReturnValue:
    """Choose what to add beneath a group, and fill it in."""
    call = queries.get_ruled(slug)
    kind, path = request.values.get("kind", ""), path_of(request.values.get("under", WHOLE))
    if kind not in KINDS:
        return render_template("grants/editor/kinds.html", call=call, under=place_of(path), kinds=KINDS)
    form = _form(call, kind, None)
    if not form.is_submitted():
        return _part_page(call, form, path, new=True)
    if request.form.get("seen") != call.seen:  # its place may be another by now, and its figures those of another rule
        return _typed_again(call, form)
    return _saved(call, form, path, new=True)


@bp.route("/parts/<place>", methods=["GET", "POST"])
@allow(Permission.ADMINISTER)
def edit_part(slug: str, place: str) -> ResponseReturnValue:
    """Change a requirement, or how a group joins its parts."""
    call, path = queries.get_ruled(slug), path_of(place)
    if request.method == "POST" and request.form.get("seen") != call.seen:
        kind = request.form.get("kind", "")
        kind, found = kind if kind in KINDS else "completed", _marked(call)
        return _typed_again(call, _form(call, kind, _of_kind(shaping.at(call.rule, found[0]), kind) if found else None))
    part = shaping.at(call.rule, path)
    form = _form(call, kind_of(part), part)
    if not form.is_submitted():
        return _part_page(call, form, path, new=False)
    return _saved(call, form, path, new=False)


@bp.post("/parts/<place>/arrangement")
@allow(Permission.ADMINISTER)
def arrange(slug: str, place: str) -> Response:
    """One press of a button beside a part: move, remove, wrap, unwrap."""
    call, path, said = queries.get_ruled(slug), path_of(place), request.form.get("way", "")
    if said not in set(Way):
        raise NoSuchPart
    way = Way(said)
    _change(call, request.form.get("seen"), lambda rule: shaping.arrange(rule, path, way), way.value)
    return _back(slug, place)


@bp.post("/undoing")
@allow(Permission.ADMINISTER)
def undo(slug: str) -> Response:
    call = queries.get_ruled(slug)
    services.undo(call_id=call.id, seen=request.form.get("seen", ""), by=the_person().id)
    flash(_("The last change is taken back."), "done")
    return _back(slug)


@bp.post("/draft/removal")
@allow(Permission.ADMINISTER)
def discard(slug: str) -> Response:
    call = queries.get_ruled(slug)
    services.discard(call_id=call.id, seen=request.form.get("seen", ""), by=the_person().id)
    flash(_("The draft is gone. Undo brings it back."), "done")
    return _back(slug)


@bp.get("/choices/<what>")
@allow(Permission.ADMINISTER)
def suggest(slug: str, what: str) -> Response:
    """The titles that a requirement can name, for the box that one types in."""
    queries.get_ruled(slug)
    found = choices(page_language())
    options = {"courses": found.courses, "quizzes": found.quizzes}.get(what)
    if options is None:
        raise NotFound
    return jsonify([label for _id, label in options])


def _page(call: Ruled, *, conflict: bool = False, counted: bool = False) -> str:
    return render_template(
        "grants/editor/edit.html",
        call=call,
        conflict=conflict,
        mine=_mine(call),
        rule=shown(call.rule, queries.list_faults(call, call.rule)),
        say=says(call.rule, time_zone=call.time_zone),
        archived=list_archived(call.in_force.rule) if call.in_force else [],
        undo=queries.find_last_change(call),
        opened=call.has_opened(clock.now()),
        when=_when(),
        counts=_part_counts(call) if counted else {},
        **(_counts(call) if counted else {}),
    )


def _mine(call: Ruled) -> bool:
    """Whether the person who asks changed the draft last."""
    return call.draft is not None and call.draft.saved_by_id == the_person().id


def _when() -> WhenForm:
    """The day that the address asks for, beside today."""
    form = WhenForm(request.args)
    form.validate()
    return form


def _counts(call: Ruled) -> dict[str, Any]:
    """Who meets the rule now, when the call closes, and on the day that the address asks for. A statement each."""
    rule, now, day = call.judged(call.rule), clock.now(), _when().on.day
    return {
        "met": counting.count(rule, now),
        "closing": counting.count(rule, call.last_moment) if now < call.last_moment else None,
        "then": counting.count(rule, end_of(day, call.time_zone)) if day else None,
    }


def _part_counts(call: Ruled) -> dict[str, NetworkCount]:
    """Who meets each part of the rule alone now, by its place. One statement."""
    counts = counting.count_parts(call.rule, clock.now(), call.waivers)
    return {place_of(path): found for path, found in counts.items()}


def _form(call: Ruled, kind: str, part: Node | None, **values: Any) -> PartForm:
    # What was typed in a language stays, also where the statement that had it is gone.
    sent = {name.removeprefix("text_") for name in request.values if name.startswith("text_")}
    typed = sorted(tag for tag in sent if known_tag(tag) == tag)
    languages = dict.fromkeys([call.source_language, *LANGUAGES, *typed])
    found = choices(page_language())
    addresses = {
        name: url_for("rules.suggest", slug=call.slug, what=what)
        for name, what in (("course", "courses"), ("quiz", "quizzes"))
    }
    return part_form(
        kind,
        part,
        languages=list(languages),
        courses=found.courses,
        quizzes=found.quizzes,
        sources=addresses,
        **{"seen": call.seen, **values},
    )


def _part_page(call: Ruled, form: PartForm, path: Path, *, new: bool, **more: Any) -> str:
    part = None if new else shaping.at(call.rule, path)
    return render_template(
        "grants/editor/part.html",
        call=call,
        form=form,
        label=KINDS[form.kind],
        place=place_of(path),
        new=new,
        around=shaping.at(call.rule, path if new else path[:-1]),
        mark=mark_of(part) if part is not None else "",
        say=says(call.rule, time_zone=call.time_zone),
        **more,
    )


def _saved(call: Ruled, form: PartForm, path: Path, *, new: bool) -> ResponseReturnValue:
    """Back to the rule with the part in it; the same page again with what is wrong, or with the count asked for."""
    if not form.validate():
        return _part_page(call, form, path, new=new), 422
    part, alter = form.part, shaping.add if new else shaping.change
    try:
        if "count" in request.form:
            return _part_page(call, form, path, new=new, foreseen=_foreseen(call, form, path, new=new))
        _change(call, form.seen.data, lambda rule: alter(rule, path, part), f"{'add' if new else 'change'} {form.kind}")
    except TooMuch as error:
        return _part_page(call, form, path, new=new, refused=str(error)), error.status
    except DraftChanged:
        return _typed_again(queries.get_ruled(call.slug), form)
    return _back(call.slug, place_of(path))


def _typed_again(call: Ruled, form: PartForm) -> ResponseReturnValue:
    """What was typed, to be saved into the rule as it is now: where the part stands today, else as a new one."""
    found = _marked(call)
    form.seen.data = call.seen
    groups = [(place_of(path), node) for path, node in walk(call.rule) if isinstance(node, Combinator)]
    page = _part_page(
        call, form, found[0] if found else (), new=not found, conflict=True, groups=[] if found else groups,
        mine=_mine(call),
    )  # fmt: skip
    return page, DraftChanged.status


def _marked(call: Ruled) -> list[Path]:
    """Where the part stands today that the page was made for."""
    wanted = request.form.get("mark", "")
    return [path for path, node in walk(call.rule) if wanted and mark_of(node) == wanted]


def _of_kind(part: Node, kind: str) -> Node | None:
    """The part, where the form of that kind can say it."""
    return part if kind_of(part) == kind else None


def _foreseen(call: Ruled, form: PartForm, path: Path, *, new: bool) -> dict[str, Any]:
    """Who would meet the rule, and the part alone, by what is waived today."""
    alter, now = shaping.add if new else shaping.change, clock.now()
    rule = alter(call.rule, path, form.part)
    place = (*path, len(shaping.at(rule, path).parts) - 1) if new else path
    parts = dict(counting.judged_parts(rule, call.waivers))
    return {"whole": counting.count(parts[()], now), "alone": counting.count(parts[place], now)}


def _change(call: Ruled, seen: str | None, alter: Callable[[Node], Node], what: str) -> None:
    services.change_draft(call_id=call.id, seen=seen or "", alter=alter, by=the_person().id, what=what)


def _back(slug: str, place: str | None = None) -> Response:
    return redirect(url_for("rules.edit", slug=slug, _anchor=f"part-{place}" if place else None), 303)
