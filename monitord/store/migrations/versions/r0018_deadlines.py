"""What was sent to meet a deadline"""

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "deadline_sent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("deadline", sa.String(length=64), nullable=False),
        sa.Column("due", UtcDateTime(), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("author", sa.String(length=64), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_deadline_sent_deadline_due", "deadline_sent", ["deadline", "due"])


def downgrade() -> None:
    """Take the schema down."""
    op.drop_table("deadline_sent")
