"""Tallies by the month of completion and of how far people came, and more of what is known of each learner."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TALLIED = ("person_id", "course_id", "city_id", "state", "enrolled_at", "completed_at")
STOOD = ("course_id", "state", "enrolled_at", "last_activity_id", "states")
LEARNER = ("newest_open_at", "newest_done_at", "completed_at", "city_id")
NEWEST = (
    "max(enrolled_at), max(CASE WHEN state = 'open' THEN enrolled_at END),"
    " max(CASE WHEN state = 'completed' THEN enrolled_at END),"
    " max(CASE WHEN state = 'completed' THEN completed_at END),"
    " CASE WHEN min(coalesce(city_id, 0)) = max(coalesce(city_id, 0)) THEN min(coalesce(city_id, 0)) END"
)


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        # Who enrols while it is counted waits for the new triggers: else neither these nor the count would know.
        op.execute("LOCK TABLE enrolment IN SHARE ROW EXCLUSIVE MODE")
    op.create_table(
        "tally_done",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="id of the course, of the city (0: none), or whole days to complete",
        ),
        sa.Column("month", sa.String(length=7), nullable=False, comment="of the completion, in UTC, as 2026-11"),
        sa.Column("completed", sa.Integer(), nullable=False, comment="more, or fewer"),
        sa.CheckConstraint("subject IN ('course', 'city', 'days')", name=op.f("ck_tally_done_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_done")),
    )
    op.create_index("ix_tally_done_sums", "tally_done", ["subject", "month", "number", "completed"])
    op.create_table(
        "tally_stand",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course", sa.Integer(), nullable=False, comment="its id"),
        sa.Column("month", sa.String(length=7), nullable=False, comment="of the enrolment, in UTC, as 2026-11"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("last_activity", sa.Integer(), nullable=True, comment="its id"),
        sa.Column("states", sa.Text(), nullable=False, comment="as the enrolments have them"),
        sa.Column("people", sa.Integer(), nullable=False, comment="more, or fewer"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally_stand")),
    )
    op.create_index(op.f("ix_tally_stand_course_month"), "tally_stand", ["course", "month"])
    for name, comment in (
        ("newest_open_at", "of those under way, when the newest began"),
        ("newest_done_at", "of those completed, when the newest began"),
        ("completed_at", None),
    ):
        op.add_column("learner", sa.Column(name, sa.DateTime(timezone=True), nullable=True, comment=comment))
    where = "where all of them are, 0: in no city; none: in several"
    op.add_column("learner", sa.Column("city_id", sa.Integer(), nullable=True, comment=where))
    op.create_index(op.f("ix_learner_city_id_newest_at"), "learner", ["city_id", "newest_at"])
    _count_so_far()
    _drop_triggers()
    if op.get_bind().dialect.name == "postgresql":
        _trigger_on_postgresql()
    else:
        _trigger_on_sqlite()


def _count_so_far() -> None:
    month, days, states = _month("completed_at"), _days("enrolled_at", "completed_at"), _text("states")
    for subject, number in (("course", "course_id"), ("city", "coalesce(city_id, 0)"), ("days", days)):
        op.execute(
            "INSERT INTO tally_done (subject, month, number, completed)"
            f" SELECT '{subject}', {month}, {number}, count(*) FROM enrolment"
            f" WHERE state = 'completed' AND completed_at IS NOT NULL GROUP BY {month}, {number}"
        )
    month = _month("enrolled_at")
    op.execute(
        "INSERT INTO tally_stand (course, month, state, last_activity, states, people)"
        f" SELECT course_id, {month}, state, last_activity_id, {states}, count(*) FROM enrolment"
        f" WHERE state <> 'withdrawn' GROUP BY course_id, {month}, state, last_activity_id, {states}"
    )
    op.execute(
        f"UPDATE learner SET (newest_at, {', '.join(LEARNER)}) = (SELECT {NEWEST} FROM enrolment"
        " WHERE enrolment.person_id = learner.person_id AND enrolment.state <> 'withdrawn')"
    )


def _trigger_on_sqlite() -> None:
    op.execute(
        f"CREATE TRIGGER enrolment_inserted AFTER INSERT ON enrolment BEGIN {_tallied(('NEW', ''))} "
        f"{_stood('NEW', '')} {_newest('NEW')} END"
    )
    op.execute(
        f"CREATE TRIGGER enrolment_updated AFTER UPDATE OF {', '.join(TALLIED)} ON enrolment WHEN {_changed(TALLIED)} "
        f"BEGIN {_tallied(('OLD', '-'), ('NEW', ''))} {_newest('NEW')} {_left()} END"
    )
    op.execute(
        f"CREATE TRIGGER enrolment_moved_on AFTER UPDATE OF {', '.join(STOOD)} ON enrolment WHEN {_changed(STOOD)} "
        f"BEGIN {_stood('OLD', '-')} {_stood('NEW', '')} END"
    )
    op.execute(
        f"CREATE TRIGGER enrolment_deleted AFTER DELETE ON enrolment BEGIN {_tallied(('OLD', '-'))} "
        f"{_stood('OLD', '-')} {_newest('OLD')} END"
    )


def _trigger_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION enrolment_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'INSERT' THEN {_tallied(('NEW', ''))} {_newest('NEW')}"
        f" ELSIF TG_OP = 'DELETE' THEN {_tallied(('OLD', '-'))} {_newest('OLD')}"
        f" ELSE {_tallied(('OLD', '-'), ('NEW', ''))} {_newest('NEW')} {_left()} END IF;"
        " RETURN NULL; END $$"
    )
    op.execute(
        "CREATE FUNCTION enrolment_stood() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP <> 'INSERT' THEN {_stood('OLD', '-')} END IF;"
        f" IF TG_OP <> 'DELETE' THEN {_stood('NEW', '')} END IF;"
        " RETURN NULL; END $$"
    )
    for trigger, function in (("enrolment_inserted", "enrolment_tallied"), ("enrolment_began", "enrolment_stood")):
        op.execute(
            f"CREATE TRIGGER {trigger} AFTER INSERT OR DELETE ON enrolment FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    for trigger, function, columns in (
        ("enrolment_updated", "enrolment_tallied", TALLIED),
        ("enrolment_moved_on", "enrolment_stood", STOOD),
    ):
        op.execute(
            f"CREATE TRIGGER {trigger} AFTER UPDATE OF {', '.join(columns)} ON enrolment"
            f" FOR EACH ROW WHEN ({_changed(columns)}) EXECUTE FUNCTION {function}()"
        )


def _tallied(*rows: tuple[str, str]) -> str:
    """What appends enrolments to the tallies, or with `-` takes them away; what comes to nothing is not written."""
    enrolled = " UNION ALL ".join(_enrolled(row, sign) for row, sign in rows)
    completed = " UNION ALL ".join(_completed(row, sign) for row, sign in rows)
    return (
        "INSERT INTO tally (subject, month, number, enrolled, completed)"
        " SELECT subject, month, number, sum(enrolled), sum(completed)"
        f" FROM ({enrolled}) AS changed GROUP BY subject, month, number"
        " HAVING sum(enrolled) <> 0 OR sum(completed) <> 0;"
        " INSERT INTO tally_done (subject, month, number, completed)"
        f" SELECT subject, month, number, sum(completed) FROM ({completed}) AS changed"
        " GROUP BY subject, month, number HAVING sum(completed) <> 0;"
    )


def _enrolled(row: str, sign: str) -> str:
    month, days = _month(f"{row}.enrolled_at"), _days(f"{row}.enrolled_at", f"{row}.completed_at")
    done = f"{sign}(CASE WHEN {row}.state = 'completed' THEN 1 ELSE 0 END)"
    return (
        f"SELECT 'course' AS subject, {month} AS month, {row}.course_id AS number,"
        f" {sign}1 AS enrolled, {done} AS completed WHERE {row}.state <> 'withdrawn'"
        f" UNION ALL SELECT 'city', {month}, coalesce({row}.city_id, 0), {sign}1, {done}"
        f" WHERE {row}.state <> 'withdrawn'"
        f" UNION ALL SELECT 'days', {month}, {days}, 0, {sign}1"
        f" WHERE {row}.state = 'completed' AND {row}.completed_at IS NOT NULL"
    )


def _completed(row: str, sign: str) -> str:
    month, days = _month(f"{row}.completed_at"), _days(f"{row}.enrolled_at", f"{row}.completed_at")
    done = f"{row}.state = 'completed' AND {row}.completed_at IS NOT NULL"
    return (
        f"SELECT 'course' AS subject, {month} AS month, {row}.course_id AS number, {sign}1 AS completed WHERE {done}"
        f" UNION ALL SELECT 'city', {month}, coalesce({row}.city_id, 0), {sign}1 WHERE {done}"
        f" UNION ALL SELECT 'days', {month}, {days}, {sign}1 WHERE {done}"
    )


def _stood(row: str, sign: str) -> str:
    return (
        "INSERT INTO tally_stand (course, month, state, last_activity, states, people)"
        f" SELECT {row}.course_id, {_month(f'{row}.enrolled_at')}, {row}.state, {row}.last_activity_id,"
        f" {_text(f'{row}.states')}, {sign}1 WHERE {row}.state <> 'withdrawn';"
    )


def _newest(row: str) -> str:
    """What finds a person's newest enrolments anew. The first statement locks their row, so that two do not cross."""
    return (
        f"INSERT INTO learner (person_id, newest_at) VALUES ({row}.person_id, NULL)"
        f" ON CONFLICT (person_id) DO UPDATE SET newest_at = learner.newest_at; {_found(row)};"
    )


