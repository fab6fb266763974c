"""What is wrong with a rule, in words, each with the place in it: asked when a rule is saved. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import combinations

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core import clock, formats
from app.grants.judging.shapes import CourseFact, QuizFact
from app.network.labels import REGIONS, SIZES, country_name, plain_day

from .cities import CityIn, CityTrained
from .combinators import All, AtLeast, Combinator, Node, Not
from .courses import Certified, Completed
from .moments import TICK, end_of
from .quizzes import Passed
from .requirement import Names, period_of
from .satisfying import Budget, Place, can_be_met, is_always_met
from .trees import Path, depth, walk

DEEPEST = 8
MOST_LEAVES = 60
MOST_COMPARED = 12


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, at which place of the rule; `blocks`: the rule cannot be saved so, else it is only said."""

    path: Path
    words: str
    blocks: bool = True


@dataclass(frozen=True)
class Surroundings:
    """What a rule is written for: the courses and quizzes it may name, by id, and where the network's cities are."""

    courses: Mapping[int, CourseFact]
    quizzes: Mapping[int, QuizFact]
    places: Collection[Place]

    @cached_property
    def regions_of(self) -> dict[str, frozenset[str]]:
        """Country code to the regions that its cities are in."""
        found: dict[str, set[str]] = {}
        for region, country, _size in self.places:
            found.setdefault(country, set()).add(region)
        return {country: frozenset(regions) for country, regions in found.items()}


def problems(rule: Node, around: Surroundings, say: Names) -> list[Problem]:
    """Everything that is wrong with `rule`: what stops it first, each in the order of the rule.

    Whether it contradicts itself is asked once nothing else stops it.
    """
    nodes = list(walk(rule))
    found = [*_shape(nodes), *(p for path, node in nodes for p in _of_node(path, node, around, say))]
    if not any(problem.blocks for problem in found):
        # The page of the editor asks this at each view: what is too much to find out is not said.
        budget = Budget()
        found += _contradictions((), rule, around, say, budget)
        found += _idle((), rule, around, budget)
    return sorted(found, key=lambda problem: not problem.blocks)


@dataclass(frozen=True)
class Times:
    """When a rule is to decide: from when until when its call is open, and the moment at which it is written.

    `months`: for how many months certificates that are given today are valid, by course; none where they never expire.
    """

    opens_at: datetime
    closes_at: datetime
    now: datetime
    months: Mapping[int, int]


def untimely(rule: Node, times: Times, say: Names) -> list[Problem]:
    """The days that a rule asks for and that do not go with the dates of its call: what stops it first."""
    found = [
        p for path, node in walk(rule) if isinstance(node, Certified) for p in _certificate(path, node, times, say)
    ]
    return sorted(found, key=lambda problem: not problem.blocks)


def _certificate(path: Path, node: Certified, times: Times, say: Names) -> Iterator[Problem]:
    """A day until whose end no certificate can last, or one that is over before anybody is asked."""
    if node.valid_on is None:
        return
    day, months, until = plain_day(node.valid_on), times.months.get(node.course_id), end_of(node.valid_on)
    if months is not None and clock.months_after(times.closes_at - TICK, months) <= until:
        words = _(
            "A certificate in “%(course)s” is valid for %(period)s. Even one from the day on which the call closes "
            "expires before %(day)s is over, so nobody can meet this. Choose an earlier day, or none.",
            course=say.title(node.course_id),
            period=period_of(months),
            day=day,
        )
        yield Problem(path, words)
    elif until < times.opens_at:
        words = _(
            "%(day)s is over before the call opens, so this only asks for a certificate that is valid then. "
            "Choose a later day, or none.",
            day=day,
        )
        yield Problem(path, words, blocks=False)
    elif until < times.now:
        words = _(
            "%(day)s is over, so this only asks for a certificate that is valid now. Choose a later day, or none.",
            day=day,
        )
        yield Problem(path, words, blocks=False)


