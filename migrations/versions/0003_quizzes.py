"""What quizzes need in whole: delivery, random slots, pages, tries, marks given by people and their history."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# Columns that rows already there need a value for; afterwards the code gives it.
FILLED = {
    "quiz_slot": ("new_page",),
    "response": ("tries", "locked", "waits"),
}
AT_A_TIME = 500  # attempts


def upgrade() -> None:
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("city_id", sa.Integer(), nullable=True),
        sa.Column("seconds", sa.Integer(), nullable=False, comment="on top of the time limit"),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True, comment="instead of the quiz's closing time"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="on top of those allowed"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_by_id", sa.Integer(), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(person_id IS NULL) != (city_id IS NULL)", name=op.f("ck_extension_person_or_city")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_extension_city_id")),
        sa.ForeignKeyConstraint(["given_by_id"], ["person.id"], name=op.f("fk_extension_given_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_extension_person_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_extension_quiz_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_extension_city_id"), ["city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_extension_quiz_id"), ["quiz_id"], unique=False)

    op.create_table(
        "regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quiz_id", sa.Integer(), nullable=False),
        sa.Column("question_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False, comment="by whose key"),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("responses", sa.Integer(), nullable=False, comment="whose mark changed"),
        sa.Column("attempts", sa.Integer(), nullable=False, comment="whose score changed"),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_regrade_by_id")),
        sa.ForeignKeyConstraint(["question_id"], ["question.id"], name=op.f("fk_regrade_question_id")),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_regrade_quiz_id")),
        sa.ForeignKeyConstraint(["version_id"], ["question_version.id"], name=op.f("fk_regrade_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    with op.batch_alter_table("regrade", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_regrade_quiz_id"), ["quiz_id"], unique=False)

    op.create_table(
        "mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("before", sa.Double(), nullable=True),
        sa.Column("after", sa.Double(), nullable=True),
        sa.Column("levels", sa.JSON(), nullable=False, comment="of the rubric"),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("regrade_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("cause IN ('marked', 'regraded')", name=op.f("ck_mark_cause")),
        sa.ForeignKeyConstraint(
            ["attempt_id", "slot"], ["response.attempt_id", "response.slot"], name=op.f("fk_mark_attempt_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_mark_by_id")),
        sa.ForeignKeyConstraint(["regrade_id"], ["regrade.id"], name=op.f("fk_mark_regrade_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark")),
    )
    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.create_index("ix_mark_attempt_id_slot", ["attempt_id", "slot"], unique=False)
        batch_op.create_index(batch_op.f("ix_mark_regrade_id"), ["regrade_id"], unique=False)

    with op.batch_alter_table("quiz", schema=None) as batch_op:
        batch_op.add_column(sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("access_code", sa.String(length=80), nullable=True))

    with op.batch_alter_table("quiz_slot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("draw", sa.JSON(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "new_page",
                sa.Boolean(),
                nullable=False,
                server_default=sa.true(),
                comment="whether a page begins with it",
            )
        )
        batch_op.alter_column("question_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_check_constraint(
            batch_op.f("ck_quiz_slot_question_or_draw"), "(question_id IS NULL) != (draw IS NULL)"
        )

    _allow_states("open", "submitted", "abandoned")
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.add_column(sa.Column("version_id", sa.Integer(), nullable=True, comment="as it was shown"))
        batch_op.add_column(
            sa.Column("marks", sa.Double(), nullable=True, comment="what it is worth, as in the attempt's slots")
        )
        batch_op.add_column(
            sa.Column("certainty", sa.Integer(), nullable=True, comment="1 to 3, where the quiz asks for it")
        )
        batch_op.add_column(sa.Column("tries", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(
            sa.Column("locked", sa.Boolean(), nullable=False, server_default=sa.false(), comment="checked for good")
        )
        batch_op.add_column(
            sa.Column("waits", sa.Boolean(), nullable=False, server_default=sa.false(), comment="for a person's mark")
        )
        batch_op.add_column(sa.Column("comment", sa.Text(), nullable=True, comment="of who marked it, to who answered"))
        batch_op.add_column(
            sa.Column(
                "graded_version_id",
                sa.Integer(),
                nullable=True,
                comment="by whose key it was regraded, if not by its own",
            )
        )
        batch_op.create_index(batch_op.f("ix_response_version_id"), ["version_id"], unique=False)
        batch_op.create_index(
            "ix_response_waits",
            ["version_id"],
            unique=False,
            sqlite_where=sa.text("waits"),
            postgresql_where=sa.text("waits"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_response_graded_version_id"), "question_version", ["graded_version_id"], ["id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_response_version_id"), "question_version", ["version_id"], ["id"])

    _fill_responses()
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.alter_column("version_id", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("marks", existing_type=sa.Double(), nullable=False)
        batch_op.alter_column("fraction", existing_type=sa.Double(), comment="0 to 1; with certainty -2 to 1")
    for table, columns in FILLED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)


def _allow_states(*states: str) -> None:
    allowed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("attempt", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_attempt_state"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_attempt_state"), f"state IN ({allowed})")


def _fill_responses() -> None:
    """Say beside each answer which version it answers, and for how many marks, as its attempt has it."""
    attempt = sa.table("attempt", sa.column("id"), sa.column("slots", sa.JSON))
    response = sa.table(
        "response", sa.column("attempt_id"), sa.column("slot"), sa.column("version_id"), sa.column("marks")
    )
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(
        sa.select(attempt.c.id, attempt.c.slots).where(attempt.c.id > last).order_by(attempt.c.id).limit(AT_A_TIME)
    ).all():
        last = rows[-1].id
        values = [
            {"of": row.id, "at": place, "version": slot["version_id"], "worth": slot["marks"]}
            for row in rows
            for place, slot in enumerate(row.slots)
        ]
        if values:
            connection.execute(
                sa.update(response)
                .where(response.c.attempt_id == sa.bindparam("of"), response.c.slot == sa.bindparam("at"))
                .values(version_id=sa.bindparam("version"), marks=sa.bindparam("worth")),
                values,
            )


def downgrade() -> None:
    """Places that draw from the bank go; an attempt that was abandoned counts as handed in with nothing."""
    with op.batch_alter_table("response", schema=None) as batch_op:
        batch_op.alter_column("fraction", existing_type=sa.Double(), comment=None)
        batch_op.drop_constraint(batch_op.f("fk_response_version_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_response_graded_version_id"), type_="foreignkey")
        batch_op.drop_index("ix_response_waits", sqlite_where=sa.text("waits"), postgresql_where=sa.text("waits"))
        batch_op.drop_index(batch_op.f("ix_response_version_id"))
        batch_op.drop_column("graded_version_id")
        batch_op.drop_column("comment")
        batch_op.drop_column("waits")
        batch_op.drop_column("locked")
        batch_op.drop_column("tries")
        batch_op.drop_column("certainty")
        batch_op.drop_column("marks")
        batch_op.drop_column("version_id")

    op.execute("UPDATE attempt SET state = 'submitted', score = 0 WHERE state = 'abandoned'")
    _allow_states("open", "submitted")
    op.execute("DELETE FROM quiz_slot WHERE question_id IS NULL")
    with op.batch_alter_table("quiz_slot", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_quiz_slot_question_or_draw"), type_="check")
        batch_op.alter_column("question_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("new_page")
        batch_op.drop_column("draw")

    with op.batch_alter_table("quiz", schema=None) as batch_op:
        batch_op.drop_column("access_code")
        batch_op.drop_column("closes_at")
        batch_op.drop_column("opens_at")

    with op.batch_alter_table("mark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mark_regrade_id"))
        batch_op.drop_index("ix_mark_attempt_id_slot")

    op.drop_table("mark")
    with op.batch_alter_table("regrade", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_regrade_quiz_id"))

    op.drop_table("regrade")
    with op.batch_alter_table("extension", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_extension_quiz_id"))
        batch_op.drop_index(batch_op.f("ix_extension_person_id"))
        batch_op.drop_index(batch_op.f("ix_extension_city_id"))

    op.drop_table("extension")
