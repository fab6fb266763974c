"""The completion report: what the page shows, made from counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.auth.identity import Identity
from app.core.folding import folded
from app.core.text import Text
from app.courses.editions import PublishedEdition

from . import queries
from .queries import Count, Filters, Reach, ReportedCity, ReportedCourse

MOST_COURSES = 10
MOST_CITIES = 100


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may choose from, and what the report's ids mean."""

    courses: list[ReportedCourse]
    cities: list[ReportedCity]
    without_city: bool  # whether people who belong to no city are the person's to see


@dataclass(frozen=True, slots=True)
class Cell:
    """How many of the enrolled completed."""

    enrolled: int
    completed: int

    @property
    def share(self) -> float:
        return self.completed / self.enrolled

    @property
    def shade(self) -> int:
        """The share in steps of 5, 0 to 100, rounded down: the cell's class."""
        return self.completed * 20 // self.enrolled * 5


@dataclass(frozen=True, slots=True)
class CityRow:
    """A city across the courses shown (None where nobody is enrolled), and in all its courses.

    `city` is None for the people who belong to none.
    """

    city: ReportedCity | None
    cells: tuple[Cell | None, ...]
    all: Cell
    namesake: bool = False  # whether another city has the same name, so that the country must be said

    @property
    def key(self) -> str:
        """The city in an address."""
        return str(self.city.id) if self.city else "none"


@dataclass(frozen=True, slots=True)
class Matrix:
    """Cities by course, the courses with most enrolments first; cities by name. The rest is only counted."""

    courses: tuple[ReportedCourse, ...]
    rows: tuple[CityRow, ...]
    more_courses: int
    more_cities: int


@dataclass(frozen=True, slots=True)
class Stop:
    """An activity, and who came to it. `stopped`: came this far and, so far, no further."""

    id: int
    number: str
    title: Text
    reached: int
    completed: int
    stopped: int


@dataclass(frozen=True, slots=True)
class Stops:
    """Where people stop in one course. `chosen`: by the filter, else for its many enrolments."""

    course: ReportedCourse
    chosen: bool
    started: int
    activities: tuple[Stop, ...]

    @property
    def worst(self) -> Stop | None:
        """Where most people stop; the first of equals; None if nobody does."""
        worst = max(self.activities, key=lambda stop: stop.stopped, default=None)
        return worst if worst and worst.stopped else None


@dataclass(frozen=True, slots=True)
class Figures:
    practitioners: int
    enrolments: int
    completed: int
    overdue: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """The whole page. Without enrolments the rest is None, and `ever` says whether other filters would find any."""

    ever: bool
    figures: Figures | None = None
    matrix: Matrix | None = None
    stops: Stops | None = None


def choices_of(person: Identity) -> Choices:
    """What `person` may choose from: at most three statements."""
    return Choices(queries.list_courses(), queries.list_cities(person), person.is_administrator)


def completion(person: Identity, filters: Filters, choices: Choices, at: datetime) -> Report:
    """The report for `person` as of `at`: at most four statements."""
    counts = queries.list_counts(person, filters, at)
    if not counts:
        return Report(ever=queries.has_enrolments(person))
    figures = Figures(
        practitioners=queries.count_practitioners(person, filters),
        enrolments=sum(count.enrolled for count in counts),
        completed=sum(count.completed for count in counts),
        overdue=sum(count.overdue for count in counts),
        median_days=median(queries.list_days_to_complete(person, filters)),
    )
    matrix = matrix_of(counts, choices)
    course = matrix.courses[0]
    reach = queries.get_reach(person, filters, course.edition)
    started, activities = stops_of(reach, course.edition)
    return Report(True, figures, matrix, Stops(course, filters.course_id is not None, started, activities))


def median(counted: Sequence[tuple[float, int]]) -> float | None:
    """The median of values given in order, each with how often it occurs; None of none."""
    total = sum(times for _value, times in counted)
    if not total:
        return None
    return (_at(counted, (total - 1) // 2) + _at(counted, total // 2)) / 2


def _at(counted: Iterable[tuple[float, int]], place: int) -> float:
    for value, times in counted:
        place -= times
        if place < 0:
            return value
    raise IndexError(place)


def matrix_of(counts: Sequence[Count], choices: Choices) -> Matrix:
    """Cities by course, from counts of which there is at least one."""
    enrolled = Counter[int]()
    for count in counts:
        enrolled[count.course_id] += count.enrolled
    courses = sorted((c for c in choices.courses if c.id in enrolled), key=lambda c: (-enrolled[c.id], c.id))
    shown = courses[:MOST_COURSES]
    by_city: dict[int | None, dict[int, Count]] = {}
    for count in counts:
        by_city.setdefault(count.city_id, {})[count.course_id] = count
    names = Counter(city.name for city in choices.cities)
    cities: list[ReportedCity | None] = [
        *sorted((c for c in choices.cities if c.id in by_city), key=lambda c: (folded(c.name), c.country)),
        *([None] if None in by_city else []),
    ]
    rows = [
        _row(city, by_city[city.id if city else None], shown, bool(city and names[city.name] > 1)) for city in cities
    ]
    return Matrix(tuple(shown), tuple(rows[:MOST_CITIES]), len(courses) - len(shown), max(len(rows) - MOST_CITIES, 0))


def _row(city: ReportedCity | None, counts: dict[int, Count], shown: list[ReportedCourse], namesake: bool) -> CityRow:
    found = [counts.get(course.id) for course in shown]
    cells = tuple(Cell(count.enrolled, count.completed) if count else None for count in found)
    total = Cell(sum(c.enrolled for c in counts.values()), sum(c.completed for c in counts.values()))
    return CityRow(city, cells, total, namesake)


def stops_of(reach: Reach, edition: PublishedEdition) -> tuple[int, tuple[Stop, ...]]:
    """How many started the course, and how each of its activities fared."""
    started = reached = sum(reach.furthest.values())
    stops = []
    place = 0
    for m, module in enumerate(edition.outline.modules, 1):
        for n, activity in enumerate(module.activities, 1):
            stopped = reach.furthest.get(place, 0)
            done = reach.completed.get(place, 0)
            stops.append(Stop(activity.id, f"{m}.{n}", activity.title, reached, done, stopped))
            reached -= stopped
            place += 1
    return started, tuple(stops)
