"""What the studio needs: libraries, uploads, invitations, moves, and what is known of who wrote a text."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# Columns that rows already there need a value for; afterwards the code gives it.
FILLED = {
    "activity": ("minutes_given",),
    "course": ("audience",),
    "course_trainer": ("languages",),
    "revision": ("reason", "note"),
}


def upgrade() -> None:
    op.create_table(
        "media_variant",
        sa.Column("media_hash", sa.String(length=64), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["media_hash"], ["media.hash"], name=op.f("fk_media_variant_media_hash")),
        sa.PrimaryKeyConstraint("media_hash", "width", name=op.f("pk_media_variant")),
    )
    op.create_table(
        "course_invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False, comment="case-folded"),
        sa.Column("invited_by_id", sa.Integer(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_invitation_course_id")),
        sa.ForeignKeyConstraint(["invited_by_id"], ["person.id"], name=op.f("fk_course_invitation_invited_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_invitation")),
        sa.UniqueConstraint("course_id", "email", name=op.f("uq_course_invitation_course_id_email")),
    )
    with op.batch_alter_table("course_invitation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_invitation_email"), ["email"], unique=False)

    op.create_table(
        "course_media",
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("media_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "alternative", sa.JSON(), nullable=True, comment="of a picture; an empty one says that it only decorates"
        ),
        sa.Column(
            "captions", sa.JSON(), nullable=False, comment="of a video or sound: language to the hash of its WebVTT"
        ),
        sa.Column("added_by_id", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_course_media_added_by_id")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_media_course_id")),
        sa.ForeignKeyConstraint(["media_hash"], ["media.hash"], name=op.f("fk_course_media_media_hash")),
        sa.PrimaryKeyConstraint("course_id", "media_hash", name=op.f("pk_course_media")),
    )
    with op.batch_alter_table("course_media", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_course_media_media_hash"), ["media_hash"], unique=False)

    op.create_table(
        "course_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=True, comment="none before an import made one"),
        sa.Column("file_hash", sa.String(length=64), nullable=True, comment="of the folder as a zip, in the store"),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('import', 'export', 'copy')", name=op.f("ck_course_move_kind")),
        sa.CheckConstraint(
            "state IN ('waiting', 'running', 'done', 'refused', 'failed')", name=op.f("ck_course_move_state")
        ),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_course_move_course_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_course_move_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_course_move")),
    )
    with op.batch_alter_table("course_move", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_course_move_person_id_created_at"), ["person_id", "created_at"], unique=False
        )

    op.create_table(
        "upload",
        sa.Column("id", sa.String(length=43), nullable=False, comment="cannot be guessed"),
        sa.Column("course_id", sa.Integer(), nullable=True, comment="none: a folder of a new course"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False, comment="media, or a course folder to import"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_upload_course_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_upload_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_touched_at"), ["touched_at"], unique=False)

    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "minutes_given",
                sa.Boolean(),
                nullable=False,
                server_default=sa.true(),
                comment="by a person; else computed from what is in it",
            )
        )

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "audience",
                sa.JSON(),
                nullable=False,
                server_default="{}",
                comment="delivery: who may enrol, without publishing",
            )
        )

    with op.batch_alter_table("course_trainer", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "languages", sa.JSON(), nullable=False, server_default="[]", comment="those that a translator may write"
            )
        )

    with op.batch_alter_table("lesson_body", schema=None) as batch_op:
        batch_op.add_column(sa.Column("saved_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_lesson_body_saved_by_id"), "person", ["saved_by_id"], ["id"])

    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.add_column(sa.Column("seconds", sa.Double(), nullable=True, comment="length of a video or of sound"))
        batch_op.alter_column("size", existing_type=sa.INTEGER(), type_=sa.BigInteger(), existing_nullable=False)

    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.add_column(sa.Column("saved_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_question_version_saved_by_id"), "person", ["saved_by_id"], ["id"])

    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("reason", sa.String(length=20), nullable=False, server_default="imported"))
        batch_op.add_column(sa.Column("note", sa.String(length=200), nullable=False, server_default=""))

    for table, columns in FILLED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)

    _allow_roles("trainer", "translator", "coordinator", "administrator")
    _fill_libraries()


def _allow_roles(*roles: str) -> None:
    """Let these roles be held. SQLite rebuilds the table and forgets an index on an expression, so it is made anew."""
    op.drop_index("uq_person_role_open", table_name="person_role")
    with op.batch_alter_table("person_role", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_person_role_role"), type_="check")
        allowed = ", ".join(f"'{role}'" for role in roles)
        batch_op.create_check_constraint(batch_op.f("ck_person_role_role"), f"role IN ({allowed})")
    op.create_index(
        "uq_person_role_open",
        "person_role",
        ["person_id", "role", sa.text("coalesce(city_id, 0)")],
        unique=True,
        sqlite_where=sa.text("to_at IS NULL"),
        postgresql_where=sa.text("to_at IS NULL"),
    )


def _fill_libraries() -> None:
    """Every picture that a lesson shows stands in its course's library."""
    rows = op.get_bind().execute(
        sa.text(
            "SELECT activity.course_id, lesson_body.html"
            " FROM lesson_body JOIN activity ON activity.id = lesson_body.lesson_id"
        )
    )
    used = sorted(
        {(row.course_id, digest) for row in rows for digest in re.findall(r"/media/([0-9a-f]{64})/", row.html)}
    )
    for course_id, digest in used:
        op.get_bind().execute(
            sa.text(
                "INSERT INTO course_media (course_id, media_hash, name, captions, added_at, version_id)"
                " SELECT :course, hash, name, '{}', created_at, 1 FROM media WHERE hash = :hash"
            ),
            {"course": course_id, "hash": digest},
        )


def downgrade() -> None:
    op.execute("DELETE FROM person_role WHERE role = 'translator'")
    _allow_roles("trainer", "coordinator", "administrator")

    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_column("note")
        batch_op.drop_column("reason")

    with op.batch_alter_table("question_version", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_question_version_saved_by_id"), type_="foreignkey")
        batch_op.drop_column("saved_by_id")

    with op.batch_alter_table("media", schema=None) as batch_op:
        batch_op.alter_column("size", existing_type=sa.BigInteger(), type_=sa.INTEGER(), existing_nullable=False)
        batch_op.drop_column("seconds")

    with op.batch_alter_table("lesson_body", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_lesson_body_saved_by_id"), type_="foreignkey")
        batch_op.drop_column("saved_at")
        batch_op.drop_column("saved_by_id")

    with op.batch_alter_table("course_trainer", schema=None) as batch_op:
        batch_op.drop_column("languages")

    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_column("audience")

    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_column("minutes_given")

    with op.batch_alter_table("upload", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_touched_at"))

    op.drop_table("upload")
    with op.batch_alter_table("course_move", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_move_person_id_created_at"))

    op.drop_table("course_move")
    with op.batch_alter_table("course_media", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_media_media_hash"))

    op.drop_table("course_media")
    with op.batch_alter_table("course_invitation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_course_invitation_email"))

    op.drop_table("course_invitation")
    op.drop_table("media_variant")
