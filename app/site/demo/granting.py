"""Applications for grants: drafts, submissions, reviews, decisions and an appeal, each on its day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec
import sqlalchemy as sa

from app.auth.identity import identity_of
from app.auth.models import PersonRole, Role
from app.core import clock
from app.core.text import Text
from app.extensions import db
from app.grants import queries
from app.grants.appeals import services as appeal_services
from app.grants.applications import access as application_access
from app.grants.applications import list_queries as application_list_queries
from app.grants.applications import services as application_services
from app.grants.applications import submission_services as application_submission_services
from app.grants.applications.errors import CityNotEligible
from app.grants.applications.reading import Typed, mark_of
from app.grants.calls.questionnaire import Answer, BudgetLine, Questionnaire
from app.grants.decisions import services as decision_services
from app.grants.models import AppealState, ApplicationState, GrantCall, Review
from app.grants.reviews import services as review_services

from .journeys import Stage
from .material import ApplicationMaterial, CallMaterial, ReviewMaterial

SENT_OUT = 2  # days after an application came in, reviewers get it; they write once the call has closed

Step = tuple[int, Callable[[GrantCall], None]]  # days ago, and what is done then


def questionnaire_of(call: CallMaterial) -> Questionnaire:
    """What the call asks; each text that the material says by language becomes one in English and its translations."""
    return msgspec.convert(_with_texts(call.questionnaire), Questionnaire)


def apply(call: CallMaterial, stage: Stage, today: datetime) -> None:
    """Every application for the call, from its draft to what became of it."""
    row = db.session.scalars(sa.select(GrantCall).where(GrantCall.slug == call.slug)).one()
    everyone = [_Told(application, stage, -call.closes) for application in call.applications]
    told = [one for one in everyone if one.coordinator]  # a network of few people has cities without one
    steps = [*(step for one in told for step in one.steps()), *_decisions(told, stage)]
    steps += [step for one in told for step in one.after()]
    for days, step in sorted(steps, key=lambda step: -step[0]):
        with clock.at(today - timedelta(days=days) + timedelta(hours=10)):
            step(row)


class _Told:
    """One application, with its id once it is begun. `closed`: how many days ago its call did."""

    def __init__(self, told: ApplicationMaterial, stage: Stage, closed: int) -> None:
        assert stage.administrator_id
        self.told, self.stage, self.chair, self.closed = told, stage, stage.administrator_id, closed
        self.city_id = stage.cities[told.city]
        self.coordinator = db.session.scalars(
            sa.select(PersonRole.person_id)
            .where(PersonRole.role == Role.COORDINATOR, PersonRole.city_id == self.city_id, PersonRole.to_at.is_(None))
            .order_by(PersonRole.id)
        ).first()
        self.id = 0
        self.stays_a_draft = False

    def steps(self) -> Iterator[Step]:
        yield self.told.begun, self.begin
        if self.told.submitted is not None:
            yield self.told.submitted, self.submit
            for number, review in enumerate(self.told.reviews):
                yield self.told.submitted - SENT_OUT, partial(self.assign, review)
                if review.scores or review.declined is not None:
                    day = min(self.told.submitted - SENT_OUT, self.closed) - 1 - number
                    yield day, partial(self.review, review)

    def after(self) -> Iterator[Step]:
        if self.told.appeal is not None:
            yield self.told.appeal.days, self.appeal
            yield self.told.appeal.answered, self.answer

    def begin(self, call: GrantCall) -> None:
        assert self.coordinator
        published = queries.get_call(call.slug, clock.now())
        person = identity_of(self.coordinator)
        candidates = application_list_queries.list_candidates(published, person, clock.now())
        self.id = application_services.begin(
            call=published, city_id=self.city_id, person_id=self.coordinator, candidates=candidates
        )
        access = application_access.get_access(call.slug, self.city_id, person, clock.now())
        typed = [Typed(key, _answer(said), 0, mark_of(None)) for key, said in self.told.answers.items()]
        application_services.save(access=access, answers=typed, person_id=self.coordinator, at=clock.now())

    def submit(self, call: GrantCall) -> None:
        """In a network of few people the city may have nobody who is eligible: then it stays a draft."""
        assert self.coordinator
        try:
            application_submission_services.submit(
                slug=call.slug, city_id=self.city_id, person_id=self.coordinator, at=clock.now()
            )
        except CityNotEligible:
            self.stays_a_draft = True

    def assign(self, review: ReviewMaterial, call: GrantCall) -> None:
        if self.stays_a_draft:
            return
        pair = (self.id, self.stage.people[review.by].id)
        review_services.assign(call_id=call.id, pairs=[pair], by=self.chair)

    def review(self, review: ReviewMaterial, _call: GrantCall) -> None:
        if self.stays_a_draft:
            return
        person_id = self.stage.people[review.by].id
        row = db.session.scalars(
            sa.select(Review).where(Review.application_id == self.id, Review.person_id == person_id)
        ).one()
        if review.declined is not None:
            review_services.decline(review_id=row.id, by=person_id, why=review.declined)
            return
        review_services.save(
            review_id=row.id, by=person_id, version=row.version_id, scores=review.scores, remarks=review.remarks,
            comment=review.comment, hand_in=True,
        )  # fmt: skip

    def appeal(self, _call: GrantCall) -> None:
        if self.stays_a_draft:
            return
        assert self.coordinator
        assert self.told.appeal
        self.appeal_id = appeal_services.make(
            application_id=self.id, reason=self.told.appeal.reason, by=self.coordinator
        ).id

    def answer(self, _call: GrantCall) -> None:
        if self.stays_a_draft:
            return
        assert self.told.appeal
        given = appeal_services.Answer(AppealState.DISMISSED, self.told.appeal.answer)
        appeal_services.answer(
            appeal_id=self.appeal_id, application_id=self.id, given=given,
            by=self.stage.people["secretariat@demo.example"].id,
        )  # fmt: skip


def _decisions(told: list[_Told], stage: Stage) -> list[Step]:
    """One sitting of the committee a day."""
    days = {one.told.decided.days for one in told if one.told.decided}

    def decide(day: int, call: GrantCall) -> None:
        decisions = {
            one.id: decision_services.Decision(
                ApplicationState.AWARDED if decided.amount else ApplicationState.REFUSED, decided.amount, decided.reason
            )
            for one in told
            if (decided := one.told.decided) and decided.days == day and not one.stays_a_draft
        }
        if not decisions:
            return
        assert stage.administrator_id
        decision_services.decide(call_id=call.id, decisions=decisions, by=stage.administrator_id)

    return [(day, partial(decide, day)) for day in days]


def _answer(said: str | list[tuple[str, int]]) -> Answer:
    return said if isinstance(said, str) else tuple(BudgetLine(item, amount) for item, amount in said)


def _with_texts(said: Any) -> Any:
    """The material with every `{en: …}` as a stored text."""
    if isinstance(said, dict) and "en" in said:
        return msgspec.to_builtins(Text.of(said, "en"))
    if isinstance(said, dict):
        return {name: _with_texts(value) for name, value in said.items()}
    return [_with_texts(value) for value in said] if isinstance(said, list) else said
