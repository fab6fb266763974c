"""What administrators do with a call: begin it, change what its settings say, publish it, withdraw it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from app.core import audit, clock, merging
from app.core.errors import NotFound
from app.core.text import Phrase, Text
from app.courses.builder.services import slug_of
from app.extensions import db

from .. import services
from ..editor.queries import DISCARDED
from ..editor.words import says
from ..eligibility.certificate_queries import list_untimely
from ..models import CallChange, CallReminder, ChangeKind, GrantCall, Rule, RuleDraft, Waiver
from ..rules import read
from .checks import Lack, asks_for_amounts, list_lacks
from .errors import (
    AddressStays,
    AddressTaken,
    ChangedMeanwhile,
    ClosedForGood,
    ClosesTooEarly,
    ClosingOnlyLater,
    CurrencyNeeded,
    CurrencyStays,
    Disputed,
    NotReady,
    OpenAlready,
    OpeningStays,
    OpensInThePast,
    PublishedOnce,
    ReasonNeeded,
    RuleOutOfTime,
    ZoneStays,
)
from .facts import DATES, CallFacts, facts_of
from .queries import find_rule, was_published

RESERVED = frozenset({"new"})  # what stands under /administration/grants besides the calls


def begin_call(*, facts: CallFacts, source_language: str, by: int) -> GrantCall:
    """Write a new draft; without an address it gets a free one made from its title. Raises `AddressTaken`."""
    slug = facts.slug or _free(slug_of(facts.title))
    if slug in RESERVED or _is_taken(slug):
        raise AddressTaken
    try:
        with db.session.begin_nested():
            call = services.create_call(
                slug=slug,
                source_language=source_language,
                title=Text.of({source_language: facts.title}, source_language),
                summary=Text.of({source_language: facts.summary}, source_language),
                opens_at=facts.opens_at,
                closes_at=facts.closes_at,
                time_zone=facts.time_zone,
                grants=facts.grants,
                by=by,
            )
    except IntegrityError:
        raise AddressTaken from None
    call.currency, call.ceiling = facts.currency, facts.ceiling
    db.session.flush()
    return call


def change_settings(*, call_id: int, facts: CallFacts, before: CallFacts | None, why: str, by: int) -> None:
    """Write what the settings of a call say. `before`: what their writer saw (None: nobody knows).

    What a colleague changed meanwhile stays where the writer left it alone. Raises `Disputed` where both changed the
    same to something else. Of a call that was ever published everything changed stands in its public change log with
    `why`; what may no longer change in one that is raises the error that says so, `CurrencyNeeded` a currency that is
    taken from one that asks for amounts, `ClosesTooEarly` what the two dates together cannot be, and `RuleOutOfTime`
    an earlier closing by which nobody can meet the rule. Nothing is written then.
    """
    call = lock_call(call_id)
    theirs = facts_of(call)
    fields = merging.disputed(before, facts, theirs) if before else merging.changed(facts, theirs)
    wanted = merging.merged(before or theirs, facts, theirs)
    if fields:
        raise Disputed(wanted, theirs, fields)
    touched = merging.changed(theirs, wanted)
    if not touched:
        return
    if wanted.closes_at <= wanted.opens_at:
        raise ClosesTooEarly(wanted)
    if is_published(call):
        _check_published(call, wanted, touched)
    is_public = was_published(call)
    if is_public and not why:
        raise ReasonNeeded
    _write(call, wanted, touched)
    audit.record("grant_call.settings", f"grant_call:{call.id}", actor_id=by, changed=sorted(touched), why=why)
    if is_public:
        _log_settings(call, theirs, wanted, touched, why, by)
    db.session.flush()


def publish(*, call_id: int, seen: int, rule_id: int | None, by: int) -> None:
    """Show a call to everyone, from now on; it opens and closes by its dates. Once more changes nothing.

    `seen` and `rule_id`: the version of the call, and of its rule, that the page showed. Raises `ChangedMeanwhile` if
    one is another by now, and `NotReady` while something is missing.
    """
    call = lock_call(call_id)
    if is_published(call):
        return
    # A rule that comes into force leaves the version of the call as it is.
    if (call.version_id, call.rule_id) != (seen, rule_id):
        raise ChangedMeanwhile
    lacks = list_lacks(call, clock.now())
    if list_faults_of_days(call, facts_of(call)):
        lacks.append(Lack.DAYS)
    if lacks:
        raise NotReady(lacks)
    services.publish_call(call_id=call.id, by=by)
    log(call, ChangeKind.PUBLISHED, by=by)


def withdraw(*, call_id: int, why: str, by: int) -> None:
    """Take a call back from publication before it opens. Once more changes nothing. Raises `OpenAlready`."""
    call = lock_call(call_id)
    if not is_published(call):
        return
    if call.opens_at <= clock.now():
        raise OpenAlready
    if not why:
        raise ReasonNeeded
    call.published_at = None
    log(call, ChangeKind.PUBLISHED, by=by, why=why, withdrawn=True)
    audit.record("grant_call.withdraw", f"grant_call:{call.id}", actor_id=by, why=why)
    db.session.flush()


def delete(*, call_id: int, by: int) -> None:
    """Take a draft away for good, with what it asks and its rule. Raises `PublishedOnce` where people could see it."""
    call = lock_call(call_id)
    if was_published(call):
        raise PublishedOnce
    subject, slug = f"grant_call:{call.id}", call.slug
    call.rule_id = None
    db.session.flush()
    for table in (RuleDraft, Rule, Waiver, CallReminder):
        db.session.execute(sa.delete(table).where(table.call_id == call_id))
    db.session.delete(call)
    # SQLite may give the number to the next call, which must not find there a draft of a rule to take back.
    audit.record(DISCARDED, subject, actor_id=by, what="delete", version=-1)
    audit.record("grant_call.delete", subject, actor_id=by, slug=slug)
    db.session.flush()


def list_faults_of_days(call: GrantCall, dates: CallFacts) -> list[str]:
    """What makes the rule in force one that nobody can meet, were these the dates of the call, in words.

    The rule was looked at when it came into force; the dates may be others since. One statement; where the rule asks
    for certificates on a day, those of `list_untimely` and of `says` too.
    """
    rule = find_rule(call.rule_id)
    tree = read(rule.tree) if rule else None
    if tree is None:
        return []
    found = list_untimely(tree, says, opens_at=dates.opens_at, closes_at=dates.closes_at)
    return [problem.words for problem in found if problem.blocks]


def lock_call(call_id: int) -> GrantCall:
    """The call's row, held until the end of the transaction. Raises `NotFound`."""
    call: GrantCall | None = db.session.get(GrantCall, call_id, with_for_update=True, populate_existing=True)
    if call is None:
        raise NotFound
    return call


