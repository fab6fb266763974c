"""The demonstration network, made in one unit of work: all of it or nothing."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from app.auth.models import Person, Role
from app.auth.passwords import DEMONSTRATION, hash_password
from app.core import chance, clock
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.courses import services as courses
from app.courses.editions import get_edition
from app.exchange import folder
from app.exchange import services as exchange
from app.exchange.parsed import Parsed
from app.extensions import db
from app.grants import rules
from app.grants import services as grants
from app.grants.models import Application
from app.messages.models import Notice
from app.network import services as network
from app.network.models import City
from app.network.services import CityFacts
from app.progress.models import Certificate, Enrolment
from app.quizzes.models import Attempt

from . import granting
from .arranging import arrange
from .cast import Member, domain_of, gather
from .journeys import Stage, arrive, play, take
from .material import FOLDER, CallMaterial, CourseMaterial, Material, read
from .practice import practise

RECENT = timedelta(days=14)
APPROVED_BY = Text.of({"en": "the steering committee", "fr": "le comité directeur"}, "en")


def load(*, seed: int, people: int) -> dict[str, int]:
    """Make the network in an empty database, and say how many there are of what.

    `people` is about how many; those whose story is told are there in any case. Everything happens before today.
    """
    material = read()
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    members = gather(material, seed=seed, people=people, today=today)
    stage = Stage(password_hash=hash_password(DEMONSTRATION), typed=material.typed)
    parsed = {course.key: folder.read(FOLDER / "courses" / course.key) for course in material.courses}
    for course in parsed.values():
        exchange.prepare(course)
    with chance.seeded(f"{seed} codes and orders"), unit_of_work():
        _begin(material, members, stage)
        _teach(material, members, parsed, stage, today)
        journeys = [arrive(member, stage) for member in members if member.email not in stage.people]
        journeys += [
            take(plan, member, stage, random.Random(f"{seed} {member.email} {plan.course}"))
            for member in members
            for plan in member.plans
        ]
        play(journeys, until=today)
        lead = next(course.lead for course in material.courses if course.key == material.practice.course)
        practise(material.practice, stage, seed=seed, lead=lead, today=today)
        for call in material.calls:
            _invite(call, stage, today)
            granting.apply(call, stage, today)
        arrange(
            stage, coordinator="coordinator@demo.example", trainer="trainer@demo.example", course="prevention",
            today=today,
        )  # fmt: skip
        _read_what_was_told(before=today - RECENT)
        return {
            "cities": _count(City),
            "people": _count(Person),
            "courses": len(stage.editions),
            "enrolments": _count(Enrolment),
            "quiz attempts": _count(Attempt),
            "certificates": _count(Certificate),
            "open grant calls": sum(call.closes > 0 for call in material.calls),
            "applications": _count(Application),
        }


def _read_what_was_told(*, before: datetime) -> None:
    """What people were told before that has been read; nothing of it is mailed."""
    db.session.execute(sa.update(Notice).values(mail_at=None))
    db.session.execute(sa.update(Notice).values(read_at=Notice.created_at).where(Notice.created_at < before))


def _begin(material: Material, members: list[Member], stage: Stage) -> None:
    """The administrator, and the cities the administrator enters."""
    first = next(member for member in members if Role.ADMINISTRATOR in member.roles)
    play([arrive(first, stage)], until=first.joins_at + timedelta(days=1))
    stage.administrator_id = stage.people[first.email].id
    with clock.at(first.joins_at + timedelta(hours=6)):
        for city in material.cities:
            facts = CityFacts(
                name=city.name,
                country=city.country,
                region=city.region,
                size_band=city.size,
                joined_on=city.joined,
                left_on=None,
                figures_public=city.figures_public,
                domains=(domain_of(city.name),),
            )
            stage.cities[city.name] = network.add_city(facts, by=stage.administrator_id).id


def _teach(material: Material, members: list[Member], parsed: dict[str, Parsed], stage: Stage, today: datetime) -> None:
    """The trainers, and the courses they bring in and publish."""
    trainers = [member for member in members if Role.TRAINER in member.roles]
    play([arrive(member, stage) for member in trainers], until=today)
    for course in material.courses:
        with clock.at(_published_at(course, today)):
            lead = stage.people[course.lead].id
            imported = exchange.import_course(parsed[course.key], trainer_id=lead, by=lead)
            edition = courses.publish(course_id=imported.course_id, by=lead, note="The first edition.")
            stage.editions[course.key] = get_edition(edition.id)


def _published_at(course: CourseMaterial, today: datetime) -> datetime:
    return today - timedelta(days=course.published) + timedelta(hours=7)


def _invite(call: CallMaterial, stage: Stage, today: datetime) -> None:
    """A grant call with its rules; the last one is in force."""
    by = stage.administrator_id
    closes_at = datetime.combine(
        today.date() + timedelta(days=call.closes), time(18), tzinfo=ZoneInfo(call.time_zone)
    ).astimezone(UTC)
    opens_at = today - timedelta(days=call.opened) + timedelta(hours=8)
    year = str(closes_at.year)
    with clock.at(today - timedelta(days=max(rule.approved for rule in call.rules))):
        row = grants.create_call(
            slug=call.slug,
            source_language="en",
            title=Text.of({tag: words.replace("{year}", year) for tag, words in call.title.items()}, "en"),
            summary=Text.of(call.summary, "en"),
            opens_at=opens_at,
            closes_at=closes_at,
            time_zone=call.time_zone,
            grants=call.grants,
            by=by,
        )
        row.currency, row.ceiling = call.currency, call.ceiling
        row.questionnaire = granting.questionnaire_of(call)
    for rule in call.rules:
        approved = today - timedelta(days=rule.approved)
        with clock.at(approved + timedelta(hours=12)):
            grants.set_rule(
                call_id=row.id,
                rule=rules.read(_by_id(rule.tree, stage)),
                by=by,
                approved_by=APPROVED_BY,
                approved_on=approved.date(),
                reason=rule.reason,
            )
    with clock.at(opens_at - timedelta(days=5)):
        grants.publish_call(call_id=row.id, by=by)


def _by_id(tree: dict[str, Any], stage: Stage) -> dict[str, Any]:
    """The rule with its courses by id, as rules are stored."""
    stored = {name: value for name, value in tree.items() if name != "course"}
    if "course" in tree:
        stored["course_id"] = stage.editions[tree["course"]].course_id
    if "of" in tree:
        stored["of"] = [_by_id(part, stage) for part in tree["of"]]
    return stored


def _count(model: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
