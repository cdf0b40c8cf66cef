"""Storms, and the incidents that they tell of; until when a battery lasts"""

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "storm",
        sa.Column("incident", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("waves", sa.Integer(), nullable=False),
        sa.Column("calm", sa.Boolean(), nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("incident"),
    )
    running = sa.text("ended_at IS NULL")
    op.create_index(
        "uq_storm_running_unit", "storm", ["unit"], unique=True, sqlite_where=running, postgresql_where=running
    )
    op.add_column("target", sa.Column("lasts_until", UtcDateTime(), nullable=True))
    op.add_column("incident", sa.Column("storm", sa.Integer(), nullable=True))
    op.create_index("ix_incident_unit_opened", "incident", ["unit", "opened_at"])
    carried = sa.text("storm IS NOT NULL")
    op.create_index("ix_incident_storm", "incident", ["storm"], sqlite_where=carried, postgresql_where=carried)


def downgrade() -> None:
    """Take the schema down."""
    op.drop_index("ix_incident_storm", "incident")
    op.drop_index("ix_incident_unit_opened", "incident")
    with op.batch_alter_table("incident") as batch_op:
        batch_op.drop_column("storm")
    with op.batch_alter_table("target") as batch_op:
        batch_op.drop_column("lasts_until")
    op.drop_table("storm")
