"""For administrators: the applications of a call, and what the committee decides of them."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import DomainError
from app.core.transactions import give_up

from ..appeals.queries import list_owners
from ..appeals.services import mark_of
from ..applications import downloads
from ..models import Application, GrantCall
from ..reviews.errors import (
    AboveCeiling,
    AlreadyDecided,
    AmountMissing,
    ChangedElsewhere,
    MoreThanGrants,
    OwnInterest,
    ReviewFirst,
)
from ..reviews.forms import version_of
from ..reviews.words import drafted_words, not_drafted_words, sent_words
from . import queries, services, telling
from .forms import AnswerForm, DecisionForm, OwnerForm, SendForm
from .lists import Sending, page_of, read_filters, sending_of

bp = Blueprint("decisions", __name__, url_prefix="/administration/grants/<slug>/applications")

MOST_AT_ONCE = 500
REFUSED = (AboveCeiling, AmountMissing, MoreThanGrants)  # what is said beside a field, with nothing typed lost
OVERTAKEN = (AlreadyDecided, ChangedElsewhere, OwnInterest, ReviewFirst)  # what is said above the list, as well


@bp.get("")
@allow(Permission.ADMINISTER)
def index(slug: str) -> str:
    """The applications with their reviews, best first, and what is about to be decided."""
    return _list(queries.get_call(slug))


@bp.post("/drafts")
@allow(Permission.ADMINISTER)
def draft_many(slug: str) -> ResponseReturnValue:
    """Draft the same decision for the applications that were ticked. Nobody outside is told."""
    call, form, ticked = queries.get_call(slug), DecisionForm(), _ticked()
    if not form.validate() or not ticked:
        return _list(call, form=form, nothing_ticked=not ticked), 422
    try:
        count = services.save_drafts(
            call_id=call.id, decisions=dict.fromkeys(ticked, form.decision), by=the_person().id, seen=ticked
        )
    except OVERTAKEN as said:
        give_up()
        return _list(queries.get_call(slug), form=form, said=said), said.status
    except REFUSED as refused:
        give_up()
        return _list(queries.get_call(slug), form=_beside(form, refused)), 422
    flash(drafted_words(count), "done")
    if count < len(ticked):
        flash(not_drafted_words(len(ticked) - count), "due")
    return _to_list(slug)


@bp.post("/sending")
@allow(Permission.ADMINISTER)
def look_over(slug: str) -> ResponseReturnValue:
    """To the drafted decisions of the applications that were ticked, at an address that can be opened again."""
    call, ticked = queries.get_call(slug), _ticked()
    if sending_of(call, the_person(), ticked) is None:
        return _list(call, nothing_drafted=True), 422
    said = [f"{application_id}:{version}" for application_id, version in ticked.items()]
    asked = read_filters(request.args).address
    return redirect(url_for("decisions.sending", slug=slug, application=said, **asked), 303)


@bp.get("/sending")
@allow(Permission.ADMINISTER)
def sending(slug: str) -> ResponseReturnValue:
    """The drafted decisions of the applications in the address, before they are sent; the list, if none is drafted."""
    call = queries.get_call(slug)
    found = sending_of(call, the_person(), _ticked())
    return _to_list(slug) if found is None else _sending(call, found, SendForm(formdata=None))


@bp.post("/sent")
@allow(Permission.ADMINISTER)
def send_many(slug: str) -> ResponseReturnValue:
    """Send the drafted decisions that were looked over, all of them or none."""
    call, form, seen = queries.get_call(slug), SendForm(), {i: v for i, v in _ticked().items() if v}
    if not form.validate() or not seen:
        return _list(call, nothing_drafted=True), 422
    try:
        sent = services.send_drafts(call_id=call.id, seen=seen, by=the_person().id, beyond=form.beyond.data)
    except (AlreadyDecided, ChangedElsewhere, *REFUSED) as said:
        give_up()
        call = queries.get_call(slug)
        found = sending_of(call, the_person(), seen)
        return (_list(call, said=said) if found is None else _sending(call, found, form, said=said)), said.status
    _say_sent(sent)
    return _to_list(slug)


@bp.get("/<int:application_id>")
@allow(Permission.ADMINISTER)
def show(slug: str, application_id: int) -> str:
    """One application: answers, reviewers, decision, appeals and reports."""
    return application_page(queries.get_call(slug), application_id)


@bp.get("/<int:application_id>/files/<int:file_id>")
@allow(Permission.ADMINISTER)
def file(slug: str, application_id: int, file_id: int) -> Response | BaseResponse:
    """A file of an application."""
    return downloads.answer(queries.get_file(queries.get_call(slug), application_id, file_id))


@bp.post("/<int:application_id>/decision")
@allow(Permission.ADMINISTER)
def decide(slug: str, application_id: int) -> ResponseReturnValue:
    """Draft the decision of one application, or send it."""
    call, person, form = queries.get_call(slug), the_person(), DecisionForm()
    if not form.validate():
        return application_page(call, application_id, decision=form), 422
    decisions, seen = {application_id: form.decision}, {application_id: form.made_from}
    try:
        if request.form.get("action") == "send":
            _say_sent(
                services.decide(call_id=call.id, decisions=decisions, by=person.id, beyond=form.beyond.data, seen=seen)
            )
        else:
            services.save_drafts(call_id=call.id, decisions=decisions, by=person.id, seen=seen)
            flash(_("Saved as a draft. The city does not see it yet."), "done")
    except AlreadyDecided:
        give_up()
        return application_page(queries.get_call(slug), application_id, decision=form, overtaken=True), 409
    except ChangedElsewhere as changed:
        give_up()
        return application_page(queries.get_call(slug), application_id, decision=form, changed=changed), 409
    except REFUSED as refused:
        give_up()
        return application_page(queries.get_call(slug), application_id, decision=_beside(form, refused)), 422
    return redirect(url_for("decisions.show", slug=slug, application_id=application_id), 303)


@bp.post("/<int:application_id>/decision/removal")
@allow(Permission.ADMINISTER)
def drop(slug: str, application_id: int) -> ResponseReturnValue:
    """Take back a drafted decision, as its page showed it."""
    call, seen = queries.get_call(slug), version_of(request.form.get("version"))
    try:
        services.drop_draft(call_id=call.id, application_id=application_id, seen=seen, by=the_person().id)
    except ChangedElsewhere:
        give_up()
        return application_page(queries.get_call(slug), application_id, not_dropped=True), 409
    flash(_("The draft is taken back."), "done")
    return redirect(url_for("decisions.show", slug=slug, application_id=application_id), 303)


def application_page(
    call: GrantCall,
    application_id: int,
    *,
    decision: DecisionForm | None = None,
    owner: OwnerForm | None = None,
    answer: AnswerForm | None = None,
    changed: ChangedElsewhere | None = None,
    not_dropped: bool = False,
    overtaken: bool = False,
    passed_on: bool = False,
) -> str:
    """The page of one application, with the form that was refused, if one was.

    A form is made from the draft that stands now, unless it was refused for anything but another's draft.
    `not_dropped`: the draft was to be taken back, and is another than the page had shown. `overtaken`: `decision` came
    when the application no longer waited for one. `passed_on`: `owner` was made from another owner or day than stands.
    An `answer` to an appeal that somebody answered meanwhile, or that another answers for by now, is only shown.
    """
    page = queries.get_application(call, application_id, the_person())
    draft = page.line.draft
    shown = {"outcome": draft.outcome.value, "amount": draft.amount or "", "reason": draft.reason} if draft else {}
    owner = _owner_form(call, page, owner)
    if passed_on and owner:
        owner.seen.data = mark_of(page.appeals[0])
    decision = decision or DecisionForm(formdata=None, data=shown)
    if changed or not decision.is_submitted() or not decision.version.data:
        decision.version.data = str(draft.version if draft else 0)
    return render_template(
        "grants/decisions/show.html",
        call=call,
        page=page,
        decision=decision,
        changed=changed,
        not_dropped=not_dropped,
        overtaken=overtaken,
        passed_on=passed_on,
        mine=draft is not None and draft.saved_by_id == the_person().id,
        owner=owner,
        answer=answer or AnswerForm(formdata=None),
        answered=answer is not None,
    )


def _owner_form(call: GrantCall, page: queries.ApplicationPage, typed: OwnerForm | None) -> OwnerForm | None:
    """Who answers the appeal that is open, and by when: what was typed, else as it stands."""
    if not page.line.appeal:
        return None
    if typed:
        return typed
    appeal, zone = page.appeals[0], ZoneInfo(call.time_zone)
    day = (appeal.due_at - timedelta(seconds=1)).astimezone(zone).date()
    shown = {"seen": mark_of(appeal), "owner": str(appeal.owner_id or ""), "day": day.isoformat()}
    return OwnerForm(list_owners(page.application), call.time_zone, formdata=None, data=shown)


def get_application(slug: str, application_id: int) -> tuple[GrantCall, Application]:
    """The call and one of its applications that was handed in. Raises `NotFound`."""
    call = queries.get_call(slug)
    return call, queries.get_application(call, application_id, the_person()).application


def _list(
    call: GrantCall,
    *,
    form: DecisionForm | None = None,
    nothing_ticked: bool = False,
    nothing_drafted: bool = False,
    said: DomainError | None = None,
) -> str:
    filters = read_filters(request.args)
    return render_template(
        "grants/decisions/index.html",
        call=call,
        filters=filters,
        found=page_of(call, the_person(), filters),
        ticked=_ticked() if request.method == "POST" else {},
        form=form or DecisionForm(formdata=None),
        nothing_ticked=nothing_ticked,
        nothing_drafted=nothing_drafted,
        said=said,
    )


def _to_list(slug: str) -> BaseResponse:
    """Back to the list, at the page and with the filters that it had."""
    return redirect(url_for("decisions.index", slug=slug, **read_filters(request.args).address), 303)


def _sending(call: GrantCall, found: Sending, form: SendForm, *, said: DomainError | None = None) -> str:
    """The page before decisions are sent, with why they were not."""
    return render_template(
        "grants/decisions/sending.html",
        call=call,
        sending=found,
        form=form,
        said=said,
        filters=read_filters(request.args),
    )


def _ticked() -> dict[int, int]:
    """The applications that were ticked, with the version of the drafted decision that was shown, 0 for none."""
    said = (re.fullmatch(r"([0-9]{1,9}):([0-9]{1,9})", value) for value in request.values.getlist("application"))
    return {int(one[1]): int(one[2]) for one in [one for one in said if one][:MOST_AT_ONCE]}


def _beside(form: DecisionForm, refused: DomainError) -> DecisionForm:
    field = form[refused.field or "beyond"] if refused.field in form else form.beyond
    field.errors = [*field.errors, str(refused)]
    return form


def _say_sent(sent: Collection[int]) -> None:
    """That the decisions of these applications are sent, and which city has nobody who could be told."""
    untold = telling.list_untold(sent)
    flash(sent_words(len(sent), all_told=not untold), "done")
    for city in untold:
        flash(
            _(
                "Nobody of %(city)s could be told: it has no coordinator, and nobody who worked on the application is "
                "there any more. Name a coordinator, who finds the letter among the applications of the city.",
                city=city,
            ),
            "due",
        )
