"""A quiz in plain words, as its trainers read it: for looking at two states of it side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.formats import number
from app.core.text import Text
from app.courses.kinds import Passage

from .labels import GRADINGS
from .settings import QuizSettings
from .types import Content, Essay, HotSpot, Scored


def passages(settings: QuizSettings, asked: Iterable[tuple[Content, str, float]], language: str) -> list[Passage]:
    """The settings, then each question; `asked` is content, its own language and its marks, in order."""
    found = [Passage(_("Settings"), settings_words(settings))]
    for place, (content, source, marks) in enumerate(asked, 1):
        worth = ngettext("Worth %(marks)s mark", "Worth %(marks)s marks", int(marks != 1) + 1, marks=number(marks))
        words = f"{content_words(content, source, language)}\n{worth}"
        found.append(Passage(_("Question %(number)s", number=place), words))
    return found


def settings_words(settings: QuizSettings) -> str:
    """How a quiz is taken and graded, a line each."""
    needed = _("No pass mark: submitting completes it")
    if settings.pass_mark is not None:
        needed = _("Pass mark: %(share)s%%", share=number(settings.pass_mark))
    tries = _("Attempts: as many as wanted")
    if settings.attempts is not None:
        tries = _("Attempts: %(count)s", count=settings.attempts)
    order = _("The order of the choices is mixed") if settings.shuffle else _("The choices keep their order")
    return "\n".join([needed, tries, str(GRADINGS[settings.grading]), order])


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
