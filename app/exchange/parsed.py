"""A course as it was read from files: plain values, checked, and not yet anybody's rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.media import Picture
from app.core.text import Text
from app.courses.outline import CourseSettings, Opens
from app.quizzes.settings import QuizSettings
from app.quizzes.types import Content

from .faults import Fault, Refused


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """`line` is where it stands in its file, for what is found out later."""

    key: str
    content: Content
    marks: float = 1.0
    category: str = ""
    tags: tuple[str, ...] = ()
    line: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class LessonPart:
    """What a lesson adds to an activity: language tag to cleaned HTML."""

    bodies: dict[str, str]


@dataclass(frozen=True, slots=True)
class QuizPart:
    """What a quiz adds to an activity."""

    settings: QuizSettings
    questions: tuple[ParsedQuestion, ...]


@dataclass(frozen=True, slots=True)
class ParsedActivity:
    key: str
    kind: str
    title: Text
    required: bool
    minutes: int
    opens: Opens | None
    part: LessonPart | QuizPart
    line: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class ParsedModule:
    key: str
    title: Text
    activities: tuple[ParsedActivity, ...]


@dataclass(frozen=True, slots=True)
class ParsedCourse:
    key: str
    language: str
    languages: tuple[str, ...]
    title: Text
    summary: Text
    topics: tuple[str, ...]
    settings: CourseSettings
    modules: tuple[ParsedModule, ...]
    pictures: tuple[Picture, ...]

    def activities(self) -> Iterator[ParsedActivity]:
        """Every activity, in order."""
        for module in self.modules:
            yield from module.activities


@dataclass(frozen=True, slots=True)
class Parsed:
    """What reading gave. With any fault there is no course; a warning says what was changed on the way in."""

    course: ParsedCourse | None
    faults: tuple[Fault, ...] = ()
    warnings: tuple[Fault, ...] = ()

    def sound(self) -> ParsedCourse:
        """The course. Raises `Refused` with all faults."""
        if self.course is None:
            raise Refused(self.faults)
        return self.course
