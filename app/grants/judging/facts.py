"""Loading the facts that a rule needs of its subjects: in one statement, for one person or for a page of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from app.core.text import Text
from app.courses.editions import PublishedEdition, list_editions
from app.courses.kinds import get_kind
from app.extensions import db
from app.progress.models import ActivityState, EnrolmentState
from app.progress.standing import Standing

from . import rows as fact_rows
from .findings import CertificateEvidence
from .shapes import (
    AttemptFact,
    CityFact,
    ColleagueFact,
    CompletionFact,
    CourseFact,
    DeclarationFact,
    EnrolmentFact,
    Facts,
    PassFact,
    QuizFact,
    RoleFact,
)

if TYPE_CHECKING:
    from ..rules import Node

__all__ = [
    "AttemptFact",
    "CityFact",
    "ColleagueFact",
    "CompletionFact",
    "CourseFact",
    "DeclarationFact",
    "EnrolmentFact",
    "Facts",
    "Known",
    "Named",
    "PassFact",
    "QuizFact",
    "RoleFact",
    "facts",
    "load",
    "named_by",
]

Subjects = Iterable[int] | sa.Select[Any] | sa.CompoundSelect[Any]


@dataclass(frozen=True, slots=True)
class Named:
    """The courses and quizzes that a rule names, by id."""

    courses: Mapping[int, CourseFact] = field(default_factory=dict)
    quizzes: Mapping[int, QuizFact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """The facts of people, and of cities alone, by id, in order."""

    people: Mapping[int, Facts]
    cities: Mapping[int, Facts]
    named: Named


def facts(subjects: Subjects, at: datetime, rule: Node) -> dict[int, Facts]:
    """What `rule` needs to know of each person as of `at`, by person id, in the order of the ids.

    `subjects`: ids of people, or a select of them. One statement, and one more for editions that this process
    has not read yet. To judge several rules, load the facts of `Any_(of=rules)`.
    """
    return dict(load(subjects, (), at, rule).people)


def load(subjects: Subjects, cities: Collection[int], at: datetime, rule: Node) -> Known:
    """As `facts`, and the facts of each of the `cities` alone. Statements as there."""
    people = subjects if isinstance(subjects, sa.Select | sa.CompoundSelect) else list(subjects)
    leaves = list(rule.leaves())
    courses = sorted({i for leaf in leaves for i in leaf.course_ids})
    by_city = sorted({i for leaf in leaves if leaf.asks_colleagues for i in leaf.course_ids})
    quizzes = sorted({i for leaf in leaves for i in leaf.activity_ids})
    roles = sorted({role for leaf in leaves for role in leaf.roles})
    keys = sorted({key for leaf in leaves for key in leaf.declaration_keys})
    parts = [fact_rows.subjects(people, at), fact_rows.cities(people, cities, at)]
    if courses or quizzes:
        parts.append(fact_rows.courses(courses, quizzes))
        parts.append(fact_rows.enrolments(people, courses, quizzes, at))
        parts.append(fact_rows.refused(people, courses, quizzes))
    if courses:
        parts += [fact_rows.completions(people, courses, at), fact_rows.certificates(people, courses, at)]
    if quizzes:
        parts += [fact_rows.quizzes(quizzes), fact_rows.attempts(people, quizzes, at)]
        parts.append(fact_rows.passes(people, quizzes, at))
    if by_city:
        parts.append(fact_rows.colleagues(people, cities, by_city, at))
    if roles:
        parts.append(fact_rows.roles(people, roles, at))
    if keys:
        parts.append(fact_rows.declarations(people, keys, at))
    return _assemble(_by_kind(parts), cities)


def named_by(rule: Node) -> Named:
    """The courses and quizzes that `rule` names: for a reader who is nobody's subject. Statements as `facts`."""
    quizzes = sorted({i for leaf in rule.leaves() for i in leaf.activity_ids})
    courses = sorted({i for leaf in rule.leaves() for i in leaf.course_ids})
    rows = _by_kind([fact_rows.courses(courses, quizzes), fact_rows.quizzes(quizzes)])
    return _named(rows)[0]


def _by_kind(parts: Sequence[sa.Select[Any]]) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(sa.union_all(*parts)):
        rows[row.kind].append(row)
    return rows


