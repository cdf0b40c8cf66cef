"""Which of several a button is: a person, a cause"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("button", sa.Column("value", sa.String(length=64), nullable=False, server_default=sa.text("''")))


def downgrade() -> None:
    """Take the schema down."""
    with op.batch_alter_table("button") as table:
        table.drop_column("value")
