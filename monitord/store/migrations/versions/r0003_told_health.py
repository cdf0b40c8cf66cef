"""In which health people were last told of an incident"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("incident", sa.Column("told_health", sa.String(length=16), nullable=True))


def downgrade() -> None:
    """Take the schema down."""
    with op.batch_alter_table("incident") as batch_op:
        batch_op.drop_column("told_health")
