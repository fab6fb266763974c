"""What keeps a quiz from being published, or should be looked at first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.formats import exact_percent
from app.core.languages import language_name
from app.core.text import Text
from app.courses.kinds import Check, Level
from app.courses.models import Course

from ..freezing import DraftSlot, draft_slots
from ..grading import passed
from ..labels import duration, listed
from ..models import QuestionVersion, Quiz
from ..questions.translation import untranslated
from ..settings import Completes, Overdue, QuizSettings
from ..types import Content
from .draws import shortages

LEAST_SECONDS = 15  # for a question, below which a time limit is looked at


def checks(quiz: Quiz, course: Course) -> list[Check]:
    """Everything there is to say of a quiz of the draft. No statement once it is loaded."""
    title = quiz.title.best(course.source_language, course.source_language)
    places = draft_slots(quiz)
    found = [Check(Level.BLOCKER, "questions", message, quiz.id) for message in _gaps(places, title)]
    if found:
        return found
    versions = _once(version for place in places for version in place.versions)
    found = [
        Check(Level.BLOCKER, "questions", _("“%(title)s”: %(fault)s", title=title, fault=fault), quiz.id)
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
        found.append(Check(Level.WARNING, "feedback", message, quiz.id))
    behind = sum(version is not version.question.latest for version in versions)
    if behind:
        message = ngettext(
            "“%(title)s” has %(num)s question with a newer version that would not be published",
            "“%(title)s” has %(num)s questions with a newer version that would not be published",
            behind,
            title=title,
        )
        found.append(Check(Level.WARNING, "versions", message, quiz.id))
    if not passed(_best(places, quiz.settings), quiz.settings):
        message = _(
            "“%(title)s” asks for %(share)s, and its right answers together earn less",
            title=title,
            share=exact_percent((quiz.settings.pass_mark or 0) / 100),
        )
        found.append(Check(Level.BLOCKER, "pass_mark", message, quiz.id))
    found += _settings(quiz, len(places), title)
    return found + _translations(quiz, course, versions, title)


def _gaps(places: Sequence[DraftSlot], title: str) -> list[str]:
    """What is missing of questions: nothing is asked, a question is only a draft, or a draw cannot be filled."""
    if not places:
        return [_("“%(title)s” has no question that is ready", title=title)]
    waiting = sum(not place.versions for place in places if place.draw is None)
    found = []
    if waiting:
        message = ngettext(
            "“%(title)s” has %(num)s question that is only a draft",
            "“%(title)s” has %(num)s questions that are only drafts",
            waiting,
            title=title,
        )
        found.append(message)
    pools = {place.number: [v.question_id for v in place.versions] for place in places if place.draw is not None}
    for shortage in shortages(pools):
        message = ngettext(
            "“%(title)s” lacks %(num)s question to draw: %(places)s, from %(count)s that can be drawn there",
            "“%(title)s” lacks %(num)s questions to draw: %(places)s, from %(count)s that can be drawn there",
            shortage.missing,
            title=title,
            places=_numbers(shortage.places),
            count=shortage.questions,
        )
        found.append(message)
    return found


def _numbers(places: Sequence[int]) -> str:
    """`question 3`, `questions 3, 4 and 5`."""
    return ngettext("question %(numbers)s", "questions %(numbers)s", len(places), numbers=listed(map(str, places)))


def _once(versions: Iterable[QuestionVersion]) -> list[QuestionVersion]:
    return list({version.id: version for version in versions}.values())


def _best(places: Sequence[DraftSlot], settings: QuizSettings) -> float:
    """The score, 0 to 1, that right answers earn at the first try and with the greatest certainty, whatever is drawn.

    The pass mark is to be within reach of somebody to whom the questions are drawn that earn least.
    """
    whole = sum(place.slot.marks for place in places)
    best = sum(
        min(_earned(version.content, settings) for version in place.versions) * place.slot.marks for place in places
    )
    return best / whole if whole else 0.0


def _earned(content: Content, settings: QuizSettings) -> float:
    """What the best answer to a question earns, where the quiz asks for certainty by the certainty that suits it."""
    f = content.best
    if settings.certainty and not content.marked_by_hand:
        return max(f / 3, 4 * f / 3 - 2 / 3, 3 * f - 2)
    return f


def _settings(quiz: Quiz, questions: int, title: str) -> list[Check]:
    """Settings that do not go together, as an import may bring them, or that people would regret."""
    settings = quiz.settings
    found = []
    if settings.completes is Completes.ATTEMPTS and settings.least_attempts > (settings.attempts or 1_000_000):
        message = _(
            "“%(title)s” is complete after %(least)s attempts, and allows %(most)s",
            title=title,
            least=settings.least_attempts,
            most=settings.attempts,
        )
        found.append(Check(Level.BLOCKER, "settings", message, quiz.id))
    if settings.completes is Completes.PASSED_OR_USED_UP and settings.attempts is None:
        message = _("“%(title)s” is complete when its attempts are used up, and allows any number", title=title)
        found.append(Check(Level.WARNING, "settings", message, quiz.id))
    if settings.time_limit is not None and settings.time_limit < questions * LEAST_SECONDS:
        message = ngettext(
            "“%(title)s” gives %(time)s for %(num)s question",
            "“%(title)s” gives %(time)s for %(num)s questions",
            questions,
            title=title,
            time=duration(settings.time_limit),
        )
        found.append(Check(Level.WARNING, "settings", message, quiz.id))
    if settings.overdue is Overdue.GRACE and settings.grace <= 0:
        message = _("“%(title)s” has a grace period of no length", title=title)
        found.append(Check(Level.WARNING, "settings", message, quiz.id))
    starts = [band.from_percent for band in settings.bands]
    if starts != sorted(set(starts), reverse=True) or not all(0 <= start <= 100 for start in starts):
        message = _("“%(title)s” says two things to the same score, or something to no score", title=title)
        found.append(Check(Level.BLOCKER, "settings", message, quiz.id))
    if settings.bands and not settings.review.overall:
        message = _("“%(title)s” has words for scores that it never shows", title=title)
        found.append(Check(Level.WARNING, "settings", message, quiz.id))
    return found


def _translations(quiz: Quiz, course: Course, versions: Sequence[QuestionVersion], title: str) -> list[Check]:
    found = []
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
            found.append(Check(Level.WARNING, "translation", message, quiz.id))
        if any(_lacks(band.text, course.source_language, language) for band in quiz.settings.bands):
            message = _(
                "“%(title)s” has words for a score to translate into %(language)s",
                title=title,
                language=language_name(language),
            )
            found.append(Check(Level.WARNING, "translation", message, quiz.id))
    return found


def _lacks(text: Text, source: str, language: str) -> bool:
    return language not in text.phrases or language in text.outdated(source)