def _left() -> str:
    """The same, of a person whose enrolment became another's."""
    return f"{_found('OLD')} AND OLD.person_id <> NEW.person_id;"


def _found(row: str) -> str:
    return (
        f"UPDATE learner SET (newest_at, {', '.join(LEARNER)}) = (SELECT {NEWEST} FROM enrolment"
        f" WHERE enrolment.person_id = {row}.person_id AND enrolment.state <> 'withdrawn')"
        f" WHERE learner.person_id = {row}.person_id"
    )


def _changed(columns: tuple[str, ...]) -> str:
    if op.get_bind().dialect.name == "postgresql":
        named = {column: f".{column}::text" if column == "states" else f".{column}" for column in columns}
        return " OR ".join(f"OLD{named[column]} IS DISTINCT FROM NEW{named[column]}" for column in columns)
    return " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)


def _text(states: str) -> str:
    return f"CAST({states} AS TEXT)"


def _month(moment: str) -> str:
    if op.get_bind().dialect.name == "postgresql":
        return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM')"
    return f"substr({moment}, 1, 7)"


def _days(start: str, end: str) -> str:
    if op.get_bind().dialect.name == "postgresql":
        return f"CAST(floor(extract(epoch FROM ({end} - {start})) / 86400) AS INTEGER)"
    return f"((CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {start}) AS INTEGER)) / 86400)"


