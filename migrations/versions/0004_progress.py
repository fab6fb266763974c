"""What progress, certificates, notices and scheduled reports need."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Columns that rows already there need a value for; afterwards the code gives it.
FILLED = {
    "activity_progress": ("visible_seconds",),
    "certificate": ("issuer", "towers", "design", "rule", "shows_name", "shows_hours"),
}
PEOPLE = ("unconfirmed", "waiting", "active", "left", "erased")
PROGRESS = ("started", "failed", "complete")
FORMER_INDEXES = {
    "ix_enrolment_course_city": ["course_id", "city_id", "state", "completed_at"],
    "ix_enrolment_city_completed": ["city_id", "completed_at"],
}
INDEXES = {
    "ix_enrolment_course": ["course_id", "city_id", "state", "enrolled_at", "completed_at", "due_at", "person_id"],
    "ix_enrolment_city": ["city_id", "state", "enrolled_at", "course_id", "completed_at", "due_at", "person_id"],
    "ix_enrolment_enrolled": ["enrolled_at", "state", "course_id", "city_id", "completed_at", "due_at", "person_id"],
    "ix_enrolment_completed": ["completed_at", "state", "course_id", "city_id", "enrolled_at", "due_at", "person_id"],
    "ix_enrolment_due": ["state", "due_at", "enrolled_at", "course_id", "city_id", "person_id"],
}
PARTIAL = {"ix_enrolment_completed": "completed_at", "ix_enrolment_due": "due_at"}
TALLIED = ("person_id", "course_id", "city_id", "state", "enrolled_at", "completed_at")
AT_A_TIME = 500  # certificates


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("arguments", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed')", name=op.f("ck_job_run_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_run")),
    )
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_run_name_id"), ["name", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_run_state_id"), ["state", "id"], unique=False)

    op.create_table(
        "signing_key",
        sa.Column(
            "id",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="1, 2, 3 …, so that two who make a key at once cannot both",
        ),
        sa.Column("public", sa.String(length=80), nullable=False, comment="as a Multikey"),
        sa.Column("private", sa.Text(), nullable=False, comment="sealed under the site's secret"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "retired_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="signs no more from then on, and goes on verifying",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signing_key")),
        sa.UniqueConstraint("public", name=op.f("uq_signing_key_public")),
    )
    op.create_table(
        "time_sheet",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("counted_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="in UTC"),
        sa.Column("seconds", sa.Integer(), nullable=False, comment="visible, counted on that day"),
        sa.Column("sittings", sa.JSON(), nullable=False, comment="the latest few, by id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_time_sheet_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_time_sheet")),
    )
    op.create_table(
        "cohort",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("rule", sa.JSON(), nullable=True, comment="none: its members are listed"),
        sa.Column("created_by_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_cohort_city_id")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_cohort_created_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohort")),
    )
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohort_city_id"), ["city_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False, comment="what makes it happen once"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "mail_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when its mail is due, alone or in a digest; none: never",
        ),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True, comment="when its mail went to the outbox"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("key", name=op.f("uq_notice_key")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_person_id_id"), ["person_id", "id"], unique=False)
        batch_op.create_index(
            "ix_notice_to_mail",
            ["mail_at"],
            unique=False,
            sqlite_where=sa.text("mailed_at IS NULL"),
            postgresql_where=sa.text("mailed_at IS NULL"),
        )
        batch_op.create_index(
            "ix_notice_unread",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("read_at IS NULL"),
            postgresql_where=sa.text("read_at IS NULL"),
        )

    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False),
        sa.CheckConstraint("way IN ('at_once', 'digest', 'not')", name=op.f("ck_notice_choice_way")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id")),
        sa.PrimaryKeyConstraint("person_id", "kind", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "people_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("file_hash", sa.String(length=64), nullable=True, comment="in the store, until it is done"),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False, comment="rows"),
        sa.Column("total", sa.Integer(), nullable=False, comment="rows"),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('shown', 'running', 'done', 'dropped')", name=op.f("ck_people_import_state")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_people_import_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people_import")),
    )
    with op.batch_alter_table("people_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_people_import_person_id_id"), ["person_id", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_people_import_state_touched_at"), ["state", "touched_at"], unique=False)

    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("report", sa.String(length=60), nullable=False),
        sa.Column("filters", sa.Text(), nullable=False, comment="as they stand in the report's address"),
        sa.Column("rhythm", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rhythm IN ('daily', 'weekly', 'monthly')", name=op.f("ck_report_schedule_rhythm")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_report_schedule_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
    )
    with op.batch_alter_table("report_schedule", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_schedule_next_at"), ["next_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_report_schedule_person_id"), ["person_id"], unique=False)

    op.create_table(
        "assignment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("cohort_id", sa.Integer(), nullable=True),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_days", sa.Integer(), nullable=True, comment="after the enrolment"),
        sa.Column("given_by_id", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('trainer', 'translator', 'coordinator', 'administrator')", name=op.f("ck_assignment_role")
        ),
        sa.CheckConstraint(
            "(CASE WHEN person_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN cohort_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN city_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN role IS NULL THEN 0 ELSE 1 END) = 1",
            name=op.f("ck_assignment_to_one"),
        ),
        sa.CheckConstraint("due_at IS NULL OR due_days IS NULL", name=op.f("ck_assignment_due")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_assignment_city_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_assignment_cohort_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_assignment_course_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_assignment_given_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_assignment_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignment")),
    )
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assignment_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_cohort_id"), ["cohort_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_course_id"), ["course_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_assignment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "cohort_member",
        sa.Column("cohort_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_cohort_member_added_by_id")),
        sa.ForeignKeyConstraint(["cohort_id"], ["cohort.id"], name=op.f("fk_cohort_member_cohort_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_cohort_member_person_id")),
        sa.PrimaryKeyConstraint("cohort_id", "person_id", name=op.f("pk_cohort_member")),
    )
    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_cohort_member_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("activity_progress", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "visible_seconds", sa.Integer(), nullable=False, server_default="0", comment="visible, in use or not"
            )
        )
        batch_op.add_column(
            sa.Column(
                "by_id",
                sa.Integer(),
                nullable=True,
                comment="who excused them, or completed it for them; none: themselves",
            )
        )
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "own_state",
                sa.String(length=20),
                nullable=True,
                comment="where `by_id` is set: what they had done by themselves; none: not begun",
            )
        )
        batch_op.alter_column("seconds", existing_type=sa.Integer(), comment="visible and in use")
        batch_op.create_foreign_key(batch_op.f("fk_activity_progress_by_id"), "person", ["by_id"], ["id"])

    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.add_column(sa.Column("revoked_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "issuer",
                sa.String(length=120),
                nullable=False,
                server_default="Strong Cities Network",
                comment="as issued",
            )
        )
        batch_op.add_column(
            sa.Column("towers", sa.JSON(), nullable=False, server_default="[]", comment="activities of each module")
        )
        batch_op.add_column(
            sa.Column(
                "design",
                sa.Integer(),
                nullable=False,
                server_default="1",
                comment="which of the designs of the PDF it was issued in",
            )
        )
        batch_op.add_column(
            sa.Column(
                "rule",
                sa.String(length=80),
                nullable=False,
                server_default="",
                comment="of the completion, for the badge",
            )
        )
        batch_op.add_column(
            sa.Column(
                "recipient",
                sa.String(length=71),
                nullable=True,
                comment="hash of the holder's e-mail at issue, the code being its salt; none: without e-mail",
            )
        )
        batch_op.add_column(sa.Column("shows_name", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("shows_hours", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_index(batch_op.f("ix_certificate_expires_at"), ["expires_at"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_certificate_revoked_by_id"), "person", ["revoked_by_id"], ["id"])

    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.add_column(sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "assignment_id",
                sa.Integer(),
                nullable=True,
                comment="what enrolled them or set the due date; none: themselves",
            )
        )
        batch_op.create_index(batch_op.f("ix_enrolment_assignment_id"), ["assignment_id"], unique=False)
        for name in FORMER_INDEXES:
            batch_op.drop_index(name)
        for name, columns in INDEXES.items():
            where = sa.text(f"{PARTIAL[name]} IS NOT NULL") if name in PARTIAL else None
            batch_op.create_index(name, columns, sqlite_where=where, postgresql_where=where)
        batch_op.create_foreign_key(batch_op.f("fk_enrolment_assignment_id"), "assignment", ["assignment_id"], ["id"])

    with op.batch_alter_table("module", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "enough",
                sa.Integer(),
                nullable=True,
                comment="of its activities, as many complete it; none: the required",
            )
        )

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "due_at", sa.DateTime(timezone=True), nullable=True, comment="not before: the next try after a failure"
            )
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("invited_by_id", sa.Integer(), nullable=True, comment="who entered them"))
        batch_op.create_foreign_key(batch_op.f("fk_person_invited_by_id"), "person", ["invited_by_id"], ["id"])

    _allow("person", *PEOPLE, "invited")
    _allow("activity_progress", *PROGRESS, "excused")
    _complete_certificates()
    for table, columns in FILLED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)
    _keep_tallies()


def _keep_tallies() -> None:
    """The tallies of enrolments, the triggers that keep them, and what they come to so far."""
    op.create_table(
        "tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=10), nullable=False),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="id of the course, of the city (0: none), or whole days to complete",
        ),
        sa.Column("month", sa.String(length=7), nullable=False, comment="of the enrolment, in UTC, as 2026-11"),
        sa.Column("enrolled", sa.Integer(), nullable=False, comment="more, or fewer; 0 by days"),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.CheckConstraint("subject IN ('course', 'city', 'days')", name=op.f("ck_tally_subject")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tally")),
    )
    op.create_index("ix_tally_sums", "tally", ["subject", "month", "number", "enrolled", "completed"])
    op.create_table(
        "learner",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("newest_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_learner_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_learner")),
    )
    op.create_index(op.f("ix_learner_newest_at"), "learner", ["newest_at"])
    _count_so_far()
    if op.get_bind().dialect.name == "postgresql":
        _trigger_on_postgresql()
    else:
        _trigger_on_sqlite()


def _count_so_far() -> None:
    month, days = _month("enrolled_at"), _days("enrolled_at", "completed_at")
    for subject, number in (("course", "course_id"), ("city", "coalesce(city_id, 0)")):
        op.execute(
            "INSERT INTO tally (subject, month, number, enrolled, completed)"
            f" SELECT '{subject}', {month}, {number}, count(*), sum(CASE WHEN state = 'completed' THEN 1 ELSE 0 END)"
            f" FROM enrolment WHERE state <> 'withdrawn' GROUP BY {month}, {number}"
        )
    op.execute(
        "INSERT INTO tally (subject, month, number, enrolled, completed)"
        f" SELECT 'days', {month}, {days}, 0, count(*) FROM enrolment"
        f" WHERE state = 'completed' AND completed_at IS NOT NULL GROUP BY {month}, {days}"
    )
    op.execute(
        "INSERT INTO learner (person_id, newest_at) SELECT person_id, max(enrolled_at) FROM enrolment"
        " WHERE state <> 'withdrawn' GROUP BY person_id"
    )


def _trigger_on_sqlite() -> None:
    op.execute(
        f"CREATE TRIGGER enrolment_inserted AFTER INSERT ON enrolment BEGIN {_appended('NEW', '')}; "
        f"{_newest('NEW')}; END"
    )
    op.execute(
        f"CREATE TRIGGER enrolment_updated AFTER UPDATE OF {', '.join(TALLIED)} ON enrolment WHEN {_changed(TALLIED)} "
        f"BEGIN {_appended('OLD', '-')}; {_appended('NEW', '')}; {_newest('OLD')}; {_newest('NEW')}; END"
    )
    op.execute(
        f"CREATE TRIGGER enrolment_deleted AFTER DELETE ON enrolment BEGIN {_appended('OLD', '-')}; "
        f"{_newest('OLD')}; END"
    )


def _trigger_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION enrolment_tallied() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP <> 'INSERT' THEN {_appended('OLD', '-')}; END IF;"
        f" IF TG_OP <> 'DELETE' THEN {_appended('NEW', '')}; {_newest('NEW')}; END IF;"
        f" IF TG_OP = 'DELETE' THEN {_newest('OLD')}; END IF;"
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


def _appended(row: str, sign: str) -> str:
    """What appends one enrolment to the tallies, or with `-` takes it away."""
    month, days = _month(f"{row}.enrolled_at"), _days(f"{row}.enrolled_at", f"{row}.completed_at")
    done = f"{sign}(CASE WHEN {row}.state = 'completed' THEN 1 ELSE 0 END)"
    return (
        "INSERT INTO tally (subject, month, number, enrolled, completed)"
        f" SELECT 'course', {month}, {row}.course_id, {sign}1, {done} WHERE {row}.state <> 'withdrawn'"
        f" UNION ALL SELECT 'city', {month}, coalesce({row}.city_id, 0), {sign}1, {done}"
        f" WHERE {row}.state <> 'withdrawn'"
        f" UNION ALL SELECT 'days', {month}, {days}, 0, {sign}1"
        f" WHERE {row}.state = 'completed' AND {row}.completed_at IS NOT NULL"
    )


def _newest(row: str) -> str:
    """What finds a person's newest enrolment anew. The first statement locks their row, so that two do not cross."""
    return (
        f"INSERT INTO learner (person_id, newest_at) VALUES ({row}.person_id, NULL)"
        " ON CONFLICT (person_id) DO UPDATE SET newest_at = learner.newest_at;"
        " UPDATE learner SET newest_at = (SELECT max(enrolled_at) FROM enrolment"
        f" WHERE enrolment.person_id = {row}.person_id AND enrolment.state <> 'withdrawn')"
        f" WHERE learner.person_id = {row}.person_id"
    )


