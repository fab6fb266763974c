"""The completion report: what the page shows, made from counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.auth.identity import Identity
from app.core.folding import folded
from app.core.text import Text
from app.courses.editions import PublishedEdition

from . import queries
from .choices import Choices
from .queries import Count, Filters, Reach, ReportedCity, ReportedCourse

MOST_COURSES = 8
CITIES_A_PAGE = 25


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
    """Cities by course, the courses with most enrolments first; cities by name, a page of them.

    The courses that are not shown are only counted.
    """

    courses: tuple[ReportedCourse, ...]
    rows: tuple[CityRow, ...]
    more_courses: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class Stop:
    """An activity, and who came to it. `stopped`: came this far and, so far, no further."""

    id: int
    key: str
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
    late: int
    median_days: float | None


@dataclass(frozen=True, slots=True)
class Report:
    """Cities by course and where people stop."""

    matrix: Matrix
    stops: Stops


def figures_of(person: Identity, filters: Filters, overview: Count) -> Figures:
    """The figures at the head of the page: two statements."""
    return Figures(
        practitioners=queries.count_practitioners(person, filters),
        enrolments=overview.enrolled,
        completed=overview.completed,
        late=overview.overdue,
        median_days=median(queries.list_days_to_complete(person, filters)),
    )


def completion(person: Identity, filters: Filters, choices: Choices, by_city: Sequence[Count], page: int) -> Report:
    """Cities by course and where people stop, of at least one enrolment: four statements."""
    enrolled = queries.get_sizes(person, filters)
    courses = sorted((c for c in choices.courses if c.id in enrolled), key=lambda c: (-enrolled[c.id], c.id))
    shown, cities = courses[:MOST_COURSES], cities_of(by_city, choices)
    pages = max(1, -(-len(cities) // CITIES_A_PAGE))
    page = min(page, pages)
    cities = cities[(page - 1) * CITIES_A_PAGE : page * CITIES_A_PAGE]
    cells = queries.list_cells(person, filters, [c.id if c else None for c in cities], [c.id for c in shown])
    rows = rows_of(cities, shown, cells, by_city, choices)
    course = courses[0]
    started, activities = stops_of(queries.get_reach(person, filters, course.edition), course.edition)
    return Report(
        Matrix(tuple(shown), rows, len(courses) - len(shown), page, pages),
        Stops(course, filters.course_id is not None, started, activities),
    )


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


def quartiles(counted: Sequence[tuple[float, int]]) -> tuple[float, float, float] | None:
    """The lower quartile, the median and the upper quartile of values given in order; None of none.

    The quartiles are the medians of the halves, without the middle value where their number is odd.
    """
    middle, total = median(counted), sum(times for _value, times in counted)
    if middle is None:
        return None
    half = total // 2
    if not half:
        return middle, middle, middle
    lower = (_at(counted, (half - 1) // 2) + _at(counted, half // 2)) / 2
    upper = (_at(counted, total - 1 - (half - 1) // 2) + _at(counted, total - 1 - half // 2)) / 2
    return lower, middle, upper


def cities_of(by_city: Iterable[Count], choices: Choices) -> list[ReportedCity | None]:
    """The cities that were counted, by name; None at the end for people without one."""
    counted = {count.key for count in by_city}
    found = sorted((c for c in choices.cities if c.id in counted), key=lambda c: (folded(c.name), c.country))
    return [*found, *([None] if None in counted else [])]


def rows_of(
    cities: Sequence[ReportedCity | None],
    courses: Sequence[ReportedCourse],
    cells: Iterable[Count],
    by_city: Iterable[Count],
    choices: Choices,
) -> tuple[CityRow, ...]:
    """The lines of the matrix."""
    found = {count.key: Cell(count.enrolled, count.completed) for count in cells}
    totals = {count.key: Cell(count.enrolled, count.completed) for count in by_city}
    names = Counter(city.name for city in choices.cities)
    rows = []
    for city in cities:
        key = city.id if city else None
        line = tuple(found.get((key, course.id)) for course in courses)
        rows.append(CityRow(city, line, totals[key], bool(city and names[city.name] > 1)))
    return tuple(rows)


def stops_of(reach: Reach, edition: PublishedEdition) -> tuple[int, tuple[Stop, ...]]:
    """How many started the course, and how each of its activities fared."""
    started = reached = sum(reach.furthest.values())
    stops = []
    place = 0
    for m, module in enumerate(edition.outline.modules, 1):
        for n, activity in enumerate(module.activities, 1):
            stopped = reach.furthest.get(place, 0)
            done = reach.completed.get(place, 0)
            stops.append(Stop(activity.id, activity.key, f"{m}.{n}", activity.title, reached, done, stopped))
            reached -= stopped
            place += 1
    return started, tuple(stops)
