"""Taking a quiz: start, answer, look over, submit, result."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.errors import NotFound
from app.core.transactions import reading
from app.courses.editions import get_edition
from app.courses.outline import OutlineActivity
from app.progress import onward
from app.progress import queries as progress
from app.progress.errors import ActivityLocked, NotEnrolled
from app.progress.queries import Enrolled, Place

from . import queries, services
from .attempt_words import words
from .errors import AttemptClosed, Overtaken
from .grading import passed
from .kind import QuizData, data_of
from .queries import Sitting
from .types import Answer

bp = Blueprint("quizzes", __name__)

MOST_SAVES = 2**31  # of one answer: more than anyone gives


@dataclass(frozen=True, slots=True)
class Desk:
    """An attempt with what surrounds it: the course, the person's standing, and the quiz as published.

    The quiz is the one in force or, where the course no longer has it, the one that the attempt was begun on.
    """

    sitting: Sitting
    place: Place
    enrolled: Enrolled
    activity: OutlineActivity
    quiz: QuizData

    @property
    def offered(self) -> bool:
        """Whether the course still has the quiz."""
        return self.activity.id in self.place.edition.by_id


@bp.post("/learn/<slug>/<activity>/attempts")
@allow(Permission.LEARN)
def start(slug: str, activity: str) -> Response:
    """Start an attempt, or go on with the open one."""
    with reading():
        place = progress.find_place_or_moved(slug=slug, person_id=the_person().id)
    if place is None or activity not in place.edition.by_key or place.edition.by_key[activity].kind != "quiz":
        raise NotFound
    if place.enrolled is None:
        raise NotEnrolled
    found = place.edition.by_key[activity]
    waiting = place.enrolled.standing.waits_for(found)
    if waiting:
        raise ActivityLocked(onward.opens_when(waiting, place, place.enrolled))
    attempt = services.start_attempt(
        enrolment_id=place.enrolled.id, edition=place.edition, activity=found, language=place.enrolled.language
    )
    return redirect(url_for("quizzes.attempt", attempt_id=attempt.id), 303)


@bp.get("/attempts/<int:attempt_id>")
@allow(Permission.LEARN)
def attempt(attempt_id: int) -> Response:
    """One question of an open attempt, `?question=` its number; a submitted one shows its result.

    Never stored: the page names the answer that it was made from, so the back button must bring the latest.
    """
    desk = _desk(attempt_id)
    if not desk.sitting.open:
        return redirect(url_for("quizzes.result", attempt_id=attempt_id))
    number = min(max(request.args.get("question", 1, type=int), 1), len(desk.sitting.questions))
    page = render_template(
        "quizzes/attempt.html",
        desk=desk,
        asked=desk.sitting.questions[number - 1],
        words=words(desk.sitting.answered, desk.sitting),
    )
    return Response(page, mimetype="text/html", headers={"Cache-Control": "private, no-store"})


@bp.post("/attempts/<int:attempt_id>/responses")
@allow(Permission.LEARN)
def respond(attempt_id: int) -> Response:
    """Keep an answer, and go where the person chose; a script is told the new sequence number."""
    with reading():
        sitting = _sitting(attempt_id)
    slot = _number("slot", -1, most=len(sitting.questions))
    if not 0 <= slot < len(sitting.questions):
        raise NotFound
    answer = sitting.questions[slot].content.read(request.form.to_dict(flat=False))
    sequence = _save(sitting, slot, answer)
    if request.headers.get("X-Requested-With") == "fetch":
        answered = sum(q.answer is not None for q in sitting.questions if q.slot != slot) + (answer is not None)
        return jsonify(saved=True, sequence=sequence, answered=answered, **words(answered, sitting))
    if request.form.get("go") == "finish":
        return redirect(url_for("quizzes.summary", attempt_id=attempt_id), 303)
    question = _number("go", slot + 1, most=len(sitting.questions))
    return redirect(url_for("quizzes.attempt", attempt_id=attempt_id, question=question), 303)


def _save(sitting: Sitting, slot: int, answer: Answer | None) -> int:
    """The answer's new sequence number; an answer that is refused leads on."""
    try:
        return services.save(
            sitting=sitting,
            slot=slot,
            answer=answer,
            flagged="flagged" in request.form,
            sequence=_number("sequence", 0, most=MOST_SAVES),
        )
    except Overtaken as error:
        error.next_url = url_for("quizzes.attempt", attempt_id=sitting.id, question=slot + 1)
        error.next_label = _("Go on from the newer answer")
        raise
    except AttemptClosed as error:
        error.next_url, error.next_label = url_for("quizzes.result", attempt_id=sitting.id), _("See the result")
        raise


@bp.get("/attempts/<int:attempt_id>/summary")
@allow(Permission.LEARN)
def summary(attempt_id: int) -> str | Response:
    """What is answered and what is open, before submitting."""
    desk = _desk(attempt_id)
    if not desk.sitting.open:
        return redirect(url_for("quizzes.result", attempt_id=attempt_id))
    return render_template("quizzes/summary.html", desk=desk)


@bp.post("/attempts/<int:attempt_id>/submission")
@allow(Permission.LEARN)
def submit(attempt_id: int) -> Response:
    """Hand the attempt in."""
    with reading():
        desk = _desk(attempt_id)
    services.submit(attempt_id=desk.sitting.id, activity=desk.activity)
    return redirect(url_for("quizzes.result", attempt_id=attempt_id), 303)


@bp.get("/attempts/<int:attempt_id>/result")
@allow(Permission.LEARN)
def result(attempt_id: int) -> str | Response:
    """How a submitted attempt went, question by question, and what comes next."""
    desk = _desk(attempt_id)
    if desk.sitting.open:
        return redirect(url_for("quizzes.attempt", attempt_id=attempt_id))
    settings = desk.quiz.settings
    made = queries.list_attempts(desk.sitting.enrolment_id, desk.enrolled.cycle, desk.sitting.activity_id)
    left = None if settings.attempts is None else max(settings.attempts - len(made), 0)
    done = desk.enrolled.standing.is_complete(desk.activity)
    underway = next((attempt for attempt in made if attempt.finished_at is None), None)
    return render_template(
        "quizzes/result.html", desk=desk, passed=passed(desk.sitting.score, settings), left=left, done=done,
        reveals=done or (left == 0 and underway is None), underway=underway,
        onward=onward.address_after(desk.activity, desk.place) if done else None,
        certified=onward.certificate_after(desk.activity, desk.place) is not None,
    )  # fmt: skip


def _number(name: str, default: int, *, most: int) -> int:
    """A whole number from the form, `most` for a larger one: what no column holds names nothing."""
    return min(request.form.get(name, default, type=int), most)


def _sitting(attempt_id: int) -> Sitting:
    sitting = queries.find_sitting(attempt_id, person_id=the_person().id)
    if sitting is None:
        raise NotFound
    return sitting


def _desk(attempt_id: int) -> Desk:
    """The attempt of the person who asks. Raises `NotFound`."""
    sitting = _sitting(attempt_id)
    place = progress.find_place(slug=sitting.course_slug, person_id=the_person().id)
    if place is None or place.enrolled is None:
        raise NotFound
    activity = place.edition.by_id.get(sitting.activity_id)
    if activity is None:
        activity = get_edition(sitting.edition_id).by_id[sitting.activity_id]
    return Desk(sitting=sitting, place=place, enrolled=place.enrolled, activity=activity, quiz=data_of(activity))