def too_deep(rule: Node) -> str:
    """What is said of a rule that is deeper than anybody could follow."""
    return _(
        "This rule is %(depth)s levels deep. %(most)s are the most that anybody can follow: put parts together.",
        depth=depth(rule),
        most=DEEPEST,
    )


def _shape(nodes: list[tuple[Path, Node]]) -> Iterator[Problem]:
    deepest = max((path for path, _node in nodes), key=len)
    if len(deepest) >= DEEPEST:
        yield Problem(deepest[:DEEPEST], too_deep(nodes[0][1]))
    leaves = sum(not node.parts and not isinstance(node, Combinator) for _path, node in nodes)
    if leaves > MOST_LEAVES:
        words = _(
            "This rule has %(count)s requirements. %(most)s are the most: take some out.",
            count=leaves,
            most=MOST_LEAVES,
        )
        yield Problem((), words)


def _of_node(path: Path, node: Node, around: Surroundings, say: Names) -> Iterator[Problem]:
    match node:
        case Combinator(of=()):
            yield Problem(path, _("Nothing stands here yet. Add a requirement, or take this part out."))
        case AtLeast(of=parts, n=n) if n > len(parts):
            words = ngettext(
                "This part asks for %(n)s of %(num)s requirement. Ask for fewer, or add some.",
                "This part asks for %(n)s of %(num)s requirements. Ask for fewer, or add some.",
                len(parts),
                n=n,
            )
            yield Problem(path, words)
        case Not():
            yield from _denied(path, node)
        case CityTrained():
            yield from _trained(path, node)
        case CityIn():
            yield from _places(path, node, around)
        case Passed():
            yield from _quiz(path, node, around, say)
    for course_id in getattr(node, "course_ids", ()):
        yield from _course(path, node, around.courses.get(course_id))


def _denied(path: Path, node: Not) -> Iterator[Problem]:
    for below, part in walk(node.of, (*path, 0)):
        if not isinstance(part, Combinator | Not) and not part.of_city:
            words = _("Only facts about a city can be excluded, not what a person did or is. Take this out of “not”.")
            yield Problem(below, words)


def _trained(path: Path, node: CityTrained) -> Iterator[Problem]:
    if node.people is not None and node.share is not None:
        yield Problem(path, _("Ask either for a number of people or for a share, not for both."))
    if node.people is None and node.share is None:
        yield Problem(path, _("Say how many people, or which share of the city’s practitioners."))


def _course(path: Path, node: Node, course: CourseFact | None) -> Iterator[Problem]:
    if course is None:
        yield Problem(path, _("This course does not exist. Choose another."))
        return
    title = course.title.best(course.source_language, course.source_language)
    if not course.is_published:
        words = _("“%(course)s” is not published, so nobody can take it. Publish it, or choose another.", course=title)
        yield Problem(path, words)
    elif course.archived_at is not None:
        yield Problem(path, archived_words(title, course.archived_at))
    elif isinstance(node, Completed) and node.min_score is not None and not course.is_graded:
        words = _("“%(course)s” gives no score today, so nobody can reach one.", course=title)
        yield Problem(path, words, blocks=False)
    elif course.is_for_some:
        words = _("“%(course)s” does not take in everybody. Who may not enrol cannot meet this.", course=title)
        yield Problem(path, words, blocks=False)


def archived_words(course: str, at: datetime) -> str:
    """What is said of a rule that names an archived course."""
    return _(
        "“%(course)s” was archived on %(day)s, so nobody can begin it any more. Choose another.",
        course=course,
        day=formats.day(at),
    )


