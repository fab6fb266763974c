"""The kind `lesson`: something to read, one body a language."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.core import clock, content, sanitise
from app.core.languages import language_name
from app.core.models import Media
from app.core.paragraphs import paragraphs
from app.core.text import string_hash
from app.extensions import db

from ..errors import TextWithdrawn
from ..kinds import Check, Frozen, Kind, Level, MediaUse, Mend, Passage, Player, Unit, Visit
from ..models import Activity, Course, CourseMedia, Lesson, LessonBody
from ..outline import OutlineActivity
from . import dressing, history, media
from . import units as lesson_units
from .dressing import Library
from .history import MEDIA_TYPE, Former

WORDS_A_MINUTE = 200


class LessonData(msgspec.Struct, frozen=True):
    """A lesson as published: language tag to hash of its body."""

    bodies: dict[str, str]


class LessonKind(Kind):
    name = "lesson"
    label = _l("Lesson")
    model = Lesson
    by_hand = True
    editor = "writing.edit"
    passes = {
        "body": _l("Every lesson has its text"),
        "alternative": _l("Every picture has a text alternative"),
        "captions": _l("Every video has captions"),
        "translation": _l("Every translation is up to date"),
    }

    def freeze(self, activity: Activity, course: Course) -> Frozen:
        assert isinstance(activity, Lesson)
        library = dressing.library_of(course)
        bodies = {body.language: content.body_hash(MEDIA_TYPE, _dressed(body, library)) for body in _said(activity)}
        return Frozen(msgspec.to_builtins(LessonData(bodies)))

    def bodies(self, activity: Activity) -> list[content.NewBody]:
        assert isinstance(activity, Lesson)
        library = dressing.library_of(activity.course)
        return [content.NewBody(MEDIA_TYPE, _dressed(body, library), sanitise.POLICY) for body in _said(activity)]

    def published_bodies(self, activity: OutlineActivity) -> dict[str, str]:
        return msgspec.convert(activity.data, LessonData).bodies

    def load(self, activities: Sequence[Activity]) -> None:
        ids = [activity.id for activity in activities]
        db.session.scalars(sa.select(Lesson).where(Lesson.id.in_(ids)).options(selectinload(Lesson.bodies))).all()
        _load_libraries({activity.course_id for activity in activities})

    def checks(self, activity: Activity, course: Course) -> list[Check]:
        assert isinstance(activity, Lesson)
        found: list[Check] = []
        title = activity.title.best(course.source_language, course.source_language)
        bodies = {body.language: body for body in _said(activity)}
        source = bodies.get(course.source_language)
        if source is None:
            found.append(Check(Level.BLOCKER, "body", _("“%(title)s” has no text", title=title), activity.id))
            return found
        found += _checks_of_media(activity, dressing.library_of(course), title)
        today = string_hash(source.html)
        for language in course.languages:
            if language == course.source_language:
                continue
            if language not in bodies:
                message = _(
                    "“%(title)s” is not translated into %(language)s", title=title, language=language_name(language)
                )
            elif bodies[language].source_hash != today:
                message = _(
                    "“%(title)s” changed since its translation into %(language)s",
                    title=title,
                    language=language_name(language),
                )
            else:
                continue
            found.append(Check(Level.WARNING, "translation", message, activity.id))
        return found

    def describe(self, activity: OutlineActivity) -> str:
        return ""

    def player(self, visit: Visit) -> Player:
        """The body in the language asked for, else in the course's own, marked as such. One statement."""
        bodies = msgspec.convert(visit.activity.data, LessonData).bodies
        language = visit.language if visit.language in bodies else visit.edition.outline.source_language
        body = content.get_body(bodies[language])
        return Player(
            "learn/lesson.html",
            {"body": body, "body_language": language, "has_media": dressing.has_media(body.html)},
            version=body.version,
            frames=dressing.frames_in(body.html),
        )

    def preview(self, activity: Activity, course: Course, language: str) -> Player:
        """The text as it stands, in `language` or else in the course's own."""
        assert isinstance(activity, Lesson)
        library = dressing.library_of(course)
        bodies = {body.language: _dressed(body, library) for body in _said(activity)}
        shown = language if language in bodies else course.source_language
        html = bodies.get(shown, "")
        return Player(
            "learn/lesson.html",
            {"body": content.Body(html), "body_language": shown, "has_media": dressing.has_media(html)},
            frames=dressing.frames_in(html),
        )

    def copy(self, activity: Activity, into: Activity, course: Course) -> None:
        assert isinstance(activity, Lesson)
        assert isinstance(into, Lesson)
        for body in activity.bodies:
            into.bodies.append(LessonBody(language=body.language, html=body.html, source_hash=body.source_hash))

    def restore(self, activity: Activity, published: OutlineActivity, course: Course, by: int | None) -> None:
        """The texts of the edition, in exactly its languages; what they replace is kept in the lesson's history.

        A translation that is the draft's already stays as it was made; others count as made from the text beside
        them. Raises `TextWithdrawn`. A statement a language, and one for each text that is replaced.
        """
        assert isinstance(activity, Lesson)
        source = course.source_language
        texts = _published_texts(msgspec.convert(published.data, LessonData).bodies)
        rows = {body.language: body for body in activity.bodies}
        history.keep(Former.of(row) for tag, row in rows.items() if row.html != texts.get(tag))
        now, made_from = clock.now(), string_hash(texts.get(source, ""))
        for language, html in texts.items():
            row = rows.get(language)
            if row is not None and row.html == html:
                continue
            if row is None:
                row = LessonBody(language=language)
                activity.bodies.append(row)
            row.html, row.source_hash = html, None if language == source else made_from
            row.saved_by_id, row.saved_at = by, now
        for language in rows.keys() - texts.keys():
            row = rows[language]  # it stays, empty: its history hangs on it
            row.html, row.source_hash, row.saved_by_id, row.saved_at = "", None, by, now
        db.session.flush()

    def passages(self, activity: Activity, course: Course, language: str) -> list[Passage]:
        assert isinstance(activity, Lesson)
        bodies = {body.language: body.html for body in activity.bodies}
        html = bodies.get(language) or bodies.get(course.source_language, "")
        return [Passage(_("Text"), paragraphs(html))]

    def published_passages(self, activity: OutlineActivity, source_language: str, language: str) -> list[Passage]:
        """The text, or why it was withdrawn. One statement."""
        bodies = msgspec.convert(activity.data, LessonData).bodies
        digest = bodies.get(language) or bodies.get(source_language)
        body = content.get_body(digest) if digest else content.Body("")
        if body.withdrawn_at is not None:
            return [Passage(_("Text"), _("This text was withdrawn. Reason: %(reason)s", reason=body.withdrawn_why))]
        return [Passage(_("Text"), paragraphs(dressing.undressed(body.html)))]

    def units(self, activity: Activity, course: Course, language: str) -> list[Unit]:
        assert isinstance(activity, Lesson)
        return lesson_units.body_unit(activity, course, language)

    def translate(
        self, activity: Activity, course: Course, language: str, strings: dict[str, str], by: int | None
    ) -> None:
        assert isinstance(activity, Lesson)
        if strings.keys() - {lesson_units.BODY}:
            raise LookupError(f"no units {sorted(strings)}")
        for html in strings.values():
            lesson_units.translate_body(activity, course, language, html, by)

    def former_sources(self, activity: Activity, course: Course, wanted: set[str]) -> dict[str, str]:
        assert isinstance(activity, Lesson)
        source = lesson_units.body_in(activity, course.source_language)
        return lesson_units.former_bodies(source, course.id, wanted) if source and wanted else {}

    def media_in_draft(self, course_id: int) -> list[MediaUse]:
        return media.in_draft(course_id)

    def media_in_editions(
        self, course_id: int, published: Mapping[int, Sequence[OutlineActivity]]
    ) -> dict[str, set[int]]:
        return media.in_editions(published)

    def media_kept(self, wanted: Collection[str]) -> set[str]:
        return media.kept(wanted)

    def length(self, activity: Activity, course: Course) -> int:
        """The words of the text in the course's own language at 200 a minute, and what it has to play."""
        assert isinstance(activity, Lesson)
        body = next((body for body in activity.bodies if body.language == course.source_language), None)
        if body is None:
            return 1
        library = dressing.library_of(course)
        played = [library[digest].seconds or 0 for _kind, digest in dressing.played_in(body.html) if digest in library]
        words = len(sanitise.plain_text(body.html).split())
        return max(1, round(words / WORDS_A_MINUTE + sum(played) / 60))

    def completes(self, activity: OutlineActivity) -> str:
        return _("Complete when you have read it and say so")


