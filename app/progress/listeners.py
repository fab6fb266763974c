"""What progress does when others announce something."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from app.auth.models import Person
from app.auth.signals import account_closed, account_reopened, city_changed, cohort_changed, person_erased, role_granted
from app.core.jobs import enqueue
from app.core.redacting import Naming
from app.core.text import source_first
from app.core.transactions import after_commit
from app.courses.editions import PublishedEdition, get_edition
from app.courses.models import Course
from app.courses.signals import edition_published
from app.extensions import db
from app.messages.services import Told, tell, tell_many

from . import erasing_services, leaving_services, services
from .certificates import codes, signing_services
from .models import Certificate, Completion, Enrolment
from .signals import course_completed, enrolled, many_enrolled


@city_changed.connect
def follow_the_move(_sender: object, *, person_id: int, city_id: int | None) -> None:
    """Unfinished enrolments move with the person."""
    services.follow_move(person_id=person_id, city_id=city_id)
    after_commit(lambda: enqueue("progress.follow_person", person_id=person_id))


@account_closed.connect
def leave_all(_sender: object, *, person_id: int, by: int | None) -> None:
    """Who closed the account is in no course any more: nothing is due, late or untouched for them."""
    leaving_services.leave(person_id=person_id, reason=leaving_services.CLOSED, by=by)


@account_reopened.connect
def go_on(_sender: object, *, person_id: int, closed_at: datetime | None, by: int | None) -> None:
    """Who comes back is in the courses again that they were in."""
    if closed_at is not None:
        leaving_services.go_on(person_id=person_id, since=closed_at, by=by)


@role_granted.connect
def follow_the_role(_sender: object, *, person_id: int, role: str) -> None:
    """Who has a new role is enrolled in what was given to those who hold it."""
    after_commit(lambda: enqueue("progress.follow_person", person_id=person_id))


@cohort_changed.connect
def follow_the_cohort(_sender: object, *, cohort_id: int) -> None:
    """Who was added to a cohort is enrolled in what was given to it."""
    after_commit(lambda: enqueue("progress.follow_cohort", cohort_id=cohort_id))


@edition_published.connect
def recount_later(_sender: object, *, course_id: int, edition_id: int) -> None:
    """Open enrolments are counted against the new edition, in the background."""
    after_commit(lambda: enqueue("progress.recount", course_id=course_id))


@course_completed.connect
def tell_of_the_certificate(_sender: object, *, completion: Completion, certificate: Certificate) -> None:
    """Its holder is told, and there is a key to sign its badge with."""
    signing_services.ensure_key()
    outline = get_edition(completion.edition_id).outline
    tell(
        key=f"certificate:{certificate.id}",
        kind="certificate",
        person_id=certificate.person_id,
        code=codes.shown(certificate.code),
        titles=source_first(outline.title, outline.source_language),
    )


@enrolled.connect
def tell_who_was_enrolled(_sender: object, *, enrolment: Enrolment, by_id: int | None) -> None:
    """Whoever somebody else enrolled is told by whom, in what, and until when."""
    if by_id is None or by_id == enrolment.person_id:
        return
    by, outline = db.session.get_one(Person, by_id), get_edition(enrolment.counted_edition_id).outline
    tell(
        key=f"enrolled:{enrolment.id}:{enrolment.cycle}",
        kind="enrolled",
        person_id=enrolment.person_id,
        by=by.name,
        by_id=by.id,
        slug=db.session.get_one(Course, enrolment.course_id).slug,
        titles=source_first(outline.title, outline.source_language),
        due_at=enrolment.due_at.isoformat() if enrolment.due_at else None,
    )


@many_enrolled.connect
def tell_all_who_were_enrolled(
    _sender: object,
    *,
    course: Course,
    edition: PublishedEdition,
    enrolments: Mapping[int, tuple[int, datetime | None]],
    by_id: int,
) -> None:
    """As one is told, all of them, but for whoever enrolled them if they are among them."""
    by, outline = db.session.get_one(Person, by_id), edition.outline
    titles = source_first(outline.title, outline.source_language)
    said = {"by": by.name, "by_id": by.id, "slug": course.slug, "titles": titles}
    tell_many(
        "enrolled",
        [
            Told(f"enrolled:{enrolment_id}:1", person_id, said | {"due_at": due_at.isoformat() if due_at else None})
            for enrolment_id, (person_id, due_at) in enrolments.items()
            if person_id != by_id
        ],
    )


@person_erased.connect
def forget(_sender: object, *, person_id: int, naming: Naming, keeps_name: bool, by: int | None) -> None:
    """What is under way ends, and certificates name their holder only as the holder chose."""
    erasing_services.forget(person_id=person_id, keeps_name=keeps_name, by=by)
