"""What a page says of findings: the evidence of what is met, the reason of what is not, the next step."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext
from markupsafe import Markup

from app.auth.models import Role
from app.core import formats
from app.core.text import Text
from app.network.labels import REGIONS, SIZES, country_name, plain_day
from app.network.models import Region, SizeBand
from app.progress.certificates import codes

from ..calls.zones import day_before
from ..judging.findings import (
    Action,
    CertificateEvidence,
    CompletionEvidence,
    DeclarationEvidence,
    Evidence,
    Finding,
    MembershipEvidence,
    Met,
    Missing,
    NextStep,
    PassEvidence,
    PeopleEvidence,
    PlaceEvidence,
    Reason,
    RoleEvidence,
    Unknown,
    WaiverEvidence,
)
from ..judging.shapes import CourseFact, QuizFact
from ..rules import Completed, HasRole, Node, Passed
from .bar_words import bar

FACTS_ABOUT_CITIES = {Reason.NOT_MEMBER, Reason.MEMBER_TOO_SHORT, Reason.ELSEWHERE, Reason.EXCLUDED}
UNKNOWN_YET = {Reason.NO_CITY, Reason.NO_PRACTITIONER, Reason.NO_ROLE, Reason.NOT_STATED}


class FindingWords:
    """Says findings about one subject. `names`: by person id, for readers who may know them, in order of name.

    `time_zone`: that of the call, by whose clocks a waiver ends. `of_another`: who reads is not the subject.
    """

    def __init__(
        self,
        courses: Mapping[int, CourseFact],
        language: str,
        *,
        quizzes: Mapping[int, QuizFact] | None = None,
        city: str | None = None,
        names: Mapping[int, str] | None = None,
        time_zone: str = "UTC",
        of_another: bool = False,
    ) -> None:
        self.courses = courses
        self.quizzes = quizzes or {}
        self.language = language
        self.city = city or _("Your city")
        self.names = names or {}
        self.time_zone = time_zone
        self.of_another = of_another

    def title(self, course_id: int) -> str:
        """A course's title in the page's language, or its own."""
        course = self.courses.get(course_id)
        return course.title.best(self.language, course.source_language) if course else _("a course")

    def quiz(self, activity_id: int) -> str:
        """A quiz's title in the page's language, or its own."""
        quiz = self.quizzes.get(activity_id) or next(
            (q for course in self.courses.values() for q in course.quizzes if q.id == activity_id), None
        )
        return quiz.title.best(self.language, quiz.source_language) if quiz else _("a quiz")

    def text(self, text: Text, source_language: str) -> str:
        """What an administrator wrote, in the page's language, or its own."""
        return text.best(self.language, source_language)

    def requirement(self, rule: Node) -> str:
        return rule.sentence(self)

    def in_one_line(self, rule: Node) -> str:
        """A requirement with all that it denies or joins."""
        within = [f"({self.in_one_line(part)})" if part.parts else self.requirement(part) for part in rule.parts]
        return f"{self.requirement(rule)} {'; '.join(within)}" if within else self.requirement(rule)

    def step(self, step: NextStep) -> str:
        """What the button says."""
        labels = {
            Action.ENROL: _("Enrol in the course"),
            Action.RESUME: _("Resume the course"),
            Action.ATTEMPT_AGAIN: _("Attempt again"),
            Action.OPEN_COURSE: _("Open the course"),
            Action.TAKE_QUIZ: _("Open the course of the quiz"),
            Action.ASK_COLLEAGUE: _("Open the course to share it"),
        }
        return labels[step.action]

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

    def day(self, moment: datetime) -> str:
        """By the clocks of who reads, where it is about them; else by UTC, so that everybody reads the same day."""
        return formats.utc_day(moment) if self.of_another else formats.day(moment)

    def evidence(self, finding: Finding) -> str | Markup:
        """What decided: the evidence of what is met, the reason of what is not."""
        if isinstance(finding, Missing | Unknown):
            return self._reason(finding)
        match finding.evidence:
            case CompletionEvidence(score=None, completed_at=when):
                return _("Completed on %(day)s", day=self.day(when))
            case CompletionEvidence(score=float(score), completed_at=when):
                return _("Completed on %(day)s with %(score)s", day=self.day(when), score=formats.percent(score))
            case CertificateEvidence(expires_at=None) as held:
                return _certificate(_("Certificate %(code)s, %(issued)s"), held)
            case CertificateEvidence() as held:
                return _certificate(_("Certificate %(code)s, %(issued)s, valid until %(expires)s"), held)
            case PassEvidence(score=None, at=when):
                return _("Passed on %(day)s", day=self.day(when))
            case PassEvidence(score=float(score), at=when):
                return _("Passed on %(day)s with %(score)s", day=self.day(when), score=formats.percent(score))
            case PeopleEvidence() as people:
                return self._people(people)
            case WaiverEvidence(reason=why, expires_at=until):
                last = day_before(until, self.time_zone)
                return _(
                    "Waived for %(city)s until the end of %(day)s: %(reason)s", city=self.city, day=last, reason=why
                )
        return self._of_city(finding.evidence)

    def _of_city(self, evidence: Evidence | None) -> str:
        match evidence:
            case MembershipEvidence(joined_on=joined_on):
                return _("%(city)s is a member since %(day)s", city=self.city, day=plain_day(joined_on))
            case PlaceEvidence(region=region, country=country, size=size):
                return _(
                    "%(city)s: %(country)s, %(region)s. %(size)s",
                    city=self.city,
                    country=country_name(country),
                    region=REGIONS[Region(region)],
                    size=SIZES[SizeBand(size)],
                )
            case RoleEvidence(since=since):
                return _("Since %(day)s", day=self.day(since))
            case DeclarationEvidence(holds=True, at=when):
                return _("Stated on %(day)s", day=self.day(when))
        return ""

    def _people(self, people: PeopleEvidence) -> str:
        count = formats.number(len(people.person_ids))
        if people.of is not None:
            count = _(
                "%(count)s of its %(practitioners)s practitioners", count=count, practitioners=formats.number(people.of)
            )
        names = self._names(people)
        if names:
            return _("%(city)s has %(count)s: %(names)s", city=self.city, count=count, names=names)
        return _("%(city)s has %(count)s", city=self.city, count=count)

    def _names(self, people: PeopleEvidence) -> str:
        return ", ".join(name for i, name in self.names.items() if i in people.person_ids)

    def _reason(self, finding: Missing | Unknown) -> str | Markup:
        """Why it is not met, and what keeps the person from doing something about it."""
        said, barred = self._why(finding), finding.barred if isinstance(finding, Missing) else None
        if barred is None:
            return said
        then = bar(barred, self.quiz, self.day, by_others=finding.reason is Reason.TOO_FEW_PEOPLE)
        return Markup("{}. {}").format(said, then) if isinstance(said, Markup) else f"{said}. {then}"

    def _why(self, finding: Missing | Unknown) -> str | Markup:
        if isinstance(finding, Missing) and finding.how_far is not None:
            return self._how_far(finding)
        if finding.reason in FACTS_ABOUT_CITIES or finding.reason in UNKNOWN_YET:
            return self._said_plainly(finding)
        match finding.reason, getattr(finding, "evidence", None):
            case Reason.SCORE_TOO_LOW, CompletionEvidence() as best:
                return self._too_low(finding, best)
            case Reason.TOO_LONG_AGO, CompletionEvidence(completed_at=when):
                return _("Last completed on %(day)s, longer ago than this call accepts", day=self.day(when))
            case Reason.CERTIFICATE_EXPIRED, CertificateEvidence() as held:
                return _certificate(_("Certificate %(code)s expired on %(expires)s"), held)
            case Reason.EXPIRES_TOO_SOON, CertificateEvidence() as held:
                return _certificate(_("Certificate %(code)s is valid only until %(expires)s"), held)
            case Reason.CERTIFICATE_REVOKED, CertificateEvidence() as held:
                return _certificate(_("Certificate %(code)s was revoked on %(revoked)s"), held)
            case Reason.NO_CERTIFICATE, _anything:
                return _("Completed, but no certificate was issued")
            case Reason.NOT_ENROLLED, _anything:
                return _("Not started")
            case Reason.DENIED, DeclarationEvidence(at=when) if self.of_another:
                return _("They stated on %(day)s that this is not so", day=self.day(when))
            case Reason.DENIED, DeclarationEvidence(at=when):
                return _("You stated on %(day)s that this is not so", day=self.day(when))
        return ""

    def _said_plainly(self, finding: Missing | Unknown) -> str:
        """What neither a figure nor a date says more of; a fact about the city is in nobody's hands."""
        match finding.reason, getattr(finding, "evidence", None):
            case Reason.NO_CITY, _anything if self.of_another:
                return _("Their account does not belong to a city yet. An administrator can place it in one.")
            case Reason.NO_CITY, _anything:
                return _("Your account does not belong to a city yet. An administrator can place it in one.")
            case Reason.NOT_MEMBER, _anything:
                return _("%(city)s is not a member of the network, so nothing counts for it.", city=self.city)
            case Reason.NO_PRACTITIONER, _anything:
                return _("%(city)s has no practitioner yet who could meet this.", city=self.city)
            case Reason.NO_ROLE, _anything:
                return self._no_role(finding.rule)
            case Reason.NOT_STATED, _anything if self.of_another:
                return _("Only they can say whether this is so, and they have not said it yet.")
            case Reason.NOT_STATED, _anything:
                return _("Only you can say whether this is so.")
            case Reason.MEMBER_TOO_SHORT, MembershipEvidence(enough_on=day) if self.of_another:
                return _("This is a fact about the city: it will be so from %(day)s.", day=plain_day(day))
            case Reason.MEMBER_TOO_SHORT, MembershipEvidence(enough_on=day):
                return _("This is a fact about your city: it will be so from %(day)s.", day=plain_day(day))
            case _reason, PlaceEvidence() as place if self.of_another:
                return _("This is a fact about the city. %(fact)s", fact=self._of_city(place))
            case _reason, PlaceEvidence() as place:
                return _("This is a fact about your city. %(fact)s", fact=self._of_city(place))
        return _("This is a fact about the city.") if self.of_another else _("This is a fact about your city.")

    def _no_role(self, rule: Node) -> str:
        if self.of_another:
            return _("They do not have this role.")
        if isinstance(rule, HasRole) and rule.role is Role.COORDINATOR:
            return _("Your city’s coordinators meet this. An administrator can give you the role.")
        return _("You do not have this role. An administrator can give it to you.")

    def _too_low(self, finding: Missing | Unknown, best: CompletionEvidence) -> str:
        rule = finding.rule
        needed = formats.exact_percent((rule.min_score or 0) / 100) if isinstance(rule, Completed) else ""
        day = self.day(best.completed_at)
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
        if finding.reason in (Reason.NOT_PASSED, Reason.SCORE_TOO_LOW, Reason.WAITS_FOR_MARKS):
            return self._not_passed(finding)
        if finding.reason is Reason.NOT_ENROLLED:
            if not far.minutes:
                return _("Not started")
            return _("Not started: about %(time)s", time=formats.minutes(far.minutes))
        if far.needed is not None:
            needed, score = formats.exact_percent(far.needed), formats.percent(far.score)
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

    def _not_passed(self, finding: Missing) -> str:
        rule, best = finding.rule, finding.evidence
        if not isinstance(best, PassEvidence):
            return _("Not taken yet")
        day = self.day(best.at)
        if best.score is None:
            return _("Handed in on %(day)s: it waits for its marks", day=day)
        score = formats.percent(best.score)
        if isinstance(rule, Passed) and rule.min_score is not None:
            needed = formats.exact_percent(rule.min_score / 100)
            return _("Best attempt %(score)s: %(needed)s is needed", score=score, needed=needed)
        return _("Not passed yet: best attempt %(score)s", score=score)


def _certificate(words: str, held: CertificateEvidence) -> Markup:
    """`words` with the certificate's code and days put in, by UTC as it says them itself.

    The code keeps its direction in any script.
    """
    return Markup(words) % {
        "code": Markup("<bdi>{}</bdi>").format(codes.shown(held.code)),
        "issued": formats.utc_day(held.issued_at),
        "expires": formats.utc_day(held.expires_at) if held.expires_at else "",
        "revoked": formats.utc_day(held.revoked_at) if held.revoked_at else "",
    }
