"""What the page shows, made from counts: pure."""

from __future__ import annotations

import pytest
from flask import Flask

from app.reports import report
from app.reports.queries import Count, Reach, ReportedCity, ReportedCourse
from app.reports.report import Cell, Choices
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
    counts = [
        Count(1, first.id, 4, 1, 0),
        Count(1, second.id, 6, 3, 0),
        Count(2, second.id, 5, 5, 0),
        Count(None, first.id, 1, 0, 0),
    ]
    matrix = report.matrix_of(counts, Choices([first, second], cities, True))
    assert [course.slug for course in matrix.courses] == ["second", "first"]
    assert [row.city.name if row.city else None for row in matrix.rows] == ["Ålesund", "Oslo", None]
    assert [row.key for row in matrix.rows] == ["2", "1", "none"]
    assert matrix.rows[0].cells == (Cell(5, 5), None)
    assert matrix.rows[1].all == Cell(10, 4)


def test_namesakes_are_told_apart(app: Flask) -> None:
    [course] = reported("first")
    cities = [
        ReportedCity(1, "Tripoli", "LB", "europe"),
        ReportedCity(2, "Tripoli", "LY", "africa"),
        ReportedCity(3, "Oslo", "NO", "europe"),
    ]
    matrix = report.matrix_of([Count(i, course.id, 1, 0, 0) for i in (1, 2, 3)], Choices([course], cities, True))
    assert [row.namesake for row in matrix.rows] == [False, True, True]


def test_a_large_network_is_cut_and_says_so(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "MOST_COURSES", 1)
    monkeypatch.setattr(report, "MOST_CITIES", 2)
    first, second = reported("first", "second")
    cities = [ReportedCity(i, f"City {i}", "NO", "europe") for i in range(1, 6)]
    counts = [Count(i, course.id, 2, 1, 0) for i in range(1, 6) for course in (first, second)]
    matrix = report.matrix_of(counts, Choices([first, second], cities, False))
    assert (len(matrix.courses), matrix.more_courses, len(matrix.rows), matrix.more_cities) == (1, 1, 2, 3)
    assert matrix.rows[0].all == Cell(4, 2)


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
