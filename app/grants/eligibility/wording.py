"""What a page says of calls, rules and findings, in the reader's language."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import get_locale, ngettext, to_user_timezone
from flask_babel import gettext as _
from markupsafe import Markup

from app.core import clock, formats
from app.network.labels import plain_day

from ..calls.call import Call, CallState, Standing
from ..judging.findings import Missing, Reason, Unknown
from ..models import ApplicationState
from ..rules import CityTrained, Completed, Declared, Leaf, Passed
from .applied import Applied
from .deadline import End, end_of
from .finding_words import FindingWords


def moment_there(moment: datetime, time_zone: str) -> str:
    """`31 January, 18:00 Tunis time`: a moment where the call is made, with the year where it is not this one."""
    there = moment.astimezone(ZoneInfo(time_zone))
    pattern = "d MMMM, HH:mm" if there.year == clock.now().year else "d MMMM y, HH:mm"
    said = formats.date_by(there, pattern)
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
        day = formats.date_by(call.approved_on, "d MMMM y")
        return _("Decided by rule %(number)s, approved by %(who)s on %(day)s.", number=number, who=who, day=day)
    if who:
        return _("Decided by rule %(number)s, approved by %(who)s.", number=number, who=who)
    return _("Decided by rule %(number)s.", number=number)


def counts_as(leaf: Leaf, *, required: bool) -> str:
    """As what a course counts towards a call: `Required, with at least 70%`."""
    if isinstance(leaf, CityTrained):
        return _trained_as(leaf)
    if isinstance(leaf, Completed) and leaf.min_score is not None:
        score = formats.exact_percent(leaf.min_score / 100)
        if required:
            return _("Required, with at least %(score)s", score=score)
        return _("One of several ways, with at least %(score)s", score=score)
    if isinstance(leaf, Completed):
        return _("Required") if required else _("One of several ways")
    if isinstance(leaf, Passed):
        return _passed_as(leaf, required=required)
    return _("Required, with a valid certificate") if required else _("One of several ways, with a valid certificate")


def _passed_as(leaf: Passed, *, required: bool) -> str:
    if leaf.min_score is None:
        return _("Required: pass a quiz of it") if required else _("One of several ways: pass a quiz of it")
    score = formats.exact_percent(leaf.min_score / 100)
    if required:
        return _("Required: pass a quiz of it with at least %(score)s", score=score)
    return _("One of several ways: pass a quiz of it with at least %(score)s", score=score)


def _trained_as(leaf: CityTrained) -> str:
    if leaf.share is not None:
        share = formats.exact_percent(leaf.share / 100)
        return _("Counted when %(share)s of the practitioners of your city have completed it", share=share)
    return ngettext(
        "Counted when %(num)s practitioner of your city has completed it",
        "Counted when %(num)s practitioners of your city have completed it",
        leaf.people or 1,
    )


def _day_before(end: End) -> str:
    """The last whole day, by UTC, before a membership ends."""
    return plain_day((end.at - timedelta(days=1)).date())


class Wording(FindingWords):
    """Says verdicts besides: how one subject stands against a call, and what follows."""

    def heading(self, standing: Standing) -> str:
        """The verdict in words: `One step left for you`."""
        if standing.state is CallState.CLOSED:
            was = standing.is_met and not standing.lacks_city
            return _("You were eligible when this call closed") if was else _("This call has closed")
        if standing.is_met:
            return _("Only a city is missing") if standing.lacks_city else _("You are eligible")
        if standing.is_out_of_reach:
            return _("This call is not open to your city")
        if standing.waits_until is not None:
            return _("This call is not open to your city yet")
        if isinstance(standing.finding, Unknown):
            return _("We cannot tell yet")
        return ngettext("One step left for you", "%(num)s steps left for you", standing.steps)

    def consequence(self, standing: Standing) -> str:
        """What follows, by when: `Finish “…” by 31 January, 18:00 Tunis time.`

        Where something that is met today ends before the call closes, that moment is by when.
        """
        call, end = standing.call, end_of(standing)
        closes = moment_there(call.closes_at if end is None else end.at, call.time_zone)
        if standing.state is CallState.CLOSED:
            return _("This is how things stood on %(closes)s.", closes=closes)
        if standing.lacks_city:
            return _("Your account does not belong to a city yet. An administrator can place it in one.")
        if end is not None and end.in_vain:
            return self._in_vain(end)
        if standing.is_met:
            return self._may_apply(standing, closes, by_own=end is not None and not end.is_of_city)
        if standing.is_out_of_reach and standing.next:
            return str(self.evidence(standing.next))
        if standing.waits_until is not None:
            return self._waiting(standing, standing.waits_until, closes)
        if standing.barred is not None:
            return self._barred(standing, standing.barred, closes)
        if standing.steps == 1 and standing.next:
            return self._only_step(standing.next, closes)
        return _("Finish them by %(closes)s.", closes=closes)

    def lapse(self, standing: Standing) -> str:
        """What will not last until the call closes, and by when a city has to apply for it; empty where all does."""
        end = end_of(standing)
        if end is None:
            return ""
        if end.in_vain:
            # Said by the consequence already.
            return "" if end.is_of_city else _("See what will not last under “Requirements”.")
        until = moment_there(end.at, standing.call.time_zone)
        if end.is_of_city:
            return _(
                "%(city)s is a member of the network only until the end of %(day)s, so it has to apply by %(until)s.",
                city=self.city,
                day=_day_before(end),
                until=until,
            )
        if standing.is_met:
            return _(
                "As things stand, this will not hold until the call closes. "
                "See what will not last under “Requirements”."
            )
        return _(
            "Not all that is met today will last until the call closes, so your city has to apply by %(until)s. "
            "See what will not last under “Requirements”.",
            until=until,
        )

    def _in_vain(self, end: End) -> str:
        """That what is met ends before anybody can apply."""
        if end.is_of_city:
            return _(
                "%(city)s is a member of the network only until the end of %(day)s, before this call opens.",
                city=self.city,
                day=_day_before(end),
            )
        return _("As things stand, something that is met today will no longer be met when the call opens.")

    def _may_apply(self, standing: Standing, closes: str, *, by_own: bool) -> str:
        """From when until when a city can apply; `by_own`: by what its reader meets, which ends before the call."""
        if standing.state is CallState.COMING:
            opens = moment_there(standing.call.opens_at, standing.call.time_zone)
            if by_own:
                return _(
                    "By what you meet today, %(city)s can apply from %(opens)s until %(closes)s.",
                    city=self.city,
                    opens=opens,
                    closes=closes,
                )
            return _("%(city)s can apply from %(opens)s until %(closes)s.", city=self.city, opens=opens, closes=closes)
        if by_own:
            return _("By what you meet today, %(city)s can apply until %(closes)s.", city=self.city, closes=closes)
        return _("%(city)s can apply until %(closes)s.", city=self.city, closes=closes)

    def _waiting(self, standing: Standing, until: datetime, closes: str) -> str:
        day, barred = formats.utc_day(until), standing.barred
        if barred is None and standing.can_go_on:
            return _(
                "It will be open to %(city)s from %(day)s. Finish what else is left by %(closes)s.",
                city=self.city,
                day=day,
                closes=closes,
            )
        opens = _("It will be open to %(city)s from %(day)s until %(closes)s.", city=self.city, day=day, closes=closes)
        return opens if barred is None else Markup("{} {}").format(opens, self._barred(standing, barred, closes))

    def _barred(self, standing: Standing, leaf: Missing | Unknown, closes: str) -> str:
        """Why something that is left cannot be done now: no way leads past it."""
        reason = self.evidence(leaf)
        if standing.steps == 1:
            return reason
        reason = Markup("{}. {}").format(self.requirement(leaf.rule), reason)
        if not standing.can_go_on:
            return reason
        rest = _("Finish what else is left by %(closes)s.", closes=closes)
        return Markup("{} {}").format(reason if reason.endswith(".") else reason + ".", rest)

    def _only_step(self, leaf: Missing | Unknown, closes: str) -> str:
        rule = leaf.rule
        match rule:
            case Passed(activity_id=activity_id):
                return _("Pass the quiz “%(quiz)s” by %(closes)s.", quiz=self.quiz(activity_id), closes=closes)
            case Declared() if leaf.reason is Reason.NOT_STATED:
                return _(
                    "Say by %(closes)s whether this is so: “%(text)s”",
                    text=self.text(rule.text, rule.source_language),
                    closes=closes,
                )
        course_id = getattr(rule, "course_id", None)
        if course_id is None or leaf.reason in (Reason.NO_CITY, Reason.NO_PRACTITIONER):
            return str(self.evidence(leaf))
        return self._only_course(leaf, course_id, closes)

    def _only_course(self, leaf: Missing | Unknown, course_id: int, closes: str) -> str:
        course, rule = self.title(course_id), leaf.rule
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
            score = formats.exact_percent((rule.min_score or 0) / 100)
            return _("Reach %(score)s in “%(course)s” by %(closes)s.", score=score, course=course, closes=closes)
        if leaf.reason is Reason.UNDER_WAY:
            return _("Finish “%(course)s” by %(closes)s.", course=course, closes=closes)
        if leaf.reason is Reason.NOT_ENROLLED:
            return _("Take “%(course)s” by %(closes)s.", course=course, closes=closes)
        return _("Renew “%(course)s” by %(closes)s.", course=course, closes=closes)

    def applied(self, applied: Applied, is_open: bool) -> str:
        """How far the reader's city is with its application, and what that needs."""
        city = applied.city
        match applied.state:
            case ApplicationState.DRAFT if is_open:
                return _("%(city)s has begun its application. It counts once it is submitted.", city=city)
            case ApplicationState.WITHDRAWN if is_open:
                return _("%(city)s has withdrawn its application. It counts once it is submitted again.", city=city)
            case ApplicationState.SUBMITTED if is_open:
                return _("%(city)s has applied. The committee decides after the call has closed.", city=city)
            case ApplicationState.SUBMITTED:
                return _("%(city)s has applied. The committee has not announced its decision yet.", city=city)
            case ApplicationState.AWARDED:
                return _("%(city)s is awarded a grant.", city=city)
            case ApplicationState.REFUSED:
                return _("%(city)s applied, and is not awarded a grant.", city=city)
        return _("%(city)s had begun an application, which was not submitted.", city=city)

    def effort(self, standing: Standing) -> str:
        """`About 2 h 15 min left.`, or nothing where it is not the person's own work."""
        if not standing.minutes or standing.state is CallState.CLOSED or standing.is_out_of_reach:
            return ""
        return _("About %(time)s left.", time=formats.minutes(standing.minutes))

    def in_short(self, standing: Standing) -> str:
        """The verdict for a card: `Finish “…” to become eligible.`"""
        if standing.is_met:
            return _("Only a city is missing.") if standing.lacks_city else _("You are eligible.")
        if standing.is_out_of_reach:
            return _("This call is not open to your city.")
        if standing.waits_until is not None:
            return _("Open to your city from %(day)s.", day=formats.utc_day(standing.waits_until))
        if standing.barred is not None and (standing.steps == 1 or not standing.can_go_on):
            return self.evidence(standing.barred)
        leaf = standing.next
        course_id = getattr(leaf.rule, "course_id", None) if leaf else None
        if standing.steps == 1 and leaf and course_id and leaf.reason in (Reason.UNDER_WAY, Reason.NOT_ENROLLED):
            course = self.title(course_id)
            return _("Finish “%(course)s” to become eligible.", course=course)
        return ngettext("One step left to become eligible.", "%(num)s steps left to become eligible.", standing.steps)
