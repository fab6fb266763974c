"""What reviewers see: their own reviews, each with the application, and the others' once they have handed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person, PersonState
from app.core.errors import NotFound
from app.core.folding import fold, folded
from app.core.text import Text
from app.extensions import db
from app.messages.models import Notice
from app.network.models import City

from ..calls.questionnaire import Criterion
from ..models import Application, ApplicationFile, ApplicationState, GrantCall, Review, ReviewState
from .answers import Answered, list_answers
from .conflicts import conflict

MOST_FOUND = 20
MOST_SUGGESTED = 8
MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class MyReview:
    """A review in its reviewer's list. `is_open`: it can still be written, once the call has closed."""

    id: int
    call_slug: str
    call_title: Text
    source_language: str
    city: str
    state: ReviewState
    application_state: ApplicationState
    assigned_at: datetime
    saved_at: datetime | None
    submitted_at: datetime | None
    closes_at: datetime
    time_zone: str

    @property
    def is_open(self) -> bool:
        return self.state is ReviewState.ASSIGNED and self.application_state is ApplicationState.SUBMITTED

    @property
    def is_withdrawn(self) -> bool:
        """Whether the city has taken its application back: nothing of it is shown until it is submitted again."""
        return self.application_state is ApplicationState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class GivenReview:
    """What one reviewer handed in, for those who may see it."""

    id: int
    person_id: int
    name: str
    scores: dict[str, int]
    remarks: dict[str, str]
    comment: str


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """One's own review beside the application. `others` is empty until it is handed in.

    While the city has taken its application back, `answers` is empty, too.
    """

    mine: MyReview
    application_id: int
    version: int
    scores: dict[str, int]
    remarks: dict[str, str]
    comment: str
    criteria: tuple[Criterion, ...]
    currency: str | None
    answers: tuple[Answered, ...]
    others: tuple[GivenReview, ...] = ()


_MINE = (
    sa.select(
        Review.id,
        Review.application_id,
        Review.state,
        Review.scores,
        Review.remarks,
        Review.comment,
        Review.assigned_at,
        Review.saved_at,
        Review.submitted_at,
        Review.version_id,
        Application.state.label("application_state"),
        GrantCall.slug,
        GrantCall.title,
        GrantCall.source_language,
        GrantCall.questionnaire,
        GrantCall.currency,
        GrantCall.closes_at,
        GrantCall.time_zone,
        City.name.label("city"),
    )
    .join(Application, Application.id == Review.application_id)
    .join(GrantCall, GrantCall.id == Application.call_id)
    .join(City, City.id == Application.city_id)
)


def _is_theirs(person: Identity) -> tuple[sa.ColumnElement[bool], ...]:
    """That a review is the person's own, and that nothing of theirs keeps them from it today."""
    return (
        Review.person_id == person.id,
        Review.state != ReviewState.DECLINED,
        conflict(person.id).is_(None),
        Application.state != ApplicationState.DRAFT,
    )


def list_mine(person: Identity) -> list[MyReview]:
    """The person's reviews: first those to write, then the others; by when they were given. One statement."""
    rows = db.session.execute(_MINE.where(*_is_theirs(person)).order_by(Review.assigned_at, Review.id))
    return sorted((_mine(row) for row in rows), key=lambda review: not review.is_open)


