"""Taking a quiz: start, look at the questions, look over, submit, result."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.transactions import give_up, reading
from app.courses.kinds import Visit, get_kind
from app.courses.outline import OutlineActivity
from app.progress import onward
from app.progress import queries as progress
from app.progress.errors import ActivityLocked, NotEnrolled
from app.progress.pages import player_page
from app.progress.queries import Enrolled, Place

from . import services
from .attempts import pace, review
from .attempts.desk import Desk, get_desk, get_outlook
from .attempts.timing import Phase
from .attempts.words import announcements, clock_face, words
from .errors import NotOpen, TooManyCodes, WaitsBetween, WrongCode
from .grading import passed

bp = Blueprint("quizzes", __name__)


@bp.post("/learn/<slug>/<activity>/attempts")
@allow(Permission.LEARN)
def start(slug: str, activity: str) -> Response:
    """Start an attempt, or go on with the open one. A wrong access code is said beside its field."""
    place, enrolled, found = _place(slug, activity)
    code = request.form.get("code", "")
    try:
        pace.require_patience(the_person().id, found.id)
        attempt = services.start_attempt(
            enrolment_id=enrolled.id, edition=place.edition, activity=found, language=enrolled.language, code=code
        )
    except (WrongCode, TooManyCodes) as refused:
        if isinstance(refused, WrongCode) and code.strip():
            pace.note_wrong_code(the_person().id, found.id)
        give_up()
        return _start_again(place, enrolled, found, refused if code.strip() else WrongCode(_("Type the access code.")))
    except (NotOpen, WaitsBetween) as refused:
        refused.next_url = url_for("learn.activity", slug=place.slug, activity=found.key)
        refused.next_label = _("Back to the quiz")
        raise
    return redirect(url_for("quizzes.attempt", attempt_id=attempt.id), 303)


def _place(slug: str, key: str) -> tuple[Place, Enrolled, OutlineActivity]:
    """The quiz that the person may start, and how they stand. Raises what keeps them from it."""
    with reading():
        place = progress.find_place_or_moved(slug=slug, person_id=the_person().id)
    if place is None or key not in place.edition.by_key or place.edition.by_key[key].kind != "quiz":
        raise NotFound
    if place.enrolled is None:
        raise NotEnrolled
    found = place.edition.by_key[key]
    if place.enrolled.standing.waits_for(found):
        raise ActivityLocked(onward.opens_when(found, place, place.enrolled))
    return place, place.enrolled, found


def _start_again(
    place: Place, enrolled: Enrolled, found: OutlineActivity, refused: WrongCode | TooManyCodes
) -> Response:
    """The page of the quiz with what was typed as its code, and why that was refused."""
    visit = Visit(
        person=the_person(), course_slug=place.slug, edition=place.edition, activity=found, enrolment_id=enrolled.id,
        cycle=enrolled.cycle, language=enrolled.language,
    )  # fmt: skip
    player = get_kind(found.kind).player(visit)
    player.context.update(code=request.form.get("code", ""), code_error=str(refused))
    response = player_page(player, visit, place, enrolled)
    response.status_code = refused.status
    return response


@bp.get("/attempts/<int:attempt_id>")
@allow(Permission.LEARN)
def attempt(attempt_id: int) -> Response:
    """The page of an open attempt where `?question=` stands; one whose time is over, or submitted, says how it stands.

    `?again=` asks for another try at a question. Never stored: the page names the answers that it was made from, so
    the back button must bring the latest.
    """
    desk = _desk(attempt_id)
    if desk.phase is not Phase.OPEN:
        return redirect(url_for(_where(desk), attempt_id=attempt_id))
    sitting = desk.sitting
    number = min(max(request.args.get("question", 1, type=int), 1), len(sitting.questions))
    return _fresh(
        render_template(
            "quizzes/attempt.html",
            desk=desk,
            page=sitting.page_of(number),
            again=request.args.get("again", 0, type=int),
            words=words(sitting.answered, len(sitting.questions)),
            **_time(desk),
        )
    )


@bp.get("/attempts/<int:attempt_id>/summary")
@allow(Permission.LEARN)
def summary(attempt_id: int) -> Response:
    """What is answered and what is open, before submitting; once time is up, that it can only be submitted."""
    desk = _desk(attempt_id)
    if not desk.phase.under_way:
        return redirect(url_for("quizzes.result", attempt_id=attempt_id))
    return _fresh(render_template("quizzes/summary.html", desk=desk, **_time(desk)))


@bp.post("/attempts/<int:attempt_id>/submission")
@allow(Permission.LEARN)
def submit(attempt_id: int) -> Response:
    """Hand the attempt in; what the clock has made of it is stored if it is too late for that."""
    with reading():
        desk = _desk(attempt_id)
    services.submit(attempt_id=desk.sitting.id, activity=desk.activity)
    return redirect(url_for("quizzes.result", attempt_id=attempt_id), 303)


@bp.get("/attempts/<int:attempt_id>/result")
@allow(Permission.LEARN)
def result(attempt_id: int) -> Response:
    """How a submitted attempt went, as far as its quiz shows it now, and what comes next."""
    desk = _desk(attempt_id)
    if desk.phase.under_way:
        return redirect(url_for(_where(desk), attempt_id=attempt_id))
    if desk.phase in (Phase.ENDED, Phase.LOST):
        return _fresh(render_template("quizzes/over.html", desk=desk))
    settings = desk.settings
    outlook = get_outlook(desk, person_id=the_person().id)
    page = render_template(
        "quizzes/result.html", desk=desk, outlook=outlook, shown=outlook.shown, left=outlook.left, done=outlook.done,
        passed=passed(desk.sitting.score, settings), underway=outlook.underway, refused=outlook.refused,
        band=review.band_of(settings.bands, desk.sitting.score),
        onward=onward.address_after(desk.activity, desk.place) if outlook.done else None,
        certified=onward.certificate_after(desk.activity, desk.place) is not None,
    )  # fmt: skip
    return make_response(page)


def _where(desk: Desk) -> str:
    """The page that shows how an attempt stands."""
    if desk.phase is Phase.OPEN:
        return "quizzes.attempt"
    return "quizzes.summary" if desk.phase.under_way else "quizzes.result"


def _time(desk: Desk) -> dict[str, object]:
    """What a page says of the time that is left, if there is an end to it."""
    sitting = desk.sitting
    if sitting.due_at is None or desk.left is None:
        return {"left": None}
    return {
        "left": desk.left,
        "face": clock_face(desk.left),
        "announced": announcements(sitting.started_at, sitting.due_at),
    }


def _fresh(page: str) -> Response:
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _desk(attempt_id: int) -> Desk:
    return get_desk(attempt_id, person_id=the_person().id)
