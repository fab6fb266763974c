"""What progress does when others announce something."""

from __future__ import annotations

from app.auth.signals import city_changed, cohort_changed, role_granted
from app.core.jobs import enqueue
from app.core.transactions import after_commit
from app.courses.editions import get_edition
from app.courses.signals import edition_published
from app.messages.services import tell

from . import services
from .models import Enrolment
from .signals import enrolled


@city_changed.connect
def follow_the_move(_sender: object, *, person_id: int, city_id: int | None) -> None:
    """Unfinished enrolments move with the person."""
    services.follow_move(person_id=person_id, city_id=city_id)
    after_commit(lambda: enqueue("progress.follow_person", person_id=person_id))


@role_granted.connect
def follow_the_role(_sender: object, *, person_id: int, role: str) -> None:
    """Who has a new role is enrolled in what was given to those who hold it."""
    after_commit(lambda: enqueue("progress.follow_person", person_id=person_id))


@cohort_changed.connect
def follow_the_cohort(_sender: object, *, cohort_id: int) -> None:
    """Who was added to a cohort is enrolled in what was given to it."""
    after_commit(lambda: enqueue("progress.follow_cohort", cohort_id=cohort_id))


@enrolled.connect
def tell_who_was_enrolled(_sender: object, *, enrolment: Enrolment, by_id: int | None) -> None:
    """Whoever was enrolled by somebody else is told so, by whom and by when it is due."""
    if by_id is None or by_id == enrolment.person_id:
        return
    titles = get_edition(enrolment.counted_edition_id).outline.title
    tell(
        key=f"enrolled:{enrolment.id}", kind="enrolled", person_id=enrolment.person_id, course_id=enrolment.course_id,
        titles=titles.strings(),
        due_at=enrolment.due_at.isoformat() if enrolment.due_at else None,
    )  # fmt: skip


@edition_published.connect
def recount_later(_sender: object, *, course_id: int, edition_id: int) -> None:
    """Open enrolments are counted against the new edition, in the background."""
    after_commit(lambda: enqueue("progress.recount", course_id=course_id))
