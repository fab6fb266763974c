"""What is done with a course's languages: one added, one removed, texts translated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core import audit
from app.core.errors import NotFound
from app.core.languages import known_tag, language_name
from app.core.text import string_hash
from app.extensions import db

from .. import queries
from ..errors import LanguageRefused, TextsRefused
from ..kinds import Unit, get_kind, words_of
from ..lessons.dressing import source_of
from ..models import Activity, Course, CourseTrainer, Module, TrainerRole
from . import texts
from .texts import Part, fingerprint, tidied

MOST_LANGUAGES = 40


@dataclass(frozen=True, slots=True)
class Typed:
    """A translation as it was typed, with fingerprints of the translation and of the source that were shown with it.

    `fits` says that what is there is right, although its source changed.
    """

    string: str
    shown: str
    source: str
    fits: bool = False

    @property
    def touched(self) -> bool:
        """Whether it is to be saved: other words than were shown, or those that still fit."""
        return self.fits or fingerprint(self.string) != self.shown


def add_language(*, course_id: int, tag: str, by: int) -> str:
    """Offer a course in another language, from the next edition on; its usual tag. Raises `LanguageRefused`.

    Translations that the draft had before the language was removed are there again.
    """
    language = known_tag(tag)
    if language is None:
        raise LanguageRefused(_("No language has this tag. Tags look like “fr”, “pt-BR” or “zh-Hans”."))
    course = _locked(course_id)
    if language in course.languages:
        raise LanguageRefused(_("The course is in %(language)s already.", language=language_name(language)))
    if len(course.languages) >= MOST_LANGUAGES:
        raise LanguageRefused(_("A course has at most %(number)s languages.", number=MOST_LANGUAGES))
    course.languages = [*course.languages, language]
    audit.record("course.add_language", f"course:{course_id}", actor_id=by, language=language)
    db.session.flush()
    return language


def remove_language(*, course_id: int, language: str, by: int) -> None:
    """Offer a course in a language no more, from the next edition on. The draft keeps what was translated.

    Its translators no longer have the language.
    Raises `LanguageRefused` for the language that the course is written in, `NotFound` for one that it does not have.
    """
    course = _locked(course_id)
    if language == course.source_language:
        raise LanguageRefused(_("The course is written in this language, so it cannot be removed."))
    if language not in course.languages:
        raise NotFound
    course.languages = [tag for tag in course.languages if tag != language]
    translators = sa.select(CourseTrainer).where(
        CourseTrainer.course_id == course_id, CourseTrainer.role == TrainerRole.TRANSLATOR
    )
    for trainer in db.session.scalars(translators):
        if language in trainer.languages:
            trainer.languages = [tag for tag in trainer.languages if tag != language]
    audit.record("course.remove_language", f"course:{course_id}", actor_id=by, language=language)
    db.session.flush()


def prepared(part: Part, typed: Mapping[str, Typed]) -> dict[str, Typed]:
    """What was typed as it would be saved: markup cleaned, line ends made one. Slow, so outside of a transaction."""
    found = {}
    for key, text in typed.items():
        unit = part.find(key)
        string = tidied(text.string)
        found[key] = replace(text, string=source_of(string) if unit and unit.html else string)
    return found


def save_texts(
    *, course_id: int, activity_id: int | None, language: str, typed: Mapping[str, Typed], by: int | None
) -> int:
    """Save these translations of one part, by the keys of their units; how many changed. They come `prepared`.

    A text that was left as it was shown changes nothing, unless it `fits`. Raises `NotFound` for a text that there
    is not, and `TextsRefused` if one is too long, or if its translation or its source changed since it was shown.
    """
    course = _locked(course_id)
    if language not in course.languages or language == course.source_language:
        raise NotFound
    activity = _activity(course, activity_id)
    part = texts.activity_part(activity, course, language) if activity else texts.course_part(course, language)
    units = {unit.key: unit for unit in part.units}
    if typed.keys() - units.keys():
        raise NotFound
    touched = {key: text for key, text in typed.items() if text.touched}
    _refuse(units, touched)
    changes = {
        key: text.string for key, text in touched.items() if text.string != units[key].translation or units[key].stale
    }
    write(course, activity, language, changes, by)
    return len(changes)


def write(course: Course, activity: Activity | None, language: str, strings: dict[str, str], by: int | None) -> None:
    """Put translations into the course itself or into an activity of it, as made from today's source."""
    source = course.source_language
    rest = dict(strings)
    if activity is not None:
        if "title" in rest:
            activity.title = activity.title.with_phrase(language, rest.pop("title"), source)
        get_kind(activity.kind).translate(activity, course, language, rest, by)
    else:
        modules = {f"module/{module.key}": module for module in course.living_modules()}
        for key, string in rest.items():
            if key == "title":
                course.title = course.title.with_phrase(language, string, source)
            elif key == "summary":
                course.summary = course.summary.with_phrase(language, string, source)
            else:
                modules[key].title = modules[key].title.with_phrase(language, string, source)
    db.session.flush()


def _locked(course_id: int) -> Course:
    """The course's row, which nobody else changes until this is done. Raises `NotFound`."""
    course = db.session.scalar(
        sa.select(Course).where(Course.id == course_id).with_for_update().execution_options(populate_existing=True)
    )
    if course is None:
        raise NotFound
    return course


def _activity(course: Course, activity_id: int | None) -> Activity | None:
    """The activity with all that its kind holds, as it is now; None for the course itself. Raises `NotFound`."""
    if activity_id is None:
        db.session.scalars(sa.select(Module.id).where(Module.course_id == course.id).with_for_update()).all()
        return None
    db.session.execute(sa.select(Activity.__table__.c.id).where(Activity.id == activity_id).with_for_update())
    activity = queries.get_draft_activity(course.id, activity_id)
    get_kind(activity.kind).load([activity])
    return activity


def _refuse(units: Mapping[str, Unit], typed: Mapping[str, Typed]) -> None:
    """Raise `TextsRefused` for what cannot be saved as it was typed."""
    bad: dict[str, object] = {}
    meanwhile: dict[str, object] = {}
    for key, text in typed.items():
        unit = units[key]
        there = fingerprint(unit.translation)
        if there != text.shown and there != fingerprint(text.string):
            meanwhile[key] = _("Somebody else translated this in the meantime. Compare, then save the one you choose.")
        elif string_hash(unit.source) != text.source:
            meanwhile[key] = _("The source changed while you were translating. See whether your words still fit.")
        elif len(text.string) > unit.longest:
            bad[key] = _("Keep it under %(max)s characters.", max=unit.longest)
        elif unit.html and not words_of(text.string):
            bad[key] = _("Without words, practitioners would open an empty page. The text was left as it is.")
    if bad or meanwhile:
        raise TextsRefused(bad | meanwhile, status=409 if meanwhile and not bad else 422)
