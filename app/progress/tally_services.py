"""Keeping the tallies: adding up what triggers appended, and counting everything anew."""

from __future__ import annotations

from collections import defaultdict

import sqlalchemy as sa

from app.extensions import db

from .models import Learner, Tally
from .tally_queries import counted_anew, newest_anew


def add_up() -> int:
    """Make one row of each sum that stands in several; how many rows fewer there are. Reads see the same as before.

    What is taken away is what comes back as a sum, whatever else is appended meanwhile.
    """
    several = (
        sa.select(Tally.subject, Tally.month, Tally.number)
        .group_by(Tally.subject, Tally.month, Tally.number)
        .having(sa.func.count() > 1)
        .subquery()
    )
    same = sa.and_(Tally.subject == several.c.subject, Tally.month == several.c.month, Tally.number == several.c.number)
    taken = db.session.execute(
        sa.delete(Tally)
        .where(Tally.id.in_(sa.select(Tally.id).join(several, same)))
        .returning(Tally.subject, Tally.month, Tally.number, Tally.enrolled, Tally.completed)
        .execution_options(synchronize_session=False)
    ).all()
    sums: dict[tuple[str, str, int], list[int]] = defaultdict(lambda: [0, 0])
    for subject, month, number, enrolled, completed in taken:
        total = sums[subject, month, number]
        total[0] += enrolled
        total[1] += completed
    rows = [
        {"subject": key[0], "month": key[1], "number": key[2], "enrolled": enrolled, "completed": completed}
        for key, (enrolled, completed) in sorted(sums.items())
        if enrolled or completed
    ]
    if rows:
        db.session.execute(sa.insert(Tally), rows)
    return len(taken) - len(rows)


def count_anew() -> None:
    """Write all tallies anew from the enrolments: after a load that went past the triggers.

    Meanwhile nobody changes an enrolment: they wait.
    """
    if db.session.connection().dialect.name == "postgresql":  # SQLite has one writer at a time
        db.session.execute(sa.text("LOCK TABLE enrolment IN SHARE ROW EXCLUSIVE MODE"))
    db.session.execute(sa.delete(Tally))
    db.session.execute(sa.delete(Learner))
    columns = ["subject", "month", "number", "enrolled", "completed"]
    db.session.execute(sa.insert(Tally).from_select(columns, counted_anew()))
    db.session.execute(sa.insert(Learner).from_select(["person_id", "newest_at"], newest_anew()))
