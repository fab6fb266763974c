"""What a page says of calls, rules and findings, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import format_date, format_datetime, get_locale, ngettext, to_user_timezone
from flask_babel import gettext as _
from markupsafe import Markup

from app.core import clock, formats
from app.progress import codes

from .calls import Call, CallState, Standing
from .facts import CourseFact
from .findings import (
    Action,
    CertificateEvidence,
    CompletionEvidence,
    Finding,
    Met,
    Missing,
    NextStep,
    PeopleEvidence,
    Reason,
    Unknown,
)
from .rules import CityTrained, Completed, Leaf, Node


def moment_there(moment: datetime, time_zone: str) -> str:
    """`31 January, 18:00 Tunis time`: a moment where the call is made, with the year where it is not this one."""
    there = moment.astimezone(ZoneInfo(time_zone))
    pattern = "d MMMM, HH:mm" if there.year == clock.now().year else "d MMMM y, HH:mm"
    said = format_datetime(there, pattern, rebase=False)
    if time_zone in ("UTC", "Etc/UTC"):
        return f"{said} UTC"
    place = get_timezone_location(ZoneInfo(time_zone), locale=get_locale() or "en", return_city=True)
    return _("%(moment)s %(place)s time", moment=said, place=place)


def moment_here(moment: datetime, time_zone: str) -> str | None:
    """The same moment in the reader's own time zone; None where the clocks show the same."""
    here = to_user_timezone(moment)
    if here.utcoffset() == moment.astimezone(ZoneInfo(time_zone)).utcoffset():
        return None
    return formats.day_time(moment)


def decided_by(call: Call) -> str:
    """By which version of the rule a verdict was given, and who approved it."""
    number = call.rule_number
    who = call.approved_by.best(str(get_locale()), call.source_language) if call.approved_by else None
    if who and call.approved_on:
        day = format_date(call.approved_on, "d MMMM y")
        return _("Decided by rule %(number)s, approved by %(who)s on %(day)s.", number=number, who=who, day=day)
    if who:
        return _("Decided by rule %(number)s, approved by %(who)s.", number=number, who=who)
    return _("Decided by rule %(number)s.", number=number)


def counts_as(leaf: Leaf, *, required: bool) -> str:
    """As what a course counts towards a call: `Required, with at least 70%`."""
    if isinstance(leaf, CityTrained):
        return ngettext(
            "Counted when %(num)s practitioner of your city has completed it",
            "Counted when %(num)s practitioners of your city have completed it",
            leaf.people,
        )
    if isinstance(leaf, Completed) and leaf.min_score is not None:
        score = formats.percent(leaf.min_score / 100)
        if required:
            return _("Required, with at least %(score)s", score=score)
        return _("One of several ways, with at least %(score)s", score=score)
    if isinstance(leaf, Completed):
        return _("Required") if required else _("One of several ways")
    return _("Required, with a valid certificate") if required else _("One of several ways, with a valid certificate")


