"""The pure part: what is done, what is open, what comes next."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def ruled(enough: int | None, min_score: float | None, minutes: int | None = None) -> PublishedEdition:
    """As `an_edition`, with activity 5 optional and a test as activity 6."""
    plain = an_edition(optional=5)
    modules = tuple(
        msgspec.structs.replace(
            m, activities=tuple(msgspec.structs.replace(a, marks=4.0 if a.id == 6 else None) for a in m.activities)
        )
        for m in plain.outline.modules
    )
    settings = CourseSettings(enough=enough, min_score=min_score, minutes=minutes)
    outline = msgspec.structs.replace(plain.outline, modules=modules, settings=settings)
    return of_outline(1, 1, 1, plain.published_at, outline)


def test_some_activities_of_any_kind_can_be_enough() -> None:
    standing = Standing(ruled(3, None), {1: DONE, 5: DONE, 6: STARTED})
    assert (standing.done, standing.total, standing.complete) == (2, 3, False)
    assert standing.minutes_left == 10
    standing = Standing(ruled(3, None), dict.fromkeys((1, 2, 3, 5), DONE))
    assert (standing.done, standing.total, standing.complete, standing.minutes_left) == (3, 3, True, 0)


def test_a_score_is_asked_for_beside_what_is_done() -> None:
    edition = ruled(None, 70)
    everything = dict.fromkeys(range(1, 7), DONE)
    standing = Standing(edition, everything, last=6, score=0.55)
    assert (standing.all_done, standing.lacks_score, standing.complete) == (True, True, False)
    assert standing.next is edition.by_id[6]  # where the score can be raised
    assert Standing(edition, everything, score=0.7).complete
    assert Standing(edition, everything, score=0.1 + 0.6).complete  # a hair under 70 percent
    assert not Standing(edition, everything).complete  # no score yet
    settled = Standing(edition, everything, score=0.55, settled=True)
    assert (settled.lacks_score, settled.next) == (False, None)


def test_those_who_lack_the_score_do_not_stand_as_those_who_have_it() -> None:
    edition, states = ruled(2, 70), {1: DONE, 2: DONE}
    assert Standing(edition, states, score=0.5).key != Standing(edition, states, score=0.8).key


def test_the_length_that_a_trainer_said_stretches_what_is_left() -> None:
    standing = Standing(ruled(None, None, minutes=120), {1: DONE})
    assert standing.edition.minutes == 120
    assert standing.minutes_left == 80  # four of six, of 20 minutes each


@given(
    enough=st.none() | st.integers(1, 6),
    min_score=st.none() | st.integers(1, 100),
    done=st.sets(st.integers(1, 6)),
    more=st.sets(st.integers(1, 6)),
    score=st.none() | st.integers(0, 100).map(lambda percent: percent / 100),
    better=st.integers(0, 50).map(lambda percent: percent / 100),
)
def test_more_is_never_less_and_complete_is_what_the_rule_says(
    enough: int | None, min_score: int | None, done: set[int], more: set[int], score: float | None, better: float
) -> None:
    edition = ruled(enough, min_score)
    before = Standing(edition, dict.fromkeys(done, DONE), score=score)
    after = Standing(edition, dict.fromkeys(done | more, DONE), score=None if score is None else score + better)
    assert after.share >= before.share
    assert after.minutes_left <= before.minutes_left
    assert after.complete >= before.complete
    reached = min_score is None or (score is not None and round(score * 100) >= min_score)
    enough_done = len(done) >= enough if enough else {1, 2, 3, 4, 6} <= done
    assert before.complete == (enough_done and reached)
    assert (before.share == 1.0) == enough_done
    assert 0 <= before.done <= before.total
    assert (before.minutes_left == 0) == enough_done
