"""What a requirement can name, to choose from: courses that can be begun, and their quizzes, by title."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.core.choosing import Options
from app.core.folding import folded
from app.courses.editions import list_editions
from app.courses.models import Course
from app.extensions import db


@dataclass(frozen=True, slots=True)
class Choices:
    """Id and label of each, by label; no two labels are the same."""

    courses: Options
    quizzes: Options


def choices(language: str) -> Choices:
    """What can be begun today. One statement, and one more for editions that this process has not read yet."""
    rows = db.session.execute(
        sa.select(Course.edition_id, Course.slug).where(Course.edition_id.is_not(None), Course.archived_at.is_(None))
    ).all()
    slugs = {row.edition_id: row.slug for row in rows}
    courses, quizzes = [], []
    for edition in list_editions(slugs):
        outline = edition.outline
        title, slug = outline.title.best(language, outline.source_language), slugs[edition.id]
        courses.append((str(edition.course_id), title, slug))
        for activity in edition.activities:
            if activity.kind == "quiz":
                label = _(
                    "%(what)s: %(words)s", what=title, words=activity.title.best(language, outline.source_language)
                )
                quizzes.append((str(activity.id), label, f"{slug}/{activity.key}"))
    return Choices(_told_apart(courses), _told_apart(quizzes))


def _told_apart(named: Iterable[tuple[str, str, str]]) -> Options:
    """Those that share a label say their address besides."""
    found = list(named)
    count = Counter(folded(label) for _id, label, _slug in found)
    labels = [(id_, label if count[folded(label)] == 1 else f"{label} ({slug})") for id_, label, slug in found]
    return sorted(labels, key=lambda option: (folded(option[1]), option[0]))
