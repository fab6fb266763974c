"""Translating a quiz: what there is to translate, and what takes the translations."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _

from app.core.formats import number
from app.core.text import string_hash
from app.courses import editions
from app.courses.kinds import Unit
from app.courses.models import Course
from app.extensions import db

from .bank.versions import add_version
from .fields import plain
from .freezing import data_of, draft_slots
from .models import Question, QuestionVersion, Quiz, QuizSlot, VersionState
from .questions.translation import former_strings, question_units, translated
from .settings import Band

BANDS = "_bands"  # where the key of a question would stand, which has no underscore


def units(quiz: Quiz, course: Course, language: str) -> list[Unit]:
    """The texts of the versions that the quiz may ask, a group a question, then what is said to the score.

    Questions to draw come after those that are asked for sure. No statement once loaded.
    """
    source = course.source_language
    places = draft_slots(quiz)
    asked = [
        (_("Question %(number)s", number=place.number), v)
        for place in places
        if place.draw is None
        for v in place.versions
    ]
    pool = [
        (_("To draw: %(key)s", key=v.question.key), v)
        for place in places
        if place.draw is not None
        for v in place.versions
    ]
    found: dict[str, Unit] = {}
    for group, version in asked + pool:
        question = version.question
        for unit in question_units(
            version.content,
            source=question.source_language,
            language=language,
            prefix=f"{question.key}/",
            group=group,
        ):
            found.setdefault(unit.key, unit)
    if language != source:
        for band in quiz.settings.bands:
            label = _("Said from %(share)s%%", share=number(band.from_percent))
            unit = Unit.of(
                _key(band), label, band.text, source=source, language=language, group=_("What is said to the score")
            )
            found[unit.key] = unit
    return list(found.values())


def translate(quiz: Quiz, course: Course, language: str, strings: Mapping[str, str], by: int | None) -> None:
    """Take translations by the keys of `units`. Raises `LookupError` for one that there is not."""
    asked = {version.question.key: version for place in draft_slots(quiz) for version in place.versions}
    by_question: dict[str, dict[str, str]] = {}
    for key, string in strings.items():
        question, _slash, rest = key.partition("/")
        by_question.setdefault(question, {})[rest] = string
    said = by_question.pop(BANDS, {})
    if by_question.keys() - asked.keys():
        raise LookupError(f"no questions {sorted(by_question.keys() - asked.keys())}")
    if said:
        _translate_bands(quiz, course.source_language, language, said)
    for key, texts_of_one in by_question.items():
        _translate(asked[key], language, texts_of_one, by)


def former_sources(quiz: Quiz, course: Course, wanted: set[str]) -> dict[str, str]:
    """Texts that the units once had, by their hash. A statement where the edition in force was not read yet."""
    found: dict[str, str] = {}
    asked = {version.question for place in draft_slots(quiz) for version in place.versions}
    for question in asked | {slot.question for slot in quiz.slots if slot.question is not None}:
        found |= former_strings([version.content for version in question.versions], question.source_language)
    if quiz.settings.bands and course.edition_id is not None:
        published = editions.get_edition(course.edition_id).by_id.get(quiz.id)
        for band in data_of(published).settings.bands if published else ():
            string = band.text.best(course.source_language, course.source_language)
            found[string_hash(string)] = string
    return {digest: found[digest] for digest in wanted if digest in found}


def _key(band: Band) -> str:
    return f"{BANDS}/{plain(band.from_percent)}"


def _translate_bands(quiz: Quiz, source: str, language: str, strings: Mapping[str, str]) -> None:
    """It leaves the version of the activity's words alone, as every change of the settings does."""
    table = Quiz.__table__
    db.session.execute(sa.select(table.c.id).where(table.c.id == quiz.id).with_for_update())
    db.session.refresh(quiz, ["settings"])
    bands = {plain(band.from_percent): band for band in quiz.settings.bands}
    if strings.keys() - bands.keys():
        raise LookupError(f"no bands {sorted(strings.keys() - bands.keys())}")
    for start, string in strings.items():
        text = bands[start].text.with_phrase(language, string, source)
        bands[start] = msgspec.structs.replace(bands[start], text=text)
    settings = msgspec.structs.replace(quiz.settings, bands=tuple(bands.values()))
    db.session.execute(sa.update(table).where(table.c.id == quiz.id).values(settings=settings))  # type: ignore[arg-type]
    db.session.refresh(quiz, ["settings"])


def _translate(version: QuestionVersion, language: str, strings: dict[str, str], by: int | None) -> None:
    """Put a version with these translations in the place of `version`, also where a quiz is pinned to it.

    One that quizzes were pinned to while the question went on stays apart, so that nobody else is given it. A draft
    that somebody is at work on stays the latest, with what of the translation fits it.
    """
    question = version.question
    db.session.execute(sa.select(Question.id).where(Question.id == question.id).with_for_update())
    db.session.refresh(question, ["versions"])  # whoever saves the question now has done so, or waits
    draft = question.latest
    content = translated(version.content, source=question.source_language, language=language, strings=strings)
    if content == version.content:
        return
    state = VersionState.READY if question.latest_ready is version else VersionState.HIDDEN
    new = add_version(question, content, by=by, state=state)
    if draft is not None and draft.state == VersionState.DRAFT and state == VersionState.READY:
        _keep_on_top(draft, version, language, strings)
    db.session.execute(
        sa.update(QuizSlot).where(QuizSlot.pinned_version_id == version.id).values(pinned_version_id=new.id)
    )


def _keep_on_top(draft: QuestionVersion, version: QuestionVersion, language: str, strings: dict[str, str]) -> None:
    """The draft again, newer than what was made of `version`, with the translations of texts that both have."""
    question = draft.question
    source = question.source_language
    said = {unit.key: unit.source for unit in question_units(version.content, source=source, language=language)}
    units = question_units(draft.content, source=source, language=language)
    fitting = {unit.key: strings[unit.key] for unit in units if unit.key in strings and said[unit.key] == unit.source}
    content = translated(draft.content, source=source, language=language, strings=fitting)
    add_version(question, content, by=draft.saved_by_id, state=VersionState.DRAFT)
