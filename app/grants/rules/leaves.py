"""The leaves of a rule: one requirement each, its SQL, its check and its sentence side by side."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from datetime import datetime
from typing import Annotated, ClassVar

import msgspec
import sqlalchemy as sa
from babel.units import format_unit
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.auth.models import Affiliation, Person
from app.core import clock, formats
from app.grants.facts import Facts
from app.grants.findings import (
    Action,
    CompletionEvidence,
    Finding,
    HowFar,
    Met,
    Missing,
    NextStep,
    OwnWork,
    PeopleEvidence,
    Reason,
    Unit,
    Unknown,
)
from app.grants.subject import belongs, city_at
from app.progress.models import Certificate, Completion, Enrolment

# What a page shows as 70% is 70%: a score is a mean of floats and may fall short by a rounding.
ROUNDING = 1e-9

Title = Callable[[int], str]
Months = Annotated[int, msgspec.Meta(ge=1, le=1200)]


class Completed(msgspec.Struct, frozen=True, tag="completed"):
    """The person completed the course, with at least `min_score` percent, in the `within_months` before.

    Score and months are asked of the same completion. Its score is the best of the day's and, as the score
    goes on rising, the enrolment's, where that has not changed since the moment asked about.
    """

    asks_city: ClassVar[bool] = False

    course_id: int
    min_score: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    within_months: Months | None = None

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def needed(self) -> Iterator[Leaf]:
        yield self

    @property
    def threshold(self) -> float | None:
        """The score that is enough, 0 to 1."""
        return None if self.min_score is None else self.min_score / 100 - ROUNDING

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        done = sa.select(Completion.person_id).where(
            Completion.course_id == self.course_id, Completion.completed_at <= at
        )
        if self.within_months is not None:
            done = done.where(Completion.completed_at >= clock.months_before(at, self.within_months))
        if self.threshold is not None:
            done = done.join(Enrolment, Enrolment.id == Completion.enrolment_id).where(
                sa.or_(
                    Completion.score >= self.threshold,
                    sa.and_(
                        Enrolment.cycle == Completion.cycle,
                        Enrolment.touched_at <= at,
                        Enrolment.score >= self.threshold,
                    ),
                )
            )
        return Person.id.in_(done.correlate(None))

    def check(self, facts: Facts, at: datetime) -> Finding:
        completions = facts.completions.get(self.course_id, ())
        recent = completions
        if self.within_months is not None:
            since = clock.months_before(at, self.within_months)
            recent = tuple(c for c in completions if c.completed_at >= since)
        if recent:
            best = max(recent, key=lambda c: (-1.0 if c.score is None else c.score, c.completed_at))
            evidence = CompletionEvidence(self.course_id, best.completed_at, best.score)
            if self.threshold is None or (best.score is not None and best.score >= self.threshold):
                return Met(self, evidence)
            step = _step(facts, self.course_id, Action.ATTEMPT_AGAIN)
            return Missing(self, Reason.SCORE_TOO_LOW, next_step=step, evidence=evidence, todo=_own(self))
        if completions and not facts.is_under_way(self.course_id):
            last = max(completions, key=lambda c: c.completed_at)
            evidence = CompletionEvidence(self.course_id, last.completed_at, last.score)
            step = _step(facts, self.course_id, Action.OPEN_COURSE)
            return Missing(self, Reason.TOO_LONG_AGO, next_step=step, evidence=evidence, todo=_own(self))
        return _not_completed(self, facts)

    def sentence(self, title: Title) -> str:
        """The requirement in words."""
        course, score = title(self.course_id), formats.percent((self.min_score or 0) / 100)
        if self.within_months is None:
            if self.min_score is None:
                return _("Complete “%(course)s”", course=course)
            return _("Complete “%(course)s” with at least %(score)s", course=course, score=score)
        period = period_of(self.within_months)
        if self.min_score is None:
            return _("Complete “%(course)s” in the last %(period)s", course=course, period=period)
        return _(
            "Complete “%(course)s” with at least %(score)s in the last %(period)s",
            course=course,
            score=score,
            period=period,
        )


class Certified(msgspec.Struct, frozen=True, tag="certified"):
    """The person holds a certificate in the course that is neither expired nor revoked."""

    asks_city: ClassVar[bool] = False

    course_id: int

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def needed(self) -> Iterator[Leaf]:
        yield self

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        valid = sa.select(Certificate.person_id).where(
            Certificate.course_id == self.course_id,
            Certificate.issued_at <= at,
            sa.or_(Certificate.expires_at.is_(None), Certificate.expires_at > at),
            sa.or_(Certificate.revoked_at.is_(None), Certificate.revoked_at > at),
        )
        return Person.id.in_(valid.correlate(None))

    def check(self, facts: Facts, at: datetime) -> Finding:
        held = facts.certificates.get(self.course_id, ())
        valid = [c for c in held if not _ended(c.expires_at, at) and not _ended(c.revoked_at, at)]
        if valid:
            return Met(self, max(valid, key=lambda c: (c.expires_at is None, c.expires_at or c.issued_at, c.code)))
        if held and not facts.is_under_way(self.course_id):
            last = max(held, key=lambda c: (c.issued_at, c.code))
            reason = Reason.CERTIFICATE_REVOKED if _ended(last.revoked_at, at) else Reason.CERTIFICATE_EXPIRED
            step = _step(facts, self.course_id, Action.OPEN_COURSE)
            return Missing(self, reason, next_step=step, evidence=last, todo=_own(self))
        if facts.completions.get(self.course_id) and not facts.is_under_way(self.course_id):
            step = _step(facts, self.course_id, Action.OPEN_COURSE)
            return Missing(self, Reason.NO_CERTIFICATE, next_step=step, todo=_own(self))
        return _not_completed(self, facts)

    def sentence(self, title: Title) -> str:
        """The requirement in words."""
        return _("Hold a valid certificate in “%(course)s”", course=title(self.course_id))


class CityTrained(msgspec.Struct, frozen=True, tag="city_trained"):
    """So many different people who belong to the subject's city completed the course. Unknown without a city."""

    asks_city: ClassVar[bool] = True

    course_id: int
    people: Annotated[int, msgspec.Meta(ge=1)]
    within_months: Months | None = None

    def leaves(self) -> Iterator[Leaf]:
        yield self

    def needed(self) -> Iterator[Leaf]:
        yield self

    def clause(self, at: datetime) -> sa.ColumnElement[bool]:
        trained = (
            sa.select(Affiliation.city_id)
            .join(Completion, Completion.person_id == Affiliation.person_id)
            .where(Completion.course_id == self.course_id, Completion.completed_at <= at, belongs(at))
        )
        if self.within_months is not None:
            trained = trained.where(Completion.completed_at >= clock.months_before(at, self.within_months))
        enough = trained.group_by(Affiliation.city_id).having(
            sa.func.count(Affiliation.person_id.distinct()) >= self.people
        )
        # NULL IN (nothing) is false in SQL, so the missing city is asked for itself.
        return sa.case((city_at(at).is_(None), sa.null()), else_=city_at(at).in_(enough.correlate(None)))

    def check(self, facts: Facts, at: datetime) -> Finding:
        if facts.city_id is None:
            return Unknown(self, Reason.NO_CITY, todo=frozenset({Reason.NO_CITY}))
        trained = facts.colleagues.get(self.course_id, ())
        if self.within_months is not None:
            since = clock.months_before(at, self.within_months)
            trained = tuple(c for c in trained if c.completed_at >= since)
        ids = tuple(sorted({c.person_id for c in trained}))
        evidence = PeopleEvidence(self.course_id, facts.city_id, ids)
        if len(ids) >= self.people:
            return Met(self, evidence)
        own = facts.person_id not in ids
        step = _own_step(facts, self.course_id) if own else _step(facts, self.course_id, Action.ASK_COLLEAGUE)
        how_far = HowFar(len(ids), self.people, Unit.PEOPLE)
        # The last one missing may be the person, whose own work then does it.
        todo = _own(self) if own and len(ids) + 1 == self.people else frozenset({self})
        return Missing(self, Reason.TOO_FEW_PEOPLE, how_far, step, evidence, todo=todo)

    def sentence(self, title: Title) -> str:
        """The requirement in words."""
        course = title(self.course_id)
        if self.within_months is None:
            return ngettext(
                "At least %(num)s practitioner of your city trained in “%(course)s”",
                "At least %(num)s practitioners of your city trained in “%(course)s”",
                self.people,
                course=course,
            )
        return ngettext(
            "At least %(num)s practitioner of your city trained in “%(course)s” in the last %(period)s",
            "At least %(num)s practitioners of your city trained in “%(course)s” in the last %(period)s",
            self.people,
            course=course,
            period=period_of(self.within_months),
        )


