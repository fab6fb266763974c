"""A course as texts to translate: in parts, in the order of the course, each text with how it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from app.core.text import Text, string_hash

from ..kinds import TranslationState, Unit, get_kind
from ..models import Activity, Course

LONGEST_TITLE = 200  # what a certificate holds
LONGEST_SUMMARY = 5000


@dataclass(frozen=True, slots=True)
class Part:
    """The texts that stand on one page: an activity's, or (`activity_id` None) the course's own.

    `key` is the activity's, and empty for the course; `kind` is empty for the course too.
    """

    activity_id: int | None
    key: str
    kind: str
    title: Text
    units: tuple[Unit, ...]

    @property
    def left(self) -> list[Unit]:
        """What is missing or out of date."""
        return [unit for unit in self.units if unit.state is not TranslationState.DONE]

    def find(self, key: str) -> Unit | None:
        return next((unit for unit in self.units if unit.key == key), None)

    def anchor(self, key: str) -> str:
        """Where a text stands on its page: keys hold characters that an address does not."""
        return "text-" + key.replace("/", ".")

    def next_left(self, key: str) -> Unit | None:
        """The first text after `key`, around to the start, that is missing or out of date."""
        place = next((i for i, unit in enumerate(self.units) if unit.key == key), -1)
        left = {unit.key for unit in self.left}
        return next((u for u in (*self.units[place + 1 :], *self.units[: place + 1]) if u.key in left), None)

    @property
    def groups(self) -> list[tuple[str, list[Unit]]]:
        """The units that are saved together, with the name of their group: a text without one is saved alone."""
        found: list[tuple[str, list[Unit]]] = []
        for unit in self.units:
            if unit.group and found and found[-1][0] == unit.group:
                found[-1][1].append(unit)
            else:
                found.append((unit.group, [unit]))
        return found


@dataclass(frozen=True, slots=True)
class Tally:
    """How many texts, and how many words of the source, stand how."""

    texts: dict[TranslationState, int]
    words: dict[TranslationState, int]

    @classmethod
    def of(cls, parts: Sequence[Part]) -> Tally:
        texts, words = dict.fromkeys(TranslationState, 0), dict.fromkeys(TranslationState, 0)
        for part in parts:
            for unit in part.units:
                texts[unit.state] += 1
                words[unit.state] += unit.words
        return cls(texts, words)

    @property
    def total(self) -> int:
        return sum(self.texts.values())

    @property
    def done(self) -> int:
        return self.texts[TranslationState.DONE]

    @property
    def outdated(self) -> int:
        return self.texts[TranslationState.OUTDATED]

    @property
    def missing(self) -> int:
        return self.texts[TranslationState.MISSING]

    @property
    def words_left(self) -> int:
        return sum(self.words.values()) - self.words[TranslationState.DONE]

    @property
    def share(self) -> float:
        """How much is up to date, by words; an empty course is all done."""
        total = sum(self.words.values())
        return self.words[TranslationState.DONE] / total if total else float(self.done == self.total)


def parts_of(course: Course, language: str) -> list[Part]:
    """The course itself, then its activities in order. No statement once loaded."""
    parts = [course_part(course, language)]
    for module in course.living_modules():
        parts += [activity_part(activity, course, language) for activity in module.living_activities()]
    return parts


def course_part(course: Course, language: str) -> Part:
    """Title, summary and the titles of the modules."""
    named = [
        ("title", _("Title of the course"), course.title, LONGEST_TITLE),
        ("summary", _("Summary"), course.summary, LONGEST_SUMMARY),
    ]
    for number, module in enumerate(course.living_modules(), 1):
        label = _("Title of module %(number)s", number=number)
        named.append((f"module/{module.key}", label, module.title, LONGEST_TITLE))
    units = [
        Unit.of(key, label, text, source=course.source_language, language=language, longest=longest)
        for key, label, text, longest in named
    ]
    return Part(None, "", "", course.title, tuple(unit for unit in units if unit.source))


def activity_part(activity: Activity, course: Course, language: str) -> Part:
    """The title, then what the activity's kind has."""
    title = Unit.of(
        "title",
        _("Title"),
        activity.title,
        source=course.source_language,
        language=language,
        longest=LONGEST_TITLE,
    )
    units = get_kind(activity.kind).units(activity, course, language)
    found = tuple(unit for unit in (title, *units) if unit.source)
    return Part(activity.id, activity.key, activity.kind, activity.title, found)


def tidied(string: str) -> str:
    """As a browser's text box gives it back: one kind of line end, nothing around the words."""
    return string.replace("\r\n", "\n").replace("\r", "\n").strip()


def fingerprint(string: str | None) -> str:
    """What a page carries of a translation that it showed, to see whether it is still the same; empty for none."""
    return string_hash(tidied(string)) if string and tidied(string) else ""


def after(parts: Sequence[Part], activity_id: int | None) -> Iterator[Part]:
    """The parts that follow the one of `activity_id`, and then those before it."""
    place = next((i for i, part in enumerate(parts) if part.activity_id == activity_id), -1)
    yield from (*parts[place + 1 :], *parts[: place + 1])
