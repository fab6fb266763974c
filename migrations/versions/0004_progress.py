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
        batch_op.create_index(
            "ix_enrolment_open_due",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
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
        batch_op.drop_index(
            "ix_enrolment_open_due",
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )
        batch_op.drop_index(batch_op.f("ix_enrolment_assignment_id"))
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
