"""When and for whom a quiz is open: its dates, its access code, and extensions. All in force at once."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.courses import queries as courses
from app.courses.errors import EditedMeanwhile
from app.courses.queries import CourseAccess
from app.network import queries as network

from ..local_times import comes_twice, place_of
from ..models import Quiz
from . import queries, services
from .forms import DeliveryForm, ExtensionForm, Whom
from .queries import MOST_FOUND, EnrolledPerson, delivery_of
from .words import delivery_words, given_words

bp = Blueprint(
    "quiz_delivery", __name__, url_prefix="/teach/courses/<int:course_id>/quizzes/<int:activity_id>/delivery"
)


@bp.get("")
@allow(Permission.TEACH)
def show(course_id: int, activity_id: int) -> str:
    """When the quiz opens and closes, its access code, and who has been given more."""
    access = courses.get_editable(course_id, the_person())
    return _page(access, queries.get_quiz(access.id, activity_id))


@bp.post("")
@allow(Permission.TEACH)
def update(course_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Say when the quiz opens and closes, and which code it asks for, from now on."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    quiz = queries.get_quiz(access.id, activity_id)
    form = DeliveryForm(delivery_of(quiz), person.time_zone)
    if not form.validate():
        return _page(access, quiz, form), 422
    try:
        services.change_delivery(
            course_id=access.id, activity_id=quiz.id, delivery=form.delivery, before=form.seen, by=person.id
        )
    except EditedMeanwhile as meanwhile:
        form.show(delivery_of(quiz))
        return _page(access, quiz, form, meanwhile=True), meanwhile.status
    flash(_("Saved, and in force. Attempts under way follow the new closing time."), "done")
    twice = [m for m in (form.delivery.opens_at, form.delivery.closes_at) if m and comes_twice(m, form.clocks)]
    if twice:
        flash(
            _("Clocks go back then, so that time comes twice: the quiz opens at the first and closes at the second."),
            "due",
        )
    return _back(access.id, quiz.id)


@bp.post("/extensions")
@allow(Permission.TEACH)
def give(course_id: int, activity_id: int) -> Response | tuple[str, int]:
    """Give a person or a city more; where several people might be meant, ask which."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    quiz = queries.get_quiz(access.id, activity_id)
    form = _extension_form(quiz)
    sound, somebody = form.validate(), None
    if form.whom.data == Whom.PERSON and not form.who.errors:
        somebody = _meant(access.id, form)
    if not sound or (form.whom.data == Whom.PERSON and somebody is None):
        return _page(access, quiz, extension=form), 422
    services.give_extension(
        course_id=access.id,
        activity_id=quiz.id,
        person_id=somebody.id if somebody else None,
        city_id=None if somebody else form.city_id,
        allowance=form.allowance,
        reason=form.reason.data,
        by=person.id,
    )
    who = somebody.name if somebody else form.city_name
    flash(_("Given to %(who)s, and in force.", who=who), "done")
    return _back(access.id, quiz.id, "extensions")


@bp.post("/extensions/<int:extension_id>/withdrawal")
@allow(Permission.TEACH)
def withdraw(course_id: int, activity_id: int, extension_id: int) -> Response:
    """Take an extension back; it stays in the list."""
    person = the_person()
    access = courses.get_editable(course_id, person)
    services.withdraw_extension(course_id=access.id, activity_id=activity_id, extension_id=extension_id, by=person.id)
    flash(_("The extension is withdrawn. It stays in the list below."), "done")
    return _back(access.id, activity_id, "extensions")


def _meant(course_id: int, form: ExtensionForm) -> EnrolledPerson | None:
    """Whom the form means; where nobody or several are found it says so, and offers them."""
    if form.person_id is not None:
        chosen = queries.find_one_enrolled(course_id, form.person_id)
        if chosen is not None:
            form.offer([chosen])
            return chosen
    found = queries.find_enrolled(course_id, form.who.data)
    if len(found) == 1:
        return found[0]
    if not found:
        form.who.errors = [_l("Nobody who is enrolled has this name or address.")]
    elif len(found) > MOST_FOUND:
        form.who.errors = [_l("Many people have this name. Write more of it, or the e-mail address.")]
    else:
        form.offer(found)
        form.person.errors = [_l("Several people have this name. Choose one.")]
    return None


def _extension_form(quiz: Quiz, *, empty: bool = False) -> ExtensionForm:
    """The form for a quiz as it is drafted and as practitioners have it: either may limit what can be extended."""
    published = queries.find_published(quiz)
    standing = [quiz.settings, *([published] if published else [])]
    return ExtensionForm(
        network.list_choices(),
        the_person().time_zone,
        timed=any(settings.time_limit is not None for settings in standing),
        counted=any(settings.attempts is not None for settings in standing),
        closes_at=quiz.closes_at,
        **({"formdata": None} if empty else {}),
    )


def _page(
    access: CourseAccess, quiz: Quiz, form: DeliveryForm | None = None, *, extension: ExtensionForm | None = None,
    meanwhile: bool = False,
) -> str:  # fmt: skip
    zone = the_person().time_zone
    extensions = queries.list_extensions(quiz.id)
    return render_template(
        "quizzes/studio/delivery.html",
        access=access,
        quiz=quiz,
        form=form or DeliveryForm(delivery_of(quiz), zone, formdata=None),
        stands=delivery_words(quiz, zone) if meanwhile else None,
        now_in_force=delivery_words(quiz, zone),
        extension=extension or _extension_form(quiz, empty=True),
        given=[line for line in extensions if line.withdrawn_at is None],
        withdrawn=[line for line in extensions if line.withdrawn_at is not None],
        given_words=given_words,
        zone=zone,
        place=place_of(zone),
    )


def _back(course_id: int, activity_id: int, anchor: str | None = None) -> Response:
    return redirect(url_for("quiz_delivery.show", course_id=course_id, activity_id=activity_id, _anchor=anchor), 303)
