"""The facts that a rule needs of its subjects, loaded in one statement for one person or for a page of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from app.auth.models import Affiliation, Person
from app.core.base import Instant
from app.core.text import Text
from app.courses.editions import PublishedEdition, list_editions
from app.courses.models import Course
from app.extensions import db
from app.network.models import City
from app.progress.models import ActivityState, Certificate, Completion, Enrolment, EnrolmentState
from app.progress.standing import Standing

from .findings import CertificateEvidence
from .subject import belongs, city_at

if TYPE_CHECKING:
    from .rules import Node


@dataclass(frozen=True, slots=True)
class CourseFact:
    """A course that a rule names; its title is the published one, where there is an edition."""

    id: int
    slug: str
    title: Text
    source_language: str
    is_published: bool = True
    activities: int = 0
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class CompletionFact:
    """A completion, its score the best that counts as of the moment, 0 to 1."""

    completed_at: datetime
    score: float | None


@dataclass(frozen=True, slots=True)
class EnrolmentFact:
    """How far an enrolment is, against the edition in force, today: figures for people, which decide nothing."""

    state: EnrolmentState
    done: int
    total: int
    minutes_left: int
    score: float | None
    needed: float | None = None  # the score that the course asks for, 0 to 1, where only that is missing

    @property
    def is_withdrawn(self) -> bool:
        return self.state is EnrolmentState.WITHDRAWN


@dataclass(frozen=True, slots=True)
class ColleagueFact:
    """Someone of the subject's city, and when they last completed a course."""

    person_id: int
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one subject as of a moment; by course id where it is of a course."""

    person_id: int
    city_id: int | None
    city_name: str | None
    courses: Mapping[int, CourseFact]
    completions: Mapping[int, Sequence[CompletionFact]]
    certificates: Mapping[int, Sequence[CertificateEvidence]]
    enrolments: Mapping[int, EnrolmentFact]
    colleagues: Mapping[int, Sequence[ColleagueFact]]

    def is_under_way(self, course_id: int) -> bool:
        """Whether the person is in the middle of the course, be it again."""
        enrolment = self.enrolments.get(course_id)
        return enrolment is not None and enrolment.state is EnrolmentState.OPEN


Subjects = Iterable[int] | sa.Select[Any] | sa.CompoundSelect[Any]

# One shape for every kind of row, so that they come in one statement.
_SHAPE: dict[str, Any] = {
    "kind": sa.String(12), "person_id": sa.Integer, "course_id": sa.Integer, "other_id": sa.Integer,
    "began": Instant, "ended": Instant, "revoked": Instant, "score": sa.Float, "better": sa.Float,
    "words": sa.String(255), "language": sa.String(35), "document": sa.JSON,
}  # fmt: skip


def facts(subjects: Subjects, at: datetime, rule: Node) -> dict[int, Facts]:
    """What `rule` needs to know of each subject as of `at`, by person id, in the order of the ids.

    `subjects`: ids of people, or a select of them. One statement, and one more for editions that this process
    has not read yet. To judge several rules, load the facts of `Any_(of=rules)`.
    """
    people = subjects if isinstance(subjects, sa.Select | sa.CompoundSelect) else list(subjects)
    courses = sorted({leaf.course_id for leaf in rule.leaves()})
    by_city = sorted({leaf.course_id for leaf in rule.leaves() if leaf.asks_city})
    parts = [
        _subjects(people, at),
        _courses(courses),
        _completions(people, courses, at),
        _certificates(people, courses, at),
        _enrolments(people, courses, at),
    ]
    if by_city:
        parts.append(_colleagues(people, by_city, at))
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(sa.union_all(*parts)):
        rows[row.kind].append(row)
    return _assemble(rows)


def list_courses(ids: Iterable[int]) -> dict[int, CourseFact]:
    """The courses with these ids: for a reader who is nobody's subject. Statements as `facts`."""
    return _course_facts(db.session.execute(_courses(sorted(set(ids)))).all())[0]


def _assemble(rows: Mapping[str, list[Any]]) -> dict[int, Facts]:
    courses, editions = _course_facts(rows["course"])
    completions: dict[int, dict[int, list[CompletionFact]]] = defaultdict(lambda: defaultdict(list))
    for row in rows["completion"]:
        score = max((s for s in (row.score, row.better) if s is not None), default=None)
        completions[row.person_id][row.course_id].append(CompletionFact(row.began, score))
    certificates: dict[int, dict[int, list[CertificateEvidence]]] = defaultdict(lambda: defaultdict(list))
    for row in rows["certificate"]:
        held = CertificateEvidence(row.course_id, row.words, row.began, row.ended, row.revoked)
        certificates[row.person_id][row.course_id].append(held)
    enrolments: dict[int, dict[int, EnrolmentFact]] = defaultdict(dict)
    for row in rows["enrolment"]:
        enrolments[row.person_id][row.course_id] = _enrolment_fact(row, editions.get(row.course_id))
    colleagues: dict[int, dict[int, list[ColleagueFact]]] = defaultdict(lambda: defaultdict(list))
    for row in rows["colleague"]:
        colleagues[row.other_id][row.course_id].append(ColleagueFact(row.person_id, row.began))
    return {
        row.person_id: Facts(
            person_id=row.person_id,
            city_id=row.other_id,
            city_name=row.words,
            courses=courses,
            completions=completions.get(row.person_id, {}),
            certificates=certificates.get(row.person_id, {}),
            enrolments=enrolments.get(row.person_id, {}),
            colleagues=colleagues.get(row.other_id, {}) if row.other_id is not None else {},
        )
        for row in sorted(rows["subject"], key=lambda row: row.person_id)
    }


