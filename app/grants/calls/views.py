"""Calls, for administrators: the list, a new one, its settings, publishing. And, for everyone, what changed in one."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import LANGUAGES, page_language, the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError
from app.core.form_pages import form_on

from .. import queries
from ..eligibility.certificate_queries import list_untimely
from ..eligibility.wording import Wording
from ..judging.facts import Named, named_by
from ..judging.queries import list_archived
from ..rules import Node, read
from . import queries as call_queries
from . import services
from .checks import list_doubts
from .errors import Disputed
from .facts import CallFacts, facts_of
from .forms import NewCallForm, PublishForm, ReasonForm, SettingsForm, next_quarter
from .queries import DeskCall, Stage, get_desk
from .texts import languages_left
from .words import DOUBTS, FILE_KINDS, LACKS, MEND, STAGES, public_log, setting_words
from .zones import list_currencies, list_zones

bp = Blueprint("calls", __name__)


@bp.get("/administration/grants")
@allow(Permission.ADMINISTER)
def index() -> str:
    """All calls, and what each draft still lacks."""
    return render_template(
        "grants/calls/index.html", groups=call_queries.list_desk(clock.now()), lacks=LACKS, stages=STAGES
    )


@bp.get("/administration/grants/new")
@allow(Permission.ADMINISTER)
def new() -> str:
    """A call to begin."""
    return _new_page(_new_form())


@bp.post("/administration/grants/new")
@allow(Permission.ADMINISTER)
def create() -> Response | tuple[str, int]:
    """Begin a call, as a draft."""
    form = _new_form()
    if not form.validate():
        return _new_page(form), 422
    try:
        call = services.begin_call(facts=form.facts, source_language=form.source_language.data, by=the_person().id)
    except DomainError as error:
        form.slug.errors = [str(error)]
        return _new_page(form), error.status
    flash(_("The draft stands. Nobody else sees it before you publish it."), "done")
    return redirect(url_for("calls.edit", slug=call.slug), 303)


@bp.get("/administration/grants/<slug>")
@allow(Permission.ADMINISTER)
def edit(slug: str) -> str:
    """The settings of a call."""
    return _settings_page(get_desk(slug, clock.now()))


@bp.post("/administration/grants/<slug>")
@allow(Permission.ADMINISTER)
def update(slug: str) -> Response | tuple[str, int]:
    """Save the settings; where a colleague changed the same meanwhile, both values, to choose from."""
    desk = get_desk(slug, clock.now())
    form = SettingsForm(facts_of(desk.call))
    if not form.validate():
        return _settings_page(desk, form), 422
    facts, why = form.facts, form.why.data
    try:
        services.change_settings(call_id=desk.call.id, facts=facts, before=form.seen, why=why, by=the_person().id)
    except Disputed as disputed:
        form = SettingsForm(disputed.mine, seen=disputed.theirs, formdata=None)
        form.why.data = why
        return _settings_page(desk, form, disputed=disputed), disputed.status
    except DomainError as error:
        form[error.field or "title"].errors = [str(error)]
        return _settings_page(desk, form), error.status
    flash(_("Saved."), "done")
    return redirect(url_for("calls.edit", slug=facts.slug), 303)


@bp.get("/administration/grants/<slug>/publishing")
@allow(Permission.ADMINISTER)
def publishing(slug: str) -> str:
    """What the call still lacks, how it will look, and the button that publishes it."""
    return _publishing_page(get_desk(slug, clock.now()))


@bp.post("/administration/grants/<slug>/publishing")
@allow(Permission.ADMINISTER)
def publish(slug: str) -> Response | tuple[str, int]:
    """Show the call to everyone."""
    desk, form = get_desk(slug, clock.now()), PublishForm()
    try:
        services.publish(call_id=desk.call.id, seen=form.version, rule_id=form.rule_id, by=the_person().id)
    except DomainError as error:
        return _publishing_page(desk, str(error)), error.status
    flash(_("Published. Everyone can read the call now."), "done")
    return redirect(url_for("calls.publishing", slug=slug), 303)


@bp.post("/administration/grants/<slug>/withdrawal")
@allow(Permission.ADMINISTER)
@form_on("calls.publishing")
def withdraw(slug: str) -> Response | tuple[str, int]:
    """Take the call back before it opens."""
    desk, form = get_desk(slug, clock.now()), ReasonForm()
    try:
        if not form.validate():
            return _publishing_page(desk, reason=form), 422
        services.withdraw(call_id=desk.call.id, why=form.why.data, by=the_person().id)
    except DomainError as error:
        form.why.errors = [str(error)]
        return _publishing_page(desk, reason=form), error.status
    flash(_("Withdrawn. It is a draft again, and nobody else sees it."), "done")
    return redirect(url_for("calls.publishing", slug=slug), 303)


@bp.post("/administration/grants/<slug>/removal")
@allow(Permission.ADMINISTER)
@form_on("calls.edit")
def delete(slug: str) -> Response:
    """Delete a draft that nobody else ever saw."""
    services.delete(call_id=get_desk(slug, clock.now()).call.id, by=the_person().id)
    flash(_("The draft is deleted."), "done")
    return redirect(url_for("calls.index"), 303)


@bp.get("/grants/<slug>/changes")
@allow(Permission.ANYONE)
def changes(slug: str) -> str:
    """What changed in a published call, when and why: its rule, its dates, what it says and asks."""
    now = clock.now()
    published = queries.get_call(slug, now)
    desk = get_desk(slug, now)
    entries = public_log(
        desk.call, call_queries.list_changes(published.id), call_queries.list_rules(published.id), page_language()
    )
    return render_template("grants/calls/changes.html", call=desk.call, entries=entries)


def _new_form() -> NewCallForm:
    person = the_person()
    opens, closes = next_quarter(person.time_zone)
    return NewCallForm(page_language(), CallFacts("", "", "", person.time_zone, opens, closes))


def _new_page(form: NewCallForm) -> str:
    return render_template("grants/calls/new.html", form=form, names=frozenset(), **_lists())


def _settings_page(desk: DeskCall, form: SettingsForm | None = None, *, disputed: Disputed | None = None) -> str:
    fixed = {
        Stage.DRAFT: set(),
        Stage.COMING: {"slug"},
        Stage.OPEN: {"slug", "opens_at", "time_zone", "currency"},
        Stage.CLOSED: {"slug", "opens_at", "closes_at", "time_zone", "currency"},
    }[desk.stage] - ({"currency"} if desk.call.currency is None else set())
    rule = call_queries.find_rule(desk.call.rule_id)
    form = form or SettingsForm(facts_of(desk.call), formdata=None)
    return render_template(
        "grants/calls/settings.html",
        desk=desk,
        archived=list_archived(read(rule.tree)) if rule else [],
        form=form,
        disputed=disputed,
        names=disputed.fields if disputed else form.taken,
        fixed=fixed,
        setting_words=setting_words,
        **_lists(),
    )


def _publishing_page(desk: DeskCall, refused: str | None = None, *, reason: ReasonForm | None = None) -> str:
    call = desk.call
    rule = call_queries.find_rule(call.rule_id)
    tree = read(rule.tree) if rule else None
    named = named_by(tree) if tree else Named()
    say = Wording(named.courses, page_language(), quizzes=named.quizzes)
    left = languages_left(call, tree, LANGUAGES)
    return render_template(
        "grants/calls/publishing.html",
        desk=desk,
        refused=refused,
        reason=reason or ReasonForm(formdata=None),
        form=PublishForm(formdata=None, data={"seen": str(call.version_id), "rule": str(call.rule_id or "")}),
        lacks=[*(LACKS[lack] for lack in desk.lacks), *_days_out_of_reach(desk, tree, say)],
        doubts=[DOUBTS[doubt] for doubt in list_doubts(call, LANGUAGES, left)],
        tree=tree,
        archived=[course for course in named.courses.values() if course.archived_at],
        mend=MEND,
        file_kinds=FILE_KINDS,
        say=say,
    )


def _days_out_of_reach(desk: DeskCall, tree: Node | None, say: Wording) -> list[tuple[str, str]]:
    """As `LACKS`, of a draft: the days that its rule asks for and that no certificate can reach by its dates."""
    if tree is None or desk.is_published:
        return []
    found = list_untimely(tree, lambda _rule: say, opens_at=desk.call.opens_at, closes_at=desk.call.closes_at)
    return [(problem.words, "rule") for problem in found if problem.blocks]


def _lists() -> dict[str, list[tuple[str, str]]]:
    return {"zones": list_zones(clock.now()), "currencies": list_currencies()}
