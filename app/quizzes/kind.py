"""The kind `quiz`: something to answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import selectinload

from app.core.formats import percent
from app.core.languages import language_name
from app.courses.kinds import Check, Frozen, Kind, Level, MediaUse, Passage, Player, Unit, Visit
from app.courses.models import Activity, Course
from app.courses.outline import OutlineActivity
from app.extensions import db

from . import copying, queries, question_media, reading, trial
from .bank import add_version
from .grading import passed
from .models import Question, QuestionVersion, Quiz, QuizSlot, VersionState
from .settings import QuizSettings
from .translation import former_strings, question_units, translated, untranslated

MINUTES_A_QUESTION = 1


class SlotData(msgspec.Struct, frozen=True):
    """A place in a published quiz: which version of a question, for how many marks, and whether a page begins with it.

    A random one has `version_id` 0 and in `pool` the versions that it draws from.
    """

    version_id: int
    marks: float
    pool: tuple[int, ...] = ()
    new_page: bool = True

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions that may be asked."""
        return self.pool or (self.version_id,)


class QuizData(msgspec.Struct, frozen=True):
    """A quiz as published."""

    settings: QuizSettings
    slots: tuple[SlotData, ...]


def data_of(activity: OutlineActivity) -> QuizData:
    """What the edition holds of a quiz."""
    return msgspec.convert(activity.data, QuizData)


