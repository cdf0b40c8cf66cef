"""Shifts know how far they reach, so that who is on duty is a range of an index"""

import sqlalchemy as sa
from alembic import op

from monitord.store.columns import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

ANY = 9_999


def upgrade() -> None:
    """Bring the schema up. Rows that are there are asked from their beginning on, as long as they are not classed."""
    op.add_column("shift", sa.Column("reach", sa.Integer(), nullable=False, server_default=str(ANY)))
    _class_rows(op.get_bind())
    op.create_index("ix_shift_reach_starts", "shift", ["reach", "starts", "ends"])
    op.create_index("ix_shift_duty_reach_starts", "shift", ["unit", "duty", "reach", "starts", "ends"])


def _class_rows(connection: sa.Connection) -> None:
    shift = sa.table(
        "shift",
        sa.column("id", sa.Integer),
        sa.column("starts", UtcDateTime),
        sa.column("ends", UtcDateTime),
        sa.column("reach", sa.Integer),
    )
    classed = [
        {"the_id": row.id, "the_reach": days}
        for row in connection.execute(sa.select(shift))
        if (days := next((n for n in (2, 8, 32) if (row.ends - row.starts).total_seconds() <= n * 86_400), None))
    ]
    if classed:
        mine = shift.update().where(shift.c.id == sa.bindparam("the_id"))
        connection.execute(mine.values(reach=sa.bindparam("the_reach")), classed)


def downgrade() -> None:
    """Take the schema down."""
    op.drop_index("ix_shift_duty_reach_starts", "shift")
    op.drop_index("ix_shift_reach_starts", "shift")
    with op.batch_alter_table("shift") as changed:
        changed.drop_column("reach")
