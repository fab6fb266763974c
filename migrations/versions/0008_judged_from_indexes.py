"""Indexes that hold all that rules ask of everybody: who belongs where, who completed a course, who is certified."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW = (
    ("ix_affiliation_person", "affiliation", ["person_id", "from_at", "to_at", "city_id"], None),
    ("ix_affiliation_city", "affiliation", ["city_id", "from_at", "to_at", "person_id"], None),
    ("ix_affiliation_ended", "affiliation", ["to_at"], "to_at IS NOT NULL"),
    ("ix_certificate_course", "certificate", ["course_id", "person_id", "issued_at", "expires_at", "revoked_at"], None),
    ("ix_completion_course", "completion", ["course_id", "completed_at", "person_id", "score"], None),
    ("ix_person_invited", "person", ["state"], "state = 'invited'"),
)
# What the new ones hold as well.
OLD = (
    ("ix_affiliation_person_id", "affiliation", ["person_id"]),
    ("ix_affiliation_city_id_from_at", "affiliation", ["city_id", "from_at"]),
    ("ix_certificate_course_id_person_id", "certificate", ["course_id", "person_id"]),
)


def upgrade() -> None:
    for name, table, columns, where in NEW:
        some = None if where is None else sa.text(where)
        op.create_index(name, table, columns, sqlite_where=some, postgresql_where=some)
    for name, table, _columns in OLD:
        op.drop_index(name, table)


def downgrade() -> None:
    for name, table, columns in OLD:
        op.create_index(name, table, columns)
    for name, table, _columns, _where in reversed(NEW):
        op.drop_index(name, table)
