"""The first tables"""

import sqlalchemy as sa
from alembic import op

import monitord.store.columns
from monitord.store.migrations.first_guards import drop_postgresql_guards, postgresql_guards, sqlite_guards

APPEND_ONLY = ("journal",)
"""Tables whose rows the application can neither change nor delete."""

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("target", sa.String(length=255), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("health", sa.String(length=16), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("policy", sa.JSON(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("detected_at", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("opened_at", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("ladder_from", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("first_bad", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("last_good", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("acknowledged_at", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("acknowledged_by", sa.String(length=64), nullable=True),
        sa.Column("ack_expires_at", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("restored_at", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("day", "number", name=op.f("uq_incident_day_number")),
    )
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incident_day"), ["day"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_phase"), ["phase"], unique=False)
        batch_op.create_index(batch_op.f("ix_incident_target"), ["target"], unique=False)
        batch_op.create_index(
            "uq_incident_running_target",
            ["target"],
            unique=True,
            sqlite_where=sa.text("phase != 'restored'"),
            postgresql_where=sa.text("phase != 'restored'"),
        )

    op.create_table(
        "journal",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ts", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("boot", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("target", sa.String(length=255), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=True),
        sa.Column("refs", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("prev", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal")),
    )
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_journal_incident"), ["incident"], unique=False)
        batch_op.create_index(batch_op.f("ix_journal_target"), ["target"], unique=False)

    op.create_table(
        "meta",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("home", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("phone", sa.String(length=32), nullable=False),
        sa.Column("telegram", sa.BigInteger(), nullable=True),
        sa.Column("stand_ins", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_telegram"), ["telegram"], unique=False)

    op.create_table(
        "shift",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("duty", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("starts", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("ends", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shift")),
        sa.UniqueConstraint(
            "unit", "duty", "person", "starts", "ends", name=op.f("uq_shift_unit_duty_person_starts_ends")
        ),
    )
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shift_ends"), ["ends"], unique=False)

    op.create_table(
        "target",
        sa.Column("id", sa.String(length=255), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("settled", sa.String(length=16), nullable=True),
        sa.Column("seen", sa.String(length=16), nullable=True),
        sa.Column("firmness", sa.String(length=8), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("confirm", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.Column("since", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("first_bad", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("last_good", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("held", sa.JSON(), nullable=False),
        sa.Column("edge_boot", sa.String(length=64), nullable=True),
        sa.Column("edge_seq", sa.Integer(), nullable=True),
        sa.Column("edge_seen", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target")),
    )
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_device"), ["device"], unique=False)

    op.create_table(
        "tg_update",
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("received", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("update_id", name=op.f("pk_tg_update")),
    )
    op.create_table(
        "journal_private",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["journal.seq"], name=op.f("fk_journal_private_seq_journal")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_journal_private")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=True),
        sa.Column("event", sa.String(length=24), nullable=False),
        sa.Column("step", sa.Integer(), nullable=True),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("fallback", sa.JSON(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("skipped", sa.JSON(), nullable=False),
        sa.Column("late", sa.Float(), nullable=True),
        sa.Column("edits", sa.Integer(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("not_before", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("lease_until", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("uncertain", sa.Integer(), nullable=False),
        sa.Column("last_cause", sa.String(length=32), nullable=True),
        sa.Column("created_at", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("accepted_at", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("message_ref", sa.String(length=64), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_outbox_incident_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_incident"), ["incident"], unique=False)
        batch_op.create_index("ix_outbox_state_channel", ["state", "channel", "not_before"], unique=False)

    op.create_table(
        "timer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("due", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("due_boot", sa.Float(), nullable=False),
        sa.Column("boot_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_timer_incident_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timer")),
    )
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_timer_incident"), ["incident"], unique=False)
        batch_op.create_index("ix_timer_state_due_boot", ["state", "due_boot"], unique=False)

    op.create_table(
        "button",
        sa.Column("ref", sa.String(length=32), nullable=False),
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("incident", sa.Integer(), nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_button_incident_incident")),
        sa.ForeignKeyConstraint(["notice"], ["outbox.id"], name=op.f("fk_button_notice_outbox")),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_button")),
    )
    with op.batch_alter_table("button", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_button_notice"), ["notice"], unique=False)

    op.create_table(
        "delivery_attempt",
        sa.Column("notice", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("started", monitord.store.columns.UtcDateTime(length=27), nullable=False),
        sa.Column("ended", monitord.store.columns.UtcDateTime(length=27), nullable=True),
        sa.Column("delivery", sa.String(length=16), nullable=True),
        sa.Column("cause", sa.String(length=32), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["notice"], ["outbox.id"], name=op.f("fk_delivery_attempt_notice_outbox")),
        sa.PrimaryKeyConstraint("notice", "n", name=op.f("pk_delivery_attempt")),
    )
    guards = postgresql_guards if op.get_context().dialect.name == "postgresql" else sqlite_guards
    for statement in guards(APPEND_ONLY):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    """Take the schema back."""
    op.drop_table("delivery_attempt")
    with op.batch_alter_table("button", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_button_notice"))

    op.drop_table("button")
    with op.batch_alter_table("timer", schema=None) as batch_op:
        batch_op.drop_index("ix_timer_state_due_boot")
        batch_op.drop_index(batch_op.f("ix_timer_incident"))

    op.drop_table("timer")
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.drop_index("ix_outbox_state_channel")
        batch_op.drop_index(batch_op.f("ix_outbox_incident"))

    op.drop_table("outbox")
    op.drop_table("journal_private")
    op.drop_table("tg_update")
    with op.batch_alter_table("target", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_device"))

    op.drop_table("target")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shift_ends"))

    op.drop_table("shift")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_telegram"))

    op.drop_table("person")
    op.drop_table("meta")
    with op.batch_alter_table("journal", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_journal_target"))
        batch_op.drop_index(batch_op.f("ix_journal_incident"))

    op.drop_table("journal")
    with op.batch_alter_table("incident", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_incident_running_target",
            sqlite_where=sa.text("phase != 'restored'"),
            postgresql_where=sa.text("phase != 'restored'"),
        )
        batch_op.drop_index(batch_op.f("ix_incident_target"))
        batch_op.drop_index(batch_op.f("ix_incident_phase"))
        batch_op.drop_index(batch_op.f("ix_incident_day"))

    op.drop_table("incident")
    if op.get_context().dialect.name == "postgresql":
        for statement in drop_postgresql_guards():
            op.get_bind().exec_driver_sql(statement)