def is_published(call: GrantCall) -> bool:
    return call.published_at is not None


def log(call: GrantCall, kind: ChangeKind, *, by: int, why: str = "", **values: Any) -> None:
    """Append an entry to the public change log of a call."""
    db.session.add(CallChange(call_id=call.id, at=clock.now(), person_id=by, kind=kind, why=why, values=values))


def _check_published(call: GrantCall, wanted: CallFacts, touched: frozenset[str]) -> None:
    now = clock.now()
    if "slug" in touched:
        raise AddressStays
    if now >= call.closes_at and touched & {*DATES}:
        raise ClosedForGood
    if now >= call.opens_at:
        _check_open(call, wanted, touched)
    elif wanted.opens_at <= now:
        raise OpensInThePast
    elif wanted.closes_at < call.closes_at and (faults := list_faults_of_days(call, wanted)):
        raise RuleOutOfTime(faults[0])
    if "currency" in touched and wanted.currency is None and asks_for_amounts(call.questionnaire):
        raise CurrencyNeeded


def _check_open(call: GrantCall, wanted: CallFacts, touched: frozenset[str]) -> None:
    for field, error in (("opens_at", OpeningStays), ("time_zone", ZoneStays)):
        if field in touched:
            raise error
    if "currency" in touched and call.currency is not None:
        raise CurrencyStays
    if wanted.closes_at < call.closes_at:
        raise ClosingOnlyLater


def _write(call: GrantCall, wanted: CallFacts, touched: frozenset[str]) -> None:
    source = call.source_language
    for name in touched:
        value = getattr(wanted, name)
        if name in ("title", "summary"):
            # Translations keep what they were made from, and so show as out of date.
            text: Text = getattr(call, name)
            value = Text({**text.phrases, source: Phrase(value)})
        setattr(call, name, value)
    if "slug" in touched and (wanted.slug in RESERVED or _is_taken(wanted.slug, but_for=call.id)):
        raise AddressTaken
    try:
        with db.session.begin_nested():
            db.session.flush()
    except IntegrityError:
        raise AddressTaken from None


def _log_settings(
    call: GrantCall, theirs: CallFacts, wanted: CallFacts, touched: frozenset[str], why: str, by: int
) -> None:
    dates = {name: [_said(getattr(theirs, name)), _said(getattr(wanted, name))] for name in DATES if name in touched}
    rest = {
        name: [getattr(theirs, name), getattr(wanted, name)]
        for name in ("title", "summary", "slug", "grants", "currency", "ceiling")
        if name in touched
    }
    if dates:
        log(call, ChangeKind.DATES, by=by, why=why, zone=wanted.time_zone, **dates)
    if rest:
        log(call, ChangeKind.TEXTS, by=by, why=why, **rest)


def _said(value: datetime | str) -> str:
    return value if isinstance(value, str) else value.isoformat()


def _is_taken(slug: str, *, but_for: int | None = None) -> bool:
    with db.session.no_autoflush:
        owner = db.session.scalar(sa.select(GrantCall.id).where(GrantCall.slug == slug))
    return owner is not None and owner != but_for


def _free(wanted: str) -> str:
    """`wanted`, or with the first number behind it that makes it free."""
    stem = wanted[:54]
    like = db.session.scalars(sa.select(GrantCall.slug).where(GrantCall.slug.startswith(stem, autoescape=True)))
    taken = {*like, *RESERVED}
    return wanted if wanted not in taken else next(s for n in range(2, 10_000) if (s := f"{stem}-{n}") not in taken)
