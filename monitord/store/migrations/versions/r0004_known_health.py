"""What a target was last seen to be, while it is not seen; what a ring lost; what is suspected of an incident"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the schema up."""
    op.add_column("target", sa.Column("known", sa.String(length=16), nullable=True))
    op.add_column("target", sa.Column("made_of", sa.Text(), nullable=True))
    op.add_column("incident", sa.Column("suspect", sa.String(length=24), nullable=True))
    target = sa.table("target", sa.column("known", sa.String), sa.column("settled", sa.String))
    op.execute(target.update().where(target.c.settled != "unknown").values(known=target.c.settled))


def downgrade() -> None:
    """Take the schema down."""
    with op.batch_alter_table("incident") as batch_op:
        batch_op.drop_column("suspect")
    with op.batch_alter_table("target") as batch_op:
        batch_op.drop_column("made_of")
        batch_op.drop_column("known")
