"""Renewals say when they began, revocations that were undone stay, and an assignment keeps whose clocks it goes by.

Who closed their account is in no course any more.
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INDEX = ("course_id", "person_id", "issued_at", "expires_at", "revoked_at")


def upgrade() -> None:
    op.add_column(
        "enrolment",
        sa.Column(
            "first_enrolled_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="when the first time through began, where this is a later one",
        ),
    )
    op.create_table(
        "lifted_revocation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("certificate_id", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_lifted_revocation_certificate_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lifted_revocation")),
    )
    op.create_index(op.f("ix_lifted_revocation_certificate_id"), "lifted_revocation", ["certificate_id"])
    op.drop_index("ix_certificate_course", "certificate")
    op.create_index("ix_certificate_course", "certificate", [*INDEX, "id"])
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "time_zone",
                sa.String(length=60),
                nullable=False,
                server_default="UTC",
                comment="by whose clocks its days end",
            )
        )
    _keep_zones()
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.alter_column("time_zone", server_default=None)
    _date_renewals()
    _withdraw_those_who_left()


def downgrade() -> None:
    op.execute("UPDATE enrolment SET enrolled_at = first_enrolled_at WHERE first_enrolled_at IS NOT NULL")
    with op.batch_alter_table("assignment", schema=None) as batch_op:
        batch_op.drop_column("time_zone")
    op.drop_index("ix_certificate_course", "certificate")
    op.create_index("ix_certificate_course", "certificate", [*INDEX])
    op.drop_index(op.f("ix_lifted_revocation_certificate_id"), table_name="lifted_revocation")
    op.drop_table("lifted_revocation")
    op.drop_column("enrolment", "first_enrolled_at")


def _keep_zones() -> None:
    op.execute(
        "UPDATE assignment SET time_zone ="
        " (SELECT person.time_zone FROM person WHERE person.id = assignment.given_by_id)"
    )


def _date_renewals() -> None:
    """A renewal began when the log says so; of one that the log does not know, nothing changes."""
    op.execute(
        "UPDATE enrolment SET first_enrolled_at = enrolled_at, enrolled_at = (SELECT max(audit_event.at)"
        " FROM audit_event WHERE audit_event.action = 'enrolment.renew'"
        " AND audit_event.subject = 'enrolment:' || enrolment.id)"
        " WHERE cycle > 1 AND EXISTS (SELECT 1 FROM audit_event WHERE audit_event.action = 'enrolment.renew'"
        " AND audit_event.subject = 'enrolment:' || enrolment.id)"
    )


def _withdraw_those_who_left() -> None:
    op.get_bind().execute(
        sa.text(
            "UPDATE enrolment SET state = 'withdrawn', withdrawn_at = :now, version_id = version_id + 1"
            " WHERE state = 'open' AND person_id IN (SELECT id FROM person WHERE state = 'left')"
        ).bindparams(sa.bindparam("now", datetime.now(UTC), sa.DateTime(timezone=True)))
    )
