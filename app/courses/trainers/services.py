"""Who teaches a course, and as what. Translators hold their role by it, and only as long.

Locks are taken in the order course, person, trainer: erasing holds the person and takes the trainers away.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from app.auth import addresses
from app.auth import services as auth
from app.auth.models import LOCK, Person, PersonRole, PersonState, Role
from app.core import audit, clock, mail
from app.core.errors import NotFound
from app.extensions import db

from ..models import Course, CourseTrainer, TrainerRole
from ..settings.errors import AlreadyThere, LastLead, NobodyThere, NoLanguage, NoTrainer, NotReadyToTeach
from ..settings.services import lock_course


def invite_trainer(*, course_id: int, email: str, role: TrainerRole, languages: Sequence[str], by: int) -> str:
    """Make the person with this address a trainer of the course, and tell them by mail; returns their name.

    Raises `NobodyThere`, `NotReadyToTeach`, `AlreadyThere`, and as `change_trainer`.
    """
    course = lock_course(course_id)
    wanted = sa.select(Person).where(Person.email == addresses.folded(email)).execution_options(populate_existing=True)
    person = db.session.scalar(wanted.with_for_update(key_share=LOCK["key_share"]))
    if person is None:
        raise NobodyThere
    if person.state != PersonState.ACTIVE:
        raise NotReadyToTeach
    there = sa.select(CourseTrainer).where(CourseTrainer.course_id == course_id, CourseTrainer.person_id == person.id)
    trainer: CourseTrainer | None = db.session.scalar(there)
    if trainer is not None and trainer.role != role:
        raise AlreadyThere
    languages = _require(course, person, role, languages)
    if trainer is not None:
        if trainer.languages != languages:
            raise AlreadyThere
        return person.name  # the same sent twice
    db.session.add(CourseTrainer(course_id=course_id, person_id=person.id, role=role, languages=languages))
    _settle(course, person, role, languages, action="course.add_trainer", by=by)
    return person.name


def change_trainer(*, course_id: int, trainer_id: int, role: TrainerRole, languages: Sequence[str], by: int) -> str:
    """Let a trainer do something else in the course, and tell them by mail; returns their name.

    Raises `NotFound`, `LastLead`, `NoTrainer` (lead and author take that role) and, for a translator, `NoLanguage`.
    """
    course = lock_course(course_id)
    trainer, person = _locked(course_id, trainer_id)
    languages = _require(course, person, role, languages)
    if trainer.role == role and trainer.languages == languages:
        return person.name
    if role is not TrainerRole.LEAD:
        _require_other_lead(trainer)
    trainer.role, trainer.languages = role, languages
    _settle(course, person, role, languages, action="course.change_trainer", by=by)
    return person.name


def remove_trainer(*, course_id: int, trainer_id: int, by: int) -> str:
    """Take somebody off a course; what they wrote stays. Returns their name. Raises `NotFound` and `LastLead`."""
    lock_course(course_id)
    trainer, person = _locked(course_id, trainer_id)
    _require_other_lead(trainer)
    db.session.delete(trainer)
    db.session.flush()
    _settle_role(person.id, by=by)
    audit.record("course.remove_trainer", f"course:{course_id}", actor_id=by, person=person.id)
    db.session.flush()
    return person.name


def forget(*, person_id: int, by: int | None) -> None:
    """Take an erased person off every course; what they wrote stays, and a course may be left without a lead."""
    gone = sa.delete(CourseTrainer).where(CourseTrainer.person_id == person_id).returning(CourseTrainer.course_id)
    for course_id in sorted(db.session.scalars(gone)):
        audit.record("course.remove_trainer", f"course:{course_id}", actor_id=by, person=person_id)


def _locked(course_id: int, trainer_id: int) -> tuple[CourseTrainer, Person]:
    """A trainer of the course, whose row is held, and the person, held before: they may have been erased meanwhile."""
    person_id = _get(course_id, trainer_id).person_id
    person = db.session.get_one(Person, person_id, with_for_update=LOCK, populate_existing=True)
    return _get(course_id, trainer_id), person


def _get(course_id: int, trainer_id: int) -> CourseTrainer:
    trainer: CourseTrainer | None = db.session.get(CourseTrainer, trainer_id, populate_existing=True)
    if trainer is None or trainer.course_id != course_id:
        raise NotFound
    return trainer


def _require(course: Course, person: Person, role: TrainerRole, languages: Sequence[str]) -> list[str]:
    """That the person may take the role; the languages that go with it, in the course's order."""
    if role is not TrainerRole.TRANSLATOR:
        if not _holds(person.id, Role.TRAINER, Role.ADMINISTRATOR):
            raise NoTrainer
        return []
    chosen = [tag for tag in course.languages if tag in languages and tag != course.source_language]
    if not chosen:
        raise NoLanguage
    return chosen


def _require_other_lead(trainer: CourseTrainer) -> None:
    others = sa.select(CourseTrainer.id).where(
        CourseTrainer.course_id == trainer.course_id,
        CourseTrainer.role == TrainerRole.LEAD,
        CourseTrainer.id != trainer.id,
    )
    if trainer.role == TrainerRole.LEAD and db.session.scalar(others.limit(1)) is None:
        raise LastLead


def _settle(
    course: Course, person: Person, role: TrainerRole, languages: Sequence[str], *, action: str, by: int
) -> None:
    """What follows from a new part in the course: the role of translators, the log, a mail."""
    db.session.flush()
    _settle_role(person.id, by=by)
    audit.record(action, f"course:{course.id}", actor_id=by, person=person.id, role=role, languages=list(languages))
    if person.email and person.id != by:
        mail.post(
            key=f"course_trainer:{course.id}:{person.id}:{clock.now().timestamp():.0f}",
            kind="course_trainer",
            recipient=person.email,
            language=person.language,
            person_id=person.id,
            name=person.name,
            title=course.title.best(person.language, course.source_language),
            course_id=course.id,
            role=role.value,
            languages=list(languages),
            by=db.session.scalar(sa.select(Person.name).where(Person.id == by)),
            by_id=by,
        )
    db.session.flush()


def _settle_role(person_id: int, *, by: int) -> None:
    """Who translates a course holds the role translator; it ends with the last one."""
    translates = sa.select(CourseTrainer.id).where(
        CourseTrainer.person_id == person_id, CourseTrainer.role == TrainerRole.TRANSLATOR
    )
    wanted = db.session.scalar(translates.limit(1)) is not None
    if wanted == _holds(person_id, Role.TRANSLATOR):
        return
    change = auth.grant_role if wanted else auth.end_role
    change(person_id=person_id, role=Role.TRANSLATOR, city_id=None, by=by)


def _holds(person_id: int, *roles: Role) -> bool:
    held = sa.select(PersonRole.id).where(
        PersonRole.person_id == person_id, PersonRole.role.in_(roles), PersonRole.to_at.is_(None)
    )
    return db.session.scalar(held.limit(1)) is not None
