"""The kind `lesson`: something to read, one body a language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import selectinload

from app.core import content, sanitise
from app.core.languages import language_name
from app.core.text import string_hash
from app.extensions import db

from .kinds import Check, Frozen, Kind, Level, Player, Visit
from .models import Activity, Course, Lesson
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
    editor = "writing.edit"
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
        return Player("studio/lesson.html", {"html": Markup(bodies.get(shown, "")), "body_language": shown})

    def completes(self, activity: OutlineActivity) -> str:
        return _("Complete when you have read it and say so")


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
