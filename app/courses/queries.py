"""What is read of courses: the catalogue, and the courses that a person may edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from app.auth.identity import Identity
from app.auth.models import Person
from app.core.errors import Forbidden, NotFound
from app.core.folding import folded
from app.core.models import Media, MediaVariant
from app.core.text import Text
from app.extensions import db

from . import drafts, editions
from .cards import CourseCard, card_of
from .models import Activity, Course, CourseSearch, CourseTrainer, Edition, TrainerRole
from .publishing.edition_changes import EditionChange

MOST_WORDS = 12


class Length(StrEnum):
    """How long a course takes: under an hour; one to three hours; more."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"

    def holds(self, minutes: int) -> bool:
        """Whether a course of `minutes` is of this length."""
        if self is Length.SHORT:
            return minutes < 60
        return 60 <= minutes <= 180 if self is Length.MEDIUM else minutes > 180


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person looks for in the catalogue; empty means anything."""

    search: str = ""
    language: str = ""
    topic: str = ""
    length: Length | None = None

    def hold(self, card: CourseCard) -> bool:
        """Whether a card passes, the words apart, which the database looks up."""
        return (
            (not self.language or self.language in card.languages)
            and (not self.topic or self.topic in card.topics)
            and (self.length is None or self.length.holds(card.minutes))
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The cards that were looked for, by which filters; and the languages and topics there are to choose from."""

    cards: list[CourseCard]
    filters: Filters
    languages: list[str]
    topics: list[str]


def list_cards(*, language: str) -> list[CourseCard]:
    """The courses that can be begun, by title in `language`. One statement, and one more for editions not read yet."""
    return [card for card, _holds in _published(language, "")]


def get_catalogue(filters: Filters, *, language: str) -> Catalogue:
    """The courses that can be begun and pass the filters, by title in `language`. Statements as `list_cards`.

    Every word must stand in what is looked up of the course in `language`, or in its own language. A language
    or topic that no published course has counts as any.
    """
    everything = _published(language, filters.search)
    languages = sorted({tag for card, _holds in everything for tag in card.languages})
    topics = sorted({topic for card, _holds in everything for topic in card.topics})
    filters = replace(
        filters,
        language=filters.language if filters.language in languages else "",
        topic=filters.topic if filters.topic in topics else "",
    )
    cards = [card for card, holds in everything if holds and filters.hold(card)]
    return Catalogue(cards, filters, languages, topics)


def _published(language: str, search: str) -> list[tuple[CourseCard, bool]]:
    """The cards of all courses that can be begun, by title, and whether each holds the words of `search`."""
    words = folded(search).split()[:MOST_WORDS]
    holds: sa.ColumnElement[bool] = sa.true()
    if words:
        holds = sa.exists().where(
            CourseSearch.course_id == Course.id,
            CourseSearch.language.in_([language, Course.source_language]),
            *(CourseSearch.words.contains(word, autoescape=True) for word in words),
        )
    rows = db.session.execute(
        sa.select(Course.slug, Course.edition_id, Course.audience, holds.label("holds")).where(
            Course.edition_id.is_not(None), Course.archived_at.is_(None)
        )
    ).all()
    published = editions.list_editions(row.edition_id for row in rows)
    cards = [
        (card_of(row.slug, edition, row.audience), bool(row.holds))
        for row, edition in zip(rows, published, strict=True)
    ]
    return sorted(cards, key=lambda pair: (folded(pair[0].title.best(language, pair[0].source_language)), pair[0].slug))


def editable_by(person: Identity) -> sa.ColumnElement[bool]:
    """Of `Course`: those that `person` may change and publish: its lead and authors, and administrators."""
    return _taught_as(person, TrainerRole.LEAD, TrainerRole.AUTHOR)


def seen_by(person: Identity) -> sa.ColumnElement[bool]:
    """Of `Course`: those whose draft `person` may read: all its trainers, and administrators."""
    return _taught_as(person, *TrainerRole)


def _taught_as(person: Identity, *roles: TrainerRole) -> sa.ColumnElement[bool]:
    if person.is_administrator:
        return sa.true()
    teaches = sa.select(CourseTrainer.id).where(
        CourseTrainer.course_id == Course.id, CourseTrainer.person_id == person.id, CourseTrainer.role.in_(roles)
    )
    return teaches.correlate(Course).exists()


@dataclass(frozen=True, slots=True)
class CourseAccess:
    """A course whose draft a person may see, and what they may do with it.

    `editable`: change and publish it. `led`: its settings and its trainers, too. `languages`: those whose texts
    they may write; all of the course's for whoever may change it, a translator's own for a translator.
    `archived_at`: since when nobody begins it, and nothing of it is published.
    """

    id: int
    slug: str
    title: Text
    source_language: str
    editable: bool
    led: bool
    languages: tuple[str, ...]
    archived_at: datetime | None = None


