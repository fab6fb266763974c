"""The leaves about a city: who of it is trained, how long it has been a member, where it is and how large."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, ClassVar

import msgspec
import sqlalchemy as sa
from babel.lists import format_list
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from app.auth.models import Affiliation
from app.core import clock, formats
from app.grants.judging.findings import (
    Action,
    CityWork,
    Finding,
    HowFar,
    MembershipEvidence,
    Met,
    Missing,
    NextStep,
    OutOfReach,
    PeopleEvidence,
    PlaceEvidence,
    Reason,
    Unit,
)
from app.grants.judging.shapes import Facts
from app.grants.judging.subject import belongs, day_of, has_come, looked_up, of_those_cities, person_among
from app.network.labels import REGIONS, SIZES, country_name
from app.network.models import City, Region, SizeBand
from app.progress.models import Completion

from .moments import full_months_on, lapses, since, start_of
from .requirement import Months, Names, Requirement, period_of
from .steps import bar, closed_to_others, own_minutes, own_step, own_work, step_to, to_it

Country = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")]
Share = Annotated[float, msgspec.Meta(gt=0, le=100)]


class CityTrained(Requirement, frozen=True, tag="city_trained"):
    """So many different people who belong to the city completed the course, or such a share of them, in percent.

    One of `people` and `share` is given. Unknown without a city.
    """

    of_city: ClassVar[bool] = True

    course_id: int
    people: Annotated[int, msgspec.Meta(ge=1)] | None = None
    within_months: Months | None = None
    share: Share | None = None

    @property
    def course_ids(self) -> tuple[int, ...]:
        return (self.course_id,)

    @property
    def asks_colleagues(self) -> bool:
        return True

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return self.would_be_met(at, more=0)

    def would_be_met(self, at: datetime, *, more: int) -> sa.ColumnElement[bool]:
        """That it would be enough if so many `more` of a city's practitioners had completed the course."""
        done = sa.select(Completion.person_id).where(
            looked_up(Completion.course_id) == self.course_id, Completion.completed_at <= at
        )
        if self.within_months is not None:
            done = done.where(Completion.completed_at >= since(at, self.within_months))
        trained = (
            sa.select(Affiliation.city_id, sa.func.count().label("people"))
            .where(belongs(at), has_come(), of_those_cities(), person_among(done, Affiliation.person_id))
            .group_by(Affiliation.city_id)
        )
        if self.share is not None:
            return self._is_share(self.share, trained, at, more)
        needed = self._needed(0) - more
        if needed <= 0:
            return sa.true()
        enough = trained.having(sa.func.count() >= needed)
        return City.id.in_(enough.with_only_columns(Affiliation.city_id).correlate(None))

    @staticmethod
    def _is_share(share: float, trained: sa.Select[int, int], at: datetime, more: int) -> sa.ColumnElement[bool]:
        """That the people who are `trained`, counted by city, are with `more` such a share of its practitioners."""
        counted = trained.correlate(None).subquery()
        practitioners = (
            sa.select(Affiliation.city_id, sa.func.count().label("people"))
            .where(belongs(at), has_come(), of_those_cities())
            .group_by(Affiliation.city_id)
            .correlate(None)
            .subquery()
        )
        people = sa.func.coalesce(counted.c.people, 0) + more if more else counted.c.people
        return City.id.in_(
            sa.select(practitioners.c.city_id)
            .join(counted, practitioners.c.city_id == counted.c.city_id, isouter=more > 0)
            .where(people * 100 >= sa.literal(float(share), sa.Float) * practitioners.c.people)
        )

    def _check(self, facts: Facts, at: datetime) -> Finding:
        assert facts.city is not None
        trained = facts.colleagues.get(self.course_id, ())
        if self.within_months is not None:
            first = since(at, self.within_months)
            trained = tuple(c for c in trained if c.completed_at >= first)
        ids = tuple(sorted({colleague.person_id for colleague in trained}))
        needed = self._needed(facts.city.practitioners)
        of = facts.city.practitioners if self.share is not None else None
        evidence = PeopleEvidence(self.course_id, facts.city.id, ids, of)
        if len(ids) >= needed:
            return Met(self, evidence)
        own = facts.person_id is not None and facts.person_id not in ids
        is_last = own and len(ids) + 1 >= needed
        over = closed_to_others(facts, self.course_id)
        others = Missing(
            self,
            Reason.TOO_FEW_PEOPLE,
            HowFar(len(ids), needed, Unit.PEOPLE),
            None if over else self._step(facts, own=own and not is_last),
            evidence,
            todo=frozenset({CityWork(self.course_id)}),
            barred=over,
        )
        return self._mine_or(others, facts, at) if is_last else others

    def _mine_or(self, others: Missing, facts: Facts, at: datetime) -> Missing:
        """Of the last one missing: that may be the person, whose own work then does it, or one of the others."""
        barred = bar(facts, self.course_id, at)
        step = to_it(facts, self.course_id, barred)
        minutes = 0 if barred else own_minutes(facts, self.course_id)
        mine = replace(others, next_step=step, todo=own_work(self.course_id), barred=barred, minutes=minutes)
        return replace(others, otherwise=mine) if barred and not others.barred else replace(mine, otherwise=others)

    def _step(self, facts: Facts, *, own: bool) -> NextStep | None:
        return own_step(facts, self.course_id) if own else step_to(facts, self.course_id, Action.ASK_COLLEAGUE)

    def _turns(self, facts: Facts) -> Iterator[datetime]:
        if self.within_months is not None:
            for colleague in facts.colleagues.get(self.course_id, ()):
                yield lapses(colleague.completed_at, self.within_months)

    def _needed(self, practitioners: int) -> int:
        """How many people are enough: of a share as many as reach it, and one at least."""
        if self.share is None:
            return self.people or 1
        needed = max(math.floor(float(self.share) * practitioners / 100), 1)
        # Compared as the database does, so that both round alike.
        return needed if needed * 100 >= float(self.share) * practitioners else needed + 1

    def sentence(self, say: Names) -> str:
        course = say.title(self.course_id)
        period = period_of(self.within_months) if self.within_months is not None else None
        if self.share is not None:
            return self._share_sentence(course, period)
        if period is None:
            return ngettext(
                "At least %(num)s practitioner of your city trained in “%(course)s”",
                "At least %(num)s practitioners of your city trained in “%(course)s”",
                self._needed(0),
                course=course,
            )
        return ngettext(
            "At least %(num)s practitioner of your city trained in “%(course)s” in the last %(period)s",
            "At least %(num)s practitioners of your city trained in “%(course)s” in the last %(period)s",
            self._needed(0),
            course=course,
            period=period,
        )

    def _share_sentence(self, course: str, period: str | None) -> str:
        share = formats.exact_percent((self.share or 0) / 100)
        if period is None:
            return _(
                "At least %(share)s of the practitioners of your city trained in “%(course)s”",
                share=share,
                course=course,
            )
        return _(
            "At least %(share)s of the practitioners of your city trained in “%(course)s” in the last %(period)s",
            share=share,
            course=course,
            period=period,
        )


