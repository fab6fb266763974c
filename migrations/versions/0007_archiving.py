"""Courses that were archived, and what replaces them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "archived_at",
                sa.DateTime(timezone=True),
                nullable=True,
                comment="delivery: nobody begins it from then on; who is under way goes on",
            )
        )
        batch_op.add_column(
            sa.Column(
                "replaced_by_id",
                sa.Integer(),
                nullable=True,
                comment="of an archived course: where people are sent on to",
            )
        )
        batch_op.create_foreign_key(batch_op.f("fk_course_replaced_by_id"), "course", ["replaced_by_id"], ["id"])
        batch_op.create_check_constraint(
            batch_op.f("ck_course_replaced"),
            "replaced_by_id IS NULL OR (archived_at IS NOT NULL AND replaced_by_id <> id)",
        )


def downgrade() -> None:
    with op.batch_alter_table("course", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_course_replaced"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_course_replaced_by_id"), type_="foreignkey")
        batch_op.drop_column("replaced_by_id")
        batch_op.drop_column("archived_at")
