"""What keeps somebody from doing what a requirement asks for, and who can help."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from ..judging.findings import Archived, Bar, NoAttemptLeft, NotAdmitted, NotOffered, QuizClosed


def bar(barred: Bar, quiz_title: Callable[[int], str], day: Callable[[datetime], str], *, by_others: bool) -> str:
    """`quiz_title`: of a quiz by id; `day`: of a moment. `by_others`: that people of the city are to do it."""
    match barred:
        case NotOffered():
            return _("It is not offered now: ask the network’s secretariat.")
        case NotAdmitted():
            return _("It does not take in everybody, and you are not among those: its page says for whom it is.")
        case Archived(at=when):
            return _archived(day(when), by_others=by_others)
        case NoAttemptLeft(activity_id=quiz):
            return _(
                "No attempt at “%(quiz)s” is left: ask the course’s trainer for another attempt.", quiz=quiz_title(quiz)
            )
        case QuizClosed(activity_id=quiz, at=when):
            return _(
                "“%(quiz)s” closed on %(day)s: ask the course’s trainer for more time.",
                quiz=quiz_title(quiz),
                day=day(when),
            )
        case _not_again:
            until = _not_again.until
            return _again(day(until) if until else None)


def _archived(day: str, *, by_others: bool) -> str:
    """That a course was archived, and who can still finish it."""
    if by_others:
        return _("The course was archived on %(day)s: only those who are in it already can still finish it.", day=day)
    return _("The course was archived on %(day)s, so it cannot be begun any more.", day=day)


def _again(day: str | None) -> str:
    """Whether a completed course can be taken again, and from when."""
    if day is None:
        return _("It cannot be taken again: ask the network’s secretariat.")
    return _("It can be renewed from %(day)s.", day=day)
