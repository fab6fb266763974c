"""Doing what rows of people say: some rows together, so that each costs little."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from app.auth import services as auth
from app.auth.cohorts import services as cohort_services
from app.auth.identity import Identity
from app.auth.models import Person
from app.core.errors import NotFound
from app.courses.archiving.errors import CourseArchived
from app.courses.models import Course
from app.extensions import db
from app.progress import services as progress
from app.progress.assigning import telling
from app.progress.assigning.enrolling_many import enrol_many
from app.progress.errors import NotAdmitted

from .judging import Judged


def do(judged: Sequence[Judged], *, giver: Person, by: Identity) -> list[Judged]:
    """Do what rows say; what each came to, which is a refusal where something changed in this very moment."""
    came = list(judged)
    ids = _enter(judged, giver)
    for place, one in enumerate(came):
        if not one.why and not (one.person_id or one.email in ids):
            came[place] = Judged(one.row, why="meanwhile", about=one.email)
        elif one.placed and one.person_id and one.city_id is not None:
            try:
                auth.place(person_id=one.person_id, city_id=one.city_id, by=giver.id)
            except NotFound:
                came[place] = Judged(one.row, why="meanwhile", about=one.email)
    refused = _enrol(came, ids, giver)
    for place, one in enumerate(came):
        if not one.why and one.course_id is not None and (one.course_id, _person_of(one, ids)) in refused:
            why = refused[one.course_id, _person_of(one, ids)]
            came[place] = Judged(one.row, why=why, about=one.row.course)
    _group(came, ids, by)
    return came


def _enter(judged: Iterable[Judged], giver: Person) -> dict[str, int]:
    new = [
        auth.Invited(one.email, one.name, one.language, one.city_id) for one in judged if one.new and not one.why
    ]  # fmt: skip
    return auth.invite_many(new, by=giver)


def _person_of(one: Judged, ids: dict[str, int]) -> int:
    return one.person_id or ids[one.email]


def _enrol(rows: Iterable[Judged], ids: dict[str, int], giver: Person) -> dict[tuple[int, int], str]:
    """Enrol whom rows enrol, by course; gives course and person of those whom it does not take in, and why."""
    first: dict[int, dict[int, datetime | None]] = defaultdict(dict)
    again: dict[int, list[tuple[int, datetime | None]]] = defaultdict(list)
    for one in rows:
        if one.why or one.course_id is None or not (one.enrols or one.sooner):
            continue
        person_id = _person_of(one, ids)
        if one.sooner:  # in it already, perhaps by an earlier row
            again[one.course_id].append((person_id, one.due_at))
        else:
            first[one.course_id][person_id] = one.due_at
    refused: dict[tuple[int, int], str] = {}
    for course_id, people in sorted(first.items()):
        for person_id in enrol_many(course_id=course_id, people=people, by_id=giver.id):
            archived = db.session.get_one(Course, course_id).archived_at is not None  # in this very moment
            refused[course_id, person_id] = "archived" if archived else "not_admitted"
    for course_id, sooner in sorted(again.items()):
        before = telling.list_due(course_id=course_id, people={person_id for person_id, _due in sooner})
        for person_id, due_at in sooner:
            try:
                person = db.session.get_one(Person, person_id)
                progress.enrol(person=person, course_id=course_id, due_at=due_at, by_id=giver.id)
            except NotAdmitted:
                refused[course_id, person_id] = "not_admitted"
            except CourseArchived:
                refused[course_id, person_id] = "archived"
        telling.tell_changed(course_id=course_id, before=before, by_id=giver.id)
    return refused


def _group(rows: Iterable[Judged], ids: dict[str, int], by: Identity) -> None:
    groups: dict[int, list[int]] = defaultdict(list)
    for one in rows:
        if not one.why and one.grouped and one.cohort_id is not None:
            groups[one.cohort_id].append(_person_of(one, ids))
    for cohort_id, people in sorted(groups.items()):
        cohort_services.add(cohort_id=cohort_id, people=people, by=by)
