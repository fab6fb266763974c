"""What the figures of statistics mean, in words for trainers: what is well, what is not, and what to look at.

The bounds are those that Moodle's documentation of quiz statistics gives its readers (docs/statistics.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from .figures import ItemFigures, QuizFigures
from .queries import Which

WHICH = {
    Which.FIRST: _l("First attempts"),
    Which.LAST: _l("Last attempts"),
    Which.BEST: _l("Best attempts"),
    Which.ALL: _l("All attempts"),
}
FEW = 10  # attempts; with fewer, figures say little


@dataclass(frozen=True, slots=True)
class Verdict:
    """`state` as tags have it: `done` is well, `due` is to look at, `late` is wrong in all likelihood."""

    state: str
    words: str


def item_verdicts(figures: ItemFigures) -> list[Verdict]:
    """What is remarkable of a question; nothing where nothing is."""
    found = []
    if figures.attempts < FEW:
        return [Verdict("", _("Too few attempts to judge"))]
    if figures.discrimination is not None and figures.discrimination < 0:
        found.append(Verdict("late", _("Those who do well elsewhere do badly here: is the right answer marked right?")))
    elif figures.discrimination is not None and figures.discrimination < 20:
        found.append(Verdict("due", _("It hardly tells those who know from those who do not")))
    if figures.facility is not None and figures.facility >= 95:
        found.append(Verdict("due", _("Nearly everyone has it right")))
    elif figures.facility is not None and figures.facility < 20:
        found.append(Verdict("due", _("Hardly anyone has it right: is it clear, and is it taught?")))
    return found


def quiz_verdicts(figures: QuizFigures) -> dict[str, Verdict]:
    """By figure (`mean`, `deviation`, `consistency`), what its value says."""
    found: dict[str, Verdict] = {}
    if figures.attempts < FEW:
        return found
    if figures.mean is not None:
        if 50 <= figures.mean <= 75:
            found["mean"] = Verdict("done", _("As it should be: 50 to 75%"))
        else:
            found["mean"] = Verdict("due", _("Easy: over 75%") if figures.mean > 75 else _("Hard: under 50%"))
    if figures.deviation is not None:
        if 12 <= figures.deviation <= 18:
            found["deviation"] = Verdict("done", _("As it should be: 12 to 18%"))
        else:
            words = _("Wide: over 18%") if figures.deviation > 18 else _("Narrow: under 12%, all score alike")
            found["deviation"] = Verdict("due", words)
    if figures.consistency is not None:
        if figures.consistency >= 75:
            found["consistency"] = Verdict("done", _("Satisfactory: 75% or more"))
        elif figures.consistency >= 64:
            found["consistency"] = Verdict("due", _("Fair: under 75%"))
        else:
            found["consistency"] = Verdict("late", _("Poor: under 64%, so results say little about single people"))
    return found
