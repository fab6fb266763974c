"""Which files of a course's library its questions show."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa

from app.core.text import Phrase, Text
from app.courses.kinds import MediaUse, Mend
from app.extensions import db

from ..models import Question, QuestionVersion, QuizSlot, VersionState
from ..types import Content
from .pictures import pictures_of

_MEDIA = re.compile(r'"media":\s*"([0-9a-f]{64})"')
_STORED = sa.cast(QuestionVersion.content, sa.Text)


def in_draft(course_id: int) -> list[MediaUse]:
    """The questions of a course's bank that show files as they stand: in their latest version, the latest that is
    ready, or one that a quiz is pinned to. One statement, three where there are any."""
    with_pictures = _with_pictures(course_id)
    if not with_pictures:
        return []
    rows = db.session.execute(
        sa.select(QuestionVersion.id, QuestionVersion.question_id, QuestionVersion.state)
        .where(QuestionVersion.question_id.in_({question_id for question_id, _content in with_pictures.values()}))
        .order_by(QuestionVersion.question_id, QuestionVersion.number)
    ).all()
    latest = {row.question_id: row.id for row in rows if row.state != VersionState.HIDDEN}
    ready = {row.question_id: row.id for row in rows if row.state == VersionState.READY}
    pinned = set(
        db.session.scalars(sa.select(QuizSlot.pinned_version_id).where(QuizSlot.pinned_version_id.in_(with_pictures)))
    )
    stand = pinned | set(latest.values()) | set(ready.values())
    return [
        MediaUse(_hashes(content), _asked(content), Mend("questions.edit", {"question_id": question_id}))
        for version_id, (question_id, content) in with_pictures.items()
        if version_id in stand
    ]


def in_editions(course_id: int, published: Mapping[int, Sequence[Collection[int]]]) -> dict[str, set[int]]:
    """Hash to the numbers of the editions that may ask a question which shows the file. One statement.

    `published` has an edition's number to the ids of the versions that each place of its quizzes may ask.
    """
    with_pictures = _with_pictures(course_id)
    found: dict[str, set[int]] = defaultdict(set)
    for number, places in published.items():
        for version_id in {version_id for place in places for version_id in place} & with_pictures.keys():
            for digest in _hashes(with_pictures[version_id][1]):
                found[digest].add(number)
    return found


def kept(wanted: Collection[str]) -> set[str]:
    """Which of these files any version of any question shows: attempts and editions hold on to old ones. One
    statement."""
    stored = db.session.scalars(sa.select(_STORED).where(_STORED.contains('"media"')))
    return {digest for content in stored for digest in _MEDIA.findall(content) if digest in wanted}


def _with_pictures(course_id: int) -> dict[int, tuple[int, Content]]:
    """The versions of a course's questions that show files, the oldest first: id to the question's id and content."""
    rows = db.session.execute(
        sa.select(QuestionVersion.id, QuestionVersion.question_id, QuestionVersion.content)
        .join(Question, Question.id == QuestionVersion.question_id)
        .where(Question.course_id == course_id, _STORED.contains('"media"'))
        .order_by(QuestionVersion.question_id, QuestionVersion.number.desc())
    )
    return {row.id: (row.question_id, row.content) for row in rows if _hashes(row.content)}


def _hashes(content: Content) -> frozenset[str]:
    return frozenset(picture.media for picture in pictures_of(content) if picture.media)


def _asked(content: Content) -> Text:
    """What the question asks at last, in each language."""
    return Text(
        {
            tag: Phrase(phrase.string.rstrip().rpartition("\n\n")[2], phrase.source_hash)
            for tag, phrase in content.stem.phrases.items()
        }
    )
