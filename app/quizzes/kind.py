"""The kind `quiz`: something to answer."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy.orm import selectinload

from app.core.formats import exact_percent
from app.courses.kinds import Check, Frozen, Kind, MediaUse, Passage, Player, Recorded, Unit, Visit
from app.courses.models import Activity, Course
from app.courses.outline import OutlineActivity
from app.extensions import db

from . import queries, reading, translating
from .attempts import start_page
from .freezing import QuizData, SlotData, data_of, draft_slots, frozen
from .models import Draw, Question, QuestionVersion, Quiz, QuizSlot
from .questions import media as question_media
from .questions.translation import untranslated
from .regrading import rechecking
from .settings import Completes, QuizSettings
from .studio import checking, copying, trial
from .studio.draws import drawn
from .types import Content

__all__ = ["MINUTES_A_QUESTION", "QuizData", "QuizKind", "SlotData", "data_of", "minutes_of", "untranslated"]

MINUTES_A_QUESTION = 1


class QuizKind(Kind):
    name = "quiz"
    label = _l("Quiz")
    model = Quiz
    passes = {
        "questions": _l("Every quiz has its questions"),
        "feedback": _l("Every question gives feedback"),
        "versions": _l("Every question is asked in its latest version"),
        "pass_mark": _l("Every pass mark can be reached"),
        "settings": _l("The settings of every quiz go together"),
        "translation": _l("Every translation is up to date"),
    }
    editor = "quiz_studio.edit"

    def freeze(self, activity: Activity, course: Course) -> Frozen:
        """Slots that follow a question get its latest ready version, draws all that match.

        A quiz with a pass mark counts in the score.
        """
        assert isinstance(activity, Quiz)
        data = frozen(activity)
        graded = activity.settings.pass_mark is not None
        marks = sum(slot.marks for slot in data.slots) if graded else None
        return Frozen(msgspec.to_builtins(data), marks)

    def today(self, data: dict[str, Any]) -> dict[str, Any]:
        return msgspec.json.decode(msgspec.json.encode(msgspec.convert(data, QuizData)))

    def load(self, activities: Sequence[Activity]) -> None:
        """What is asked, and the whole bank for those that draw from it. Four statements, with draws seven."""
        questions = selectinload(Quiz.slots).joinedload(QuizSlot.question).selectinload(Question.versions)
        ids = [activity.id for activity in activities]
        quizzes = db.session.scalars(sa.select(Quiz).where(Quiz.id.in_(ids)).options(questions)).all()
        drawing = [quiz.id for quiz in quizzes if any(slot.draw is not None for slot in quiz.slots)]
        if drawing:
            bank = selectinload(Quiz.bank).selectinload(Question.versions)
            db.session.scalars(sa.select(Quiz).where(Quiz.id.in_(drawing)).options(bank)).all()

    def checks(self, activity: Activity, course: Course) -> list[Check]:
        assert isinstance(activity, Quiz)
        return checking.checks(activity, course)

    def new(self, **values: Any) -> Quiz:
        return Quiz(**{"settings": QuizSettings(), **values})

    def copy(self, activity: Activity, into: Activity, course: Course) -> None:
        """Within a course the copy asks the same questions; another course gets them into its own bank."""
        assert isinstance(activity, Quiz) and isinstance(into, Quiz)
        copying.copy_quiz(activity, into, course)

    def restore(self, activity: Activity, published: OutlineActivity, course: Course, by: int | None) -> None:
        """Settings and questions as the edition has them, pinned where the bank has gone on since.

        A draw is what it was; what it finds in the bank is today's. Delivery stays as it is.
        """
        assert isinstance(activity, Quiz)
        data = data_of(published)
        copying.restore_quiz(activity, data.settings, data.slots)

    def passages(self, activity: Activity, course: Course, language: str) -> list[Passage]:
        assert isinstance(activity, Quiz)
        places = draft_slots(activity)
        asked = []
        for place in places:
            if place.draw is not None:
                asked.append(self._drawing(place.slot.marks, place.slot.new_page, place.draw, len(place.versions)))
            elif place.versions:
                asked.append(reading.ToRead(place.slot.marks, place.slot.new_page, _words(place.versions[0])))
        pool = {version.id: version for place in places if place.draw is not None for version in place.versions}
        said = [_words(version) for version in pool.values()]
        return reading.passages(activity.settings, asked, said, course.source_language, language)

    def published_passages(self, activity: OutlineActivity, source_language: str, language: str) -> list[Passage]:
        """One statement, for versions that this process has not read yet."""
        data = data_of(activity)
        contents = queries.get_versions(version for slot in data.slots for version in slot.versions if version)
        asked = [
            self._drawing(slot.marks, slot.new_page, slot.draw or Draw(), len(slot.pool))
            if slot.pool
            else reading.ToRead(slot.marks, slot.new_page, contents[slot.version_id])
            for slot in data.slots
        ]
        pool = dict.fromkeys(version for slot in data.slots for version in slot.pool)
        said = [contents[version] for version in pool]
        return reading.passages(data.settings, asked, said, source_language, language)

    @staticmethod
    def _drawing(marks: float, new_page: bool, draw: Draw, questions: int) -> reading.ToRead:
        return reading.ToRead(marks, new_page, draw=draw, questions=questions)

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
        """The time limit, else a minute a question."""
        assert isinstance(activity, Quiz)
        return minutes_of(activity.settings, len(activity.slots))

    def describe(self, activity: OutlineActivity) -> str:
        data = data_of(activity)
        questions = ngettext("%(num)s question", "%(num)s questions", len(data.slots))
        if data.settings.time_limit is None:
            return questions
        return _("%(questions)s, with a time limit", questions=questions)

    def player(self, visit: Visit) -> Player:
        """What the quiz asks, what was tried, and the button that starts or goes on. Two statements."""
        return Player("quizzes/start.html", start_page.of_visit(visit, data_of(visit.activity)))

    def preview(self, activity: Activity, course: Course, language: str) -> Player:
        """What the quiz asks, as before the first attempt."""
        assert isinstance(activity, Quiz)
        return Player("quizzes/start.html", start_page.of_draft(activity))

    def try_out(self, activity: Activity, course: Course, language: str, sent: Mapping[str, Sequence[str]]) -> Player:
        """A question, or the result of all that were answered; the answers travel with the page."""
        assert isinstance(activity, Quiz)
        places = draft_slots(activity)
        # The same questions on every page of the trial, so that nothing has to be remembered.
        seats = drawn({place.number: [v.id for v in place.versions] for place in places})
        parts = [
            trial.Part(*_words(version), place.slot.marks, place.slot.new_page)
            for place in places
            for version in place.versions
            if version.id == seats.get(place.number)
        ]
        return trial.page(parts, activity.settings, language, sent)

    def units(self, activity: Activity, course: Course, language: str) -> list[Unit]:
        """The texts of the versions that the quiz may ask, a group a question, then what is said to the score."""
        assert isinstance(activity, Quiz)
        return translating.units(activity, course, language)

    def translate(
        self, activity: Activity, course: Course, language: str, strings: dict[str, str], by: int | None
    ) -> None:
        """One new version of each question, however many of its texts are translated; its marks are the same."""
        assert isinstance(activity, Quiz)
        translating.translate(activity, course, language, strings, by)

    def former_sources(self, activity: Activity, course: Course, wanted: set[str]) -> dict[str, str]:
        """Found in the versions that its questions had, and in the edition in force. One statement at most."""
        assert isinstance(activity, Quiz)
        return translating.former_sources(activity, course, wanted)

    def recorded(self, enrolment_ids: Collection[int]) -> Mapping[tuple[int, int, int], Sequence[Recorded]]:
        return rechecking.recorded(enrolment_ids)

    def passed(self, activity: OutlineActivity) -> bool:
        settings = data_of(activity).settings
        return settings.completes is Completes.PASSED and settings.pass_mark is not None

    def completes(self, activity: OutlineActivity) -> str:
        settings = data_of(activity).settings
        if settings.completes is Completes.ATTEMPTS:
            return ngettext(
                "Complete when you have submitted %(num)s attempt",
                "Complete when you have submitted %(num)s attempts",
                settings.least_attempts,
            )
        if settings.pass_mark is None:
            return _("Complete when you have submitted your answers")
        share = exact_percent(settings.pass_mark / 100)
        if settings.completes is Completes.PASSED_OR_USED_UP and settings.attempts is not None:
            return _("Complete when you reach %(share)s, or have used all attempts", share=share)
        return _("Complete when you reach %(share)s", share=share)


def minutes_of(settings: QuizSettings, questions: int) -> int:
    """How long a quiz takes: its time limit, else a minute a question."""
    if settings.time_limit is not None:
        return max(1, math.ceil(settings.time_limit / 60))
    return max(1, questions * MINUTES_A_QUESTION)


def _words(version: QuestionVersion) -> tuple[Content, str]:
    return version.content, version.question.source_language
