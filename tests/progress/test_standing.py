"""The pure part: what is done, what is open, what comes next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.core.skyline import LIT, NOW, UNLIT
from app.courses.editions import PublishedEdition, of_outline
from app.courses.outline import CourseSettings, Opens, Order, Outline, OutlineActivity, OutlineModule
from app.progress.models import ActivityState
from app.progress.standing import Mark, Standing
from tests.factories import text

DONE, STARTED = ActivityState.COMPLETE, ActivityState.STARTED


def an_edition(order: Order = Order.FREE, opens: dict[int, Opens] | None = None, optional: int = 0) -> PublishedEdition:
    """Two modules of three activities, 1 to 6, each of 10 minutes; `optional` is the id of one not required."""
    modules = tuple(
        OutlineModule(
            id=m,
            key=f"m{m}",
            title=text(f"Module {m}"),
            activities=tuple(
                OutlineActivity(
                    id=i, key=f"a{i}", kind="lesson", title=text(f"A{i}"), required=i != optional, minutes=10,
                    opens=(opens or {}).get(i), marks=None, data={},
                )
                for i in range(m * 3 - 2, m * 3 + 1)
            ),
        )
        for m in (1, 2)
    )  # fmt: skip
    outline = Outline(text("Course"), text(""), "en", ("en",), (), CourseSettings(order=order), modules)
    return of_outline(1, 1, 1, datetime(2026, 1, 1, tzinfo=UTC), outline)


def test_counts_required_activities_only() -> None:
    standing = Standing(an_edition(optional=3), {1: DONE, 3: DONE, 4: STARTED})
    assert (standing.done, standing.total) == (1, 5)
    assert standing.minutes_left == 40
    assert standing.lit == (2, 6)
    assert not standing.complete
    assert Standing(an_edition(optional=3), dict.fromkeys((1, 2, 4, 5, 6), DONE)).complete


def test_a_course_without_required_activities_is_never_complete_by_itself() -> None:
    edition = an_edition()
    nothing_required = of_outline(
        1, 1, 1, edition.published_at, Outline(text("C"), text(""), "en", ("en",), (), CourseSettings(), ())
    )
    assert not Standing(nothing_required, {}).complete
    assert Standing(nothing_required, {}).share == 0.0


def test_sequential_order_opens_one_after_another() -> None:
    standing = Standing(an_edition(Order.SEQUENTIAL), {1: DONE})
    by_id = standing.edition.by_id
    assert standing.waits_for(by_id[2]) == ()
    assert [a.id for a in standing.waits_for(by_id[4])] == [2, 3]
    assert standing.mark(by_id[4]) is Mark.LOCK


def test_what_was_begun_stays_open_whatever_comes_before_it_later() -> None:
    standing = Standing(an_edition(Order.SEQUENTIAL), {6: STARTED})
    assert standing.waits_for(standing.edition.by_id[6]) == ()


@pytest.mark.parametrize(
    ("opens", "done", "waits"),
    [
        (Opens(above=True), {}, [4, 5]),
        (Opens(above=True), {4: DONE}, [5]),
        (Opens(above=True), {4: DONE, 5: DONE}, []),
        (Opens(after=("a1", "a5")), {1: DONE}, [5]),
        (Opens(after=("gone",)), {}, []),
    ],
)
def test_opens_after(opens: Opens, done: dict[int, ActivityState], waits: list[int]) -> None:
    standing = Standing(an_edition(opens={6: opens}), done)
    assert [a.id for a in standing.waits_for(standing.edition.by_id[6])] == waits


def test_next_goes_on_from_where_the_person_was_and_comes_back_for_what_was_left() -> None:
    edition = an_edition()
    assert Standing(edition, {}).next is edition.by_id[1]
    assert Standing(edition, {3: DONE}, last=3).next is edition.by_id[4]
    assert Standing(edition, dict.fromkeys((2, 3, 4, 5, 6), DONE), last=6).next is edition.by_id[1]
    assert Standing(edition, dict.fromkeys(range(1, 7), DONE), last=6).next is None
    assert Standing(edition, {1: DONE}, last=99).next is edition.by_id[2]  # where they were is gone


def test_the_skyline_lights_exactly_what_is_done() -> None:
    standing = Standing(an_edition(), {1: DONE, 3: DONE}, last=3)
    assert standing.towers == [[LIT, UNLIT, LIT], [NOW, UNLIT, UNLIT]]
    assert Standing(an_edition(), {}).towers == [[UNLIT] * 3, [UNLIT] * 3]


def test_module_marks() -> None:
    standing = Standing(an_edition(), {1: DONE, 2: DONE, 3: DONE, 4: STARTED})
    first, second = standing.edition.outline.modules
    assert standing.module_mark(first) is Mark.DONE
    assert standing.module_mark(second) is Mark.NOW
    assert standing.module_done(second) == (0, 3)
