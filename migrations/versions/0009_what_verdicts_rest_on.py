"""When a quiz was passed, whatever completed it; and the scores that completed courses rose to, with their days."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NEAR = 1e-9  # as `quizzes/grading.py` rounds


def upgrade() -> None:
    with op.batch_alter_table("activity_progress", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "passed_at",
                sa.DateTime(timezone=True),
                nullable=True,
                comment="when the person first reached the activity’s pass mark",
            )
        )
    op.create_table(
        "risen_score",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False, comment="0 to 1"),
        sa.Column(
            "at",
            sa.DateTime(timezone=True),
            nullable=False,
            comment="when the person did what it was given for",
        ),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_risen_score_enrolment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risen_score")),
    )
    op.create_index(op.f("ix_risen_score_enrolment_id_cycle"), "risen_score", ["enrolment_id", "cycle"])
    _pass()
    _rise()


def downgrade() -> None:
    op.drop_index(op.f("ix_risen_score_enrolment_id_cycle"), table_name="risen_score")
    op.drop_table("risen_score")
    with op.batch_alter_table("activity_progress", schema=None) as batch_op:
        batch_op.drop_column("passed_at")


def _pass() -> None:
    """Who completed a quiz with the pass mark that it has now, passed it on that day; no more is known of before."""
    quiz = sa.table("quiz", sa.column("id", sa.Integer), sa.column("settings", sa.JSON))
    progress = sa.table(
        "activity_progress",
        sa.column("activity_id", sa.Integer),
        sa.column("state", sa.String),
        sa.column("own_state", sa.String),
        sa.column("by_id", sa.Integer),
        sa.column("score", sa.Double),
        sa.column("completed_at", sa.DateTime(timezone=True)),
        sa.column("passed_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(quiz.c.id, quiz.c.settings)).all():
        settings = json.loads(row.settings) if isinstance(row.settings, str) else row.settings or {}
        mark = settings.get("pass_mark")
        if mark is None:
            continue
        connection.execute(
            sa.update(progress)
            .where(
                progress.c.activity_id == row.id,
                progress.c.state == "complete",
                sa.or_(progress.c.by_id.is_(None), progress.c.own_state == "complete"),
                progress.c.score * 100 >= mark - NEAR,
            )
            .values(passed_at=progress.c.completed_at)
        )


def _rise() -> None:
    """What the enrolment has more than its completion is from when it was last touched, as verdicts took it so far."""
    op.execute(
        "INSERT INTO risen_score (enrolment_id, cycle, score, at) "
        "SELECT enrolment.id, enrolment.cycle, enrolment.score, enrolment.touched_at "
        "FROM enrolment JOIN completion "
        "ON completion.enrolment_id = enrolment.id AND completion.cycle = enrolment.cycle "
        "WHERE enrolment.score > COALESCE(completion.score, 0)"
    )
