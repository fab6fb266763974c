"""A course as it was read from files: plain values, checked, and not yet anybody's rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import BinaryIO

from app.core.media import address_of
from app.core.text import Text
from app.courses.outline import CourseSettings, Opens
from app.quizzes.models import Draw
from app.quizzes.settings import QuizSettings
from app.quizzes.types import Content

from .faults import Fault, Refused


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """`line` is where it stands in its file, for what is found out later. `left_out` are sentences on what the file
    says of it that has no place here."""

    key: str
    content: Content
    marks: float = 1.0
    category: str = ""
    tags: tuple[str, ...] = ()
    line: int = field(default=1, compare=False)
    new_page: bool = True
    left_out: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class ParsedDraw:
    """A place of a quiz that draws from the bank; `place` is where it stands among all places, from 0."""

    place: int
    draw: Draw
    marks: float = 1.0
    new_page: bool = True


@dataclass(frozen=True, slots=True)
class LessonPart:
    """What a lesson adds to an activity: language tag to cleaned HTML."""

    bodies: dict[str, str]


@dataclass(frozen=True, slots=True)
class QuizPart:
    """What a quiz adds to an activity."""

    settings: QuizSettings
    questions: tuple[ParsedQuestion, ...]
    draws: tuple[ParsedDraw, ...] = ()

    def places(self) -> list[ParsedQuestion | ParsedDraw]:
        """The questions and draws in their order."""
        found: list[ParsedQuestion | ParsedDraw] = list(self.questions)
        for draw in self.draws:
            found.insert(draw.place, draw)
        return found


@dataclass(frozen=True, slots=True)
class ParsedActivity:
    """`minutes` None: to be computed from what is in it."""

    key: str
    kind: str
    title: Text
    required: bool
    minutes: int | None
    opens: Opens | None
    part: LessonPart | QuizPart
    line: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class ParsedModule:
    key: str
    title: Text
    activities: tuple[ParsedActivity, ...]
    enough: int | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A file of `media/`, `size` bytes long by what is said of it: a video is large, so nobody holds it in memory.

    `open` gives a stream that can be read once, never past the size; reading it may raise `folder.files.Damaged`.
    """

    size: int
    open: Callable[[], AbstractContextManager[BinaryIO]]


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that was read to its end, as it is to be stored. `size` in bytes, `seconds` of play."""

    hash: str
    media_type: str
    size: int
    width: int | None = None
    height: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Narrower:
    """A picture at a smaller width, in pixels."""

    width: int
    hash: str
    file: Held = field(compare=False)


@dataclass(frozen=True, slots=True)
class ParsedMedium:
    """A file of `media/`: its name there, and what is to be stored of it: a picture drawn anew, else the file itself.

    `address_name` ends as what it is; `title` is what the course calls it. `variants` are those of a picture, the
    narrowest first; `captions` maps languages to files of their own.
    """

    name: str
    found: Inspected
    file: Held = field(compare=False)
    address_name: str
    variants: tuple[Narrower, ...] = ()
    title: str = ""
    alternative: Text | None = None
    captions: dict[str, ParsedMedium] = field(default_factory=dict)

    @property
    def address(self) -> str:
        """Where lessons show it."""
        return address_of(self.found.hash, self.address_name)


@dataclass(frozen=True, slots=True)
class ParsedCourse:
    """`media` is without the files of captions; `bank` holds the questions that no quiz asks."""

    key: str
    language: str
    languages: tuple[str, ...]
    title: Text
    summary: Text
    topics: tuple[str, ...]
    settings: CourseSettings
    modules: tuple[ParsedModule, ...]
    media: tuple[ParsedMedium, ...] = ()
    bank: tuple[ParsedQuestion, ...] = ()

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
