"""By which ways somebody has answered"""

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.create_table(
        "contact",
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("confirmed_at", UtcDateTime, nullable=False),
        sa.PrimaryKeyConstraint("person", "channel", name="pk_contact"),
    )


def downgrade() -> None:
    """Take the schema down."""
    op.drop_table("contact")
