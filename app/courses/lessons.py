"""The kind `lesson`: something to read, one body a language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import selectinload

from app.core import clock, content, sanitise
from app.core.languages import language_name
from app.core.paragraphs import paragraphs
from app.core.text import string_hash
from app.extensions import db

from . import lesson_units
from .errors import TextWithdrawn
from .kinds import Check, Frozen, Kind, Level, Passage, Player, Unit, Visit
from .models import Activity, Course, Lesson, LessonBody, Revision
from .outline import OutlineActivity

MEDIA_TYPE = "text/html"


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
        "translation": _l("Every translation is up to date"),
    }

    def freeze(self, activity: Activity, course: Course) -> Frozen:
        assert isinstance(activity, Lesson)
        bodies = {body.language: content.body_hash(MEDIA_TYPE, body.html) for body in activity.bodies}
        return Frozen(msgspec.to_builtins(LessonData(bodies)))

    def bodies(self, activity: Activity) -> list[content.NewBody]:
        assert isinstance(activity, Lesson)
        return [content.NewBody(MEDIA_TYPE, body.html, sanitise.POLICY) for body in activity.bodies]

    def published_bodies(self, activity: OutlineActivity) -> dict[str, str]:
        return msgspec.convert(activity.data, LessonData).bodies

    def load(self, activities: Sequence[Activity]) -> None:
        ids = [activity.id for activity in activities]
        db.session.scalars(sa.select(Lesson).where(Lesson.id.in_(ids)).options(selectinload(Lesson.bodies))).all()

    def checks(self, activity: Activity, course: Course) -> list[Check]:
        assert isinstance(activity, Lesson)
        found: list[Check] = []
        title = activity.title.best(course.source_language, course.source_language)
        bodies = {body.language: body for body in activity.bodies}
        source = bodies.get(course.source_language)
        if source is None or not sanitise.plain_text(source.html):
            found.append(Check(Level.BLOCKER, "body", _("“%(title)s” has no text", title=title), activity.id))
            return found
        for body in bodies.values():
            if _has_silent_image(body.html):
                message = _("“%(title)s” has an image without a text alternative", title=title)
                found.append(Check(Level.WARNING, "alternative", message, activity.id))
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
        return Player("learn/lesson.html", {"body": body, "body_language": language}, version=body.version)

    def preview(self, activity: Activity, course: Course, language: str) -> Player:
        """The text as it stands, in `language` or else in the course's own."""
        assert isinstance(activity, Lesson)
        bodies = {body.language: body.html for body in activity.bodies if sanitise.plain_text(body.html)}
        shown = language if language in bodies else course.source_language
        return Player("learn/lesson.html", {"body": content.Body(bodies.get(shown, "")), "body_language": shown})

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
        keep_revisions([row for tag, row in rows.items() if row.html != texts.get(tag)])
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
            activity.bodies.remove(rows[language])
            db.session.delete(rows[language])
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
        return [Passage(_("Text"), paragraphs(source_of(body.html)))]

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

    def completes(self, activity: OutlineActivity) -> str:
        return _("Complete when you have read it and say so")


def source_of(published_html: str) -> str:
    """The text as trainers write it, from the one that practitioners get."""
    return published_html


def keep_revisions(rows: Sequence[LessonBody]) -> None:
    """Keep what these texts say in their history, as theirs who wrote it, before something else takes their place."""
    said = [row for row in rows if sanitise.plain_text(row.html)]
    content.store_all(content.NewBody(MEDIA_TYPE, row.html, sanitise.POLICY) for row in said)
    for row in said:
        db.session.add(
            Revision(
                subject=f"lesson_body:{row.id}",
                person_id=row.saved_by_id,
                at=row.saved_at or clock.now(),
                content_hash=content.body_hash(MEDIA_TYPE, row.html),
            )
        )


def _published_texts(bodies: dict[str, str]) -> dict[str, str]:
    """Language to the text that an edition names, cleaned by today's rules. Raises `TextWithdrawn`."""
    found = {}
    for language, digest in bodies.items():
        body = content.get_body(digest)
        if body.withdrawn_at is not None:
            raise TextWithdrawn
        found[language] = sanitise.clean(source_of(body.html))
    return found


class _Images(HTMLParser):
    silent = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "img" and not (dict(attributes).get("alt") or "").strip():
            self.silent = True


def _has_silent_image(html: str) -> bool:
    if not re.search("<img", html):
        return False
    parser = _Images()
    parser.feed(html)
    return parser.silent
