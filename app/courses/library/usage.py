"""Where the files of a course's library are used: asked of each kind, and never written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from app.extensions import db

from .. import editions
from ..kinds import MediaUse, list_kinds
from ..models import Edition
from ..outline import OutlineActivity


@dataclass(frozen=True, slots=True)
class Usage:
    """What of the draft uses a file, each once, and the editions that do, by number."""

    draft: tuple[MediaUse, ...] = ()
    editions: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.draft or self.editions)


def usage_in(course_id: int) -> Mapping[str, Usage]:
    """Each file that the course uses, by its hash. A fixed number of statements, however much there is."""
    draft: dict[str, list[MediaUse]] = defaultdict(list)
    for kind in list_kinds():
        for use in kind.media_in_draft(course_id):
            for digest in use.hashes:
                if all(use.page != other.page for other in draft[digest]):
                    draft[digest].append(use)
    published = _in_editions(course_id)
    return {
        digest: Usage(tuple(draft.get(digest, ())), tuple(sorted(published.get(digest, ()))))
        for digest in draft.keys() | published.keys()
    }


def _in_editions(course_id: int) -> dict[str, set[int]]:
    ids = db.session.scalars(sa.select(Edition.id).where(Edition.course_id == course_id)).all()
    activities: dict[str, dict[int, list[OutlineActivity]]] = defaultdict(lambda: defaultdict(list))
    for edition in editions.list_editions(ids):
        for activity in edition.activities:
            activities[activity.kind][edition.number].append(activity)
    found: dict[str, set[int]] = defaultdict(set)
    for kind in list_kinds():
        if kind.name in activities:
            for digest, numbers in kind.media_in_editions(course_id, activities[kind.name]).items():
                found[digest] |= numbers
    return found