class QuizKind(Kind):
    name = "quiz"
    label = _l("Quiz")
    model = Quiz
    passes = {
        "questions": _l("Every quiz has its questions"),
        "feedback": _l("Every question gives feedback"),
        "versions": _l("Every question is asked in its latest version"),
        "pass_mark": _l("Every pass mark can be reached"),
        "translation": _l("Every translation is up to date"),
    }
    editor = "quiz_studio.edit"

    def freeze(self, activity: Activity, course: Course) -> Frozen:
        """Slots that follow a question get its latest ready version. A quiz with a pass mark counts in the score."""
        assert isinstance(activity, Quiz)
        slots = tuple(SlotData(version.id, marks) for version, marks in _versions(activity))
        graded = activity.settings.pass_mark is not None
        marks = sum(slot.marks for slot in slots) if graded else None
        return Frozen(msgspec.to_builtins(QuizData(activity.settings, slots)), marks)

    def load(self, activities: Sequence[Activity]) -> None:
        questions = selectinload(Quiz.slots).joinedload(QuizSlot.question).selectinload(Question.versions)
        ids = [activity.id for activity in activities]
        db.session.scalars(sa.select(Quiz).where(Quiz.id.in_(ids)).options(questions)).all()

    def checks(self, activity: Activity, course: Course) -> list[Check]:
        assert isinstance(activity, Quiz)
        title = activity.title.best(course.source_language, course.source_language)
        versions = [version for version, _marks in _versions(activity)]
        if not versions or len(versions) < len(activity.slots):
            waiting = len(activity.slots) - len(versions)
            message = (
                ngettext(
                    "“%(title)s” has %(num)s question that is only a draft",
                    "“%(title)s” has %(num)s questions that are only drafts",
                    waiting,
                    title=title,
                )
                if waiting
                else _("“%(title)s” has no question that is ready", title=title)
            )
            return [Check(Level.BLOCKER, "questions", message, activity.id)]
        found = [
            Check(Level.BLOCKER, "questions", _("“%(title)s”: %(fault)s", title=title, fault=fault), activity.id)
            for version in versions
            for fault in version.content.faults()
        ]
        silent = sum(not version.content.teaches for version in versions)
        if silent:
            message = ngettext(
                "“%(title)s” has %(num)s question without feedback",
                "“%(title)s” has %(num)s questions without feedback",
                silent,
                title=title,
            )
            found.append(Check(Level.WARNING, "feedback", message, activity.id))
        found += self._older(activity, title)
        if not _reachable(activity):
            message = _(
                "“%(title)s” asks for %(share)s, and its right answers together earn less",
                title=title,
                share=percent((activity.settings.pass_mark or 0) / 100),
            )
            found.append(Check(Level.BLOCKER, "pass_mark", message, activity.id))
        for language in course.languages:
            if language == course.source_language:
                continue
            behind = sum(untranslated(v.content, v.question.source_language, language) for v in versions)
            if behind:
                message = ngettext(
                    "“%(title)s” has %(num)s question to translate into %(language)s",
                    "“%(title)s” has %(num)s questions to translate into %(language)s",
                    behind,
                    title=title,
                    language=language_name(language),
                )
                found.append(Check(Level.WARNING, "translation", message, activity.id))
        return found

    def _older(self, quiz: Quiz, title: str) -> list[Check]:
        """Questions of which there is a newer version than the one that would be published."""
        slots = [slot for slot in quiz.slots if slot.version and slot.version is not slot.question.latest]
        if not slots:
            return []
        message = ngettext(
            "“%(title)s” has %(num)s question with a newer version that would not be published",
            "“%(title)s” has %(num)s questions with a newer version that would not be published",
            len(slots),
            title=title,
        )
        return [Check(Level.WARNING, "versions", message, quiz.id)]

    def new(self, **values: Any) -> Quiz:
        return Quiz(**{"settings": QuizSettings(), **values})

    def copy(self, activity: Activity, into: Activity, course: Course) -> None:
        """Within a course the copy asks the same questions; another course gets them into its own bank."""
        assert isinstance(activity, Quiz) and isinstance(into, Quiz)
        copying.copy_quiz(activity, into, course)

    def restore(self, activity: Activity, published: OutlineActivity, course: Course, by: int | None) -> None:
        """Settings and questions as the edition has them, pinned where the bank has gone on since."""
        assert isinstance(activity, Quiz)
        data = data_of(published)
        copying.restore_quiz(activity, data.settings, [(slot.version_id, slot.marks) for slot in data.slots])

    def passages(self, activity: Activity, course: Course, language: str) -> list[Passage]:
        assert isinstance(activity, Quiz)
        asked = [(v.content, v.question.source_language, marks) for v, marks in _versions(activity)]
        return reading.passages(activity.settings, asked, language)

    def published_passages(self, activity: OutlineActivity, source_language: str, language: str) -> list[Passage]:
        """One statement, for versions that this process has not read yet."""
        data = data_of(activity)
        contents = queries.get_versions(slot.version_id for slot in data.slots)
        asked = [(*contents[slot.version_id], slot.marks) for slot in data.slots]
        return reading.passages(data.settings, asked, language)

    def media_in_draft(self, course_id: int) -> list[MediaUse]:
        return question_media.in_draft(course_id)

    def media_in_editions(
        self, course_id: int, published: Mapping[int, Sequence[OutlineActivity]]
    ) -> dict[str, set[int]]:
        asked = {
            number: [slot.versions for quiz in quizzes for slot in data_of(quiz).slots]
            for number, quizzes in published.items()
        }
        return question_media.in_editions(course_id, asked)

    def media_kept(self, wanted: Collection[str]) -> set[str]:
        return question_media.kept(wanted)

    def length(self, activity: Activity, course: Course) -> int:
        """A minute a question."""
        assert isinstance(activity, Quiz)
        return max(1, len(activity.slots) * MINUTES_A_QUESTION)

    def describe(self, activity: OutlineActivity) -> str:
        return ngettext("%(num)s question", "%(num)s questions", len(data_of(activity).slots))

    def player(self, visit: Visit) -> Player:
        """What the quiz asks, what was tried, and the button that starts or goes on. One statement."""
        data = data_of(visit.activity)
        attempts = queries.list_attempts(visit.enrolment_id, visit.cycle, visit.activity.id)
        return Player("quizzes/start.html", {"quiz": data.settings, "slots": data.slots, "attempts": attempts})

    def preview(self, activity: Activity, course: Course, language: str) -> Player:
        """What the quiz asks, as before the first attempt."""
        assert isinstance(activity, Quiz)
        slots = [SlotData(version.id, marks) for version, marks in _versions(activity)]
        return Player("quizzes/start.html", {"quiz": activity.settings, "slots": slots, "attempts": []})

    def try_out(self, activity: Activity, course: Course, language: str, sent: Mapping[str, Sequence[str]]) -> Player:
        """A question, or the result of all that were answered; the answers travel with the page."""
        assert isinstance(activity, Quiz)
        versions = _versions(activity)
        parts = [trial.Part(version.content, version.question.source_language, marks) for version, marks in versions]
        return trial.page(parts, activity.settings, language, sent)

    def units(self, activity: Activity, course: Course, language: str) -> list[Unit]:
        """The texts of the versions that the quiz asks, a group a question."""
        assert isinstance(activity, Quiz)
        found: dict[str, Unit] = {}
        for number, (version, _marks) in enumerate(_versions(activity), 1):
            question = version.question
            units = question_units(
                version.content,
                source=question.source_language,
                language=language,
                prefix=f"{question.key}/",
                group=_("Question %(number)s", number=number),
            )
            for unit in units:
                found.setdefault(unit.key, unit)
        return list(found.values())

    def translate(
        self, activity: Activity, course: Course, language: str, strings: dict[str, str], by: int | None
    ) -> None:
        """One new version of each question, however many of its texts are translated; its marks are the same."""
        assert isinstance(activity, Quiz)
        asked = {version.question.key: version for version, _marks in _versions(activity)}
        by_question: dict[str, dict[str, str]] = {}
        for key, string in strings.items():
            question, _slash, rest = key.partition("/")
            by_question.setdefault(question, {})[rest] = string
        if by_question.keys() - asked.keys():
            raise LookupError(f"no questions {sorted(by_question.keys() - asked.keys())}")
        for key, texts_of_one in by_question.items():
            _translate(asked[key], language, texts_of_one, by)

    def former_sources(self, activity: Activity, course: Course, wanted: set[str]) -> dict[str, str]:
        """Found in the versions that its questions had. No statement once loaded."""
        assert isinstance(activity, Quiz)
        found: dict[str, str] = {}
        for question in {slot.question for slot in activity.slots}:
            found |= former_strings([version.content for version in question.versions], question.source_language)
        return {digest: found[digest] for digest in wanted if digest in found}

    def completes(self, activity: OutlineActivity) -> str:
        settings = data_of(activity).settings
        if settings.pass_mark is None:
            return _("Complete when you have submitted your answers")
        return _("Complete when you reach %(share)s", share=percent(settings.pass_mark / 100))


def _versions(quiz: Quiz) -> list[tuple[QuestionVersion, float]]:
    """For each slot in order, the version it stands for and its marks; a slot without any is left out."""
    return [(slot.version, slot.marks) for slot in quiz.ordered_slots() if slot.version]


def _translate(version: QuestionVersion, language: str, strings: dict[str, str], by: int | None) -> None:
    """Put a version with these translations in the place of `version`, also where a quiz is pinned to it.

    One that quizzes were pinned to while the question went on stays apart, so that nobody else is given it. A draft
    that somebody is at work on stays the latest, with what of the translation fits it.
    """
    question, draft = version.question, version.question.latest
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


def _reachable(quiz: Quiz) -> bool:
    """Whether all the right answers together reach the pass mark."""
    versions = _versions(quiz)
    whole = sum(marks for _version, marks in versions)
    best = sum(version.content.best * marks for version, marks in versions)
    return passed(best / whole if whole else 0.0, quiz.settings)
