"""What is known of the people, courses and cohorts that a file names, and the files that somebody sent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from app.auth import addresses
from app.auth.cohorts import queries as cohort_queries
from app.auth.identity import Identity
from app.auth.models import Cohort, CohortMember, Person, PersonRole, PersonState
from app.core import clock
from app.core.errors import NotFound
from app.core.folding import folded
from app.courses.archiving.queries import find_successors
from app.courses.models import Course, CourseInvitation
from app.extensions import db
from app.network import labels
from app.network.models import City, CityDomain
from app.network.queries import is_there
from app.progress.models import Enrolment, EnrolmentState

from ..models import PeopleImport, Refusal
from .judging import Frame, Judged, KnownCohort, KnownCourse, KnownPerson, Promised, judge, within
from .marks import places
from .rows import Row

CHUNK = 2000


def get_import(person: Identity, import_id: int) -> PeopleImport:
    """A file that `person` sent. Raises `NotFound`."""
    found: PeopleImport | None = db.session.scalars(
        sa.select(PeopleImport).where(PeopleImport.id == import_id, PeopleImport.person_id == person.id)
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def list_imports(person: Identity) -> Sequence[PeopleImport]:
    """The last files that `person` sent, the newest first."""
    return db.session.scalars(
        sa.select(PeopleImport).where(PeopleImport.person_id == person.id).order_by(PeopleImport.id.desc()).limit(10)
    ).all()


def get_frame(person: Identity, rows: Sequence[Row]) -> Frame:
    """What holds for all rows of a file. Five statements, one for invitations where courses are by
    invitation, and one for what replaces archived ones.
    """
    cities = _cities()
    twice, names, places = within(rows, cities)
    return Frame(
        own=None if person.is_administrator else person.coordinates,
        zone=person.time_zone,
        language=person.language if person.language in ("en", "fr") else "en",
        now=clock.now(),
        cities=cities,
        domains=_domains(),
        courses=_courses({folded(row.course) for row in rows if row.course}),
        cohorts=_cohorts(person),
        twice=twice,
        names=names,
        places=places,
    )


def _cities() -> dict[str, int]:
    found: dict[str, int] = {}
    for city_id, name, country in db.session.execute(
        sa.select(City.id, City.name, City.country).where(is_there()).order_by(City.id)
    ):
        for words in {folded(name), folded(labels.city_label(name, country)), folded(f"{name}, {country}")}:
            found[words] = 0 if words in found else city_id
    return found


def _domains() -> dict[str, int]:
    rows = db.session.execute(
        sa.select(sa.func.lower(CityDomain.domain), CityDomain.city_id)
        .join(City, City.id == CityDomain.city_id)
        .where(is_there())
    ).all()
    return dict(rows)


def _courses(named: set[str]) -> dict[str, KnownCourse]:
    rows = db.session.execute(
        sa.select(Course.id, Course.slug, Course.audience, Course.archived_at).where(Course.edition_id.is_not(None))
    ).all()
    slugs = {words.rpartition("/")[2] for words in named}
    wanted = [row for row in rows if row.slug in slugs]
    invited: dict[int, set[str]] = defaultdict(set)
    if wanted:
        for course_id, email in db.session.execute(
            sa.select(CourseInvitation.course_id, CourseInvitation.email).where(
                CourseInvitation.course_id.in_([row.id for row in wanted])
            )
        ):
            invited[course_id].add(email)
    successors = find_successors([row.id for row in wanted if row.archived_at])
    return {
        row.slug: KnownCourse(
            row.id,
            row.audience,
            frozenset(invited[row.id]),
            archived=row.archived_at is not None,
            replaced_by=successors[row.id].slug if row.id in successors else None,
        )
        for row in wanted
    }


def _cohorts(person: Identity) -> dict[str, KnownCohort | None]:
    ids = [cohort_id for cohort_id, _name in cohort_queries.list_choices(person)]
    found: dict[str, KnownCohort | None] = {}
    for cohort in db.session.scalars(sa.select(Cohort).where(Cohort.id.in_(ids)).order_by(Cohort.id)):
        words = folded(cohort.name)
        found[words] = None if words in found else KnownCohort(cohort.id, cohort.city_id, cohort.rule is not None)
    return found


def get_people(rows: Sequence[Row], frame: Frame) -> dict[str, KnownPerson]:
    """Folded address to who has it, of those whom the rows name. Four statements."""
    emails = {addresses.folded(row.email) for row in rows if row.email}
    people = db.session.execute(
        sa.select(Person.id, Person.email, Person.state, Person.city_id).where(Person.email.in_(emails))
    ).all()
    ids = [row.id for row in people]
    roles: dict[int, set[str]] = defaultdict(set)
    cohorts: dict[int, set[int]] = defaultdict(set)
    enrolments: dict[int, dict[int, Any]] = defaultdict(dict)
    if ids:
        for person_id, role in db.session.execute(
            sa.select(PersonRole.person_id, PersonRole.role).where(
                PersonRole.person_id.in_(ids), PersonRole.to_at.is_(None)
            )
        ):
            roles[person_id].add(role)
        for person_id, cohort_id in db.session.execute(
            sa.select(CohortMember.person_id, CohortMember.cohort_id).where(CohortMember.person_id.in_(ids))
        ):
            cohorts[person_id].add(cohort_id)
        courses = [course.id for course in frame.courses.values()]
        for person_id, course_id, state, due_at in db.session.execute(
            sa.select(Enrolment.person_id, Enrolment.course_id, Enrolment.state, Enrolment.due_at).where(
                Enrolment.person_id.in_(ids), Enrolment.course_id.in_(courses)
            )
        ):
            enrolments[person_id][course_id] = (EnrolmentState(state), due_at)
    return {
        row.email: KnownPerson(
            row.id, PersonState(row.state), row.city_id, frozenset(roles[row.id]), enrolments[row.id],
            frozenset(cohorts[row.id]),
        )
        for row in people
    }  # fmt: skip


def judged(rows: Sequence[Row], frame: Frame) -> Iterator[Judged]:
    """What each row would do, in order; people are looked up some at a time, so that a large file needs little."""
    promised: dict[str, Promised] = {}
    remaining = iter(rows)
    while chunk := list(islice(remaining, CHUNK)):
        people = get_people(chunk, frame)
        for row in chunk:
            yield judge(row, frame, people, promised)


def judged_between(rows: Sequence[Row], start: int, stop: int, frame: Frame) -> list[Judged]:
    """What the rows from `start` up to `stop` would do, after what the earlier rows of the same people do."""
    shown = rows[start:stop]
    emails = {addresses.folded(row.email) for row in shown}
    earlier = [row for row in rows[:start] if addresses.folded(row.email) in emails]
    return list(islice(judged([*earlier, *shown], frame), len(earlier), None))


def list_refusals(found: PeopleImport, rows: Sequence[Row], frame: Frame) -> Iterator[Refusal]:
    """Every row of a file that was left out: those that are kept with their reasons, then the others, judged anew.

    One that could be done by now is said to be of what has just changed: sent again, it is done.
    """
    kept = found.report.refusals
    yield from kept
    further = islice(places(found.report.left_out), len(kept), None)
    for one in judged([rows[place] for place in further], frame):
        yield Refusal(one.row.line, one.why or "meanwhile", one.about if one.why else one.email)
