"""What the values of quizzes are called."""

from __future__ import annotations

from collections.abc import Iterable

from babel.lists import format_list
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.formats import minutes

from .models import Draw
from .settings import Behaviour, Completes, Grading, Overdue, When

GRADINGS = {
    Grading.HIGHEST: _l("The best attempt counts"),
    Grading.MEAN: _l("The mean of the attempts counts"),
    Grading.FIRST: _l("The first attempt counts"),
    Grading.LAST: _l("The last attempt counts"),
}
OVERDUES = {
    Overdue.SUBMIT: _l("When time is up, what was saved is submitted"),
    Overdue.GRACE: _l("When time is up, answers no longer change; the attempt is to be submitted in a grace period"),
    Overdue.ABANDON: _l("When time is up, an attempt that was not submitted is not graded"),
}
OVERDUE_CHOICES = {
    Overdue.SUBMIT: _l("What was saved is submitted"),
    Overdue.GRACE: _l("Answers no longer change, and the attempt can still be submitted for"),
    Overdue.ABANDON: _l("An attempt that was not submitted is not graded"),
}
BEHAVIOURS = {
    Behaviour.DEFERRED: _l("All answers are graded when the attempt is submitted"),
    Behaviour.IMMEDIATE: _l("Each question can be checked once, and its answer is then final"),
    Behaviour.INTERACTIVE: _l("Each question can be tried several times, with its hints"),
}
COMPLETIONS = {
    Completes.PASSED: _l("Passing it; without a pass mark, submitting it"),
    Completes.PASSED_OR_USED_UP: _l("Passing it, or using up the attempts"),
    Completes.ATTEMPTS: _l("A number of submitted attempts, whatever they score"),
}
WHENS = {
    When.DURING: _l("During the attempt, once a question is checked"),
    When.AFTER: _l("Right after submitting, for two minutes"),
    When.LATER: _l("Later, while the quiz is open"),
    When.CLOSED: _l("After the quiz has closed"),
}
MOMENTS = {
    When.DURING: _l("during the attempt"),
    When.AFTER: _l("right after"),
    When.LATER: _l("later"),
    When.CLOSED: _l("once the quiz has closed"),
}
REVIEWED = {
    "attempt": _l("The questions and the answers given"),
    "correctness": _l("Whether an answer is right"),
    "marks": _l("Marks and score"),
    "specific": _l("Feedback to the answer"),
    "general": _l("Feedback to the question"),
    "right_answer": _l("Right answers"),
    "overall": _l("What is said to the score"),
}


def duration(seconds: int) -> str:
    """`30 min`, `1 h 20 min`, `45 s`, `1 min 30 s`."""
    whole, rest = divmod(seconds, 60)
    if not rest:
        return minutes(whole)
    said = _("%(seconds)s s", seconds=rest)
    return f"{minutes(whole)} {said}" if whole else said


def listed(words: Iterable[str]) -> str:
    """`3, 4 and 5`."""
    return str(format_list(list(words), locale=get_locale() or "en"))


def draw_words(draw: Draw) -> str:
    """From where a random slot draws: `from “Prevention” and below it, tagged “city”`."""
    tags = listed(_("“%(word)s”", word=tag) for tag in draw.tags)
    if not draw.category:
        place = _("from the whole bank") if draw.below else _("from the questions without a category")
    elif draw.below:
        place = _("from “%(category)s” and below it", category=draw.category)
    else:
        place = _("from “%(category)s”", category=draw.category)
    if not draw.tags:
        return place
    return _("%(place)s, tagged %(tags)s", place=place, tags=tags)
