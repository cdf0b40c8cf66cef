"""Addresses of people for more channels, and what was heard by channels that are not Telegram"""

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("person", sa.Column("addresses", sa.JSON(), nullable=False, server_default=sa.text("'{}'")))
    op.create_table(
        "heard",
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("received", UtcDateTime(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "key"),
    )


def downgrade() -> None:
    """Take the schema down."""
    op.drop_table("heard")
    with op.batch_alter_table("person") as table:
        table.drop_column("addresses")
