"""What the people of a large network did: enrolments with their progress, completions, certificates and attempts."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from app.core import clock
from app.core.base import Base
from app.progress.certificates import codes
from app.progress.counting import counted, rule_of
from app.progress.models import (
    ActivityProgress,
    ActivityState,
    Certificate,
    Completion,
    Enrolment,
    EnrolmentState,
)
from app.quizzes.models import Attempt, AttemptSlot, Response
from app.quizzes.types import SingleChoiceAnswer

from .bulk import DAY, Moments, Row, Writer
from .courses import QUESTIONS, Taught
from .people import Inhabitants, moment_of, name_of
from .shape import Shape, distinct, spread, uneven

PEOPLE_AT_ONCE = 500
COMPLETED, WITHDRAWN = 0.40, 0.06  # shares of all enrolments
DUE, DUE_DONE = 0.12, 0.3  # of those under way and of those completed, how many have a due date
SAMPLED = 20  # of so many enrolments one has its attempts

ENROLMENT = (
    "id", "person_id", "course_id", "city_id", "language", "state", "done", "total", "score", "states", "due_at",
    "enrolled_at", "touched_at", "completed_at", "withdrawn_at", "last_activity_id", "counted_edition_id", "version_id",
)  # fmt: skip
PROGRESS = (
    "enrolment_id", "cycle", "activity_id", "state", "score", "first_at", "completed_at", "passed_at",
    "seconds", "visible_seconds",
)  # fmt: skip
COMPLETION = (
    "id", "enrolment_id", "cycle", "person_id", "course_id", "edition_id", "rule", "city_id", "score", "completed_at",
)  # fmt: skip
CERTIFICATE = (
    "completion_id", "code", "person_id", "course_id", "holder", "city", "course_title", "language", "edition_number",
    "minutes", "score", "issued_at", "expires_at", "towers",
)  # fmt: skip
ATTEMPT = (
    "id", "enrolment_id", "cycle", "activity_id", "number", "edition_id", "language", "state", "started_at",
    "finished_at", "score", "slots",
)  # fmt: skip
RESPONSE = ("attempt_id", "slot", "version_id", "marks", "answer", "sequence", "saved_at", "fraction")
MODELS: tuple[type[Base], ...] = (Enrolment, ActivityProgress, Completion, Certificate, Attempt, Response)

_answers = [msgspec.json.encode(SingleChoiceAnswer(choice)).decode() for choice in "ab"]


@dataclass(frozen=True, slots=True)
class Step:
    """One activity of one enrolment; moments in seconds, `completed` None where it is not complete."""

    activity_id: int
    state: ActivityState
    score: float | None
    first: int
    completed: int | None
    seconds: int


@dataclass(slots=True)
class Walk:
    """Writes what people do, in the order of their ids, so that every table grows at its end."""

    shape: Shape
    courses: Sequence[Taught]
    people: Inhabitants
    now: int
    moments: Moments
    chance: random.Random
    enrolments: int = 0
    completions: int = 0
    attempts: int = 0
    progress: int = 0
    rows: dict[type[Base], list[Row]] = field(default_factory=dict)

    def go(self) -> dict[str, int]:
        """Write everything, and say how many rows of what."""
        columns = (ENROLMENT, PROGRESS, COMPLETION, CERTIFICATE, ATTEMPT, RESPONSE)
        writers = {model: Writer(model, *names) for model, names in zip(MODELS, columns, strict=True)}
        self.rows = {model: [] for model in MODELS}
        popular = uneven(len(self.courses), 0.8)
        most = max(len(self.courses) * 3 // 4, 1)
        for person, count in enumerate(spread(self.shape.enrolments, self.shape.people, most, self.chance)):
            for course in distinct(popular, count, self.chance):
                self._enrol(person, self.courses[course])
            if person % PEOPLE_AT_ONCE == PEOPLE_AT_ONCE - 1:
                self._write(writers)
        self._write(writers)
        return {model.__tablename__: writer.written for model, writer in writers.items()}

    def _write(self, writers: dict[type[Base], Writer]) -> None:
        for model, rows in self.rows.items():
            writers[model].write(rows)
            rows.clear()

    def _enrol(self, person: int, course: Taught) -> None:
        chance, now, moments, edition = self.chance, self.now, self.moments, course.edition
        self.enrolments += 1
        began = self.people.joined[person]
        enrolled = began + int((now - began) * chance.random() * 0.999)
        lot = chance.random()
        completes = lot < COMPLETED
        patience = min(int(chance.lognormvariate(3, 0.9) * DAY), int((now - enrolled) * chance.random() ** 0.5))
        steps = self._steps(course, enrolled, patience, completes)
        self.progress += len(steps)
        states = {step.activity_id: step.state for step in steps}
        count = counted(edition, states, {step.activity_id: step.score for step in steps})
        if count.standing.complete is not completes:
            raise RuntimeError(f"course {course.slug}: who should complete it does not, or the other way round")
        last = steps[-1].completed or steps[-1].first if steps else enrolled
        withdrawn = COMPLETED <= lot < COMPLETED + WITHDRAWN
        state = (
            EnrolmentState.COMPLETED if completes else EnrolmentState.WITHDRAWN if withdrawn else EnrolmentState.OPEN
        )
        city = self.people.city_at(person, last if completes else now)
        language = "fr" if self.people.french[person] and "fr" in edition.outline.languages else "en"
        is_due = chance.random() < (DUE_DONE if completes else DUE)
        due = moments[enrolled + chance.randint(30, 120) * DAY] if is_due else None
        self.rows[Enrolment].append((
            self.enrolments, person + 1, edition.course_id, city, language, state.value, count.standing.done,
            count.standing.total, count.score, "{" + ", ".join([course.said[one] for one in states.items()]) + "}", due,
            moments[enrolled], moments[last], moments[last] if completes else None,
            moments[last + (now - last) // 2] if withdrawn else None, steps[-1].activity_id if steps else None,
            edition.id, 1,
        ))  # fmt: skip
        self.rows[ActivityProgress] += [
            (self.enrolments, 1, step.activity_id, step.state.value, step.score, moments[step.first],
             None if step.completed is None else moments[step.completed],
             None if step.completed is None or step.score is None else moments[step.completed], step.seconds,
             step.seconds + 40)
            for step in steps
        ]  # fmt: skip
        if completes:
            self._complete(person, course, city, language, count.score, last)
        if self.enrolments % SAMPLED == 0:
            for step in steps:
                if step.score is not None:
                    self._attempt(course, step, language)

    def _steps(self, course: Taught, enrolled: int, patience: int, completes: bool) -> list[Step]:
        """What was done of a course in `patience` seconds: all that it asks for, or what comes before some activity."""
        chance, activities = self.chance, course.edition.activities
        places = len(activities)
        if completes:
            chosen = [a for a in activities if a.required or chance.random() < 0.5]
        else:
            farther = self.progress * self.shape.enrolments < self.shape.activities * self.enrolments
            two = chance.randrange(places), chance.randrange(places)
            chosen = list(activities[: max(two) if farther else min(two)])
        steps = []
        for place, activity in enumerate(chosen, 1):
            at = enrolled + patience * place // places
            score = chance.choice((0.8, 1.0)) if course.is_quiz(activity) else None
            seconds = activity.minutes * chance.randint(20, 70)
            steps.append(Step(activity.id, ActivityState.COMPLETE, score, max(at - seconds, enrolled), at, seconds))
        if not completes and chance.random() < 0.7:
            activity = activities[len(chosen)]
            at = enrolled + patience * (len(chosen) + 1) // places
            if course.is_quiz(activity) and chance.random() < 0.7:
                failed = chance.choice((0.2, 0.4, 0.6))
                steps.append(Step(activity.id, ActivityState.FAILED, failed, at, None, 90))
            else:
                steps.append(Step(activity.id, ActivityState.STARTED, None, at, None, 30))
        return steps

    def _complete(
        self, person: int, course: Taught, city: int | None, language: str, score: float | None, at: int
    ) -> None:
        self.completions += 1
        edition, moment = course.edition, self.moments[at]
        outline = edition.outline
        months = outline.settings.certificate_months
        tag, title = outline.title.spoken(language, outline.source_language)
        code = "".join(self.chance.choices(codes.ALPHABET, k=codes.LENGTH))
        expires = self.moments[int(clock.months_after(moment_of(at), months).timestamp())] if months else None
        self.rows[Completion].append((
            self.completions, self.enrolments, 1, person + 1, edition.course_id, edition.id, rule_of(edition), city,
            score, moment,
        ))  # fmt: skip
        self.rows[Certificate].append((
            self.completions, code + codes.check_character(code), person + 1, edition.course_id, name_of(person + 1),
            self.people.names[city - 1] if city else None, title, tag, edition.number, edition.minutes, score, moment,
            expires, course.towers,
        ))  # fmt: skip

    def _attempt(self, course: Taught, step: Step, language: str) -> None:
        """The one attempt at a quiz that earned what its progress says."""
        self.attempts += 1
        assert step.score is not None
        right = round(step.score * QUESTIONS)
        versions = course.versions[step.activity_id]
        slots = msgspec.json.encode([AttemptSlot(version, 1.0, ("a", "b", "c"), 1) for version in versions]).decode()
        finished = self.moments[step.first + step.seconds]
        self.rows[Attempt].append((
            self.attempts, self.enrolments, 1, step.activity_id, 1, course.edition.id, language, "submitted",
            self.moments[step.first], finished, step.score, slots,
        ))  # fmt: skip
        answers = [1] * right + [0] * (QUESTIONS - right)
        self.chance.shuffle(answers)
        self.rows[Response] += [
            (self.attempts, slot, version, 1.0, _answers[1 - good], 1, finished, float(good))
            for slot, (version, good) in enumerate(zip(versions, answers, strict=True))
        ]
