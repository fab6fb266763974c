"""What is known of a subject, and what a rule names: plain values, loaded by `facts`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.core.text import Text
from app.progress.models import EnrolmentState

from .findings import CertificateEvidence
from .subject import day_of


@dataclass(frozen=True, slots=True)
class CourseFact:
    """A course that a rule names; its title is the published one, where there is an edition."""

    id: int
    slug: str
    title: Text
    source_language: str
    is_published: bool = True
    is_graded: bool = False  # that it gives a score
    activities: int = 0
    minutes: int = 0
    archived_at: datetime | None = None  # since when nobody begins it
    is_for_some: bool = False  # that it does not take in everybody
    asks: tuple[QuizGroup, ...] = ()  # of what completion asks for, what has quizzes
    graded: tuple[QuizFact, ...] = ()  # what its score is made of
    min_score: float | None = None  # that it asks for itself, in percent

    @property
    def quizzes(self) -> tuple[QuizFact, ...]:
        """The quizzes that its completion or its score asks for, maybe twice."""
        return (*self.graded, *(quiz for group in self.asks for quiz in group.quizzes))


@dataclass(frozen=True, slots=True)
class CompletionFact:
    """A completion, its score the best that counts as of the moment, 0 to 1."""

    completed_at: datetime
    score: float | None


@dataclass(frozen=True, slots=True)
class EnrolmentFact:
    """How far an enrolment is, against the edition in force, today: figures for people, which decide nothing."""

    state: EnrolmentState
    done: int
    total: int
    minutes_left: int
    score: float | None
    needed: float | None = None  # the score that the course asks for, 0 to 1, where only that is missing
    is_completed: bool = False  # this time through, also where the person has left since
    done_with: frozenset[int] = frozenset()  # activities, by id
    excused: frozenset[int] = frozenset()  # of these

    @property
    def is_withdrawn(self) -> bool:
        return self.state is EnrolmentState.WITHDRAWN

    @property
    def can_be_finished(self) -> bool:
        """Whether the person is in the middle of the course, or left it there and may come back."""
        return self.state is EnrolmentState.OPEN or (self.is_withdrawn and not self.is_completed)


@dataclass(frozen=True, slots=True)
class QuizFact:
    """A quiz that a rule names; `is_offered`: that the published course holds it."""

    id: int
    course_id: int
    title: Text
    source_language: str
    is_quiz: bool = True
    is_offered: bool = False
    is_passed_only: bool = False  # that one completes it by passing it and in no other way
    minutes: int = 0
    attempts: int | None = None  # that it gives; None: as many as wanted
    opens_at: datetime | None = None  # keeps nobody from beginning the course, so it bars nothing
    closes_at: datetime | None = None  # for whoever has no extension

    @property
    def has_limits(self) -> bool:
        """Whether there is anything that could keep somebody from another attempt."""
        return self.attempts is not None or self.closes_at is not None


@dataclass(frozen=True, slots=True)
class QuizGroup:
    """The quizzes of some activities of which a number must be complete; `spare`: how many of these need not be."""

    quizzes: tuple[QuizFact, ...]
    spare: int


@dataclass(frozen=True, slots=True)
class TriedFact:
    """How often a person tried a quiz this time through its course, and what extensions give them, as of today.

    `more`: attempts on top of those that the quiz gives; `closes_at`: when the quiz closes, if it does so later than
    for others; `is_open`: that an attempt is under way, be it in a time of grace; `waits`: that one was handed in and
    waits for marks.
    """

    made: int = 0
    more: int = 0
    closes_at: datetime | None = None
    is_open: bool = False
    waits: bool = False

    def anew(self) -> TriedFact:
        """As it would be the next time through the course."""
        return TriedFact(more=self.more, closes_at=self.closes_at)


@dataclass(frozen=True, slots=True)
class AttemptFact:
    """An attempt that was handed in, its score 0 to 1; None while it waits for marks."""

    finished_at: datetime
    score: float | None


@dataclass(frozen=True, slots=True)
class PassFact:
    """That a person reached the pass mark of a quiz, and with which score, 0 to 1."""

    passed_at: datetime
    score: float | None


@dataclass(frozen=True, slots=True)
class RoleFact:
    """A role held from a moment to a moment; a coordinator's is of one city."""

    role: str
    city_id: int | None
    from_at: datetime
    to_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeclarationFact:
    """What the person stated last."""

    holds: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class CityFact:
    """The city that is judged; `practitioners` as of the moment, the rest as the network lists it today."""

    id: int
    name: str
    region: str
    country: str
    size: str
    joined_on: date
    left_on: date | None
    practitioners: int

    def is_member_at(self, at: datetime) -> bool:
        """Whether it is a member of the network on that day; the day it left is the first that it is not."""
        day = day_of(at)
        return self.joined_on <= day and (self.left_on is None or self.left_on > day)


@dataclass(frozen=True, slots=True)
class ColleagueFact:
    """Someone of the subject's city, and when they last completed a course."""

    person_id: int
    completed_at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one subject as of a moment; by course id where it is of a course, by quiz id of a quiz.

    The subject is a person with their city, if any; or a city alone, which has no practitioner who could meet what
    asks a person.
    """

    person_id: int | None
    city: CityFact | None
    courses: Mapping[int, CourseFact]
    quizzes: Mapping[int, QuizFact]
    completions: Mapping[int, Sequence[CompletionFact]]
    certificates: Mapping[int, Sequence[CertificateEvidence]]
    enrolments: Mapping[int, EnrolmentFact]
    colleagues: Mapping[int, Sequence[ColleagueFact]]
    attempts: Mapping[int, Sequence[AttemptFact]]
    passes: Mapping[int, Sequence[PassFact]]
    roles: Sequence[RoleFact]
    declarations: Mapping[str, DeclarationFact]
    refused: frozenset[int] = frozenset()  # the courses that do not take the person in today
    tried: Mapping[int, TriedFact] = field(default_factory=dict)  # by quiz, those of the courses too

    @property
    def city_id(self) -> int | None:
        return self.city.id if self.city else None

    @property
    def city_name(self) -> str | None:
        return self.city.name if self.city else None

    def is_under_way(self, course_id: int) -> bool:
        """Whether the person is in the middle of the course, be it again."""
        enrolment = self.enrolments.get(course_id)
        return enrolment is not None and enrolment.state is EnrolmentState.OPEN