def get_access(course_id: int, person: Identity) -> CourseAccess:
    """What `person` may do with the draft of a course. One statement.

    Raises `NotFound`, also where it is not theirs.
    """
    mine = sa.and_(CourseTrainer.course_id == Course.id, CourseTrainer.person_id == person.id)
    row = db.session.execute(
        sa.select(
            Course.id,
            Course.slug,
            Course.title,
            Course.source_language,
            Course.languages,
            Course.archived_at,
            CourseTrainer.role,
            CourseTrainer.languages.label("own"),
        )
        .outerjoin(CourseTrainer, mine)
        .where(Course.id == course_id, seen_by(person))
    ).one_or_none()
    if row is None:
        raise NotFound
    led = person.is_administrator or row.role == TrainerRole.LEAD
    editable = led or row.role == TrainerRole.AUTHOR
    languages = [tag for tag in row.languages if editable or (tag in row.own and tag != row.source_language)]
    return CourseAccess(
        row.id, row.slug, row.title, row.source_language, editable, led, tuple(languages), row.archived_at
    )


def get_editable(course_id: int, person: Identity) -> CourseAccess:
    """As `get_access`; raises `Forbidden` besides for who may see the draft and not change it."""
    access = get_access(course_id, person)
    if not access.editable:
        raise Forbidden
    return access


def get_led(course_id: int, person: Identity) -> CourseAccess:
    """As `get_editable`, for what its leads alone may do."""
    access = get_access(course_id, person)
    if not access.led:
        raise Forbidden
    return access


@dataclass(frozen=True, slots=True)
class EditionLine:
    """An edition in the list of a course's editions; `by` is the name of who published it, if it was a person."""

    id: int
    number: int
    note: str
    published_at: datetime
    by: str | None


def list_course_editions(course_id: int) -> list[EditionLine]:
    """The editions of a course, the newest first."""
    rows = db.session.execute(
        sa.select(Edition.id, Edition.number, Edition.note, Edition.published_at, Person.name)
        .outerjoin(Person, Person.id == Edition.published_by_id)
        .where(Edition.course_id == course_id)
        .order_by(Edition.number.desc())
    )
    return [EditionLine(*row) for row in rows]


def get_edition_change(lines: Sequence[EditionLine], number: int, against: int | None) -> EditionChange:
    """Edition `number` of `lines` beside edition `against`, or else the one before it. One statement at most.

    Raises `NotFound` if there is no such edition.
    """
    ids = {line.number: line.id for line in lines}
    if number not in ids:
        raise NotFound
    other = against if against in ids and against != number else number - 1
    found = editions.list_editions(ids[n] for n in (number, other) if n in ids)
    return EditionChange(found[0], found[1] if len(found) > 1 else None)


def get_edition_in_force(course_id: int) -> editions.PublishedEdition:
    """The edition that practitioners of a published course see. Raises `NotFound` if it is not published."""
    edition_id = db.session.scalar(sa.select(Course.edition_id).where(Course.id == course_id))
    if edition_id is None:
        raise NotFound
    return editions.get_edition(edition_id)


def list_trainers(course_id: int) -> list[tuple[str, TrainerRole]]:
    """Name and role of those who teach a course: leads, then authors, then translators."""
    rows = db.session.execute(
        sa.select(Person.name, CourseTrainer.role)
        .join(Person, Person.id == CourseTrainer.person_id)
        .where(CourseTrainer.course_id == course_id)
        .order_by(CourseTrainer.id)
    )
    people = [(row.name, TrainerRole(row.role)) for row in rows]
    return sorted(people, key=lambda pair: list(TrainerRole).index(pair[1]))


def list_taught(person: Identity) -> list[drafts.Review]:
    """The courses whose draft `person` may see, each against its edition in force, by title.

    A fixed number of statements, however many courses.
    """
    ids = db.session.scalars(sa.select(Course.id).where(seen_by(person))).all()
    reviews = drafts.review_all(drafts.load_all(ids))
    return sorted(reviews, key=lambda review: (folded(review.title), review.course.id))


def get_draft_activity(course_id: int, activity_id: int) -> Activity:
    """An activity that stands in the draft, with its kind's own columns. Raises `NotFound`."""
    activity: Activity | None = db.session.get(Activity, activity_id)
    if activity is None or activity.course_id != course_id or activity.removed_at or activity.module.removed_at:
        raise NotFound
    return activity


@dataclass(frozen=True, slots=True)
class StoredFile:
    """What is needed to serve a file. `hash` is of what is served: a picture's own, or that of a narrower one."""

    hash: str
    name: str
    media_type: str
    size: int


def get_media(digest: str) -> StoredFile:
    """A stored file by its hash. Raises `NotFound`."""
    row = db.session.execute(
        sa.select(Media.hash, Media.name, Media.media_type, Media.size).where(Media.hash == digest)
    ).one_or_none()
    if row is None:
        raise NotFound
    return StoredFile(*row)


def get_media_variant(digest: str, width: int) -> StoredFile:
    """A picture at a smaller width, by its hash at full width. Raises `NotFound`."""
    row = db.session.execute(
        sa.select(MediaVariant.hash, Media.name, Media.media_type, MediaVariant.size)
        .join(Media, Media.hash == MediaVariant.media_hash)
        .where(MediaVariant.media_hash == digest, MediaVariant.width == width)
    ).one_or_none()
    if row is None:
        raise NotFound
    return StoredFile(*row)
