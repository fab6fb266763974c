"""The kind `lesson`: something to read, one body a language."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from app.core import content, sanitise
from app.core.languages import language_name
from app.core.models import Media
from app.core.text import string_hash
from app.extensions import db

from . import dressing
from .dressing import Library
from .kinds import Check, Frozen, Kind, Level, Player, Visit
from .models import Activity, Course, CourseMedia, Lesson, LessonBody
from .outline import OutlineActivity

MEDIA_TYPE = "text/html"
WORDS_A_MINUTE = 200


class LessonData(msgspec.Struct, frozen=True):
    """A lesson as published: language tag to hash of its body."""

    bodies: dict[str, str]


class LessonKind(Kind):
    name = "lesson"
    label = _l("Lesson")
    model = Lesson
    by_hand = True
    passes = {
        "body": _l("Every lesson has its text"),
        "alternative": _l("Every image has a text alternative"),
        "captions": _l("Every video has captions"),
        "translation": _l("Every translation is up to date"),
    }

    def freeze(self, activity: Activity, course: Course) -> Frozen:
        assert isinstance(activity, Lesson)
        library = dressing.library_of(course)
        bodies = {body.language: content.body_hash(MEDIA_TYPE, _dressed(body, library)) for body in activity.bodies}
        return Frozen(msgspec.to_builtins(LessonData(bodies)))

    def bodies(self, activity: Activity) -> list[content.NewBody]:
        assert isinstance(activity, Lesson)
        library = dressing.library_of(activity.course)
        return [content.NewBody(MEDIA_TYPE, _dressed(body, library), sanitise.POLICY) for body in activity.bodies]

    def load(self, activities: Sequence[Activity]) -> None:
        ids = [activity.id for activity in activities]
        db.session.scalars(sa.select(Lesson).where(Lesson.id.in_(ids)).options(selectinload(Lesson.bodies))).all()
        _load_libraries({activity.course_id for activity in activities})

    def checks(self, activity: Activity, course: Course) -> list[Check]:
        assert isinstance(activity, Lesson)
        found: list[Check] = []
        title = activity.title.best(course.source_language, course.source_language)
        bodies = {body.language: body for body in activity.bodies}
        source = bodies.get(course.source_language)
        if source is None or _is_empty(source):
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
        bodies = {b.language: _dressed(b, library) for b in activity.bodies if not _is_empty(b)}
        shown = language if language in bodies else course.source_language
        html = bodies.get(shown, "")
        return Player(
            "studio/lesson.html",
            {"html": Markup(html), "body_language": shown, "has_media": dressing.has_media(html)},
            frames=dressing.frames_in(html),
        )

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


def _is_empty(body: LessonBody) -> bool:
    return not sanitise.plain_text(body.html) and not dressing.hashes_in(body.html)


def _checks_of_media(lesson: Lesson, library: Library, title: str) -> list[Check]:
    """Pictures that say nothing to who does not see them, videos that say nothing to who does not hear."""
    found = []
    for body in lesson.bodies:
        if dressing.silent_pictures(body.html, library):
            message = _("“%(title)s” has an image without a text alternative", title=title)
            found.append(Check(Level.WARNING, "alternative", message, lesson.id))
        videos = [digest for kind, digest in dressing.played_in(body.html) if kind == "video"]
        if any(digest not in library or body.language not in (library[digest].captions or {}) for digest in videos):
            message = _(
                "“%(title)s” has a video without captions in %(language)s",
                title=title,
                language=language_name(body.language),
            )
            found.append(Check(Level.WARNING, "captions", message, lesson.id))
    return found
