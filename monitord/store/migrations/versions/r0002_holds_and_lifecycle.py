"""What holds a target, windows, and the life of an incident after it was restored"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INCIDENT: tuple[sa.Column[Any], ...] = (
    sa.Column("reopened", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("episode_from", UtcDateTime(length=27), nullable=True),
    sa.Column("down_before", sa.Float(), nullable=False, server_default="0"),
    sa.Column("spent", sa.Float(), nullable=False, server_default="0"),
    sa.Column("hushed", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("recurrence_of", sa.Integer(), nullable=True),
    sa.Column("recurrence", sa.Integer(), nullable=False, server_default="0"),
    sa.Column("eta", UtcDateTime(length=27), nullable=True),
    sa.Column("assigned_to", sa.String(length=64), nullable=True),
    sa.Column("ticket", sa.String(length=64), nullable=True),
    sa.Column("lane", sa.String(length=64), nullable=True),
    sa.Column("site", sa.String(length=64), nullable=True),
    sa.Column("suspected", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("drill", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("fixed_at", UtcDateTime(length=27), nullable=True),
    sa.Column("closed_at", UtcDateTime(length=27), nullable=True),
)
_TARGET: tuple[sa.Column[Any], ...] = (
    sa.Column("flapping", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("history", sa.String(length=32), nullable=False, server_default=""),
    sa.Column("withheld_at", UtcDateTime(length=27), nullable=True),
    sa.Column("behind", sa.Boolean(), nullable=False, server_default=sa.false()),
    sa.Column("look_after", UtcDateTime(length=27), nullable=True),
)


def upgrade() -> None:
    """Bring the schema up."""
    for column in _INCIDENT:
        op.add_column("incident", column)
    for column in _TARGET:
        op.add_column("target", column)
    op.create_index(op.f("ix_target_withheld_at"), "target", ["withheld_at"])
    op.drop_index("uq_incident_running_target", table_name="incident")
    running = sa.text("phase IN ('open', 'acknowledged')")
    op.create_index(
        "uq_incident_running_target",
        "incident",
        ["target"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
    hushed = sa.text("hushed")
    op.create_index("ix_incident_hushed", "incident", ["id"], sqlite_where=hushed, postgresql_where=hushed)
    op.create_table(
        "window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.JSON(), nullable=False),
        sa.Column("starts", UtcDateTime(length=27), nullable=False),
        sa.Column("ends", UtcDateTime(length=27), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("leader", sa.String(length=64), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_window")),
    )
    op.create_index(op.f("ix_window_ends"), "window", ["ends"])


def downgrade() -> None:
    """Take the schema down."""
    op.drop_table("window")
    op.drop_index("ix_incident_hushed", table_name="incident")
    op.drop_index("uq_incident_running_target", table_name="incident")
    op.drop_index(op.f("ix_target_withheld_at"), table_name="target")
    with op.batch_alter_table("target") as batch_op:
        for column in _TARGET:
            batch_op.drop_column(column.name)
    with op.batch_alter_table("incident") as batch_op:
        for column in _INCIDENT:
            batch_op.drop_column(column.name)
    running = sa.text("phase != 'restored'")
    op.create_index(
        "uq_incident_running_target",
        "incident",
        ["target"],
        unique=True,
        sqlite_where=running,
        postgresql_where=running,
    )
