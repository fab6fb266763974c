"""Who may enrol in a course: delivery, so in force at once, without publishing."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from app.auth.models import Person
from app.core import audit, clock, mail
from app.core.errors import NotFound
from app.core.text import string_hash
from app.extensions import db

from ..archiving.refusing import require_open
from ..errors import EditedMeanwhile
from ..models import Course, CourseInvitation
from ..outline import Audience
from ..settings.services import lock_course


def change_audience(*, course_id: int, audience: Audience, before: Audience | None, by: int) -> None:
    """Say who may enrol from now on; who is enrolled stays. `before`: what the writer saw (None: nobody knows).

    Raises `EditedMeanwhile` if somebody else changed it in between, to something else.
    """
    course = lock_course(course_id)
    if course.audience == audience:
        return
    if course.audience != before:
        raise EditedMeanwhile
    course.audience = audience
    audit.record(
        "course.audience",
        f"course:{course_id}",
        actor_id=by,
        admits=audience.admits,
        cities=list(audience.cities),
        roles=list(audience.roles),
    )
    db.session.flush()


def invite(*, course_id: int, emails: Iterable[str], by: int) -> int:
    """Put folded addresses on the list of whom a course by invitation takes in; returns how many are new.

    Each is told by mail, once for this course; before the course is published, by its first edition. Raises
    `CourseArchived`.
    """
    course = lock_course(course_id)
    require_open(course)
    wanted = dict.fromkeys(emails)
    there = sa.select(CourseInvitation.email).where(
        CourseInvitation.course_id == course_id, CourseInvitation.email.in_(list(wanted))
    )
    known = set(db.session.scalars(there))
    new = [
        CourseInvitation(course_id=course_id, email=email, invited_by_id=by, invited_at=clock.now())
        for email in wanted
        if email not in known
    ]
    db.session.add_all(new)
    db.session.flush()
    for invitation in new:
        audit.record("course.invite", f"course:{course_id}", actor_id=by, invitation=invitation.id)
    if course.edition_id is not None:
        _tell(course, new)
    return len(new)


def take_back(*, course_id: int, invitation_id: int, by: int) -> str:
    """Take an invitation back; who enrolled by it stays. Returns the address. Raises `NotFound`."""
    invitation: CourseInvitation | None = db.session.get(CourseInvitation, invitation_id)
    if invitation is None or invitation.course_id != course_id:
        raise NotFound
    email = invitation.email
    db.session.delete(invitation)
    audit.record("course.uninvite", f"course:{course_id}", actor_id=by, invitation=invitation_id)
    db.session.flush()
    return email


def forget(*, email: str) -> None:
    """Take an erased person's address off the lists of every course."""
    db.session.execute(sa.delete(CourseInvitation).where(CourseInvitation.email == email))


def move(*, old: str, new: str) -> None:
    """Invitations follow a person to their new address, where they are not invited already."""
    there = sa.select(CourseInvitation.course_id).where(CourseInvitation.email == new)
    mine = CourseInvitation.email == old
    db.session.execute(
        sa.update(CourseInvitation).where(mine, CourseInvitation.course_id.not_in(there)).values(email=new)
    )
    db.session.execute(sa.delete(CourseInvitation).where(mine))


def tell_the_invited(*, course_id: int) -> None:
    """Send the mails that waited for the course's first edition; whoever was told is not told again."""
    course = db.session.get_one(Course, course_id)
    _tell(course, db.session.scalars(sa.select(CourseInvitation).where(CourseInvitation.course_id == course_id)).all())


def _tell(course: Course, invitations: Iterable[CourseInvitation]) -> None:
    rows = {invitation.email: invitation.invited_by_id for invitation in invitations}
    if not rows:
        return
    people = sa.select(Person.id, Person.email, Person.name, Person.language).where(Person.email.in_(list(rows)))
    known = {row.email: row for row in db.session.execute(people)}
    inviting = sa.select(Person.id, Person.name).where(Person.id.in_(set(rows.values())))
    names = {row.id: row.name for row in db.session.execute(inviting)}
    for email, invited_by_id in rows.items():
        person = known.get(email)
        language = person.language if person else course.source_language
        mail.post(
            key=f"course_invitation:{course.id}:{string_hash(email)}",
            kind="course_invitation",
            recipient=email,
            language=language,
            person_id=person.id if person else None,
            title=course.title.best(language, course.source_language),
            slug=course.slug,
            by=names.get(invited_by_id or 0, ""),
            by_id=invited_by_id,
            name=person.name if person else "",
        )
