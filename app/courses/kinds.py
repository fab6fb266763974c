"""Kinds of activity. A kind is a small object registered at start-up; adding one means adding a package."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from html import unescape
from typing import TYPE_CHECKING, Any

from app.core.content import NewBody
from app.core.text import Text

from .models import Activity, Course
from .outline import OutlineActivity

if TYPE_CHECKING:
    from app.auth.identity import Identity

    from .editions import PublishedEdition


_TAG = re.compile("<[^>]*>")


class Level(StrEnum):
    """A blocker stops publishing, a warning is shown, a pass says that all is well."""

    BLOCKER = "blocker"
    WARNING = "warning"
    PASS = "pass"


@dataclass(frozen=True, slots=True)
class Mend:
    """The page where what a check found is put right: its endpoint, and what it takes besides `course_id`."""

    endpoint: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """What a check found. `topic` groups findings; a topic without any is shown as passed, in `Kind.passes`'s words.

    `mend`: where it is put right, if not in the activity's own editor.
    """

    level: Level
    topic: str
    message: str
    activity_id: int | None = None
    mend: Mend | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Frozen:
    """What an activity becomes in an edition: its kind's data, and its weight in the course's score."""

    data: dict[str, Any]
    marks: float | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """A practitioner opening an activity: what its kind may know to make the page."""

    person: Identity
    course_slug: str
    edition: PublishedEdition
    activity: OutlineActivity
    enrolment_id: int
    cycle: int
    language: str


@dataclass(frozen=True, slots=True)
class Player:
    """The page of an activity: a template that extends `learn/player.html`, and what it shows."""

    template: str
    context: dict[str, Any]
    version: str | None = None  # what else the page depends on; None: on too much for it to have an ETag
    frames: tuple[str, ...] = ()  # sites whose players the page may hold, once the person has asked for them


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of an activity as people read it, for looking at two states of it side by side.

    `label` says what it is (`Question 2`, `Text`), `words` what it says: plain text, a paragraph a line.
    """

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class MediaUse:
    """Something of a draft that uses files of the course's library, by their hash, and the page to see it on."""

    hashes: frozenset[str]
    title: Text
    page: Mend


class TranslationState(StrEnum):
    """How a text stands in another language: not there yet, made from an older source, or as it should be."""

    MISSING = "missing"
    OUTDATED = "outdated"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Unit:
    """One text to translate. `key` is stable and unique in its activity; `html` says whether it is markup.

    `translation` is None where there is none yet; `stale` says that the source changed since it was made, from a
    source with the hash `made_from`. Units with the same `group`, as those of one question, are saved together.
    `longest` is in characters.
    """

    key: str
    label: str
    source: str
    translation: str | None
    stale: bool
    html: bool = False
    made_from: str | None = None
    group: str = ""
    longest: int = 5000

    @classmethod
    def of(
        cls, key: str, label: str, text: Text, *, source: str, language: str, group: str = "", longest: int = 5000
    ) -> Unit:
        """A `Text` written in `source`, to be translated into `language`."""
        made = text.phrases.get(language)
        return cls(
            key=key,
            label=label,
            source=text.phrases[source].string if source in text.phrases else "",
            translation=made.string if made else None,
            stale=language in text.outdated(source),
            made_from=made.source_hash if made else None,
            group=group,
            longest=longest,
        )

    @property
    def state(self) -> TranslationState:
        if self.translation is None:
            return TranslationState.MISSING
        return TranslationState.OUTDATED if self.stale else TranslationState.DONE

    @property
    def words(self) -> int:
        """How many words the source has."""
        return len((words_of(self.source) if self.html else self.source).split())


def words_of(html: str) -> str:
    """The words of cleaned markup, quickly, for counting them and for seeing whether there are any."""
    return unescape(_TAG.sub(" ", html)).strip()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a kind's own records make of an activity: a state of progress, a score, 0 to 1, and if that passes."""

    state: str
    score: float | None
    passed: bool = False


