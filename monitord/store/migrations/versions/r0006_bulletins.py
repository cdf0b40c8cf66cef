"""Bulletins, and the buttons under them, which belong to no incident"""

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "bulletin",
        sa.Column("key", sa.String(length=96), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("organisation", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due", UtcDateTime(), nullable=False),
        sa.Column("made_at", UtcDateTime(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("lapsed_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_bulletin_due", "bulletin", ["due"])
    with op.batch_alter_table("button") as batch_op:
        batch_op.alter_column("incident", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    """Take the schema down."""
    op.execute("DELETE FROM button WHERE incident IS NULL")
    with op.batch_alter_table("button") as batch_op:
        batch_op.alter_column("incident", existing_type=sa.Integer(), nullable=False)
    op.drop_index("ix_bulletin_due", "bulletin")
    op.drop_table("bulletin")
