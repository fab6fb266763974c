"""What a row of people would do, from what is known: pure, so that what is shown is what is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from app.auth import addresses
from app.auth.identity import LANGUAGES
from app.auth.models import PersonState
from app.core.folding import folded
from app.courses.audience.admission import Candidate, admits
from app.courses.outline import Audience
from app.progress.assigning.giving import end_of
from app.progress.models import EnrolmentState

from .rows import Row

LONGEST_NAME = 120
_DAYS = ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y")
_NAMES = {folded(name): tag for tag, name in LANGUAGES.items()} | {"anglais": "en", "french": "fr", "english": "en"}


@dataclass(frozen=True, slots=True)
class KnownCourse:
    """A published course: whom it takes in, and who is invited, by folded address.

    `archived`: nobody begins it any more; `replaced_by` is then the address of the course that people begin instead.
    """

    id: int
    audience: Audience
    invited: frozenset[str] = frozenset()
    archived: bool = False
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class KnownCohort:
    """A cohort that goes on; by rule, nobody is added to it."""

    id: int
    city_id: int | None
    by_rule: bool


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """Somebody with an account. `enrolments` maps course to state and due date, `cohorts` are those they are in."""

    id: int
    state: PersonState
    city_id: int | None
    roles: frozenset[str] = frozenset()
    enrolments: Mapping[int, tuple[EnrolmentState, datetime | None]] = field(default_factory=dict)
    cohorts: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Frame:
    """What holds for all rows. `cities` maps folded names to ids (0: several), `domains` e-mail domains to cities.

    `own`: the cities of a coordinator, None for administrators. Days end by the clocks of `zone`. `twice` maps lines to
    why an earlier one says the same, and which; `names` folded addresses to the first name that the file gives,
    `places` to the first city.
    """

    own: frozenset[int] | None
    zone: str
    language: str
    now: datetime
    cities: Mapping[str, int]
    domains: Mapping[str, int]
    courses: Mapping[str, KnownCourse]
    cohorts: Mapping[str, KnownCohort | None]
    twice: Mapping[int, tuple[str, int]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Promised:
    """What earlier rows do for somebody: places them, enrols them or makes them due earlier, by course, groups them."""

    placed: bool = False
    courses: dict[int, datetime | None] = field(default_factory=dict)
    cohorts: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Judged:
    """What is to be done with a row; with `why` nothing is. `about` are the words at fault."""

    row: Row
    email: str = ""
    name: str = ""
    language: str = "en"
    person_id: int | None = None
    new: bool = False
    city_id: int | None = None
    placed: bool = False
    course_id: int | None = None
    enrols: bool = False
    due_at: datetime | None = None
    sooner: bool = False
    left: bool = False
    cohort_id: int | None = None
    grouped: bool = False
    why: str = ""
    about: str = ""

    @property
    def unchanged(self) -> bool:
        return not (self.why or self.new or self.placed or self.enrols or self.sooner or self.grouped)


class _Refused(Exception):
    def __init__(self, why: str, about: str = "") -> None:
        super().__init__(why)
        self.why, self.about = why, about


def within(
    rows: Sequence[Row], cities: Mapping[str, int]
) -> tuple[dict[int, tuple[str, int]], dict[str, str], dict[str, int]]:
    """What rows say of each other: lines that say the same as an earlier one, all of it (`twice`) or but for the due
    date (`other_day`); and the first name and the first of the `cities` of each address.
    """
    first: dict[tuple[object, ...], int] = {}
    twice: dict[int, tuple[str, int]] = {}
    names: dict[str, str] = {}
    places: dict[str, int] = {}
    for row in rows:
        email = addresses.folded(row.email)
        key = (email, folded(row.course), folded(row.cohort))
        due = (_day_of(row.due) or row.due) if row.course else ""
        earlier, same = (first.setdefault(said, row.line) for said in (key, (*key, due)))
        if email and earlier != row.line:
            twice[row.line] = ("twice", same) if same != row.line else ("other_day", earlier)
        if row.name:
            names.setdefault(email, row.name)
        if row.city and (city_id := cities.get(folded(row.city))):
            places.setdefault(email, city_id)
    return twice, names, places


def judge(row: Row, frame: Frame, people: Mapping[str, KnownPerson], promised: dict[str, Promised]) -> Judged:
    """What `row` would do. `people`: folded address to who has it.

    `promised` remembers, from row to row, what earlier ones do for each address.
    """
    try:
        return _judge(row, frame, people, promised)
    except _Refused as refused:
        return Judged(row, email=row.email, name=row.name, why=refused.why, about=refused.about)


def city_of(email: str, domains: Mapping[str, int]) -> int | None:
    """The city that an address belongs to, by its most specific domain."""
    return next((domains[domain] for domain in addresses.domains(email) if domain in domains), None)


def _judge(row: Row, frame: Frame, people: Mapping[str, KnownPerson], promised: dict[str, Promised]) -> Judged:
    email = addresses.folded(row.email)
    if not row.email:
        raise _Refused("no_email")
    if not addresses.is_address(email):
        raise _Refused("bad_email", row.email)
    person, before = people.get(email), promised.get(email) or Promised()
    city_id = _city(row, email, person, frame)
    if row.line in frame.twice:
        why, earlier = frame.twice[row.line]
        raise _Refused(why, str(earlier))
    name = _printable(frame.names.get(email, row.name))
    if person is None and not name:
        raise _Refused("no_name")
    if len(name) > LONGEST_NAME:
        raise _Refused("long_name", name[:40])
    course = _course(row, frame)
    due_at = _due(row, frame)
    cohort = _cohort(row, frame, city_id)
    enrols = sooner = left = False
    if course is not None:
        state, due_before = _standing(course, person, before)
        roles = person.roles if person else frozenset()
        if state is None and course.archived:
            raise _Refused(*archived(row, course))
        enrols, left = state is None, state is EnrolmentState.WITHDRAWN
        sooner = state is EnrolmentState.OPEN and due_at is not None and (due_before is None or due_at < due_before)
        if (enrols or sooner) and person is not None and person.state is PersonState.WAITING and city_id is None:
            raise _Refused("waits", email)  # they could not learn, and would only be late
        if enrols and not admits(course.audience, Candidate(email, city_id, roles, email in course.invited)):
            raise _Refused("not_admitted", row.course)
    grouped = cohort is not None and cohort.id not in before.cohorts and not (person and cohort.id in person.cohorts)
    judged = Judged(
        row, email=email, name=name, language=_language(row, frame), person_id=person.id if person else None,
        new=person is None and email not in promised, city_id=city_id,
        placed=person is not None and person.city_id is None and city_id is not None and not before.placed,
        course_id=course.id if course else None, enrols=enrols, due_at=due_at, sooner=sooner, left=left,
        cohort_id=cohort.id if cohort else None, grouped=grouped,
    )  # fmt: skip
    _promise(judged, promised.setdefault(email, before))
    return judged


def _standing(
    course: KnownCourse, person: KnownPerson | None, before: Promised
) -> tuple[EnrolmentState | None, datetime | None]:
    """How somebody is in a course, and when it is due, once the earlier rows are done."""
    if course.id in before.courses:
        return EnrolmentState.OPEN, before.courses[course.id]
    return person.enrolments.get(course.id, (None, None)) if person else (None, None)


def _promise(judged: Judged, to: Promised) -> None:
    to.placed = to.placed or judged.placed
    if judged.course_id is not None and (judged.enrols or judged.sooner):
        to.courses[judged.course_id] = judged.due_at
    if judged.cohort_id is not None and judged.grouped:
        to.cohorts.add(judged.cohort_id)


def archived(row: Row, course: KnownCourse) -> tuple[str, str]:
    """Why an archived course takes nobody in, and the words that go with it: what replaces it, else its own."""
    return ("replaced", course.replaced_by) if course.replaced_by else ("archived", row.course)


def _printable(name: str) -> str:
    if not name.isprintable():
        name = "".join(c if c.isprintable() else " " for c in name)
    return name.strip()


def _city(row: Row, email: str, person: KnownPerson | None, frame: Frame) -> int | None:
    """Where they belong, or will: where they are, else what the file says first, else the domain of the address."""
    if person is not None and person.state in (PersonState.LEFT, PersonState.ERASED):
        raise _Refused("closed" if frame.own is None or person.city_id in frame.own else "not_yours", email)
    if person is not None and person.state is PersonState.UNCONFIRMED:
        raise _Refused("unconfirmed" if frame.own is None else "not_yours", email)
    said = frame.cities.get(folded(row.city)) if row.city else None
    if row.city and not said:
        raise _Refused("two_cities" if said == 0 else "no_city", row.city)
    if frame.own is not None:
        found = person.city_id if person else city_of(email, frame.domains)
        if found not in frame.own:
            raise _Refused("not_yours", email)
        if said and said != found:
            raise _Refused("not_theirs", row.city)
        return found
    here, first = person.city_id if person else None, frame.places.get(email)
    if said and said != here:
        if said != first:
            raise _Refused("other_city", row.city)
        if here is not None:
            raise _Refused("elsewhere", row.city)
    return here or first or (city_of(email, frame.domains) if person is None else None)


def _language(row: Row, frame: Frame) -> str:
    said = folded(row.language)
    if not said:
        return frame.language
    tag = _NAMES.get(said, said.partition("-")[0].partition("_")[0])
    if tag not in LANGUAGES:
        raise _Refused("no_language", row.language)
    return tag


def _course(row: Row, frame: Frame) -> KnownCourse | None:
    if not row.course:
        return None
    course = frame.courses.get(row.course.strip().lower().rpartition("/")[2])
    if course is None:
        raise _Refused("no_course", row.course)
    return course


def _due(row: Row, frame: Frame) -> datetime | None:
    if not row.due:
        return None
    if not row.course:
        raise _Refused("due_alone", row.due)
    due_at = _end_of_day(row.due, frame.zone)
    if due_at is None:
        raise _Refused("bad_day", row.due)
    if due_at < frame.now:
        raise _Refused("day_over", row.due)
    return due_at


def _end_of_day(said: str, zone: str) -> datetime | None:
    day = _day_of(said)
    return None if day is None or day.year > 2100 else end_of(day, zone)


@lru_cache(maxsize=2048)  # a file says the same few days again and again
def _day_of(said: str) -> date | None:
    return next((found for shape in _DAYS if (found := _day(said, shape))), None)


def _day(said: str, shape: str) -> date | None:
    try:
        return datetime.strptime(said, shape).date()
    except ValueError:
        return None


def _cohort(row: Row, frame: Frame, city_id: int | None) -> KnownCohort | None:
    if not row.cohort:
        return None
    if folded(row.cohort) not in frame.cohorts:
        raise _Refused("no_cohort", row.cohort)
    cohort = frame.cohorts[folded(row.cohort)]
    if cohort is None:
        raise _Refused("two_cohorts", row.cohort)
    if cohort.by_rule:
        raise _Refused("by_rule", row.cohort)
    if cohort.city_id is not None and cohort.city_id != city_id:
        raise _Refused("cohort_elsewhere", row.cohort)
    return cohort
