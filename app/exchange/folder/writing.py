"""A draft as the files of its course folder."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

import yaml

from app.core.media import safe_name
from app.core.models import Media
from app.core.text import Text
from app.courses.models import Activity, Course, CourseMedia, Lesson
from app.quizzes.models import Draw, Question, Quiz, VersionState
from app.quizzes.types import Content, type_name

from .files import BANK_FILE, COURSE_FILE
from .lessons import as_file
from .media import plays
from .structs import StructWriter

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that lies in the store under `hash`."""

    hash: str


Written = bytes | Stored
Copy = Callable[[str, BinaryIO], object]


def files_of(course: Course, library: Sequence[CourseMedia], bank: Sequence[Question]) -> dict[str, Written]:
    """The files of a draft, by their path in the folder; what lies in the store is named, and not read.

    `library` are the course's files, `bank` all its questions.
    """
    writer = _Writer(course, library, bank)
    writer.write()
    return writer.files


def save(files: Mapping[str, Written], path: Path, copy: Copy) -> None:
    """Write the files as a zip if `path` ends so, else as a folder; whole or not at all.

    `copy(hash, to)` writes what is stored. Raises `FileExistsError` if something is there already, other than an
    empty folder.
    """
    if path.exists() and not (path.is_dir() and path.suffix != ".zip" and not any(path.iterdir())):
        raise FileExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    try:
        made = beside / path.name
        if path.suffix == ".zip":
            with made.open("wb") as out:
                write_zip(files, out, copy)
        else:
            for name, held in files.items():
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                with (made / name).open("wb") as out:
                    _write(held, out, copy)
        made.replace(path)
    finally:
        shutil.rmtree(beside)


def write_zip(
    files: Mapping[str, Written], out: BinaryIO, copy: Copy, watch: Callable[[int], object] = lambda done: None
) -> None:
    """Write the files as a zip, one after another, none of them held in memory; the same files give the same zip.

    `watch` is told how many are written.
    """
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for done, (name, held) in enumerate(sorted(files.items()), 1):
            member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            # What lies in the store is packed already, and would only take time.
            member.compress_type = zipfile.ZIP_STORED if isinstance(held, Stored) else zipfile.ZIP_DEFLATED
            with archive.open(member, "w", force_zip64=isinstance(held, Stored)) as file:
                _write(held, file, copy)  # type: ignore[arg-type]  # it writes bytes, though its class does not say so
            watch(done)


def _write(held: Written, out: BinaryIO, copy: Copy) -> None:
    if isinstance(held, Stored):
        copy(held.hash, out)
    else:
        out.write(held)


