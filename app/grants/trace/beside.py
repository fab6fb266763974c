"""What stands beside the applications of a call, a table each: scores, comments, decisions, appeals, waivers, reports.

A line begins with the city. Moments are in ISO 8601 by UTC, days as they end by the call's clocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from app.auth.names import erased_name
from app.core.workbooks import Cell, Sheet
from app.network.labels import country_name
from app.network.models import City

from .. import rules
from ..eligibility.wording import Wording
from ..judging.facts import named_by
from ..labels import APPEAL_STATES, STATES
from ..models import GrantCall, Review, ReviewState
from ..reviews.ranking import score, tenths
from ..reviews.words import review_state
from . import beside_queries as queries

Row = tuple[Cell, ...]


def scores(call: GrantCall, language: str, *, reader_id: int) -> Sheet:
    """Who reviews which application, and what each gave for each criterion."""
    criteria, titles = call.questionnaire.criteria, _titles(call, language)
    heading = [
        *_of_city(), _("Reviewer"), _("State"), _("Reason"), _("Submitted"),
        *(_("%(criterion)s (of %(points)s)", criterion=titles[one.key], points=one.points) for one in criteria),
        _("Score (of 100)"),
    ]  # fmt: skip

    def points(review: Review) -> Row:
        if review.submitted_at is None:
            return (None,) * (len(criteria) + 1)
        whole = score(criteria, review.scores)
        return (*(review.scores.get(one.key) for one in criteria), None if whole is None else float(tenths(whole)))

    rows = [
        (
            *_city(city), name, review_state(ReviewState(review.state)), review.declined_why or None,
            iso(review.submitted_at), *points(review),
        )
        for city, review, name in queries.list_reviews(call.id, reader_id=reader_id)
    ]  # fmt: skip
    return Sheet(_("Scores"), heading, rows)


def comments(call: GrantCall, language: str, *, reader_id: int) -> Sheet:
    """What reviewers who handed in wrote, of a criterion and for the committee."""

    def said(review: Review) -> Iterator[tuple[str, str]]:
        for key, title in _titles(call, language).items():
            yield title, review.remarks.get(key, "")
        yield _("Comment for the committee"), review.comment

    rows = [
        (*_city(city), name, about, words)
        for city, review, name in queries.list_reviews(call.id, reader_id=reader_id)
        if review.submitted_at is not None
        for about, words in said(review)
        if words
    ]
    return Sheet(_("Comments"), [*_of_city(), _("Reviewer"), _("Criterion"), _("Comment")], rows)


def decisions(call: GrantCall, _language: str, *, reader_id: int) -> Sheet:
    """What was decided, also before an appeal changed it, with the hash of what was frozen then."""
    found = queries.list_decisions(call.id)
    names = queries.names_of(one.by_id for one in found)
    heading = [
        *_of_city(), _("Decision"), _("Amount"), _("Currency"), _("Reason"), _("Decided"), _("Decided by"),
        _("Changed by an appeal"), _("SHA-256"),
    ]  # fmt: skip
    rows = [
        (
            *_city(one.city), str(STATES.get(one.outcome, one.outcome)), one.amount,
            None if one.amount is None else call.currency, one.reason or None, iso(one.at), _name(names, one.by_id),
            iso(one.changed_at), one.hash,
        )
        for one in found
    ]  # fmt: skip
    return Sheet(_("Decisions"), heading, rows)


def appeals(call: GrantCall, _language: str, *, reader_id: int) -> Sheet:
    """What cities objected to, and what they were answered."""
    found = queries.list_appeals(call.id)
    names = queries.names_of(i for _city, one in found for i in (one.made_by_id, one.owner_id, one.answered_by_id))
    heading = [
        *_of_city(), _("Appeal made"), _("Made by"), _("Reason"), _("State"), _("Who answers"), _("To be answered by"),
        _("Answered"), _("Answered by"), _("Answer"),
    ]  # fmt: skip
    rows = [
        (
            *_city(city), iso(one.made_at), _name(names, one.made_by_id), one.reason, str(APPEAL_STATES[one.state]),
            _name(names, one.owner_id), _last_day(one.due_at, call), iso(one.answered_at),
            _name(names, one.answered_by_id), one.answer or None,
        )
        for city, one in found
    ]  # fmt: skip
    return Sheet(_("Appeals"), heading, rows)


def waivers(call: GrantCall, language: str, *, reader_id: int) -> Sheet:
    """Which requirements cities need not or needed not meet, of cities that did not apply, too."""
    found = queries.list_waivers(call.id)
    names = queries.names_of(i for _city, one in found for i in (one.owner_id, one.revoked_by_id))
    words = _requirements(call, language) if found else {}
    heading = [
        *_of_city(), _("Requirement"), _("Reason"), _("Granted"), _("Granted by"), _("Until the end of"),
        _("Waiver revoked"), _("Revoked by"), _("Why it was revoked"),
    ]  # fmt: skip
    rows = [
        (
            *_city(city), words[one.leaf](city) if one.leaf in words else one.leaf, one.reason, iso(one.granted_at),
            _name(names, one.owner_id), _last_day(one.expires_at, call), iso(one.revoked_at),
            _name(names, one.revoked_by_id), one.revoked_why or None,
        )
        for city, one in found
    ]  # fmt: skip
    return Sheet(_("Waivers"), heading, rows)


def duties(call: GrantCall, language: str, *, reader_id: int) -> Sheet:
    """The reports that cities owe, and those that they handed in: what is still being written is theirs."""
    found = queries.list_duties(call.id)
    names = queries.names_of(one.done_by_id for _city, one in found)
    heading = [*_of_city(), _("Report"), _("Due"), _("Handed in"), _("Handed in by"), _("Text")]
    rows = [
        (
            *_city(city), one.title.best(language, call.source_language), one.due_on, iso(one.done_at),
            _name(names, one.done_by_id), one.text if one.done_at else None,
        )
        for city, one in found
    ]  # fmt: skip
    return Sheet(_("Reports"), heading, rows)


def iso(moment: datetime | None) -> str | None:
    """A moment as the file says it."""
    return moment.isoformat(timespec="seconds") if moment else None


def _requirements(call: GrantCall, language: str) -> dict[str, Callable[[City], str]]:
    """Each requirement that the call's rules ever had, by its mark, as it is said of a city. Two statements."""
    versions = queries.list_rules(call.id)
    known = named_by(rules.Any_(of=tuple(versions)))

    def said(part: rules.Node, city: City) -> str:
        say = Wording(known.courses, language, quizzes=known.quizzes, city=city.name, time_zone=call.time_zone)
        return say.in_one_line(part)

    return {rules.mark_of(part): partial(said, part) for rule in versions for _path, part in rules.walk(rule)}


def _titles(call: GrantCall, language: str) -> dict[str, str]:
    """The criteria by their keys."""
    return {one.key: one.title.best(language, call.source_language) for one in call.questionnaire.criteria}


def _of_city() -> tuple[str, str]:
    return _("City"), _("Country")


def _city(city: City) -> tuple[str, str]:
    return city.name, country_name(city.country)


def _name(names: Mapping[int, str], person_id: int | None) -> str | None:
    return None if person_id is None else names.get(person_id) or erased_name()


def _last_day(moment: datetime, call: GrantCall) -> date:
    """The last day before a moment that ends one, by the call's clocks."""
    return (moment.astimezone(ZoneInfo(call.time_zone)) - timedelta(seconds=1)).date()
