"""How each channel works"""

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "channel_state",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_from", UtcDateTime(), nullable=True),
        sa.Column("cause", sa.String(length=32), nullable=False),
        sa.Column("to", sa.String(length=64), nullable=False),
        sa.Column("tried_at", UtcDateTime(), nullable=True),
        sa.Column("told_at", UtcDateTime(), nullable=True),
        sa.Column("heard_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("channel"),
    )


def downgrade() -> None:
    """Take the schema down."""
    op.drop_table("channel_state")