def _published_texts(bodies: dict[str, str]) -> dict[str, str]:
    """Language to the text that an edition names, cleaned by today's rules. Raises `TextWithdrawn`."""
    found = {}
    for language, digest in bodies.items():
        body = content.get_body(digest)
        if body.withdrawn_at is not None:
            raise TextWithdrawn
        found[language] = dressing.source_of(body.html)
    return found


def _load_libraries(course_ids: set[int]) -> None:
    """Read the files of these courses' libraries. One statement."""
    everything = db.session.scalars(
        sa.select(CourseMedia)
        .where(CourseMedia.course_id.in_(course_ids))
        .order_by(CourseMedia.added_at.desc(), CourseMedia.media_hash)
        .options(joinedload(CourseMedia.media).joinedload(Media.variants))
    ).unique()
    found: dict[int, list[CourseMedia]] = {course_id: [] for course_id in course_ids}
    for item in everything:
        found[item.course_id].append(item)
    for course_id, items in found.items():
        set_committed_value(db.session.get_one(Course, course_id), "library", items)


def _dressed(body: LessonBody, library: Library) -> str:
    return dressing.dressed(body.html, library, body.language)


def _said(lesson: Lesson) -> list[LessonBody]:
    """The texts of a lesson that say or show something: an empty translation is none."""
    return [body for body in lesson.bodies if not _is_empty(body)]


def _is_empty(body: LessonBody) -> bool:
    return not sanitise.plain_text(body.html) and not dressing.hashes_in(body.html)


def _checks_of_media(lesson: Lesson, library: Library, title: str) -> list[Check]:
    """Pictures that say nothing to who does not see them, videos that say nothing to who does not hear."""
    found = []
    for body in lesson.bodies:
        if dressing.silent_pictures(body.html, library):
            message = _("“%(title)s” has a picture without a text alternative", title=title)
            found.append(Check(Level.WARNING, "alternative", message, lesson.id))
        videos = [digest for kind, digest in dressing.played_in(body.html) if kind == "video"]
        bare = [digest for digest in videos if body.language not in _captions_of(library, digest)]
        if bare:
            message = _(
                "“%(title)s” has a video without captions in %(language)s",
                title=title,
                language=language_name(body.language),
            )
            mend = Mend("captions.edit", {"digest": bare[0], "language": body.language}) if bare[0] in library else None
            found.append(Check(Level.WARNING, "captions", message, lesson.id, mend))
    return found


def _captions_of(library: Library, digest: str) -> Collection[str]:
    """The languages in which a video of the library has captions; none where it is not there."""
    return (library[digest].captions or {}) if digest in library else ()
