"""The whole of a large network, in one transaction: all of it or nothing."""

from __future__ import annotations

import random
from datetime import timedelta

from app.core import clock
from app.core.text import Text
from app.core.transactions import unit_of_work
from app.grants import services as grants
from app.grants.rules import Completed
from app.progress.tallies import services as tally_services

from . import bulk, people
from .courses import teach
from .journeys import MODELS, Walk
from .shape import Shape


def seed(shape: Shape, *, number: int, password_hash: str) -> dict[str, int]:
    """Fill an empty database with a network of `shape`; how many rows there are of what.

    The same seed `number` on the same day gives the same network. Everything happens in the three years before today.
    """
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    now = int(today.timestamp())
    moments = bulk.Moments()
    chance = random.Random(f"{number} {shape}")
    with bulk.filling(), unit_of_work():
        inhabitants = people.settle(shape, now, password_hash, moments, chance)
        bulk.count_on()
        people.gather(shape, now, moments, chance)
        published = today - timedelta(days=people.YEARS * 365 + 2)
        courses = teach(shape.courses, shape.length, people.trainer_ids(shape), published, chance)
        _invite(courses[0].edition.course_id)
        with bulk.bare(model.__tablename__ for model in MODELS):
            written = Walk(shape, courses, inhabitants, now, moments, chance).go()
        tally_services.count_anew()
        bulk.count_on()
    bulk.tidy()
    return {"city": shape.cities, "course": shape.courses, "person": shape.people, **written}


def _invite(course_id: int) -> None:
    """A grant call that is open, since home speaks of the nearest one."""
    now = clock.now()
    call = grants.create_call(
        slug="first-call",
        source_language="en",
        title=Text.of({"en": "A grant for what comes first"}, "en"),
        summary=Text.of({"en": "For cities that know where to begin."}, "en"),
        opens_at=now - timedelta(days=20),
        closes_at=now + timedelta(days=40),
        time_zone="UTC",
        by=1,
    )
    grants.set_rule(call_id=call.id, rule=Completed(course_id=course_id), by=1)
    grants.publish_call(call_id=call.id, by=1)
