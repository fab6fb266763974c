"""Everything of a call as a file: its applications, a line each with every answer, and what stands beside them.

CSV holds one table of `TABLES`, a workbook all of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core.sheets import BYTE_ORDER_MARK, csv_lines
from app.core.workbooks import Cell, Sheet
from app.extensions import db
from app.network.labels import REGIONS, country_name
from app.network.models import City, Region

from ..applications.access import WRITABLE
from ..calls.questionnaire import Answer, BudgetLine, Question, QuestionKind
from ..labels import STATES
from ..models import Application, ApplicationAnswer, ApplicationFile, Frozen, GrantCall, Occasion, Review
from ..reviews.conflicts import list_kept
from ..reviews.ranking import score, summary
from . import beside
from .beside import iso

Row = tuple[Cell, ...]

_NO_FIGURES: Row = (None,) * 5


def as_csv(sheet: Sheet) -> Iterator[bytes]:
    """One table as CSV, in UTF-8 with the mark by which spreadsheets know it; no cell is a formula."""
    yield (BYTE_ORDER_MARK + csv_lines([sheet.heading])).encode()
    yield csv_lines(sheet.rows).encode()


def applications(call: GrantCall, language: str, *, reader_id: int) -> Sheet:
    """A call's applications, by city; six statements, whatever their number.

    Figures of reviews that are kept from the reader are empty.
    Moments are in ISO 8601 by UTC. Drafts are in it too, with what was answered so far.
    """
    found = db.session.execute(
        sa.select(Application, City)
        .join(City, City.id == Application.city_id)
        .where(Application.call_id == call.id)
        .order_by(City.name, City.id)
    ).all()
    here = sa.select(Application.id).where(Application.call_id == call.id)
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    for answer in db.session.scalars(sa.select(ApplicationAnswer).where(ApplicationAnswer.application_id.in_(here))):
        answers[answer.application_id][answer.key] = answer.value
    files: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    standing = sa.and_(ApplicationFile.application_id.in_(here), ApplicationFile.removed_at.is_(None))
    for file in db.session.scalars(sa.select(ApplicationFile).where(standing).order_by(ApplicationFile.id)):
        files[file.application_id][file.key].append(file.name)
    reviews: dict[int, list[Review]] = defaultdict(list)
    for review in db.session.scalars(sa.select(Review).where(Review.application_id.in_(here))):
        reviews[review.application_id].append(review)
    hashes = {row.application_id: row for row in db.session.execute(_submissions(call.id))}
    asked, kept = call.questionnaire.questions, list_kept(call.id, reader_id)
    labels = {question.key: _labels(call, question, language) for question in asked}

    def cells(application: Application, city: City) -> Row:
        given, frozen = answers[application.id], hashes.get(application.id)
        return (
            city.name, country_name(city.country), str(REGIONS[Region(city.region)]), str(STATES[application.state]),
            iso(application.created_at), iso(application.submitted_at), frozen.hash if frozen else None,
            *(_NO_FIGURES if application.id in kept else _figures(call, reviews[application.id])),
            iso(application.decided_at), application.amount, application.decision_reason or None,
            *(
                _said(question, given.get(question.key), files[application.id][question.key], labels[question.key])
                for question in asked
            ),
        )  # fmt: skip

    titles = [question.title.best(language, call.source_language) for question in asked]
    return Sheet(_("Applications"), [*_heading(), *titles], [cells(application, city) for application, city in found])


def _heading() -> list[str]:
    return [
        _("City"), _("Country"), _("Region"), _("State"), _("Begun"), _("Submitted"), _("SHA-256"), _("Reviews"),
        _("Mean (of 100)"), _("Standard deviation"), _("Lowest"), _("Highest"), _("Decided"), _("Amount"),
        _("Reason"),
    ]  # fmt: skip


def _submissions(call_id: int) -> sa.Select[int, str]:
    """The hash of the submission that each application stands by; what was withdrawn is written anew, and has none."""
    newest = (
        sa.select(sa.func.max(Frozen.id))
        .join(Application, Application.id == Frozen.application_id)
        .where(
            Application.call_id == call_id,
            Application.state.not_in(WRITABLE),
            Frozen.occasion == Occasion.SUBMISSION,
        )
        .group_by(Frozen.application_id)
    )
    return sa.select(Frozen.application_id, Frozen.hash).where(Frozen.id.in_(newest))


def _figures(call: GrantCall, reviews: Sequence[Review]) -> Row:
    criteria = call.questionnaire.criteria
    found = [score(criteria, review.scores) for review in reviews if review.submitted_at is not None]
    whole = summary([value for value in found if value is not None])
    figures = (whole.mean, whole.deviation, whole.low, whole.high)
    return (whole.count, *(None if value is None else float(value) for value in figures))


def _labels(call: GrantCall, question: Question, language: str) -> dict[str, str]:
    return {choice.key: choice.label.best(language, call.source_language) for choice in question.choices}


def _said(question: Question, value: Answer, files: Sequence[str], labels: dict[str, str]) -> Cell:
    if question.kind is QuestionKind.CHOICE and isinstance(value, str) and value:
        return labels.get(value, value)
    if files:
        return "; ".join(files)
    if isinstance(value, tuple):
        return "; ".join(f"{line.item}: {line.amount}" for line in value if isinstance(line, BudgetLine)) or None
    return value if value != "" else None


TABLES: dict[str, Callable[..., Sheet]] = {
    "applications": applications,
    "scores": beside.scores,
    "comments": beside.comments,
    "decisions": beside.decisions,
    "appeals": beside.appeals,
    "waivers": beside.waivers,
    "reports": beside.duties,
}
