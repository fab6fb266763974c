"""The applications of a call in a list, with what their reviews come to and where they stand.

Who has to do with the applying city, or is to review the application and has not handed in, sees nothing of its
reviews here either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person, PersonState
from app.extensions import db
from app.network.models import City

from ..models import (
    Appeal,
    AppealState,
    Application,
    ApplicationState,
    DecisionDraft,
    Frozen,
    GrantCall,
    Occasion,
    Review,
    ReviewState,
)
from ..reviews.conflicts import Conflict, conflict, has_to_review
from ..reviews.ranking import Place, Summary, mean, places, score, summary
from ..trace.frozen_queries import parsed, text_of_document

IN_COMMITTEE = (ApplicationState.SUBMITTED, ApplicationState.AWARDED, ApplicationState.REFUSED)
SHOWN = (*IN_COMMITTEE, ApplicationState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the city stood when it submitted: how many of its practitioners were eligible."""

    eligible: int
    practitioners: int


@dataclass(frozen=True, slots=True)
class Draft:
    """What is about to be decided, and the version of it that is shown."""

    outcome: ApplicationState
    amount: int | None
    reason: str
    version: int
    saved_by_id: int
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """An application in the list. `own` or `reviews_it`: its reviews and its draft are kept from the reader.

    They say nothing here, nor do the places of the others, which are counted without it.
    """

    id: int
    city_id: int
    city: str
    state: ApplicationState
    submitted_at: datetime | None
    amount: int | None
    decided_at: datetime | None
    own: Conflict | None
    reviews_it: bool
    done: int
    assigned: int
    scores: Summary
    place: Place | None
    draft: Draft | None
    appeal: bool
    verdict: Verdict | None

    @property
    def is_kept(self) -> bool:
        return self.own is not None or self.reviews_it

    @property
    def waits(self) -> bool:
        return self.state is ApplicationState.SUBMITTED


@dataclass(frozen=True, slots=True)
class Entry:
    """What is known of every application of a call before a page is made of some. `row`: the rest of it, for that."""

    id: int
    city: str
    state: ApplicationState
    amount: int | None
    is_kept: bool
    is_drafted: bool
    appeal: bool
    place: Place | None
    row: Any


def list_entries(call: GrantCall, reader: Identity) -> list[Entry]:
    """The applications of a call that were ever handed in, best first, then by city. Two statements."""
    rows = db.session.execute(
        _applications(reader.id).where(Application.call_id == call.id, Application.state.in_(SHOWN))
    ).all()
    kept = {row.id for row in rows if row.own is not None or row.reviews_it}
    ranked = {row.id for row in rows if row.state in IN_COMMITTEE} - kept
    means = {
        application_id: mean([one for one in scores if one is not None])
        for application_id, scores in _scores_of(call).items()
        if application_id in ranked
    }
    ranking = places({application_id: value for application_id, value in means.items() if value is not None})
    entries = [
        Entry(
            id=row.id,
            city=row.city,
            state=ApplicationState(row.state),
            amount=row.amount,
            is_kept=row.id in kept,
            is_drafted=row.outcome is not None and row.id not in kept,
            appeal=row.appeal,
            place=ranking.get(row.id),
            row=row,
        )
        for row in rows
    ]
    return sorted(entries, key=lambda entry: (entry.place is None, entry.place.number if entry.place else 0))


def list_lines(call: GrantCall, entries: Sequence[Entry]) -> list[Line]:
    """These applications as a page shows them, in that order. Two statements."""
    ids = [entry.id for entry in entries]
    reviews, verdicts = _reviews_of(ids), list_verdicts(ids)
    return [_line(call, entry, reviews[entry.id], verdicts.get(entry.id)) for entry in entries]


def list_verdicts(applications: Collection[int]) -> dict[int, Verdict]:
    """How cities stood at their last submission, by application; nothing of what cannot be read. One statement."""
    rows = db.session.execute(
        sa.select(Frozen.application_id, text_of_document().label("text"))
        .where(Frozen.application_id.in_(applications), Frozen.occasion == Occasion.SUBMISSION)
        .order_by(Frozen.at, Frozen.id)
    )
    found: dict[int, Verdict] = {}
    for row in rows:
        found.pop(row.application_id, None)
        match parsed(row.text):
            case {"eligible": list(eligible), "practitioners": int(practitioners)}:
                found[row.application_id] = Verdict(len(eligible), practitioners)
    return found


