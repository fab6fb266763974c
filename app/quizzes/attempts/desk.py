"""An attempt with what surrounds it, and what of it may be shown: what every page of an attempt stands on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from app.core import clock
from app.core.errors import DomainError, NotFound
from app.courses.editions import get_edition
from app.courses.outline import OutlineActivity
from app.progress import queries as progress
from app.progress.queries import Enrolled, Place

from .. import queries
from ..models import Attempt
from ..queries import Asked, Sitting
from ..settings import QuizSettings, When
from . import review, starting, terms, timing
from .behaviour import asks_certainty, can_check, correctness, tries_left
from .review import Shown
from .timing import Phase


@dataclass(frozen=True)
class Desk:
    """An attempt with what surrounds it: the course, the person's standing, and the quiz as published.

    The quiz is the one in force, whose `settings` judge; where the course no longer has it, the one that the attempt
    was begun on. `taken` are the settings it was begun on, by which it is taken to its end.
    """

    sitting: Sitting
    place: Place
    enrolled: Enrolled
    activity: OutlineActivity
    settings: QuizSettings
    taken: QuizSettings
    now: datetime

    @property
    def offered(self) -> bool:
        """Whether the course still has the quiz."""
        return self.activity.id in self.place.edition.by_id

    @cached_property
    def phase(self) -> Phase:
        """How the attempt stands now, whatever is stored."""
        return timing.state_at(self.sitting.state, self.sitting.due_at, self.taken, self.now, terms.slack())

    @property
    def left(self) -> int | None:
        """How many whole seconds are left, by the server's clock; None without a deadline."""
        due_at = self.sitting.due_at
        return None if due_at is None else max(0, int((due_at - self.now).total_seconds()))

    @property
    def until(self) -> datetime | None:
        """The last moment at which the attempt can be submitted."""
        due_at = self.sitting.due_at
        return None if due_at is None else timing.last_moment(due_at, self.taken, terms.slack())

    @property
    def checks(self) -> bool:
        """Whether answers are checked before the attempt is submitted."""
        return any(can_check(self.taken, asked.content) for asked in self.sitting.questions)

    def can_check(self, asked: Asked) -> bool:
        """Whether the question can be checked, now or with another try."""
        return can_check(self.taken, asked.content) and not asked.locked

    def asks_certainty(self, asked: Asked) -> bool:
        return asks_certainty(self.taken, asked.content)

    def tries_left(self, asked: Asked) -> int:
        return 0 if asked.locked else tries_left(self.taken, asked.tries)

    def rightness(self, asked: Asked) -> float | None:
        """How right an answer is, 0 to 1, whatever tries or certainty made of it; None while nobody knows."""
        return correctness(self.taken, asked.content, asked.answer, asked.fraction, asked.certainty, asked.tries)

    @cached_property
    def shown_during(self) -> Shown:
        """What is shown of a question that was checked, while the attempt is open."""
        done = self.enrolled.standing.is_complete(self.activity)
        return review.shown(self.settings.review, When.DURING, done=done)


@dataclass(frozen=True)
class Outlook:
    """How a person stands at the quiz of a desk: their attempts, what is left, and what may be shown of this one."""

    left: int | None
    underway: Attempt | None
    done: bool
    shown: Shown
    refused: DomainError | None  # why no attempt may begin now


def get_desk(attempt_id: int, *, person_id: int) -> Desk:
    """The attempt of the person who asks. Two statements. Raises `NotFound`."""
    sitting = queries.find_sitting(attempt_id, person_id=person_id)
    if sitting is None:
        raise NotFound
    place = progress.find_place(slug=sitting.course_slug, person_id=person_id)
    enrolled = (place.enrolled or place.left) if place else None  # what is open when somebody leaves can be handed in
    if place is None or enrolled is None:
        raise NotFound
    activity = place.edition.by_id.get(sitting.activity_id)
    if activity is None:
        activity = get_edition(sitting.edition_id).by_id[sitting.activity_id]
    taken = queries.taken_under(sitting.edition_id, sitting.activity_id)
    return Desk(sitting, place, enrolled, activity, queries.settings_of(activity), taken, clock.now())


def get_outlook(desk: Desk, *, person_id: int) -> Outlook:
    """What the result of an attempt depends on besides the attempt. Two statements."""
    settings, sitting = desk.settings, desk.sitting
    made = queries.list_attempts(sitting.enrolment_id, desk.enrolled.cycle, sitting.activity_id)
    on = terms.get_terms(sitting.activity_id, person_id=person_id)
    allowed = on.allowance.allowed(settings.attempts)
    left = None if allowed is None else max(allowed - len(made), 0)
    underway = next((attempt for attempt in made if phase_of(attempt, desk.now).under_way), None)
    done = desk.enrolled.standing.is_complete(desk.activity)
    when = review.moment(sitting.finished_at, on.closing, desk.now)
    return Outlook(
        left=left,
        underway=underway,
        done=done,
        shown=review.shown(settings.review, when, done=done or (left == 0 and underway is None)),
        refused=starting.refusal(settings, on, made, desk.now),
    )


def phase_of(attempt: Attempt, now: datetime) -> Phase:
    """How an attempt stands at `now`."""
    settings = queries.taken_under(attempt.edition_id, attempt.activity_id)
    return timing.state_at(attempt.state, attempt.due_at, settings, now, terms.slack())