def count_mine(person: Identity, at: datetime) -> tuple[int, int]:
    """How many reviews the person has, and how many of them can be written at `at`: the call has closed, and the
    application waits for a decision.
    """
    can_write = sa.and_(
        Review.state == ReviewState.ASSIGNED,
        Application.state == ApplicationState.SUBMITTED,
        GrantCall.closes_at <= at,
    )
    row = db.session.execute(
        sa.select(sa.func.count().label("mine"), sa.func.count(sa.case((can_write, 1))).label("open"))
        .select_from(Review)
        .join(Application, Application.id == Review.application_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .where(*_is_theirs(person))
    ).one()
    return row.mine, row.open


def get_review(person: Identity, review_id: int) -> ReviewPage:
    """One's own review with the application's answers. Raises `NotFound`. Four statements at most."""
    row = db.session.execute(_MINE.where(Review.id == review_id, *_is_theirs(person))).one_or_none()
    if row is None:
        raise NotFound
    mine = _mine(row)
    page = ReviewPage(
        mine=mine,
        application_id=row.application_id,
        version=row.version_id,
        scores=row.scores,
        remarks=row.remarks,
        comment=row.comment,
        criteria=row.questionnaire.criteria,
        currency=row.currency,
        answers=() if mine.is_withdrawn else list_answers(row.application_id, row.questionnaire),
    )
    if mine.is_withdrawn or mine.state is not ReviewState.SUBMITTED:
        return page
    others = list_given([row.application_id])
    return replace(page, others=tuple(one for one in others if one.person_id != person.id))


@dataclass(frozen=True, slots=True)
class Released:
    """A review that was taken back from the person, as they were told; the criteria are those of its call."""

    city: str
    titles: list[list[str]]
    source_language: str
    criteria: tuple[Criterion, ...]


def find_released(person: Identity, review_id: int) -> Released | None:
    """The review that was taken back from the person, the last one of this id. Two statements at most."""
    told = db.session.scalars(
        sa.select(Notice)
        .where(Notice.person_id == person.id, Notice.key.startswith(released_key(review_id), autoescape=True))
        .order_by(Notice.id.desc())
        .limit(1)
    ).one_or_none()
    if told is None:
        return None
    call = db.session.scalars(sa.select(GrantCall).where(GrantCall.slug == told.values["slug"])).one_or_none()
    if call is None:
        return None
    return Released(told.values["city"], told.values["titles"], call.source_language, call.questionnaire.criteria)


def released_key(review_id: int) -> str:
    """How the keys of notices begin that tell of a review that was taken back."""
    return f"review:{review_id}:released:"


def get_file(person: Identity, review_id: int, file_id: int) -> ApplicationFile:
    """A file of the application that one reviews. Raises `NotFound`."""
    found: ApplicationFile | None = db.session.scalars(
        sa.select(ApplicationFile)
        .join(Application, Application.id == ApplicationFile.application_id)
        .join(GrantCall, GrantCall.id == Application.call_id)
        .join(Review, Review.application_id == Application.id)
        .where(
            Review.id == review_id,
            *_is_theirs(person),
            Application.state != ApplicationState.WITHDRAWN,
            ApplicationFile.id == file_id,
            ApplicationFile.removed_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_given(applications: Sequence[int]) -> list[GivenReview]:
    """The reviews of these applications that were handed in, in that order. One statement."""
    rows = db.session.execute(
        sa.select(Review.id, Review.person_id, Person.name, Review.scores, Review.remarks, Review.comment)
        .join(Person, Person.id == Review.person_id)
        .where(Review.application_id.in_(applications), Review.state == ReviewState.SUBMITTED)
        .order_by(Review.submitted_at, Review.id)
    )
    return [GivenReview(row.id, row.person_id, row.name, row.scores, row.remarks, row.comment) for row in rows]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could review. `has_open`: how many reviews they have still to write, in all calls."""

    id: int
    name: str
    email: str
    city: str | None
    has_open: int


_open_reviews = (
    sa.select(sa.func.count())
    .select_from(Review)
    .join(Application, Application.id == Review.application_id)
    .where(
        Review.person_id == Person.id,
        Review.state == ReviewState.ASSIGNED,
        Application.state == ApplicationState.SUBMITTED,
    )
    .correlate(Person)
    .scalar_subquery()
)


def _candidates() -> sa.Select[Any]:
    chosen: Any = sa.select(
        Person.id, Person.name, Person.email, City.name.label("city"), _open_reviews.label("has_open")
    )
    return chosen.outerjoin(City, City.id == Person.city_id).where(Person.state == PersonState.ACTIVE)


def find_candidates(words: str) -> list[Candidate]:
    """Active people whose name or address has every word, by name; one more than `MOST_FOUND`."""
    chosen = _candidates()
    for word in folded(words).split()[:MOST_WORDS]:
        in_name = fold(Person.name).contains(word, autoescape=True)
        chosen = chosen.where(sa.or_(in_name, fold(Person.email).contains(word, autoescape=True)))
    return _listed(chosen.order_by(fold(Person.name), Person.id).limit(MOST_FOUND + 1))


def list_candidates(ids: Sequence[int]) -> list[Candidate]:
    """These people, those who are active, by name."""
    return _listed(_candidates().where(Person.id.in_(ids)).order_by(fold(Person.name), Person.id))


def suggest_candidates(besides: Sequence[int] = ()) -> list[Candidate]:
    """People who have reviewed before, those first who have the fewest reviews to write."""
    have = sa.exists().where(Review.person_id == Person.id).correlate(Person)
    return _listed(
        _candidates()
        .where(have, Person.id.not_in(besides))
        .order_by(sa.text("has_open"), fold(Person.name), Person.id)
        .limit(MOST_SUGGESTED)
    )


def _listed(statement: sa.Select[Any]) -> list[Candidate]:
    return [
        Candidate(row.id, row.name, row.email or "", row.city, row.has_open) for row in db.session.execute(statement)
    ]


def _mine(row: Any) -> MyReview:
    return MyReview(
        id=row.id,
        call_slug=row.slug,
        call_title=row.title,
        source_language=row.source_language,
        city=row.city,
        state=ReviewState(row.state),
        application_state=ApplicationState(row.application_state),
        assigned_at=row.assigned_at,
        saved_at=row.saved_at,
        submitted_at=row.submitted_at,
        closes_at=row.closes_at,
        time_zone=row.time_zone,
    )