def _drop_triggers(*more: str) -> None:
    """Those of 0004, and `more`."""
    names = ("enrolment_inserted", "enrolment_updated", *more)
    if op.get_bind().dialect.name == "postgresql":
        for name in (*names, *(["enrolment_began"] if more else [])):
            op.execute(f"DROP TRIGGER {name} ON enrolment")
        op.execute("DROP FUNCTION enrolment_tallied()")
        if more:
            op.execute("DROP FUNCTION enrolment_stood()")
    else:
        for name in (*names, "enrolment_deleted"):
            op.execute(f"DROP TRIGGER {name}")


def downgrade() -> None:
    _drop_triggers("enrolment_moved_on")
    op.drop_index(op.f("ix_learner_city_id_newest_at"), "learner")
    for column in LEARNER:
        op.drop_column("learner", column)
    op.drop_table("tally_stand")
    op.drop_table("tally_done")
    _former_triggers()


def _former_triggers() -> None:
    """Those that migration 0004 made."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION enrolment_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF TG_OP <> 'INSERT' THEN {_appended('OLD', '-')}; END IF;"
            f" IF TG_OP <> 'DELETE' THEN {_appended('NEW', '')}; {_newest_only('NEW')}; END IF;"
            f" IF TG_OP = 'DELETE' THEN {_newest_only('OLD')}; END IF;"
            " RETURN NULL; END $$"
        )
        op.execute(
            "CREATE TRIGGER enrolment_inserted AFTER INSERT OR DELETE ON enrolment"
            " FOR EACH ROW EXECUTE FUNCTION enrolment_tallied()"
        )
        op.execute(
            f"CREATE TRIGGER enrolment_updated AFTER UPDATE OF {', '.join(TALLIED)} ON enrolment"
            f" FOR EACH ROW WHEN ({_changed(TALLIED)}) EXECUTE FUNCTION enrolment_tallied()"
        )
        return
    op.execute(
        f"CREATE TRIGGER enrolment_inserted AFTER INSERT ON enrolment BEGIN {_appended('NEW', '')}; "
        f"{_newest_only('NEW')}; END"
    )
    op.execute(
        f"CREATE TRIGGER enrolment_updated AFTER UPDATE OF {', '.join(TALLIED)} ON enrolment WHEN {_changed(TALLIED)} "
        f"BEGIN {_appended('OLD', '-')}; {_appended('NEW', '')}; {_newest_only('OLD')}; {_newest_only('NEW')}; END"
    )
    op.execute(
        f"CREATE TRIGGER enrolment_deleted AFTER DELETE ON enrolment BEGIN {_appended('OLD', '-')}; "
        f"{_newest_only('OLD')}; END"
    )


def _appended(row: str, sign: str) -> str:
    return f"INSERT INTO tally (subject, month, number, enrolled, completed) {_enrolled(row, sign)}"


def _newest_only(row: str) -> str:
    return (
        f"INSERT INTO learner (person_id, newest_at) VALUES ({row}.person_id, NULL)"
        " ON CONFLICT (person_id) DO UPDATE SET newest_at = learner.newest_at;"
        " UPDATE learner SET newest_at = (SELECT max(enrolled_at) FROM enrolment"
        f" WHERE enrolment.person_id = {row}.person_id AND enrolment.state <> 'withdrawn')"
        f" WHERE learner.person_id = {row}.person_id"
    )