class _Writer:
    def __init__(self, course: Course, library: Sequence[CourseMedia], bank: Sequence[Question]) -> None:
        self.course = course
        self.source = course.source_language
        self.library = library
        self.questions = bank
        self.files: dict[str, Written] = {}
        self.names: dict[str, str] = {}  # hash to the name in media/
        self.asked: set[str] = set()
        self.structs = StructWriter(self.text, lambda digest: self.medium(digest, digest[:12]))

    def write(self) -> None:
        course = self.course
        about: Fields = {
            "format": 1,
            "key": course.slug,
            "language": self.source,
            "languages": list(course.languages),
            "title": self.text(course.title),
            **({"summary": self.text(course.summary)} if any(course.summary.strings().values()) else {}),
            "topics": list(course.topics),
            "order": str(course.settings.order),
        }
        for name in ("certificate_months", "enough", "min_score", "minutes"):
            if (value := getattr(course.settings, name)) is not None:
                about[name] = _number(value)
        media = self.media()  # first, so that whatever shows a file knows its name
        modules = [
            {
                "key": module.key,
                "title": self.text(module.title),
                **({"enough": module.enough} if module.enough else {}),
                "activities": [self.activity(activity) for activity in module.living_activities()],
            }
            for module in course.living_modules()
        ]
        if media:
            about["media"] = media
        about["modules"] = modules
        if bank := self.bank():
            self.files[BANK_FILE] = _yaml({"questions": bank})
        self.files = {COURSE_FILE: _yaml(about), **self.files}

    def activity(self, activity: Activity) -> Fields:
        fields: Fields = {
            "key": activity.key,
            "kind": activity.kind,
            "title": self.text(activity.title),
        }
        if activity.minutes_given:
            fields["minutes"] = activity.minutes
        if not activity.required:
            fields["required"] = False
        if activity.opens_after is not None:
            fields["opens_after"] = "above" if activity.opens_after.above else list(activity.opens_after.after)
        if isinstance(activity, Lesson):
            bodies = {body.language: body.html for body in activity.bodies}
            for language in self.course.languages:
                if language == self.source or bodies.get(language):
                    name = f"lessons/{activity.key}.{language}.html"
                    self.files[name] = as_file(bodies.get(language, ""), self.medium).encode()
        elif isinstance(activity, Quiz):
            self.files[f"quizzes/{activity.key}.yaml"] = _yaml(self.quiz(activity))
        else:
            raise TypeError(f"a course folder cannot hold the kind {activity.kind!r}")
        return fields

    def medium(self, digest: str, name: str) -> str:
        """The name in `media/` of what a lesson calls `name`: that, unless another file has it."""
        if digest not in self.names:
            if name in self.names.values():
                name = f"{digest[:12]}-{name}"
            self.names[digest] = name
            self.files[f"media/{name}"] = Stored(digest)
        return self.names[digest]

    def media(self) -> list[Fields]:
        """The library, also what no lesson shows: what is said of each file, if anything."""
        said = []
        for entry in sorted(self.library, key=lambda entry: (entry.media.name, entry.media_hash)):
            name = self.medium(entry.media_hash, safe_name(entry.media.name))
            fields: Fields = {"file": name}
            if entry.name != name:
                fields["title"] = entry.name
            if entry.alternative is not None:
                words = self.text(entry.alternative)
                fields |= {"alternative": words} if words else {"decorates": True}
            if plays(entry.media.media_type):
                fields |= _measures(entry.media)
            if len(fields) > 1:
                said.append(fields)
        for entry in self.library:
            for language, digest in sorted(entry.captions.items()):
                self.files[f"media/{self.beside(entry)}.{language}.vtt"] = Stored(digest)
        return said

    def beside(self, entry: CourseMedia) -> str:
        """What captions are named after: the file without its ending, unless two of the course are called so."""
        name = PurePosixPath(self.names[entry.media_hash])
        alike = [
            other
            for other in self.library
            if plays(other.media.media_type) and PurePosixPath(self.names[other.media_hash]).stem == name.stem
        ]
        return name.name if len(alike) > 1 else name.stem

    def bank(self) -> list[Fields]:
        """The questions that are ready and that no quiz of the course asks."""
        found = []
        for question in sorted(self.questions, key=lambda question: question.key):
            versions = [version for version in question.versions if version.state != VersionState.DRAFT]
            if question.key not in self.asked and versions and versions[-1].state == VersionState.READY:
                found.append(self.question(question, versions[-1].content))
        return found

    def quiz(self, quiz: Quiz) -> Fields:
        usual = {"grading": str(quiz.settings.grading), "shuffle": quiz.settings.shuffle}
        fields = {**usual, **self.structs.write(quiz.settings), "questions": []}
        for slot in quiz.ordered_slots():
            place = {**_unless("marks", _number(slot.marks), 1), **_unless("new_page", slot.new_page, True)}
            if slot.draw is not None:
                fields["questions"].append({"draw": _draw(slot.draw), **place})
            elif slot.question is not None and (version := slot.version) is not None:
                self.asked.add(slot.question.key)
                fields["questions"].append(self.question(slot.question, version.content, place))
        return fields

    def question(self, question: Question, content: Content, place: Fields | None = None) -> Fields:
        return {
            "key": question.key,
            **_unless("category", question.category, ""),
            **_unless("tags", list(question.tags), []),
            **(place or {}),
            "type": type_name(content),
            **self.structs.write(content),
        }

    def text(self, text: Text, alone: str | None = None) -> str | dict[str, str]:
        """A text as a string if it is in one language, which `alone` may name, else as a map of languages."""
        strings = {tag: s for tag, s in text.strings().items() if tag in self.course.languages and s.strip()}
        if strings.keys() == {alone or self.source}:
            return next(iter(strings.values()))
        return {tag: strings[tag] for tag in self.course.languages if tag in strings}


def _draw(draw: Draw) -> Fields:
    return {
        **_unless("category", draw.category, ""),
        **_unless("below", draw.below, True),
        **_unless("tags", list(draw.tags), []),
    }


def _measures(media: Media) -> Fields:
    """What was found out of a video or sound by playing it."""
    seconds = None if media.seconds is None else _number(round(media.seconds, 6))
    found = {"seconds": seconds, "width": media.width, "height": media.height}
    return {name: value for name, value in found.items() if value is not None}


def _unless(name: str, value: object, usual: object) -> Fields:
    return {} if value == usual else {name: value}


def _number(value: float) -> int | float:
    return int(value) if value == int(value) else value


class _Dumper(yaml.SafeDumper):
    """Long strings on lines of their own, as an author would write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Dumper.add_representer(str, _string)


def _yaml(fields: Fields) -> bytes:
    written: str = yaml.dump(fields, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=1_000_000)
    return written.encode()
