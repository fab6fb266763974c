"""Loading the facts that a rule needs of its subjects: in one statement, for one person or for a page of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
import sqlalchemy as sa

from app.courses.editions import PublishedEdition
from app.extensions import db
from app.progress.models import ActivityState, EnrolmentState
from app.progress.standing import DONE_WITH, Standing
from app.quizzes.models import AttemptState

from . import rows as fact_rows
from .findings import CertificateEvidence
from .naming import Named, of_rows
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
    TriedFact,
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
    "TriedFact",
    "facts",
    "load",
    "named_by",
]

Subjects = Iterable[int] | sa.Select[Any] | sa.CompoundSelect[Any]


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
        parts += [fact_rows.times(courses, quizzes), fact_rows.extensions(people, courses, quizzes)]
        parts.append(fact_rows.tries(people, courses, quizzes, at))
        parts.append(fact_rows.completions(people, courses, quizzes, at))
        parts.append(fact_rows.certificates(people, courses, quizzes, at))
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
    parts = [fact_rows.courses(courses, quizzes), fact_rows.times(courses, quizzes), fact_rows.quizzes(quizzes)]
    rows = _by_kind(parts)
    return of_rows(rows)[0]


def _by_kind(parts: Sequence[sa.Select[Any]]) -> dict[str, list[Any]]:
    rows: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(sa.union_all(*parts)):
        rows[row.kind].append(row)
    return rows


def _assemble(rows: Mapping[str, list[Any]], alone: Collection[int]) -> Known:
    named, editions = of_rows(rows)
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
            tried=known.tried,
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
    tried: dict[int, TriedFact] = field(default_factory=dict)


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
    for person_id, tried in _tried(rows["try"], rows["extension"]).items():
        known[person_id].tried = tried
    for row in rows["attempt"]:
        known[row.person_id].attempts[row.other_id].append(AttemptFact(row.began, row.score))
    for row in rows["pass"]:
        known[row.person_id].passes[row.other_id].append(PassFact(row.began, row.score))
    for row in rows["role"]:
        known[row.person_id].roles.append(RoleFact(row.words, row.other_id, row.began, row.ended))
    for row in rows["declaration"]:
        known[row.person_id].declarations[row.words] = DeclarationFact(bool(row.number), row.began)
    return known


def _tried(tries: Sequence[Any], extensions: Sequence[Any]) -> dict[int, dict[int, TriedFact]]:
    """By person and quiz; of several extensions each part at its most generous."""
    found: dict[int, dict[int, TriedFact]] = defaultdict(lambda: defaultdict(TriedFact))
    for row in tries:
        was = found[row.person_id][row.other_id]
        found[row.person_id][row.other_id] = replace(
            was,
            made=was.made + 1,
            is_open=was.is_open or row.words == AttemptState.OPEN,
            waits=was.waits or (row.words == AttemptState.SUBMITTED and row.score is None),
        )
    for row in extensions:
        was = found[row.person_id][row.other_id]
        until = max((moment for moment in (was.closes_at, row.ended) if moment is not None), default=None)
        found[row.person_id][row.other_id] = replace(was, more=max(was.more, row.number), closes_at=until)
    return found


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
        done_with=frozenset(i for i, held in states.items() if held in DONE_WITH),
        excused=frozenset(i for i, held in states.items() if held is ActivityState.EXCUSED),
    )
