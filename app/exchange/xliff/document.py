"""What is said in an XLIFF document of ours, whichever program wrote it. Words are those of `inline`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from .inline import Mark, Words

CORE = "urn:oasis:names:tc:xliff:document:2.0"
OWN = "urn:strong-cities-academy:xliff"  # of the attribute that holds the hash of a source
VERSIONS = ("2.0", "2.1")  # 2.1 has the same core
COURSE = "course"  # the id of the file with the course's own texts
BREAK = re.compile(r"b([0-9]+)")  # the ids of marks that stand for what lies between blocks


class State(StrEnum):
    """How far the translation of a segment is (XLIFF 2.0, 4.3.1.25)."""

    INITIAL = "initial"
    TRANSLATED = "translated"
    REVIEWED = "reviewed"
    FINAL = "final"


CHECKED = frozenset({State.REVIEWED, State.FINAL})


@dataclass(frozen=True, slots=True)
class SegmentOf:
    """A segment, or (`state` None) what lies between two. `target` is None where there is none."""

    source: Words
    target: Words | None = None
    state: State | None = State.INITIAL


@dataclass(frozen=True, slots=True)
class UnitOf:
    """A text. `name` is its key, as far as it is known; `source_hash` is of what it was written from (or empty)."""

    name: str
    segments: tuple[SegmentOf, ...]
    source_hash: str = ""
    line: int = 1

    @property
    def source(self) -> Words:
        return joined(segment.source for segment in self.segments)

    @property
    def target(self) -> Words | None:
        """The whole translation; None unless every segment that has words has its own."""
        parts = []
        for segment in self.segments:
            if segment.state is not None and has_words(segment.source) and not has_words(segment.target or ()):
                return None
            parts.append(segment.source if segment.target is None else segment.target)
        return joined(parts)

    @property
    def begun(self) -> bool:
        """Whether any segment has a translation."""
        return any(segment.state is not None and has_words(segment.target or ()) for segment in self.segments)

    @property
    def untouched(self) -> bool:
        """Whether all that stands as a translation is a copy of the source that nobody has worked on."""
        segments = [segment for segment in self.segments if segment.state is not None]
        return all(s.state is State.INITIAL and s.target in (None, s.source) for s in segments)

    @property
    def checked(self) -> bool:
        """Whether every segment was said to be right."""
        return all(segment.state in CHECKED for segment in self.segments if segment.state is not None)


@dataclass(frozen=True, slots=True)
class FileOf:
    """The texts of one activity, or of the course itself, by their id."""

    id: str
    units: dict[str, UnitOf]
    line: int = 1


@dataclass(frozen=True, slots=True)
class Document:
    """One language of one course at one edition (0: not published yet). Languages are as in `core.languages`."""

    course: str
    edition: int
    source_language: str
    language: str
    files: dict[str, FileOf]


def file_id(activity_key: str) -> str:
    """The id of an activity's file; that of the course's own texts for no key."""
    return f"activity.{activity_key}" if activity_key else COURSE


def unit_id(key: str) -> str:
    """A unit's id, where a key's slashes may not stand."""
    return key.replace("/", ".")


def joined(parts: object) -> Words:
    """Words one after the other, strings that touch made one."""
    found: list[str | Mark] = []
    for words in parts:  # type: ignore[attr-defined]
        for piece in words:
            if isinstance(piece, str) and found and isinstance(found[-1], str):
                found[-1] += piece
            elif piece != "":
                found.append(piece)
    return tuple(found)


def has_words(words: Words) -> bool:
    return any(isinstance(piece, str) and piece.strip() for piece in words)
