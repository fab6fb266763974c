"""Giving applications to reviewers, and what reviewers do with theirs."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.auth.models import Person, PersonState
from app.core import audit, clock
from app.core.errors import NotFound
from app.core.text import source_first
from app.extensions import db
from app.messages.services import Told, tell_many
from app.network.models import City

from ..calls.questionnaire import Criterion
from ..models import Application, ApplicationState, GrantCall, Review, ReviewState
from .conflicts import Pair, conflict, list_conflicts, list_knowing
from .errors import (
    AlreadyDecided,
    ChangedElsewhere,
    ConflictDeclared,
    NotComplete,
    OwnInterest,
    ReviewHandedIn,
    ReviewTooSoon,
)
from .queries import released_key


@dataclass(frozen=True, slots=True)
class Assigned:
    """What came of giving applications to reviewers: how many were given, and who got none for being conflicted."""

    given: int
    left_out: int


def assign(*, call_id: int, pairs: Collection[Pair], by: int) -> Assigned:
    """Give applications to reviewers, pair by pair. What is given already stays; who may not judge one is left out.

    Left out are also those whose account is not active, who declared a conflict before, who as administrators could
    read a review that is handed in, and applications that no longer wait for a decision or that `by` may not act on.
    Each reviewer is told of each application.
    """
    wanted = sorted(set(pairs))
    applications = _locked(call_id, {application_id for application_id, _person in wanted})
    people = set(
        db.session.scalars(
            sa.select(Person.id).where(
                Person.id.in_({person_id for _application, person_id in wanted}), Person.state == PersonState.ACTIVE
            )
        )
    )
    conflicts = list_conflicts(applications.keys(), {*people, by})
    knowing = list_knowing(applications.keys(), people)
    there = _given(applications.keys())
    now = clock.now()
    new = [
        Review(application_id=pair[0], person_id=pair[1], assigned_by_id=by, assigned_at=now, scores={}, remarks={})
        for pair in wanted
        if pair[0] in applications
        and pair[1] in people
        and pair not in conflicts
        and pair not in knowing
        and pair not in there
        and (pair[0], by) not in conflicts
    ]
    db.session.add_all(new)
    db.session.flush()
    _tell(call_id, new)
    for review in new:
        audit.record("review.assign", f"application:{review.application_id}", actor_id=by, reviewer=review.person_id)
    db.session.flush()
    refused = [
        pair for pair in wanted if pair not in there and pair not in {(r.application_id, r.person_id) for r in new}
    ]
    return Assigned(len(new), len(refused))


def release(*, application_id: int, review_id: int, by: int) -> None:
    """Take an application back from a reviewer who has not handed in, and tell them.

    Raises `ReviewHandedIn`, `ConflictDeclared`, `AlreadyDecided`, `OwnInterest`.
    """
    application = db.session.get(Application, application_id, with_for_update={"read": True}, populate_existing=True)
    review = db.session.get(Review, review_id, with_for_update=True, populate_existing=True)
    if application is None or review is None or review.application_id != application_id:
        raise NotFound
    refuse_own(application_id, by)
    if application.state != ApplicationState.SUBMITTED:
        raise AlreadyDecided
    name = db.session.get_one(Person, review.person_id).name
    if review.state == ReviewState.SUBMITTED:
        raise ReviewHandedIn(_("%(name)s handed in this review meanwhile, so it stays.", name=name))
    if review.state == ReviewState.DECLINED:
        raise ConflictDeclared(name)
    audit.record("review.release", f"application:{application_id}", actor_id=by, reviewer=review.person_id)
    _tell_released(application, review)
    db.session.delete(review)
    db.session.flush()


def save(
    *,
    review_id: int,
    by: int,
    version: int,
    scores: Mapping[str, int],
    remarks: Mapping[str, str],
    comment: str,
    hand_in: bool,
) -> Review:
    """Keep what a reviewer wrote, as a draft or, with `hand_in`, for good.

    Raises `NotFound` for who is no reviewer (any more), `ReviewTooSoon` as long as the call is open, `AlreadyDecided`,
    `ReviewHandedIn`, `ChangedElsewhere` and, with nothing kept, `NotComplete`.
    """
    review, call = _writable(review_id, by)
    if clock.now() < call.closes_at:
        raise ReviewTooSoon(call.closes_at, call.time_zone)
    criteria = call.questionnaire.criteria
    if review.version_id != version:
        raise ChangedElsewhere
    review.scores = {c.key: scores[c.key] for c in criteria if c.key in scores}
    review.remarks = {c.key: remarks[c.key] for c in criteria if remarks.get(c.key)}
    review.comment = comment
    review.saved_at = clock.now()
    if hand_in:
        if not is_complete(criteria, review.scores, comment):
            raise NotComplete
        review.state = ReviewState.SUBMITTED
        review.submitted_at = clock.now()
        audit.record("review.submit", f"application:{review.application_id}", actor_id=by, review=review.id)
    db.session.flush()
    return review


def decline(*, review_id: int, by: int, why: str) -> None:
    """A reviewer declares a conflict of interest: what they wrote goes, and the application is closed to them.

    Raises `NotFound`, `AlreadyDecided`, `ReviewHandedIn`.
    """
    review, _call = _writable(review_id, by)
    review.state = ReviewState.DECLINED
    review.declined_why = why
    review.scores, review.remarks, review.comment = {}, {}, ""
    audit.record("review.decline", f"application:{review.application_id}", actor_id=by, review=review.id)
    db.session.flush()


def forget(*, person_id: int, by: int | None) -> None:
    """Take back what an erased person has still to review, for others to be given; what was handed in stays."""
    gone = sa.delete(Review).where(Review.person_id == person_id, Review.state == ReviewState.ASSIGNED)
    for application_id in sorted(db.session.scalars(gone.returning(Review.application_id))):
        audit.record("review.release", f"application:{application_id}", actor_id=by, reviewer=person_id)


def is_complete(criteria: Collection[Criterion], scores: Mapping[str, int], comment: str) -> bool:
    """Whether a review can be handed in: all criteria have points; without criteria, there is a comment."""
    return all(c.key in scores for c in criteria) and bool(criteria or comment.strip())


def refuse_own(application_id: int, person_id: int) -> None:
    """Raises `OwnInterest` where the person may not act on the application."""
    if list_conflicts([application_id], [person_id]):
        raise OwnInterest


def _writable(review_id: int, by: int) -> tuple[Review, GrantCall]:
    """The person's own review of an application that waits for its decision, and its call; locked, the call first.

    Neither is the application decided meanwhile, nor does the call get another day to close.
    """
    row = db.session.execute(
        sa.select(Review.application_id, GrantCall.id.label("call_id"))
        .join(Application, Application.id == Review.application_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .where(Review.id == review_id, Review.person_id == by, conflict(by).is_(None))
    ).one_or_none()
    if row is None:
        raise NotFound
    shared: dict[str, Any] = {"with_for_update": {"read": True}, "populate_existing": True}
    call = db.session.get_one(GrantCall, row.call_id, **shared)
    application = db.session.get_one(Application, row.application_id, **shared)
    review = db.session.get(Review, review_id, with_for_update=True, populate_existing=True)
    if review is None or review.state == ReviewState.DECLINED:
        raise NotFound
    if application.state != ApplicationState.SUBMITTED:
        raise AlreadyDecided
    if review.state == ReviewState.SUBMITTED:
        raise ReviewHandedIn
    return review, call


def begin_again(application_id: int) -> None:
    """A city handed in its application anew: what was reviewed is the reviewers' to look at once more.

    Reviews that were handed in are theirs to write again, with all that they wrote; each review becomes another
    version, so that none that was begun beside the old answers is saved over the new.
    """
    db.session.execute(
        sa.update(Review)
        .where(Review.application_id == application_id, Review.state != ReviewState.DECLINED)
        .values(state=ReviewState.ASSIGNED, submitted_at=None, version_id=Review.version_id + 1)
    )


def tell_again(application_id: int, *, submission_id: int) -> None:
    """Tell its reviewers that a city handed in its application anew, once for each `submission_id`.

    Who has a conflict of interest in it by now, or declared one, is told nothing. Three statements at most.
    """
    rows = db.session.execute(
        sa.select(
            Review.id,
            Review.person_id,
            Review.saved_at,
            GrantCall.title,
            GrantCall.source_language,
            City.name.label("city"),
        )
        .join(Application, Application.id == Review.application_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .join(City, City.id == Application.city_id)
        .where(
            Review.application_id == application_id,
            Review.state != ReviewState.DECLINED,
            conflict(Review.person_id).is_(None),
        )
        .order_by(Review.id)
    ).all()
    told = [
        Told(
            f"review:{row.id}:{submission_id}",
            row.person_id,
            {
                "review_id": row.id,
                "titles": source_first(row.title, row.source_language),
                "city": row.city,
                "begun": row.saved_at is not None,
            },
        )
        for row in rows
    ]
    if told:
        tell_many("review_again", told)


def _locked(call_id: int, ids: Collection[int]) -> dict[int, Application]:
    """Those of these applications that wait for a decision, by id, locked in order."""
    rows = db.session.scalars(
        sa.select(Application)
        .where(Application.id.in_(ids), Application.call_id == call_id, Application.state == ApplicationState.SUBMITTED)
        .order_by(Application.id)
        .with_for_update(key_share=True)
    )
    return {row.id: row for row in rows}


def _given(applications: Collection[int]) -> set[Pair]:
    rows = db.session.execute(
        sa.select(Review.application_id, Review.person_id).where(Review.application_id.in_(applications))
    )
    return {(row.application_id, row.person_id) for row in rows}


def _tell_released(application: Application, review: Review) -> None:
    call = db.session.get_one(GrantCall, application.call_id)
    said = {
        "slug": call.slug,
        "titles": source_first(call.title, call.source_language),
        "city": db.session.get_one(City, application.city_id).name,
    }
    key = f"{released_key(review.id)}{review.assigned_at.isoformat()}"
    tell_many("review_released", [Told(key, review.person_id, said)])


def _tell(call_id: int, reviews: Collection[Review]) -> None:
    if not reviews:
        return
    call = db.session.get_one(GrantCall, call_id)
    cities: dict[Any, Any] = dict(
        db.session.execute(
            sa.select(Application.id, City.name)
            .join(City, City.id == Application.city_id)
            .where(Application.id.in_({review.application_id for review in reviews}))
        ).all()
    )
    titles = source_first(call.title, call.source_language)
    tell_many(
        "review_assigned",
        [
            Told(
                f"review:{review.id}:given:{review.assigned_at.isoformat()}",  # an id may come again once a row is gone
                review.person_id,
                {"review_id": review.id, "titles": titles, "city": cities[review.application_id]},
            )
            for review in reviews
        ],
    )
