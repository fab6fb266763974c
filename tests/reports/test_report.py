"""What the page shows, made from counts: pure."""

from __future__ import annotations

import pytest
from flask import Flask

from app.reports import report
from app.reports.choices import Choices
from app.reports.queries import Count, Reach, ReportedCity, ReportedCourse
from app.reports.report import Cell
from tests.factories import a_course

from .factories import edition_of


@pytest.mark.parametrize(
    ("counted", "median"),
    [([], None), ([(7, 1)], 7), ([(1, 1), (4, 1)], 2.5), ([(1, 1), (2, 1), (9, 1)], 2), ([(0, 3), (30, 1)], 0)],
)
def test_median(counted: list[tuple[float, int]], median: float | None) -> None:
    assert report.median(counted) == median


@pytest.mark.parametrize(("completed", "shade"), [(0, 0), (5, 10), (37, 90), (41, 100), (40, 95)])
def test_shade_is_rounded_down_so_that_the_last_step_means_all(completed: int, shade: int) -> None:
    assert Cell(41, completed).shade == shade


def reported(*slugs: str) -> list[ReportedCourse]:
    return [ReportedCourse(course.id, course.slug, edition_of(course)) for course in map(a_course, slugs)]


def test_matrix(app: Flask) -> None:
    first, second = reported("first", "second")
    cities = [ReportedCity(1, "Oslo", "NO", "europe"), ReportedCity(2, "Ålesund", "NO", "europe")]
    choices = Choices([first, second], cities, True)
    by_city = [Count(1, 10, 4, 0), Count(None, 1, 0, 0), Count(2, 5, 5, 0)]
    cells = [Count((1, first.id), 4, 1, 0), Count((1, second.id), 6, 3, 0), Count((2, second.id), 5, 5, 0)]
    shown = report.cities_of(by_city, choices)
    assert [city.name if city else None for city in shown] == ["Ålesund", "Oslo", None]
    rows = report.rows_of(shown, [second, first], cells, by_city, choices)
    assert [row.key for row in rows] == ["2", "1", "none"]
    assert rows[0].cells == (Cell(5, 5), None) and rows[1].cells == (Cell(6, 3), Cell(4, 1))
    assert rows[1].all == Cell(10, 4)


def test_namesakes_are_told_apart(app: Flask) -> None:
    [course] = reported("first")
    cities = [
        ReportedCity(1, "Tripoli", "LB", "europe"),
        ReportedCity(2, "Tripoli", "LY", "africa"),
        ReportedCity(3, "Oslo", "NO", "europe"),
    ]
    choices, by_city = Choices([course], cities, True), [Count(i, 1, 0, 0) for i in (1, 2, 3)]
    rows = report.rows_of(report.cities_of(by_city, choices), [course], [], by_city, choices)
    assert [row.namesake for row in rows] == [False, True, True]


@pytest.mark.parametrize(
    ("counted", "found"),
    [
        ([], None),
        ([(7, 1)], (7, 7, 7)),
        ([(1, 1), (4, 1)], (1, 2.5, 4)),
        ([(1, 1), (2, 1), (3, 1), (4, 1)], (1.5, 2.5, 3.5)),
        ([(1, 2), (5, 1), (9, 2)], (1, 5, 9)),
    ],
)
def test_quartiles(counted: list[tuple[float, int]], found: tuple[float, float, float] | None) -> None:
    assert report.quartiles(counted) == found


def test_stops(app: Flask) -> None:
    [course] = reported("first")  # two modules of two lessons
    reach = Reach(completed={0: 9, 1: 5, 2: 5, 3: 4}, furthest={0: 1, 1: 4, 3: 1, 4: 4})
    started, stops = report.stops_of(reach, course.edition)
    assert started == 10
    assert [(s.number, s.reached, s.completed, s.stopped) for s in stops] == [
        ("1.1", 10, 9, 1), ("1.2", 9, 5, 4), ("2.1", 5, 5, 0), ("2.2", 5, 4, 1),
    ]  # fmt: skip
    worst = report.Stops(course, False, started, stops).worst
    assert worst is not None and worst.number == "1.2"


def test_nobody_stopped(app: Flask) -> None:
    [course] = reported("first")
    started, stops = report.stops_of(Reach({}, {4: 3}), course.edition)
    assert report.Stops(course, False, started, stops).worst is None
