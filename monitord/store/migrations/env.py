"""Alembic's environment: one synchronous connection, batch mode for SQLite, everything in one transaction."""

from typing import Any

import sqlalchemy as sa
from alembic import context

from monitord.store.tables import metadata


def run() -> None:
    """Run the migrations on the connection that the configuration holds, else on the file of its URL.

    A kill half-way leaves the schema as it was.
    """
    given = context.config.attributes.get("connection")
    if given is not None:
        _on(given)
        return
    engine = sa.create_engine(
        context.config.get_main_option("sqlalchemy.url") or "",
        poolclass=sa.NullPool,
        hide_parameters=True,
        connect_args={"isolation_level": None},
    )

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        # The driver would begin only before the first INSERT and leave CREATE TABLE outside of the transaction.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with engine.connect() as connection:
        _on(connection)
    engine.dispose()


def _on(connection: sa.Connection) -> None:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


run()
