"""A quiz as an edition holds it, and what its draft stands for at this moment."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from app.courses.outline import OutlineActivity

from .models import Draw, QuestionVersion, Quiz, QuizSlot
from .settings import QuizSettings
from .studio.draws import holds


class SlotData(msgspec.Struct, frozen=True):
    """A place in a published quiz: which version of a question, for how many marks, and whether a page begins with it.

    A random one has `version_id` 0, in `pool` the versions that it draws from, by question, and in `draw` what they
    were found by. No question that another place asks for sure is among them.
    """

    version_id: int
    marks: float
    pool: tuple[int, ...] = ()
    new_page: bool = True
    draw: Draw | None = None

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions that may be asked."""
        return self.pool or (self.version_id,)


class QuizData(msgspec.Struct, frozen=True):
    """A quiz as published."""

    settings: QuizSettings
    slots: tuple[SlotData, ...]


def data_of(activity: OutlineActivity) -> QuizData:
    """What the edition holds of a quiz."""
    return msgspec.convert(activity.data, QuizData)


@dataclass(frozen=True, slots=True)
class DraftSlot:
    """A place of the draft, its `number` from 1, and the `versions` that it might ask if it were published now.

    One place asks one version, a draw any of its own; none while nothing is ready.
    """

    number: int
    slot: QuizSlot
    versions: tuple[QuestionVersion, ...]

    @property
    def draw(self) -> Draw | None:
        return self.slot.draw


def draft_slots(quiz: Quiz) -> list[DraftSlot]:
    """The places of the draft in order. No statement once the kind has loaded the quiz."""
    slots = quiz.ordered_slots()
    fixed = {slot.question_id for slot in slots}
    found = []
    for number, slot in enumerate(slots, 1):
        if slot.draw is not None:
            matching = [q for q in quiz.bank if q.id not in fixed and holds(slot.draw, q.category, q.tags)]
            versions = tuple(version for question in matching if (version := question.latest_ready))
        else:
            versions = (slot.version,) if slot.version else ()
        found.append(DraftSlot(number, slot, versions))
    return found


def frozen(quiz: Quiz) -> QuizData:
    """The draft as an edition would hold it; a question of which nothing is ready is left out."""
    slots = []
    for place in draft_slots(quiz):
        slot = place.slot
        if slot.draw is not None:
            pool = tuple(version.id for version in place.versions)
            slots.append(SlotData(0, slot.marks, pool, slot.new_page, slot.draw))
        elif place.versions:
            slots.append(SlotData(place.versions[0].id, slot.marks, new_page=slot.new_page))
    return QuizData(quiz.settings, tuple(slots))