def _quiz(path: Path, node: Passed, around: Surroundings, say: Names) -> Iterator[Problem]:
    quiz = around.quizzes.get(node.activity_id)
    if quiz is None or not quiz.is_quiz:
        yield Problem(path, _("This quiz does not exist. Choose another."))
        return
    title, course = say.quiz(quiz.id), around.courses.get(quiz.course_id)
    if course is None or not course.is_published:
        words = _("The course of “%(quiz)s” is not published, so nobody can take it. Publish it, or choose another.",
                  quiz=title)  # fmt: skip
        yield Problem(path, words)
    elif course.archived_at is not None:
        words = _(
            "The course of “%(quiz)s” was archived on %(day)s, so nobody can begin it any more. Choose another quiz.",
            quiz=title,
            day=formats.day(course.archived_at),
        )
        yield Problem(path, words)
    elif not quiz.is_offered:
        words = _("“%(quiz)s” is not part of its course any more. Choose another quiz.", quiz=title)
        yield Problem(path, words)
    elif node.min_score is None and not quiz.is_passed_only:
        words = _("“%(quiz)s” can be completed without passing it. Say which score is needed.", quiz=title)
        yield Problem(path, words)


def _places(path: Path, node: CityIn, around: Surroundings) -> Iterator[Problem]:
    """Values that no city of the network has, and values that no city has together."""
    there = [{place[i] for place in around.places} for i in range(3)]
    named = [
        *(str(REGIONS[region]) for region in node.regions if region not in there[0]),
        *(country_name(code) for code in node.countries if code not in there[1]),
        *(str(SIZES[size]) for size in node.sizes if size not in there[2]),
    ]
    for name in named:
        yield Problem(path, _("The network has no city like this today: %(name)s.", name=name), blocks=False)
    asked = (node.regions, node.countries, node.sizes)
    fits = any(
        all(value in values for value, values in zip(place, asked, strict=True) if values) for place in around.places
    )
    if not named and not fits:
        yield Problem(path, _("The network has no city today that is all of this at once."), blocks=False)


def _contradictions(path: Path, node: Node, around: Surroundings, say: Names, budget: Budget) -> Iterator[Problem]:
    """The smallest parts that can never be met. What stands in a `not` is judged with it."""
    if can_be_met(node, around.regions_of, budget):
        inner: list[Problem] = []
    else:
        inner = [Problem(path, _why_never(node, around, say, budget))]
    below = () if isinstance(node, Not) else node.parts
    smaller = [p for i, part in enumerate(below) for p in _contradictions((*path, i), part, around, say, budget)]
    yield from smaller or inner


def _why_never(node: Node, around: Surroundings, say: Names, budget: Budget) -> str:
    if isinstance(node, Not):
        return _("This can never be met, as what it excludes is true of every city. Take it out.")
    if isinstance(node, All):
        of_city = [part for part in node.of if any(leaf.of_city for leaf in part.leaves())][:MOST_COMPARED]
        for size in (2, 3):
            for parts in combinations(of_city, size):
                if not can_be_met(All(of=parts), around.regions_of, budget):
                    said = "; ".join(_in_words(part, say) for part in parts)
                    return _("No city can ever meet all of these at once: %(parts)s. Change one of them.", parts=said)
    if isinstance(node, AtLeast):
        return _("No city can ever meet %(n)s of these at once. Ask for fewer, or change them.", n=node.n)
    return _("No city can ever meet this: %(part)s. Change it, or take it out.", part=_in_words(node, say))


def _in_words(node: Node, say: Names) -> str:
    """A part in one line, its own parts behind it."""
    parts = "; ".join(_in_words(part, say) for part in node.parts)
    said = node.sentence(say)
    return _("%(heading)s %(parts)s", heading=said, parts=parts) if parts else said


def _idle(path: Path, node: Node, around: Surroundings, budget: Budget) -> Iterator[Problem]:
    """The smallest parts that say nothing, being met always."""
    below = () if isinstance(node, Not) else node.parts
    smaller = [p for i, part in enumerate(below) for p in _idle((*path, i), part, around, budget)]
    if smaller or not is_always_met(node, around.regions_of, budget):
        yield from smaller
    else:
        yield Problem(path, _("Every city meets this, so it says nothing. It can be taken out."), blocks=False)