class Kind(ABC):
    """One kind of activity. `passes` maps the topics of its checks to what is said when all is well.

    `editor` is the endpoint of the page where trainers edit one, which takes `course_id` and `activity_id`.
    """

    name: str
    label: object
    model: type[Activity]
    passes: dict[str, object]
    editor: str | None = None
    by_hand = False  # whether the practitioner says when it is done

    @abstractmethod
    def freeze(self, activity: Activity, course: Course) -> Frozen:
        """Immutable, JSON-able data of the activity as it stands in the draft. Writes nothing."""

    def today(self, data: dict[str, Any]) -> dict[str, Any]:
        """What an edition holds of an activity as `freeze` would write the same now.

        What came into the kind's data since stands in it with what its absence means.
        """
        return data

    def bodies(self, activity: Activity) -> list[NewBody]:
        """The bodies that `freeze` names by their hash, to be stored when the course is published."""
        return []

    def published_bodies(self, activity: OutlineActivity) -> dict[str, str]:
        """Language to the hash of the body that an edition holds of it: what can be withdrawn."""
        return {}

    def load(self, activities: Sequence[Activity]) -> None:  # noqa: B027  (nothing to read is a fine answer)
        """Read what `freeze`, `checks` and `bodies` of these will ask for, in a fixed number of statements."""

    @abstractmethod
    def checks(self, activity: Activity, course: Course) -> list[Check]:
        """What keeps the activity from being published, or should be looked at first."""

    @abstractmethod
    def describe(self, activity: OutlineActivity) -> str:
        """What a list says of it besides its title and length, as `5 questions`; may be empty."""

    @abstractmethod
    def player(self, visit: Visit) -> Player:
        """What a practitioner sees."""

    def preview(self, activity: Activity, course: Course, language: str) -> Player | None:
        """What a practitioner would see of the draft who opens it for the first time, leaving no trace.

        A template as `player` gives, whose `place.draft` is true. None: this kind cannot show a draft.
        """
        return None

    def try_out(
        self, activity: Activity, course: Course, language: str, sent: Mapping[str, Sequence[str]]
    ) -> Player | None:
        """What follows when the form of a preview's page was sent to `preview.try_out`: checked, and stored nowhere.

        None: there is nothing to try.
        """
        return None

    @property
    def has_preview(self) -> bool:
        """Whether this kind can show a draft."""
        return type(self).preview is not Kind.preview

    def new(self, **values: Any) -> Activity:
        """A new, empty activity with these columns; not yet in the session."""
        return self.model(**values)

    def copy(self, activity: Activity, into: Activity, course: Course) -> None:  # noqa: B027
        """Give `into`, a new activity of `course` (perhaps another course), all that `activity` holds. Flushed rows."""

    def restore(self, activity: Activity, published: OutlineActivity, course: Course, by: int | None) -> None:  # noqa: B027
        """Put what `activity` holds back to what the edition holds; title and settings are the caller's."""

    def passages(self, activity: Activity, course: Course, language: str) -> list[Passage]:
        """What the draft says in `language`, or else in its own. No statement once loaded."""
        return []

    def published_passages(self, activity: OutlineActivity, source_language: str, language: str) -> list[Passage]:
        """What an edition says in `language`, or else in its own, in the same parts as `passages`. Few statements."""
        return []

    def units(self, activity: Activity, course: Course, language: str) -> list[Unit]:
        """The texts of the draft to translate into `language`, besides the title, in reading order."""
        return []

    def translate(
        self, activity: Activity, course: Course, language: str, strings: dict[str, str], by: int | None
    ) -> None:
        """Take translations by the key of their unit, as made from today's source; an empty one is taken out.

        What is HTML comes cleaned, since that is slow. Raises `LookupError` for a unit that there is not.
        """
        if strings:
            raise LookupError(f"no units {sorted(strings)}")

    def former_sources(self, activity: Activity, course: Course, wanted: set[str]) -> dict[str, str]:
        """Source texts that its units once had, by their hash, as far as they can still be found. Few statements."""
        return {}

    def media_in_draft(self, course_id: int) -> list[MediaUse]:
        """What of a course's draft uses files of its library: its activities of this kind, and what belongs to the
        kind beside them, as a bank. Few statements."""
        return []

    def media_in_editions(
        self, course_id: int, published: Mapping[int, Sequence[OutlineActivity]]
    ) -> dict[str, set[int]]:
        """Hash to the numbers of the editions that use the file; `published` has their activities of this kind. Few
        statements."""
        return {}

    def media_kept(self, wanted: Collection[str]) -> set[str]:
        """Which of these files anything of this kind still needs, in any course, also of its history. Few
        statements."""
        return set()

    def length(self, activity: Activity, course: Course) -> int:
        """How many minutes it takes, computed from what is in it; at least 1."""
        return 1

    def passed(self, activity: OutlineActivity) -> bool:
        """Whether one completes it by passing it."""
        return False

    def recorded(self, enrolment_ids: Collection[int]) -> Mapping[tuple[int, int, int], Sequence[Recorded]]:
        """Enrolment, cycle and activity to what this kind's own records make of it, for checking what was counted.

        First as it would be counted now, then as it may have been before. Few statements.
        """
        return {}

    @abstractmethod
    def completes(self, activity: OutlineActivity) -> str:
        """In words, what counts as done."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind known, at start-up. Registering it again changes nothing."""
    _kinds.setdefault(kind.name, kind)


def get_kind(name: str) -> Kind:
    """The kind called `name`. Raises `KeyError`."""
    return _kinds[name]


def list_kinds() -> list[Kind]:
    """Every kind, by name."""
    return [_kinds[name] for name in sorted(_kinds)]
