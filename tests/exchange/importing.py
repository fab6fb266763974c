"""Imports in a test, as the command makes them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from app.core.transactions import reading, unit_of_work
from app.courses import services as courses
from app.courses.models import Activity, Course, Edition
from app.courses.outline import Outline, OutlineActivity
from app.exchange import folder, queries, services
from app.exchange.fates import Imported
from app.extensions import db
from app.quizzes.models import QuestionVersion, VersionState

from .sample import Files, zipped


def brought_in(
    tmp_path: Path, content: Files, *, trainer_id: int | None = None, by: int | None = None, reviewed: bool = False
) -> Imported:
    """Import these files, through a zip. Raises `Refused`."""
    parsed = folder.read(zipped(tmp_path / "course.zip", content))
    services.prepare(parsed)
    with unit_of_work():
        return services.import_course(parsed, trainer_id=trainer_id, by=by, reviewed=reviewed)


def published(course_id: int) -> Outline:
    """Publish the draft; the outline of the new edition."""
    with unit_of_work():
        return courses.publish(course_id=course_id, by=None).outline


def in_force(course_id: int) -> Outline:
    """The outline of the edition in force, as it is read back."""
    return (
        db.session.scalars(
            sa.select(Edition).join(Course, Course.edition_id == Edition.id).where(Course.id == course_id)
        )
        .one()
        .outline
    )


def without_ids(outline: Outline) -> object:
    """An outline as any database would have it: questions by their content, no ids."""

    def activity(one: OutlineActivity) -> object:
        data = dict(one.data)
        if "slots" in data:
            versions = {v.id: v for v in db.session.scalars(sa.select(QuestionVersion))}
            asked = [[versions[i] for i in slot["pool"] or [slot["version_id"]] if i] for slot in data["slots"]]
            data["slots"] = [
                (
                    sorted((v.question.key, repr(v.content)) for v in found),
                    slot["marks"],
                    slot["new_page"],
                    slot["draw"],
                )
                for found, slot in zip(asked, data["slots"], strict=True)
            ]
        return (one.key, one.kind, one.title, one.required, one.minutes, one.opens, one.marks, data)

    about = (outline.title, outline.summary, outline.source_language, outline.languages, outline.topics)
    modules = [(m.key, m.title, m.enough, [activity(a) for a in m.activities]) for m in outline.modules]
    return (*about, outline.settings, modules)


def described(course_id: int) -> object:
    """A library as any database would have it, and the questions that are ready."""
    with reading():
        library = {
            entry.media_hash: (
                entry.name,
                entry.media.name,
                None if entry.alternative is None else entry.alternative.phrases,
                entry.captions,
            )
            for entry in queries.list_library(course_id)
        }
        bank = {
            question.key: (question.category, question.tags, versions[-1].content)
            for question in queries.list_bank(course_id)
            if (versions := [version for version in question.versions if version.state == VersionState.READY])
        }
        return library, bank


def ids(course_id: int) -> dict[str, int]:
    """Activity key to id."""
    rows = db.session.execute(sa.select(Activity.key, Activity.id).where(Activity.course_id == course_id))
    return {row.key: row.id for row in rows}