class MemberFor(Requirement, frozen=True, tag="member_for"):
    """The city is a member of the network, and has been for so many months."""

    of_city: ClassVar[bool] = True

    months: Months

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        return City.joined_on <= clock.months_before(day_of(at), self.months)

    def _check(self, facts: Facts, at: datetime) -> Finding:
        assert facts.city is not None
        joined_on = facts.city.joined_on
        evidence = MembershipEvidence(facts.city.id, joined_on, full_months_on(joined_on, self.months))
        if joined_on <= clock.months_before(day_of(at), self.months):
            return Met(self, evidence)
        waits = OutOfReach(Reason.MEMBER_TOO_SHORT, in_time=True)  # to wait once is enough for every such requirement
        return Missing(self, Reason.MEMBER_TOO_SHORT, evidence=evidence, todo=frozenset({waits}))

    def _turns(self, facts: Facts) -> Iterator[datetime]:
        if facts.city is not None:
            yield start_of(full_months_on(facts.city.joined_on, self.months))

    def sentence(self, say: Names) -> str:
        return _("Your city has been a member of the network for at least %(period)s", period=period_of(self.months))


class CityIn(Requirement, frozen=True, tag="city_in"):
    """The city is in one of the regions, in one of the countries, and of one of the sizes; an empty list asks nothing.

    As the network lists the city today: where and how large it was on an earlier day is not kept.
    """

    of_city: ClassVar[bool] = True

    regions: tuple[Region, ...] = ()
    countries: tuple[Country, ...] = ()
    sizes: tuple[SizeBand, ...] = ()

    def _clause(self, at: datetime) -> sa.ColumnElement[bool]:
        asked = ((City.region, self.regions), (City.country, self.countries), (City.size_band, self.sizes))
        return sa.and_(sa.true(), *(column.in_(values) for column, values in asked if values))

    def _check(self, facts: Facts, at: datetime) -> Finding:
        city = facts.city
        assert city is not None
        asked = ((city.region, self.regions), (city.country, self.countries), (city.size, self.sizes))
        evidence = PlaceEvidence(city.id, city.region, city.country, city.size)
        if all(value in values for value, values in asked if values):
            return Met(self, evidence)
        return Missing(self, Reason.ELSEWHERE, evidence=evidence, todo=frozenset({OutOfReach(self)}))

    def sentence(self, say: Names) -> str:
        places, sizes = self._places(), _either(str(SIZES[size]) for size in self.sizes)
        if places and sizes:
            return _("Your city is in %(places)s, and of this size: %(sizes)s", places=places, sizes=sizes)
        if sizes:
            return _("Your city is of this size: %(sizes)s", sizes=sizes)
        return _("Your city is in %(places)s", places=places) if places else _("Your city is anywhere in the network")

    def _places(self) -> str:
        regions = _either(str(REGIONS[region]) for region in self.regions)
        countries = _either(country_name(code) for code in self.countries)
        if regions and countries:
            return _("%(countries)s (%(regions)s)", countries=countries, regions=regions)
        return regions or countries


def _either(words: Iterable[str]) -> str:
    """`Africa, Europe, or The Americas`."""
    return format_list(list(words), style="or", locale=get_locale() or "en")
