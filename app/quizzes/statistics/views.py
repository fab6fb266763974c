"""The statistics of a quiz: what its attempts say of it, of each question, and of each answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import format_decimal
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.auth.identity import the_person
from app.core.access import Permission, allow
from app.core.sheets import BYTE_ORDER_MARK, csv_lines
from app.core.text import Text
from app.courses import queries as courses
from app.courses.queries import CourseAccess

from ..models import Quiz
from ..studio import queries as studio_queries
from ..types.editor import FORMS
from . import queries
from .figures import thirds
from .queries import Chosen, Item, PartLines, QuizStatistics, Which
from .words import WHICH, item_verdicts, quiz_verdicts

bp = Blueprint("quiz_statistics", __name__, url_prefix="/teach/courses/<int:course_id>/quizzes/<int:activity_id>")

BANDS = 10  # of the picture of results


@bp.get("/statistics")
@allow(Permission.TEACH)
def show(course_id: int, activity_id: int) -> str:
    """The quiz and its questions, of the attempts that the address chooses: `attempts` and `edition`."""
    access, quiz = _quiz(course_id, activity_id)
    chosen = _chosen(quiz)
    computed = queries.compute(chosen)
    return render_template(
        "quizzes/statistics/show.html", access=access, quiz=quiz, chosen=chosen, statistics=computed,
        editions=queries.list_editions(quiz.id), unmarked=queries.count_unmarked(quiz.id),
        which=WHICH, verdicts=quiz_verdicts(computed.figures), item_verdicts=item_verdicts, figure=figure,
        bands=_bands(computed), types=FORMS, asked=_asked(chosen),
    )  # fmt: skip


@bp.get("/statistics/<int:version_id>")
@allow(Permission.TEACH)
def item(course_id: int, activity_id: int, version_id: int) -> str:
    """One question in the versions that are graded alike, and every answer to it."""
    access, quiz = _quiz(course_id, activity_id)
    chosen = _chosen(quiz)
    computed = queries.compute(chosen)
    found = computed.item(version_id)
    return render_template(
        "quizzes/statistics/item.html", access=access, quiz=quiz, chosen=chosen, item=found,
        parts=_answers(chosen, found, computed), verdicts=item_verdicts(found.figures), figure=figure,
        types=FORMS, asked=_asked(chosen), which=WHICH, thirds=_thirds(computed),
    )  # fmt: skip


@bp.get("/statistics.csv")
@allow(Permission.TEACH)
def show_csv(course_id: int, activity_id: int) -> Response:
    """The figures of the quiz's questions as CSV, a line a question, shares in percent."""
    access, quiz = _quiz(course_id, activity_id)
    computed = queries.compute(_chosen(quiz))
    heading = [
        _("Place"), _("Key"), _("Versions"), _("Question"), _("Attempts"), _("Facility (%)"), _("Deviation (%)"),
        _("Discrimination (%)"), _("Efficiency (%)"), _("Intended weight (%)"), _("Effective weight (%)"),
    ]  # fmt: skip
    lines = [
        [
            place, line.key, " ".join(map(str, line.numbers)), _said(line.content.stem, line), line.figures.attempts,
            *map(_plain, (
                line.figures.facility, line.figures.deviation, line.figures.discrimination, line.figures.efficiency,
                line.figures.intended, line.figures.effective,
            )),
        ]
        for place, line in enumerate(computed.items, 1)
    ]  # fmt: skip
    return _csv([heading, *lines], f"{access.slug}-{quiz.key}-statistics.csv")


@bp.get("/statistics/<int:version_id>.csv")
@allow(Permission.TEACH)
def item_csv(course_id: int, activity_id: int, version_id: int) -> Response:
    """The answers to one question as CSV, a line an answer."""
    access, quiz = _quiz(course_id, activity_id)
    chosen = _chosen(quiz)
    computed = queries.compute(chosen)
    found = computed.item(version_id)
    heading = [
        _("Part"), _("Answer"), _("Earns (%)"), _("Attempts"), _("Their mean result (%)"),
        _("Of the lowest third"), _("Of the middle third"), _("Of the best third"),
    ]  # fmt: skip
    lines: list[list[object]] = []
    for part in _answers(chosen, found, computed):
        for line in (*part.lines, *part.others, part.unanswered):
            words = _said(line.words, found) if line is not part.unanswered else _("No answer")
            earns = "" if line.fraction is None else _plain(line.fraction * 100)
            scored = "" if line.scored is None else _plain(line.scored * 100)
            lines.append([_said(part.words, found), words, earns, line.count, scored, *line.thirds])
    return _csv([heading, *lines], f"{access.slug}-{quiz.key}-{found.key}.csv")


def figure(value: float | None) -> str:
    """A percentage with one digit; a dash where it is undefined."""
    return "–" if value is None else f"{format_decimal(round(value, 1) + 0.0)}\u202f%"


def _quiz(course_id: int, activity_id: int) -> tuple[CourseAccess, Quiz]:
    access = courses.get_editable(course_id, the_person())
    return access, studio_queries.get_quiz(access.id, activity_id)


def _chosen(quiz: Quiz) -> Chosen:
    """The attempts that the address asks for; what it cannot mean is left out."""
    asked = request.args.get("attempts", "")
    number = request.args.get("edition", 0, type=int)
    edition = next((line.id for line in queries.list_editions(quiz.id) if line.number == number), None)
    return Chosen(quiz.id, Which(asked) if asked in set(Which) else Which.FIRST, edition)


def _asked(chosen: Chosen) -> dict[str, Any]:
    """The choice, as an address says it."""
    number = request.args.get("edition", 0, type=int) if chosen.edition_id else None
    which = None if chosen.which is Which.FIRST else chosen.which.value
    return {name: value for name, value in (("attempts", which), ("edition", number)) if value}


def _answers(chosen: Chosen, found: Item, computed: QuizStatistics) -> Sequence[PartLines]:
    """Every answer; none of a question that people mark."""
    return queries.list_answers(chosen, [found], computed.totals).get(found.version_id, [])


def _bands(computed: QuizStatistics) -> list[int]:
    """How many attempts scored 0 to under 10%, and so on; the last band has 100%, too."""
    counts = [0] * BANDS
    for total, count in computed.totals:
        counts[min(max(int(total / 100 * BANDS + 1e-9), 0), BANDS - 1)] += count
    return counts


def _thirds(computed: QuizStatistics) -> list[int]:
    """How many attempts are in each third."""
    low, high = thirds(computed.totals)
    counts = [0, 0, 0]
    for total, count in computed.totals:
        counts[(total >= low - 1e-7) + (total >= high - 1e-7)] += count
    return counts


def _said(words: Text | str, found: Item) -> str:
    return words if isinstance(words, str) else words.best(found.source_language, found.source_language)


def _plain(value: float | None) -> str:
    return "" if value is None else f"{round(value, 2) + 0.0:.2f}"


def _csv(rows: Iterable[Sequence[object]], name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(BYTE_ORDER_MARK + csv_lines(rows), mimetype="text/csv", headers=headers)
