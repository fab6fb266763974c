"""For administrators: who answers an appeal, and the answer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.core.transactions import give_up

from ..decisions.forms import AnswerForm, OwnerForm
from ..decisions.queries import list_appeals
from ..decisions.views import application_page, get_application
from ..reviews.errors import (
    AboveCeiling,
    AmountMissing,
    AppealAnswered,
    ChangedElsewhere,
    MoreThanGrants,
    NothingChanges,
    NotTheOwner,
)
from . import services
from .queries import find_open, list_owners

bp = Blueprint(
    "appeal_answers", __name__, url_prefix="/administration/grants/<slug>/applications/<int:application_id>/appeal"
)


@bp.post("/owner")
@allow(Permission.ADMINISTER)
def pass_on(slug: str, application_id: int) -> ResponseReturnValue:
    """Somebody else answers an appeal, or it is answered by another day."""
    call, application = get_application(slug, application_id)
    appeal = find_open(application_id)
    if appeal is None:
        raise NotFound
    form = OwnerForm(list_owners(application), call.time_zone)
    if not form.validate():
        return application_page(call, application_id, owner=form), 422
    try:
        is_another = services.pass_on(
            appeal_id=appeal.id,
            application_id=application_id,
            owner_id=int(form.owner.data),
            due_at=form.due_at,
            by=the_person().id,
            seen=form.seen.data or "",
        )
    except ChangedElsewhere:
        give_up()
        call, _application = get_application(slug, application_id)
        return application_page(call, application_id, owner=form, passed_on=True), 409
    flash(_("Saved. Whoever answers now is told.") if is_another else _("Saved."), "done")
    return _back(slug, application_id)


@bp.post("/answer")
@allow(Permission.ADMINISTER)
def answer(slug: str, application_id: int) -> ResponseReturnValue:
    """Uphold an appeal, by which the decision changes, or dismiss it."""
    call, application = get_application(slug, application_id)
    appeal, form = find_open(application_id), AnswerForm()
    if appeal is None:
        return _overtaken(slug, application_id, form, AppealAnswered.status)
    if not form.validate():
        return application_page(call, application_id, answer=form), 422
    try:
        services.answer(appeal_id=appeal.id, application_id=application.id, given=form.given, by=the_person().id)
    except (AppealAnswered, NotTheOwner) as overtaken:
        give_up()
        return _overtaken(slug, application_id, form, overtaken.status)
    except (AboveCeiling, AmountMissing, MoreThanGrants, NothingChanges) as refused:
        give_up()
        _beside(form, refused)
        return application_page(get_application(slug, application_id)[0], application_id, answer=form), 422
    flash(_("The appeal is answered. The city is told."), "done")
    return _back(slug, application_id)


def _overtaken(slug: str, application_id: int, form: AnswerForm, status: int) -> ResponseReturnValue:
    """The page, with an answer that cannot be given any more. Raises `NotFound` where the city never appealed."""
    if not list_appeals(application_id):
        raise NotFound
    return application_page(get_application(slug, application_id)[0], application_id, answer=form), status


def _beside(form: AnswerForm, refused: DomainError) -> None:
    field = form[refused.field or "amount"]
    field.errors = [*field.errors, str(refused)]


def _back(slug: str, application_id: int) -> Response:
    return redirect(url_for("decisions.show", slug=slug, application_id=application_id), 303)