Leaf = Completed | Certified | CityTrained


def period_of(months: int) -> str:
    """`24 months`, in the page's language."""
    return format_unit(months, "duration-month", length="long", locale=get_locale() or "en")


def _own(rule: Leaf) -> frozenset[Hashable]:
    """The one thing to do: the person's own work in the course, which may meet other requirements too."""
    return frozenset({OwnWork(rule.course_id)})


def _ended(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at


def _not_completed(rule: Completed | Certified, facts: Facts) -> Missing:
    """The person has not been through the course: where they are in it, and how much is left."""
    course = facts.courses.get(rule.course_id)
    enrolment = facts.enrolments.get(rule.course_id)
    step = _own_step(facts, rule.course_id)
    if enrolment is None or enrolment.is_withdrawn:
        how_far = HowFar(0, course.activities, Unit.ACTIVITIES, minutes=course.minutes) if course else None
        return Missing(rule, Reason.NOT_ENROLLED, how_far, step, todo=_own(rule))
    how_far = HowFar(
        enrolment.done, enrolment.total, Unit.ACTIVITIES, enrolment.score, enrolment.minutes_left, enrolment.needed
    )
    return Missing(rule, Reason.UNDER_WAY, how_far, step, todo=_own(rule))


def _own_step(facts: Facts, course_id: int) -> NextStep | None:
    enrolment = facts.enrolments.get(course_id)
    enrolled = enrolment is not None and not enrolment.is_withdrawn
    return _step(facts, course_id, Action.RESUME if enrolled else Action.ENROL)


def _step(facts: Facts, course_id: int, action: Action) -> NextStep | None:
    """The course's own page offers enrolling, resuming and attempting; none while the course is unpublished."""
    course = facts.courses.get(course_id)
    return NextStep(action, "learn.course", (("slug", course.slug),)) if course and course.is_published else None
