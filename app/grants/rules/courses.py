"""The leaves about what a person completed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core import formats
from app.grants.judging.findings import (
    Action,
    CertificateEvidence,
    CompletionEvidence,
    Finding,
    HowFar,
    Met,
    Missing,
    Reason,
    Unit,
)
from app.grants.judging.rows import has_risen, stands
from app.grants.judging.shapes import Facts
from app.grants.judging.subject import person_among
from app.network.labels import plain_day
from app.progress.models import Certificate, Completion, RisenScore

from .moments import end_of, lapses, since
from .requirement import Months, Names, Percent, Requirement, period_of, threshold
from .steps import bar_again, bar_begun, no_better, not_offered, own_work, step_to, to_it, whole_minutes


class Completed(Requirement, frozen=True, tag="completed"):
    """The person completed the course, with at least `min_score` percent, in the `within_months` before.

    Score and months are asked of the same completion. Its score is that of the day, or the highest that it rose to
    afterwards, by the moment asked about.
    """

    course_id: int
    min_score: Percent | None = None
    within_months: Months | None = None

    @property
    def course_ids(self) -> tuple[int, ...]:
        return (self.course_id,)

    def met_by(self, at: datetime) -> sa.Select[int]:
        done = sa.select(Completion.person_id).where(
            Completion.course_id == self.course_id, Completion.completed_at <= at
        )
        if self.within_months is not None:
            done = done.where(Completion.completed_at >= since(at, self.within_months))
        enough = threshold(self.min_score)
        if enough is not None:
            risen = sa.exists().where(has_risen(at), RisenScore.score >= enough)
            done = done.where(sa.or_(Completion.score >= enough, risen.correlate(Completion)))
        return done

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return person_among(self.met_by(at))

    def _check(self, facts: Facts, at: datetime) -> Finding:
        completions = facts.completions.get(self.course_id, ())
        recent = completions
        if self.within_months is not None:
            first = since(at, self.within_months)
            recent = tuple(c for c in completions if c.completed_at >= first)
        if recent:
            best = max(recent, key=lambda c: (-1.0 if c.score is None else c.score, c.completed_at))
            evidence = CompletionEvidence(self.course_id, best.completed_at, best.score)
            enough = threshold(self.min_score)
            if enough is None or (best.score is not None and best.score >= enough):
                return Met(self, evidence)
            barred = not_offered(facts, self.course_id) or no_better(facts, self.course_id, at)
            is_over = barred or no_better(facts, self.course_id, at, this_time=True)
            return Missing(
                self,
                Reason.SCORE_TOO_LOW,
                next_step=step_to(facts, self.course_id, Action.OPEN_COURSE if is_over else Action.ATTEMPT_AGAIN),
                evidence=evidence,
                todo=own_work(self.course_id),
                barred=barred,
                minutes=whole_minutes(facts, self.course_id) if is_over and not barred else 0,
            )
        if completions and not facts.is_under_way(self.course_id):
            last = max(completions, key=lambda c: c.completed_at)
            evidence = CompletionEvidence(self.course_id, last.completed_at, last.score)
            return _to_take_again(self, Reason.TOO_LONG_AGO, evidence, facts, at)
        return _not_completed(self, facts, at)

    def _turns(self, facts: Facts) -> Iterator[datetime]:
        if self.within_months is not None:
            for done in facts.completions.get(self.course_id, ()):
                yield lapses(done.completed_at, self.within_months)

    def sentence(self, say: Names) -> str:
        course, score = say.title(self.course_id), formats.exact_percent((self.min_score or 0) / 100)
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


class Certified(Requirement, frozen=True, tag="certified"):
    """The person holds a certificate in the course that is neither expired nor revoked.

    With `valid_on` it is such as does not expire before that day is over, in UTC, either.
    """

    course_id: int
    valid_on: date | None = None

    @property
    def course_ids(self) -> tuple[int, ...]:
        return (self.course_id,)

    def met_by(self, at: datetime) -> sa.Select[int]:
        return sa.select(Certificate.person_id).where(
            Certificate.course_id == self.course_id,
            Certificate.issued_at <= at,
            sa.or_(Certificate.expires_at.is_(None), Certificate.expires_at > self._until(at)),
            stands(at),
        )

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return person_among(self.met_by(at))

    def _check(self, facts: Facts, at: datetime) -> Finding:
        held = facts.certificates.get(self.course_id, ())
        valid = [c for c in held if not _ended(c.expires_at, self._until(at)) and not _ended(c.revoked_at, at)]
        if valid:
            return Met(self, max(valid, key=lambda c: (c.expires_at is None, c.expires_at or c.issued_at, c.code)))
        if held and not facts.is_under_way(self.course_id):
            last = max(held, key=lambda c: (c.issued_at, c.code))
            return _to_take_again(self, self._why_not(last, at), last, facts, at)
        if facts.completions.get(self.course_id) and not facts.is_under_way(self.course_id):
            return _to_take_again(self, Reason.NO_CERTIFICATE, None, facts, at)
        return _not_completed(self, facts, at)

    def _turns(self, facts: Facts) -> Iterator[datetime]:
        for held in facts.certificates.get(self.course_id, ()):
            yield from (moment for moment in (held.expires_at, held.revoked_at) if moment is not None)

    def _until(self, at: datetime) -> datetime:
        """The last moment at which it has to be valid."""
        return at if self.valid_on is None else max(at, end_of(self.valid_on))

    def _why_not(self, last: CertificateEvidence, at: datetime) -> Reason:
        if _ended(last.revoked_at, at):
            return Reason.CERTIFICATE_REVOKED
        return Reason.CERTIFICATE_EXPIRED if _ended(last.expires_at, at) else Reason.EXPIRES_TOO_SOON

    def sentence(self, say: Names) -> str:
        course = say.title(self.course_id)
        if self.valid_on is None:
            return _("Hold a valid certificate in “%(course)s”", course=course)
        return _(
            "Hold a certificate in “%(course)s” that is valid on %(day)s", course=course, day=plain_day(self.valid_on)
        )


def _ended(moment: datetime | None, at: datetime) -> bool:
    return moment is not None and moment <= at


def _to_take_again(
    rule: Completed | Certified,
    reason: Reason,
    evidence: CompletionEvidence | CertificateEvidence | None,
    facts: Facts,
    at: datetime,
) -> Missing:
    """The course is to be gone through once more, which is not always possible."""
    barred = bar_again(facts, rule.course_id, at)
    step = to_it(facts, rule.course_id, barred) if barred else step_to(facts, rule.course_id, Action.OPEN_COURSE)
    todo, minutes = own_work(rule.course_id), 0 if barred else whole_minutes(facts, rule.course_id)
    return Missing(rule, reason, next_step=step, evidence=evidence, todo=todo, barred=barred, minutes=minutes)


def _not_completed(rule: Completed | Certified, facts: Facts, at: datetime) -> Missing:
    """The person has not been through the course: where they are in it, and how much is left."""
    course = facts.courses.get(rule.course_id)
    enrolment = facts.enrolments.get(rule.course_id)
    barred = bar_begun(facts, rule.course_id, at)
    if enrolment is None or enrolment.is_withdrawn:
        reason = Reason.NOT_ENROLLED
        how_far = HowFar(0, course.activities, Unit.ACTIVITIES, minutes=course.minutes) if course else None
    else:
        reason = Reason.UNDER_WAY
        how_far = HowFar(
            enrolment.done, enrolment.total, Unit.ACTIVITIES, enrolment.score, enrolment.minutes_left, enrolment.needed
        )
    return Missing(
        rule,
        reason,
        how_far,
        to_it(facts, rule.course_id, barred),
        todo=own_work(rule.course_id),
        barred=barred,
    )
