"""The letter that tells a city what was decided, and the same as a PDF, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _

from app.core import typesetting
from app.core.formats import money
from app.core.languages import RIGHT_TO_LEFT
from app.network.labels import plain_day

from ..appeals.terms import appeal_until
from ..calls.zones import day_before, day_there
from ..models import Appeal, AppealState, ApplicationState, Duty
from .access import Own

NETWORK = "Strong Cities Network"


@dataclass(frozen=True, slots=True)
class Letter:
    """All that the letter says. `title` is the call's, in `title_language`."""

    city: str
    title: str
    title_language: str
    day: str
    awarded: bool
    amount: str
    reason: tuple[str, ...]
    reports: tuple[tuple[str, str], ...]
    last_day_to_appeal: str | None
    after_appeal: str | None
    decided_at: datetime


def letter_of(own: Own, duties: Sequence[Duty], appeals: Sequence[Appeal], language: str) -> Letter:
    """The letter of a decided application. Nothing in it names who reviewed, decided or answered."""
    call, application = own.call, own.application
    assert application.decided_at is not None
    awarded = application.state == ApplicationState.AWARDED
    title_language, title = call.title.spoken(language, call.source_language)
    upheld = next((one for one in appeals if one.state == AppealState.UPHELD), None)
    return Letter(
        city=own.city,
        title=title,
        title_language=title_language,
        day=day_there(application.decided_at, call.time_zone),
        awarded=awarded,
        amount=money(application.amount, call.currency),
        reason=tuple(part.strip() for part in application.decision_reason.split("\n") if part.strip()),
        reports=tuple((duty.title.best(language, call.source_language), plain_day(duty.due_on)) for duty in duties)
        if awarded
        else (),
        last_day_to_appeal=last_day(application.decided_at, call.time_zone),
        after_appeal=day_there(upheld.made_at, call.time_zone) if upheld else None,
        decided_at=application.decided_at,
    )


def pdf(letter: Letter, *, language: str) -> bytes:
    """The letter as a PDF, in the interface's `language`, which must be the one that words are translated to now."""
    return typesetting.pdf("grants/decisions/letter.typ", _said(letter, language), moment=letter.decided_at)


def last_day(decided_at: datetime, time_zone: str) -> str:
    """The last day on which a decision can be appealed, in words, by the call's clocks."""
    return day_before(appeal_until(decided_at, time_zone), time_zone)


def said_day(said: str) -> str:
    """As `plain_day`, of a day in ISO 8601, as notices carry it."""
    return plain_day(date.fromisoformat(said))


def opening(letter: Letter) -> str:
    """The sentence that says what was decided."""
    if not letter.awarded:
        return _("The committee does not award a grant to %(city)s in this call.", city=letter.city)
    if letter.amount:
        return _("The committee awards %(city)s a grant of %(amount)s.", city=letter.city, amount=letter.amount)
    return _("The committee awards %(city)s a grant.", city=letter.city)


def appeal_sentence(letter: Letter) -> str:
    """How and until when the city may appeal."""
    return _(
        "A coordinator of %(city)s can appeal on this site until the end of %(day)s.",
        city=letter.city,
        day=letter.last_day_to_appeal,
    )


def _said(letter: Letter, language: str) -> dict[str, Any]:
    after = letter.after_appeal and _("Decided again after your appeal of %(day)s.", day=letter.after_appeal)
    return {
        "language": language,
        "direction": "rtl" if language in RIGHT_TO_LEFT else "ltr",
        "document": _("Letter to %(city)s: %(call)s", city=letter.city, call=letter.title),
        "author": NETWORK,
        "to": _("To the city of %(city)s", city=typesetting.breakable(letter.city)),
        "day": letter.day,
        "title": typesetting.breakable(letter.title),
        "title_language": letter.title_language.partition("-")[0],
        "title_direction": "rtl" if letter.title_language in RIGHT_TO_LEFT else "ltr",
        "opening": typesetting.breakable(opening(letter)),
        "after": after or "",
        "reason_title": _("Reason") if letter.reason else "",
        "reason": [typesetting.breakable(part) for part in letter.reason],
        "reports_title": _("What the city owes") if letter.reports else "",
        "report": _("Report"),
        "due": _("Due"),
        "reports": [[typesetting.breakable(title), day] for title, day in letter.reports],
        "appeal_title": _("If you disagree"),
        "appeal": appeal_sentence(letter),
        "signed": _("For the committee: the secretariat of the %(network)s", network=NETWORK),
    }
