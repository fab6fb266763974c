from __future__ import annotations

import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core import clock, rank
from app.core.transactions import unit_of_work
from app.courses import drafts, places
from app.courses.builder import placing_services
from app.courses.models import Activity, Course, Module
from app.extensions import db
from tests.factories import a_draft

Model = dict[int, list[int]]
moves = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 6)), max_size=12)


def standing(course: Course) -> Model:
    """Module id to the ids of its activities, in order, as the database has them."""
    db.session.expire_all()
    loaded = drafts.load(course.id)
    return {module.id: [a.id for a in module.living_activities()] for module in loaded.living_modules()}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(moves)
def test_any_moves_give_the_order_that_a_list_would(app: Flask, moved: list[tuple[int, int, int]]) -> None:
    with app.app_context():
        with unit_of_work():
            course = a_draft(modules=3, lessons=2)
            model = standing(course)
            modules, activities = list(model), [a for held in model.values() for a in held]
            for which, where, place in moved:
                activity, module = activities[which], modules[where]
                for held in model.values():
                    if activity in held:
                        held.remove(activity)
                before = model[module][place] if place < len(model[module]) else None
                model[module].insert(place, activity)
                placing_services.move_activity(
                    course_id=course.id, activity_id=activity, module_id=module, before=before
                )
            assert standing(course) == model
        db.session.remove()


def test_where_there_is_no_room_left_all_are_spread_anew(app: Flask) -> None:
    course = a_draft(modules=1, lessons=2)
    with unit_of_work():
        (module,) = standing(course)
        first, second = standing(course)[module]
        for _time in range(300):  # each squeezes in right before the last
            placing_services.move_activity(course_id=course.id, activity_id=first, module_id=module, before=second)
            placing_services.move_activity(course_id=course.id, activity_id=second, module_id=module, before=first)
        assert standing(course)[module] == [second, first]
        assert db.session.scalar(sa.select(sa.func.max(sa.func.length(Activity.rank)))) <= places.LONGEST


def test_things_of_one_rank_can_be_parted(app: Flask) -> None:
    course = a_draft(modules=1, lessons=3)
    with unit_of_work():
        db.session.execute(sa.update(Activity).values(rank="m"))
        (module,) = standing(course)
        one, two, three = standing(course)[module]
        placing_services.move_activity(course_id=course.id, activity_id=three, module_id=module, before=two)
        assert standing(course)[module] == [one, three, two]


def test_what_was_removed_keeps_its_place_when_others_are_spread_anew(app: Flask) -> None:
    course = a_draft(modules=1, lessons=3)
    with unit_of_work():
        (module,) = standing(course)
        one, two, three = standing(course)[module]
        places.stand(Activity, two, removed_at=clock.now())
        full = "1" * (places.LONGEST - 1)
        for activity, last in ((one, "1"), (two, "2"), (three, "3")):
            places.stand(Activity, activity, rank=full + last)
        new = places.rank_before(Activity, places.activities_of(module), three)
        places.stand(Activity, two, removed_at=None)
        ranks = dict(db.session.execute(sa.select(Activity.id, Activity.rank)).all())
        assert ranks[one] < ranks[two] < new < ranks[three]


def test_a_rank_for_the_first_of_all(app: Flask) -> None:
    course = a_draft(modules=0)
    with unit_of_work():
        assert places.rank_before(Module, places.modules_of(course.id), None) == rank.between(None, None)
