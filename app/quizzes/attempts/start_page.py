"""What the page of a quiz says before and between attempts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import clock
from app.core.formats import day_time, minutes, number
from app.courses.kinds import Visit

from .. import queries
from ..models import Attempt, AttemptState, Quiz
from ..settings import Behaviour, Grading, Overdue, QuizSettings
from . import review, starting, terms, timing
from .terms import Terms
from .timing import Phase

if TYPE_CHECKING:
    from ..kind import QuizData


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt as the page lists it; `scored` says whether its quiz shows marks now."""

    attempt: Attempt
    phase: Phase
    scored: bool


def of_visit(visit: Visit, data: QuizData) -> dict[str, Any]:
    """For a practitioner. Two statements."""
    attempts = queries.list_attempts(visit.enrolment_id, visit.cycle, visit.activity.id)
    on, now = terms.get_terms(visit.activity.id, person_id=visit.person.id), clock.now()
    tried = [_tried(attempt, data.settings, on, now) for attempt in attempts]
    under_way = [one for one in tried if one.attempt.state == AttemptState.OPEN]
    refused = None if under_way else starting.refusal(data.settings, on, attempts, now)
    allowed = on.allowance.allowed(data.settings.attempts)
    return {
        "quiz": data.settings, "count": len(data.slots), "tried": tried, "refused": refused,
        "under_way": under_way[0] if under_way else None, "rules": rules(data.settings, on, allowed),
        "asks_code": bool((on.access_code or "").strip()),
        "used_up": allowed is not None and len(attempts) >= allowed,
    }  # fmt: skip


def of_draft(quiz: Quiz) -> dict[str, Any]:
    """For its trainers, as before the first attempt; the trial asks for no code and has no hours."""
    on = Terms(quiz.opens_at, quiz.closes_at, quiz.access_code)
    return {
        "quiz": quiz.settings, "count": len(quiz.slots), "tried": [], "refused": None, "under_way": None,
        "rules": rules(quiz.settings, on, quiz.settings.attempts), "asks_code": False, "used_up": False,
    }  # fmt: skip


def _tried(attempt: Attempt, settings: QuizSettings, on: Terms, now: datetime) -> Tried:
    taken = queries.taken_under(attempt.edition_id, attempt.activity_id)
    phase = timing.state_at(attempt.state, attempt.due_at, taken, now, terms.slack())
    when = review.moment(attempt.finished_at, on.closing, now)
    return Tried(attempt, phase, review.shown(settings.review, when, done=False).marks)


def rules(settings: QuizSettings, on: Terms, allowed: int | None) -> list[str]:
    """How the quiz is taken, in sentences, on the terms of one person who has `allowed` attempts."""
    said = []
    if on.opens_at and on.closing:
        words = _("Open from %(opens)s until %(closes)s.", opens=day_time(on.opens_at), closes=day_time(on.closing))
        said.append(words)
    elif on.opens_at:
        said.append(_("Open from %(opens)s.", opens=day_time(on.opens_at)))
    elif on.closing:
        said.append(_("Open until %(closes)s.", closes=day_time(on.closing)))
    if settings.time_limit is not None:
        whole = minutes(-(-(settings.time_limit + on.allowance.seconds) // 60))
        said.append(_("You have %(time)s for an attempt, once it is begun.", time=whole))
    if settings.time_limit is not None or on.closing:
        said.append(_overdue(settings))
    said.append(_attempts(settings, allowed))
    said += _behaviour(settings)
    if settings.builds_on_last:
        said.append(_("Each attempt begins with the answers of your last one."))
    said.append(_("Your answers are saved as you give them: you can stop and come back."))
    return said


def _overdue(settings: QuizSettings) -> str:
    match settings.overdue:
        case Overdue.SUBMIT:
            return _("When the time is up, what you have answered is submitted.")
        case Overdue.GRACE:
            grace = minutes(-(-settings.grace // 60))
            return _("When the time is up, you have %(time)s to submit; after that the attempt is lost.", time=grace)
        case Overdue.ABANDON:
            return _("Submit before the time is up: an attempt that is not submitted is lost.")


def _attempts(settings: QuizSettings, allowed: int | None) -> str:
    said = [
        _("You can try as often as you want.")
        if allowed is None
        else ngettext("You have %(num)s attempt.", "You have %(num)s attempts.", allowed)
    ]
    if settings.wait and allowed != 1:
        said.append(_("Between two attempts you wait %(time)s.", time=minutes(-(-settings.wait // 60))))
    if settings.pass_mark is not None and allowed != 1:
        said.append(counts(settings.grading))
    return " ".join(said)


def counts(grading: Grading) -> str:
    """Which attempt makes the grade."""
    match grading:
        case Grading.HIGHEST:
            return _("Your best attempt counts.")
        case Grading.MEAN:
            return _("The mean of your attempts counts.")
        case Grading.FIRST:
            return _("Your first attempt counts.")
        case Grading.LAST:
            return _("Your last attempt counts.")


def _behaviour(settings: QuizSettings) -> list[str]:
    said = []
    if settings.behaviour is Behaviour.IMMEDIATE:
        said.append(_("You can check each answer once; then it cannot change."))
    elif settings.behaviour is Behaviour.INTERACTIVE:
        share = number(round(settings.penalty * 100))
        tries = ngettext("%(num)s try", "%(num)s tries", settings.tries)
        said.append(
            _(
                "You have %(tries)s at each question; every wrong one costs %(share)s%% of its mark.",
                tries=tries,
                share=share,
            )
            if settings.penalty
            else _("You have %(tries)s at each question.", tries=tries)
        )
    if settings.certainty and settings.behaviour is not Behaviour.INTERACTIVE:
        said.append(
            _("You say how sure you are of each answer: the surer, the more it earns if right, and costs if wrong.")
        )
    return said
