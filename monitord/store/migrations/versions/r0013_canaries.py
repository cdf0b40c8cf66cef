"""What comes back by each channel, and what is read of it"""

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("channel_state", sa.Column("lost", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "canary",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("waits_from", UtcDateTime(), nullable=True),
        sa.Column("accepted_at", UtcDateTime(), nullable=True),
        sa.Column("back_at", UtcDateTime(), nullable=True),
        sa.Column("took", sa.Float(), nullable=True),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel"),
    )
    op.create_table(
        "channel_reading",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("value", sa.Float(), nullable=True),
        sa.Column("at", UtcDateTime(), nullable=True),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("low_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "kind"),
    )


def downgrade() -> None:
    """Take the schema down."""
    op.drop_table("channel_reading")
    op.drop_table("canary")
    with op.batch_alter_table("channel_state") as table:
        table.drop_column("lost")
