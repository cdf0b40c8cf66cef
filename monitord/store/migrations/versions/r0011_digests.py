"""Which messages went together in one"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("outbox", sa.Column("bundle", sa.String(length=32), nullable=True))


def downgrade() -> None:
    """Take the schema down."""
    with op.batch_alter_table("outbox") as table:
        table.drop_column("bundle")
