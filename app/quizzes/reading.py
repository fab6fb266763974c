"""A quiz in plain words, as its trainers read it: for looking at two states of it side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.formats import number
from app.core.text import Text
from app.courses.kinds import Passage

from .labels import BEHAVIOURS, GRADINGS, MOMENTS, OVERDUES, REVIEWED, draw_words, duration, listed
from .models import Draw
from .settings import Band, Behaviour, Completes, Overdue, QuizSettings, Review, When
from .types import Content, Essay, HotSpot, Scored

EVERYTHING = Review()


@dataclass(frozen=True, slots=True)
class ToRead:
    """A place of a quiz: a question with its own language, or what is drawn by `draw`, from how many `questions`."""

    marks: float
    new_page: bool
    question: tuple[Content, str] | None = None
    draw: Draw | None = None
    questions: int = 0


def passages(
    settings: QuizSettings, asked: Iterable[ToRead], pool: Iterable[tuple[Content, str]], source: str, language: str
) -> list[Passage]:
    """The settings of a quiz of a course written in `source`, then each place in order.

    Last come the questions that random places draw from, `pool`, each with its own language.
    """
    found = [Passage(_("Settings"), settings_words(settings, source, language))]
    for place, slot in enumerate(asked, 1):
        lines = []
        if slot.question is not None:
            lines.append(content_words(*slot.question, language))
        elif slot.draw is not None:
            lines.append(_("Drawn at random %(draw)s", draw=draw_words(slot.draw)))
            lines.append(ngettext("%(num)s question to draw from", "%(num)s questions to draw from", slot.questions))
        worth = number(slot.marks)
        lines.append(ngettext("Worth %(marks)s mark", "Worth %(marks)s marks", int(slot.marks != 1) + 1, marks=worth))
        if not slot.new_page and place > 1:
            lines.append(_("On the page of the question before"))
        found.append(Passage(_("Question %(number)s", number=place), "\n".join(lines)))
    drawn = [content_words(content, own, language) for content, own in pool]
    return [*found, Passage(_("Questions to draw from"), "\n".join(drawn))] if drawn else found


def settings_words(settings: QuizSettings, source: str, language: str) -> str:
    """How a quiz is taken, graded and looked back on, a line each; what is said by score in `language`, or `source`."""
    return "\n".join(line for lines in settings_groups(settings, source, language).values() for line in lines)


def settings_groups(settings: QuizSettings, source: str, language: str) -> dict[str, list[str]]:
    """The lines of `settings_words` by the group of the form that they belong to."""
    return {
        "passing": _passing(settings),
        "time": _time(settings),
        "answers": _answers(settings),
        "order": [
            _("The order of the choices is mixed") if settings.shuffle else _("The choices keep their order"),
            _("The order of the questions is mixed")
            if settings.shuffle_questions
            else _("The questions keep their order"),
        ],
        "review": _review(settings.review),
        "bands": [_said_from(band, source, language) for band in settings.bands] or [_("Nothing is said to the score")],
    }  # fmt: skip


def _said_from(band: Band, source: str, language: str) -> str:
    words = _line(band.text.best(language, source))
    return _("From %(share)s%%: %(words)s", share=number(band.from_percent), words=words)


def _passing(settings: QuizSettings) -> list[str]:
    lines = [_("No pass mark: submitting completes it")]
    if settings.pass_mark is not None:
        lines = [_("Pass mark: %(share)s%%", share=number(settings.pass_mark))]
    if settings.attempts is None:
        lines.append(_("Attempts: as many as wanted"))
    else:
        lines.append(_("Attempts: %(count)s", count=settings.attempts))
    lines.append(str(GRADINGS[settings.grading]))
    if settings.completes is Completes.PASSED_OR_USED_UP:
        lines.append(_("Using up the attempts completes it, too"))
    elif settings.completes is Completes.ATTEMPTS:
        lines.append(
            ngettext(
                "%(num)s submitted attempt completes it, whatever its score",
                "%(num)s submitted attempts complete it, whatever their score",
                settings.least_attempts,
            )
        )
    if settings.wait:
        lines.append(_("Wait between attempts: %(time)s", time=duration(settings.wait)))
    if settings.builds_on_last:
        lines.append(_("Each attempt begins with the answers of the last one"))
    return lines


def _time(settings: QuizSettings) -> list[str]:
    limit = _("No time limit")
    if settings.time_limit is not None:
        limit = _("Time limit: %(time)s", time=duration(settings.time_limit))
    lines = [limit, str(OVERDUES[settings.overdue])]
    if settings.overdue is Overdue.GRACE:
        lines.append(_("Grace period: %(time)s", time=duration(settings.grace)))
    return lines


def _answers(settings: QuizSettings) -> list[str]:
    lines = [str(BEHAVIOURS[settings.behaviour])]
    if settings.behaviour is Behaviour.INTERACTIVE:
        cost = number(round(settings.penalty * 100, 2))
        tries = _("Tries: %(count)s; each wrong one costs %(share)s%% of the mark", count=settings.tries, share=cost)
        lines.append(tries)
    if settings.certainty:
        lines.append(_("People say how certain they are, and that counts"))
    if settings.anonymous_marking:
        lines.append(_("Who marks an answer does not see whose it is"))
    return lines


def _review(review: Review) -> list[str]:
    lines = []
    for name, label in REVIEWED.items():
        whens = getattr(review, name)
        moments = listed(str(MOMENTS[when]) for when in When if when in whens)
        if not whens:
            lines.append(_("%(what)s: never shown", what=label))
        elif set(whens) != set(getattr(EVERYTHING, name)):
            lines.append(_("%(what)s: shown %(moments)s", what=label, moments=moments))
    if not lines:
        lines = [_("Everything is shown")]
    if review.right_once_done:
        lines.append(_("Right answers wait until the quiz is complete or no attempt is left"))
    return lines


def content_words(content: Content, source: str, language: str) -> str:
    """A question in `language`, or else its own: what it asks and shows, what each answer earns and is told, how it is
    graded, and the hints, a line each."""

    def said(text: Text) -> str:
        return _line(text.best(language, source))

    lines = content.stem.best(language, source).splitlines()
    shown = [content.picture, *content.pictures] if isinstance(content, HotSpot) else content.pictures
    lines += [_("[Picture: %(alternative)s]", alternative=said(picture.alternative) or "–") for picture in shown]
    if isinstance(content, Essay):
        lines += _essay_words(content, said)
    for scored in content.scored(language):
        words = scored.words if isinstance(scored.words, str) else scored.words.best(language, source)
        lines.append(f"{_earned(scored)}: {_line(words)}")
        if scored.feedback:
            lines.append(_("Feedback: %(words)s", words=said(scored.feedback)))
    lines += [str(rule) for rule in content.rules()]
    lines += [
        _("Hint %(number)s: %(words)s", number=place, words=said(hint)) for place, hint in enumerate(content.hints, 1)
    ]
    if content.feedback:
        lines.append(_("Feedback: %(words)s", words=said(content.feedback)))
    return "\n".join(line for line in lines if line.strip())


def _essay_words(essay: Essay, said: Callable[[Text], str]) -> list[str]:
    """What stands in the box, what is looked for, and what those who mark are told."""
    lines = []
    if essay.starter:
        lines.append(_("In the box at first: %(words)s", words=said(essay.starter)))
    for criterion in essay.rubric:
        lines.append(_("Looked for: %(words)s", words=said(criterion.text)))
        for level in criterion.levels:
            points = ngettext(
                "%(points)s point", "%(points)s points", int(level.points != 1) + 1, points=number(level.points)
            )
            lines.append(f"{points}: {said(level.text)}")
    if essay.guidance:
        lines.append(_("Guidance for those who mark: %(words)s", words=said(essay.guidance)))
    return lines


def _earned(scored: Scored) -> str:
    if scored.fraction in (0, 1):
        return _("Right") if scored.right else _("Wrong")
    share = number(round(abs(scored.fraction) * 100, 2))
    return _("Earns %(share)s%%", share=share) if scored.right else _("Costs %(share)s%%", share=share)


def _line(words: str) -> str:
    return " ".join(words.split())
