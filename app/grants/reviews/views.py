"""For reviewers: the applications they were given, each beside the criteria."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from app.auth.identity import the_person
from app.core import clock
from app.core.access import Permission, allow
from app.core.errors import DomainError, NotFound
from app.core.transactions import give_up

from ..applications import downloads
from . import queries, services
from .errors import AlreadyDecided, ChangedElsewhere, ReviewHandedIn, ReviewTooSoon
from .forms import DeclineForm, ReviewForm, form_for, points_of, remark_of
from .queries import ReviewPage

bp = Blueprint("reviews", __name__, url_prefix="/reviews")


@bp.get("")
@allow(Permission.LEARN)
def index() -> str:
    """The reviews one has to write, and those one has handed in."""
    return render_template("grants/reviews/index.html", reviews=queries.list_mine(the_person()))


@bp.get("/<int:review_id>")
@allow(Permission.LEARN)
def show(review_id: int) -> ResponseReturnValue:
    """An application beside one's own review of it; the others' once it is handed in."""
    try:
        return _page(queries.get_review(the_person(), review_id))
    except NotFound:
        return _released(review_id), 404


@bp.post("/<int:review_id>")
@allow(Permission.LEARN)
def save(review_id: int) -> ResponseReturnValue:
    """Keep a review as a draft, or hand it in."""
    person = the_person()
    try:
        page = queries.get_review(person, review_id)
    except NotFound:
        return _released(review_id, typed=True), 409
    form, hand_in = form_for(page.criteria), request.form.get("action") == "hand_in"
    if not form.validate() or (hand_in and not form.is_complete()):
        return _page(page, form=form), 422
    try:
        services.save(
            review_id=review_id,
            by=person.id,
            version=form.made_from,
            scores=form.scores,
            remarks=form.remarks,
            comment=form.comment.data,
            hand_in=hand_in,
        )
    except NotFound:
        give_up()
        return _released(review_id, typed=True), 409
    except (AlreadyDecided, ChangedElsewhere, ReviewHandedIn, ReviewTooSoon) as changed:
        give_up()
        return _page(queries.get_review(person, review_id), form=form, changed=changed), 409
    flash(_("Handed in. Thank you. You now see the other reviews.") if hand_in else _("Saved as a draft."), "done")
    return redirect(url_for("reviews.show", review_id=review_id), 303)


@bp.post("/<int:review_id>/conflict")
@allow(Permission.LEARN)
def decline(review_id: int) -> ResponseReturnValue:
    """Declare a conflict of interest; the application is closed to the reviewer from then on."""
    person = the_person()
    form = DeclineForm()
    try:
        if not form.validate():
            return _page(queries.get_review(person, review_id), declining=form), 422
        services.decline(review_id=review_id, by=person.id, why=form.why.data)
    except NotFound:
        give_up()
        return _released(review_id), 409
    flash(_("Thank you for saying so. The application is closed to you, and somebody else will review it."), "done")
    return redirect(url_for("reviews.index"), 303)


@bp.get("/<int:review_id>/files/<int:file_id>")
@allow(Permission.LEARN)
def file(review_id: int, file_id: int) -> Response | BaseResponse:
    """A file of the application that one reviews."""
    return downloads.answer(queries.get_file(the_person(), review_id, file_id))


def _released(review_id: int, *, typed: bool = False) -> str:
    """That the review was taken back, with what was `typed` into it still to be read.

    Raises `NotFound` where it was not taken back from the person.
    """
    found = queries.find_released(the_person(), review_id)
    if found is None:
        raise NotFound
    form = form_for(found.criteria) if typed else None
    return render_template("grants/reviews/released.html", found=found, form=form)


def _page(
    page: ReviewPage,
    *,
    form: ReviewForm | None = None,
    declining: DeclineForm | None = None,
    changed: DomainError | None = None,
) -> str:
    """The form holds what was typed; after a conflict with another window it is made from what stands now.

    Where the review can no longer be written, or not yet, what was typed is only shown.
    """
    can_write = page.mine.is_open and page.mine.closes_at <= clock.now()
    lost = form is not None and not can_write and not form.says(page.scores, page.remarks, page.comment)
    if form is None:
        data: dict[str, object] = {points_of(c): page.scores.get(c.key) for c in page.criteria}
        data |= {remark_of(c): page.remarks.get(c.key, "") for c in page.criteria}
        form = form_for(page.criteria, data={**data, "comment": page.comment})
    if changed or not form.is_submitted() or not form.version.data:
        form.version.data = str(page.version)
    return render_template(
        "grants/reviews/show.html",
        page=page,
        form=form,
        declining=declining or DeclineForm(formdata=None),
        changed=changed if page.mine.is_open else None,
        lost=lost,
    )
