"""What comes after an activity in the draft, for the pages that edit one."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from app.core.text import Text
from app.extensions import db

from ..kinds import get_kind
from ..models import Activity, Module
from ..queries import CourseAccess


@dataclass(frozen=True, slots=True)
class Following:
    """The next activity that this person may edit; `editor` is the endpoint of its page."""

    id: int
    title: Text
    editor: str


def find_following(access: CourseAccess, activity_id: int) -> Following | None:
    """What stands after an activity in the draft and has an editor; only for who may edit. One statement."""
    if not access.editable:
        return None
    rows = db.session.execute(
        sa.select(Activity.id, Activity.kind, Activity.title)
        .join(Module, Module.id == Activity.module_id)
        .where(Activity.course_id == access.id, Activity.removed_at.is_(None), Module.removed_at.is_(None))
        .order_by(Module.rank, Module.id, Activity.rank, Activity.id)
    ).all()
    standing = [row.id for row in rows]
    after = rows[standing.index(activity_id) + 1 :] if activity_id in standing else []
    for row in after:
        if editor := get_kind(row.kind).editor:
            return Following(row.id, row.title, editor)
    return None
