"""Calls that are written and changed in the site, applications, reviews, decisions, waivers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# Columns that rows already there need a value for; afterwards the code gives it.
FILLED = {"application": ("decision_reason", "version_id"), "grant_call": ("questionnaire", "version_id")}
STATES = ("draft", "submitted", "awarded", "refused")


def upgrade() -> None:
    op.create_table(
        "call_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('published', 'rule', 'dates', 'texts', 'questions')", name=op.f("ck_call_change_kind")
        ),
        sa.ForeignKeyConstraint(["call_id"], ["grant_call.id"], name=op.f("fk_call_change_call_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_change_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_change")),
    )
    with op.batch_alter_table("call_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_change_call_id_at"), ["call_id", "at"], unique=False)

    op.create_table(
        "call_reminder",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["grant_call.id"], name=op.f("fk_call_reminder_call_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_call_reminder_person_id")),
        sa.PrimaryKeyConstraint("call_id", "person_id", name=op.f("pk_call_reminder")),
    )
    with op.batch_alter_table("call_reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_reminder_person_id"), ["person_id"], unique=False)

    op.create_table(
        "declaration",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False, comment="of the leaf: of one call and one statement"),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_declaration_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
    )
    with op.batch_alter_table("declaration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_declaration_key_person_id_at"), ["key", "person_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_declaration_person_id"), ["person_id"], unique=False)

    op.create_table(
        "rule_draft",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False, comment="a rules.Node; see rules.read"),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["grant_call.id"], name=op.f("fk_rule_draft_call_id")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_rule_draft_saved_by_id")),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_rule_draft")),
    )
    op.create_table(
        "waiver",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("city_id", sa.Integer(), nullable=False),
        sa.Column(
            "leaf", sa.String(length=64), nullable=False, comment="the mark of the requirement; see rules.mark_of"
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False, comment="who granted it and answers for it"),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_by_id", sa.Integer(), nullable=True),
        sa.Column("revoked_why", sa.Text(), nullable=True),
        sa.CheckConstraint("expires_at > granted_at", name=op.f("ck_waiver_dates")),
        sa.ForeignKeyConstraint(["call_id"], ["grant_call.id"], name=op.f("fk_waiver_call_id")),
        sa.ForeignKeyConstraint(["city_id"], ["city.id"], name=op.f("fk_waiver_city_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_waiver_owner_id")),
        sa.ForeignKeyConstraint(["revoked_by_id"], ["person.id"], name=op.f("fk_waiver_revoked_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiver")),
    )
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiver_call_id_city_id"), ["call_id", "city_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiver_city_id"), ["city_id"], unique=False)

    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=True, comment="who answers for it"),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False, comment="when it is to be answered"),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered_by_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open', 'upheld', 'dismissed')", name=op.f("ck_appeal_state")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_appeal_answered_by_id")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_appeal_application_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["person.id"], name=op.f("fk_appeal_made_by_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_appeal_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appeal_application_id"), ["application_id"], unique=False)
        batch_op.create_index(
            "uq_appeal_open",
            ["application_id"],
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        )

    op.create_table(
        "decision_draft",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=True, comment="to award, in whole units of the call's currency"),
        sa.Column("reason", sa.Text(), nullable=False, comment="as the letter will say it"),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("outcome IN ('awarded', 'refused')", name=op.f("ck_decision_draft_outcome")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_decision_draft_application_id")),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_decision_draft_saved_by_id")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_decision_draft")),
    )
    op.create_table(
        "application_answer",
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False, comment="of the question"),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.Column("saved_by_id", sa.Integer(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_answer_application_id")
        ),
        sa.ForeignKeyConstraint(["saved_by_id"], ["person.id"], name=op.f("fk_application_answer_saved_by_id")),
        sa.PrimaryKeyConstraint("application_id", "key", name=op.f("pk_application_answer")),
    )
    op.create_table(
        "application_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False, comment="of the question"),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False, comment="bytes"),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="SHA-256 of the content"),
        sa.Column("added_by_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["added_by_id"], ["person.id"], name=op.f("fk_application_file_added_by_id")),
        sa.ForeignKeyConstraint(
            ["application_id"], ["application.id"], name=op.f("fk_application_file_application_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_application_file")),
    )
    with op.batch_alter_table("application_file", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_application_file_application_id_key"), ["application_id", "key"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_application_file_hash"), ["hash"], unique=False)

    op.create_table(
        "duty",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("title", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False, comment="by the call's time zone"),
        sa.Column("text", sa.Text(), nullable=False, comment="the report itself"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by_id", sa.Integer(), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_duty_application_id")),
        sa.ForeignKeyConstraint(["done_by_id"], ["person.id"], name=op.f("fk_duty_done_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty")),
        sa.UniqueConstraint("application_id", "key", name=op.f("uq_duty_application_id_key")),
    )
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_due_on"), ["due_on"], unique=False)

    op.create_table(
        "frozen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="SHA-256 of the document by RFC 8785"),
        sa.CheckConstraint("occasion IN ('submission', 'decision', 'appeal')", name=op.f("ck_frozen_occasion")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_frozen_application_id")),
        sa.ForeignKeyConstraint(["rule_id"], ["rule.id"], name=op.f("fk_frozen_rule_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen")),
    )
    with op.batch_alter_table("frozen", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_frozen_application_id_at"), ["application_id", "at"], unique=False)

    op.create_table(
        "review",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("application_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False, comment="the reviewer"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False, comment="points by the key of the criterion"),
        sa.Column("remarks", sa.JSON(), nullable=False, comment="by the key of the criterion"),
        sa.Column("comment", sa.Text(), nullable=False, comment="for the committee"),
        sa.Column("declined_why", sa.Text(), nullable=True),
        sa.Column("assigned_by_id", sa.Integer(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("state IN ('assigned', 'submitted', 'declined')", name=op.f("ck_review_state")),
        sa.ForeignKeyConstraint(["application_id"], ["application.id"], name=op.f("fk_review_application_id")),
        sa.ForeignKeyConstraint(["assigned_by_id"], ["person.id"], name=op.f("fk_review_assigned_by_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_review_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("application_id", "person_id", name=op.f("uq_review_application_id_person_id")),
    )
    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_person_id_state"), ["person_id", "state"], unique=False)

    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("created_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column(
                "endorsed_at",
                sa.DateTime(timezone=True),
                nullable=True,
                comment="when a coordinator gave the word for it",
            )
        )
        batch_op.add_column(sa.Column("endorsed_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("submitted_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("decided_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("decision_reason", sa.Text(), nullable=False, server_default="", comment="as the letter says it")
        )
        batch_op.add_column(
            sa.Column("amount", sa.Integer(), nullable=True, comment="awarded, in whole units of the call's currency")
        )
        batch_op.add_column(sa.Column("version_id", sa.Integer(), nullable=False, server_default="1"))
        batch_op.drop_constraint(batch_op.f("fk_application_rule_id"), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f("fk_application_submitted_by_id"), "person", ["submitted_by_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_application_created_by_id"), "person", ["created_by_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_application_decided_by_id"), "person", ["decided_by_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_application_endorsed_by_id"), "person", ["endorsed_by_id"], ["id"])
        batch_op.drop_column("findings")
        batch_op.drop_column("rule_id")
        batch_op.drop_column("findings_hash")
        batch_op.drop_column("answers")

    with op.batch_alter_table("grant_call", schema=None) as batch_op:
        batch_op.add_column(sa.Column("currency", sa.String(length=3), nullable=True, comment="ISO 4217"))
        batch_op.add_column(
            sa.Column("ceiling", sa.Integer(), nullable=True, comment="the most that one grant gives, in whole units")
        )
        batch_op.add_column(sa.Column("questionnaire", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("version_id", sa.Integer(), nullable=False, server_default="1"))

    with op.batch_alter_table("rule", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("approved_by_id", sa.Integer(), nullable=True, comment="the second person, where one was needed")
        )
        batch_op.add_column(sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("dismissed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("dismissed_by_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("dismissed_why", sa.Text(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_rule_approved_by_id"), "person", ["approved_by_id"], ["id"])
        batch_op.create_foreign_key(batch_op.f("fk_rule_dismissed_by_id"), "person", ["dismissed_by_id"], ["id"])

    op.execute("UPDATE rule SET in_force_at = created_at")
    with op.batch_alter_table("rule", schema=None) as batch_op:
        batch_op.create_index(
            "uq_rule_proposed",
            ["call_id"],
            unique=True,
            sqlite_where=sa.text("in_force_at IS NULL AND dismissed_at IS NULL"),
            postgresql_where=sa.text("in_force_at IS NULL AND dismissed_at IS NULL"),
        )

    _allow(*STATES, "withdrawn")
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_course_id"))
        batch_op.create_index(
            batch_op.f("ix_certificate_course_id_person_id"), ["course_id", "person_id"], unique=False
        )
    for table, columns in FILLED.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.alter_column(column, server_default=None)


def _allow(*states: str) -> None:
    allowed = ", ".join(f"'{state}'" for state in states)
    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_application_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_application_state"), f"state IN ({allowed})")


def downgrade() -> None:
    with op.batch_alter_table("certificate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_certificate_course_id_person_id"))
        batch_op.create_index(batch_op.f("ix_certificate_course_id"), ["course_id"], unique=False)
    op.execute("UPDATE application SET state = 'draft' WHERE state = 'withdrawn'")
    _allow(*STATES)
    with op.batch_alter_table("rule", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_rule_dismissed_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_rule_approved_by_id"), type_="foreignkey")
        batch_op.drop_index(
            "uq_rule_proposed",
            sqlite_where=sa.text("in_force_at IS NULL AND dismissed_at IS NULL"),
            postgresql_where=sa.text("in_force_at IS NULL AND dismissed_at IS NULL"),
        )
        batch_op.drop_column("dismissed_why")
        batch_op.drop_column("dismissed_by_id")
        batch_op.drop_column("dismissed_at")
        batch_op.drop_column("in_force_at")
        batch_op.drop_column("approved_by_id")

    with op.batch_alter_table("grant_call", schema=None) as batch_op:
        batch_op.drop_column("version_id")
        batch_op.drop_column("questionnaire")
        batch_op.drop_column("ceiling")
        batch_op.drop_column("currency")

    with op.batch_alter_table("application", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("findings_hash", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("rule_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("findings", sa.JSON(), nullable=True))
        batch_op.drop_constraint(batch_op.f("fk_application_endorsed_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_application_decided_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_application_created_by_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_application_submitted_by_id"), type_="foreignkey")
        batch_op.create_foreign_key(batch_op.f("fk_application_rule_id"), "rule", ["rule_id"], ["id"])
        batch_op.drop_column("version_id")
        batch_op.drop_column("amount")
        batch_op.drop_column("decision_reason")
        batch_op.drop_column("decided_by_id")
        batch_op.drop_column("decided_at")
        batch_op.drop_column("submitted_by_id")
        batch_op.drop_column("endorsed_by_id")
        batch_op.drop_column("endorsed_at")
        batch_op.drop_column("created_by_id")

    with op.batch_alter_table("review", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_review_person_id_state"))

    op.drop_table("review")
    with op.batch_alter_table("frozen", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_frozen_application_id_at"))

    op.drop_table("frozen")
    with op.batch_alter_table("duty", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_due_on"))

    op.drop_table("duty")
    with op.batch_alter_table("application_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_application_file_hash"))
        batch_op.drop_index(batch_op.f("ix_application_file_application_id_key"))

    op.drop_table("decision_draft")
    op.drop_table("application_file")
    op.drop_table("application_answer")
    with op.batch_alter_table("appeal", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_appeal_open", sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'")
        )
        batch_op.drop_index(batch_op.f("ix_appeal_application_id"))

    op.drop_table("appeal")
    with op.batch_alter_table("waiver", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiver_city_id"))
        batch_op.drop_index(batch_op.f("ix_waiver_call_id_city_id"))

    op.drop_table("waiver")
    op.drop_table("rule_draft")
    with op.batch_alter_table("declaration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_declaration_person_id"))
        batch_op.drop_index(batch_op.f("ix_declaration_key_person_id_at"))

    op.drop_table("declaration")
    with op.batch_alter_table("call_reminder", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_reminder_person_id"))

    op.drop_table("call_reminder")
    with op.batch_alter_table("call_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_call_change_call_id_at"))

    op.drop_table("call_change")
