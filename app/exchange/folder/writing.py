"""A draft as the files of its course folder."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import yaml

from app.core.store import Store
from app.core.text import Text
from app.courses.models import Activity, Course, Lesson
from app.quizzes.models import QuestionVersion, Quiz, QuizSlot, VersionState
from app.quizzes.settings import QuizSettings
from app.quizzes.types import AcceptedAnswer, Choice, Content, MultipleChoice, ShortAnswer, type_name

from .files import COURSE_FILE
from .lessons import as_file

Fields = dict[str, Any]


def files_of(course: Course, store: Store) -> dict[str, bytes]:
    """The files of a draft, by their path in the folder. Reads its images from the store."""
    writer = _Writer(course, store)
    writer.write()
    return writer.files


def save(files: dict[str, bytes], path: Path) -> None:
    """Write the files as a zip if `path` ends so, else as a folder; whole or not at all.

    Raises `FileExistsError` if something is there already, other than an empty folder.
    """
    if path.exists() and not (path.is_dir() and path.suffix != ".zip" and not any(path.iterdir())):
        raise FileExistsError(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    try:
        made = beside / path.name
        if path.suffix == ".zip":
            _zip(files, made)
        else:
            for name, data in files.items():
                (made / name).parent.mkdir(parents=True, exist_ok=True)
                (made / name).write_bytes(data)
        made.replace(path)
    finally:
        shutil.rmtree(beside)


def _zip(files: dict[str, bytes], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


class _Writer:
    def __init__(self, course: Course, store: Store) -> None:
        self.course = course
        self.source = course.source_language
        self.store = store
        self.files: dict[str, bytes] = {}
        self.names: dict[str, str] = {}  # name in media/ to the hash of what it holds

    def write(self) -> None:
        course = self.course
        about: Fields = {
            "format": 1,
            "key": course.slug,
            "language": self.source,
            "languages": list(course.languages),
            "title": self.text(course.title),
            "summary": self.text(course.summary),
            "topics": list(course.topics),
            "order": str(course.settings.order),
        }
        if course.settings.certificate_months is not None:
            about["certificate_months"] = course.settings.certificate_months
        about["modules"] = [
            {
                "key": module.key,
                "title": self.text(module.title),
                "activities": [self.activity(activity) for activity in module.living_activities()],
            }
            for module in course.living_modules()
        ]
        self.files = {COURSE_FILE: _yaml(about), **self.files}

    def activity(self, activity: Activity) -> Fields:
        fields: Fields = {
            "key": activity.key,
            "kind": activity.kind,
            "title": self.text(activity.title),
            "minutes": activity.minutes,
        }
        if not activity.required:
            fields["required"] = False
        if activity.opens_after is not None:
            fields["opens_after"] = "above" if activity.opens_after.above else list(activity.opens_after.after)
        if isinstance(activity, Lesson):
            for body in activity.bodies:
                if body.language in self.course.languages:
                    name = f"lessons/{activity.key}.{body.language}.html"
                    self.files[name] = as_file(body.html, self.medium).encode()
        elif isinstance(activity, Quiz):
            self.files[f"quizzes/{activity.key}.yaml"] = _yaml(self.quiz(activity))
        else:
            raise TypeError(f"a course folder cannot hold the kind {activity.kind!r}")
        return fields

    def medium(self, digest: str, name: str) -> str:
        """The name of an image in `media/`: its own, unless another image has it."""
        if self.names.setdefault(name, digest) != digest:
            name = f"{digest[:12]}-{name}"
            self.names[name] = digest
        self.files[f"media/{name}"] = self.store.read(digest)
        return name

    def quiz(self, quiz: Quiz) -> Fields:
        fields = _settings(quiz.settings)
        fields["questions"] = [
            {
                "key": slot.question.key,
                **_unless("category", slot.question.category, ""),
                **_unless("tags", list(slot.question.tags), []),
                **_unless("marks", _number(slot.marks), 1),
                **self.content(version.content),
            }
            for slot in sorted(quiz.slots, key=lambda slot: (slot.rank, slot.id))
            if (version := _in_force(slot)) is not None
        ]
        return fields

    def content(self, content: Content) -> Fields:
        fields: Fields = {"type": type_name(content), "stem": self.text(content.stem)}
        if content.feedback is not None:
            fields["feedback"] = self.text(content.feedback)
        if isinstance(content, ShortAnswer):
            fields |= _unless("case_matters", content.case_matters, False)
            fields["answers"] = {
                language: [self.answer(answer, language) for answer in answers]
                for language, answers in content.answers.items()
            }
            return fields
        if isinstance(content, MultipleChoice):
            fields |= _unless("partial", content.partial, False)
        fields["choices"] = [self.choice(choice) for choice in content.choices]
        return fields

    def choice(self, choice: Choice) -> Fields:
        fields: Fields = {"key": choice.key, "text": self.text(choice.text)}
        if choice.fraction == 1:
            fields["right"] = True
        elif choice.fraction != 0:
            fields["fraction"] = _number(choice.fraction)
        if choice.feedback is not None:
            fields["feedback"] = self.text(choice.feedback)
        return fields

    def answer(self, answer: AcceptedAnswer, language: str) -> str | Fields:
        fields: Fields = {"text": answer.text, **_unless("fraction", _number(answer.fraction), 1)}
        if answer.feedback is not None:
            fields["feedback"] = self.text(answer.feedback, alone=language)
        return answer.text if fields.keys() == {"text"} else fields

    def text(self, text: Text, alone: str | None = None) -> str | dict[str, str]:
        """A text as a string if it is in one language, which `alone` may name, else as a map of languages."""
        strings = {tag: string for tag, string in text.strings().items() if tag in self.course.languages}
        if strings.keys() == {alone or self.source}:
            return next(iter(strings.values()))
        return {tag: strings[tag] for tag in self.course.languages if tag in strings}


def _in_force(slot: QuizSlot) -> QuestionVersion | None:
    """The version a slot stands for: the one it is pinned to, else the latest that is ready."""
    versions = slot.question.versions
    pinned = [version for version in versions if version.id == slot.pinned_version_id]
    ready = [version for version in versions if version.state == VersionState.READY]
    return next(reversed(pinned or ready), None)


def _settings(settings: QuizSettings) -> Fields:
    fields: Fields = {}
    if settings.pass_mark is not None:
        fields["pass_mark"] = _number(settings.pass_mark)
    if settings.attempts is not None:
        fields["attempts"] = settings.attempts
    return {**fields, "grading": str(settings.grading), "shuffle": settings.shuffle}


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