def _changed(columns: tuple[str, ...]) -> str:
    differs = "IS DISTINCT FROM" if op.get_bind().dialect.name == "postgresql" else "IS NOT"
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


def _month(moment: str) -> str:
    if op.get_bind().dialect.name == "postgresql":
        return f"to_char({moment} AT TIME ZONE 'UTC', 'YYYY-MM')"
    return f"substr({moment}, 1, 7)"


def _days(start: str, end: str) -> str:
    if op.get_bind().dialect.name == "postgresql":
        return f"CAST(floor(extract(epoch FROM ({end} - {start})) / 86400) AS INTEGER)"
    return f"((CAST(strftime('%s', {end}) AS INTEGER) - CAST(strftime('%s', {start}) AS INTEGER)) / 86400)"


def _drop_tallies() -> None:
    names = ("enrolment_inserted", "enrolment_updated")
    if op.get_bind().dialect.name == "postgresql":
        for name in names:
            op.execute(f"DROP TRIGGER {name} ON enrolment")
        op.execute("DROP FUNCTION enrolment_tallied()")
    else:
        for name in (*names, "enrolment_deleted"):
            op.execute(f"DROP TRIGGER {name}")
    op.drop_table("learner")
    op.drop_table("tally")


def _allow(table: str, *states: str) -> None:
    allowed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f(f"ck_{table}_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f(f"ck_{table}_state"), f"state IN ({allowed})")


def _complete_certificates() -> None:
    """Write on each certificate what it took from elsewhere: its picture, its rule, and whose it is, as a hash."""
    certificate = sa.table(
        "certificate",
        *(sa.column(name) for name in ("id", "completion_id", "person_id", "code", "rule", "recipient")),
        sa.column("towers", sa.JSON),
    )
    completion = sa.table("completion", sa.column("id"), sa.column("edition_id"), sa.column("rule"))
    edition = sa.table("edition", sa.column("id"), sa.column("outline", sa.JSON))
    person = sa.table("person", sa.column("id"), sa.column("email"))
    connection = op.get_bind()
    written = (
        sa.update(certificate)
        .where(certificate.c.id == sa.bindparam("of"))
        .values(towers=sa.bindparam("counts"), rule=sa.bindparam("applied"), recipient=sa.bindparam("hashed"))
    )
    last = 0
    while rows := connection.execute(
        sa.select(certificate.c.id, certificate.c.code, edition.c.outline, completion.c.rule, person.c.email)
        .join(completion, completion.c.id == certificate.c.completion_id)
        .join(edition, edition.c.id == completion.c.edition_id)
        .join(person, person.c.id == certificate.c.person_id)
        .where(certificate.c.id > last)
        .order_by(certificate.c.id)
        .limit(AT_A_TIME)
    ).all():
        last = rows[-1].id
        connection.execute(
            written,
            [
                {
                    "of": row.id,
                    "counts": [len(module["activities"]) for module in row.outline["modules"]],
                    "applied": row.rule,
                    "hashed": row.email and "sha256$" + hashlib.sha256((row.email + row.code).encode()).hexdigest(),
                }
                for row in rows
            ],
        )


def downgrade() -> None:
    """Who was invited and never came is unconfirmed; what was excused counts as done."""
    _drop_tallies()
    op.execute("UPDATE person SET state = 'unconfirmed' WHERE state = 'invited'")
    op.execute("UPDATE activity_progress SET state = 'complete' WHERE state = 'excused'")
    _allow("activity_progress", *PROGRESS)
    _allow("person", *PEOPLE)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_person_invited_by_id"), type_="foreignkey")
        batch_op.drop_column("invited_by_id")

    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_column("due_at")

    with op.batch_alter_table("module", schema=None) as batch_op:
        batch_op.drop_column("enough")

    with op.batch_alter_table("enrolment", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_enrolment_assignment_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_enrolment_assignment_id"))
        for name in INDEXES:
            batch_op.drop_index(name)
        for name, columns in FORMER_INDEXES.items():
            batch_op.create_index(name, columns)
        batch_op.drop_column("assignment_id")
        batch_op.drop_column("withdrawn_at")

    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_certificate_revoked_by_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_certificate_expires_at"))
        batch_op.drop_column("shows_hours")
        batch_op.drop_column("shows_name")
        batch_op.drop_column("recipient")
        batch_op.drop_column("rule")
        batch_op.drop_column("design")
        batch_op.drop_column("towers")
        batch_op.drop_column("issuer")
        batch_op.drop_column("revoked_by_id")

    with op.batch_alter_table("activity_progress", schema=None) as batch_op:
        batch_op.alter_column("seconds", existing_type=sa.Integer(), comment=None)
        batch_op.drop_constraint(batch_op.f("fk_activity_progress_by_id"), type_="foreignkey")
        batch_op.drop_column("own_state")
        batch_op.drop_column("reason")
        batch_op.drop_column("by_id")
        batch_op.drop_column("visible_seconds")

    with op.batch_alter_table("cohort_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cohort_member_person_id"))

    op.drop_table("cohort_member")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assignment_person_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_course_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_cohort_id"))
        batch_op.drop_index(batch_op.f("ix_assignment_city_id"))

    op.drop_table("assignment")
    with op.batch_alter_table("report_schedule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_schedule_person_id"))
        batch_op.drop_index(batch_op.f("ix_report_schedule_next_at"))

    op.drop_table("report_schedule")
    with op.batch_alter_table("people_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_people_import_state_touched_at"))
        batch_op.drop_index(batch_op.f("ix_people_import_person_id_id"))

    op.drop_table("people_import")
    op.drop_table("notice_choice")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_notice_unread", sqlite_where=sa.text("read_at IS NULL"), postgresql_where=sa.text("read_at IS NULL")
        )
        batch_op.drop_index(
            "ix_notice_to_mail",
            sqlite_where=sa.text("mailed_at IS NULL"),
            postgresql_where=sa.text("mailed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_notice_person_id_id"))

    op.drop_table("notice")
    with op.batch_alter_table("cohort", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_cohort_city_id"))

    op.drop_table("cohort")
    op.drop_table("time_sheet")
    op.drop_table("signing_key")
    with op.batch_alter_table("job_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_run_state_id"))
        batch_op.drop_index(batch_op.f("ix_job_run_name_id"))

    op.drop_table("job_run")