def _applications(reader_id: int) -> sa.Select[Any]:
    appeal = sa.exists().where(Appeal.application_id == Application.id, Appeal.state == AppealState.OPEN)
    chosen: Any = sa.select(
        Application.id,
        Application.city_id,
        Application.state,
        Application.submitted_at,
        Application.amount,
        Application.decided_at,
        City.name.label("city"),
        conflict(reader_id).label("own"),
        appeal.label("appeal"),
        DecisionDraft.outcome,
        DecisionDraft.amount.label("draft_amount"),
        DecisionDraft.reason.label("draft_reason"),
        DecisionDraft.version_id.label("draft_version"),
        DecisionDraft.saved_by_id.label("draft_by_id"),
        DecisionDraft.saved_at.label("draft_at"),
        Person.name.label("draft_by"),
        has_to_review(reader_id).label("reviews_it"),
    )
    return (
        chosen.join(City, City.id == Application.city_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .outerjoin(DecisionDraft, DecisionDraft.application_id == Application.id)
        .outerjoin(Person, Person.id == DecisionDraft.saved_by_id)
        .order_by(City.name, Application.id)
    )


def _scores_of(call: GrantCall) -> dict[int, list[Fraction | None]]:
    """The scores of the reviews of a call that were handed in, by application."""
    found: dict[int, list[Fraction | None]] = defaultdict(list)
    criteria = call.questionnaire.criteria
    rows = db.session.execute(
        sa.select(Review.application_id, Review.scores)
        .join(Application, Application.id == Review.application_id)
        .where(Application.call_id == call.id, Review.state == ReviewState.SUBMITTED)
    )
    for row in rows:
        found[row.application_id].append(score(criteria, row.scores))
    return found


def _reviews_of(applications: Collection[int]) -> dict[int, list[Any]]:
    """The reviews of these applications but those declined; if still to write, whether they can be."""
    found: dict[int, list[Any]] = defaultdict(list)
    can_write = sa.and_(Person.state == PersonState.ACTIVE, conflict(Review.person_id).is_(None))
    comes = sa.case((Review.state == ReviewState.ASSIGNED, can_write), else_=sa.true())
    rows = db.session.execute(
        sa.select(
            Review.application_id,
            Review.state,
            Review.scores,
            comes.label("comes"),
        )
        .join(Person, Person.id == Review.person_id)
        .join(Application, Application.id == Review.application_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .where(Review.application_id.in_(applications), Review.state != ReviewState.DECLINED)
        .order_by(Review.id)
    )
    for row in rows:
        found[row.application_id].append(row)
    return found


def _summary(call: GrantCall, reviews: Iterable[Any]) -> Summary:
    handed_in = (review for review in reviews if review.state == ReviewState.SUBMITTED)
    scores = [score(call.questionnaire.criteria, review.scores) for review in handed_in]
    return summary([one for one in scores if one is not None])


def _line(call: GrantCall, entry: Entry, reviews: list[Any], verdict: Verdict | None) -> Line:
    row, kept = entry.row, entry.is_kept
    done = sum(review.state == ReviewState.SUBMITTED for review in reviews)
    waiting = sum(review.state == ReviewState.ASSIGNED and review.comes for review in reviews)
    draft = None
    if entry.is_drafted:
        draft = Draft(
            ApplicationState(row.outcome),
            row.draft_amount,
            row.draft_reason,
            row.draft_version,
            row.draft_by_id,
            row.draft_by or "",
            row.draft_at,
        )
    return Line(
        id=entry.id,
        city_id=row.city_id,
        city=entry.city,
        state=entry.state,
        submitted_at=row.submitted_at,
        amount=entry.amount,
        decided_at=row.decided_at,
        own=Conflict(row.own) if row.own else None,
        reviews_it=row.reviews_it,
        done=0 if kept else done,
        assigned=0 if kept else done + waiting,
        scores=Summary(0) if kept else _summary(call, reviews),
        place=entry.place,
        draft=draft,
        appeal=entry.appeal,
        verdict=verdict,
    )