def _assemble(rows: Mapping[str, list[Any]], alone: Collection[int]) -> Known:
    named, editions = _named(rows)
    cities = {row.other_id: _city_fact(row) for row in rows["city"]}
    people = _people_facts(rows, editions)
    colleagues: dict[int, dict[int, list[ColleagueFact]]] = defaultdict(lambda: defaultdict(list))
    for row in rows["colleague"]:
        colleagues[row.other_id][row.course_id].append(ColleagueFact(row.person_id, row.began))

    def of(person_id: int | None, city_id: int | None) -> Facts:
        known = people.get(person_id) or _Known()
        return Facts(
            person_id=person_id,
            city=cities.get(city_id) if city_id is not None else None,
            courses=named.courses,
            quizzes=named.quizzes,
            completions=known.completions,
            certificates=known.certificates,
            enrolments=known.enrolments,
            colleagues=colleagues.get(city_id, {}) if city_id is not None else {},
            attempts=known.attempts,
            passes=known.passes,
            roles=known.roles,
            declarations=known.declarations,
            refused=frozenset(known.refused),
        )

    subjects = sorted(rows["subject"], key=lambda row: row.person_id)
    return Known(
        {row.person_id: of(row.person_id, row.other_id) for row in subjects},
        {city_id: of(None, city_id) for city_id in sorted(alone) if city_id in cities},
        named,
    )


@dataclass(slots=True)
class _Known:
    """What the rows say of one person."""

    completions: dict[int, list[CompletionFact]] = field(default_factory=lambda: defaultdict(list))
    certificates: dict[int, list[CertificateEvidence]] = field(default_factory=lambda: defaultdict(list))
    enrolments: dict[int, EnrolmentFact] = field(default_factory=dict)
    attempts: dict[int, list[AttemptFact]] = field(default_factory=lambda: defaultdict(list))
    passes: dict[int, list[PassFact]] = field(default_factory=lambda: defaultdict(list))
    roles: list[RoleFact] = field(default_factory=list)
    declarations: dict[str, DeclarationFact] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)


def _people_facts(rows: Mapping[str, list[Any]], editions: Mapping[int, PublishedEdition]) -> dict[int | None, _Known]:
    known: dict[int | None, _Known] = defaultdict(_Known)
    for row in rows["completion"]:
        score = max((s for s in (row.score, row.better) if s is not None), default=None)
        known[row.person_id].completions[row.course_id].append(CompletionFact(row.began, score))
    for row in rows["certificate"]:
        held = CertificateEvidence(row.course_id, row.words, row.began, row.ended, row.revoked)
        known[row.person_id].certificates[row.course_id].append(held)
    for row in rows["enrolment"]:
        known[row.person_id].enrolments[row.course_id] = _enrolment_fact(row, editions.get(row.course_id))
    for row in rows["refused"]:
        known[row.person_id].refused.add(row.course_id)
    for row in rows["attempt"]:
        known[row.person_id].attempts[row.other_id].append(AttemptFact(row.began, row.score))
    for row in rows["pass"]:
        known[row.person_id].passes[row.other_id].append(PassFact(row.began, row.score))
    for row in rows["role"]:
        known[row.person_id].roles.append(RoleFact(row.words, row.other_id, row.began, row.ended))
    for row in rows["declaration"]:
        known[row.person_id].declarations[row.words] = DeclarationFact(bool(row.number), row.began)
    return known


def _city_fact(row: Any) -> CityFact:
    return CityFact(
        id=row.other_id,
        name=row.words,
        region=row.region,
        country=row.language,
        size=row.size,
        joined_on=row.first_on,
        left_on=row.last_on,
        practitioners=row.number,
    )


def _named(rows: Mapping[str, list[Any]]) -> tuple[Named, dict[int, PublishedEdition]]:
    courses, editions = _course_facts(rows["course"])
    quizzes = {row.other_id: _quiz_fact(row, courses, editions.get(row.course_id)) for row in rows["quiz"]}
    return Named(courses, quizzes), editions


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
            is_graded=edition is not None and bool(edition.graded),
            activities=edition.needed if edition else 0,
            minutes=Standing(edition, {}).minutes_left if edition else 0,
            archived_at=row.ended,
            is_for_some=bool(row.number),
        )
    return found, editions


def _quiz_fact(row: Any, courses: Mapping[int, CourseFact], edition: PublishedEdition | None) -> QuizFact:
    activity = edition.by_id.get(row.other_id) if edition else None
    return QuizFact(
        id=row.other_id,
        course_id=row.course_id,
        title=activity.title if activity else msgspec.convert(row.document, Text),
        source_language=courses[row.course_id].source_language,
        is_quiz=row.words == "quiz",
        is_offered=activity is not None,
        is_passed_only=activity is not None and get_kind(activity.kind).passed(activity),
        minutes=round(activity.minutes * edition.pace) if activity and edition else 0,
    )


def _enrolment_fact(row: Any, edition: PublishedEdition | None) -> EnrolmentFact:
    state = EnrolmentState(row.words)
    if edition is None:
        return EnrolmentFact(state, 0, 0, 0, row.score, is_completed=row.ended is not None)
    states = msgspec.convert(row.document, dict[int, ActivityState], strict=False)
    standing = Standing(edition, states, score=row.score)
    wanted = edition.outline.settings.min_score
    needed = wanted / 100 if wanted is not None and standing.all_done and standing.lacks_score else None
    return EnrolmentFact(
        state,
        standing.done,
        standing.total,
        standing.minutes_left,
        row.score,
        needed,
        is_completed=row.ended is not None,
    )