def _course_facts(rows: Sequence[Any]) -> tuple[dict[int, CourseFact], dict[int, PublishedEdition]]:
    published = [row for row in rows if row.other_id is not None]
    editions = {e.course_id: e for e in list_editions(row.other_id for row in published)}
    found = {}
    for row in rows:
        edition = editions.get(row.course_id)
        found[row.course_id] = CourseFact(
            id=row.course_id,
            slug=row.words,
            title=edition.outline.title if edition else msgspec.convert(row.document, Text),
            source_language=row.language,
            is_published=edition is not None,
            activities=edition.needed if edition else 0,
            minutes=Standing(edition, {}).minutes_left if edition else 0,
        )
    return found, editions


def _enrolment_fact(row: Any, edition: PublishedEdition | None) -> EnrolmentFact:
    state = EnrolmentState(row.words)
    if edition is None:
        return EnrolmentFact(state, 0, 0, 0, row.score)
    states = msgspec.convert(row.document, dict[int, ActivityState], strict=False)
    standing = Standing(edition, states, score=row.score)
    wanted = edition.outline.settings.min_score
    needed = wanted / 100 if wanted is not None and standing.all_done and standing.lacks_score else None
    return EnrolmentFact(state, standing.done, standing.total, standing.minutes_left, row.score, needed)


def _row(kind: str, **values: Any) -> sa.Select[Any]:
    """A select in the one shape; what a kind does not have is NULL, typed so that PostgreSQL unites them."""
    columns = {"kind": sa.literal(kind, _SHAPE["kind"]), **values}
    return sa.select(*(columns.get(name, sa.cast(sa.null(), shape)).label(name) for name, shape in _SHAPE.items()))


def _subjects(people: Any, at: datetime) -> sa.Select[Any]:
    return (
        _row("subject", person_id=Person.id, other_id=City.id, words=City.name)
        .select_from(Person)
        .outerjoin(City, City.id == city_at(at))
        .where(Person.id.in_(people))
    )


def _courses(ids: Sequence[int]) -> sa.Select[Any]:
    return _row(
        "course",
        course_id=Course.id,
        other_id=Course.edition_id,
        words=Course.slug,
        language=Course.source_language,
        document=sa.type_coerce(Course.title, sa.JSON),
    ).where(Course.id.in_(ids))


def _completions(people: Any, courses: Sequence[int], at: datetime) -> sa.Select[Any]:
    counts = sa.and_(Enrolment.cycle == Completion.cycle, Enrolment.touched_at <= at)
    return (
        _row(
            "completion",
            person_id=Completion.person_id,
            course_id=Completion.course_id,
            began=Completion.completed_at,
            score=Completion.score,
            better=sa.case((counts, Enrolment.score), else_=sa.null()),
        )
        .join(Enrolment, Enrolment.id == Completion.enrolment_id)
        .where(Completion.person_id.in_(people), Completion.course_id.in_(courses), Completion.completed_at <= at)
    )


def _certificates(people: Any, courses: Sequence[int], at: datetime) -> sa.Select[Any]:
    return _row(
        "certificate",
        person_id=Certificate.person_id,
        course_id=Certificate.course_id,
        began=Certificate.issued_at,
        ended=Certificate.expires_at,
        revoked=Certificate.revoked_at,
        words=Certificate.code,
    ).where(Certificate.person_id.in_(people), Certificate.course_id.in_(courses), Certificate.issued_at <= at)


def _enrolments(people: Any, courses: Sequence[int], at: datetime) -> sa.Select[Any]:
    return _row(
        "enrolment",
        person_id=Enrolment.person_id,
        course_id=Enrolment.course_id,
        score=Enrolment.score,
        words=Enrolment.state,
        document=sa.type_coerce(Enrolment.states, sa.JSON),
    ).where(Enrolment.person_id.in_(people), Enrolment.course_id.in_(courses), Enrolment.enrolled_at <= at)


def _colleagues(people: Any, courses: Sequence[int], at: datetime) -> sa.Select[Any]:
    cities = sa.select(city_at(at)).where(Person.id.in_(people))
    return (
        _row(
            "colleague",
            person_id=Completion.person_id,
            course_id=Completion.course_id,
            other_id=Affiliation.city_id,
            began=sa.func.max(Completion.completed_at),
        )
        .join(Affiliation, Affiliation.person_id == Completion.person_id)
        .where(
            Completion.course_id.in_(courses),
            Completion.completed_at <= at,
            belongs(at),
            Affiliation.city_id.in_(cities.correlate(None)),
        )
        .group_by(Completion.person_id, Completion.course_id, Affiliation.city_id)
    )