class Wording:
    """Says findings about one subject. `names`: by person id, for readers who may know them, in order of name."""

    def __init__(
        self,
        courses: Mapping[int, CourseFact],
        language: str,
        *,
        city: str | None = None,
        names: Mapping[int, str] | None = None,
    ) -> None:
        self.courses = courses
        self.language = language
        self.city = city or _("Your city")
        self.names = names or {}

    def title(self, course_id: int) -> str:
        """A course's title in the page's language, or its own."""
        course = self.courses.get(course_id)
        return course.title.best(self.language, course.source_language) if course else _("a course")

    def requirement(self, rule: Node) -> str:
        return rule.sentence(self.title)

    # --- the verdict ---------------------------------------------------

    def heading(self, standing: Standing) -> str:
        """The verdict in words: `One step left for you`."""
        if standing.state is CallState.CLOSED:
            return _("You were eligible when this call closed") if standing.is_met else _("This call has closed")
        if standing.is_met:
            return _("You are eligible")
        if isinstance(standing.finding, Unknown):
            return _("We cannot tell yet")
        return ngettext("One step left for you", "%(num)s steps left for you", standing.steps)

    def consequence(self, standing: Standing) -> str:
        """What follows, by when: `Finish “…” by 31 January, 18:00 Tunis time.`"""
        call = standing.call
        closes = moment_there(call.closes_at, call.time_zone)
        if standing.state is CallState.CLOSED:
            return _("This is how things stood on %(closes)s.", closes=closes)
        if standing.is_met and standing.state is CallState.COMING:
            opens = moment_there(call.opens_at, call.time_zone)
            return _("%(city)s can apply from %(opens)s until %(closes)s.", city=self.city, opens=opens, closes=closes)
        if standing.is_met:
            return _("%(city)s can apply until %(closes)s.", city=self.city, closes=closes)
        if standing.steps == 1 and standing.next:
            return self._only_step(standing.next, closes)
        return _("Finish them by %(closes)s.", closes=closes)

    def _only_step(self, leaf: Missing | Unknown, closes: str) -> str:
        rule = leaf.rule
        course = self.title(rule.course_id)  # type: ignore[union-attr]
        if leaf.reason is Reason.NO_CITY:
            return _("Your account does not belong to a city yet. An administrator can place it in one.")
        if isinstance(leaf, Missing) and leaf.reason is Reason.TOO_FEW_PEOPLE and leaf.how_far:
            return ngettext(
                "%(num)s more person of %(city)s completes “%(course)s” by %(closes)s.",
                "%(num)s more people of %(city)s complete “%(course)s” by %(closes)s.",
                leaf.how_far.total - leaf.how_far.done,
                city=self.city,
                course=course,
                closes=closes,
            )
        if leaf.reason is Reason.SCORE_TOO_LOW and isinstance(rule, Completed):
            score = formats.percent((rule.min_score or 0) / 100)
            return _("Reach %(score)s in “%(course)s” by %(closes)s.", score=score, course=course, closes=closes)
        if leaf.reason is Reason.UNDER_WAY:
            return _("Finish “%(course)s” by %(closes)s.", course=course, closes=closes)
        if leaf.reason is Reason.NOT_ENROLLED:
            return _("Take “%(course)s” by %(closes)s.", course=course, closes=closes)
        return _("Renew “%(course)s” by %(closes)s.", course=course, closes=closes)

    def effort(self, standing: Standing) -> str:
        """`About 2 h 15 min left.`, or nothing where it is not the person's own work."""
        if not standing.minutes or standing.state is CallState.CLOSED:
            return ""
        return _("About %(time)s left.", time=formats.minutes(standing.minutes))

    def in_short(self, standing: Standing) -> str:
        """The verdict for a card: `Finish “…” to become eligible.`"""
        if standing.is_met:
            return _("You are eligible.")
        leaf = standing.next
        if standing.steps == 1 and leaf and leaf.reason in (Reason.UNDER_WAY, Reason.NOT_ENROLLED):
            course = self.title(leaf.rule.course_id)  # type: ignore[union-attr]
            return _("Finish “%(course)s” to become eligible.", course=course)
        return ngettext("One step left to become eligible.", "%(num)s steps left to become eligible.", standing.steps)

    def step(self, step: NextStep) -> str:
        """What the button says."""
        labels = {
            Action.ENROL: _("Enrol in the course"),
            Action.RESUME: _("Resume the course"),
            Action.ATTEMPT_AGAIN: _("Attempt again"),
            Action.OPEN_COURSE: _("Open the course"),
            Action.ASK_COLLEAGUE: _("Open the course to share it"),
        }
        return labels[step.action]

    # --- the findings --------------------------------------------------

    def mark(self, finding: Finding) -> str:
        """The mark beside a requirement: done, now (something of it is done) or todo."""
        if isinstance(finding, Met):
            return "done"
        if finding.parts:
            return "todo" if all(self.mark(part) == "todo" for part in finding.parts) else "now"
        begun = isinstance(finding, Missing) and (
            finding.reason is Reason.UNDER_WAY or (finding.how_far is not None and finding.how_far.done > 0)
        )
        return "now" if begun else "todo"

    def evidence(self, finding: Finding) -> str | Markup:
        """What decided: the evidence of what is met, the reason of what is not."""
        if isinstance(finding, Missing | Unknown):
            return self._reason(finding)
        match finding.evidence:
            case CompletionEvidence(score=None, completed_at=when):
                return _("Completed on %(day)s", day=formats.day(when))
            case CompletionEvidence(score=float(score), completed_at=when):
                return _("Completed on %(day)s with %(score)s", day=formats.day(when), score=formats.percent(score))
            case CertificateEvidence(expires_at=None) as held:
                return _certificate(_("Certificate %(code)s, %(issued)s"), held)
            case CertificateEvidence() as held:
                return _certificate(_("Certificate %(code)s, %(issued)s, valid until %(expires)s"), held)
            case PeopleEvidence() as people:
                return self._people(people)
        return ""

    def _people(self, people: PeopleEvidence) -> str:
        count = len(people.person_ids)
        names = self._names(people)
        if names:
            return _("%(city)s has %(count)s: %(names)s", city=self.city, count=count, names=names)
        return _("%(city)s has %(count)s", city=self.city, count=count)

    def _names(self, people: PeopleEvidence) -> str:
        return ", ".join(name for i, name in self.names.items() if i in people.person_ids)

    def _reason(self, finding: Missing | Unknown) -> str | Markup:
        if isinstance(finding, Missing) and finding.how_far is not None:
            return self._how_far(finding)
        match finding.reason, getattr(finding, "evidence", None):
            case Reason.SCORE_TOO_LOW, CompletionEvidence() as best:
                return self._too_low(finding, best)
            case Reason.TOO_LONG_AGO, CompletionEvidence(completed_at=when):
                return _("Last completed on %(day)s, longer ago than this call accepts", day=formats.day(when))
            case Reason.CERTIFICATE_EXPIRED, CertificateEvidence() as held:
                return _certificate(_("Certificate %(code)s expired on %(expires)s"), held)
            case Reason.CERTIFICATE_REVOKED, CertificateEvidence() as held:
                return _certificate(_("Certificate %(code)s was revoked on %(revoked)s"), held)
            case Reason.NO_CERTIFICATE, _anything:
                return _("Completed, but no certificate was issued")
            case Reason.NO_CITY, _anything:
                return _("Your account does not belong to a city yet. An administrator can place it in one.")
            case Reason.NOT_ENROLLED, _anything:
                return _("Not started")
        return ""

    def _too_low(self, finding: Missing | Unknown, best: CompletionEvidence) -> str:
        rule = finding.rule
        needed = formats.percent((rule.min_score or 0) / 100) if isinstance(rule, Completed) else ""
        day = formats.day(best.completed_at)
        if best.score is None:
            return _("Completed on %(day)s without a score: %(needed)s is needed", day=day, needed=needed)
        score = formats.percent(best.score)
        return _("Completed with %(score)s: %(needed)s is needed", score=score, needed=needed)

    def _how_far(self, finding: Missing) -> str:
        far = finding.how_far
        assert far is not None
        done, total = far.done, far.total
        if finding.reason is Reason.PARTS:
            return _("%(done)s of %(total)s met", done=done, total=total)
        if finding.reason is Reason.TOO_FEW_PEOPLE:
            names = self._names(finding.evidence) if isinstance(finding.evidence, PeopleEvidence) else ""
            if names:
                return _(
                    "%(city)s has %(done)s of %(total)s: %(names)s", city=self.city, done=done, total=total, names=names
                )
            return _("%(city)s has %(done)s of %(total)s", city=self.city, done=done, total=total)
        if finding.reason is Reason.NOT_ENROLLED:
            if not far.minutes:
                return _("Not started")
            return _("Not started: about %(time)s", time=formats.minutes(far.minutes))
        if far.needed is not None:
            needed, score = formats.percent(far.needed), formats.percent(far.score)
            return _("Activities done, tests so far %(score)s: %(needed)s is needed", score=score, needed=needed)
        if far.score is None:
            return ngettext("%(done)s of %(num)s activity", "%(done)s of %(num)s activities", total, done=done)
        return ngettext(
            "%(done)s of %(num)s activity, tests so far %(score)s",
            "%(done)s of %(num)s activities, tests so far %(score)s",
            total,
            done=done,
            score=formats.percent(far.score),
        )


def _certificate(words: str, held: CertificateEvidence) -> Markup:
    """`words` with the certificate's code and days put in; the code keeps its direction in any script."""
    return Markup(words) % {
        "code": Markup("<bdi>{}</bdi>").format(codes.shown(held.code)),
        "issued": formats.day(held.issued_at),
        "expires": formats.day(held.expires_at) if held.expires_at else "",
        "revoked": formats.day(held.revoked_at) if held.revoked_at else "",
    }
